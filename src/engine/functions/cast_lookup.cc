#include "base/error.h"
#include "duckdb.hpp"
#include "engine/duck_types.h"
#include "engine/functions/casts.h"
#include "engine/functions/decimal_vector.h"
#include "functions/coercion.h"

namespace headrace::engine {

namespace {

using plan::DataType;
using plan::EvalMode;
using plan::TypeId;

const char* IntegralKernel(TypeId id) {
  switch (id) {
    case TypeId::kByte:
      return "spark_cast_tinyint";
    case TypeId::kShort:
      return "spark_cast_smallint";
    case TypeId::kInteger:
      return "spark_cast_int";
    case TypeId::kLong:
      return "spark_cast_bigint";
    default:
      return nullptr;
  }
}

/// The first and the last unit of an interval.
std::vector<duckdb::Value> UnitsOf(const DataType& interval) {
  bool day = interval.id() == TypeId::kDayTimeInterval;
  int start = day ? static_cast<int>(interval.day_time_start()) : static_cast<int>(interval.year_month_start());
  int end = day ? static_cast<int>(interval.day_time_end()) : static_cast<int>(interval.year_month_end());
  return {duckdb::Value::BIGINT(start), duckdb::Value::BIGINT(end)};
}

/// One cast being looked up.
struct Lookup {
  const DataType& from;
  const DataType& to;
  int64_t failure;

  CastLowering Kernel(std::string name, bool zone = false) const {
    CastLowering lowering{std::move(name), zone, true, {duckdb::Value::BIGINT(failure)}};
    if (to.id() == TypeId::kDecimal) lowering.extra.push_back(duckdb::Value(DuckType(to)));
    return lowering;
  }
  CastLowering WithUnits(const std::string& name, const DataType& interval) const {
    auto lowering = Kernel(name);
    auto units = UnitsOf(interval);
    lowering.extra.insert(lowering.extra.begin() + 1, units.begin(), units.end());
    return lowering;
  }
  std::optional<CastLowering> ToText() const;
  std::optional<CastLowering> ToNumber() const;
  std::optional<CastLowering> ToOther() const;
};

std::optional<CastLowering> Lookup::ToText() const {
  switch (from.id()) {
    case TypeId::kDecimal:
      return Kernel("spark_cast_string_of_decimal");
    case TypeId::kDayTimeInterval:
      return WithUnits("spark_cast_string_of_micros", from);
    case TypeId::kYearMonthInterval:
      return WithUnits("spark_cast_string_of_months", from);
    default:
      if (from.id() == TypeId::kBoolean || from.IsIntegral()) return CastLowering();
      return Kernel("spark_cast_string", true);
  }
}

std::optional<CastLowering> Lookup::ToNumber() const {
  TypeId f = from.id(), t = to.id();
  const char* integral = IntegralKernel(t);
  std::string name = integral != nullptr    ? integral
                     : t == TypeId::kFloat  ? "spark_cast_float"
                     : t == TypeId::kDouble ? "spark_cast_double"
                                            : "spark_cast_decimal";
  if (f == TypeId::kTimestamp) return Kernel(name + "_of_timestamp", integral != nullptr);
  if (f == TypeId::kDayTimeInterval) return WithUnits(name + "_of_micros", from);
  if (f == TypeId::kYearMonthInterval) return WithUnits(name + "_of_months", from);
  if (from.IsString()) return Kernel(name + "_of_string");
  if (f == TypeId::kDecimal) return Kernel(name + "_of_decimal");
  if (f != TypeId::kBoolean && !from.IsNumeric()) return std::nullopt;
  bool widens = from.IsIntegral() && integral != nullptr && f < t;
  if (widens || t == TypeId::kFloat || t == TypeId::kDouble) return CastLowering();
  return Kernel(name);
}

std::optional<CastLowering> Lookup::ToOther() const {
  TypeId f = from.id();
  bool text = from.IsString();
  std::string kind = text ? "_of_string" : f == TypeId::kDecimal ? "_of_decimal" : "";
  switch (to.id()) {
    case TypeId::kBoolean:
      return Kernel("spark_cast_boolean" + kind);
    case TypeId::kBinary:
      return Kernel("spark_cast_binary");
    case TypeId::kDate:
      return Kernel(text ? "spark_cast_string_date" : "spark_cast_date", true);
    case TypeId::kTimestamp:
      if (text) return Kernel("spark_cast_string_timestamp", true);
      if (from.IsDatetime()) return Kernel("spark_cast_timestamp", true);
      if (f == TypeId::kDecimal) return Kernel("spark_cast_timestamp_of_decimal");
      return Kernel(f == TypeId::kFloat || f == TypeId::kDouble ? "spark_cast_timestamp_of_double"
                                                                : "spark_cast_timestamp_of_long");
    case TypeId::kTimestampNtz:
      return Kernel(text ? "spark_cast_string_timestamp_ntz" : "spark_cast_timestamp_ntz", true);
    case TypeId::kTime:
      if (text) return Kernel("spark_cast_string_time");
      return std::nullopt;
    case TypeId::kDayTimeInterval:
      if (text) return WithUnits("spark_cast_string_micros", to);
      return WithUnits(f == TypeId::kDayTimeInterval ? "spark_cast_micros_of_micros" : "spark_cast_micros" + kind, to);
    case TypeId::kYearMonthInterval:
      if (text) return WithUnits("spark_cast_string_months", to);
      return WithUnits(f == TypeId::kYearMonthInterval ? "spark_cast_months_of_months" : "spark_cast_months" + kind, to);
    case TypeId::kCalendarInterval:
      if (text) return Kernel("spark_cast_string_calendar");
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<CastLowering> FindCast(const DataType& from, const DataType& to, EvalMode mode) {
  if (!functions::CanCast(from, to, mode)) return std::nullopt;
  if (from.id() == TypeId::kNull || (from.IsString() && to.IsString())) return CastLowering();
  bool sized = from.id() == TypeId::kDecimal || from.id() == TypeId::kDayTimeInterval || from.id() == TypeId::kYearMonthInterval;
  if (from == to || (from.id() == to.id() && !sized)) return CastLowering();
  Lookup lookup{from, to, mode == EvalMode::kAnsi ? kThrow : mode == EvalMode::kTry ? kNull : kWrap};
  auto found = to.IsString() ? lookup.ToText() : to.IsNumeric() ? lookup.ToNumber() : lookup.ToOther();
  if (!found) ThrowUnsupported("cast of " + from.Sql() + " to " + to.Sql());
  return found;
}

}  // namespace headrace::engine
