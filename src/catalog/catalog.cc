#include "catalog/catalog.h"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <regex>
#include <utility>

#include "base/error.h"
#include "base/ids.h"
#include "base/json.h"
#include "catalog/catalog_internal.h"
#include "catalog/errors.h"
#include "plan/names.h"

namespace headrace::catalog {

using metastore::Connection;
using metastore::Statement;

namespace {

const std::vector<metastore::Metastore::Migration>& Migrations() {
  static const std::vector<metastore::Metastore::Migration> steps = {
      R"sql(
      CREATE TABLE catalog_catalogs (
        name TEXT PRIMARY KEY, comment TEXT, owner TEXT NOT NULL, created_micros INTEGER NOT NULL, properties TEXT NOT NULL);
      CREATE TABLE catalog_schemas (
        catalog TEXT NOT NULL, name TEXT NOT NULL, comment TEXT, location TEXT NOT NULL, owner TEXT NOT NULL,
        created_micros INTEGER NOT NULL, properties TEXT NOT NULL, PRIMARY KEY (catalog, name));
      CREATE TABLE catalog_tables (
        id TEXT PRIMARY KEY, catalog TEXT NOT NULL, schema_name TEXT NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL,
        provider TEXT NOT NULL, location TEXT NOT NULL, columns TEXT NOT NULL, owner TEXT NOT NULL,
        created_micros INTEGER NOT NULL, altered_micros INTEGER NOT NULL, details TEXT NOT NULL);
      CREATE UNIQUE INDEX catalog_tables_name ON catalog_tables (catalog, schema_name, name);
      CREATE TABLE catalog_removals (location TEXT PRIMARY KEY);
      )sql"};
  return steps;
}

const char* const kTypeNames[] = {"MANAGED", "EXTERNAL", "VIEW"};

json::object FromProperties(const Properties& properties) {
  json::object object;
  for (const auto& [key, value] : properties) object[key] = value;
  return object;
}

Properties ToProperties(const json::value& value) {
  Properties properties;
  for (const auto& member : value.as_object()) properties[std::string(member.key())] = std::string(member.value().as_string());
  return properties;
}

json::array FromNames(const std::vector<std::string>& names) {
  json::array array;
  for (const auto& name : names) array.push_back(json::string(name));
  return array;
}

std::vector<std::string> ToNames(const json::value& value) {
  std::vector<std::string> names;
  for (const auto& name : value.as_array()) names.emplace_back(name.as_string());
  return names;
}

std::string PropertiesText(const Properties& properties) { return json::serialize(FromProperties(properties)); }
Properties PropertiesOf(std::string_view text) { return ToProperties(ParseJson(text)); }

std::string ColumnsText(const plan::Schema& schema) { return json::serialize(plan::DataType::Struct(schema).ToJson()); }

/// What is not searched for lives in one JSON column, so that a new detail needs no migration.
std::string DetailsText(const TableInfo& info) {
  json::object details{{"properties", FromProperties(info.properties)},
                       {"options", FromProperties(info.options)},
                       {"partitionColumns", FromNames(info.partition_columns)},
                       {"clusteringColumns", FromNames(info.clustering_columns)}};
  if (info.comment) details["comment"] = *info.comment;
  if (info.is_view()) {
    details["viewText"] = info.view_text;
    details["viewCatalog"] = info.view_catalog;
    details["viewSchema"] = info.view_schema;
    details["viewSettings"] = FromProperties(info.view_settings);
    details["viewQueryColumns"] = FromNames(info.view_query_columns);
  }
  return json::serialize(details);
}

constexpr char kTableColumns[] =
    "id, catalog, schema_name, name, type, provider, location, columns, owner, created_micros, altered_micros, details";

TableInfo ReadTable(const Statement& row) {
  TableInfo info;
  info.id = row.Text(0);
  info.name = {row.Text(1), row.Text(2), row.Text(3)};
  auto type = std::find(std::begin(kTypeNames), std::end(kTypeNames), row.View(4));
  if (type == std::end(kTypeNames)) ThrowInternal("catalog: an unknown table type in the metastore");
  info.type = static_cast<TableType>(type - std::begin(kTypeNames));
  info.provider = row.Text(5);
  info.location = row.Text(6);
  info.schema = plan::DataType::FromJsonText(row.View(7)).fields();
  info.owner = row.Text(8);
  info.created_micros = row.Int64(9);
  info.altered_micros = row.Int64(10);
  json::value parsed = ParseJson(row.View(11));
  const json::object& details = parsed.as_object();
  info.properties = ToProperties(details.at("properties"));
  info.options = ToProperties(details.at("options"));
  info.partition_columns = ToNames(details.at("partitionColumns"));
  info.clustering_columns = ToNames(details.at("clusteringColumns"));
  if (const auto* comment = details.if_contains("comment")) info.comment = std::string(comment->as_string());
  if (info.is_view()) {
    info.view_text = details.at("viewText").as_string();
    info.view_catalog = details.at("viewCatalog").as_string();
    info.view_schema = details.at("viewSchema").as_string();
    info.view_settings = ToProperties(details.at("viewSettings"));
    info.view_query_columns = ToNames(details.at("viewQueryColumns"));
  }
  return info;
}

CatalogInfo ReadCatalog(const Statement& row) {
  return {row.Text(0), row.OptionalText(1), row.Text(2), row.Int64(3), PropertiesOf(row.View(4))};
}

SchemaInfo ReadSchema(const Statement& row) {
  return {{row.Text(0), row.Text(1)}, row.OptionalText(2), row.Text(3), row.Text(4), row.Int64(5), PropertiesOf(row.View(6))};
}

bool CatalogExists(Connection& db, const std::string& name) {
  Statement statement = db.Query("SELECT 1 FROM catalog_catalogs WHERE name = ?", name);
  return statement.Step();
}

std::optional<SchemaInfo> SchemaIn(Connection& db, const SchemaName& name) {
  Statement statement = db.Query(
      "SELECT catalog, name, comment, location, owner, created_micros, properties FROM catalog_schemas WHERE catalog = ? AND "
      "name = ?",
      name.catalog, name.schema);
  if (!statement.Step()) return std::nullopt;
  return ReadSchema(statement);
}

std::optional<TableInfo> TableIn(Connection& db, const TableName& name) {
  Statement statement =
      db.Query(fmt::format("SELECT {} FROM catalog_tables WHERE catalog = ? AND schema_name = ? AND name = ?", kTableColumns),
               name.catalog, name.schema, name.table);
  if (!statement.Step()) return std::nullopt;
  return ReadTable(statement);
}

/// The error for a table that is not there names what is missing first: catalog, schema, table.
void RequireSchema(Connection& db, const SchemaName& name) {
  if (!CatalogExists(db, name.catalog)) throw CatalogNotFound(name.catalog);
  if (!SchemaIn(db, name)) throw SchemaNotFound(name.parts());
}

void InsertTable(Connection& db, const TableInfo& info) {
  db.Run(fmt::format("INSERT INTO catalog_tables ({}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", kTableColumns), info.id,
         info.name.catalog, info.name.schema, info.name.table, kTypeNames[static_cast<int>(info.type)], info.provider,
         info.location, ColumnsText(info.schema), info.owner, info.created_micros, info.altered_micros, DetailsText(info));
}

/// Notes the folder of a dropped managed table; it is removed once the transaction is committed.
void NoteRemoval(Connection& db, const TableInfo& info) {
  if (info.type != TableType::kManaged || info.location.empty()) return;
  db.Run("INSERT INTO catalog_removals (location) VALUES (?) ON CONFLICT DO NOTHING", info.location);
}

void RemoveLocalTree(const std::string& location) {
  std::string path = location.rfind("file:", 0) == 0 ? location.substr(5) : location;
  while (path.rfind("//", 0) == 0) path.erase(0, 1);
  std::error_code failure;
  std::filesystem::remove_all(path, failure);
  if (failure) {
    throw Error(ErrorKind::kInternal, "INTERNAL_ERROR", fmt::format("cannot remove {}: {}", path, failure.message()));
  }
}

std::string ProcessUser() {
  const passwd* entry = getpwuid(geteuid());
  return entry != nullptr ? entry->pw_name : std::to_string(geteuid());
}

}  // namespace

std::string LowerCase(std::string text) {
  for (char& c : text) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return text;
}

bool MatchesPattern(const std::string& name, const std::string& pattern) {
  std::string subject = LowerCase(name);
  std::string rest = LowerCase(pattern);
  for (size_t start = 0; start <= rest.size();) {
    size_t end = std::min(rest.find('|', start), rest.size());
    std::string part = rest.substr(start, end - start);
    while (!part.empty() && part.front() == ' ') part.erase(0, 1);
    while (!part.empty() && part.back() == ' ') part.pop_back();
    std::string expression;
    for (char c : part) expression += c == '*' ? std::string(".*") : std::string(1, c);
    try {
      if (std::regex_match(subject, std::regex(expression))) return true;
    } catch (const std::regex_error&) {
      // Spark ignores alternatives that are no pattern.
    }
    start = end + 1;
  }
  return false;
}

Catalog::Catalog(metastore::Metastore* store, Options options) : store_(store), options_(std::move(options)) {
  if (!options_.clock) options_.clock = SystemClock();
  if (options_.owner.empty()) options_.owner = ProcessUser();
  if (!options_.remove_tree) options_.remove_tree = RemoveLocalTree;
  store_->Migrate("catalog", Migrations());
  int64_t now = options_.clock->NowMicros();
  store_->Write([&](Connection& db) {
    db.Run(
        "INSERT INTO catalog_catalogs (name, comment, owner, created_micros, properties) VALUES (?, NULL, ?, ?, '{}') "
        "ON CONFLICT DO NOTHING",
        kSessionCatalog, options_.owner, now);
    db.Run(
        "INSERT INTO catalog_schemas (catalog, name, comment, location, owner, created_micros, properties) "
        "VALUES (?, ?, 'default database', ?, ?, ?, '{}') ON CONFLICT DO NOTHING",
        kSessionCatalog, kDefaultSchema, options_.warehouse, options_.owner, now);
  });
  SweepRemovals();
}

void Catalog::SweepRemovals() {
  auto locations = store_->Read([](Connection& db) {
    std::vector<std::string> list;
    Statement statement = db.Query("SELECT location FROM catalog_removals");
    while (statement.Step()) list.push_back(statement.Text(0));
    return list;
  });
  for (const auto& location : locations) {
    options_.remove_tree(location);
    store_->Write([&](Connection& db) { db.Run("DELETE FROM catalog_removals WHERE location = ?", location); });
  }
}

TableName Catalog::Qualify(const plan::NameParts& name, const SchemaName& current) {
  if (name.empty() || name.size() > 3) {
    throw Error(ErrorKind::kAnalysis, "IDENTIFIER_TOO_MANY_NAME_PARTS",
                fmt::format("{} is not a valid identifier as it has more than 3 name parts.", plan::QuotedName(name)),
                {{"identifier", plan::QuotedName(name)}, {"limit", "3"}});
  }
  size_t extra = 3 - name.size();
  TableName full;
  full.catalog = LowerCase(extra > 0 ? current.catalog : name[0]);
  full.schema = LowerCase(extra > 1 ? current.schema : name[1 - extra]);
  full.table = LowerCase(name.back());
  return full;
}

SchemaName Catalog::QualifySchema(const plan::NameParts& name, const SchemaName& current) {
  if (name.empty() || name.size() > 2) {
    throw Error(ErrorKind::kAnalysis, "REQUIRES_SINGLE_PART_NAMESPACE",
                fmt::format("{} requires a single-part namespace, but got identifier {}.", plan::QuotedName({current.catalog}),
                            plan::QuotedName(name)),
                {{"sessionCatalog", plan::QuotedName({current.catalog})}, {"identifier", plan::QuotedName(name)}})
        .WithSqlState("42K05");
  }
  return {LowerCase(name.size() == 2 ? name[0] : current.catalog), LowerCase(name.back())};
}

// ---- catalogs

std::vector<CatalogInfo> Catalog::ListCatalogs() {
  return store_->Read([](Connection& db) {
    std::vector<CatalogInfo> list;
    Statement statement = db.Query("SELECT name, comment, owner, created_micros, properties FROM catalog_catalogs ORDER BY name");
    while (statement.Step()) list.push_back(ReadCatalog(statement));
    return list;
  });
}

std::optional<CatalogInfo> Catalog::FindCatalog(const std::string& name) {
  return store_->Read([key = LowerCase(name)](Connection& db) -> std::optional<CatalogInfo> {
    Statement statement =
        db.Query("SELECT name, comment, owner, created_micros, properties FROM catalog_catalogs WHERE name = ?", key);
    if (!statement.Step()) return std::nullopt;
    return ReadCatalog(statement);
  });
}

CatalogInfo Catalog::GetCatalog(const std::string& name) {
  auto found = FindCatalog(name);
  if (!found) throw CatalogNotFound(name);
  return *found;
}

void Catalog::CreateCatalog(CatalogInfo info, bool if_not_exists) {
  info.name = LowerCase(info.name);
  if (info.owner.empty()) info.owner = options_.owner;
  if (info.created_micros == 0) info.created_micros = options_.clock->NowMicros();
  std::string location = (std::filesystem::path(options_.warehouse) / info.name / kDefaultSchema).string();
  store_->Write([&](Connection& db) {
    if (CatalogExists(db, info.name)) {
      if (if_not_exists) return;
      throw CatalogAlreadyExists(info.name);
    }
    db.Run("INSERT INTO catalog_catalogs (name, comment, owner, created_micros, properties) VALUES (?, ?, ?, ?, ?)", info.name,
           info.comment, info.owner, info.created_micros, PropertiesText(info.properties));
    db.Run(
        "INSERT INTO catalog_schemas (catalog, name, comment, location, owner, created_micros, properties) "
        "VALUES (?, ?, NULL, ?, ?, ?, '{}')",
        info.name, kDefaultSchema, location, info.owner, info.created_micros);
  });
}

void Catalog::DropCatalog(const std::string& name, bool if_exists, bool cascade) {
  std::string key = LowerCase(name);
  store_->Write([&](Connection& db) {
    if (!CatalogExists(db, key)) {
      if (if_exists) return;
      throw CatalogNotFound(name);
    }
    if (key == kSessionCatalog) {
      throw Error(ErrorKind::kAnalysis, "UNSUPPORTED_FEATURE.DROP_CATALOG",
                  fmt::format("The feature is not supported: Drop the catalog {}.", plan::QuotedName({key})),
                  {{"catalogName", plan::QuotedName({key})}});
    }
    if (!cascade) {
      // The schema that came with the catalog does not keep it alive, as long as it is empty.
      Statement schemas = db.Query("SELECT 1 FROM catalog_schemas WHERE catalog = ? AND name <> ?", key, kDefaultSchema);
      Statement tables = db.Query("SELECT 1 FROM catalog_tables WHERE catalog = ?", key);
      if (schemas.Step() || tables.Step()) {
        throw Error(ErrorKind::kAnalysis, "CATALOG_NOT_EMPTY",
                    fmt::format("Cannot drop a catalog {} because it contains objects.\nUse DROP CATALOG ... CASCADE to drop the "
                                "catalog and all its objects.",
                                plan::QuotedName({key})),
                    {{"catalogName", plan::QuotedName({key})}})
            .WithSqlState("2BP01");
      }
    }
    std::vector<TableInfo> dropped;
    {
      Statement statement = db.Query(fmt::format("SELECT {} FROM catalog_tables WHERE catalog = ?", kTableColumns), key);
      while (statement.Step()) dropped.push_back(ReadTable(statement));
    }
    for (const auto& table : dropped) NoteRemoval(db, table);
    db.Run("DELETE FROM catalog_tables WHERE catalog = ?", key);
    db.Run("DELETE FROM catalog_schemas WHERE catalog = ?", key);
    db.Run("DELETE FROM catalog_catalogs WHERE name = ?", key);
  });
  SweepRemovals();
}

void Catalog::AlterCatalog(const std::string& name, const std::function<void(CatalogInfo&)>& change) {
  std::string key = LowerCase(name);
  store_->Write([&](Connection& db) {
    CatalogInfo info;
    {
      Statement statement =
          db.Query("SELECT name, comment, owner, created_micros, properties FROM catalog_catalogs WHERE name = ?", key);
      if (!statement.Step()) throw CatalogNotFound(name);
      info = ReadCatalog(statement);
    }
    change(info);
    db.Run("UPDATE catalog_catalogs SET comment = ?, owner = ?, properties = ? WHERE name = ?", info.comment, info.owner,
           PropertiesText(info.properties), key);
  });
}

// ---- schemas

std::vector<SchemaInfo> Catalog::ListSchemas(const std::string& catalog) {
  return store_->Read([&, key = LowerCase(catalog)](Connection& db) {
    if (!CatalogExists(db, key)) throw CatalogNotFound(catalog);
    std::vector<SchemaInfo> list;
    Statement statement = db.Query(
        "SELECT catalog, name, comment, location, owner, created_micros, properties FROM catalog_schemas WHERE catalog = ? ORDER "
        "BY name",
        key);
    while (statement.Step()) list.push_back(ReadSchema(statement));
    return list;
  });
}

std::optional<SchemaInfo> Catalog::FindSchema(const SchemaName& name) {
  SchemaName key{LowerCase(name.catalog), LowerCase(name.schema)};
  return store_->Read([&](Connection& db) { return SchemaIn(db, key); });
}

SchemaInfo Catalog::GetSchema(const SchemaName& name) {
  auto found = FindSchema(name);
  if (!found) {
    if (!FindCatalog(name.catalog)) throw CatalogNotFound(name.catalog);
    throw SchemaNotFound(name.parts());
  }
  return *found;
}

void Catalog::CreateSchema(SchemaInfo info, bool if_not_exists) {
  info.name = {LowerCase(info.name.catalog), LowerCase(info.name.schema)};
  if (info.owner.empty()) info.owner = options_.owner;
  if (info.created_micros == 0) info.created_micros = options_.clock->NowMicros();
  if (info.location.empty()) {
    std::filesystem::path folder(options_.warehouse);
    if (info.name.catalog != kSessionCatalog) folder /= info.name.catalog;
    info.location = (folder / (info.name.schema + ".db")).string();
  } else if (info.location.find(':') == std::string::npos) {
    info.location = (std::filesystem::path(options_.warehouse) / info.location).lexically_normal().string();
  }
  bool reserved = info.name.schema == kInformationSchema || info.name.schema == kGlobalTemp;
  store_->Write([&](Connection& db) {
    if (!CatalogExists(db, info.name.catalog)) throw CatalogNotFound(info.name.catalog);
    if (reserved || SchemaIn(db, info.name)) {
      if (if_not_exists) return;
      throw SchemaAlreadyExists(info.name.catalog == kSessionCatalog ? plan::NameParts{info.name.schema} : info.name.parts());
    }
    db.Run(
        "INSERT INTO catalog_schemas (catalog, name, comment, location, owner, created_micros, properties) VALUES (?, ?, ?, ?, "
        "?, ?, ?)",
        info.name.catalog, info.name.schema, info.comment, info.location, info.owner, info.created_micros,
        PropertiesText(info.properties));
  });
}

void Catalog::DropSchema(const SchemaName& name, bool if_exists, bool cascade) {
  SchemaName key{LowerCase(name.catalog), LowerCase(name.schema)};
  if (key == SchemaName{kSessionCatalog, kDefaultSchema}) {
    throw Error(ErrorKind::kAnalysis, "UNSUPPORTED_FEATURE.DROP_DATABASE",
                "The feature is not supported: Drop the default database `default`.", {{"database", "`default`"}});
  }
  store_->Write([&](Connection& db) {
    if (!SchemaIn(db, key)) {
      if (if_exists) return;
      if (!CatalogExists(db, key.catalog)) throw CatalogNotFound(key.catalog);
      throw SchemaNotFound(name.parts());
    }
    std::vector<TableInfo> dropped;
    {
      Statement statement =
          db.Query(fmt::format("SELECT {} FROM catalog_tables WHERE catalog = ? AND schema_name = ?", kTableColumns), key.catalog,
                   key.schema);
      while (statement.Step()) dropped.push_back(ReadTable(statement));
    }
    if (!dropped.empty() && !cascade) throw SchemaNotEmpty({name.schema});
    for (const auto& table : dropped) NoteRemoval(db, table);
    db.Run("DELETE FROM catalog_tables WHERE catalog = ? AND schema_name = ?", key.catalog, key.schema);
    db.Run("DELETE FROM catalog_schemas WHERE catalog = ? AND name = ?", key.catalog, key.schema);
  });
  SweepRemovals();
}

void Catalog::AlterSchema(const SchemaName& name, const std::function<void(SchemaInfo&)>& change) {
  SchemaName key{LowerCase(name.catalog), LowerCase(name.schema)};
  store_->Write([&](Connection& db) {
    auto info = SchemaIn(db, key);
    if (!info) throw SchemaNotFound(name.parts());
    change(*info);
    db.Run("UPDATE catalog_schemas SET comment = ?, location = ?, owner = ?, properties = ? WHERE catalog = ? AND name = ?",
           info->comment, info->location, info->owner, PropertiesText(info->properties), key.catalog, key.schema);
  });
}

// ---- tables

std::vector<TableInfo> Catalog::ListTables(const SchemaName& schema) {
  SchemaName key{LowerCase(schema.catalog), LowerCase(schema.schema)};
  return store_->Read([&](Connection& db) {
    RequireSchema(db, key);
    std::vector<TableInfo> list;
    Statement statement =
        db.Query(fmt::format("SELECT {} FROM catalog_tables WHERE catalog = ? AND schema_name = ? ORDER BY name", kTableColumns),
                 key.catalog, key.schema);
    while (statement.Step()) list.push_back(ReadTable(statement));
    return list;
  });
}

std::optional<TableInfo> Catalog::FindTable(const TableName& name) {
  TableName key{LowerCase(name.catalog), LowerCase(name.schema), LowerCase(name.table)};
  return store_->Read([&](Connection& db) { return TableIn(db, key); });
}

TableInfo Catalog::GetTable(const TableName& name) {
  auto found = FindTable(name);
  if (!found) throw TableOrViewNotFound(name.parts());
  return *found;
}

std::string Catalog::NewTableLocation(const TableName& name) {
  SchemaInfo schema = GetSchema(name.schema_name());
  // A part of a new id keeps a dropped table's folder, which may still be on its way out, apart from its successor's.
  std::string folder = LowerCase(name.table) + "-" + NewUuid().substr(0, 8);
  if (schema.location.find("://") != std::string::npos) return schema.location + "/" + folder;
  return (std::filesystem::path(schema.location) / folder).string();
}

bool Catalog::CreateTable(TableInfo info, CreateMode mode) {
  info.name = {LowerCase(info.name.catalog), LowerCase(info.name.schema), LowerCase(info.name.table)};
  if (info.id.empty()) info.id = NewUuid();
  if (info.owner.empty()) info.owner = options_.owner;
  int64_t now = options_.clock->NowMicros();
  if (info.created_micros == 0) info.created_micros = now;
  if (info.altered_micros == 0) info.altered_micros = now;
  bool swept = false;
  bool created = store_->Write([&](Connection& db) {
    RequireSchema(db, info.name.schema_name());
    auto existing = TableIn(db, info.name);
    if (!existing && mode == CreateMode::kReplaceExisting) throw TableOrViewNotFound(info.name.parts());
    if (!existing) {
      InsertTable(db, info);
      return true;
    }
    if (mode == CreateMode::kIgnore) return false;
    if (mode == CreateMode::kError) throw TableOrViewAlreadyExists(info.name.parts());
    if (existing->is_view() != info.is_view()) {
      if (existing->is_view()) throw ExpectTableNotView(info.name.parts(), "CREATE OR REPLACE TABLE");
      throw ExpectViewNotTable(info.name.parts(), "CREATE OR REPLACE VIEW");
    }
    if (existing->location != info.location) {
      NoteRemoval(db, *existing);
      swept = true;
    } else {
      // The same table with a new content: Delta keeps its history, the catalog its identity.
      info.id = existing->id;
    }
    db.Run("DELETE FROM catalog_tables WHERE id = ?", existing->id);
    InsertTable(db, info);
    return true;
  });
  if (swept) SweepRemovals();
  return created;
}

bool Catalog::DropTable(const TableName& name, const std::string& kind, bool if_exists) {
  TableName key{LowerCase(name.catalog), LowerCase(name.schema), LowerCase(name.table)};
  bool dropped = store_->Write([&](Connection& db) {
    auto existing = TableIn(db, key);
    if (!existing) {
      if (if_exists) return false;
      throw TableOrViewNotFound(name.parts(), {name.schema_name().parts()});
    }
    if (kind == "VIEW" && !existing->is_view()) throw ExpectViewNotTable(existing->name.parts(), "DROP VIEW");
    if (kind != "VIEW" && existing->is_view()) throw ExpectTableNotView(existing->name.parts(), "DROP TABLE");
    NoteRemoval(db, *existing);
    db.Run("DELETE FROM catalog_tables WHERE id = ?", existing->id);
    return true;
  });
  if (dropped) SweepRemovals();
  return dropped;
}

void Catalog::RenameTable(const TableName& name, const TableName& new_name, const std::string& kind) {
  TableName key{LowerCase(name.catalog), LowerCase(name.schema), LowerCase(name.table)};
  TableName target{LowerCase(new_name.catalog), LowerCase(new_name.schema), LowerCase(new_name.table)};
  int64_t now = options_.clock->NowMicros();
  store_->Write([&](Connection& db) {
    auto existing = TableIn(db, key);
    if (!existing) throw TableOrViewNotFound(name.parts());
    if (kind == "VIEW" && !existing->is_view())
      throw ExpectViewNotTable(existing->name.parts(), "ALTER VIEW ... RENAME TO", true);
    if (kind != "VIEW" && existing->is_view())
      throw ExpectTableNotView(existing->name.parts(), "ALTER TABLE ... RENAME TO", true);
    RequireSchema(db, target.schema_name());
    if (TableIn(db, target)) throw TableOrViewAlreadyExists(target.parts());
    db.Run("UPDATE catalog_tables SET catalog = ?, schema_name = ?, name = ?, altered_micros = ? WHERE id = ?", target.catalog,
           target.schema, target.table, now, existing->id);
  });
}

TableInfo Catalog::AlterTable(const TableName& name, const std::function<void(TableInfo&)>& change) {
  TableName key{LowerCase(name.catalog), LowerCase(name.schema), LowerCase(name.table)};
  int64_t now = options_.clock->NowMicros();
  return store_->Write([&](Connection& db) {
    auto info = TableIn(db, key);
    if (!info) throw TableOrViewNotFound(name.parts());
    TableInfo before = *info;
    change(*info);
    info->id = before.id;
    info->name = before.name;
    info->type = before.type;
    info->altered_micros = now;
    db.Run("DELETE FROM catalog_tables WHERE id = ?", before.id);
    InsertTable(db, *info);
    return *info;
  });
}

void Catalog::UpdateSchema(const std::string& table_id, const plan::Schema& schema,
                           const std::vector<std::string>& partition_columns, const Properties& properties) {
  int64_t now = options_.clock->NowMicros();
  store_->Write([&](Connection& db) {
    TableInfo info;
    {
      Statement statement = db.Query(fmt::format("SELECT {} FROM catalog_tables WHERE id = ?", kTableColumns), table_id);
      if (!statement.Step()) return;
      info = ReadTable(statement);
    }
    info.schema = schema;
    info.partition_columns = partition_columns;
    info.properties = properties;
    db.Run("UPDATE catalog_tables SET columns = ?, details = ?, altered_micros = ? WHERE id = ?", ColumnsText(schema),
           DetailsText(info), now, table_id);
  });
}

}  // namespace headrace::catalog
