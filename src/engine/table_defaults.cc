#include "engine/precompiled.h"

#include "engine/table_defaults.h"

#include "delta/table_properties.h"

namespace headrace::engine {

std::map<std::string, std::string> CheckedProperties(const Session& session, const std::map<std::string, std::string>& given) {
  return delta::ValidateProperties(given, session.conf().GetBool("spark.databricks.delta.allowArbitraryProperties.enabled"));
}

std::map<std::string, std::string> NewTableProperties(const Session& session, const std::map<std::string, std::string>& given) {
  static const std::string kPrefix = "spark.databricks.delta.properties.defaults.";
  std::map<std::string, std::string> properties = CheckedProperties(session, given);
  std::map<std::string, std::string> defaults;
  for (const auto& [name, value] : session.conf().Explicit()) {
    if (name.rfind(kPrefix, 0) != 0) continue;
    std::string key = "delta." + name.substr(kPrefix.size());
    if (delta::IsKnownProperty(key)) defaults[key] = value;
  }
  for (auto& [key, value] : delta::ValidateProperties(defaults)) properties.try_emplace(key, value);
  return properties;
}

}  // namespace headrace::engine
