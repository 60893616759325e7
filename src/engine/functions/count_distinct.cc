#include <cmath>
#include <cstring>
#include <limits>

#include "engine/functions/groups.h"

namespace headrace::engine {

namespace {

using duckdb::AggregateFunction;
using duckdb::AggregateInputData;
using duckdb::idx_t;
using duckdb::LogicalType;
using duckdb::string_t;
using duckdb::Vector;

/// A value as the sets keep it: numbers by their bits, strings by content.
template <typename T>
struct Element {
  using Stored = T;
  static Stored Own(AggregateInputData&, T value) { return value; }
  static bool Same(const Stored& a, const Stored& b) { return a == b; }
  static uint64_t Hash(const Stored& value) { return duckdb::Hash(value); }
};

template <>
struct Element<string_t> {
  using Stored = string_t;
  static Stored Own(AggregateInputData& input, const string_t& value) {
    if (value.IsInlined()) return value;
    auto* copy = input.allocator.Allocate(value.GetSize());
    std::memcpy(copy, value.GetData(), value.GetSize());
    return {reinterpret_cast<const char*>(copy), static_cast<uint32_t>(value.GetSize())};
  }
  static bool Same(const Stored& a, const Stored& b) { return a == b; }
  static uint64_t Hash(const Stored& value) { return duckdb::Hash(value); }
};

/// The distinct values of one group: an array, and a table of indices once it is long. Memory is the aggregate's arena's.
template <typename T>
struct SetState {
  using E = Element<T>;
  static constexpr uint32_t kScan = 8;  ///< Up to so many values are compared one by one.

  uint32_t count;
  uint32_t capacity;
  typename E::Stored* values;
  uint32_t* slots;  ///< 2 * capacity entries, index + 1; null while short.

  void Add(AggregateInputData& input, const T& value) {
    if (slots == nullptr) {
      for (uint32_t i = 0; i < count; ++i) {
        if (E::Same(values[i], value)) return;
      }
      if (count == capacity) Grow(input);
      values[count++] = E::Own(input, value);
      if (slots != nullptr) Place(count - 1);
      return;
    }
    uint32_t mask = 2 * capacity - 1;
    for (uint32_t at = static_cast<uint32_t>(E::Hash(value)) & mask;; at = (at + 1) & mask) {
      if (slots[at] == 0) break;
      if (E::Same(values[slots[at] - 1], value)) return;
    }
    if (count == capacity) Grow(input);
    values[count++] = E::Own(input, value);
    Place(count - 1);
  }

 private:
  void Place(uint32_t index) {
    uint32_t mask = 2 * capacity - 1;
    uint32_t at = static_cast<uint32_t>(E::Hash(values[index])) & mask;
    while (slots[at] != 0) at = (at + 1) & mask;
    slots[at] = index + 1;
  }

  void Grow(AggregateInputData& input) {
    uint32_t wider = capacity == 0 ? 2 : capacity * 2;
    auto* grown = reinterpret_cast<typename E::Stored*>(input.allocator.AllocateAligned(wider * sizeof(typename E::Stored)));
    if (count > 0) std::memcpy(static_cast<void*>(grown), values, count * sizeof(typename E::Stored));
    values = grown;
    capacity = wider;
    if (capacity <= kScan) return;
    slots = reinterpret_cast<uint32_t*>(input.allocator.AllocateAligned(2 * capacity * sizeof(uint32_t)));
    std::memset(slots, 0, 2 * capacity * sizeof(uint32_t));
    for (uint32_t i = 0; i < count; ++i) Place(i);
  }
};

template <typename T>
T Normal(const T& value) {
  return value;
}
template <>
float Normal(const float& value) {
  return value == 0 ? 0.0F : value;
}
template <>
double Normal(const double& value) {
  return value == 0 ? 0.0 : value;
}
/// Floating point by bits, so that NaN equals NaN.
template <typename T>
struct Bits {
  using Type = T;
  static T Of(const T& value) { return value; }
};
template <>
struct Bits<float> {
  using Type = uint32_t;
  static uint32_t Of(float value) {
    value = std::isnan(value) ? std::numeric_limits<float>::quiet_NaN() : Normal(value);
    uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    return bits;
  }
};
template <>
struct Bits<double> {
  using Type = uint64_t;
  static uint64_t Of(double value) {
    value = std::isnan(value) ? std::numeric_limits<double>::quiet_NaN() : Normal(value);
    uint64_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    return bits;
  }
};

template <typename T>
struct CountSet {
  using State = SetState<typename Bits<T>::Type>;

