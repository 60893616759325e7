#pragma once

#include <span>
#include <string_view>

namespace headrace::functions {

/// How a function is called and what it gives. A text that starts with "(" follows the function's name; a name that ends
/// with "_" stands for the functions with a type behind it; an alias without a text is none of Spark's.
struct Usage {
  std::string_view name;
  std::string_view text;
};

/// Sorted by name.
std::span<const Usage> Usages();

}  // namespace headrace::functions
