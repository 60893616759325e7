#pragma once

// Internal to the engine: needs duckdb.hpp.

#include <optional>

#include "plan/expression.h"
#include "plan/types.h"

namespace headrace::engine {

/// What a value is that takes the place of fields another value lacks.
struct FieldsInPlace {
  plan::ExpressionPtr value;
  plan::DataType type;
};

/// Whether structs of `from`, at any depth, have other fields than those of `to`, or have them in another order.
bool HasOtherFields(const plan::DataType& from, const plan::DataType& to);

/// Whether every field of `from`'s structs, at any depth, is one of `to`'s; with `all` the reverse holds too.
bool AreFieldsOf(const plan::DataType& from, const plan::DataType& to, bool all);

/// `value`, of the type `from`, with its structs' fields, at any depth, in the order that `to` has them: they are found by
/// their names. Fields that it lacks are those of `in_place` (structs inside structs alone), else NULL.
plan::ExpressionPtr FieldsByName(const plan::ExpressionPtr& value, const plan::DataType& from, const plan::DataType& to,
                                 const std::optional<FieldsInPlace>& in_place = std::nullopt);

}  // namespace headrace::engine
