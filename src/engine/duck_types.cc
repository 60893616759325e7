#include "engine/precompiled.h"

#include "engine/duck_types.h"
#include "engine/text_value.h"

#include "base/error.h"

namespace headrace::engine {

using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using plan::DataType;
using plan::TypeId;

LogicalType DuckType(const DataType& type) {
  switch (type.id()) {
    case TypeId::kNull:
      return LogicalType::SQLNULL;
    case TypeId::kBoolean:
      return LogicalType::BOOLEAN;
    case TypeId::kByte:
      return LogicalType::TINYINT;
    case TypeId::kShort:
      return LogicalType::SMALLINT;
    case TypeId::kInteger:
      return LogicalType::INTEGER;
    case TypeId::kLong:
      return LogicalType::BIGINT;
    case TypeId::kFloat:
      return LogicalType::FLOAT;
    case TypeId::kDouble:
      return LogicalType::DOUBLE;
    case TypeId::kDecimal:
      return LogicalType::DECIMAL(type.precision(), type.scale());
    case TypeId::kString:
    case TypeId::kChar:
    case TypeId::kVarchar:
      return LogicalType::VARCHAR;
    case TypeId::kBinary:
      return LogicalType::BLOB;
    case TypeId::kDate:
      return LogicalType::DATE;
    case TypeId::kTimestamp:
      return LogicalType::TIMESTAMP_TZ;
    case TypeId::kTimestampNtz:
      return LogicalType::TIMESTAMP;
    case TypeId::kTime:
      return LogicalType::TIME;
    case TypeId::kDayTimeInterval:
      return LogicalType::BIGINT;
    case TypeId::kYearMonthInterval:
      return LogicalType::INTEGER;
    case TypeId::kCalendarInterval:
      return LogicalType::INTERVAL;
    case TypeId::kArray:
      return LogicalType::LIST(DuckType(type.element()));
    case TypeId::kMap:
      return LogicalType::MAP(DuckType(type.key()), DuckType(type.value()));
    case TypeId::kStruct: {
      duckdb::child_list_t<LogicalType> children;
      auto names = DuckFieldNames(type);
      for (size_t i = 0; i < names.size(); ++i) children.emplace_back(names[i], DuckType(type.fields()[i].type));
      // DuckDB has no struct without fields; a marker field stands in and is never read.
      if (children.empty()) children.emplace_back("", LogicalType::BOOLEAN);
      return LogicalType::STRUCT(std::move(children));
    }
    case TypeId::kVariant:
      break;
  }
  ThrowUnsupported("the type " + type.Sql());
}

duckdb::Value TextValue(const std::string& text) {
  if (duckdb::Value::StringIsValid(text)) return duckdb::Value(text);
  duckdb::Value bytes = duckdb::Value::BLOB(duckdb::const_data_ptr_cast(text.data()), text.size());
  bytes.Reinterpret(LogicalType::VARCHAR);
  return bytes;
}

duckdb::vector<std::string> DuckFieldNames(const DataType& type) {
  duckdb::vector<std::string> names;
  duckdb::case_insensitive_set_t taken;
  for (const auto& field : type.fields()) {
    std::string name = field.name;
    for (size_t again = 1; !taken.insert(name).second; ++again) name = field.name + "#" + std::to_string(again);
    names.push_back(std::move(name));
  }
  return names;
}

duckdb::Value DuckValue(const plan::Value& value, const DataType& type) {
  LogicalType duck = DuckType(type);
  if (value.is_null()) return duckdb::Value(duck);
  auto integer = [&] { return std::get<int64_t>(value.data); };
  switch (type.id()) {
    case TypeId::kBoolean:
      return duckdb::Value::BOOLEAN(std::get<bool>(value.data));
    case TypeId::kByte:
      return duckdb::Value::TINYINT(static_cast<int8_t>(integer()));
    case TypeId::kShort:
      return duckdb::Value::SMALLINT(static_cast<int16_t>(integer()));
    case TypeId::kInteger:
    case TypeId::kYearMonthInterval:
      return duckdb::Value::INTEGER(static_cast<int32_t>(integer()));
    case TypeId::kLong:
    case TypeId::kDayTimeInterval:
      return duckdb::Value::BIGINT(integer());
    case TypeId::kFloat:
      return duckdb::Value::FLOAT(static_cast<float>(std::get<double>(value.data)));
    case TypeId::kDouble:
      return duckdb::Value::DOUBLE(std::get<double>(value.data));
    case TypeId::kDecimal: {
      plan::Int128 unscaled = std::get<plan::Int128>(value.data);
      int precision = type.precision();
      int scale = type.scale();
      if (precision <= 18) return duckdb::Value::DECIMAL(static_cast<int64_t>(unscaled), precision, scale);
      duckdb::hugeint_t huge;
      huge.lower = static_cast<uint64_t>(unscaled);
      huge.upper = static_cast<int64_t>(unscaled >> 64);
      return duckdb::Value::DECIMAL(huge, precision, scale);
    }
    case TypeId::kString:
    case TypeId::kChar:
    case TypeId::kVarchar:
      return TextValue(std::get<std::string>(value.data));
    case TypeId::kBinary: {
      const auto& bytes = std::get<std::string>(value.data);
      return duckdb::Value::BLOB(duckdb::const_data_ptr_cast(bytes.data()), bytes.size());
    }
    case TypeId::kDate:
      return duckdb::Value::DATE(duckdb::date_t(static_cast<int32_t>(integer())));
    case TypeId::kTimestamp:
      return duckdb::Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(integer()));
    case TypeId::kTimestampNtz:
      return duckdb::Value::TIMESTAMP(duckdb::timestamp_t(integer()));
    case TypeId::kTime:
      return duckdb::Value::TIME(duckdb::dtime_t(integer()));
    case TypeId::kCalendarInterval: {
      const auto& interval = std::get<plan::Value::CalendarInterval>(value.data);
      return duckdb::Value::INTERVAL(interval.months, interval.days, interval.micros);
    }
    case TypeId::kArray: {
      duckdb::vector<duckdb::Value> elements;
      for (const auto& element : std::get<std::vector<plan::Value>>(value.data)) {
        elements.push_back(DuckValue(element, type.element()));
      }
      return duckdb::Value::LIST(DuckType(type.element()), std::move(elements));
    }
    case TypeId::kMap: {
      duckdb::vector<duckdb::Value> keys;
      duckdb::vector<duckdb::Value> values;
      const auto& entries = std::get<std::vector<plan::Value>>(value.data);
      for (size_t i = 0; i + 1 < entries.size(); i += 2) {
        keys.push_back(DuckValue(entries[i], type.key()));
        values.push_back(DuckValue(entries[i + 1], type.value()));
      }
      return duckdb::Value::MAP(DuckType(type.key()), DuckType(type.value()), std::move(keys), std::move(values));
    }
    case TypeId::kStruct: {
      duckdb::child_list_t<duckdb::Value> children;
      const auto& values = std::get<std::vector<plan::Value>>(value.data);
      auto names = DuckFieldNames(type);
      for (size_t i = 0; i < type.fields().size(); ++i) {
        children.emplace_back(names[i], DuckValue(values.at(i), type.fields()[i].type));
      }
      return duckdb::Value::STRUCT(std::move(children));
    }
    default:
      return duckdb::Value(duck);
  }
}

