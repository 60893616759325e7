#include "engine/functions/casts.h"

#include <charconv>
#include <cmath>
#include <limits>

#include "engine/duck_types.h"
#include "engine/functions/calendar.h"
#include "engine/functions/decimal_math.h"
#include "engine/functions/decimal_vector.h"
#include "engine/functions/groups.h"
#include "engine/functions/interval_text.h"
#include "functions/coercion.h"

namespace headrace::engine {

namespace {

using duckdb::LogicalType;
using plan::DataType;
using plan::EvalMode;
using plan::TypeId;

constexpr KernelTraits kCast{.extra = 1, .fallible = true};
constexpr KernelTraits kZonedCast{.extra = 1, .time_zone = true, .fallible = true};

bool Throws(const Call& call) { return call.Long(0) == kThrow; }
bool GivesNull(const Call& call) { return call.Long(0) == kNull; }

template <class T>
constexpr const char* SqlName() {
  if constexpr (std::is_same_v<T, int8_t>)
    return "TINYINT";
  else if constexpr (std::is_same_v<T, int16_t>)
    return "SMALLINT";
  else if constexpr (std::is_same_v<T, int32_t>)
    return "INT";
  else if constexpr (std::is_same_v<T, int64_t>)
    return "BIGINT";
  else if constexpr (std::is_same_v<T, float>)
    return "FLOAT";
  else
    return "DOUBLE";
}

template <class T>
std::string Shown(T value) {
  if constexpr (std::is_same_v<T, int64_t>)
    return std::to_string(value) + "L";
  else if constexpr (std::is_same_v<T, int16_t>)
    return std::to_string(value) + "S";
  else if constexpr (std::is_same_v<T, int8_t>)
    return std::to_string(value) + "Y";
  else if constexpr (std::is_same_v<T, float>)
    return FloatText(value);
  else if constexpr (std::is_same_v<T, double>)
    return DoubleText(value) + (std::isfinite(value) ? "D" : "");
  else
    return std::to_string(value);
}

template <class From, class To>
std::optional<To> ToIntegral(const Call& call, From value) {
  if constexpr (std::is_floating_point_v<From>) {
    // Java: towards zero, saturating; byte and short go through int.
    using Wide = std::conditional_t<sizeof(To) == 8, int64_t, int32_t>;
    constexpr double kLow = static_cast<double>(std::numeric_limits<To>::min());
    constexpr double kHigh = static_cast<double>(std::numeric_limits<To>::max());
    double down = std::floor(static_cast<double>(value)), up = std::ceil(static_cast<double>(value));
    bool fits = sizeof(To) == 8 ? (down <= kHigh && up >= kLow) : (down <= kHigh && up >= kLow);
    if (!fits || std::isnan(value)) {
      if (Throws(call)) ThrowCastOverflow(call.site(), Shown(value), SqlName<From>(), SqlName<To>());
      if (GivesNull(call)) return std::nullopt;
    }
    if (std::isnan(value)) return To(0);
    double whole = std::trunc(static_cast<double>(value));
    if (whole >= static_cast<double>(std::numeric_limits<Wide>::max())) return static_cast<To>(std::numeric_limits<Wide>::max());
    if (whole <= static_cast<double>(std::numeric_limits<Wide>::min())) return static_cast<To>(std::numeric_limits<Wide>::min());
    return static_cast<To>(static_cast<Wide>(whole));
  } else {
    if (value != static_cast<From>(static_cast<To>(value))) {
      if (Throws(call)) ThrowCastOverflow(call.site(), Shown(value), SqlName<From>(), SqlName<To>());
      if (GivesNull(call)) return std::nullopt;
    }
    return static_cast<To>(value);
  }
}

/// Spark's UTF8String.toLong: sign and digits; legacy also takes a fraction and drops it.
std::optional<int64_t> ParseLong(std::string_view text, bool allow_fraction) {
  text = TrimAll(text);
  size_t i = 0;
  bool negative = false;
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) negative = text[i++] == '-';
  if (i == text.size()) return std::nullopt;
  uint64_t value = 0;
  const uint64_t limit = negative ? uint64_t{1} << 63 : (uint64_t{1} << 63) - 1;
  size_t start = i;
  for (; i < text.size() && text[i] >= '0' && text[i] <= '9'; i++) {
    uint64_t digit = text[i] - '0';
    if (value > (limit - digit) / 10) return std::nullopt;
    value = value * 10 + digit;
  }
  if (i < text.size()) {
    if (!allow_fraction || text[i] != '.') return std::nullopt;
    if (i == start && i + 1 == text.size()) return std::nullopt;
    for (i++; i < text.size(); i++) {
      if (text[i] < '0' || text[i] > '9') return std::nullopt;
    }
  }
  return negative ? static_cast<int64_t>(0 - value) : static_cast<int64_t>(value);
}

std::string QuotedText(std::string_view text) { return "'" + std::string(text) + "'"; }

template <class To>
std::optional<To> StringToIntegral(const Call& call, std::string_view text) {
  auto value = ParseLong(text, !Throws(call) && call.Long(0) == kWrap);
  if (value && *value == static_cast<To>(*value)) return static_cast<To>(*value);
  if (Throws(call)) ThrowCastInput(call.site(), QuotedText(text), "STRING", SqlName<To>());
  return std::nullopt;
}

template <class To>
std::optional<To> ParseFloating(std::string_view text) {
  text = TrimAll(text);
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  std::string_view body = lower;
  bool negative = !body.empty() && body[0] == '-';
  if (!body.empty() && (body[0] == '+' || body[0] == '-')) body.remove_prefix(1);
  if (body == "inf" || body == "infinity")
    return negative ? -std::numeric_limits<To>::infinity() : std::numeric_limits<To>::infinity();
  if (body == "nan") return lower == "nan" ? std::optional<To>(std::numeric_limits<To>::quiet_NaN()) : std::nullopt;
  if (body.empty() || !((body[0] >= '0' && body[0] <= '9') || body[0] == '.')) return std::nullopt;
  if (body.size() > 1 && (body.back() == 'd' || body.back() == 'f')) body.remove_suffix(1);
  To value;
  auto [end, error] = std::from_chars(body.data(), body.data() + body.size(), value);
  if (end != body.data() + body.size()) return std::nullopt;
  if (error == std::errc::result_out_of_range)
    value = std::strtod(std::string(body).c_str(), nullptr);
  else if (error != std::errc())
    return std::nullopt;
  return negative ? -value : value;
}

template <class To>
std::optional<To> StringToFloating(const Call& call, std::string_view text) {
  if (auto value = ParseFloating<To>(text)) return value;
  if (Throws(call)) ThrowCastInput(call.site(), QuotedText(text), "STRING", SqlName<To>());
  return std::nullopt;
}

std::optional<bool> StringToBoolean(const Call& call, std::string_view text) {
  std::string lower(TrimAll(text));
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (const char* yes : {"t", "true", "y", "yes", "1"}) {
    if (lower == yes) return true;
  }
  for (const char* no : {"f", "false", "n", "no", "0"}) {
    if (lower == no) return false;
  }
  if (Throws(call)) ThrowCastInput(call.site(), QuotedText(text), "STRING", "BOOLEAN");
  return std::nullopt;
}

std::optional<int32_t> StringToDate(const Call& call, std::string_view text) {
  if (auto days = ParseDate(text)) return static_cast<int32_t>(*days);
  if (Throws(call)) ThrowCastInput(call.site(), QuotedText(text), "STRING", "DATE");
  return std::nullopt;
}

template <bool kNtz>
std::optional<int64_t> StringToTimestamp(const Call& call, std::string_view text) {
  if (auto micros = ParseTimestamp(text, Zone::Of(call.time_zone()), kNtz)) return micros;
  if (Throws(call)) ThrowCastInput(call.site(), QuotedText(text), "STRING", kNtz ? "TIMESTAMP_NTZ" : "TIMESTAMP");
  return std::nullopt;
}

// ---- Decimals ----

void DecimalToDecimal(const Call& call, duckdb::DataChunk& args, duckdb::Vector& result) {
  int from = duckdb::DecimalType::GetScale(args.data[0].GetType());
  int scale = duckdb::DecimalType::GetScale(result.GetType()), precision = duckdb::DecimalType::GetWidth(result.GetType());
  FromDecimal(args.data[0], args.size(), [&](duckdb::idx_t row, std::optional<Int128> value) {
    if (value) {
      auto scaled = Rescale(*value, from, scale);
      if (!scaled || !FitsPrecision(*scaled, precision))
        value = FitDecimal(call, std::nullopt, DecimalToText(*value, from), precision, scale);
      else
        value = scaled;
    }
    PutDecimal(result, row, value);
  });
  Collapse(args, result);
}

template <class From>
void NumberToDecimal(const Call& call, duckdb::DataChunk& args, duckdb::Vector& result) {
  int scale = duckdb::DecimalType::GetScale(result.GetType()), precision = duckdb::DecimalType::GetWidth(result.GetType());
  duckdb::UnifiedVectorFormat format;
  args.data[0].ToUnifiedFormat(args.size(), format);
  for (duckdb::idx_t row = 0; row < args.size(); row++) {
    auto index = format.sel->get_index(row);
    if (!format.validity.RowIsValid(index)) {
      PutDecimal(result, row, std::nullopt);
      continue;
    }
    From value = duckdb::UnifiedVectorFormat::GetData<From>(format)[index];
    if constexpr (std::is_floating_point_v<From>) {
      if (!std::isfinite(value)) {
        PutDecimal(result, row, std::nullopt);
        continue;
      }
      PutDecimal(result, row, FitDecimal(call, DoubleToDecimal(value, scale), PlainText(value), precision, scale));
    } else {
      PutDecimal(result, row,
                 FitDecimal(call, Rescale(value, 0, scale), std::to_string(static_cast<int64_t>(value)), precision, scale));
    }
  }
  Collapse(args, result);
}

void StringToDecimal(const Call& call, duckdb::DataChunk& args, duckdb::Vector& result) {
  int scale = duckdb::DecimalType::GetScale(result.GetType()), precision = duckdb::DecimalType::GetWidth(result.GetType());
  std::string target = "DECIMAL(" + std::to_string(precision) + "," + std::to_string(scale) + ")";
  duckdb::UnifiedVectorFormat format;
  args.data[0].ToUnifiedFormat(args.size(), format);
  for (duckdb::idx_t row = 0; row < args.size(); row++) {
    auto index = format.sel->get_index(row);
    if (!format.validity.RowIsValid(index)) {
      PutDecimal(result, row, std::nullopt);
      continue;
    }
    auto text = Stored<std::string_view>::Get(duckdb::UnifiedVectorFormat::GetData<duckdb::string_t>(format)[index]);
    auto trimmed = TrimAll(text);
    bool overflow;
    auto value = ParseDecimal(trimmed.data(), trimmed.size(), scale, &overflow);
    if (!value && !overflow && Throws(call)) ThrowCastInput(call.site(), QuotedText(text), "STRING", target);
    PutDecimal(result, row, !value && !overflow ? std::nullopt : FitDecimal(call, value, std::string(trimmed), precision, scale));
  }
  Collapse(args, result);
}

template <class To>
void DecimalToNumber(const Call& call, duckdb::DataChunk& args, duckdb::Vector& result) {
  const auto& type = args.data[0].GetType();
  int scale = duckdb::DecimalType::GetScale(type);
  auto* out = duckdb::FlatVector::GetData<To>(result);
  FromDecimal(args.data[0], args.size(), [&](duckdb::idx_t row, std::optional<Int128> value) {
    if (!value) return duckdb::FlatVector::SetNull(result, row, true);
    if constexpr (std::is_same_v<To, bool>) {
      out[row] = *value != 0;
    } else if constexpr (std::is_floating_point_v<To>) {
      out[row] = static_cast<To>(DecimalToDouble(*value, scale));
    } else {
      Int128 whole = *value / PowerOfTen(scale);
      if (whole != static_cast<To>(whole)) {
        if (Throws(call)) {
          std::string source =
              "DECIMAL(" + std::to_string(duckdb::DecimalType::GetWidth(type)) + "," + std::to_string(scale) + ")";
          ThrowCastOverflow(call.site(), DecimalToText(*value, scale) + "BD", source, SqlName<To>());
        }
        if (GivesNull(call)) return duckdb::FlatVector::SetNull(result, row, true);
      }
      out[row] = static_cast<To>(whole);
    }
  });
  Collapse(args, result);
}

void DecimalToString(const Call&, duckdb::DataChunk& args, duckdb::Vector& result) {
  int scale = duckdb::DecimalType::GetScale(args.data[0].GetType());
  auto* out = duckdb::FlatVector::GetData<duckdb::string_t>(result);
  FromDecimal(args.data[0], args.size(), [&](duckdb::idx_t row, std::optional<Int128> value) {
    if (!value) return duckdb::FlatVector::SetNull(result, row, true);
    out[row] = duckdb::StringVector::AddString(result, DecimalToText(*value, scale));
  });
  Collapse(args, result);
}

// ---- Registration and lookup ----

template <class To>
void AddIntegralCasts(KernelRegistry& registry, const std::string& name) {
  registry.Add(
      name, [](const Call&, bool v) -> To { return v; }, kCast);
  registry.Add(
      name, [](const Call& c, int8_t v) { return ToIntegral<int8_t, To>(c, v); }, kCast);
  registry.Add(
      name, [](const Call& c, int16_t v) { return ToIntegral<int16_t, To>(c, v); }, kCast);
  registry.Add(
      name, [](const Call& c, int32_t v) { return ToIntegral<int32_t, To>(c, v); }, kCast);
  registry.Add(
      name, [](const Call& c, int64_t v) { return ToIntegral<int64_t, To>(c, v); }, kCast);
  registry.Add(
      name, [](const Call& c, float v) { return ToIntegral<float, To>(c, v); }, kCast);
  registry.Add(
      name, [](const Call& c, double v) { return ToIntegral<double, To>(c, v); }, kCast);
  registry.Add(name + "_of_string", StringToIntegral<To>, kCast);
  registry.AddVector(name + "_of_decimal", {LogicalType::ANY}, DefaultType<To>(), DecimalToNumber<To>, kCast);
}

template <class From>
void AddNumberCasts(KernelRegistry& registry) {
  registry.Add(
      "spark_cast_boolean", [](const Call&, From v) -> bool { return v != 0; }, kCast);
  registry.AddVector("spark_cast_decimal", {DefaultType<From>()}, LogicalType::ANY, NumberToDecimal<From>,
                     {.extra = 2, .fallible = true});
}

/// A day's first microsecond; days there are far more than microseconds.
int64_t MidnightOf(int32_t day) {
  int64_t micros = 0;
  if (__builtin_mul_overflow(int64_t{day}, kMicrosPerDay, &micros))
    ThrowSpark(-1, "", {}, "long overflow", ErrorKind::kArithmetic);
  return micros;
}

}  // namespace

