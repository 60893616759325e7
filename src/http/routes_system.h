#pragma once

#include <memory>
#include <string>

#include "http/metrics.h"
#include "http/router.h"

namespace headrace::http {

/// What the server says about itself.
struct SystemRoutesOptions {
  std::string version;  ///< Answered at /version; MLflow's UI shows it.
  std::string workspace_id = "0";
};

/// /health, /version, /metrics, /.well-known/databricks-config, the SDK's workspace probe.
void RegisterSystemRoutes(Router& router, const SystemRoutesOptions& options, std::shared_ptr<MetricRegistry> metrics);

}  // namespace headrace::http
