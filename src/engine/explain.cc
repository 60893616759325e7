#include "engine/precompiled.h"

#include "engine/explain.h"

#include <fmt/format.h>

#include <set>

#include "analysis/names.h"
#include "analysis/partitioning.h"
#include "engine/explain_tree.h"
#include "engine/row_size.h"

namespace headrace::engine {

namespace {

using analysis::As;
using analysis::TypedPtr;
using analysis::TypedRelation;
using plan::TypeId;
using Nodes = std::vector<ExplainNode>;

/// Makes the tree of a plan. Columns are numbered in the order they are made, so that equal plans give equal texts.
class Explainer {
 public:
  Explainer(bool physical, const std::string& time_zone) : physical_(physical), time_zone_(time_zone) {}

  ExplainNode Node(const TypedRelation& relation) {
    return std::visit([&](const auto& node) { return Make(node, relation); }, relation.node);
  }

 private:
  // ---- expressions

  std::string Column(int64_t id) {
    auto found = columns_.find(id);
    return found == columns_.end() ? "?" : found->second;
  }

  void Number(const TypedRelation& relation) {
    for (const auto& attribute : relation.output) {
      const char* suffix = attribute.type.id() == TypeId::kLong ? "L" : "";
      columns_.try_emplace(attribute.id, fmt::format("{}#{}{}", attribute.name, columns_.size(), suffix));
    }
  }

  std::vector<std::string> Texts(const analysis::TypedExpressions& expressions) {
    std::vector<std::string> texts;
    for (const auto& expression : expressions) texts.push_back(Text(expression));
    return texts;
  }
  std::string List(const analysis::TypedExpressions& expressions) {
    return fmt::format("[{}]", fmt::join(Texts(expressions), ", "));
  }

  std::string Keys(const std::vector<analysis::TypedSortKey>& keys) {
    std::vector<std::string> texts;
    for (const auto& key : keys) {
      texts.push_back(
          fmt::format("{} {} NULLS {}", Text(key.child), key.ascending ? "ASC" : "DESC", key.nulls_first ? "FIRST" : "LAST"));
    }
    return fmt::format("[{}]", fmt::join(texts, ", "));
  }

  /// The expressions beside the columns they make.
  std::string Named(const analysis::TypedExpressions& expressions, const TypedRelation& relation, size_t first) {
    std::vector<std::string> texts;
    for (size_t i = 0; i < expressions.size(); ++i) {
      std::string text = Text(expressions[i]), column = Column(relation.output[first + i].id);
      texts.push_back(text == column ? text : fmt::format("{} AS {}", text, column));
    }
    return fmt::format("[{}]", fmt::join(texts, ", "));
  }

  std::string Text(const TypedPtr& expression) {
    return expression ? std::visit([&](const auto& node) { return Write(node, *expression); }, expression->node) : "";
  }

