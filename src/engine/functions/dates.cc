#include <algorithm>
#include <chrono>
#include <cmath>

#include "engine/functions/calendar.h"
#include "engine/functions/decimal_math.h"
#include "engine/functions/groups.h"

namespace headrace::engine {

namespace {

using duckdb::LogicalType;
using duckdb::Value;
using View = std::string_view;

const LogicalType kDate = LogicalType::DATE;
const LogicalType kStamp = LogicalType::TIMESTAMP_TZ;
const LogicalType kWall = LogicalType::TIMESTAMP;
const LogicalType kTime = LogicalType::TIME;
const LogicalType kText = LogicalType::VARCHAR;
const LogicalType kLong = LogicalType::BIGINT;
const LogicalType kInt = LogicalType::INTEGER;

std::string Upper(View text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

int64_t DayOf(int64_t micros) { return FloorDivide(micros, kMicrosPerDay); }

// ---- Fields ----

enum class Field {
  kYear,
  kYearOfWeek,
  kQuarter,
  kMonth,
  kWeek,
  kDay,
  kDayOfWeek,
  kIsoDayOfWeek,
  kWeekday,
  kDayOfYear,
  kHour,
  kMinute,
  kSecond
};
struct NamedField {
  const char* name;
  Field field;
};
constexpr NamedField kFields[] = {{"year", Field::kYear},           {"yearofweek", Field::kYearOfWeek},
                                  {"quarter", Field::kQuarter},     {"month", Field::kMonth},
                                  {"week", Field::kWeek},           {"day", Field::kDay},
                                  {"dayofweek", Field::kDayOfWeek}, {"dayofweek_iso", Field::kIsoDayOfWeek},
                                  {"weekday", Field::kWeekday},     {"doy", Field::kDayOfYear},
                                  {"hour", Field::kHour},           {"minute", Field::kMinute},
                                  {"second", Field::kSecond}};

int32_t DateField(Field field, int64_t days) {
  switch (field) {
    case Field::kYear:
      return static_cast<int32_t>(CivilOf(days).year);
    case Field::kYearOfWeek: {
      int64_t year;
      IsoWeek(days, &year);
      return static_cast<int32_t>(year);
    }
    case Field::kQuarter:
      return (CivilOf(days).month - 1) / 3 + 1;
    case Field::kMonth:
      return CivilOf(days).month;
    case Field::kWeek:
      return IsoWeek(days);
    case Field::kDay:
      return CivilOf(days).day;
    case Field::kDayOfWeek:
      return IsoWeekday(days) % 7 + 1;
    case Field::kIsoDayOfWeek:
      return IsoWeekday(days);
    case Field::kWeekday:
      return IsoWeekday(days) - 1;
    case Field::kDayOfYear:
      return static_cast<int32_t>(days - DaysOf(CivilOf(days).year, 1, 1) + 1);
    default:
      return 0;
  }
}
int32_t TimeField(Field field, int64_t micros) {
  int64_t of_day = FloorModulo(micros, kMicrosPerDay);
  if (field == Field::kHour) return static_cast<int32_t>(of_day / kMicrosPerHour);
  if (field == Field::kMinute) return static_cast<int32_t>(of_day / kMicrosPerMinute % 60);
  return static_cast<int32_t>(of_day / kMicrosPerSecond % 60);
}
bool IsTimeField(Field field) { return field == Field::kHour || field == Field::kMinute || field == Field::kSecond; }

Field FieldOf(const std::string& name) {
  for (const auto& entry : kFields) {
    if (name == entry.name) return entry.field;
  }
  return Field::kYear;
}

/// extract: the field's name is the first extra constant; seconds are DECIMAL(8,6) with the fraction.
int64_t ExtractLocal(const Call& call, int64_t local) {
  Field field = FieldOf(call.Text(0));
  if (field == Field::kSecond) return FloorModulo(local, kMicrosPerMinute);
  return IsTimeField(field) ? TimeField(field, local) : DateField(field, DayOf(local));
}

void RegisterFields(KernelRegistry& registry) {
  for (const auto& entry : kFields) {
    Field field = entry.field;
    std::string name = std::string("spark_field_") + entry.name;
    if (IsTimeField(field)) {
      registry.Add(name + "_timestamp",
                   [field](const Call& c, int64_t v) -> int32_t { return TimeField(field, Zone::Of(c.time_zone()).ToLocal(v)); },
                   kZoned, {kStamp});
      registry.Add(name + "_ntz", [field](const Call&, int64_t v) -> int32_t { return TimeField(field, v); }, kZoned, {kWall});
      registry.Add(name + "_time", [field](const Call&, int64_t v) -> int32_t { return TimeField(field, v); }, kZoned, {kTime});
    } else {
      registry.Add(name + "_date", [field](const Call&, int32_t v) -> int32_t { return DateField(field, v); }, kPlain, {kDate});
    }
  }
  // The result is INT, TINYINT or DECIMAL(8,6): boxed by its physical width.
  auto put = [](const Call& call, int64_t value) {
    const auto& type = call.data.result;
    if (type.id() == duckdb::LogicalTypeId::DECIMAL) return Value::DECIMAL(static_cast<int32_t>(value), 8, 6);
    return Value::BIGINT(value).DefaultCastAs(type);
  };
  static auto stored = put;
  KernelTraits traits{.extra = 2, .time_zone = true};
  registry.AddBoxed(
      "spark_extract_date", 2,
      [](const Call& c, std::vector<Value>& a) {
        return stored(c, DateField(FieldOf(c.Text(0)), a[1].GetValueUnsafe<int32_t>()));
      },
      traits);
  registry.AddBoxed(
      "spark_extract_ntz", 2,
      [](const Call& c, std::vector<Value>& a) { return stored(c, ExtractLocal(c, a[1].GetValueUnsafe<int64_t>())); }, traits);
  registry.AddBoxed(
      "spark_extract_time", 2,
      [](const Call& c, std::vector<Value>& a) { return stored(c, ExtractLocal(c, a[1].GetValueUnsafe<int64_t>())); }, traits);
  registry.AddBoxed(
      "spark_extract_timestamp", 2,
      [](const Call& c, std::vector<Value>& a) {
        return stored(c, ExtractLocal(c, Zone::Of(c.time_zone()).ToLocal(a[1].GetValueUnsafe<int64_t>())));
      },
      traits);
  auto of_micros = +[](const Call& c, int64_t days, int64_t micros) -> int64_t {
    switch (FieldOf(c.Text(0))) {
      case Field::kDay:
        return days;
      case Field::kHour:
        return micros / kMicrosPerHour;
      case Field::kMinute:
        return micros / kMicrosPerMinute % 60;
      default:
        return micros % kMicrosPerMinute;
    }
  };
  static auto micros_field = of_micros;
  registry.AddBoxed(
      "spark_extract_micros", 2,
      [](const Call& c, std::vector<Value>& a) {
        auto v = a[1].GetValue<int64_t>();
        return stored(c, micros_field(c, v / kMicrosPerDay, v % kMicrosPerDay));
      },
      traits);
  auto of_months = +[](const Call& c, int64_t months) -> int64_t {
    switch (FieldOf(c.Text(0))) {
      case Field::kYear:
        return months / 12;
      case Field::kQuarter:
        return months % 12 / 3 + 1;
      default:
        return months % 12;
    }
  };
  static auto months_field = of_months;
  registry.AddBoxed(
      "spark_extract_months", 2,
      [](const Call& c, std::vector<Value>& a) { return stored(c, months_field(c, a[1].GetValue<int64_t>())); }, traits);
  registry.AddBoxed(
      "spark_extract_calendar", 2,
      [](const Call& c, std::vector<Value>& a) {
        auto v = a[1].GetValueUnsafe<duckdb::interval_t>();
        Field field = FieldOf(c.Text(0));
        bool of_month = field == Field::kYear || field == Field::kMonth || field == Field::kQuarter;
        return stored(c, of_month ? months_field(c, v.months) : micros_field(c, v.days, v.micros));
      },
      traits);
}

// ---- Truncation ----

std::optional<int64_t> TruncateDay(int64_t days, View unit) {
  std::string level = Upper(unit);
  Civil civil = CivilOf(days);
  if (level == "WEEK") return days - (IsoWeekday(days) - 1);
  if (level == "MONTH" || level == "MON" || level == "MM") return DaysOf(civil.year, civil.month, 1);
  if (level == "QUARTER") return DaysOf(civil.year, (civil.month - 1) / 3 * 3 + 1, 1);
  if (level == "YEAR" || level == "YYYY" || level == "YY") return DaysOf(civil.year, 1, 1);
  return std::nullopt;
}

std::optional<int64_t> TruncateLocal(int64_t local, View unit) {
  std::string level = Upper(unit);
  auto floor_to = [&](int64_t size) { return FloorDivide(local, size) * size; };
  if (level == "MICROSECOND") return local;
  if (level == "MILLISECOND") return floor_to(1000);
  if (level == "SECOND") return floor_to(kMicrosPerSecond);
  if (level == "MINUTE") return floor_to(kMicrosPerMinute);
  if (level == "HOUR") return floor_to(kMicrosPerHour);
  if (level == "DAY" || level == "DD") return floor_to(kMicrosPerDay);
  auto days = TruncateDay(DayOf(local), unit);
  if (!days) return std::nullopt;
  return *days * kMicrosPerDay;
}

// ---- Weekdays and months ----

int WeekdayByName(View name) {
  static const char* const kNames[] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"};
  static const char* const kShort[] = {"MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"};
  static const char* const kFull[] = {"MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"};
  std::string upper = Upper(name);
  for (int i = 0; i < 7; i++) {
    if (upper == kNames[i] || upper == kShort[i] || upper == kFull[i]) return i + 1;
  }
  return 0;
}

/// The part of a month counts in seconds that passed since the days began, not in those of the wall clock.
double MonthsBetween(int64_t a, int64_t b, const Zone& zone, bool round_off) {
  int64_t l_day = DayOf(zone.ToLocal(a)), r_day = DayOf(zone.ToLocal(b));
  Civil l = CivilOf(l_day), r = CivilOf(r_day);
  int64_t months = (l.year - r.year) * 12 + l.month - r.month;
  bool l_last = l.day == DaysInMonth(l.year, l.month), r_last = r.day == DaysInMonth(r.year, r.month);
  if (l.day == r.day || (l_last && r_last)) return static_cast<double>(months);
  int64_t seconds_a = (a - zone.ToUtc(l_day * kMicrosPerDay)) / kMicrosPerSecond,
          seconds_b = (b - zone.ToUtc(r_day * kMicrosPerDay)) / kMicrosPerSecond;
  double difference = static_cast<double>((l.day - r.day) * 86400 + seconds_a - seconds_b);
  double out = static_cast<double>(months) + difference / (31.0 * 86400.0);
  return round_off ? std::round(out * 1e8) / 1e8 : out;
}

[[noreturn]] void ThrowUnit(const Call& call, const char* function, View unit) {
  std::string text = "'" + std::string(unit) + "'";
  ThrowSpark(call.site(), "INVALID_PARAMETER_VALUE.DATETIME_UNIT",
             {{"functionName", std::string("`") + function + "`"}, {"parameter", "`unit`"}, {"invalidValue", text}},
             std::string("The value of parameter(s) `unit` in `") + function +
                 "` is invalid: expects one of the units without quotes YEAR, QUARTER, MONTH, WEEK, DAY, "
                 "DAYOFYEAR, HOUR, MINUTE, SECOND, MILLISECOND, MICROSECOND, but got the string literal " +
                 text + ".",
             ErrorKind::kRuntime);
}

int64_t AddUnits(const Call& call, View unit, int64_t count, int64_t value, const Zone& zone) {
  std::string name = Upper(unit);
  if (name == "MICROSECOND") return value + count;
  if (name == "MILLISECOND") return value + count * 1000;
  if (name == "SECOND") return value + count * kMicrosPerSecond;
  if (name == "MINUTE") return value + count * kMicrosPerMinute;
  if (name == "HOUR") return value + count * kMicrosPerHour;
  int64_t local = zone.ToLocal(value), days = DayOf(local), of_day = local - days * kMicrosPerDay;
  if (name == "DAY" || name == "DAYOFYEAR")
    days += count;
  else if (name == "WEEK")
    days += 7 * count;
  else if (name == "MONTH")
    days = AddMonths(days, count);
  else if (name == "QUARTER")
    days = AddMonths(days, 3 * count);
  else if (name == "YEAR")
    days = AddMonths(days, 12 * count);
  else
    ThrowUnit(call, "TIMESTAMPADD", unit);
  return zone.ToUtc(days * kMicrosPerDay + of_day);
}

int64_t DiffUnits(const Call& call, View unit, int64_t from, int64_t to) {
  std::string name = Upper(unit);
  int64_t micros = to - from;
  if (name == "MICROSECOND") return micros;
  if (name == "MILLISECOND") return micros / 1000;
  if (name == "SECOND") return micros / kMicrosPerSecond;
  if (name == "MINUTE") return micros / kMicrosPerMinute;
  if (name == "HOUR") return micros / kMicrosPerHour;
  if (name == "DAY" || name == "DAYOFYEAR") return micros / kMicrosPerDay;
  if (name == "WEEK") return micros / (7 * kMicrosPerDay);
  Civil a = CivilOf(DayOf(from)), b = CivilOf(DayOf(to));
  int64_t months = (b.year - a.year) * 12 + b.month - a.month;
  int64_t a_rest = a.day * kMicrosPerDay + FloorModulo(from, kMicrosPerDay),
          b_rest = b.day * kMicrosPerDay + FloorModulo(to, kMicrosPerDay);
  if (months > 0 && b_rest < a_rest)
    months--;
  else if (months < 0 && b_rest > a_rest)
    months++;
  if (name == "MONTH") return months;
  if (name == "QUARTER") return months / 3;
  if (name == "YEAR") return months / 12;
  ThrowUnit(call, "TIMESTAMPDIFF", unit);
}

Zone RequireZone(const Call& call, View name) {
  if (auto zone = Zone::Find(name)) return *zone;
  std::string text = "'" + std::string(name) + "'";
  ThrowSpark(
      call.site(), "INVALID_TIMEZONE", {{"timeZone", std::string(name)}},
      "The timezone: " + std::string(name) + " is invalid. The timezone must be either a region-based zone ID or a zone offset.",
      ErrorKind::kDateTime);
}

void RegisterShifts(KernelRegistry& registry) {
  registry.Add(
      "spark_date_add", [](const Call&, int32_t d, int32_t n) -> int32_t { return d + n; }, kZonedFallible, {kDate, kInt}, kDate);
  registry.Add(
      "spark_date_add_swapped", [](const Call&, int32_t n, int32_t d) -> int32_t { return d + n; }, kZonedFallible, {kInt, kDate},
      kDate);
  registry.Add(
      "spark_date_sub", [](const Call&, int32_t d, int32_t n) -> int32_t { return d - n; }, kZonedFallible, {kDate, kInt}, kDate);
  registry.Add("spark_datediff", [](const Call&, int32_t a, int32_t b) -> int32_t { return a - b; }, kPlain, {kDate, kDate});
  registry.Add(
      "spark_add_months", [](const Call&, int32_t d, int32_t n) -> int32_t { return static_cast<int32_t>(AddMonths(d, n)); },
      kFallible, {kDate, kInt}, kDate);
  registry.Add("spark_subtract_dates",
               [](const Call&, int32_t a, int32_t b) -> int64_t { return (static_cast<int64_t>(a) - b) * kMicrosPerDay; },
               kZonedFallible, {kDate, kDate});
  registry.Add("spark_subtract_ntz", [](const Call&, int64_t a, int64_t b) -> int64_t { return a - b; }, kZonedFallible,
               {kWall, kWall});
  registry.Add("spark_subtract_timestamps",
               [](const Call& c, int64_t a, int64_t b) -> int64_t {
                 Zone zone = Zone::Of(c.time_zone());
                 return zone.ToLocal(a) - zone.ToLocal(b);
               },
               kZonedFallible, {kStamp, kStamp});
  registry.Add("spark_months_between",
               [](const Call& c, int64_t a, int64_t b) -> double { return MonthsBetween(a, b, Zone::Of(c.time_zone()), true); },
               kZoned, {kStamp, kStamp});
  registry.Add("spark_months_between",
               [](const Call& c, int64_t a, int64_t b, bool round) -> double {
                 return MonthsBetween(a, b, Zone::Of(c.time_zone()), round);
               },
               kZoned, {kStamp, kStamp, LogicalType::BOOLEAN});
  registry.Add(
      "spark_next_day",
      [](const Call& call, int32_t d, View name) -> std::optional<int32_t> {
        int weekday = WeekdayByName(name);
        if (weekday == 0) {
          ThrowSpark(call.site(), "ILLEGAL_DAY_OF_WEEK", {{"string", std::string(name)}},
                     "Illegal input for day of week: " + std::string(name) + ".", ErrorKind::kIllegalArgument);
        }
        return d + 1 + static_cast<int32_t>(FloorModulo(weekday - IsoWeekday(d + 1), 7));
      },
      kFallible, {kDate, kText}, kDate);
  registry.Add(
      "spark_last_day",
      [](const Call&, int32_t d) -> int32_t {
        Civil civil = CivilOf(d);
        return d + DaysInMonth(civil.year, civil.month) - civil.day;
      },
      kPlain, {kDate}, kDate);
  registry.Add(
      "spark_trunc_date",
      [](const Call&, int32_t d, View unit) -> std::optional<int32_t> {
        auto days = TruncateDay(d, unit);
        return days ? std::optional<int32_t>(static_cast<int32_t>(*days)) : std::nullopt;
      },
      kPlain, {kDate, kText}, kDate);
  registry.Add(
      "spark_date_trunc_timestamp",
      [](const Call& c, View unit, int64_t v) -> std::optional<int64_t> {
        Zone zone = Zone::Of(c.time_zone());
        auto local = TruncateLocal(zone.ToLocal(v), unit);
        if (!local) return std::nullopt;
        return zone.ToUtc(*local);
      },
      kZoned, {kText, kStamp}, kStamp);
  registry.Add(
      "spark_date_trunc_ntz", [](const Call&, View unit, int64_t v) { return TruncateLocal(v, unit); }, kZoned, {kText, kWall},
      kWall);
  registry.Add(
      "spark_timestamp_add_timestamp",
      [](const Call& c, View unit, int64_t n, int64_t v) -> int64_t { return AddUnits(c, unit, n, v, Zone::Of(c.time_zone())); },
      kZonedFallible, {kText, kLong, kStamp}, kStamp);
  registry.Add(
      "spark_timestamp_add_ntz",
      [](const Call& c, View unit, int64_t n, int64_t v) -> int64_t { return AddUnits(c, unit, n, v, Zone()); }, kZonedFallible,
      {kText, kLong, kWall}, kWall);
  registry.Add("spark_timestamp_diff",
               [](const Call& c, View unit, int64_t a, int64_t b) -> int64_t {
                 Zone zone = Zone::Of(c.time_zone());
                 return DiffUnits(c, unit, zone.ToLocal(a), zone.ToLocal(b));
               },
               kZonedFallible, {kText, kStamp, kStamp});
  registry.Add(
      "spark_from_utc_timestamp", [](const Call& c, int64_t v, View zone) -> int64_t { return RequireZone(c, zone).ToLocal(v); },
      kFallible, {kStamp, kText}, kStamp);
  registry.Add(
      "spark_to_utc_timestamp", [](const Call& c, int64_t v, View zone) -> int64_t { return RequireZone(c, zone).ToUtc(v); },
      kFallible, {kStamp, kText}, kStamp);
  registry.Add(
      "spark_convert_timezone",
      [](const Call& c, View from, View to, int64_t v) -> int64_t {
        return RequireZone(c, to).ToLocal(RequireZone(c, from).ToUtc(v));
      },
      kZonedFallible, {kText, kText, kWall}, kWall);
  registry.Add(
      "spark_convert_timezone",
      [](const Call& c, View to, int64_t v) -> int64_t { return RequireZone(c, to).ToLocal(Zone::Of(c.time_zone()).ToUtc(v)); },
      kZonedFallible, {kText, kWall}, kWall);
}

void RegisterEpochs(KernelRegistry& registry) {
  registry.Add("spark_unix_date", [](const Call&, int32_t d) -> int32_t { return d; }, kPlain, {kDate});
  registry.Add(
      "spark_date_from_unix_date", [](const Call&, int32_t d) -> int32_t { return d; }, kPlain, {kInt}, kDate);
  registry.Add("spark_unix_micros", [](const Call&, int64_t v) -> int64_t { return v; }, kPlain, {kStamp});
  registry.Add("spark_unix_millis", [](const Call&, int64_t v) -> int64_t { return FloorDivide(v, 1000); }, kPlain, {kStamp});
  registry.Add("spark_unix_seconds", [](const Call&, int64_t v) -> int64_t { return FloorDivide(v, kMicrosPerSecond); }, kPlain,
               {kStamp});
  registry.Add(
      "spark_timestamp_micros", [](const Call&, int64_t v) -> int64_t { return v; }, kPlain, {kLong}, kStamp);
  auto scaled = [](const Call& call, int64_t v, int64_t unit) {
    int64_t out;
    if (__builtin_mul_overflow(v, unit, &out)) ThrowSpark(call.site(), "", {}, "long overflow", ErrorKind::kArithmetic);
    return out;
  };
  registry.Add(
      "spark_timestamp_millis", [scaled](const Call& c, int64_t v) -> int64_t { return scaled(c, v, 1000); }, kFallible, {kLong},
      kStamp);
  registry.Add(
      "spark_timestamp_seconds", [scaled](const Call& c, int64_t v) -> int64_t { return scaled(c, v, kMicrosPerSecond); },
      kFallible, {kLong}, kStamp);
  registry.Add(
      "spark_timestamp_seconds_double",
      [](const Call&, double v) -> std::optional<int64_t> {
        if (!std::isfinite(v)) return std::nullopt;
        return static_cast<int64_t>(v * 1e6);
      },
      kFallible, {LogicalType::DOUBLE}, kStamp);
  registry.AddBoxed(
      "spark_timestamp_seconds_decimal", 1,
      [](const Call& call, std::vector<Value>& a) {
        int scale = duckdb::DecimalType::GetScale(a[0].type());
        auto unscaled =
            ToInt128(duckdb::HugeIntValue::Get(a[0].DefaultCastAs(LogicalType::DECIMAL(38, static_cast<uint8_t>(scale)))));
        Int128 micros;
        bool overflows = scale <= 6 && __builtin_mul_overflow(unscaled, PowerOfTen(6 - scale), &micros);
        if (scale > 6) {
          if (unscaled % PowerOfTen(scale - 6) != 0)
            ThrowSpark(call.site(), "", {}, "Rounding necessary", ErrorKind::kArithmetic);
          micros = unscaled / PowerOfTen(scale - 6);
        }
        if (overflows || micros != static_cast<int64_t>(micros)) {
          ThrowSpark(call.site(), "", {}, "Overflow", ErrorKind::kArithmetic);
        }
        return Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(static_cast<int64_t>(micros)));
      },
      kFallible, kStamp);
  static const char* const kDays[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  static const char* const kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  registry.Add("spark_dayname", [](const Call&, int32_t d) { return std::string(kDays[IsoWeekday(d) - 1]); }, kPlain, {kDate});
  registry.Add("spark_monthname", [](const Call&, int32_t d) { return std::string(kMonths[CivilOf(d).month - 1]); }, kPlain,
               {kDate});
}

// ---- Construction ----

[[noreturn]] void ThrowDateField(const Call& call, const std::string& message) {
  ThrowSpark(call.site(), "DATETIME_FIELD_OUT_OF_BOUNDS.WITH_SUGGESTION",
             {{"rangeMessage", message}, {"ansiConfig", "\"spark.sql.ansi.enabled\""}},
             message + ". If necessary set \"spark.sql.ansi.enabled\" to \"false\" to bypass this error.", ErrorKind::kDateTime);
}

std::optional<int64_t> CheckedDate(const Call& call, int64_t year, int64_t month, int64_t day, bool throws) {
  constexpr int64_t kMostYear = 999999999;
  std::string problem;
  if (year < -kMostYear || year > kMostYear)
    problem = "Invalid value for Year (valid values -999999999 - 999999999): " + std::to_string(year);
  else if (month < 1 || month > 12)
    problem = "Invalid value for MonthOfYear (valid values 1 - 12): " + std::to_string(month);
  else if (day < 1 || day > 31)
    problem = "Invalid value for DayOfMonth (valid values 1 - 28/31): " + std::to_string(day);
  else if (day > DaysInMonth(year, static_cast<int>(month))) {
    static const char* const kMonths[] = {"JANUARY", "FEBRUARY", "MARCH",     "APRIL",   "MAY",      "JUNE",
                                          "JULY",    "AUGUST",   "SEPTEMBER", "OCTOBER", "NOVEMBER", "DECEMBER"};
    problem = day == 29 ? "Invalid date 'February 29' as '" + std::to_string(year) + "' is not a leap year"
                        : std::string("Invalid date '") + kMonths[month - 1] + " " + std::to_string(day) + "'";
  }
  if (problem.empty()) return DaysOf(year, static_cast<int>(month), static_cast<int>(day));
  if (throws) ThrowDateField(call, problem);
  return std::nullopt;
}

/// The wall clock of (year, month, day, hour, minute, seconds as DECIMAL(16,6)); second 60 is the next minute's 0.
std::optional<int64_t> CheckedWallClock(const Call& call, std::vector<Value>& a) {
  bool throws = call.Long(0) == 1;
  auto n = [&](size_t i) { return a[i].GetValue<int64_t>(); };
  auto days = CheckedDate(call, n(0), n(1), n(2), throws);
  if (!days) return std::nullopt;
  int64_t hour = n(3), minute = n(4), micros = a[5].GetValueUnsafe<int64_t>();
  std::string problem;
  if (hour < 0 || hour > 23)
    problem = "Invalid value for HourOfDay (valid values 0 - 23): " + std::to_string(hour);
  else if (minute < 0 || minute > 59)
    problem = "Invalid value for MinuteOfHour (valid values 0 - 59): " + std::to_string(minute);
  else if (micros < 0 || micros > 60 * kMicrosPerSecond)
    problem = "Invalid value for SecondOfMinute (valid values 0 - 59): " + std::to_string(micros / kMicrosPerSecond);
  if (!problem.empty()) {
    if (throws) ThrowDateField(call, problem);
    return std::nullopt;
  }
  return *days * kMicrosPerDay + hour * kMicrosPerHour + minute * kMicrosPerMinute + micros;
}

Value MakeDate(const Call& call, std::vector<Value>& a) {
  auto days = CheckedDate(call, a[0].GetValue<int64_t>(), a[1].GetValue<int64_t>(), a[2].GetValue<int64_t>(), call.Long(0) == 1);
  return days ? Value::DATE(duckdb::date_t(static_cast<int32_t>(*days))) : Value(kDate);
}
Value MakeTimestamp(const Call& call, std::vector<Value>& a) {
  auto local = CheckedWallClock(call, a);
  if (!local) return Value(kStamp);
  Zone zone = a.size() > 6 ? RequireZone(call, duckdb::StringValue::Get(a[6])) : Zone::Of(call.time_zone());
  return Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(zone.ToUtc(*local)));
}
Value MakeTimestampNtz(const Call& call, std::vector<Value>& a) {
  auto local = CheckedWallClock(call, a);
  return local ? Value::TIMESTAMP(duckdb::timestamp_t(*local)) : Value(kWall);
}
Value MakeTime(const Call& call, std::vector<Value>& a) {
  int64_t hour = a[0].GetValue<int64_t>(), minute = a[1].GetValue<int64_t>(), micros = a[2].GetValueUnsafe<int64_t>();
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || micros < 0 || micros >= 60 * kMicrosPerSecond) {
    ThrowDateField(call, "Invalid value for HourOfDay (valid values 0 - 23): " + std::to_string(hour));
  }
  return Value::TIME(duckdb::dtime_t(hour * kMicrosPerHour + minute * kMicrosPerMinute + micros));
}

/// The values of (years, months, weeks, days, hours, minutes, seconds), absent ones 0.
Value MakeInterval(const Call& call, std::vector<Value>& a) {
  auto n = [&](size_t i) { return i < a.size() ? a[i].GetValue<int64_t>() : 0; };
  int64_t micros = a.size() > 6 ? a[6].GetValueUnsafe<int64_t>() : 0, months = n(0) * 12 + n(1), days = n(2) * 7 + n(3);
  if (months != static_cast<int32_t>(months) || days != static_cast<int32_t>(days)) {
    if (call.Long(0) == 0) return Value(LogicalType::INTERVAL);
    ThrowArithmeticOverflow(call.site(), "integer overflow");
  }
  return Value::INTERVAL(static_cast<int32_t>(months), static_cast<int32_t>(days),
                         n(4) * kMicrosPerHour + n(5) * kMicrosPerMinute + micros);
}
Value MakeDayTime(const Call&, std::vector<Value>& a) {
  auto n = [&](size_t i) { return i < a.size() ? a[i].GetValue<int64_t>() : 0; };
  int64_t micros = a.size() > 3 ? a[3].GetValueUnsafe<int64_t>() : 0;
  return Value::BIGINT(n(0) * kMicrosPerDay + n(1) * kMicrosPerHour + n(2) * kMicrosPerMinute + micros);
}

void RegisterMakers(KernelRegistry& registry) {
  KernelTraits zoned{.extra = 1, .time_zone = true, .fallible = true}, plain{.extra = 1, .fallible = true};
  registry.AddBoxed("spark_make_date", 3, MakeDate, plain, kDate);
  for (int arity : {6, 7}) registry.AddBoxed("spark_make_timestamp", arity, MakeTimestamp, zoned, kStamp);
  registry.AddBoxed("spark_make_timestamp_ntz", 6, MakeTimestampNtz, zoned, kWall);
  registry.AddBoxed("spark_make_time", 3, MakeTime, plain, kTime);
  for (int arity = 0; arity <= 7; arity++)
    registry.AddBoxed("spark_make_interval", arity, MakeInterval, plain, LogicalType::INTERVAL);
  for (int arity = 0; arity <= 4; arity++) registry.AddBoxed("spark_make_dt_interval", arity, MakeDayTime, plain, kLong);
  registry.AddBoxed(
      "spark_make_ym_interval", 0, [](const Call&, std::vector<Value>&) { return Value::INTEGER(0); }, kFallible, kInt);
  registry.Add(
      "spark_make_ym_interval", [](const Call&, int32_t y) -> int32_t { return y * 12; }, kFallible);
  registry.Add(
      "spark_make_ym_interval", [](const Call&, int32_t y, int32_t m) -> int32_t { return y * 12 + m; }, kFallible);
}

}  // namespace

void RegisterDates(KernelRegistry& registry) {
  RegisterFields(registry);
  RegisterShifts(registry);
  RegisterEpochs(registry);
  RegisterMakers(registry);
}

}  // namespace headrace::engine
