#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "plan/names.h"
#include "sql/parser_internal.h"

namespace headrace::sql {

using plan::ExpressionPtr;
using plan::Expressions;
using plan::MakeRelation;
using plan::RelationPtr;

bool Parser::AtQuery(size_t ahead) const {
  if (AtSymbol("(", ahead)) {
    while (AtSymbol("(", ahead)) ++ahead;
    return AtQuery(ahead);
  }
  if (AtStop(ahead + 1) || AtSymbol(".", ahead + 1)) return false;
  if (AtWord("SELECT", ahead)) return !AtSymbol("=", ahead + 1);
  if (AtWord("VALUES", ahead)) return AtSymbol("(", ahead + 1) || Peek(ahead + 1).kind != Token::Kind::kSymbol;
  if (AtWord("WITH", ahead)) return AtIdentifier(ahead + 1);
  if (AtWord("TABLE", ahead)) return AtIdentifier(ahead + 1);
  if (AtWord("FROM", ahead)) return AtIdentifier(ahead + 1) || AtSymbol("(", ahead + 1);
  return false;
}

bool Parser::ParenthesizedQuery(RelationPtr* out) {
  if (!AtSymbol("(") || !AtQuery() || not_a_query_.count(at_) != 0) return false;
  auto read = [&] {
    ExpectSymbol("(");
    *out = Query();
    ExpectSymbol(")");
  };
  if (!AtSymbol("(", 1)) {
    read();
    return true;
  }
  size_t start = at_;
  if (Attempt(read)) return true;
  not_a_query_.insert(start);
  return false;
}

std::optional<Parser::Ctes> Parser::MaybeCtes() {
  if (!AtWord("WITH") || !AtIdentifier(1)) return std::nullopt;
  Ctes ctes;
  ctes.first = at_;
  Next();
  if (AtWord("RECURSIVE") && AtIdentifier(1) && !AtWord("AS", 1)) {
    Next();
    ctes.recursive = true;
  }
  do {
    size_t first = at_;
    plan::With::Definition definition;
    definition.name = CapturingIdentifier();
    if (AtSymbol("(") && !AtQuery(1)) definition.columns = IdentifierList();
    if (AcceptWords({"MAX", "RECURSION", "LEVEL"})) {
      definition.max_recursion = IntegerValue();
      const std::string why = "Cannot specify MAX RECURSION LEVEL when the CTE is not marked as RECURSIVE";
      if (!ctes.recursive) {
        throw At(ctes.first, "_LEGACY_ERROR_TEMP_0035", "Operation not allowed: " + why + ".", {{"message", why}});
      }
    }
    AcceptWord("AS");
    ExpectSymbol("(");
    definition.plan = Query();
    ExpectSymbol(")");
    for (const auto& other : ctes.definitions) {
      if (!EqualsIgnoreCase(other.name, definition.name)) continue;
      throw At(first, "DUPLICATED_CTE_NAMES",
               fmt::format("CTE definition can't have duplicate names: {}.", plan::QuotedName(definition.name)),
               {{"duplicateNames", plan::QuotedName(definition.name)}});
    }
    ctes.definitions.push_back(std::move(definition));
  } while (AcceptSymbol(","));
  return ctes;
}

RelationPtr Parser::Wrap(const std::optional<Ctes>& ctes, RelationPtr body) {
  if (!ctes) return body;
  plan::With with;
  with.definitions = ctes->definitions;
  with.recursive = ctes->recursive;
  with.body = std::move(body);
  return MakeRelation(std::move(with), Where(ctes->first));
}

RelationPtr Parser::Query() {
  Depth depth(this);
  std::optional<Ctes> ctes = MaybeCtes();
  RelationPtr body = QueryTerm(0);
  body = Organization(std::move(body));
  return Wrap(ctes, std::move(body));
}

RelationPtr Parser::QueryTerm(int min_precedence) {
  using Kind = plan::SetOperation::Kind;
  Depth depth(this);
  size_t first = at_;
  RelationPtr left = QueryPrimary();
  for (int chain = 0;; ++chain) {
    if (chain > 2000) {
      throw Error(ErrorKind::kParse, "FAILED_TO_PARSE_TOO_COMPLEX",
                  "The statement, including potential SQL functions and referenced views, was too complex to parse.\nTo "
                  "mitigate this error divide the statement into multiple, less complex chunks.");
    }
    if (AtSymbol("|>") && min_precedence <= 2) {
      left = Pipe(std::move(left));
      continue;
    }
    bool intersect = AtWord("INTERSECT");
    if (!intersect && !AtAnyWord({"UNION", "EXCEPT", "MINUS", "SETMINUS"})) return left;
    int precedence = intersect ? 4 : 3;
    if (precedence < min_precedence) return left;
    plan::SetOperation operation;
    operation.kind = intersect ? Kind::kIntersect : AtWord("UNION") ? Kind::kUnion : Kind::kExcept;
    Next();
    if (AcceptWord("ALL")) {
      operation.all = true;
    } else {
      AcceptWord("DISTINCT");
    }
    operation.left = std::move(left);
    operation.right = QueryTerm(precedence + 1);
    left = MakeRelation(std::move(operation), Where(first));
  }
}

RelationPtr Parser::QueryPrimary() {
  size_t first = at_;
  if (AcceptSymbol("(")) {
    Depth depth(this);
    RelationPtr query = Query();
    ExpectSymbol(")");
    return query;
  }
  if (AtWord("VALUES")) return InlineValues();
  if (AtWord("FROM")) return FromStatement();
  if (AtWord("TABLE") && AtIdentifier(1)) {
    Next();
    plan::ReadTable read;
    read.name = IdentifierReference();
    return MakeRelation(std::move(read), Where(first));
  }
  if (AtAnyWord({"MAP", "REDUCE"}) && !AtStop(1)) ThrowUnsupported("MAP and REDUCE queries (SELECT TRANSFORM)");
  if (!AtWord("SELECT")) Fail();
  return Select();
}

RelationPtr Parser::FromStatement() {
  size_t first = at_;
  RelationPtr input = From();
  if (!AtWord("SELECT")) return input;
  // FROM t SELECT a ORDER BY b: the whole body belongs to this select.
  RelationPtr result = SelectBody(std::move(input), first);
  if (AtWord("SELECT")) ThrowUnsupported("several SELECT behind one FROM");
  return result;
}

RelationPtr Parser::Select() { return SelectBody(nullptr, at_); }

RelationPtr Parser::SelectBody(RelationPtr input, size_t first) {
  ExpectWord("SELECT");
  if (AtWord("TRANSFORM") && AtSymbol("(", 1)) {
    // A call of the function transform, unless a script follows.
    size_t ahead = 2;
    for (int level = 1; level > 0 && Peek(ahead).kind != Token::Kind::kEnd; ++ahead) {
      level += AtSymbol("(", ahead) ? 1 : AtSymbol(")", ahead) ? -1 : 0;
    }
    if (AtWord("USING", ahead) || AtWord("ROW", ahead)) ThrowUnsupported("SELECT TRANSFORM");
  }
  std::vector<PendingHint> hints = Hints();
  bool distinct = false;
  if (AtAnyWord({"DISTINCT", "ALL"}) && !AtStop(1) && !AtWord("FROM", 1) && !AtSymbol(".", 1))
    distinct = Next().upper == "DISTINCT";
  Expressions list = NamedExprs();
  if (AtWord("FROM")) {
    if (input) Fail();
    input = From();
  }
  while (AtWords({"LATERAL", "VIEW"})) input = LateralView(std::move(input));
  if (AcceptWord("WHERE")) {
    size_t where = at_ - 1;
    ExpressionPtr condition = Expr();
    if (!input) input = MakeRelation(plan::OneRow{}, Where(first));
    input = MakeRelation(plan::Filter{std::move(input), std::move(condition)}, Where(where));
  }
  RelationPtr result;
  bool grouped = AtWords({"GROUP", "BY"});
  Grouping grouping;
  if (grouped) grouping = GroupBy();
  ExpressionPtr having;
  if (AcceptWord("HAVING")) having = Expr();
  if (grouped || having) {
    plan::Aggregate aggregate;
    aggregate.input = input ? std::move(input) : MakeRelation(plan::OneRow{}, Where(first));
    aggregate.kind = grouping.kind;
    aggregate.grouping = std::move(grouping.expressions);
    aggregate.grouping_sets = std::move(grouping.sets);
    aggregate.group_by_all = grouping.all;
    aggregate.aggregates = std::move(list);
    aggregate.having = std::move(having);
    result = MakeRelation(std::move(aggregate), Where(first));
  } else {
    result = MakeRelation(plan::Project{std::move(input), std::move(list)}, Where(first));
  }
  MaybeWindowClause();
  if (AtWord("QUALIFY")) {
    size_t qualify = at_;
    Next();
    ExpressionPtr condition = Expr();
    result = MakeRelation(plan::Qualify{std::move(result), std::move(condition)}, Where(qualify));
  }
  if (distinct) {
    plan::Deduplicate deduplicate;
    deduplicate.input = std::move(result);
    deduplicate.all_columns = true;
    result = MakeRelation(std::move(deduplicate), Where(first));
  }
  for (auto hint = hints.rbegin(); hint != hints.rend(); ++hint) {
    result = MakeRelation(plan::Hint{std::move(result), hint->name, hint->parameters}, hint->origin);
  }
  return result;
}

std::vector<Parser::PendingHint> Parser::Hints() {
  std::vector<PendingHint> hints;
  while (Peek().kind == Token::Kind::kHintStart) {
    Next();
    do {
      size_t first = at_;
      PendingHint hint;
      hint.name = Identifier();
      if (AcceptSymbol("(")) {
        do {
          hint.parameters.push_back(Primary());
        } while (AcceptSymbol(","));
        ExpectSymbol(")");
      }
      hint.origin = Where(first);
      hints.push_back(std::move(hint));
      AcceptSymbol(",");
    } while (Peek().kind != Token::Kind::kHintEnd);
    Next();
  }
  return hints;
}

// ---- GROUP BY

Expressions Parser::GroupingSet(std::map<std::string, ExpressionPtr>* seen) {
  // The same text is the same grouping expression, so that the sets refer to the columns by identity.
  auto take = [&] {
    size_t first = at_;
    ExpressionPtr expression = Expr();
    std::string key;
    for (size_t i = first; i < at_; ++i) key += std::string(tokens_[i].upper) + " ";
    return seen->emplace(key, std::move(expression)).first->second;
  };
  Expressions set;
  // (a, b) is a set of two, (a + 1) * 2 an expression.
  size_t start = at_;
  bool listed = AtSymbol("(") && Attempt([&] {
                  Next();
                  if (!AtSymbol(")")) {
                    do {
                      set.push_back(take());
                    } while (AcceptSymbol(","));
                  }
                  ExpectSymbol(")");
                  if (!AtStop(0)) Fail();
                });
  if (listed) return set;
  at_ = start;
  return {take()};
}

std::vector<Expressions> Parser::GroupingElement(std::map<std::string, ExpressionPtr>* seen) {
  std::vector<Expressions> sets;
  if (AtAnyWord({"ROLLUP", "CUBE"}) && AtSymbol("(", 1)) {
    bool rollup = Next().upper == "ROLLUP";
    Next();
    std::vector<Expressions> members;
    do {
      members.push_back(GroupingSet(seen));
    } while (AcceptSymbol(","));
    ExpectSymbol(")");
    if (!rollup && members.size() > 12) ThrowUnsupported("CUBE of more than 12 columns");
    size_t count = rollup ? members.size() + 1 : size_t{1} << members.size();
    for (size_t i = 0; i < count; ++i) {
      Expressions set;
      for (size_t m = 0; m < members.size(); ++m) {
        // ROLLUP drops members from the right; CUBE's sets count down, the first member being the highest bit.
        bool in = rollup ? m < members.size() - i : ((count - 1 - i) >> (members.size() - 1 - m)) & 1;
        if (in) set.insert(set.end(), members[m].begin(), members[m].end());
      }
      sets.push_back(std::move(set));
    }
    return sets;
  }
  if (AtWords({"GROUPING", "SETS"})) {
    Next();
    Next();
    ExpectSymbol("(");
    do {
      for (auto& set : GroupingElement(seen)) sets.push_back(std::move(set));
    } while (AcceptSymbol(","));
    ExpectSymbol(")");
    return sets;
  }
  return {GroupingSet(seen)};
}

Parser::Grouping Parser::GroupBy() {
  using Kind = plan::Aggregate::Kind;
  ExpectWord("GROUP");
  ExpectWord("BY");
  Grouping grouping;
  std::map<std::string, ExpressionPtr> seen;
  std::vector<std::vector<Expressions>> elements;
  bool analytics = false;
  do {
    bool special = (AtAnyWord({"ROLLUP", "CUBE"}) && AtSymbol("(", 1)) || AtWords({"GROUPING", "SETS"});
    if (special) {
      analytics = true;
      elements.push_back(GroupingElement(&seen));
    } else {
      ExpressionPtr expression = NamedExpr();
      elements.push_back({{std::move(expression)}});
    }
  } while (AcceptSymbol(","));
  auto add = [&](const ExpressionPtr& expression) {
    if (std::find(grouping.expressions.begin(), grouping.expressions.end(), expression) == grouping.expressions.end()) {
      grouping.expressions.push_back(expression);
    }
  };
  if (!analytics) {
    for (auto& element : elements) grouping.expressions.push_back(element[0][0]);
    if (AcceptWords({"WITH", "ROLLUP"})) {
      grouping.kind = Kind::kRollup;
    } else if (AcceptWords({"WITH", "CUBE"})) {
      grouping.kind = Kind::kCube;
    } else if (AtWords({"GROUPING", "SETS"})) {
      // GROUP BY a, b GROUPING SETS (...): the sets may name only these.
      grouping.kind = Kind::kGroupingSets;
      grouping.sets = GroupingElement(&seen);
      grouping.expressions.clear();
      for (const auto& set : grouping.sets) {
        for (const auto& expression : set) add(expression);
      }
    } else if (grouping.expressions.size() == 1) {
      const auto* attribute = plan::As<plan::UnresolvedAttribute>(grouping.expressions[0]);
      if (attribute != nullptr && attribute->name.size() == 1 && EqualsIgnoreCase(attribute->name[0], "all")) {
        grouping.all = true;
        grouping.expressions.clear();
      }
    }
    return grouping;
  }
  // The sets of several elements multiply: GROUP BY a, CUBE(b) is ((a, b), (a)).
  grouping.kind = Kind::kGroupingSets;
  grouping.sets = {{}};
  for (const auto& element : elements) {
    std::vector<Expressions> product;
    for (const auto& left : grouping.sets) {
      for (const auto& right : element) {
        Expressions set = left;
        for (const auto& expression : right) {
          if (std::find(set.begin(), set.end(), expression) == set.end()) set.push_back(expression);
        }
        product.push_back(std::move(set));
      }
    }
    grouping.sets = std::move(product);
    for (const auto& set : element) {
      for (const auto& expression : set) add(expression);
    }
  }
  return grouping;
}

// ---- WINDOW, ORDER BY, LIMIT

void Parser::MaybeWindowClause() {
  if (!AtWord("WINDOW") || !AtIdentifier(1) || !AtWord("AS", 2)) return;
  Next();
  struct Named {
    std::string name;
    plan::Window window;
    size_t token;
  };
  std::vector<Named> named;
  auto find = [&](const std::string& name) -> const plan::Window* {
    for (const auto& entry : named) {
      if (EqualsIgnoreCase(entry.name, name)) return &entry.window;
    }
    return nullptr;
  };
  do {
    Named entry;
    entry.token = at_;
    entry.name = CapturingIdentifier();
    ExpectWord("AS");
    entry.window = WindowSpec();
    if (find(entry.name) != nullptr) {
      throw At(entry.token, "INVALID_SQL_SYNTAX.REPETITIVE_WINDOW_DEFINITION",
               fmt::format("Invalid SQL syntax: The definition of window {} is repetitive.", plan::QuotedName(entry.name)),
               {{"windowName", plan::QuotedName(entry.name)}});
    }
    named.push_back(std::move(entry));
  } while (AcceptSymbol(","));
  for (auto& entry : named) {
    if (entry.window.named_window.empty()) continue;
    const plan::Window* other = find(entry.window.named_window);
    if (other == nullptr || !other->named_window.empty()) {
      throw At(
          entry.token, "INVALID_SQL_SYNTAX.UNRESOLVED_WINDOW_REFERENCE",
          fmt::format("Invalid SQL syntax: Cannot resolve window reference {}.", plan::QuotedName(entry.window.named_window)),
          {{"windowName", plan::QuotedName(entry.window.named_window)}});
    }
    entry.window = *other;
  }
  std::vector<OpenWindow> open;
  for (auto& use : open_windows_) {
    const plan::Window* definition = find(use.node->named_window);
    if (definition == nullptr) {
      open.push_back(use);
      continue;
    }
    use.node->partition_by = definition->partition_by;
    use.node->order_by = definition->order_by;
    use.node->frame = definition->frame;
    use.node->named_window.clear();
  }
  open_windows_ = std::move(open);
}

RelationPtr Parser::Organization(RelationPtr input, bool in_pipe) {
  size_t first = at_;
  bool any = false;
  auto clause = [&](std::string_view word) {
    if (!AtWords({word, "BY"})) return false;
    Next();
    Next();
    return any = true;
  };
  bool ordered = false;
  if (clause("ORDER")) {
    std::vector<plan::SortOrder> order = SortItems();
    input = MakeRelation(plan::Sort{std::move(input), std::move(order), true}, Where(first));
    ordered = true;
  }
  auto repartition = [&](Expressions expressions) {
    plan::Repartition node;
    node.input = std::move(input);
    node.expressions = std::move(expressions);
    input = MakeRelation(std::move(node), Where(first));
  };
  auto combined = [&] {
    if (!ordered) return;
    throw At(first, "UNSUPPORTED_FEATURE.COMBINATION_QUERY_RESULT_CLAUSES",
             "The feature is not supported: Combination of ORDER BY/SORT BY/DISTRIBUTE BY/CLUSTER BY.");
  };
  if (clause("CLUSTER")) {
    combined();
    Expressions expressions = Exprs();
    std::vector<plan::SortOrder> order;
    for (const auto& expression : expressions) order.push_back({expression, true, std::nullopt});
    repartition(std::move(expressions));
    input = MakeRelation(plan::Sort{std::move(input), std::move(order), false}, Where(first));
    ordered = true;
  }
  if (clause("DISTRIBUTE")) {
    combined();
    repartition(Exprs());
  }
  if (clause("SORT")) {
    combined();
    std::vector<plan::SortOrder> order = SortItems();
    input = MakeRelation(plan::Sort{std::move(input), std::move(order), false}, Where(first));
  }
  MaybeWindowClause();
  ExpressionPtr limit;
  if (AtWord("LIMIT")) {
    Next();
    any = true;
    if (!AcceptWord("ALL")) limit = Expr();
  }
  if (AtWord("OFFSET")) {
    Next();
    any = true;
    ExpressionPtr offset = Expr();
    input = MakeRelation(plan::Offset{std::move(input), std::move(offset)}, Where(first));
  }
  if (limit) input = MakeRelation(plan::Limit{std::move(input), std::move(limit)}, Where(first));
  if (in_pipe && !any) Fail();
  return input;
}

RelationPtr Parser::InlineValues() {
  size_t first = at_;
  ExpectWord("VALUES");
  plan::InlineTable table;
  do {
    ExpressionPtr row = Expr();
    const auto* call = plan::As<plan::FunctionCall>(row);
    if (call != nullptr && call->name.size() == 1 && EqualsIgnoreCase(call->name[0], "struct")) {
      Expressions cells;
      for (const auto& cell : call->arguments) {
        const auto* alias = plan::As<plan::Alias>(cell);
        cells.push_back(alias ? alias->child : cell);
      }
      table.rows.push_back(std::move(cells));
    } else {
      table.rows.push_back({std::move(row)});
    }
  } while (AcceptSymbol(","));
  size_t width = table.rows[0].size();
  for (size_t i = 1; i <= width; ++i) table.names.push_back(fmt::format("col{}", i));
  RelationPtr made = TableAlias(MakeRelation(table, Where(first)), first);
  const auto* alias = plan::As<plan::SubqueryAlias>(made);
  if (alias == nullptr || alias->columns.empty()) return made;
  // The alias names the table's own columns: there must be as many, and errors know them by these names.
  plan::SubqueryAlias named = *alias;
  table.names = std::exchange(named.columns, {});
  named.input = MakeRelation(std::move(table), Where(first));
  return MakeRelation(std::move(named), Where(first));
}

}  // namespace headrace::sql
