#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "sql/parser.h"

namespace headrace::sql {

/// Plans as short text, for the tests of the parser: `Filter(Read(t), a > 1)`.
std::string Print(const plan::RelationPtr& relation);

inline std::string PrintValue(const plan::Literal& literal) {
  const auto& data = literal.value.data;
  if (literal.value.is_null()) return "null";
  if (const auto* truth = std::get_if<bool>(&data)) return *truth ? "true" : "false";
  if (const auto* number = std::get_if<int64_t>(&data)) return fmt::format("{}:{}", *number, literal.type.SimpleString());
  if (const auto* real = std::get_if<double>(&data)) return fmt::format("{}:{}", *real, literal.type.SimpleString());
  if (const auto* decimal = std::get_if<plan::Int128>(&data)) {
    return fmt::format("{}:{}", plan::DecimalText(*decimal, literal.type.scale()), literal.type.SimpleString());
  }
  if (const auto* text = std::get_if<std::string>(&data)) {
    return literal.type.id() == plan::TypeId::kBinary ? fmt::format("binary[{}]", text->size()) : "'" + *text + "'";
  }
  return "?";
}

std::string Print(const plan::ExpressionPtr& expression);
std::string Print(const plan::SortOrder& order);

template <typename List>
std::string PrintList(const List& list, const char* separator = ", ") {
  std::string text;
  for (const auto& item : list) text += (text.empty() ? "" : separator) + Print(item);
  return text;
}

inline std::string PrintNames(const std::vector<std::string>& names, const char* separator = ".") {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : separator) + name;
  return text;
}

inline std::string Print(const plan::SortOrder& order) {
  return Print(order.child) + (order.ascending ? " asc" : " desc") +
         (order.nulls_first ? *order.nulls_first ? " nulls first" : " nulls last" : "");
}

inline std::string PrintBound(const plan::WindowFrame::Bound& bound) {
  using Kind = plan::WindowFrame::BoundKind;
  switch (bound.kind) {
    case Kind::kUnboundedPreceding:
      return "-inf";
    case Kind::kUnboundedFollowing:
      return "+inf";
    case Kind::kCurrentRow:
      return "0";
    case Kind::kValue:
      return Print(bound.value);
  }
  return "";
}

struct ExpressionPrinter {
  std::string operator()(const plan::Literal& n) const { return PrintValue(n); }
  std::string operator()(const plan::UnresolvedAttribute& n) const { return PrintNames(n.name); }
  std::string operator()(const plan::Star& n) const {
    std::string except;
    for (const auto& name : n.except) except += " -" + PrintNames(name);
    return (n.target.empty() ? "*" : PrintNames(n.target) + ".*") + except;
  }
  std::string operator()(const plan::ColumnRegex& n) const { return "regex:" + n.pattern; }
  std::string operator()(const plan::FunctionCall& n) const {
    std::string text;
    if (n.is_operator && n.arguments.size() == 2 && n.name[0] != "struct" && n.name[0] != "when" && n.name[0] != "in") {
      text = "(" + Print(n.arguments[0]) + " " + n.name[0] + " " + Print(n.arguments[1]) + ")";
    } else {
      text = PrintNames(n.name) + "(" + (n.distinct ? "distinct " : "") + PrintList(n.arguments) + ")";
    }
    if (!n.within_group.empty()) text += " within[" + PrintList(n.within_group) + "]";
    if (n.filter) text += " filter[" + Print(n.filter) + "]";
    if (n.ignore_nulls) text += *n.ignore_nulls ? " ignore" : " respect";
    return text;
  }
  std::string operator()(const plan::NamedArgument& n) const { return n.name + "=>" + Print(n.value); }
  std::string operator()(const plan::Cast& n) const {
    return (n.mode ? "try_cast(" : "cast(") + Print(n.child) + " as " + n.type.SimpleString() + ")";
  }
  std::string operator()(const plan::Alias& n) const { return Print(n.child) + " as " + PrintNames(n.names, ","); }
  std::string operator()(const plan::ExtractValue& n) const { return Print(n.child) + "[" + Print(n.extraction) + "]"; }
  std::string operator()(const plan::LambdaFunction& n) const {
    return "(" + PrintNames(n.arguments, ",") + " -> " + Print(n.body) + ")";
  }
  std::string operator()(const plan::LambdaVariable& n) const { return "$" + PrintNames(n.name); }
  std::string operator()(const plan::Window& n) const {
    std::string text = Print(n.function) + " over(" + n.named_window;
    if (!n.partition_by.empty()) text += "by " + PrintList(n.partition_by) + ";";
    if (!n.order_by.empty()) text += "order " + PrintList(n.order_by) + ";";
    if (n.frame) {
      text += (n.frame->unit == plan::WindowFrame::Unit::kRows ? "rows " : "range ") + PrintBound(n.frame->lower) + ".." +
              PrintBound(n.frame->upper);
    }
    return text + ")";
  }
  std::string operator()(const plan::Subquery& n) const {
    static const char* kKinds[] = {"scalar", "exists", "in", "table"};
    return std::string(n.negated ? "not " : "") + kKinds[static_cast<int>(n.kind)] + "{" + PrintList(n.in_values) +
           (n.in_values.empty() ? "" : "; ") + Print(n.plan) + "}";
  }
  std::string operator()(const plan::ParameterMarker& n) const {
    return n.name.empty() ? fmt::format("?{}", n.position) : ":" + n.name;
  }
  template <typename Other>
  std::string operator()(const Other&) const {
    return "<other>";
  }
};

