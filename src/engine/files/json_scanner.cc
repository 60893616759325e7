#include "engine/files/json_scanner.h"

#include <cctype>
#include <cstring>

#include "engine/functions/utf8.h"

namespace headrace::engine {

namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
/// What Jackson takes in a name without quotes.
bool IsNamePart(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || IsDigit(c) || std::strchr("_$@#*-+", c) != nullptr ||
         static_cast<unsigned char>(c) >= 0x80;
}

/// A byte of each 8 that ends a run of plain characters: a quote, a backslash, a control character.
uint64_t Special(uint64_t word, char quote) {
  constexpr uint64_t kOnes = 0x0101010101010101ULL;
  constexpr uint64_t kHigh = 0x8080808080808080ULL;
  auto zero = [](uint64_t x) { return (x - kOnes) & ~x; };
  uint64_t found =
      zero(word ^ (kOnes * static_cast<unsigned char>(quote))) | zero(word ^ (kOnes * '\\')) | ((word - kOnes * 0x20) & ~word);
  return found & kHigh;
}

}  // namespace

void JsonScanner::Space() {
  while (at_ < end_) {
    char c = *at_;
    if (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
      ++at_;
    } else if (c == '/' && syntax_.comments && at_ + 1 < end_ && (at_[1] == '*' || at_[1] == '/')) {
      std::string_view rest(at_, static_cast<size_t>(end_ - at_));
      size_t close = at_[1] == '*' ? rest.find("*/", 2) : rest.find('\n');
      if (close == std::string_view::npos && at_[1] == '*') Fail();
      at_ = close == std::string_view::npos ? end_ : at_ + close + (at_[1] == '*' ? 2 : 1);
    } else {
      return;
    }
  }
}

void JsonScanner::String(char quote, std::string& scratch, std::string_view* value) {
  const char* begin = at_;
  bool copied = false;
  while (true) {
    while (at_ + 8 <= end_) {
      uint64_t word;
      std::memcpy(&word, at_, 8);
      uint64_t special = Special(word, quote);
      if (special != 0) {
        at_ += __builtin_ctzll(special) / 8;
        break;
      }
      at_ += 8;
    }
    while (at_ < end_ && *at_ != quote && *at_ != '\\' && static_cast<unsigned char>(*at_) >= 0x20) ++at_;
    if (at_ >= end_) Fail();
    if (*at_ == quote) {
      if (copied) {
        scratch.append(begin, at_);
        *value = scratch;
      } else {
        *value = std::string_view(begin, static_cast<size_t>(at_ - begin));
      }
      ++at_;
      return;
    }
    if (*at_ != '\\') {
      if (!syntax_.control_characters) Fail();
      ++at_;
      continue;
    }
    if (!copied) scratch.clear();
    copied = true;
    scratch.append(begin, at_);
    ++at_;
    Escape(scratch);
    begin = at_;
  }
}

uint32_t JsonScanner::Hex() {
  if (end_ - at_ < 4) Fail();
  uint32_t code = 0;
  for (int i = 0; i < 4; ++i) {
    char c = *at_++;
    char lower = static_cast<char>(c | 0x20);
    if (IsDigit(c))
      code = code * 16 + static_cast<uint32_t>(c - '0');
    else if (lower >= 'a' && lower <= 'f')
      code = code * 16 + static_cast<uint32_t>(lower - 'a' + 10);
    else
      Fail();
  }
  return code;
}

void JsonScanner::Escape(std::string& out) {
  if (at_ >= end_) Fail();
  char c = *at_++;
  switch (c) {
    case 'n':
      out += '\n';
      return;
    case 't':
      out += '\t';
      return;
    case 'r':
      out += '\r';
      return;
    case 'b':
      out += '\b';
      return;
    case 'f':
      out += '\f';
      return;
    case '"':
    case '\\':
    case '/':
      out += c;
      return;
    case 'u': {
      uint32_t code = Hex();
      if (code >= 0xD800 && code < 0xE000) {
        uint32_t low = 0;
        if (code < 0xDC00 && end_ - at_ >= 6 && at_[0] == '\\' && at_[1] == 'u') {
          at_ += 2;
          low = Hex();
        }
        // A half of a pair alone has no UTF-8; Java writes a question mark.
        code = low >= 0xDC00 && low < 0xE000 ? 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00) : '?';
      }
      Utf8Append(out, code);
      return;
    }
    default:
      if (c == '\'' && syntax_.single_quotes)
        out += c;
      else if (syntax_.any_escape)
        out += c;
      else
        Fail();
  }
}

void JsonScanner::EndOfScalar() {
  if (at_ >= end_) return;
  char c = *at_;
  if (c != ',' && c != '}' && c != ']' && c != ' ' && c != '\n' && c != '\r' && c != '\t' && !(c == '/' && syntax_.comments))
    Fail();
}

