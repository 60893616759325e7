#include "tracking/filter.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/json.h"
#include "tracking/mlflow_errors.h"

namespace headrace::tracking {

namespace {

/// Text of a filter that is no comparison; leaves ParseFilter as an error.
struct InvalidClause {
  std::string text;
};

struct Token {
  enum class Kind { kName, kString, kInteger, kFloat, kOperator, kOpen, kClose, kComma, kOther, kEnd };
  Kind kind = Kind::kEnd;
  std::string text;

  bool Is(std::string_view keyword) const {
    if (kind != Kind::kName || text.size() != keyword.size()) return false;
    return std::equal(text.begin(), text.end(), keyword.begin(),
                      [](char a, char b) { return std::toupper(static_cast<unsigned char>(a)) == b; });
  }
};

bool IsNameChar(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '$' || c == '#' || c == '@' ||
         static_cast<unsigned char>(c) >= 0x80;
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Token Next() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
    if (at_ == text_.size()) return {};
    const char c = text_[at_];
    if (c == '\'') return Take(Token::Kind::kString, QuotedEnd(c, at_));
    if (c == '(') return Take(Token::Kind::kOpen, at_ + 1);
    if (c == ')') return Take(Token::Kind::kClose, at_ + 1);
    if (c == ',') return Take(Token::Kind::kComma, at_ + 1);
    for (const std::string_view op : {">=", "<=", "!=", "<>", "==", "=", "<", ">"}) {
      if (text_.substr(at_, op.size()) == op) return Take(Token::Kind::kOperator, at_ + op.size());
    }
    if (std::isdigit(static_cast<unsigned char>(c)) || ((c == '-' || c == '.') && DigitFollows())) return Number();
    if (IsNameChar(c) || c == '`' || c == '"') return Name();
    return Take(Token::Kind::kOther, at_ + 1);
  }

 private:
  bool DigitFollows() const {
    size_t next = at_ + 1;
    if (next < text_.size() && text_[next] == '.') ++next;
    return next < text_.size() && std::isdigit(static_cast<unsigned char>(text_[next]));
  }

  Token Take(Token::Kind kind, size_t end) {
    Token token{kind, std::string(text_.substr(at_, end - at_))};
    at_ = end;
    return token;
  }

  // One past the quote that closes the one at `start`. A doubled quote and one behind a backslash are part of the text, unless
  // there is no other that closes it; all of it stays in the value, as MLflow's grammar has it.
  size_t QuotedEnd(char quote, size_t start) const {
    size_t last = 0;
    for (size_t end = start + 1; end < text_.size(); ++end) {
      const bool pair = end + 1 < text_.size() && text_[end + 1] == quote && (text_[end] == quote || text_[end] == '\\');
      if (pair) {
        last = text_[end] == quote ? end + 1 : end + 2;
        ++end;
      } else if (text_[end] == quote) {
        return end + 1;
      }
    }
    if (last == 0) throw InvalidClause{std::string(text_.substr(at_))};
    return last;
  }

  Token Number() {
    size_t end = at_ + 1;
    bool is_float = text_[at_] == '.';
    while (end < text_.size()) {
      const char c = text_[end];
      if (std::isdigit(static_cast<unsigned char>(c))) {
        ++end;
      } else if (c == '.') {
        is_float = true;
        ++end;
      } else if ((c == 'e' || c == 'E') && end + 1 < text_.size()) {
        is_float = true;
        end += text_[end + 1] == '-' || text_[end + 1] == '+' ? 2 : 1;
      } else {
        break;
      }
    }
    return Take(is_float ? Token::Kind::kFloat : Token::Kind::kInteger, end);
  }

  Token Name() {
    const size_t start = at_;
    size_t end = at_;
    while (end < text_.size()) {
      const char c = text_[end];
      if (c == '"') {
        end = QuotedEnd(c, end);
      } else if (c == '`') {
        const size_t close = text_.find(c, end + 1);
        if (close == std::string_view::npos) {
          throw InvalidClause{std::string(text_.substr(start))};
        }
        end = close + 1;
      } else if (IsNameChar(c) || c == '.') {
        ++end;
      } else {
        break;
      }
    }
    return Take(Token::Kind::kName, end);
  }

