#include "http/routes_mlflow_ui.h"

#include <fmt/format.h>

#include <filesystem>

#include "base/error.h"
#include "http/graphql.h"
#include "http/mlflow_json.h"
#include "http/routes_artifacts.h"
#include "http/routes_registry.h"
#include "http/routes_tracking.h"
#include "tracking/validation.h"

namespace headrace::http {

namespace {

constexpr uint64_t kMaxUploadBytes = 10 << 20;

Response StaticFile(const std::string& folder, const std::string& relative, const char* cache) {
  if (folder.empty()) {
    throw Error(ErrorKind::kNotFound, "ENDPOINT_NOT_FOUND",
                "MLflow's UI is not installed: start the server with --mlflow-ui DIR");
  }
  const std::string path = folder + "/" + tracking::SafeArtifactPath(relative);
  std::error_code code;
  if (!std::filesystem::is_regular_file(path, code))
    throw Error(ErrorKind::kNotFound, "ENDPOINT_NOT_FOUND", "No such file: " + relative);
  Response response;
  uint64_t size = 0;
  response.source = FileSource(path, &size);
  response.source_size = size;
  response.content_type = ContentTypeOf(path);
  response.headers.emplace_back("Cache-Control", cache);
  return response;
}

json::object KeysToSnakeCase(const json::object& camel) {
  json::object snake;
  for (const auto& [key, value] : camel) {
    std::string name;
    for (const char c : key) {
      if (c >= 'A' && c <= 'Z') {
        name += '_';
        name += static_cast<char>(c - 'A' + 'a');
      } else {
        name += c;
      }
    }
    snake[name] = value;
  }
  return snake;
}

// The queries MLflow's UI sends, answered by the same calls as the REST API.
class GraphQlResolver {
 public:
  GraphQlResolver(tracking::Tracking& tracking, registry::Registry& registry, tracking::ArtifactStore& artifacts)
      : tracking_(tracking), registry_(registry), artifacts_(artifacts) {}

