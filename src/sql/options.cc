#include <algorithm>
#include <cctype>
#include <set>

#include "base/error.h"
#include "sql/parser_internal.h"

namespace headrace::sql {

namespace {

bool IsName(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; });
}

/// `${name}` and `${prefix:name}`, whose values may hold further ones.
std::string Substitute(std::string_view text, const ParserOptions& options, std::set<std::string>& used) {
  std::string out;
  while (true) {
    size_t start = text.find("${");
    if (start == std::string_view::npos) return out.append(text);
    size_t end = start + 3 < text.size() ? text.find('}', start + 3) : std::string_view::npos;
    std::string_view inside = end == std::string_view::npos ? "" : text.substr(start + 2, end - start - 2);
    bool spaces =
        std::any_of(inside.begin(), inside.end(), [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; });
    if (inside.empty() || spaces) {
      out.append(text.substr(0, start + 2));
      text.remove_prefix(start + 2);
      continue;
    }
    size_t colon = inside.find(':');
    bool prefixed = colon != std::string_view::npos && colon + 1 < inside.size() && IsName(inside.substr(0, colon));
    std::string_view prefix = prefixed ? inside.substr(0, colon) : "";
    std::string name(prefixed ? inside.substr(colon + 1) : inside), reference(inside);
    out.append(text.substr(0, start));
    if (prefix.empty() || prefix == "spark" || prefix == "sparkconf" || prefix == "hivevar" || prefix == "hiveconf") {
      if (!used.insert(reference).second) {
        throw Error(ErrorKind::kIllegalArgument, "",
                    "requirement failed: Circular reference in " + std::string(text) + ": " + reference);
      }
      out.append(Substitute(options.setting(name), options, used));
      used.erase(reference);
    } else {
      // The server's environment and properties are not for its users: as if they were not set.
      out.append(text.substr(start, end + 1 - start));
    }
    text.remove_prefix(end + 1);
  }
}

}  // namespace

std::string Substituted(std::string_view text, const ParserOptions& options) {
  if (!options.setting || text.find("${") == std::string_view::npos) return std::string(text);
  std::set<std::string> used;
  return Substitute(text, options, used);
}

ParserOptions OptionsOf(std::function<std::string(const std::string&)> setting) {
  auto is = [&](const char* name) { return UpperText(setting(name)) == "TRUE"; };
  ParserOptions options;
  options.ansi = is("spark.sql.ansi.enabled");
  options.enforce_reserved_keywords = is("spark.sql.ansi.enforceReservedKeywords");
  options.double_quoted_identifiers = is("spark.sql.ansi.doubleQuotedIdentifiers");
  options.escaped_string_literals = is("spark.sql.parser.escapedStringLiterals");
  options.quoted_regex_columns = is("spark.sql.parser.quotedRegexColumnNames");
  options.timestamp_is_ntz = setting("spark.sql.timestampType") == "TIMESTAMP_NTZ";
  options.time_zone = setting("spark.sql.session.timeZone");
  if (is("spark.sql.variable.substitute")) options.setting = std::move(setting);
  return options;
}

}  // namespace headrace::sql
