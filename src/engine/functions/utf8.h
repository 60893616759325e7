#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace headrace::engine {

inline bool IsUtf8Start(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

/// How many code points.
inline int64_t Utf8Length(std::string_view text) {
  int64_t count = 0;
  for (char c : text) count += IsUtf8Start(c);
  return count;
}

/// The byte where the n-th code point (from 0) starts; the size when there are not so many.
inline size_t Utf8Offset(std::string_view text, int64_t n) {
  size_t at = 0;
  while (n > 0 && at < text.size()) {
    at++;
    while (at < text.size() && !IsUtf8Start(text[at])) at++;
    n--;
  }
  return at;
}

/// The code points as pieces of the text.
inline std::vector<std::string_view> Utf8Split(std::string_view text) {
  std::vector<std::string_view> out;
  size_t at = 0;
  while (at < text.size()) {
    size_t end = at + 1;
    while (end < text.size() && !IsUtf8Start(text[end])) end++;
    out.push_back(text.substr(at, end - at));
    at = end;
  }
  return out;
}

inline uint32_t Utf8Decode(std::string_view piece) {
  auto b = [&](size_t i) { return static_cast<unsigned char>(piece[i]); };
  if (piece.empty()) return 0;
  if (b(0) < 0x80 || piece.size() == 1) return b(0);
  if (piece.size() == 2) return ((b(0) & 0x1fu) << 6) | (b(1) & 0x3fu);
  if (piece.size() == 3) return ((b(0) & 0x0fu) << 12) | ((b(1) & 0x3fu) << 6) | (b(2) & 0x3fu);
  return ((b(0) & 0x07u) << 18) | ((b(1) & 0x3fu) << 12) | ((b(2) & 0x3fu) << 6) | (b(3) & 0x3fu);
}

inline void Utf8Append(std::string& out, uint32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | (code >> 6));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | (code >> 12));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (code >> 18));
    out += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }
}

}  // namespace headrace::engine