  static void Update(Vector inputs[], AggregateInputData& aggregate, idx_t, Vector& states, idx_t count) {
    duckdb::UnifiedVectorFormat rows;
    duckdb::UnifiedVectorFormat targets;
    inputs[0].ToUnifiedFormat(count, rows);
    states.ToUnifiedFormat(count, targets);
    const auto* values = duckdb::UnifiedVectorFormat::GetData<T>(rows);
    auto** pointers = duckdb::UnifiedVectorFormat::GetDataNoConst<State*>(targets);
    for (idx_t i = 0; i < count; ++i) {
      auto index = rows.sel->get_index(i);
      if (!rows.validity.RowIsValid(index)) continue;
      pointers[targets.sel->get_index(i)]->Add(aggregate, Bits<T>::Of(values[index]));
    }
  }

  static void SimpleUpdate(Vector inputs[], AggregateInputData& aggregate, idx_t, duckdb::data_ptr_t state, idx_t count) {
    duckdb::UnifiedVectorFormat rows;
    inputs[0].ToUnifiedFormat(count, rows);
    const auto* values = duckdb::UnifiedVectorFormat::GetData<T>(rows);
    for (idx_t i = 0; i < count; ++i) {
      auto index = rows.sel->get_index(i);
      if (rows.validity.RowIsValid(index)) reinterpret_cast<State*>(state)->Add(aggregate, Bits<T>::Of(values[index]));
    }
  }

  static void Combine(Vector& sources, Vector& targets, AggregateInputData& aggregate, idx_t count) {
    duckdb::UnifiedVectorFormat from;
    sources.ToUnifiedFormat(count, from);
    auto** pointers = duckdb::UnifiedVectorFormat::GetDataNoConst<State*>(from);
    auto** to = duckdb::FlatVector::GetData<State*>(targets);
    for (idx_t i = 0; i < count; ++i) {
      const State& source = *pointers[from.sel->get_index(i)];
      for (uint32_t v = 0; v < source.count; ++v) to[i]->Add(aggregate, source.values[v]);
    }
  }

  static void Finalize(Vector& states, AggregateInputData&, Vector& result, idx_t count, idx_t offset) {
    duckdb::UnifiedVectorFormat format;
    states.ToUnifiedFormat(count, format);
    auto** pointers = duckdb::UnifiedVectorFormat::GetDataNoConst<State*>(format);
    auto* counts = duckdb::FlatVector::GetData<int64_t>(result);
    for (idx_t i = 0; i < count; ++i) counts[offset + i] = pointers[format.sel->get_index(i)]->count;
  }

  static void Initialize(const AggregateFunction&, duckdb::data_ptr_t state) { std::memset(state, 0, sizeof(State)); }
  static idx_t StateSize(const AggregateFunction&) { return sizeof(State); }

  static AggregateFunction Function(const LogicalType& type) {
    AggregateFunction function({type}, LogicalType::BIGINT, StateSize, Initialize, Update, Combine, Finalize,
                               duckdb::FunctionNullHandling::DEFAULT_NULL_HANDLING, SimpleUpdate);
    return function;
  }
};

}  // namespace

void RegisterCountDistinct(KernelRegistry& registry) {
  duckdb::AggregateFunctionSet set("spark_count_distinct_set");
  set.AddFunction(CountSet<bool>::Function(LogicalType::BOOLEAN));
  set.AddFunction(CountSet<int8_t>::Function(LogicalType::TINYINT));
  set.AddFunction(CountSet<int16_t>::Function(LogicalType::SMALLINT));
  set.AddFunction(CountSet<int32_t>::Function(LogicalType::INTEGER));
  set.AddFunction(CountSet<int64_t>::Function(LogicalType::BIGINT));
  set.AddFunction(CountSet<float>::Function(LogicalType::FLOAT));
  set.AddFunction(CountSet<double>::Function(LogicalType::DOUBLE));
  set.AddFunction(CountSet<int32_t>::Function(LogicalType::DATE));
  set.AddFunction(CountSet<int64_t>::Function(LogicalType::TIMESTAMP));
  set.AddFunction(CountSet<int64_t>::Function(LogicalType::TIMESTAMP_TZ));
  set.AddFunction(CountSet<string_t>::Function(LogicalType::VARCHAR));
  registry.AddAggregate(std::move(set));
}

}  // namespace headrace::engine
