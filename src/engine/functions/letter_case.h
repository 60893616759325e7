#pragma once

#include <string>
#include <string_view>

namespace headrace::engine {

/// `text` with the letters that have several capitals written as these ("ß" as "SS", "ﬁ" as "FI"); the others stay, for
/// a mapping of single letters.
std::string ExpandCapitals(std::string_view text);

/// `text` with the capitals whose small letter depends on more than themselves written small: "İ" has a dot to carry, and
/// a sigma at a word's end is "ς". The others stay.
std::string ShrinkCapitals(std::string_view text);

}  // namespace headrace::engine
