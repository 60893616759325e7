#include "catalog/entry_json.h"

#include "base/json.h"

namespace headrace::catalog {

namespace {

json::object MapToJson(const Properties& values) {
  json::object object;
  for (const auto& [key, value] : values) object[key] = value;
  return object;
}

Properties MapFromJson(const json::object& entry, const char* key) {
  Properties values;
  if (const json::value* found = entry.if_contains(key); found && found->is_object()) {
    for (const auto& member : found->as_object()) values[std::string(member.key())] = std::string(member.value().as_string());
  }
  return values;
}

json::array ListToJson(const std::vector<std::string>& values) {
  json::array array;
  for (const auto& value : values) array.push_back(json::value(value));
  return array;
}

std::vector<std::string> ListFromJson(const json::object& entry, const char* key) {
  std::vector<std::string> values;
  if (const json::value* found = entry.if_contains(key); found && found->is_array()) {
    for (const auto& value : found->as_array()) values.emplace_back(value.as_string());
  }
  return values;
}

std::string TextOf(const json::object& entry, const char* key) {
  const json::value* found = entry.if_contains(key);
  return found && found->is_string() ? std::string(found->as_string()) : std::string();
}

int64_t NumberOf(const json::object& entry, const char* key) {
  const json::value* found = entry.if_contains(key);
  return found && found->is_int64() ? found->as_int64() : 0;
}

std::optional<std::string> OptionalText(const json::object& entry, const char* key) {
  const json::value* found = entry.if_contains(key);
  if (!found || !found->is_string()) return std::nullopt;
  return std::string(found->as_string());
}

void PutOptional(json::object& entry, const char* key, const std::optional<std::string>& value) {
  if (value) entry[key] = *value;
}

}  // namespace

std::string ToEntry(const CatalogInfo& info) {
  json::object entry{{"name", info.name}, {"owner", info.owner}, {"created", info.created_micros},
                     {"properties", MapToJson(info.properties)}};
  PutOptional(entry, "comment", info.comment);
  return json::serialize(entry);
}

CatalogInfo CatalogFromEntry(std::string_view text) {
  json::value parsed = ParseJson(text);
  const json::object& entry = parsed.as_object();
  CatalogInfo info;
  info.name = TextOf(entry, "name");
  info.owner = TextOf(entry, "owner");
  info.created_micros = NumberOf(entry, "created");
  info.comment = OptionalText(entry, "comment");
  info.properties = MapFromJson(entry, "properties");
  return info;
}

std::string ToEntry(const SchemaInfo& info) {
  json::object entry{{"catalog", info.name.catalog}, {"schema", info.name.schema}, {"owner", info.owner},
                     {"location", info.location},    {"created", info.created_micros},
                     {"properties", MapToJson(info.properties)}};
  PutOptional(entry, "comment", info.comment);
  return json::serialize(entry);
}

SchemaInfo SchemaFromEntry(std::string_view text) {
  json::value parsed = ParseJson(text);
  const json::object& entry = parsed.as_object();
  SchemaInfo info;
  info.name = {TextOf(entry, "catalog"), TextOf(entry, "schema")};
  info.owner = TextOf(entry, "owner");
  info.location = TextOf(entry, "location");
  info.created_micros = NumberOf(entry, "created");
  info.comment = OptionalText(entry, "comment");
  info.properties = MapFromJson(entry, "properties");
  return info;
}

std::string ToEntry(const TableInfo& info) {
  json::object entry{{"id", info.id},
                     {"catalog", info.name.catalog},
                     {"schema_name", info.name.schema},
                     {"table", info.name.table},
                     {"type", static_cast<int>(info.type)},
                     {"provider", info.provider},
                     {"location", info.location},
                     {"schema", plan::DataType::Struct(info.schema).ToJson()},
                     {"partition_columns", ListToJson(info.partition_columns)},
                     {"clustering_columns", ListToJson(info.clustering_columns)},
                     {"owner", info.owner},
                     {"created", info.created_micros},
                     {"altered", info.altered_micros},
                     {"properties", MapToJson(info.properties)},
                     {"options", MapToJson(info.options)},
                     {"view_text", info.view_text},
                     {"view_catalog", info.view_catalog},
                     {"view_schema", info.view_schema},
                     {"view_settings", MapToJson(info.view_settings)},
                     {"view_query_columns", ListToJson(info.view_query_columns)}};
  PutOptional(entry, "comment", info.comment);
  return json::serialize(entry);
}

TableInfo TableFromEntry(std::string_view text) {
  json::value parsed = ParseJson(text);
  const json::object& entry = parsed.as_object();
  TableInfo info;
  info.id = TextOf(entry, "id");
  info.name = {TextOf(entry, "catalog"), TextOf(entry, "schema_name"), TextOf(entry, "table")};
  info.type = static_cast<TableType>(NumberOf(entry, "type"));
  info.provider = TextOf(entry, "provider");
  info.location = TextOf(entry, "location");
  info.schema = plan::DataType::FromJson(entry.at("schema")).fields();
  info.partition_columns = ListFromJson(entry, "partition_columns");
  info.clustering_columns = ListFromJson(entry, "clustering_columns");
  info.owner = TextOf(entry, "owner");
  info.created_micros = NumberOf(entry, "created");
  info.altered_micros = NumberOf(entry, "altered");
  info.comment = OptionalText(entry, "comment");
  info.properties = MapFromJson(entry, "properties");
  info.options = MapFromJson(entry, "options");
  info.view_text = TextOf(entry, "view_text");
  info.view_catalog = TextOf(entry, "view_catalog");
  info.view_schema = TextOf(entry, "view_schema");
  info.view_settings = MapFromJson(entry, "view_settings");
  info.view_query_columns = ListFromJson(entry, "view_query_columns");
  return info;
}

}  // namespace headrace::catalog