JsonToken JsonScanner::Number() {
  const char* begin = at_;
  if (*at_ == '-') ++at_;
  if (at_ >= end_) Fail();
  if (!IsDigit(*at_)) {
    at_ = begin;
    return Word();
  }
  if (*at_ == '0' && at_ + 1 < end_ && IsDigit(at_[1])) {
    if (!syntax_.leading_zeros) Fail();
    while (at_ + 1 < end_ && *at_ == '0' && IsDigit(at_[1])) ++at_;
    if (*begin != '-') begin = at_;
  }
  JsonToken token = JsonToken::kInteger;
  while (at_ < end_ && IsDigit(*at_)) ++at_;
  if (at_ < end_ && *at_ == '.') {
    token = JsonToken::kFloat;
    ++at_;
    if (at_ >= end_ || !IsDigit(*at_)) Fail();
    while (at_ < end_ && IsDigit(*at_)) ++at_;
  }
  if (at_ < end_ && (*at_ == 'e' || *at_ == 'E')) {
    token = JsonToken::kFloat;
    ++at_;
    if (at_ < end_ && (*at_ == '+' || *at_ == '-')) ++at_;
    if (at_ >= end_ || !IsDigit(*at_)) Fail();
    while (at_ < end_ && IsDigit(*at_)) ++at_;
  }
  text_ = std::string_view(begin, static_cast<size_t>(at_ - begin));
  EndOfScalar();
  return token;
}

JsonToken JsonScanner::Word() {
  const char* begin = at_;
  if (at_ < end_ && (*at_ == '-' || *at_ == '+')) ++at_;
  while (at_ < end_ && std::isalpha(static_cast<unsigned char>(*at_)) != 0) ++at_;
  text_ = std::string_view(begin, static_cast<size_t>(at_ - begin));
  EndOfScalar();
  if (text_ == "true") return JsonToken::kTrue;
  if (text_ == "false") return JsonToken::kFalse;
  if (text_ == "null") return JsonToken::kNull;
  if (syntax_.non_numeric_numbers) {
    for (std::string_view word : {"NaN", "Infinity", "-Infinity", "+Infinity", "-INF", "+INF"}) {
      if (text_ == word) return JsonToken::kFloat;
    }
  }
  Fail();
}

JsonToken JsonScanner::Next() {
  Space();
  if (at_ >= end_) return JsonToken::kEnd;
  start_ = at_;
  switch (*at_) {
    case '{':
      ++at_;
      return JsonToken::kObject;
    case '[':
      ++at_;
      return JsonToken::kArray;
    case '"':
      ++at_;
      String('"', text_scratch_, &text_);
      return JsonToken::kString;
    case '\'':
      if (!syntax_.single_quotes) Fail();
      ++at_;
      String('\'', text_scratch_, &text_);
      return JsonToken::kString;
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
      return Number();
    default:
      return Word();
  }
}

bool JsonScanner::NextField(bool first) {
  Space();
  if (at_ >= end_) Fail();
  if (*at_ == '}') {
    ++at_;
    return false;
  }
  if (!first) {
    if (*at_ != ',') Fail();
    ++at_;
    Space();
    if (at_ >= end_) Fail();
  }
  if (*at_ == '"') {
    ++at_;
    String('"', name_scratch_, &name_);
  } else if (*at_ == '\'' && syntax_.single_quotes) {
    ++at_;
    String('\'', name_scratch_, &name_);
  } else if (syntax_.unquoted_names && *at_ != '\0' && IsNamePart(*at_) && !IsDigit(*at_)) {
    const char* begin = at_;
    while (at_ < end_ && *at_ != '\0' && IsNamePart(*at_)) ++at_;
    name_ = std::string_view(begin, static_cast<size_t>(at_ - begin));
  } else {
    Fail();
  }
  Space();
  if (at_ >= end_ || *at_ != ':') Fail();
  ++at_;
  return true;
}

bool JsonScanner::NextElement(bool first) {
  Space();
  if (at_ >= end_) Fail();
  if (*at_ == ']') {
    ++at_;
    return false;
  }
  if (!first) {
    if (*at_ != ',') Fail();
    ++at_;
  }
  return true;
}

void JsonScanner::Skip(JsonToken token) {
  constexpr size_t kDepth = 1000;  // Jackson's limit.
  std::string open;
  auto enter = [&](JsonToken value) {
    if (value == JsonToken::kEnd || open.size() > kDepth) Fail();
    if (value == JsonToken::kObject) open += '{';
    if (value == JsonToken::kArray) open += '[';
    return value == JsonToken::kObject || value == JsonToken::kArray;
  };
  bool first = enter(token);
  while (!open.empty()) {
    if (open.back() == '{' ? NextField(first) : NextElement(first)) {
      first = enter(Next());
    } else {
      open.pop_back();
      first = false;
    }
  }
}

std::string_view JsonScanner::Raw(JsonToken token) {
  if (token != JsonToken::kObject && token != JsonToken::kArray) return text_;
  const char* begin = start_;
  Skip(token);
  return std::string_view(begin, static_cast<size_t>(at_ - begin));
}

}  // namespace headrace::engine
