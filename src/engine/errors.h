#pragma once

// Internal to the engine: needs duckdb.hpp.

#include <vector>

#include "base/error.h"
#include "plan/expression.h"

namespace headrace::engine {

/// Rebuilds the Error behind what DuckDB reports: a kernel's own (condition, parameters and query context of its site), an
/// interrupt, out of memory, an I/O failure; anything else is an internal error that carries DuckDB's text.
Error ToError(const duckdb::ErrorData& error, const std::vector<plan::Origin>& sites);

/// Rethrows the current exception as an Error; headrace::Error passes unchanged.
[[noreturn]] void RethrowAsError(const std::vector<plan::Origin>& sites);

}  // namespace headrace::engine
