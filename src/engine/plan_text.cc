#include "engine/precompiled.h"

#include <fmt/format.h>
#include <xxhash.h>

#include "analysis/typed_inputs.h"
#include "engine/engine.h"

namespace headrace::engine {

namespace {

using analysis::As;
using analysis::TypedPtr;
using analysis::TypedRelation;
using analysis::TypedRelationPtr;

/// Tells the rows that a client sent apart by what they are: the same ones may be sent again with each request.
std::string DigestOf(const plan::LocalRelation& data) {
  std::string digest;
  auto add = [&](const std::string& bytes) {
    XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
    digest += fmt::format("{}{:016x}{:016x}", digest.empty() ? "" : "-", hash.high64, hash.low64);
  };
  if (data.arrow_ipc) add(*data.arrow_ipc);
  for (const auto& chunk : data.chunks) add(*chunk);
  if (data.schema) add(json::serialize(plan::DataType::Struct(*data.schema).ToJson()));
  return digest;
}

/// Prints a typed plan; ids are renumbered in the order they are met, so that equal plans print alike.
class Printer {
 public:
  explicit Printer(PlanTextStyle style) : style_(style) {}
  std::string Print(const TypedRelationPtr& plan) {
    Relation(*plan, 0);
    return std::move(text_);
  }

 private:
  std::string Id(analysis::AttributeId id) { return "#" + std::to_string(ids_.emplace(id, ids_.size()).first->second); }

  std::string List(const analysis::TypedExpressions& expressions) {
    std::string text;
    for (const auto& expression : expressions) text += (text.empty() ? "" : ", ") + Text(expression);
    return text;
  }

  std::string Keys(const std::vector<analysis::TypedSortKey>& keys) {
    std::string text;
    for (const auto& key : keys) {
      text += fmt::format("{}{} {} NULLS {}", text.empty() ? "" : ", ", Text(key.child), key.ascending ? "ASC" : "DESC",
                          key.nulls_first ? "FIRST" : "LAST");
    }
    return text;
  }

  std::string Value(const plan::Value& value) {
    struct Visitor {
      std::string operator()(std::monostate) const { return "null"; }
      std::string operator()(bool v) const { return v ? "true" : "false"; }
      std::string operator()(int64_t v) const { return std::to_string(v); }
      std::string operator()(double v) const { return fmt::format("{}", v); }
      std::string operator()(plan::Int128 v) const { return plan::DecimalText(v, 0); }
      std::string operator()(const std::string& v) const { return v; }
      std::string operator()(const std::vector<plan::Value>& v) const {
        std::string text = "[";
        for (const auto& element : v) text += (text.size() > 1 ? "," : "") + std::visit(Visitor(), element.data);
        return text + "]";
      }
      std::string operator()(const plan::Value::CalendarInterval& v) const {
        return fmt::format("{}m{}d{}us", v.months, v.days, v.micros);
      }
    };
    return std::visit(Visitor(), value.data);
  }

