#include "connect/encode.h"

#include <fmt/format.h>
#include <spark/connect/expressions.pb.h>
#include <spark/connect/types.pb.h>

#include <cctype>

#include "base/error.h"
#include "plan/names.h"

namespace headrace::connect {

namespace sc = ::spark::connect;
using plan::DataType;
using plan::TypeId;

void EncodeType(const DataType& type, sc::DataType& out) {
  switch (type.id()) {
    case TypeId::kNull:
      out.mutable_null();
      return;
    case TypeId::kBoolean:
      out.mutable_boolean();
      return;
    case TypeId::kByte:
      out.mutable_byte();
      return;
    case TypeId::kShort:
      out.mutable_short_();
      return;
    case TypeId::kInteger:
      out.mutable_integer();
      return;
    case TypeId::kLong:
      out.mutable_long_();
      return;
    case TypeId::kFloat:
      out.mutable_float_();
      return;
    case TypeId::kDouble:
      out.mutable_double_();
      return;
    case TypeId::kDecimal:
      out.mutable_decimal()->set_precision(type.precision());
      out.mutable_decimal()->set_scale(type.scale());
      return;
    case TypeId::kString:
      out.mutable_string()->set_collation(type.collation().empty() ? "UTF8_BINARY" : type.collation());
      return;
    case TypeId::kChar:
      out.mutable_char_()->set_length(type.length());
      return;
    case TypeId::kVarchar:
      out.mutable_var_char()->set_length(type.length());
      return;
    case TypeId::kBinary:
      out.mutable_binary();
      return;
    case TypeId::kDate:
      out.mutable_date();
      return;
    case TypeId::kTimestamp:
      out.mutable_timestamp();
      return;
    case TypeId::kTimestampNtz:
      out.mutable_timestamp_ntz();
      return;
    case TypeId::kTime:
      out.mutable_time()->set_precision(type.precision());
      return;
    case TypeId::kDayTimeInterval:
      out.mutable_day_time_interval()->set_start_field(static_cast<int>(type.day_time_start()));
      out.mutable_day_time_interval()->set_end_field(static_cast<int>(type.day_time_end()));
      return;
    case TypeId::kYearMonthInterval:
      out.mutable_year_month_interval()->set_start_field(static_cast<int>(type.year_month_start()));
      out.mutable_year_month_interval()->set_end_field(static_cast<int>(type.year_month_end()));
      return;
    case TypeId::kCalendarInterval:
      out.mutable_calendar_interval();
      return;
    case TypeId::kVariant:
      out.mutable_variant();
      return;
    case TypeId::kArray:
      EncodeType(type.element(), *out.mutable_array()->mutable_element_type());
      out.mutable_array()->set_contains_null(type.contains_null());
      return;
    case TypeId::kMap:
      EncodeType(type.key(), *out.mutable_map()->mutable_key_type());
      EncodeType(type.value(), *out.mutable_map()->mutable_value_type());
      out.mutable_map()->set_value_contains_null(type.contains_null());
      return;
    case TypeId::kStruct:
      EncodeSchema(type.fields(), out);
      return;
  }
}

void EncodeSchema(const plan::Schema& schema, sc::DataType& out) {
  auto* fields = out.mutable_struct_();
  for (const auto& field : schema) {
    auto* encoded = fields->add_fields();
    encoded->set_name(field.name);
    EncodeType(field.type, *encoded->mutable_data_type());
    encoded->set_nullable(field.nullable);
    if (!field.metadata.empty()) encoded->set_metadata(json::serialize(field.metadata));
  }
}

void EncodeLiteral(const plan::Literal& literal, sc::Expression_Literal& out) {
  const auto& data = literal.value.data;
  if (literal.value.is_null()) {
    EncodeType(literal.type, *out.mutable_null());
    return;
  }
  auto integer = [&] { return std::get<int64_t>(data); };
  auto items = [&]() -> const std::vector<plan::Value>& { return std::get<std::vector<plan::Value>>(data); };
  switch (literal.type.id()) {
    case TypeId::kBoolean:
      out.set_boolean(std::get<bool>(data));
      return;
    case TypeId::kByte:
      out.set_byte(static_cast<int32_t>(integer()));
      return;
    case TypeId::kShort:
      out.set_short_(static_cast<int32_t>(integer()));
      return;
    case TypeId::kInteger:
      out.set_integer(static_cast<int32_t>(integer()));
      return;
    case TypeId::kLong:
      out.set_long_(integer());
      return;
    case TypeId::kFloat:
      out.set_float_(static_cast<float>(std::get<double>(data)));
      return;
    case TypeId::kDouble:
      out.set_double_(std::get<double>(data));
      return;
    case TypeId::kDecimal:
      out.mutable_decimal()->set_value(plan::DecimalText(std::get<plan::Int128>(data), literal.type.scale()));
      out.mutable_decimal()->set_precision(literal.type.precision());
      out.mutable_decimal()->set_scale(literal.type.scale());
      return;
    case TypeId::kString:
    case TypeId::kChar:
    case TypeId::kVarchar:
      out.set_string(std::get<std::string>(data));
      return;
    case TypeId::kBinary:
      out.set_binary(std::get<std::string>(data));
      return;
    case TypeId::kDate:
      out.set_date(static_cast<int32_t>(integer()));
      return;
    case TypeId::kTimestamp:
      out.set_timestamp(integer());
      return;
    case TypeId::kTimestampNtz:
      out.set_timestamp_ntz(integer());
      return;
    case TypeId::kTime:
      out.mutable_time()->set_nano(integer() * 1000);
      out.mutable_time()->set_precision(literal.type.precision());
      return;
    case TypeId::kDayTimeInterval:
      out.set_day_time_interval(integer());
      return;
    case TypeId::kYearMonthInterval:
      out.set_year_month_interval(static_cast<int32_t>(integer()));
      return;
    case TypeId::kArray:
      EncodeType(literal.type.element(), *out.mutable_array()->mutable_element_type());
      out.mutable_array();
      for (const auto& item : items()) EncodeLiteral({item, literal.type.element()}, *out.mutable_array()->add_elements());
      return;
    case TypeId::kMap: {
      auto* map = out.mutable_map();
      EncodeType(literal.type.key(), *map->mutable_key_type());
      EncodeType(literal.type.value(), *map->mutable_value_type());
      for (size_t i = 0; i + 1 < items().size(); i += 2) {
        EncodeLiteral({items()[i], literal.type.key()}, *map->add_keys());
        EncodeLiteral({items()[i + 1], literal.type.value()}, *map->add_values());
      }
      return;
    }
    case TypeId::kStruct: {
      EncodeType(literal.type, *out.mutable_struct_()->mutable_struct_type());
      for (size_t i = 0; i < items().size(); ++i) {
        EncodeLiteral({items()[i], literal.type.fields()[i].type}, *out.mutable_struct_()->add_elements());
      }
      return;
    }
    default:
      ThrowUnsupported("observed metrics of type " + literal.type.SimpleString());
  }
}

namespace {

/// DataType.typeName: what printSchema shows.
std::string TypeName(const DataType& type) {
  switch (type.id()) {
    case TypeId::kInteger:
      return "integer";
    case TypeId::kLong:
      return "long";
    case TypeId::kShort:
      return "short";
    case TypeId::kByte:
      return "byte";
    case TypeId::kArray:
      return "array";
    case TypeId::kMap:
      return "map";
    case TypeId::kStruct:
      return "struct";
    default:
      return type.SimpleString();
  }
}

const char* Bool(bool value) { return value ? "true" : "false"; }

class TreePrinter {
 public:
  explicit TreePrinter(int max_level) : max_level_(max_level > 0 ? max_level : INT32_MAX) {}

