#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace headrace::sql {

struct Token {
  enum class Kind {
    kWord,  ///< A keyword or an unquoted name: which of them, only the grammar knows.
    kBackquoted,
    kString,
    kDoubleQuoted,  ///< A string, or with spark.sql.ansi.doubleQuotedIdentifiers a name.
    kInteger,
    kBigInt,
    kSmallInt,
    kTinyInt,
    kDecimal,
    kExponent,
    kDouble,
    kFloat,
    kBigDecimal,
    kSymbol,
    kHintStart,
    kHintEnd,
    kDollarQuoted,
    kBad,  ///< A character that starts no token.
    kEnd,
  };
  Kind kind = Kind::kEnd;
  std::string_view text;  ///< As written, quotes included.
  std::string_view upper;  ///< Of words, in upper case.
  int32_t start = 0;  ///< First character, counted from 0.
  int32_t stop = 0;  ///< Last character, inclusive.
  int32_t line = 1;
  int32_t position = 0;  ///< Character in the line, counted from 0.
  size_t offset = 0;  ///< First byte.

  bool IsNumber() const { return kind >= Kind::kInteger && kind <= Kind::kBigDecimal; }
};

/// Splits Spark SQL into tokens; the last one is kEnd. The views point into `text` and `upper`, which must outlive the
/// tokens; `upper` is `text` with ASCII letters in upper case. Throws Error(kParse, "UNCLOSED_BRACKETED_COMMENT").
std::vector<Token> Tokenize(const std::string& text, const std::string& upper);

}  // namespace headrace::sql
