#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "sql/parser_internal.h"

namespace headrace::sql {

using plan::ExpressionPtr;
using plan::Expressions;
using plan::Operator;

namespace {

/// Chains of operators become trees as deep as the chain; later passes walk them by recursion.
constexpr size_t kMaxChain = 5000;

Error TooComplex() {
  return Error(ErrorKind::kParse, "FAILED_TO_PARSE_TOO_COMPLEX",
               "The statement, including potential SQL functions and referenced views, was too complex to parse.\nTo "
               "mitigate this error divide the statement into multiple, less complex chunks.");
}

/// a AND b AND c AND d as a tree of half the depth, split as Spark splits it (it decides the column's name).
ExpressionPtr Balanced(const std::string& name, const Expressions& parts, size_t low, size_t high, const plan::Origin& origin) {
  if (low == high) return parts[low];
  size_t middle = high - low == 1 ? low : low + (high - low) / 2;
  return Operator(name, {Balanced(name, parts, low, middle, origin), Balanced(name, parts, middle + 1, high, origin)}, origin);
}

}  // namespace

ExpressionPtr Parser::Expr() { return BooleanOr(); }

ExpressionPtr Parser::BooleanOr() {
  Depth depth(this);
  size_t first = at_;
  Expressions parts{BooleanAnd()};
  while (AtWord("OR") && !AtStop(1)) {
    Next();
    parts.push_back(BooleanAnd());
  }
  return parts.size() == 1 ? parts[0] : Balanced("or", parts, 0, parts.size() - 1, Where(first));
}

ExpressionPtr Parser::BooleanAnd() {
  size_t first = at_;
  Expressions parts{BooleanNot()};
  while (AtWord("AND") && !AtStop(1)) {
    Next();
    parts.push_back(BooleanNot());
  }
  return parts.size() == 1 ? parts[0] : Balanced("and", parts, 0, parts.size() - 1, Where(first));
}

ExpressionPtr Parser::BooleanNot() {
  size_t first = at_;
  if (AtSymbol("!") || (AtWord("NOT") && !AtStop(1) && !AtSymbol(".", 1))) {
    Depth depth(this);
    Next();
    return Operator("not", {BooleanNot()}, Where(first));
  }
  if (AtWord("EXISTS") && AtSymbol("(", 1) && AtQuery(2)) {
    Next();
    Next();
    plan::Subquery subquery;
    subquery.kind = plan::Subquery::Kind::kExists;
    subquery.plan = Query();
    ExpectSymbol(")");
    return plan::Make(std::move(subquery), Where(first));
  }
  return Predicate(ValueExpr());
}

Error Parser::BangForNot() {
  size_t first = at_;
  Next();
  return At(first, "SYNTAX_DISCONTINUED.BANG_EQUALS_NOT",
            "Support of the clause or keyword: ! has been discontinued in this context.\nThe '!' keyword is only supported as an "
            "alias for the prefix operator 'NOT'.\nUse the 'NOT' keyword instead for infix clauses such as `NOT LIKE`, `NOT IN`, "
            "`NOT BETWEEN`, etc.\nTo re-enable the '!' keyword, set \"spark.sql.legacy.bangEqualsNot\" to \"true\".",
            {{"clause", "!"}})
      .WithSqlState("42601");
}

ExpressionPtr Parser::Predicate(ExpressionPtr value) {
  size_t first = at_;
  bool negated = false;
  if (AtWord("IS")) {
    Next();
    if (AtSymbol("!")) throw BangForNot();
    negated = AcceptWord("NOT");
    if (AcceptWord("NULL") || AcceptWord("UNKNOWN")) {
      return Operator(negated ? "isnotnull" : "isnull", {std::move(value)}, Where(first));
    }
    ExpressionPtr result;
    if (AtWord("TRUE") || AtWord("FALSE")) {
      bool truth = Next().upper == "TRUE";
      result = Operator("<=>", {std::move(value), plan::BoolLiteral(truth, Where(first))}, Where(first));
      return negated ? Operator("not", {result}, Where(first)) : result;
    }
    ExpectWord("DISTINCT");
    ExpectWord("FROM");
    ExpressionPtr other = ValueExpr();
    result = Operator("<=>", {std::move(value), std::move(other)}, Where(first));
    return negated ? result : Operator("not", {result}, Where(first));
  }
  size_t ahead = AtWord("NOT") || AtSymbol("!") ? 1 : 0;
  if (!AtAnyWord({"BETWEEN", "IN", "LIKE", "ILIKE", "RLIKE", "REGEXP"}, ahead)) return value;
  // `SELECT a in FROM t` names a column `in`.
  if (AtStop(ahead + 1) || AtWord("FROM", ahead + 1)) return value;
  if (ahead == 1) {
    if (AtSymbol("!")) throw BangForNot();
    Next();
    negated = true;
  }
  auto finish = [&](ExpressionPtr result) { return negated ? Operator("not", {std::move(result)}, Where(first)) : result; };
  if (AcceptWord("BETWEEN")) {
    ExpressionPtr lower = ValueExpr();
    ExpectWord("AND");
    ExpressionPtr upper = ValueExpr();
    return finish(Operator("between", {std::move(value), std::move(lower), std::move(upper)}, Where(first)));
  }
  if (AcceptWord("IN")) {
    if (!AtSymbol("(")) Fail();
    plan::RelationPtr query;
    if (ParenthesizedQuery(&query)) {
      plan::Subquery subquery;
      subquery.kind = plan::Subquery::Kind::kIn;
      subquery.plan = std::move(query);
      subquery.negated = negated;
      // (a, b) IN (SELECT ...) compares several columns.
      const auto* tuple = plan::As<plan::FunctionCall>(value);
      if (tuple != nullptr && tuple->is_operator && tuple->name[0] == "struct") {
        subquery.in_values = tuple->arguments;
      } else {
        subquery.in_values = {std::move(value)};
      }
      return plan::Make(std::move(subquery), Where(first));
    }
    ExpectSymbol("(");
    if (AtSymbol(")")) {
      throw At(first, "INVALID_SQL_SYNTAX.EMPTY_IN_PREDICATE",
               "Invalid SQL syntax: IN predicate requires at least one value. Empty IN clauses like 'IN ()' are not "
               "allowed. Consider using 'WHERE FALSE' if you need an always-false condition, or provide at least one value "
               "in the IN list.");
    }
    Expressions arguments{std::move(value)};
    for (auto& item : Exprs()) arguments.push_back(std::move(item));
    ExpectSymbol(")");
    return finish(Operator("in", std::move(arguments), Where(first)));
  }
  if (AcceptAnyWord({"RLIKE", "REGEXP"})) {
    ExpressionPtr pattern = ValueExpr();
    return finish(Operator("rlike", {std::move(value), std::move(pattern)}, Where(first)));
  }
  std::string function = AtWord("LIKE") ? "like" : "ilike";
  Next();
  if (AtAnyWord({"ANY", "SOME", "ALL"}) && AtSymbol("(", 1)) return LikeQuantified(std::move(value), function, negated, first);
  Expressions arguments{std::move(value), ValueExpr()};
  if (AcceptWord("ESCAPE")) {
    std::string escape = StringText();
    bool one = false;
    if (!escape.empty()) {
      size_t length = 1;
      while (length < escape.size() && (static_cast<unsigned char>(escape[length]) & 0xC0) == 0x80) ++length;
      one = length == escape.size();
    }
    if (!one) {
      throw At(first, "INVALID_ESC",
               fmt::format("Found an invalid escape string: '{}'. The escape string must contain only one character.", escape),
               {{"invalidEscape", "'" + escape + "'"}})
          .WithSqlState("42604");
    }
    arguments.push_back(plan::StringLiteral(escape, Where(first)));
  }
  return finish(Operator(function, std::move(arguments), Where(first)));
}

ExpressionPtr Parser::LikeQuantified(ExpressionPtr value, const std::string& function, bool negated, size_t first) {
  bool all = Next().upper == "ALL";
  ExpectSymbol("(");
  if (AtSymbol(")")) {
    throw At(first, "_LEGACY_ERROR_TEMP_0064", "Expected something between '(' and ')'.",
             {{"msg", "Expected something between '(' and ')'."}});
  }
  Expressions patterns = Exprs();
  ExpectSymbol(")");
  plan::Origin origin = Where(first);
  bool constant = std::all_of(patterns.begin(), patterns.end(), [](const ExpressionPtr& pattern) {
    const auto* literal = plan::As<plan::Literal>(pattern);
    return literal != nullptr && literal->type.IsString() && !literal->value.is_null();
  });
  if (constant) {
    auto folded = [&](ExpressionPtr text) {
      return function == "ilike" ? plan::Call("lower", {std::move(text)}, origin) : std::move(text);
    };
    Expressions arguments{folded(std::move(value))};
    for (auto& pattern : patterns) arguments.push_back(folded(std::move(pattern)));
    return Operator(fmt::format("{}like{}", negated ? "not" : "", all ? "all" : "any"), std::move(arguments), origin);
  }
  ExpressionPtr together;
  for (auto& pattern : patterns) {
    ExpressionPtr part = Operator(function, {value, std::move(pattern)}, origin);
    if (negated) part = Operator("not", {part}, origin);
    together = together ? Operator(all ? "and" : "or", {together, part}, origin) : part;
  }
  return together;
}

namespace {

struct BinaryOperator {
  std::string_view token;
  int precedence;
  const char* function;
  bool negated = false;
};

const BinaryOperator kBinarySymbols[] = {
    {"*", 7, "*"},   {"/", 7, "/"},   {"%", 7, "%"},     {"+", 6, "+"},        {"-", 6, "-"},        {"||", 6, "||"},
    {"<<", 5, "<<"}, {">>", 5, ">>"}, {">>>", 5, ">>>"}, {"&", 4, "&"},        {"^", 3, "^"},        {"|", 2, "|"},
    {"=", 1, "="},   {"==", 1, "="},  {"<=>", 1, "<=>"}, {"<>", 1, "=", true}, {"!=", 1, "=", true}, {"<", 1, "<"},
    {"<=", 1, "<="}, {"!>", 1, "<="}, {">", 1, ">"},     {">=", 1, ">="},      {"!<", 1, ">="}};

const BinaryOperator kDiv = {"DIV", 7, "div"};

}  // namespace

ExpressionPtr Parser::ValueExpr(int min_precedence) {
  Depth depth(this);
  size_t first = at_;
  ExpressionPtr left = Unary();
  for (size_t chain = 0;; ++chain) {
    if (chain > kMaxChain) throw TooComplex();
    const BinaryOperator* found = nullptr;
    if (Peek().kind == Token::Kind::kSymbol) {
      for (const auto& candidate : kBinarySymbols) {
        if (candidate.token == Peek().text) found = &candidate;
      }
    } else if (AtWord("DIV") && !AtStop(1) && !AtWord("FROM", 1)) {
      found = &kDiv;
    }
    if (found == nullptr || found->precedence < min_precedence) return left;
    Next();
    ExpressionPtr right = ValueExpr(found->precedence + 1);
    if (found->token == "||") {
      left = plan::Call("concat", {std::move(left), std::move(right)}, Where(first));
    } else {
      left = Operator(found->function, {std::move(left), std::move(right)}, Where(first));
      if (found->negated) left = Operator("not", {std::move(left)}, Where(first));
    }
  }
}

ExpressionPtr Parser::Unary() {
  size_t first = at_;
  if (AtSymbol("-") && Peek(1).IsNumber()) return Primary();  // The literal -1, not minus of 1.
  const char* function = AtSymbol("-") ? "negative" : AtSymbol("+") ? "positive" : AtSymbol("~") ? "~" : nullptr;
  if (function == nullptr) return Primary();
  Depth depth(this);
  Next();
  ExpressionPtr operand = Unary();
  return Operator(function, {std::move(operand)}, Where(first));
}

// ---- lists, names of columns, sorting

Expressions Parser::Exprs() {
  Expressions list;
  do {
    list.push_back(Expr());
  } while (AcceptSymbol(","));
  return list;
}

bool Parser::AtColumnAlias() const {
  if (!AtIdentifier()) return false;
  if (Peek().kind != Token::Kind::kWord) return true;
  // A word that begins the next clause is a name only where nothing but an end can follow.
  bool ends = AtStop(1) || (AtWord("FROM", 1) && !AtWord("FROM"));
  if (AtAnyWord({"GROUP", "ORDER", "CLUSTER", "DISTRIBUTE", "SORT"})) return !AtWord("BY", 1);
  if (AtWord("WINDOW")) return !(AtIdentifier(1) && AtWord("AS", 2));
  if (AtWord("LATERAL")) return !AtWord("VIEW", 1);
  if (AtWord("WITH")) return !AtAnyWord({"ROLLUP", "CUBE"}, 1);
  if (AtAnyWord({"FROM", "WHERE", "HAVING", "LIMIT", "OFFSET", "UNION", "EXCEPT", "MINUS", "SETMINUS", "INTERSECT", "QUALIFY",
                 "FOR", "INTO", "USING", "GROUPING", "AS"})) {
    return ends;
  }
  return true;
}

ExpressionPtr Parser::NamedExpr() {
  size_t first = at_;
  ExpressionPtr expression = Expr();
  bool as = AtWord("AS") && !AtStop(1);
  if (as) Next();
  plan::Alias alias;
  if (AtSymbol("(") && as) {
    alias.names = IdentifierList();
  } else if (as || AtColumnAlias()) {
    alias.names = {CapturingIdentifier()};
  } else if (AtSymbol("(") && AtIdentifier(1) && (AtSymbol(",", 2) || AtSymbol(")", 2))) {
    alias.names = IdentifierList();
  } else {
    return expression;
  }
  alias.child = std::move(expression);
  return plan::Make(std::move(alias), Where(first));
}

Expressions Parser::NamedExprs() {
  Expressions list;
  do {
    list.push_back(NamedExpr());
  } while (AcceptSymbol(","));
  return list;
}

plan::SortOrder Parser::SortItem() {
  plan::SortOrder order;
  order.child = Expr();
  if (AcceptWord("DESC")) {
    order.ascending = false;
  } else {
    AcceptWord("ASC");
  }
  if (AtWord("NULLS") && AtAnyWord({"FIRST", "LAST"}, 1)) {
    Next();
    order.nulls_first = Next().upper == "FIRST";
  }
  return order;
}

std::vector<plan::SortOrder> Parser::SortItems() {
  std::vector<plan::SortOrder> list;
  do {
    list.push_back(SortItem());
  } while (AcceptSymbol(","));
  return list;
}

// ---- windows

plan::Window Parser::WindowSpec() {
  plan::Window window;
  if (!AtSymbol("(")) {
    window.named_window = CapturingIdentifier();
    return window;
  }
  Next();
  if (AtIdentifier() && AtSymbol(")", 1)) {
    window.named_window = CapturingIdentifier();
    Next();
    return window;
  }
  if (AcceptWords({"CLUSTER", "BY"})) {
    window.partition_by = Exprs();
    for (const auto& expression : window.partition_by) window.order_by.push_back({expression, true, std::nullopt});
  } else {
    if (AcceptWords({"PARTITION", "BY"}) || AcceptWords({"DISTRIBUTE", "BY"})) window.partition_by = Exprs();
    if (AcceptWords({"ORDER", "BY"}) || AcceptWords({"SORT", "BY"})) window.order_by = SortItems();
  }
  if (AtAnyWord({"ROWS", "RANGE"})) {
    plan::WindowFrame frame;
    frame.unit = Next().upper == "ROWS" ? plan::WindowFrame::Unit::kRows : plan::WindowFrame::Unit::kRange;
    if (AcceptWord("BETWEEN")) {
      frame.lower = FrameBound("AND");
      ExpectWord("AND");
      frame.upper = FrameBound(")");
    } else {
      frame.lower = FrameBound(")");
    }
    window.frame = std::move(frame);
  }
  ExpectSymbol(")");
  return window;
}

plan::Window Parser::OverWindow() {
  size_t open = at_, furthest = furthest_;
  std::string hint = furthest_hint_;
  try {
    return WindowSpec();
  } catch (const SyntaxFailure& failure) {
    if (tokens_[open].text != "(") throw;
    // `x over (a, b)` may also be a name with a list of names. Where the text cannot be told from one before it goes wrong,
    // Spark has taken OVER for a name.
    at_ = open + 1;
    while (AtIdentifier() && AtSymbol(",", 1)) at_ += 2;
    if (AtIdentifier()) ++at_;
    if (failure.token > at_) throw;
    furthest_ = furthest;
    furthest_hint_ = hint;
    at_ = open;
    Fail(Peek(1).kind == Token::Kind::kEnd ? ": extra input '('" : "");
  }
}

plan::WindowFrame::Bound Parser::FrameBound(std::string_view next) {
  using Kind = plan::WindowFrame::BoundKind;
  plan::WindowFrame::Bound bound;
  if (AcceptWords({"CURRENT", "ROW"})) return bound;
  if (AtWord("UNBOUNDED") && AtAnyWord({"PRECEDING", "FOLLOWING"}, 1)) {
    Next();
    bound.kind = Next().upper == "PRECEDING" ? Kind::kUnboundedPreceding : Kind::kUnboundedFollowing;
    return bound;
  }
  size_t first = at_;
  bound.kind = Kind::kValue;
  bound.value = Expr();
  if (!AtAnyWord({"PRECEDING", "FOLLOWING"})) {
    Fail(AtWord(next) || AtSymbol(next) ? ": missing {'FOLLOWING', 'PRECEDING'}" : "");
  }
  if (Next().upper == "FOLLOWING") return bound;
  const auto* literal = plan::As<plan::Literal>(bound.value);
  const int64_t* number = literal ? std::get_if<int64_t>(&literal->value.data) : nullptr;
  if (number != nullptr && *number != INT64_MIN) {
    bound.value = plan::Make(plan::Literal{plan::Value(-*number), literal->type}, bound.value->origin);
  } else {
    bound.value = Operator("negative", {bound.value}, Where(first));
  }
  return bound;
}

}  // namespace headrace::sql
