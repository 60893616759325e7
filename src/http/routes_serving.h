#pragma once

#include <memory>

#include "http/metrics.h"
#include "http/router.h"
#include "serving/endpoints.h"

namespace headrace::http {

/// Databricks' serving API: /api/2.0/serving-endpoints and /serving-endpoints/{name}/invocations. `endpoints` must
/// outlive the router.
void RegisterServingRoutes(Router& router, serving::Endpoints* endpoints);

/// Where a served version's latencies and errors go: headrace_serving_* with labels endpoint, served_model and version.
std::unique_ptr<serving::ServedMetrics> MakeServedMetrics(MetricRegistry& registry, const std::string& endpoint,
                                                          const std::string& served, const std::string& version);

}  // namespace headrace::http
