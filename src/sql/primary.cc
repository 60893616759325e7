#include <fmt/format.h>

#include "base/error.h"
#include "sql/parser_internal.h"

namespace headrace::sql {

using plan::ExpressionPtr;
using plan::Expressions;

namespace {

const std::string_view kTypedLiterals[] = {"DATE", "TIME", "TIMESTAMP", "TIMESTAMP_LTZ", "TIMESTAMP_NTZ", "INTERVAL", "X"};

const std::string_view kDatetimeUnits[] = {"YEAR", "QUARTER", "MONTH",  "WEEK",        "DAY",        "DAYOFYEAR",
                                           "HOUR", "MINUTE",  "SECOND", "MILLISECOND", "MICROSECOND"};

template <size_t N>
bool OneOf(const std::string_view (&table)[N], std::string_view word) {
  for (std::string_view entry : table) {
    if (entry == word) return true;
  }
  return false;
}

}  // namespace

ExpressionPtr Parser::Primary() {
  Depth depth(this);
  size_t first = at_;
  return Postfix(PrimaryBase(), first);
}

ExpressionPtr Parser::Postfix(ExpressionPtr base, size_t first) {
  for (int chain = 0;; ++chain) {
    if (chain > 900) {
      throw Error(ErrorKind::kParse, "FAILED_TO_PARSE_TOO_COMPLEX",
                  "The statement, including potential SQL functions and referenced views, was too complex to parse.\nTo "
                  "mitigate this error divide the statement into multiple, less complex chunks.");
    }
    if (AcceptSymbol("[")) {
      ExpressionPtr index = ValueExpr();
      ExpectSymbol("]");
      base = plan::Make(plan::ExtractValue{std::move(base), std::move(index)}, Where(first));
    } else if (AcceptSymbol("::")) {
      plan::DataType type = Type();
      base = plan::Make(plan::Cast{std::move(base), std::move(type), std::nullopt}, Where(first));
    } else if (AtSymbol(".") && AtIdentifier(1)) {
      Next();
      std::string field = Identifier();
      if (const auto* attribute = plan::As<plan::UnresolvedAttribute>(base)) {
        plan::UnresolvedAttribute longer = *attribute;
        longer.name.push_back(std::move(field));
        base = plan::Make(std::move(longer), Where(first));
      } else if (const auto* variable = plan::As<plan::LambdaVariable>(base)) {
        plan::LambdaVariable longer = *variable;
        longer.name.push_back(std::move(field));
        base = plan::Make(std::move(longer), Where(first));
      } else {
        base = plan::Make(plan::ExtractValue{std::move(base), plan::StringLiteral(std::move(field))}, Where(first));
      }
    } else if (AtWord("COLLATE") && AtIdentifier(1)) {
      Next();
      plan::NameParts collation = MultipartIdentifier();
      base = plan::Call("collate", {std::move(base), plan::StringLiteral(collation.back())}, Where(first));
    } else if (AtSymbol(":") && (AtIdentifier(1) || AtSymbol("[", 1)) && plan::As<plan::Literal>(base) == nullptr) {
      ThrowUnsupported("the path operator ':' on VARIANT and JSON columns");
    } else {
      return base;
    }
  }
}

ExpressionPtr Parser::PrimaryBase() {
  size_t first = at_;
  if (AtSymbol("-") && Peek(1).IsNumber()) {
    Next();
    return Number(true, first);
  }
  const Token& token = Peek();
  if (token.IsNumber()) return Number(false, first);
  if (AtString()) {
    std::string text = StringText();
    return plan::StringLiteral(std::move(text), Where(first));
  }
  if (AtSymbol("(")) return ParenthesizedExpr();
  if (AcceptSymbol("*")) {
    plan::Star star;
    star.except = StarExcept();
    return plan::Make(std::move(star), Where(first));
  }
  if (auto parameter = Parameter()) return *parameter;
  if (token.kind == Token::Kind::kWord) {
    if (AtString(1)) {
      // DATE '...', X'1F' and the like; a string behind any other word is no alias but an unknown type.
      if (token.upper == "INTERVAL" && AtInterval()) return Interval();
      if (OneOf(kTypedLiterals, token.upper) || !AtAnyWord({"CASE", "NOT", "DISTINCT", "ALL"})) {
        std::string type(Next().upper);
        return TypedLiteral(type, first);
      }
    }
    if (AtInterval()) return Interval();
    if (AtWord("NULL") && !AtSymbol(".", 1) && !AtSymbol("(", 1)) {
      Next();
      return plan::Make(plan::Literal{plan::Value(), plan::TypeId::kNull}, Where(first));
    }
    if (AtAnyWord({"TRUE", "FALSE"}) && !AtSymbol(".", 1) && !AtSymbol("(", 1)) {
      bool truth = Next().upper == "TRUE";
      return plan::BoolLiteral(truth, Where(first));
    }
    if (AtWord("CASE") && !AtStop(1) && !AtWord("FROM", 1) && !AtSymbol(".", 1)) return Case();
    if (AtIdentifier() && AtSymbol("->", 1)) {
      std::string argument = Identifier();
      return Lambda({std::move(argument)}, first);
    }
    if (ExpressionPtr special = SpecialCall()) return special;
  }
  return NameOrCall();
}

ExpressionPtr Parser::ParenthesizedExpr() {
  size_t first = at_;
  // (x, y) -> ...
  size_t ahead = 1;
  while (AtIdentifier(ahead) && AtSymbol(",", ahead + 1)) ahead += 2;
  if (ahead > 1 && AtIdentifier(ahead) && AtSymbol(")", ahead + 1) && AtSymbol("->", ahead + 2)) {
    std::vector<std::string> arguments = IdentifierList();
    return Lambda(std::move(arguments), first);
  }
  plan::RelationPtr query;
  if (ParenthesizedQuery(&query)) {
    plan::Subquery subquery;
    subquery.plan = std::move(query);
    return plan::Make(std::move(subquery), Where(first));
  }
  ExpectSymbol("(");
  ExpressionPtr inner = NamedExpr();
  if (AtSymbol(",")) {
    Expressions parts{std::move(inner)};
    while (AcceptSymbol(",")) parts.push_back(NamedExpr());
    ExpectSymbol(")");
    // Marked as written without a function, so that (a, b) IN (SELECT ...) knows it.
    return plan::Operator("struct", std::move(parts), Where(first));
  }
  if (plan::As<plan::Alias>(inner)) Fail();
  ExpectSymbol(")");
  return inner;
}

ExpressionPtr Parser::Lambda(std::vector<std::string> arguments, size_t first) {
  ExpectSymbol("->");
  size_t outer = lambda_arguments_.size();
  lambda_arguments_.insert(lambda_arguments_.end(), arguments.begin(), arguments.end());
  plan::LambdaFunction lambda;
  lambda.body = Expr();
  lambda_arguments_.resize(outer);
  lambda.arguments = std::move(arguments);
  return plan::Make(std::move(lambda), Where(first));
}

ExpressionPtr Parser::Case() {
  size_t first = at_;
  ExpectWord("CASE");
  ExpressionPtr value;
  size_t value_first = at_;
  if (!AtWord("WHEN")) value = Expr();
  Expressions arguments;
  while (AcceptWord("WHEN")) {
    ExpressionPtr condition = Expr();
    if (value) condition = plan::Operator("=", {value, std::move(condition)}, Where(value_first));
    arguments.push_back(std::move(condition));
    ExpectWord("THEN");
    arguments.push_back(Expr());
  }
  if (arguments.empty()) Fail();
  if (AcceptWord("ELSE")) arguments.push_back(Expr());
  ExpectWord("END");
  return plan::Operator("when", std::move(arguments), Where(first));
}

ExpressionPtr Parser::SpecialCall() {
  size_t first = at_;
  if (!AtSymbol("(", 1)) return nullptr;
  if (AtAnyWord({"CAST", "TRY_CAST"})) {
    plan::Cast cast;
    if (Next().upper == "TRY_CAST") cast.mode = plan::EvalMode::kTry;
    Next();
    cast.child = Expr();
    ExpectWord("AS");
    cast.type = Type();
    ExpectSymbol(")");
    return plan::Make(std::move(cast), Where(first));
  }
  if (AtWord("STRUCT")) {
    Next();
    Next();
    Expressions fields;
    if (!AtSymbol(")")) fields = NamedExprs();
    ExpectSymbol(")");
    return plan::Call("struct", std::move(fields), Where(first));
  }
  if (AtWord("EXTRACT") && Peek(2).kind == Token::Kind::kWord && AtWord("FROM", 3)) {
    Next();
    Next();
    std::string field(Next().text);
    Next();
    ExpressionPtr source = ValueExpr();
    ExpectSymbol(")");
    return plan::Call("extract", {plan::StringLiteral(std::move(field)), std::move(source)}, Where(first));
  }
  if (AtAnyWord({"DATEADD", "DATE_ADD", "TIMESTAMPADD", "DATEDIFF", "DATE_DIFF", "TIMEDIFF", "TIMESTAMPDIFF"}) &&
      (OneOf(kDatetimeUnits, Peek(2).upper) || AtString(2)) && AtSymbol(",", 3)) {
    std::string name(Next().upper);
    bool add = name == "DATEADD" || name == "DATE_ADD" || name == "TIMESTAMPADD";
    Next();
    if (AtString()) {
      // Only the call with three arguments takes a unit: date_add('2020-01-01', 1) is an ordinary one.
      std::string value(Next().text);
      bool unit_call = Attempt([&] {
        ExpectSymbol(",");
        ValueExpr();
        ExpectSymbol(",");
      });
      if (!unit_call) {
        at_ = first;
        return nullptr;
      }
      for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      throw At(first, "INVALID_PARAMETER_VALUE.DATETIME_UNIT",
               fmt::format("The value of parameter(s) `unit` in `{}` is invalid: expects one of the units without quotes YEAR, "
                           "QUARTER, MONTH, WEEK, DAY, DAYOFYEAR, HOUR, MINUTE, SECOND, MILLISECOND, MICROSECOND, but got the "
                           "string literal {}.",
                           name, value),
               {{"functionName", "`" + name + "`"}, {"parameter", "`unit`"}, {"invalidValue", value}});
    }
    std::string unit(Next().text);
    ExpectSymbol(",");
    ExpressionPtr a = ValueExpr();
    if (!AcceptSymbol(",")) {
      at_ = first;  // date_add(day, 1): an ordinary call on a column `day`.
      return nullptr;
    }
    ExpressionPtr b = ValueExpr();
    ExpectSymbol(")");
    return plan::Call(add ? "timestampadd" : "timestampdiff", {plan::StringLiteral(std::move(unit)), std::move(a), std::move(b)},
                      Where(first));
  }
  if (AtAnyWord({"POSITION", "SUBSTR", "SUBSTRING", "TRIM", "OVERLAY"})) {
    ExpressionPtr result;
    size_t start = at_;
    bool taken = Attempt([&] {
      std::string name(Next().upper);
      Next();
      if (name == "TRIM") {
        std::string side = AtAnyWord({"BOTH", "LEADING", "TRAILING"}) && !AtStop(1) ? std::string(Next().upper) : "BOTH";
        Expressions arguments;
        if (!AtWord("FROM")) arguments.push_back(ValueExpr());
        ExpectWord("FROM");
        arguments.push_back(ValueExpr());
        ExpectSymbol(")");
        result = plan::Call(side == "BOTH" ? "trim" : side == "LEADING" ? "ltrim" : "rtrim", std::move(arguments), Where(first));
        return;
      }
      ExpressionPtr text = ValueExpr();
      if (name == "POSITION") {
        ExpectWord("IN");
        ExpressionPtr whole = ValueExpr();
        ExpectSymbol(")");
        result = plan::Call("locate", {std::move(text), std::move(whole), plan::IntLiteral(1)}, Where(first));
        return;
      }
      Expressions arguments{std::move(text)};
      if (name == "OVERLAY") {
        ExpectWord("PLACING");
        arguments.push_back(ValueExpr());
      }
      ExpectWord("FROM");
      arguments.push_back(ValueExpr());
      if (AcceptWord("FOR")) arguments.push_back(ValueExpr());
      ExpectSymbol(")");
      result = plan::Call(name == "OVERLAY" ? "overlay" : "substring", std::move(arguments), Where(first));
    });
    if (taken) return result;
    at_ = start;
    return nullptr;
  }
  if (AtAnyWord({"FIRST", "LAST", "ANY_VALUE"})) {
    ExpressionPtr result;
    bool taken = Attempt([&] {
      plan::FunctionCall call;
      call.name = {std::string(Next().text)};
      Next();
      call.arguments = {Expr()};
      ExpectWord("IGNORE");
      ExpectWord("NULLS");
      ExpectSymbol(")");
      call.ignore_nulls = true;
      result = plan::Make(std::move(call), Where(first));
    });
    return taken ? result : nullptr;
  }
  return nullptr;
}

std::vector<plan::NameParts> Parser::StarExcept() {
  if (!AtWord("EXCEPT") || !AtSymbol("(", 1)) return {};
  // `SELECT * EXCEPT (SELECT ...)` is the set operation.
  if (AtQuery(2)) return {};
  Next();
  Next();
  std::vector<plan::NameParts> names = MultipartIdentifiers();
  ExpectSymbol(")");
  return names;
}

ExpressionPtr Parser::NameOrCall() {
  size_t first = at_;
  if (AtWord("IDENTIFIER") && AtSymbol("(", 1)) {
    Next();
    Next();
    size_t start = at_;
    ExpressionPtr name = Expr();
    plan::NameParts parts = SplitName(FoldConstantString(name, start, "IDENTIFIER"));
    ExpectSymbol(")");
    if (AtSymbol("(")) return Call(std::move(parts), first);
    return plan::Attribute(std::move(parts), Where(first));
  }
  if (!AtIdentifier()) Fail();
  bool quoted = Peek().kind != Token::Kind::kWord;
  std::string name = Identifier();
  if (AtSymbol("(")) return Call({std::move(name)}, first);
  // A longer name is needed at once for a call or a star; else Postfix goes on part by part.
  size_t ahead = 0;
  while (AtSymbol(".", ahead) && AtIdentifier(ahead + 1)) ahead += 2;
  bool star = AtSymbol(".", ahead) && AtSymbol("*", ahead + 1);
  if (star || (ahead > 0 && AtSymbol("(", ahead))) {
    plan::NameParts parts{std::move(name)};
    for (size_t taken = 0; taken < ahead; taken += 2) {
      Next();
      parts.push_back(Identifier());
    }
    if (!star) return Call(std::move(parts), first);
    Next();
    Next();
    plan::Star all;
    all.target = std::move(parts);
    all.except = StarExcept();
    return plan::Make(std::move(all), Where(first));
  }
  for (const auto& argument : lambda_arguments_) {
    if (EqualsIgnoreCase(argument, name)) return plan::Make(plan::LambdaVariable{{std::move(name)}}, Where(first));
  }
  if (quoted && options_.quoted_regex_columns) return plan::Make(plan::ColumnRegex{std::move(name), -1}, Where(first));
  return plan::Attribute({std::move(name)}, Where(first));
}

ExpressionPtr Parser::Argument() {
  size_t first = at_;
  if (AtIdentifier() && AtSymbol("=>", 1)) {
    std::string name = Identifier();
    Next();
    ExpressionPtr value = AtWord("TABLE") ? TableArgument() : Expr();
    return plan::Make(plan::NamedArgument{std::move(name), std::move(value)}, Where(first));
  }
  return Expr();
}

ExpressionPtr Parser::Call(plan::NameParts name, size_t first) {
  plan::FunctionCall call;
  call.name = std::move(name);
  ExpectSymbol("(");
  bool quantified = AtAnyWord({"DISTINCT", "ALL"}) && !AtStop(1) && !AtSymbol(".", 1);
  if (quantified) call.distinct = Next().upper == "DISTINCT";
  if (!AtSymbol(")")) {
    do {
      call.arguments.push_back(Argument());
    } while (AcceptSymbol(","));
  }
  ExpectSymbol(")");
  if (AcceptWords({"WITHIN", "GROUP"})) {
    ExpectSymbol("(");
    ExpectWord("ORDER");
    ExpectWord("BY");
    call.within_group = SortItems();
    ExpectSymbol(")");
  }
  if (AtWord("FILTER") && AtSymbol("(", 1) && AtWord("WHERE", 2)) {
    Next();
    Next();
    Next();
    call.filter = Expr();
    ExpectSymbol(")");
  }
  if (AtAnyWord({"IGNORE", "RESPECT"}) && AtWord("NULLS", 1)) {
    call.ignore_nulls = Next().upper == "IGNORE";
    Next();
  }
  // count(*) counts rows: count(1).
  if (call.name.size() == 1 && EqualsIgnoreCase(call.name[0], "count") && !call.distinct && call.arguments.size() == 1) {
    const auto* star = plan::As<plan::Star>(call.arguments[0]);
    if (star != nullptr && star->target.empty() && star->except.empty())
      call.arguments[0] = plan::IntLiteral(1, call.arguments[0]->origin);
  }
  size_t end = at_;
  if (!AtWord("OVER") || !(AtSymbol("(", 1) || AtIdentifier(1)) || AtWord("FROM", 1)) {
    return plan::Make(std::move(call), Where(first));
  }
  Next();
  plan::Window window = OverWindow();
  plan::Origin origin = Where(first);
  window.function = plan::Make(std::move(call), origin);
  auto node = std::make_shared<plan::Expression>(plan::Expression{std::move(window), origin});
  auto& made = std::get<plan::Window>(node->node);
  if (!made.named_window.empty()) open_windows_.push_back({&made, end});
  return node;
}

}  // namespace headrace::sql
