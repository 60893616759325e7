#pragma once

#include "features/feature_tables.h"
#include "features/online_store.h"
#include "features/publisher.h"
#include "http/router.h"

namespace headrace::http {

/// What the feature store's routes stand on; all must outlive the router.
struct FeatureRoutes {
  features::FeatureTables* tables = nullptr;
  features::OnlineStore* store = nullptr;
  features::Publisher* publisher = nullptr;
};

/// The routes of the feature store client, /api/2.0/feature-store/*. They are Headrace's own: Databricks documents the
/// Python client, not what it sends.
void RegisterFeatureRoutes(Router& router, FeatureRoutes parts);

}  // namespace headrace::http
