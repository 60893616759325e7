#include <fmt/format.h>

#include <algorithm>

#include "analysis/analyzer_internal.h"
#include "functions/coercion.h"

namespace headrace::analysis {

using plan::DataType;
using plan::JoinType;
using plan::TypeId;

namespace {

void MakeNullable(std::vector<Attribute>& attributes) {
  for (auto& attribute : attributes) attribute.nullable = true;
}

std::string ColumnList(const std::vector<Attribute>& attributes) {
  std::string text;
  for (const auto& attribute : attributes) {
    if (!attribute.hidden) text += (text.empty() ? "" : ", ") + plan::QuotedName(attribute.name);
  }
  return text;
}

const char* Ordinal(size_t position) {
  static const char* names[] = {"first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"};
  return position < 10 ? names[position] : "later";
}

}  // namespace

Frame Analyzer::Impl::JoinFrames(const plan::Relation& relation, const plan::Join& join, const Scope* outer) {
  Frame left = Analyze(join.left, outer);
  Frame right;
  if (join.lateral) {
    ColumnIndex left_index(left.relation->output);
    Scope left_scope;
    left_scope.input = &left_index;
    left_scope.provenance = left.provenance;
    left_scope.outer = outer;
    right = WithoutHidden(Analyze(join.right, &left_scope));
  } else {
    right = Analyze(join.right, outer);
  }
  std::vector<Attribute> left_output = left.relation->output;
  std::vector<Attribute> right_output = right.relation->output;
  std::vector<Attribute> both = left_output;
  both.insert(both.end(), right_output.begin(), right_output.end());
  std::vector<ProvenancePtr> children = {left.provenance, right.provenance};

  std::vector<std::string> using_columns = join.using_columns;
  if (join.natural) {
    for (const auto& attribute : left_output) {
      if (attribute.hidden) continue;
      bool common = std::any_of(right_output.begin(), right_output.end(),
                                [&](auto& r) { return !r.hidden && EqualNames(r.name, attribute.name); });
      if (common) using_columns.push_back(attribute.name);
    }
  }
  bool existence = join.type == JoinType::kLeftSemi || join.type == JoinType::kLeftAnti;
  TypedPtr condition;
  std::vector<size_t> left_keys, right_keys;
  for (const auto& name : using_columns) {
    auto find = [&](const std::vector<Attribute>& side, const char* which) {
      std::optional<size_t> found;
      for (size_t i = 0; i < side.size(); ++i) {
        // Of several Spark takes the first.
        if (found || side[i].hidden || !EqualNames(side[i].name, name)) continue;
        found = i;
      }
      if (!found) {
        std::vector<std::string> names;
        for (const auto& attribute : side) {
          if (!attribute.hidden) names.push_back(plan::QuotedName(attribute.name));
        }
        std::sort(names.begin(), names.end());
        std::string list = fmt::format("[{}]", fmt::join(names, ", "));
        throw AnalysisError(
            "UNRESOLVED_USING_COLUMN_FOR_JOIN",
            fmt::format("USING column {} cannot be resolved on the {} side of the join. The {}-side columns: {}.",
                        plan::QuotedName(name), which, which, list),
            {{"colName", plan::QuotedName(name)}, {"side", which}, {"suggestion", list.substr(1, list.size() - 2)}},
            relation.origin)
            .WithSqlState("42703");
      }
      return *found;
    };
    left_keys.push_back(find(left_output, "left"));
    right_keys.push_back(find(right_output, "right"));
    TypedPtr equal = CallTyped("=", {ColumnRef(left_output[left_keys.back()]), ColumnRef(right_output[right_keys.back()])});
    condition = condition ? CallTyped("and", {condition, equal}) : equal;
  }
  if (join.condition) {
    ColumnIndex index(both);
    Provenance pair;
    pair.children = children;
    pair.columns = std::make_shared<const std::vector<Attribute>>();
    Scope scope;
    scope.input = &index;
    scope.provenance = std::make_shared<const Provenance>(pair);
    scope.outer = outer;
    scope.clause = "JOIN";
    Resolved resolved = Resolve(join.condition, scope);
    TypedPtr typed = AsBoolean(resolved, "JOIN");
    if (!IsDeterministic(typed)) {
      throw AnalysisError("INVALID_NON_DETERMINISTIC_EXPRESSIONS",
                          fmt::format("The operator expects a deterministic expression, but the actual expression is {}.",
                                      QuotedExpression(resolved.sql)),
                          {{"sqlExprs", QuotedExpression(resolved.sql)}}, relation.origin);
    }
    condition = condition ? CallTyped("and", {condition, typed}) : typed;
  }

  std::vector<Attribute> output;
  if (existence) {
    output = left_output;
  } else {
    if (join.type == JoinType::kRight || join.type == JoinType::kFull) MakeNullable(left_output);
    if (join.type == JoinType::kLeft || join.type == JoinType::kFull) MakeNullable(right_output);
    output = left_output;
    output.insert(output.end(), right_output.begin(), right_output.end());
  }
  JoinType type = join.type;
  if (type == JoinType::kInner && !condition && !join.lateral) type = JoinType::kCross;
  if (type == JoinType::kCross && condition) type = JoinType::kInner;
  TypedRelationPtr joined =
      MakeTypedRelation(TypedJoin{left.relation, right.relation, type, condition, join.lateral}, output, relation.plan_id);
  if (using_columns.empty() || (existence && using_columns.empty())) return Finish(joined, relation.plan_id, children);

  TypedProject project{joined, {}};
  std::vector<Attribute> visible, hidden;
  auto is_key = [](const std::vector<size_t>& keys, size_t i) { return std::find(keys.begin(), keys.end(), i) != keys.end(); };
  auto hide = [&](Attribute attribute) {
    attribute.hidden = true;
    attribute.metadata["__qualified_access_only"] = true;
    hidden.push_back(std::move(attribute));
  };
  for (size_t k = 0; k < using_columns.size(); ++k) {
    const Attribute& l = left_output[left_keys[k]];
    const Attribute& r = right_output[right_keys[k]];
    if (join.type == JoinType::kFull) {
      TypedPtr key = CallTyped("coalesce", {ColumnRef(l), ColumnRef(r)});
      project.expressions.push_back(key);
      visible.push_back({NewId(), l.name, key->type, key->nullable, l.metadata, {}, false});
      hide(l);
      hide(r);
    } else if (join.type == JoinType::kRight) {
      project.expressions.push_back(ColumnRef(r));
      visible.push_back(r);
      hide(l);
    } else {
      project.expressions.push_back(ColumnRef(l));
      visible.push_back(l);
      if (!existence) hide(r);
    }
  }
  auto rest = [&](const std::vector<Attribute>& side, const std::vector<size_t>& keys) {
    for (size_t i = 0; i < side.size(); ++i) {
      if (is_key(keys, i)) continue;
      project.expressions.push_back(ColumnRef(side[i]));
      visible.push_back(side[i]);
    }
  };
  rest(left_output, left_keys);
  if (!existence) rest(right_output, right_keys);
  for (auto& attribute : hidden) {
    project.expressions.push_back(ColumnRef(attribute));
    visible.push_back(attribute);
  }
  return Finish(MakeTypedRelation(std::move(project), std::move(visible), relation.plan_id), relation.plan_id, children);
}

namespace {

/// Throws unless the tolerance of an as-of join is a constant and not negative.
void CheckTolerance(const TypedPtr& tolerance, const plan::Origin& origin) {
  auto refuse = [&](const char* condition, const char* what) {
    throw AnalysisError(condition, fmt::format("Invalid as-of join. The input argument `tolerance` must be {}.", what), {},
                        origin)
        .WithSqlState("42604");
  };
  auto value = FoldConstant(tolerance);
  if (!value) refuse("AS_OF_JOIN.TOLERANCE_IS_UNFOLDABLE", "a constant");
  const auto* whole = std::get_if<int64_t>(&value->data);
  const auto* real = std::get_if<double>(&value->data);
  if ((whole && *whole < 0) || (real && *real < 0)) refuse("AS_OF_JOIN.TOLERANCE_IS_NON_NEGATIVE", "non-negative");
}

}  // namespace

Frame Analyzer::Impl::AsOfJoinFrames(const plan::Relation& relation, const plan::AsOfJoin& join, const Scope* outer) {
  Frame left = WithoutHidden(Analyze(join.left, outer));
  Frame right = WithoutHidden(Analyze(join.right, outer));
  std::vector<Attribute> left_output = left.relation->output;
  std::vector<Attribute> right_output = right.relation->output;
  std::vector<ProvenancePtr> children = {left.provenance, right.provenance};
  auto side = [&](const plan::ExpressionPtr& expression, const Frame& frame) {
    ColumnIndex index(frame.relation->output);
    Scope scope;
    scope.input = &index;
    scope.provenance = frame.provenance;
    return Resolve(expression, scope).typed;
  };
  TypedAsOfJoin node;
  node.left = left.relation;
  node.right = right.relation;
  node.left_as_of = side(join.left_as_of, left);
  node.right_as_of = side(join.right_as_of, right);
  auto common = functions::ComparisonType(node.left_as_of->type, node.right_as_of->type, environment_.ansi);
  if (!common) {
    throw AnalysisError(
        "DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES",
        "Cannot resolve the as-of condition due to data type mismatch: the left and right operands have incompatible "
        "types (\"" +
            node.left_as_of->type.Sql() + "\" and \"" + node.right_as_of->type.Sql() + "\").",
        {{"left", QuotedType(node.left_as_of->type)}, {"right", QuotedType(node.right_as_of->type)}}, relation.origin);
  }
  node.left_as_of = CastTo(node.left_as_of, *common);
  node.right_as_of = CastTo(node.right_as_of, *common);
  node.type = join.type;
  node.allow_exact_matches = join.allow_exact_matches;
  node.direction = join.direction;
  std::vector<Attribute> both = left_output;
  both.insert(both.end(), right_output.begin(), right_output.end());
  ColumnIndex index(both);
  for (const auto& name : join.using_columns) {
    ColumnIndex l(left_output), r(right_output);
    auto a = TryColumn({name}, relation.origin, l);
    auto b = TryColumn({name}, relation.origin, r);
    if (!a || !b) {
      const char* which = a ? "right" : "left";
      std::string list = ColumnList(a ? right_output : left_output);
      throw AnalysisError("UNRESOLVED_USING_COLUMN_FOR_JOIN",
                          fmt::format("USING column {} cannot be resolved on the {} side of the join. The {}-side columns: [{}].",
                                      plan::QuotedName(name), which, which, list),
                          {{"colName", plan::QuotedName(name)}, {"side", which}, {"suggestion", list}}, relation.origin)
          .WithSqlState("42703");
    }
    TypedPtr equal = CallTyped("=", {a->typed, b->typed});
    node.condition = node.condition ? CallTyped("and", {node.condition, equal}) : equal;
  }
  Provenance pair;
  pair.children = children;
  pair.columns = std::make_shared<const std::vector<Attribute>>();
  Scope scope;
  scope.input = &index;
  scope.provenance = std::make_shared<const Provenance>(pair);
  if (join.condition) {
    TypedPtr typed = AsBoolean(Resolve(join.condition, scope), "JOIN");
    node.condition = node.condition ? CallTyped("and", {node.condition, typed}) : typed;
  }
  if (join.tolerance) {
    // The bound itself is within the tolerance where exact matches are allowed, as in Spark.
    TypedPtr amount = Resolve(join.tolerance, scope).typed;
    CheckTolerance(amount, relation.origin);
    using Direction = plan::AsOfJoin::Direction;
    auto within = [&](const char* sign, std::string comparison) {
      if (join.allow_exact_matches) comparison += "=";
      return CallTyped(comparison, {node.right_as_of, CallTyped(sign, {node.left_as_of, amount})});
    };
    if (join.direction != Direction::kForward) node.tolerance = within("-", ">");
    if (join.direction != Direction::kBackward) {
      TypedPtr before = within("+", "<");
      node.tolerance = node.tolerance ? CallTyped("and", {node.tolerance, before}) : before;
    }
  }
  if (join.type == JoinType::kLeft) MakeNullable(right_output);
  std::vector<Attribute> output = left_output;
  output.insert(output.end(), right_output.begin(), right_output.end());
  TypedRelationPtr joined = MakeTypedRelation(std::move(node), output, relation.plan_id);
  if (join.using_columns.empty()) return Finish(joined, relation.plan_id, children);
  TypedProject project{joined, {}};
  std::vector<Attribute> kept;
  for (size_t i = 0; i < output.size(); ++i) {
    bool key = i >= left_output.size() && std::any_of(join.using_columns.begin(), join.using_columns.end(),
                                                      [&](auto& n) { return EqualNames(n, output[i].name); });
    if (key) continue;
    project.expressions.push_back(ColumnRef(output[i]));
    kept.push_back(output[i]);
  }
  return Finish(MakeTypedRelation(std::move(project), std::move(kept), relation.plan_id), relation.plan_id, children);
}

Frame Analyzer::Impl::SetOperation(const plan::Relation& relation, const plan::SetOperation& set, const Scope* outer) {
  using Kind = plan::SetOperation::Kind;
  // A long chain of UNION ALL is one node: its spine is walked without recursion.
  std::vector<const plan::Relation*> spine = {&relation};
  std::vector<const plan::RelationPtr*> parts;
  const plan::SetOperation* top = &set;
  bool positional_union = set.kind == Kind::kUnion && set.all && !set.by_name;
  parts.push_back(&top->right);
  const plan::RelationPtr* first = &top->left;
  while (positional_union) {
    const auto* next = plan::As<plan::SetOperation>(*first);
    if (next == nullptr || next->kind != Kind::kUnion || !next->all || next->by_name) break;
    spine.push_back(first->get());
    parts.push_back(&next->right);
    first = &next->left;
  }
  parts.push_back(first);
  std::reverse(parts.begin(), parts.end());
  std::vector<Frame> frames;
  std::vector<ProvenancePtr> children;
  for (const auto* part : parts) {
    frames.push_back(WithoutHidden(Analyze(*part, outer)));
    children.push_back(frames.back().provenance);
  }
  std::string name = set.kind == Kind::kUnion ? "UNION" : set.kind == Kind::kIntersect ? "INTERSECT" : "EXCEPT";
  if (set.kind != Kind::kUnion && set.all) name += " ALL";
  if (set.kind != Kind::kUnion || !set.all) {
    for (const auto& column : frames[0].relation->output) {
      if (column.type.id() != TypeId::kMap) continue;
      std::string column_name = plan::QuotedName(column.name), type = QuotedType(column.type);
      throw AnalysisError("UNSUPPORTED_FEATURE.SET_OPERATION_ON_MAP_TYPE",
                          fmt::format("The feature is not supported: Cannot have MAP type columns in DataFrame which calls set "
                                      "operations (INTERSECT, EXCEPT, etc.), but the type of column {} is {}.",
                                      column_name, type),
                          {{"colName", column_name}, {"dataType", type}}, relation.origin);
    }
  }

  if (set.by_name) AlignByName(frames[0], frames[1], set, relation.origin);

  size_t width = frames[0].relation->output.size();
  for (size_t i = 1; i < frames.size(); ++i) {
    size_t other = frames[i].relation->output.size();
    if (other == width) continue;
    throw AnalysisError(
        "NUM_COLUMNS_MISMATCH",
        fmt::format("{} can only be performed on inputs with the same number of columns, but the first input has {} columns "
                    "and the {} input has {} columns.",
                    name, width, Ordinal(i), other),
        {{"operator", name},
         {"firstNumColumns", std::to_string(width)},
         {"invalidOrdinalNum", Ordinal(i)},
         {"invalidNumColumns", std::to_string(other)}},
        relation.origin);
  }
  std::vector<DataType> types;
  for (size_t column = 0; column < width; ++column) {
    DataType common = frames[0].relation->output[column].type;
    for (size_t i = 1; i < frames.size(); ++i) {
      const DataType& other = frames[i].relation->output[column].type;
      auto wider = functions::WiderType(common, other, environment_.ansi);
      if (!wider && set.kind == Kind::kUnion && common.IsNested()) wider = functions::PositionalType(common, other);
      if (!wider) {
        throw AnalysisError(
            "INCOMPATIBLE_COLUMN_TYPE",
            fmt::format("{} can only be performed on tables with compatible column types. The {} column of the {} table is "
                        "{} type which is not compatible with {} at the same column of the first table..",
                        name, Ordinal(column), Ordinal(i), QuotedType(other), QuotedType(common)),
            {{"operator", name},
             {"columnOrdinalNumber", Ordinal(column)},
             {"tableOrdinalNumber", Ordinal(i)},
             {"dataType1", QuotedType(other)},
             {"dataType2", QuotedType(common)},
             {"hint", ""}},
            relation.origin);
      }
      common = *wider;
    }
    types.push_back(common);
  }
  TypedSetOperation node;
  node.kind = set.kind;
  node.all = set.kind == Kind::kUnion || set.all;
  std::vector<Attribute> output = frames[0].relation->output;
  std::vector<bool> cast_first(width, false);
  for (size_t i = 0; i < frames.size(); ++i) {
    TypedProject project{frames[i].relation, {}};
    std::vector<Attribute> casted;
    bool changed = false;
    for (size_t column = 0; column < width; ++column) {
      const Attribute& attribute = frames[i].relation->output[column];
      TypedPtr value = CastTo(ColumnRef(attribute), types[column]);
      bool cast = As<TypedColumn>(value) == nullptr;
      changed |= cast;
      if (cast && i == 0) cast_first[column] = true;
      project.expressions.push_back(value);
      Attribute made = attribute;
      if (cast) made = {NewId(), attribute.name, types[column], value->nullable, attribute.metadata, {}, false};
      bool nullable = made.nullable;
      if (i == 0) {
        output[column].nullable = nullable;
        output[column].type = types[column];
      } else if (set.kind == Kind::kUnion) {
        output[column].nullable = output[column].nullable || nullable;
      } else if (set.kind == Kind::kIntersect) {
        output[column].nullable = output[column].nullable && nullable;
      }
      casted.push_back(std::move(made));
    }
    node.inputs.push_back(changed ? MakeTypedRelation(std::move(project), std::move(casted)) : frames[i].relation);
  }
  // The columns stay those of the first input for df["x"], unless a cast made new ones; the same column twice needs two ids.
  std::set<AttributeId> used;
  for (size_t column = 0; column < width; ++column) {
    null_columns_.erase(output[column].id);  // The other inputs may have values there.
    if (cast_first[column] || !used.insert(output[column].id).second) {
      output[column].id = NewId();
      output[column].qualifier.clear();
    }
  }
  std::vector<Attribute> result = output;
  TypedRelationPtr made = MakeTypedRelation(std::move(node), std::move(output), relation.plan_id);
  if (set.kind == Kind::kUnion && !set.all) made = MakeTypedRelation(TypedDistinct{made}, result, relation.plan_id);
  Frame frame = Finish(made, relation.plan_id, children);
  // The inner unions of the spine are known by their plan ids too.
  for (const auto* inner : spine) {
    if (inner != &relation && inner->plan_id >= 0) frame = Finish(frame.relation, inner->plan_id, {frame.provenance});
  }
  return frame;
}

}  // namespace headrace::analysis
