#include "analysis/scan_schema.h"

#include <algorithm>

namespace headrace::analysis {

namespace {

using plan::DataType;
using plan::TypeId;

bool IsLogNote(std::string_view key) { return key.rfind("delta.", 0) == 0; }

bool HasLogNotes(const plan::Schema& fields);

bool HasLogNotes(const DataType& type) {
  switch (type.id()) {
    case TypeId::kStruct:
      return HasLogNotes(type.fields());
    case TypeId::kArray:
      return HasLogNotes(type.element());
    case TypeId::kMap:
      return HasLogNotes(type.key()) || HasLogNotes(type.value());
    default:
      return false;
  }
}

bool HasLogNotes(const plan::Schema& fields) {
  return std::any_of(fields.begin(), fields.end(), [](const plan::StructField& field) {
    return std::any_of(field.metadata.begin(), field.metadata.end(), [](const auto& entry) { return IsLogNote(entry.key()); }) ||
           HasLogNotes(field.type);
  });
}

DataType TypeWithoutLogNotes(const DataType& type) {
  if (!HasLogNotes(type)) return type;
  switch (type.id()) {
    case TypeId::kStruct:
      return DataType::Struct(analysis::WithoutLogNotes(type.fields()));
    case TypeId::kArray:
      return DataType::Array(TypeWithoutLogNotes(type.element()), type.contains_null());
    default:
      return DataType::Map(TypeWithoutLogNotes(type.key()), TypeWithoutLogNotes(type.value()), type.contains_null());
  }
}

}  // namespace

plan::Schema WithoutLogNotes(plan::Schema schema) {
  for (auto& field : schema) {
    json::object kept;
    for (const auto& [key, value] : field.metadata) {
      if (!IsLogNote(key)) kept[key] = value;
    }
    field.metadata = std::move(kept);
    field.type = TypeWithoutLogNotes(field.type);
  }
  return schema;
}

}  // namespace headrace::analysis
