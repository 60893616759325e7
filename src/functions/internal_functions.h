#pragma once

#include <string_view>

namespace headrace::functions {

/// Whether `name`, in lower case, is a function that only DataFrames' operations and the parser call (as operators): SQL has no
/// such name.
bool IsInternalFunction(std::string_view name);

}  // namespace headrace::functions
