#include "engine/precompiled.h"

#include "engine/files/json_generator.h"

#include <cmath>

#include "engine/duck_types.h"
#include "engine/functions/decimal_math.h"
#include "engine/functions/encodings.h"
#include "engine/functions/interval_text.h"
#include "engine/functions/json_text.h"

namespace headrace::engine {

using plan::TypeId;

GeneratorOptions::GeneratorOptions(const plan::Options& given, const std::string& session_zone)
    : ignore_null_fields(OptionMap(given).Bool("ignoreNullFields", true)),
      pretty(OptionMap(given).Bool("pretty", false)),
      zone(TimeFormats(OptionMap(given), session_zone).zone),
      date(OptionMap(given).Text("dateFormat", "yyyy-MM-dd")),
      timestamp(OptionMap(given).Text("timestampFormat", "yyyy-MM-dd'T'HH:mm:ss.SSSXXX")),
      timestamp_ntz(OptionMap(given).Text("timestampNTZFormat", "yyyy-MM-dd'T'HH:mm:ss.SSS")) {
  OptionMap options(given);
  // The formats are checked as those of readers are.
  TimeFormats checked(options, session_zone);
  if (options.Bool("writeNonAsciiCharacterAsCodePoint", false)) RefuseOption(options, "writeNonAsciiCharacterAsCodePoint");
}

std::string PrettyJson(std::string_view compact) {
  std::string out;
  // Open brackets from outside in; true: an object's, whose fields stand on lines of their own.
  std::vector<bool> open;
  auto line = [&] {
    out += '\n';
    for (bool object : open) out += object ? "  " : "";
  };
  bool quoted = false;
  for (size_t i = 0; i < compact.size(); ++i) {
    char c = compact[i];
    if (quoted || c == '"') {
      out += c;
      if (quoted && c == '\\') {
        out += compact[++i];
      } else if (c == '"') {
        quoted = !quoted;
      }
      continue;
    }
    bool empty = i + 1 < compact.size() && (compact[i + 1] == '}' || compact[i + 1] == ']');
    if (c == '{' || c == '[') {
      out += c;
      open.push_back(c == '{');
      if (c == '{' && !empty) line();
      if (c == '[' || empty) out += ' ';
    } else if (c == '}' || c == ']') {
      bool was_empty = compact[i - 1] == '{' || compact[i - 1] == '[';
      open.pop_back();
      if (c == '}' && !was_empty) line();
      if (c == ']' && !was_empty) out += ' ';
      out += c;
    } else if (c == ',') {
      out += c;
      if (open.back())
        line();
      else
        out += ' ';
    } else if (c == ':') {
      out += " : ";
    } else {
      out += c;
    }
  }
  return out;
}

std::string ScalarText(const duckdb::Value& value, const plan::DataType& type, const GeneratorOptions& options) {
  static const Zone kUtc = Zone::Of("UTC");
  switch (type.id()) {
    case TypeId::kBoolean:
      return value.GetValue<bool>() ? "true" : "false";
    case TypeId::kByte:
    case TypeId::kShort:
    case TypeId::kInteger:
    case TypeId::kLong:
      return std::to_string(value.GetValue<int64_t>());
    case TypeId::kFloat:
      return FloatText(value.GetValue<float>());
    case TypeId::kDouble:
      return DoubleText(value.GetValue<double>());
    case TypeId::kDecimal:
      return DecimalToText(std::get<plan::Int128>(PlanValue(value, type).data), type.scale());
    case TypeId::kBinary:
      return Base64(duckdb::StringValue::Get(value));
    case TypeId::kDate:
      return options.date.Format(value.GetValueUnsafe<duckdb::date_t>().days * kMicrosPerDay, kUtc);
    case TypeId::kTimestamp:
      return options.timestamp.Format(value.GetValueUnsafe<duckdb::timestamp_tz_t>().value, options.zone);
    case TypeId::kTimestampNtz:
      return options.timestamp_ntz.Format(value.GetValueUnsafe<duckdb::timestamp_t>().value, kUtc);
    case TypeId::kDayTimeInterval:
      return DayTimeText(value.GetValue<int64_t>(), static_cast<int>(type.day_time_start()),
                         static_cast<int>(type.day_time_end()));
    case TypeId::kYearMonthInterval:
      return YearMonthText(value.GetValue<int64_t>(), static_cast<int>(type.year_month_start()),
                           static_cast<int>(type.year_month_end()));
    case TypeId::kCalendarInterval: {
      auto interval = value.GetValueUnsafe<duckdb::interval_t>();
      return CalendarIntervalText(interval.months, interval.days, interval.micros);
    }
    case TypeId::kTime:
      return TimeText(value.GetValueUnsafe<duckdb::dtime_t>().micros);
    case TypeId::kString:
    case TypeId::kChar:
    case TypeId::kVarchar:
      return duckdb::StringValue::Get(value);
    default:
      break;
  }
  // Struct, array and map keys: Java's text of the row.
  std::string text = "[";
  const auto& children =
      type.id() == TypeId::kStruct ? duckdb::StructValue::GetChildren(value) : duckdb::ListValue::GetChildren(value);
  for (size_t i = 0; i < children.size(); ++i) {
    const auto& child_type = type.id() == TypeId::kStruct ? type.fields()[i].type : type.element();
    text += (i == 0 ? "" : ",") + (children[i].IsNull() ? std::string("null") : ScalarText(children[i], child_type, options));
  }
  return text + "]";
}

namespace {

bool IsQuoted(const duckdb::Value& value, const plan::DataType& type) {
  switch (type.id()) {
    case TypeId::kBoolean:
    case TypeId::kByte:
    case TypeId::kShort:
    case TypeId::kInteger:
    case TypeId::kLong:
    case TypeId::kDecimal:
      return false;
    case TypeId::kFloat:
    case TypeId::kDouble:
      return !std::isfinite(value.GetValue<double>());
    default:
      return true;
  }
}

}  // namespace

void AppendJson(const duckdb::Value& value, const plan::DataType& type, const GeneratorOptions& options, std::string& out) {
  if (value.IsNull()) {
    out += "null";
    return;
  }
  switch (type.id()) {
    case TypeId::kArray: {
      out += '[';
      bool first = true;
      for (const auto& element : duckdb::ListValue::GetChildren(value)) {
        if (!first) out += ',';
        first = false;
        AppendJson(element, type.element(), options, out);
      }
      out += ']';
      return;
    }
    case TypeId::kMap: {
      out += '{';
      bool first = true;
      for (const auto& entry : duckdb::MapValue::GetChildren(value)) {
        const auto& pair = duckdb::StructValue::GetChildren(entry);
        if (!first) out += ',';
        first = false;
        out += JsonQuoted(ScalarText(pair[0], type.key(), options)) + ":";
        AppendJson(pair[1], type.value(), options, out);
      }
      out += '}';
      return;
    }
    case TypeId::kStruct: {
      out += '{';
      bool first = true;
      const auto& children = duckdb::StructValue::GetChildren(value);
      for (size_t i = 0; i < type.fields().size(); ++i) {
        if (children[i].IsNull() && options.ignore_null_fields) continue;
        if (!first) out += ',';
        first = false;
        out += JsonQuoted(type.fields()[i].name) + ":";
        AppendJson(children[i], type.fields()[i].type, options, out);
      }
      out += '}';
      return;
    }
    default:
      break;
  }
  std::string text = ScalarText(value, type, options);
  out += IsQuoted(value, type) ? JsonQuoted(text) : text;
}

}  // namespace headrace::engine
