#pragma once

#include <memory>
#include <string>

#include "http/router.h"
#include "tracking/artifacts.h"

namespace headrace::http {

/// `{"files": […]}` with paths below `prefix`.
json::object ArtifactsToJson(const std::vector<tracking::ArtifactInfo>& artifacts, const std::string& prefix);

/// A file as a download. Throws RESOURCE_DOES_NOT_EXIST when it is not there.
Response ArtifactResponse(const tracking::ArtifactStore& artifacts, const std::string& uri, const std::string& relative);

/// MLflow's artifact proxy: upload, download, list and delete under /api/2.0/mlflow-artifacts, streamed both ways, and
/// multipart uploads.
void RegisterArtifactRoutes(Router& router, std::shared_ptr<tracking::ArtifactStore> artifacts);

}  // namespace headrace::http
