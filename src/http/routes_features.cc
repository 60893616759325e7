#include "http/routes_features.h"

#include <algorithm>

#include "base/error.h"
#include "serving/feature_lookup.h"

namespace headrace::http {
namespace {

std::string Required(const json::object& body, const char* name) {
  const auto* value = body.if_contains(name);
  if (!value || !value->is_string() || value->get_string().empty()) {
    throw Error(ErrorKind::kInvalidParameter, "INVALID_PARAMETER_VALUE", std::string("'") + name + "' must be a string.");
  }
  return std::string(value->get_string());
}

std::string NameOf(const Request& request) {
  const std::string* name = request.query.Find("name");
  if (!name) throw Error(ErrorKind::kInvalidParameter, "INVALID_PARAMETER_VALUE", "The parameter 'name' is missing.");
  return *name;
}

json::object OnlineToJson(const features::OnlineTable& table) {
  const auto& info = table.info();
  json::array columns, keys;
  for (const auto& column : info.schema().columns) {
    columns.push_back({{"name", column.name}, {"type", features::OnlineTypeName(column.type)}});
  }
  for (const auto& key : info.primary_keys) keys.emplace_back(key.name);
  return {{"name", info.name},
          {"primary_keys", std::move(keys)},
          {"timestamp_keys", json::value_from(info.timestamp_keys)},
          {"columns", std::move(columns)},
          {"source", info.source},
          {"source_version", info.source_version},
          {"published_at", info.published_at / 1000}};
}

features::PublishRequest PublishRequestOf(const json::object& body) {
  features::PublishRequest request;
  request.table = Required(body, "name");
  const std::string mode = body.contains("mode") ? Required(body, "mode") : "merge";
  if (mode == "overwrite" || mode == "snapshot") {
    request.mode = features::PublishRequest::Mode::kOverwrite;
  } else if (mode != "merge") {
    throw Error(ErrorKind::kInvalidParameter, "INVALID_PARAMETER_VALUE",
                "'mode' must be merge, overwrite or snapshot, not '" + mode + "'.");
  }
  if (const auto* list = body.if_contains("features"); list && list->is_array()) {
    for (const auto& feature : list->get_array()) {
      if (feature.is_string()) request.features.emplace_back(feature.get_string());
    }
  }
  if (const auto* version = body.if_contains("version"); version && version->is_int64()) request.version = version->get_int64();
  return request;
}

/// `{name, keys: [{column: value}]}` → the features of each key as a request to an endpoint would find them.
json::array LookUp(const features::OnlineStore& store, const json::object& body) {
  const std::string name = Required(body, "name");
  const auto table = store.Find(name);
  if (!table) {
    throw Error(ErrorKind::kNotFound, "RESOURCE_DOES_NOT_EXIST",
                "Feature table '" + name + "' is not published to the online store.");
  }
  std::vector<std::string> keys;
  for (const auto& key : table->info().primary_keys) keys.push_back(key.name);
  serving::FeatureLookup lookup(name, keys, nullptr);
  for (const auto& column : table->info().schema().columns) {
    features::FeatureSpecColumn wanted;
    wanted.name = wanted.feature = column.name;
    if (std::find(keys.begin(), keys.end(), column.name) == keys.end()) lookup.Add(wanted, 0);
  }
  const auto* list = body.if_contains("keys");
  if (!list || !list->is_array())
    throw Error(ErrorKind::kInvalidParameter, "INVALID_PARAMETER_VALUE", "'keys' must be a list of objects.");
  json::array rows;
  for (const auto& key : list->get_array()) {
    if (!key.is_object())
      throw Error(ErrorKind::kInvalidParameter, "INVALID_PARAMETER_VALUE", "'keys' must be a list of objects.");
    json::object row = key.get_object();
    lookup.Fill(store, &row);
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

void RegisterFeatureRoutes(Router& router, FeatureRoutes parts) {
  const std::string base = "/api/2.0/feature-store/feature-tables";
  const auto tables = parts.tables;
  const auto store = parts.store;
  const auto answer = [](const features::FeatureTable& table) {
    return Response::Json(json::object{{"feature_table", features::ToJson(table)}});
  };
  router.Post(base + "/create", [tables, answer](Request& request) {
    return answer(tables->Create(request.JsonObject(), request.principal.name.empty() ? "headrace" : request.principal.name));
  });
  router.Get(base + "/get", [tables, answer](Request& request) { return answer(tables->Get(NameOf(request))); });
  router.Get(base + "/list", [tables](Request&) {
    json::array out;
    for (const auto& table : tables->List()) out.push_back(features::ToJson(table));
    return Response::Json(json::object{{"feature_tables", std::move(out)}});
  });
  router.Post(base + "/update", [tables, answer](Request& request) {
    const json::object body = request.JsonObject();
    return answer(tables->Update(Required(body, "name"), body));
  });
  router.Post(base + "/set-tag", [tables, answer](Request& request) {
    const json::object body = request.JsonObject();
    const auto* value = body.if_contains("value");
    return answer(tables->SetTag(Required(body, "name"), Required(body, "key"),
                                 value && value->is_string() ? std::string(value->get_string()) : ""));
  });
  router.Post(base + "/delete-tag", [tables, answer](Request& request) {
    const json::object body = request.JsonObject();
    return answer(tables->DeleteTag(Required(body, "name"), Required(body, "key")));
  });
  router.Post(base + "/delete", [tables, store](Request& request) {
    const json::object body = request.JsonObject();
    const std::string name = tables->Get(Required(body, "name")).name;
    tables->Delete(name);
    const bool online = store->Drop(name);
    return Response::Json(json::object{{"dropped_online_table", online}});
  });
  router.Post("/api/2.0/feature-store/online-tables/publish", [publisher = parts.publisher](Request& request) {
    const auto result = publisher->Publish(PublishRequestOf(request.JsonObject()));
    return Response::Json(json::object{{"version", result.version}, {"rows", result.rows}, {"incremental", result.incremental}});
  });
  router.Post("/api/2.0/feature-store/online-tables/lookup", [store](Request& request) {
    return Response::Json(json::object{{"rows", LookUp(*store, request.JsonObject())}});
  });
  router.Get("/api/2.0/feature-store/online-tables/get", [tables, store](Request& request) {
    const auto known = tables->Find(NameOf(request));
    const std::string name = known ? known->name : NameOf(request);
    const auto table = store->Find(name);
    if (!table) {
      throw Error(ErrorKind::kNotFound, "RESOURCE_DOES_NOT_EXIST",
                  "Feature table '" + name + "' is not published to the online store.");
    }
    json::object out = OnlineToJson(*table);
    if (request.query.Get("count") == "true") out["rows"] = table->CountRows();
    return Response::Json(json::object{{"online_table", std::move(out)}});
  });
}

}  // namespace headrace::http
