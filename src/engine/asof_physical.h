#pragma once

#include <duckdb/execution/physical_operator.hpp>
#include <duckdb/execution/physical_plan_generator.hpp>
#include <duckdb/planner/expression.hpp>

#include <memory>
#include <vector>

namespace headrace::engine {

/// One side's part of the join: its keys and time over the child's rows, and the columns that come out.
struct AsOfSide {
  duckdb::vector<duckdb::unique_ptr<duckdb::Expression>> keys;
  duckdb::unique_ptr<duckdb::Expression> time;
  std::vector<duckdb::idx_t> columns;  ///< Of the child.
  duckdb::vector<duckdb::LogicalType> types;
};

/// What the operator is to do.
struct AsOfShape {
  AsOfSide left, right;
  bool inner = false;
  bool forward = false;  ///< The nearest right row at or after a left one.
  bool strict = false;
};

/// The physical operator of an as-of join, which keeps the left rows and each one's nearest right row so far, whose children the
/// caller adds: left, right. `integer_key`: there is one key of at most 64 bits; else keys are compared in the encoding of sort
/// keys.
duckdb::PhysicalOperator& MakePhysicalAsOf(duckdb::PhysicalPlanGenerator& planner, duckdb::vector<duckdb::LogicalType> types,
                                           duckdb::idx_t rows, std::shared_ptr<const AsOfShape> shape, bool integer_key);

}  // namespace headrace::engine
