#include "engine/functions/encodings.h"

#include <cctype>
#include <cstdio>
#include <cstring>

namespace headrace::engine {

std::string HexOf(uint64_t value) {
  char text[20];
  return std::string(text, std::snprintf(text, sizeof(text), "%llX", static_cast<unsigned long long>(value)));
}
std::string HexOf(std::string_view bytes) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (unsigned char c : bytes) text += {kHex[c >> 4], kHex[c & 15]};
  return text;
}

std::optional<std::string> Unhex(std::string_view text) {
  auto digit = [](char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
  };
  std::string out;
  size_t i = 0;
  if (text.size() % 2) {
    if (digit(text[0]) < 0) return std::nullopt;
    out += static_cast<char>(digit(text[i++]));
  }
  for (; i < text.size(); i += 2) {
    int high = digit(text[i]), low = digit(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
  }
  return out;
}

namespace {
constexpr char kBase64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
}  // namespace

std::string Base64(std::string_view bytes) {
  std::string out;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t word = static_cast<unsigned char>(bytes[i]) << 16;
    if (i + 1 < bytes.size()) word |= static_cast<unsigned char>(bytes[i + 1]) << 8;
    if (i + 2 < bytes.size()) word |= static_cast<unsigned char>(bytes[i + 2]);
    out += kBase64[word >> 18];
    out += kBase64[(word >> 12) & 63];
    out += i + 1 < bytes.size() ? kBase64[(word >> 6) & 63] : '=';
    out += i + 2 < bytes.size() ? kBase64[word & 63] : '=';
  }
  return out;
}

std::optional<std::string> Unbase64(std::string_view text, bool strict) {
  std::string out;
  uint32_t word = 0;
  int bits = 0, symbols = 0;
  for (char c : text) {
    if (c == '=') break;
    const char* found = static_cast<const char*>(std::memchr(kBase64, c, 64));
    if (found == nullptr) {
      if (strict && !std::isspace(static_cast<unsigned char>(c))) return std::nullopt;
      continue;
    }
    symbols++;
    word = (word << 6) | static_cast<uint32_t>(found - kBase64);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out += static_cast<char>((word >> bits) & 0xff);
    }
  }
  if (symbols % 4 == 1) return std::nullopt;
  return out;
}

std::string UnbaseMime(std::string_view text, const char** failure) {
  std::string out;
  uint32_t word = 0;
  int symbols = 0;  // Of the unit of four that is being read.
  size_t at = 0;
  for (; at < text.size() && text[at] != '='; ++at) {
    const char* found = static_cast<const char*>(std::memchr(kBase64, text[at], 64));
    if (found == nullptr) continue;
    word = (word << 6) | static_cast<uint32_t>(found - kBase64);
    if (++symbols < 4) continue;
    for (int shift : {16, 8, 0}) out += static_cast<char>(word >> shift);
    word = 0;
    symbols = 0;
  }
  bool padded = at < text.size();
  // Padding ends a unit of two symbols with "==" and one of three with "=".
  if (padded && (symbols == 0 || (symbols == 2 && (at + 1 == text.size() || text[at + 1] != '=')))) {
    *failure = "Input byte array has wrong 4-byte ending unit";
  } else if (symbols == 1) {
    *failure = "Last unit does not have enough valid bits";
  } else if (symbols == 2) {
    out += static_cast<char>(word >> 4);
  } else if (symbols == 3) {
    out += static_cast<char>(word >> 10);
    out += static_cast<char>(word >> 2);
  }
  return out;
}

}  // namespace headrace::engine
