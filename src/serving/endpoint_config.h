#pragma once

#include <string>
#include <vector>

#include "base/json.h"

namespace headrace::serving {

/// One model version of an endpoint, as a request names it.
struct ServedEntity {
  std::string name;  ///< Unique in the endpoint; the value of the header served-model-name.
  std::string model_name;
  std::string model_version;
  std::string workload_size = "Small";
  bool scale_to_zero = false;
  json::object environment;  ///< environment_vars: of the Python workers.
  int traffic = 0;  ///< Percent.
  bool operator==(const ServedEntity&) const = default;
};

/// The configuration of an endpoint: what it serves and how requests are split.
struct EndpointConfig {
  std::vector<ServedEntity> entities;
  int64_t version = 0;
};

/// Reads `{served_entities | served_models, traffic_config}` of Databricks' API. Throws kInvalidParameter that names
/// the field.
EndpointConfig ParseEndpointConfig(const json::object& request);

/// The configuration as the API answers it, with both spellings. `state` is each entity's deployment state.
json::object EndpointConfigToJson(const EndpointConfig& config, const std::string& deployment, const std::string& message,
                                  const std::string& creator, int64_t created_ms);

/// The order in which 100 requests go to the entities: entity i gets exactly its traffic, spread evenly.
std::vector<uint8_t> TrafficSchedule(const EndpointConfig& config);

}  // namespace headrace::serving
