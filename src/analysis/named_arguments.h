#pragma once

#include <string>

#include "plan/expression.h"

namespace headrace::analysis {

/// A call of a function of the table with its named arguments (`mask(s, digitChar => 'd')`) in their places, left-out ones
/// before them filled with their defaults. Nearly all functions refuse names, as in Spark.
plan::FunctionCall PlaceNamedArguments(const plan::FunctionCall& call, const std::string& name, const plan::Origin& origin);

}  // namespace headrace::analysis
