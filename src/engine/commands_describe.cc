#include "engine/precompiled.h"

#include "base/error.h"
#include "engine/commands.h"
#include "engine/file_write.h"
#include "engine/relation_lookup.h"
#include "functions/catalogue.h"
#include "storage/object_store.h"

namespace headrace::engine {

namespace {

using Rows = std::vector<std::vector<plan::Value>>;

std::vector<plan::Value> Line(const std::string& name, const std::string& type, const std::optional<std::string>& comment) {
  return {TextValue(name), TextValue(type), TextOrNull(comment)};
}

Rows ColumnRows(const plan::Schema& schema) {
  Rows rows;
  for (const auto& field : schema) rows.push_back(Line(field.name, field.type.SimpleString(), CommentOf(field)));
  return rows;
}

/// "[a=1,b=2]".
std::string PropertyText(const std::map<std::string, std::string>& properties) {
  std::string text;
  for (const auto& [key, value] : properties) text += (text.empty() ? "[" : ",") + key + "=" + value;
  return text.empty() ? "[]" : text + "]";
}

void AddPartitions(const plan::Schema& schema, const catalog::TableInfo& info, Rows& rows) {
  if (info.partition_columns.empty()) return;
  rows.push_back(Line("# Partition Information", "", ""));
  rows.push_back(Line("# col_name", "data_type", "comment"));
  for (const auto& name : info.partition_columns) {
    for (const auto& field : schema) {
      if (duckdb::StringUtil::CIEquals(field.name, name))
        rows.push_back(Line(field.name, field.type.SimpleString(), CommentOf(field)));
    }
  }
}

void AddDetails(CommandContext& context, const FoundRelation& relation, Rows& rows) {
  const catalog::TableInfo& info = *relation.info;
  rows.push_back(Line("", "", ""));
  rows.push_back(Line("# Detailed Table Information", "", ""));
  rows.push_back(Line("Catalog", info.name.catalog, ""));
  if (!relation.is_view()) rows.push_back(Line("Namespace", info.name.schema, ""));
  rows.push_back(Line("Database", info.name.schema, ""));
  rows.push_back(Line("Table", info.name.table, ""));
  if (relation.is_view()) rows.push_back(Line("Owner", info.owner, ""));
  rows.push_back(Line("Type", relation.Type(), ""));
  if (info.comment) rows.push_back(Line("Comment", *info.comment, ""));
  if (relation.is_view()) {
    rows.push_back(Line("View Text", info.view_text, ""));
    rows.push_back(Line("View Original Text", info.view_text, ""));
    rows.push_back(Line("View Catalog and Namespace", info.view_catalog + "." + info.view_schema, ""));
    return;
  }
  rows.push_back(Line("Location", storage::Resolve(info.location).Uri(), ""));
  rows.push_back(Line("Provider", info.provider, ""));
  if (info.type == catalog::TableType::kManaged) rows.push_back(Line("Is_managed_location", "true", ""));
  if (auto size = info.properties.find(kTotalSize); size != info.properties.end()) {
    auto count = info.properties.find(kRowCount);
    rows.push_back(
        Line("Statistics", size->second + " bytes" + (count == info.properties.end() ? "" : ", " + count->second + " rows"), ""));
  }
  auto properties = PropertiesOf(context, relation);
  if (!properties.empty()) rows.push_back(Line("Table Properties", PropertyText(properties), ""));
}

Rows Table(CommandContext& context, const plan::Describe& command) {
  FoundRelation relation = GetRelation(context, command.name, true);
  plan::Schema schema = ColumnsOf(context, relation);
  Rows rows = ColumnRows(schema);
  if (!relation.info) return rows;
  AddPartitions(schema, *relation.info, rows);
  if (command.extended) AddDetails(context, relation, rows);
  return rows;
}

Rows Column(CommandContext& context, const plan::Describe& command) {
  GetRelation(context, command.name, true);
  plan::ReadTable read;
  read.name = command.name;
  plan::UnresolvedAttribute attribute;
  attribute.name = command.column;
  plan::Project project;
  project.input = plan::MakeRelation(std::move(read));
  project.expressions = {plan::Make(std::move(attribute))};
  plan::Schema schema = context.engine.AnalyzeSchema(context.session, plan::MakeRelation(std::move(project)));
  const plan::StructField& field = schema.at(0);
  return {{TextValue("col_name"), TextValue(field.name)},
          {TextValue("data_type"), TextValue(field.type.SimpleString())},
          {TextValue("comment"), TextValue(CommentOf(field).value_or("NULL"))}};
}

Rows Schema(CommandContext& context, const plan::Describe& command) {
  catalog::SchemaInfo info = context.engine.catalog().GetSchema(SchemaOfName(context, command.name));
  Rows rows = {{TextValue("Catalog Name"), TextValue(info.name.catalog)},
               {TextValue("Namespace Name"), TextValue(info.name.schema)},
               {TextValue("Comment"), TextValue(info.comment.value_or(""))},
               {TextValue("Location"), TextValue(storage::Resolve(info.location).Uri())},
               {TextValue("Owner"), TextValue(info.owner)}};
  if (command.extended) {
    std::string text;
    for (const auto& [key, value] : info.properties) text += (text.empty() ? "((" : ", (") + key + "," + value + ")";
    rows.push_back({TextValue("Properties"), TextValue(text.empty() ? "" : text + ")")});
  }
  return rows;
}

Rows Catalog(CommandContext& context, const plan::Describe& command) {
  catalog::CatalogInfo info = context.engine.catalog().GetCatalog(command.name.at(0));
  return {{TextValue("Catalog Name"), TextValue(info.name)},
          {TextValue("Comment"), TextValue(info.comment.value_or(""))},
          {TextValue("Owner"), TextValue(info.owner)}};
}

Rows Function(CommandContext& context, const plan::Describe& command) {
  auto function = FindFunction(command.name);
  if (!function) throw RoutineNotFound(context, command.name);
  Rows rows = {{TextValue("Function: " + function->name)}};
  if (!functions::IsSyntax(function->name)) rows.push_back({TextValue("Class: " + function->class_name)});
  rows.push_back({TextValue("Usage: " + function->usage)});
  if (command.extended) rows.push_back({TextValue("Extended Usage:\n    No example/argument for " + function->name + ".\n")});
  return rows;
}

}  // namespace

plan::Schema DescribeSchema(const plan::Describe& command) {
  if (command.kind == "FUNCTION") return {TextColumn("function_desc")};
  if (command.kind == "COLUMN") return {TextColumn("info_name"), TextColumn("info_value")};
  if (command.kind == "SCHEMA" || command.kind == "CATALOG") return {TextColumn("info_name"), TextColumn("info_value", true)};
  return {TextColumn("col_name"), TextColumn("data_type"), TextColumn("comment", true)};
}

CommandAnswer Run(CommandContext& context, const plan::Describe& command) {
  if (command.as_json) ThrowUnsupported("DESCRIBE ... AS JSON");
  if (command.kind == "CATALOG" && FindRelation(context, {"catalog"})) {
    // Spark has no DESCRIBE CATALOG: with a table of that name it is one of its columns.
    plan::Describe column;
    column.kind = "COLUMN";
    column.name = {"catalog"};
    column.column = command.name;
    return Run(context, column);
  }
  Rows rows;
  if (command.kind == "QUERY")
    rows = ColumnRows(context.engine.AnalyzeSchema(context.session, command.query));
  else if (command.kind == "COLUMN")
    rows = Column(context, command);
  else if (command.kind == "SCHEMA")
    rows = Schema(context, command);
  else if (command.kind == "CATALOG")
    rows = Catalog(context, command);
  else if (command.kind == "FUNCTION")
    rows = Function(context, command);
  else
    rows = Table(context, command);
  return context.engine.Rows(context.session, DescribeSchema(command), std::move(rows), context.options);
}

}  // namespace headrace::engine
