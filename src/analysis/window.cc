#include <fmt/format.h>

#include <algorithm>

#include "analysis/analyzer_internal.h"

namespace headrace::analysis {

using plan::DataType;
using plan::TypeId;
using BoundKind = plan::WindowFrame::BoundKind;
using Unit = plan::WindowFrame::Unit;

namespace {

/// `value` is negative for what SQL wrote as PRECEDING; DataFrames have no such word.
std::string BoundText(const TypedFrameBound& bound, const std::string& value) {
  switch (bound.kind) {
    case BoundKind::kUnboundedPreceding:
      return "UNBOUNDED PRECEDING";
    case BoundKind::kUnboundedFollowing:
      return "UNBOUNDED FOLLOWING";
    case BoundKind::kCurrentRow:
      return "CURRENT ROW";
    default:
      if (bound.value->origin.text && value.rfind("-", 0) == 0) return value.substr(1) + " PRECEDING";
      if (bound.value->origin.text && value.rfind("INTERVAL '-", 0) == 0) return "INTERVAL '" + value.substr(11) + " PRECEDING";
      if (bound.value->origin.text && value.rfind("(- ", 0) == 0) return value.substr(3, value.size() - 4) + " PRECEDING";
      return value + " FOLLOWING";
  }
}

bool IsRanking(const std::string& name) {
  static const std::set<std::string> names = {"row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "ntile"};
  return names.count(name) != 0;
}

bool IsOffset(const std::string& name) { return name == "lag" || name == "lead"; }

/// Where a bound stands from the current row on: what comes before it is negative.
std::optional<int64_t> Place(const TypedFrameBound& bound) {
  switch (bound.kind) {
    case BoundKind::kUnboundedPreceding:
      return INT64_MIN;
    case BoundKind::kUnboundedFollowing:
      return INT64_MAX;
    case BoundKind::kCurrentRow:
      return 0;
    default: {
      const auto* literal = As<TypedLiteral>(bound.value);
      const auto* number = literal == nullptr ? nullptr : std::get_if<int64_t>(&literal->value.data);
      return number == nullptr ? std::nullopt : std::optional<int64_t>(*number);
    }
  }
}

/// A bound as an expression of its own: what SQL wrote as PRECEDING is negated.
std::string NegatedText(const std::string& value) {
  if (value.rfind("INTERVAL '-", 0) == 0) return "(- INTERVAL '" + value.substr(11) + ")";
  return value.rfind("-", 0) == 0 ? "(- " + value.substr(1) + ")" : value;
}

/// A frame as Spark's plans write it.
std::string PlanText(Unit unit, const TypedFrameBound& lower, const std::string& lower_text, const TypedFrameBound& upper,
                     const std::string& upper_text) {
  auto text = [](const TypedFrameBound& bound, const std::string& value) -> std::string {
    if (bound.kind == BoundKind::kUnboundedPreceding) return "unboundedpreceding$()";
    if (bound.kind == BoundKind::kUnboundedFollowing) return "unboundedfollowing$()";
    return bound.kind == BoundKind::kCurrentRow ? "currentrow$()" : value;
  };
  return fmt::format("specifiedwindowframe({}, {}, {})", unit == Unit::kRows ? "RowFrame" : "RangeFrame", text(lower, lower_text),
                     text(upper, upper_text));
}

/// Spark's checks of a frame; `lower_text` and `upper_text` are its bounds' own texts, `frame`, `text` and `order` are its own,
/// the whole specification's and its keys' text.
void CheckFrame(const TypedWindowCall& node, const std::string& lower_text, const std::string& upper_text,
                const std::string& frame, const std::string& text, const std::string& order, const plan::Origin& origin) {
  auto fail = [&](const char* kind, const std::string& sql, const std::string& why, Error::Parameters parameters) {
    parameters["sqlExpr"] = QuotedExpression(sql);
    throw AnalysisError(std::string("DATATYPE_MISMATCH.") + kind,
                        fmt::format("Cannot resolve {} due to data type mismatch: {}", QuotedExpression(sql), why),
                        std::move(parameters), origin);
  };
  bool lower_value = node.lower.kind == BoundKind::kValue, upper_value = node.upper.kind == BoundKind::kValue;
  if (node.unit == Unit::kRange && (lower_value || upper_value) && node.order_by.size() == 1) {
    // Bounds have the type of the key, but for those of times.
    const DataType& key = node.order_by[0].child->type;
    bool time = key.id() == TypeId::kDate || key.id() == TypeId::kTimestamp || key.id() == TypeId::kTimestampNtz;
    if (!time && !key.IsNumeric() && !key.IsInterval()) {
      auto side = [](const TypedFrameBound& bound, const std::string& value) {
        return bound.kind == BoundKind::kValue ? NegatedText(value) + " FOLLOWING" : BoundText(bound, value);
      };
      std::string location = lower_value ? "lower" : "upper", type = QuotedType(key);
      std::string expected = "(\"NUMERIC\" or \"INTERVAL DAY TO SECOND\" or \"INTERVAL YEAR TO MONTH\" or \"INTERVAL\")";
      fail("SPECIFIED_WINDOW_FRAME_UNACCEPTED_TYPE",
           fmt::format("RANGE BETWEEN {} AND {}", side(node.lower, lower_text), side(node.upper, upper_text)),
           fmt::format("The data type of the {} bound {} does not match the expected data type {}.", location, type, expected),
           {{"location", location}, {"exprType", type}, {"expectedType", expected}});
    }
  }
  if (lower_value && upper_value && node.lower.value->type != node.upper.value->type) {
    std::string low = QuotedExpression(NegatedText(lower_text)), high = QuotedExpression(NegatedText(upper_text));
    std::string low_type = QuotedType(node.lower.value->type), high_type = QuotedType(node.upper.value->type);
    fail("SPECIFIED_WINDOW_FRAME_DIFF_TYPES", frame,
         fmt::format("Window frame bounds {} and {} do not have the same type: {} <> {}.", low, high, low_type, high_type),
         {{"lower", low}, {"upper", high}, {"lowerType", low_type}, {"upperType", high_type}});
  }
  auto lower = Place(node.lower), upper = Place(node.upper);
  if (lower && upper && *lower > *upper) {
    fail("SPECIFIED_WINDOW_FRAME_WRONG_COMPARISON", frame,
         "The lower bound of a window frame must be less than or equal to the upper bound.",
         {{"comparison", "less than or equal"}});
  }
  if (node.unit != Unit::kRange || (!lower_value && !upper_value)) return;
  if (node.order_by.empty()) {
    fail("RANGE_FRAME_WITHOUT_ORDER", fmt::format("({})", text),
         "A range window frame cannot be used in an unordered window specification.", {});
  }
  if (node.order_by.size() > 1) {
    fail("RANGE_FRAME_MULTI_ORDER", fmt::format("({})", text),
         fmt::format("A range window frame with value boundaries cannot be used in a window specification with multiple order "
                     "by expressions: {}.",
                     order),
         {{"orderSpec", order}});
  }
}

}  // namespace

Resolved Analyzer::Impl::ResolveWindow(const plan::Window& written, const plan::Origin& origin, Scope& scope) {
  const plan::Window* spec = &written;
  if (!written.named_window.empty()) {
    const plan::Window* found = nullptr;
    if (scope.windows != nullptr) {
      auto entry = scope.windows->find(LowerName(written.named_window));
      if (entry != scope.windows->end()) found = entry->second;
    }
    if (found == nullptr) {
      throw AnalysisError(
          "MISSING_WINDOW_SPECIFICATION",
          fmt::format("Window specification is not defined in the WINDOW clause for {}. For more information about "
                      "WINDOW clauses, please refer to "
                      "'https://spark.apache.org/docs/latest/sql-ref-syntax-qry-select-window.html'.",
                      written.named_window),
          {{"windowName", written.named_window}, {"docroot", "https://spark.apache.org/docs/latest"}})
          .WithSqlState("42P20");
    }
    spec = found;
  }
  scope.over = true;
  Resolved function = Resolve(written.function, scope);
  scope.over = false;
  const auto* call = As<TypedAggregateCall>(function.typed);
  if (call == nullptr) {
    throw AnalysisError("UNSUPPORTED_EXPR_FOR_WINDOW",
                        fmt::format("Expression {} not supported within a window function.", QuotedExpression(function.sql)),
                        {{"sqlExpr", QuotedExpression(function.sql)}}, origin)
        .WithSqlState("42P20");
  }
  TypedWindowCall node;
  std::string text;
  std::string partitions;
  for (const auto& expression : spec->partition_by) {
    Resolved resolved = Resolve(expression, scope);
    node.partition_by.push_back(resolved.typed);
    partitions += (partitions.empty() ? "" : ", ") + resolved.sql;
  }
  if (!partitions.empty()) text += "PARTITION BY " + partitions;
  node.order_by = SortKeys(spec->order_by, scope, nullptr);
  std::string orders, order_spec;
  for (size_t i = 0; i < spec->order_by.size(); ++i) {
    std::string direction = std::string(node.order_by[i].ascending ? " ASC" : " DESC") +
                            (node.order_by[i].nulls_first ? " NULLS FIRST" : " NULLS LAST");
    Resolved key = Resolve(spec->order_by[i].child, scope);
    orders += (orders.empty() ? "" : ", ") + key.sql + direction;
    const auto* column = As<TypedColumn>(key.typed);
    order_spec +=
        (order_spec.empty() ? "" : ",") + key.sql + (column == nullptr ? "" : fmt::format("#{}", column->id)) + direction;
  }
  if (!orders.empty()) text += (text.empty() ? "" : " ") + std::string("ORDER BY ") + orders;

  const std::string& name = call->function->name;
  if ((IsRanking(name) || IsOffset(name)) && node.order_by.empty()) {
    throw AnalysisError(
        "WINDOW_FUNCTION_FRAME_NOT_ORDERED",
        fmt::format("Window function {} requires the window to be ordered. You need to add an ORDER BY clause. For example: "
                    "SELECT {}(value_expr) OVER (PARTITION BY window_partition ORDER BY window_ordering) FROM table.",
                    name, name),
        {{"wf_expr", function.sql}, {"wf_name", name}});
  }
  auto resolve_frame = [&](TypedWindowCall& frame, std::string& lower_text, std::string& upper_text) {
    frame.unit = spec->frame->unit;
    auto bound = [&](const plan::WindowFrame::Bound& from, TypedFrameBound& to, std::string& bound_text) {
      to.kind = from.kind;
      if (from.kind != BoundKind::kValue) return;
      Resolved value = Resolve(from.value, scope);
      auto folded = FoldConstant(value.typed);
      if (folded && std::holds_alternative<int64_t>(folded->data) && std::get<int64_t>(folded->data) == 0 &&
          value.typed->type.IsIntegral()) {
        to.kind = BoundKind::kCurrentRow;
        return;
      }
      bound_text = value.sql;
      if (!folded) {
        throw AnalysisError("DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_WITHOUT_FOLDABLE",
                            fmt::format("Cannot resolve due to data type mismatch: Window frame bound {} is not a literal.",
                                        QuotedExpression(value.sql)),
                            {{"sqlExpr", QuotedExpression(value.sql)}}, origin);
      }
      to.value = MakeTyped(TypedLiteral{*folded}, value.typed->type, false, value.typed->origin);
      if (frame.unit == Unit::kRows) {
        to.value = CastTo(to.value, TypeId::kInteger);
      } else if (value.typed->type.IsNumeric() && node.order_by.size() == 1 && node.order_by[0].child->type.IsNumeric()) {
        to.value = CastTo(to.value, node.order_by[0].child->type);
      }
    };
    bound(spec->frame->lower, frame.lower, lower_text);
    bound(spec->frame->upper, frame.upper, upper_text);
  };
  std::string lower_text, upper_text;
  if (IsOffset(name)) {
    node.unit = Unit::kRows;
    int64_t offset = 1;
    if (call->arguments.size() > 1) {
      auto folded = FoldConstant(call->arguments[1]);
      if (!folded) {
        const auto* shown = std::get_if<plan::FunctionCall>(&written.function->node);
        std::string sql = shown == nullptr ? function.sql : Resolve(shown->arguments.at(1), scope).sql;
        sql = QuotedExpression(name == "lag" ? "(- " + sql + ")" : sql);
        throw AnalysisError("DATATYPE_MISMATCH.NON_FOLDABLE_INPUT",
                            fmt::format("Cannot resolve {} due to data type mismatch: the input `offset` should be a foldable "
                                        "\"INT\" expression; however, got {}.",
                                        QuotedExpression(function.sql), sql),
                            {{"inputName", "`offset`"},
                             {"inputType", "\"INT\""},
                             {"inputExpr", sql},
                             {"sqlExpr", QuotedExpression(function.sql)}},
                            origin);
      }
      if (const auto* number = std::get_if<int64_t>(&folded->data)) offset = *number;
    }
    if (name == "lag") offset = -offset;
    node.lower.kind = node.upper.kind = BoundKind::kValue;
    node.lower.value = node.upper.value =
        MakeTyped(TypedLiteral{plan::Value(plan::Value::Data(offset))}, TypeId::kInteger, false);
    lower_text = upper_text = std::to_string(offset);
  } else if (IsRanking(name)) {
    node.unit = Unit::kRows;
    node.lower.kind = BoundKind::kUnboundedPreceding;
    node.upper.kind = BoundKind::kCurrentRow;
  } else if (!spec->frame) {
    node.unit = node.order_by.empty() ? Unit::kRows : Unit::kRange;
    node.lower.kind = BoundKind::kUnboundedPreceding;
    node.upper.kind = node.order_by.empty() ? BoundKind::kUnboundedFollowing : BoundKind::kCurrentRow;
  } else {
    resolve_frame(node, lower_text, upper_text);
  }
  if (spec->frame && (IsOffset(name) || IsRanking(name))) {
    TypedWindowCall given;
    std::string given_lower, given_upper;
    resolve_frame(given, given_lower, given_upper);
    std::string required = PlanText(node.unit, node.lower, lower_text, node.upper, upper_text);
    std::string wanted = PlanText(given.unit, given.lower, given_lower, given.upper, given_upper);
    if (required != wanted) {
      throw Error(ErrorKind::kAnalysis, "_LEGACY_ERROR_TEMP_1036",
                  fmt::format("Window Frame {} must match the required frame {}.", wanted, required),
                  {{"wf", wanted}, {"required", required}});
    }
  }
  if (name == "nth_value" && call->arguments.size() > 1) {
    auto folded = FoldConstant(call->arguments[1]);
    const auto* offset = folded ? std::get_if<int64_t>(&folded->data) : nullptr;
    if (offset != nullptr && *offset <= 0) {
      std::string range = "(0, 9223372036854775807]", shown = fmt::format("{}L", *offset);
      throw AnalysisError(
          "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE",
          fmt::format("Cannot resolve {} due to data type mismatch: The offset must be between {} (current "
                      "value = {}).",
                      QuotedExpression(function.sql), range, shown),
          {{"exprName", "offset"}, {"valueRange", range}, {"currentValue", shown}, {"sqlExpr", QuotedExpression(function.sql)}},
          origin);
    }
  }
  std::string frame = fmt::format("{} BETWEEN {} AND {}", node.unit == Unit::kRows ? "ROWS" : "RANGE",
                                  BoundText(node.lower, lower_text), BoundText(node.upper, upper_text));
  text += (text.empty() ? "" : " ") + frame;
  CheckFrame(node, lower_text, upper_text, frame, text, order_spec, origin);
  if (call->distinct) {
    std::string whole = QuotedExpression(fmt::format("{} OVER ({})", function.sql, text));
    throw AnalysisError("DISTINCT_WINDOW_FUNCTION_UNSUPPORTED",
                        fmt::format("Distinct window functions are not supported: {}.", whole), {{"windowExpr", whole}}, origin);
  }
  node.function = function.typed;
  Resolved resolved;
  resolved.sql = fmt::format("{} OVER ({})", function.sql, text);
  bool nullable = function.typed->nullable;
  resolved.typed = MakeTyped(std::move(node), function.typed->type, nullable, origin);
  return resolved;
}

Resolved Analyzer::Impl::TimeWindow(const plan::FunctionCall& call, const plan::Origin& origin, Scope& scope) {
  const functions::Function* function = table_.Find("window");
  if (function == nullptr) ThrowUnsupported("time windows (window)");
  Resolved resolved = MakeCall(*function, call, "window", origin, scope);
  const Attribute* known = nullptr;
  for (const auto& [attribute, made] : time_windows_) {
    if (SemanticEquals(made, resolved.typed)) known = &attribute;
  }
  if (known == nullptr) {
    DataType type = resolved.typed->type.id() == TypeId::kArray ? resolved.typed->type.element() : resolved.typed->type;
    time_windows_.push_back({{NewId(), "window", type, false, {}, {}, false}, resolved.typed});
    known = &time_windows_.back().first;
  }
  resolved.typed = ColumnRef(*known);
  resolved.sql = "window";
  resolved.name = "window";
  resolved.is_named = true;
  return resolved;
}

Resolved Analyzer::Impl::SessionWindow(const plan::FunctionCall& call, const plan::Origin& origin, Scope& scope) {
  std::vector<Resolved> arguments = ResolveArguments(call.arguments, scope);
  if (arguments.size() != 2) ThrowWrongCount("session_window", "2", arguments.size(), origin);
  TypedPtr time = arguments[0].typed;
  if (time->type.id() != TypeId::kTimestampNtz) time = CastTo(time, TypeId::kTimestamp);
  TypedPtr gap = arguments[1].typed;
  if (!gap->type.IsInterval()) gap = CastTo(gap, TypeId::kCalendarInterval);
  // The session of a row alone; sessions that touch are merged where they are grouped by.
  TypedPtr end = CallTyped("+", {time, gap});
  DataType type = DataType::Struct({{"start", time->type, true, {}}, {"end", time->type, true, {}}});
  TypedPtr own = MakeTyped(TypedStruct{{time, end}}, type, false, origin);
  const Attribute* known = nullptr;
  for (const auto& [attribute, made] : time_windows_) {
    if (SemanticEquals(made, own)) known = &attribute;
  }
  if (known == nullptr) {
    time_windows_.push_back({{NewId(), "session_window", type, false, {}, {}, false}, own});
    known = &time_windows_.back().first;
  }
  Resolved resolved;
  resolved.typed = ColumnRef(*known);
  resolved.sql = "session_window";
  resolved.name = "session_window";
  resolved.is_named = true;
  return resolved;
}

Frame Analyzer::Impl::MergeSessions(Frame input, const TypedExpressions& grouping) {
  using Unit = plan::WindowFrame::Unit;
  using Bound = plan::WindowFrame::BoundKind;
  for (const auto& [attribute, own] : time_windows_) {
    if (As<TypedStruct>(own) == nullptr) continue;
    TypedExpressions keys;
    bool used = false;
    for (const auto& expression : grouping) {
      const auto* column = As<TypedColumn>(expression);
      bool session = column != nullptr && column->id == attribute.id;
      used |= session;
      if (!session) keys.push_back(expression);
    }
    if (!used) continue;
    const std::vector<Attribute> output = input.relation->output;
    auto part = [&](size_t field) {
      return MakeTyped(TypedFieldAccess{ColumnRef(attribute), field}, attribute.type.fields()[field].type, true);
    };
    auto over = [&](TypedPtr function, TypedExpressions partition, bool ordered, int64_t last) {
      TypedWindowCall call;
      call.partition_by = std::move(partition);
      if (ordered) call.order_by = {{part(0), true, true}};
      call.unit = Unit::kRows;
      call.lower.kind = Bound::kUnboundedPreceding;
      call.upper.kind = !ordered ? Bound::kUnboundedFollowing : last == 0 ? Bound::kCurrentRow : Bound::kValue;
      if (ordered && last != 0) {
        call.upper.value = MakeTyped(TypedLiteral{plan::Value(plan::Value::Data(last))}, TypeId::kInteger, false);
      }
      call.function = function;
      return MakeTyped(std::move(call), function->type, true);
    };
    auto add = [&](TypedExpressions calls) {
      TypedWindow node;
      node.input = input.relation;
      std::vector<Attribute> columns = input.relation->output;
      for (const auto& call : calls) columns.push_back({NewId(), "session", call->type, true, {}, {}, false});
      node.calls = std::move(calls);
      input.relation = MakeTypedRelation(std::move(node), std::move(columns));
    };
    // A gap of no length makes no session.
    input.relation = MakeTypedRelation(TypedFilter{input.relation, CallTyped(">", {part(1), part(0)})}, output);
    add({over(CallTyped("max", {part(1)}), keys, true, -1)});
    TypedPtr before = ColumnRef(input.relation->output.back());
    TypedPtr first = CallTyped("or", {CallTyped("isnull", {before}), CallTyped(">", {part(0), before})});
    TypedPtr begins = MakeTyped(TypedCase{{{first, LongValue(1)}}, LongValue(0)}, TypeId::kLong, false);
    add({over(CallTyped("sum", {begins}), keys, true, 0)});
    TypedExpressions merged = keys;
    merged.push_back(ColumnRef(input.relation->output.back()));
    add({over(CallTyped("min", {part(0)}), merged, false, 0), over(CallTyped("max", {part(1)}), merged, false, 0)});
    const auto& all = input.relation->output;
    TypedPtr whole =
        MakeTyped(TypedStruct{{ColumnRef(all[all.size() - 2]), ColumnRef(all[all.size() - 1])}}, attribute.type, false);
    TypedProject project{input.relation, {}};
    for (const auto& column : output) project.expressions.push_back(column.id == attribute.id ? whole : ColumnRef(column));
    input.relation = MakeTypedRelation(std::move(project), output);
  }
  return input;
}

Frame Analyzer::Impl::InsertTimeWindows(Frame input, const std::vector<TypedPtr>& expressions) {
  if (time_windows_.empty()) return input;
  std::set<AttributeId> used;
  for (const auto& expression : expressions) {
    Walk(expression, [&](const TypedPtr& e) {
      if (const auto* column = As<TypedColumn>(e)) used.insert(column->id);
      return true;
    });
  }
  for (const auto& [attribute, call] : time_windows_) {
    if (used.count(attribute.id) == 0) continue;
    bool present =
        std::any_of(input.relation->output.begin(), input.relation->output.end(), [&](auto& a) { return a.id == attribute.id; });
    if (present) continue;
    std::vector<Attribute> output = input.relation->output;
    if (call->type.id() == TypeId::kArray) {
      TypedPtr generator = CallTyped("explode", {call});
      output.push_back(attribute);
      input.relation = MakeTypedRelation(TypedGenerate{input.relation, generator, false}, std::move(output));
      continue;
    }
    // Rows without a time belong to no window.
    const auto* session = As<TypedStruct>(call);
    TypedPtr time = session != nullptr ? session->fields.at(0) : As<TypedCall>(call)->arguments.at(0);
    input.relation = MakeTypedRelation(TypedFilter{input.relation, CallTyped("isnotnull", {time})}, output);
    TypedProject project{input.relation, {}};
    for (const auto& column : output) project.expressions.push_back(ColumnRef(column));
    project.expressions.push_back(call);
    output.push_back(attribute);
    input.relation = MakeTypedRelation(std::move(project), std::move(output));
  }
  return input;
}

Frame Analyzer::Impl::ExtractWindows(Frame input, std::vector<TypedPtr*> expressions) {
  // Windows inside a window's function come first, in a relation below.
  std::function<TypedPtr(const TypedPtr&)> lift = [&](const TypedPtr& e) -> TypedPtr {
    const auto* window = As<TypedWindowCall>(e);
    if (window == nullptr) return MapChildren(e, lift);
    TypedExpression copy = *e;
    std::get<TypedWindowCall>(copy.node).function = MapChildren(window->function, [&](const TypedPtr& argument) -> TypedPtr {
      if (!ContainsWindow(argument)) return argument;
      TypedPtr moved = argument;
      input = ExtractWindows(std::move(input), {&moved});
      return moved;
    });
    return std::make_shared<const TypedExpression>(std::move(copy));
  };
  for (TypedPtr* expression : expressions) {
    if (ContainsWindow(*expression)) *expression = lift(*expression);
  }
  TypedWindow node;
  std::vector<Attribute> made;
  std::function<TypedPtr(const TypedPtr&)> rewrite = [&](const TypedPtr& e) -> TypedPtr {
    if (As<TypedWindowCall>(e)) {
      for (size_t i = 0; i < node.calls.size(); ++i) {
        if (SemanticEquals(node.calls[i], e)) return ColumnRef(made[i]);
      }
      node.calls.push_back(e);
      made.push_back({NewId(), "window", e->type, e->nullable, {}, {}, false});
      return ColumnRef(made.back());
    }
    return MapChildren(e, rewrite);
  };
  for (TypedPtr* expression : expressions) {
    if (ContainsWindow(*expression)) *expression = rewrite(*expression);
  }
  if (node.calls.empty()) return input;
  std::vector<Attribute> output = input.relation->output;
  output.insert(output.end(), made.begin(), made.end());
  node.input = input.relation;
  return {MakeTypedRelation(std::move(node), std::move(output)), input.provenance};
}

}  // namespace headrace::analysis
