#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "duckdb.hpp"
#include "duckdb/catalog/catalog.hpp"
#include "duckdb/execution/expression_executor.hpp"
#include "duckdb/execution/expression_executor_state.hpp"
#include "duckdb/planner/expression/bound_function_expression.hpp"
#include "engine/functions/kernel_error.h"

namespace headrace::engine {

using Int128 = __int128;

inline Int128 ToInt128(duckdb::hugeint_t value) {
  return (static_cast<Int128>(value.upper) << 64) | static_cast<unsigned __int128>(value.lower);
}
inline duckdb::hugeint_t ToHugeint(Int128 value) {
  duckdb::hugeint_t made;
  made.lower = static_cast<uint64_t>(value);
  made.upper = static_cast<int64_t>(value >> 64);
  return made;
}

/// What a kernel is declared with besides its name and types.
struct KernelTraits {
  int extra = 0;  ///< Constants of the typing rule that follow the value arguments.
  bool time_zone = false;  ///< The session time zone follows as a constant.
  bool fallible = false;  ///< The call's site follows as a constant.
  bool sees_nulls = false;  ///< The kernel is called for null arguments too (boxed kernels, optional<> arguments).
  bool is_volatile = false;
  bool widen_decimals = false;  ///< Decimal arguments arrive in 64 bits, or all in 128 when one needs them.
  duckdb::init_local_state_t local_state = nullptr;
  bool result_as_first = false;  ///< The result has the first argument's type (as given, before widening).
};
inline constexpr KernelTraits kPlain{};
inline constexpr KernelTraits kFallible{.fallible = true};
inline constexpr KernelTraits kZoned{.time_zone = true};
inline constexpr KernelTraits kZonedFallible{.time_zone = true, .fallible = true};

/// What a kernel's bind found: the constants, and the result's and the arguments' types.
struct KernelData : duckdb::FunctionData {
  std::vector<duckdb::Value> extra;
  std::string time_zone;
  int site = -1;
  duckdb::LogicalType result;
  std::vector<duckdb::LogicalType> arguments;
  /// What a kernel keeps for its run (a compiled pattern of a constant argument); made lazily, one a thread.
  duckdb::unique_ptr<duckdb::FunctionData> Copy() const override { return duckdb::make_uniq<KernelData>(*this); }
  bool Equals(const duckdb::FunctionData& other_p) const override {
    auto& other = other_p.Cast<KernelData>();
    if (extra.size() != other.extra.size() || time_zone != other.time_zone || result != other.result) return false;
    for (size_t i = 0; i < extra.size(); i++) {
      if (!duckdb::Value::NotDistinctFrom(extra[i], other.extra[i])) return false;
    }
    return true;
  }
};

/// What a kernel's call sees beside its arguments.
struct Call {
  const KernelData& data;
  int site() const { return data.site; }
  const std::string& time_zone() const { return data.time_zone; }
  int64_t Long(size_t i) const { return data.extra[i].GetValue<int64_t>(); }
  std::string Text(size_t i) const { return duckdb::StringValue::Get(data.extra[i]); }
};

/// The C++ type a kernel sees for what a vector stores: int32_t for DATE, int64_t for TIMESTAMP, Int128 for wide decimals.
template <class T>
struct Stored {
  using Type = T;
  static T Get(const T& stored) { return stored; }
  static void Put(duckdb::Vector&, T& slot, T value) { slot = value; }
};
template <>
struct Stored<std::string_view> {
  using Type = duckdb::string_t;
  static std::string_view Get(const duckdb::string_t& stored) { return {stored.GetData(), stored.GetSize()}; }
  static void Put(duckdb::Vector& vector, duckdb::string_t& slot, std::string_view value) {
    slot = duckdb::StringVector::AddStringOrBlob(vector, value.data(), value.size());
  }
};
template <>
struct Stored<std::string> : Stored<std::string_view> {};
template <>
struct Stored<Int128> {
  using Type = duckdb::hugeint_t;
  static Int128 Get(const duckdb::hugeint_t& stored) { return ToInt128(stored); }
  static void Put(duckdb::Vector&, duckdb::hugeint_t& slot, Int128 value) { slot = ToHugeint(value); }
};

template <class T>
struct OptionalTraits {
  using Inner = T;
  static constexpr bool kOptional = false;
};
template <class T>
struct OptionalTraits<std::optional<T>> {
  using Inner = T;
  static constexpr bool kOptional = true;
};

/// The DuckDB type that stands for a C++ type where the kernel does not name another.
template <class T>
duckdb::LogicalType DefaultType() {
  using Inner = typename OptionalTraits<T>::Inner;
  if constexpr (std::is_same_v<Inner, bool>)
    return duckdb::LogicalType::BOOLEAN;
  else if constexpr (std::is_same_v<Inner, int8_t>)
    return duckdb::LogicalType::TINYINT;
  else if constexpr (std::is_same_v<Inner, int16_t>)
    return duckdb::LogicalType::SMALLINT;
  else if constexpr (std::is_same_v<Inner, int32_t>)
    return duckdb::LogicalType::INTEGER;
  else if constexpr (std::is_same_v<Inner, int64_t>)
    return duckdb::LogicalType::BIGINT;
  else if constexpr (std::is_same_v<Inner, float>)
    return duckdb::LogicalType::FLOAT;
  else if constexpr (std::is_same_v<Inner, double>)
    return duckdb::LogicalType::DOUBLE;
  else if constexpr (std::is_same_v<Inner, duckdb::interval_t>)
    return duckdb::LogicalType::INTERVAL;
  else if constexpr (std::is_same_v<Inner, Int128>)
    return duckdb::LogicalType::HUGEINT;
  else
    return duckdb::LogicalType::VARCHAR;
}

namespace kernel_internal {

inline const KernelData& DataOf(duckdb::ExpressionState& state) {
  return state.expr.Cast<duckdb::BoundFunctionExpression>().bind_info->Cast<KernelData>();
}

template <class A>
auto Load(const duckdb::UnifiedVectorFormat& format, duckdb::idx_t row) {
  using Inner = typename OptionalTraits<A>::Inner;
  auto index = format.sel->get_index(row);
  auto* values = reinterpret_cast<const typename Stored<Inner>::Type*>(format.data);
  if constexpr (OptionalTraits<A>::kOptional) {
    if (!format.validity.RowIsValid(index)) return std::optional<Inner>();
    return std::optional<Inner>(Stored<Inner>::Get(values[index]));
  } else {
    return Stored<Inner>::Get(values[index]);
  }
}

template <class A>
bool Missing(const duckdb::UnifiedVectorFormat& format, duckdb::idx_t row) {
  if constexpr (OptionalTraits<A>::kOptional) return false;
  return !format.validity.RowIsValid(format.sel->get_index(row));
}

template <class R, class F, class... A, size_t... I>
void Run(const F& function, duckdb::DataChunk& args, duckdb::ExpressionState& state, duckdb::Vector& result,
         std::index_sequence<I...>) {
  using Inner = typename OptionalTraits<R>::Inner;
  using Slot = typename Stored<Inner>::Type;
  Call call{DataOf(state)};
  bool constant = sizeof...(A) > 0;
  bool direct = true;
  for (auto& column : args.data) {
    auto type = column.GetVectorType();
    constant = constant && type == duckdb::VectorType::CONSTANT_VECTOR;
    direct = direct && (type == duckdb::VectorType::CONSTANT_VECTOR || type == duckdb::VectorType::FLAT_VECTOR);
  }
  duckdb::idx_t rows = constant ? 1 : args.size();
  std::array<duckdb::UnifiedVectorFormat, sizeof...(A) + 1> formats;
  for (size_t i = 0; i < sizeof...(A); i++) {
    args.data[i].ToUnifiedFormat(args.size(), formats[i]);
    direct = direct && formats[i].validity.AllValid();
  }
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  auto* slots = reinterpret_cast<Slot*>(duckdb::FlatVector::GetData(result));
  auto& validity = duckdb::FlatVector::Validity(result);
  auto store = [&](duckdb::idx_t row, R value) {
    if constexpr (OptionalTraits<R>::kOptional) {
      if (value)
        Stored<Inner>::Put(result, slots[row], *value);
      else
        validity.SetInvalid(row);
    } else {
      Stored<Inner>::Put(result, slots[row], std::move(value));
    }
  };
  if (direct) {
    // Flat or constant without nulls: the pointers advance by 0 or 1, so the loop has no indirection.
    std::array<duckdb::idx_t, sizeof...(A) + 1> step{
        (args.data[I].GetVectorType() == duckdb::VectorType::CONSTANT_VECTOR ? 0u : 1u)...};
    auto at = [&]<class T>(size_t i, duckdb::idx_t row, std::type_identity<T>) {
      using In = typename OptionalTraits<T>::Inner;
      return Stored<In>::Get(reinterpret_cast<const typename Stored<In>::Type*>(formats[i].data)[row * step[i]]);
    };
    for (duckdb::idx_t row = 0; row < rows; row++) store(row, function(call, at(I, row, std::type_identity<A>())...));
  } else {
    for (duckdb::idx_t row = 0; row < rows; row++) {
      if ((Missing<A>(formats[I], row) || ...)) {
        validity.SetInvalid(row);
      } else {
        store(row, function(call, Load<A>(formats[I], row)...));
      }
    }
  }
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

template <class F>
struct Signature : Signature<decltype(&F::operator())> {};
template <class C, class R, class... A>
struct Signature<R (C::*)(const Call&, A...) const> {
  using Result = R;
  static std::vector<duckdb::LogicalType> Types() { return {DefaultType<A>()...}; }
  template <class F>
  static duckdb::scalar_function_t Make(F function) {
    return [function](duckdb::DataChunk& args, duckdb::ExpressionState& state, duckdb::Vector& result) {
      Run<R, F, A...>(function, args, state, result, std::index_sequence_for<A...>());
    };
  }
};
template <class R, class... A>
struct Signature<R (*)(const Call&, A...)> {
  using Result = R;
  static std::vector<duckdb::LogicalType> Types() { return {DefaultType<A>()...}; }
  template <class F>
  static duckdb::scalar_function_t Make(F function) {
    return [function](duckdb::DataChunk& args, duckdb::ExpressionState& state, duckdb::Vector& result) {
      Run<R, F, A...>(function, args, state, result, std::index_sequence_for<A...>());
    };
  }
};

}  // namespace kernel_internal

/// A kernel over boxed values: for nested types and rare functions, where breadth counts more than speed.
using BoxedFunction = duckdb::Value (*)(const Call&, std::vector<duckdb::Value>&);
/// A kernel that sees whole vectors.
using VectorFunction = void (*)(const Call&, duckdb::DataChunk&, duckdb::Vector&);

/// Collects kernels by name and puts them into DuckDB's system catalog.
class KernelRegistry {
 public:
  explicit KernelRegistry(duckdb::DatabaseInstance& database);
  ~KernelRegistry();

