#pragma once

// Internal to the kernels: needs duckdb.hpp.

#include <optional>
#include <string>

#include "engine/functions/decimal_math.h"
#include "engine/functions/kernel.h"

namespace headrace::engine {

/// The first extra constant of every cast kernel: what to do with a value that cannot be cast.
enum Failure : int64_t { kNull = 0, kThrow = 1, kWrap = 2 };

/// Calls use(row, value) for every row of a vector of decimals, whose physical width varies.
template <class F>
void FromDecimal(duckdb::Vector& input, duckdb::idx_t count, F use) {
  duckdb::UnifiedVectorFormat format;
  input.ToUnifiedFormat(count, format);
  auto physical = input.GetType().InternalType();
  for (duckdb::idx_t row = 0; row < count; row++) {
    auto index = format.sel->get_index(row);
    if (!format.validity.RowIsValid(index)) {
      use(row, std::optional<Int128>());
      continue;
    }
    switch (physical) {
      case duckdb::PhysicalType::INT16:
        use(row, std::optional<Int128>(duckdb::UnifiedVectorFormat::GetData<int16_t>(format)[index]));
        break;
      case duckdb::PhysicalType::INT32:
        use(row, std::optional<Int128>(duckdb::UnifiedVectorFormat::GetData<int32_t>(format)[index]));
        break;
      case duckdb::PhysicalType::INT64:
        use(row, std::optional<Int128>(duckdb::UnifiedVectorFormat::GetData<int64_t>(format)[index]));
        break;
      default:
        use(row, std::optional<Int128>(ToInt128(duckdb::UnifiedVectorFormat::GetData<duckdb::hugeint_t>(format)[index])));
    }
  }
}

/// Stores one row of a vector of decimals.
inline void PutDecimal(duckdb::Vector& result, duckdb::idx_t row, std::optional<Int128> value) {
  if (!value) {
    duckdb::FlatVector::SetNull(result, row, true);
    return;
  }
  switch (result.GetType().InternalType()) {
    case duckdb::PhysicalType::INT16:
      duckdb::FlatVector::GetData<int16_t>(result)[row] = static_cast<int16_t>(*value);
      break;
    case duckdb::PhysicalType::INT32:
      duckdb::FlatVector::GetData<int32_t>(result)[row] = static_cast<int32_t>(*value);
      break;
    case duckdb::PhysicalType::INT64:
      duckdb::FlatVector::GetData<int64_t>(result)[row] = static_cast<int64_t>(*value);
      break;
    default:
      duckdb::FlatVector::GetData<duckdb::hugeint_t>(result)[row] = ToHugeint(*value);
  }
}

/// The result of constant arguments is constant.
inline void Collapse(duckdb::DataChunk& args, duckdb::Vector& result) {
  if (args.AllConstant()) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

/// The value at the decimal's scale, or by failure null or NUMERIC_VALUE_OUT_OF_RANGE.
inline std::optional<Int128> FitDecimal(const Call& call, std::optional<Int128> value, const std::string& shown, int precision,
                                        int scale) {
  if (value && FitsPrecision(*value, precision)) return value;
  if (call.Long(0) == kThrow) ThrowDecimalOutOfRange(call.site(), shown, precision, scale);
  return std::nullopt;
}

}  // namespace headrace::engine