  std::string Text(const TypedPtr& expression) {
    if (!expression) return "";
    if (const auto* literal = As<analysis::TypedLiteral>(expression)) {
      return fmt::format("{}:{}", Value(literal->value), expression->type.SimpleString());
    }
    if (const auto* column = As<analysis::TypedColumn>(expression)) {
      return (column->outer ? "outer" : "") + Id(column->id);
    }
    if (const auto* call = As<analysis::TypedCall>(expression)) {
      return fmt::format("{}({})", call->function ? call->function->name : call->lowering, List(call->arguments));
    }
    if (const auto* cast = As<analysis::TypedCast>(expression)) {
      return fmt::format("cast({} as {})", Text(cast->child), expression->type.SimpleString());
    }
    if (const auto* cases = As<analysis::TypedCase>(expression)) {
      std::string text = "CASE";
      for (const auto& [when, then] : cases->branches) text += fmt::format(" WHEN {} THEN {}", Text(when), Text(then));
      if (cases->otherwise) text += " ELSE " + Text(cases->otherwise);
      return text + " END";
    }
    if (const auto* field = As<analysis::TypedFieldAccess>(expression)) {
      return fmt::format("{}.{}", Text(field->child), field->index);
    }
    if (const auto* made = As<analysis::TypedStruct>(expression)) {
      return fmt::format("struct({}):{}", List(made->fields), expression->type.SimpleString());
    }
    if (const auto* lambda = As<analysis::TypedLambda>(expression)) {
      std::string text = "(";
      for (int64_t id : lambda->variables) text += Id(id) + " ";
      return text + "-> " + Text(lambda->body) + ")";
    }
    if (const auto* variable = As<analysis::TypedLambdaVariable>(expression)) return "lambda" + Id(variable->id);
    if (const auto* aggregate = As<analysis::TypedAggregateCall>(expression)) {
      return fmt::format("{}({}{}){}{}", aggregate->function->name, aggregate->distinct ? "distinct " : "",
                         List(aggregate->arguments), aggregate->ignore_nulls ? " ignore nulls" : "",
                         aggregate->filter ? " filter " + Text(aggregate->filter) : "");
    }
    if (const auto* window = As<analysis::TypedWindowCall>(expression)) {
      return fmt::format("{} over (partition by {} order by {} {} {}{} {}{})", Text(window->function), List(window->partition_by),
                         Keys(window->order_by), window->unit == plan::WindowFrame::Unit::kRows ? "rows" : "range",
                         static_cast<int>(window->lower.kind), Text(window->lower.value), static_cast<int>(window->upper.kind),
                         Text(window->upper.value));
    }
    const auto* subquery = As<analysis::TypedSubquery>(expression);
    Printer inner(style_);
    return fmt::format("subquery({} {}{})", List(subquery->in_values), subquery->negated ? "not " : "",
                       inner.Print(subquery->plan));
  }

  std::string Output(const TypedRelation& relation) {
    std::string text;
    for (const auto& attribute : relation.output) {
      if (attribute.hidden) continue;
      text +=
          (text.empty() ? "" : ", ") + (style_ == PlanTextStyle::kSemantics ? std::string() : attribute.name) + Id(attribute.id);
    }
    return "[" + text + "]";
  }

  void Line(int depth, const std::string& line) {
    if (depth > 0) text_ += std::string(static_cast<size_t>(depth - 1) * 3, ' ') + "+- ";
    text_ += line + "\n";
  }

  void Relation(const TypedRelation& relation, int depth) {
    // Inputs are printed first into a buffer, so that ids are numbered where they are made.
    std::string above = std::move(text_);
    text_.clear();
    for (const auto& input : analysis::InputsOf(relation)) Relation(*input, depth + 1);
    std::string below = std::move(text_);
    text_ = std::move(above);
    std::string line = std::visit([&](const auto& node) { return Name(node, relation); }, relation.node);
    Line(depth, line);
    text_ += below;
  }

