#include "base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "base/json.h"

namespace headrace {

namespace {

spdlog::logger& Logger() {
  static const auto logger = [] {
    auto made = std::make_shared<spdlog::logger>("headrace", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%f%z","level":"%l",%v})");
    return made;
  }();
  return *logger;
}

spdlog::level::level_enum LevelOf(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

}  // namespace

void SetLogLevel(LogLevel level) { Logger().set_level(LevelOf(level)); }

void Log(LogLevel level, std::string_view module, std::string_view message, const LogFields& fields) {
  if (!Logger().should_log(LevelOf(level))) return;
  std::string text =
      "\"module\":" + json::serialize(json::string(module)) + ",\"message\":" + json::serialize(json::string(message));
  for (const auto& [key, value] : fields) {
    text += "," + json::serialize(json::string(key)) + ":" + json::serialize(json::string(value));
  }
  Logger().log(LevelOf(level), "{}", text);
}

}  // namespace headrace