  /// A row-wise kernel: `R f(const Call&, A...)`; null arguments give null unless the parameter is optional<>; an
  /// optional<> result may be null. Types come from the C++ types unless given. A result type of ANY means that the last
  /// extra constant is a typed null which carries it.
  template <class F>
  void Add(const std::string& name, F function, KernelTraits traits = kPlain, std::vector<duckdb::LogicalType> arguments = {},
           duckdb::LogicalType result = duckdb::LogicalType::INVALID) {
    using Sig = kernel_internal::Signature<F>;
    if (arguments.empty()) arguments = Sig::Types();
    if (result.id() == duckdb::LogicalTypeId::INVALID) result = DefaultType<typename Sig::Result>();
    Put(name, std::move(arguments), std::move(result), Sig::Make(function), traits, false);
  }

  /// A boxed kernel of `arity` arguments (-1: any number). The result type is the last extra constant's when `result` is
  /// ANY. Without traits.sees_nulls a null argument gives null.
  void AddBoxed(const std::string& name, int arity, BoxedFunction function, KernelTraits traits = kPlain,
                duckdb::LogicalType result = duckdb::LogicalType::ANY);
  void AddVector(const std::string& name, std::vector<duckdb::LogicalType> arguments, duckdb::LogicalType result,
                 VectorFunction function, KernelTraits traits = kPlain, bool varargs = false);

  void Put(const std::string& name, std::vector<duckdb::LogicalType> arguments, duckdb::LogicalType result,
           duckdb::scalar_function_t function, KernelTraits traits, bool varargs);
  /// A function that is no kernel: it binds itself.
  void AddScalar(duckdb::ScalarFunction function);
  void AddAggregate(duckdb::AggregateFunctionSet set);

  /// Registers everything that was added.
  void Finish();

 private:
  duckdb::DatabaseInstance& database_;
  std::map<std::string, duckdb::ScalarFunctionSet> scalars_;
  std::vector<duckdb::AggregateFunctionSet> aggregates_;
};

}  // namespace headrace::engine
