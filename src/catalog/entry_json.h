#pragma once

#include "catalog/catalog.h"

namespace headrace::catalog {

// The JSON of the metastore's `entry` columns.
std::string ToEntry(const CatalogInfo& info);
std::string ToEntry(const SchemaInfo& info);
std::string ToEntry(const TableInfo& info);
CatalogInfo CatalogFromEntry(std::string_view text);
SchemaInfo SchemaFromEntry(std::string_view text);
TableInfo TableFromEntry(std::string_view text);

}  // namespace headrace::catalog
