#include <algorithm>

#include "engine/functions/decimal_math.h"
#include "engine/functions/groups.h"

namespace headrace::engine {

namespace {

using duckdb::LogicalType;
using duckdb::Value;

/// A number format of to_number and to_char: [MI|S] [$] digits with groups, a point, digits, [$] [PR|MI|S].
struct NumberFormat {
  struct Group {
    size_t digits = 0;
    bool zeros = false;  ///< Starts with 0: every digit must be there.
  };
  std::vector<Group> groups;  ///< Before the point, from the left.
  size_t fraction = 0;
  bool point = false;
  bool dollar = false;
  enum class Sign { kNone, kFirst, kLast } sign = Sign::kNone;
  bool only_minus = false;  ///< MI rather than S.
  bool brackets = false;  ///< PR.

  /// Nothing when the text is no format.
  static std::optional<NumberFormat> Parse(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    NumberFormat format;
    size_t at = 0;
    auto take = [&](const char* word) {
      size_t size = std::char_traits<char>::length(word);
      if (text.compare(at, size, word) != 0) return false;
      at += size;
      return true;
    };
    if (take("MI"))
      format.sign = Sign::kFirst, format.only_minus = true;
    else if (take("S"))
      format.sign = Sign::kFirst;
    format.dollar = take("$");
    format.groups.emplace_back();
    for (; at < text.size(); at++) {
      char c = text[at];
      if (c == '0' || c == '9') {
        auto& group = format.groups.back();
        if (group.digits++ == 0) group.zeros = c == '0';
      } else if (c == ',' || c == 'G') {
        if (format.groups.back().digits == 0) return std::nullopt;
        format.groups.emplace_back();
      } else {
        break;
      }
    }
    if (at < text.size() && (text[at] == '.' || text[at] == 'D')) {
      format.point = true;
      for (at++; at < text.size() && (text[at] == '0' || text[at] == '9'); at++) format.fraction++;
    }
    if (!format.dollar) format.dollar = take("$");
    if (take("PR"))
      format.brackets = true;
    else if (format.sign == Sign::kNone && take("MI"))
      format.sign = Sign::kLast, format.only_minus = true;
    else if (format.sign == Sign::kNone && take("S"))
      format.sign = Sign::kLast;
    size_t digits = format.fraction;
    for (const auto& group : format.groups) digits += group.digits;
    if (at != text.size() || digits == 0 || (format.groups.size() > 1 && format.groups.back().digits == 0)) return std::nullopt;
    return format;
  }

  /// The plain decimal text ("-1234.5") of an input that fits the format.
  std::optional<std::string> Read(std::string text) const {
    bool negative = false;
    while (!text.empty() && text.front() == ' ') text.erase(0, 1);
    while (!text.empty() && text.back() == ' ') text.pop_back();
    if (brackets && text.size() > 1 && text.front() == '<' && text.back() == '>') {
      negative = true;
      text = text.substr(1, text.size() - 2);
    }
    auto read_sign = [&](bool front) {
      if (text.empty()) return;
      char c = front ? text.front() : text.back();
      if (c != '-' && (c != '+' || only_minus)) return;
      negative = c == '-';
      text.erase(front ? 0 : text.size() - 1, 1);
    };
    if (sign == Sign::kFirst) read_sign(true);
    if (sign == Sign::kLast) read_sign(false);
    if (dollar) {
      if (!text.empty() && text.front() == '$')
        text.erase(0, 1);
      else if (!text.empty() && text.back() == '$')
        text.pop_back();
      else
        return std::nullopt;
    }
    size_t dot = text.find('.');
    if (dot != std::string::npos && !point) return std::nullopt;
    std::string whole = text.substr(0, dot), after = dot == std::string::npos ? "" : text.substr(dot + 1);
    auto all_digits = [](const std::string& part) {
      return std::all_of(part.begin(), part.end(), [](unsigned char c) { return std::isdigit(c); });
    };
    if (after.size() > fraction || !all_digits(after)) return std::nullopt;
    std::vector<std::string> parts{""};
    for (char c : whole) {
      if (c == ',')
        parts.emplace_back();
      else
        parts.back() += c;
    }
    if (parts.size() > groups.size()) return std::nullopt;
    size_t missing = groups.size() - parts.size();
    std::string digits;
    for (size_t i = 0; i < groups.size(); i++) {
      const auto& group = groups[i];
      if (i < missing) {
        if (group.zeros) return std::nullopt;
        continue;
      }
      const auto& part = parts[i - missing];
      bool exact = i > missing || group.zeros;
      if (!all_digits(part) || part.size() > group.digits || (exact && part.size() != group.digits)) return std::nullopt;
      digits += part;
    }
    if (digits.empty() && after.empty()) return std::nullopt;
    return (negative ? "-" : "") + (digits.empty() ? "0" : digits) + (after.empty() ? "" : "." + after);
  }

