#pragma once

#include <memory>
#include <string>

#include "http/router.h"
#include "registry/registry.h"
#include "tracking/artifacts.h"
#include "tracking/tracking.h"

namespace headrace::http {

/// MLflow's packaged web UI at /mlflow/ and the routes only it calls: /graphql, /get-artifact, upload-artifact.
/// `build_folder` is the wheel's mlflow/server/js/build; without it the pages answer 404 with the setting's name.
void RegisterMlflowUiRoutes(Router& router, const std::string& build_folder, std::shared_ptr<tracking::Tracking> tracking,
                            std::shared_ptr<registry::Registry> registry, std::shared_ptr<tracking::ArtifactStore> artifacts);

}  // namespace headrace::http
