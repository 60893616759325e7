#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "plan/expression.h"

namespace headrace::analysis {

/// How Spark writes a literal in a generated column name: 1, a, NULL, DATE '2020-01-01'. `time_zone` is used for
/// timestamps.
std::string LiteralText(const plan::Value& value, const plan::DataType& type, const std::string& time_zone);
/// The same as SQL (Literal.sql): strings in quotes, 1L, 1.5BD.
std::string LiteralSql(const plan::Value& value, const plan::DataType& type, const std::string& time_zone);
/// Double.toString and Float.toString of Java.
std::string JavaDoubleText(double value, bool is_float);

/// The text of a call: operators as Spark writes them, other functions as name(arguments). `name` in lower case.
std::string CallText(std::string_view name, const std::vector<std::string>& arguments, bool distinct, bool is_operator);

/// True when both are the same but for the case of ASCII letters.
bool EqualNames(std::string_view a, std::string_view b);
std::string LowerName(std::string_view name);

}  // namespace headrace::analysis