  std::string Name(const analysis::TypedOneRow&, const TypedRelation&) { return "OneRowRelation"; }
  std::string Name(const analysis::TypedScan& node, const TypedRelation& relation) {
    std::string place = node.table_name.empty() && !node.paths.empty() ? node.paths[0] : node.table_name;
    return fmt::format("Scan {} {}{}{}", node.format, place, node.version ? fmt::format("@v{} ", *node.version) : " ",
                       Output(relation));
  }
  std::string Name(const analysis::TypedLocal& node, const TypedRelation& relation) {
    return fmt::format("LocalTableScan {} {}", Output(relation), DigestOf(node.data));
  }
  std::string Name(const analysis::TypedRange& node, const TypedRelation&) {
    return fmt::format("Range ({}, {}, step={})", node.start, node.end, node.step);
  }
  std::string Name(const analysis::TypedInlineTable& node, const TypedRelation& relation) {
    std::string text = "LocalTableScan " + Output(relation);
    for (const auto& row : node.rows) text += " (" + List(row) + ")";
    return text;
  }
  std::string Name(const analysis::TypedProject& node, const TypedRelation& relation) {
    return fmt::format("Project [{}] as {}", List(node.expressions), Output(relation));
  }
  std::string Name(const analysis::TypedFilter& node, const TypedRelation&) { return "Filter " + Text(node.condition); }
  std::string Name(const analysis::TypedJoin& node, const TypedRelation&) {
    static const char* const kNames[] = {"Inner", "LeftOuter", "RightOuter", "FullOuter", "LeftSemi", "LeftAnti", "Cross"};
    return fmt::format("Join {}{} {}", kNames[static_cast<int>(node.type)], node.lateral ? " lateral" : "", Text(node.condition));
  }
  std::string Name(const analysis::TypedAsOfJoin& node, const TypedRelation&) {
    return fmt::format("AsOfJoin {} {} {} {} {}", static_cast<int>(node.direction), Text(node.left_as_of), Text(node.right_as_of),
                       Text(node.condition), Text(node.tolerance));
  }
  std::string Name(const analysis::TypedAggregate& node, const TypedRelation& relation) {
    return fmt::format("HashAggregate(keys=[{}], functions=[{}], sets={}) {}", List(node.grouping), List(node.aggregates),
                       node.sets.size(), Output(relation));
  }
  std::string Name(const analysis::TypedWindow& node, const TypedRelation& relation) {
    return fmt::format("Window [{}] {}", List(node.calls), Output(relation));
  }
  std::string Name(const analysis::TypedSort& node, const TypedRelation&) {
    return fmt::format("Sort [{}], {}", Keys(node.keys), node.global);
  }
  std::string Name(const analysis::TypedLimit& node, const TypedRelation&) {
    return fmt::format("Limit {} offset {}", Text(node.limit), Text(node.offset));
  }
  std::string Name(const analysis::TypedTail& node, const TypedRelation&) { return fmt::format("Tail {}", node.count); }
  std::string Name(const analysis::TypedSetOperation& node, const TypedRelation& relation) {
    static const char* const kNames[] = {"Union", "Intersect", "Except"};
    return fmt::format("{}{} {}", kNames[static_cast<int>(node.kind)], node.all ? " All" : "", Output(relation));
  }
  std::string Name(const analysis::TypedDistinct&, const TypedRelation&) { return "Distinct"; }
  std::string Name(const analysis::TypedDeduplicate& node, const TypedRelation&) {
    std::string text = "Deduplicate";
    for (auto key : node.keys) text += " " + Id(key);
    return text;
  }
  std::string Name(const analysis::TypedGenerate& node, const TypedRelation& relation) {
    return fmt::format("Generate {} {} {}", Text(node.generator), node.outer, Output(relation));
  }
  std::string Name(const analysis::TypedTableFunction& node, const TypedRelation& relation) {
    return fmt::format("TableFunction {}({}) {}", node.function->name, List(node.arguments), Output(relation));
  }
  std::string Name(const analysis::TypedRepartition& node, const TypedRelation&) {
    return fmt::format("Exchange {} [{}]", node.partitions.value_or(-1), List(node.expressions));
  }
  std::string Name(const analysis::TypedSample& node, const TypedRelation&) {
    return fmt::format("Sample {} {} {} {}", node.lower, node.upper, node.with_replacement, node.seed);
  }
  std::string Name(const analysis::TypedObserve& node, const TypedRelation&) {
    return fmt::format("CollectMetrics {} [{}]", node.name, List(node.metrics));
  }
  std::string Name(const analysis::TypedWith& node, const TypedRelation&) {
    return fmt::format("WithCTE {}", node.definitions.size());
  }
  std::string Name(const analysis::TypedCteReference& node, const TypedRelation& relation) {
    return fmt::format("CTERelationRef {} {}", node.id, Output(relation));
  }
  std::string Name(const analysis::TypedRows& node, const TypedRelation& relation) {
    if (!node.cached_id.empty()) return "InMemoryTableScan " + Output(relation) + " " + node.cached_id;
    std::string text = "LocalTableScan " + Output(relation);
    for (const auto& row : node.rows) {
      text += " (";
      for (const auto& value : row) text += Value(value) + ",";
      text += ")";
    }
    return text;
  }

  PlanTextStyle style_;
  std::string text_;
  std::map<int64_t, size_t> ids_;
};

}  // namespace

std::string PlanText(const TypedRelationPtr& plan, PlanTextStyle style) { return Printer(style).Print(plan); }

}  // namespace headrace::engine
