#include "cli/model_serving.h"

#include "http/routes_features.h"
#include "http/routes_serving.h"

namespace headrace::cli {

ModelServing::ModelServing(ModelServingOptions options, metastore::Metastore* metastore,
                           std::shared_ptr<http::MetricRegistry> metrics)
    : store_(features::OnlineStore::Open(options.root + "/online")), tables_(metastore, SystemClock()) {
  publisher_ = std::make_unique<features::Publisher>(&tables_, store_.get(), std::make_shared<features::DeltaTableReader>(),
                                                     SystemClock());
  serving::EndpointsOptions endpoints;
  endpoints.runtime.python.executable = options.python;
  endpoints.runtime.python.module_path = options.python_path;
  endpoints.runtime.work_dir = options.root + "/serving";
  endpoints.runtime.limits = options.workers;
  if (options.workers.standby) endpoints.runtime.standby = std::make_shared<serving::StandbyWorker>(endpoints.runtime.python);
  endpoints.metastore = metastore;
  endpoints.online_store = store_.get();
  endpoints.clock = SystemClock();
  endpoints.resolve_model = std::move(options.resolve_model);
  endpoints.make_metrics = [metrics](const std::string& endpoint, const std::string& served, const std::string& version) {
    return http::MakeServedMetrics(*metrics, endpoint, served, version);
  };
  endpoints_ = std::make_unique<serving::Endpoints>(std::move(endpoints));
}

void ModelServing::RegisterRoutes(http::Router& router) {
  http::RegisterServingRoutes(router, endpoints_.get());
  http::RegisterFeatureRoutes(router, {&tables_, store_.get(), publisher_.get()});
}

}  // namespace headrace::cli
