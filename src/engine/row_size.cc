#include "engine/precompiled.h"

#include "engine/row_size.h"

#include <filesystem>

#include "analysis/typed_inputs.h"
#include "delta/snapshot.h"

namespace headrace::engine {

using plan::TypeId;

double DefaultSize(const plan::DataType& type) {
  switch (type.id()) {
    case TypeId::kNull:
    case TypeId::kBoolean:
    case TypeId::kByte:
      return 1;
    case TypeId::kShort:
      return 2;
    case TypeId::kInteger:
    case TypeId::kFloat:
    case TypeId::kDate:
    case TypeId::kYearMonthInterval:
      return 4;
    case TypeId::kDecimal:
      return type.precision() <= 18 ? 8 : 16;
    case TypeId::kCalendarInterval:
      return 16;
    case TypeId::kBinary:
      return 100;
    case TypeId::kVariant:
      return 2048;
    case TypeId::kArray:
      return DefaultSize(type.element());
    case TypeId::kMap:
      return DefaultSize(type.key()) + DefaultSize(type.value());
    case TypeId::kStruct: {
      double size = 0;
      for (const auto& field : type.fields()) size += DefaultSize(field.type);
      return size;
    }
    default:
      return type.IsString() ? 20 : 8;
  }
}

double RowSize(const std::vector<analysis::Attribute>& output) {
  double size = 8;
  for (const auto& attribute : output) size += DefaultSize(attribute.type);
  return size;
}

double FileBytes(const analysis::TypedScan& scan) {
  if (scan.snapshot) {
    return static_cast<double>(std::static_pointer_cast<const delta::Snapshot>(scan.snapshot)->size_in_bytes());
  }
  double bytes = 0;
  for (const auto& path : scan.paths) {
    std::error_code missing;
    auto size = std::filesystem::file_size(path, missing);
    if (!missing) bytes += static_cast<double>(size);
  }
  return bytes;
}

double FileBytes(const analysis::TypedRelation& plan) {
  if (const auto* scan = std::get_if<analysis::TypedScan>(&plan.node)) return FileBytes(*scan);
  double bytes = 0;
  for (const auto& input : analysis::InputsOf(plan)) bytes += FileBytes(*input);
  return bytes;
}

}  // namespace headrace::engine
