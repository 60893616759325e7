#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

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

/// The distinct values of one group. Most groups have few: these stand in the state itself. More stand in an array, with a table
/// of indices once it is long, or, numbers that lie close together (dates above all), in a bitmap. Memory is the aggregate's
/// arena's, which DuckDB counts against its limit; a state holds no other resource, so it may be moved by its bytes.
template <typename T>
struct SetState {
  using Stored = typename Element<T>::Stored;
  static constexpr uint32_t kInline = (std::is_same_v<T, string_t> ? 32 : 16) / sizeof(Stored);
  static constexpr uint32_t kScan = 16;  ///< Up to so many values are compared one by one.
  static constexpr uint32_t kBitmap = uint32_t{1} << 31;  ///< In `capacity`: the values are bits.

  struct Bitmap {
    uint64_t base;  ///< The value of the first bit.
    uint64_t words;
    uint64_t* Words() { return reinterpret_cast<uint64_t*>(this + 1); }
  };
  struct Array {
    Stored* values;
    uint32_t* slots;  ///< 2 * capacity entries, index + 1; null while short.
  };

  uint32_t count;
  uint32_t capacity;  ///< Of the array; 0 while the values are in the state.
  union {
    Stored inlined[kInline];
    Array array;
    Bitmap* bitmap;
  };

  void Add(AggregateInputData& input, const T& value) {
    if constexpr (kHasBitmap) {
      if ((capacity & kBitmap) != 0) return AddBit(input, value);
    }
    if (capacity > kScan) return AddHashed(input, value);
    const Stored* values = capacity == 0 ? inlined : array.values;
    for (uint32_t i = 0; i < count; ++i) {
      if (Element<T>::Same(values[i], value)) return;
    }
    Append(input, value);
  }

  /// Adds all of another set, whose arena may go; with `steal`, it stays and the other set is not used again.
  void AddAll(AggregateInputData& input, const SetState& other, bool steal) {
    if (count == 0 && (steal || (other.capacity == 0 && !std::is_same_v<T, string_t>))) {
      std::memcpy(static_cast<void*>(this), &other, sizeof other);
      return;
    }
    if constexpr (kHasBitmap) {
      if ((other.capacity & kBitmap) != 0) {
        for (uint64_t word = 0; word < other.bitmap->words; ++word) {
          for (uint64_t bits = other.bitmap->Words()[word]; bits != 0; bits &= bits - 1)
            Add(input, static_cast<T>(other.bitmap->base + word * 64 + static_cast<uint64_t>(__builtin_ctzll(bits))));
        }
        return;
      }
    }
    const Stored* values = other.capacity == 0 ? other.inlined : other.array.values;
    for (uint32_t i = 0; i < other.count; ++i) Add(input, values[i]);
  }

 private:
  static constexpr bool kHasBitmap = !std::is_same_v<T, string_t> && !std::is_same_v<T, bool>;

  void AddHashed(AggregateInputData& input, const T& value) {
    uint32_t mask = 2 * capacity - 1;
    for (uint32_t at = static_cast<uint32_t>(Element<T>::Hash(value)) & mask; array.slots[at] != 0; at = (at + 1) & mask) {
      if (Element<T>::Same(array.values[array.slots[at] - 1], value)) return;
    }
    Append(input, value);
  }

  /// Adds a value that is not there yet.
  void Append(AggregateInputData& input, const T& value) {
    if (count == (capacity == 0 ? kInline : capacity)) {
      if constexpr (kHasBitmap) {
        // All bits of a range that takes no more than the longer array would.
        uint64_t low = static_cast<uint64_t>(value), high = low;
        const Stored* values = capacity == 0 ? inlined : array.values;
        for (uint32_t i = 0; i < count; ++i) Widen(values[i], low, high);
        if ((high - low) / 8 < Wider() * sizeof(Stored)) {
          Bitmap* made = MakeBitmap(input, low, high, Wider() * sizeof(Stored) / sizeof(uint64_t));
          for (uint32_t i = 0; i < count; ++i) SetBit(*made, static_cast<uint64_t>(values[i]));
          bitmap = made;
          capacity = kBitmap;
          return AddBit(input, value);
        }
      }
      Grow(input, Wider());
    }
    (capacity == 0 ? inlined : array.values)[count++] = Element<T>::Own(input, value);
    if (capacity > kScan) Place(count - 1);
  }

