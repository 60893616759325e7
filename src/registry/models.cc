#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "registry/registry.h"
#include "registry/registry_internal.h"
#include "registry/tag_search.h"
#include "tracking/filter.h"
#include "tracking/page.h"
#include "tracking/validation.h"

namespace headrace::registry {

using tracking::Condition;
using tracking::FilterClause;

namespace {

RegisteredModel ModelFromRow(Statement& query) {
  RegisteredModel model;
  model.name = query.Text(0);
  model.creation_timestamp = query.Int64(1);
  model.last_updated_timestamp = query.Int64(2);
  model.description = query.Text(3);
  return model;
}

constexpr char kModelColumns[] = "m.name, m.creation_time, m.last_updated_time, m.description";

bool IsPrompt(const std::vector<Tag>& tags) {
  return std::any_of(tags.begin(), tags.end(), [](const Tag& tag) { return tag.key == kPromptTag && tag.value == "true"; });
}

std::string OrderOf(const std::vector<std::string>& order_by) {
  std::string sql;
  std::set<std::string> seen;
  for (const auto& text : order_by) {
    const auto clause = tracking::ParseOrderBy(text);
    std::string column;
    if (clause.identifier == "name") {
      column = "m.name";
    } else if (clause.identifier == "timestamp" || clause.identifier == "last_updated_timestamp") {
      column = "m.last_updated_time";
    } else {
      throw InvalidParameter(fmt::format("Invalid order by key '{}' specified. Valid keys are '{}'", clause.identifier,
                                         tracking::FormatNames({"name", "timestamp"})));
    }
    if (!seen.insert(column).second) {
      throw InternalError(fmt::format("`order_by` contains duplicate fields: {}", tracking::FormatNames(order_by, '[', ']')));
    }
    sql += (sql.empty() ? "" : ", ") + column + (clause.ascending ? " ASC" : " DESC");
  }
  if (!seen.contains("m.name")) sql += std::string(sql.empty() ? "" : ", ") + "m.name ASC";
  return sql;
}

}  // namespace

RegisteredModel ReadModelRow(Connection& connection, const std::string& name) {
  ValidateModelName(name);
  Statement query = connection.Query(fmt::format("SELECT {} FROM registered_model m WHERE m.name = ?", kModelColumns), name);
  if (!query.Step()) throw NotFound(fmt::format("Registered Model with name={} not found", name));
  return ModelFromRow(query);
}

void ReadModelParts(Connection& connection, RegisteredModel& model) {
  Statement tags = connection.Query("SELECT key, value FROM registered_model_tag WHERE name = ?", model.name);
  while (tags.Step()) model.tags.push_back({tags.Text(0), tags.Text(1)});
  Statement aliases = connection.Query("SELECT alias, version FROM registered_model_alias WHERE name = ?", model.name);
  while (aliases.Step()) model.aliases.push_back({aliases.Text(0), aliases.Int64(1)});
  model.latest_versions = ReadLatestVersions(connection, model.name);
}

Registry::Registry(std::shared_ptr<metastore::Metastore> store, std::shared_ptr<const Clock> clock,
                   std::shared_ptr<tracking::Tracking> tracking, std::shared_ptr<Webhooks> webhooks)
    : store_(std::move(store)), clock_(std::move(clock)), tracking_(std::move(tracking)), webhooks_(std::move(webhooks)) {}

RegisteredModel Registry::CreateModel(const std::string& name, const std::string& description, const std::vector<Tag>& tags) {
  ValidateModelName(name);
  for (const auto& tag : tags) ValidateRegistryTag(tag);
  RegisteredModel model = store_->Write([&](Connection& connection) {
    Statement existing = connection.Query("SELECT 1 FROM registered_model WHERE name = ?", name);
    if (existing.Step()) {
      const bool was_prompt =
          connection.Query("SELECT 1 FROM registered_model_tag WHERE name = ? AND key = ? AND value = 'true'", name, kPromptTag)
              .Step();
      const char* old_kind = was_prompt ? "Prompt" : "Registered Model";
      const char* new_kind = IsPrompt(tags) ? "Prompt" : "Registered Model";
      if (was_prompt == IsPrompt(tags)) throw AlreadyExists(fmt::format("{} (name={}) already exists.", new_kind, name));
      throw AlreadyExists(
          fmt::format("Tried to create a {} with name {}, but the name is already taken by a {}. MLflow does not allow creating "
                      "a model and a "
                      "prompt with the same name.",
                      IsPrompt(tags) ? "prompt" : "registered model", tracking::PythonRepr(name),
                      std::string_view(old_kind) == "Prompt" ? "prompt" : "registered model"));
    }
    const int64_t now = clock_->NowMillis();
    connection.Run("INSERT INTO registered_model (name, creation_time, last_updated_time, description) VALUES (?, ?, ?, ?)", name,
                   now, now, description);
    for (const auto& tag : tags) {
      connection.Run(
          "INSERT INTO registered_model_tag (name, key, value) VALUES (?, ?, ?)"
          " ON CONFLICT (name, key) DO UPDATE SET value = excluded.value",
          name, tag.key, tag.value);
    }
    webhooks_->Enqueue(connection, {.events = {"REGISTERED_MODEL_CREATED"},
                                    .model_name = name,
                                    .version = "",
                                    .text = fmt::format("Registered model '{}' was created.", name),
                                    .from_stage = "",
                                    .to_stage = "",
                                    .run_id = "",
                                    .source = ""});
    RegisteredModel created = ReadModelRow(connection, name);
    ReadModelParts(connection, created);
    return created;
  });
  webhooks_->Wake();
  return model;
}

RegisteredModel Registry::GetModel(const std::string& name) const {
  return store_->Read([&](Connection& connection) {
    RegisteredModel model = ReadModelRow(connection, name);
    ReadModelParts(connection, model);
    return model;
  });
}

RegisteredModel Registry::UpdateModel(const std::string& name, const std::string& description) {
  return store_->Write([&](Connection& connection) {
    RegisteredModel model = ReadModelRow(connection, name);
    model.description = description;
    model.last_updated_timestamp = clock_->NowMillis();
    connection.Run("UPDATE registered_model SET description = ?, last_updated_time = ? WHERE name = ?", description,
                   model.last_updated_timestamp, name);
    ReadModelParts(connection, model);
    return model;
  });
}

RegisteredModel Registry::RenameModel(const std::string& name, const std::string& new_name) {
  if (new_name.find_first_not_of(" \t\r\n") == std::string::npos) {
    throw InvalidParameter("Missing value for required parameter 'new_name'.");
  }
  ValidateModelName(new_name);
  return store_->Write([&](Connection& connection) {
    ReadModelRow(connection, name);
    const int64_t now = clock_->NowMillis();
    if (new_name != name) {
      if (connection.Query("SELECT 1 FROM registered_model WHERE name = ?", new_name).Step()) {
        throw AlreadyExists(fmt::format("Registered Model (name={}) already exists.", new_name));
      }
      for (const char* table :
           {"registered_model", "registered_model_tag", "registered_model_alias", "model_version", "model_version_tag"}) {
        connection.Run(fmt::format("UPDATE {} SET name = ? WHERE name = ?", table), new_name, name);
      }
      connection.Run("UPDATE webhook SET model_name = ? WHERE model_name = ?", new_name, name);
    }
    connection.Run("UPDATE registered_model SET last_updated_time = ? WHERE name = ?", now, new_name);
    connection.Run("UPDATE model_version SET last_updated_time = ? WHERE name = ?", now, new_name);
    RegisteredModel model = ReadModelRow(connection, new_name);
    ReadModelParts(connection, model);
    return model;
  });
}

void Registry::DeleteModel(const std::string& name) {
  store_->Write([&](Connection& connection) {
    ReadModelRow(connection, name);
    for (const char* table :
         {"registered_model", "registered_model_tag", "registered_model_alias", "model_version", "model_version_tag"}) {
      connection.Run(fmt::format("DELETE FROM {} WHERE name = ?", table), name);
    }
  });
}

Page<RegisteredModel> Registry::SearchModels(const SearchQuery& query) const {
  if (query.max_results > 1000) {
    throw InvalidParameter(fmt::format(
        "Invalid value for request parameter max_results. It must be at most 1000, but got value {}", query.max_results));
  }
  Condition where;
  TagSearch tags("registered_model_tag t WHERE t.name = m.name");
  for (const auto& clause : tracking::ParseFilter(query.filter)) {
    const auto identifier = tracking::ResolveAttributeOrTag(clause.identifier, {"name"});
    RequireValue(clause);
    if (identifier.entity == "attribute") {
      if (!tracking::IsOneOf(clause.comparator, {"=", "!=", "LIKE", "ILIKE", "IN", "NOT IN"})) {
        throw InvalidParameter("Invalid comparator for attribute: " + clause.comparator);
      }
      if (clause.kind != FilterClause::ValueKind::kList && clause.kind != FilterClause::ValueKind::kString) {
        throw InvalidParameter("Expected a quoted string value or a list of quoted string values for attributes. Got value " +
                               clause.text);
      }
      Condition compare = clause.kind == FilterClause::ValueKind::kList
                              ? tracking::CompareList("m.name", clause.comparator, clause.list)
                              : tracking::Compare("m.name", clause.comparator, tracking::QuotedValue(clause.text));
      where.And(compare.sql, std::move(compare.parameters));
      continue;
    }
    tags.Add(clause, identifier.key, &where);
  }
  tags.Finish(&where);
  const std::string sql = fmt::format("SELECT {} FROM registered_model m WHERE {} ORDER BY {} LIMIT ? OFFSET ?", kModelColumns,
                                      where.sql, OrderOf(query.order_by));
  const tracking::PageRange range{query.max_results, query.page_token};
  return tracking::ReadPage<RegisteredModel>(*store_, sql, where.parameters, range, [&](Connection& connection, Statement& row) {
    RegisteredModel model = ModelFromRow(row);
    ReadModelParts(connection, model);
    // MLflow's search, unlike its other calls, lists the latest versions by stage.
    std::sort(model.latest_versions.begin(), model.latest_versions.end(),
              [](const auto& a, const auto& b) { return a.current_stage < b.current_stage; });
    return model;
  });
}

std::vector<ModelVersion> Registry::GetLatestVersions(const std::string& name, const std::vector<std::string>& stages) const {
  std::vector<std::string> wanted;
  return store_->Read([&](Connection& connection) {
    ReadModelRow(connection, name);
    for (const auto& stage : stages) wanted.push_back(CanonicalStage(stage));
    std::vector<ModelVersion> versions = ReadLatestVersions(connection, name);
    if (!wanted.empty())
      std::erase_if(versions, [&](const auto& version) { return !tracking::IsOneOf(version.current_stage, wanted); });
    for (auto& version : versions) ReadVersionAliases(connection, version);
    return versions;
  });
}

void Registry::SetModelTag(const std::string& name, const Tag& tag) {
  ValidateModelName(name);
  ValidateRegistryTag(tag);
  store_->Write([&](Connection& connection) {
    ReadModelRow(connection, name);
    connection.Run(
        "INSERT INTO registered_model_tag (name, key, value) VALUES (?, ?, ?) ON CONFLICT (name, key) DO UPDATE SET value = "
        "excluded.value",
        name, tag.key, tag.value);
  });
}

void Registry::DeleteModelTag(const std::string& name, const std::string& key) {
  ValidateModelName(name);
  tracking::ValidateName(key, "key");
  store_->Write([&](Connection& connection) {
    ReadModelRow(connection, name);
    connection.Run("DELETE FROM registered_model_tag WHERE name = ? AND key = ?", name, key);
  });
}

void Registry::SetAlias(const std::string& name, const std::string& alias, const std::string& version) {
  ValidateModelName(name);
  ValidateAlias(alias);
  std::string lower = alias;
  std::transform(lower.begin(), lower.end(), lower.begin(), ::tolower);
  if (lower == "latest") throw InvalidParameter("'latest' alias name (case insensitive) is reserved.");
  if (lower.size() > 1 && lower[0] == 'v' && lower.find_first_not_of("0123456789", 1) == std::string::npos) {
    throw InvalidParameter(fmt::format("Version alias name '{}' is reserved.", alias));
  }
  const int64_t number = ParseVersion(version);
  store_->Write([&](Connection& connection) {
    ReadVersion(connection, name, number, false);
    connection.Run(
        "INSERT INTO registered_model_alias (name, alias, version) VALUES (?, ?, ?)"
        " ON CONFLICT (name, alias) DO UPDATE SET version = excluded.version",
        name, alias, number);
  });
}

void Registry::DeleteAlias(const std::string& name, const std::string& alias) {
  ValidateModelName(name);
  ValidateAlias(alias);
  store_->Write([&](Connection& connection) {
    ReadModelRow(connection, name);
    connection.Run("DELETE FROM registered_model_alias WHERE name = ? AND alias = ?", name, alias);
  });
}

ModelVersion Registry::GetVersionByAlias(const std::string& name, const std::string& alias) const {
  ValidateModelName(name);
  ValidateAlias(alias);
  std::string lower = alias;
  std::transform(lower.begin(), lower.end(), lower.begin(), ::tolower);
  return store_->Read([&](Connection& connection) {
    ReadModelRow(connection, name);
    if (lower == "latest") {
      Statement newest =
          connection.Query("SELECT max(version) FROM model_version WHERE name = ? AND current_stage <> ?", name, kDeletedStage);
      if (!newest.Step() || newest.IsNull(0)) throw NotFound(fmt::format("Latest version not found for model {}.", name));
      return ReadVersion(connection, name, newest.Int64(0), true);
    }
    Statement query = connection.Query("SELECT version FROM registered_model_alias WHERE name = ? AND alias = ?", name, alias);
    if (!query.Step()) throw InvalidParameter(fmt::format("Registered model alias {} not found.", alias));
    return ReadVersion(connection, name, query.Int64(0), true);
  });
}

}  // namespace headrace::registry