inline std::string Print(const plan::ExpressionPtr& expression) {
  return expression ? std::visit(ExpressionPrinter{}, expression->node) : "-";
}

struct RelationPrinter {
  std::string operator()(const plan::OneRow&) const { return "One"; }
  std::string operator()(const plan::ReadTable& n) const {
    std::string text = "Read(" + PrintNames(n.name);
    if (n.time_travel.version) text += fmt::format(" v{}", *n.time_travel.version);
    if (n.time_travel.timestamp) text += " at " + Print(n.time_travel.timestamp);
    for (const auto& [key, value] : n.options) text += " " + key + "=" + value;
    return text + ")";
  }
  std::string operator()(const plan::InlineTable& n) const {
    std::string text;
    for (const auto& row : n.rows) text += (text.empty() ? "(" : ", (") + PrintList(row) + ")";
    const bool named = !n.names.empty() && n.names[0] != "col1";
    return "Values(" + text + (named ? "; " + PrintNames(n.names, ",") : "") + ")";
  }
  std::string operator()(const plan::Project& n) const {
    return "Project(" + (n.input ? Print(n.input) : "One") + "; " + PrintList(n.expressions) + ")";
  }
  std::string operator()(const plan::Filter& n) const { return "Filter(" + Print(n.input) + "; " + Print(n.condition) + ")"; }
  std::string operator()(const plan::Qualify& n) const { return "Qualify(" + Print(n.input) + "; " + Print(n.condition) + ")"; }
  std::string operator()(const plan::Join& n) const {
    static const char* kTypes[] = {"inner", "left", "right", "full", "semi", "anti", "cross"};
    std::string text = std::string("Join(") + kTypes[static_cast<int>(n.type)] + (n.natural ? " natural" : "") +
                       (n.lateral ? " lateral" : "") + "; " + Print(n.left) + ", " + Print(n.right);
    if (n.condition) text += "; " + Print(n.condition);
    if (!n.using_columns.empty()) text += "; using " + PrintNames(n.using_columns, ",");
    return text + ")";
  }
  std::string operator()(const plan::SetOperation& n) const {
    static const char* kKinds[] = {"Union", "Intersect", "Except"};
    return std::string(kKinds[static_cast<int>(n.kind)]) + (n.all ? "All(" : "(") + Print(n.left) + ", " + Print(n.right) + ")";
  }
  std::string operator()(const plan::Sort& n) const {
    return (n.global ? "Sort(" : "LocalSort(") + Print(n.input) + "; " + PrintList(n.order) + ")";
  }
  std::string operator()(const plan::Limit& n) const { return "Limit(" + Print(n.input) + "; " + Print(n.count) + ")"; }
  std::string operator()(const plan::Offset& n) const { return "Offset(" + Print(n.input) + "; " + Print(n.count) + ")"; }
  std::string operator()(const plan::Aggregate& n) const {
    static const char* kKinds[] = {"", " rollup", " cube", " pivot", " sets"};
    std::string text = std::string("Aggregate") + kKinds[static_cast<int>(n.kind)] + "(" + Print(n.input) + "; " +
                       (n.group_by_all ? "all" : PrintList(n.grouping)) + "; " + PrintList(n.aggregates);
    for (const auto& set : n.grouping_sets) text += " {" + PrintList(set) + "}";
    if (n.pivot_column) text += "; for " + Print(n.pivot_column) + " in " + PrintList(n.pivot_values);
    if (n.having) text += "; having " + Print(n.having);
    return text + ")";
  }
  std::string operator()(const plan::Deduplicate& n) const { return "Distinct(" + Print(n.input) + ")"; }
  std::string operator()(const plan::SubqueryAlias& n) const {
    return "As(" + Print(n.input) + "; " + PrintNames(n.alias) +
           (n.columns.empty() ? "" : "(" + PrintNames(n.columns, ",") + ")") + ")";
  }
  std::string operator()(const plan::WithColumns& n) const {
    return "WithColumns(" + Print(n.input) + "; " + PrintNames(n.columns[0].names, ",") + " = " + Print(n.columns[0].child) + ")";
  }
  std::string operator()(const plan::Drop& n) const { return "Drop(" + Print(n.input) + "; " + PrintList(n.columns) + ")"; }
  std::string operator()(const plan::Repartition& n) const {
    return "Repartition(" + Print(n.input) + "; " + PrintList(n.expressions) + ")";
  }
  std::string operator()(const plan::Sample& n) const {
    return fmt::format("Sample({}; {}..{}{})", Print(n.input), n.lower, n.upper, n.seed ? fmt::format(" seed {}", *n.seed) : "");
  }
  std::string operator()(const plan::Hint& n) const {
    return "Hint(" + Print(n.input) + "; " + n.name + "(" + PrintList(n.parameters) + "))";
  }
  std::string operator()(const plan::Unpivot& n) const {
    std::string sets;
    for (const auto& set : *n.values) sets += " {" + PrintList(set) + "}";
    return "Unpivot(" + Print(n.input) + "; " + PrintNames(n.value_names, ",") + " for " + n.variable_name + " in" + sets +
           (std::all_of(n.value_aliases.begin(), n.value_aliases.end(), [](auto& a) { return a.empty(); })
                ? ""
                : " as " + PrintNames(n.value_aliases, ",")) +
           (n.include_nulls ? " nulls" : "") + ")";
  }
  std::string operator()(const plan::TableFunction& n) const {
    return "Function(" + PrintNames(n.name) + "; " + PrintList(n.arguments) + ")";
  }
  std::string operator()(const plan::LateralView& n) const {
    return "View(" + Print(n.input) + "; " + (n.outer ? "outer " : "") + Print(n.generator) + " " + n.alias + "(" +
           PrintNames(n.columns, ",") + "))";
  }
  std::string operator()(const plan::With& n) const {
    std::string text = n.recursive ? "WithRecursive(" : "With(";
    for (const auto& d : n.definitions) {
      text += d.name + (d.columns.empty() ? "" : "(" + PrintNames(d.columns, ",") + ")") + " = " + Print(d.plan) + "; ";
    }
    return text + Print(n.body) + ")";
  }
  template <typename Other>
  std::string operator()(const Other&) const {
    return "<other>";
  }
};

inline std::string Print(const plan::RelationPtr& relation) {
  return relation ? std::visit(RelationPrinter{}, relation->node) : "-";
}

}  // namespace headrace::sql
