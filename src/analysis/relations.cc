#include <fmt/format.h>

#include <algorithm>

#include "analysis/analyzer_internal.h"
#include "analysis/parse_internal.h"
#include "analysis/partitioning.h"
#include "analysis/scan_schema.h"

namespace headrace::analysis {

using plan::DataType;
using plan::TypeId;

namespace {

/// The one input of a relation that only transforms its rows; null for leaves, joins, set operations, WITH and QUALIFY.
const plan::RelationPtr* SingleInput(const plan::Relation& relation) {
  return std::visit(
      [](const auto& node) -> const plan::RelationPtr* {
        using T = std::decay_t<decltype(node)>;
        if constexpr (std::is_same_v<T, plan::Qualify>) {
          return nullptr;  // It and the select list below are one.
        } else if constexpr (requires { node.input; }) {
          return node.input ? &node.input : nullptr;
        } else {
          (void)sizeof(T);
          return nullptr;
        }
      },
      relation.node);
}

plan::NameParts NamesOf(const std::vector<Attribute>& attributes) {
  plan::NameParts names;
  for (const auto& attribute : attributes) {
    if (!attribute.hidden) names.push_back(attribute.name);
  }
  return names;
}

}  // namespace

Analyzer::Impl::Impl(AnalysisContext& context) : context_(context), table_(functions::FunctionTable::Builtin()) {
  environment_.ansi = LowerName(context.Setting("spark.sql.ansi.enabled")) != "false";
  environment_.time_zone = context.Setting("spark.sql.session.timeZone");
  environment_.legacy_size_of_null = !environment_.ansi && LowerName(context.Setting("spark.sql.legacy.sizeOfNull")) != "false";
  group_by_ordinal_ = LowerName(context.Setting("spark.sql.groupByOrdinal")) != "false";
  order_by_ordinal_ = LowerName(context.Setting("spark.sql.orderByOrdinal")) != "false";
  group_by_aliases_ = LowerName(context.Setting("spark.sql.groupByAliases")) != "false";
  decimal_precision_loss_ = LowerName(context.Setting("spark.sql.decimalOperations.allowPrecisionLoss")) != "false";
}

Frame Analyzer::Impl::Finish(TypedRelationPtr relation, int64_t plan_id, std::vector<ProvenancePtr> children) {
  auto provenance = std::make_shared<Provenance>();
  provenance->plan_id = plan_id;
  provenance->columns = std::shared_ptr<const std::vector<Attribute>>(relation, &relation->output);
  provenance->children = std::move(children);
  return {std::move(relation), std::move(provenance)};
}

Frame Analyzer::Impl::Unary(TypedRelation::Node node, std::vector<Attribute> output, const plan::Relation& origin,
                            const Frame& input) {
  auto relation = std::make_shared<const TypedRelation>(TypedRelation{std::move(node), std::move(output), origin.plan_id});
  return Finish(std::move(relation), origin.plan_id, {input.provenance});
}

std::vector<Attribute> Analyzer::Impl::NewAttributes(const plan::Schema& schema, const plan::NameParts& qualifier) {
  std::vector<Attribute> attributes;
  attributes.reserve(schema.size());
  for (const auto& field : schema) {
    Attribute attribute{NewId(), field.name, field.type, field.nullable, field.metadata, qualifier, false};
    if (field.type.id() == TypeId::kChar || field.type.id() == TypeId::kVarchar) {
      attribute.metadata["__CHAR_VARCHAR_TYPE_STRING"] = field.type.SimpleString();
      attribute.type = TypeId::kString;
    }
    attributes.push_back(std::move(attribute));
  }
  return attributes;
}

Frame Analyzer::Impl::WithoutHidden(Frame frame) {
  bool hidden = std::any_of(frame.relation->output.begin(), frame.relation->output.end(), [](auto& a) { return a.hidden; });
  if (!hidden) return frame;
  TypedProject project{frame.relation, {}};
  std::vector<Attribute> output;
  for (const auto& attribute : frame.relation->output) {
    if (attribute.hidden) continue;
    project.expressions.push_back(ColumnRef(attribute));
    output.push_back(attribute);
  }
  frame.relation = MakeTypedRelation(std::move(project), std::move(output), frame.relation->plan_id);
  return frame;
}

TypedRelationPtr Analyzer::Impl::AnalyzeTop(const plan::RelationPtr& relation) {
  Frame frame = WithoutHidden(Analyze(relation));
  tops_.push_back(frame.provenance);
  return frame.relation;
}

namespace {

/// SELECT a, FROM t is read as a column `from` called t, over no table.
void CheckTrailingComma(const std::vector<const plan::Relation*>& chain, const plan::Relation& leaf) {
  const auto* project = std::get_if<plan::Project>(&leaf.node);
  if (std::holds_alternative<plan::OneRow>(leaf.node)) {
    auto select = std::find_if(chain.rbegin(), chain.rend(),
                               [](const plan::Relation* step) { return !std::holds_alternative<plan::Filter>(step->node); });
    if (select != chain.rend()) project = std::get_if<plan::Project>(&(*select)->node);
  }
  if (project == nullptr || project->expressions.size() < 2) return;
  const auto* alias = plan::As<plan::Alias>(project->expressions.back());
  const auto* column = alias == nullptr ? nullptr : plan::As<plan::UnresolvedAttribute>(alias->child);
  if (column == nullptr || column->name.size() != 1 || !EqualNames(column->name[0], "from")) return;
  throw AnalysisError("TRAILING_COMMA_IN_SELECT",
                      "Trailing comma detected in SELECT clause. Remove the trailing comma before the FROM clause.", {},
                      project->expressions.back()->origin);
}

}  // namespace

Frame Analyzer::Impl::Analyze(const plan::RelationPtr& relation, const Scope* outer) {
  // Long chains of one-input relations are walked down to the leaf, then applied upwards, without recursion.
  std::vector<const plan::Relation*> chain;
  const plan::Relation* current = relation.get();
  while (const plan::RelationPtr* input = SingleInput(*current)) {
    chain.push_back(current);
    current = input->get();
  }
  CheckTrailingComma(chain, *current);
  Frame frame;
  if (const auto* project = std::get_if<plan::Project>(&current->node)) {
    frame = Finish(MakeTypedRelation(TypedOneRow{}, {}), -1, {});
    const plan::Relation* sort = nullptr;
    if (!chain.empty() && std::holds_alternative<plan::Sort>(chain.back()->node)) {
      sort = chain.back();
      chain.pop_back();
    }
    frame = Select(*current, *project, std::move(frame), outer, sort);
  } else if (const auto* aggregate = std::get_if<plan::Aggregate>(&current->node)) {
    frame = Finish(MakeTypedRelation(TypedOneRow{}, {}), -1, {});
    frame = Aggregate(*current, *aggregate, std::move(frame), outer, nullptr);
  } else {
    frame = AnalyzeLeaf(*current, outer);
  }
  while (!chain.empty()) {
    const plan::Relation& next = *chain.back();
    chain.pop_back();
    if (std::holds_alternative<plan::WithColumns>(next.node)) {
      std::vector<const plan::Relation*> steps = {&next};
      while (!chain.empty() && std::holds_alternative<plan::WithColumns>(chain.back()->node)) {
        steps.push_back(chain.back());
        chain.pop_back();
      }
      frame = WithColumns(steps, std::move(frame), outer);
      continue;
    }
    const plan::Relation* sort = nullptr;
    bool takes_sort = std::holds_alternative<plan::Project>(next.node) || std::holds_alternative<plan::Aggregate>(next.node);
    if (takes_sort && !chain.empty() && std::holds_alternative<plan::Sort>(chain.back()->node)) {
      sort = chain.back();
      chain.pop_back();
    }
    if (const auto* node = std::get_if<plan::Project>(&next.node)) {
      frame = Select(next, *node, std::move(frame), outer, sort);
    } else if (const auto* aggregate = std::get_if<plan::Aggregate>(&next.node)) {
      frame = Aggregate(next, *aggregate, std::move(frame), outer, sort);
    } else {
      frame = ApplyUnary(next, std::move(frame), outer);
    }
  }
  return frame;
}

namespace {

/// COALESCE(n), REPARTITION(n, columns) and REPARTITION_BY_RANGE(n, columns) say how many files a write makes, and which
/// rows are in them; other hints change nothing here.
std::optional<plan::Repartition> AsRepartition(const plan::Hint& hint) {
  plan::Repartition made;
  const bool by_range = EqualNames(hint.name, "repartition_by_range");
  made.shuffle = by_range || EqualNames(hint.name, "repartition");
  if (!made.shuffle && !EqualNames(hint.name, "coalesce")) return std::nullopt;
  for (const auto& parameter : hint.parameters) {
    const auto* literal = plan::As<plan::Literal>(parameter);
    if (literal == nullptr) {
      const bool as_is = !by_range || plan::As<plan::SortOrder>(parameter) != nullptr;
      made.expressions.push_back(as_is ? parameter
                                       : plan::Make(plan::SortOrder{parameter, true, std::nullopt}, parameter->origin));
    } else if (const auto* count = std::get_if<int64_t>(&literal->value.data);
               count != nullptr && &parameter == &hint.parameters[0]) {
      made.partitions = static_cast<int32_t>(*count);
    } else {
      return std::nullopt;
    }
  }
  if (!made.shuffle && (!made.partitions || !made.expressions.empty())) return std::nullopt;
  return made;
}

/// The argument of repartitionById's expression; null when it is another.
const plan::ExpressionPtr* PartitionNumber(const plan::ExpressionPtr& expression) {
  const auto* call = plan::As<plan::FunctionCall>(expression);
  const bool is = call != nullptr && call->arguments.size() == 1 && call->name == plan::NameParts{"direct_shuffle_partition_id"};
  return is ? &call->arguments[0] : nullptr;
}

TypedPtr AsPartitionNumber(const Resolved& number, const plan::Origin& origin) {
  if (number.typed->type.id() != TypeId::kInteger) {
    std::string text = QuotedExpression(fmt::format("direct_shuffle_partition_id({})", number.sql));
    throw AnalysisError("DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
                        fmt::format("Cannot resolve {} due to data type mismatch: The first parameter requires the \"INT\" type, "
                                    "however {} has the type {}.",
                                    text, QuotedExpression(number.sql), QuotedType(number.typed->type)),
                        {{"sqlExpr", text},
                         {"paramIndex", "first"},
                         {"requiredType", "\"INT\""},
                         {"inputSql", QuotedExpression(number.sql)},
                         {"inputType", QuotedType(number.typed->type)}},
                        origin);
  }
  TypedCall call;
  call.lowering = kPartitionNumber;
  call.arguments = {number.typed};
  return MakeTyped(std::move(call), TypeId::kInteger, number.typed->nullable);
}

/// One value for all sort keys, which orders as they do.
TypedPtr AsRangeKey(const std::vector<TypedSortKey>& order) {
  TypedCall call;
  call.lowering = kRangeKey;
  for (const auto& key : order) {
    plan::Value::Data modifiers =
        std::string(key.ascending ? "ASC" : "DESC") + (key.nulls_first ? " NULLS FIRST" : " NULLS LAST");
    call.arguments.push_back(key.child);
    call.arguments.push_back(MakeTyped(TypedLiteral{plan::Value{std::move(modifiers)}}, DataType::String(), false));
  }
  return MakeTyped(std::move(call), TypeId::kBinary, false);
}

[[noreturn]] void ThrowMixedPartitioning() {
  throw Error(ErrorKind::kIllegalArgument, "INVALID_PARAMETER_VALUE",
              "Some of the expressions to partition by are sort orders and others are not.");
}

}  // namespace

Frame Analyzer::Impl::ApplyUnary(const plan::Relation& relation, Frame input, const Scope* outer) {
  const auto& node = relation.node;
  if (const auto* n = std::get_if<plan::Filter>(&node)) return Filter(relation, *n, std::move(input), outer);
  if (const auto* n = std::get_if<plan::Sort>(&node)) return Sort(relation, *n, std::move(input), outer);
  if (const auto* n = std::get_if<plan::Limit>(&node)) return Limit(relation, n->count, true, std::move(input), outer);
  if (const auto* n = std::get_if<plan::Offset>(&node)) return Limit(relation, n->count, false, std::move(input), outer);
  if (const auto* n = std::get_if<plan::Tail>(&node)) {
    return Unary(TypedTail{input.relation, n->count}, input.relation->output, relation, input);
  }
  if (const auto* n = std::get_if<plan::SubqueryAlias>(&node)) return SubqueryAlias(relation, *n, std::move(input));
  if (const auto* n = std::get_if<plan::Deduplicate>(&node)) return Deduplicate(relation, *n, std::move(input));
  if (const auto* n = std::get_if<plan::WithColumnsRenamed>(&node)) return WithColumnsRenamed(relation, *n, std::move(input));
  if (const auto* n = std::get_if<plan::ToDf>(&node)) return ToDf(relation, *n, std::move(input));
  if (const auto* n = std::get_if<plan::ToSchema>(&node)) return ToSchema(relation, *n, std::move(input));
  if (const auto* n = std::get_if<plan::Drop>(&node)) return Drop(relation, *n, std::move(input), outer);
  const auto* hint = std::get_if<plan::Hint>(&node);
  std::optional<plan::Repartition> hinted = hint != nullptr ? AsRepartition(*hint) : std::nullopt;
  if (hint != nullptr && !hinted) return Finish(input.relation, relation.plan_id, {input.provenance});
  if (const auto* n = hinted ? &*hinted : std::get_if<plan::Repartition>(&node)) {
    ColumnIndex index(input.relation->output);
    Scope scope;
    scope.input = &index;
    scope.provenance = input.provenance;
    // How the lowering sees ranges and numbers: partitioning.h.
    TypedRepartition made{input.relation, n->partitions, n->shuffle, {}};
    std::vector<plan::SortOrder> order;
    for (const auto& expression : n->expressions) {
      if (const auto* key = plan::As<plan::SortOrder>(expression)) {
        order.push_back(*key);
      } else if (const plan::ExpressionPtr* number = PartitionNumber(expression)) {
        made.expressions.push_back(AsPartitionNumber(Resolve(*number, scope), expression->origin));
      } else {
        made.expressions.push_back(Resolve(expression, scope).typed);
      }
    }
    if (!order.empty()) {
      if (!made.expressions.empty()) ThrowMixedPartitioning();
      made.expressions.push_back(AsRangeKey(SortKeys(order, scope, nullptr)));
    }
    return Unary(std::move(made), input.relation->output, relation, input);
  }
  if (const auto* n = std::get_if<plan::Sample>(&node)) {
    TypedSample made{input.relation, n->lower, n->upper, n->with_replacement, n->seed.value_or(context_.NowMicros())};
    return Unary(std::move(made), input.relation->output, relation, input);
  }
  if (const auto* n = std::get_if<plan::LateralView>(&node)) return LateralView(relation, *n, std::move(input), outer);
  if (const auto* n = std::get_if<plan::Unpivot>(&node)) return Unpivot(relation, *n, std::move(input), outer);
  if (const auto* n = std::get_if<plan::Transpose>(&node)) return Transpose(relation, *n, std::move(input), outer);
  if (const auto* n = std::get_if<plan::NaFill>(&node)) return NaFill(relation, *n, std::move(input));
  if (const auto* n = std::get_if<plan::NaDrop>(&node)) return NaDrop(relation, *n, std::move(input));
  if (const auto* n = std::get_if<plan::NaReplace>(&node)) return NaReplace(relation, *n, std::move(input));
  if (const auto* n = std::get_if<plan::Statistics>(&node)) return Statistics(relation, *n, std::move(input), outer);
  if (const auto* n = std::get_if<plan::CollectMetrics>(&node)) return Observe(relation, *n, std::move(input), outer);
  if (std::get_if<plan::ShowString>(&node) || std::get_if<plan::WithWatermark>(&node)) {
    // Rendering is the query service's; a watermark means nothing to a batch query.
    return Finish(input.relation, relation.plan_id, {input.provenance});
  }
  if (const auto* n = std::get_if<plan::ParseText>(&node))
    return ScanFrame(relation, context_.ResolveText(input.relation, *n), {});
  ThrowInternal("a relation that analysis does not know");
}

Frame Analyzer::Impl::SubqueryAlias(const plan::Relation& relation, const plan::SubqueryAlias& alias, Frame input) {
  std::vector<Attribute> output;
  for (const auto& attribute : input.relation->output) {
    if (attribute.hidden && attribute.metadata.contains("__qualified_access_only")) continue;
    output.push_back(attribute);
  }
  bool dropped = output.size() != input.relation->output.size();
  size_t visible = NamesOf(output).size();
  if (!alias.columns.empty() && alias.columns.size() != visible) {
    throw AnalysisError(
        "ASSIGNMENT_ARITY_MISMATCH",
        fmt::format("The number of columns or variables assigned or aliased: {} does not match the number of source "
                    "expressions: {}.",
                    visible, alias.columns.size()),
        {{"numTarget", std::to_string(visible)}, {"numExpr", std::to_string(alias.columns.size())}}, relation.origin);
  }
  size_t position = 0;
  TypedProject project{input.relation, {}};
  for (auto& attribute : output) {
    project.expressions.push_back(ColumnRef(attribute));
    if (!alias.alias.empty()) attribute.qualifier = alias.alias;
    if (!attribute.hidden && !alias.columns.empty()) {
      attribute.name = alias.columns[position++];
    }
  }
  if (!dropped) {
    TypedRelation named = *input.relation;
    named.output = std::move(output);
    named.plan_id = relation.plan_id;
    return Finish(std::make_shared<const TypedRelation>(std::move(named)), relation.plan_id, {input.provenance});
  }
  return Finish(MakeTypedRelation(std::move(project), std::move(output), relation.plan_id), relation.plan_id, {input.provenance});
}

Frame Analyzer::Impl::LateralView(const plan::Relation& relation, const plan::LateralView& node, Frame input,
                                  const Scope* outer) {
  ColumnIndex index(input.relation->output);
  Scope scope;
  scope.input = &index;
  scope.provenance = input.provenance;
  scope.outer = outer;
  Resolved generator = Resolve(node.generator, scope);
  if (!ContainsGenerator(generator.typed)) {
    throw AnalysisError(
        "UNSUPPORTED_GENERATOR.NOT_GENERATOR",
        fmt::format("The generator is not supported: {} is expected to be a generator.", QuotedExpression(generator.sql)),
        {{"functionName", QuotedExpression(generator.sql)}, {"classCanonicalName", generator.sql}}, relation.origin)
        .WithSqlState("42K0E");
  }
  Item item;
  item.typed = generator.typed;
  item.sql = generator.sql;
  item.names = node.columns;
  size_t before = input.relation->output.size();
  std::vector<Item> items = {item};
  Frame frame = ExtractGenerators(std::move(input), items);
  TypedRelation copy = *frame.relation;
  for (size_t i = before; i < copy.output.size(); ++i) {
    if (!node.alias.empty()) copy.output[i].qualifier = {node.alias};
    if (node.outer) copy.output[i].nullable = true;
  }
  if (node.outer) std::get<TypedGenerate>(copy.node).outer = true;
  return Finish(std::make_shared<const TypedRelation>(std::move(copy)), relation.plan_id, {frame.provenance});
}

}  // namespace headrace::analysis
