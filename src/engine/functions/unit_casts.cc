#include <cmath>
#include <limits>

#include "engine/functions/calendar.h"
#include "engine/functions/casts.h"
#include "engine/functions/decimal_vector.h"
#include "engine/functions/groups.h"
#include "engine/functions/interval_text.h"

namespace headrace::engine {

namespace {

using duckdb::LogicalType;

// Extra constants: the failure, then the interval's first and last unit, then (for decimals) a null of the result's type.
constexpr KernelTraits kFailing{.extra = 1, .fallible = true};
constexpr KernelTraits kUnits{.extra = 3, .fallible = true};
constexpr KernelTraits kInstant{.extra = 1, .time_zone = true, .fallible = true};

bool GivesNull(const Call& call) { return call.Long(0) == kNull; }
int Start(const Call& call) { return static_cast<int>(call.Long(1)); }
int End(const Call& call) { return static_cast<int>(call.Long(2)); }

constexpr int64_t kMicrosOf[] = {kMicrosPerDay, kMicrosPerHour, kMicrosPerMinute, kMicrosPerSecond};
int64_t EndMicros(const Call& call) { return kMicrosOf[End(call)]; }
/// Months of the last unit: of a year or of a month.
int64_t EndMonths(const Call& call) { return End(call) == 0 ? 12 : 1; }

std::string DayTimeType(const Call& call) { return "INTERVAL " + DayTimeUnits(Start(call), End(call)); }
std::string YearMonthType(const Call& call) { return "INTERVAL " + YearMonthUnits(Start(call), End(call)); }

template <class T>
constexpr const char* kNumber = sizeof(T) == 1   ? "TINYINT"
                                : sizeof(T) == 2 ? "SMALLINT"
                                : sizeof(T) == 4 ? "INT"
                                                 : "BIGINT";
template <class T>
std::string Shown(T value) {
  return std::to_string(value) + (sizeof(T) == 1 ? "Y" : sizeof(T) == 2 ? "S" : sizeof(T) == 8 ? "L" : "");
}

// ---- To integers ----

template <class To>
void AddToIntegral(KernelRegistry& registry, const std::string& name) {
  registry.Add(
      name + "_of_micros",
      [](const Call& call, int64_t micros) -> std::optional<To> {
        int64_t whole = micros / EndMicros(call);
        if (whole == static_cast<To>(whole)) return static_cast<To>(whole);
        if (GivesNull(call)) return std::nullopt;
        ThrowCastOverflow(call.site(), DayTimeText(micros, Start(call), End(call)), DayTimeType(call), kNumber<To>);
      },
      kUnits);
  registry.Add(
      name + "_of_months",
      [](const Call& call, int32_t months) -> std::optional<To> {
        int64_t whole = months / EndMonths(call);
        if (whole == static_cast<To>(whole)) return static_cast<To>(whole);
        if (GivesNull(call)) return std::nullopt;
        ThrowCastOverflow(call.site(), YearMonthText(months, Start(call), End(call)), YearMonthType(call), kNumber<To>);
      },
      kUnits);
  registry.Add(name + "_of_timestamp",
               [](const Call& call, int64_t micros) -> std::optional<To> {
                 int64_t seconds = FloorDivide(micros, kMicrosPerSecond);
                 if (seconds == static_cast<To>(seconds) || call.Long(0) == kWrap) return static_cast<To>(seconds);
                 if (GivesNull(call)) return std::nullopt;
                 ThrowCastOverflow(call.site(), "TIMESTAMP '" + WallClockText(Zone::Of(call.time_zone()).ToLocal(micros)) + "'",
                                   "TIMESTAMP", kNumber<To>);
               },
               kInstant, {LogicalType::TIMESTAMP_TZ});
}

// ---- From integers ----

template <class From>
void AddOfIntegral(KernelRegistry& registry) {
  registry.Add(
      "spark_cast_micros",
      [](const Call& call, From value) -> std::optional<int64_t> {
        int64_t micros;
        if (!__builtin_mul_overflow(static_cast<int64_t>(value), EndMicros(call), &micros)) return micros;
        if (GivesNull(call)) return std::nullopt;
        ThrowCastOverflow(call.site(), Shown(value), kNumber<From>, DayTimeType(call));
      },
      kUnits);
  registry.Add(
      "spark_cast_months",
      [](const Call& call, From value) -> std::optional<int32_t> {
        int32_t months;
        if (!__builtin_mul_overflow(static_cast<int64_t>(value), EndMonths(call), &months)) return months;
        if (GivesNull(call)) return std::nullopt;
        ThrowCastOverflow(call.site(), Shown(value), kNumber<From>, YearMonthType(call));
      },
      kUnits);
}

// ---- Decimals ----

/// A decimal times `unit`, half up, or nothing when it does not fit.
template <class Out>
void DecimalToUnits(const Call& call, duckdb::DataChunk& args, duckdb::Vector& result, int64_t unit, const std::string& target) {
  const auto& type = args.data[0].GetType();
  int scale = duckdb::DecimalType::GetScale(type);
  auto* out = duckdb::FlatVector::GetData<Out>(result);
  FromDecimal(args.data[0], args.size(), [&](duckdb::idx_t row, std::optional<Int128> value) {
    if (!value) return duckdb::FlatVector::SetNull(result, row, true);
    auto units = MultiplyHalfUp(*value, unit, scale);
    if (units && *units == static_cast<Out>(*units)) {
      out[row] = static_cast<Out>(*units);
      return;
    }
    if (GivesNull(call)) return duckdb::FlatVector::SetNull(result, row, true);
    std::string source = "DECIMAL(" + std::to_string(duckdb::DecimalType::GetWidth(type)) + "," + std::to_string(scale) + ")";
    ThrowCastOverflow(call.site(), DecimalToText(*value, scale) + "BD", source, target);
  });
  Collapse(args, result);
}
void DecimalToMicros(const Call& call, duckdb::DataChunk& args, duckdb::Vector& result) {
  DecimalToUnits<int64_t>(call, args, result, EndMicros(call), DayTimeType(call));
}
void DecimalToMonths(const Call& call, duckdb::DataChunk& args, duckdb::Vector& result) {
  DecimalToUnits<int32_t>(call, args, result, EndMonths(call), YearMonthType(call));
}
/// The instant, of which Java keeps the low 64 bits.
void DecimalToTimestamp(const Call&, duckdb::DataChunk& args, duckdb::Vector& result) {
  int scale = duckdb::DecimalType::GetScale(args.data[0].GetType());
  auto* out = duckdb::FlatVector::GetData<int64_t>(result);
  FromDecimal(args.data[0], args.size(), [&](duckdb::idx_t row, std::optional<Int128> value) {
    if (!value) return duckdb::FlatVector::SetNull(result, row, true);
    auto micros = scale > 6 ? std::optional<Int128>(*value / PowerOfTen(scale - 6)) : Rescale(*value, scale, 6);
    out[row] = static_cast<int64_t>(micros.value_or(0));
  });
  Collapse(args, result);
}

/// Units as a decimal: seconds keep their fraction.
template <class In>
void ToDecimal(const Call& call, duckdb::DataChunk& args, duckdb::Vector& result, int64_t unit, int from_scale) {
  int scale = duckdb::DecimalType::GetScale(result.GetType()), precision = duckdb::DecimalType::GetWidth(result.GetType());
  duckdb::UnifiedVectorFormat format;
  args.data[0].ToUnifiedFormat(args.size(), format);
  for (duckdb::idx_t row = 0; row < args.size(); row++) {
    auto index = format.sel->get_index(row);
    std::optional<Int128> value;
    if (format.validity.RowIsValid(index)) {
      Int128 whole = duckdb::UnifiedVectorFormat::GetData<In>(format)[index] / unit;
      value = FitDecimal(call, Rescale(whole, from_scale, scale), DecimalToText(whole, from_scale), precision, scale);
    }
    PutDecimal(result, row, value);
  }
  Collapse(args, result);
}
void MicrosToDecimal(const Call& call, duckdb::DataChunk& args, duckdb::Vector& result) {
  bool seconds = End(call) == 3;
  ToDecimal<int64_t>(call, args, result, seconds ? 1 : EndMicros(call), seconds ? 6 : 0);
}
void MonthsToDecimal(const Call& call, duckdb::DataChunk& args, duckdb::Vector& result) {
  ToDecimal<int32_t>(call, args, result, EndMonths(call), 0);
}
void TimestampToDecimal(const Call& call, duckdb::DataChunk& args, duckdb::Vector& result) {
  ToDecimal<int64_t>(call, args, result, 1, 6);
}

std::optional<int64_t> DoubleToTimestamp(const Call& call, double seconds) {
  bool throws = call.Long(0) == kThrow;
  if (!std::isfinite(seconds)) {
    if (throws) ThrowCastInput(call.site(), DoubleText(seconds), "DOUBLE", "TIMESTAMP");
    return std::nullopt;
  }
  constexpr double kLimit = 9223372036854775808.0;
  double micros = seconds * 1e6;
  if (micros > -kLimit && micros < kLimit) return static_cast<int64_t>(micros);
  if (throws && std::fabs(micros) > kLimit) ThrowCastOverflow(call.site(), DoubleText(micros) + "D", "DOUBLE", "BIGINT");
  if (GivesNull(call)) return std::nullopt;
  return micros < 0 ? std::numeric_limits<int64_t>::min() : std::numeric_limits<int64_t>::max();
}

}  // namespace

void RegisterUnitCasts(KernelRegistry& registry) {
  AddToIntegral<int8_t>(registry, "spark_cast_tinyint");
  AddToIntegral<int16_t>(registry, "spark_cast_smallint");
  AddToIntegral<int32_t>(registry, "spark_cast_int");
  AddToIntegral<int64_t>(registry, "spark_cast_bigint");
  AddOfIntegral<int8_t>(registry);
  AddOfIntegral<int16_t>(registry);
  AddOfIntegral<int32_t>(registry);
  AddOfIntegral<int64_t>(registry);
  registry.AddVector("spark_cast_micros_of_decimal", {LogicalType::ANY}, LogicalType::BIGINT, DecimalToMicros, kUnits);
  registry.AddVector("spark_cast_months_of_decimal", {LogicalType::ANY}, LogicalType::INTEGER, DecimalToMonths, kUnits);
  constexpr KernelTraits kUnitsTyped{.extra = 4, .fallible = true};
  registry.AddVector("spark_cast_decimal_of_micros", {LogicalType::BIGINT}, LogicalType::ANY, MicrosToDecimal, kUnitsTyped);
  registry.AddVector("spark_cast_decimal_of_months", {LogicalType::INTEGER}, LogicalType::ANY, MonthsToDecimal, kUnitsTyped);
  registry.AddVector("spark_cast_decimal_of_timestamp", {LogicalType::TIMESTAMP_TZ}, LogicalType::ANY, TimestampToDecimal,
                     {.extra = 2, .fallible = true});
  registry.AddVector("spark_cast_timestamp_of_decimal", {LogicalType::ANY}, LogicalType::TIMESTAMP_TZ, DecimalToTimestamp,
                     kFailing);
  // To an interval whose last unit is larger: the rest goes.
  registry.Add(
      "spark_cast_micros_of_micros", [](const Call& call, int64_t micros) { return micros - micros % EndMicros(call); }, kUnits);
  registry.Add(
      "spark_cast_months_of_months",
      [](const Call& call, int32_t months) { return static_cast<int32_t>(months - months % EndMonths(call)); }, kUnits);

  registry.Add(
      "spark_cast_timestamp_of_long",
      [](const Call&, int64_t seconds) -> int64_t {
        int64_t micros;
        if (__builtin_mul_overflow(seconds, kMicrosPerSecond, &micros))
          micros = seconds < 0 ? std::numeric_limits<int64_t>::min() : std::numeric_limits<int64_t>::max();
        return micros;
      },
      kFailing, {}, LogicalType::TIMESTAMP_TZ);
  registry.Add("spark_cast_timestamp_of_double", DoubleToTimestamp, kFailing, {}, LogicalType::TIMESTAMP_TZ);
  registry.Add("spark_cast_double_of_timestamp", [](const Call&, int64_t v) -> double { return static_cast<double>(v) / 1e6; },
               kFailing, {LogicalType::TIMESTAMP_TZ});
  registry.Add("spark_cast_float_of_timestamp",
               [](const Call&, int64_t v) -> float { return static_cast<float>(static_cast<double>(v) / 1e6); }, kFailing,
               {LogicalType::TIMESTAMP_TZ});
}

}  // namespace headrace::engine
