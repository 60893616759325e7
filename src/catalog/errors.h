#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "plan/expression.h"

namespace headrace::catalog {

// Spark's errors about names, as values so that callers can add the query context before they throw.

/// `search_path` are the schemas an unqualified name was looked up in; the message names them.
Error TableOrViewNotFound(const plan::NameParts& name, const std::vector<plan::NameParts>& search_path = {});
Error ViewNotFound(const plan::NameParts& name);
Error TableOrViewAlreadyExists(const plan::NameParts& name);
Error TempViewAlreadyExists(const plan::NameParts& name);
Error SchemaNotFound(const plan::NameParts& name);
Error SchemaAlreadyExists(const plan::NameParts& name);
Error SchemaNotEmpty(const plan::NameParts& name);
Error CatalogNotFound(const std::string& name);
Error CatalogAlreadyExists(const std::string& name);
/// `operation` such as "DROP TABLE".
Error ExpectTableNotView(const plan::NameParts& name, const std::string& operation, bool use_alter_view = false);
Error ExpectViewNotTable(const plan::NameParts& name, const std::string& operation, bool use_alter_table = false);

}  // namespace headrace::catalog
