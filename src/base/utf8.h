#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace headrace {

/// The bytes of the character at `at`: 1 to 4, or 0 where no valid UTF-8 character starts (overlong forms, surrogates and what is
/// beyond U+10FFFF are none).
size_t Utf8CharacterLength(std::string_view text, size_t at);

bool IsValidUtf8(std::string_view text);

/// The text with U+FFFD for every byte at which no character starts, as Java's decoder replaces them.
std::string ReplaceInvalidUtf8(std::string_view text);

}  // namespace headrace