  std::string_view text_;
  size_t at_ = 0;
};

bool IsQuoted(std::string_view text, char quote) { return text.size() >= 2 && text.front() == quote && text.back() == quote; }

std::string TrimBackticks(const std::string& text) { return IsQuoted(text, '`') ? text.substr(1, text.size() - 2) : text; }

std::string TrimQuotes(const std::string& text) {
  return IsQuoted(text, '\'') || IsQuoted(text, '"') ? text.substr(1, text.size() - 2) : text;
}

std::vector<std::string> ParseList(Lexer& lexer, std::string& text) {
  std::vector<std::string> members;
  text = "(";
  while (true) {
    const Token token = lexer.Next();
    text += token.text;
    if (token.kind == Token::Kind::kClose) break;
    if (token.kind == Token::Kind::kComma) continue;
    const bool is_quoted_name = token.kind == Token::Kind::kName && IsQuoted(token.text, '"');
    if (token.kind != Token::Kind::kString && !is_quoted_name) {
      if (token.kind == Token::Kind::kInteger || token.kind == Token::Kind::kFloat) {
        throw InvalidParameter(
            "While parsing a list in the query, expected string value, punctuation, or whitespace, but got different type in "
            "list: (" +
            token.text + ",)");
      }
      throw InvalidParameter(
          "While parsing a list in the query, expected a non-empty list of string values, but got ill-formed list.");
    }
    members.push_back(TrimQuotes(token.text));
  }
  if (members.empty()) {
    throw InvalidParameter("While parsing a list in the query, expected a non-empty list of string values, but got empty list");
  }
  return members;
}

void ParseValue(Lexer& lexer, FilterClause& clause) {
  const Token token = lexer.Next();
  clause.text = token.text;
  switch (token.kind) {
    case Token::Kind::kString:
      clause.kind = FilterClause::ValueKind::kString;
      break;
    case Token::Kind::kInteger:
      clause.kind = FilterClause::ValueKind::kInteger;
      break;
    case Token::Kind::kFloat:
      clause.kind = FilterClause::ValueKind::kFloat;
      break;
    case Token::Kind::kName:
      clause.kind = IsQuoted(token.text, '"') ? FilterClause::ValueKind::kString : FilterClause::ValueKind::kOther;
      break;
    case Token::Kind::kOpen:
      clause.kind = FilterClause::ValueKind::kList;
      clause.list = ParseList(lexer, clause.text);
      break;
    default:
      throw InvalidClause{clause.identifier + " " + clause.comparator + (token.text.empty() ? "" : " " + token.text)};
  }
}

FilterClause ParseClause(Lexer& lexer, const Token& first) {
  FilterClause clause;
  if (first.kind != Token::Kind::kName) throw InvalidClause{first.text};
  clause.identifier = first.text;
  Token token = lexer.Next();
  if (token.Is("IS")) {
    token = lexer.Next();
    const bool negated = token.Is("NOT");
    if (negated) token = lexer.Next();
    if (!token.Is("NULL")) throw InvalidClause{first.text + " IS " + token.text};
    clause.comparator = negated ? "IS NOT NULL" : "IS NULL";
    return clause;
  }
  if (token.Is("NOT")) {
    token = lexer.Next();
    if (!token.Is("IN")) throw InvalidClause{first.text + " NOT " + token.text};
    clause.comparator = "NOT IN";
  } else if (token.Is("IN") || token.Is("LIKE") || token.Is("ILIKE") || token.Is("RLIKE")) {
    clause.comparator = token.text;
    std::transform(clause.comparator.begin(), clause.comparator.end(), clause.comparator.begin(), ::toupper);
  } else if (token.kind == Token::Kind::kOperator) {
    clause.comparator = token.text;
  } else {
    throw InvalidClause{first.text + (token.text.empty() ? "" : "', '" + token.text)};
  }
  ParseValue(lexer, clause);
  return clause;
}

std::string EntityOf(const std::string& name) {
  static const std::pair<std::string_view, std::string_view> kEntities[] = {{"metric", "metric"},
                                                                            {"metrics", "metric"},
                                                                            {"parameter", "parameter"},
                                                                            {"parameters", "parameter"},
                                                                            {"param", "parameter"},
                                                                            {"params", "parameter"},
                                                                            {"tag", "tag"},
                                                                            {"tags", "tag"},
                                                                            {"attribute", "attribute"},
                                                                            {"attributes", "attribute"},
                                                                            {"attr", "attribute"},
                                                                            {"run", "attribute"},
                                                                            {"dataset", "dataset"},
                                                                            {"datasets", "dataset"}};
  for (const auto& [written, entity] : kEntities) {
    if (name == written) return std::string(entity);
  }
  throw InvalidParameter(
      fmt::format("Invalid entity type '{}'. Valid values are ['metric', 'parameter', 'tag', 'attribute', 'dataset']", name));
}

[[noreturn]] void ThrowAttribute(const std::string& key, const std::vector<std::string>& attributes) {
  throw InvalidParameter(fmt::format("Invalid attribute key '{}' specified. Valid keys are '{}'", key, FormatNames(attributes)));
}

}  // namespace

