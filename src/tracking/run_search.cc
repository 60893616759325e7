#include <fmt/format.h>

#include <set>

#include "tracking/filter.h"
#include "tracking/mlflow_errors.h"
#include "tracking/page.h"
#include "tracking/tracking.h"
#include "tracking/tracking_internal.h"
#include "tracking/validation.h"

namespace headrace::tracking {

namespace {

const std::vector<std::string> kNumericComparators = {">", ">=", "!=", "=", "<", "<="};
const std::vector<std::string> kKeyedComparators = {"!=", "=", "LIKE", "ILIKE", "IS NULL", "IS NOT NULL"};
const std::vector<std::string> kStringComparators = {"!=", "=", "LIKE", "ILIKE", "IN", "NOT IN"};
const std::vector<std::string> kSearchAttributes = {"artifact_uri", "end_time", "run_id",  "run_name", "start_time", "status",
                                                    "user_id",      "created",  "Created", "run name", "Run name",   "Run Name"};
const std::vector<std::string> kOrderAttributes = {"artifact_uri", "end_time", "run_id",  "run_name", "start_time",
                                                   "status",       "user_id",  "created", "Created"};

std::string TranslateAlias(const std::string& key) {
  if (key == "created" || key == "Created") return "start_time";
  if (key == "run name" || key == "Run name" || key == "Run Name") return "run_name";
  return key;
}

bool IsNumericAttribute(const std::string& key) { return key == "start_time" || key == "end_time"; }

std::string ColumnOf(const std::string& attribute) { return "r." + (attribute == "run_name" ? "name" : attribute); }

// What MLflow's messages name is not always what it takes: `named` is empty where both are the same.
void RequireComparator(const FilterClause& clause, const std::vector<std::string>& allowed, bool closed = false,
                       const std::vector<std::string>& named = {}) {
  if (!IsOneOf(clause.comparator, allowed)) ThrowComparator(clause, named.empty() ? allowed : named, closed);
}

const std::string kAttributes = "attributes";
const std::string kDatasetAttributes = "dataset attributes";

bool IsNumber(const FilterClause& clause) {
  return clause.kind == FilterClause::ValueKind::kInteger || clause.kind == FilterClause::ValueKind::kFloat;
}

void AddMetricClause(const FilterClause& clause, const std::string& key, Condition& where) {
  if (!IsNumber(clause)) throw InvalidParameter("Expected numeric value type for metric. Found " + clause.text);
  RequireComparator(clause, kNumericComparators);
  // NaN is kept as 0 with a mark: it satisfies "!=" and nothing else.
  const char* nan = clause.comparator == "!=" ? "OR m.is_nan = 1" : "AND m.is_nan = 0";
  where.And(fmt::format("EXISTS (SELECT 1 FROM latest_metric m WHERE m.run = r.row AND m.key = ? AND (m.value {} ? {}))",
                        clause.comparator, nan),
            {key, std::stod(clause.text)});
}

void AddKeyedClause(const FilterClause& clause, const std::string& table, const std::string& entity, const std::string& key,
                    Condition& where) {
  const std::string exists = fmt::format("EXISTS (SELECT 1 FROM {} t WHERE t.run = r.row AND t.key = ?", table);
  if (clause.kind == FilterClause::ValueKind::kNone) {
    where.And((clause.comparator == "IS NULL" ? "NOT " : "") + exists + ")", {key});
    return;
  }
  const std::string value = StringValue(clause, entity + " (e.g. 'my-value')");
  RequireComparator(clause, kKeyedComparators, entity == "parameter");
  const Condition compare = Compare("t.value", clause.comparator, value);
  where.And(exists + " AND " + compare.sql + ")", {key, compare.parameters[0]});
}

Condition CompareStrings(const FilterClause& clause, const std::string& what, const std::string& column) {
  if (clause.kind == FilterClause::ValueKind::kList) return CompareList(column, clause.comparator, clause.list);
  return Compare(column, clause.comparator, StringValue(clause, what));
}

void AddDatasetClause(const FilterClause& clause, const std::string& key, Condition& where) {
  if (clause.kind != FilterClause::ValueKind::kList) StringValue(clause, kDatasetAttributes);
  RequireComparator(clause, kStringComparators);
  if (key == "context") {
    Condition compare = CompareStrings(clause, kDatasetAttributes, "t.value");
    where.And(
        "EXISTS (SELECT 1 FROM run_dataset_tag t WHERE t.run = r.row AND t.name = 'mlflow.data.context' AND " + compare.sql + ")",
        std::move(compare.parameters));
    return;
  }
  Condition compare = CompareStrings(clause, kDatasetAttributes, "d." + key);
  where.And(
      "EXISTS (SELECT 1 FROM run_dataset i JOIN dataset d ON d.row = i.dataset WHERE i.run = r.row AND " + compare.sql + ")",
      std::move(compare.parameters));
}

void AddAttributeClause(const FilterClause& clause, const std::string& key, Condition& where) {
  if (IsNumericAttribute(key)) {
    if (!IsNumber(clause)) {
      throw InvalidParameter(fmt::format("Expected numeric value type for numeric attribute: {}. Found {}", key, clause.text));
    }
    RequireComparator(clause, kNumericComparators, false, kStringComparators);
    where.And(
        fmt::format("r.{} {} ?", key, clause.comparator),
        {clause.kind == FilterClause::ValueKind::kInteger ? Value(std::stoll(clause.text)) : Value(std::stod(clause.text))});
    return;
  }
  if (clause.kind == FilterClause::ValueKind::kList && key != "run_id") {
    throw InvalidParameter("Only ['run_id'] attributes support comparison with a list of quoted string values.");
  }
  if (clause.kind != FilterClause::ValueKind::kList) StringValue(clause, kAttributes);
  RequireComparator(clause, kStringComparators, true);
  if (key == "run_name") {
    const Condition compare = CompareStrings(clause, kAttributes, "t.value");
    where.And("EXISTS (SELECT 1 FROM tag t WHERE t.run = r.row AND t.key = 'mlflow.runName' AND " + compare.sql + ")",
              compare.parameters);
    return;
  }
  Condition compare = CompareStrings(clause, kAttributes, ColumnOf(key));
  where.And(compare.sql, std::move(compare.parameters));
}

void AddClause(const FilterClause& clause, Condition& where) {
  const Identifier identifier = ResolveRunIdentifier(clause.identifier, kSearchAttributes);
  const bool is_null_test = clause.kind == FilterClause::ValueKind::kNone;
  if (is_null_test && identifier.entity != "tag" && identifier.entity != "parameter") {
    throw InvalidParameter(fmt::format("IS NULL / IS NOT NULL is only supported for tags and params, not for '{}' '{}'",
                                       identifier.entity, identifier.key));
  }
  if (identifier.entity == "metric") return AddMetricClause(clause, identifier.key, where);
  if (identifier.entity == "parameter") return AddKeyedClause(clause, "param", "parameter", identifier.key, where);
  if (identifier.entity == "tag") return AddKeyedClause(clause, "tag", "tag", identifier.key, where);
  if (identifier.entity == "dataset") return AddDatasetClause(clause, identifier.key, where);
  AddAttributeClause(clause, TranslateAlias(identifier.key), where);
}

// ORDER BY with the outer joins it needs. Values come before NaN, NaN before what is missing, whatever the direction.
struct Order {
  std::string joins;
  std::string by;
  std::vector<Value> join_parameters;
};

Order OrderOf(const std::vector<std::string>& order_by) {
  Order order;
  std::set<std::pair<std::string, std::string>> seen;
  const auto add = [&](const std::string& term) { order.by += (order.by.empty() ? "" : ", ") + term; };
  for (size_t i = 0; i < order_by.size(); ++i) {
    const OrderClause clause = ParseOrderBy(order_by[i]);
    const Identifier identifier = ResolveRunIdentifier(clause.identifier, kOrderAttributes);
    const std::string key = TranslateAlias(identifier.key);
    const char* direction = clause.ascending ? " ASC" : " DESC";
    if (identifier.entity == "dataset") throw InvalidParameter("Invalid identifier type 'dataset'");
    if (!seen.insert({identifier.entity, key}).second) {
      throw InternalError(fmt::format("`order_by` contains duplicate fields: {}", FormatNames(order_by, '[', ']')));
    }
    if (identifier.entity == "attribute") {
      add(fmt::format("{0} IS NULL, {0}{1}", ColumnOf(key), direction));
      continue;
    }
    const std::string alias = fmt::format("o{}", i);
    const char* table = identifier.entity == "metric" ? "latest_metric" : identifier.entity == "tag" ? "tag" : "param";
    order.joins += fmt::format(" LEFT JOIN {0} {1} ON {1}.run = r.row AND {1}.key = ?", table, alias);
    order.join_parameters.emplace_back(key);
    if (identifier.entity == "metric") {
      add(fmt::format("CASE WHEN {0}.is_nan = 1 THEN 1 WHEN {0}.value IS NULL THEN 2 ELSE 0 END", alias));
    } else {
      add(alias + ".value IS NULL");
    }
    add(alias + ".value" + direction);
  }
  if (!seen.contains({"attribute", "start_time"})) add("r.start_time DESC");
  add("r.run_id");
  return order;
}

}  // namespace

Page<Run> Tracking::SearchRuns(const RunQuery& query) const {
  RequirePositiveMaxResults(query.max_results, 50000);
  Condition where;
  std::vector<Value> ids;
  for (const auto& id : query.experiment_ids) ids.emplace_back(ParseExperimentId(id));
  const std::string in_experiments = "r.experiment_id IN (" + Placeholders(ids.size()) + ")";
  where.And(in_experiments, std::move(ids));
  where.And("r.lifecycle_stage IN " + StagesOf(query.view));
  for (const auto& clause : ParseFilter(query.filter, true)) AddClause(clause, where);
  const Order order = OrderOf(query.order_by);
  const std::string sql =
      fmt::format("SELECT {} FROM run r{} WHERE {} ORDER BY {} LIMIT ? OFFSET ?", kRunColumns, order.joins, where.sql, order.by);
  std::vector<Value> parameters = order.join_parameters;
  parameters.insert(parameters.end(), where.parameters.begin(), where.parameters.end());
  std::vector<int64_t> rows;
  return ReadPage<Run>(
      *store_, sql, parameters, {query.max_results, query.page_token},
      [&](Connection&, Statement& row) {
        RunRow found = RunFromRow(row, 0);
        rows.push_back(found.row);
        Run run;
        run.info = std::move(found.info);
        return run;
      },
      [&](Connection& connection, std::vector<Run>& runs) { ReadRunParts(connection, rows, runs, false); });
}

}  // namespace headrace::tracking
