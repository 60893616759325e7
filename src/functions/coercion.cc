#include "functions/coercion.h"

#include <algorithm>
#include <cctype>

namespace headrace::functions {

using plan::DataType;
using plan::TypeId;

namespace {

using FindType = std::optional<DataType> (*)(const DataType&, const DataType&, bool);

bool IsAtomic(const DataType& type) {
  return !type.IsNested() && type.id() != TypeId::kNull && type.id() != TypeId::kCalendarInterval &&
         type.id() != TypeId::kVariant;
}

bool IsAnsiInterval(const DataType& type) {
  return type.id() == TypeId::kDayTimeInterval || type.id() == TypeId::kYearMonthInterval;
}

bool SameName(const std::string& a, const std::string& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

std::optional<DataType> WiderDatetime(const DataType& left, const DataType& right) {
  if (left.id() == TypeId::kTimestamp || right.id() == TypeId::kTimestamp) return TypeId::kTimestamp;
  return TypeId::kTimestampNtz;
}

std::optional<DataType> ComplexType(const DataType& left, const DataType& right, bool ansi, FindType find) {
  if (left.id() == TypeId::kArray && right.id() == TypeId::kArray) {
    auto element = find(left.element(), right.element(), ansi);
    if (!element) return std::nullopt;
    bool nulls = left.contains_null() || right.contains_null() || CastForcesNullable(left.element(), *element) ||
                 CastForcesNullable(right.element(), *element);
    return DataType::Array(*element, nulls);
  }
  if (left.id() == TypeId::kMap && right.id() == TypeId::kMap) {
    auto key = find(left.key(), right.key(), ansi);
    auto value = find(left.value(), right.value(), ansi);
    if (!key || !value || CastForcesNullable(left.key(), *key) || CastForcesNullable(right.key(), *key)) {
      return std::nullopt;
    }
    bool nulls = left.contains_null() || right.contains_null() || CastForcesNullable(left.value(), *value) ||
                 CastForcesNullable(right.value(), *value);
    return DataType::Map(*key, *value, nulls);
  }
  if (left.id() == TypeId::kStruct && right.id() == TypeId::kStruct) {
    if (left.fields().size() != right.fields().size()) return std::nullopt;
    std::vector<plan::StructField> fields;
    for (size_t i = 0; i < left.fields().size(); ++i) {
      const auto& a = left.fields()[i];
      const auto& b = right.fields()[i];
      if (!SameName(a.name, b.name)) return std::nullopt;
      auto type = find(a.type, b.type, ansi);
      if (!type) return std::nullopt;
      bool nullable = a.nullable || b.nullable || CastForcesNullable(a.type, *type) || CastForcesNullable(b.type, *type);
      fields.push_back({a.name, *type, nullable, {}});
    }
    return DataType::Struct(std::move(fields));
  }
  return std::nullopt;
}

/// Decimal with decimal, integral or (giving double) float and double.
std::optional<DataType> WiderForDecimal(const DataType& left, const DataType& right) {
  bool left_decimal = left.id() == TypeId::kDecimal;
  bool right_decimal = right.id() == TypeId::kDecimal;
  if (left_decimal && right_decimal) return WiderDecimal(left, right);
  if (!left_decimal && !right_decimal) return std::nullopt;
  const DataType& other = left_decimal ? right : left;
  const DataType& decimal = left_decimal ? left : right;
  if (other.IsIntegral()) return WiderDecimal(DecimalForType(other), decimal);
  if (other.id() == TypeId::kFloat || other.id() == TypeId::kDouble) return TypeId::kDouble;
  return std::nullopt;
}

/// ANSI: a string takes the type it stands beside.
std::optional<DataType> WiderForStringAnsi(const DataType& left, const DataType& right) {
  bool left_string = left.IsString();
  if (left_string == right.IsString()) return std::nullopt;
  const DataType& other = left_string ? right : left;
  if (other.IsIntegral()) return TypeId::kLong;
  if (other.IsFractional()) return TypeId::kDouble;
  if (other.id() == TypeId::kNull) return TypeId::kString;
  if (IsAnsiInterval(other) || !IsAtomic(other)) return std::nullopt;
  return other;
}

/// Legacy: everything beside a string becomes a string, but binary and boolean.
std::optional<DataType> WiderForStringLegacy(const DataType& left, const DataType& right) {
  bool left_string = left.IsString();
  if (left_string == right.IsString()) return std::nullopt;
  const DataType& other = left_string ? right : left;
  if (!IsAtomic(other) || other.id() == TypeId::kBinary || other.id() == TypeId::kBoolean) return std::nullopt;
  return TypeId::kString;
}

}  // namespace

std::optional<DataType> TightestCommonType(const DataType& left, const DataType& right, bool ansi) {
  if (left == right) return left;
  if (left.id() == TypeId::kNull) return right;
  if (right.id() == TypeId::kNull) return left;
  if (left.IsString() && right.IsString()) {
    if (left.collation().empty()) return right.id() == TypeId::kString ? right : DataType(TypeId::kString);
    return left;
  }
  if (left.id() == TypeId::kDecimal || right.id() == TypeId::kDecimal) {
    if (left.IsIntegral() && DecimalIsWiderThan(right, left)) return right;
    if (right.IsIntegral() && DecimalIsWiderThan(left, right)) return left;
    return std::nullopt;
  }
  if (left.IsNumeric() && right.IsNumeric()) {
    TypeId wider = std::max(left.id(), right.id());
    if (ansi && wider == TypeId::kFloat && left.id() != right.id()) return TypeId::kDouble;
    return wider;
  }
  if (left.IsDatetime() && right.IsDatetime()) return WiderDatetime(left, right);
  if (left.id() == TypeId::kDayTimeInterval && right.id() == TypeId::kDayTimeInterval) {
    return DataType::DayTimeInterval(std::min(left.day_time_start(), right.day_time_start()),
                                     std::max(left.day_time_end(), right.day_time_end()));
  }
  if (left.id() == TypeId::kYearMonthInterval && right.id() == TypeId::kYearMonthInterval) {
    return DataType::YearMonthInterval(std::min(left.year_month_start(), right.year_month_start()),
                                       std::max(left.year_month_end(), right.year_month_end()));
  }
  return ComplexType(left, right, ansi, &TightestCommonType);
}

std::optional<DataType> WiderTypeWithoutStrings(const DataType& left, const DataType& right, bool ansi) {
  if (auto type = TightestCommonType(left, right, ansi)) return type;
  if (auto type = WiderForDecimal(left, right)) return type;
  return ComplexType(left, right, ansi, &WiderTypeWithoutStrings);
}

std::optional<DataType> WiderType(const DataType& left, const DataType& right, bool ansi) {
  if (auto type = TightestCommonType(left, right, ansi)) return type;
  if (auto type = WiderForDecimal(left, right)) return type;
  if (auto type = ansi ? WiderForStringAnsi(left, right) : WiderForStringLegacy(left, right)) return type;
  return ComplexType(left, right, ansi, static_cast<FindType>(&WiderType));
}

std::optional<DataType> WiderType(const std::vector<DataType>& types, bool ansi) {
  // Strings last: (string, int, decimal) must not depend on the order, so Spark handles the other types first.
  std::optional<DataType> common = DataType();
  for (bool strings : {false, true}) {
    for (const auto& type : types) {
      if (type.IsString() != strings) continue;
      common = WiderType(*common, type, ansi);
      if (!common) return std::nullopt;
    }
  }
  return common;
}

std::optional<DataType> PositionalType(const DataType& left, const DataType& right) {
  if (left.id() != right.id()) return std::nullopt;
  switch (left.id()) {
    case TypeId::kArray: {
      auto element = PositionalType(left.element(), right.element());
      if (!element) return std::nullopt;
      return DataType::Array(*element, left.contains_null() || right.contains_null());
    }
    case TypeId::kMap: {
      auto key = PositionalType(left.key(), right.key()), value = PositionalType(left.value(), right.value());
      if (!key || !value) return std::nullopt;
      return DataType::Map(*key, *value, left.contains_null() || right.contains_null());
    }
    case TypeId::kStruct: {
      if (left.fields().size() != right.fields().size()) return std::nullopt;
      std::vector<plan::StructField> fields = left.fields();
      for (size_t i = 0; i < fields.size(); ++i) {
        auto type = PositionalType(fields[i].type, right.fields()[i].type);
        if (!type) return std::nullopt;
        fields[i].type = *type;
        fields[i].nullable = fields[i].nullable || right.fields()[i].nullable;
      }
      return DataType::Struct(std::move(fields));
    }
    default:
      return left == right ? std::optional(left) : std::nullopt;
  }
}

std::optional<DataType> ComparisonType(const DataType& left, const DataType& right, bool ansi) {
  if (auto type = TightestCommonType(left, right, ansi)) return type;
  if (auto type = WiderForDecimal(left, right)) return type;
  if (left.IsNested()) {
    if (auto type = PositionalType(left, right)) return type;
  }
  if (ansi) return WiderType(left, right, ansi);
  if (left.IsString() != right.IsString()) {
    const DataType& other = left.IsString() ? right : left;
    if (other.id() == TypeId::kDecimal) return TypeId::kDouble;
    if (!IsAtomic(other)) return std::nullopt;
    return other;
  }
  if (left.id() == TypeId::kBoolean && right.IsNumeric()) return right;
  if (right.id() == TypeId::kBoolean && left.IsNumeric()) return left;
  return ComplexType(left, right, ansi, &ComparisonType);
}

namespace {

/// A number's, string's or null's type as an operand beside `other`.
std::optional<DataType> PromotedString(const DataType& other, bool ansi) {
  if (!ansi) return TypeId::kDouble;
  if (other.IsIntegral()) return TypeId::kLong;
  if (other.IsFractional()) return TypeId::kDouble;
  return std::nullopt;
}

}  // namespace

std::optional<Operands> ArithmeticOperands(std::string_view op, const Argument& left, const Argument& right, bool ansi) {
  DataType l = left.type;
  DataType r = right.type;
  if (l.IsString() && (r.IsNumeric() || (!ansi && (r.IsString() || r.id() == TypeId::kNull)))) {
    auto type = PromotedString(r, ansi);
    if (!type) return std::nullopt;
    if (ansi) return op == "/" ? Operands{TypeId::kDouble, TypeId::kDouble} : Operands{*type, *type};
    l = *type;
  }
  if (r.IsString() && (l.IsNumeric() || (!ansi && l.id() == TypeId::kNull))) {
    auto type = PromotedString(l, ansi);
    if (!type) return std::nullopt;
    if (ansi) return op == "/" ? Operands{TypeId::kDouble, TypeId::kDouble} : Operands{*type, *type};
    r = *type;
  }
  if (l.id() == TypeId::kNull && r.id() == TypeId::kNull) {
    l = r = op == "div" ? DataType(TypeId::kLong) : DataType(TypeId::kDouble);
  }
  if (l.id() == TypeId::kNull) l = r;
  if (r.id() == TypeId::kNull) r = l;
  if (!l.IsNumeric() || !r.IsNumeric()) return std::nullopt;

  bool l_decimal = l.id() == TypeId::kDecimal;
  bool r_decimal = r.id() == TypeId::kDecimal;
  if (l_decimal && r_decimal) return Operands{l, r};
  if (l_decimal || r_decimal) {
    DataType& other = l_decimal ? r : l;
    const Argument& argument = l_decimal ? right : left;
    if (!other.IsIntegral()) return Operands{TypeId::kDouble, TypeId::kDouble};
    other = argument.is_literal && argument.constant != nullptr && !argument.constant->is_null()
                ? DecimalForLiteral(*argument.constant, other)
                : DecimalForType(other);
    return Operands{l, r};
  }
  if (op == "/") return Operands{TypeId::kDouble, TypeId::kDouble};
  if (op == "div") {
    if (!l.IsIntegral() || !r.IsIntegral()) return std::nullopt;
    return Operands{TypeId::kLong, TypeId::kLong};
  }
  auto common = TightestCommonType(l, r, ansi);
  return Operands{*common, *common};
}

DataType DecimalForType(const DataType& type) {
  switch (type.id()) {
    case TypeId::kByte:
      return DataType::Decimal(3, 0);
    case TypeId::kShort:
      return DataType::Decimal(5, 0);
    case TypeId::kInteger:
      return DataType::Decimal(10, 0);
    case TypeId::kLong:
      return DataType::Decimal(20, 0);
    case TypeId::kFloat:
      return DataType::Decimal(14, 7);
    case TypeId::kDouble:
      return DataType::Decimal(30, 15);
    case TypeId::kDecimal:
      return type;
    case TypeId::kNull:
      return DataType::Decimal(1, 0);
    default:
      return DataType::Decimal(38, 18);
  }
}

DataType DecimalForLiteral(const plan::Value& value, const DataType& type) {
  const auto* number = std::get_if<int64_t>(&value.data);
  // Spark counts the digits of all whole literals but TINYINT's.
  if (number == nullptr || !type.IsIntegral() || type.id() == TypeId::kByte) return DecimalForType(type);
  int digits = 1;
  for (int64_t rest = *number / 10; rest != 0; rest /= 10) ++digits;
  return DataType::Decimal(digits, 0);
}

DataType BoundedDecimal(int precision, int scale) { return DataType::Decimal(std::min(precision, 38), std::min(scale, 38)); }

DataType AdjustedDecimal(int precision, int scale) {
  if (precision <= 38) return DataType::Decimal(precision, scale);
  int integral_digits = precision - scale;
  int minimum_scale = std::min(scale, 6);
  return DataType::Decimal(38, std::max(38 - integral_digits, minimum_scale));
}

DataType WiderDecimal(const DataType& left, const DataType& right) {
  int scale = std::max(left.scale(), right.scale());
  int range = std::max(left.precision() - left.scale(), right.precision() - right.scale());
  if (range + scale <= 38) return DataType::Decimal(range + scale, scale);
  return DataType::Decimal(38, std::max(0, scale - (range + scale - 38)));
}

bool DecimalIsWiderThan(const DataType& to, const DataType& from) {
  if (to.id() != TypeId::kDecimal) return false;
  if (from.id() != TypeId::kDecimal && !from.IsIntegral()) return false;
  DataType other = DecimalForType(from);
  return to.precision() - to.scale() >= other.precision() - other.scale() && to.scale() >= other.scale();
}

DataType DecimalResult(std::string_view op, const DataType& left, const DataType& right, bool allow_precision_loss) {
  int p1 = left.precision(), s1 = left.scale(), p2 = right.precision(), s2 = right.scale();
  auto finish = [&](int precision, int scale) {
    return allow_precision_loss ? AdjustedDecimal(precision, scale) : BoundedDecimal(precision, scale);
  };
  if (op == "+" || op == "-") {
    int scale = std::max(s1, s2);
    return finish(std::max(p1 - s1, p2 - s2) + scale + 1, scale);
  }
  if (op == "*") return finish(p1 + p2 + 1, s1 + s2);
  if (op == "/") {
    if (allow_precision_loss) {
      int scale = std::max(6, s1 + p2 + 1);
      return AdjustedDecimal(p1 - s1 + s2 + scale, scale);
    }
    int integral = std::min(38, p1 - s1 + s2);
    int decimal = std::min(38, std::max(6, s1 + p2 + 1));
    int excess = integral + decimal - 38;
    if (excess > 0) {
      decimal -= excess / 2 + 1;
      integral = 38 - decimal;
    }
    return BoundedDecimal(integral + decimal, decimal);
  }
  if (op == "div") {
    int integral = p1 - s1 + s2;
    return BoundedDecimal(integral == 0 ? 1 : integral, 0);
  }
  int scale = std::max(s1, s2);  // % and pmod
  return finish(std::min(p1 - s1, p2 - s2) + scale, scale);
}

bool CastForcesNullable(const DataType& from, const DataType& to) {
  if (from.id() == TypeId::kNull || from == to) return false;
  if (from.IsString()) return to.id() != TypeId::kBinary && !to.IsString();
  if (to.IsString()) return false;
  bool to_timestamp = to.id() == TypeId::kTimestamp || to.id() == TypeId::kTimestampNtz;
  if (to_timestamp) {
    bool from_date_to_local = from.id() == TypeId::kDate && to.id() == TypeId::kTimestampNtz;
    return from.id() == TypeId::kFloat || from.id() == TypeId::kDouble || from_date_to_local;
  }
  if (to.id() == TypeId::kDate) return from.id() != TypeId::kTimestamp;
  if (to.id() == TypeId::kCalendarInterval) return true;
  if (from.id() == TypeId::kVariant) return true;
  if (to.id() == TypeId::kDecimal) {
    if (from.id() == TypeId::kBoolean || from.IsIntegral()) {
      return !DecimalIsWiderThan(to, from.id() == TypeId::kBoolean ? DataType::Decimal(1, 0) : from);
    }
    bool more_digits = from.id() == TypeId::kDecimal && to.precision() - to.scale() > from.precision() - from.scale();
    return !DecimalIsWiderThan(to, from) && !more_digits;
  }
  return from.IsFractional() && to.IsIntegral();
}

bool CanUpCast(const DataType& from, const DataType& to) {
  if (from == to) return true;
  if (from.id() == TypeId::kNull) return true;
  if (from.IsNumeric() && to.id() == TypeId::kDecimal) return DecimalIsWiderThan(to, from);
  if (from.id() == TypeId::kDecimal) return to.id() == TypeId::kString;
  if (from.IsNumeric() && to.IsNumeric()) return from.id() <= to.id();
  if (from.id() == TypeId::kDate) return to.id() == TypeId::kTimestamp || to.id() == TypeId::kTimestampNtz || to.IsString();
  if (from.id() == TypeId::kTimestampNtz && to.id() == TypeId::kTimestamp) return true;
  if (from.id() == TypeId::kTimestamp && to.id() == TypeId::kLong) return true;
  if (from.id() == TypeId::kLong && to.id() == TypeId::kTimestamp) return true;
  if (from.id() == TypeId::kTimestamp && to.id() == TypeId::kTimestampNtz) return true;
  if (IsAtomic(from) && to.id() == TypeId::kString) return true;
  if (from.id() == TypeId::kCalendarInterval && to.IsString()) return true;
  if (from.id() == to.id() && IsAnsiInterval(from)) return true;
  if (from.id() == TypeId::kArray && to.id() == TypeId::kArray) {
    return (!from.contains_null() || to.contains_null()) && CanUpCast(from.element(), to.element());
  }
  if (from.id() == TypeId::kMap && to.id() == TypeId::kMap) {
    return (!from.contains_null() || to.contains_null()) && CanUpCast(from.key(), to.key()) &&
           CanUpCast(from.value(), to.value());
  }
  if (from.id() == TypeId::kStruct && to.id() == TypeId::kStruct && from.fields().size() == to.fields().size()) {
    for (size_t i = 0; i < from.fields().size(); ++i) {
      if (from.fields()[i].nullable && !to.fields()[i].nullable) return false;
      if (!CanUpCast(from.fields()[i].type, to.fields()[i].type)) return false;
    }
    return true;
  }
  return false;
}

bool CastNullable(const DataType& from, bool from_nullable, const DataType& to, plan::EvalMode mode) {
  if (mode != plan::EvalMode::kTry) return from_nullable || CastForcesNullable(from, to);
  if (from.IsString() && to.id() == TypeId::kBinary) return from_nullable;
  if (from.id() == TypeId::kDecimal && to.IsIntegral()) return true;
  return from_nullable || !CanUpCast(from, to);
}

namespace {

bool CanCastAtoms(const DataType& from, const DataType& to, bool ansi) {
  TypeId f = from.id();
  TypeId t = to.id();
  if (f == TypeId::kNull) return true;
  if (to.IsString()) return f != TypeId::kNull;  // every type has a text
  if (t == TypeId::kNull) return false;
  if (t == TypeId::kVariant) return f != TypeId::kCalendarInterval;
  if (f == TypeId::kVariant) return true;
  if (from.IsString()) return true;
  switch (t) {
    case TypeId::kBinary:
      return f == TypeId::kBinary || (!ansi && from.IsIntegral());
    case TypeId::kBoolean:
      return from.IsNumeric() || (!ansi && (f == TypeId::kTimestamp || f == TypeId::kDate)) || f == TypeId::kBoolean;
    case TypeId::kTimestamp:
      return from.IsNumeric() || from.IsDatetime() || (!ansi && f == TypeId::kBoolean);
    case TypeId::kTimestampNtz:
      return from.IsDatetime();
    case TypeId::kDate:
      return from.IsDatetime();
    case TypeId::kTime:
      return f == TypeId::kTime || f == TypeId::kTimestamp || f == TypeId::kTimestampNtz;
    case TypeId::kCalendarInterval:
      return f == TypeId::kCalendarInterval;
    case TypeId::kDayTimeInterval:
      return f == TypeId::kDayTimeInterval || from.IsIntegral() || f == TypeId::kDecimal;
    case TypeId::kYearMonthInterval:
      return f == TypeId::kYearMonthInterval || from.IsIntegral() || f == TypeId::kDecimal;
    default:
      break;
  }
  if (!to.IsNumeric()) return false;
  if (from.IsNumeric() || f == TypeId::kBoolean) return true;
  if (f == TypeId::kTimestamp) return true;
  if (f == TypeId::kTime) return to.IsIntegral() || t == TypeId::kDecimal;
  if (IsAnsiInterval(from)) {
    return to.IsIntegral() || t == TypeId::kDecimal;
  }
  return f == TypeId::kDate && !ansi;
}

}  // namespace

bool CanCast(const DataType& from, const DataType& to, plan::EvalMode mode) {
  if (from == to) return true;
  bool ansi = mode != plan::EvalMode::kLegacy;
  // Where a failure gives null, the nested value must be nullable if its cast can fail.
  auto loses_null = [&](const DataType& a, bool nullable, const DataType& b, bool to_nullable) {
    bool makes_null = mode != plan::EvalMode::kAnsi && CastForcesNullable(a, b);
    return (nullable || makes_null) && !to_nullable;
  };
  if (from.id() == TypeId::kArray && to.id() == TypeId::kArray) {
    return CanCast(from.element(), to.element(), mode) &&
           !loses_null(from.element(), from.contains_null(), to.element(), to.contains_null());
  }
  if (from.id() == TypeId::kMap && to.id() == TypeId::kMap) {
    return CanCast(from.key(), to.key(), mode) && !loses_null(from.key(), false, to.key(), false) &&
           CanCast(from.value(), to.value(), mode) &&
           !loses_null(from.value(), from.contains_null(), to.value(), to.contains_null());
  }
  if (from.id() == TypeId::kStruct && to.id() == TypeId::kStruct) {
    if (from.fields().size() != to.fields().size()) return false;
    for (size_t i = 0; i < from.fields().size(); ++i) {
      const auto& a = from.fields()[i];
      const auto& b = to.fields()[i];
      if (!CanCast(a.type, b.type, mode) || loses_null(a.type, a.nullable, b.type, b.nullable)) return false;
    }
    return true;
  }
  if (from.id() == TypeId::kNull || to.IsString()) return true;
  if (to.id() == TypeId::kVariant || from.id() == TypeId::kVariant) return true;
  if (from.IsNested() || to.IsNested()) return false;
  return CanCastAtoms(from, to, ansi);
}

bool CanAnsiStoreAssign(const DataType& from, const DataType& to) {
  if (from == to || from.id() == TypeId::kNull) return true;
  if (from.IsNumeric() && to.IsNumeric()) return true;
  if (to.IsString()) return IsAtomic(from) || from.id() == TypeId::kCalendarInterval;
  if (from.IsDatetime() && to.IsDatetime()) return true;
  if (from.id() == to.id() && (IsAnsiInterval(from) || from.id() == TypeId::kTime)) return true;
  if (from.id() == TypeId::kArray && to.id() == TypeId::kArray) {
    return (!from.contains_null() || to.contains_null()) && CanAnsiStoreAssign(from.element(), to.element());
  }
  if (from.id() == TypeId::kMap && to.id() == TypeId::kMap) {
    return (!from.contains_null() || to.contains_null()) && CanAnsiStoreAssign(from.key(), to.key()) &&
           CanAnsiStoreAssign(from.value(), to.value());
  }
  if (from.id() == TypeId::kStruct && to.id() == TypeId::kStruct && from.fields().size() == to.fields().size()) {
    for (size_t i = 0; i < from.fields().size(); ++i) {
      const auto& a = from.fields()[i];
      const auto& b = to.fields()[i];
      if (a.nullable && !b.nullable) return false;
      if (!SameName(a.name, b.name) || !CanAnsiStoreAssign(a.type, b.type)) return false;
    }
    return true;
  }
  return false;
}

std::optional<DataType> ImplicitCast(const DataType& from, const DataType& to, bool ansi) {
  if (from == to || from.SameType(to)) return from;
  if (from.id() == TypeId::kNull) return to;
  if (from.IsString() && to.IsString()) return from;
  if (from.id() == TypeId::kArray && to.id() == TypeId::kArray) {
    auto element = ImplicitCast(from.element(), to.element(), ansi);
    if (!element) return std::nullopt;
    return DataType::Array(*element, from.contains_null() || CastForcesNullable(from.element(), *element));
  }
  if (from.id() == TypeId::kMap && to.id() == TypeId::kMap) {
    auto key = ImplicitCast(from.key(), to.key(), ansi);
    auto value = ImplicitCast(from.value(), to.value(), ansi);
    if (!key || !value) return std::nullopt;
    return DataType::Map(*key, *value, from.contains_null() || CastForcesNullable(from.value(), *value));
  }
  if (from.IsNested() || to.IsNested()) return std::nullopt;
  if (ansi) {
    if (from.IsString() && IsAtomic(to)) return to;
    if (CanAnsiStoreAssign(from, to)) return to;
    return std::nullopt;
  }
  if (from.IsNumeric() && to.IsNumeric()) return to;
  if (from.IsDatetime() && to.IsDatetime()) return to;
  if (from.IsString() && (to.IsNumeric() || to.IsDatetime() || to.id() == TypeId::kBinary || IsAnsiInterval(to))) {
    return to;
  }
  if (IsAtomic(from) && to.IsString()) return to;
  return std::nullopt;
}

}  // namespace headrace::functions
