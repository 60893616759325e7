#include "sql/lexer.h"

#include <fmt/format.h>

#include <cctype>

#include "base/error.h"

namespace headrace::sql {

namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsWordChar(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

// Longer ones first.
const std::string_view kSymbols[] = {"<=>", ">>>", "<<", ">>", "<>", "<=", ">=", "!=", "==", "!<", "!>", "||", "::", "->",
                                     "=>",  "|>",  "(",  ")",  ",",  ".",  "[",  "]",  ";",  "+",  "-",  "*",  "/",  "%",
                                     "~",   "&",   "|",  "^",  "=",  "<",  ">",  "!",  ":",  "?",  "@",  "{",  "}"};

class Lexer {
 public:
  Lexer(const std::string& text, const std::string& upper) : text_(text), upper_(upper) {}

  std::vector<Token> Run() {
    while (true) {
      SkipBlanks();
      if (at_ >= text_.size()) break;
      Scan();
    }
    Add(Token::Kind::kEnd, 0);
    return std::move(tokens_);
  }

 private:
  char Char(size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool Has(std::string_view what) const { return std::string_view(text_).substr(at_, what.size()) == what; }

  void Advance(size_t bytes) {
    for (size_t end = at_ + bytes; at_ < end; ++at_) {
      char c = text_[at_];
      if ((static_cast<unsigned char>(c) & 0xC0) == 0x80) continue;
      ++character_;
      if (c == '\n') {
        ++line_;
        position_ = 0;
      } else {
        ++position_;
      }
    }
  }

  void Add(Token::Kind kind, size_t bytes) {
    Token token;
    token.kind = kind;
    token.text = std::string_view(text_).substr(at_, bytes);
    token.upper = std::string_view(upper_).substr(at_, bytes);
    token.start = character_;
    token.line = line_;
    token.position = position_;
    token.offset = at_;
    Advance(bytes);
    token.stop = character_ - 1;
    tokens_.push_back(token);
  }

  void SkipBlanks() {
    while (at_ < text_.size()) {
      if (std::isspace(static_cast<unsigned char>(Char()))) {
        Advance(1);
      } else if (Has("\xC2\xA0") || Has("\xE3\x80\x80") || Has("\xEF\xBB\xBF")) {
        Advance(Has("\xC2\xA0") ? 2 : 3);
      } else if (Has("--")) {
        // A backslash at the line's end continues the comment.
        while (at_ < text_.size() && Char() != '\n') Advance(Has("\\\n") ? 2 : 1);
      } else if (Has("/*") && Char(2) != '+') {
        SkipComment();
      } else {
        return;
      }
    }
  }

  void SkipComment() {
    int depth = 0;
    do {
      if (at_ >= text_.size()) {
        throw Error(ErrorKind::kParse, "UNCLOSED_BRACKETED_COMMENT",
                    "Found an unclosed bracketed comment. Please, append */ at the end of the comment.")
            .WithTail("\n== SQL ==\n" + text_);
      }
      if (Has("/*") && (depth == 0 || Char(2) != '+')) {
        ++depth;
        Advance(2);
      } else if (Has("*/")) {
        --depth;
        Advance(2);
      } else {
        Advance(1);
      }
    } while (depth > 0);
  }

  void Scan() {
    char c = Char();
    if (c == '\'' || c == '"') return ScanString(0, false);
    if ((c == 'r' || c == 'R') && (Char(1) == '\'' || Char(1) == '"')) return ScanString(1, true);
    if (c == '`') return ScanBackquoted();
    if (IsDigit(c) || (c == '.' && IsDigit(Char(1)))) {
      if (ScanNumber()) return;
    }
    if (IsWordChar(c)) {
      size_t length = 0;
      while (IsWordChar(Char(length))) ++length;
      return Add(Token::Kind::kWord, length);
    }
    if (Has("/*+")) return Add(Token::Kind::kHintStart, 3);
    if (Has("*/")) return Add(Token::Kind::kHintEnd, 2);
    if (Has("$$")) {
      size_t end = text_.find("$$", at_ + 2);
      if (end != std::string::npos) return Add(Token::Kind::kDollarQuoted, end + 2 - at_);
    }
    for (std::string_view symbol : kSymbols) {
      if (Has(symbol)) return Add(Token::Kind::kSymbol, symbol.size());
    }
    Add(Token::Kind::kBad, 1);
  }

  void ScanString(size_t prefix, bool raw) {
    char quote = Char(prefix);
    size_t length = prefix + 1;
    while (at_ + length < text_.size()) {
      char c = Char(length);
      if (c == '\\' && !raw) {
        length += 2;
      } else if (c == quote) {
        if (raw || Char(length + 1) != quote) {
          return Add(quote == '"' && !raw ? Token::Kind::kDoubleQuoted : Token::Kind::kString, length + 1);
        }
        length += 2;
      } else {
        ++length;
      }
    }
    if (raw) return Add(Token::Kind::kWord, 1);
    Add(Token::Kind::kBad, 1);
  }

  void ScanBackquoted() {
    size_t length = 1;
    while (at_ + length < text_.size()) {
      if (Char(length) == '`') {
        if (Char(length + 1) != '`') return Add(Token::Kind::kBackquoted, length + 1);
        ++length;
      }
      ++length;
    }
    Add(Token::Kind::kBad, 1);
  }

  size_t Digits(size_t from) const {
    size_t length = from;
    while (IsDigit(Char(length))) ++length;
    return length;
  }

  /// The end of an exponent that starts at `from`, or `from` when there is none.
  size_t Exponent(size_t from) const {
    if (Char(from) != 'e' && Char(from) != 'E') return from;
    size_t digits = from + 1;
    if (Char(digits) == '+' || Char(digits) == '-') ++digits;
    size_t end = Digits(digits);
    return end == digits ? from : end;
  }

  /// False when the digits begin a name such as `2024_sales`.
  bool ScanNumber() {
    size_t whole = Digits(0);
    if (Char(whole) == '.') {
      size_t fraction = Digits(whole + 1);
      if (whole + fraction > 1 && Suffixed(fraction, true)) return true;
    }
    if (whole == 0) {
      Add(Token::Kind::kSymbol, 1);
      return true;
    }
    return Suffixed(whole, false);
  }

  /// Adds the number whose digits end at `end` when what follows cannot belong to a name.
  bool Suffixed(size_t end, bool decimal) {
    size_t exponent = Exponent(end);
    auto upper = [this](size_t at) { return at_ + at < upper_.size() ? upper_[at_ + at] : '\0'; };
    struct Suffix {
      std::string_view text;
      Token::Kind kind;
      bool integers_only;
    };
    static const Suffix kSuffixes[] = {{"BD", Token::Kind::kBigDecimal, false}, {"D", Token::Kind::kDouble, false},
                                       {"F", Token::Kind::kFloat, false},       {"L", Token::Kind::kBigInt, true},
                                       {"S", Token::Kind::kSmallInt, true},     {"Y", Token::Kind::kTinyInt, true}};
    for (const auto& suffix : kSuffixes) {
      if (suffix.integers_only && (decimal || exponent != end)) continue;
      bool matches = true;
      for (size_t i = 0; i < suffix.text.size(); ++i) matches = matches && upper(exponent + i) == suffix.text[i];
      size_t length = exponent + suffix.text.size();
      if (matches && !IsWordChar(Char(length))) {
        Add(suffix.kind, length);
        return true;
      }
    }
    if (IsWordChar(Char(exponent))) return false;
    Add(exponent != end ? Token::Kind::kExponent : decimal ? Token::Kind::kDecimal : Token::Kind::kInteger, exponent);
    return true;
  }

  const std::string& text_;
  const std::string& upper_;
  size_t at_ = 0;
  int32_t character_ = 0;
  int32_t line_ = 1;
  int32_t position_ = 0;
  std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> Tokenize(const std::string& text, const std::string& upper) { return Lexer(text, upper).Run(); }

}  // namespace headrace::sql
