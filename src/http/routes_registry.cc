#include "http/routes_registry.h"

#include "base/error.h"
#include "http/mlflow_json.h"
#include "http/routes_artifacts.h"
#include "http/routes_tracking.h"

namespace headrace::http {

namespace {

using registry::Registry;
using RegistryHandler = json::value (*)(Registry&, const ApiParams&);

std::string Name(const ApiParams& params) { return params.RequiredString("name"); }

// The version comes as text, from some clients as a number.
std::string Version(const ApiParams& params) {
  const json::value* value = params.Find("version");
  if (value && value->is_int64()) return std::to_string(value->as_int64());
  return params.RequiredString("version");
}

json::value ModelAnswer(const registry::RegisteredModel& model) { return json::object{{"registered_model", ToJson(model)}}; }
json::value VersionAnswer(const registry::ModelVersion& version) { return json::object{{"model_version", ToJson(version)}}; }

template <typename T>
json::value ListAnswer(const char* name, const std::vector<T>& items, const std::string& token = "") {
  json::object object;
  json::array array;
  for (const auto& item : items) array.push_back(ToJson(item));
  if (!array.empty()) object[name] = std::move(array);
  if (!token.empty()) object["next_page_token"] = token;
  return object;
}

registry::SearchQuery QueryFrom(const ApiParams& params, int64_t default_results) {
  registry::SearchQuery query;
  query.filter = params.String("filter");
  query.max_results = params.Int("max_results").value_or(default_results);
  query.order_by = params.Strings("order_by");
  query.page_token = params.String("page_token");
  return query;
}

json::value CreateModel(Registry& registry, const ApiParams& params) {
  return ModelAnswer(registry.CreateModel(Name(params), params.String("description"), TagsFrom(params, "tags")));
}

json::value GetModel(Registry& registry, const ApiParams& params) { return ModelAnswer(registry.GetModel(Name(params))); }

// Databricks' forms of a model and of a version have names of their own.
json::value GetModelOfDatabricks(Registry& registry, const ApiParams& params) {
  json::object model = ToJson(registry.GetModel(Name(params)));
  model["permission_level"] = "CAN_MANAGE";
  return json::object{{"registered_model_databricks", std::move(model)}};
}

json::value ListModels(Registry& registry, const ApiParams& params) {
  const auto page = registry.SearchModels(QueryFrom(params, 100));
  return ListAnswer("registered_models", page.items, page.next_page_token);
}

json::value UpdateModel(Registry& registry, const ApiParams& params) {
  return ModelAnswer(registry.UpdateModel(Name(params), params.String("description")));
}

json::value RenameModel(Registry& registry, const ApiParams& params) {
  return ModelAnswer(registry.RenameModel(Name(params), params.RequiredString("new_name")));
}

json::value DeleteModel(Registry& registry, const ApiParams& params) {
  registry.DeleteModel(Name(params));
  return json::object();
}

json::value SearchModels(Registry& registry, const ApiParams& params) {
  const registry::SearchQuery query = QueryFrom(params, 100);
  if (query.max_results > 1000) params.ThrowInvalid("max_results");
  const auto page = registry.SearchModels(query);
  return ListAnswer("registered_models", page.items, page.next_page_token);
}

json::value GetLatestVersions(Registry& registry, const ApiParams& params) {
  return ListAnswer("model_versions", registry.GetLatestVersions(Name(params), params.Strings("stages")));
}

json::value SetModelTag(Registry& registry, const ApiParams& params) {
  registry.SetModelTag(Name(params), {params.RequiredString("key"), params.String("value")});
  return json::object();
}

json::value DeleteModelTag(Registry& registry, const ApiParams& params) {
  registry.DeleteModelTag(Name(params), params.RequiredString("key"));
  return json::object();
}

json::value SetAlias(Registry& registry, const ApiParams& params) {
  registry.SetAlias(Name(params), params.RequiredString("alias"), Version(params));
  return json::object();
}

json::value DeleteAlias(Registry& registry, const ApiParams& params) {
  registry.DeleteAlias(Name(params), params.RequiredString("alias"));
  return json::object();
}

json::value GetByAlias(Registry& registry, const ApiParams& params) {
  return VersionAnswer(registry.GetVersionByAlias(Name(params), params.RequiredString("alias")));
}

json::value CreateVersion(Registry& registry, const ApiParams& params) {
  registry::NewModelVersion wanted;
  wanted.name = Name(params);
  wanted.source = params.RequiredString("source");
  wanted.run_id = params.OptionalString("run_id");
  wanted.run_link = params.String("run_link");
  wanted.description = params.String("description");
  wanted.model_id = params.OptionalString("model_id");
  wanted.tags = TagsFrom(params, "tags");
  if (!wanted.run_id) wanted.run_id = "";
  if (wanted.run_id->empty() && !params.Has("run_id")) wanted.run_id.reset();
  return VersionAnswer(registry.CreateVersion(std::move(wanted)));
}

json::value GetVersion(Registry& registry, const ApiParams& params) {
  return VersionAnswer(registry.GetVersion(Name(params), Version(params)));
}

json::value UpdateVersion(Registry& registry, const ApiParams& params) {
  return VersionAnswer(registry.UpdateVersion(Name(params), Version(params), params.OptionalString("description")));
}

json::value TransitionStage(Registry& registry, const ApiParams& params) {
  return VersionAnswer(registry.TransitionStage(Name(params), Version(params), params.RequiredString("stage"),
                                                params.Bool("archive_existing_versions", false)));
}

json::value TransitionStageOfDatabricks(Registry& registry, const ApiParams& params) {
  const registry::ModelVersion version = registry.TransitionStage(Name(params), Version(params), params.RequiredString("stage"),
                                                                  params.Bool("archive_existing_versions", false));
  json::object object = ToJson(version);
  object["permission_level"] = "CAN_MANAGE";
  return json::object{{"model_version_databricks", std::move(object)}};
}

json::value DeleteVersion(Registry& registry, const ApiParams& params) {
  registry.DeleteVersion(Name(params), Version(params));
  return json::object();
}

json::value GetDownloadUri(Registry& registry, const ApiParams& params) {
  return json::object{{"artifact_uri", registry.GetDownloadUri(Name(params), Version(params))}};
}

json::value SearchVersions(Registry& registry, const ApiParams& params) {
  const auto page = registry.SearchVersions(QueryFrom(params, 200'000));
  return ListAnswer("model_versions", page.items, page.next_page_token);
}

json::value SetVersionTag(Registry& registry, const ApiParams& params) {
  registry.SetVersionTag(Name(params), Version(params), {params.RequiredString("key"), params.String("value")});
  return json::object();
}

json::value DeleteVersionTag(Registry& registry, const ApiParams& params) {
  registry.DeleteVersionTag(Name(params), Version(params), params.RequiredString("key"));
  return json::object();
}

struct RegistryRoute {
  Method method;
  const char* path;
  RegistryHandler handler;
};

constexpr RegistryRoute kRoutes[] = {
    {Method::kPost, "registered-models/create", &CreateModel},
    {Method::kGet, "registered-models/get", &GetModel},
    {Method::kGet, "registered-models/list", &ListModels},
    {Method::kGet, "databricks/registered-models/get", &GetModelOfDatabricks},
    {Method::kPatch, "registered-models/update", &UpdateModel},
    {Method::kPost, "registered-models/rename", &RenameModel},
    {Method::kDelete, "registered-models/delete", &DeleteModel},
    {Method::kGet, "registered-models/search", &SearchModels},
    {Method::kPost, "registered-models/get-latest-versions", &GetLatestVersions},
    {Method::kGet, "registered-models/get-latest-versions", &GetLatestVersions},
    {Method::kPost, "registered-models/set-tag", &SetModelTag},
    {Method::kDelete, "registered-models/delete-tag", &DeleteModelTag},
    {Method::kPost, "registered-models/alias", &SetAlias},
    {Method::kDelete, "registered-models/alias", &DeleteAlias},
    {Method::kGet, "registered-models/alias", &GetByAlias},
    {Method::kPost, "model-versions/create", &CreateVersion},
    {Method::kGet, "model-versions/get", &GetVersion},
    {Method::kPatch, "model-versions/update", &UpdateVersion},
    {Method::kPost, "model-versions/transition-stage", &TransitionStage},
    {Method::kPost, "databricks/model-versions/transition-stage", &TransitionStageOfDatabricks},
    {Method::kDelete, "model-versions/delete", &DeleteVersion},
    {Method::kGet, "model-versions/get-download-uri", &GetDownloadUri},
    {Method::kGet, "model-versions/search", &SearchVersions},
    {Method::kPost, "model-versions/set-tag", &SetVersionTag},
    {Method::kDelete, "model-versions/delete-tag", &DeleteVersionTag},
};

}  // namespace

json::object ToJson(const registry::ModelVersion& version) {
  json::object object{{"name", version.name},
                      {"version", std::to_string(version.version)},
                      {"creation_timestamp", version.creation_timestamp},
                      {"last_updated_timestamp", version.last_updated_timestamp}};
  if (version.description) object["description"] = *version.description;
  object["current_stage"] = version.current_stage;
  object["source"] = version.source;
  object["run_id"] = version.run_id.value_or("");
  object["status"] = "READY";
  object["run_link"] = version.run_link.value_or("");
  if (!version.tags.empty()) object["tags"] = TagsToJson(version.tags);
  if (!version.aliases.empty()) object["aliases"] = json::array(version.aliases.begin(), version.aliases.end());
  return object;
}

json::object ToJson(const registry::RegisteredModel& model) {
  json::object object{{"name", model.name},
                      {"creation_timestamp", model.creation_timestamp},
                      {"last_updated_timestamp", model.last_updated_timestamp}};
  if (!model.description.empty()) object["description"] = model.description;
  if (!model.latest_versions.empty()) {
    json::array versions;
    for (const auto& version : model.latest_versions) versions.push_back(ToJson(version));
    object["latest_versions"] = std::move(versions);
  }
  if (!model.tags.empty()) object["tags"] = TagsToJson(model.tags);
  if (!model.aliases.empty()) {
    json::array aliases;
    for (const auto& alias : model.aliases) {
      aliases.push_back(json::object{{"alias", alias.alias}, {"version", std::to_string(alias.version)}});
    }
    object["aliases"] = std::move(aliases);
  }
  return object;
}

void RegisterRegistryRoutes(Router& router, std::shared_ptr<Registry> registry,
                            std::shared_ptr<tracking::ArtifactStore> artifacts) {
  for (const RegistryRoute& route : kRoutes) {
    AddTwins(router, route.method, std::string("2.0/mlflow/") + route.path,
             [registry, call = route.handler](Request& request) { return Response::Json(call(*registry, ApiParams(request))); });
  }
  const Handler artifact = [registry, artifacts](Request& request) {
    const ApiParams params(request);
    return ArtifactResponse(*artifacts, registry->GetDownloadUri(Name(params), Version(params)), params.RequiredString("path"));
  };
  router.Get("/model-versions/get-artifact", artifact);
}

}  // namespace headrace::http