  void Fields(const std::vector<plan::StructField>& fields, const std::string& prefix, int level) {
    for (const auto& field : fields) {
      Line(prefix, field.name, field.type, fmt::format(" (nullable = {})", Bool(field.nullable)), level);
    }
  }
  std::string Take() { return std::move(text_); }

 private:
  void Line(const std::string& prefix, const std::string& name, const DataType& type, const std::string& suffix, int level) {
    if (level > max_level_) return;
    text_ += fmt::format("{}-- {}: {}{}\n", prefix, name, TypeName(type), suffix);
    std::string below = prefix + "    |";
    if (type.id() == TypeId::kStruct) {
      Fields(type.fields(), below, level + 1);
    } else if (type.id() == TypeId::kArray) {
      Line(below, "element", type.element(), fmt::format(" (containsNull = {})", Bool(type.contains_null())), level + 1);
    } else if (type.id() == TypeId::kMap) {
      Line(below, "key", type.key(), "", level + 1);
      Line(below, "value", type.value(), fmt::format(" (valueContainsNull = {})", Bool(type.contains_null())), level + 1);
    }
  }

  const int max_level_;
  std::string text_ = "root\n";
};

}  // namespace

std::string TreeString(const plan::Schema& schema, int max_level) {
  TreePrinter printer(max_level);
  printer.Fields(schema, " |", 1);
  return printer.Take();
}

std::string ToDdl(const plan::Schema& schema) {
  std::string text;
  for (const auto& field : schema) {
    if (!text.empty()) text += ",";
    text += plan::QuotedIfNeeded(field.name) + " " + field.type.Sql() + (field.nullable ? "" : " NOT NULL");
    if (const auto* comment = field.metadata.if_contains("comment"); comment != nullptr && comment->is_string()) {
      std::string escaped;
      for (char c : comment->as_string()) {
        if (c == '\'' || c == '\\') escaped += '\\';
        escaped += c;
      }
      text += " COMMENT '" + escaped + "'";
    }
  }
  return text;
}

}  // namespace headrace::connect
