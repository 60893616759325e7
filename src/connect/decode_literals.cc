#include <fmt/format.h>
#include <spark/connect/expressions.pb.h>

#include <cstdlib>

#include "base/error.h"
#include "connect/decode.h"

namespace headrace::connect {

namespace sc = ::spark::connect;
using plan::DataType;
using plan::Int128;
using plan::Literal;
using plan::TypeId;
using plan::Value;

namespace {

template <typename T>
Literal Make(T value, DataType type) {
  return {Value(Value::Data(std::move(value))), std::move(type)};
}

struct ParsedDecimal {
  Int128 unscaled = 0;
  int digits = 0;
  int scale = 0;
};

/// "-1.50", "2E+3", "1e-7" as an unscaled value and a scale that is not negative.
ParsedDecimal ParseDecimal(const std::string& text) {
  ParsedDecimal result;
  bool negative = false, any = false, point = false;
  size_t i = 0;
  if (i < text.size() && (text[i] == '-' || text[i] == '+')) negative = text[i++] == '-';
  auto reject = [&] { ThrowInvalidPlan("LITERAL_VALUE", fmt::format("The text '{}' is no decimal.", text), {{"value", text}}); };
  for (; i < text.size(); ++i) {
    char c = text[i];
    if (c == '.' && !point) {
      point = true;
    } else if (c >= '0' && c <= '9') {
      any = true;
      if (result.digits > 0 || c != '0') ++result.digits;
      if (result.digits > 38) reject();
      result.unscaled = result.unscaled * 10 + (c - '0');
      if (point) ++result.scale;
    } else {
      break;
    }
  }
  if (!any) reject();
  if (i < text.size()) {
    if (text[i] != 'e' && text[i] != 'E') reject();
    char* end = nullptr;
    long exponent = std::strtol(text.c_str() + i + 1, &end, 10);
    if (*end != '\0' || exponent > 76 || exponent < -76) reject();
    result.scale -= static_cast<int>(exponent);
  }
  while (result.scale < 0) {
    if (result.digits >= 38 && result.unscaled != 0) reject();
    result.unscaled *= 10;
    if (result.unscaled != 0) ++result.digits;
    ++result.scale;
  }
  if (negative) result.unscaled = -result.unscaled;
  return result;
}

/// The type a client names only widens what the value takes: PySpark names decimal(10,0) for every decimal.
Literal DecimalLiteral(const sc::Expression_Literal_Decimal& decimal) {
  ParsedDecimal parsed = ParseDecimal(decimal.value());
  const int scale = std::max(parsed.scale, decimal.has_scale() ? decimal.scale() : 0);
  const int named = decimal.has_precision() ? decimal.precision() : 1;
  const int precision = std::max({parsed.digits + scale - parsed.scale, scale, named});
  if (precision > 38) {
    ThrowInvalidPlan("LITERAL_VALUE", fmt::format("The decimal '{}' has more than 38 digits.", decimal.value()),
                     {{"value", decimal.value()}});
  }
  for (; parsed.scale < scale; ++parsed.scale) parsed.unscaled *= 10;
  return Make(parsed.unscaled, DataType::Decimal(precision, scale));
}

template <typename Values, typename Convert>
Literal Specialized(const Values& values, DataType element, Convert convert) {
  std::vector<Value> elements;
  for (const auto& value : values) elements.emplace_back(Value::Data(convert(value)));
  return Make(std::move(elements), DataType::Array(std::move(element), false));
}

Literal SpecializedArray(const sc::Expression_Literal_SpecializedArray& array) {
  auto to_long = [](auto value) { return static_cast<int64_t>(value); };
  auto to_double = [](auto value) { return static_cast<double>(value); };
  switch (array.value_type_case()) {
    case sc::Expression_Literal_SpecializedArray::kBools:
      return Specialized(array.bools().values(), TypeId::kBoolean, [](bool value) { return value; });
    case sc::Expression_Literal_SpecializedArray::kInts:
      return Specialized(array.ints().values(), TypeId::kInteger, to_long);
    case sc::Expression_Literal_SpecializedArray::kLongs:
      return Specialized(array.longs().values(), TypeId::kLong, to_long);
    case sc::Expression_Literal_SpecializedArray::kFloats:
      return Specialized(array.floats().values(), TypeId::kFloat, to_double);
    case sc::Expression_Literal_SpecializedArray::kDoubles:
      return Specialized(array.doubles().values(), TypeId::kDouble, to_double);
    case sc::Expression_Literal_SpecializedArray::kStrings:
      return Specialized(array.strings().values(), DataType::String(), [](const std::string& value) { return value; });
    default:
      ThrowInvalidPlan("ARRAY_LITERAL_NOT_SET", "Array literal is not set.");
  }
}

}  // namespace

Literal PlanDecoder::Literal(const sc::Expression_Literal& literal) {
  using L = sc::Expression_Literal;
  auto integral = [](int64_t value, DataType type) { return Make(value, std::move(type)); };
  switch (literal.literal_type_case()) {
    case L::kNull:
      return {Value(), Type(literal.null())};
    case L::kBinary:
      return Make(literal.binary(), TypeId::kBinary);
    case L::kBoolean:
      return Make(literal.boolean(), TypeId::kBoolean);
    case L::kByte:
      return integral(literal.byte(), TypeId::kByte);
    case L::kShort:
      return integral(literal.short_(), TypeId::kShort);
    case L::kInteger:
      return integral(literal.integer(), TypeId::kInteger);
    case L::kLong:
      return integral(literal.long_(), TypeId::kLong);
    case L::kFloat:
      return Make(static_cast<double>(literal.float_()), TypeId::kFloat);
    case L::kDouble:
      return Make(literal.double_(), TypeId::kDouble);
    case L::kDecimal:
      return DecimalLiteral(literal.decimal());
    case L::kString:
      return Make(literal.string(), literal.has_data_type() ? Type(literal.data_type()) : DataType::String());
    case L::kDate:
      return integral(literal.date(), TypeId::kDate);
    case L::kTimestamp:
      return integral(literal.timestamp(), TypeId::kTimestamp);
    case L::kTimestampNtz:
      return integral(literal.timestamp_ntz(), TypeId::kTimestampNtz);
    case L::kCalendarInterval: {
      const auto& interval = literal.calendar_interval();
      return Make(Value::CalendarInterval{interval.months(), interval.days(), interval.microseconds()},
                  TypeId::kCalendarInterval);
    }
    case L::kYearMonthInterval:
      return integral(literal.year_month_interval(),
                      literal.has_data_type() ? Type(literal.data_type()) : DataType::YearMonthInterval());
    case L::kDayTimeInterval:
      return integral(literal.day_time_interval(),
                      literal.has_data_type() ? Type(literal.data_type()) : DataType::DayTimeInterval());
    case L::kTime:
      return integral(literal.time().nano() / 1000,
                      DataType::Time(literal.time().has_precision() ? literal.time().precision() : 6));
    case L::kSpecializedArray:
      return SpecializedArray(literal.specialized_array());
    case L::kArray: {
      std::vector<Value> elements;
      DataType element;
      bool has_null = false;
      for (const auto& item : literal.array().elements()) {
        plan::Literal decoded = Literal(item);
        has_null = has_null || decoded.value.is_null();
        if (element.id() == TypeId::kNull) element = decoded.type;
        elements.push_back(std::move(decoded.value));
      }
      if (literal.has_data_type()) return Make(std::move(elements), Type(literal.data_type()));
      if (literal.array().has_element_type()) element = Type(literal.array().element_type());
      return Make(std::move(elements), DataType::Array(element, true));
    }
    case L::kMap: {
      const auto& map = literal.map();
      if (map.keys_size() != map.values_size()) {
        ThrowInvalidPlan("MAP_LITERAL", "A map literal has as many keys as values.");
      }
      std::vector<Value> entries;
      DataType key, value;
      for (int i = 0; i < map.keys_size(); ++i) {
        plan::Literal k = Literal(map.keys(i));
        plan::Literal v = Literal(map.values(i));
        key = k.type;
        if (value.id() == TypeId::kNull) value = v.type;
        entries.push_back(std::move(k.value));
        entries.push_back(std::move(v.value));
      }
      if (literal.has_data_type()) return Make(std::move(entries), Type(literal.data_type()));
      if (map.has_key_type()) key = Type(map.key_type());
      if (map.has_value_type()) value = Type(map.value_type());
      return Make(std::move(entries), DataType::Map(key, value, true));
    }
    case L::kStruct: {
      std::vector<Value> values;
      plan::Schema fields;
      for (const auto& item : literal.struct_().elements()) {
        plan::Literal decoded = Literal(item);
        fields.push_back({fmt::format("col{}", fields.size() + 1), decoded.type, true, {}});
        values.push_back(std::move(decoded.value));
      }
      if (literal.has_data_type()) return Make(std::move(values), Type(literal.data_type()));
      if (literal.struct_().has_struct_type()) return Make(std::move(values), Type(literal.struct_().struct_type()));
      return Make(std::move(values), DataType::Struct(std::move(fields)));
    }
    default:
      ThrowInvalidPlan("LITERAL_TYPE", "The literal has no value.");
  }
}

}  // namespace headrace::connect
