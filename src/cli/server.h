#pragma once

#include <memory>
#include <string>

#include "base/settings.h"
#include "cli/model_serving.h"
#include "cli/spark.h"
#include "http/metrics.h"
#include "http/server.h"
#include "metastore/metastore.h"
#include "registry/registry.h"
#include "registry/webhooks.h"
#include "tracking/artifacts.h"
#include "tracking/tracking.h"

namespace headrace::cli {

/// What `headrace serve` is told.
struct ServeOptions {
  std::string root;  ///< The folder everything is kept in; made when missing.
  std::string http_address = "127.0.0.1:8080";
  std::string connect_address = "127.0.0.1:15002";
  std::string config_file;  ///< TOML; what the command line says comes first.
  std::string memory_limit;  ///< Of the engine: "4GB", "70%".
  SettingValues settings;  ///< `spark.*` settings every session starts from.
  std::string mlflow_ui;  ///< MLflow's packaged UI (`mlflow/server/js/build`); "" leaves /mlflow out.
  std::string python = "python3";  ///< The interpreter of model workers: it has mlflow and the models' libraries.
  std::string python_path;  ///< Folder of the `headrace` Python package; "" when it is installed.
  std::string tls_certificate_file;
  std::string tls_key_file;
  serving::WorkerLimits workers;  ///< Of models that Python serves.
  std::string tokens_file;  ///< Lines "token user"; "" asks for no tokens.
};

/// One whole Headrace: the metadata database, the modules on it, the listeners. Two can live in one process.
class Server {
 public:
  /// Opens the root and binds the addresses.
  explicit Server(ServeOptions options);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  void Start();
  /// Stops gracefully. Idempotent.
  void Stop();

  /// Where HTTP is served: "127.0.0.1:8080".
  std::string http_address() const { return http_->address(); }
  /// Where Spark Connect is served: "127.0.0.1:15002".
  std::string connect_address() const { return spark_->address(); }

 private:
  ServeOptions options_;
  std::shared_ptr<http::MetricRegistry> metrics_;
  std::shared_ptr<metastore::Metastore> metastore_;
  std::shared_ptr<tracking::Tracking> tracking_;
  std::shared_ptr<tracking::ArtifactStore> artifacts_;
  std::shared_ptr<registry::Webhooks> webhooks_;
  std::shared_ptr<registry::Registry> registry_;
  std::unique_ptr<ModelServing> model_serving_;
  std::unique_ptr<SparkSide> spark_;
  std::unique_ptr<http::Server> http_;
};

/// Runs `headrace serve ARGS`; gives the exit code.
int RunServe(int argc, char** argv);

}  // namespace headrace::cli
