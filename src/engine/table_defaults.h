#pragma once

#include <map>
#include <string>

#include "engine/session.h"

namespace headrace::engine {

/// Delta table properties that a statement gives, checked and in canonical case; unknown `delta.` keys are kept when the session
/// allows them (spark.databricks.delta.allowArbitraryProperties.enabled).
std::map<std::string, std::string> CheckedProperties(const Session& session, const std::map<std::string, std::string>& given);

/// The properties of a table that is made: those given, over the session's spark.databricks.delta.properties.defaults.*. Defaults
/// that no property is known for in that very case are passed over, as Delta does.
std::map<std::string, std::string> NewTableProperties(const Session& session, const std::map<std::string, std::string>& given);

}  // namespace headrace::engine
