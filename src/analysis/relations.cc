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

Frame Analyzer::Impl::AnalyzeLeaf(const plan::Relation& relation, const Scope* outer) {
  const auto& node = relation.node;
  if (const auto* n = std::get_if<plan::ReadTable>(&node)) return ReadTable(relation, *n, outer);
  if (const auto* n = std::get_if<plan::Qualify>(&node)) return Qualify(*n, outer);
  if (const auto* n = std::get_if<plan::Join>(&node)) return JoinFrames(relation, *n, outer);
  if (const auto* n = std::get_if<plan::AsOfJoin>(&node)) return AsOfJoinFrames(relation, *n, outer);
  if (const auto* n = std::get_if<plan::SetOperation>(&node)) return SetOperation(relation, *n, outer);
  if (const auto* n = std::get_if<plan::With>(&node)) return WithCtes(relation, *n, outer);
  if (const auto* n = std::get_if<plan::InlineTable>(&node)) return InlineTable(relation, *n, outer);
  if (const auto* n = std::get_if<plan::TableFunction>(&node)) return TableFunction(relation, *n, outer);
  if (std::get_if<plan::OneRow>(&node)) return Finish(MakeTypedRelation(TypedOneRow{}, {}), relation.plan_id, {});
  if (const auto* n = std::get_if<plan::Range>(&node)) {
    std::vector<Attribute> output = NewAttributes({{"id", TypeId::kLong, false, {}}});
    return Finish(MakeTypedRelation(TypedRange{n->start, n->end, n->step, n->partitions}, std::move(output), relation.plan_id),
                  relation.plan_id, {});
  }
  if (const auto* n = std::get_if<plan::LocalRelation>(&node)) {
    plan::Schema schema = n->schema ? *n->schema : context_.SchemaOfLocal(*n);
    std::vector<Attribute> output = NewAttributes(schema);
    return Finish(MakeTypedRelation(TypedLocal{*n}, std::move(output), relation.plan_id), relation.plan_id, {});
  }
  if (const auto* n = std::get_if<plan::ReadFiles>(&node)) return ScanFrame(relation, context_.ResolveFiles(*n), {});
  if (const auto* n = std::get_if<plan::CachedRemote>(&node)) {
    auto found = context_.FindCachedRemote(n->id);
    if (!found) {
      throw AnalysisError("DATAFRAME_NOT_FOUND", fmt::format("No DataFrame with id {} is found on the server.", n->id),
                          {{"dfId", n->id}}, relation.origin);
    }
    return FromResolvedTable(relation, *found);
  }
  if (const auto* n = std::get_if<plan::WithRelations>(&node)) {
    for (const auto& reference : n->references) references_[reference->plan_id] = reference;
    const auto* text = plan::As<plan::SqlText>(n->root);
    Frame frame;
    if (text != nullptr) {
      // Names of frames in the text: SubqueryAlias references act as temporary views.
      std::vector<std::shared_ptr<CteEntry>> named;
      for (const auto& reference : n->references) {
        const auto* alias = plan::As<plan::SubqueryAlias>(reference);
        if (alias == nullptr || alias->alias.empty()) continue;
        auto entry = std::make_shared<CteEntry>();
        entry->name = alias->alias.back();
        entry->plan = alias->input;
        entry->inline_always = true;
        named.push_back(std::move(entry));
      }
      cte_scopes_.push_back(std::move(named));
      frame = Analyze(n->root, outer);
      cte_scopes_.pop_back();
    } else {
      frame = Analyze(n->root, outer);
    }
    return Finish(frame.relation, relation.plan_id, {frame.provenance});
  }
  if (const auto* n = std::get_if<plan::SqlText>(&node)) {
    Frame frame = Analyze(ParseQueryText(*n, context_), outer);
    return Finish(frame.relation, relation.plan_id, {frame.provenance});
  }
  if (const auto* n = std::get_if<plan::CatalogCall>(&node)) return Rows(relation, context_.RunCatalogCall(*n));
  if (const auto* n = std::get_if<plan::CommandResult>(&node)) return Rows(relation, context_.RunCommand(*n->command));
  if (const auto* n = std::get_if<plan::UnsupportedRelation>(&node)) ThrowUnsupported(n->feature);
  ThrowInternal("a relation that analysis does not know");
}

