#include "engine/precompiled.h"

#include "engine/files/scalar_slot.h"

#include "engine/functions/encodings.h"
#include "engine/functions/decimal_math.h"
#include "engine/functions/interval_text.h"
#include "engine/functions/kernel.h"

namespace headrace::engine {

using plan::TypeId;

bool PutDecimal(duckdb::Vector& vector, duckdb::idx_t row, const plan::DataType& type, std::string_view text) {
  bool overflow = false;
  auto value = ParseDecimal(text.data(), text.size(), type.scale(), &overflow);
  if (!value || overflow || !FitsPrecision(*value, type.precision())) return false;
  switch (vector.GetType().InternalType()) {
    case duckdb::PhysicalType::INT16: PutSlot(vector, row, static_cast<int16_t>(*value)); break;
    case duckdb::PhysicalType::INT32: PutSlot(vector, row, static_cast<int32_t>(*value)); break;
    case duckdb::PhysicalType::INT64: PutSlot(vector, row, static_cast<int64_t>(*value)); break;
    default: PutSlot(vector, row, ToHugeint(*value)); break;
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
    default: return false;
  }
}

}  // namespace headrace::engine
