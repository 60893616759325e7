#include "catalog/errors.h"

#include <fmt/format.h>

#include "catalog/catalog.h"
#include "plan/names.h"

namespace headrace::catalog {

using plan::NameParts;

Error TableOrViewNotFound(const NameParts& name, const std::vector<NameParts>& search_path) {
  std::string path;
  for (const auto& schema : search_path) path += (path.empty() ? "" : ", ") + plan::QuotedName(schema);
  path = "[" + path + "]";
  return Error(
      ErrorKind::kAnalysis, "TABLE_OR_VIEW_NOT_FOUND",
      fmt::format(
          "The table or view {} cannot be found. Verify the spelling and correctness of the schema and "
          "catalog.\nSearch path: {}.\nIf you did not qualify the name with a schema, verify the current_schema() output, "
          "or qualify the name with the correct schema and catalog.\nTo tolerate the error on drop use DROP VIEW "
          "IF EXISTS or DROP TABLE IF EXISTS.",
          plan::QuotedName(name), path),
      {{"relationName", plan::QuotedName(name)}, {"searchPath", path}});
}

Error ViewNotFound(const NameParts& name) {
  return Error(
      ErrorKind::kAnalysis, "VIEW_NOT_FOUND",
      fmt::format("The view {} cannot be found. Verify the spelling and correctness of the schema and catalog.\nIf you did "
                  "not qualify the name with a schema, verify the current_schema() output, or qualify the name with the "
                  "correct schema and catalog.\nTo tolerate the error on drop use DROP VIEW IF EXISTS.",
                  plan::QuotedName(name)),
      {{"relationName", plan::QuotedName(name)}});
}

Error TableOrViewAlreadyExists(const NameParts& name) {
  return Error(
      ErrorKind::kAnalysis, "TABLE_OR_VIEW_ALREADY_EXISTS",
      fmt::format("Cannot create table or view {} because it already exists.\nChoose a different name, drop or replace the "
                  "existing object, or add the IF NOT EXISTS clause to tolerate pre-existing objects.",
                  plan::QuotedName(name)),
      {{"relationName", plan::QuotedName(name)}});
}

Error TempViewAlreadyExists(const NameParts& name) {
  return Error(ErrorKind::kAnalysis, "TEMP_TABLE_OR_VIEW_ALREADY_EXISTS",
               fmt::format("Cannot create the temporary view {} because it already exists.\nChoose a different name, drop or "
                           "replace the existing view.",
                           plan::QuotedName(name)),
               {{"relationName", plan::QuotedName(name)}});
}

Error SchemaNotFound(const NameParts& name) {
  return Error(
      ErrorKind::kAnalysis, "SCHEMA_NOT_FOUND",
      fmt::format("The schema {} cannot be found. Verify the spelling and correctness of the schema and catalog.\nIf you "
                  "did not qualify the name with a catalog, verify the current_schema() output, or qualify the name with "
                  "the correct catalog.\nTo tolerate the error on drop use DROP SCHEMA IF EXISTS.",
                  plan::QuotedName(name)),
      {{"schemaName", plan::QuotedName(name)}});
}

Error SchemaAlreadyExists(const NameParts& name) {
  return Error(
      ErrorKind::kAnalysis, "SCHEMA_ALREADY_EXISTS",
      fmt::format("Cannot create schema {} because it already exists.\nChoose a different name, drop the existing schema, "
                  "or add the IF NOT EXISTS clause to tolerate pre-existing schema.",
                  plan::QuotedName(name)),
      {{"schemaName", plan::QuotedName(name)}});
}

Error SchemaNotEmpty(const NameParts& name) {
  return Error(ErrorKind::kAnalysis, "SCHEMA_NOT_EMPTY",
               fmt::format("Cannot drop a schema {} because it contains objects.\nUse DROP SCHEMA ... CASCADE to drop the schema "
                           "and all its objects.",
                           plan::QuotedName(name)),
               {{"schemaName", plan::QuotedName(name)}});
}

Error CatalogNotFound(const std::string& name) {
  std::string config = "\"spark.sql.catalog." + name + "\"";
  return Error(ErrorKind::kAnalysis, "CATALOG_NOT_FOUND",
               fmt::format("The catalog {} not found. Consider to set the SQL config {} to a catalog plugin.",
                           plan::QuotedName({name}), config),
               {{"catalogName", plan::QuotedName({name})}, {"config", config}})
      .WithExceptionClass("org.apache.spark.sql.connector.catalog.CatalogNotFoundException");
}

Error CatalogAlreadyExists(const std::string& name) {
  return Error(
      ErrorKind::kAnalysis, "CATALOG_ALREADY_EXISTS",
      fmt::format("Cannot create catalog {} because it already exists.\nChoose a different name, drop the existing catalog, "
                  "or add the IF NOT EXISTS clause to tolerate pre-existing catalog.",
                  plan::QuotedName({name})),
      {{"catalogName", plan::QuotedName({name})}});
}

Error ExpectTableNotView(const NameParts& name, const std::string& operation, bool use_alter_view) {
  std::string message = fmt::format("'{}' expects a table but {} is a view.", operation, plan::QuotedName(name));
  if (use_alter_view) message += "\nPlease use ALTER VIEW instead.";
  return Error(ErrorKind::kAnalysis,
               std::string("EXPECT_TABLE_NOT_VIEW.") + (use_alter_view ? "USE_ALTER_VIEW" : "NO_ALTERNATIVE"), message,
               {{"viewName", plan::QuotedName(name)}, {"operation", operation}});
}

Error ExpectViewNotTable(const NameParts& name, const std::string& operation, bool use_alter_table) {
  std::string message = fmt::format("The table {} does not support {}.", plan::QuotedName(name), operation);
  if (use_alter_table) message += "\nPlease use ALTER TABLE instead.";
  return Error(ErrorKind::kAnalysis,
               std::string("EXPECT_VIEW_NOT_TABLE.") + (use_alter_table ? "USE_ALTER_TABLE" : "NO_ALTERNATIVE"), message,
               {{"tableName", plan::QuotedName(name)}, {"operation", operation}});
}

}  // namespace headrace::catalog