  std::string Write(const analysis::TypedLiteral& node, const analysis::TypedExpression& expression) {
    return node.value.is_null() ? "null" : analysis::LiteralText(node.value, expression.type, time_zone_);
  }
  std::string Write(const analysis::TypedColumn& node, const analysis::TypedExpression&) {
    return node.outer ? fmt::format("outer({})", Column(node.id)) : Column(node.id);
  }
  std::string Write(const analysis::TypedCall& node, const analysis::TypedExpression&) {
    return analysis::CallText(node.function ? node.function->name : node.lowering, Texts(node.arguments), false, true);
  }
  std::string Write(const analysis::TypedCast& node, const analysis::TypedExpression& expression) {
    return fmt::format("{}cast({} as {})", node.mode == plan::EvalMode::kTry ? "try_" : "", Text(node.child),
                       expression.type.SimpleString());
  }
  std::string Write(const analysis::TypedCase& node, const analysis::TypedExpression&) {
    std::string text = "CASE";
    for (const auto& [when, then] : node.branches) text += fmt::format(" WHEN {} THEN {}", Text(when), Text(then));
    if (node.otherwise) text += " ELSE " + Text(node.otherwise);
    return text + " END";
  }
  std::string Write(const analysis::TypedFieldAccess& node, const analysis::TypedExpression&) {
    return fmt::format("{}.{}", Text(node.child), node.child->type.fields().at(node.index).name);
  }
  std::string Write(const analysis::TypedStruct& node, const analysis::TypedExpression& expression) {
    std::vector<std::string> texts;
    for (size_t i = 0; i < node.fields.size(); ++i) {
      texts.push_back(expression.type.fields().at(i).name);
      texts.push_back(Text(node.fields[i]));
    }
    return fmt::format("named_struct({})", fmt::join(texts, ", "));
  }
  std::string Variable(int64_t id) {
    return fmt::format("lambda x#{}", variables_.try_emplace(id, variables_.size()).first->second);
  }
  std::string Write(const analysis::TypedLambda& node, const analysis::TypedExpression&) {
    std::vector<std::string> texts;
    for (int64_t id : node.variables) texts.push_back(Variable(id));
    return fmt::format("lambdafunction({}, {})", Text(node.body), fmt::join(texts, ", "));
  }
  std::string Write(const analysis::TypedLambdaVariable& node, const analysis::TypedExpression&) { return Variable(node.id); }
  std::string Write(const analysis::TypedAggregateCall& node, const analysis::TypedExpression&) {
    auto arguments = Texts(node.arguments);
    // count(*) counts rows.
    if (arguments.empty() && node.function->name == "count") arguments = {"1"};
    std::string text = analysis::CallText(node.function->name, arguments, node.distinct, false);
    if (node.ignore_nulls) text += " ignore nulls";
    if (!node.order_by.empty()) text += fmt::format(" WITHIN GROUP (ORDER BY {})", Keys(node.order_by));
    return node.filter ? fmt::format("{} FILTER (WHERE {})", text, Text(node.filter)) : text;
  }
  std::string Bound(const analysis::TypedFrameBound& bound) {
    using Kind = plan::WindowFrame::BoundKind;
    switch (bound.kind) {
      case Kind::kUnboundedPreceding:
        return "unboundedpreceding$()";
      case Kind::kCurrentRow:
        return "currentrow$()";
      case Kind::kUnboundedFollowing:
        return "unboundedfollowing$()";
      case Kind::kValue:
        break;
    }
    return Text(bound.value);
  }
  std::string Write(const analysis::TypedWindowCall& node, const analysis::TypedExpression&) {
    return fmt::format("{} windowspecdefinition({}, {}, specifiedwindowframe({}, {}, {}))", Text(node.function),
                       List(node.partition_by), Keys(node.order_by),
                       node.unit == plan::WindowFrame::Unit::kRows ? "RowFrame" : "RangeFrame", Bound(node.lower),
                       Bound(node.upper));
  }
  std::string Write(const analysis::TypedSubquery& node, const analysis::TypedExpression&) {
    std::string name = fmt::format("subquery#{}", ++subqueries_);
    // The columns of the query around it are known inside; what it makes itself is not seen outside.
    ExplainNode made = Node(*node.plan);
    std::string text = node.kind == plan::Subquery::Kind::kIn ? fmt::format("{} IN ({})", List(node.in_values), "list-" + name)
                       : node.kind == plan::Subquery::Kind::kExists ? "exists-" + name
                                                                    : "scalar-" + name;
    open_.push_back(std::move(made));
    return node.negated ? fmt::format("NOT ({})", text) : text;
  }

  // ---- operators

  template <typename... Inputs>
  Nodes Of(const Inputs&... inputs) {
    Nodes nodes;
    (nodes.push_back(Node(*inputs)), ...);
    return nodes;
  }

  /// Numbers the operator's columns, then writes its arguments: `children` are made already.
  template <typename Arguments>
  ExplainNode Operator(const TypedRelation& relation, std::string name, Nodes children, Arguments arguments) {
    Number(relation);
    ExplainNode node;
    node.name = std::move(name);
    Nodes around = std::move(open_);
    open_.clear();
    node.arguments = arguments();
    node.subqueries = std::move(open_);
    open_ = std::move(around);
    for (const auto& attribute : relation.output) {
      if (!attribute.hidden) node.output.push_back(Column(attribute.id));
    }
    // Spark's guess without statistics: rows of another width, sides multiplied.
    node.bytes = 1;
    for (const auto& child : children) node.bytes *= child.bytes;
    if (children.size() == 1) node.rows = children[0].rows;
    node.children = std::move(children);
    return node;
  }
  ExplainNode Operator(const TypedRelation& relation, std::string name, Nodes children = {}, std::string arguments = "") {
    return Operator(relation, std::move(name), std::move(children), [&] { return arguments; });
  }

  std::string Output(const TypedRelation& relation) {
    std::vector<std::string> columns;
    for (const auto& attribute : relation.output) {
      if (!attribute.hidden) columns.push_back(Column(attribute.id));
    }
    return fmt::format("[{}]", fmt::join(columns, ", "));
  }

