#pragma once

#include <atomic>
#include <cstdint>

#include "analysis/typed_plan.h"

namespace headrace::engine {

class KernelRegistry;

/// Numbers the rows that pass a place of a plan: from 0, each number once, in no order, by all threads of the query at once.
/// It has to outlive the query. Safe from any thread.
class RowNumbers {
 public:
  RowNumbers();
  ~RowNumbers();
  RowNumbers(const RowNumbers&) = delete;
  RowNumbers& operator=(const RowNumbers&) = delete;

  /// The row's number, a BIGINT. It has to stand in the plan once, as a column of a projection.
  analysis::TypedPtr Next() const;
  /// The rows numbered so far.
  int64_t count() const { return next_; }

 private:
  int64_t id_;
  std::atomic<int64_t> next_{0};
};

void RegisterRowNumbers(KernelRegistry& registry);

}  // namespace headrace::engine