plan::Value PlanValue(const duckdb::Value& value, const DataType& type) {
  using Data = plan::Value::Data;
  if (value.IsNull()) return {};
  switch (type.id()) {
    case TypeId::kNull:
      return {};
    case TypeId::kBoolean:
      return Data(value.GetValue<bool>());
    case TypeId::kByte:
    case TypeId::kShort:
    case TypeId::kInteger:
    case TypeId::kLong:
    case TypeId::kDayTimeInterval:
    case TypeId::kYearMonthInterval:
      return Data(value.GetValue<int64_t>());
    case TypeId::kFloat:
    case TypeId::kDouble:
      return Data(value.GetValue<double>());
    case TypeId::kDecimal: {
      switch (value.type().InternalType()) {
        case duckdb::PhysicalType::INT16:
          return Data(plan::Int128(value.GetValueUnsafe<int16_t>()));
        case duckdb::PhysicalType::INT32:
          return Data(plan::Int128(value.GetValueUnsafe<int32_t>()));
        case duckdb::PhysicalType::INT64:
          return Data(plan::Int128(value.GetValueUnsafe<int64_t>()));
        default: {
          auto huge = value.GetValueUnsafe<duckdb::hugeint_t>();
          return Data((plan::Int128(huge.upper) << 64) | plan::Int128(huge.lower));
        }
      }
    }
    case TypeId::kString:
    case TypeId::kChar:
    case TypeId::kVarchar:
    case TypeId::kBinary:
      return Data(duckdb::StringValue::Get(value));
    case TypeId::kDate:
      return Data(static_cast<int64_t>(value.GetValue<duckdb::date_t>().days));
    case TypeId::kTimestamp:
      return Data(value.GetValueUnsafe<duckdb::timestamp_tz_t>().value);
    case TypeId::kTimestampNtz:
      return Data(value.GetValueUnsafe<duckdb::timestamp_t>().value);
    case TypeId::kTime:
      return Data(value.GetValueUnsafe<duckdb::dtime_t>().micros);
    case TypeId::kCalendarInterval: {
      auto interval = value.GetValueUnsafe<duckdb::interval_t>();
      return Data(plan::Value::CalendarInterval{interval.months, interval.days, interval.micros});
    }
    case TypeId::kArray: {
      std::vector<plan::Value> elements;
      for (const auto& element : duckdb::ListValue::GetChildren(value)) {
        elements.push_back(PlanValue(element, type.element()));
      }
      return Data(std::move(elements));
    }
    case TypeId::kMap: {
      std::vector<plan::Value> entries;
      for (const auto& entry : duckdb::MapValue::GetChildren(value)) {
        const auto& pair = duckdb::StructValue::GetChildren(entry);
        entries.push_back(PlanValue(pair[0], type.key()));
        entries.push_back(PlanValue(pair[1], type.value()));
      }
      return Data(std::move(entries));
    }
    case TypeId::kStruct: {
      std::vector<plan::Value> fields;
      const auto& children = duckdb::StructValue::GetChildren(value);
      for (size_t i = 0; i < type.fields().size(); ++i) fields.push_back(PlanValue(children[i], type.fields()[i].type));
      return Data(std::move(fields));
    }
    case TypeId::kVariant:
      break;
  }
  ThrowUnsupported("the type " + type.Sql());
}

}  // namespace headrace::engine