  /// The same rows with other columns.
  ExplainNode Resized(ExplainNode node, const TypedRelation& from, const TypedRelation& to) {
    node.bytes = std::max(1.0, node.bytes * RowSize(to.output) / RowSize(from.output));
    return node;
  }
  ExplainNode Unknown(ExplainNode node) {
    node.rows = -1;
    return node;
  }
  ExplainNode Rows(ExplainNode node, const TypedRelation& relation, double rows) {
    node.rows = rows;
    node.bytes = std::max(1.0, rows * RowSize(relation.output));
    return node;
  }

  ExplainNode Make(const analysis::TypedOneRow&, const TypedRelation& relation) {
    ExplainNode node = Operator(relation, physical_ ? "Scan OneRowRelation[]" : "OneRowRelation");
    node.rows = 1;
    return node;
  }

  ExplainNode Make(const analysis::TypedScan& scan, const TypedRelation& relation) {
    std::string place = scan.table_name.empty() && !scan.paths.empty() ? scan.paths[0] : scan.table_name;
    auto arguments = [&] {
      std::string version = scan.version ? fmt::format(", version={}", *scan.version) : "";
      return fmt::format("{}{} {}{}", place, Output(relation), scan.format, version);
    };
    ExplainNode node = Operator(relation, physical_ ? "FileScan" : "Relation", {}, arguments);
    node.bytes = FileBytes(scan);
    return node;
  }

  ExplainNode Make(const analysis::TypedLocal& local, const TypedRelation& relation) {
    ExplainNode node = Operator(relation, physical_ ? "LocalTableScan" : "LocalRelation", {}, [&] { return Output(relation); });
    node.bytes = local.data.arrow_ipc ? static_cast<double>(local.data.arrow_ipc->size()) : 0;
    for (const auto& chunk : local.data.chunks) node.bytes += static_cast<double>(chunk->size());
    return node;
  }

  ExplainNode Make(const analysis::TypedRange& range, const TypedRelation& relation) {
    double count = (static_cast<double>(range.end) - static_cast<double>(range.start)) / static_cast<double>(range.step);
    ExplainNode node = Operator(relation, "Range", {}, fmt::format("({}, {}, step={})", range.start, range.end, range.step));
    node.rows = std::max(0.0, std::ceil(count));
    node.bytes = node.rows * DefaultSize(TypeId::kLong);
    return node;
  }

  ExplainNode Made(const TypedRelation& relation, size_t rows) {
    return Rows(Operator(relation, physical_ ? "LocalTableScan" : "LocalRelation", {}, [&] { return Output(relation); }),
                relation, static_cast<double>(rows));
  }
  ExplainNode Make(const analysis::TypedInlineTable& table, const TypedRelation& relation) {
    return Made(relation, table.rows.size());
  }
  ExplainNode Make(const analysis::TypedRows& rows, const TypedRelation& relation) {
    if (rows.cached_id.empty()) return Made(relation, rows.rows.size());
    constexpr double kUnknownSize = 9223372036854775807.0;
    ExplainNode node =
        Operator(relation, physical_ ? "InMemoryTableScan" : "InMemoryRelation", {}, [&] { return Output(relation); });
    node.bytes = kUnknownSize;
    return node;
  }

  ExplainNode Make(const analysis::TypedProject& project, const TypedRelation& relation) {
    return Resized(Operator(relation, "Project", Of(project.input), [&] { return Named(project.expressions, relation, 0); }),
                   *project.input, relation);
  }
  ExplainNode Make(const analysis::TypedFilter& filter, const TypedRelation& relation) {
    return Unknown(Operator(relation, "Filter", Of(filter.input), [&] { return Text(filter.condition); }));
  }

  /// The sides of `a = b` conditions that are joined by hash; what is left of the condition is in `rest`.
  void SplitKeys(const TypedPtr& condition, const std::set<int64_t>& left, std::vector<std::string>& left_keys,
                 std::vector<std::string>& right_keys, std::vector<std::string>& rest) {
    const auto* call = As<analysis::TypedCall>(condition);
    if (call != nullptr && call->function != nullptr && call->function->name == "and") {
      for (const auto& argument : call->arguments) SplitKeys(argument, left, left_keys, right_keys, rest);
      return;
    }
    if (call != nullptr && call->function != nullptr && (call->function->name == "=" || call->function->name == "<=>")) {
      const auto* a = As<analysis::TypedColumn>(call->arguments[0]);
      const auto* b = As<analysis::TypedColumn>(call->arguments[1]);
      if (a != nullptr && b != nullptr && left.contains(a->id) != left.contains(b->id)) {
        bool straight = left.contains(a->id);
        left_keys.push_back(Column(straight ? a->id : b->id));
        right_keys.push_back(Column(straight ? b->id : a->id));
        return;
      }
    }
    rest.push_back(Text(condition));
  }

