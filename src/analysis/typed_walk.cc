#include <fmt/format.h>

#include "analysis/analyzer_internal.h"
#include "analysis/typed_inputs.h"

namespace headrace::analysis {

namespace {

using Change = std::function<TypedPtr(const TypedPtr&)>;

/// Applies `change` to a child; true when it was replaced.
bool Replace(TypedPtr& child, const Change& change) {
  if (!child) return false;
  TypedPtr made = change(child);
  if (!made || made == child) return false;
  child = std::move(made);
  return true;
}

bool Replace(TypedExpressions& children, const Change& change) {
  bool changed = false;
  for (auto& child : children) changed |= Replace(child, change);
  return changed;
}

bool Replace(std::vector<TypedSortKey>& keys, const Change& change) {
  bool changed = false;
  for (auto& key : keys) changed |= Replace(key.child, change);
  return changed;
}

struct Replacer {
  const Change& change;
  bool operator()(TypedLiteral&) const { return false; }
  bool operator()(TypedColumn&) const { return false; }
  bool operator()(TypedLambdaVariable&) const { return false; }
  bool operator()(TypedCall& node) const { return Replace(node.arguments, change); }
  bool operator()(TypedCast& node) const { return Replace(node.child, change); }
  bool operator()(TypedCase& node) const {
    bool changed = Replace(node.otherwise, change);
    for (auto& [when, then] : node.branches) {
      changed |= Replace(when, change);
      changed |= Replace(then, change);
    }
    return changed;
  }
  bool operator()(TypedFieldAccess& node) const { return Replace(node.child, change); }
  bool operator()(TypedStruct& node) const { return Replace(node.fields, change); }
  bool operator()(TypedLambda& node) const { return Replace(node.body, change); }
  bool operator()(TypedAggregateCall& node) const {
    bool changed = Replace(node.arguments, change);
    changed |= Replace(node.filter, change);
    return Replace(node.order_by, change) || changed;
  }
  bool operator()(TypedWindowCall& node) const {
    bool changed = Replace(node.function, change);
    changed |= Replace(node.partition_by, change);
    changed |= Replace(node.order_by, change);
    changed |= Replace(node.lower.value, change);
    return Replace(node.upper.value, change) || changed;
  }
  bool operator()(TypedSubquery& node) const { return Replace(node.in_values, change); }
};

bool EqualLists(const TypedExpressions& a, const TypedExpressions& b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (!SemanticEquals(a[i], b[i])) return false;
  }
  return true;
}

bool EqualKeys(const std::vector<TypedSortKey>& a, const std::vector<TypedSortKey>& b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i].ascending != b[i].ascending || a[i].nulls_first != b[i].nulls_first) return false;
    if (!SemanticEquals(a[i].child, b[i].child)) return false;
  }
  return true;
}

bool EqualExtra(const std::vector<plan::Literal>& a, const std::vector<plan::Literal>& b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (!(a[i].value == b[i].value)) return false;
  }
  return true;
}

struct Comparer {
  const TypedExpression& b_expression;
  template <typename T>
  bool operator()(const T& a) const {
    return Equal(a, std::get<T>(b_expression.node));
  }
  static bool Equal(const TypedLiteral& a, const TypedLiteral& b) { return a.value == b.value; }
  static bool Equal(const TypedColumn& a, const TypedColumn& b) { return a.id == b.id && a.outer == b.outer; }
  static bool Equal(const TypedCall& a, const TypedCall& b) {
    return a.function == b.function && a.lowering == b.lowering && EqualLists(a.arguments, b.arguments) &&
           EqualExtra(a.extra, b.extra) && (a.function == nullptr || a.function->deterministic);
  }
  static bool Equal(const TypedCast& a, const TypedCast& b) { return a.mode == b.mode && SemanticEquals(a.child, b.child); }
  static bool Equal(const TypedCase& a, const TypedCase& b) {
    if (a.branches.size() != b.branches.size() || !SemanticEquals(a.otherwise, b.otherwise)) return false;
    for (size_t i = 0; i < a.branches.size(); ++i) {
      if (!SemanticEquals(a.branches[i].first, b.branches[i].first)) return false;
      if (!SemanticEquals(a.branches[i].second, b.branches[i].second)) return false;
    }
    return true;
  }
  static bool Equal(const TypedFieldAccess& a, const TypedFieldAccess& b) {
    return a.index == b.index && SemanticEquals(a.child, b.child);
  }
  static bool Equal(const TypedStruct& a, const TypedStruct& b) { return EqualLists(a.fields, b.fields); }
  static bool Equal(const TypedLambda& a, const TypedLambda& b) { return false; }
  static bool Equal(const TypedLambdaVariable& a, const TypedLambdaVariable& b) { return a.id == b.id; }
  static bool Equal(const TypedAggregateCall& a, const TypedAggregateCall& b) {
    return a.function == b.function && a.lowering == b.lowering && a.distinct == b.distinct && a.ignore_nulls == b.ignore_nulls &&
           EqualLists(a.arguments, b.arguments) && EqualExtra(a.extra, b.extra) && SemanticEquals(a.filter, b.filter) &&
           EqualKeys(a.order_by, b.order_by);
  }
  static bool Equal(const TypedWindowCall& a, const TypedWindowCall& b) {
    return SemanticEquals(a.function, b.function) && EqualLists(a.partition_by, b.partition_by) &&
           EqualKeys(a.order_by, b.order_by) && a.unit == b.unit && a.lower.kind == b.lower.kind &&
           a.upper.kind == b.upper.kind && SemanticEquals(a.lower.value, b.lower.value) &&
           SemanticEquals(a.upper.value, b.upper.value);
  }
  static bool Equal(const TypedSubquery& a, const TypedSubquery& b) { return a.plan == b.plan && a.negated == b.negated; }
};

}  // namespace

