#include "engine/precompiled.h"

#include <functional>

#include "base/error.h"
#include "catalog/errors.h"
#include "engine/commands.h"
#include "engine/file_write.h"
#include "engine/relation_lookup.h"
#include "sql/parser.h"
#include "storage/object_store.h"

namespace headrace::engine {

namespace {

using analysis::TypedRelationPtr;
using Rows = std::vector<std::vector<plan::Value>>;

/// The arguments of one call.
class Arguments {
 public:
  Arguments(CommandContext& context, const plan::CatalogCall& call) : context_(context), call_(call) {}

  std::string Get(const char* name) const {
    auto found = call_.arguments.find(name);
    return found == call_.arguments.end() ? "" : found->second;
  }
  bool Flag(const char* name) const { return Get(name) == "true"; }
  /// A dotted name with quoted parts, as SQL writes it.
  plan::NameParts Name(const char* name) const { return sql::ParseMultipartIdentifier(Get(name)); }
  /// table_name, in db_name when that is given.
  plan::NameParts QualifiedName(const char* name) const {
    plan::NameParts parts = Name(name);
    if (Get("db_name").empty()) return parts;
    plan::NameParts schema = Name("db_name");
    schema.push_back(parts.back());
    return schema;
  }
  catalog::SchemaName Schema() const {
    return SchemaOfName(context_, Get("db_name").empty() ? plan::NameParts() : Name("db_name"));
  }

