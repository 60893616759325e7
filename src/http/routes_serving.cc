#include "http/routes_serving.h"

#include "base/error.h"

namespace headrace::http {
namespace {

std::string UserOf(const Request& request) { return request.principal.name.empty() ? "headrace" : request.principal.name; }

Response ToResponse(serving::InvocationAnswer answer) {
  Response response;
  response.status = answer.status;
  response.body = std::move(answer.body);
  response.headers.emplace_back("served-model-name", std::move(answer.served_model_name));
  return response;
}

// Most answers come from memory within microseconds; the others go on in the worker pool.
std::optional<Response> Invoke(const serving::Endpoints& endpoints, Request& request, std::string_view served, Handler* rest) {
  const std::string_view type = request.Header("Content-Type");
  if (!type.empty() && !type.starts_with("application/json")) {
    throw Error(ErrorKind::kInvalidParameter, "BAD_REQUEST",
                "This endpoint takes 'application/json', not '" + std::string(type) + "'.");
  }
  serving::Invocation invocation = endpoints.Begin(request.PathParameter("name"), served);
  serving::InvocationAnswer answer;
  if (invocation.TryAnswer(request.body, &answer)) return ToResponse(std::move(answer));
  *rest = [invocation](Request& request) mutable {
    serving::InvocationAnswer answer;
    invocation.Answer(request.body, &answer);
    return ToResponse(std::move(answer));
  };
  return std::nullopt;
}

class Metrics : public serving::ServedMetrics {
 public:
  Metrics(MetricRegistry& registry, const Labels& labels)
      : latency_(
            registry.GetHistogram("headrace_serving_latency_seconds", "Time to answer an invocation, in the server.", labels)),
        requests_(registry.GetCounter("headrace_serving_requests_total", "Invocations answered.", labels)) {
    for (const char* code : {"4xx", "5xx"}) {
      Labels with_code = labels;
      with_code["code"] = code;
      errors_[code[0] == '5'] =
          &registry.GetCounter("headrace_serving_errors_total", "Invocations answered with an error.", with_code);
    }
  }
  void Observe(int64_t micros, int status) override {
    latency_.ObserveMicros(micros);
    requests_.Increment();
    if (status >= 400) errors_[status >= 500]->Increment();
  }

 private:
  Histogram& latency_;
  Counter& requests_;
  Counter* errors_[2];
};

}  // namespace

std::unique_ptr<serving::ServedMetrics> MakeServedMetrics(MetricRegistry& registry, const std::string& endpoint,
                                                          const std::string& served, const std::string& version) {
  return std::make_unique<Metrics>(registry, Labels{{"endpoint", endpoint}, {"served_model", served}, {"version", version}});
}

void RegisterServingRoutes(Router& router, serving::Endpoints* endpoints) {
  const std::string base = "/api/2.0/serving-endpoints";
  router.Post(base,
              [endpoints](Request& request) { return Response::Json(endpoints->Create(request.JsonObject(), UserOf(request))); });
  router.Get(base, [endpoints](Request&) { return Response::Json(json::object{{"endpoints", endpoints->List()}}); });
  router.Get(base + "/{name}",
             [endpoints](Request& request) { return Response::Json(endpoints->Get(request.PathParameter("name"))); });
  router.Put(base + "/{name}/config", [endpoints](Request& request) {
    return Response::Json(endpoints->UpdateConfig(request.PathParameter("name"), request.JsonObject(), UserOf(request)));
  });
  router.Delete(base + "/{name}", [endpoints](Request& request) {
    endpoints->Delete(request.PathParameter("name"));
    return Response::Json(json::object{});
  });
  router.Patch(base + "/{name}/tags", [endpoints](Request& request) {
    return Response::Json(json::object{{"tags", endpoints->PatchTags(request.PathParameter("name"), request.JsonObject())}});
  });
  RouteOptions large;
  large.max_body_bytes = 64 << 20;
  large.may_wait = true;
  router.AddQuick(
      Method::kPost, "/serving-endpoints/{name}/invocations",
      [endpoints](Request& request, Handler* rest) { return Invoke(*endpoints, request, "", rest); }, large);
  router.AddQuick(
      Method::kPost, "/serving-endpoints/{name}/served-models/{served}/invocations",
      [endpoints](Request& request, Handler* rest) { return Invoke(*endpoints, request, request.PathParameter("served"), rest); },
      large);
}

}  // namespace headrace::http