  /// What to_char prints: hash marks when the number has more digits than the format.
  std::string Write(const std::string& plain) const {
    bool negative = plain[0] == '-';
    std::string body = negative ? plain.substr(1) : plain;
    size_t dot = body.find('.');
    std::string whole = body.substr(0, dot), after = dot == std::string::npos ? "" : body.substr(dot + 1);
    if (whole == "0") whole.clear();
    while (!after.empty() && after.back() == '0') after.pop_back();
    size_t room = 0;
    for (const auto& group : groups) room += group.digits;
    bool fits = whole.size() <= room && after.size() <= fraction;
    size_t skip = fits ? room - whole.size() : 0, seen = 0;
    std::string out;
    for (size_t g = 0; g < groups.size(); g++) {
      if (g > 0) out += !fits ? "," : seen > skip || groups[0].zeros ? "," : " ";
      for (size_t i = 0; i < groups[g].digits; i++, seen++) {
        if (!fits)
          out += '#';
        else if (seen >= skip)
          out += whole[seen - skip];
        else
          out += groups[g].zeros ? '0' : ' ';
      }
    }
    if (fits && whole.empty() && !point && !out.empty()) out.back() = '0';
    if (point) {
      out += '.';
      for (size_t i = 0; i < fraction; i++) out += !fits ? '#' : i < after.size() ? after[i] : '0';
    }
    // Signs and the currency stand next to the first digit, after the spaces of missing ones.
    size_t first = out.find_first_not_of(' ');
    std::string spaces = out.substr(0, first == std::string::npos ? out.size() : first);
    std::string number = out.substr(spaces.size());
    if (dollar) number = "$" + number;
    std::string mark = negative ? "-" : only_minus ? " " : "+";
    if (sign == Sign::kFirst) number = mark + number;
    if (sign == Sign::kLast) number += mark;
    if (brackets) number = negative ? "<" + number + ">" : number + " ";
    return spaces + number;
  }
};

[[noreturn]] void ThrowFormat(const Call& call, const std::string& input, const std::string& format) {
  ThrowSpark(call.site(), "INVALID_FORMAT.MISMATCH_INPUT", {{"inputType", "\"STRING\""}, {"input", input}, {"format", format}},
             "The format is invalid: '" + format + "'. The input \"STRING\" '" + input + "' does not match the format.",
             ErrorKind::kIllegalArgument);
}

/// to_number(text, format); extra: whether a mismatch is an error, and the decimal type.
Value ToNumber(const Call& call, std::vector<Value>& a) {
  const auto& text = duckdb::StringValue::Get(a[0]);
  const auto& pattern = duckdb::StringValue::Get(a[1]);
  auto format = NumberFormat::Parse(pattern);
  auto plain = format ? format->Read(text) : std::nullopt;
  std::optional<Int128> value;
  int scale = duckdb::DecimalType::GetScale(call.data.result);
  bool overflow = false;
  if (plain) value = ParseDecimal(plain->data(), plain->size(), scale, &overflow);
  if (!value) {
    if (call.Long(0) == 0) return Value(call.data.result);
    ThrowFormat(call, text, pattern);
  }
  return Value::DECIMAL(ToHugeint(*value), 38, static_cast<uint8_t>(scale)).DefaultCastAs(call.data.result);
}

/// to_char(decimal, format).
Value ToChar(const Call& call, std::vector<Value>& a) {
  const auto& pattern = duckdb::StringValue::Get(a[1]);
  auto format = NumberFormat::Parse(pattern);
  if (!format) ThrowFormat(call, a[0].ToString(), pattern);
  return Value(format->Write(a[0].ToString()));
}

}  // namespace

void RegisterNumberFormats(KernelRegistry& registry) {
  registry.AddBoxed("spark_to_number", 2, ToNumber, {.extra = 2, .fallible = true});
  registry.AddBoxed("spark_to_char", 2, ToChar, kZonedFallible, LogicalType::VARCHAR);
}

}  // namespace headrace::engine
