#include "base/error.h"
#include "sql/parser_internal.h"

namespace headrace::sql {

using plan::CommandPtr;
using plan::RelationPtr;

CommandPtr Parser::InsertStatement(const std::optional<Ctes>& ctes, RelationPtr from) {
  size_t first = ctes ? ctes->first : at_;
  ExpectWord("INSERT");
  plan::Insert insert;
  insert.schema_evolution = AcceptWords({"WITH", "SCHEMA", "EVOLUTION"});
  insert.overwrite = AcceptWord("OVERWRITE");
  if (!insert.overwrite) ExpectWord("INTO");
  if (insert.overwrite && (AtWords({"LOCAL", "DIRECTORY"}) || (AtWord("DIRECTORY") && (AtString(1) || AtWord("USING", 1))))) {
    return Unsupported("INSERT OVERWRITE DIRECTORY", first);
  }
  if (AtWord("TABLE") && AtIdentifier(1)) Next();
  insert.table = IdentifierReference();
  if (AtWord("WITH") && AtSymbol("(", 1)) {
    Next();
    insert.options = Properties();
  }
  if (AtWord("PARTITION") && AtSymbol("(", 1)) {
    Next();
    Next();
    do {
      std::string name = Identifier();
      plan::ExpressionPtr value;
      if (AcceptSymbol("=") || AcceptSymbol("==")) value = ValueExpr(2);
      insert.partition.emplace_back(std::move(name), std::move(value));
    } while (AcceptSymbol(","));
    ExpectSymbol(")");
  }
  insert.if_partition_not_exists = IfNotExists();
  if (AcceptWords({"BY", "NAME"})) {
    insert.by_name = true;
  } else if (AtSymbol("(") && !AtQuery(1)) {
    insert.columns = IdentifierList();
  }
  if (AtWord("REPLACE") && AtAnyWord({"WHERE", "ON", "USING"}, 1)) {
    Next();
    if (!AcceptWord("WHERE")) return Unsupported("INSERT INTO ... REPLACE ON and REPLACE USING", first);
    insert.replace_where = Expr();
    insert.overwrite = true;
  }
  if (from) {
    insert.source = SelectBody(std::move(from), at_);
    insert.source = Organization(std::move(insert.source));
    if (AtWord("INSERT")) return Unsupported("several INSERT behind one FROM", first);
  } else {
    insert.source = Query();
  }
  insert.source = Wrap(ctes, std::move(insert.source));
  return Done(std::move(insert), first);
}

plan::Target Parser::TargetTable(bool with_alias) {
  size_t first = at_;
  plan::ReadTable read;
  read.name = IdentifierReference();
  RelationPtr table = plan::MakeRelation(std::move(read), Where(first));
  return {with_alias ? TableAlias(std::move(table), first) : table};
}

CommandPtr Parser::DeleteStatement(size_t first) {
  ExpectWord("DELETE");
  ExpectWord("FROM");
  plan::Delete command;
  command.target = TargetTable(true);
  if (AcceptWord("WHERE")) command.condition = Expr();
  return Done(std::move(command), first);
}

std::vector<plan::Assignment> Parser::Assignments() {
  std::vector<plan::Assignment> list;
  do {
    size_t first = at_;
    plan::Assignment assignment;
    plan::NameParts name = MultipartIdentifier();
    assignment.key = plan::Attribute(std::move(name), Where(first));
    if (!AcceptSymbol("=")) ExpectSymbol("==");
    assignment.value = Expr();
    list.push_back(std::move(assignment));
  } while (AcceptSymbol(","));
  return list;
}

CommandPtr Parser::UpdateStatement(size_t first) {
  ExpectWord("UPDATE");
  plan::Update command;
  command.target = TargetTable(true);
  ExpectWord("SET");
  command.assignments = Assignments();
  if (AcceptWord("WHERE")) command.condition = Expr();
  return Done(std::move(command), first);
}

CommandPtr Parser::MergeStatement(const std::optional<Ctes>& ctes, size_t first) {
  ExpectWord("MERGE");
  plan::Merge merge;
  merge.schema_evolution = AcceptWords({"WITH", "SCHEMA", "EVOLUTION"});
  ExpectWord("INTO");
  merge.target = TargetTable(true);
  ExpectWord("USING");
  size_t source = at_;
  if (AtSymbol("(")) {
    Next();
    RelationPtr query = Query();
    ExpectSymbol(")");
    merge.source = TableAlias(std::move(query), source);
  } else {
    merge.source = TableAlias(ReadTable(), source);
  }
  merge.source = Wrap(ctes, std::move(merge.source));
  ExpectWord("ON");
  merge.condition = Expr();
  while (AtWord("WHEN")) MergeClause(&merge);
  if (merge.matched.empty() && merge.not_matched.empty() && merge.not_matched_by_source.empty()) {
    throw At(first, "MERGE_WITHOUT_WHEN", "There must be at least one WHEN clause in a MERGE statement.");
  }
  auto check = [&](const std::vector<plan::Merge::Action>& actions, const char* kind, const char* condition) {
    for (size_t i = 0; i + 1 < actions.size(); ++i) {
      if (actions[i].condition) continue;
      throw At(first, condition,
               std::string("When there are more than one ") + kind + " clauses in a MERGE statement, only the last " + kind +
                   " clause can omit the condition.")
          .WithSqlState("42613");
    }
  };
  check(merge.matched, "MATCHED", "NON_LAST_MATCHED_CLAUSE_OMIT_CONDITION");
  check(merge.not_matched, "NOT MATCHED [BY TARGET]", "NON_LAST_NOT_MATCHED_BY_TARGET_CLAUSE_OMIT_CONDITION");
  check(merge.not_matched_by_source, "NOT MATCHED BY SOURCE", "NON_LAST_NOT_MATCHED_BY_SOURCE_CLAUSE_OMIT_CONDITION");
  return Done(std::move(merge), first);
}

void Parser::MergeClause(plan::Merge* merge) {
  using Kind = plan::Merge::Action::Kind;
  ExpectWord("WHEN");
  bool inserts = AcceptWord("NOT") || AcceptSymbol("!");
  ExpectWord("MATCHED");
  std::vector<plan::Merge::Action>* actions = inserts ? &merge->not_matched : &merge->matched;
  if (inserts && AcceptWords({"BY", "SOURCE"})) {
    inserts = false;
    actions = &merge->not_matched_by_source;
  } else if (inserts) {
    AcceptWords({"BY", "TARGET"});
  }
  plan::Merge::Action action;
  if (AcceptWord("AND")) action.condition = Expr();
  ExpectWord("THEN");
  if (inserts) {
    ExpectWord("INSERT");
    if (AcceptSymbol("*")) {
      action.kind = Kind::kInsertStar;
    } else {
      action.kind = Kind::kInsert;
      ExpectSymbol("(");
      size_t first = at_;
      std::vector<plan::NameParts> names = MultipartIdentifiers();
      ExpectSymbol(")");
      ExpectWord("VALUES");
      ExpectSymbol("(");
      plan::Expressions values = Exprs();
      ExpectSymbol(")");
      if (values.size() != names.size()) {
        throw At(first, "_LEGACY_ERROR_TEMP_0008", "The number of inserted values cannot match the fields.");
      }
      for (size_t i = 0; i < names.size(); ++i)
        action.assignments.push_back({plan::Attribute(names[i], Where(first)), values[i]});
    }
  } else if (AcceptWord("DELETE")) {
    action.kind = Kind::kDelete;
  } else {
    ExpectWord("UPDATE");
    ExpectWord("SET");
    if (AtSymbol("*") && actions == &merge->matched) {
      Next();
      action.kind = Kind::kUpdateStar;
    } else {
      action.kind = Kind::kUpdate;
      action.assignments = Assignments();
    }
  }
  actions->push_back(std::move(action));
}

}  // namespace headrace::sql
