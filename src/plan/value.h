#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "plan/types.h"

namespace headrace::plan {

using Int128 = __int128;

/// The value of a literal, in the physical form of its DataType: bool; int64 for every integral type, dates (days),
/// timestamps and times of day (microseconds) and ANSI intervals (months or microseconds); double for float and double; Int128
/// for the unscaled value of a decimal; string for strings and binary; for arrays the elements, for structs the fields, for maps
/// keys and values alternating; months/days/microseconds for CalendarInterval. A null of any type is monostate.
struct Value {
  struct CalendarInterval {
    int32_t months = 0;
    int32_t days = 0;
    int64_t micros = 0;
    bool operator==(const CalendarInterval&) const = default;
  };
  using Data = std::variant<std::monostate, bool, int64_t, double, Int128, std::string, std::vector<Value>, CalendarInterval>;

  Data data;

  Value() = default;
  Value(Data d) : data(std::move(d)) {}  // NOLINT

  bool is_null() const { return std::holds_alternative<std::monostate>(data); }
  bool operator==(const Value&) const = default;
};

/// The decimal text of an unscaled value: 12345, 2 → "123.45".
std::string DecimalText(Int128 unscaled, int scale);

}  // namespace headrace::plan
