#pragma once

#include "http/api_params.h"
#include "tracking/entities.h"

namespace headrace::http {

// MLflow's entities as its REST API writes them: snake_case, 64-bit integers as numbers, unset fields left out. Where a
// `memory` can be given, all of the result lies there: a page of runs has thousands of parts.

json::value DoubleToJson(double value);  ///< NaN and infinities as text.
json::object ToJson(const tracking::Metric& metric, const json::storage_ptr& memory = {});
json::object ToJson(const tracking::Experiment& experiment, const json::storage_ptr& memory = {});
json::object ToJson(const tracking::RunInfo& info, const json::storage_ptr& memory = {});
json::object ToJson(const tracking::Run& run, const json::storage_ptr& memory = {});
json::object ToJson(const tracking::LoggedModel& model, const json::storage_ptr& memory = {});
json::array TagsToJson(const std::vector<tracking::Tag>& tags, const json::storage_ptr& memory = {});

std::vector<tracking::Tag> TagsFrom(const ApiParams& params, std::string_view name);
tracking::Metric MetricFrom(const ApiParams& params);
tracking::ViewType ViewFrom(const ApiParams& params, std::string_view name);
/// "FINISHED" or 3 to "FINISHED"; nothing when absent or, as in protobuf, when it is no status at all.
std::optional<std::string> RunStatusFrom(const ApiParams& params, std::string_view name);
tracking::DatasetInput DatasetInputFrom(const ApiParams& params);

/// "LOGGED_MODEL_READY" or 2.
int ModelStatusFrom(const ApiParams& params, std::string_view name);

}  // namespace headrace::http
