#include "base/error.h"
#include "http/api_params.h"
#include "http/routes_registry.h"

namespace headrace::http {

namespace {

using registry::Webhook;
using registry::Webhooks;

// The secret and the authorization header are write-only.
json::object ToJson(const Webhook& webhook) {
  json::object object{{"id", webhook.id},
                      {"events", json::array(webhook.events.begin(), webhook.events.end())},
                      {"creation_timestamp", webhook.creation_timestamp},
                      {"last_updated_timestamp", webhook.last_updated_timestamp},
                      {"status", webhook.status},
                      {"http_url_spec", json::object{{"url", webhook.url}, {"enable_ssl_verification", webhook.verify_tls}}}};
  if (!webhook.description.empty()) object["description"] = webhook.description;
  if (!webhook.model_name.empty()) object["model_name"] = webhook.model_name;
  return object;
}

void RejectJobs(const ApiParams& params) {
  if (params.Has("job_spec")) ThrowUnsupported("Registry webhooks that run a job");
}

Response Create(Webhooks& webhooks, Request& request) {
  const ApiParams params(request);
  RejectJobs(params);
  if (!params.Has("events")) params.ThrowMissing("events");
  if (!params.Has("http_url_spec")) params.ThrowMissing("http_url_spec");
  const ApiParams spec = params.Object("http_url_spec");
  Webhook webhook;
  webhook.model_name = params.String("model_name");
  webhook.events = params.Strings("events");
  webhook.description = params.String("description");
  webhook.status = params.OptionalString("status").value_or("ACTIVE");
  webhook.url = spec.RequiredString("url");
  webhook.authorization = spec.String("authorization");
  webhook.secret = spec.String("secret");
  webhook.verify_tls = spec.Bool("enable_ssl_verification", true);
  return Response::Json(json::object{{"webhook", ToJson(webhooks.Create(std::move(webhook)))}});
}

Response List(Webhooks& webhooks, Request& request) {
  const ApiParams params(request);
  json::array array;
  for (const auto& webhook : webhooks.List(params.String("model_name"), params.Strings("events")))
    array.push_back(ToJson(webhook));
  json::object object;
  if (!array.empty()) object["webhooks"] = std::move(array);
  return Response::Json(object);
}

Response Update(Webhooks& webhooks, Request& request) {
  const ApiParams params(request);
  RejectJobs(params);
  const ApiParams spec = params.Object("http_url_spec");
  registry::WebhookUpdate update;
  if (params.Has("events")) update.events = params.Strings("events");
  update.url = spec.OptionalString("url");
  update.authorization = spec.OptionalString("authorization");
  update.secret = spec.OptionalString("secret");
  if (spec.Has("enable_ssl_verification")) update.verify_tls = spec.Bool("enable_ssl_verification", true);
  update.description = params.OptionalString("description");
  update.status = params.OptionalString("status");
  return Response::Json(json::object{{"webhook", ToJson(webhooks.Update(params.RequiredString("id"), update))}});
}

Response Delete(Webhooks& webhooks, Request& request) {
  webhooks.Delete(ApiParams(request).RequiredString("id"));
  return Response::Empty();
}

Response Test(Webhooks& webhooks, Request& request) {
  const ApiParams params(request);
  const registry::WebhookAnswer answer = webhooks.Test(params.RequiredString("id"), params.String("event"));
  // Databricks documents the answer inside "webhook"; its SDK reads the fields beside it.
  json::object object{{"status_code", answer.status_code}, {"body", answer.body}};
  object["webhook"] = json::object{{"status_code", answer.status_code}, {"body", answer.body}};
  return Response::Json(object);
}

}  // namespace

void RegisterWebhookRoutes(Router& router, std::shared_ptr<Webhooks> webhooks) {
  const std::string base = "/api/2.0/mlflow/registry-webhooks/";
  router.Post(base + "create", [webhooks](Request& request) { return Create(*webhooks, request); });
  router.Get(base + "list", [webhooks](Request& request) { return List(*webhooks, request); });
  router.Patch(base + "update", [webhooks](Request& request) { return Update(*webhooks, request); });
  router.Post(base + "update", [webhooks](Request& request) { return Update(*webhooks, request); });
  router.Delete(base + "delete", [webhooks](Request& request) { return Delete(*webhooks, request); });
  router.Post(base + "test", [webhooks](Request& request) { return Test(*webhooks, request); });
}

}  // namespace headrace::http
