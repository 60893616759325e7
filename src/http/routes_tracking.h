#pragma once

#include <memory>

#include "http/router.h"
#include "tracking/artifacts.h"
#include "tracking/tracking.h"

namespace headrace::http {

/// MLflow's tracking API: experiments, runs, logging, search, history; under /api/2.0/mlflow and /ajax-api/2.0/mlflow.
void RegisterTrackingRoutes(Router& router, std::shared_ptr<tracking::Tracking> tracking,
                            std::shared_ptr<tracking::ArtifactStore> artifacts);

/// MLflow 3's logged models.
void RegisterLoggedModelRoutes(Router& router, std::shared_ptr<tracking::Tracking> tracking,
                               std::shared_ptr<tracking::ArtifactStore> artifacts);

/// Adds `handler` under `path` of /api/VERSION and of its twin /ajax-api/VERSION, which MLflow's UI calls.
void AddTwins(Router& router, Method method, const std::string& version_and_path, const Handler& handler,
              RouteOptions options = {});

}  // namespace headrace::http
