#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace headrace::delta {

struct DataType;
using DataTypePtr = std::shared_ptr<const DataType>;

/// A column or a struct's field, as Delta's schema JSON has it.
struct Field {
  std::string name;
  DataTypePtr type;
  bool nullable = true;
  json::object metadata;

  /// The name in data files, partition values and statistics: `delta.columnMapping.physicalName` where it is set.
  std::string PhysicalName() const;
  /// `delta.columnMapping.id`.
  std::optional<int64_t> ColumnId() const;
  std::optional<std::string> Comment() const;
};

/// A type of Delta's schema. Immutable.
struct DataType {
  enum class Kind { kPrimitive, kStruct, kArray, kMap };
  Kind kind = Kind::kPrimitive;
  std::string name;  ///< Primitive: "integer", "long", "decimal(10,2)", "string", "timestamp_ntz", …
  std::vector<Field> fields;  ///< Struct.
  DataTypePtr element;  ///< Array's element; map's value.
  DataTypePtr key;  ///< Map's key.
  bool contains_null = true;  ///< Array: containsNull; map: valueContainsNull.

  bool IsPrimitive() const { return kind == Kind::kPrimitive; }
  /// "decimal(10,2)" → {10, 2}; nullopt for any other type.
  std::optional<std::pair<int, int>> DecimalShape() const;
  /// Spark's name for it in messages: "BIGINT", "STRUCT<a: INT>".
  std::string SqlName() const;
};

DataTypePtr PrimitiveType(std::string name);
DataTypePtr StructType(std::vector<Field> fields);
DataTypePtr ArrayType(DataTypePtr element, bool contains_null);
DataTypePtr MapType(DataTypePtr key, DataTypePtr value, bool value_contains_null);

/// A table's schema. Lookup is case-insensitive, as Delta's is.
class Schema {
 public:
  Schema() = default;
  explicit Schema(std::vector<Field> fields) : fields_(std::move(fields)) {}
  /// From a metaData action's schemaString; "" is the empty schema. Throws DELTA_SCHEMA_NOT_PARSED… on bad text.
  static Schema Parse(std::string_view json_text);

  const std::vector<Field>& fields() const { return fields_; }
  const Field* Find(std::string_view name) const;
  /// Follows struct fields by path; nullptr when there is none.
  const Field* Find(const std::vector<std::string>& path) const;
  std::string ToJson() const;
  bool empty() const { return fields_.empty(); }

 private:
  std::vector<Field> fields_;
};

json::value ToJson(const DataType& type);
json::object ToJson(const Field& field);
DataTypePtr ParseType(const json::value& value);
bool SameType(const DataType& left, const DataType& right);  ///< Names compared case-sensitively, metadata ignored.
bool EqualsIgnoreCase(std::string_view left, std::string_view right);

/// The columns with an invariant, a generation expression, an identity or a default: what a writer must evaluate.
/// `expression` is SQL over the table's columns.
struct ColumnRule {
  enum class Kind { kNotNull, kInvariant, kGenerated, kDefault, kIdentity, kCheck };
  Kind kind;
  std::vector<std::string> path;  ///< Column; for kCheck the constraint's name.
  std::string expression;  ///< Empty for kNotNull and kIdentity.
};

}  // namespace headrace::delta
