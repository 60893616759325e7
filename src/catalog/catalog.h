#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "metastore/metastore.h"
#include "plan/command.h"
#include "plan/names.h"

namespace headrace::catalog {

using Properties = std::map<std::string, std::string>;

/// The catalog every server has, and its first schema.
inline constexpr char kSessionCatalog[] = "spark_catalog";
inline constexpr char kDefaultSchema[] = "default";
inline constexpr char kInformationSchema[] = "information_schema";
/// The schema of global temporary views: they belong to the server's sessions, never to this catalog.
inline constexpr char kGlobalTemp[] = "global_temp";

/// The full name of a schema. Names are kept in lower case, as Spark's session catalog keeps them.
struct SchemaName {
  std::string catalog;
  std::string schema;
  plan::NameParts parts() const { return {catalog, schema}; }
  bool operator==(const SchemaName&) const = default;
  auto operator<=>(const SchemaName&) const = default;
};

/// The full name of a table or view.
struct TableName {
  std::string catalog;
  std::string schema;
  std::string table;
  SchemaName schema_name() const { return {catalog, schema}; }
  plan::NameParts parts() const { return {catalog, schema, table}; }
  bool operator==(const TableName&) const = default;
  auto operator<=>(const TableName&) const = default;
};

struct CatalogInfo {
  std::string name;
  std::optional<std::string> comment;
  std::string owner;
  int64_t created_micros = 0;
  Properties properties;
};

struct SchemaInfo {
  SchemaName name;
  std::optional<std::string> comment;
  std::string location;  ///< A path or URI; where managed tables of the schema are put.
  std::string owner;
  int64_t created_micros = 0;
  Properties properties;
};

enum class TableType { kManaged, kExternal, kView };

/// A table or a persistent view.
struct TableInfo {
  std::string id;  ///< A UUID; stays through renames, new after DROP and CREATE.
  TableName name;
  TableType type = TableType::kManaged;
  std::string provider;  ///< "delta", "parquet", "csv", "json", "text"; "" for views.
  std::string location;  ///< "" for views.
  /// For delta tables a copy of the log's schema for listings: the log is the truth when the table is read.
  plan::Schema schema;
  std::vector<std::string> partition_columns;
  std::vector<std::string> clustering_columns;
  std::optional<std::string> comment;
  std::string owner;
  int64_t created_micros = 0;
  int64_t altered_micros = 0;
  Properties properties;
  plan::Options options;  ///< OPTIONS (...): for csv, json and the like given to the reader.

  /// Views: the query's text, the namespace and settings it is to be read under.
  std::string view_text;
  std::string view_catalog;
  std::string view_schema;
  Properties view_settings;
  /// The names of the query's own output columns, when `schema` renames them.
  std::vector<std::string> view_query_columns;

  bool is_view() const { return type == TableType::kView; }
};

/// What CREATE does when the name is taken.
enum class CreateMode {
  kError,  ///< Throws TABLE_OR_VIEW_ALREADY_EXISTS.
  kIgnore,  ///< IF NOT EXISTS: keeps what is there.
  kReplace,  ///< CREATE OR REPLACE: a table for a table, a view for a view.
  kReplaceExisting,  ///< REPLACE: throws TABLE_OR_VIEW_NOT_FOUND when there is nothing.
};

/// Rows of a relation that the catalog itself answers (`information_schema.*`).
struct SystemRelation {
  plan::Schema schema;
  std::vector<std::vector<plan::Value>> rows;
};

/// Catalogs, schemas, tables and views of one server, kept in the metastore. Every method is one transaction and
/// thread-safe. Names are matched without case. Sessions hold the current catalog and schema and their temporary views;
/// this class knows neither.
///
/// Errors are Spark's: CATALOG_NOT_FOUND, SCHEMA_NOT_FOUND, SCHEMA_ALREADY_EXISTS, SCHEMA_NOT_EMPTY,
/// TABLE_OR_VIEW_NOT_FOUND, TABLE_OR_VIEW_ALREADY_EXISTS, EXPECT_TABLE_NOT_VIEW, EXPECT_VIEW_NOT_TABLE.
class Catalog {
 public:
  struct Options {
    std::string warehouse;  ///< Folder of the managed tables: <root>/warehouse.
    std::string owner;  ///< Owner of what is created without one; "" is the process's user.
    std::shared_ptr<const Clock> clock;
    /// Removes a dropped managed table's folder; default: the local file system.
    std::function<void(const std::string& location)> remove_tree;
  };

