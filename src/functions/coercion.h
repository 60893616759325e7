#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "functions/function.h"
#include "plan/expression.h"
#include "plan/types.h"

namespace headrace::functions {

// Spark's type coercion, as the analyzer and the typing rules of functions both need it. `ansi` is
// spark.sql.ansi.enabled: Spark 4's default follows the ANSI precedence lists, the other mode Spark's older rules.
// An empty answer means that Spark has no common type and reports DATATYPE_MISMATCH.

/// findTightestCommonType: without loss and without strings: int and bigint → bigint, date and timestamp → timestamp,
/// int and decimal(20,2) → decimal(20,2) (only when the decimal holds every int).
std::optional<plan::DataType> TightestCommonType(const plan::DataType& left, const plan::DataType& right, bool ansi);

/// findWiderTypeForTwo / findWiderCommonType: set operations, CASE, COALESCE, IN lists, arrays and maps built from
/// values. ANSI: a string beside an integral becomes BIGINT, beside a fraction DOUBLE, beside another atom that type.
std::optional<plan::DataType> WiderType(const plan::DataType& left, const plan::DataType& right, bool ansi);
std::optional<plan::DataType> WiderType(const std::vector<plan::DataType>& types, bool ansi);
/// findWiderTypeWithoutStringPromotion: what IF, CASE and COALESCE use in the legacy mode for containers.
std::optional<plan::DataType> WiderTypeWithoutStrings(const plan::DataType& left, const plan::DataType& right, bool ansi);

/// The common type, with the names of the left, of nested types that are the same but for the names of fields and what may be
/// null (DataType.equalsStructurally).
std::optional<plan::DataType> PositionalType(const plan::DataType& left, const plan::DataType& right);

/// What both sides of =, <=>, <, <=, >, >= are cast to.
std::optional<plan::DataType> ComparisonType(const plan::DataType& left, const plan::DataType& right, bool ansi);

/// What the sides of + - * / % div pmod are cast to when both are numbers, strings or null (dates and intervals are the
/// typing rule's). Decimals are not widened to one type: each keeps its own, and DecimalResult gives the result.
struct Operands {
  plan::DataType left;
  plan::DataType right;
};
std::optional<Operands> ArithmeticOperands(std::string_view op, const Argument& left, const Argument& right, bool ansi);

/// The exact decimal of a type: int → decimal(10,0), bigint → decimal(20,0), float → (14,7), double → (30,15).
plan::DataType DecimalForType(const plan::DataType& type);
/// The smallest decimal for an integral literal: 5 → decimal(1,0).
plan::DataType DecimalForLiteral(const plan::Value& value, const plan::DataType& type);
/// widerDecimalType: holds both; integral digits are kept first when 38 digits do not suffice.
plan::DataType WiderDecimal(const plan::DataType& left, const plan::DataType& right);
/// DecimalType.bounded and adjustPrecisionScale.
plan::DataType BoundedDecimal(int precision, int scale);
plan::DataType AdjustedDecimal(int precision, int scale);
/// The result of `op` ("+", "-", "*", "/", "%", "pmod", "div") of two decimals. "div" gives the decimal before Spark
/// casts it to BIGINT. `allow_precision_loss` is spark.sql.decimalOperations.allowPrecisionLoss.
plan::DataType DecimalResult(std::string_view op, const plan::DataType& left, const plan::DataType& right,
                             bool allow_precision_loss = true);
/// True when every value of `from` fits into the decimal `to`.
bool DecimalIsWiderThan(const plan::DataType& to, const plan::DataType& from);

/// Whether CAST(from AS to) is allowed (Cast.canCast / canAnsiCast / canTryCast).
bool CanCast(const plan::DataType& from, const plan::DataType& to, plan::EvalMode mode);
/// Whether a cast can never fail nor lose (Cast.canUpCast).
bool CanUpCast(const plan::DataType& from, const plan::DataType& to);
/// Whether a value may be stored into a column by the ANSI store assignment policy (Cast.canANSIStoreAssign).
bool CanAnsiStoreAssign(const plan::DataType& from, const plan::DataType& to);
/// True when a cast of a non-null value may give null by its types (Cast.forceNullable).
bool CastForcesNullable(const plan::DataType& from, const plan::DataType& to);
/// Cast's nullability.
bool CastNullable(const plan::DataType& from, bool from_nullable, const plan::DataType& to, plan::EvalMode mode);

/// What a function's parameter of the concrete type `to` casts an argument of `from` to (implicitCast): `to`, or nothing
/// when Spark reports UNEXPECTED_INPUT_TYPE. ANSI: string → any atom, any atom → string, within numbers,
/// date ↔ timestamp, as values are stored; legacy: nearly every atom.
std::optional<plan::DataType> ImplicitCast(const plan::DataType& from, const plan::DataType& to, bool ansi);

}  // namespace headrace::functions
