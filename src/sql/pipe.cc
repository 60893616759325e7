#include "base/error.h"
#include "sql/parser_internal.h"

namespace headrace::sql {

using plan::ExpressionPtr;
using plan::Expressions;
using plan::MakeRelation;
using plan::RelationPtr;

RelationPtr Parser::Pipe(RelationPtr input) {
  size_t first = at_;
  if (!AcceptSymbol("|")) ExpectSymbol("|>");
  if (AtWord("SELECT")) return SelectBody(std::move(input), first);
  if (AcceptWord("EXTEND")) {
    Expressions list{plan::Make(plan::Star{}, Where(first))};
    for (auto& expression : NamedExprs()) list.push_back(std::move(expression));
    return MakeRelation(plan::Project{std::move(input), std::move(list)}, Where(first));
  }
  if (AcceptWord("SET")) {
    // Each assignment sees the ones before it.
    do {
      plan::Alias column;
      column.names = {CapturingIdentifier()};
      if (AtSymbol(".")) ThrowUnsupported("|> SET of a struct's field");
      if (!AcceptSymbol("=")) ExpectSymbol("==");
      column.child = Expr();
      input = MakeRelation(plan::WithColumns{std::move(input), {std::move(column)}}, Where(first));
    } while (AcceptSymbol(","));
    return input;
  }
  if (AcceptWord("DROP")) {
    plan::Drop drop;
    for (auto& name : MultipartIdentifiers()) drop.columns.push_back(plan::Attribute(std::move(name), Where(first)));
    drop.input = std::move(input);
    return MakeRelation(std::move(drop), Where(first));
  }
  if (AcceptWord("AS")) {
    plan::SubqueryAlias alias;
    alias.alias = {CapturingIdentifier()};
    alias.input = std::move(input);
    return MakeRelation(std::move(alias), Where(first));
  }
  if (AcceptWord("WHERE")) {
    ExpressionPtr condition = Expr();
    RelationPtr result = MakeRelation(plan::Filter{std::move(input), std::move(condition)}, Where(first));
    MaybeWindowClause();
    return result;
  }
  if (AtWord("PIVOT")) return Pivot(std::move(input));
  if (AtWord("UNPIVOT")) return Unpivot(std::move(input));
  if (AtWord("TABLESAMPLE")) return Sample(std::move(input));
  if (AtJoin()) return Join(std::move(input), first);
  if (AcceptWord("AGGREGATE")) return PipeAggregate(std::move(input), first);
  if (AtAnyWord({"UNION", "EXCEPT", "MINUS", "SETMINUS", "INTERSECT"})) {
    using Kind = plan::SetOperation::Kind;
    plan::SetOperation operation;
    operation.kind = AtWord("UNION") ? Kind::kUnion : AtWord("INTERSECT") ? Kind::kIntersect : Kind::kExcept;
    Next();
    if (AcceptWord("ALL")) {
      operation.all = true;
    } else {
      AcceptWord("DISTINCT");
    }
    operation.left = std::move(input);
    operation.right = QueryPrimary();
    return MakeRelation(std::move(operation), Where(first));
  }
  return Organization(std::move(input), true);
}

RelationPtr Parser::PipeAggregate(RelationPtr input, size_t first) {
  // |> AGGREGATE f(x) AS y GROUP BY g: the grouping columns come first, with their names.
  plan::Aggregate aggregate;
  aggregate.input = std::move(input);
  aggregate.from_dataframe = true;
  if (!AtWords({"GROUP", "BY"})) aggregate.aggregates = NamedExprs();
  if (AtWords({"GROUP", "BY"})) {
    Grouping grouping = GroupBy();
    if (grouping.all) ThrowUnsupported("|> AGGREGATE ... GROUP BY ALL");
    aggregate.kind = grouping.kind;
    aggregate.grouping = std::move(grouping.expressions);
    aggregate.grouping_sets = std::move(grouping.sets);
  }
  return MakeRelation(std::move(aggregate), Where(first));
}

}  // namespace headrace::sql
