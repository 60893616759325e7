#include <fmt/format.h>

#include <cerrno>
#include <cmath>
#include <cstdlib>

#include "base/error.h"
#include "sql/datetime.h"
#include "sql/parser_internal.h"

namespace headrace::sql {

using plan::DataType;
using plan::ExpressionPtr;
using plan::Int128;
using plan::Literal;
using plan::TypeId;
using plan::Value;

namespace {

constexpr int kMaxPrecision = 38;

void AppendUtf8(uint32_t code, std::string* out) {
  if (code < 0x80) {
    *out += static_cast<char>(code);
  } else if (code < 0x800) {
    *out += static_cast<char>(0xC0 | (code >> 6));
    *out += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    *out += static_cast<char>(0xE0 | (code >> 12));
    *out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    *out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    *out += static_cast<char>(0xF0 | (code >> 18));
    *out += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
    *out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    *out += static_cast<char>(0x80 | (code & 0x3F));
  }
}

/// Reads `digits` hexadecimal digits at `at`; false when they are not there.
bool ReadHex(std::string_view text, size_t at, size_t digits, uint32_t* value) {
  if (at + digits > text.size()) return false;
  *value = 0;
  for (size_t i = 0; i < digits; ++i) {
    char c = text[at + i];
    int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    if (digit < 0) return false;
    *value = *value * 16 + static_cast<uint32_t>(digit);
  }
  return true;
}

/// Replaces the escape that starts at body[*at] (a backslash) and moves past it.
void Unescape(std::string_view body, size_t* at, std::string* out) {
  uint32_t code = 0;
  char c = *at + 1 < body.size() ? body[*at + 1] : '\\';
  if (c == 'u' && ReadHex(body, *at + 2, 4, &code)) {
    *at += 6;
    uint32_t low = 0;
    if (code >= 0xD800 && code < 0xDC00 && *at + 1 < body.size() && body[*at] == '\\' && body[*at + 1] == 'u' &&
        ReadHex(body, *at + 2, 4, &low) && low >= 0xDC00 && low < 0xE000) {
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
      *at += 6;
    }
    return AppendUtf8(code, out);
  }
  if (c == 'U' && ReadHex(body, *at + 2, 8, &code)) {
    *at += 10;
    return AppendUtf8(code, out);
  }
  auto octal = [&](size_t index, char most) { return index < body.size() && body[index] >= '0' && body[index] <= most; };
  if (octal(*at + 1, '1') && octal(*at + 2, '7') && octal(*at + 3, '7')) {
    AppendUtf8(static_cast<uint32_t>((c - '0') * 64 + (body[*at + 2] - '0') * 8 + (body[*at + 3] - '0')), out);
    *at += 4;
    return;
  }
  *at += 2;
  switch (c) {
    case '0':
      *out += '\0';
      break;
    case 'b':
      *out += '\b';
      break;
    case 'n':
      *out += '\n';
      break;
    case 'r':
      *out += '\r';
      break;
    case 't':
      *out += '\t';
      break;
    case 'Z':
      *out += '\x1A';
      break;
    case '%':
      *out += "\\%";
      break;
    case '_':
      *out += "\\_";
      break;
    default:
      *out += c;
  }
}

struct ParsedDecimal {
  Int128 unscaled = 0;
  int digits = 0;  ///< Of the unscaled value, at least 1.
  int scale = 0;
  bool fits = true;
};

/// Reads digits with at most one point and an exponent, as java.math.BigDecimal does.
ParsedDecimal ReadDecimal(std::string_view text) {
  ParsedDecimal result;
  bool point = false;
  size_t i = 0;
  for (; i < text.size() && text[i] != 'e' && text[i] != 'E'; ++i) {
    if (text[i] == '.') {
      point = true;
      continue;
    }
    if (result.unscaled != 0 || text[i] != '0') ++result.digits;
    if (result.digits > kMaxPrecision) {
      result.fits = false;
    } else {
      result.unscaled = result.unscaled * 10 + (text[i] - '0');
    }
    if (point) ++result.scale;
  }
  if (i < text.size()) result.scale -= std::atoi(std::string(text.substr(i + 1)).c_str());
  while (result.scale < 0 && result.fits) {
    result.unscaled *= 10;
    ++result.scale;
    if (result.unscaled != 0) ++result.digits;
    if (result.digits > kMaxPrecision) result.fits = false;
  }
  result.digits = std::max(result.digits, 1);
  return result;
}

}  // namespace

// ---- strings

std::string Parser::Unquote(const Token& token) const {
  std::string_view text = token.text;
  if (token.kind == Token::Kind::kBackquoted) {
    std::string name;
    for (size_t i = 1; i + 1 < text.size(); ++i) {
      name += text[i];
      if (text[i] == '`') ++i;
    }
    return name;
  }
  if (text[0] == 'r' || text[0] == 'R') return std::string(text.substr(2, text.size() - 3));
  char quote = text[0];
  std::string_view body = text.substr(1, text.size() - 2);
  if (options_.escaped_string_literals) return std::string(body);
  std::string result;
  for (size_t i = 0; i < body.size();) {
    if (body[i] == '\\') {
      Unescape(body, &i, &result);
    } else {
      result += body[i];
      i += body[i] == quote ? 2 : 1;
    }
  }
  return result;
}

std::string Parser::StringText() {
  std::string text;
  bool any = false;
  while (true) {
    size_t first = at_;
    if (AtString()) {
      text += Unquote(Next());
    } else if (auto value = !any || AtSymbol(":") ? Parameter() : std::nullopt) {
      text += FoldConstantString(*value, first, "parameter");
    } else {
      break;
    }
    any = true;
  }
  if (!any) Fail();
  return text;
}

// ---- parameters

std::optional<ExpressionPtr> Parser::Parameter() {
  size_t first = at_;
  if (AtSymbol(":") && AtIdentifier(1)) {
    Next();
    std::string name = Identifier();
    if (options_.named_parameters == nullptr) return plan::Make(plan::ParameterMarker{name, -1}, Where(first));
    auto found = options_.named_parameters->find(name);
    if (found != options_.named_parameters->end()) return found->second;
    // Left to the analyzer, whose error it is.
    return plan::Make(plan::ParameterMarker{name, -1}, Where(first));
  }
  if (!AtSymbol("?")) return std::nullopt;
  Next();
  int position = positional_++;
  if (options_.positional_parameters == nullptr) return plan::Make(plan::ParameterMarker{"", position}, Where(first));
  if (static_cast<size_t>(position) < options_.positional_parameters->size()) {
    return (*options_.positional_parameters)[static_cast<size_t>(position)];
  }
  std::string name = fmt::format("_{}", tokens_[first].start);
  return plan::Make(plan::ParameterMarker{name, position}, Where(first));
}

// ---- numbers

ExpressionPtr Parser::Number(bool negative, size_t first) {
  const Token& token = Next();
  std::string digits = (negative ? "-" : "") + std::string(token.text);
  auto make = [&](Value::Data data, DataType type) { return plan::Make(Literal{Value(std::move(data)), type}, Where(first)); };
  auto out_of_range = [&](const std::string& raw, const char* type, const std::string& least, const std::string& most) {
    return At(first, "INVALID_NUMERIC_LITERAL_RANGE",
              fmt::format("Numeric literal {} is outside the valid range for {} with minimum value of {} and maximum value "
                          "of {}. Please adjust the value accordingly.",
                          raw, type, least, most),
              {{"rawStrippedQualifier", raw}, {"typeName", type}, {"minValue", least}, {"maxValue", most}});
  };
  auto decimal = [&](std::string_view text) {
    ParsedDecimal parsed = ReadDecimal(text);
    int precision = std::max(parsed.digits, parsed.scale);
    if (!parsed.fits || precision > kMaxPrecision) {
      throw Error(ErrorKind::kArithmetic, "DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION",
                  fmt::format("Decimal precision {} exceeds max precision {}.", precision, kMaxPrecision),
                  {{"precision", std::to_string(precision)}, {"maxPrecision", std::to_string(kMaxPrecision)}});
    }
    return make(negative ? -parsed.unscaled : parsed.unscaled, DataType::Decimal(precision, parsed.scale));
  };
  auto integer = [&](size_t suffix, TypeId type, const char* name, int64_t least, int64_t most) {
    std::string raw = digits.substr(0, digits.size() - suffix);
    errno = 0;
    long long value = std::strtoll(raw.c_str(), nullptr, 10);
    if (errno == ERANGE || value < least || value > most) {
      throw out_of_range(raw, name, std::to_string(least), std::to_string(most));
    }
    return make(static_cast<int64_t>(value), type);
  };
  switch (token.kind) {
    case Token::Kind::kInteger: {
      errno = 0;
      long long value = std::strtoll(digits.c_str(), nullptr, 10);
      if (errno == ERANGE) return decimal(token.text);
      return make(static_cast<int64_t>(value), value >= INT32_MIN && value <= INT32_MAX ? TypeId::kInteger : TypeId::kLong);
    }
    case Token::Kind::kBigInt:
      return integer(1, TypeId::kLong, "bigint", INT64_MIN, INT64_MAX);
    case Token::Kind::kSmallInt:
      return integer(1, TypeId::kShort, "smallint", INT16_MIN, INT16_MAX);
    case Token::Kind::kTinyInt:
      return integer(1, TypeId::kByte, "tinyint", INT8_MIN, INT8_MAX);
    case Token::Kind::kDecimal:
      return decimal(token.text);
    case Token::Kind::kBigDecimal:
      return decimal(token.text.substr(0, token.text.size() - 2));
    case Token::Kind::kFloat:
    case Token::Kind::kDouble:
    case Token::Kind::kExponent: {
      std::string raw = token.kind == Token::Kind::kExponent ? digits : digits.substr(0, digits.size() - 1);
      bool is_float = token.kind == Token::Kind::kFloat;
      double value = is_float ? std::strtof(raw.c_str(), nullptr) : std::strtod(raw.c_str(), nullptr);
      if (std::isinf(value)) {
        if (is_float) throw out_of_range(raw, "float", "-3.4028234663852886E+38", "3.4028234663852886E+38");
        throw out_of_range(raw, "double", "-1.7976931348623157E+308", "1.7976931348623157E+308");
      }
      return make(value, is_float ? TypeId::kFloat : TypeId::kDouble);
    }
    default:
      ThrowInternal("a number token without a number");
  }
}

int64_t Parser::IntegerValue() {
  size_t first = at_;
  ExpressionPtr value;
  if (auto parameter = Parameter()) {
    value = *parameter;
  } else if (Peek().kind == Token::Kind::kInteger || Peek().kind == Token::Kind::kBigInt) {
    value = Number(false, first);
  } else {
    Fail();
  }
  const auto* literal = plan::As<Literal>(value);
  const int64_t* number = literal ? std::get_if<int64_t>(&literal->value.data) : nullptr;
  if (number == nullptr) {
    at_ = first;
    Fail();
  }
  return *number;
}

// ---- DATE '...' and the like

ExpressionPtr Parser::TypedLiteral(const std::string& type, size_t first) {
  std::string text = Unquote(Next());
  auto invalid = [&] {
    return At(first, "INVALID_TYPED_LITERAL", fmt::format("The value of the typed literal \"{}\" is invalid: '{}'.", type, text),
              {{"valueType", "\"" + type + "\""}, {"value", "'" + text + "'"}});
  };
  auto make = [&](Value::Data data, DataType data_type) {
    return plan::Make(Literal{Value(std::move(data)), std::move(data_type)}, Where(first));
  };
  auto word = SpecialTimeWord(text);
  const bool is_epoch = word == "epoch";
  if (word && !is_epoch && (type == "DATE" || type.rfind("TIMESTAMP", 0) == 0)) {
    // What the day and the time are is known when the statement runs.
    plan::Cast cast;
    cast.child = plan::Make(Literal{Value(Value::Data(text)), TypeId::kString}, Where(first));
    const bool ntz = type == "TIMESTAMP_NTZ" || (type == "TIMESTAMP" && options_.timestamp_is_ntz);
    cast.type = type == "DATE" ? TypeId::kDate : ntz ? TypeId::kTimestampNtz : TypeId::kTimestamp;
    return plan::Make(std::move(cast), Where(first));
  }
  if (type == "DATE") {
    auto days = is_epoch ? std::optional<int32_t>(0) : ParseDateText(text);
    if (!days) throw invalid();
    return make(static_cast<int64_t>(*days), TypeId::kDate);
  }
  if (type == "TIME") {
    auto nanos = ParseTimeText(text);
    if (!nanos) throw invalid();
    return make(*nanos, DataType::Time(6));
  }
  if (type == "TIMESTAMP" || type == "TIMESTAMP_LTZ" || type == "TIMESTAMP_NTZ") {
    auto parsed = is_epoch ? std::optional<TimestampText>(TimestampText{0, "UTC", true}) : ParseTimestampText(text);
    if (!parsed) throw invalid();
    if (!parsed->has_date) ThrowUnsupported(fmt::format("{} '{}', a time of the current day", type, text));
    // TIMESTAMP '... zone' is an instant even where TIMESTAMP means the type without a zone.
    bool ntz = type == "TIMESTAMP_NTZ" || (type == "TIMESTAMP" && options_.timestamp_is_ntz && !parsed->zone);
    if (ntz) {
      if (type == "TIMESTAMP_NTZ" && parsed->zone && !is_epoch && !ToInstant(0, *parsed->zone)) throw invalid();
      return make(parsed->local_micros, TypeId::kTimestampNtz);
    }
    auto instant = ToInstant(parsed->local_micros, parsed->zone.value_or(options_.time_zone));
    if (!instant) throw invalid();
    return make(*instant, TypeId::kTimestamp);
  }
  if (type == "INTERVAL") return IntervalFromText(text, first);
  if (type == "X") {
    std::string padded = text.size() % 2 == 0 ? text : "0" + text;
    std::string bytes;
    for (size_t i = 0; i < padded.size(); i += 2) {
      uint32_t byte = 0;
      if (!ReadHex(padded, i, 2, &byte)) throw invalid();
      bytes += static_cast<char>(byte);
    }
    return make(std::move(bytes), TypeId::kBinary);
  }
  throw At(first, "UNSUPPORTED_TYPED_LITERAL",
           fmt::format("Literals of the type \"{}\" are not supported. Supported types are \"DATE\", \"TIMESTAMP_NTZ\", "
                       "\"TIMESTAMP_LTZ\", \"TIMESTAMP\", \"INTERVAL\", \"X\", \"TIME\".",
                       type),
           {{"unsupportedType", "\"" + type + "\""},
            {"supportedTypes", "\"DATE\", \"TIMESTAMP_NTZ\", \"TIMESTAMP_LTZ\", \"TIMESTAMP\", \"INTERVAL\", \"X\", \"TIME\""}});
}

}  // namespace headrace::sql
