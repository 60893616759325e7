#include "engine/precompiled.h"

#include "analysis/partitioning.h"
#include "base/error.h"
#include "engine/dml.h"
#include "engine/sink.h"
#include "engine/typed_build.h"
#include "plan/names.h"
#include "sql/parser.h"

namespace headrace::engine {

namespace {

using analysis::Attribute;
using analysis::TypedPtr;
using analysis::TypedRelationPtr;

/// The projection of `input` that keeps its visible columns and appends one.
TypedRelationPtr AppendColumn(const TypedRelationPtr& input, TypedPtr value, Attribute attribute) {
  analysis::TypedProject project{input, {}};
  std::vector<Attribute> output;
  for (const auto& column : input->output) {
    if (column.hidden) continue;
    project.expressions.push_back(Reference(column));
    output.push_back(column);
  }
  project.expressions.push_back(std::move(value));
  output.push_back(std::move(attribute));
  return analysis::MakeTypedRelation(std::move(project), std::move(output));
}

/// What stands at the top of the plan below projections and decides the files: a repartition or a sort.
struct Layout {
  SinkFiles files;
  bool ordered = false;
  /// The plan with a bucket column appended; null when there is none.
  TypedRelationPtr bucketed;
};

/// The operator of `plan`, `node`, over an input that has a bucket column last, which it passes on.
template <typename Node>
TypedRelationPtr WithBucket(const analysis::TypedRelation& plan, Node node, const TypedRelationPtr& bucketed) {
  node.input = bucketed;
  std::vector<Attribute> output = plan.output;
  output.push_back(bucketed->output.back());
  return analysis::MakeTypedRelation(std::move(node), std::move(output), plan.plan_id);
}

Layout FindLayout(analysis::Analyzer& analyzer, const TypedRelationPtr& plan) {
  if (const auto* project = analysis::As<analysis::TypedProject>(plan)) {
    Layout below = FindLayout(analyzer, project->input);
    if (below.bucketed) {
      analysis::TypedProject wider = *project;
      wider.expressions.push_back(Reference(below.bucketed->output.back()));
      below.bucketed = WithBucket(*plan, std::move(wider), below.bucketed);
    }
    return below;
  }
  if (const auto* observe = analysis::As<analysis::TypedObserve>(plan)) {
    Layout below = FindLayout(analyzer, observe->input);
    if (below.bucketed) below.bucketed = WithBucket(*plan, *observe, below.bucketed);
    return below;
  }
  if (const auto* filter = analysis::As<analysis::TypedFilter>(plan)) {
    Layout below = FindLayout(analyzer, filter->input);
    if (below.bucketed) below.bucketed = WithBucket(*plan, *filter, below.bucketed);
    return below;
  }
  Layout layout;
  if (const auto* sort = analysis::As<analysis::TypedSort>(plan)) {
    layout.ordered = true;
    if (!sort->global) {
      Layout below = FindLayout(analyzer, sort->input);
      layout.files = below.files;
      if (below.bucketed) layout.bucketed = WithBucket(*plan, *sort, below.bucketed);
    }
    return layout;
  }
  const auto* repartition = analysis::As<analysis::TypedRepartition>(plan);
  if (repartition == nullptr) return layout;
  const auto& expressions = repartition->expressions;
  const auto* call = expressions.size() == 1 ? analysis::As<analysis::TypedCall>(expressions[0]) : nullptr;
  // The number of ranges may be left open.
  const bool ranges = call != nullptr && call->lowering == analysis::kRangeKey;
  if (!repartition->partitions && !ranges) return layout;
  if (!repartition->shuffle) layout.ordered = FindLayout(analyzer, repartition->input).ordered;
  layout.files.count = repartition->partitions.value_or(1);
  layout.files.kind = repartition->shuffle ? SinkFiles::Kind::kExact : SinkFiles::Kind::kAtMost;
  if (!repartition->shuffle || expressions.empty() || repartition->partitions == 1) return layout;
  std::vector<Attribute> output;
  for (const auto& column : plan->output) {
    if (!column.hidden) output.push_back(column);
  }
  // The lowering gives a column that the input has not: the partition's number.
  output.push_back({analyzer.NewId(), "__bucket", plan::TypeId::kInteger, false, {}, {}, false});
  layout.bucketed = analysis::MakeTypedRelation(*repartition, std::move(output), plan->plan_id);
  return layout;
}

/// The columns a constraint names, for its error.
void NameColumns(const TypedPtr& expression, const std::vector<Attribute>& output,
                 std::vector<std::pair<std::string, size_t>>& values) {
  if (!expression) return;
  if (const auto* column = analysis::As<analysis::TypedColumn>(expression)) {
    for (size_t i = 0; i < output.size(); ++i) {
      if (output[i].id != column->id) continue;
      for (const auto& [name, index] : values) {
        if (index == i) return;
      }
      values.emplace_back(output[i].name, i);
      return;
    }
  } else if (const auto* call = analysis::As<analysis::TypedCall>(expression)) {
    for (const auto& argument : call->arguments) NameColumns(argument, output, values);
  } else if (const auto* cast = analysis::As<analysis::TypedCast>(expression)) {
    NameColumns(cast->child, output, values);
  } else if (const auto* cases = analysis::As<analysis::TypedCase>(expression)) {
    for (const auto& [when, then] : cases->branches) {
      NameColumns(when, output, values);
      NameColumns(then, output, values);
    }
    NameColumns(cases->otherwise, output, values);
  } else if (const auto* field = analysis::As<analysis::TypedFieldAccess>(expression)) {
    NameColumns(field->child, output, values);
  }
}

}  // namespace

TypedRelationPtr CheckReplaceWhere(analysis::Analyzer& analyzer, const TypedRelationPtr& plan, size_t columns,
                                   const plan::ExpressionPtr& condition, const std::string& text, SinkTarget& target) {
  std::vector<Attribute> table(plan->output.begin(), plan->output.begin() + static_cast<std::ptrdiff_t>(columns));
  TypedPtr value = analyzer.AnalyzeExpression(condition, table);
  CheckBoolean(value, condition);
  if (value->type.id() == plan::TypeId::kNull) value = NullOf(plan::TypeId::kBoolean);
  SinkCheck check;
  // Delta names the check by the expression as it is before its columns are found.
  plan::ExpressionPtr unresolved = RenameColumns(condition, [](const plan::NameParts& parts) {
    std::string name;
    for (const auto& part : parts) name += (name.empty() ? "'" : ".") + part;
    return name;
  });
  check.name = "EXPRESSION(" + analysis::ExpressionName(unresolved) + ")";
  check.expression = analysis::ExpressionName(condition);
  check.replace_where = text;
  check.column = plan->output.size();
  NameColumns(value, table, check.values);
  target.checks.push_back(std::move(check));
  Attribute attribute{analyzer.NewId(), "__check", value->type, value->nullable, {}, {}, false};
  return AppendColumn(plan, std::move(value), std::move(attribute));
}

TypedRelationPtr PlanWrite(analysis::Analyzer& analyzer, const TypedRelationPtr& input, SinkTarget& target) {
  delta::TableProperties properties(target.metadata.configuration);
  Layout layout = FindLayout(analyzer, input);
  target.files.kind = layout.files.kind;
  target.files.count = layout.files.count;
  if (auto size = properties.TargetFileSize()) target.files.target_bytes = *size;
  target.ordered = target.ordered || layout.ordered;
  TypedRelationPtr plan = input;
  if (layout.bucketed) {
    plan = layout.bucketed;
    target.files.bucket_column = plan->output.size() - 1;
  }
  std::vector<Attribute> table(plan->output.begin(), plan->output.begin() + static_cast<std::ptrdiff_t>(input->output.size()));
  auto add_check = [&](const std::string& name, const std::string& text, const plan::ExpressionPtr& expression) {
    SinkCheck check;
    check.name = name;
    check.expression = text;
    TypedPtr value = analyzer.AnalyzeExpression(expression, table);
    NameColumns(value, table, check.values);
    check.column = plan->output.size();
    plan = AppendColumn(plan, value, {analyzer.NewId(), "__check", value->type, value->nullable, {}, {}, false});
    target.checks.push_back(std::move(check));
  };
  for (const auto& [name, text] : properties.CheckConstraints()) {
    plan::ExpressionPtr expression = sql::ParseExpression(text);
    add_check(name, analysis::ExpressionName(expression), expression);
  }
  plan::Schema schema = plan::DataType::FromJsonText(target.metadata.schema_string).fields();
  for (const auto& field : schema) {
    const json::value* invariants = field.metadata.if_contains("delta.invariants");
    if (invariants != nullptr && invariants->is_string()) {
      json::value parsed = json::parse(invariants->as_string());
      std::string text(parsed.at("expression").at("expression").as_string());
      add_check("EXPRESSION(" + text + ")", text, sql::ParseExpression(text));
    }
    const json::value* generated = field.metadata.if_contains("delta.generationExpression");
    if (generated != nullptr && generated->is_string()) {
      std::string text(generated->as_string());
      std::string quoted = plan::QuotedName(field.name) + " <=> " + text;
      add_check("Generated Column", quoted, sql::ParseExpression(plan::QuotedName(field.name) + " <=> (" + text + ")"));
    }
  }
  return plan;
}

}  // namespace headrace::engine
