#include <fmt/format.h>

#include "base/error.h"
#include "http/mlflow_json.h"
#include "http/routes_artifacts.h"
#include "http/routes_tracking.h"

namespace headrace::http {

namespace {

using tracking::LoggedModel;
using tracking::Tracking;

std::vector<tracking::Param> ParamsFrom(const ApiParams& params) {
  std::vector<tracking::Param> values;
  for (const auto& param : params.Objects("params")) values.push_back({param.String("key"), param.String("value")});
  return values;
}

Response ModelResponse(const LoggedModel& model) { return Response::Json(json::object{{"model", ToJson(model)}}); }

Response Create(Tracking& tracking, Request& request) {
  const ApiParams params(request);
  LoggedModel model =
      tracking.CreateLoggedModel(params.RequiredString("experiment_id"), params.String("name"), params.String("model_type"),
                                 params.String("source_run_id"), ParamsFrom(params), TagsFrom(params, "tags"));
  return ModelResponse(model);
}

Response Search(Tracking& tracking, Request& request) {
  const ApiParams params(request);
  tracking::LoggedModelQuery query;
  query.experiment_ids = params.Strings("experiment_ids");
  if (!params.Has("experiment_ids")) params.ThrowMissing("experiment_ids");
  query.filter = params.String("filter");
  for (const auto& dataset : params.Objects("datasets")) {
    query.datasets.push_back({dataset.String("dataset_name"), dataset.String("dataset_digest")});
  }
  query.max_results = params.Int("max_results").value_or(0);
  if (query.max_results == 0) query.max_results = 100;
  for (const auto& order : params.Objects("order_by")) {
    query.order_by.push_back({order.String("field_name"), order.Bool("ascending", true), order.String("dataset_name"),
                              order.String("dataset_digest")});
  }
  query.page_token = params.String("page_token");
  const auto page = tracking.SearchLoggedModels(query);
  json::object object;
  json::array models;
  for (const auto& model : page.items) models.push_back(ToJson(model));
  if (!models.empty()) object["models"] = std::move(models);
  if (!page.next_page_token.empty()) object["next_page_token"] = page.next_page_token;
  return Response::Json(object);
}

}  // namespace

void RegisterLoggedModelRoutes(Router& router, std::shared_ptr<Tracking> tracking,
                               std::shared_ptr<tracking::ArtifactStore> artifacts) {
  const std::string base = "2.0/mlflow/logged-models";
  const std::string one = base + "/{model_id}";
  AddTwins(router, Method::kPost, base, [tracking](Request& request) { return Create(*tracking, request); });
  AddTwins(router, Method::kPost, base + "/search", [tracking](Request& request) { return Search(*tracking, request); });
  AddTwins(router, Method::kGet, one, [tracking](Request& request) {
    const std::string allow = request.query.Get("allow_deleted");
    return ModelResponse(tracking->GetLoggedModel(request.PathParameter("model_id"), allow == "true" || allow == "True"));
  });
  AddTwins(router, Method::kPatch, one, [tracking](Request& request) {
    return ModelResponse(
        tracking->FinalizeLoggedModel(request.PathParameter("model_id"), ModelStatusFrom(ApiParams(request), "status")));
  });
  AddTwins(router, Method::kDelete, one, [tracking](Request& request) {
    tracking->DeleteLoggedModel(request.PathParameter("model_id"));
    return Response::Empty();
  });
  AddTwins(router, Method::kPost, one + "/params", [tracking](Request& request) {
    tracking->LogLoggedModelParams(request.PathParameter("model_id"), ParamsFrom(ApiParams(request)));
    return Response::Empty();
  });
  AddTwins(router, Method::kPatch, one + "/tags", [tracking](Request& request) {
    tracking->SetLoggedModelTags(request.PathParameter("model_id"), TagsFrom(ApiParams(request), "tags"));
    return Response::Empty();
  });
  AddTwins(router, Method::kDelete, one + "/tags/{tag_key}", [tracking](Request& request) {
    tracking->DeleteLoggedModelTag(request.PathParameter("model_id"), request.PathParameter("tag_key"));
    return Response::Empty();
  });
  AddTwins(router, Method::kGet, one + "/artifacts/directories", [tracking, artifacts](Request& request) {
    const std::string root = tracking->GetLoggedModel(request.PathParameter("model_id")).artifact_uri;
    const std::string folder = request.query.Get("artifact_directory_path");
    json::object object = ArtifactsToJson(artifacts->List(root, folder), folder);
    object["root_uri"] = root;
    return Response::Json(object);
  });
  AddTwins(router, Method::kGet, one + "/artifacts/files", [tracking, artifacts](Request& request) {
    const std::string file = request.query.Get("artifact_file_path");
    if (file.empty()) {
      throw Error(ErrorKind::kInvalidParameter, "BAD_REQUEST",
                  "Request must include the \"artifact_file_path\" query parameter.");
    }
    return ArtifactResponse(*artifacts, tracking->GetLoggedModel(request.PathParameter("model_id")).artifact_uri, file);
  });
}

}  // namespace headrace::http