  uint32_t Wider() const { return capacity == 0 ? 2 * kInline : 2 * capacity; }

  void Place(uint32_t index) {
    uint32_t mask = 2 * capacity - 1;
    uint32_t at = static_cast<uint32_t>(Element<T>::Hash(array.values[index])) & mask;
    while (array.slots[at] != 0) at = (at + 1) & mask;
    array.slots[at] = index + 1;
  }

  void Grow(AggregateInputData& input, uint32_t wider) {
    auto* grown = reinterpret_cast<Stored*>(input.allocator.AllocateAligned(wider * sizeof(Stored)));
    std::memcpy(static_cast<void*>(grown), capacity == 0 ? inlined : array.values, count * sizeof(Stored));
    array.values = grown;
    array.slots = nullptr;
    capacity = wider;
    if (capacity <= kScan) return;
    array.slots = reinterpret_cast<uint32_t*>(input.allocator.AllocateAligned(2 * capacity * sizeof(uint32_t)));
    std::memset(array.slots, 0, 2 * capacity * sizeof(uint32_t));
    for (uint32_t i = 0; i < count; ++i) Place(i);
  }

  /// Ranges are of the values' own order, in 64 bits that wrap.
  static void Widen(T value, uint64_t& low, uint64_t& high) {
    if (value < static_cast<T>(low)) low = static_cast<uint64_t>(value);
    if (value > static_cast<T>(high)) high = static_cast<uint64_t>(value);
  }

  /// Of the range from low to high and as much on both sides as makes it so many words.
  static Bitmap* MakeBitmap(AggregateInputData& input, uint64_t low, uint64_t high, uint64_t words) {
    words = std::max(words, (high - low) / 64 + 1);
    auto* made = reinterpret_cast<Bitmap*>(input.allocator.AllocateAligned(sizeof(Bitmap) + words * sizeof(uint64_t)));
    made->base = low - (words * 64 - 1 - (high - low)) / 2;
    made->words = words;
    std::memset(made->Words(), 0, words * sizeof(uint64_t));
    return made;
  }

  static bool SetBit(Bitmap& bits, uint64_t value) {
    uint64_t at = value - bits.base;
    uint64_t mask = uint64_t{1} << (at % 64);
    uint64_t& word = bits.Words()[at / 64];
    bool is_new = (word & mask) == 0;
    word |= mask;
    return is_new;
  }

  void AddBit(AggregateInputData& input, const T& value) {
    if (static_cast<uint64_t>(value) - bitmap->base >= bitmap->words * 64) return AddOutside(input, value);
    if (SetBit(*bitmap, static_cast<uint64_t>(value))) ++count;
  }

  /// A value that the bitmap has no bit for: a longer bitmap, or an array where that would be longer.
  void AddOutside(AggregateInputData& input, const T& value) {
    Bitmap& old = *bitmap;
    uint64_t low = static_cast<uint64_t>(value), high = low;
    auto each = [&old](auto&& visit) {
      for (uint64_t word = 0; word < old.words; ++word) {
        for (uint64_t bits = old.Words()[word]; bits != 0; bits &= bits - 1)
          visit(static_cast<T>(old.base + word * 64 + static_cast<uint64_t>(__builtin_ctzll(bits))));
      }
    };
    each([&](T there) { Widen(there, low, high); });
    if ((high - low) / 8 < 2 * old.words * sizeof(uint64_t) || (high - low) / 8 < 2 * count * sizeof(Stored)) {
      Bitmap* made = MakeBitmap(input, low, high, 2 * old.words);
      each([&](T there) { SetBit(*made, static_cast<uint64_t>(there)); });
      bitmap = made;
      return AddBit(input, value);
    }
    uint32_t needed = 2 * kInline;
    while (needed <= count) needed *= 2;
    auto* values = reinterpret_cast<Stored*>(input.allocator.AllocateAligned(count * sizeof(Stored)));
    uint32_t filled = 0;
    each([&](T there) { values[filled++] = there; });
    array.values = values;
    capacity = count;
    Grow(input, needed);
    Append(input, value);
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
      to[i]->AddAll(aggregate, *pointers[from.sel->get_index(i)],
                    aggregate.combine_type == duckdb::AggregateCombineType::ALLOW_DESTRUCTIVE);
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
