#include "serving/endpoint_config.h"

#include <algorithm>
#include <array>

#include "base/error.h"

namespace headrace::serving {
namespace {

[[noreturn]] void ThrowInvalid(const std::string& message) {
  throw Error(ErrorKind::kInvalidParameter, "INVALID_PARAMETER_VALUE", message);
}

std::string TextField(const json::object& object, const char* name, const std::string& fallback = "") {
  const auto* value = object.if_contains(name);
  if (!value || value->is_null()) return fallback;
  if (value->is_string()) return std::string(value->get_string());
  if (value->is_int64()) return std::to_string(value->get_int64());
  ThrowInvalid(std::string("'") + name + "' must be a string.");
}

bool BoolField(const json::object& object, const char* name) {
  const auto* value = object.if_contains(name);
  if (!value || value->is_null()) return false;
  if (value->is_bool()) return value->get_bool();
  if (value->is_string() && (value->get_string() == "true" || value->get_string() == "false"))
    return value->get_string() == "true";
  ThrowInvalid(std::string("'") + name + "' must be a boolean.");
}

/// What is asked for and not given is said, not passed over.
void RejectUnsupported(const json::object& object, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (const auto* value = object.if_contains(name); value && !value->is_null())
      ThrowUnsupported(std::string("serving endpoints with ") + name);
  }
}

ServedEntity ParseEntity(const json::value& value, const char* list, const char* name_field, const char* version_field) {
  if (!value.is_object()) ThrowInvalid(std::string("'") + list + "' must be a list of objects.");
  const json::object& object = value.get_object();
  RejectUnsupported(object, {"external_model", "foundation_model_name", "instance_profile_arn", "min_provisioned_throughput",
                             "max_provisioned_throughput", "provisioned_model_units"});
  if (const std::string type = TextField(object, "workload_type", "CPU"); type != "CPU")
    ThrowUnsupported("the workload_type " + type);
  ServedEntity entity;
  entity.model_name = TextField(object, name_field);
  entity.model_version = TextField(object, version_field);
  if (entity.model_name.empty()) ThrowInvalid(std::string("'") + name_field + "' is missing in '" + list + "'.");
  if (entity.model_version.empty()) ThrowInvalid(std::string("'") + version_field + "' is missing in '" + list + "'.");
  std::string fallback = entity.model_name + "-" + entity.model_version;
  std::replace(fallback.begin(), fallback.end(), '.', '_');
  entity.name = TextField(object, "name", fallback);
  entity.workload_size = TextField(object, "workload_size", "Small");
  constexpr std::array<std::string_view, 3> kSizes = {"Small", "Medium", "Large"};
  if (std::find(kSizes.begin(), kSizes.end(), entity.workload_size) == kSizes.end()) {
    ThrowInvalid("'workload_size' must be Small, Medium or Large, not '" + entity.workload_size + "'.");
  }
  entity.scale_to_zero = BoolField(object, "scale_to_zero_enabled");
  if (const auto* variables = object.if_contains("environment_vars"); variables && !variables->is_null()) {
    if (!variables->is_object()) ThrowInvalid("'environment_vars' must be an object.");
    for (const auto& [variable, text] : variables->get_object()) {
      if (variable.empty() || variable.find('=') != std::string_view::npos || !text.is_string())
        ThrowInvalid("The environment variable '" + std::string(variable) + "' must be a name with a string.");
      if (text.get_string().starts_with("{{secrets/")) ThrowUnsupported("environment variables of secrets");
    }
    entity.environment = variables->get_object();
  }
  return entity;
}

void ParseTraffic(const json::object& request, EndpointConfig* config) {
  const auto* traffic = request.if_contains("traffic_config");
  if (!traffic || traffic->is_null()) {
    if (config->entities.size() > 1) {
      ThrowInvalid("'traffic_config' must say how requests are split among " + std::to_string(config->entities.size()) +
                   " served entities.");
    }
    config->entities[0].traffic = 100;
    return;
  }
  const auto* routes = traffic->is_object() ? traffic->get_object().if_contains("routes") : nullptr;
  if (!routes || !routes->is_array()) ThrowInvalid("'traffic_config.routes' must be a list.");
  int total = 0;
  for (const auto& route : routes->get_array()) {
    if (!route.is_object()) ThrowInvalid("'traffic_config.routes' must be a list of objects.");
    const auto& object = route.get_object();
    const std::string name = TextField(object, "served_model_name", TextField(object, "served_entity_name"));
    const auto* percentage = object.if_contains("traffic_percentage");
    if (!percentage || !percentage->is_int64() || percentage->get_int64() < 0 || percentage->get_int64() > 100) {
      ThrowInvalid("'traffic_percentage' of route '" + name + "' must be an integer from 0 to 100.");
    }
    const auto entity =
        std::find_if(config->entities.begin(), config->entities.end(), [&](const auto& e) { return e.name == name; });
    if (entity == config->entities.end()) ThrowInvalid("Route '" + name + "' names no served entity.");
    entity->traffic += static_cast<int>(percentage->get_int64());
    total += static_cast<int>(percentage->get_int64());
  }
  if (total != 100) ThrowInvalid("The traffic percentages must sum to 100, not " + std::to_string(total) + ".");
}

}  // namespace

