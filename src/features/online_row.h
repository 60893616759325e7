#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace headrace::features {

/// Types a value can have in the online store. Numbers, booleans, dates and timestamps live in a fixed slot of eight
/// bytes; the others in the row's heap.
enum class OnlineType : uint8_t {
  kBoolean,
  kInteger,  ///< Spark's byte, short and int.
  kLong,
  kFloat,
  kDouble,
  kDate,  ///< Days since 1970-01-01.
  kTimestamp,  ///< Microseconds since 1970-01-01T00:00:00Z; also for timestamp_ntz, counted in its own wall clock.
  kString,
  kBinary,
  kDecimal,  ///< As decimal text, so that no digit is lost.
  kJson,  ///< Arrays, maps and structs as JSON text.
};

/// The name written to metadata ("long", "string", ...), and back. Throws kInvalidParameter for an unknown name.
std::string_view OnlineTypeName(OnlineType type);
OnlineType OnlineTypeFromName(std::string_view name);

/// True for the types that a numeric model input can take.
inline bool IsNumeric(OnlineType type) { return type <= OnlineType::kDouble || type == OnlineType::kDecimal; }

struct OnlineColumn {
  std::string name;
  OnlineType type = OnlineType::kDouble;
  bool operator==(const OnlineColumn&) const = default;
};

/// A value on its way into or out of a row. Dates and timestamps are int64_t, heap types are text.
using OnlineValue = std::variant<std::monostate, bool, int64_t, double, std::string>;

/// The columns of the rows of one schema version.
struct OnlineSchema {
  std::vector<OnlineColumn> columns;
  /// Position of a column, -1 when it is not there.
  int Find(std::string_view name) const;
  bool operator==(const OnlineSchema&) const = default;
};

/// Builds encoded rows of one schema. Reusable; not thread-safe.
///
/// Layout: format byte (1) · schema version (u32) · null bitmap · one slot of 8 bytes a column · heap. A heap column's
/// slot holds offset (u32, from the row's start) and length (u32). All little-endian.
class RowEncoder {
 public:
  RowEncoder(const OnlineSchema& schema, uint32_t schema_version);
  void Clear();
  void SetNull(size_t column);
  /// For kBoolean, kInteger, kLong, kDate and kTimestamp.
  void SetInt(size_t column, int64_t value);
  /// For kFloat and kDouble.
  void SetDouble(size_t column, double value);
  /// For the heap types.
  void SetText(size_t column, std::string_view value);
  /// Puts a value by the column's type; throws kInternal when the variant does not fit.
  void Set(size_t column, const OnlineValue& value);
  /// The encoded row; valid until the next call of any setter.
  std::string_view Row() const { return buffer_; }

 private:
  void SetSlot(size_t column, uint64_t bits);
  const OnlineSchema* schema_;
  size_t bitmap_;  // Offset of the null bitmap.
  size_t slots_;
  size_t fixed_size_;
  std::string buffer_;
};

/// Reads one encoded row in place; the bytes must outlive the view.
class RowView {
 public:
  /// The schema version of an encoded row; throws kInternal for bytes that are no row.
  static uint32_t SchemaVersion(std::string_view row);
  RowView(std::string_view row, const OnlineSchema& schema);
  bool IsNull(size_t column) const { return (static_cast<uint8_t>(row_[kHeader + column / 8]) >> (column % 8)) & 1; }
  /// The value as the number a model takes; NaN for null and for text that is no number.
  double Number(size_t column) const;
  /// For kFloat and kDouble.
  double Double(size_t column) const { return std::bit_cast<double>(Slot(column)); }
  int64_t Int(size_t column) const;
  std::string_view Text(size_t column) const;
  OnlineValue Value(size_t column) const;

  static constexpr size_t kHeader = 5;

 private:
  uint64_t Slot(size_t column) const {
    uint64_t bits;
    std::memcpy(&bits, row_.data() + slots_ + column * 8, 8);
    return bits;
  }
  std::string_view row_;
  const OnlineSchema* schema_;
  size_t slots_;
};

/// Appends a primary key's value, so that equal keys have equal bytes whatever way they came (JSON, Arrow). Integers
/// of all widths are alike. Throws kInvalidParameter when the value cannot be one of the column's type.
void AppendKey(const OnlineColumn& column, const OnlineValue& value, std::string* key);

/// The hot path's forms of AppendKey.
inline void AppendIntKey(int64_t value, std::string* key) {
  const uint64_t bits = __builtin_bswap64(static_cast<uint64_t>(value) ^ (1ull << 63));
  key->append(reinterpret_cast<const char*>(&bits), 8);
}
inline void AppendTextKey(std::string_view value, std::string* key) {
  const uint32_t size = __builtin_bswap32(static_cast<uint32_t>(value.size()));
  key->append(reinterpret_cast<const char*>(&size), 4);
  key->append(value);
}

/// "2024-03-01" as days, "2024-03-01T10:00:00[.ffffff][Z|+hh:mm]" as microseconds; nullopt for anything else. Time
/// without a zone is UTC.
std::optional<int64_t> ParseDate(std::string_view text);
std::optional<int64_t> ParseTimestamp(std::string_view text);
std::string FormatDate(int64_t days);
std::string FormatTimestamp(int64_t micros);

}  // namespace headrace::features
