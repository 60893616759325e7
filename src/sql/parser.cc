#include "sql/parser.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "sql/parser_internal.h"

namespace headrace::sql {

namespace {

/// A level takes about 1.5 KB of stack through the expression grammar; drivers run on 8 MB.
constexpr int kMaxDepth = 1000;

// Words that name no table alias, because a join or a set operation goes on there.
const std::string_view kStrictNonReserved[] = {"ANTI", "CROSS",   "EXCEPT",   "FULL",    "INNER", "INTERSECT",
                                               "JOIN", "LATERAL", "LEFT",     "NATURAL", "ON",    "RIGHT",
                                               "SEMI", "MINUS",   "SETMINUS", "UNION",   "USING"};

// Reserved in ANSI SQL: no names with spark.sql.ansi.enforceReservedKeywords.
const std::string_view kReserved[] = {"ALL",
                                      "AND",
                                      "ANY",
                                      "AS",
                                      "AUTHORIZATION",
                                      "BOTH",
                                      "CASE",
                                      "CAST",
                                      "CHECK",
                                      "COLLATE",
                                      "COLUMN",
                                      "CONSTRAINT",
                                      "CREATE",
                                      "CURRENT_DATE",
                                      "CURRENT_TIME",
                                      "CURRENT_TIMESTAMP",
                                      "CURRENT_USER",
                                      "DISTINCT",
                                      "ELSE",
                                      "END",
                                      "ESCAPE",
                                      "EXECUTE",
                                      "FALSE",
                                      "FETCH",
                                      "FILTER",
                                      "FOR",
                                      "FOREIGN",
                                      "FROM",
                                      "GRANT",
                                      "GROUP",
                                      "HAVING",
                                      "IN",
                                      "INTO",
                                      "IS",
                                      "LEADING",
                                      "NOT",
                                      "NULL",
                                      "OFFSET",
                                      "ONLY",
                                      "OR",
                                      "ORDER",
                                      "OUTER",
                                      "OVERLAPS",
                                      "PRIMARY",
                                      "REFERENCES",
                                      "SELECT",
                                      "SESSION_USER",
                                      "SOME",
                                      "SQL",
                                      "TABLE",
                                      "THEN",
                                      "TIME",
                                      "TO",
                                      "TRAILING",
                                      "UNIQUE",
                                      "UNKNOWN",
                                      "USER",
                                      "WHEN",
                                      "WHERE",
                                      "WITH",
                                      "WITHIN"};

template <typename Table>
bool Contains(const Table& table, std::string_view word) {
  return std::find(std::begin(table), std::end(table), word) != std::end(table);
}

}  // namespace

std::string UpperText(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  return upper;
}

bool EqualsIgnoreCase(std::string_view a, std::string_view b) { return a.size() == b.size() && UpperText(a) == UpperText(b); }

Parser::Parser(std::string_view text, const ParserOptions& options)
    : text_(std::make_shared<const std::string>(Substituted(text, options))), upper_(UpperText(*text_)), options_(options) {
  tokens_ = Tokenize(*text_, upper_);
}

Parser::Depth::Depth(Parser* parser) : parser_(parser) {
  if (++parser_->depth_ <= kMaxDepth) return;
  --parser_->depth_;
  throw Error(ErrorKind::kParse, "FAILED_TO_PARSE_TOO_COMPLEX",
              "The statement, including potential SQL functions and referenced views, was too complex to parse.\nTo "
              "mitigate this error divide the statement into multiple, less complex chunks.");
}

// ---- tokens

const Token& Parser::Peek(size_t ahead) const { return tokens_[std::min(at_ + ahead, tokens_.size() - 1)]; }

const Token& Parser::Next() {
  const Token& token = Peek();
  if (at_ + 1 < tokens_.size()) ++at_;
  return token;
}

bool Parser::AtWord(std::string_view word, size_t ahead) const {
  const Token& token = Peek(ahead);
  return token.kind == Token::Kind::kWord && token.upper == word;
}

bool Parser::AtWords(Words words, size_t ahead) const {
  for (std::string_view word : words) {
    if (!AtWord(word, ahead++)) return false;
  }
  return true;
}

bool Parser::AtAnyWord(Words words, size_t ahead) const {
  const Token& token = Peek(ahead);
  return token.kind == Token::Kind::kWord && std::find(words.begin(), words.end(), token.upper) != words.end();
}

bool Parser::AtSymbol(std::string_view symbol, size_t ahead) const {
  const Token& token = Peek(ahead);
  return token.kind == Token::Kind::kSymbol && token.text == symbol;
}

bool Parser::AtString(size_t ahead) const {
  const Token& token = Peek(ahead);
  return token.kind == Token::Kind::kString || (token.kind == Token::Kind::kDoubleQuoted && !options_.double_quoted_identifiers);
}

bool Parser::AtIdentifier(size_t ahead) const {
  const Token& token = Peek(ahead);
  if (token.kind == Token::Kind::kWord) {
    return !options_.enforce_reserved_keywords ||
           (!Contains(kReserved, token.upper) && !Contains(kStrictNonReserved, token.upper));
  }
  return token.kind == Token::Kind::kBackquoted ||
         (token.kind == Token::Kind::kDoubleQuoted && options_.double_quoted_identifiers);
}

bool Parser::AtStrictIdentifier(size_t ahead) const {
  const Token& token = Peek(ahead);
  if (token.kind == Token::Kind::kWord && Contains(kStrictNonReserved, token.upper)) return false;
  return AtIdentifier(ahead);
}

bool Parser::AtStop(size_t ahead) const {
  return Peek(ahead).kind == Token::Kind::kEnd || AtSymbol(",", ahead) || AtSymbol(")", ahead) || AtSymbol(";", ahead);
}

bool Parser::AcceptWord(std::string_view word) {
  if (!AtWord(word)) return false;
  Next();
  return true;
}

bool Parser::AcceptWords(Words words) {
  if (!AtWords(words)) return false;
  for (size_t i = 0; i < words.size(); ++i) Next();
  return true;
}

bool Parser::AcceptAnyWord(Words words) {
  if (!AtAnyWord(words)) return false;
  Next();
  return true;
}

bool Parser::AcceptSymbol(std::string_view symbol) {
  if (!AtSymbol(symbol)) return false;
  Next();
  return true;
}

void Parser::ExpectWord(std::string_view word) {
  if (!AcceptWord(word)) Fail();
}

void Parser::ExpectSymbol(std::string_view symbol) {
  if (!AcceptSymbol(symbol)) Fail();
}

void Parser::ExpectClosingAngle() {
  if (AtSymbol(">>") || AtSymbol(">>>")) {
    Token rest = tokens_[at_];
    tokens_[at_].text = tokens_[at_].text.substr(0, 1);
    tokens_[at_].stop = tokens_[at_].start;
    rest.text.remove_prefix(1);
    rest.upper.remove_prefix(1);
    ++rest.start;
    ++rest.position;
    ++rest.offset;
    tokens_.insert(tokens_.begin() + static_cast<ptrdiff_t>(at_) + 1, rest);
    not_a_query_.clear();
  }
  ExpectSymbol(">");
}

void Parser::ExpectEnd() {
  // Spark names the token as superfluous only when the text would end right behind it, or has ended.
  bool closed = at_ > 0 && tokens_[at_ - 1].text == ";";
  if (!AtEnd()) Fail(closed || Peek(1).kind == Token::Kind::kEnd ? fmt::format(": extra input '{}'", Peek().text) : "");
}

void Parser::Fail(std::string hint) { throw SyntaxFailure{at_, std::move(hint)}; }

bool Parser::Attempt(const std::function<void()>& work) {
  size_t start = at_;
  auto windows = open_windows_.size();
  auto arguments = lambda_arguments_;
  int depth = depth_;
  int positional = positional_;
  try {
    work();
    return true;
  } catch (const SyntaxFailure& failure) {
    if (failure.token > furthest_) {
      furthest_ = failure.token;
      furthest_hint_ = failure.hint;
    }
  }
  at_ = start;
  open_windows_.resize(windows);
  lambda_arguments_ = std::move(arguments);
  depth_ = depth;
  positional_ = positional;
  return false;
}

namespace {

/// Where a syntax error stands, as Spark shows it: the lines up to it, a marker, the lines after it.
std::string Place(const std::string& text, int32_t line, int32_t position) {
  std::string above;
  std::string below;
  size_t at = 0;
  for (int32_t number = 1; at <= text.size(); ++number) {
    size_t end = std::min(text.find('\n', at), text.size());
    if (end == text.size() && at == end && number > 1) break;
    (number <= line ? above : below) += text.substr(at, end - at) + "\n";
    at = end + 1;
  }
  return fmt::format(" (line {}, pos {})\n\n== SQL ==\n{}{}^^^\n{}", line, position, above,
                     std::string(static_cast<size_t>(position), '-'), below);
}

}  // namespace

Error Parser::SyntaxError(const SyntaxFailure& failure) const {
  const Token& token = tokens_[std::min(failure.token, tokens_.size() - 1)];
  bool end = token.kind == Token::Kind::kEnd;
  if (end && tokens_.size() == 1 && text_->find_first_not_of(" \t\r\n;") == std::string::npos) {
    return Error(ErrorKind::kParse, "PARSE_EMPTY_STATEMENT", "Syntax error, unexpected empty statement.")
        .WithTail(Place(*text_, token.line, token.position));
  }
  std::string near = end ? "end of input" : fmt::format("'{}'", token.text);
  return Error(ErrorKind::kParse, "PARSE_SYNTAX_ERROR", fmt::format("Syntax error at or near {}{}.", near, failure.hint),
               {{"error", near}, {"hint", failure.hint}})
      .WithTail(Place(*text_, token.line, token.position));
}

plan::Origin Parser::Where(size_t first) const {
  plan::Origin origin;
  origin.text = text_;
  origin.start = tokens_[first].start;
  origin.stop = tokens_[at_ > first ? at_ - 1 : first].stop;
  return origin;
}

std::string Parser::TextOf(size_t first, size_t end) const {
  if (end <= first) return "";
  const Token& last = tokens_[end - 1];
  return text_->substr(tokens_[first].offset, last.offset + last.text.size() - tokens_[first].offset);
}

Error Parser::At(size_t first, std::string condition, std::string message, Error::Parameters parameters) const {
  return Error(ErrorKind::kParse, std::move(condition), std::move(message), std::move(parameters))
      .WithContext(plan::ContextOf(Where(first)));
}

// ---- names

std::string Parser::Identifier() {
  if (AtWord("IDENTIFIER") && AtSymbol("(", 1) && AtString(2) && AtSymbol(")", 3)) {
    Next();
    Next();
    std::string name = StringText();
    ExpectSymbol(")");
    return name;
  }
  if (!AtIdentifier()) Fail();
  const Token& token = Next();
  if (token.kind != Token::Kind::kWord) return Unquote(token);
  bool ascii = std::all_of(token.text.begin(), token.text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (!ascii) {
    std::string name(token.text);
    throw Error(ErrorKind::kParse, "INVALID_IDENTIFIER",
                fmt::format("The unquoted identifier {} is invalid and must be back quoted as: `{}`.\nUnquoted identifiers "
                            "can only contain ASCII letters ('a' - 'z', 'A' - 'Z'), digits ('0' - '9'), and underbar "
                            "('_').\nUnquoted identifiers must also not start with a digit.\nDifferent data sources and "
                            "meta stores may impose additional restrictions on valid identifiers.",
                            name, name),
                {{"ident", name}})
        .WithTail(Place(*text_, token.line, token.position));
  }
  return std::string(token.text);
}

std::string Parser::StrictIdentifier() {
  if (!AtStrictIdentifier()) Fail();
  return Identifier();
}

std::string Parser::CapturingIdentifier() {
  size_t first = at_;
  std::string name = Identifier();
  if (!AtSymbol("-") || !AtIdentifier(1)) return name;
  const Token hyphen = Peek();
  while (AtSymbol("-") && AtIdentifier(1)) {
    Next();
    Next();
  }
  name = TextOf(first, at_);
  throw Error(ErrorKind::kParse, "INVALID_IDENTIFIER",
              fmt::format("The unquoted identifier {} is invalid and must be back quoted as: `{}`.\nUnquoted identifiers "
                          "can only contain ASCII letters ('a' - 'z', 'A' - 'Z'), digits ('0' - '9'), and underbar "
                          "('_').\nUnquoted identifiers must also not start with a digit.\nDifferent data sources and "
                          "meta stores may impose additional restrictions on valid identifiers.",
                          name, name),
              {{"ident", name}})
      .WithTail(Place(*text_, hyphen.line, hyphen.position));
}

plan::NameParts Parser::MultipartIdentifier() {
  plan::NameParts parts{CapturingIdentifier()};
  while (AtSymbol(".") && AtIdentifier(1)) {
    Next();
    parts.push_back(CapturingIdentifier());
  }
  return parts;
}

plan::NameParts Parser::IdentifierReference() {
  if (!AtWord("IDENTIFIER") || !AtSymbol("(", 1)) return MultipartIdentifier();
  size_t first = at_;
  Next();
  Next();
  plan::ExpressionPtr name = Expr();
  ExpectSymbol(")");
  plan::NameParts parts = SplitName(FoldConstantString(name, first, "IDENTIFIER"));
  while (AtSymbol(".") && AtIdentifier(1)) {
    Next();
    parts.push_back(CapturingIdentifier());
  }
  return parts;
}

plan::NameParts Parser::SplitName(const std::string& text) const { return ParseMultipartIdentifier(text, options_); }

std::string Parser::FoldConstantString(const plan::ExpressionPtr& expression, size_t first, const std::string& clause) {
  if (const auto* literal = plan::As<plan::Literal>(expression)) {
    if (const auto* text = std::get_if<std::string>(&literal->value.data); text && literal->type.IsString()) return *text;
  }
  if (const auto* call = plan::As<plan::FunctionCall>(expression);
      call && call->name.size() == 1 && EqualsIgnoreCase(call->name[0], "concat")) {
    std::string text;
    for (const auto& argument : call->arguments) text += FoldConstantString(argument, first, clause);
    return text;
  }
  std::string written = TextOf(first, at_);
  const auto* literal = plan::As<plan::Literal>(expression);
  if (literal == nullptr) ThrowUnsupported(fmt::format("{} of an expression that is not a literal string", clause));
  std::string type = literal->type.Sql();
  bool null = literal->value.is_null();
  throw At(
      first, null ? "NOT_A_CONSTANT_STRING.NULL" : "NOT_A_CONSTANT_STRING.WRONG_TYPE",
      fmt::format("The expression \"{}\" used for the routine or clause `{}` must be a constant STRING which is NOT NULL.\n{}",
                  written, clause,
                  null ? std::string("The expression evaluates to NULL.")
                       : fmt::format("The data type of the expression is \"{}\".", type)),
      {{"name", "`" + clause + "`"}, {"expr", "\"" + written + "\""}, {"dataType", "\"" + type + "\""}});
}

std::vector<std::string> Parser::IdentifierList() {
  ExpectSymbol("(");
  std::vector<std::string> names;
  do {
    names.push_back(CapturingIdentifier());
  } while (AcceptSymbol(","));
  ExpectSymbol(")");
  return names;
}

std::vector<plan::NameParts> Parser::MultipartIdentifiers() {
  std::vector<plan::NameParts> names;
  do {
    names.push_back(MultipartIdentifier());
  } while (AcceptSymbol(","));
  return names;
}

// ---- whole texts

template <typename Work>
auto Parser::Whole(Work work) -> decltype(work()) {
  try {
    return work();
  } catch (SyntaxFailure& failure) {
    if (failure.token < furthest_) throw SyntaxError({furthest_, furthest_hint_});
    throw SyntaxError(failure);
  }
}

Statement Parser::WholeStatement() {
  return Whole([this] {
    if (AtEnd()) Fail();
    Statement statement = AnyStatement();
    while (AcceptSymbol(";")) {
    }
    ExpectEnd();
    return statement;
  });
}

plan::RelationPtr Parser::WholeQuery() {
  return Whole([this] {
    plan::RelationPtr query = Query();
    while (AcceptSymbol(";")) {
    }
    ExpectEnd();
    return query;
  });
}

plan::ExpressionPtr Parser::WholeExpression() {
  return Whole([this] {
    plan::ExpressionPtr expression = NamedExpr();
    ExpectEnd();
    return expression;
  });
}

plan::SortOrder Parser::WholeSortOrder() {
  return Whole([this] {
    plan::SortOrder order = SortItem();
    ExpectEnd();
    return order;
  });
}

bool Parser::AttemptColumns(plan::Schema* columns) {
  // "interval day" is a type, "interval int" a column: a name with an unknown type behind it is no column.
  size_t start = at_;
  try {
    if (Attempt([&] {
          *columns = Columns();
          ExpectEnd();
        })) {
      return true;
    }
  } catch (const Error& error) {
    // A list's error stands; one pair of words may still be a type of its own.
    if (error.condition() != "UNSUPPORTED_DATATYPE" || tokens_.size() > 8) throw;
    at_ = start;
    depth_ = 0;
    bool type = false;
    try {
      type = Attempt([&] {
        Type();
        ExpectEnd();
      });
    } catch (const Error&) {
    }
    if (!type) throw;
  }
  at_ = start;
  return false;
}

plan::DataType Parser::WholeDataType() {
  // One type, or else a list of columns; of a text that is neither Spark says why it is no type.
  return Whole([this] {
    bool named = !AtAnyWord({"ARRAY", "MAP", "STRUCT"});
    try {
      try {
        plan::DataType type = Type();
        ExpectEnd();
        return type;
      } catch (const Error&) {
        // That a name is no type is said only of a text that could be one.
        if (named) ExpectEnd();
        throw;
      }
    } catch (...) {
      at_ = 0;
      depth_ = 0;
      size_t furthest = furthest_;
      std::string hint = furthest_hint_;
      try {
        plan::Schema columns = Columns();
        ExpectEnd();
        return plan::DataType::Struct(std::move(columns));
      } catch (const SyntaxFailure&) {
        furthest_ = furthest;
        furthest_hint_ = std::move(hint);
      } catch (const Error&) {
        furthest_ = furthest;
        furthest_hint_ = std::move(hint);
      }
      throw;
    }
  });
}

plan::Schema Parser::WholeSchema() {
  return Whole([this] {
    plan::Schema columns;
    if (AttemptColumns(&columns)) return columns;
    plan::DataType type = Type();
    ExpectEnd();
    if (type.id() == plan::TypeId::kStruct) return type.fields();
    return plan::Schema{{"value", type, true, {}}};
  });
}

plan::NameParts Parser::WholeIdentifier() {
  return Whole([this] {
    plan::NameParts parts = MultipartIdentifier();
    ExpectEnd();
    return parts;
  });
}

// ---- the module's functions

Statement ParseStatement(std::string_view text, const ParserOptions& options) { return Parser(text, options).WholeStatement(); }
plan::RelationPtr ParseQuery(std::string_view text, const ParserOptions& options) { return Parser(text, options).WholeQuery(); }
plan::ExpressionPtr ParseExpression(std::string_view text, const ParserOptions& options) {
  return Parser(text, options).WholeExpression();
}
plan::SortOrder ParseSortOrder(std::string_view text, const ParserOptions& options) {
  return Parser(text, options).WholeSortOrder();
}
plan::DataType ParseDataType(std::string_view text, const ParserOptions& options) {
  return Parser(text, options).WholeDataType();
}
plan::Schema ParseSchema(std::string_view text, const ParserOptions& options) { return Parser(text, options).WholeSchema(); }
plan::NameParts ParseMultipartIdentifier(std::string_view text, const ParserOptions& options) {
  return Parser(text, options).WholeIdentifier();
}

}  // namespace headrace::sql
