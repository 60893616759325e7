#include <fmt/format.h>

#include "base/error.h"
#include "connect/decode.h"

namespace headrace::connect {

namespace {

[[noreturn]] void ThrowBadName(const std::string& text) {
  throw Error(ErrorKind::kAnalysis, "INVALID_ATTRIBUTE_NAME_SYNTAX",
              fmt::format("Syntax error in the attribute name: {}. Check that backticks appear in pairs, a quoted string "
                          "is a complete name part and use a backtick only inside quoted name parts.",
                          text),
              {{"name", text}})
      .WithSqlState("42601");
}

/// Splits at dots outside backquotes; `` inside quotes is one backquote.
plan::NameParts Split(const std::string& text) {
  plan::NameParts parts;
  std::string part;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (quoted) {
      if (c != '`') {
        part += c;
      } else if (i + 1 < text.size() && text[i + 1] == '`') {
        part += '`';
        ++i;
      } else {
        quoted = false;
        if (i + 1 < text.size() && text[i + 1] != '.') ThrowBadName(text);
      }
    } else if (c == '`') {
      if (!part.empty()) ThrowBadName(text);
      quoted = true;
    } else if (c == '.') {
      if (i + 1 == text.size() || i == 0 || text[i - 1] == '.') ThrowBadName(text);
      parts.push_back(std::move(part));
      part.clear();
    } else {
      part += c;
    }
  }
  if (quoted) ThrowBadName(text);
  parts.push_back(std::move(part));
  return parts;
}

}  // namespace

plan::NameParts ParseAttributeName(const std::string& text) { return Split(text); }

plan::NameParts ParseMultipartName(const std::string& text) {
  size_t first = text.find_first_not_of(" \t\n");
  size_t last = text.find_last_not_of(" \t\n");
  if (first == std::string::npos) {
    throw Error(ErrorKind::kParse, "PARSE_EMPTY_STATEMENT", "Syntax error, unexpected empty statement.").WithSqlState("42617");
  }
  return Split(text.substr(first, last - first + 1));
}

}  // namespace headrace::connect
