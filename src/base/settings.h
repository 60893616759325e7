#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace headrace {

/// One setting, declared once in settings_table.cc: accessors, `SET -v` and the documentation derive from it.
struct Setting {
  enum class Type { kString, kBool, kInt, kLong, kDouble, kBytes, kDuration, kEnum };
  std::string_view name;
  Type type = Type::kString;
  /// The text of the default; "" with `has_default` false means unset.
  std::string_view default_value = {};
  bool has_default = true;
  /// Cannot be changed in a session (Spark's static settings).
  bool is_static = false;
  /// Accepted for its users' sake, without a meaning here; `SET -v` says so.
  bool no_effect = false;
  std::string_view description = {};
  /// kEnum: the values, separated by '|', in upper case.
  std::string_view values = {};
  /// The values that have their meaning here, separated by '|'; another one is refused by name. "": all have.
  std::string_view supported = {};
};

/// All declared settings, by name.
const std::vector<Setting>& DeclaredSettings();
/// The setting of that name (deprecated spellings included), or null. Undeclared `spark.*` names are accepted as strings.
const Setting* FindSetting(std::string_view name);

/// The value as it is kept. Throws Error(kIllegalArgument, "INVALID_CONF_VALUE...") for a value of the wrong type, and by name
/// for one whose meaning is not there: of Spark's undeclared `spark.sql.legacy.*`, which change results, every one but "false".
std::string CheckedSetting(const std::string& name, std::string value);

/// Settings every session starts from: the server's configuration file over the declared defaults.
using SettingValues = std::map<std::string, std::string>;

/// The settings of one session: what it set itself, over the server's, over the declared defaults. Thread-safe.
class SessionConf {
 public:
  explicit SessionConf(std::shared_ptr<const SettingValues> server_values = nullptr);
  SessionConf(const SessionConf& other);
  SessionConf& operator=(const SessionConf& other);

  /// The value, or nothing when the setting is neither set nor has a default.
  std::optional<std::string> Find(const std::string& name) const;
  /// The value; throws Error(kNoSuchElement, "SQL_CONF_NOT_FOUND") when there is none.
  std::string Get(const std::string& name) const;
  bool GetBool(const std::string& name) const;
  /// Integers, byte sizes ("64MB", in bytes) and durations ("10s", in milliseconds).
  int64_t GetInt(const std::string& name) const;
  double GetDouble(const std::string& name) const;

  /// Throws what CheckedSetting throws, and Error(kAnalysis, "CANNOT_MODIFY_STATIC_CONFIG") for a static setting.
  void Set(const std::string& name, std::string value);
  void Unset(const std::string& name);
  void Reset();
  /// What was set by the session or the server, without the defaults.
  SettingValues Explicit() const;
  /// Explicit values and the defaults of declared settings.
  SettingValues All() const;
  static bool IsModifiable(const std::string& name);

 private:
  std::shared_ptr<const SettingValues> server_values_;
  mutable std::mutex mutex_;
  SettingValues values_;
};

/// "64MB", "1g", "1024" → bytes; nothing when the text is no size.
std::optional<int64_t> ParseByteSize(std::string_view text);
/// "10s", "200ms", "1h", "15" (milliseconds) → milliseconds; nothing when the text is no duration.
std::optional<int64_t> ParseDurationMillis(std::string_view text);

}  // namespace headrace