TypedPtr MapChildren(const TypedPtr& expression, const Change& change) {
  TypedExpression copy = *expression;
  if (!std::visit(Replacer{change}, copy.node)) return expression;
  return std::make_shared<const TypedExpression>(std::move(copy));
}

void Walk(const TypedPtr& expression, const std::function<bool(const TypedPtr&)>& visit) {
  if (!expression || !visit(expression)) return;
  Change descend = [&](const TypedPtr& child) {
    Walk(child, visit);
    return TypedPtr();
  };
  TypedExpression copy = *expression;
  std::visit(Replacer{descend}, copy.node);
}

bool SemanticEquals(const TypedPtr& a, const TypedPtr& b) {
  if (a == b) return true;
  if (!a || !b) return false;
  if (a->node.index() != b->node.index() || !a->type.SameType(b->type)) return false;
  return std::visit(Comparer{*b}, a->node);
}

void ThrowMisusedGrouping(const plan::Origin& origin) {
  throw AnalysisError("UNSUPPORTED_GROUPING_EXPRESSION",
                      "grouping()/grouping_id() can only be used with GroupingSets/Cube/Rollup.", {}, origin)
      .WithSqlState("42K0E");
}

void CheckNoGrouping(const TypedPtr& expression) {
  Walk(expression, [&](const TypedPtr& e) {
    const auto* call = As<TypedCall>(e);
    if (call != nullptr && call->lowering.starts_with("@grouping")) ThrowMisusedGrouping(e->origin);
    return true;
  });
}

bool ContainsAggregate(const TypedPtr& expression) {
  bool found = false;
  Walk(expression, [&](const TypedPtr& e) {
    if (const auto* window = As<TypedWindowCall>(e)) {
      // The window's own function is no aggregate of the query; what stands inside may be.
      if (const auto* call = As<TypedAggregateCall>(window->function)) {
        for (const auto& argument : call->arguments) found |= ContainsAggregate(argument);
      }
      for (const auto& p : window->partition_by) found |= ContainsAggregate(p);
      for (const auto& k : window->order_by) found |= ContainsAggregate(k.child);
      return false;
    }
    if (As<TypedAggregateCall>(e)) found = true;
    return !found;
  });
  return found;
}

bool ContainsWindow(const TypedPtr& expression) {
  bool found = false;
  Walk(expression, [&](const TypedPtr& e) {
    if (As<TypedWindowCall>(e)) found = true;
    return !found;
  });
  return found;
}

bool ContainsGenerator(const TypedPtr& expression) {
  bool found = false;
  Walk(expression, [&](const TypedPtr& e) {
    const auto* call = As<TypedCall>(e);
    if (call && call->function && call->function->kind == functions::Kind::kGenerator) found = true;
    return !found;
  });
  return found;
}

bool IsDeterministic(const TypedPtr& expression) {
  bool deterministic = true;
  Walk(expression, [&](const TypedPtr& e) {
    const auto* call = As<TypedCall>(e);
    if (call && call->function && !call->function->deterministic) deterministic = false;
    return deterministic;
  });
  return deterministic;
}

std::optional<std::string> QualifiedText(const TypedPtr& expression, const std::vector<Attribute>& attributes) {
  if (const auto* cast = As<TypedCast>(expression)) return QualifiedText(cast->child, attributes);
  if (const auto* literal = As<TypedLiteral>(expression)) return LiteralText(literal->value, expression->type, "UTC");
  if (const auto* column = As<TypedColumn>(expression)) {
    for (const auto& attribute : attributes) {
      if (attribute.id != column->id) continue;
      return fmt::format("{}{}{}", fmt::join(attribute.qualifier, "."), attribute.qualifier.empty() ? "" : ".", attribute.name);
    }
    return std::nullopt;
  }
  const auto* call = As<TypedAggregateCall>(expression);
  if (call == nullptr || call->function == nullptr) return std::nullopt;
  std::vector<std::string> texts;
  for (const auto& argument : call->arguments) {
    auto text = QualifiedText(argument, attributes);
    if (!text) return std::nullopt;
    texts.push_back(*text);
  }
  return fmt::format("{}({}{})", call->function->name, call->distinct ? "DISTINCT " : "", fmt::join(texts, ", "));
}

std::vector<TypedRelationPtr> InputsOf(const TypedRelation& relation) {
  return std::visit(
      [](const auto& node) -> std::vector<TypedRelationPtr> {
        if constexpr (requires { node.left; }) {
          return {node.left, node.right};
        } else if constexpr (requires { node.inputs; }) {
          return node.inputs;
        } else if constexpr (requires { node.input; }) {
          return {node.input};
        } else if constexpr (requires { node.definitions; }) {
          std::vector<TypedRelationPtr> all;
          for (const auto& definition : node.definitions) all.push_back(definition.plan);
          all.push_back(node.body);
          return all;
        } else {
          return {};
        }
      },
      relation.node);
}

}  // namespace headrace::analysis