  /// Runs the migrations, makes `spark_catalog.default` when missing and removes folders of tables whose DROP was
  /// committed but not finished. `store` must outlive the catalog.
  Catalog(metastore::Metastore* store, Options options);

  // Names. A name of one part is a table of the current schema, of two a schema's, of three a catalog's. More parts, or
  // none, throw IDENTIFIER_TOO_MANY_NAME_PARTS. Nothing is looked up.
  static TableName Qualify(const plan::NameParts& name, const SchemaName& current);
  /// One part is a schema of the current catalog, two parts are catalog and schema.
  static SchemaName QualifySchema(const plan::NameParts& name, const SchemaName& current);

  // Catalogs.
  std::vector<CatalogInfo> ListCatalogs();
  std::optional<CatalogInfo> FindCatalog(const std::string& name);
  CatalogInfo GetCatalog(const std::string& name);  ///< Throws CATALOG_NOT_FOUND.
  void CreateCatalog(CatalogInfo info, bool if_not_exists = false);
  void DropCatalog(const std::string& name, bool if_exists = false, bool cascade = false);
  void AlterCatalog(const std::string& name, const std::function<void(CatalogInfo&)>& change);

  // Schemas.
  std::vector<SchemaInfo> ListSchemas(const std::string& catalog);
  std::optional<SchemaInfo> FindSchema(const SchemaName& name);
  SchemaInfo GetSchema(const SchemaName& name);  ///< Throws SCHEMA_NOT_FOUND.
  void CreateSchema(SchemaInfo info, bool if_not_exists = false);
  /// With `cascade` the tables go too, and the folders of the managed ones.
  void DropSchema(const SchemaName& name, bool if_exists = false, bool cascade = false);
  void AlterSchema(const SchemaName& name, const std::function<void(SchemaInfo&)>& change);

  // Tables and views.
  std::vector<TableInfo> ListTables(const SchemaName& schema);
  /// Null when the table, its schema or its catalog does not exist.
  std::optional<TableInfo> FindTable(const TableName& name);
  TableInfo GetTable(const TableName& name);  ///< Throws TABLE_OR_VIEW_NOT_FOUND.
  /// The folder a new managed table of that name is to be written into; different on every call. Write the table's first
  /// Delta version there, then CreateTable with `location` set.
  std::string NewTableLocation(const TableName& name);
  /// Fills `id`, `owner`, `created_micros` when empty. True when it was created or replaced, false when kIgnore kept
  /// what was there. A replaced managed table whose location changed loses its old folder.
  bool CreateTable(TableInfo info, CreateMode mode = CreateMode::kError);
  /// `kind` is "TABLE" or "VIEW": the wrong one throws. False when it does not exist and `if_exists`.
  /// A managed table's folder is removed after the commit (a crash between is made good at the next start).
  bool DropTable(const TableName& name, const std::string& kind, bool if_exists = false);
  void RenameTable(const TableName& name, const TableName& new_name, const std::string& kind = "TABLE");
  /// Changes the entry in one transaction; `change` may not change `name`, `id` or `type`. Sets `altered_micros`.
  TableInfo AlterTable(const TableName& name, const std::function<void(TableInfo&)>& change);
  /// Keeps the listed schema of a delta table in step with its log; a table that is gone meanwhile is no error.
  void UpdateSchema(const std::string& table_id, const plan::Schema& schema, const std::vector<std::string>& partition_columns,
                    const Properties& properties);

  /// `information_schema` of a catalog: catalogs, schemata, tables, columns, views. Null for any other name.
  std::optional<SystemRelation> FindSystemRelation(const TableName& name);

 private:
  void SweepRemovals();

  metastore::Metastore* store_;
  Options options_;
};

/// SHOW … LIKE patterns: `*` any characters, `|` between alternatives, otherwise as a regular expression's literal text;
/// without case.
bool MatchesPattern(const std::string& name, const std::string& pattern);

}  // namespace headrace::catalog
