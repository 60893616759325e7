#include "plan/types.h"

#include <fmt/format.h>

#include <charconv>

#include "base/error.h"
#include "plan/names.h"

namespace headrace::plan {

struct DataType::Children {
  std::vector<StructField> fields;  // array: element; map: key, value; nullability in the field.
  std::string collation;
};

namespace {

const std::string kNoCollation;
const std::vector<StructField> kNoFields;

const char* kDayTimeNames[] = {"day", "hour", "minute", "second"};
const char* kYearMonthNames[] = {"year", "month"};

struct ScalarName {
  TypeId id;
  const char* simple;
  const char* sql;
  const char* json;
};

const ScalarName kScalars[] = {
    {TypeId::kNull, "void", "VOID", "void"},
    {TypeId::kBoolean, "boolean", "BOOLEAN", "boolean"},
    {TypeId::kByte, "tinyint", "TINYINT", "byte"},
    {TypeId::kShort, "smallint", "SMALLINT", "short"},
    {TypeId::kInteger, "int", "INT", "integer"},
    {TypeId::kLong, "bigint", "BIGINT", "long"},
    {TypeId::kFloat, "float", "FLOAT", "float"},
    {TypeId::kDouble, "double", "DOUBLE", "double"},
    {TypeId::kBinary, "binary", "BINARY", "binary"},
    {TypeId::kDate, "date", "DATE", "date"},
    {TypeId::kTimestamp, "timestamp", "TIMESTAMP", "timestamp"},
    {TypeId::kTimestampNtz, "timestamp_ntz", "TIMESTAMP_NTZ", "timestamp_ntz"},
    {TypeId::kCalendarInterval, "interval", "INTERVAL", "interval"},
    {TypeId::kVariant, "variant", "VARIANT", "variant"},
};

const ScalarName* FindScalar(TypeId id) {
  for (const auto& scalar : kScalars) {
    if (scalar.id == id) return &scalar;
  }
  return nullptr;
}

std::string IntervalText(const char* const* names, int start, int end) {
  if (start == end) return fmt::format("interval {}", names[start]);
  return fmt::format("interval {} to {}", names[start], names[end]);
}

std::string Upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

[[noreturn]] void ThrowBadJson(const std::string& text) {
  throw Error(ErrorKind::kIllegalArgument, "INVALID_JSON_DATA_TYPE",
              fmt::format("Failed to convert the JSON string '{}' to a data type.", text), {{"invalidType", text}})
      .WithSqlState("2203G");
}

/// Reads "12" or "12,2" between the parentheses of `text`, which starts with `prefix`.
bool ReadNumbers(std::string_view text, std::string_view prefix, int* first, int* second) {
  if (text.substr(0, prefix.size()) != prefix || text.size() < prefix.size() + 3) return false;
  text.remove_prefix(prefix.size());
  if (text.front() != '(' || text.back() != ')') return false;
  text = text.substr(1, text.size() - 2);
  auto read = [](std::string_view part, int* out) {
    while (!part.empty() && part.front() == ' ') part.remove_prefix(1);
    while (!part.empty() && part.back() == ' ') part.remove_suffix(1);
    auto [end, code] = std::from_chars(part.data(), part.data() + part.size(), *out);
    return code == std::errc() && end == part.data() + part.size();
  };
  size_t comma = text.find(',');
  if (!read(text.substr(0, comma), first)) return false;
  if (comma == std::string_view::npos) return true;
  return second != nullptr && read(text.substr(comma + 1), second);
}

}  // namespace

DataType DataType::Decimal(int precision, int scale) {
  DataType type(TypeId::kDecimal);
  type.precision_ = precision;
  type.scale_ = static_cast<uint8_t>(scale);
  return type;
}

DataType DataType::String(std::string collation) {
  DataType type(TypeId::kString);
  if (!collation.empty() && collation != "UTF8_BINARY") {
    auto children = std::make_shared<Children>();
    children->collation = std::move(collation);
    type.children_ = std::move(children);
  }
  return type;
}

DataType DataType::Char(int length) {
  DataType type(TypeId::kChar);
  type.precision_ = length;
  return type;
}

DataType DataType::Varchar(int length) {
  DataType type(TypeId::kVarchar);
  type.precision_ = length;
  return type;
}

DataType DataType::Time(int precision) {
  DataType type(TypeId::kTime);
  type.precision_ = precision;
  return type;
}

DataType DataType::DayTimeInterval(DayTimeField start, DayTimeField end) {
  DataType type(TypeId::kDayTimeInterval);
  type.precision_ = static_cast<int>(start);
  type.scale_ = static_cast<uint8_t>(end);
  return type;
}

DataType DataType::YearMonthInterval(YearMonthField start, YearMonthField end) {
  DataType type(TypeId::kYearMonthInterval);
  type.precision_ = static_cast<int>(start);
  type.scale_ = static_cast<uint8_t>(end);
  return type;
}

DataType DataType::Array(DataType element, bool contains_null) {
  DataType type(TypeId::kArray);
  auto children = std::make_shared<Children>();
  children->fields.push_back({"element", std::move(element), contains_null, {}});
  type.children_ = std::move(children);
  return type;
}

DataType DataType::Map(DataType key, DataType value, bool value_contains_null) {
  DataType type(TypeId::kMap);
  auto children = std::make_shared<Children>();
  children->fields.push_back({"key", std::move(key), false, {}});
  children->fields.push_back({"value", std::move(value), value_contains_null, {}});
  type.children_ = std::move(children);
  return type;
}

DataType DataType::Struct(std::vector<StructField> fields) {
  DataType type(TypeId::kStruct);
  auto children = std::make_shared<Children>();
  children->fields = std::move(fields);
  type.children_ = std::move(children);
  return type;
}

const std::string& DataType::collation() const { return children_ ? children_->collation : kNoCollation; }

const DataType& DataType::element() const { return children_->fields[0].type; }
bool DataType::contains_null() const { return children_->fields.back().nullable; }
const DataType& DataType::key() const { return children_->fields[0].type; }
const DataType& DataType::value() const { return children_->fields[1].type; }
const std::vector<StructField>& DataType::fields() const {
  return id_ == TypeId::kStruct && children_ ? children_->fields : kNoFields;
}

std::string DataType::SimpleString() const {
  switch (id_) {
    case TypeId::kDecimal:
      return fmt::format("decimal({},{})", precision_, scale_);
    case TypeId::kString:
      return collation().empty() ? "string" : "string collate " + collation();
    case TypeId::kChar:
      return fmt::format("char({})", precision_);
    case TypeId::kVarchar:
      return fmt::format("varchar({})", precision_);
    case TypeId::kTime:
      return fmt::format("time({})", precision_);
    case TypeId::kDayTimeInterval:
      return IntervalText(kDayTimeNames, precision_, scale_);
    case TypeId::kYearMonthInterval:
      return IntervalText(kYearMonthNames, precision_, scale_);
    case TypeId::kArray:
      return fmt::format("array<{}>", element().SimpleString());
    case TypeId::kMap:
      return fmt::format("map<{},{}>", key().SimpleString(), value().SimpleString());
    case TypeId::kStruct: {
      std::string text = "struct<";
      for (size_t i = 0; i < fields().size(); ++i) {
        text += fmt::format("{}{}:{}", i == 0 ? "" : ",", fields()[i].name, fields()[i].type.SimpleString());
      }
      return text + ">";
    }
    default:
      return FindScalar(id_)->simple;
  }
}

std::string DataType::Sql() const {
  switch (id_) {
    case TypeId::kString:
      return collation().empty() ? "STRING" : "STRING COLLATE " + collation();
    case TypeId::kArray:
      return fmt::format("ARRAY<{}>", element().Sql());
    case TypeId::kMap:
      return fmt::format("MAP<{}, {}>", key().Sql(), value().Sql());
    case TypeId::kStruct: {
      std::string text = "STRUCT<";
      for (size_t i = 0; i < fields().size(); ++i) {
        const auto& field = fields()[i];
        text += fmt::format("{}{}: {}{}", i == 0 ? "" : ", ", QuotedIfNeeded(field.name), field.type.Sql(),
                            field.nullable ? "" : " NOT NULL");
      }
      return text + ">";
    }
    case TypeId::kDecimal:
    case TypeId::kChar:
    case TypeId::kVarchar:
    case TypeId::kTime:
    case TypeId::kDayTimeInterval:
    case TypeId::kYearMonthInterval:
      return Upper(SimpleString());
    default:
      return FindScalar(id_)->sql;
  }
}

json::value DataType::ToJson() const {
  switch (id_) {
    case TypeId::kArray:
      return json::object{{"type", "array"}, {"elementType", element().ToJson()}, {"containsNull", contains_null()}};
    case TypeId::kMap:
      return json::object{
          {"type", "map"}, {"keyType", key().ToJson()}, {"valueType", value().ToJson()}, {"valueContainsNull", contains_null()}};
    case TypeId::kStruct: {
      json::array members;
      for (const auto& field : fields()) {
        members.push_back(json::object{
            {"name", field.name}, {"type", field.type.ToJson()}, {"nullable", field.nullable}, {"metadata", field.metadata}});
      }
      return json::object{{"type", "struct"}, {"fields", std::move(members)}};
    }
    default: {
      const ScalarName* scalar = FindScalar(id_);
      return json::value(scalar ? std::string(scalar->json) : SimpleString());
    }
  }
}

namespace {

DataType ScalarFromText(std::string_view text) {
  for (const auto& scalar : kScalars) {
    if (text == scalar.json) return scalar.id;
  }
  if (text == "string") return TypeId::kString;
  if (text == "null") return TypeId::kNull;
  if (text == "decimal") return DataType::Decimal(10, 0);
  int first = 0;
  int second = 0;
  if (ReadNumbers(text, "decimal", &first, &second)) return DataType::Decimal(first, second);
  if (ReadNumbers(text, "char", &first, nullptr)) return DataType::Char(first);
  if (ReadNumbers(text, "varchar", &first, nullptr)) return DataType::Varchar(first);
  if (ReadNumbers(text, "time", &first, nullptr)) return DataType::Time(first);
  constexpr std::string_view kCollate = "string collate ";
  if (text.substr(0, kCollate.size()) == kCollate) return DataType::String(std::string(text.substr(kCollate.size())));
  for (int start = 0; start < 4; ++start) {
    for (int end = start; end < 4; ++end) {
      if (text == IntervalText(kDayTimeNames, start, end)) {
        return DataType::DayTimeInterval(static_cast<DayTimeField>(start), static_cast<DayTimeField>(end));
      }
      if (end < 2 && text == IntervalText(kYearMonthNames, start, end)) {
        return DataType::YearMonthInterval(static_cast<YearMonthField>(start), static_cast<YearMonthField>(end));
      }
    }
  }
  ThrowBadJson(std::string(text));
}

}  // namespace

DataType DataType::FromJson(const json::value& value) {
  if (value.is_string()) return ScalarFromText(value.as_string());
  if (!value.is_object()) ThrowBadJson(json::serialize(value));
  const json::object& object = value.as_object();
  const json::value* kind = object.if_contains("type");
  if (kind == nullptr || !kind->is_string()) ThrowBadJson(json::serialize(value));
  try {
    if (kind->as_string() == "array") {
      return Array(FromJson(object.at("elementType")), object.at("containsNull").as_bool());
    }
    if (kind->as_string() == "map") {
      return Map(FromJson(object.at("keyType")), FromJson(object.at("valueType")), object.at("valueContainsNull").as_bool());
    }
    if (kind->as_string() == "struct") {
      std::vector<StructField> fields;
      for (const auto& member : object.at("fields").as_array()) {
        const json::object& field = member.as_object();
        StructField made{
            std::string(field.at("name").as_string()), FromJson(field.at("type")), field.at("nullable").as_bool(), {}};
        if (const json::value* metadata = field.if_contains("metadata"); metadata && metadata->is_object()) {
          made.metadata = metadata->as_object();
        }
        fields.push_back(std::move(made));
      }
      return Struct(std::move(fields));
    }
    if (kind->as_string() == "udt") return FromJson(object.at("sqlType"));
  } catch (const boost::system::system_error&) {
    ThrowBadJson(json::serialize(value));
  }
  ThrowBadJson(json::serialize(value));
}

DataType DataType::FromJsonText(std::string_view text) {
  json::value value;
  try {
    value = ParseJson(text);
  } catch (const Error&) {
    ThrowBadJson(std::string(text));
  }
  return FromJson(value);
}

bool DataType::operator==(const DataType& other) const {
  if (id_ != other.id_ || precision_ != other.precision_ || scale_ != other.scale_) return false;
  if (children_ == other.children_) return true;
  if (collation() != other.collation()) return false;
  if (!IsNested()) return true;
  return children_ && other.children_ && children_->fields == other.children_->fields;
}

bool DataType::SameType(const DataType& other) const { return AsNullable() == other.AsNullable(); }

DataType DataType::AsNullable() const {
  switch (id_) {
    case TypeId::kArray:
      return Array(element().AsNullable(), true);
    case TypeId::kMap:
      return Map(key().AsNullable(), value().AsNullable(), true);
    case TypeId::kStruct: {
      std::vector<StructField> fields = this->fields();
      for (auto& field : fields) {
        field.type = field.type.AsNullable();
        field.nullable = true;
      }
      return Struct(std::move(fields));
    }
    default:
      return *this;
  }
}

}  // namespace headrace::plan
