#include "engine/precompiled.h"

#include "engine/files/scalar_slot.h"

#include <algorithm>
#include <cctype>
#include <limits>

#include "engine/functions/decimal_math.h"
#include "engine/functions/encodings.h"
#include "engine/functions/interval_text.h"
#include "engine/functions/kernel.h"

namespace headrace::engine {

using plan::TypeId;

bool PutDecimal(duckdb::Vector& vector, duckdb::idx_t row, const plan::DataType& type, std::string_view text) {
  bool overflow = false;
  auto value = ParseDecimal(text.data(), text.size(), type.scale(), &overflow);
  if (!value || overflow || !FitsPrecision(*value, type.precision())) return false;
  switch (vector.GetType().InternalType()) {
    case duckdb::PhysicalType::INT16:
      PutSlot(vector, row, static_cast<int16_t>(*value));
      break;
    case duckdb::PhysicalType::INT32:
      PutSlot(vector, row, static_cast<int32_t>(*value));
      break;
    case duckdb::PhysicalType::INT64:
      PutSlot(vector, row, static_cast<int64_t>(*value));
      break;
    default:
      PutSlot(vector, row, ToHugeint(*value));
      break;
  }
  return true;
}

bool PutTextAs(duckdb::Vector& vector, duckdb::idx_t row, const plan::DataType& type, std::string_view text,
               const TimeFormats& times) {
  switch (type.id()) {
    case TypeId::kDate:
      if (auto days = times.Date(text)) {
        PutSlot(vector, row, static_cast<int32_t>(*days));
        return true;
      }
      return false;
    case TypeId::kTimestamp:
    case TypeId::kTimestampNtz: {
      auto micros = type.id() == TypeId::kTimestamp ? times.Timestamp(text) : times.TimestampNtz(text);
      if (!micros) return false;
      PutSlot(vector, row, *micros);
      return true;
    }
    case TypeId::kDayTimeInterval: {
      auto micros = ParseDayTime(text, static_cast<int>(type.day_time_start()), static_cast<int>(type.day_time_end()));
      if (!micros) return false;
      PutSlot(vector, row, *micros);
      return true;
    }
    case TypeId::kYearMonthInterval: {
      auto months = ParseYearMonth(text, static_cast<int>(type.year_month_start()), static_cast<int>(type.year_month_end()));
      if (!months) return false;
      PutSlot(vector, row, static_cast<int32_t>(*months));
      return true;
    }
    case TypeId::kCalendarInterval: {
      duckdb::interval_t interval{};
      if (!ParseCalendarInterval(text, &interval.months, &interval.days, &interval.micros)) return false;
      PutSlot(vector, row, interval);
      return true;
    }
    case TypeId::kBinary:
      if (auto bytes = Unbase64(text, true)) {
        PutText(vector, row, *bytes);
        return true;
      }
      return false;
    default:
      return false;
  }
}

namespace {

template <typename T>
bool PutInteger(duckdb::Vector& vector, duckdb::idx_t row, std::string_view text) {
  auto value = ParseLong(text, std::numeric_limits<T>::min(), std::numeric_limits<T>::max());
  if (value) PutSlot(vector, row, static_cast<T>(*value));
  return value.has_value();
}

bool EqualsIgnoringCase(std::string_view text, std::string_view lower) {
  return text.size() == lower.size() && std::equal(text.begin(), text.end(), lower.begin(), [](char a, char b) {
           return std::tolower(static_cast<unsigned char>(a)) == b;
         });
}

}  // namespace

bool PutLexical(duckdb::Vector& vector, duckdb::idx_t row, const plan::DataType& type, std::string_view text,
                const TimeFormats& times) {
  switch (type.id()) {
    case TypeId::kString:
    case TypeId::kChar:
    case TypeId::kVarchar:
    case TypeId::kBinary:
      PutText(vector, row, text);
      return true;
    case TypeId::kByte:
      return PutInteger<int8_t>(vector, row, text);
    case TypeId::kShort:
      return PutInteger<int16_t>(vector, row, text);
    case TypeId::kInteger:
      return PutInteger<int32_t>(vector, row, text);
    case TypeId::kLong:
      return PutInteger<int64_t>(vector, row, text);
    case TypeId::kFloat:
    case TypeId::kDouble: {
      auto value = ParseJavaDouble(text);
      if (!value) return false;
      if (type.id() == TypeId::kFloat)
        PutSlot(vector, row, static_cast<float>(*value));
      else
        PutSlot(vector, row, *value);
      return true;
    }
    case TypeId::kBoolean:
      if (!EqualsIgnoringCase(text, "true") && !EqualsIgnoringCase(text, "false")) return false;
      PutSlot(vector, row, text.size() == 4);
      return true;
    case TypeId::kDecimal: {
      if (text.find(',') == std::string_view::npos) return PutDecimal(vector, row, type, text);
      std::string plain(text);  // Java's parser for the US takes commas between digits.
      plain.erase(std::remove(plain.begin(), plain.end(), ','), plain.end());
      return PutDecimal(vector, row, type, plain);
    }
    default:
      return PutTextAs(vector, row, type, text, times);
  }
}

}  // namespace headrace::engine