  ExplainNode Make(const analysis::TypedJoin& join, const TypedRelation& relation) {
    static const char* const kNames[] = {"Inner", "LeftOuter", "RightOuter", "FullOuter", "LeftSemi", "LeftAnti", "Cross"};
    std::string type = kNames[static_cast<int>(join.type)];
    Nodes sides = Of(join.left, join.right);
    double left = sides[0].bytes;
    ExplainNode node;
    if (!physical_) {
      node = Operator(relation, join.lateral ? "LateralJoin" : "Join", std::move(sides),
                      [&] { return join.condition ? fmt::format("{}, {}", type, Text(join.condition)) : type; });
    } else {
      node = Operator(relation, "", std::move(sides), [&] { return PhysicalJoin(join, type); });
      bool hashed = node.arguments.starts_with('[');
      node.name = hashed ? "BroadcastHashJoin" : join.condition ? "BroadcastNestedLoopJoin" : "CartesianProduct";
    }
    if (join.type == plan::JoinType::kLeftSemi || join.type == plan::JoinType::kLeftAnti) node.bytes = left;
    return node;
  }

  std::string PhysicalJoin(const analysis::TypedJoin& join, const std::string& type) {
    std::set<int64_t> left;
    for (const auto& attribute : join.left->output) left.insert(attribute.id);
    std::vector<std::string> left_keys, right_keys, rest;
    if (join.condition) SplitKeys(join.condition, left, left_keys, right_keys, rest);
    std::string more = fmt::format("{}", fmt::join(rest, " AND "));
    if (left_keys.empty()) return join.condition ? fmt::format("BuildRight, {}, {}", type, more) : type;
    return fmt::format("[{}], [{}], {}, BuildRight{}", fmt::join(left_keys, ", "), fmt::join(right_keys, ", "), type,
                       more.empty() ? "" : ", " + more);
  }

  ExplainNode Make(const analysis::TypedAsOfJoin& join, const TypedRelation& relation) {
    static const char* const kDirections[] = {"backward", "forward", "nearest"};
    return Operator(relation, "AsOfJoin", Of(join.left, join.right), [&] {
      std::string text =
          fmt::format("{}, {}, {}, {}", Text(join.left_as_of), Text(join.right_as_of),
                      join.type == plan::JoinType::kLeft ? "LeftOuter" : "Inner", kDirections[static_cast<int>(join.direction)]);
      if (join.condition) text += ", " + Text(join.condition);
      return join.tolerance ? fmt::format("{}, tolerance={}", text, Text(join.tolerance)) : text;
    });
  }

  ExplainNode Make(const analysis::TypedAggregate& aggregate, const TypedRelation& relation) {
    auto arguments = [&] {
      std::string keys = Named(aggregate.grouping, relation, 0);
      std::string functions = Named(aggregate.aggregates, relation, aggregate.grouping.size());
      std::string text =
          physical_ ? fmt::format("(keys={}, functions={})", keys, functions) : fmt::format("{}, {}", keys, functions);
      if (aggregate.sets.empty()) return text;
      std::vector<std::string> sets;
      for (const auto& set : aggregate.sets) {
        std::vector<std::string> names;
        for (size_t index : set) names.push_back(Text(aggregate.grouping[index]));
        sets.push_back(fmt::format("[{}]", fmt::join(names, ", ")));
      }
      return fmt::format("{}, sets=[{}]", text, fmt::join(sets, ", "));
    };
    ExplainNode node = Unknown(Operator(relation, physical_ ? "HashAggregate" : "Aggregate", Of(aggregate.input), arguments));
    if (aggregate.grouping.empty()) return Rows(std::move(node), relation, 1);
    return Resized(std::move(node), *aggregate.input, relation);
  }

