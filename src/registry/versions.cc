#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/json.h"
#include "registry/registry.h"
#include "registry/registry_internal.h"
#include "registry/tag_search.h"
#include "tracking/filter.h"
#include "tracking/page.h"
#include "tracking/validation.h"

namespace headrace::registry {

using tracking::Condition;
using tracking::FilterClause;

const char* const kVersionColumns =
    "v.name, v.version, v.creation_time, v.last_updated_time, v.description, v.current_stage, v.source, v.storage_location, "
    "v.run_id,"
    " v.run_link, v.model_id";

namespace {

const std::vector<std::string> kNumericComparators = {">", ">=", "!=", "=", "<", "<="};
const std::vector<std::string> kStringComparators = {"!=", "=", "LIKE", "ILIKE", "IN", "NOT IN"};
const std::vector<std::string> kSearchAttributes = {"name", "run_id", "source_path", "version_number"};
const std::vector<std::string> kOrderAttributes = {"creation_timestamp", "last_updated_timestamp", "name", "version_number"};

std::string ColumnOf(const std::string& attribute) {
  if (attribute == "source_path") return "v.source";
  if (attribute == "version_number") return "v.version";
  if (attribute == "creation_timestamp") return "v.creation_time";
  if (attribute == "last_updated_timestamp") return "v.last_updated_time";
  return "v." + attribute;
}

void AddAttributeClause(const FilterClause& clause, const std::string& key, Condition& where) {
  const std::string column = ColumnOf(key);
  if (key == "version_number") {
    if (!tracking::IsOneOf(clause.comparator, kNumericComparators)) {
      throw InvalidParameter(fmt::format("Invalid comparator for attribute {}: {}", key, clause.comparator));
    }
    if (clause.kind == FilterClause::ValueKind::kInteger) {
      where.And(column + " " + clause.comparator + " ?", {std::stoll(clause.text)});
      return;
    }
    if (clause.kind == FilterClause::ValueKind::kString) {
      where.And(column + " " + clause.comparator + " ?", {ParseVersion(tracking::QuotedValue(clause.text))});
      return;
    }
    throw InvalidParameter(fmt::format("Invalid value for numeric attribute '{}': {}", key, clause.text));
  }
  if (clause.kind == FilterClause::ValueKind::kList) {
    if (key != "name" && key != "run_id") {
      throw InvalidParameter("Only ['name', 'run_id'] attributes support comparison with a list of quoted string values.");
    }
    if (clause.comparator != "IN" && clause.comparator != "NOT IN")
      throw InvalidParameter("Invalid comparator for attribute: " + clause.comparator);
    Condition compare = tracking::CompareList(column, clause.comparator, clause.list);
    where.And(compare.sql, std::move(compare.parameters));
    return;
  }
  if (clause.kind == FilterClause::ValueKind::kInteger || clause.kind == FilterClause::ValueKind::kFloat) {
    throw InvalidParameter(
        fmt::format("Only the '{}' attributes support comparison with numeric values.",
                    tracking::FormatNames({"creation_timestamp", "last_updated_timestamp", "version_number"})));
  }
  if (clause.kind != FilterClause::ValueKind::kString) {
    throw InvalidParameter("Expected a quoted string value or a list of quoted string values for attributes. Got value " +
                           clause.text);
  }
  if (!tracking::IsOneOf(clause.comparator, {"!=", "=", "LIKE", "ILIKE"}))
    throw InvalidParameter("Invalid comparator for attribute: " + clause.comparator);
  Condition compare = tracking::Compare(column, clause.comparator, tracking::QuotedValue(clause.text));
  where.And(compare.sql, std::move(compare.parameters));
}

std::string OrderOf(const std::vector<std::string>& order_by) {
  std::string sql;
  std::set<std::string> seen;
  const std::vector<std::string> fallback = {"last_updated_timestamp DESC", "name ASC", "version_number DESC"};
  for (const auto& text : order_by.empty() ? fallback : order_by) {
    const auto clause = tracking::ParseOrderBy(text);
    const auto identifier = tracking::ResolveAttributeOrTag(clause.identifier, kOrderAttributes);
    if (identifier.entity != "attribute") {
      throw InvalidParameter(fmt::format("Invalid order by key '{}' specified. Valid keys are {}", identifier.key,
                                         tracking::FormatNames(kOrderAttributes)));
    }
    if (!seen.insert(identifier.key).second) {
      throw InternalError(fmt::format("`order_by` contains duplicate fields: {}", tracking::FormatNames(order_by, '[', ']')));
    }
    sql += (sql.empty() ? "" : ", ") + ColumnOf(identifier.key) + (clause.ascending ? " ASC" : " DESC");
  }
  if (!seen.contains("name")) sql += ", v.name ASC";
  if (!seen.contains("version_number")) sql += ", v.version DESC";
  return sql;
}

void SetStage(Connection& connection, const std::string& name, int64_t version, const std::string& stage, int64_t now) {
  connection.Run("UPDATE model_version SET current_stage = ?, last_updated_time = ? WHERE name = ? AND version = ?", stage, now,
                 name, version);
}

ModelEvent TransitionEvent(const ModelVersion& version, const std::string& to) {
  ModelEvent event;
  event.events = {"MODEL_VERSION_TRANSITIONED_STAGE"};
  if (to != "None") {
    std::string upper = to;
    std::transform(upper.begin(), upper.end(), upper.begin(), ::toupper);
    event.events.push_back("MODEL_VERSION_TRANSITIONED_TO_" + upper);
  }
  event.model_name = version.name;
  event.version = std::to_string(version.version);
  event.from_stage = version.current_stage;
  event.to_stage = to;
  event.run_id = version.run_id.value_or("");
  event.source = version.source;
  event.text = fmt::format("Registered model '{}' version {} transitioned from {} to {}.", version.name, version.version,
                           version.current_stage, to);
  return event;
}

}  // namespace

ModelVersion VersionFromRow(Statement& query) {
  ModelVersion version;
  version.name = query.Text(0);
  version.version = query.Int64(1);
  version.creation_timestamp = query.Int64(2);
  version.last_updated_timestamp = query.Int64(3);
  version.description = query.OptionalText(4);
  version.current_stage = query.Text(5);
  version.source = query.Text(6);
  version.storage_location = query.Text(7);
  version.run_id = query.OptionalText(8);
  version.run_link = query.OptionalText(9);
  version.model_id = query.Text(10);
  return version;
}

void ReadVersionTags(Connection& connection, ModelVersion& version) {
  Statement tags =
      connection.Query("SELECT key, value FROM model_version_tag WHERE name = ? AND version = ?", version.name, version.version);
  while (tags.Step()) version.tags.push_back({tags.Text(0), tags.Text(1)});
}

void ReadVersionAliases(Connection& connection, ModelVersion& version) {
  Statement aliases =
      connection.Query("SELECT alias FROM registered_model_alias WHERE name = ? AND version = ?", version.name, version.version);
  while (aliases.Step()) version.aliases.push_back(aliases.Text(0));
}

ModelVersion ReadVersion(Connection& connection, const std::string& name, int64_t version, bool with_aliases) {
  ValidateModelName(name);
  Statement query = connection.Query(
      fmt::format("SELECT {} FROM model_version v WHERE v.name = ? AND v.version = ? AND v.current_stage <> '{}'",
                  kVersionColumns, kDeletedStage),
      name, version);
  if (!query.Step()) throw NotFound(fmt::format("Model Version (name={}, version={}) not found", name, version));
  ModelVersion found = VersionFromRow(query);
  ReadVersionTags(connection, found);
  if (with_aliases) ReadVersionAliases(connection, found);
  return found;
}

std::vector<ModelVersion> ReadLatestVersions(Connection& connection, const std::string& name) {
  Statement query = connection.Query(
      fmt::format("SELECT {} FROM model_version v JOIN (SELECT current_stage, max(version) AS newest, min(version) AS oldest"
                  " FROM model_version WHERE name = ? AND current_stage <> '{}' GROUP BY current_stage) s"
                  " ON v.version = s.newest WHERE v.name = ? ORDER BY s.oldest",
                  kVersionColumns, kDeletedStage),
      name, name);
  std::vector<ModelVersion> versions;
  while (query.Step()) {
    versions.push_back(VersionFromRow(query));
    ReadVersionTags(connection, versions.back());
  }
  return versions;
}

// Checks where the version is made from, and finds where its files are.
void Registry::ResolveSource(NewModelVersion& wanted, std::string& storage_location) const {
  const bool is_prompt = std::any_of(wanted.tags.begin(), wanted.tags.end(),
                                     [](const Tag& tag) { return tag.key == kPromptTag && tag.value == "true"; });
  storage_location = wanted.source;
  if (is_prompt) return;
  std::string run_id = wanted.run_id.value_or(""), model_id = wanted.model_id.value_or("");
  if (wanted.source.starts_with("models:/") && !wanted.source.starts_with("models:/m-")) {
    // Another registered version: its lineage is taken over.
    const ModelVersion origin = Resolve(wanted.source.substr(8));
    const bool other_run = wanted.run_id && run_id != origin.run_id.value_or("");
    const bool other_model = wanted.model_id && model_id != origin.model_id;
    if (other_run || other_model) {
      throw InvalidParameter(
          fmt::format("Invalid model version source: '{}'. The run_id and model_id request parameters must match the referenced "
                      "model version.",
                      wanted.source));
    }
    wanted.source = fmt::format("models:/{}/{}", origin.name, origin.version);
    wanted.run_id = origin.run_id;
    if (!origin.model_id.empty()) wanted.model_id = origin.model_id;
    storage_location = origin.storage_location;
    return;
  }
  const auto find_or_none = [](auto find) {
    try {
      return find();
    } catch (const Error& error) {
      if (error.condition() != "RESOURCE_DOES_NOT_EXIST") throw;
      return std::string();
    }
  };
  if (!model_id.empty()) {
    const std::string root = find_or_none([&] { return tracking_->GetLoggedModel(model_id).artifact_uri; });
    ValidateSourceOfModel(wanted.source, model_id, root);
    if (run_id.empty() && !root.empty()) {
      const std::string source_run = tracking_->GetLoggedModel(model_id).source_run_id;
      if (!source_run.empty()) wanted.run_id = source_run;
    }
    if (wanted.source.starts_with("models:/m-")) storage_location = root;
    if (storage_location.empty()) throw NotFound(fmt::format("Logged model with ID '{}' not found.", model_id));
    return;
  }
  const std::string root = run_id.empty() ? "" : find_or_none([&] { return tracking_->GetRun(run_id).info.artifact_uri; });
  ValidateSourceOfRun(wanted.source, run_id, root);
  if (wanted.source.starts_with("runs:/") && !root.empty()) {
    const std::string path = wanted.source.substr(6 + run_id.size());
    storage_location = root + path;
  }
}

ModelVersion Registry::CreateVersion(NewModelVersion wanted) {
  ValidateModelName(wanted.name);
  for (const auto& tag : wanted.tags) ValidateRegistryTag(tag);
  std::string storage_location;
  ResolveSource(wanted, storage_location);
  ModelVersion version = store_->Write([&](Connection& connection) {
    ReadModelRow(connection, wanted.name);
    const int64_t now = clock_->NowMillis();
    Statement newest = connection.Query("SELECT coalesce(max(version), 0) FROM model_version WHERE name = ?", wanted.name);
    newest.Step();
    const int64_t number = newest.Int64(0) + 1;
    newest.Reset();
    connection.Run(
        "INSERT INTO model_version (name, version, creation_time, last_updated_time, description, current_stage, source, "
        "storage_location,"
        " run_id, run_link, model_id) VALUES (?, ?, ?, ?, ?, 'None', ?, ?, ?, ?, ?)",
        wanted.name, number, now, now, wanted.description, wanted.source, storage_location, wanted.run_id, wanted.run_link,
        wanted.model_id.value_or(""));
    for (const auto& tag : wanted.tags) {
      connection.Run(
          "INSERT INTO model_version_tag (name, version, key, value) VALUES (?, ?, ?, ?)"
          " ON CONFLICT (name, version, key) DO UPDATE SET value = excluded.value",
          wanted.name, number, tag.key, tag.value);
    }
    connection.Run("UPDATE registered_model SET last_updated_time = ? WHERE name = ?", now, wanted.name);
    ModelEvent event;
    event.events = {"MODEL_VERSION_CREATED"};
    event.model_name = wanted.name;
    event.version = std::to_string(number);
    event.run_id = wanted.run_id.value_or("");
    event.source = wanted.source;
    event.text = fmt::format("Version {} of registered model '{}' was created.", number, wanted.name);
    webhooks_->Enqueue(connection, event);
    return ReadVersion(connection, wanted.name, number, true);
  });
  webhooks_->Wake();
  if (!version.model_id.empty()) {
    // A logged model remembers what it was registered as, where MLflow's UI looks for it.
    constexpr char kVersionsTag[] = "mlflow.modelVersions";
    json::array registrations;
    for (const auto& tag : tracking_->GetLoggedModel(version.model_id).tags) {
      if (tag.key == kVersionsTag) registrations = ParseJson(tag.value).as_array();
    }
    registrations.push_back(json::object{{"name", version.name}, {"version", version.version}});
    tracking_->SetLoggedModelTags(version.model_id, {{kVersionsTag, json::serialize(registrations)}});
  }
  return version;
}

ModelVersion Registry::GetVersion(const std::string& name, const std::string& version) const {
  ValidateModelName(name);
  const int64_t number = ParseVersion(version);
  return store_->Read([&](Connection& connection) { return ReadVersion(connection, name, number, true); });
}

ModelVersion Registry::UpdateVersion(const std::string& name, const std::string& version,
                                     const std::optional<std::string>& description) {
  ValidateModelName(name);
  const int64_t number = ParseVersion(version);
  return store_->Write([&](Connection& connection) {
    ReadVersion(connection, name, number, false);
    connection.Run("UPDATE model_version SET description = ?, last_updated_time = ? WHERE name = ? AND version = ?", description,
                   clock_->NowMillis(), name, number);
    return ReadVersion(connection, name, number, true);
  });
}

ModelVersion Registry::TransitionStage(const std::string& name, const std::string& version, const std::string& stage,
                                       bool archive_existing) {
  const std::string to = CanonicalStage(stage);
  if (archive_existing && to != "Staging" && to != "Production") {
    throw InternalError(fmt::format(
        "Model version transition cannot archive existing model versions because '{}' is not an Active stage. Valid stages are "
        "['Staging', 'Production']",
        stage));
  }
  ValidateModelName(name);
  const int64_t number = ParseVersion(version);
  ModelVersion moved = store_->Write([&](Connection& connection) {
    const int64_t now = clock_->NowMillis();
    const ModelVersion current = ReadVersion(connection, name, number, false);
    if (archive_existing) {
      std::vector<ModelVersion> others;
      Statement query = connection.Query(
          fmt::format("SELECT {} FROM model_version v WHERE v.name = ? AND v.version <> ? AND v.current_stage = ?",
                      kVersionColumns),
          name, number, to);
      while (query.Step()) others.push_back(VersionFromRow(query));
      for (const auto& other : others) {
        SetStage(connection, name, other.version, "Archived", now);
        webhooks_->Enqueue(connection, TransitionEvent(other, "Archived"));
      }
    }
    SetStage(connection, name, number, to, now);
    connection.Run("UPDATE registered_model SET last_updated_time = ? WHERE name = ?", now, name);
    webhooks_->Enqueue(connection, TransitionEvent(current, to));
    return ReadVersion(connection, name, number, true);
  });
  webhooks_->Wake();
  return moved;
}

void Registry::DeleteVersion(const std::string& name, const std::string& version) {
  ValidateModelName(name);
  const int64_t number = ParseVersion(version);
  store_->Write([&](Connection& connection) {
    ReadVersion(connection, name, number, false);
    const int64_t now = clock_->NowMillis();
    connection.Run("DELETE FROM registered_model_alias WHERE name = ? AND version = ?", name, number);
    connection.Run(
        fmt::format("UPDATE model_version SET current_stage = '{}', last_updated_time = ?, description = NULL, source ="
                    " 'REDACTED-SOURCE-PATH', storage_location = '', run_id = NULL, run_link = NULL, model_id = ''"
                    " WHERE name = ? AND version = ?",
                    kDeletedStage),
        now, name, number);
    connection.Run("UPDATE registered_model SET last_updated_time = ? WHERE name = ?", now, name);
  });
}

std::string Registry::GetDownloadUri(const std::string& name, const std::string& version) const {
  return GetVersion(name, version).storage_location;
}

Page<ModelVersion> Registry::SearchVersions(const SearchQuery& query) const {
  if (query.max_results < 1) {
    throw InvalidParameter(
        fmt::format("Invalid value for max_results. It must be a positive integer, but got {}", query.max_results));
  }
  if (query.max_results > 200'000) {
    throw InvalidParameter(fmt::format(
        "Invalid value for request parameter max_results. It must be at most 200000, but got value {}", query.max_results));
  }
  Condition where;
  TagSearch tags("model_version_tag t WHERE t.name = v.name AND t.version = v.version");
  for (const auto& clause : tracking::ParseFilter(query.filter)) {
    const auto identifier = tracking::ResolveAttributeOrTag(clause.identifier, kSearchAttributes);
    RequireValue(clause);
    if (identifier.entity == "attribute") {
      AddAttributeClause(clause, identifier.key, where);
      continue;
    }
    tags.Add(clause, identifier.key, &where);
  }
  tags.Finish(&where);
  where.And(fmt::format("v.current_stage <> '{}'", kDeletedStage));
  const std::string sql = fmt::format("SELECT {} FROM model_version v WHERE {} ORDER BY {} LIMIT ? OFFSET ?", kVersionColumns,
                                      where.sql, OrderOf(query.order_by));
  const tracking::PageRange range{query.max_results, query.page_token};
  return tracking::ReadPage<ModelVersion>(*store_, sql, where.parameters, range, [&](Connection& connection, Statement& row) {
    ModelVersion version = VersionFromRow(row);
    ReadVersionTags(connection, version);
    return version;
  });
}

void Registry::SetVersionTag(const std::string& name, const std::string& version, const Tag& tag) {
  ValidateModelName(name);
  const int64_t number = ParseVersion(version);
  ValidateRegistryTag(tag);
  store_->Write([&](Connection& connection) {
    const ModelVersion current = ReadVersion(connection, name, number, false);
    connection.Run(
        "INSERT INTO model_version_tag (name, version, key, value) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (name, version, key) DO UPDATE SET value = excluded.value",
        name, number, tag.key, tag.value);
    ModelEvent event;
    event.events = {"MODEL_VERSION_TAG_SET"};
    event.model_name = name;
    event.version = version;
    event.run_id = current.run_id.value_or("");
    event.source = current.source;
    event.text = fmt::format("Tag '{}' of version {} of registered model '{}' was set.", tag.key, number, name);
    webhooks_->Enqueue(connection, event);
  });
  webhooks_->Wake();
}

void Registry::DeleteVersionTag(const std::string& name, const std::string& version, const std::string& key) {
  ValidateModelName(name);
  const int64_t number = ParseVersion(version);
  tracking::ValidateName(key, "key");
  store_->Write([&](Connection& connection) {
    ReadVersion(connection, name, number, false);
    connection.Run("DELETE FROM model_version_tag WHERE name = ? AND version = ? AND key = ?", name, number, key);
  });
}

ModelVersion Registry::Resolve(const std::string& reference) const {
  if (const size_t at = reference.find('@'); at != std::string::npos)
    return GetVersionByAlias(reference.substr(0, at), reference.substr(at + 1));
  const size_t slash = reference.rfind('/');
  if (slash == std::string::npos) throw InvalidParameter(fmt::format("Not a proper models:/ URI: models:/{}.", reference));
  const std::string name = reference.substr(0, slash), suffix = reference.substr(slash + 1);
  if (!suffix.empty() && suffix.find_first_not_of("0123456789") == std::string::npos) return GetVersion(name, suffix);
  std::string lower = suffix;
  std::transform(lower.begin(), lower.end(), lower.begin(), ::tolower);
  std::vector<ModelVersion> versions =
      GetLatestVersions(name, lower == "latest" ? std::vector<std::string>() : std::vector<std::string>{suffix});
  const auto newest =
      std::max_element(versions.begin(), versions.end(), [](const auto& a, const auto& b) { return a.version < b.version; });
  if (newest == versions.end()) {
    throw NotFound(lower == "latest" ? fmt::format("No versions of model with name '{}' found", name)
                                     : fmt::format("No versions of model with name '{}' and stage '{}' found", name, suffix));
  }
  return *newest;
}

}  // namespace headrace::registry
