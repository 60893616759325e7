#pragma once

#include <memory>

#include "http/router.h"
#include "registry/registry.h"
#include "registry/webhooks.h"
#include "tracking/artifacts.h"

namespace headrace::http {

json::object ToJson(const registry::ModelVersion& version);
json::object ToJson(const registry::RegisteredModel& model);

/// MLflow's model registry API under /api/2.0/mlflow/{registered-models,model-versions} and its twin.
void RegisterRegistryRoutes(Router& router, std::shared_ptr<registry::Registry> registry,
                            std::shared_ptr<tracking::ArtifactStore> artifacts);

/// Databricks' registry webhooks under /api/2.0/mlflow/registry-webhooks.
void RegisterWebhookRoutes(Router& router, std::shared_ptr<registry::Webhooks> webhooks);

}  // namespace headrace::http
