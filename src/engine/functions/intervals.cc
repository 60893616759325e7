#include <cmath>

#include "engine/functions/calendar.h"
#include "engine/functions/groups.h"
#include "engine/functions/interval_text.h"

namespace headrace::engine {

namespace {

using duckdb::interval_t;
using duckdb::LogicalType;
using duckdb::Value;

const LogicalType kDate = LogicalType::DATE;
const LogicalType kStamp = LogicalType::TIMESTAMP_TZ;
const LogicalType kWall = LogicalType::TIMESTAMP;

/// A shift of a wall clock in a zone: months, then days, then exact micros.
int64_t Shift(int64_t utc, const Zone& zone, int64_t months, int64_t days, int64_t micros) {
  int64_t value = utc;
  if (months != 0 || days != 0) {
    int64_t local = zone.ToLocal(utc), day = FloorDivide(local, kMicrosPerDay), rest = local - day * kMicrosPerDay;
    value = zone.ToUtc((AddMonths(day, months) + days) * kMicrosPerDay + rest);
  }
  return value + micros;
}

/// The interval as (months, days, micros): a day-time interval's whole days are calendar days.
struct Parts {
  int64_t months, days, micros;
};
Parts PartsOf(int32_t months) { return {months, 0, 0}; }
Parts PartsOf(int64_t micros) { return {0, micros / kMicrosPerDay, micros % kMicrosPerDay}; }
Parts PartsOf(interval_t i) { return {i.months, i.days, i.micros}; }

template <class I>
void AddFamily(KernelRegistry& registry, const std::string& family, const LogicalType& interval) {
  for (int sign : {1, -1}) {
    std::string name = sign > 0 ? "spark_add_" : "spark_subtract_";
    auto date = [sign](const Call&, int32_t d, I i) -> int32_t {
      Parts p = PartsOf(i);
      return static_cast<int32_t>(AddMonths(d, sign * p.months) + sign * p.days + FloorDivide(sign * p.micros, kMicrosPerDay));
    };
    auto stamp = [sign](const Call& c, int64_t v, I i) -> int64_t {
      Parts p = PartsOf(i);
      return Shift(v, Zone::Of(c.time_zone()), sign * p.months, sign * p.days, sign * p.micros);
    };
    auto wall = [sign](const Call&, int64_t v, I i) -> int64_t {
      Parts p = PartsOf(i);
      return Shift(v, Zone(), sign * p.months, sign * p.days, sign * p.micros);
    };
    registry.Add(name + "date_" + family, date, kZonedFallible, {kDate, interval}, kDate);
    registry.Add(name + "timestamp_" + family, stamp, kZonedFallible, {kStamp, interval}, kStamp);
    registry.Add(name + "ntz_" + family, wall, kZonedFallible, {kWall, interval}, kWall);
    if (sign < 0) continue;
    registry.Add(
        name + "date_" + family + "_swapped", [date](const Call& c, I i, int32_t d) -> int32_t { return date(c, d, i); },
        kZonedFallible, {interval, kDate}, kDate);
    registry.Add(
        name + "timestamp_" + family + "_swapped", [stamp](const Call& c, I i, int64_t v) -> int64_t { return stamp(c, v, i); },
        kZonedFallible, {interval, kStamp}, kStamp);
    registry.Add(
        name + "ntz_" + family + "_swapped", [wall](const Call& c, I i, int64_t v) -> int64_t { return wall(c, v, i); },
        kZonedFallible, {interval, kWall}, kWall);
  }
}

[[noreturn]] void ThrowIntervalOverflow(const Call& call) {
  ThrowSpark(call.site(), "INTERVAL_ARITHMETIC_OVERFLOW.WITH_SUGGESTION", {{"functionName", "`try_add`"}},
             "Integer overflow while operating with intervals. Use `try_add` to tolerate overflow and return NULL instead.",
             ErrorKind::kArithmetic);
}

template <class T>
void AddSameFamily(KernelRegistry& registry) {
  registry.Add(
      "spark_add_interval",
      [](const Call& c, T a, T b) -> T {
        T out;
        if (__builtin_add_overflow(a, b, &out)) ThrowIntervalOverflow(c);
        return out;
      },
      kZonedFallible);
  registry.Add(
      "spark_subtract_interval",
      [](const Call& c, T a, T b) -> T {
        T out;
        if (__builtin_sub_overflow(a, b, &out)) ThrowIntervalOverflow(c);
        return out;
      },
      kZonedFallible);
  registry.Add(
      "spark_try_add_interval",
      [](const Call&, T a, T b) -> std::optional<T> {
        T out;
        return __builtin_add_overflow(a, b, &out) ? std::nullopt : std::optional<T>(out);
      },
      kZonedFallible);
  registry.Add(
      "spark_try_subtract_interval",
      [](const Call&, T a, T b) -> std::optional<T> {
        T out;
        return __builtin_sub_overflow(a, b, &out) ? std::nullopt : std::optional<T>(out);
      },
      kZonedFallible);
  registry.Add(
      "spark_div_interval",
      [](const Call& c, T a, T b) -> int64_t {
        if (b == 0) ThrowDivideByZero(c.site());
        return static_cast<int64_t>(a) / b;
      },
      kZonedFallible);
  std::string family = sizeof(T) == 4 ? "months" : "micros";
  auto narrow = [](const Call& c, double v) -> T {
    double rounded = std::round(v);
    if (!(std::fabs(rounded) <= static_cast<double>(std::numeric_limits<T>::max()))) ThrowIntervalOverflow(c);
    return static_cast<T>(rounded);
  };
  auto times = [](const Call& c, T i, int64_t n) -> T {
    Int128 out = static_cast<Int128>(i) * n;
    if (out != static_cast<T>(out)) ThrowIntervalOverflow(c);
    return static_cast<T>(out);
  };
  registry.Add("spark_multiply_" + family, times, kZonedFallible);
  registry.Add(
      "spark_multiply_" + family, [narrow](const Call& c, T i, double n) -> T { return narrow(c, static_cast<double>(i) * n); },
      kZonedFallible);
  registry.Add(
      "spark_multiply_" + family + "_swapped", [times](const Call& c, int64_t n, T i) -> T { return times(c, i, n); },
      kZonedFallible);
  registry.Add(
      "spark_multiply_" + family + "_swapped",
      [narrow](const Call& c, double n, T i) -> T { return narrow(c, static_cast<double>(i) * n); }, kZonedFallible);
  for (bool is_try : {false, true}) {
    std::string name = std::string(is_try ? "spark_try_divide_" : "spark_divide_") + family;
    auto zero = [is_try](const Call& c) {
      if (!is_try)
        ThrowSpark(c.site(), "INTERVAL_DIVIDED_BY_ZERO", {},
                   "Division by zero. Use `try_divide` to tolerate divisor being 0 and return NULL instead.",
                   ErrorKind::kArithmetic);
    };
    registry.Add(
        name,
        [zero](const Call& c, T i, int64_t n) -> std::optional<T> {
          if (n == 0) return zero(c), std::nullopt;
          Int128 twice = static_cast<Int128>(i) * 2 + ((i < 0) == (n < 0) ? n : -static_cast<Int128>(n));
          return static_cast<T>(twice / (2 * static_cast<Int128>(n)));
        },
        kZonedFallible);
    registry.Add(
        name,
        [zero, narrow](const Call& c, T i, double n) -> std::optional<T> {
          if (n == 0) return zero(c), std::nullopt;
          return narrow(c, static_cast<double>(i) / n);
        },
        kZonedFallible);
  }
}

interval_t Scale(interval_t i, double factor) {
  double months = i.months * factor, days = i.days * factor, micros = static_cast<double>(i.micros) * factor;
  interval_t out;
  out.months = static_cast<int32_t>(months);
  days += (months - out.months) * 30;
  out.days = static_cast<int32_t>(days);
  out.micros = static_cast<int64_t>(std::round(micros + (days - out.days) * static_cast<double>(kMicrosPerDay)));
  return out;
}

void AddCalendar(KernelRegistry& registry) {
  auto combine = [](interval_t a, interval_t b, int sign) {
    interval_t out;
    out.months = a.months + sign * b.months;
    out.days = a.days + sign * b.days;
    out.micros = a.micros + sign * b.micros;
    return out;
  };
  registry.Add(
      "spark_add_calendar", [combine](const Call&, interval_t a, interval_t b) -> interval_t { return combine(a, b, 1); },
      kZonedFallible);
  registry.Add(
      "spark_subtract_calendar", [combine](const Call&, interval_t a, interval_t b) -> interval_t { return combine(a, b, -1); },
      kZonedFallible);
  registry.Add(
      "spark_multiply_calendar", [](const Call&, interval_t i, double n) -> interval_t { return Scale(i, n); }, kZonedFallible);
  registry.Add(
      "spark_multiply_calendar_swapped", [](const Call&, double n, interval_t i) -> interval_t { return Scale(i, n); },
      kZonedFallible);
  registry.Add(
      "spark_divide_calendar",
      [](const Call& c, interval_t i, double n) -> interval_t {
        if (n == 0)
          ThrowSpark(c.site(), "INTERVAL_DIVIDED_BY_ZERO", {},
                     "Division by zero. Use `try_divide` to tolerate divisor being 0 and return NULL instead.",
                     ErrorKind::kArithmetic);
        return Scale(i, 1 / n);
      },
      kZonedFallible);
  registry.Add(
      "spark_try_divide_calendar",
      [](const Call&, interval_t i, double n) -> std::optional<interval_t> {
        if (n == 0) return std::nullopt;
        return Scale(i, 1 / n);
      },
      kZonedFallible);
  for (const char* prefix : {"spark_", "spark_wrap_"}) {
    registry.Add(
        std::string(prefix) + "negative",
        [combine](const Call&, interval_t i) -> interval_t {
          return combine(interval_t{0, 0, 0}, i, -1);
        },
        kZonedFallible);
    registry.Add(
        std::string(prefix) + "positive", [](const Call&, interval_t i) -> interval_t { return i; }, kZonedFallible);
  }
}

/// A duration in micros from "10 minutes" or a number of micros.
int64_t Duration(const Call& call, const Value& value) {
  if (value.type().id() != duckdb::LogicalTypeId::VARCHAR) return value.GetValue<int64_t>();
  int32_t months, days;
  int64_t micros;
  const auto& text = duckdb::StringValue::Get(value);
  if (!ParseCalendarInterval(text, &months, &days, &micros) || months != 0) {
    ThrowSpark(
        call.site(), "CANNOT_PARSE_INTERVAL", {{"intervalString", "'" + text + "'"}},
        "Unable to parse '" + text + "'. Please ensure that the value provided is in a valid format for defining an interval.",
        ErrorKind::kAnalysis);
  }
  return days * kMicrosPerDay + micros;
}

Value MakeWindow(const duckdb::LogicalType& type, int64_t start, int64_t end) {
  auto stamp = [&](int64_t micros) {
    bool zoned = duckdb::StructType::GetChildType(type, 0).id() == duckdb::LogicalTypeId::TIMESTAMP_TZ;
    return zoned ? Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(micros)) : Value::TIMESTAMP(duckdb::timestamp_t(micros));
  };
  return Value::STRUCT(type, {stamp(start), stamp(end)});
}

Value TumblingWindow(const Call& call, std::vector<Value>& a) {
  int64_t size = Duration(call, a[1]), offset = a.size() > 3 ? Duration(call, a[3]) : 0, at = a[0].GetValueUnsafe<int64_t>();
  int64_t start = at - FloorModulo(at - offset, size);
  return MakeWindow(call.data.result, start, start + size);
}

Value SlidingWindows(const Call& call, std::vector<Value>& a) {
  int64_t size = Duration(call, a[1]), slide = Duration(call, a[2]), offset = a.size() > 3 ? Duration(call, a[3]) : 0,
          at = a[0].GetValueUnsafe<int64_t>();
  const auto& type = duckdb::ListType::GetChildType(call.data.result);
  duckdb::vector<Value> windows;
  for (int64_t start = at - FloorModulo(at - offset, slide); start > at - size; start -= slide)
    windows.push_back(MakeWindow(type, start, start + size));
  return Value::LIST(type, std::move(windows));
}

}  // namespace

void RegisterIntervals(KernelRegistry& registry) {
  AddFamily<int32_t>(registry, "months", LogicalType::INTEGER);
  AddFamily<int64_t>(registry, "micros", LogicalType::BIGINT);
  AddFamily<interval_t>(registry, "calendar", LogicalType::INTERVAL);
  AddSameFamily<int32_t>(registry);
  AddSameFamily<int64_t>(registry);
  AddCalendar(registry);
  KernelTraits traits{.extra = 1, .fallible = true};
  for (int arity : {2, 3, 4}) {
    registry.AddBoxed("spark_window", arity, TumblingWindow, traits);
    registry.AddBoxed("spark_sliding_windows", arity, SlidingWindows, traits);
  }
  registry.AddBoxed("spark_window_time", 1,
                    [](const Call&, std::vector<Value>& a) {
                      auto end = duckdb::StructValue::GetChildren(a[0])[1];
                      int64_t micros = end.GetValueUnsafe<int64_t>() - 1;
                      return end.type().id() == duckdb::LogicalTypeId::TIMESTAMP_TZ
                                 ? Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(micros))
                                 : Value::TIMESTAMP(duckdb::timestamp_t(micros));
                    },
                    {.extra = 1});
}

}  // namespace headrace::engine
