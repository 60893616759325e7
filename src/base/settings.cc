#include "base/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/algorithm/string/case_conv.hpp>
#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/join.hpp>
#include <boost/algorithm/string/predicate.hpp>
#include <boost/algorithm/string/split.hpp>
#include <charconv>
#include <cmath>

#include "base/error.h"

namespace headrace {

namespace {

struct Unit {
  std::string_view suffix;
  int64_t factor;
};

std::optional<int64_t> ParseWithUnits(std::string_view text, const std::vector<Unit>& units, int64_t plain) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  int64_t number = 0;
  auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  std::string suffix = boost::algorithm::to_lower_copy(std::string(rest, text.data() + text.size()));
  if (suffix.empty()) return number * plain;
  for (const auto& unit : units) {
    if (suffix == unit.suffix) return number * unit.factor;
  }
  return std::nullopt;
}

std::optional<bool> ParseBool(std::string_view text) {
  if (boost::algorithm::iequals(text, "true")) return true;
  if (boost::algorithm::iequals(text, "false")) return false;
  return std::nullopt;
}

std::optional<int64_t> ParseInteger(std::string_view text) { return ParseWithUnits(text, {}, 1); }

std::optional<double> ParseDouble(const std::string& text) {
  try {
    size_t used = 0;
    double value = std::stod(text, &used);
    if (used == text.size()) return value;
  } catch (const std::exception&) {
  }
  return std::nullopt;
}

std::string_view TypeName(Setting::Type type) {
  switch (type) {
    case Setting::Type::kBool:
      return "boolean";
    case Setting::Type::kInt:
      return "int";
    case Setting::Type::kLong:
      return "long";
    case Setting::Type::kDouble:
      return "double";
    case Setting::Type::kBytes:
      return "size in bytes";
    case Setting::Type::kDuration:
      return "time duration";
    default:
      return "string";
  }
}

bool HasType(const Setting& setting, const std::string& value) {
  switch (setting.type) {
    case Setting::Type::kBool:
      return ParseBool(value).has_value();
    case Setting::Type::kInt: {
      auto number = ParseInteger(value);
      return number && *number >= INT32_MIN && *number <= INT32_MAX;
    }
    case Setting::Type::kLong:
      return ParseInteger(value).has_value();
    case Setting::Type::kDouble:
      return ParseDouble(value).has_value();
    case Setting::Type::kBytes:
      return ParseByteSize(value).has_value();
    case Setting::Type::kDuration:
      return ParseDurationMillis(value).has_value();
    default:
      return true;
  }
}

/// Refuses a value that is not among those, separated by '|'.
void CheckSupported(std::string_view name, std::string_view supported, const std::string& value) {
  std::vector<std::string> values;
  boost::algorithm::split(values, supported, boost::algorithm::is_any_of("|"));
  for (const auto& known : values) {
    if (boost::algorithm::iequals(known, value)) return;
  }
  ThrowUnsupported(fmt::format("the setting {}={}", name, value));
}

/// Checks a value against the declaration and brings it into the declared spelling.
std::string Checked(const Setting& setting, std::string value) {
  Error::Parameters parameters = {{"confValue", value}, {"confName", std::string(setting.name)}};
  auto reject = [&](const std::string& subclass, const std::string& why) {
    throw Error(ErrorKind::kIllegalArgument, "INVALID_CONF_VALUE." + subclass,
                fmt::format("The value '{}' in the config \"{}\" is invalid. {}", value, setting.name, why), parameters)
        .WithSqlState("22022");
  };
  if (!HasType(setting, value)) {
    parameters["confType"] = TypeName(setting.type);
    reject("TYPE_MISMATCH", fmt::format("It should be a/an '{}' value.", TypeName(setting.type)));
  }
  if (setting.type == Setting::Type::kEnum) {
    std::vector<std::string> values;
    boost::algorithm::split(values, setting.values, boost::algorithm::is_any_of("|"));
    auto known =
        std::find_if(values.begin(), values.end(), [&](const auto& one) { return boost::algorithm::iequals(one, value); });
    if (known == values.end()) {
      std::string options = boost::algorithm::join(values, ", ");
      parameters["confOptions"] = options;
      reject("OUT_OF_RANGE_OF_OPTIONS", fmt::format("It should be one of '{}'.", options));
    }
    value = *known;
  }
  if (!setting.supported.empty()) CheckSupported(setting.name, setting.supported, value);
  return value;
}

}  // namespace

std::string CheckedSetting(const std::string& name, std::string value) {
  if (const Setting* setting = FindSetting(name)) return Checked(*setting, std::move(value));
  if (boost::algorithm::starts_with(name, "spark.sql.legacy.")) CheckSupported(name, "false", value);
  return value;
}

