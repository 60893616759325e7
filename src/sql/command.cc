#include <fmt/format.h>

#include "base/error.h"
#include "sql/parser_internal.h"

namespace headrace::sql {

Statement Parser::AnyStatement() { return Query(); }

// ---- ('key' = 'value', a.b = 1, c true, d)

std::string Parser::PropertyKey() {
  if (AtString()) return StringText();
  std::string key = CapturingIdentifier();
  while (AcceptSymbol(".")) key += "." + CapturingIdentifier();
  return key;
}

std::pair<std::string, std::string> Parser::Property() {
  size_t first = at_;
  std::string key = AtString() && AtString(1) ? Unquote(Next()) : PropertyKey();
  if (!AcceptSymbol("=")) AcceptSymbol("==");
  if (AtSymbol(",") || AtSymbol(")")) return {key, ""};
  if (AtString()) return {key, StringText()};
  if (AtAnyWord({"TRUE", "FALSE"})) return {key, Next().upper == "TRUE" ? "true" : "false"};
  std::string sign = AcceptSymbol("-") ? "-" : "";
  if (Peek().IsNumber()) return {key, sign + std::string(Next().text)};
  if (auto parameter = Parameter()) return {key, FoldConstantString(*parameter, first, "OPTIONS")};
  Fail();
}

plan::Options Parser::Properties() {
  plan::Options properties;
  ExpectSymbol("(");
  if (AcceptSymbol(")")) return properties;
  do {
    size_t first = at_;
    auto [key, value] = Property();
    if (!properties.emplace(key, value).second) {
      throw At(first, "DUPLICATE_KEY", fmt::format("Found duplicate keys `{}`.", key), {{"keyColumn", "`" + key + "`"}})
          .WithSqlState("23505");
    }
  } while (AcceptSymbol(","));
  ExpectSymbol(")");
  return properties;
}

}  // namespace headrace::sql
