#include "cli/config.h"

#include <toml++/toml.h>
#include <map>
#include <set>
#include <sstream>

#include "base/error.h"

namespace headrace::cli {

namespace {

[[noreturn]] void Reject(const std::string& message) {
  throw Error(ErrorKind::kInvalidParameter, "INVALID_PARAMETER_VALUE", message);
}

std::string Text(const toml::node& node, const std::string& name) {
  if (auto text = node.value<std::string>(); node.is_string() && text) return *text;
  if (!node.is_value()) Reject("The setting " + name + " is no single value");
  std::ostringstream out;
  node.visit([&](const auto& value) {
    if constexpr (toml::is_value<decltype(value)>) out << value;
  });
  return out.str();
}

/// A number of that range.
template <typename T>
void SetNumber(const toml::node& node, const std::string& name, T least, T most, T* into) {
  const auto number = node.value<T>();
  if (!node.is_number() || !number || *number < least || *number > most) {
    std::ostringstream range;
    range << "The setting " << name << " must be a number from " << least << " to " << most;
    Reject(range.str());
  }
  *into = *number;
}

void ReadServing(const toml::table& table, serving::WorkerLimits* limits) {
  for (const auto& [key, node] : table) {
    const std::string name = "serving." + std::string(key.str());
    if (name == "serving.request_timeout_seconds") {
      SetNumber(node, name, 1, 86'400, &limits->request_timeout_seconds);
    } else if (name == "serving.busy_seconds") {
      SetNumber(node, name, 0.1, 86'400.0, &limits->busy_seconds);
    } else if (name == "serving.spare_workers") {
      SetNumber(node, name, 0, 64, &limits->spare_workers);
    } else if (name == "serving.standby") {
      if (!node.is_boolean()) Reject("The setting " + name + " must be true or false");
      limits->standby = *node.value<bool>();
    } else {
      Reject("The configuration file has an unknown setting " + name);
    }
  }
}

}  // namespace

void ReadConfig(const std::string& file, ServeOptions& options) {
  toml::table config;
  try {
    config = toml::parse_file(file);
  } catch (const toml::parse_error& error) {
    std::ostringstream where;
    where << error.source().begin;
    Reject("The configuration file " + file + " is broken at " + where.str() + ": " + std::string(error.description()));
  }
  const ServeOptions defaults;
  // The command line comes first.
  auto set = [&](std::string ServeOptions::*member, const toml::node& node, const std::string& name) {
    if (options.*member == defaults.*member) options.*member = Text(node, name);
  };
  static const std::map<std::string, std::string ServeOptions::*> names = {
      {"http", &ServeOptions::http_address},         {"connect", &ServeOptions::connect_address},
      {"memory_limit", &ServeOptions::memory_limit}, {"mlflow_ui", &ServeOptions::mlflow_ui},
      {"tokens", &ServeOptions::tokens_file},        {"tls.certificate", &ServeOptions::tls_certificate_file},
      {"tls.key", &ServeOptions::tls_key_file}};
  for (const auto& [key, node] : config) {
    std::string name(key.str());
    if (name == "spark" && node.is_table()) {
      for (const auto& [setting, value] : *node.as_table()) {
        const std::string full(setting.str());
        options.settings[full] = CheckedSetting(full, Text(value, full));
      }
    } else if (name == "serving" && node.is_table()) {
      ReadServing(*node.as_table(), &options.workers);
    } else if (name == "tls" && node.is_table()) {
      for (const auto& [part, value] : *node.as_table()) {
        std::string full = "tls." + std::string(part.str());
        auto known = names.find(full);
        if (known == names.end()) Reject("The configuration file has an unknown setting " + full);
        set(known->second, value, full);
      }
    } else if (auto known = names.find(name); known != names.end()) {
      set(known->second, node, name);
    } else {
      Reject("The configuration file has an unknown setting " + name);
    }
  }
}

}  // namespace headrace::cli
