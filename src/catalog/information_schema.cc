#include <algorithm>

#include "catalog/catalog.h"
#include "catalog/catalog_internal.h"

namespace headrace::catalog {

namespace {

using plan::DataType;
using plan::TypeId;
using plan::Value;

Value Text(const std::string& text) { return Value(Value::Data(text)); }
Value Text(const std::optional<std::string>& text) { return text ? Text(*text) : Value(); }
Value Number(int64_t number) { return Value(Value::Data(number)); }

plan::Schema Strings(std::initializer_list<const char*> names) {
  plan::Schema schema;
  for (const char* name : names) schema.push_back({name, TypeId::kString, true, {}});
  return schema;
}

/// Gives the columns that hold instants or positions their type.
plan::Schema With(plan::Schema schema, std::initializer_list<const char*> names, TypeId type) {
  for (auto& field : schema) {
    if (std::find(names.begin(), names.end(), field.name) != names.end()) field.type = type;
  }
  return schema;
}

/// "DECIMAL" of decimal(10,2): the type without its parameters.
std::string BaseType(const DataType& type) {
  std::string name = type.Sql();
  return name.substr(0, name.find_first_of("(<"));
}

SystemRelation Catalogs(const std::vector<CatalogInfo>& catalogs) {
  SystemRelation relation{With(Strings({"catalog_name", "catalog_owner", "comment", "created"}), {"created"}, TypeId::kTimestamp),
                          {}};
  for (const auto& info : catalogs) {
    relation.rows.push_back({Text(info.name), Text(info.owner), Text(info.comment), Number(info.created_micros)});
  }
  return relation;
}

SystemRelation Schemata(const std::vector<SchemaInfo>& schemas) {
  SystemRelation relation{
      With(Strings({"catalog_name", "schema_name", "schema_owner", "comment", "created"}), {"created"}, TypeId::kTimestamp), {}};
  for (const auto& info : schemas) {
    relation.rows.push_back(
        {Text(info.name.catalog), Text(info.name.schema), Text(info.owner), Text(info.comment), Number(info.created_micros)});
  }
  return relation;
}

std::string Upper(std::string text) {
  for (char& c : text) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  return text;
}

SystemRelation Tables(const std::vector<TableInfo>& tables) {
  static const char* const kTypes[] = {"MANAGED", "EXTERNAL", "VIEW"};
  SystemRelation relation{
      With(Strings({"table_catalog", "table_schema", "table_name", "table_type", "is_insertable_into", "table_owner", "comment",
                    "created", "last_altered", "data_source_format", "storage_path"}),
           {"created", "last_altered"}, TypeId::kTimestamp),
      {}};
  for (const auto& info : tables) {
    relation.rows.push_back(
        {Text(info.name.catalog), Text(info.name.schema), Text(info.name.table),
         Text(std::string(kTypes[static_cast<int>(info.type)])), Text(std::string(info.is_view() ? "NO" : "YES")),
         Text(info.owner), Text(info.comment), Number(info.created_micros), Number(info.altered_micros),
         info.is_view() ? Value() : Text(Upper(info.provider)), info.is_view() ? Value() : Text(info.location)});
  }
  return relation;
}

SystemRelation Columns(const std::vector<TableInfo>& tables) {
  SystemRelation relation{
      With(Strings({"table_catalog", "table_schema", "table_name", "column_name", "ordinal_position", "column_default",
                    "is_nullable", "full_data_type", "data_type", "partition_index", "comment"}),
           {"ordinal_position", "partition_index"}, TypeId::kInteger),
      {}};
  for (const auto& info : tables) {
    for (size_t i = 0; i < info.schema.size(); ++i) {
      const auto& field = info.schema[i];
      auto text_of = [&](const char* key) {
        const json::value* value = field.metadata.if_contains(key);
        return value != nullptr && value->is_string() ? Text(std::string(value->as_string())) : Value();
      };
      auto partition = std::find(info.partition_columns.begin(), info.partition_columns.end(), field.name);
      relation.rows.push_back(
          {Text(info.name.catalog), Text(info.name.schema), Text(info.name.table), Text(field.name),
           Number(static_cast<int64_t>(i)), text_of("CURRENT_DEFAULT"), Text(std::string(field.nullable ? "YES" : "NO")),
           Text(field.type.SimpleString()), Text(BaseType(field.type)),
           partition == info.partition_columns.end() ? Value() : Number(partition - info.partition_columns.begin()),
           text_of("comment")});
    }
  }
  return relation;
}

SystemRelation Views(const std::vector<TableInfo>& tables) {
  SystemRelation relation{Strings({"table_catalog", "table_schema", "table_name", "view_definition", "check_option",
                                   "is_updatable", "is_insertable_into"}),
                          {}};
  for (const auto& info : tables) {
    if (!info.is_view()) continue;
    relation.rows.push_back({Text(info.name.catalog), Text(info.name.schema), Text(info.name.table), Text(info.view_text),
                             Text(std::string("NONE")), Text(std::string("NO")), Text(std::string("NO"))});
  }
  return relation;
}

}  // namespace

std::optional<SystemRelation> Catalog::FindSystemRelation(const TableName& name) {
  if (LowerCase(name.schema) != kInformationSchema) return std::nullopt;
  std::string table = LowerCase(name.table);
  if (table == "catalogs") return Catalogs({GetCatalog(name.catalog)});
  bool known = table == "schemata" || table == "tables" || table == "columns" || table == "views";
  if (!known) return std::nullopt;
  std::vector<SchemaInfo> schemas = ListSchemas(name.catalog);
  if (table == "schemata") return Schemata(schemas);
  std::vector<TableInfo> tables;
  for (const auto& schema : schemas) {
    // A schema dropped meanwhile has no tables.
    if (!FindSchema(schema.name)) continue;
    for (auto& info : ListTables(schema.name)) tables.push_back(std::move(info));
  }
  if (table == "tables") return Tables(tables);
  return table == "columns" ? Columns(tables) : Views(tables);
}

}  // namespace headrace::catalog