std::vector<FilterClause> ParseFilter(std::string_view filter, bool quote_in_messages) try {
  std::vector<FilterClause> clauses;
  Lexer lexer(filter);
  Token token = lexer.Next();
  if (token.kind == Token::Kind::kEnd && !filter.empty())
    throw InvalidParameter(fmt::format("Invalid filter '{}'. Could not be parsed.", filter));
  while (token.kind != Token::Kind::kEnd) {
    clauses.push_back(ParseClause(lexer, token));
    token = lexer.Next();
    if (token.kind == Token::Kind::kEnd) break;
    if (!token.Is("AND")) throw InvalidClause{token.text};
    token = lexer.Next();
  }
  return clauses;
} catch (const InvalidClause& clause) {
  const char* quote = quote_in_messages ? "'" : "";
  throw InvalidParameter(fmt::format("Invalid clause(s) in filter string: {0}{1}{0}", quote, clause.text));
}

OrderClause ParseOrderBy(std::string_view clause) {
  const auto fail = [&] { throw InvalidParameter(fmt::format("Invalid order_by clause '{}'. Could not be parsed.", clause)); };
  Lexer lexer(clause);
  const Token name = lexer.Next();
  if (name.kind != Token::Kind::kName) fail();
  OrderClause order{name.text, true};
  const Token direction = lexer.Next();
  if (direction.kind == Token::Kind::kEnd) return order;
  if (direction.Is("DESC")) {
    order.ascending = false;
  } else if (!direction.Is("ASC")) {
    if (direction.kind == Token::Kind::kName && lexer.Next().kind == Token::Kind::kEnd) {
      throw InvalidParameter(fmt::format("Invalid ordering key in order_by clause '{}'.", clause));
    }
    fail();
  }
  if (lexer.Next().kind != Token::Kind::kEnd) fail();
  return order;
}

Identifier ResolveRunIdentifier(const std::string& identifier, const std::vector<std::string>& attributes) {
  Identifier resolved{"attribute", identifier};
  if (const size_t dot = identifier.find('.'); dot != std::string::npos) {
    resolved.entity = EntityOf(TrimBackticks(identifier.substr(0, dot)));
    resolved.key = identifier.substr(dot + 1);
  }
  resolved.key = TrimBackticks(TrimQuotes(resolved.key));
  if (resolved.entity == "attribute" && !IsOneOf(resolved.key, attributes)) ThrowAttribute(resolved.key, attributes);
  if (resolved.entity == "dataset" && resolved.key != "name" && resolved.key != "digest" && resolved.key != "context") {
    throw InvalidParameter(fmt::format("Invalid dataset key '{}' specified. Valid keys are '{}'", resolved.key,
                                       FormatNames({"name", "digest", "context"})));
  }
  return resolved;
}

Identifier ResolveAttributeOrTag(const std::string& identifier, const std::vector<std::string>& attributes) {
  Identifier resolved{"attribute", identifier};
  if (const size_t dot = identifier.find('.'); dot != std::string::npos) {
    const std::string entity = identifier.substr(0, dot);
    if (entity == "tag" || entity == "tags") {
      resolved.entity = "tag";
    } else if (entity != "attribute") {
      throw InvalidParameter(
          fmt::format("Invalid entity type '{}'. Valid entity types are ('attribute', 'tag', 'tags')", entity));
    }
    resolved.key = identifier.substr(dot + 1);
  }
  resolved.key = TrimBackticks(TrimQuotes(resolved.key));
  if (resolved.entity == "attribute" && !IsOneOf(resolved.key, attributes)) ThrowAttribute(resolved.key, attributes);
  return resolved;
}

std::string QuotedValue(const std::string& text) {
  if (!IsQuoted(text, '\'') && !IsQuoted(text, '"')) {
    throw InvalidParameter("Parameter value is either not quoted or unidentified quote types used for string value " + text +
                           ". Use either single or double quotes.");
  }
  return TrimQuotes(text);
}

std::string StringValue(const FilterClause& clause, const std::string& what) {
  const bool name = clause.kind == FilterClause::ValueKind::kOther;  // A word without quotes: QuotedValue says so.
  if (clause.kind == FilterClause::ValueKind::kString || name) return QuotedValue(clause.text);
  throw InvalidParameter(fmt::format("Expected a quoted string value for {}. Got value {}", what, clause.text));
}

void ThrowComparator(const FilterClause& clause, const std::vector<std::string>& allowed, bool closed) {
  throw InvalidParameter(
      fmt::format("Invalid comparator '{}' not one of '{}{}", clause.comparator, FormatNames(allowed), closed ? "'" : ""));
}

