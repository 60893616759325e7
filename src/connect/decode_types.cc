#include <spark/connect/types.pb.h>

#include "base/error.h"
#include "base/json.h"
#include "connect/decode.h"

namespace headrace::connect {

namespace sc = ::spark::connect;
using plan::DataType;
using plan::TypeId;

namespace {

bool ScalarType(sc::DataType::KindCase kind, TypeId& id) {
  switch (kind) {
    case sc::DataType::kNull:
      id = TypeId::kNull;
      return true;
    case sc::DataType::kBinary:
      id = TypeId::kBinary;
      return true;
    case sc::DataType::kBoolean:
      id = TypeId::kBoolean;
      return true;
    case sc::DataType::kByte:
      id = TypeId::kByte;
      return true;
    case sc::DataType::kShort:
      id = TypeId::kShort;
      return true;
    case sc::DataType::kInteger:
      id = TypeId::kInteger;
      return true;
    case sc::DataType::kLong:
      id = TypeId::kLong;
      return true;
    case sc::DataType::kFloat:
      id = TypeId::kFloat;
      return true;
    case sc::DataType::kDouble:
      id = TypeId::kDouble;
      return true;
    case sc::DataType::kDate:
      id = TypeId::kDate;
      return true;
    case sc::DataType::kTimestamp:
      id = TypeId::kTimestamp;
      return true;
    case sc::DataType::kTimestampNtz:
      id = TypeId::kTimestampNtz;
      return true;
    case sc::DataType::kCalendarInterval:
      id = TypeId::kCalendarInterval;
      return true;
    case sc::DataType::kVariant:
      id = TypeId::kVariant;
      return true;
    default:
      return false;
  }
}

}  // namespace

DataType PlanDecoder::Type(const sc::DataType& type) {
  if (TypeId id; ScalarType(type.kind_case(), id)) return id;
  switch (type.kind_case()) {
    case sc::DataType::kString: {
      const std::string& collation = type.string().collation();
      return DataType::String(collation == "UTF8_BINARY" ? "" : collation);
    }
    case sc::DataType::kChar:
      return DataType::Char(type.char_().length());
    case sc::DataType::kVarChar:
      return DataType::Varchar(type.var_char().length());
    case sc::DataType::kTime:
      return DataType::Time(type.time().has_precision() ? type.time().precision() : 6);
    case sc::DataType::kDecimal: {
      int precision = type.decimal().has_precision() ? type.decimal().precision() : 10;
      int scale = type.decimal().has_scale() ? type.decimal().scale() : 0;
      return DataType::Decimal(precision, scale);
    }
    case sc::DataType::kYearMonthInterval: {
      const auto& interval = type.year_month_interval();
      int start = interval.has_start_field() ? interval.start_field() : 0;
      int end = interval.has_end_field() ? interval.end_field() : interval.has_start_field() ? start : 1;
      return DataType::YearMonthInterval(static_cast<plan::YearMonthField>(start), static_cast<plan::YearMonthField>(end));
    }
    case sc::DataType::kDayTimeInterval: {
      const auto& interval = type.day_time_interval();
      int start = interval.has_start_field() ? interval.start_field() : 0;
      int end = interval.has_end_field() ? interval.end_field() : interval.has_start_field() ? start : 3;
      return DataType::DayTimeInterval(static_cast<plan::DayTimeField>(start), static_cast<plan::DayTimeField>(end));
    }
    case sc::DataType::kArray:
      return DataType::Array(Type(type.array().element_type()), type.array().contains_null());
    case sc::DataType::kMap:
      return DataType::Map(Type(type.map().key_type()), Type(type.map().value_type()), type.map().value_contains_null());
    case sc::DataType::kStruct: {
      plan::Schema fields;
      fields.reserve(static_cast<size_t>(type.struct_().fields_size()));
      for (const auto& field : type.struct_().fields()) {
        plan::StructField decoded{field.name(), Type(field.data_type()), field.nullable(), {}};
        if (field.has_metadata() && !field.metadata().empty()) {
          decoded.metadata = ParseJson(field.metadata()).as_object();
        }
        fields.push_back(std::move(decoded));
      }
      return DataType::Struct(std::move(fields));
    }
    case sc::DataType::kUdt:
      if (!type.udt().has_sql_type()) ThrowUnsupported("user-defined types without a SQL type");
      return Type(type.udt().sql_type());
    case sc::DataType::kUnparsed:
      return ParseTypeText(type.unparsed().data_type_string());
    case sc::DataType::kGeometry:
    case sc::DataType::kGeography:
      ThrowUnsupported("geospatial types");
    default:
      ThrowInvalidPlan("DATA_TYPE_UNKNOWN", "Unknown data type.");
  }
}

plan::Schema PlanDecoder::SchemaType(const sc::DataType& type) {
  DataType decoded = Type(type);
  if (decoded.id() == TypeId::kStruct) return decoded.fields();
  return {plan::StructField{"value", std::move(decoded), true, {}}};
}

plan::Schema PlanDecoder::SchemaText(const std::string& text) {
  size_t first = text.find_first_not_of(" \t\r\n");
  bool is_json = first != std::string::npos && (text[first] == '{' || text[first] == '"');
  DataType type = is_json ? DataType::FromJsonText(text) : ParseTypeText(text);
  if (type.id() == TypeId::kStruct) return type.fields();
  return {plan::StructField{"value", std::move(type), true, {}}};
}

}  // namespace headrace::connect
