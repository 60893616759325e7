#pragma once

#include "http/api_params.h"
#include "tracking/entities.h"

namespace headrace::http {

// MLflow's entities as its REST API writes them: snake_case, 64-bit integers as numbers, unset fields left out.

json::value DoubleToJson(double value);  ///< NaN and infinities as text.
json::object ToJson(const tracking::Metric& metric);
json::object ToJson(const tracking::Experiment& experiment);
json::object ToJson(const tracking::RunInfo& info);
json::object ToJson(const tracking::Run& run);
json::object ToJson(const tracking::LoggedModel& model);
json::array TagsToJson(const std::vector<tracking::Tag>& tags);

std::vector<tracking::Tag> TagsFrom(const ApiParams& params, std::string_view name);
tracking::Metric MetricFrom(const ApiParams& params);
tracking::ViewType ViewFrom(const ApiParams& params, std::string_view name);
/// "FINISHED" or 3 to "FINISHED"; nothing when absent or, as in protobuf, when it is no status at all.
std::optional<std::string> RunStatusFrom(const ApiParams& params, std::string_view name);
tracking::DatasetInput DatasetInputFrom(const ApiParams& params);

/// "LOGGED_MODEL_READY" or 2.
int ModelStatusFrom(const ApiParams& params, std::string_view name);

}  // namespace headrace::http
