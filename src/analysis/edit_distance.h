#pragma once

#include <cstddef>
#include <string_view>

namespace headrace::analysis {

/// Levenshtein's distance in bytes, by which names are suggested.
size_t EditDistance(std::string_view a, std::string_view b);

}  // namespace headrace::analysis
