#pragma once

#include <functional>
#include <memory>
#include <string>

#include "features/delta_table_reader.h"
#include "features/feature_tables.h"
#include "features/online_store.h"
#include "features/publisher.h"
#include "http/metrics.h"
#include "http/router.h"
#include "metastore/metastore.h"
#include "serving/endpoints.h"

namespace headrace::cli {

/// What feature store and model serving of one server are made of.
struct ModelServingOptions {
  std::string root;  ///< The server's root; the online store lies in `root`/online.
  std::string python;  ///< The interpreter of model workers; it has mlflow and the models' libraries.
  std::string python_path;  ///< Folder of the `headrace` Python package; "" when it is installed.
  serving::WorkerLimits workers;
  /// The local folder of a registered model version; throws kNotFound.
  std::function<std::string(const std::string& model, const std::string& version)> resolve_model;
};

/// The feature store and the serving endpoints of one server, and their routes.
class ModelServing {
 public:
  /// `metastore` and `metrics` must outlive it.
  ModelServing(ModelServingOptions options, metastore::Metastore* metastore, std::shared_ptr<http::MetricRegistry> metrics);
  void RegisterRoutes(http::Router& router);
  /// Loads the endpoints in the background.
  void Start() { endpoints_->Start(); }
  /// Ends loading and waiting. Idempotent.
  void Stop() { endpoints_->Stop(); }

 private:
  std::unique_ptr<features::OnlineStore> store_;
  features::FeatureTables tables_;
  std::unique_ptr<features::Publisher> publisher_;
  std::unique_ptr<serving::Endpoints> endpoints_;
};

}  // namespace headrace::cli