  ExplainNode Make(const analysis::TypedWindow& window, const TypedRelation& relation) {
    return Resized(Operator(relation, "Window", Of(window.input),
                            [&] { return Named(window.calls, relation, relation.output.size() - window.calls.size()); }),
                   *window.input, relation);
  }
  ExplainNode Make(const analysis::TypedSort& sort, const TypedRelation& relation) {
    return Operator(relation, "Sort", Of(sort.input), [&] { return fmt::format("{}, {}", Keys(sort.keys), sort.global); });
  }
  ExplainNode Make(const analysis::TypedLimit& limit, const TypedRelation& relation) {
    ExplainNode node = Operator(relation, physical_ ? "CollectLimit" : "GlobalLimit", Of(limit.input), [&] {
      std::string text = limit.limit ? Text(limit.limit) : "all";
      return limit.offset ? fmt::format("{}, offset={}", text, Text(limit.offset)) : text;
    });
    const auto* count = As<analysis::TypedLiteral>(limit.limit);
    const auto* number = count != nullptr ? std::get_if<int64_t>(&count->value.data) : nullptr;
    return number != nullptr ? Rows(std::move(node), relation, static_cast<double>(*number)) : Unknown(std::move(node));
  }
  ExplainNode Make(const analysis::TypedTail& tail, const TypedRelation& relation) {
    return Rows(Operator(relation, physical_ ? "CollectTail" : "Tail", Of(tail.input), std::to_string(tail.count)), relation,
                static_cast<double>(tail.count));
  }

  ExplainNode Make(const analysis::TypedSetOperation& operation, const TypedRelation& relation) {
    static const char* const kNames[] = {"Union", "Intersect", "Except"};
    bool is_union = operation.kind == plan::SetOperation::Kind::kUnion;
    Nodes inputs;
    for (const auto& input : operation.inputs) inputs.push_back(Node(*input));
    double all = 0;
    for (const auto& input : inputs) all += input.bytes;
    double first = inputs.empty() ? 1 : inputs[0].bytes;
    std::string arguments = is_union ? (operation.all ? "" : "distinct") : operation.all ? "All true" : "All false";
    ExplainNode node = Unknown(Operator(relation, kNames[static_cast<int>(operation.kind)], std::move(inputs), arguments));
    node.bytes = is_union ? all : first;
    return node;
  }
  ExplainNode Make(const analysis::TypedDistinct& distinct, const TypedRelation& relation) {
    return Unknown(Operator(relation, physical_ ? "HashAggregate" : "Distinct", Of(distinct.input), [&] {
      return physical_ ? fmt::format("(keys={}, functions=[])", Output(relation)) : std::string();
    }));
  }
  ExplainNode Make(const analysis::TypedDeduplicate& node, const TypedRelation& relation) {
    return Unknown(Operator(relation, "Deduplicate", Of(node.input), [&] {
      std::vector<std::string> keys;
      for (int64_t key : node.keys) keys.push_back(Column(key));
      return fmt::format("[{}]", fmt::join(keys, ", "));
    }));
  }

  ExplainNode Make(const analysis::TypedGenerate& node, const TypedRelation& relation) {
    return Unknown(Operator(relation, "Generate", Of(node.input), [&] {
      std::vector<std::string> made;
      for (size_t i = node.input->output.size(); i < relation.output.size(); ++i) made.push_back(Column(relation.output[i].id));
      return fmt::format("{}, {}, [{}]", Text(node.generator), node.outer, fmt::join(made, ", "));
    }));
  }
  ExplainNode Make(const analysis::TypedTableFunction& node, const TypedRelation& relation) {
    return Operator(relation, "Generate", {}, [&] {
      return fmt::format("{}, false, {}", analysis::CallText(node.function->name, Texts(node.arguments), false, false),
                         Output(relation));
    });
  }
  ExplainNode Make(const analysis::TypedRepartition& node, const TypedRelation& relation) {
    std::string count = node.partitions ? std::to_string(*node.partitions) : "";
    if (!node.shuffle) return Operator(relation, physical_ ? "Coalesce" : "Repartition", Of(node.input), count);
    auto arguments = [&] {
      std::string more = count.empty() ? "" : ", " + count;
      if (node.expressions.empty()) return physical_ ? fmt::format("RoundRobinPartitioning({})", count) : count + ", true";
      const auto* call = As<analysis::TypedCall>(node.expressions[0]);
      const char* kind = "hashpartitioning";
      std::vector<std::string> keys;
      if (call != nullptr && call->lowering == analysis::kRangeKey) {
        kind = "rangepartitioning";
        for (size_t i = 0; i + 1 < call->arguments.size(); i += 2) {
          const auto* order = As<analysis::TypedLiteral>(call->arguments[i + 1]);
          keys.push_back(Text(call->arguments[i]) + " " + std::get<std::string>(order->value.data));
        }
      } else if (call != nullptr && call->lowering == analysis::kPartitionNumber) {
        kind = "shufflepartitionidpassthrough";
        keys = {fmt::format("direct_shuffle_partition_id({})", Text(call->arguments.at(0)))};
      } else {
        keys = Texts(node.expressions);
      }
      return physical_ ? fmt::format("{}({}{})", kind, fmt::join(keys, ", "), more)
                       : fmt::format("[{}]{}", fmt::join(keys, ", "), more);
    };
    const char* logical = node.expressions.empty() ? "Repartition" : "RepartitionByExpression";
    return Operator(relation, physical_ ? "Exchange" : logical, Of(node.input), arguments);
  }
  ExplainNode Make(const analysis::TypedSample& node, const TypedRelation& relation) {
    ExplainNode made =
        Unknown(Operator(relation, "Sample", Of(node.input),
                         fmt::format("{}, {}, {}, {}", analysis::JavaDoubleText(node.lower, false),
                                     analysis::JavaDoubleText(node.upper, false), node.with_replacement, node.seed)));
    made.bytes = std::max(1.0, made.bytes * (node.upper - node.lower));
    return made;
  }
  ExplainNode Make(const analysis::TypedObserve& node, const TypedRelation& relation) {
    return Operator(relation, "CollectMetrics", Of(node.input),
                    [&] { return fmt::format("{}, {}", node.name, List(node.metrics)); });
  }