std::optional<int64_t> ParseByteSize(std::string_view text) {
  static const std::vector<Unit> units = {{"b", 1},          {"k", 1LL << 10}, {"kb", 1LL << 10}, {"m", 1LL << 20},
                                          {"mb", 1LL << 20}, {"g", 1LL << 30}, {"gb", 1LL << 30}, {"t", 1LL << 40},
                                          {"tb", 1LL << 40}, {"p", 1LL << 50}, {"pb", 1LL << 50}};
  return ParseWithUnits(text, units, 1);
}

std::optional<int64_t> ParseDurationMillis(std::string_view text) {
  static const std::vector<Unit> units = {{"ms", 1},       {"s", 1000},      {"sec", 1000},    {"m", 60'000},
                                          {"min", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
  return ParseWithUnits(text, units, 1);
}

SessionConf::SessionConf(std::shared_ptr<const SettingValues> server_values) : server_values_(std::move(server_values)) {}

SessionConf::SessionConf(const SessionConf& other) : server_values_(other.server_values_) {
  std::lock_guard lock(other.mutex_);
  values_ = other.values_;
}

SessionConf& SessionConf::operator=(const SessionConf& other) {
  if (this == &other) return *this;
  std::scoped_lock lock(mutex_, other.mutex_);
  server_values_ = other.server_values_;
  values_ = other.values_;
  return *this;
}

std::optional<std::string> SessionConf::Find(const std::string& name) const {
  {
    std::lock_guard lock(mutex_);
    if (auto found = values_.find(name); found != values_.end()) return found->second;
  }
  if (server_values_) {
    if (auto found = server_values_->find(name); found != server_values_->end()) return found->second;
  }
  const Setting* setting = FindSetting(name);
  if (setting != nullptr && setting->has_default) return std::string(setting->default_value);
  return std::nullopt;
}

std::string SessionConf::Get(const std::string& name) const {
  if (auto value = Find(name)) return *value;
  throw Error(ErrorKind::kNoSuchElement, "SQL_CONF_NOT_FOUND",
              fmt::format("The SQL config \"{}\" cannot be found. Please verify that the config exists.", name),
              {{"sqlConf", "\"" + name + "\""}})
      .WithSqlState("42K0I");
}

bool SessionConf::GetBool(const std::string& name) const {
  auto value = ParseBool(Get(name));
  if (!value) ThrowInternal("setting " + name + " is not a boolean");
  return *value;
}

int64_t SessionConf::GetInt(const std::string& name) const {
  std::string text = Get(name);
  const Setting* setting = FindSetting(name);
  std::optional<int64_t> value;
  if (setting != nullptr && setting->type == Setting::Type::kDuration) {
    value = ParseDurationMillis(text);
  } else {
    value = ParseByteSize(text);
  }
  if (!value) ThrowInternal("setting " + name + " is not a number");
  return *value;
}

double SessionConf::GetDouble(const std::string& name) const {
  auto value = ParseDouble(Get(name));
  if (!value) ThrowInternal("setting " + name + " is not a number");
  return *value;
}

void SessionConf::Set(const std::string& name, std::string value) {
  if (const Setting* setting = FindSetting(name)) {
    if (setting->is_static) {
      throw Error(ErrorKind::kAnalysis, "CANNOT_MODIFY_STATIC_CONFIG",
                  fmt::format("Cannot modify the value of the static Spark config: \"{}\".", name), {{"key", "\"" + name + "\""}})
          .WithSqlState("46110");
    }
  }
  value = CheckedSetting(name, std::move(value));
  std::lock_guard lock(mutex_);
  values_[name] = std::move(value);
}

void SessionConf::Unset(const std::string& name) {
  std::lock_guard lock(mutex_);
  values_.erase(name);
}

void SessionConf::Reset() {
  std::lock_guard lock(mutex_);
  values_.clear();
}

SettingValues SessionConf::Explicit() const {
  SettingValues all;
  if (server_values_) all = *server_values_;
  std::lock_guard lock(mutex_);
  for (const auto& [name, value] : values_) all[name] = value;
  return all;
}

SettingValues SessionConf::All() const {
  SettingValues all = Explicit();
  for (const auto& setting : DeclaredSettings()) {
    if (setting.has_default) all.try_emplace(std::string(setting.name), setting.default_value);
  }
  return all;
}

bool SessionConf::IsModifiable(const std::string& name) {
  const Setting* setting = FindSetting(name);
  return setting != nullptr && !setting->is_static;
}

const Setting* FindSetting(std::string_view name) {
  const auto& all = DeclaredSettings();
  auto found = std::lower_bound(all.begin(), all.end(), name,
                                [](const Setting& setting, std::string_view wanted) { return setting.name < wanted; });
  return found != all.end() && found->name == name ? &*found : nullptr;
}

}  // namespace headrace
