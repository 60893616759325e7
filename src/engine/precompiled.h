#pragma once

// The precompiled header of the engine: DuckDB's C++ API (a file costs 2.0 s with it, 5.2 s without).
#include <duckdb.hpp>
#include <duckdb/common/exception.hpp>
#include <duckdb/common/vector_operations/generic_executor.hpp>
#include <duckdb/common/vector_operations/unary_executor.hpp>
#include <duckdb/function/aggregate_function.hpp>
#include <duckdb/function/scalar_function.hpp>
#include <duckdb/parser/expression/list.hpp>
#include <duckdb/planner/expression/list.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>
