#include "delta/schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/error.h"

namespace headrace::delta {

namespace {

constexpr const char* kPhysicalName = "delta.columnMapping.physicalName";
constexpr const char* kColumnId = "delta.columnMapping.id";

[[noreturn]] void ThrowBadSchema(const std::string& what) {
  throw Error(ErrorKind::kRuntime, "DELTA_SCHEMA_NOT_PARSED", fmt::format("The table's schema is broken: {}.", what),
              {{"reason", what}})
      .WithSqlState("XXKDS");
}

std::string TextMember(const json::object& object, const char* name) {
  const auto* value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) ThrowBadSchema(fmt::format("'{}' is missing", name));
  return std::string(value->as_string());
}

bool BoolMember(const json::object& object, const char* name, bool otherwise) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_bool() ? value->as_bool() : otherwise;
}

const json::value& Member(const json::object& object, const char* name) {
  const auto* value = object.if_contains(name);
  if (value == nullptr) ThrowBadSchema(fmt::format("'{}' is missing", name));
  return *value;
}

Field ParseField(const json::value& value) {
  if (!value.is_object()) ThrowBadSchema("a field is not an object");
  const auto& object = value.as_object();
  Field field;
  field.name = TextMember(object, "name");
  field.type = ParseType(Member(object, "type"));
  field.nullable = BoolMember(object, "nullable", true);
  if (const auto* metadata = object.if_contains("metadata"); metadata != nullptr && metadata->is_object()) {
    field.metadata = metadata->as_object();
  }
  return field;
}

std::vector<Field> ParseFields(const json::object& object) {
  const json::value& list = Member(object, "fields");
  if (!list.is_array()) ThrowBadSchema("'fields' is not a list");
  std::vector<Field> fields;
  fields.reserve(list.as_array().size());
  for (const auto& field : list.as_array()) fields.push_back(ParseField(field));
  return fields;
}

}  // namespace

bool EqualsIgnoreCase(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
}

std::string Field::PhysicalName() const {
  const auto* value = metadata.if_contains(kPhysicalName);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : name;
}

std::optional<int64_t> Field::ColumnId() const {
  const auto* value = metadata.if_contains(kColumnId);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return value->to_number<int64_t>();
}

std::optional<std::string> Field::Comment() const {
  const auto* value = metadata.if_contains("comment");
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string(value->as_string());
}

std::optional<std::pair<int, int>> DataType::DecimalShape() const {
  if (kind != Kind::kPrimitive || name.rfind("decimal", 0) != 0) return std::nullopt;
  int precision = 10, scale = 0;
  if (size_t open = name.find('('); open != std::string::npos) {
    const char* end = name.data() + name.size();
    auto first = std::from_chars(name.data() + open + 1, end, precision);
    const char* next = first.ptr;
    while (next < end && (*next == ',' || *next == ' ')) ++next;
    std::from_chars(next, end, scale);
  }
  return std::pair(precision, scale);
}

std::string DataType::SqlName() const {
  switch (kind) {
    case Kind::kArray:
      return "ARRAY<" + element->SqlName() + ">";
    case Kind::kMap:
      return "MAP<" + key->SqlName() + ", " + element->SqlName() + ">";
    case Kind::kStruct: {
      std::string text = "STRUCT<";
      for (size_t i = 0; i < fields.size(); ++i) {
        text += (i ? ", " : "") + fields[i].name + ": " + fields[i].type->SqlName();
      }
      return text + ">";
    }
    case Kind::kPrimitive:
      break;
  }
  static const std::pair<std::string_view, std::string_view> kNames[] = {
      {"integer", "INT"}, {"long", "BIGINT"}, {"short", "SMALLINT"}, {"byte", "TINYINT"}};
  for (const auto& [delta, sql] : kNames) {
    if (name == delta) return std::string(sql);
  }
  std::string upper = name;
  std::transform(upper.begin(), upper.end(), upper.begin(), ::toupper);
  return upper;
}

DataTypePtr PrimitiveType(std::string name) {
  auto type = std::make_shared<DataType>();
  type->name = std::move(name);
  return type;
}

DataTypePtr StructType(std::vector<Field> fields) {
  auto type = std::make_shared<DataType>();
  type->kind = DataType::Kind::kStruct;
  type->fields = std::move(fields);
  return type;
}

