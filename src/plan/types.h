#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace headrace::plan {

/// Spark's data types (org.apache.spark.sql.types).
enum class TypeId : uint8_t {
  kNull,  ///< "void"
  kBoolean,
  kByte,
  kShort,
  kInteger,
  kLong,
  kFloat,
  kDouble,
  kDecimal,
  kString,  ///< With a collation name, "" for UTF8_BINARY.
  kChar,
  kVarchar,
  kBinary,
  kDate,
  kTimestamp,  ///< An instant: microseconds since the epoch, UTC.
  kTimestampNtz,  ///< A wall clock: microseconds since 1970-01-01T00:00:00 without a zone.
  kTime,
  kDayTimeInterval,  ///< Microseconds.
  kYearMonthInterval,  ///< Months.
  kCalendarInterval,
  kArray,
  kMap,
  kStruct,
  kVariant,
};

/// Units of the ANSI intervals, in Spark's numbering.
enum class DayTimeField : uint8_t { kDay = 0, kHour = 1, kMinute = 2, kSecond = 3 };
enum class YearMonthField : uint8_t { kYear = 0, kMonth = 1 };

struct StructField;

/// A Spark data type; a cheap immutable value (children are shared). Equality covers names, nullability and
/// collations, not field metadata. Thread-safe.
class DataType {
 public:
  DataType() = default;  ///< void
  DataType(TypeId id) : id_(id) {}  // NOLINT: scalar types convert from their id, as in `DataType t = TypeId::kLong`.

  static DataType Decimal(int precision, int scale);
  static DataType String(std::string collation = "");
  static DataType Char(int length);
  static DataType Varchar(int length);
  static DataType DayTimeInterval(DayTimeField start = DayTimeField::kDay, DayTimeField end = DayTimeField::kSecond);
  static DataType YearMonthInterval(YearMonthField start = YearMonthField::kYear, YearMonthField end = YearMonthField::kMonth);
  static DataType Array(DataType element, bool contains_null = true);
  static DataType Map(DataType key, DataType value, bool value_contains_null = true);
  static DataType Struct(std::vector<StructField> fields);
  static DataType Time(int precision);

  TypeId id() const { return id_; }
  /// Decimal's precision and scale; char's and varchar's length is `precision`.
  int precision() const { return precision_; }
  int scale() const { return scale_; }
  int length() const { return precision_; }
  const std::string& collation() const;
  DayTimeField day_time_start() const { return static_cast<DayTimeField>(precision_); }
  DayTimeField day_time_end() const { return static_cast<DayTimeField>(scale_); }
  YearMonthField year_month_start() const { return static_cast<YearMonthField>(precision_); }
  YearMonthField year_month_end() const { return static_cast<YearMonthField>(scale_); }

  const DataType& element() const;  ///< Array.
  bool contains_null() const;  ///< Array: elements; map: values.
  const DataType& key() const;  ///< Map.
  const DataType& value() const;  ///< Map.
  const std::vector<StructField>& fields() const;  ///< Struct; empty for other types.

  bool IsNumeric() const { return IsIntegral() || IsFractional(); }
  bool IsIntegral() const { return id_ >= TypeId::kByte && id_ <= TypeId::kLong; }
  bool IsFractional() const { return id_ >= TypeId::kFloat && id_ <= TypeId::kDecimal; }
  bool IsString() const { return id_ == TypeId::kString || id_ == TypeId::kChar || id_ == TypeId::kVarchar; }
  bool IsInterval() const { return id_ >= TypeId::kDayTimeInterval && id_ <= TypeId::kCalendarInterval; }
  bool IsDatetime() const { return id_ == TypeId::kDate || id_ == TypeId::kTimestamp || id_ == TypeId::kTimestampNtz; }
  bool IsNested() const { return id_ == TypeId::kArray || id_ == TypeId::kMap || id_ == TypeId::kStruct; }

  /// "int", "decimal(12,2)", "array<string>", "struct<a:int,b:string>", "interval day to second": DataType.simpleString.
  std::string SimpleString() const;
  /// "INT", "ARRAY<STRING>", "STRUCT<a: INT, b: STRING>": DataType.sql, as it stands in error messages in quotes.
  std::string Sql() const;
  /// DataType.json: the form of Delta's schemaString and of `df.schema.json()`.
  json::value ToJson() const;
  /// Parses DataType.json; throws Error(kIllegalArgument, "INVALID_JSON_DATA_TYPE").
  static DataType FromJson(const json::value& value);
  static DataType FromJsonText(std::string_view text);

  bool operator==(const DataType& other) const;
  /// Equality that ignores nullability (Spark's sameType / equalsIgnoreNullability).
  bool SameType(const DataType& other) const;
  /// This type with every nullability flag inside set to true (asNullable).
  DataType AsNullable() const;

 private:
  struct Children;
  TypeId id_ = TypeId::kNull;
  uint8_t scale_ = 0;
  int32_t precision_ = 0;
  std::shared_ptr<const Children> children_;
};

/// A column of a struct or a table. `metadata` is Spark's (comment, Delta's column mapping ids, defaults …).
struct StructField {
  std::string name;
  DataType type;
  bool nullable = true;
  json::object metadata;

  bool operator==(const StructField& other) const {
    return name == other.name && type == other.type && nullable == other.nullable;
  }
};

/// A table's schema: a struct's fields.
using Schema = std::vector<StructField>;

}  // namespace headrace::plan
