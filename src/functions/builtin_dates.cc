#include <algorithm>
#include <cctype>
#include <charconv>

#include "base/error.h"
#include "functions/typing_internal.h"

namespace headrace::functions {

using plan::DataType;
using plan::TypeId;

namespace {

Resolution Make(std::vector<DataType> arguments, DataType type, bool nullable, std::string lowering) {
  Resolution answer;
  answer.argument_types = std::move(arguments);
  answer.type = std::move(type);
  answer.nullable = nullable;
  answer.lowering = std::move(lowering);
  return answer;
}

bool IsStamp(const DataType& type) { return type.id() == TypeId::kTimestamp || type.id() == TypeId::kTimestampNtz; }

/// The suffix that tells a kernel which of the types it gets: a date and a wall clock need no zone.
std::string Suffix(const DataType& type) {
  switch (type.id()) {
    case TypeId::kDate:
      return "_date";
    case TypeId::kTimestampNtz:
      return "_ntz";
    case TypeId::kTimestamp:
      return "_timestamp";
    case TypeId::kTime:
      return "_time";
    case TypeId::kDayTimeInterval:
      return "_micros";
    case TypeId::kYearMonthInterval:
      return "_months";
    default:
      return "_calendar";
  }
}

/// year(date) and its like: Spark casts to a date first.
Typing DateField(const char* field) {
  return [field](const CallSite& call) {
    DataType type = Accept(call, 0, "D");
    return Make({type}, TypeId::kInteger, AnyNullable(call), std::string("spark_field_") + field + "_date");
  };
}

Typing TimeField(const char* field) {
  return [field](const CallSite& call) {
    const auto& given = call.arguments[0].type;
    DataType type = given.id() == TypeId::kTime || given.id() == TypeId::kTimestampNtz ? given : Accept(call, 0, "T");
    return Make({type}, TypeId::kInteger, AnyNullable(call), std::string("spark_field_") + field + Suffix(type));
  };
}

std::string Lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

struct FieldName {
  const char* alias;
  const char* field;
};
constexpr FieldName kFields[] = {{"year", "year"},
                                 {"y", "year"},
                                 {"years", "year"},
                                 {"yr", "year"},
                                 {"yrs", "year"},
                                 {"yearofweek", "yearofweek"},
                                 {"quarter", "quarter"},
                                 {"qtr", "quarter"},
                                 {"month", "month"},
                                 {"mon", "month"},
                                 {"mons", "month"},
                                 {"months", "month"},
                                 {"week", "week"},
                                 {"w", "week"},
                                 {"weeks", "week"},
                                 {"day", "day"},
                                 {"d", "day"},
                                 {"days", "day"},
                                 {"dayofweek", "dayofweek"},
                                 {"dow", "dayofweek"},
                                 {"dayofweek_iso", "dayofweek_iso"},
                                 {"dow_iso", "dayofweek_iso"},
                                 {"doy", "doy"},
                                 {"hour", "hour"},
                                 {"h", "hour"},
                                 {"hours", "hour"},
                                 {"hr", "hour"},
                                 {"hrs", "hour"},
                                 {"minute", "minute"},
                                 {"m", "minute"},
                                 {"min", "minute"},
                                 {"mins", "minute"},
                                 {"minutes", "minute"},
                                 {"second", "second"},
                                 {"s", "second"},
                                 {"sec", "second"},
                                 {"seconds", "second"},
                                 {"secs", "second"}};

/// Whether a value of an interval type or a time of day has a field: those of the type's own range.
bool HasField(const DataType& type, const std::string& field) {
  static constexpr std::string_view kYearMonth[] = {"year", "month"}, kDayTime[] = {"day", "hour", "minute", "second"};
  auto between = [&](const auto& names, auto first, auto last) {
    auto begin = std::begin(names) + static_cast<int>(first), end = std::begin(names) + static_cast<int>(last) + 1;
    return std::find(begin, end, field) != end;
  };
  switch (type.id()) {
    case TypeId::kYearMonthInterval:
      return between(kYearMonth, type.year_month_start(), type.year_month_end());
    case TypeId::kDayTimeInterval:
      return between(kDayTime, type.day_time_start(), type.day_time_end());
    case TypeId::kTime:
      return between(kDayTime, plan::DayTimeField::kHour, plan::DayTimeField::kSecond);
    default:
      return between(kYearMonth, 0, 1) || between(kDayTime, 0, 3);
  }
}

/// extract(field FROM source), date_part(field, source).
Resolution Extract(const CallSite& call) {
  const auto& constant = RequireConstant(call, 0, "field");
  const auto* text = std::get_if<std::string>(&constant.data);
  std::string name = text ? Lower(*text) : "", field;
  for (const auto& entry : kFields) {
    if (name == entry.alias) field = entry.field;
  }
  const auto& given = call.arguments[1].type;
  bool of_interval = given.IsInterval();
  if (field.empty() || ((of_interval || given.id() == TypeId::kTime) && !HasField(given, field))) {
    throw Error(ErrorKind::kAnalysis, "INVALID_EXTRACT_FIELD",
                "Cannot extract `" + (text ? *text : "") + "` from " + Quoted(call.arguments[1].sql) + ".",
                {{"field", "`" + (text ? *text : "") + "`"}, {"expr", Quoted(call.arguments[1].sql)}});
  }
  DataType source = given;
  if (!of_interval && !given.IsDatetime() && given.id() != TypeId::kTime) source = Accept(call, 1, "T");
  bool time_part = field == "hour" || field == "minute" || field == "second";
  if (source.id() == TypeId::kDate && time_part) source = TypeId::kTimestamp;
  std::string suffix = Suffix(source);
  DataType type = TypeId::kInteger;
  if (field == "second") {
    type = DataType::Decimal(8, 6);
  } else if (of_interval && (field == "month" || time_part)) {
    type = TypeId::kByte;
  }
  auto answer = Make({DataType(TypeId::kString), source}, type, AnyNullable(call), std::string("spark_extract") + suffix);
  answer.extra = {TextExtra(field), NullOf(type)};
  return answer;
}

/// Whether a constant is no unit of trunc (of dates), date_trunc: the answer is then null without a look at the instant.
bool IsNoUnit(const Argument& argument, bool of_date) {
  static constexpr std::string_view kDates[] = {"year", "yyyy", "yy", "quarter", "month", "mon", "mm", "week"};
  static constexpr std::string_view kTimes[] = {"day", "dd", "hour", "minute", "second", "millisecond", "microsecond"};
  const auto* text = argument.constant ? std::get_if<std::string>(&argument.constant->data) : nullptr;
  if (text == nullptr) return false;
  auto among = [name = Lower(*text)](const auto& units) {
    return std::find(std::begin(units), std::end(units), name) != std::end(units);
  };
  return !among(kDates) && (of_date || !among(kTimes));
}

Resolution DateTrunc(const CallSite& call) {
  DataType format = Accept(call, 0, "s");
  DataType type = call.arguments[1].type.id() == TypeId::kTimestampNtz ? call.arguments[1].type : Accept(call, 1, "T");
  auto answer = Make({format, type}, type, true, "spark_date_trunc" + Suffix(type));
  if (IsNoUnit(call.arguments[0], false)) answer.lowering = "@null";
  return answer;
}

Resolution TruncateDate(const CallSite& call) {
  auto answer = Make({Accept(call, 0, "D"), Accept(call, 1, "s")}, TypeId::kDate, true, "spark_trunc_date");
  if (IsNoUnit(call.arguments[1], true)) answer.lowering = "@null";
  return answer;
}

bool IsNumberOfDays(const DataType& type) {
  return type.id() == TypeId::kInteger || type.id() == TypeId::kShort || type.id() == TypeId::kByte;
}

/// Without ANSI only a constant string that is a whole number counts as days.
void RequireDaysInText(const CallSite& call) {
  const auto& days = call.arguments[1];
  if (days.constant == nullptr) ThrowUnexpectedType(call, 1, kDaysTypes);
  const auto* text = std::get_if<std::string>(&days.constant->data);
  if (text == nullptr) return;
  int32_t number = 0;
  const char* first = text->data() + (text->starts_with('+') ? 1 : 0);
  auto [end, error] = std::from_chars(first, text->data() + text->size(), number);
  if (error == std::errc() && end == text->data() + text->size()) return;
  throw Error(ErrorKind::kAnalysis, "SECOND_FUNCTION_ARGUMENT_NOT_INTEGER",
              "The second argument of " + call.name + " function needs to be an integer.", {{"functionName", call.name}});
}

/// date_add and date_sub: days are no larger than INT and nothing else becomes one, but a string.
Typing DateShift(const char* kernel) {
  return [kernel](const CallSite& call) {
    DataType date = Accept(call, 0, "D");
    const auto& days = call.arguments[1].type;
    if (days.IsString() && !call.environment.ansi) RequireDaysInText(call);
    if (!days.IsString() && days.id() != TypeId::kNull && !IsNumberOfDays(days)) ThrowUnexpectedType(call, 1, kDaysTypes);
    // Text without ANSI has been read here.
    bool read = days.IsString() && !call.environment.ansi && !call.arguments[1].constant->is_null();
    return Make({date, TypeId::kInteger}, date, read ? call.arguments[0].nullable : AnyNullable(call), kernel);
  };
}

/// to_timestamp, to_date with and without a format. `is_try`: null instead of an error.
Typing Parse(const char* base, DataType type, bool is_try) {
  return [=](const CallSite& call) {
    bool by_null = is_try || !call.environment.ansi;
    const auto& from = call.arguments[0].type;
    std::vector<DataType> types;
    std::string kernel = std::string("spark_") + base;
    if (call.arguments.size() == 1) {
      if (from.IsString() || from.id() == TypeId::kNull) {
        types = {TypeId::kString};
        kernel = type.id() == TypeId::kDate        ? "spark_cast_string_date"
                 : type.id() == TypeId::kTimestamp ? "spark_cast_string_timestamp"
                                                   : "spark_cast_string_timestamp_ntz";
      } else {
        types = {type};
        auto answer = Make(types, type, call.arguments[0].nullable || is_try, "@identity");
        return answer;
      }
    } else {
      if (from.IsDatetime()) return Make({type, Accept(call, 1, "s")}, type, call.arguments[0].nullable, "@first");
      types = {Accept(call, 0, "s"), Accept(call, 1, "s")};
    }
    auto answer = Make(types, type, by_null || AnyNullable(call), kernel);
    answer.extra = {IntExtra(by_null ? 0 : 1)};
    return answer;
  };
}

Resolution UnixTimestamp(const CallSite& call) {
  bool by_null = !call.environment.ansi;
  if (call.arguments.empty()) return Make({}, TypeId::kLong, false, "spark_unix_now");
  const auto& from = call.arguments[0].type;
  std::vector<DataType> types;
  if (from.IsDatetime()) {
    types.push_back(TypeId::kTimestamp);
    if (call.arguments.size() == 2) types.push_back(Accept(call, 1, "s"));
    return Make(types, TypeId::kLong, AnyNullable(call), "spark_unix_of_timestamp");
  }
  types.push_back(Accept(call, 0, "s"));
  if (call.arguments.size() == 2) types.push_back(Accept(call, 1, "s"));
  auto answer = Make(types, TypeId::kLong, by_null || AnyNullable(call), "spark_unix_timestamp");
  answer.extra = {IntExtra(by_null ? 0 : 1)};
  return answer;
}

Typing MakeDatetime(const char* kernel, const char* codes, DataType type, bool is_try) {
  return [=](const CallSite& call) {
    std::vector<DataType> types;
    for (size_t i = 0; i < call.arguments.size(); ++i) {
      char code[2] = {codes[i], 0};
      if (codes[i] == 'm') {
        Accept(call, i, "m");
        types.push_back(DataType::Decimal(16, 6));
      } else {
        types.push_back(Accept(call, i, code));
      }
    }
    bool by_null = is_try || !call.environment.ansi;
    auto answer = Make(types, type, by_null || AnyNullable(call), kernel);
    answer.extra = {IntExtra(by_null ? 0 : 1)};
    return answer;
  };
}

/// timestampadd(unit, n, ts) and timestampdiff(unit, a, b): the unit is a string constant.
Resolution TimestampAdd(const CallSite& call) {
  DataType type = IsStamp(call.arguments[2].type) ? call.arguments[2].type : Accept(call, 2, "T");
  return Make({Accept(call, 0, "s"), Accept(call, 1, "l"), type}, type, AnyNullable(call), "spark_timestamp_add" + Suffix(type));
}
Resolution TimestampDiff(const CallSite& call) {
  return Make({Accept(call, 0, "s"), Accept(call, 1, "T"), Accept(call, 2, "T")}, TypeId::kLong, AnyNullable(call),
              "spark_timestamp_diff");
}

/// Of these Spark casts nothing but a null to the type they want.
Typing OfExactly(TypeId wanted, TypeId result, const char* kernel) {
  return [=](const CallSite& call) {
    const DataType& type = call.arguments[0].type;
    if (type.id() != wanted && type.id() != TypeId::kNull) ThrowUnexpectedType(call, 0, Quoted(DataType(wanted).Sql()));
    return Make({wanted}, result, AnyNullable(call), kernel);
  };
}

Resolution SecondsToTimestamp(const CallSite& call) {
  DataType type = Accept(call, 0, "n");
  if (call.arguments[0].type.IsString()) ThrowUnexpectedType(call, 0, "\"NUMERIC\"");
  if (type.id() == TypeId::kDecimal) {
    return Make({DataType::Decimal(38, std::min(type.scale(), 18))}, TypeId::kTimestamp, AnyNullable(call),
                "spark_timestamp_seconds_decimal");
  }
  bool integral = type.IsIntegral();
  return Make({integral ? DataType(TypeId::kLong) : DataType(TypeId::kDouble)}, TypeId::kTimestamp,
              !integral || AnyNullable(call), integral ? "spark_timestamp_seconds" : "spark_timestamp_seconds_double");
}

/// timestamp_millis and timestamp_micros take nothing but whole numbers.
Typing IntegralToTimestamp(const char* kernel) {
  return [kernel](const CallSite& call) {
    if (!call.arguments[0].type.IsIntegral()) Accept(call, 0, "I");
    if (call.arguments[0].type.IsString() || call.arguments[0].type.IsFractional()) ThrowUnexpectedType(call, 0, "\"INTEGRAL\"");
    return Make({DataType(TypeId::kLong)}, TypeId::kTimestamp, AnyNullable(call), kernel);
  };
}

/// window(ts, duration, slide, start): the analyzer groups by the struct that the kernel makes; a slide that is not the
/// duration gives an array of windows, which the analyzer explodes.
Resolution TimeWindow(const CallSite& call) {
  DataType stamp = call.arguments[0].type.id() == TypeId::kTimestampNtz ? call.arguments[0].type : Accept(call, 0, "T");
  std::vector<DataType> types{stamp};
  for (size_t i = 1; i < call.arguments.size(); ++i)
    types.push_back(Accept(call, i, "s|l").IsString() ? DataType(TypeId::kString) : DataType(TypeId::kLong));
  DataType window = DataType::Struct({{"start", stamp, true, {}}, {"end", stamp, true, {}}});
  bool sliding = call.arguments.size() > 2 && call.arguments[1].constant != nullptr && call.arguments[2].constant != nullptr &&
                 !(*call.arguments[1].constant == *call.arguments[2].constant);
  if (sliding) {
    auto answer = Make(types, DataType::Array(window, false), false, "spark_sliding_windows");
    answer.extra = {NullOf(answer.type)};
    return answer;
  }
  auto answer = Make(types, window, false, "spark_window");
  answer.extra = {NullOf(window)};
  return answer;
}

}  // namespace

void AddDates(FunctionTable& table) {
  auto add = [&](const char* name, int min, int max, Typing typing, unsigned flags = kNoFlags) {
    table.Add(MakeFunction(name, min, max, std::move(typing), flags));
  };
  add("unix_date", 1, 1, OfExactly(TypeId::kDate, TypeId::kInteger, "spark_unix_date"));
  add("unix_seconds", 1, 1, OfExactly(TypeId::kTimestamp, TypeId::kLong, "spark_unix_seconds"));
  add("unix_millis", 1, 1, OfExactly(TypeId::kTimestamp, TypeId::kLong, "spark_unix_millis"));
  add("unix_micros", 1, 1, OfExactly(TypeId::kTimestamp, TypeId::kLong, "spark_unix_micros"));
  add("year", 1, 1, DateField("year"));
  add("quarter", 1, 1, DateField("quarter"));
  add("month", 1, 1, DateField("month"));
  add("day", 1, 1, DateField("day"));
  add("dayofyear", 1, 1, DateField("doy"));
  add("dayofweek", 1, 1, DateField("dayofweek"));
  add("weekday", 1, 1, DateField("weekday"));
  add("weekofyear", 1, 1, DateField("week"));
  add("hour", 1, 1, TimeField("hour"), kZone);
  add("minute", 1, 1, TimeField("minute"), kZone);
  add("second", 1, 1, TimeField("second"), kZone);
  AddAliases(table, {{"dayofmonth", "day"}});
  add("extract", 2, 2, Extract, kZone);
  AddAliases(table, {{"date_part", "extract"}, {"datepart", "extract"}});
  add("date_add", 2, 2, DateShift("spark_date_add"), kZone | kFails);
  add("date_sub", 2, 2, DateShift("spark_date_sub"), kZone | kFails);
  AddAliases(table, {{"dateadd", "date_add"}});
  AddRows(table, {
                     {"datediff", "D,D->i", "spark_datediff"},
                     {"add_months", "D,i->D", "spark_add_months", kFails},
                     {"months_between", "T,T,b?->d", "spark_months_between", kZone},
                     {"next_day", "D,s->D", "spark_next_day", kFails},
                     {"last_day", "D->D", "spark_last_day"},
                     {"date_format", "T,s->s", "spark_date_format", kZone | kFails},
                     {"dayname", "D->s", "spark_dayname"},
                     {"monthname", "D->s", "spark_monthname"},
                     {"from_unixtime", "l,s?->s", "spark_from_unixtime", kZone | kFails | kMayBeNull},
                     {"date_from_unix_date", "i->D", "spark_date_from_unix_date"},
                     {"from_utc_timestamp", "T,s->T", "spark_from_utc_timestamp", kFails},
                     {"to_utc_timestamp", "T,s->T", "spark_to_utc_timestamp", kFails},
                     {"make_ym_interval", "i?,i?->Y", "spark_make_ym_interval", kFails},
                 });
  AddAliases(table, {{"date_diff", "datediff"}});
  add("date_trunc", 2, 2, DateTrunc, kZone);
  add("trunc", 2, 2, TruncateDate);
  add("to_timestamp", 1, 2, Parse("to_timestamp", TypeId::kTimestamp, false), kZone | kFails);
  add("try_to_timestamp", 1, 2, Parse("to_timestamp", TypeId::kTimestamp, true), kZone | kFails);
  add("to_timestamp_ntz", 1, 2, Parse("to_timestamp_ntz", TypeId::kTimestampNtz, false), kZone | kFails);
  add("to_date", 1, 2, Parse("to_date", TypeId::kDate, false), kZone | kFails);
  add("try_to_date", 1, 2, Parse("to_date", TypeId::kDate, true), kZone | kFails);
  AddAliases(table, {{"to_timestamp_ltz", "to_timestamp"}});
  add("unix_timestamp", 0, 2, UnixTimestamp, kZone | kFails);
  AddAliases(table, {{"to_unix_timestamp", "unix_timestamp"}});
  add("timestamp_millis", 1, 1, IntegralToTimestamp("spark_timestamp_millis"), kFails);
  add("timestamp_micros", 1, 1, IntegralToTimestamp("spark_timestamp_micros"));
  add("timestamp_seconds", 1, 1, SecondsToTimestamp, kFails);
  add("make_date", 3, 3, MakeDatetime("spark_make_date", "iii", TypeId::kDate, false), kFails);
  for (bool is_try : {false, true}) {
    const char* prefix = is_try ? "try_make_" : "make_";
    auto name = [&](const char* rest) { return std::string(prefix) + rest; };
    table.Add(MakeFunction(
        name("timestamp").c_str(), 2, 7,
        WithParts(MakeDatetime("spark_make_timestamp", "iiiiims", TypeId::kTimestamp, is_try), TypeId::kTimestamp, is_try),
        kZone | kFails));
    table.Add(MakeFunction(
        name("timestamp_ltz").c_str(), 2, 7,
        WithParts(MakeDatetime("spark_make_timestamp", "iiiiims", TypeId::kTimestamp, is_try), TypeId::kTimestamp, is_try),
        kZone | kFails));
    table.Add(MakeFunction(name("timestamp_ntz").c_str(), 2, 6,
                           WithParts(MakeDatetime("spark_make_timestamp_ntz", "iiiiim", TypeId::kTimestampNtz, is_try),
                                     TypeId::kTimestampNtz, is_try),
                           kZone | kFails));
    table.Add(MakeFunction(name("interval").c_str(), 0, 7,
                           MakeDatetime("spark_make_interval", "iiiiiim", TypeId::kCalendarInterval, is_try), kFails));
  }
  add("make_dt_interval", 0, 4, MakeDatetime("spark_make_dt_interval", "iiim", DataType::DayTimeInterval(), false), kFails);
  add("make_time", 3, 3, MakeDatetime("spark_make_time", "iim", DataType::Time(6), false), kFails);
  add("timestampadd", 3, 3, TimestampAdd, kZone | kFails);
  add("timestampdiff", 3, 3, TimestampDiff, kZone | kFails);
  AddAliases(table, {{"timestamp_add", "timestampadd"}, {"timestamp_diff", "timestampdiff"}});
  add(
      "convert_timezone", 2, 3,
      [](const CallSite& call) {
        std::vector<DataType> types;
        for (size_t i = 0; i < call.arguments.size(); ++i)
          types.push_back(i + 1 < call.arguments.size() ? Accept(call, i, "s") : Accept(call, i, "N"));
        return Make(types, TypeId::kTimestampNtz, AnyNullable(call), "spark_convert_timezone");
      },
      kZone | kFails);
  add("window", 2, 4, TimeWindow, kFails);
  add("window_time", 1, 1, [](const CallSite& call) {
    DataType type = Accept(call, 0, "S");
    if (type.fields().size() != 2) ThrowUnexpectedType(call, 0, "\"STRUCT\"");
    auto answer = Make({type}, type.fields()[1].type, call.arguments[0].nullable, "spark_window_time");
    answer.extra = {NullOf(answer.type)};
    return answer;
  });
  // now(), current_date() and their like are one value a query: the analyzer puts a literal in their place.
}

}  // namespace headrace::functions