DataTypePtr ArrayType(DataTypePtr element, bool contains_null) {
  auto type = std::make_shared<DataType>();
  type->kind = DataType::Kind::kArray;
  type->element = std::move(element);
  type->contains_null = contains_null;
  return type;
}

DataTypePtr MapType(DataTypePtr key, DataTypePtr value, bool value_contains_null) {
  auto type = std::make_shared<DataType>();
  type->kind = DataType::Kind::kMap;
  type->key = std::move(key);
  type->element = std::move(value);
  type->contains_null = value_contains_null;
  return type;
}

DataTypePtr ParseType(const json::value& value) {
  if (value.is_string()) {
    return PrimitiveType(std::string(value.as_string()));
  }
  if (!value.is_object()) ThrowBadSchema("a type is neither a name nor an object");
  const auto& object = value.as_object();
  std::string kind = TextMember(object, "type");
  if (kind == "struct") return StructType(ParseFields(object));
  if (kind == "array") return ArrayType(ParseType(Member(object, "elementType")), BoolMember(object, "containsNull", true));
  if (kind == "map") {
    return MapType(ParseType(Member(object, "keyType")), ParseType(Member(object, "valueType")),
                   BoolMember(object, "valueContainsNull", true));
  }
  if (kind == "udt") return ParseType(Member(object, "sqlType"));
  ThrowBadSchema(fmt::format("unknown type '{}'", kind));
}

json::value ToJson(const DataType& type) {
  switch (type.kind) {
    case DataType::Kind::kPrimitive:
      return json::value(type.name);
    case DataType::Kind::kArray:
      return json::object{{"type", "array"}, {"elementType", ToJson(*type.element)}, {"containsNull", type.contains_null}};
    case DataType::Kind::kMap:
      return json::object{{"type", "map"},
                          {"keyType", ToJson(*type.key)},
                          {"valueType", ToJson(*type.element)},
                          {"valueContainsNull", type.contains_null}};
    case DataType::Kind::kStruct:
      break;
  }
  json::array fields;
  for (const auto& field : type.fields) fields.push_back(ToJson(field));
  return json::object{{"type", "struct"}, {"fields", std::move(fields)}};
}

json::object ToJson(const Field& field) {
  return json::object{
      {"name", field.name}, {"type", ToJson(*field.type)}, {"nullable", field.nullable}, {"metadata", field.metadata}};
}

bool SameType(const DataType& left, const DataType& right) {
  if (left.kind != right.kind) return false;
  switch (left.kind) {
    case DataType::Kind::kPrimitive:
      return left.name == right.name;
    case DataType::Kind::kArray:
      return SameType(*left.element, *right.element);
    case DataType::Kind::kMap:
      return SameType(*left.key, *right.key) && SameType(*left.element, *right.element);
    case DataType::Kind::kStruct:
      break;
  }
  return std::equal(left.fields.begin(), left.fields.end(), right.fields.begin(), right.fields.end(),
                    [](const Field& a, const Field& b) { return a.name == b.name && SameType(*a.type, *b.type); });
}

Schema Schema::Parse(std::string_view json_text) {
  if (json_text.empty()) return Schema();
  json::value value;
  try {
    value = ParseJson(json_text);
  } catch (const Error& error) {
    ThrowBadSchema(error.message());
  }
  if (!value.is_object()) ThrowBadSchema("it is not an object");
  return Schema(ParseFields(value.as_object()));
}

const Field* Schema::Find(std::string_view name) const {
  for (const auto& field : fields_) {
    if (EqualsIgnoreCase(field.name, name)) return &field;
  }
  return nullptr;
}

const Field* Schema::Find(const std::vector<std::string>& path) const {
  const std::vector<Field>* level = &fields_;
  const Field* found = nullptr;
  for (const auto& name : path) {
    if (level == nullptr) return nullptr;
    auto it = std::find_if(level->begin(), level->end(), [&](const Field& f) { return EqualsIgnoreCase(f.name, name); });
    if (it == level->end()) return nullptr;
    found = &*it;
    level = found->type->kind == DataType::Kind::kStruct ? &found->type->fields : nullptr;
  }
  return found;
}

std::string Schema::ToJson() const { return json::serialize(::headrace::delta::ToJson(*StructType(fields_))); }

}  // namespace headrace::delta
