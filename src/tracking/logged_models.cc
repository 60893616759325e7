#include <fmt/format.h>

#include "base/ids.h"
#include "base/json.h"
#include "tracking/filter.h"
#include "tracking/mlflow_errors.h"
#include "tracking/page.h"
#include "tracking/tracking.h"
#include "tracking/tracking_internal.h"
#include "tracking/validation.h"

namespace headrace::tracking {

namespace {

constexpr char kColumns[] =
    "l.model_id, l.experiment_id, l.name, l.artifact_location, l.creation_timestamp_ms, l.last_updated_timestamp_ms, "
    "l.model_type,"
    " l.source_run_id, l.status, l.lifecycle_stage";

LoggedModel FromRow(Statement& query) {
  LoggedModel model;
  model.model_id = query.Text(0);
  model.experiment_id = query.Int64(1);
  model.name = query.Text(2);
  model.artifact_uri = query.Text(3);
  model.creation_timestamp_ms = query.Int64(4);
  model.last_updated_timestamp_ms = query.Int64(5);
  model.model_type = query.Text(6);
  model.source_run_id = query.Text(7);
  model.status = static_cast<int>(query.Int64(8));
  model.lifecycle_stage = query.Text(9);
  return model;
}

Error ModelNotFound(const std::string& model_id) {
  return NotFound(fmt::format("Logged model with ID '{}' not found.", model_id));
}

LoggedModel ReadModel(Connection& connection, const std::string& model_id, bool allow_deleted) {
  Statement query = connection.Query(fmt::format("SELECT {} FROM logged_model l WHERE l.model_id = ?", kColumns), model_id);
  if (!query.Step()) throw ModelNotFound(model_id);
  LoggedModel model = FromRow(query);
  if (model.lifecycle_stage == "deleted" && !allow_deleted) throw ModelNotFound(model_id);
  return model;
}

void ReadModelParts(Connection& connection, LoggedModel& model) {
  Statement params = connection.Query("SELECT key, value FROM logged_model_param WHERE model_id = ?", model.model_id);
  while (params.Step()) model.params.push_back({params.Text(0), params.Text(1)});
  Statement tags = connection.Query("SELECT key, value FROM logged_model_tag WHERE model_id = ?", model.model_id);
  while (tags.Step()) model.tags.push_back({tags.Text(0), tags.Text(1)});
  Statement metrics = connection.Query(
      "SELECT key, value, timestamp, step, run_id, dataset_name, dataset_digest FROM logged_model_metric WHERE model_id = ?",
      model.model_id);
  while (metrics.Step()) {
    model.metrics.push_back({metrics.Text(0), metrics.Double(1), metrics.Int64(2), metrics.Int64(3), model.model_id,
                             metrics.Text(5), metrics.Text(6), metrics.Text(4)});
  }
}

void WriteModelTag(Connection& connection, const std::string& model_id, const Tag& tag) {
  connection.Run(
      "INSERT INTO logged_model_tag (model_id, key, value) VALUES (?, ?, ?)"
      " ON CONFLICT (model_id, key) DO UPDATE SET value = excluded.value",
      model_id, tag.key, tag.value);
}

// The name MLflow's clients use for a column, and the column's own.
std::string AttributeColumn(const std::string& key) {
  static const std::pair<std::string_view, std::string_view> kAliases[] = {
      {"creation_time", "creation_timestamp_ms"},
      {"creation_timestamp", "creation_timestamp_ms"},
      {"last_updated_timestamp", "last_updated_timestamp_ms"}};
  for (const auto& [alias, column] : kAliases) {
    if (key == alias) return std::string(column);
  }
  return key;
}

const std::vector<std::string> kAttributes = {
    "model_id",   "experiment_id", "name",   "artifact_location", "creation_timestamp_ms", "last_updated_timestamp_ms",
    "model_type", "source_run_id", "status", "lifecycle_stage"};
const std::vector<std::string> kNumericAttributes = {"creation_timestamp_ms", "last_updated_timestamp_ms"};
const std::vector<std::string> kNumericComparators = {"<", "<=", ">", ">=", "=", "!="};
const std::vector<std::string> kStringComparators = {"=", "!=", "LIKE", "ILIKE", "IN", "NOT IN"};

std::string StripBackticks(std::string text) {
  while (text.starts_with('`')) text.erase(0, 1);
  while (text.ends_with('`')) text.pop_back();
  return text;
}

struct ModelEntity {
  std::string type;  ///< "attributes", "metrics", "params", "tags".
  std::string key;
  bool numeric = false;
};

ModelEntity ResolveEntity(const std::string& identifier) {
  ModelEntity entity{"attributes", AttributeColumn(identifier), false};
  if (const size_t dot = identifier.find('.'); dot != std::string::npos) {
    entity.type = identifier.substr(0, dot);
    entity.key = identifier.substr(dot + 1);
    if (!IsOneOf(entity.type, {"attributes", "metrics", "params", "tags"})) {
      throw InvalidParameter(fmt::format("Invalid entity type: {}. Expected one of ['attributes', 'metrics', 'params', 'tags'].",
                                         PythonRepr(entity.type)));
    }
    if (entity.type == "attributes") entity.key = AttributeColumn(entity.key);
  }
  entity.key = StripBackticks(entity.key);
  entity.numeric = entity.type == "metrics" || (entity.type == "attributes" && IsOneOf(entity.key, kNumericAttributes));
  if (entity.type == "attributes" && !IsOneOf(entity.key, kAttributes)) {
    throw InvalidParameter(
        fmt::format("Invalid attribute key '{}' specified. Valid keys are '{}'", entity.key, FormatNames(kAttributes)));
  }
  return entity;
}

Condition CompareValue(const ModelEntity& entity, const FilterClause& clause, const std::string& column) {
  const auto& allowed = entity.numeric ? kNumericComparators : kStringComparators;
  if (!IsOneOf(clause.comparator, allowed)) {
    throw InvalidParameter(fmt::format("Invalid comparison operator for {}.{}: {}. Expected one of {}.", entity.type, entity.key,
                                       PythonRepr(clause.comparator), FormatNames(allowed, '(', ')')));
  }
  if (entity.numeric) {
    if (clause.kind != FilterClause::ValueKind::kInteger && clause.kind != FilterClause::ValueKind::kFloat) {
      throw InvalidParameter(fmt::format("Expected a number for {}.{}. Got value {}", entity.type, entity.key, clause.text));
    }
    return Compare(column, clause.comparator, std::stod(clause.text));
  }
  if (clause.kind == FilterClause::ValueKind::kList) return CompareList(column, clause.comparator, clause.list);
  return Compare(column, clause.comparator, QuotedValue(clause.text));
}

Condition DatasetCondition(const std::vector<LoggedModelQuery::DatasetFilter>& datasets) {
  Condition any;
  for (const auto& dataset : datasets) {
    if (dataset.name.empty()) throw InvalidParameter("`dataset_name` in the `datasets` clause must be specified.");
    any.sql += any.sql.empty() ? "" : " OR ";
    any.sql += dataset.digest.empty() ? "(m.dataset_name = ?)" : "(m.dataset_name = ? AND m.dataset_digest = ?)";
    any.parameters.emplace_back(dataset.name);
    if (!dataset.digest.empty()) any.parameters.emplace_back(dataset.digest);
  }
  return any;
}

void AddClauses(const LoggedModelQuery& query, Condition& where) {
  const Condition datasets = DatasetCondition(query.datasets);
  bool has_metric = false;
  for (const auto& clause : ParseFilter(query.filter)) {
    if (clause.kind == FilterClause::ValueKind::kNone) {
      throw InvalidParameter(
          fmt::format("Invalid comparison: {} {}. Expected a comparison with 3 tokens.", clause.identifier, clause.comparator));
    }
    const ModelEntity entity = ResolveEntity(clause.identifier);
    if (entity.type == "attributes") {
      Condition compare = CompareValue(entity, clause, "l." + entity.key);
      where.And(compare.sql, std::move(compare.parameters));
      continue;
    }
    Condition compare = CompareValue(entity, clause, "m.value");
    std::vector<Value> values = {entity.key};
    for (auto& value : compare.parameters) values.push_back(std::move(value));
    std::string extra;
    if (entity.type == "metrics") {
      has_metric = true;
      if (!datasets.sql.empty()) {
        extra = " AND (" + datasets.sql + ")";
        values.insert(values.end(), datasets.parameters.begin(), datasets.parameters.end());
      }
    }
    const char* table = entity.type == "metrics"  ? "logged_model_metric"
                        : entity.type == "params" ? "logged_model_param"
                                                  : "logged_model_tag";
    where.And(fmt::format("EXISTS (SELECT 1 FROM {} m WHERE m.model_id = l.model_id AND m.key = ? AND {}{})", table, compare.sql,
                          extra),
              std::move(values));
  }
  if (!datasets.sql.empty() && !has_metric) {
    where.And("EXISTS (SELECT 1 FROM logged_model_metric m WHERE m.model_id = l.model_id AND (" + datasets.sql + "))",
              datasets.parameters);
  }
}

Condition OrderOf(const std::vector<LoggedModelQuery::Order>& order_by) {
  Condition order;
  bool by_time = false, by_id = false;
  const auto add = [&](const std::string& term) { order.sql += (order.sql.empty() ? "" : ", ") + term; };
  for (const auto& clause : order_by) {
    const char* direction = clause.ascending ? " ASC" : " DESC";
    const size_t dot = clause.field_name.find('.');
    if (dot == std::string::npos) {
      const std::string column = AttributeColumn(clause.field_name);
      if (!IsOneOf(column, kAttributes)) throw InvalidParameter("Invalid order by field name: " + clause.field_name);
      by_time = by_time || column == "creation_timestamp_ms";
      by_id = by_id || column == "model_id";
      add("l." + column + direction);
      continue;
    }
    if (clause.field_name.substr(0, dot) != "metrics") {
      throw InvalidParameter(fmt::format("Invalid order by field name: {}. Only metrics are supported.", clause.field_name));
    }
    std::string latest = "(SELECT m.value FROM logged_model_metric m WHERE m.model_id = l.model_id AND m.key = ?";
    std::vector<Value> values = {clause.field_name.substr(dot + 1)};
    if (!clause.dataset_name.empty()) {
      latest += " AND m.dataset_name = ?";
      values.emplace_back(clause.dataset_name);
    }
    if (!clause.dataset_digest.empty()) {
      latest += " AND m.dataset_digest = ?";
      values.emplace_back(clause.dataset_digest);
    }
    latest += " ORDER BY m.timestamp DESC, m.step DESC, m.run_id LIMIT 1)";
    add(latest + " IS NULL");
    add(latest + direction);
    for (int use = 0; use < 2; ++use) order.parameters.insert(order.parameters.end(), values.begin(), values.end());
  }
  if (!by_time) add("l.creation_timestamp_ms DESC");
  if (!by_id) add("l.model_id ASC");
  return order;
}

}  // namespace

LoggedModel Tracking::CreateLoggedModel(const std::string& experiment_id, std::string name, const std::string& model_type,
                                        const std::string& source_run_id, const std::vector<Param>& params,
                                        const std::vector<Tag>& tags) {
  ValidateLoggedModelName(name);
  LoggedModel model;
  model.model_id = "m-" + NewHexId();
  model.name = name.empty() ? RandomName() : std::move(name);
  model.model_type = model_type;
  model.source_run_id = source_run_id;
  model.creation_timestamp_ms = model.last_updated_timestamp_ms = clock_->NowMillis();
  model.lifecycle_stage = "active";
  model.params = params;
  model.tags = tags;
  store_->Write([&](Connection& connection) {
    const Experiment experiment = ReadExperiment(connection, experiment_id, ViewType::kAll);
    RequireActive(experiment);
    model.experiment_id = experiment.id;
    model.artifact_uri = AppendToUri(experiment.artifact_location, "models/" + model.model_id + "/artifacts");
    connection.Run(
        "INSERT INTO logged_model (model_id, experiment_id, name, artifact_location, creation_timestamp_ms, "
        "last_updated_timestamp_ms,"
        " model_type, source_run_id, status, lifecycle_stage) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        model.model_id, model.experiment_id, model.name, model.artifact_uri, model.creation_timestamp_ms,
        model.last_updated_timestamp_ms, model.model_type, model.source_run_id, model.status, model.lifecycle_stage);
    for (const auto& param : params) {
      connection.Run("INSERT INTO logged_model_param (model_id, key, value) VALUES (?, ?, ?)", model.model_id, param.key,
                     param.value);
    }
    for (const auto& tag : tags) WriteModelTag(connection, model.model_id, tag);
  });
  return model;
}

LoggedModel Tracking::GetLoggedModel(const std::string& model_id, bool allow_deleted) const {
  return store_->Read([&](Connection& connection) {
    LoggedModel model = ReadModel(connection, model_id, allow_deleted);
    ReadModelParts(connection, model);
    return model;
  });
}

LoggedModel Tracking::FinalizeLoggedModel(const std::string& model_id, int status) {
  return store_->Write([&](Connection& connection) {
    LoggedModel model = ReadModel(connection, model_id, true);
    model.status = status;
    model.last_updated_timestamp_ms = clock_->NowMillis();
    connection.Run("UPDATE logged_model SET status = ?, last_updated_timestamp_ms = ? WHERE model_id = ?", status,
                   model.last_updated_timestamp_ms, model_id);
    ReadModelParts(connection, model);
    return model;
  });
}

void Tracking::DeleteLoggedModel(const std::string& model_id) {
  store_->Write([&](Connection& connection) {
    ReadModel(connection, model_id, true);
    connection.Run("UPDATE logged_model SET lifecycle_stage = 'deleted', last_updated_timestamp_ms = ? WHERE model_id = ?",
                   clock_->NowMillis(), model_id);
  });
}

void Tracking::LogLoggedModelParams(const std::string& model_id, const std::vector<Param>& params) {
  store_->Write([&](Connection& connection) {
    ReadModel(connection, model_id, true);
    for (const auto& param : params) {
      connection.Run("INSERT INTO logged_model_param (model_id, key, value) VALUES (?, ?, ?)", model_id, param.key, param.value);
    }
  });
}

void Tracking::SetLoggedModelTags(const std::string& model_id, const std::vector<Tag>& tags) {
  store_->Write([&](Connection& connection) {
    ReadModel(connection, model_id, true);
    for (const auto& tag : tags) WriteModelTag(connection, model_id, tag);
  });
}

void Tracking::DeleteLoggedModelTag(const std::string& model_id, const std::string& key) {
  store_->Write([&](Connection& connection) {
    ReadModel(connection, model_id, true);
    if (connection.Run("DELETE FROM logged_model_tag WHERE model_id = ? AND key = ?", model_id, key) == 0) {
      throw NotFound(fmt::format("No tag with key {} found for model with ID {}.", PythonRepr(key), PythonRepr(model_id)));
    }
  });
}

Page<LoggedModel> Tracking::SearchLoggedModels(const LoggedModelQuery& query) const {
  RequirePositiveMaxResults(query.max_results, 50000);
  Condition where;
  std::vector<Value> ids;
  for (const auto& id : query.experiment_ids) ids.emplace_back(ParseExperimentId(id));
  where.And("l.lifecycle_stage <> 'deleted'");
  const std::string in_experiments = "l.experiment_id IN (" + Placeholders(ids.size()) + ")";
  where.And(in_experiments, std::move(ids));
  AddClauses(query, where);
  const Condition order = OrderOf(query.order_by);
  const std::string sql =
      fmt::format("SELECT {} FROM logged_model l WHERE {} ORDER BY {} LIMIT ? OFFSET ?", kColumns, where.sql, order.sql);
  std::vector<Value> parameters = std::move(where.parameters);
  parameters.insert(parameters.end(), order.parameters.begin(), order.parameters.end());
  return ReadPage<LoggedModel>(*store_, sql, parameters, {query.max_results, query.page_token},
                               [&](Connection& connection, Statement& row) {
                                 LoggedModel model = FromRow(row);
                                 ReadModelParts(connection, model);
                                 return model;
                               });
}

}  // namespace headrace::tracking
