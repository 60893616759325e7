#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace headrace::engine {

/// Upper-case hexadecimal digits: of a number without leading zeros, of bytes two each.
std::string HexOf(uint64_t value);
std::string HexOf(std::string_view bytes);
/// Nothing when a character is no digit; an odd first digit is a byte of its own.
std::optional<std::string> Unhex(std::string_view text);

std::string Base64(std::string_view bytes);
/// MIME decoding, as Spark's unbase64: characters outside the alphabet are skipped; nothing when it is cut short.
std::optional<std::string> Unbase64(std::string_view text, bool strict);
/// As Java's MIME decoder: other characters are skipped; `failure` says in Java's words what is wrong with the padding.
std::string UnbaseMime(std::string_view text, const char** failure);

}  // namespace headrace::engine
