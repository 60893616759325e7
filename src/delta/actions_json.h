#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "delta/actions.h"

namespace headrace::delta {

/// The text of a commit file or JSON checkpoint: one action a line. Actions of unknown names are skipped, as the
/// protocol asks. Throws Error(kRuntime, "DELTA_LOG_CORRUPTED") naming `origin` and the line that is broken.
std::vector<Action> ParseActions(std::string_view text, const std::string& origin);

/// One line, without the line feed: {"add":{…}}.
std::string ToJsonLine(const Action& action);

/// Lines with line feeds.
std::string ToJsonLines(const std::vector<Action>& actions);

}  // namespace headrace::delta
