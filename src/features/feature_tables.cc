#include "features/feature_tables.h"

#include "base/error.h"
#include "base/ids.h"

namespace headrace::features {
namespace {

constexpr const char* kSchema = R"(
  CREATE TABLE feature_tables (
    name TEXT PRIMARY KEY,
    definition TEXT NOT NULL,
    created_ms BIGINT NOT NULL
  );
)";

[[noreturn]] void ThrowInvalid(const std::string& message) {
  throw Error(ErrorKind::kInvalidParameter, "INVALID_PARAMETER_VALUE", message);
}

[[noreturn]] void ThrowNotFound(const std::string& name) {
  throw Error(ErrorKind::kNotFound, "RESOURCE_DOES_NOT_EXIST", "Feature table '" + name + "' does not exist.");
}

std::string Text(const json::object& object, const char* name) {
  const auto* value = object.if_contains(name);
  if (!value || value->is_null()) return "";
  if (!value->is_string()) ThrowInvalid(std::string("'") + name + "' must be a string.");
  return std::string(value->get_string());
}

std::vector<std::string> Names(const json::object& object, const char* name) {
  std::vector<std::string> out;
  const auto* value = object.if_contains(name);
  if (!value || value->is_null()) return out;
  if (!value->is_array()) ThrowInvalid(std::string("'") + name + "' must be a list of names.");
  for (const auto& item : value->get_array()) {
    if (!item.is_string() || item.get_string().empty()) ThrowInvalid(std::string("'") + name + "' must be a list of names.");
    out.emplace_back(item.get_string());
  }
  return out;
}

std::vector<Feature> Features(const json::object& object) {
  std::vector<Feature> out;
  const auto* value = object.if_contains("features");
  if (!value || value->is_null()) return out;
  if (!value->is_array()) ThrowInvalid("'features' must be a list.");
  for (const auto& item : value->get_array()) {
    if (!item.is_object()) ThrowInvalid("'features' must be a list of objects.");
    const auto& feature = item.get_object();
    out.push_back({Text(feature, "name"), Text(feature, "type"), Text(feature, "description")});
    if (out.back().name.empty()) ThrowInvalid("A feature needs a 'name'.");
  }
  return out;
}

json::object Tags(const json::object& object) {
  const auto* tags = object.if_contains("tags");
  if (!tags || tags->is_null()) return {};
  if (!tags->is_object()) ThrowInvalid("'tags' must be an object.");
  for (const auto& [key, value] : tags->get_object()) {
    if (key.empty() || !value.is_string()) ThrowInvalid("The value of tag '" + std::string(key) + "' must be a string.");
  }
  return tags->get_object();
}

FeatureTable FromJson(const json::object& object) {
  FeatureTable table;
  table.name = Text(object, "name");
  table.id = Text(object, "id");
  table.primary_keys = Names(object, "primary_keys");
  table.timestamp_keys = Names(object, "timestamp_keys");
  table.partition_columns = Names(object, "partition_columns");
  table.features = Features(object);
  table.description = Text(object, "description");
  table.location = Text(object, "location");
  table.tags = Tags(object);
  table.creator = Text(object, "creator");
  if (const auto* created = object.if_contains("creation_timestamp")) table.created_ms = created->to_number<int64_t>();
  if (const auto* updated = object.if_contains("last_updated_timestamp")) table.updated_ms = updated->to_number<int64_t>();
  return table;
}

/// Names of tables mean the same in either case, as in Spark's catalogs.
std::optional<FeatureTable> Load(metastore::Connection& connection, const std::string& name) {
  auto rows = connection.Query("SELECT definition FROM feature_tables WHERE name = ? COLLATE NOCASE", name);
  if (!rows.Step()) return std::nullopt;
  const json::value definition = ParseJson(rows.View(0));
  return FromJson(definition.as_object());
}

}  // namespace

json::object ToJson(const FeatureTable& table) {
  json::array features;
  for (const auto& feature : table.features) {
    features.push_back({{"name", feature.name}, {"type", feature.type}, {"description", feature.description}});
  }
  return {{"name", table.name},
          {"id", table.id},
          {"primary_keys", json::value_from(table.primary_keys)},
          {"timestamp_keys", json::value_from(table.timestamp_keys)},
          {"partition_columns", json::value_from(table.partition_columns)},
          {"features", std::move(features)},
          {"description", table.description},
          {"location", table.location},
          {"tags", table.tags},
          {"creator", table.creator},
          {"creation_timestamp", table.created_ms},
          {"last_updated_timestamp", table.updated_ms}};
}

