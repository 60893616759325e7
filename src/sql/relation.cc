#include <fmt/format.h>

#include <cmath>

#include "base/error.h"
#include "sql/parser_internal.h"

namespace headrace::sql {

using plan::ExpressionPtr;
using plan::Expressions;
using plan::MakeRelation;
using plan::RelationPtr;

RelationPtr Parser::From() {
  size_t first = at_;
  ExpectWord("FROM");
  bool lateral = false;
  RelationPtr left = RelationWithJoins(&lateral);
  while (AcceptSymbol(",")) {
    plan::Join join;
    join.right = RelationWithJoins(&join.lateral);
    join.left = std::move(left);
    left = MakeRelation(std::move(join), Where(first));
  }
  while (AtWords({"LATERAL", "VIEW"})) left = LateralView(std::move(left));
  if (AtWord("PIVOT") && AtSymbol("(", 1)) left = Pivot(std::move(left));
  if (AtWord("UNPIVOT") && !AtStop(1)) left = Unpivot(std::move(left));
  return left;
}

RelationPtr Parser::RelationWithJoins(bool* lateral) {
  Depth depth(this);
  size_t first = at_;
  if (AtWord("LATERAL")) {
    Next();
    *lateral = true;
  }
  RelationPtr left = RelationPrimary();
  for (int chain = 0; chain < 2000; ++chain) {
    if (AtJoin()) {
      left = Join(std::move(left), first);
    } else if (AtWord("PIVOT") && AtSymbol("(", 1)) {
      left = Pivot(std::move(left));
    } else if (AtWord("UNPIVOT") && (AtSymbol("(", 1) || AtAnyWord({"INCLUDE", "EXCLUDE"}, 1))) {
      left = Unpivot(std::move(left));
    } else {
      return left;
    }
  }
  ThrowUnsupported("more than 2,000 joins in one query");
}

bool Parser::AtJoin() const {
  // None of them is a name behind a relation.
  return AtAnyWord({"NATURAL", "JOIN", "INNER", "CROSS", "SEMI", "ANTI", "LEFT", "RIGHT", "FULL"});
}

RelationPtr Parser::Join(RelationPtr left, size_t first) {
  using plan::JoinType;
  const size_t start = at_;
  plan::Join join;
  join.left = std::move(left);
  join.natural = AcceptWord("NATURAL");
  if (AcceptWord("CROSS")) {
    join.type = JoinType::kCross;
  } else if (AcceptWord("RIGHT")) {
    join.type = JoinType::kRight;
    AcceptWord("OUTER");
  } else if (AcceptWord("FULL")) {
    join.type = JoinType::kFull;
    AcceptWord("OUTER");
  } else {
    bool left_side = AcceptWord("LEFT");
    if (AcceptWord("SEMI")) {
      join.type = JoinType::kLeftSemi;
    } else if (AcceptWord("ANTI")) {
      join.type = JoinType::kLeftAnti;
    } else if (left_side) {
      join.type = JoinType::kLeft;
      AcceptWord("OUTER");
    } else {
      AcceptWord("INNER");
    }
  }
  if (!AtWord("JOIN")) Fail(AtWord("JOIN", 1) ? fmt::format(": extra input '{}'", Peek().text) : "");
  Next();
  join.lateral = AtWord("LATERAL") && !AtWord("VIEW", 1) && AcceptWord("LATERAL");
  join.right = RelationPrimary();
  if (join.lateral && (join.type == JoinType::kRight || join.type == JoinType::kFull || join.type == JoinType::kLeftSemi ||
                       join.type == JoinType::kLeftAnti)) {
    static const char* kNames[] = {"INNER", "LEFT OUTER", "RIGHT OUTER", "FULL OUTER", "LEFT SEMI", "LEFT ANTI", "CROSS"};
    const char* name = kNames[static_cast<int>(join.type)];
    throw At(first, "INVALID_LATERAL_JOIN_TYPE",
             fmt::format("The {} JOIN with LATERAL correlation is not allowed because an OUTER subquery cannot correlate to its "
                         "join partner. Remove the LATERAL correlation or use an INNER JOIN, or LEFT OUTER JOIN instead.",
                         name),
             {{"joinType", name}})
        .WithSqlState("42613");
  }
  if (join.lateral && join.natural) {
    throw At(start, "INCOMPATIBLE_JOIN_TYPES", "The join types LATERAL and NATURAL are incompatible.",
             {{"joinType1", "LATERAL"}, {"joinType2", "NATURAL"}})
        .WithSqlState("42613");
  }
  if (join.lateral && AtWord("USING") && AtSymbol("(", 1)) {
    Next();
    IdentifierList();
    throw At(start, "UNSUPPORTED_FEATURE.LATERAL_JOIN_USING",
             "The feature is not supported: JOIN USING with LATERAL correlation.")
        .WithSqlState("0A000");
  }
  if (!join.natural && AcceptWord("ON")) {
    join.condition = Expr();
  } else if (!join.natural && AtWord("USING") && AtSymbol("(", 1)) {
    Next();
    join.using_columns = IdentifierList();
  } else if (AtAnyWord({"APPROX", "EXACT"}) && AtWord("NEAREST", 1)) {
    ThrowUnsupported("NEAREST BY joins");
  }
  return MakeRelation(std::move(join), Where(first));
}

// ---- primaries

bool Parser::AtFunctionCallInFrom() const {
  if (!AtIdentifier()) return false;
  size_t ahead = 1;
  while (AtSymbol(".", ahead) && AtIdentifier(ahead + 1)) ahead += 2;
  return AtSymbol("(", ahead);
}

RelationPtr Parser::RelationPrimary() {
  size_t first = at_;
  if (AtSymbol("(")) {
    RelationPtr inner;
    if (!ParenthesizedQuery(&inner)) {
      ExpectSymbol("(");
      bool lateral = false;
      inner = RelationWithJoins(&lateral);
      ExpectSymbol(")");
    }
    if (AtWord("TABLESAMPLE") && (AtSymbol("(", 1) || AtSymbol("(", 2))) inner = Sample(std::move(inner));
    return TableAlias(std::move(inner), first);
  }
  if (AtWord("VALUES") && !AtStop(1) && !AtWord("AS", 1)) return InlineValues();
  if (AtWord("STREAM") && (AtIdentifier(1) || AtSymbol("(", 1)) && !AtTableAlias()) ThrowUnsupported("STREAM relations in SQL");
  bool identifier_clause = AtWord("IDENTIFIER") && AtSymbol("(", 1);
  if (identifier_clause) {
    // IDENTIFIER('range')(10): a call only when arguments follow.
    size_t ahead = 2;
    for (int level = 1; level > 0 && Peek(ahead).kind != Token::Kind::kEnd; ++ahead) {
      level += AtSymbol("(", ahead) ? 1 : AtSymbol(")", ahead) ? -1 : 0;
    }
    identifier_clause = AtSymbol("(", ahead);
  }
  if (identifier_clause || (AtFunctionCallInFrom() && !AtWord("IDENTIFIER"))) {
    plan::TableFunction function;
    function.name = IdentifierReference();
    ExpectSymbol("(");
    if (!AtSymbol(")")) {
      do {
        function.arguments.push_back(AtWord("TABLE") && (AtSymbol("(", 1) || AtIdentifier(1)) ? TableArgument() : Argument());
      } while (AcceptSymbol(","));
    }
    ExpectSymbol(")");
    return TableAlias(MakeRelation(std::move(function), Where(first)), first);
  }
  RelationPtr table = ReadTable();
  if (AtWord("TABLESAMPLE") && (AtSymbol("(", 1) || AtSymbol("(", 2))) table = Sample(std::move(table));
  return TableAlias(std::move(table), first);
}

RelationPtr Parser::ReadTable() {
  size_t first = at_;
  plan::ReadTable read;
  read.name = IdentifierReference();
  // Delta's short form: table@v3 and table@20240131000000000.
  std::string_view last = read.name.back();
  size_t at = last.rfind('@');
  if (AtSymbol("@") && (Peek(1).kind == Token::Kind::kWord || Peek(1).kind == Token::Kind::kInteger)) {
    Next();
    std::string version(Next().text);
    if ((version[0] == 'v' || version[0] == 'V') && version.find_first_not_of("0123456789", 1) == std::string::npos &&
        version.size() > 1) {
      read.time_travel.version = std::stoll(version.substr(1));
    } else if (version.size() == 17 && version.find_first_not_of("0123456789") == std::string::npos) {
      std::string text = fmt::format("{}-{}-{} {}:{}:{}.{}", version.substr(0, 4), version.substr(4, 2), version.substr(6, 2),
                                     version.substr(8, 2), version.substr(10, 2), version.substr(12, 2), version.substr(14, 3));
      read.time_travel.timestamp = plan::StringLiteral(text, Where(first));
    } else {
      Fail();
    }
  } else if (at != std::string::npos && at + 2 < last.size() && last[at + 1] == 'v' &&
             last.find_first_not_of("0123456789", at + 2) == std::string::npos) {
    read.time_travel.version = std::stoll(std::string(last.substr(at + 2)));
    read.name.back() = std::string(last.substr(0, at));
  }
  size_t ahead = AtWord("FOR") ? 1 : 0;
  if (AtAnyWord({"VERSION", "TIMESTAMP", "SYSTEM_VERSION", "SYSTEM_TIME"}, ahead) && AtWords({"AS", "OF"}, ahead + 1)) {
    read.time_travel = TimeTravelClause();
  }
  if (AtWord("CHANGES") && AtWord("FROM", 1)) ThrowUnsupported("CHANGES FROM (use table_changes or the readChangeFeed option)");
  if (AtWord("WITH") && AtSymbol("(", 1)) {
    Next();
    read.options = Properties();
  }
  return MakeRelation(std::move(read), Where(first));
}

plan::TimeTravel Parser::TimeTravelClause() {
  plan::TimeTravel travel;
  AcceptWord("FOR");
  bool version = AtAnyWord({"VERSION", "SYSTEM_VERSION"});
  Next();
  ExpectWord("AS");
  ExpectWord("OF");
  if (!version) {
    travel.timestamp = ValueExpr();
    return travel;
  }
  if (AtString()) {
    std::string text = StringText();
    if (text.empty() || text.size() > 18 || text.find_first_not_of("0123456789") != std::string::npos) {
      ThrowUnsupported(fmt::format("the named version '{}'", text));
    }
    travel.version = std::stoll(text);
  } else {
    travel.version = IntegerValue();
  }
  return travel;
}

bool Parser::AtTableAlias() const {
  if (!AtStrictIdentifier()) return false;
  if (Peek().kind != Token::Kind::kWord) return true;
  bool ends = AtStop(1);
  if (AtAnyWord({"GROUP", "ORDER", "CLUSTER", "DISTRIBUTE", "SORT"})) return !AtWord("BY", 1);
  if (AtWord("BY")) return !AtWord("NAME", 1);
  if (AtWord("WINDOW")) return !(AtIdentifier(1) && AtWord("AS", 2));
  if (AtAnyWord({"PIVOT", "TABLESAMPLE"})) return !AtSymbol("(", 1) && !AtSymbol("(", 2);
  if (AtWord("UNPIVOT")) return !AtSymbol("(", 1) && !AtAnyWord({"INCLUDE", "EXCLUDE"}, 1);
  if (AtAnyWord({"APPROX", "EXACT"})) return !AtWord("NEAREST", 1);
  if (AtWord("IDENTIFIED")) return !AtWord("BY", 1);
  if (AtAnyWord({"WHERE", "HAVING", "LIMIT", "OFFSET", "QUALIFY"})) {
    // `FROM t where GROUP BY x`: what follows can begin a clause only.
    bool clause = (AtAnyWord({"GROUP", "ORDER", "CLUSTER", "DISTRIBUTE", "SORT"}, 1) && AtWord("BY", 2)) ||
                  (AtAnyWord({"INNER", "CROSS", "LEFT", "RIGHT", "FULL", "NATURAL", "SEMI", "ANTI"}, 1) &&
                   AtAnyWord({"OUTER", "INNER", "LEFT", "RIGHT", "FULL", "SEMI", "ANTI", "JOIN"}, 2)) ||
                  (AtWord("LATERAL", 1) && AtWord("VIEW", 2)) ||
                  (AtAnyWord({"UNION", "EXCEPT", "INTERSECT", "MINUS"}, 1) && AtAnyWord({"ALL", "DISTINCT", "SELECT"}, 2));
    return ends || clause;
  }
  if (AtAnyWord({"FOR", "SET", "WHEN", "SELECT", "INSERT", "MAP", "REDUCE", "WITH", "VALUES", "REPLACE", "TABLE", "FROM",
                 "WATERMARK", "AS"})) {
    return ends;
  }
  return true;
}

RelationPtr Parser::TableAlias(RelationPtr input, size_t first) {
  bool as = AtWord("AS") && AtStrictIdentifier(1);
  if (as) Next();
  if (!as && !AtTableAlias()) return input;
  plan::SubqueryAlias alias;
  alias.alias = {StrictIdentifier()};
  if (AtSymbol("(") && AtIdentifier(1)) alias.columns = IdentifierList();
  alias.input = std::move(input);
  return MakeRelation(std::move(alias), Where(first));
}

ExpressionPtr Parser::TableArgument() {
  size_t first = at_;
  ExpectWord("TABLE");
  plan::Subquery argument;
  argument.kind = plan::Subquery::Kind::kTableArgument;
  if (AtSymbol("(")) {
    if (!ParenthesizedQuery(&argument.plan)) {
      Next();
      argument.plan = ReadTable();
      ExpectSymbol(")");
    }
  } else {
    argument.plan = ReadTable();
  }
  if (AtAnyWord({"PARTITION", "DISTRIBUTE"}) || AtWords({"WITH", "SINGLE"}) || AtAnyWord({"ORDER", "SORT"})) {
    ThrowUnsupported("PARTITION BY and ORDER BY of table arguments");
  }
  return plan::Make(std::move(argument), Where(first));
}

// ---- LATERAL VIEW, PIVOT, UNPIVOT, TABLESAMPLE

RelationPtr Parser::LateralView(RelationPtr input) {
  size_t first = at_;
  ExpectWord("LATERAL");
  ExpectWord("VIEW");
  plan::LateralView view;
  view.outer = AtWord("OUTER") && !AtSymbol("(", 1) && AcceptWord("OUTER");
  size_t call_first = at_;
  plan::NameParts name = MultipartIdentifier();
  plan::FunctionCall call;
  call.name = std::move(name);
  ExpectSymbol("(");
  if (!AtSymbol(")")) call.arguments = Exprs();
  ExpectSymbol(")");
  view.generator = plan::Make(std::move(call), Where(call_first));
  // LATERAL VIEW explode(x) AS y names the column only.
  if (AtIdentifier() && !AtWord("AS")) {
    bool clause = AtAnyWord({"WHERE", "HAVING", "LIMIT", "OFFSET", "LATERAL", "UNION", "EXCEPT", "INTERSECT", "MINUS", "PIVOT",
                             "UNPIVOT", "WINDOW", "QUALIFY"}) ||
                  (AtAnyWord({"GROUP", "ORDER", "SORT", "CLUSTER", "DISTRIBUTE"}) && AtWord("BY", 1));
    if (!clause) view.alias = Identifier();
  }
  if (AcceptWord("AS")) {
    do {
      view.columns.push_back(Identifier());
    } while (AcceptSymbol(","));
  } else if (!view.alias.empty() && AtIdentifier() && AtColumnAlias() && !AtAnyWord({"LATERAL", "PIVOT", "UNPIVOT"})) {
    do {
      view.columns.push_back(Identifier());
    } while (AcceptSymbol(","));
  }
  view.input = input ? std::move(input) : MakeRelation(plan::OneRow{}, Where(first));
  return MakeRelation(std::move(view), Where(first));
}

RelationPtr Parser::Pivot(RelationPtr input) {
  size_t first = at_;
  ExpectWord("PIVOT");
  ExpectSymbol("(");
  plan::Aggregate pivot;
  pivot.kind = plan::Aggregate::Kind::kPivot;
  pivot.input = std::move(input);
  pivot.aggregates = NamedExprs();
  ExpectWord("FOR");
  size_t column = at_;
  if (AtSymbol("(")) {
    Expressions columns;
    for (auto& name : IdentifierList()) columns.push_back(plan::Attribute({std::move(name)}, Where(column)));
    pivot.pivot_column = columns.size() == 1 ? columns[0] : plan::Call("struct", std::move(columns), Where(column));
  } else {
    std::string name = CapturingIdentifier();
    pivot.pivot_column = plan::Attribute({std::move(name)}, Where(column));
  }
  ExpectWord("IN");
  ExpectSymbol("(");
  pivot.pivot_values = NamedExprs();
  ExpectSymbol(")");
  ExpectSymbol(")");
  return TableAlias(MakeRelation(std::move(pivot), Where(first)), first);
}

RelationPtr Parser::Unpivot(RelationPtr input) {
  size_t first = at_;
  ExpectWord("UNPIVOT");
  plan::Unpivot unpivot;
  unpivot.input = std::move(input);
  unpivot.include_nulls = false;
  if (AtAnyWord({"INCLUDE", "EXCLUDE"}) && AtWord("NULLS", 1)) {
    unpivot.include_nulls = Next().upper == "INCLUDE";
    Next();
  }
  ExpectSymbol("(");
  bool several = AtSymbol("(");
  if (several) {
    unpivot.value_names = IdentifierList();
  } else {
    unpivot.value_names = {Identifier()};
  }
  ExpectWord("FOR");
  unpivot.variable_name = Identifier();
  ExpectWord("IN");
  ExpectSymbol("(");
  unpivot.values.emplace();
  do {
    Expressions set;
    auto column = [&] {
      size_t start = at_;
      plan::NameParts name = MultipartIdentifier();
      set.push_back(plan::Attribute(std::move(name), Where(start)));
    };
    if (several) {
      ExpectSymbol("(");
      do {
        column();
      } while (AcceptSymbol(","));
      ExpectSymbol(")");
    } else {
      column();
    }
    bool as = AcceptWord("AS");
    std::string alias;
    if (as || AtIdentifier()) alias = CapturingIdentifier();
    unpivot.value_aliases.push_back(std::move(alias));
    unpivot.values->push_back(std::move(set));
  } while (AcceptSymbol(","));
  ExpectSymbol(")");
  ExpectSymbol(")");
  return TableAlias(MakeRelation(std::move(unpivot), Where(first)), first);
}

RelationPtr Parser::Sample(RelationPtr input) {
  size_t first = at_;
  ExpectWord("TABLESAMPLE");
  if (!AtSymbol("(")) {
    if (AtWord("SYSTEM")) ThrowUnsupported("TABLESAMPLE SYSTEM");
    ExpectWord("BERNOULLI");
  }
  ExpectSymbol("(");
  plan::Sample sample;
  std::optional<ExpressionPtr> rows;
  auto invalid = [&](const std::string& message) { return At(first, "_LEGACY_ERROR_TEMP_0064", message, {{"msg", message}}); };
  if (AtSymbol(")")) throw invalid("TABLESAMPLE does not accept empty inputs.");
  if (AcceptWord("BUCKET")) {
    int64_t bucket = IntegerValue();
    ExpectWord("OUT");
    ExpectWord("OF");
    int64_t buckets = IntegerValue();
    if (AtWord("ON")) throw invalid("TABLESAMPLE(BUCKET x OUT OF y ON colname) is not supported");
    sample.upper = static_cast<double>(bucket) / static_cast<double>(buckets);
  } else if ((Peek().IsNumber() && AtWord("PERCENT", 1)) || (AtSymbol("-") && AtWord("PERCENT", 2))) {
    bool negative = AcceptSymbol("-");
    double percent = std::strtod(std::string(Next().text).c_str(), nullptr);
    Next();
    sample.upper = (negative ? -percent : percent) / 100.0;
  } else {
    rows = Expr();
    if (!AcceptWord("ROWS"))
      throw invalid(TextOf(first, at_) + " is not a valid byte length literal, expected syntax: DIGIT+ ('B' | 'K' | 'M' | 'G')");
  }
  if (sample.upper < 0 || sample.upper > 1)
    throw invalid(fmt::format("Sampling fraction ({}) must be on interval [0, 1]", sample.upper));
  ExpectSymbol(")");
  if (AcceptWord("REPEATABLE")) {
    ExpectSymbol("(");
    sample.seed = IntegerValue();
    ExpectSymbol(")");
  }
  if (rows) return MakeRelation(plan::Limit{std::move(input), *rows}, Where(first));
  sample.input = std::move(input);
  return MakeRelation(std::move(sample), Where(first));
}

}  // namespace headrace::sql