  ExplainNode Make(const analysis::TypedWith& with, const TypedRelation& relation) {
    Nodes parts;
    for (const auto& definition : with.definitions) {
      auto [number, added] = definitions_.try_emplace(definition.id, definitions_.size());
      ExplainNode node;
      node.children.push_back(Node(*definition.plan));
      node.name = "CTERelationDef";
      node.arguments = fmt::format("{}, {}", number->second, definition.name);
      node.output = node.children[0].output;
      node.bytes = node.children[0].bytes;
      parts.push_back(std::move(node));
    }
    parts.push_back(Node(*with.body));
    double bytes = parts.back().bytes;
    ExplainNode node = Operator(relation, "WithCTE", std::move(parts));
    node.bytes = bytes;
    return node;
  }
  ExplainNode Make(const analysis::TypedCteReference& reference, const TypedRelation& relation) {
    return Operator(relation, "CTERelationRef", {}, [&] {
      size_t number = definitions_.try_emplace(reference.id, definitions_.size()).first->second;
      return fmt::format("{}, {}", number, Output(relation));
    });
  }

  const bool physical_;
  const std::string time_zone_;
  std::map<int64_t, std::string> columns_;  ///< "name#3" by id.
  std::map<int64_t, size_t> variables_;
  std::map<int64_t, size_t> definitions_;
  size_t subqueries_ = 0;
  Nodes open_;  ///< Plans of the sub-queries met in the arguments being written.
};

/// "a: int, b: string".
std::string Columns(const TypedRelation& relation) {
  std::vector<std::string> texts;
  for (const auto& attribute : relation.output) {
    if (!attribute.hidden) texts.push_back(attribute.name + ": " + attribute.type.SimpleString());
  }
  return fmt::format("{}\n", fmt::join(texts, ", "));
}

}  // namespace

std::string ExplainText(const analysis::TypedRelationPtr& plan, const analysis::TypedRelationPtr& cached, const std::string& mode,
                        const std::string& time_zone) {
  auto tree = [&](const analysis::TypedRelationPtr& shown, bool physical) { return Explainer(physical, time_zone).Node(*shown); };
  ExplainNode running = tree(cached, true);
  std::string physical = "== Physical Plan ==\n" + TreeText(running);
  if (mode == "formatted") return "== Physical Plan ==\n" + FormattedText(running);
  // Nothing is compiled for a query.
  if (mode == "codegen") return "Found 0 WholeStageCodegen subtrees.\n";
  if (mode == "cost") return "== Optimized Logical Plan ==\n" + CostText(tree(cached, false)) + "\n" + physical;
  if (mode != "extended") return physical;
  // Names are resolved while a plan is read, and what DuckDB's optimizer makes of it has no such operators: what is read, what
  // is resolved and what is optimized differ by the cache only.
  std::string logical = TreeText(tree(plan, false));
  return "== Parsed Logical Plan ==\n" + logical + "\n== Analyzed Logical Plan ==\n" + Columns(*plan) + logical +
         "\n== Optimized Logical Plan ==\n" + TreeText(tree(cached, false)) + "\n" + physical;
}

}  // namespace headrace::engine