EndpointConfig ParseEndpointConfig(const json::object& request) {
  RejectUnsupported(request, {"auto_capture_config", "ai_gateway", "rate_limits"});
  struct Spelling {
    const char* list;
    const char* name;
    const char* version;
  };
  constexpr std::array<Spelling, 2> kSpellings = {
      {{"served_entities", "entity_name", "entity_version"}, {"served_models", "model_name", "model_version"}}};
  EndpointConfig config;
  for (const auto& spelling : kSpellings) {
    const auto* list = request.if_contains(spelling.list);
    if (!list || list->is_null() || !config.entities.empty()) continue;
    if (!list->is_array()) ThrowInvalid(std::string("'") + spelling.list + "' must be a list.");
    for (const auto& value : list->get_array()) {
      ServedEntity entity = ParseEntity(value, spelling.list, spelling.name, spelling.version);
      for (const auto& other : config.entities) {
        if (other.name == entity.name) ThrowInvalid("Two served entities are named '" + entity.name + "'.");
      }
      config.entities.push_back(std::move(entity));
    }
  }
  if (config.entities.empty()) ThrowInvalid("'served_entities' must list at least one model version.");
  if (config.entities.size() > 200) ThrowInvalid("An endpoint serves at most 200 entities.");
  ParseTraffic(request, &config);
  return config;
}

json::object EndpointConfigToJson(const EndpointConfig& config, const std::string& deployment, const std::string& message,
                                  const std::string& creator, int64_t created_ms) {
  json::array entities, models, routes;
  for (const auto& entity : config.entities) {
    json::object common{{"name", entity.name},
                        {"workload_size", entity.workload_size},
                        {"workload_type", "CPU"},
                        {"scale_to_zero_enabled", entity.scale_to_zero},
                        {"creator", creator},
                        {"creation_timestamp", created_ms},
                        {"state", {{"deployment", deployment}, {"deployment_state_message", message}}}};
    if (!entity.environment.empty()) common["environment_vars"] = entity.environment;
    json::object as_entity = common, as_model = std::move(common);
    as_entity["entity_name"] = entity.model_name;
    as_entity["entity_version"] = entity.model_version;
    as_model["model_name"] = entity.model_name;
    as_model["model_version"] = entity.model_version;
    entities.push_back(std::move(as_entity));
    models.push_back(std::move(as_model));
    routes.push_back(
        {{"served_model_name", entity.name}, {"served_entity_name", entity.name}, {"traffic_percentage", entity.traffic}});
  }
  return {{"served_entities", std::move(entities)},
          {"served_models", std::move(models)},
          {"traffic_config", {{"routes", std::move(routes)}}},
          {"config_version", config.version}};
}

std::vector<uint8_t> TrafficSchedule(const EndpointConfig& config) {
  std::vector<uint8_t> schedule;
  std::vector<int> credit(config.entities.size(), 0);
  for (int slot = 0; slot < 100; ++slot) {
    size_t best = 0;
    for (size_t i = 0; i < credit.size(); ++i) {
      credit[i] += config.entities[i].traffic;
      if (credit[i] > credit[best]) best = i;
    }
    credit[best] -= 100;
    schedule.push_back(static_cast<uint8_t>(best));
  }
  return schedule;
}

}  // namespace headrace::serving