  json::value Resolve(const GraphQlField& field) {
    const json::value* input = field.arguments.if_contains("input");
    const json::object named = input && input->is_object() ? KeysToSnakeCase(input->as_object()) : json::object();
    const ApiParams params(std::make_shared<const json::object>(named), "");
    if (field.name == "mlflowGetExperiment") {
      return json::object{{"experiment", ToJson(tracking_.GetExperiment(params.RequiredString("experiment_id")))}};
    }
    if (field.name == "mlflowGetRun") return GetRun(params, field);
    if (field.name == "mlflowSearchRuns") return SearchRuns(params, field);
    if (field.name == "mlflowGetMetricHistoryBulkInterval") return MetricHistory(params);
    if (field.name == "mlflowListArtifacts") return ListArtifacts(params);
    if (field.name == "mlflowSearchModelVersions") {
      registry::SearchQuery query{params.String("filter"), params.Int("max_results").value_or(200'000),
                                  params.Strings("order_by"), params.String("page_token")};
      return json::object{{"model_versions", Versions(query)}};
    }
    ThrowUnsupported("GraphQL field " + field.name);
  }

 private:
  json::array Versions(const registry::SearchQuery& query) {
    json::array versions;
    for (const auto& version : registry_.SearchVersions(query).items) versions.push_back(ToJson(version));
    return versions;
  }

  json::object RunToJson(const tracking::Run& run, const GraphQlField* selected) {
    json::object object = ToJson(run);
    if (selected && selected->Find("experiment")) {
      object["experiment"] = ToJson(tracking_.GetExperiment(std::to_string(run.info.experiment_id)));
    }
    if (selected && selected->Find("modelVersions")) {
      object["model_versions"] = Versions({fmt::format("run_id='{}'", run.info.run_id), 200'000, {}, ""});
    }
    return object;
  }

  json::value GetRun(const ApiParams& params, const GraphQlField& field) {
    const std::string run_id = params.Has("run_id") ? params.RequiredString("run_id") : params.RequiredString("run_uuid");
    return json::object{{"run", RunToJson(tracking_.GetRun(run_id), field.Find("run"))}};
  }

  json::value SearchRuns(const ApiParams& params, const GraphQlField& field) {
    tracking::RunQuery query;
    query.experiment_ids = params.Strings("experiment_ids");
    query.filter = params.String("filter");
    query.view = ViewFrom(params, "run_view_type");
    query.max_results = params.Int("max_results").value_or(1000);
    query.order_by = params.Strings("order_by");
    query.page_token = params.String("page_token");
    const auto page = tracking_.SearchRuns(query);
    json::array runs;
    for (const auto& run : page.items) runs.push_back(RunToJson(run, field.Find("runs")));
    json::object object{{"runs", std::move(runs)}};
    if (!page.next_page_token.empty()) object["next_page_token"] = page.next_page_token;
    return object;
  }

  json::value MetricHistory(const ApiParams& params) {
    json::array metrics;
    const auto history =
        tracking_.SampleMetricHistory(params.Strings("run_ids"), params.RequiredString("metric_key"),
                                      params.Int("max_results").value_or(2500), params.Int("start_step"), params.Int("end_step"));
    for (const auto& metric : history) metrics.push_back(ToJson(metric));
    return json::object{{"metrics", std::move(metrics)}};
  }

  json::value ListArtifacts(const ApiParams& params) {
    const std::string run_id = params.Has("run_id") ? params.RequiredString("run_id") : params.RequiredString("run_uuid");
    const std::string root = tracking_.GetRun(run_id).info.artifact_uri;
    json::object object = ArtifactsToJson(artifacts_.List(root, params.String("path")), params.String("path"));
    object["root_uri"] = root;
    return object;
  }

  tracking::Tracking& tracking_;
  registry::Registry& registry_;
  tracking::ArtifactStore& artifacts_;
};

// A field that fails is null with a message in "errors"; the others are still answered.
Response GraphQl(GraphQlResolver resolver, Request& request) {
  const ApiParams params(request);
  const json::value* variables = params.Find("variables");
  const auto fields =
      ParseGraphQl(params.RequiredString("query"), variables && variables->is_object() ? variables->as_object() : json::object(),
                   params.String("operationName"));
  json::object data;
  json::array errors;
  for (const auto& field : fields) {
    try {
      data[field.alias] = SelectGraphQl(resolver.Resolve(field), field);
    } catch (const Error& error) {
      data[field.alias] = nullptr;
      errors.push_back(json::string(error.message()));
    }
  }
  json::object answer{{"data", std::move(data)}};
  answer["errors"] = errors.empty() ? json::value() : json::value(std::move(errors));
  return Response::Json(answer);
}

}  // namespace

void RegisterMlflowUiRoutes(Router& router, const std::string& build_folder, std::shared_ptr<tracking::Tracking> tracking,
                            std::shared_ptr<registry::Registry> registry, std::shared_ptr<tracking::ArtifactStore> artifacts) {
  // The pages ask for what they need by relative addresses.
  router.AddPrefixAlias("/mlflow");
  // MLflow's clients print addresses of pages as "/#/experiments/…"; the part behind '#' survives a redirect.
  router.Get("/", [](Request&) { return Response::Redirect("/mlflow/"); });
  router.Get("/mlflow", [](Request&) { return Response::Redirect("/mlflow/"); });
  router.Get("/mlflow/", [build_folder](Request&) { return StaticFile(build_folder, "index.html", "no-cache"); });
  router.Get("/static-files/{path...}", [build_folder](Request& request) {
    return StaticFile(build_folder, request.PathParameter("path"), "public, max-age=2419200");
  });
  router.Post("/graphql", [tracking, registry, artifacts](Request& request) {
    return GraphQl(GraphQlResolver(*tracking, *registry, *artifacts), request);
  });
  router.Get("/get-artifact", [tracking, artifacts](Request& request) {
    const ApiParams params(request);
    const std::string run_id = params.Has("run_id") ? params.RequiredString("run_id") : params.RequiredString("run_uuid");
    return ArtifactResponse(*artifacts, tracking->GetRun(run_id).info.artifact_uri, params.RequiredString("path"));
  });
  router.Post("/ajax-api/2.0/mlflow/upload-artifact",
              [tracking, artifacts](Request& request) {
                const std::string run_id = request.query.Get("run_uuid"), path = request.query.Get("path");
                if (run_id.empty())
                  throw Error(ErrorKind::kInvalidParameter, "INVALID_PARAMETER_VALUE", "Request must specify run_uuid.");
                if (path.empty())
                  throw Error(ErrorKind::kInvalidParameter, "INVALID_PARAMETER_VALUE", "Request must specify path.");
                if (request.body.empty())
                  throw Error(ErrorKind::kInvalidParameter, "INVALID_PARAMETER_VALUE", "Request must specify data.");
                auto upload = artifacts->StartUpload(tracking->GetRun(run_id).info.artifact_uri, path);
                upload->Write(request.body.data(), request.body.size());
                upload->Commit();
                return Response::Empty();
              },
              {.max_body_bytes = kMaxUploadBytes});
  // The pages ask for traces, prompts and telemetry as they load; there are none of these here.
  router.Get("/ajax-api/3.0/mlflow/ui-telemetry", [](Request&) {
    return Response::Json(json::object{{"disable_ui_telemetry", true}});
  });
  router.Post("/ajax-api/3.0/mlflow/ui-telemetry", [](Request&) { return Response::Json(json::object{{"status", "disabled"}}); });
}

}  // namespace headrace::http