Frame Analyzer::Impl::Rows(const plan::Relation& relation, const TypedRelationPtr& rows) {
  TypedRelation copy = *rows;
  // A leaf gets ids of this plan; anything else is projected over its own, which nothing else refers to.
  for (auto& attribute : copy.output) attribute.id = NewId();
  copy.plan_id = relation.plan_id;
  return Finish(std::make_shared<const TypedRelation>(std::move(copy)), relation.plan_id, {});
}

Frame Analyzer::Impl::ScanFrame(const plan::Relation& relation, TypedScan scan, const plan::NameParts& qualifier) {
  std::vector<Attribute> output = NewAttributes(WithoutLogNotes(scan.schema), qualifier);
  return Finish(MakeTypedRelation(std::move(scan), std::move(output), relation.plan_id), relation.plan_id, {});
}

Attribute Analyzer::Impl::MetadataAttribute(const TypedRelation& scan) {
  std::vector<AttributeId> key;
  for (const auto& attribute : scan.output) key.push_back(attribute.id);
  auto [entry, added] = metadata_ids_.emplace(std::move(key), 0);
  if (added) entry->second = NewId();
  DataType type = DataType::Struct({{"file_path", TypeId::kString, false, {}},
                                    {"file_name", TypeId::kString, false, {}},
                                    {"file_size", TypeId::kLong, false, {}},
                                    {"file_block_start", TypeId::kLong, false, {}},
                                    {"file_block_length", TypeId::kLong, false, {}},
                                    {"file_modification_time", TypeId::kTimestamp, false, {}}});
  return {entry->second, "_metadata", type, false, {}, {}, true};
}

Frame Analyzer::Impl::FromResolvedTable(const plan::Relation& relation, const ResolvedTable& table) {
  Frame frame;
  if (table.scan) {
    frame = ScanFrame(relation, *table.scan, table.qualifier);
    return frame;
  }
  if (table.cached) {
    frame = Rows(relation, table.cached);
  } else {
    std::string name = fmt::format("{}", fmt::join(table.qualifier, "."));
    if (!views_in_progress_.insert(name).second) {
      throw AnalysisError("RECURSIVE_VIEW",
                          fmt::format("Recursive view {} detected (cycle: {}).", plan::QuotedName(table.qualifier), name),
                          {{"viewIdent", plan::QuotedName(table.qualifier)}, {"newPath", name}}, relation.origin)
          .WithSqlState("42K0H");
    }
    std::vector<std::vector<std::shared_ptr<CteEntry>>> saved;
    saved.swap(cte_scopes_);
    plan::NameParts outside = std::exchange(view_namespace_, table.catalog_and_schema);
    const bool outside_temporary = std::exchange(in_temporary_view_, table.qualifier.size() < 3);
    frame = Analyze(table.view);
    view_namespace_ = std::move(outside);
    in_temporary_view_ = outside_temporary;
    saved.swap(cte_scopes_);
    views_in_progress_.erase(name);
  }
  // The view's columns carry its name.
  TypedRelation named = *WithoutHidden(frame).relation;
  for (auto& attribute : named.output) attribute.qualifier = table.qualifier;
  named.plan_id = relation.plan_id;
  return Finish(std::make_shared<const TypedRelation>(std::move(named)), relation.plan_id, {});
}

std::optional<ResolvedTable> Analyzer::Impl::FindTable(const plan::ReadTable& read) {
  const bool is_path = read.name.size() == 2 && read.name[1].find('/') != std::string::npos;
  if (view_namespace_.size() != 2 || read.name.empty() || read.name.size() > 2 || is_path) return context_.FindTable(read);
  plan::ReadTable full = read;
  full.name.insert(full.name.begin(), view_namespace_.begin(), view_namespace_.end() - (read.name.size() - 1));
  // Temporary views are seen by temporary views alone.
  if (in_temporary_view_) {
    auto found = context_.FindTable(read);
    if (found && found->qualifier.size() == read.name.size()) return found;
  }
  return context_.FindTable(full);
}

