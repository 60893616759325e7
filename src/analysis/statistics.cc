#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/analyzer_internal.h"

namespace headrace::analysis {

using plan::DataType;
using plan::TypeId;

namespace {

TypedPtr DoubleValue(double value) {
  return MakeTyped(TypedLiteral{plan::Value(plan::Value::Data(value))}, TypeId::kDouble, false);
}

bool HasSummary(const DataType& type) { return type.IsNumeric() || type.IsString(); }

}  // namespace

/// describe() and summary(): one aggregate over the input, its values laid out as one row a statistic.
Frame Analyzer::Impl::Summary(const plan::Relation& relation, const plan::Statistics& node, Frame input) {
  std::vector<std::string> statistics = node.statistics;
  if (node.kind == "describe") {
    statistics = {"count", "mean", "stddev", "min", "max"};
  } else if (statistics.empty()) {
    statistics = {"count", "mean", "stddev", "min", "25%", "50%", "75%", "max"};
  }
  CheckColumns(node.columns, input, relation.origin);
  std::vector<Attribute> columns;
  for (const auto& name : node.columns) {
    for (const auto& attribute : input.relation->output) {
      bool named = !attribute.hidden && EqualNames(name, attribute.name);
      if (named && HasSummary(attribute.type)) columns.push_back(attribute);
    }
  }
  for (const auto& attribute : input.relation->output) {
    if (node.columns.empty() && !attribute.hidden && HasSummary(attribute.type)) columns.push_back(attribute);
  }
  TypedAggregate aggregate;
  aggregate.input = input.relation;
  std::vector<Attribute> results;
  auto result = [&](TypedPtr call) {
    results.push_back({NewId(), "statistic", call->type, call->nullable, {}, {}, false});
    aggregate.aggregates.push_back(std::move(call));
    return CastTo(ColumnRef(results.back()), TypeId::kString);
  };
  auto one = [&](const Attribute& attribute, std::string statistic) -> TypedPtr {
    TypedPtr column = ColumnRef(attribute);
    TypedPtr number = attribute.type.IsNumeric() ? column : CastTo(column, TypeId::kDouble, plan::EvalMode::kTry);
    std::string lower = LowerName(statistic);
    if (lower == "mean") return result(CallTyped("avg", {number}));
    if (lower == "stddev") return result(CallTyped("stddev", {CastTo(number, TypeId::kDouble)}));
    if (lower == "count") return result(CallTyped("count", {column}));
    if (lower == "min" || lower == "max") return result(CallTyped(lower, {column}));
    if (lower == "count_distinct") return result(AggregateTyped("count", {column}, true));
    if (lower == "approx_count_distinct") return result(CallTyped("approx_count_distinct", {column}));
    if (!statistic.empty() && statistic.back() == '%') {
      double share = std::strtod(statistic.c_str(), nullptr) / 100.0;
      return result(CallTyped("percentile_approx", {number, DoubleValue(share)}));
    }
    throw Error(ErrorKind::kIllegalArgument, "UNRECOGNIZED_STATISTIC",
                fmt::format("The statistic '{}' is not recognized. Valid statistics include `count`, `count_distinct`, "
                            "`approx_count_distinct`, `mean`, `stddev`, `min`, `max`, and percentile values. Percentile must be "
                            "a numeric value followed by '%', within the range 0% to 100%.",
                            statistic),
                {{"stats", "'" + statistic + "'"}})
        .WithSqlState("42704");
  };
  std::vector<plan::StructField> fields = {{"summary", TypeId::kString, true, {}}};
  for (const auto& column : columns) fields.push_back({column.name, TypeId::kString, true, {}});
  DataType row_type = DataType::Struct(fields);
  TypedExpressions rows;
  for (const auto& statistic : statistics) {
    TypedStruct row{{StringValue(statistic)}};
    for (const auto& column : columns) row.fields.push_back(one(column, statistic));
    rows.push_back(MakeTyped(std::move(row), row_type, false));
  }
  TypedRelationPtr below;
  if (aggregate.aggregates.empty()) {
    below = MakeTypedRelation(TypedOneRow{}, {});
  } else {
    below = MakeTypedRelation(std::move(aggregate), std::move(results));
  }
  Item generator;
  generator.typed = CallTyped("inline", {CallTyped("array", std::move(rows))});
  Frame frame = ProjectItems(Frame{below, nullptr}, {generator}, relation);
  return Finish(frame.relation, relation.plan_id, {});
}

Frame Analyzer::Impl::Crosstab(const plan::Relation& relation, const plan::Statistics& node, Frame input) {
  ColumnIndex index(input.relation->output);
  auto first = TryColumn({node.columns.at(0)}, relation.origin, index);
  auto second = TryColumn({node.columns.at(1)}, relation.origin, index);
  CheckColumns(node.columns, input, relation.origin);
  // The second column's values become columns, sorted as text.
  TypedPtr text = CastTo(second->typed, TypeId::kString);
  TypedPtr shown = CallTyped("coalesce", {text, StringValue("null")});
  Attribute value{NewId(), "value", TypeId::kString, false, {}, {}, false};
  TypedRelationPtr plan = MakeTypedRelation(TypedProject{input.relation, {shown}}, {value});
  plan = MakeTypedRelation(TypedDistinct{plan}, {value});
  plan = MakeTypedRelation(TypedSort{plan, {{ColumnRef(value), true, true}}, true}, {value});
  auto rows = context_.Evaluate(plan);
  TypedPtr key = CallTyped("coalesce", {CastTo(first->typed, TypeId::kString), StringValue("null")});
  TypedAggregate aggregate{input.relation, {key}, {}, false, {}};
  std::string name = node.columns[0] + "_" + node.columns[1];
  std::vector<Attribute> output = {{NewId(), name, TypeId::kString, true, {}, {}, false}};
  for (const auto& row : rows) {
    std::string wanted = std::get<std::string>(row.at(0).data);
    TypedExpression count = *CallTyped("count", {LongValue(1)});
    std::get<TypedAggregateCall>(count.node).filter = CallTyped("=", {shown, StringValue(wanted)});
    aggregate.aggregates.push_back(std::make_shared<const TypedExpression>(std::move(count)));
    output.push_back({NewId(), wanted, TypeId::kLong, false, {}, {}, false});
  }
  return Unary(std::move(aggregate), std::move(output), relation, input);
}

Frame Analyzer::Impl::Statistics(const plan::Relation& relation, const plan::Statistics& node, Frame input, const Scope* outer) {
  input = WithoutHidden(std::move(input));
  if (node.kind == "summary" || node.kind == "describe") return Summary(relation, node, std::move(input));
  if (node.kind == "crosstab") return Crosstab(relation, node, std::move(input));
  ColumnIndex index(input.relation->output);
  CheckColumns(node.columns, input, relation.origin);
  auto column = [&](const std::string& name) { return TryColumn({name}, relation.origin, index)->typed; };
  if (node.kind == "cov" || node.kind == "corr") {
    // A null counts as 0 here, as in Spark.
    auto number = [&](const std::string& name) {
      const DataType& type = column(name)->type;
      if (!type.IsNumeric()) {
        throw Error(ErrorKind::kIllegalArgument, "",
                    fmt::format("requirement failed: Currently {} calculation for columns with dataType {} not supported.",
                                node.kind == "cov" ? "covariance" : "correlation", type.SimpleString()));
      }
      return CallTyped("coalesce", {CastTo(column(name), TypeId::kDouble), DoubleValue(0)});
    };
    TypedPtr left = number(node.columns.at(0)), right = number(node.columns.at(1));
    TypedPtr call = CallTyped(node.kind == "cov" ? "covar_samp" : "corr", {left, right});
    return Unary(TypedAggregate{input.relation, {}, {}, false, {call}},
                 {{NewId(), node.kind, TypeId::kDouble, true, {}, {}, false}}, relation, input);
  }
  if (node.kind == "approx_quantile") {
    // One row with an array of arrays: one a column. The exact percentile satisfies every relative error.
    TypedExpressions shares;
    for (double probability : node.probabilities) shares.push_back(DoubleValue(probability));
    TypedPtr list = CallTyped("array", std::move(shares));
    TypedAggregate aggregate{input.relation, {}, {}, false, {}};
    std::vector<Attribute> results;
    TypedExpressions parts;
    for (const auto& name : node.columns) {
      TypedPtr call = CallTyped("percentile_approx", {CastTo(column(name), TypeId::kDouble), list});
      results.push_back({NewId(), "quantiles", call->type, true, {}, {}, false});
      aggregate.aggregates.push_back(call);
      parts.push_back(ColumnRef(results.back()));
    }
    TypedRelationPtr made = MakeTypedRelation(std::move(aggregate), results);
    TypedPtr all = CallTyped("array", std::move(parts));
    Attribute attribute{NewId(), "approx_quantile", all->type, false, {}, {}, false};
    return Unary(TypedProject{made, {all}}, {attribute}, relation, input);
  }
  if (node.kind == "freq_items") {
    // Values in at least `support` of the rows, as one array a column.
    TypedAggregate aggregate{input.relation, {}, {}, false, {}};
    std::vector<Attribute> results;
    for (const auto& name : node.columns) {
      TypedPtr call = CallTyped("freq_items", {column(name), DoubleValue(node.number)});
      results.push_back({NewId(), name + "_freqItems", call->type, false, {}, {}, false});
      aggregate.aggregates.push_back(call);
    }
    return Unary(std::move(aggregate), std::move(results), relation, input);
  }
  if (node.kind == "sample_by") {
    Scope scope;
    scope.input = &index;
    scope.provenance = input.provenance;
    Resolved stratum = Resolve(node.stratum, scope);
    TypedPtr seed = LongValue(node.seed.value_or(context_.NowMicros()));
    TypedPtr random = CallTyped("rand", {seed});
    TypedCase share;
    for (const auto& [value, fraction] : node.fractions) {
      TypedPtr literal = CastTo(MakeTyped(TypedLiteral{value.value}, value.type, false), stratum.typed->type);
      share.branches.emplace_back(CallTyped("=", {stratum.typed, literal}), DoubleValue(fraction));
    }
    share.otherwise = DoubleValue(0);
    TypedPtr condition = CallTyped("<", {random, MakeTyped(std::move(share), TypeId::kDouble, false)});
    return Unary(TypedFilter{input.relation, condition}, input.relation->output, relation, input);
  }
  ThrowUnsupported("df.stat." + node.kind);
}

Frame Analyzer::Impl::Transpose(const plan::Relation& relation, const plan::Transpose& node, Frame input, const Scope* outer) {
  input = WithoutHidden(std::move(input));
  ColumnIndex index(input.relation->output);
  Scope scope;
  scope.input = &index;
  scope.provenance = input.provenance;
  std::vector<Attribute> values;
  TypedPtr key;
  if (node.index.empty()) {
    if (!input.relation->output.empty()) key = ColumnRef(input.relation->output[0]);
  } else {
    key = Resolve(node.index[0], scope).typed;
  }
  if (!key) return Finish(input.relation, relation.plan_id, {input.provenance});
  const auto* key_column = As<TypedColumn>(key);
  std::optional<DataType> common;
  for (const auto& attribute : input.relation->output) {
    if (key_column != nullptr && attribute.id == key_column->id) continue;
    values.push_back(attribute);
    common = common ? functions::TightestCommonType(*common, attribute.type, environment_.ansi)
                    : std::optional<DataType>(attribute.type);
    if (!common) {
      throw AnalysisError("TRANSPOSE_NO_LEAST_COMMON_TYPE",
                          fmt::format("Transpose requires non-index columns to share a least common type, but {} and {} do not.",
                                      QuotedType(values[0].type), QuotedType(attribute.type)),
                          {{"dt1", QuotedType(values[0].type)}, {"dt2", QuotedType(attribute.type)}}, relation.origin)
          .WithSqlState("42K09");
    }
  }
  // The rows, in the order of their keys, become the columns: each of them, also where keys are equal.
  if (!common) common = TypeId::kString;
  TypedExpressions cells = {CastTo(key, TypeId::kString)};
  std::vector<Attribute> cell_columns = {{NewId(), "name", TypeId::kString, true, {}, {}, false}};
  for (const auto& attribute : values) {
    cells.push_back(CastTo(ColumnRef(attribute), *common));
    cell_columns.push_back({NewId(), attribute.name, *common, true, {}, {}, false});
  }
  TypedRelationPtr plan = MakeTypedRelation(TypedFilter{input.relation, CallTyped("isnotnull", {CastTo(key, TypeId::kString)})},
                                            input.relation->output);
  plan = MakeTypedRelation(TypedSort{plan, {{key, true, true}}, true}, input.relation->output);
  int64_t limit = std::max<int64_t>(0, std::stoll(context_.Setting("spark.sql.transposeMaxValues")));
  plan = MakeTypedRelation(TypedLimit{plan, LongValue(limit + 1), nullptr}, input.relation->output);
  auto rows = context_.Evaluate(MakeTypedRelation(TypedProject{plan, std::move(cells)}, std::move(cell_columns)));
  if (static_cast<int64_t>(rows.size()) > limit) {
    throw AnalysisError("TRANSPOSE_EXCEED_ROW_LIMIT",
                        fmt::format("Number of rows exceeds the allowed limit of {} for TRANSPOSE. If this was intended, set "
                                    "spark.sql.transposeMaxValues to at least the current row count.",
                                    limit),
                        {{"maxValues", std::to_string(limit)}, {"config", "spark.sql.transposeMaxValues"}})
        .WithSqlState("54006");
  }
  std::vector<plan::StructField> fields = {{"key", TypeId::kString, false, {}}};
  for (const auto& row : rows) fields.push_back({std::get<std::string>(row.at(0).data), *common, true, {}});
  DataType row_type = DataType::Struct(fields);
  TypedExpressions structures;
  for (size_t i = 0; i < values.size(); ++i) {
    TypedStruct structure{{StringValue(values[i].name)}};
    for (const auto& row : rows) structure.fields.push_back(MakeTyped(TypedLiteral{row.at(i + 1)}, *common, true));
    structures.push_back(MakeTyped(std::move(structure), row_type, false));
  }
  if (structures.empty()) ThrowUnsupported("transpose of a frame without values");
  Item generator;
  generator.typed = CallTyped("inline", {CallTyped("array", std::move(structures))});
  Frame frame = ProjectItems(Frame{MakeTypedRelation(TypedOneRow{}, {}), nullptr}, {generator}, relation);
  return Finish(frame.relation, relation.plan_id, {});
}

}  // namespace headrace::analysis
