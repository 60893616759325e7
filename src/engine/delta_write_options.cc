#include "engine/precompiled.h"

#include "base/error.h"
#include "engine/delta_write.h"

namespace headrace::engine {

WriteOptions::WriteOptions(const plan::Options& options) {
  for (const auto& [key, value] : options) options_[duckdb::StringUtil::Lower(key)] = value;
}

std::optional<std::string> WriteOptions::Find(const std::string& lower_name) const {
  auto found = options_.find(lower_name);
  return found == options_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<bool> WriteOptions::Boolean(const std::string& lower_name) const {
  auto text = Find(lower_name);
  if (!text) return std::nullopt;
  std::string lower = duckdb::StringUtil::Lower(*text);
  if (lower == "true") return true;
  if (lower == "false") return false;
  ThrowIllegalOption(*text, lower_name, "must be 'true' or 'false'");
}

void ThrowIllegalOption(const std::string& input, const std::string& name, const std::string& explain) {
  throw Error(ErrorKind::kIllegalArgument, "DELTA_ILLEGAL_OPTION",
              "Invalid value '" + input + "' for option '" + name + "', " + explain,
              {{"input", input}, {"name", name}, {"explain", explain}})
      .WithSqlState("42616");
}

}  // namespace headrace::engine