 private:
  CommandContext& context_;
  const plan::CatalogCall& call_;
};

TypedRelationPtr One(const char* name, plan::Value value, plan::DataType type) {
  return RowsRelation({{name, std::move(type), false, {}}}, {{std::move(value)}});
}
TypedRelationPtr Text(std::string text) { return One("value", TextValue(std::move(text)), plan::DataType::String()); }
TypedRelationPtr Flag(bool flag) { return One("value", FlagValue(flag), plan::TypeId::kBoolean); }
TypedRelationPtr Nothing() { return RowsRelation({}, {}); }

const plan::Schema& DatabaseSchema() {
  static const plan::Schema schema = {TextColumn("name", true), TextColumn("catalog", true), TextColumn("description", true),
                                      TextColumn("locationUri", true)};
  return schema;
}

std::vector<plan::Value> DatabaseRow(const catalog::SchemaInfo& info) {
  return {TextValue(info.name.schema), TextValue(info.name.catalog), TextValue(info.comment.value_or("")),
          TextValue(storage::Resolve(info.location).Uri())};
}

const plan::Schema& TableSchema() {
  static const plan::Schema schema = {TextColumn("name", true),
                                      TextColumn("catalog", true),
                                      {"namespace", plan::DataType::Array(plan::DataType::String()), true, {}},
                                      TextColumn("description", true),
                                      TextColumn("tableType", true),
                                      FlagColumn("isTemporary")};
  return schema;
}

std::vector<plan::Value> TableRow(const FoundRelation& relation) {
  std::vector<plan::Value> schemas;
  if (relation.info) schemas.push_back(TextValue(relation.info->name.schema));
  if (relation.global_temp) schemas.push_back(TextValue(catalog::kGlobalTemp));
  return {TextValue(relation.temp ? relation.temp->name : relation.info->name.table),
          relation.info ? TextValue(relation.info->name.catalog) : plan::Value(),
          plan::Value(plan::Value::Data(std::move(schemas))),
          TextOrNull(relation.temp ? relation.temp->comment : relation.info->comment),
          TextValue(relation.Type()),
          FlagValue(relation.temp != nullptr)};
}

const plan::Schema& FunctionSchema() {
  static const plan::Schema schema = {TextColumn("name", true),
                                      TextColumn("catalog", true),
                                      {"namespace", plan::DataType::Array(plan::DataType::String()), true, {}},
                                      TextColumn("description", true),
                                      TextColumn("className", true),
                                      FlagColumn("isTemporary")};
  return schema;
}

std::vector<plan::Value> FunctionRow(const std::string& name) {
  auto function = FindFunction({name});
  return {TextValue(name), {}, {}, TextValue(function->usage), TextValue(function->class_name), FlagValue(true)};
}

std::optional<FoundFunction> CalledFunction(const Arguments& arguments) {
  plan::NameParts name = arguments.Name("function_name");
  if (!arguments.Get("db_name").empty()) name.insert(name.begin(), arguments.Get("db_name"));
  return FindFunction(name);
}

plan::RelationPtr Reading(const plan::NameParts& name) {
  plan::ReadTable read;
  read.name = name;
  return plan::MakeRelation(std::move(read));
}

// ---- Lists

TypedRelationPtr ListDatabases(CommandContext& context, const Arguments& arguments) {
  Rows rows;
  std::string pattern = arguments.Get("pattern");
  for (const auto& info : context.engine.catalog().ListSchemas(context.session->current_catalog())) {
    if (pattern.empty() || catalog::MatchesPattern(info.name.schema, pattern)) rows.push_back(DatabaseRow(info));
  }
  return RowsRelation(DatabaseSchema(), std::move(rows));
}

TypedRelationPtr ListTables(CommandContext& context, const Arguments& arguments, bool only_views) {
  Rows rows;
  for (const auto& relation : ListRelations(context, arguments.Schema(), arguments.Get("pattern"), only_views))
    rows.push_back(TableRow(relation));
  return RowsRelation(TableSchema(), std::move(rows));
}

TypedRelationPtr ListFunctions(CommandContext& context, const Arguments& arguments) {
  if (!arguments.Get("db_name").empty()) context.engine.catalog().GetSchema(arguments.Schema());
  Rows rows;
  for (const auto& name : FunctionNames(arguments.Get("pattern"))) rows.push_back(FunctionRow(name));
  return RowsRelation(FunctionSchema(), std::move(rows));
}

TypedRelationPtr ListCatalogs(CommandContext& context, const Arguments& arguments) {
  Rows rows;
  std::string pattern = arguments.Get("pattern");
  for (const auto& info : context.engine.catalog().ListCatalogs()) {
    if (pattern.empty() || catalog::MatchesPattern(info.name, pattern))
      rows.push_back({TextValue(info.name), TextOrNull(info.comment)});
  }
  return RowsRelation({TextColumn("name", true), TextColumn("description", true)}, std::move(rows));
}

TypedRelationPtr ListColumns(CommandContext& context, const Arguments& arguments) {
  FoundRelation relation = GetRelation(context, arguments.QualifiedName("table_name"));
  auto in = [](const std::vector<std::string>& names, const std::string& name) {
    for (const auto& one : names) {
      if (duckdb::StringUtil::CIEquals(one, name)) return true;
    }
    return false;
  };
  Rows rows;
  for (const auto& field : ColumnsOf(context, relation)) {
    rows.push_back({TextValue(field.name), TextOrNull(CommentOf(field)), TextValue(field.type.SimpleString()),
                    FlagValue(field.nullable), FlagValue(relation.info && in(relation.info->partition_columns, field.name)),
                    FlagValue(false), FlagValue(relation.info && in(relation.info->clustering_columns, field.name))});
  }
  return RowsRelation({TextColumn("name", true), TextColumn("description", true), TextColumn("dataType", true),
                       FlagColumn("nullable"), FlagColumn("isPartition"), FlagColumn("isBucket"), FlagColumn("isCluster")},
                      std::move(rows));
}

// ---- Changes, by the commands that SQL has for them

template <typename T>
TypedRelationPtr Command(CommandContext& context, const T& command) {
  Run(context, command);
  return Nothing();
}

TypedRelationPtr CreateTable(CommandContext& context, const plan::CatalogCall& call, const Arguments& arguments) {
  plan::CreateTable create;
  create.name = arguments.Name("table_name");
  create.provider = arguments.Get("source");
  create.options = call.options;
  std::string path = arguments.Get("path");
  for (const auto& [key, value] : call.options) {
    if (path.empty() && duckdb::StringUtil::CIEquals(key, "path")) path = value;
  }
  for (auto option = create.options.begin(); option != create.options.end();) {
    option = duckdb::StringUtil::CIEquals(option->first, "path") ? create.options.erase(option) : std::next(option);
  }
  if (!path.empty()) create.location = path;
  if (!arguments.Get("description").empty()) create.comment = arguments.Get("description");
  if (call.schema) {
    for (const auto& field : *call.schema) {
      plan::ColumnDefinition column;
      column.field = field;
      create.columns.push_back(std::move(column));
    }
  }
  plan::NameParts name = create.name;
  Run(context, create);
  SessionAnalysis analysis(context.engine, context.session, context.options);
  return analysis.analyzer().Analyze(Reading(name));
}

TypedRelationPtr Drop(CommandContext& context, const Arguments& arguments, const char* kind, const char* name) {
  plan::DropObject drop;
  drop.kind = kind;
  drop.name = arguments.Name(name);
  drop.if_exists = arguments.Flag("if_exists");
  drop.cascade = arguments.Flag("cascade");
  return Command(context, drop);
}

TypedRelationPtr CreateDatabase(CommandContext& context, const plan::CatalogCall& call, const Arguments& arguments) {
  plan::CreateNamespace create;
  create.kind = "SCHEMA";
  create.name = arguments.Name("db_name");
  create.if_not_exists = arguments.Flag("if_not_exists");
  for (const auto& [key, value] : call.options) {
    if (key == "comment")
      create.comment = value;
    else if (key == "location")
      create.location = value;
    else
      create.properties[key] = value;
  }
  return Command(context, create);
}

TypedRelationPtr SetDatabase(CommandContext& context, const Arguments& arguments) {
  catalog::SchemaInfo info = context.engine.catalog().GetSchema(arguments.Schema());
  context.session->SetCurrent(info.name.catalog, info.name.schema);
  return Nothing();
}

TypedRelationPtr Cache(CommandContext& context, const Arguments& arguments, const char* kind) {
  plan::CacheCommand cache;
  cache.kind = kind;
  cache.name = arguments.Name("table_name");
  return Command(context, cache);
}

TypedRelationPtr ShowRows(CommandContext& context, const char* what, const plan::NameParts& name) {
  plan::Show show;
  show.what = what;
  show.name = name;
  SessionAnalysis analysis(context.engine, context.session, context.options);
  return analysis.RunCommand(*plan::MakeCommand(std::move(show)));
}

/// "p=1/q=x", as SHOW PARTITIONS writes partitions of tables in the catalog.
TypedRelationPtr ListPartitions(CommandContext& context, const Arguments& arguments) {
  plan::NameParts name = arguments.Name("table_name");
  auto typed = ShowRows(context, "PARTITIONS", name);
  if (FindFileTable(context, name)) return typed;
  plan::Schema schema = SchemaOf(*typed);
  Rows rows;
  for (const auto& row : context.engine.Collect(context.session, typed, context.options)) {
    std::string text;
    for (size_t i = 0; i < schema.size(); ++i) {
      std::string value = "__HIVE_DEFAULT_PARTITION__";
      if (const auto* string = std::get_if<std::string>(&row[i].data))
        value = *string;
      else if (const auto* integer = std::get_if<int64_t>(&row[i].data))
        value = std::to_string(*integer);
      else if (!row[i].is_null())
        ThrowUnsupported("Catalog.listPartitions by a column of type " + schema[i].type.Sql());
      text += (text.empty() ? "" : "/") + schema[i].name + "=" + value;
    }
    rows.push_back({TextValue(text)});
  }
  return RowsRelation({TextColumn("partition")}, std::move(rows));
}

using Handler = std::function<TypedRelationPtr(CommandContext&, const plan::CatalogCall&, const Arguments&)>;

const std::map<std::string, Handler>& Handlers() {
  using Context = CommandContext&;
  using Call = const plan::CatalogCall&;
  using In = const Arguments&;
  static const std::map<std::string, Handler> handlers = {
      {"current_catalog", [](Context c, Call, In) { return Text(c.session->current_catalog()); }},
      {"current_database", [](Context c, Call, In) { return Text(c.session->current_schema()); }},
      {"set_current_catalog",
       [](Context c, Call, In in) {
         catalog::CatalogInfo info = c.engine.catalog().GetCatalog(in.Get("catalog_name"));
         c.session->SetCurrent(info.name, catalog::kDefaultSchema);
         return Nothing();
       }},
      {"set_current_database", [](Context c, Call, In in) { return SetDatabase(c, in); }},
      {"list_catalogs", [](Context c, Call, In in) { return ListCatalogs(c, in); }},
      {"list_databases", [](Context c, Call, In in) { return ListDatabases(c, in); }},
      {"list_tables", [](Context c, Call, In in) { return ListTables(c, in, false); }},
      {"list_views", [](Context c, Call, In in) { return ListTables(c, in, true); }},
      {"list_functions", [](Context c, Call, In in) { return ListFunctions(c, in); }},
      {"list_columns", [](Context c, Call, In in) { return ListColumns(c, in); }},
      {"list_partitions", [](Context c, Call, In in) { return ListPartitions(c, in); }},
      {"get_database",
       [](Context c, Call, In in) {
         return RowsRelation(DatabaseSchema(), {DatabaseRow(c.engine.catalog().GetSchema(in.Schema()))});
       }},
      {"get_table",
       [](Context c, Call, In in) {
         return RowsRelation(TableSchema(), {TableRow(GetRelation(c, in.QualifiedName("table_name")))});
       }},
      {"get_function",
       [](Context c, Call, In in) {
         auto function = CalledFunction(in);
         if (!function) throw RoutineNotFound(c, in.Name("function_name"));
         return RowsRelation(FunctionSchema(), {FunctionRow(function->name)});
       }},
      {"get_table_properties", [](Context c, Call, In in) { return ShowRows(c, "TBLPROPERTIES", in.Name("table_name")); }},
      {"get_create_table_string", [](Context c, Call, In in) { return ShowRows(c, "CREATE TABLE", in.Name("table_name")); }},
      {"database_exists", [](Context c, Call, In in) { return Flag(c.engine.catalog().FindSchema(in.Schema()).has_value()); }},
      {"table_exists", [](Context c, Call, In in) { return Flag(FindRelation(c, in.QualifiedName("table_name")).has_value()); }},
      {"function_exists", [](Context, Call, In in) { return Flag(CalledFunction(in).has_value()); }},
      {"create_table", [](Context c, Call call, In in) { return CreateTable(c, call, in); }},
      {"create_external_table", [](Context c, Call call, In in) { return CreateTable(c, call, in); }},
      {"create_database", [](Context c, Call call, In in) { return CreateDatabase(c, call, in); }},
      {"drop_database", [](Context c, Call, In in) { return Drop(c, in, "SCHEMA", "db_name"); }},
      {"drop_table", [](Context c, Call, In in) { return Drop(c, in, "TABLE", "table_name"); }},
      {"drop_view", [](Context c, Call, In in) { return Drop(c, in, "VIEW", "view_name"); }},
      {"drop_temp_view", [](Context c, Call, In in) { return Flag(c.session->temp_views().Drop(in.Get("view_name"))); }},
      {"drop_global_temp_view",
       [](Context c, Call, In in) { return Flag(c.session->global_temp_views().Drop(in.Get("view_name"))); }},
      {"truncate_table",
       [](Context c, Call, In in) {
         plan::Truncate truncate;
         truncate.table = in.Name("table_name");
         return Command(c, truncate);
       }},
      {"analyze_table",
       [](Context c, Call, In in) {
         plan::AnalyzeTable analyze;
         analyze.name = in.Name("table_name");
         return Command(c, analyze);
       }},
      {"is_cached",
       [](Context c, Call, In in) {
         GetRelation(c, in.Name("table_name"), true);
         StorageLevel level = c.engine.GetStorageLevel(c.session, Reading(in.Name("table_name")));
         return Flag(level.use_memory || level.use_disk);
       }},
      {"cache_table", [](Context c, Call, In in) { return Cache(c, in, "CACHE"); }},
      {"uncache_table", [](Context c, Call, In in) { return Cache(c, in, "UNCACHE"); }},
      {"clear_cache",
       [](Context c, Call, In) {
         ClearCache(c.session);
         return Nothing();
       }},
      {"refresh_table",
       [](Context c, Call, In in) {
         GetRelation(c, in.Name("table_name"), true);  // Every query reads the newest version; only the name can be wrong.
         return Nothing();
       }},
      {"refresh_by_path", [](Context, Call, In) { return Nothing(); }},
      {"recover_partitions",
       [](Context c, Call, In in) {
         // Folders are listed by every query: nothing is kept that could be out of date.
         if (GetRelation(c, in.Name("table_name")).is_view())
           throw catalog::ExpectTableNotView(in.Name("table_name"), "recoverPartitions()");
         return Nothing();
       }},
  };
  return handlers;
}

}  // namespace

TypedRelationPtr RunCatalogCall(CommandContext& context, const plan::CatalogCall& call) {
  auto found = Handlers().find(call.operation);
  if (found == Handlers().end()) ThrowUnsupported("Catalog." + call.operation);
  return found->second(context, call, Arguments(context, call));
}

}  // namespace headrace::engine
