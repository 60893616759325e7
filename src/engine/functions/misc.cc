#include <algorithm>
#include <cmath>

#include "base/utf8.h"
#include "engine/functions/calendar.h"
#include "engine/functions/decimal_math.h"
#include "engine/functions/groups.h"
#include "engine/functions/utf8.h"

namespace headrace::engine {

namespace {

using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::Value;
using View = std::string_view;

const LogicalType kText = LogicalType::VARCHAR;
const LogicalType kBlob = LogicalType::BLOB;

std::string Lower(View text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

// ---- Numbers as text ----

/// Digits in groups of three with a fraction of `places`, half even as java.text.DecimalFormat.
std::string Grouped(const std::string& digits_text, int places) {
  bool negative = digits_text[0] == '-';
  std::string body = negative ? digits_text.substr(1) : digits_text;
  size_t point = body.find('.');
  std::string whole = body.substr(0, point), fraction = point == std::string::npos ? "" : body.substr(point + 1);
  for (int at = static_cast<int>(whole.size()) - 3; at > 0; at -= 3) whole.insert(static_cast<size_t>(at), ",");
  fraction.resize(static_cast<size_t>(places), '0');
  return (negative ? "-" : "") + whole + (places > 0 ? "." + fraction : "");
}

std::optional<Int128> HalfEven(const Value& value, int places) {
  Int128 exact;
  int scale;
  if (value.type().id() == LogicalTypeId::DECIMAL) {
    scale = duckdb::DecimalType::GetScale(value.type());
    exact = ToInt128(duckdb::HugeIntValue::Get(value.DefaultCastAs(LogicalType::DECIMAL(38, static_cast<uint8_t>(scale)))));
  } else if (value.type().IsIntegral()) {
    scale = 0;
    exact = value.GetValue<int64_t>();
  } else {
    auto text = value.GetValue<double>();
    scale = 20;
    auto parsed = DoubleToDecimal(text, scale);
    if (!parsed || std::fabs(text) > 1e17) return std::nullopt;
    exact = *parsed;
  }
  if (places >= scale) return Rescale(exact, scale, places);
  Int128 unit = PowerOfTen(scale - places), quotient = exact / unit, twice = Magnitude(exact % unit) * 2;
  if (twice > unit || (twice == unit && quotient % 2 != 0)) quotient += exact < 0 ? -1 : 1;
  return quotient;
}

bool IsFloating(const Value& value) {
  return value.type().id() == LogicalTypeId::DOUBLE || value.type().id() == LogicalTypeId::FLOAT;
}

/// A number's digits, rounded. The sign stays with what rounds to zero, and with the zero of floats that has one.
std::string RoundedDigits(const Value& value, int places) {
  auto rounded = HalfEven(value, places);
  if (!rounded) {
    // Too many digits for a decimal with that many places: zeros after the number's own.
    int own = value.type().id() == LogicalTypeId::DECIMAL ? duckdb::DecimalType::GetScale(value.type()) : 0;
    std::string text = IsFloating(value) ? PlainText(value.GetValue<double>()) : DecimalToText(*HalfEven(value, own), own);
    return text + (own == 0 && places > 0 ? "." : "") + std::string(static_cast<size_t>(places - own), '0');
  }
  std::string text = DecimalToText(*rounded, places);
  if (*rounded != 0) return text;
  bool negative = std::signbit(value.GetValue<double>());
  return negative ? "-" + text : text;
}

Value FormatNumber(const Call&, std::vector<Value>& a) {
  int places;
  bool by_format = a[1].type().id() == LogicalTypeId::VARCHAR;
  if (IsFloating(a[0]) && (by_format || a[1].GetValue<int32_t>() >= 0)) {
    double v = a[0].GetValue<double>();
    if (std::isnan(v)) return Value("NaN");
    if (std::isinf(v)) return Value(v < 0 ? "-∞" : "∞");
  }
  if (by_format) {
    const auto& format = duckdb::StringValue::Get(a[1]);
    size_t point = format.find('.');
    places = point == std::string::npos ? 0 : static_cast<int>(format.size() - point - 1);
    // '#' digits after the point show only when they are there, '0' always.
    std::string text = RoundedDigits(a[0], places);
    if (format.find(',') != std::string::npos) text = Grouped(text, places);
    size_t least = point == std::string::npos
                       ? 0
                       : static_cast<size_t>(std::count(format.begin() + static_cast<long>(point), format.end(), '0'));
    while (places > static_cast<int>(least) && text.back() == '0') text.pop_back(), places--;
    if (!text.empty() && text.back() == '.') text.pop_back();
    return Value(text);
  }
  places = a[1].GetValue<int32_t>();
  if (places < 0) return Value(kText);
  return Value(Grouped(RoundedDigits(a[0], places), places));
}

/// Java's name of what Spark hands to java.util.Formatter.
const char* JavaClass(const LogicalType& type) {
  switch (type.id()) {
    case LogicalTypeId::DOUBLE:
      return "java.lang.Double";
    case LogicalTypeId::FLOAT:
      return "java.lang.Float";
    case LogicalTypeId::DECIMAL:
      return "org.apache.spark.sql.types.Decimal";
    case LogicalTypeId::BOOLEAN:
      return "java.lang.Boolean";
    case LogicalTypeId::VARCHAR:
      return "org.apache.spark.unsafe.types.UTF8String";
    case LogicalTypeId::BIGINT:
      return "java.lang.Long";
    case LogicalTypeId::SMALLINT:
      return "java.lang.Short";
    case LogicalTypeId::TINYINT:
      return "java.lang.Byte";
    case LogicalTypeId::INTEGER:
      return "java.lang.Integer";
    default:
      return nullptr;  // What has no class here is converted as far as it can be.
  }
}

/// Throws Java's IllegalFormatConversionException for a conversion that does not take such a value.
void RequireConvertible(const Call& call, char kind, char conversion, const Value& value) {
  const char* name = JavaClass(value.type());
  if (value.IsNull() || name == nullptr) return;
  auto id = value.type().id();
  bool integral = value.type().IsIntegral(), fraction = id == LogicalTypeId::DOUBLE || id == LogicalTypeId::FLOAT;
  bool whole_kind = kind == 'd' || kind == 'o' || kind == 'x', fraction_kind = kind == 'e' || kind == 'f' || kind == 'g';
  if ((whole_kind && !integral) || (fraction_kind && !fraction) || (kind == 'c' && (!integral || id == LogicalTypeId::BIGINT))) {
    ThrowSpark(call.site(), "", {}, std::string(1, conversion) + " != " + name, ErrorKind::kIllegalArgument);
  }
}

/// java.util.Formatter for the conversions that Spark's users write: d s f e x X o c b n %.
Value FormatString(const Call& call, std::vector<Value>& a) {
  if (a[0].IsNull()) return Value(kText);
  const auto& format = duckdb::StringValue::Get(a[0]);
  std::string out;
  size_t next = 1;
  for (size_t i = 0; i < format.size(); i++) {
    if (format[i] != '%') {
      out += format[i];
      continue;
    }
    size_t at = i + 1;
    size_t digits = at;
    while (digits < format.size() && std::isdigit(static_cast<unsigned char>(format[digits]))) digits++;
    size_t index = 0;
    if (digits > at && digits < format.size() && format[digits] == '$') {
      index = static_cast<size_t>(std::stoi(format.substr(at, digits - at)));
      at = digits + 1;
    }
    std::string flags;
    while (at < format.size() && std::string_view("-#+ 0,(").find(format[at]) != View::npos) flags += format[at++];
    int width = 0, precision = -1;
    while (at < format.size() && std::isdigit(static_cast<unsigned char>(format[at]))) width = width * 10 + (format[at++] - '0');
    if (at < format.size() && format[at] == '.') {
      precision = 0;
      for (at++; at < format.size() && std::isdigit(static_cast<unsigned char>(format[at])); at++)
        precision = precision * 10 + (format[at] - '0');
    }
    char conversion = at < format.size() ? format[at] : '%';
    i = at;
    if (std::string_view("bBhHsScCdoxXeEfgGaA%n").find(conversion) == View::npos) {
      ThrowSpark(call.site(), "", {}, std::string("Conversion = '") + conversion + "'", ErrorKind::kIllegalArgument);
    }
    if (conversion == '%' || conversion == 'n') {
      out += conversion == '%' ? '%' : '\n';
      continue;
    }
    size_t argument = index > 0 ? index : next++;
    if (argument >= a.size()) {
      ThrowSpark(call.site(), "", {}, "Format specifier '%" + std::string(1, conversion) + "'", ErrorKind::kIllegalArgument);
    }
    // Spark hands over dates and timestamps as the numbers they are.
    Value value = a[argument];
    if (!value.IsNull() && value.type().id() == LogicalTypeId::DATE) {
      value = Value::INTEGER(value.GetValue<duckdb::date_t>().days);
    } else if (!value.IsNull() &&
               (value.type().id() == LogicalTypeId::TIMESTAMP_TZ || value.type().id() == LogicalTypeId::TIMESTAMP)) {
      value = Value::BIGINT(value.GetValue<int64_t>());
    }
    std::string text;
    bool left = flags.find('-') != std::string::npos, zero = flags.find('0') != std::string::npos;
    char kind = static_cast<char>(std::tolower(conversion));
    RequireConvertible(call, kind, conversion, value);
    if (value.IsNull()) {
      text = kind == 'b' ? "false" : "null";
      zero = false;
    } else if (kind == 'd') {
      text = value.ToString();
      if (flags.find(',') != std::string::npos) text = Grouped(text, 0);
      if (flags.find('+') != std::string::npos && text[0] != '-') text = "+" + text;
      if (flags.find(' ') != std::string::npos && text[0] != '-') text = " " + text;
      if (flags.find('(') != std::string::npos && text[0] == '-') text = "(" + text.substr(1) + ")";
    } else if (kind == 'f' || kind == 'e' || kind == 'g') {
      int places = precision < 0 ? 6 : precision;
      char buffer[512];
      if (kind == 'f') {
        bool overflow = false;
        std::string shown = value.type().id() == LogicalTypeId::DECIMAL ? value.ToString() : DoubleText(value.GetValue<double>());
        auto rounded = places <= 18 ? ParseDecimal(shown.data(), shown.size(), places, &overflow) : std::nullopt;
        if (rounded)
          text = DecimalToText(*rounded, places);
        else
          text = std::string(
              buffer, static_cast<size_t>(std::snprintf(buffer, sizeof(buffer), "%.*f", places, value.GetValue<double>())));
        if (flags.find(',') != std::string::npos) text = Grouped(text, places);
      } else {
        std::string spec = std::string("%.*") + kind;
        text = std::string(
            buffer, static_cast<size_t>(std::snprintf(buffer, sizeof(buffer), spec.c_str(), places, value.GetValue<double>())));
      }
      if (flags.find('+') != std::string::npos && text[0] != '-') text = "+" + text;
    } else if (kind == 'x' || kind == 'o') {
      char buffer[64];
      bool wide = value.type().id() == LogicalTypeId::BIGINT;
      auto id = value.type().id();
      auto word = id == LogicalTypeId::TINYINT    ? static_cast<uint8_t>(value.GetValue<int8_t>())
                  : id == LogicalTypeId::SMALLINT ? static_cast<uint16_t>(value.GetValue<int16_t>())
                  : wide                          ? static_cast<uint64_t>(value.GetValue<int64_t>())
                                                  : static_cast<uint32_t>(value.GetValue<int32_t>());
      text = std::string(buffer, static_cast<size_t>(std::snprintf(buffer, sizeof(buffer), kind == 'x' ? "%llx" : "%llo",
                                                                   static_cast<unsigned long long>(word))));
    } else if (kind == 'c') {
      if (value.type().IsIntegral())
        Utf8Append(text, static_cast<uint32_t>(value.GetValue<int32_t>()));
      else
        text = value.ToString();
    } else if (kind == 'b') {
      text = value.type().id() == LogicalTypeId::BOOLEAN ? (value.GetValue<bool>() ? "true" : "false") : "true";
    } else {
      auto id = value.type().id();
      text = id == LogicalTypeId::DOUBLE  ? DoubleText(value.GetValue<double>())
             : id == LogicalTypeId::FLOAT ? FloatText(value.GetValue<float>())
                                          : value.ToString();
      if (precision >= 0) text = text.substr(0, Utf8Offset(text, precision));
      zero = false;
    }
    if (std::isupper(static_cast<unsigned char>(conversion)))
      std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::toupper(c); });
    int64_t missing = width - Utf8Length(text);
    if (missing > 0) {
      if (left)
        text += std::string(static_cast<size_t>(missing), ' ');
      else if (zero)
        text.insert(text[0] == '-' || text[0] == '+' ? 1 : 0, std::string(static_cast<size_t>(missing), '0'));
      else
        text = std::string(static_cast<size_t>(missing), ' ') + text;
    }
    out += text;
  }
  return Value(ReplaceInvalidUtf8(out));  // Java formats decoded strings.
}

// ---- Character sets and URLs ----

[[noreturn]] void ThrowCharset(const Call& call, View charset, const char* function) {
  ThrowSpark(call.site(), "INVALID_PARAMETER_VALUE.CHARSET",
             {{"functionName", std::string("`") + function + "`"},
              {"parameter", "`charset`"},
              {"charset", std::string(charset)},
              {"charsets", "iso-8859-1, us-ascii, utf-16, utf-16be, utf-16le, utf-32, utf-8"}},
             std::string("The value of parameter(s) `charset` in `") + function +
                 "` is invalid: expects one of the iso-8859-1, us-ascii, utf-16, utf-16be, utf-16le, utf-32, utf-8, but got " +
                 std::string(charset) + ".",
             ErrorKind::kIllegalArgument);
}

[[noreturn]] void ThrowMalformed(const Call& call, View charset, const char* function) {
  std::string name = std::string("`") + function + "`";
  ThrowSpark(call.site(), "MALFORMED_CHARACTER_CODING", {{"function", name}, {"charset", std::string(charset)}},
             "Invalid value found when performing " + name + " with " + std::string(charset), ErrorKind::kRuntime);
}

std::string Encode(const Call& call, View text, View charset) {
  std::string name = Lower(charset);
  if (name == "utf-8") return std::string(text);
  std::string out;
  bool big = name == "utf-16" || name == "utf-16be";
  if (name == "utf-16" && !text.empty()) out = "\xFE\xFF";
  for (View piece : Utf8Split(text)) {
    uint32_t code = Utf8Decode(piece);
    auto unit = [&](uint32_t u) {
      if (big)
        out += {static_cast<char>(u >> 8), static_cast<char>(u & 0xff)};
      else
        out += {static_cast<char>(u & 0xff), static_cast<char>(u >> 8)};
    };
    if (name == "us-ascii" || name == "iso-8859-1") {
      if (code >= (name == "us-ascii" ? 0x80u : 0x100u)) ThrowMalformed(call, charset, "encode");
      out += static_cast<char>(code);
    } else if (name == "utf-32") {
      for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>((code >> shift) & 0xff);
    } else if (name.rfind("utf-16", 0) == 0) {
      if (code >= 0x10000) {
        unit(0xD800 + ((code - 0x10000) >> 10));
        unit(0xDC00 + ((code - 0x10000) & 0x3ff));
      } else {
        unit(code);
      }
    } else {
      ThrowCharset(call, charset, "encode");
    }
  }
  return out;
}

std::string Decode(const Call& call, View bytes, View charset) {
  std::string name = Lower(charset);
  auto check = [&](bool good) {
    if (!good) ThrowMalformed(call, charset, "decode");
  };
  if (name == "utf-8") {
    check(IsValidUtf8(bytes));
    return std::string(bytes);
  }
  std::string out;
  if (name == "us-ascii" || name == "iso-8859-1") {
    for (unsigned char c : bytes) {
      check(name != "us-ascii" || c < 0x80);
      Utf8Append(out, c);
    }
    return out;
  }
  if (name == "utf-32") {
    check(bytes.size() % 4 == 0);
    for (size_t i = 0; i + 4 <= bytes.size(); i += 4) {
      uint32_t code = 0;
      for (size_t k = 0; k < 4; k++) code = (code << 8) | static_cast<unsigned char>(bytes[i + k]);
      check(code < 0x110000 && (code < 0xD800 || code > 0xDFFF));
      Utf8Append(out, code);
    }
    return out;
  }
  if (name.rfind("utf-16", 0) != 0) ThrowCharset(call, charset, "decode");
  bool big = name != "utf-16le";
  size_t i = 0;
  if (name == "utf-16" && bytes.size() >= 2) {
    if (bytes.substr(0, 2) == "\xFE\xFF")
      i = 2;
    else if (bytes.substr(0, 2) == "\xFF\xFE")
      i = 2, big = false;
  }
  auto unit = [&](size_t at) {
    auto a = static_cast<unsigned char>(bytes[at]), b = static_cast<unsigned char>(bytes[at + 1]);
    return static_cast<uint32_t>(big ? (a << 8) | b : (b << 8) | a);
  };
  check(bytes.size() % 2 == 0);
  for (; i + 2 <= bytes.size(); i += 2) {
    uint32_t code = unit(i);
    if (code >= 0xD800 && code < 0xE000) {
      check(code < 0xDC00 && i + 4 <= bytes.size() && unit(i + 2) >= 0xDC00 && unit(i + 2) < 0xE000);
      code = 0x10000 + ((code - 0xD800) << 10) + (unit(i + 2) - 0xDC00);
      i += 2;
    }
    Utf8Append(out, code);
  }
  return out;
}

std::string UrlEncode(View text) {
  std::string out;
  for (unsigned char c : text) {
    if (std::isalnum(c) || c == '.' || c == '-' || c == '*' || c == '_')
      out += static_cast<char>(c);
    else if (c == ' ')
      out += '+';
    else {
      char buffer[4];
      std::snprintf(buffer, sizeof(buffer), "%%%02X", c);
      out += buffer;
    }
  }
  return out;
}
std::optional<std::string> UrlDecode(View text) {
  std::string out;
  for (size_t i = 0; i < text.size(); i++) {
    if (text[i] == '+') {
      out += ' ';
    } else if (text[i] == '%') {
      if (i + 2 >= text.size() || !std::isxdigit(static_cast<unsigned char>(text[i + 1])) ||
          !std::isxdigit(static_cast<unsigned char>(text[i + 2])))
        return std::nullopt;
      out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

/// java.net.URI's parts by Spark's names.
std::optional<std::string> UrlPart(View url, View part, std::optional<View> key) {
  size_t colon = url.find(':');
  View scheme = colon == View::npos ? View() : url.substr(0, colon), rest = colon == View::npos ? url : url.substr(colon + 1);
  View fragment, query, authority, path;
  bool has_fragment = false, has_query = false, has_authority = false;
  if (size_t at = rest.find('#'); at != View::npos)
    fragment = rest.substr(at + 1), rest = rest.substr(0, at), has_fragment = true;
  if (size_t at = rest.find('?'); at != View::npos) query = rest.substr(at + 1), rest = rest.substr(0, at), has_query = true;
  if (rest.substr(0, 2) == "//") {
    has_authority = true;
    size_t slash = std::min(rest.find('/', 2), rest.size());
    authority = rest.substr(2, slash - 2);
    path = rest.substr(slash);
  } else {
    path = rest;
  }
  auto of = [](bool has, View value) { return has ? std::optional<std::string>(value) : std::nullopt; };
  size_t user_end = authority.find('@');
  View host = user_end == View::npos ? authority : authority.substr(user_end + 1);
  if (size_t port = host.rfind(':'); port != View::npos && host.find(']') == View::npos) host = host.substr(0, port);
  if (part == "PROTOCOL") return of(!scheme.empty(), scheme);
  if (part == "HOST") return of(has_authority && !host.empty(), host);
  if (part == "PATH") return std::string(path);
  if (part == "REF") return of(has_fragment, fragment);
  if (part == "AUTHORITY") return of(has_authority, authority);
  if (part == "USERINFO") return of(user_end != View::npos, authority.substr(0, user_end == View::npos ? 0 : user_end));
  if (part == "FILE") return std::string(path) + (has_query ? "?" + std::string(query) : "");
  if (part != "QUERY" || !has_query) return std::nullopt;
  if (!key) return std::string(query);
  size_t at = 0;
  while (at <= query.size()) {
    size_t end = std::min(query.find('&', at), query.size());
    View pair = query.substr(at, end - at);
    if (pair.size() > key->size() && pair.substr(0, key->size()) == *key && pair[key->size()] == '=')
      return std::string(pair.substr(key->size() + 1));
    at = end + 1;
  }
  return std::nullopt;
}

void RegisterUrls(KernelRegistry& registry) {
  registry.Add("spark_url_encode", [](const Call&, View v) { return UrlEncode(v); });
  registry.Add("spark_try_url_decode", [](const Call&, View v) { return UrlDecode(v); });
  registry.Add(
      "spark_url_decode",
      [](const Call& call, View v) -> std::string {
        auto out = UrlDecode(v);
        if (!out) {
          ThrowSpark(call.site(), "CANNOT_DECODE_URL", {{"url", std::string(v)}},
                     "The provided URL cannot be decoded: " + std::string(v) +
                         ". Please ensure that the URL is properly formatted and try again.",
                     ErrorKind::kIllegalArgument);
        }
        return *out;
      },
      kFallible);
  for (bool is_try : {false, true}) {
    const char* name = is_try ? "spark_try_parse_url" : "spark_parse_url";
    KernelTraits traits{.fallible = !is_try};
    auto check = [is_try](const Call& call, View url) {
      bool valid = url.find_first_of(" <>\"{}|\\^`") == View::npos;
      if (!valid && !is_try)
        ThrowSpark(
            call.site(), "INVALID_URL", {{"url", std::string(url)}},
            "The url is invalid: " + std::string(url) + ". Use `try_parse_url` to tolerate invalid URL and return NULL instead.",
            ErrorKind::kIllegalArgument);
      return valid;
    };
    registry.Add(
        name,
        [check](const Call& c, View url, View part) { return check(c, url) ? UrlPart(url, part, std::nullopt) : std::nullopt; },
        traits);
    registry.Add(
        name,
        [check](const Call& c, View url, View part, View key) { return check(c, url) ? UrlPart(url, part, key) : std::nullopt; },
        traits);
  }
}

void RegisterCharsets(KernelRegistry& registry) {
  registry.Add("spark_encode", Encode, kFallible, {}, kBlob);
  registry.Add("spark_decode", Decode, kFallible, {kBlob, kText});
  registry.Add("spark_is_valid_utf8", [](const Call&, View v) -> bool { return IsValidUtf8(v); });
  registry.Add("spark_try_validate_utf8",
               [](const Call&, View v) { return IsValidUtf8(v) ? std::optional<std::string>(v) : std::nullopt; });
  registry.Add("spark_make_valid_utf8", [](const Call&, View v) {
    std::string out;
    for (View piece : Utf8Split(v)) out += IsValidUtf8(piece) ? std::string(piece) : "\xEF\xBF\xBD";
    return out;
  });
  registry.Add(
      "spark_validate_utf8",
      [](const Call& call, View v) -> std::string {
        if (!IsValidUtf8(v))
          ThrowSpark(call.site(), "INVALID_UTF8_STRING", {{"str", std::string(v)}},
                     "Invalid UTF8 byte sequence found in string: " + std::string(v) + ".", ErrorKind::kIllegalArgument);
        return std::string(v);
      },
      kFallible);
}

}  // namespace

void RegisterMisc(KernelRegistry& registry) {
  RegisterUrls(registry);
  RegisterCharsets(registry);
  registry.AddBoxed("spark_format_number", 2, FormatNumber, kPlain, kText);
  registry.AddBoxed("spark_format_string", -1, FormatString, {.time_zone = true, .fallible = true, .sees_nulls = true}, kText);
  registry.AddBoxed(
      "spark_constant_text", 1, [](const Call& call, std::vector<Value>&) { return Value(call.Text(0)); },
      {.extra = 1, .sees_nulls = true}, kText);
  registry.Put(
      "spark_version", {}, kText,
      [](duckdb::DataChunk&, duckdb::ExpressionState&, duckdb::Vector& out) { out.Reference(Value("4.2.0")); }, kPlain, false);
  for (int arity : {1, 2}) {
    registry.AddBoxed(
        "spark_raise_error", arity,
        [](const Call& call, std::vector<Value>& a) -> Value {
          std::string message = a[0].IsNull() ? "null" : duckdb::StringValue::Get(a[0]);
          if (a.size() > 1 && !a[1].IsNull()) {
            // raise_error(condition, parameters): what Spark's own plans raise.
            std::map<std::string, std::string> parameters;
            for (const auto& entry : duckdb::ListValue::GetChildren(a[1])) {
              const auto& pair = duckdb::StructValue::GetChildren(entry);
              parameters[pair[0].ToString()] = pair[1].IsNull() ? "null" : pair[1].ToString();
            }
            std::string text;
            for (const auto& [name, value] : parameters) text += (text.empty() ? "" : ", ") + name + ": " + value;
            bool insert = message == "CAST_OVERFLOW_IN_TABLE_INSERT";
            if (insert || message == "DELTA_CAST_OVERFLOW_IN_TABLE_WRITE") {
              text = (insert ? "Fail to assign a value of " : "Failed to write a value of ") + parameters["sourceType"] +
                     (insert ? " type to the " : " type into the ") + parameters["targetType"] +
                     (insert ? " type column or variable " : " type column ") + parameters["columnName"] + " due to an overflow.";
              if (insert) text += " Use `try_cast` on the input value to tolerate overflow and return NULL instead.";
              ThrowSpark(call.site(), message.c_str(), parameters, text, ErrorKind::kArithmetic);
            }
            if (message == "RECURSION_LEVEL_LIMIT_EXCEEDED") {
              text =
                  "Recursion level limit " + parameters["levelLimit"] +
                  " reached but query has not exhausted, try increasing it like 'WITH RECURSIVE t(col) MAX RECURSION LEVEL 200'.";
              ThrowSpark(call.site(), message.c_str(), parameters, text, ErrorKind::kRuntime);
            }
            if (message == "RECURSION_ROW_LIMIT_EXCEEDED") {
              text = "Recursion row limit " + parameters["rowLimit"] +
                     " reached but query has not exhausted, try setting a larger LIMIT value when querying the CTE relation.";
              ThrowSpark(call.site(), message.c_str(), parameters, text, ErrorKind::kRuntime);
            }
            if (message == "DELTA_EXCEED_CHAR_VARCHAR_LIMIT") {
              text = "Value \"" + parameters["value"] +
                     "\" exceeds char/varchar type length limitation. Failed check: " + parameters["expr"] + ".";
            }
            ThrowSpark(call.site(), message.c_str(), parameters, text, ErrorKind::kRuntime);
          }
          ThrowSpark(call.site(), "USER_RAISED_EXCEPTION", {{"errorMessage", message}}, message, ErrorKind::kRuntime);
        },
        {.fallible = true, .sees_nulls = true}, LogicalType::SQLNULL);
    registry.AddBoxed(
        "spark_assert_true", arity,
        [](const Call& call, std::vector<Value>& a) -> Value {
          if (!a[0].IsNull() && a[0].GetValue<bool>()) return Value();
          std::string message =
              a.size() > 1 ? (a[1].IsNull() ? "null" : duckdb::StringValue::Get(a[1])) : "'" + call.Text(0) + "' is not true!";
          ThrowSpark(call.site(), "USER_RAISED_EXCEPTION", {{"errorMessage", message}}, message, ErrorKind::kRuntime);
        },
        {.extra = 1, .fallible = true, .sees_nulls = true}, LogicalType::SQLNULL);
  }
  registry.Add("spark_bitmap_bit_position",
               [](const Call&, int64_t v) -> int64_t { return v > 0 ? (v - 1) % 32768 : -v % 32768; });
  registry.Add("spark_bitmap_bucket_number",
               [](const Call&, int64_t v) -> int64_t { return v > 0 ? 1 + (v - 1) / 32768 : v / 32768; });
  registry.Add("spark_bitmap_count",
               [](const Call&, View v) -> int64_t {
                 int64_t count = 0;
                 for (unsigned char c : v) count += __builtin_popcount(c);
                 return count;
               },
               kPlain, {kBlob});
}

}  // namespace headrace::engine