std::string FormatNames(const std::vector<std::string>& names, char open, char close) {
  std::string text(1, open);
  for (const auto& name : names) text += (text.size() > 1 ? ", '" : "'") + name + "'";
  return text + close;
}

bool IsOneOf(std::string_view value, const std::vector<std::string>& allowed) {
  return std::find(allowed.begin(), allowed.end(), value) != allowed.end();
}

void Condition::And(const std::string& more, std::vector<metastore::Value> values) {
  sql += sql.empty() ? more : " AND " + more;
  for (auto& value : values) parameters.push_back(std::move(value));
}

Condition Compare(const std::string& column, const std::string& comparator, metastore::Value value) {
  Condition condition;
  if (comparator == "ILIKE") {
    condition.sql = "lower(" + column + ") LIKE lower(?)";
  } else {
    condition.sql = column + " " + comparator + " ?";
  }
  condition.parameters.push_back(std::move(value));
  return condition;
}

Condition CompareList(const std::string& column, const std::string& comparator, const std::vector<std::string>& values) {
  Condition condition;
  condition.sql = column + " " + comparator + " (";
  for (size_t i = 0; i < values.size(); ++i) {
    condition.sql += i ? ", ?" : "?";
    condition.parameters.emplace_back(values[i]);
  }
  condition.sql += ")";
  return condition;
}

std::string EncodeBase64(std::string_view text) {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string encoded;
  for (size_t i = 0; i < text.size(); i += 3) {
    const size_t left = text.size() - i;
    const auto byte = [&](size_t at) { return i + at < text.size() ? static_cast<unsigned char>(text[i + at]) : 0u; };
    const unsigned bits = byte(0) << 16 | byte(1) << 8 | byte(2);
    encoded.push_back(kDigits[bits >> 18 & 63]);
    encoded.push_back(kDigits[bits >> 12 & 63]);
    encoded.push_back(left > 1 ? kDigits[bits >> 6 & 63] : '=');
    encoded.push_back(left > 2 ? kDigits[bits & 63] : '=');
  }
  return encoded;
}

std::string PageTokenOf(int64_t offset) { return EncodeBase64(fmt::format("{{\"offset\": {}}}", offset)); }

namespace {

// As Python's base64.b64decode: what is no digit is left out, and only missing padding is wrong.
std::string DecodeBase64(std::string_view text) {
  std::string decoded;
  unsigned bits = 0;
  int held = 0;
  size_t digits = 0, padding = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const int digit = byte < 0x80 && std::isupper(byte)   ? c - 'A'
                      : byte < 0x80 && std::islower(byte) ? c - 'a' + 26
                      : byte < 0x80 && std::isdigit(byte) ? c - '0' + 52
                      : c == '+'                          ? 62
                      : c == '/'                          ? 63
                                                          : -1;
    if (c == '=' && digits % 4 > 1) ++padding;
    if (padding > 0 && digits % 4 + padding == 4) return decoded;
    if (digit < 0) continue;
    padding = 0;
    ++digits;
    bits = bits << 6 | static_cast<unsigned>(digit);
    held += 6;
    if (held >= 8) {
      held -= 8;
      decoded.push_back(static_cast<char>(bits >> held & 0xff));
    }
  }
  if (digits % 4 != 0) throw InvalidParameter("Invalid page token, could not base64-decode");
  return decoded;
}

// Python's repr of bytes.
std::string BytesRepr(const std::string& bytes) {
  const char quote = bytes.find('\'') != std::string::npos && bytes.find('"') == std::string::npos ? '"' : '\'';
  std::string text = std::string("b") + quote;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\\' || c == quote) {
      text += std::string("\\") + c;
    } else if (c == '\n' || c == '\r' || c == '\t') {
      text += c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t";
    } else if (byte < 0x20 || byte >= 0x7f) {
      text += fmt::format("\\x{:02x}", byte);
    } else {
      text += c;
    }
  }
  return text + quote;
}

}  // namespace

int64_t OffsetOfPageToken(std::string_view token) {
  if (token.empty()) return 0;
  const std::string decoded = DecodeBase64(token);
  boost::system::error_code code;
  const json::value parsed = json::parse(decoded, code);
  if (code || !parsed.is_object()) throw InvalidParameter("Invalid page token, decoded value=" + BytesRepr(decoded));
  const json::value* offset = parsed.as_object().if_contains("offset");
  if (!offset || !offset->is_int64() || offset->as_int64() <= 0) {
    throw InvalidParameter("Invalid page token, parsed value=" + decoded);
  }
  return offset->as_int64();
}

}  // namespace headrace::tracking
