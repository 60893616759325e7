#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace headrace::functions {

// What SHOW FUNCTIONS, DESCRIBE FUNCTION and spark.catalog tell of functions: of those in the table and of those that the
// analyzer answers itself. What only the server's own plans call is not among them.

/// "upper(str) - Text in capital letters." by the name it is called with; "" when users have no such function.
std::string UsageOf(std::string_view name);

/// The names of all functions, operators too, in lower case, sorted.
std::vector<std::string> CatalogueNames();

/// Whether `name` is syntax rather than a function: Spark names no class of such ones.
bool IsSyntax(std::string_view name);

}  // namespace headrace::functions