Frame Analyzer::Impl::ReadTable(const plan::Relation& relation, const plan::ReadTable& read, const Scope* outer) {
  if (read.name.size() == 1 && read.time_travel.timestamp == nullptr && !read.time_travel.version) {
    for (size_t level = cte_scopes_.size(); level-- > 0;) {
      auto& entries = cte_scopes_[level];
      for (size_t i = entries.size(); i-- > 0;) {
        if (EqualNames(entries[i]->name, read.name[0])) return CteReference(relation, *entries[i], outer);
      }
    }
  }
  if (read.streaming) ThrowUnsupported("Structured Streaming");
  std::optional<ResolvedTable> table;
  try {
    table = FindTable(read);
  } catch (Error& error) {
    if (error.contexts().empty()) {
      QueryContext context = plan::ContextOf(relation.origin);
      if (!context.summary.empty()) error.WithContext(std::move(context));
    }
    throw;
  }
  if (!table) {
    std::string name = plan::QuotedName(read.name), catalog = context_.CurrentCatalog();
    if (read.name.size() > 2 && !EqualNames(read.name[0], catalog)) {
      throw AnalysisError("REQUIRES_SINGLE_PART_NAMESPACE",
                          fmt::format("{} requires a single-part namespace, but got identifier {}.", catalog, name),
                          {{"sessionCatalog", catalog}, {"identifier", name}});
    }
    std::string path = fmt::format("[`system`.`builtin`, `system`.`session`, {}.{}]", plan::QuotedName(catalog),
                                   plan::QuotedName(context_.CurrentSchema()));
    throw AnalysisError(
        "TABLE_OR_VIEW_NOT_FOUND",
        fmt::format(
            "The table or view {} cannot be found. Verify the spelling and correctness of the schema and "
            "catalog.\nSearch path: {}.\nIf you did not qualify the name with a schema, verify the current_schema() output, or "
            "qualify the name with the correct schema and catalog.\nTo tolerate the error on drop use DROP VIEW "
            "IF EXISTS or DROP TABLE IF EXISTS.",
            name, path),
        {{"relationName", name}, {"searchPath", path}}, relation.origin);
  }
  return FromResolvedTable(relation, *table);
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

Frame Analyzer::Impl::InlineTable(const plan::Relation& relation, const plan::InlineTable& table, const Scope* outer) {
  std::vector<Attribute> none;
  ColumnIndex index(none);
  Scope scope;
  scope.input = &index;
  scope.outer = outer;
  size_t width = !table.names.empty() ? table.names.size() : table.rows.empty() ? 0 : table.rows[0].size();
  bool literals = true;
  TypedInlineTable node;
  std::vector<std::vector<DataType>> types(width);
  std::vector<std::string> firsts;
  for (size_t row = 0; row < table.rows.size(); ++row) {
    if (table.rows[row].size() != width) {
      // Spark finds it while it parses.
      throw Error(ErrorKind::kParse, "INVALID_INLINE_TABLE.NUM_COLUMNS_MISMATCH",
                  fmt::format("Invalid inline table. Inline table expected {} columns but found {} columns in row {}.", width,
                              table.rows[row].size(), row),
                  {{"expectedNumCols", std::to_string(width)},
                   {"actualNumCols", std::to_string(table.rows[row].size())},
                   {"rowIndex", std::to_string(row)}})
          .WithSqlState("42000")
          .WithContext(plan::ContextOf(relation.origin));
    }
    node.rows.emplace_back();
    for (size_t column = 0; column < width; ++column) {
      Resolved value = Resolve(table.rows[row][column], scope);
      if (!IsDeterministic(value.typed)) {
        throw AnalysisError("INVALID_INLINE_TABLE.CANNOT_EVALUATE_EXPRESSION_IN_INLINE_TABLE",
                            fmt::format("Invalid inline table. Cannot evaluate the expression {} in inline table definition.",
                                        QuotedExpression(value.sql)),
                            {{"expr", QuotedExpression(value.sql)}}, table.rows[row][column]->origin)
            .WithSqlState("42000");
      }
      literals = literals && As<TypedLiteral>(value.typed) != nullptr;
      types[column].push_back(value.typed->type);
      node.rows.back().push_back(value.typed);
    }
  }
  std::vector<Attribute> output;
  for (size_t column = 0; column < width; ++column) {
    std::optional<DataType> common = types[column].empty() ? TypeId::kNull : types[column][0];
    for (const auto& type : types[column]) {
      if (common) common = functions::WiderTypeWithoutStrings(*common, type, environment_.ansi);
    }
    std::string name = column < table.names.size() ? table.names[column] : fmt::format("col{}", column + 1);
    if (!common) {
      // A table of literals is made while Spark parses.
      throw Error(literals ? ErrorKind::kParse : ErrorKind::kAnalysis, "INVALID_INLINE_TABLE.INCOMPATIBLE_TYPES_IN_INLINE_TABLE",
                  fmt::format("Invalid inline table. Found incompatible types in the column {} for inline table.",
                              plan::QuotedName(name)),
                  {{"colName", plan::QuotedName(name)}})
          .WithSqlState("42000")
          .WithContext(plan::ContextOf(relation.origin));
    }
    bool nullable = false;
    for (auto& row : node.rows) {
      row[column] = CastTo(row[column], *common);
      nullable |= row[column]->nullable;
    }
    output.push_back({NewId(), name, *common, nullable, {}, {}, false});
  }
  return Finish(MakeTypedRelation(std::move(node), std::move(output), relation.plan_id), relation.plan_id, {});
}

Frame Analyzer::Impl::TableFunction(const plan::Relation& relation, const plan::TableFunction& call, const Scope* outer) {
  std::string name = LowerName(call.name.back());
  std::vector<Attribute> none;
  ColumnIndex index(none);
  Scope scope;
  scope.input = &index;
  scope.outer = outer;
  if (name == "range") {
    std::vector<int64_t> numbers;
    for (const auto& argument : call.arguments) {
      Resolved value = Resolve(argument, scope);
      if (!FoldConstant(value.typed)) {
        static constexpr const char* kNames[] = {"`start`", "`end`", "`step`", "`numSlices`"};
        size_t place = call.arguments.size() == 1 ? 1 : std::min<size_t>(numbers.size(), 3);
        std::string type = place == 3 ? "\"INT\"" : "\"BIGINT\"";
        throw AnalysisError("NON_FOLDABLE_ARGUMENT",
                            fmt::format("The function `range` requires the parameter {} to be a foldable expression of the type "
                                        "{}, but the actual argument is a non-foldable.",
                                        kNames[place], type),
                            {{"funcName", "`range`"}, {"paramName", kNames[place]}, {"paramType", type}}, relation.origin)
            .WithSqlState("42K08");
      }
      auto folded = FoldConstant(CastTo(value.typed, TypeId::kLong));
      if (!folded || folded->is_null() || !std::holds_alternative<int64_t>(folded->data)) {
        throw AnalysisError("UNEXPECTED_INPUT_TYPE",
                            fmt::format("Parameter of function `range` requires the \"BIGINT\" type, however {} has the type {}.",
                                        QuotedExpression(value.sql), QuotedType(value.typed->type)),
                            {{"functionName", "`range`"}, {"inputSql", QuotedExpression(value.sql)}}, relation.origin)
            .WithSqlState("42K09");
      }
      numbers.push_back(std::get<int64_t>(folded->data));
    }
    functions::Function shape;
    shape.min_arguments = 1;
    shape.max_arguments = 4;
    CheckArgumentCount(shape, "range", numbers.size(), relation.origin);
    TypedRange range{numbers.size() == 1 ? 0 : numbers[0], numbers.size() == 1 ? numbers[0] : numbers[1],
                     numbers.size() > 2 ? numbers[2] : 1,
                     numbers.size() > 3 ? std::optional<int32_t>(static_cast<int32_t>(numbers[3])) : std::nullopt};
    return Finish(MakeTypedRelation(range, NewAttributes({{"id", TypeId::kLong, false, {}}}), relation.plan_id), relation.plan_id,
                  {});
  }
  const functions::Function* function = table_.Find(name);
  if (function == nullptr && functions::IsMissing(name)) ThrowUnsupported("the table function " + name);
  if (function == nullptr || function->kind != functions::Kind::kGenerator) {
    throw AnalysisError(
        "UNRESOLVABLE_TABLE_VALUED_FUNCTION",
        fmt::format("Could not resolve {} to a table-valued function.\nPlease make sure that {} is defined as a "
                    "table-valued function and that all required parameters are provided correctly.\nIf {} is not "
                    "defined, please create the table-valued function before using it.\nFor more information about "
                    "defining table-valued functions, please refer to the Apache Spark documentation.",
                    plan::QuotedName(call.name), plan::QuotedName(call.name), plan::QuotedName(call.name)),
        {{"name", plan::QuotedName(call.name)}}, relation.origin)
        .WithSqlState("42883");
  }
  plan::FunctionCall written;
  written.name = call.name;
  written.arguments = call.arguments;
  Item item;
  Resolved resolved = ResolveCall(written, relation.origin, scope);
  item.typed = resolved.typed;
  item.sql = resolved.sql;
  std::vector<Item> items = {item};
  Frame frame = Finish(MakeTypedRelation(TypedOneRow{}, {}), -1, {});
  frame = ExtractGenerators(std::move(frame), items);
  return Finish(frame.relation, relation.plan_id, {});
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
