#include <fmt/format.h>

#include "tracking/filter.h"
#include "tracking/mlflow_errors.h"
#include "tracking/page.h"
#include "tracking/tracking.h"
#include "tracking/tracking_internal.h"
#include "tracking/validation.h"

namespace headrace::tracking {

namespace {

constexpr char kColumns[] = "experiment_id, name, artifact_location, lifecycle_stage, creation_time, last_update_time";

Experiment FromRow(Statement& query) {
  Experiment experiment;
  experiment.id = query.Int64(0);
  experiment.name = query.Text(1);
  experiment.artifact_location = query.Text(2);
  experiment.lifecycle_stage = query.Text(3);
  experiment.creation_time = query.Int64(4);
  experiment.last_update_time = query.Int64(5);
  return experiment;
}

void ReadTags(Connection& connection, Experiment& experiment) {
  Statement query = connection.Query("SELECT key, value FROM experiment_tag WHERE experiment_id = ? ORDER BY key", experiment.id);
  while (query.Step()) experiment.tags.push_back({query.Text(0), query.Text(1)});
}

void WriteExperimentTag(Connection& connection, int64_t id, const Tag& tag) {
  connection.Run(
      "INSERT INTO experiment_tag (experiment_id, key, value) VALUES (?, ?, ?)"
      " ON CONFLICT (experiment_id, key) DO UPDATE SET value = excluded.value",
      id, tag.key, tag.value);
}

bool NameTaken(Connection& connection, const std::string& name) {
  return connection.Query("SELECT 1 FROM experiment WHERE name = ?", name).Step();
}

Error NameTakenError(const std::string& name) { return AlreadyExists(fmt::format("Experiment(name={}) already exists.", name)); }

const std::vector<std::string> kSearchAttributes = {"name", "experiment_id", "creation_time", "last_update_time"};
const std::vector<std::string> kNumericComparators = {"=", "!=", "<", "<=", ">", ">="};
const std::vector<std::string> kStringComparators = {"=", "!=", "LIKE", "ILIKE"};
const std::vector<std::string> kTagComparators = {"!=", "=", "ILIKE", "IS NOT NULL", "IS NULL", "LIKE"};
// What messages name, whichever of them an attribute takes.
const std::vector<std::string> kNamedComparators = {"!=", "=", "ILIKE", "IN", "LIKE", "NOT IN"};

void AddAttributeClause(const FilterClause& clause, const std::string& key, Condition& where) {
  const std::string column = "e." + key;
  if (key == "experiment_id") {
    if (!IsOneOf(clause.comparator, {"=", "!=", "IN", "NOT IN"})) {
      throw InvalidParameter("Invalid comparator for experiment_id: " + clause.comparator);
    }
    if (clause.kind == FilterClause::ValueKind::kList) {
      std::string in = column + " " + clause.comparator + " (" + Placeholders(clause.list.size()) + ")";
      std::vector<Value> ids;
      for (const auto& id : clause.list) ids.emplace_back(ParseExperimentId(id));
      where.And(in, std::move(ids));
      return;
    }
    where.And(column + " " + clause.comparator + " ?", {ParseExperimentId(QuotedValue(clause.text))});
    return;
  }
  if (key == "name") {
    if (clause.kind == FilterClause::ValueKind::kList) {
      throw InvalidParameter("Only ['experiment_id'] attributes support comparison with a list of quoted string values.");
    }
    const std::string value = StringValue(clause, "attributes");
    if (!IsOneOf(clause.comparator, kStringComparators)) ThrowComparator(clause, kNamedComparators);
    const Condition compare = Compare(column, clause.comparator, value);
    where.And(compare.sql, compare.parameters);
    return;
  }
  if (clause.kind != FilterClause::ValueKind::kInteger && clause.kind != FilterClause::ValueKind::kFloat) {
    throw InvalidParameter(fmt::format("Expected numeric value type for numeric attribute: {}. Found {}", key, clause.text));
  }
  if (!IsOneOf(clause.comparator, kNumericComparators)) ThrowComparator(clause, kNamedComparators, false);
  if (clause.kind == FilterClause::ValueKind::kFloat) {
    throw InvalidParameter(fmt::format("Invalid value for numeric attribute '{}': {}", key, PythonRepr(clause.text)));
  }
  where.And(column + " " + clause.comparator + " ?", {std::stoll(clause.text)});
}

void AddTagClause(const FilterClause& clause, const std::string& key, Condition& where) {
  const std::string exists = "EXISTS (SELECT 1 FROM experiment_tag t WHERE t.experiment_id = e.experiment_id AND t.key = ?";
  if (clause.comparator == "IS NULL" || clause.comparator == "IS NOT NULL") {
    where.And((clause.comparator == "IS NULL" ? "NOT " : "") + exists + ")", {key});
    return;
  }
  const std::string value = StringValue(clause, "tag (e.g. 'my-value')");
  if (!IsOneOf(clause.comparator, kStringComparators)) ThrowComparator(clause, kTagComparators, false);
  const Condition compare = Compare("t.value", clause.comparator, value);
  where.And(exists + " AND " + compare.sql + ")", {key, compare.parameters[0]});
}

std::string OrderOf(const std::vector<std::string>& order_by) {
  std::string sql;
  bool by_id = false;
  const std::vector<std::string> fallback = {"creation_time DESC", "experiment_id ASC"};
  for (const auto& text : order_by.empty() ? fallback : order_by) {
    const OrderClause clause = ParseOrderBy(text);
    const Identifier identifier = ResolveAttributeOrTag(clause.identifier, kSearchAttributes);
    if (identifier.entity != "attribute") throw InvalidParameter("Invalid order_by entity: " + identifier.entity);
    by_id = by_id || identifier.key == "experiment_id";
    sql += (sql.empty() ? "" : ", ") + ("e." + identifier.key) + (clause.ascending ? " ASC" : " DESC");
  }
  return by_id ? sql : sql + ", e.experiment_id DESC";
}

}  // namespace

int64_t ParseExperimentId(const std::string& id) {
  if (id.empty()) return 0;
  try {
    size_t used = 0;
    const int64_t number = std::stoll(id, &used);
    if (used == id.size()) return number;
  } catch (const std::logic_error&) {
    // Not a number, or too large for one: said below.
  }
  throw InvalidParameter(fmt::format("Invalid experiment ID '{}'. Experiment ID must be a valid integer.", id));
}

std::string StagesOf(ViewType view) {
  switch (view) {
    case ViewType::kActiveOnly:
      return "('active')";
    case ViewType::kDeletedOnly:
      return "('deleted')";
    case ViewType::kAll:
      break;
  }
  return "('active', 'deleted')";
}

std::string Placeholders(size_t count) {
  std::string text;
  for (size_t i = 0; i < count; ++i) text += i ? ", ?" : "?";
  return text;
}

std::string AppendToUri(const std::string& uri, const std::string& path) {
  const size_t end = uri.find_first_of("?#");
  std::string base = uri.substr(0, end);
  while (base.ends_with('/')) base.pop_back();
  return base + "/" + path + (end == std::string::npos ? "" : uri.substr(end));
}

void RequirePositiveMaxResults(int64_t max_results, int64_t most) {
  if (max_results < 1) {
    throw InvalidParameter(
        fmt::format("Invalid value {} for parameter 'max_results' supplied. It must be a positive integer", max_results));
  }
  if (max_results > most) {
    throw InvalidParameter(
        fmt::format("Invalid value {} for parameter 'max_results' supplied. It must be at most {}", max_results, most));
  }
}

Experiment ReadExperiment(Connection& connection, const std::string& id, ViewType view) {
  const int64_t number = ParseExperimentId(id);
  Statement query = connection.Query(
      fmt::format("SELECT {} FROM experiment WHERE experiment_id = ? AND lifecycle_stage IN {}", kColumns, StagesOf(view)),
      number);
  if (!query.Step()) throw NotFound(fmt::format("No Experiment with id={} exists", number));
  return FromRow(query);
}

void RequireActive(const Experiment& experiment) {
  if (experiment.lifecycle_stage == "active") return;
  throw InvalidParameter(fmt::format("The experiment {} must be in the 'active' state. Current state is {}.", experiment.id,
                                     experiment.lifecycle_stage));
}

Tracking::Tracking(std::shared_ptr<metastore::Metastore> store, std::shared_ptr<const Clock> clock, std::string artifact_root)
    : store_(std::move(store)), clock_(std::move(clock)), artifact_root_(std::move(artifact_root)) {
  store_->Migrate("tracking", TrackingMigrations());
  store_->Write([&](Connection& connection) {
    connection.Run(
        "INSERT INTO experiment (experiment_id, name, artifact_location, lifecycle_stage, creation_time, last_update_time)"
        " VALUES (0, 'Default', ?, 'active', ?, ?) ON CONFLICT (experiment_id) DO NOTHING",
        AppendToUri(artifact_root_, "0"), clock_->NowMillis(), clock_->NowMillis());
  });
}

std::string Tracking::CreateExperiment(const std::string& name, std::string artifact_location, const std::vector<Tag>& tags) {
  if (!artifact_location.empty()) ValidateArtifactLocation(artifact_location);
  ValidateExperimentName(name);
  for (const auto& tag : tags) ValidateExperimentTag(tag);
  const int64_t now = clock_->NowMillis();
  return store_->Write([&](Connection& connection) {
    if (NameTaken(connection, name)) throw NameTakenError(name);
    connection.Run(
        "INSERT INTO experiment (name, artifact_location, lifecycle_stage, creation_time, last_update_time)"
        " VALUES (?, ?, 'active', ?, ?)",
        name, artifact_location, now, now);
    const int64_t id = connection.LastInsertId();
    if (artifact_location.empty()) {
      connection.Run("UPDATE experiment SET artifact_location = ? WHERE experiment_id = ?",
                     AppendToUri(artifact_root_, std::to_string(id)), id);
    }
    for (const auto& tag : tags) WriteExperimentTag(connection, id, tag);
    return std::to_string(id);
  });
}

Experiment Tracking::GetExperiment(const std::string& id) const {
  return store_->Read([&](Connection& connection) {
    Experiment experiment = ReadExperiment(connection, id, ViewType::kAll);
    ReadTags(connection, experiment);
    return experiment;
  });
}

std::optional<Experiment> Tracking::FindExperimentByName(const std::string& name) const {
  return store_->Read([&](Connection& connection) -> std::optional<Experiment> {
    Statement query = connection.Query(fmt::format("SELECT {} FROM experiment WHERE name = ?", kColumns), name);
    if (!query.Step()) return std::nullopt;
    Experiment experiment = FromRow(query);
    ReadTags(connection, experiment);
    return experiment;
  });
}

void Tracking::UpdateExperiment(const std::string& id, const std::string& new_name) {
  ValidateExperimentName(new_name);
  store_->Write([&](Connection& connection) {
    const Experiment experiment = ReadExperiment(connection, id, ViewType::kAll);
    if (experiment.lifecycle_stage != "active") {
      throw Error(ErrorKind::kInvalidParameter, "INVALID_STATE", "Cannot rename a non-active experiment.");
    }
    if (new_name != experiment.name && NameTaken(connection, new_name)) throw NameTakenError(new_name);
    connection.Run("UPDATE experiment SET name = ?, last_update_time = ? WHERE experiment_id = ?", new_name, clock_->NowMillis(),
                   experiment.id);
  });
}

void Tracking::DeleteExperiment(const std::string& id) {
  store_->Write([&](Connection& connection) {
    const Experiment experiment = ReadExperiment(connection, id, ViewType::kActiveOnly);
    const int64_t now = clock_->NowMillis();
    connection.Run("UPDATE experiment SET lifecycle_stage = 'deleted', last_update_time = ? WHERE experiment_id = ?", now,
                   experiment.id);
    connection.Run("UPDATE run SET lifecycle_stage = 'deleted', deleted_time = ? WHERE experiment_id = ?", now, experiment.id);
  });
}

void Tracking::RestoreExperiment(const std::string& id) {
  store_->Write([&](Connection& connection) {
    const Experiment experiment = ReadExperiment(connection, id, ViewType::kDeletedOnly);
    connection.Run("UPDATE experiment SET lifecycle_stage = 'active', last_update_time = ? WHERE experiment_id = ?",
                   clock_->NowMillis(), experiment.id);
    connection.Run("UPDATE run SET lifecycle_stage = 'active', deleted_time = NULL WHERE experiment_id = ?", experiment.id);
  });
}

void Tracking::SetExperimentTag(const std::string& id, const Tag& tag) {
  ValidateExperimentTag(tag);
  store_->Write([&](Connection& connection) {
    const Experiment experiment = ReadExperiment(connection, id, ViewType::kAll);
    RequireActive(experiment);
    WriteExperimentTag(connection, experiment.id, tag);
  });
}

void Tracking::DeleteExperimentTag(const std::string& id, const std::string& key) {
  store_->Write([&](Connection& connection) {
    const Experiment experiment = ReadExperiment(connection, id, ViewType::kAll);
    RequireActive(experiment);
    if (connection.Run("DELETE FROM experiment_tag WHERE experiment_id = ? AND key = ?", experiment.id, key) == 0) {
      throw NotFound(fmt::format("No tag with name: {} in experiment with id {}", key, id));
    }
  });
}

Page<Experiment> Tracking::SearchExperiments(const ExperimentQuery& query) const {
  RequirePositiveMaxResults(query.max_results, 50000);
  Condition where;
  where.And("e.lifecycle_stage IN " + StagesOf(query.view));
  for (const auto& clause : ParseFilter(query.filter)) {
    const Identifier identifier = ResolveAttributeOrTag(clause.identifier, kSearchAttributes);
    const bool is_null_test = clause.kind == FilterClause::ValueKind::kNone;
    if (is_null_test && identifier.entity != "tag") {
      throw InvalidParameter(
          fmt::format("IS NULL / IS NOT NULL is only supported for tags, not for attribute '{}'", identifier.key));
    }
    if (identifier.entity == "tag") {
      AddTagClause(clause, identifier.key, where);
    } else {
      AddAttributeClause(clause, identifier.key, where);
    }
  }
  const std::string sql = fmt::format(
      "SELECT e.experiment_id, e.name, e.artifact_location, e.lifecycle_stage, e.creation_time, e.last_update_time"
      " FROM experiment e WHERE {} ORDER BY {} LIMIT ? OFFSET ?",
      where.sql, OrderOf(query.order_by));
  return ReadPage<Experiment>(*store_, sql, where.parameters, {query.max_results, query.page_token},
                              [&](Connection& connection, Statement& row) {
                                Experiment experiment = FromRow(row);
                                ReadTags(connection, experiment);
                                return experiment;
                              });
}

}  // namespace headrace::tracking