FeatureTables::FeatureTables(metastore::Metastore* metastore, std::shared_ptr<const Clock> clock)
    : metastore_(metastore), clock_(std::move(clock)) {
  metastore_->Migrate("features", {kSchema});
}

FeatureTable FeatureTables::Create(const json::object& request, const std::string& user) {
  FeatureTable table = FromJson(request);
  if (table.name.empty()) ThrowInvalid("'name' is missing.");
  if (table.primary_keys.empty()) ThrowInvalid("'primary_keys' must name at least one column.");
  if (table.timestamp_keys.size() > 1) ThrowInvalid("A feature table has at most one timestamp key.");
  for (const auto& key : table.timestamp_keys) {
    for (const auto& primary : table.primary_keys) {
      if (key == primary) ThrowInvalid("Column '" + key + "' cannot be a primary key and a timestamp key.");
    }
  }
  table.id = NewHexId();
  table.creator = user;
  table.created_ms = table.updated_ms = clock_->NowMillis();
  const std::string definition = json::serialize(ToJson(table));
  metastore_->Write([&](metastore::Connection& connection) {
    if (Load(connection, table.name)) {
      throw Error(ErrorKind::kAlreadyExists, "RESOURCE_ALREADY_EXISTS", "Feature table '" + table.name + "' already exists.");
    }
    connection.Run("INSERT INTO feature_tables (name, definition, created_ms) VALUES (?, ?, ?)", table.name, definition,
                   table.created_ms);
  });
  return table;
}

std::optional<FeatureTable> FeatureTables::Find(const std::string& name) const {
  return metastore_->Read([&](metastore::Connection& connection) { return Load(connection, name); });
}

FeatureTable FeatureTables::Get(const std::string& name) const {
  auto table = Find(name);
  if (!table) ThrowNotFound(name);
  return *std::move(table);
}

std::vector<FeatureTable> FeatureTables::List() const {
  return metastore_->Read([&](metastore::Connection& connection) {
    std::vector<FeatureTable> out;
    auto rows = connection.Query("SELECT definition FROM feature_tables ORDER BY name");
    while (rows.Step()) {
      const json::value definition = ParseJson(rows.View(0));
      out.push_back(FromJson(definition.as_object()));
    }
    return out;
  });
}

template <typename Change>
FeatureTable FeatureTables::Modify(const std::string& name, Change&& change) {
  const int64_t now = clock_->NowMillis();
  return metastore_->Write([&](metastore::Connection& connection) {
    auto table = Load(connection, name);
    if (!table) ThrowNotFound(name);
    change(*table);
    table->updated_ms = now;
    const std::string definition = json::serialize(ToJson(*table));
    connection.Run("UPDATE feature_tables SET definition = ? WHERE name = ?", definition, table->name);
    return *std::move(table);
  });
}

FeatureTable FeatureTables::Update(const std::string& name, const json::object& request) {
  return Modify(name, [&](FeatureTable& table) {
    if (request.contains("features")) table.features = Features(request);
    if (request.contains("description")) table.description = Text(request, "description");
    if (request.contains("location")) table.location = Text(request, "location");
  });
}

FeatureTable FeatureTables::SetTag(const std::string& name, const std::string& key, const std::string& value) {
  if (key.empty()) ThrowInvalid("A tag needs a 'key'.");
  return Modify(name, [&](FeatureTable& table) { table.tags[key] = value; });
}

FeatureTable FeatureTables::DeleteTag(const std::string& name, const std::string& key) {
  return Modify(name, [&](FeatureTable& table) {
    if (table.tags.erase(key) == 0) {
      throw Error(ErrorKind::kNotFound, "RESOURCE_DOES_NOT_EXIST", "Feature table '" + name + "' has no tag '" + key + "'.");
    }
  });
}

void FeatureTables::Delete(const std::string& name) {
  metastore_->Write([&](metastore::Connection& connection) {
    if (connection.Run("DELETE FROM feature_tables WHERE name = ?", name) == 0) ThrowNotFound(name);
  });
}

}  // namespace headrace::features
