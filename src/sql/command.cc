#include <fmt/format.h>

#include "base/error.h"
#include "plan/names.h"
#include "sql/parser_internal.h"

namespace headrace::sql {

using plan::CommandPtr;

Statement Parser::AnyStatement() {
  Depth depth(this);
  if (AtSymbol("(") || AtAnyWord({"SELECT", "VALUES", "MAP", "REDUCE", "TABLE"})) return Query();
  if (AtWord("FROM")) {
    // FROM t INSERT INTO ... SELECT; anything else behind FROM is a query.
    size_t start = at_;
    plan::RelationPtr from = From();
    if (AtWord("INSERT")) return InsertStatement(std::nullopt, std::move(from));
    at_ = start;
    return Query();
  }
  if (AtWord("WITH") && AtIdentifier(1)) {
    std::optional<Ctes> ctes = MaybeCtes();
    if (CommandPtr dml = AcceptDml(ctes)) return dml;
    if (AtWord("FROM")) {
      size_t start = at_;
      plan::RelationPtr from = From();
      if (AtWord("INSERT")) return InsertStatement(ctes, std::move(from));
      at_ = start;
    }
    plan::RelationPtr body = Organization(QueryTerm(0));
    return Wrap(ctes, std::move(body));
  }
  if (CommandPtr command = MaybeCommand()) return command;
  Fail();
}

CommandPtr Parser::AcceptDml(const std::optional<Ctes>& ctes) {
  size_t first = ctes ? ctes->first : at_;
  if (AtWord("INSERT")) return InsertStatement(ctes, nullptr);
  if (AtWord("MERGE")) return MergeStatement(ctes, first);
  if (!AtAnyWord({"DELETE", "UPDATE"})) return nullptr;
  if (ctes) ThrowUnsupported("WITH before DELETE and UPDATE");
  return AtWord("DELETE") ? DeleteStatement(first) : UpdateStatement(first);
}

CommandPtr Parser::MaybeCommand() {
  size_t first = at_;
  if (CommandPtr dml = AcceptDml(std::nullopt)) return dml;
  if (Peek().kind != Token::Kind::kWord) return nullptr;
  struct Entry {
    std::string_view word;
    CommandPtr (Parser::*read)(size_t first);
  };
  static const Entry kCommands[] = {{"CREATE", &Parser::Create},     {"DROP", &Parser::Drop},
                                    {"ALTER", &Parser::Alter},       {"DESCRIBE", &Parser::Describe},
                                    {"DESC", &Parser::Describe},     {"SHOW", &Parser::Show},
                                    {"SET", &Parser::Set},           {"RESET", &Parser::Reset},
                                    {"USE", &Parser::Use},           {"EXPLAIN", &Parser::Explain},
                                    {"CACHE", &Parser::Cache},       {"UNCACHE", &Parser::Cache},
                                    {"CLEAR", &Parser::Cache},       {"REFRESH", &Parser::Cache},
                                    {"DECLARE", &Parser::Declare},   {"EXECUTE", &Parser::ExecuteImmediate},
                                    {"COMMENT", &Parser::CommentOn}, {"ANALYZE", &Parser::Analyze},
                                    {"VACUUM", &Parser::Vacuum},     {"OPTIMIZE", &Parser::Optimize},
                                    {"RESTORE", &Parser::Restore}};
  for (const auto& entry : kCommands) {
    if (!AtWord(entry.word)) continue;
    Next();
    return (this->*entry.read)(first);
  }
  if (AtWord("REPLACE") && AtWord("TABLE", 1)) {
    Next();
    Next();
    return CreateTable(first, false, true);
  }
  if (AcceptWords({"TRUNCATE", "TABLE"})) {
    plan::Truncate truncate;
    truncate.table = IdentifierReference();
    if (AtWord("PARTITION")) return Unsupported("TRUNCATE TABLE ... PARTITION", first);
    return Done(std::move(truncate), first);
  }
  return Maintenance(first);
}

CommandPtr Parser::Maintenance(size_t first) {
  if (AcceptWord("GENERATE")) {
    plan::DeltaCommand command;
    command.kind = "GENERATE";
    command.arguments["mode"] = Identifier();
    ExpectWord("FOR");
    ExpectWord("TABLE");
    command.target = PathOrTable();
    return Done(std::move(command), first);
  }
  if (AcceptWords({"CONVERT", "TO", "DELTA"})) {
    plan::DeltaCommand command;
    command.kind = "CONVERT";
    command.target = PathOrTable();
    if (AcceptWords({"NO", "STATISTICS"})) command.arguments["no_statistics"] = "true";
    if (AcceptWords({"PARTITIONED", "BY"})) {
      ExpectSymbol("(");
      size_t start = at_;
      Columns();
      command.arguments["partition_schema"] = TextOf(start, at_);
      ExpectSymbol(")");
    }
    return Done(std::move(command), first);
  }
  struct Named {
    std::string_view word;
    const char* feature;
  };
  static const Named kUnsupported[] = {{"BEGIN", "SQL scripting (BEGIN ... END)"},
                                       {"GRANT", "GRANT"},
                                       {"REVOKE", "REVOKE"},
                                       {"REORG", "REORG TABLE"},
                                       {"LOAD", "LOAD DATA"},
                                       {"MSCK", "MSCK REPAIR TABLE"},
                                       {"REPAIR", "REPAIR TABLE"},
                                       {"CALL", "CALL"},
                                       {"ADD", "ADD FILE, JAR and ARCHIVE"},
                                       {"LIST", "LIST FILES, JARS"},
                                       {"EXPORT", "EXPORT TABLE"},
                                       {"IMPORT", "IMPORT TABLE"},
                                       {"LOCK", "LOCK TABLE"},
                                       {"UNLOCK", "UNLOCK TABLE"},
                                       {"START", "START TRANSACTION"},
                                       {"COMMIT", "COMMIT"},
                                       {"ROLLBACK", "ROLLBACK"},
                                       {"DFS", "DFS"},
                                       {"OPEN", "cursors"},
                                       {"FETCH", "cursors"},
                                       {"CLOSE", "cursors"},
                                       {"COPY", "COPY INTO"},
                                       {"DENY", "DENY"},
                                       {"UNDROP", "UNDROP"},
                                       {"SYNC", "SYNC"},
                                       {"FSCK", "FSCK REPAIR TABLE"}};
  for (const auto& entry : kUnsupported) {
    if (AtWord(entry.word) && Peek(1).kind != Token::Kind::kEnd) return Unsupported(entry.feature, first);
  }
  return nullptr;
}

void Parser::SkipStatement() {
  while (!AtEnd()) Next();
}

CommandPtr Parser::Unsupported(const std::string& feature, size_t first) {
  SkipStatement();
  return Done(plan::UnsupportedCommand{feature}, first);
}

bool Parser::IfExists() { return AcceptWords({"IF", "EXISTS"}); }
bool Parser::IfNotExists() {
  if (AcceptWords({"IF", "NOT", "EXISTS"})) return true;
  if (!AtWord("IF") || !AtSymbol("!", 1) || !AtWord("EXISTS", 2)) return false;
  Next();
  Next();
  Next();
  return true;
}

plan::Target Parser::PathOrTable() {
  size_t first = at_;
  plan::ReadTable read;
  if (AtString()) {
    read.name = {"delta", StringText()};
    return {plan::MakeRelation(std::move(read), Where(first))};
  }
  AtWord("TABLE") && AtIdentifier(1) && AcceptWord("TABLE");
  read.name = IdentifierReference();
  return {plan::MakeRelation(std::move(read), Where(first))};
}

CommandPtr Parser::Vacuum(size_t first) {
  plan::DeltaCommand command;
  command.kind = "VACUUM";
  command.target = PathOrTable();
  while (!AtEnd() && !AtSymbol(";")) {
    if (AcceptWord("FULL")) {
      command.arguments["mode"] = "full";
    } else if (AcceptWord("LITE")) {
      command.arguments["mode"] = "lite";
    } else if (AcceptWord("RETAIN")) {
      bool negative = AcceptSymbol("-");
      if (!Peek().IsNumber()) Fail();
      double hours = std::strtod(std::string(Next().text).c_str(), nullptr);
      command.retention_hours = negative ? -hours : hours;
      ExpectWord("HOURS");
    } else if (AcceptWords({"DRY", "RUN"})) {
      command.arguments["dry_run"] = "true";
    } else if (AtWord("USING")) {
      return Unsupported("VACUUM ... USING INVENTORY", first);
    } else {
      Fail();
    }
  }
  return Done(std::move(command), first);
}

CommandPtr Parser::Optimize(size_t first) {
  plan::DeltaCommand command;
  command.kind = "OPTIMIZE";
  command.target = PathOrTable();
  if (AcceptWord("FULL")) command.arguments["full"] = "true";
  if (AcceptWord("WHERE")) {
    size_t start = at_;
    command.predicate = Expr();
    command.arguments["predicate"] = TextOf(start, at_);
  }
  if (AcceptWords({"ZORDER", "BY"})) {
    bool list = AcceptSymbol("(");
    command.zorder = MultipartIdentifiers();
    if (list) ExpectSymbol(")");
  }
  return Done(std::move(command), first);
}

CommandPtr Parser::Restore(size_t first) {
  plan::DeltaCommand command;
  command.kind = "RESTORE";
  command.target = PathOrTable();
  AcceptWord("TO");
  if (!AtAnyWord({"VERSION", "TIMESTAMP"})) Fail();
  command.version = TimeTravelClause();
  return Done(std::move(command), first);
}

// ---- ('key' = 'value', a.b = 1, c true, d)

std::string Parser::PropertyKey() {
  if (AtString()) return StringText();
  std::string key = CapturingIdentifier();
  while (AcceptSymbol(".")) key += "." + CapturingIdentifier();
  return key;
}

std::pair<std::string, std::string> Parser::Property() {
  size_t first = at_;
  std::string key = AtString() && AtString(1) ? Unquote(Next()) : PropertyKey();
  if (!AcceptSymbol("=")) AcceptSymbol("==");
  if (AtSymbol(",") || AtSymbol(")")) return {key, ""};
  if (AtString()) return {key, StringText()};
  if (AtAnyWord({"TRUE", "FALSE"})) return {key, Next().upper == "TRUE" ? "true" : "false"};
  std::string sign = AcceptSymbol("-") ? "-" : "";
  if (Peek().IsNumber()) return {key, sign + std::string(Next().text)};
  if (auto parameter = Parameter()) return {key, FoldConstantString(*parameter, first, "OPTIONS")};
  Fail();
}

plan::Options Parser::Properties() {
  plan::Options properties;
  ExpectSymbol("(");
  if (AcceptSymbol(")")) return properties;
  do {
    size_t first = at_;
    auto [key, value] = Property();
    if (!properties.emplace(key, value).second) {
      const std::string shown = plan::QuotedName(key);
      throw At(first, "DUPLICATE_KEY", fmt::format("Found duplicate keys {}.", shown), {{"keyColumn", shown}})
          .WithSqlState("23505");
    }
  } while (AcceptSymbol(","));
  ExpectSymbol(")");
  return properties;
}

}  // namespace headrace::sql
