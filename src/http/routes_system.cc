#include "http/routes_system.h"

namespace headrace::http {

void RegisterSystemRoutes(Router& router, const SystemRoutesOptions& options, std::shared_ptr<MetricRegistry> metrics) {
  const RouteOptions open{.inline_on_io = true, .anonymous = true};
  router.Get(
      "/health", [](Request&) { return Response::Text("OK"); }, open);
  router.Get(
      "/version", [version = options.version](Request&) { return Response::Text(version); }, open);
  router.Get("/metrics",
             [metrics](Request&) { return Response::Text(metrics->Serialize(), "text/plain; version=0.0.4; charset=utf-8"); });
  router.Get(
      "/.well-known/databricks-config",
      [id = options.workspace_id](Request& request) {
        // Relative to the address the client used: the server does not know its own name.
        const std::string host(request.Header("Host"));
        return Response::Json(
            json::object{{"oidc_endpoint", (request.tls ? "https://" : "http://") + host + "/oidc"}, {"workspace_id", id}});
      },
      open);
  router.Get("/api/2.0/preview/scim/v2/Me", [id = options.workspace_id](Request& request) {
    const std::string& name = request.principal.name;
    return Response::Json(json::object{{"id", "1"},
                                       {"userName", name.empty() ? "headrace" : name},
                                       {"displayName", name.empty() ? "headrace" : name},
                                       {"active", true}})
        .With("X-Databricks-Org-Id", id);
  });
}

}  // namespace headrace::http
