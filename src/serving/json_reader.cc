#include "serving/json_reader.h"

#include <charconv>

#include "base/error.h"

namespace headrace::serving {

void JsonReader::Fail(std::string_view what) const {
  throw Error(
      ErrorKind::kInvalidParameter, "BAD_REQUEST",
      "Ensure that input is a valid JSON formatted string: " + std::string(what) + " at character " + std::to_string(at_) + ".");
}

char JsonReader::Peek() {
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c != ' ' && c != '\n' && c != '\r' && c != '\t') return c;
    ++at_;
  }
  return 0;
}

bool JsonReader::Consume(char c) {
  if (Peek() != c) return false;
  ++at_;
  return true;
}

void JsonReader::Expect(char c) {
  if (!Consume(c)) Fail(std::string("'") + c + "' is missing");
}

void JsonReader::ExpectEnd() {
  if (Peek() != 0 || at_ < text_.size()) Fail("there is text after the value");
}

std::string_view JsonReader::String() {
  Expect('"');
  const size_t start = at_;
  for (; at_ < text_.size(); ++at_) {
    const char c = text_[at_];
    if (c == '"') return text_.substr(start, at_++ - start);
    if (c == '\\') {
      at_ = start;
      return EscapedString();
    }
    if (static_cast<unsigned char>(c) < 0x20) Fail("a control character in a string");
  }
  Fail("a string without an end");
}

std::string_view JsonReader::EscapedString() {
  std::string out;
  while (at_ < text_.size()) {
    const char c = text_[at_++];
    if (c == '"') return decoded_.emplace_back(std::move(out));
    if (static_cast<unsigned char>(c) < 0x20) Fail("a control character in a string");
    c == '\\' ? AppendEscape(&out) : out.push_back(c);
  }
  Fail("a string without an end");
}

uint32_t JsonReader::Hex4() {
  uint32_t code = 0;
  if (at_ + 4 > text_.size()) Fail("a short \\u escape");
  const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + at_ + 4, code, 16);
  if (error != std::errc() || end != text_.data() + at_ + 4) Fail("a broken \\u escape");
  at_ += 4;
  return code;
}

void JsonReader::AppendEscape(std::string* out) {
  if (at_ >= text_.size()) Fail("a string without an end");
  const char c = text_[at_++];
  static constexpr std::string_view kFrom = "\"\\/bfnrt", kTo = "\"\\/\b\f\n\r\t";
  if (const size_t known = kFrom.find(c); known != std::string_view::npos) {
    out->push_back(kTo[known]);
    return;
  }
  if (c != 'u') Fail("an unknown escape");
  uint32_t code = Hex4();
  if (code >= 0xd800 && code < 0xdc00 && text_.substr(at_, 2) == "\\u") {
    at_ += 2;
    code = 0x10000 + ((code - 0xd800) << 10) + (Hex4() - 0xdc00);
  }
  if (code < 0x80) {
    out->push_back(static_cast<char>(code));
  } else if (code < 0x800) {
    out->push_back(static_cast<char>(0xc0 | code >> 6));
    out->push_back(static_cast<char>(0x80 | (code & 0x3f)));
  } else if (code < 0x10000) {
    out->push_back(static_cast<char>(0xe0 | code >> 12));
    out->push_back(static_cast<char>(0x80 | (code >> 6 & 0x3f)));
    out->push_back(static_cast<char>(0x80 | (code & 0x3f)));
  } else {
    out->push_back(static_cast<char>(0xf0 | (code >> 18 & 0x07)));
    out->push_back(static_cast<char>(0x80 | (code >> 12 & 0x3f)));
    out->push_back(static_cast<char>(0x80 | (code >> 6 & 0x3f)));
    out->push_back(static_cast<char>(0x80 | (code & 0x3f)));
  }
}

void JsonReader::Literal(std::string_view word) {
  if (text_.substr(at_, word.size()) != word) Fail("an unknown word");
  at_ += word.size();
}

Scalar JsonReader::Value() {
  Scalar value;
  const char c = Peek();
  switch (c) {
    case '"':
      value.kind = Scalar::Kind::kText;
      value.text = String();
      return value;
    case '{':
    case '[':
      value.kind = Scalar::Kind::kNested;
      Skip();
      return value;
    case 't':
    case 'f':
      Literal(c == 't' ? "true" : "false");
      value.kind = Scalar::Kind::kBool;
      value.integer = c == 't';
      value.real = c == 't';
      return value;
    case 'n':
      Literal("null");
      value.kind = Scalar::Kind::kNull;
      return value;
    case 'N':  // Python's json module writes and reads NaN; so do MLflow's clients.
      Literal("NaN");
      value.kind = Scalar::Kind::kNull;
      return value;
    default:
      break;
  }
  const bool negative = c == '-';
  if (text_.substr(at_ + negative, 1) == "I") {  // As above.
    at_ += negative;
    Literal("Infinity");
    value.kind = Scalar::Kind::kReal;
    value.real = negative ? -__builtin_huge_val() : __builtin_huge_val();
    return value;
  }
  if (!negative && (c < '0' || c > '9')) Fail("a value is missing");
  const std::string_view digits = text_.substr(at_ + negative, 2);
  if (digits.size() == 2 && digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9') Fail("a number that begins with 0");
  const char* begin = text_.data() + at_;
  const char* limit = text_.data() + text_.size();
  const char* end = begin + 1;
  bool whole = true;
  for (; end < limit && ((*end >= '0' && *end <= '9') || *end == '.' || *end == 'e' || *end == 'E' || *end == '+' || *end == '-');
       ++end) {
    whole &= *end >= '0' && *end <= '9';
  }
  if (whole) {
    const auto [stop, error] = std::from_chars(begin, end, value.integer);
    if (error == std::errc() && stop == end) {
      value.kind = Scalar::Kind::kInt;
      value.real = static_cast<double>(value.integer);
      at_ += end - begin;
      return value;
    }
  }
  const auto [stop, error] = std::from_chars(begin, end, value.real);
  if (stop != end || error == std::errc::invalid_argument) Fail("a broken number");
  if (error == std::errc::result_out_of_range) value.real = *begin == '-' ? -__builtin_huge_val() : __builtin_huge_val();
  value.kind = Scalar::Kind::kReal;
  at_ += end - begin;
  return value;
}

void JsonReader::Skip() {
  // Counts brackets instead of recursing: depth is the caller's to choose.
  std::string open;
  do {
    const char c = Peek();
    if (c == '{' || c == '[') {
      if (open.size() >= 512) Fail("values nested too deeply");
      open.push_back(c == '{' ? '}' : ']');
      ++at_;
      if (!Consume(open.back())) {
        if (c == '{') String(), Expect(':');
        continue;
      }
      open.pop_back();
    } else {
      Value();
    }
    while (!open.empty()) {
      if (Consume(',')) {
        if (open.back() == '}') String(), Expect(':');
        break;
      }
      Expect(open.back());
      open.pop_back();
    }
  } while (!open.empty());
}

}  // namespace headrace::serving
