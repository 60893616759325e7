#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace headrace {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

/// Key-value pairs printed behind a log line's text.
using LogFields = std::vector<std::pair<std::string, std::string>>;

/// Writes one structured line (JSON: time, level, module, message, fields) to standard error. Thread-safe.
void Log(LogLevel level, std::string_view module, std::string_view message, const LogFields& fields = {});

/// Lines below this level are dropped. The default is kInfo.
void SetLogLevel(LogLevel level);

}  // namespace headrace