void RegisterCasts(KernelRegistry& registry) {
  RegisterUnitCasts(registry);
  AddIntegralCasts<int8_t>(registry, "spark_cast_tinyint");
  AddIntegralCasts<int16_t>(registry, "spark_cast_smallint");
  AddIntegralCasts<int32_t>(registry, "spark_cast_int");
  AddIntegralCasts<int64_t>(registry, "spark_cast_bigint");
  AddNumberCasts<int8_t>(registry);
  AddNumberCasts<int16_t>(registry);
  AddNumberCasts<int32_t>(registry);
  AddNumberCasts<int64_t>(registry);
  AddNumberCasts<float>(registry);
  AddNumberCasts<double>(registry);
  registry.AddVector("spark_cast_decimal", {LogicalType::BOOLEAN}, LogicalType::ANY, NumberToDecimal<bool>,
                     {.extra = 2, .fallible = true});
  registry.AddVector("spark_cast_decimal_of_string", {LogicalType::VARCHAR}, LogicalType::ANY, StringToDecimal,
                     {.extra = 2, .fallible = true});
  registry.AddVector("spark_cast_decimal_of_decimal", {LogicalType::ANY}, LogicalType::ANY, DecimalToDecimal,
                     {.extra = 2, .fallible = true});
  registry.AddVector("spark_cast_float_of_decimal", {LogicalType::ANY}, LogicalType::FLOAT, DecimalToNumber<float>, kCast);
  registry.AddVector("spark_cast_double_of_decimal", {LogicalType::ANY}, LogicalType::DOUBLE, DecimalToNumber<double>, kCast);
  registry.AddVector("spark_cast_boolean_of_decimal", {LogicalType::ANY}, LogicalType::BOOLEAN, DecimalToNumber<bool>, kCast);
  registry.AddVector("spark_cast_string_of_decimal", {LogicalType::ANY}, LogicalType::VARCHAR, DecimalToString, kCast);
  registry.Add("spark_cast_float_of_string", StringToFloating<float>, kCast);
  registry.Add("spark_cast_double_of_string", StringToFloating<double>, kCast);
  registry.Add("spark_cast_boolean_of_string", StringToBoolean, kCast);
  registry.Add("spark_cast_string_date", StringToDate, kZonedCast, {LogicalType::VARCHAR}, LogicalType::DATE);
  registry.Add("spark_cast_string_timestamp", StringToTimestamp<false>, kZonedCast, {LogicalType::VARCHAR},
               LogicalType::TIMESTAMP_TZ);
  registry.Add("spark_cast_string_timestamp_ntz", StringToTimestamp<true>, kZonedCast, {LogicalType::VARCHAR},
               LogicalType::TIMESTAMP);

  registry.Add(
      "spark_cast_string", [](const Call&, double v) { return DoubleText(v); }, kZonedCast);
  registry.Add(
      "spark_cast_string", [](const Call&, float v) { return FloatText(v); }, kZonedCast);
  registry.Add("spark_cast_string", [](const Call&, int32_t v) { return DateText(v); }, kZonedCast, {LogicalType::DATE});
  registry.Add("spark_cast_string", [](const Call&, int64_t v) { return WallClockText(v); }, kZonedCast,
               {LogicalType::TIMESTAMP});
  registry.Add("spark_cast_string", [](const Call&, int64_t v) { return TimeText(v); }, kZonedCast, {LogicalType::TIME});
  registry.Add("spark_cast_string", [](const Call& c, int64_t v) { return WallClockText(Zone::Of(c.time_zone()).ToLocal(v)); },
               kZonedCast, {LogicalType::TIMESTAMP_TZ});
  registry.Add(
      "spark_cast_string", [](const Call&, std::string_view v) { return v; }, kZonedCast, {LogicalType::BLOB},
      LogicalType::VARCHAR);
  registry.Add(
      "spark_cast_string", [](const Call&, duckdb::interval_t v) { return CalendarIntervalText(v.months, v.days, v.micros); },
      kZonedCast);
  registry.Add("spark_cast_string_of_micros",
               [](const Call& c, int64_t v) { return DayTimeText(v, static_cast<int>(c.Long(1)), static_cast<int>(c.Long(2))); },
               {.extra = 3, .fallible = true});
  registry.Add(
      "spark_cast_string_of_months",
      [](const Call& c, int32_t v) { return YearMonthText(v, static_cast<int>(c.Long(1)), static_cast<int>(c.Long(2))); },
      {.extra = 3, .fallible = true});
  registry.Add(
      "spark_cast_binary", [](const Call&, std::string_view v) { return v; }, kCast, {LogicalType::VARCHAR}, LogicalType::BLOB);
  auto big_endian = [](auto v) {
    std::string bytes;
    for (int shift = static_cast<int>(sizeof(v)) * 8 - 8; shift >= 0; shift -= 8)
      bytes += static_cast<char>((static_cast<uint64_t>(v) >> shift) & 0xff);
    return bytes;
  };
  registry.Add(
      "spark_cast_binary", [big_endian](const Call&, int8_t v) { return big_endian(v); }, kCast, {}, LogicalType::BLOB);
  registry.Add(
      "spark_cast_binary", [big_endian](const Call&, int16_t v) { return big_endian(v); }, kCast, {}, LogicalType::BLOB);
  registry.Add(
      "spark_cast_binary", [big_endian](const Call&, int32_t v) { return big_endian(v); }, kCast, {}, LogicalType::BLOB);
  registry.Add(
      "spark_cast_binary", [big_endian](const Call&, int64_t v) { return big_endian(v); }, kCast, {}, LogicalType::BLOB);

  // Instants, wall clocks and days.
  auto zoned = [](auto f) { return f; };
  registry.Add("spark_cast_date", zoned([](const Call& c, int64_t v) -> int32_t {
                 return static_cast<int32_t>(FloorDivide(Zone::Of(c.time_zone()).ToLocal(v), kMicrosPerDay));
               }),
               kZonedCast, {LogicalType::TIMESTAMP_TZ}, LogicalType::DATE);
  registry.Add(
      "spark_cast_date", [](const Call&, int64_t v) -> int32_t { return static_cast<int32_t>(FloorDivide(v, kMicrosPerDay)); },
      kZonedCast, {LogicalType::TIMESTAMP}, LogicalType::DATE);
  registry.Add(
      "spark_cast_timestamp", [](const Call& c, int32_t v) -> int64_t { return Zone::Of(c.time_zone()).ToUtc(MidnightOf(v)); },
      kZonedCast, {LogicalType::DATE}, LogicalType::TIMESTAMP_TZ);
  registry.Add(
      "spark_cast_timestamp", [](const Call& c, int64_t v) -> int64_t { return Zone::Of(c.time_zone()).ToUtc(v); }, kZonedCast,
      {LogicalType::TIMESTAMP}, LogicalType::TIMESTAMP_TZ);
  registry.Add(
      "spark_cast_timestamp_ntz", [](const Call& c, int64_t v) -> int64_t { return Zone::Of(c.time_zone()).ToLocal(v); },
      kZonedCast, {LogicalType::TIMESTAMP_TZ}, LogicalType::TIMESTAMP);
  registry.Add(
      "spark_cast_timestamp_ntz", [](const Call&, int32_t v) -> int64_t { return MidnightOf(v); }, kZonedCast,
      {LogicalType::DATE}, LogicalType::TIMESTAMP);
  registry.Add("spark_cast_string_micros",
               [](const Call& c, std::string_view v) -> std::optional<int64_t> {
                 if (auto micros = ParseDayTime(v, static_cast<int>(c.Long(1)), static_cast<int>(c.Long(2)))) return micros;
                 if (!GivesNull(c)) ThrowDayTimeFormat(v, static_cast<int>(c.Long(1)), static_cast<int>(c.Long(2)));
                 return std::nullopt;
               },
               {.extra = 3, .fallible = true});
  registry.Add("spark_cast_string_months",
               [](const Call& c, std::string_view v) -> std::optional<int32_t> {
                 if (auto months = ParseYearMonth(v, static_cast<int>(c.Long(1)), static_cast<int>(c.Long(2))))
                   return static_cast<int32_t>(*months);
                 if (!GivesNull(c)) ThrowYearMonthFormat(v, static_cast<int>(c.Long(1)), static_cast<int>(c.Long(2)));
                 return std::nullopt;
               },
               {.extra = 3, .fallible = true});
  registry.Add(
      "spark_cast_string_calendar",
      [](const Call& c, std::string_view v) -> std::optional<duckdb::interval_t> {
        duckdb::interval_t out;
        if (ParseCalendarInterval(v, &out.months, &out.days, &out.micros)) return out;
        if (Throws(c)) ThrowCastInput(c.site(), QuotedText(v), "STRING", "INTERVAL");
        return std::nullopt;
      },
      kCast);
}

}  // namespace headrace::engine
