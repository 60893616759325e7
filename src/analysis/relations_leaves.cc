#include <fmt/format.h>

#include <algorithm>

#include "analysis/analyzer_internal.h"
#include "analysis/parse_internal.h"
#include "analysis/scan_schema.h"

namespace headrace::analysis {

using plan::DataType;
using plan::TypeId;

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
    if (read.name.size() > 3 || (read.name.size() == 3 && !context_.HasCatalog(read.name[0]))) {
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

}  // namespace headrace::analysis
