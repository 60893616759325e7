#include "engine/precompiled.h"

#include "engine/row_numbers.h"

#include <map>
#include <mutex>

#include "base/error.h"
#include "engine/functions/kernel.h"
#include "functions/function.h"

namespace headrace::engine {

namespace {

constexpr char kKernel[] = "spark_next_row_number";

/// The counters that plans may name: a plan carries numbers, not pointers.
struct Counters {
  std::mutex mutex;
  int64_t last_id = 0;
  std::map<int64_t, std::atomic<int64_t>*> by_id;
};

Counters& AllCounters() {
  static Counters counters;
  return counters;
}

/// The first of `count` numbers.
int64_t Take(int64_t id, int64_t count) {
  Counters& counters = AllCounters();
  std::lock_guard lock(counters.mutex);
  auto found = counters.by_id.find(id);
  if (found == counters.by_id.end()) ThrowInternal("rows are numbered after their numbers were given up");
  return found->second->fetch_add(count);
}

}  // namespace

RowNumbers::RowNumbers() {
  Counters& counters = AllCounters();
  std::lock_guard lock(counters.mutex);
  id_ = ++counters.last_id;
  counters.by_id[id_] = &next_;
}

RowNumbers::~RowNumbers() {
  Counters& counters = AllCounters();
  std::lock_guard lock(counters.mutex);
  counters.by_id.erase(id_);
}

analysis::TypedPtr RowNumbers::Next() const {
  analysis::TypedCall call;
  // Of its kind for the planner: no two calls give the same.
  call.function = functions::FunctionTable::Builtin().Find("monotonically_increasing_id");
  call.lowering = kKernel;
  call.extra.push_back({plan::Value(plan::Value::Data(id_)), plan::TypeId::kLong});
  return analysis::MakeTyped(std::move(call), plan::TypeId::kLong, false);
}

void RegisterRowNumbers(KernelRegistry& registry) {
  registry.AddVector(kKernel, {}, duckdb::LogicalType::BIGINT,
                     [](const Call& call, duckdb::DataChunk& args, duckdb::Vector& result) {
                       auto* numbers = duckdb::FlatVector::GetData<int64_t>(result);
                       int64_t first = Take(call.Long(0), static_cast<int64_t>(args.size()));
                       for (duckdb::idx_t row = 0; row < args.size(); ++row) numbers[row] = first + static_cast<int64_t>(row);
                     },
                     {.extra = 1, .is_volatile = true});
}

}  // namespace headrace::engine
