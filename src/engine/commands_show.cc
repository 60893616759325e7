#include "engine/precompiled.h"

#include <algorithm>

#include "base/error.h"
#include "catalog/errors.h"
#include "delta/clustering.h"
#include "engine/commands.h"
#include "engine/file_write.h"
#include "engine/identity.h"
#include "engine/relation_lookup.h"
#include "plan/names.h"
#include "storage/object_store.h"

namespace headrace::engine {

namespace {

using Rows = std::vector<std::vector<plan::Value>>;

std::string FullName(const catalog::TableInfo& info) {
  return info.name.catalog + "." + info.name.schema + "." + info.name.table;
}

std::string SchemaText(const catalog::SchemaName& name) { return IdentifierText(name.schema); }

Rows Schemas(CommandContext& context, const plan::Show& command) {
  std::string catalog_name = command.name.empty() ? context.session->current_catalog() : command.name[0];
  context.engine.catalog().GetCatalog(catalog_name);
  Rows rows;
  for (const auto& info : context.engine.catalog().ListSchemas(catalog_name)) {
    if (command.pattern && !catalog::MatchesPattern(info.name.schema, *command.pattern)) continue;
    rows.push_back({TextValue(SchemaText(info.name))});
  }
  return rows;
}

Rows Catalogs(CommandContext& context, const plan::Show& command) {
  Rows rows;
  for (const auto& info : context.engine.catalog().ListCatalogs()) {
    if (command.pattern && !catalog::MatchesPattern(info.name, *command.pattern)) continue;
    rows.push_back({TextValue(info.name)});
  }
  return rows;
}

std::string NamespaceOf(const FoundRelation& relation) {
  if (relation.global_temp) return catalog::kGlobalTemp;
  return relation.temp ? "" : relation.info->name.schema;
}

std::string NameOf(const FoundRelation& relation) { return relation.temp ? relation.temp->name : relation.info->name.table; }

/// The `information` of SHOW TABLE EXTENDED: one "Key: value" a line, then the schema as a tree.
std::string Information(CommandContext& context, const FoundRelation& relation) {
  std::string text;
  auto line = [&](const char* key, const std::string& value) { text += std::string(key) + ": " + value + "\n"; };
  if (relation.info) {
    line("Catalog", relation.info->name.catalog);
    line("Database", relation.info->name.schema);
  }
  line("Table", NameOf(relation));
  if (relation.info) {
    line("Owner", relation.info->owner);
    line("Type", relation.Type());
    if (!relation.is_view()) line("Provider", relation.info->provider);
    if (relation.info->comment) line("Comment", *relation.info->comment);
    if (!relation.is_view())
      line("Location", storage::Resolve(relation.info->location).Uri());
    else
      line("View Text", relation.info->view_text);
  } else {
    line("Type", "VIEW");
    if (!relation.temp->sql.empty()) line("View Text", relation.temp->sql);
  }
  text += "Schema: root\n";
  for (const auto& field : ColumnsOf(context, relation)) {
    text +=
        " |-- " + field.name + ": " + field.type.SimpleString() + " (nullable = " + (field.nullable ? "true" : "false") + ")\n";
  }
  return text + "\n\n";
}

Rows Tables(CommandContext& context, const plan::Show& command) {
  Rows rows;
  catalog::SchemaName schema = SchemaOfName(context, command.name);
  bool extended = command.what == "TABLE EXTENDED";
  for (const auto& relation : ListRelations(context, schema, command.pattern.value_or(""), command.what == "VIEWS")) {
    rows.push_back({TextValue(NamespaceOf(relation)), TextValue(NameOf(relation)), FlagValue(relation.temp != nullptr)});
    if (extended) rows.back().push_back(TextValue(Information(context, relation)));
  }
  return rows;
}

Rows Columns(CommandContext& context, const plan::Show& command) {
  Rows rows;
  for (const auto& field : ColumnsOf(context, GetRelation(context, command.name))) rows.push_back({TextValue(field.name)});
  return rows;
}

Rows TableProperties(CommandContext& context, const plan::Show& command) {
  FoundRelation relation = GetRelation(context, command.name);
  auto properties = PropertiesOf(context, relation);
  if (!command.key) {
    Rows rows;
    for (const auto& [key, value] : properties) rows.push_back({TextValue(key), TextValue(value)});
    return rows;
  }
  auto found = properties.find(*command.key);
  if (found != properties.end()) return {{TextValue(found->first), TextValue(found->second)}};
  std::string name = relation.info ? FullName(*relation.info) : NameOf(relation);
  return {{TextValue(*command.key), TextValue("Table " + name + " does not have property: " + *command.key)}};
}

/// The distinct values of the partition columns, as a query over them.
plan::RelationPtr PartitionsQuery(CommandContext& context, const plan::Show& command) {
  FoundRelation relation = GetRelation(context, command.name);
  if (relation.is_view()) throw catalog::ExpectTableNotView(command.name, "SHOW PARTITIONS");
  if (relation.info->partition_columns.empty()) {
    std::string name = FullName(*relation.info);
    throw Error(ErrorKind::kAnalysis, "DELTA_SHOW_PARTITION_IN_NON_PARTITIONED_TABLE",
                "SHOW PARTITIONS is not allowed on a table that is not partitioned: " + name, {{"tableName", name}})
        .WithSqlState("42809");
  }
  plan::ReadTable read;
  read.name = command.name;
  plan::Project project;
  project.input = plan::MakeRelation(std::move(read));
  for (const auto& column : relation.info->partition_columns) {
    plan::UnresolvedAttribute attribute;
    attribute.name = {column};
    project.expressions.push_back(plan::Make(std::move(attribute)));
  }
  plan::Deduplicate distinct;
  distinct.input = plan::MakeRelation(std::move(project));
  distinct.all_columns = true;
  return plan::MakeRelation(std::move(distinct));
}

Rows FileTablePartitions(CommandContext& context, const catalog::TableInfo& info) {
  if (info.partition_columns.empty()) {
    std::string name = plan::QuotedName(info.name.parts());
    throw Error(ErrorKind::kAnalysis, "INVALID_PARTITION_OPERATION.PARTITION_SCHEMA_IS_EMPTY",
                "The partition command is invalid. Table " + name + " is not partitioned.", {{"name", name}})
        .WithSqlState("42601");
  }
  Rows rows;
  for (auto& partition : FilePartitions(context, info)) rows.push_back({TextValue(std::move(partition))});
  return rows;
}

Rows Functions(const plan::Show& command) {
  Rows rows;
  if (command.key == "USER") return rows;  // Functions of sessions are not kept by name yet: CREATE FUNCTION is refused.
  for (auto& name : FunctionNames(command.pattern.value_or(""))) rows.push_back({TextValue(std::move(name))});
  return rows;
}

std::string Quoted(const std::string& text) {
  std::string out = "'";
  for (char c : text) out += c == '\'' ? std::string("\\'") : std::string(1, c);
  return out + "'";
}

/// What follows a column's type in CREATE TABLE: where its values come from.
std::string SourceText(const plan::StructField& field) {
  const json::value* text = field.metadata.if_contains("delta.generationExpression");
  if (text != nullptr) return " GENERATED ALWAYS AS (" + std::string(text->as_string()) + ")";
  if (IsIdentity(field)) {
    SinkIdentity identity = NumbersOf(field);
    return std::string(" GENERATED ") + (TakesExplicitIdentity(field) ? "BY DEFAULT" : "ALWAYS") + " AS IDENTITY (START WITH " +
           std::to_string(identity.first) + " INCREMENT BY " + std::to_string(identity.step) + ")";
  }
  text = field.metadata.if_contains("CURRENT_DEFAULT");
  return text != nullptr && text->is_string() ? " DEFAULT " + std::string(text->as_string()) : std::string();
}

/// A column's declared type.
std::string TypeText(const plan::StructField& field) {
  const json::value* declared = field.metadata.if_contains("__CHAR_VARCHAR_TYPE_STRING");
  return declared != nullptr ? duckdb::StringUtil::Upper(std::string(declared->as_string())) : field.type.Sql();
}

std::string ColumnList(const plan::Schema& schema, bool types, bool collation = false) {
  std::string text = " (";
  for (size_t i = 0; i < schema.size(); ++i) {
    text += (i == 0 ? "\n  " : ",\n  ") + IdentifierText(schema[i].name);
    // A view's columns have their names and comments only.
    if (types)
      text += " " + TypeText(schema[i]) + (collation && schema[i].type.IsString() ? " COLLATE UTF8_BINARY" : "") +
              (schema[i].nullable ? "" : " NOT NULL") + SourceText(schema[i]);
    if (auto comment = CommentOf(schema[i])) text += " COMMENT " + Quoted(*comment);
  }
  return text + ")\n";
}

std::string PropertyList(const std::string& keyword, const std::map<std::string, std::string>& properties) {
  std::string text = keyword + " (";
  bool first = true;
  for (const auto& [key, value] : properties) {
    text += (first ? "\n  " : ",\n  ") + Quoted(key) + " = " + Quoted(value);
    first = false;
  }
  return text + ")\n";
}

std::string CreateStatement(CommandContext& context, const FoundRelation& relation) {
  if (relation.temp) {
    throw Error(ErrorKind::kAnalysis, "EXPECT_PERMANENT_VIEW_NOT_TEMP",
                "'SHOW CREATE TABLE' expects a permanent view but " + plan::QuotedName(relation.temp->name) + " is a temp view.",
                {{"operation", "SHOW CREATE TABLE"}, {"viewName", plan::QuotedName(relation.given)}})
        .WithSqlState("42809");
  }
  const catalog::TableInfo& info = *relation.info;
  const bool is_file_table = !relation.is_view() && IsFileFormat(info.provider);
  std::string name =
      info.name.catalog == catalog::kSessionCatalog && !is_file_table ? "" : IdentifierText(info.name.catalog) + ".";
  name += IdentifierText(info.name.schema) + "." + IdentifierText(info.name.table);
  plan::Schema schema = ColumnsOf(context, relation);
  if (relation.is_view()) {
    std::string text = "CREATE VIEW " + name + ColumnList(schema, false);
    if (info.comment) text += "COMMENT " + Quoted(*info.comment) + "\n";
    if (!info.properties.empty()) text += PropertyList("TBLPROPERTIES", info.properties);
    return text + "WITH SCHEMA COMPENSATION\nAS " + info.view_text + "\n";
  }
  std::vector<plan::NameParts> clustering;
  if (!is_file_table) {
    // The log says what the columns of queries do not.
    auto snapshot = context.engine.tables().Open(info.location)->Update();
    schema = plan::DataType::FromJsonText(snapshot->metadata().schema_string).fields();
    clustering = delta::ClusteringColumns(*snapshot).value_or(std::vector<plan::NameParts>());
  }
  std::string text = "CREATE TABLE " + name + ColumnList(schema, true, is_file_table) + "USING " + info.provider + "\n";
  if (!info.options.empty()) text += PropertyList("OPTIONS", info.options);
  if (!info.partition_columns.empty()) {
    text += "PARTITIONED BY (";
    for (size_t i = 0; i < info.partition_columns.size(); ++i)
      text += (i == 0 ? "" : ", ") + IdentifierText(info.partition_columns[i]);
    text += ")\n";
  }
  if (!clustering.empty()) {
    text += "CLUSTER BY (";
    for (size_t i = 0; i < clustering.size(); ++i) {
      if (i > 0) text += ", ";
      for (size_t part = 0; part < clustering[i].size(); ++part)
        text += (part == 0 ? "" : ".") + IdentifierText(clustering[i][part]);
    }
    text += ")\n";
  }
  if (info.type == catalog::TableType::kExternal) text += "LOCATION " + Quoted(storage::Resolve(info.location).Uri()) + "\n";
  if (info.comment) text += "COMMENT " + Quoted(*info.comment) + "\n";
  auto properties = PropertiesOf(context, relation);
  const bool defaults = std::any_of(schema.begin(), schema.end(),
                                    [](const plan::StructField& field) { return field.metadata.contains("CURRENT_DEFAULT"); });
  if (defaults && !is_file_table) properties["delta.feature.allowColumnDefaults"] = "supported";
  if (!properties.empty()) text += PropertyList("TBLPROPERTIES", properties);
  return text;
}

}  // namespace

plan::Schema ShowSchema(CommandContext& context, const plan::Show& command) {
  const std::string& what = command.what;
  if (what == "SCHEMAS") return {TextColumn("namespace")};
  if (what == "CATALOGS") return {TextColumn("catalog")};
  if (what == "TABLES") return {TextColumn("namespace"), TextColumn("tableName"), FlagColumn("isTemporary")};
  if (what == "VIEWS") return {TextColumn("namespace"), TextColumn("viewName"), FlagColumn("isTemporary")};
  if (what == "TABLE EXTENDED")
    return {TextColumn("namespace"), TextColumn("tableName"), FlagColumn("isTemporary"), TextColumn("information")};
  if (what == "COLUMNS") return {TextColumn("col_name", !GetRelation(context, command.name).is_view())};
  if (what == "TBLPROPERTIES") return {TextColumn("key"), TextColumn("value")};
  if (what == "FUNCTIONS") return {TextColumn("function")};
  if (what == "CREATE TABLE") return {TextColumn("createtab_stmt")};
  if (what == "CURRENT SCHEMA") return {TextColumn("catalog"), TextColumn("namespace")};
  if (what == "PARTITIONS" && FindFileTable(context, command.name)) return {TextColumn("partition")};
  if (what == "PARTITIONS") return context.engine.AnalyzeSchema(context.session, PartitionsQuery(context, command));
  ThrowUnsupported("SHOW " + what);
}

CommandAnswer Run(CommandContext& context, const plan::Show& command) {
  auto file_table = command.what == "PARTITIONS" ? FindFileTable(context, command.name) : std::nullopt;
  if (command.what == "PARTITIONS" && !file_table) {
    return context.engine.Execute(context.session, PartitionsQuery(context, command), context.options);
  }
  plan::Schema schema = ShowSchema(context, command);
  Rows rows;
  if (command.what == "SCHEMAS")
    rows = Schemas(context, command);
  else if (command.what == "CATALOGS")
    rows = Catalogs(context, command);
  else if (file_table)
    rows = FileTablePartitions(context, *file_table);
  else if (command.what == "COLUMNS")
    rows = Columns(context, command);
  else if (command.what == "TBLPROPERTIES")
    rows = TableProperties(context, command);
  else if (command.what == "FUNCTIONS")
    rows = Functions(command);
  else if (command.what == "CREATE TABLE")
    rows = {{TextValue(CreateStatement(context, GetRelation(context, command.name)))}};
  else if (command.what == "CURRENT SCHEMA")
    rows = {{TextValue(context.session->current_catalog()), TextValue(context.session->current_schema())}};
  else
    rows = Tables(context, command);
  return context.engine.Rows(context.session, schema, std::move(rows), context.options);
}

}  // namespace headrace::engine
