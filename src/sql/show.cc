#include <fmt/format.h>

#include <cctype>

#include "base/error.h"
#include "plan/names.h"
#include "sql/parser_internal.h"

namespace headrace::sql {

using plan::CommandPtr;

namespace {

std::string Trim(std::string text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.pop_back();
  size_t first = 0;
  while (first < text.size() && std::isspace(static_cast<unsigned char>(text[first]))) ++first;
  return text.substr(first);
}

}  // namespace

// ---- DESCRIBE

CommandPtr Parser::Describe(size_t first) {
  if (AtWord("HISTORY") && !AtStop(1)) {
    Next();
    plan::DeltaCommand command;
    command.kind = "DESCRIBE HISTORY";
    command.target = PathOrTable();
    if (AcceptWord("LIMIT")) command.limit = IntegerValue();
    return Done(std::move(command), first);
  }
  if (AtWord("DETAIL") && !AtStop(1)) {
    Next();
    plan::DeltaCommand command;
    command.kind = "DESCRIBE DETAIL";
    command.target = PathOrTable();
    return Done(std::move(command), first);
  }
  plan::Describe describe;
  if (AtWord("FUNCTION") && !AtStop(1)) {
    Next();
    describe.kind = "FUNCTION";
    describe.extended = AtWord("EXTENDED") && !AtStop(1) && AcceptWord("EXTENDED");
    if (AtString()) {
      describe.name = {StringText()};
    } else if (Peek().kind == Token::Kind::kSymbol) {
      describe.name = {std::string(Next().text)};
    } else {
      describe.name = IdentifierReference();
    }
    return Done(std::move(describe), first);
  }
  if (AtAnyWord({"SCHEMA", "DATABASE", "NAMESPACE", "CATALOG"}) && !AtStop(1)) {
    describe.kind = AtWord("CATALOG") ? "CATALOG" : "SCHEMA";
    Next();
    describe.extended = AtWord("EXTENDED") && !AtStop(1) && AcceptWord("EXTENDED");
    describe.name = IdentifierReference();
    return Done(std::move(describe), first);
  }
  if (AtWord("PROCEDURE") && !AtStop(1)) return Unsupported("DESCRIBE PROCEDURE", first);
  bool query = AtWord("QUERY") && AtQuery(1);
  if (query) Next();
  if (query || AtSymbol("(") || (AtAnyWord({"SELECT", "WITH", "VALUES", "FROM"}) && AtQuery())) {
    describe.kind = "QUERY";
    describe.query = Query();
    return Done(std::move(describe), first);
  }
  describe.kind = "TABLE";
  if (AtWord("TABLE") && !AtStop(1) && !AtSymbol(".", 1)) Next();
  if (AtAnyWord({"EXTENDED", "FORMATTED"}) && !AtStop(1) && !AtSymbol(".", 1)) {
    Next();
    describe.extended = true;
  }
  describe.name = IdentifierReference();
  if (AtWord("PARTITION") && AtSymbol("(", 1)) return Unsupported("DESCRIBE TABLE ... PARTITION", first);
  if (AtIdentifier() && !AtWords({"AS", "JSON"})) {
    describe.kind = "COLUMN";
    describe.column = MultipartIdentifier();
  }
  describe.as_json = AcceptWords({"AS", "JSON"});
  return Done(std::move(describe), first);
}

// ---- SHOW

CommandPtr Parser::Show(size_t first) {
  plan::Show show;
  auto in = [&](bool one_part_ok = true) {
    if (AcceptAnyWord({"FROM", "IN"})) show.name = IdentifierReference();
  };
  auto like = [&] {
    bool word = AcceptWord("LIKE");
    if (word || AtString()) show.pattern = StringText();
  };
  if (AtAnyWord({"DATABASES", "SCHEMAS", "NAMESPACES"})) {
    Next();
    show.what = "SCHEMAS";
    in();
    like();
  } else if (AtAnyWord({"TABLES", "VIEWS", "VOLUMES"})) {
    show.what = std::string(Next().upper);
    in();
    like();
  } else if (AcceptWords({"TABLE", "EXTENDED"})) {
    show.what = "TABLE EXTENDED";
    in();
    ExpectWord("LIKE");
    show.pattern = StringText();
    if (AtWord("PARTITION")) return Unsupported("SHOW TABLE EXTENDED ... PARTITION", first);
  } else if (AcceptWord("TBLPROPERTIES")) {
    show.what = "TBLPROPERTIES";
    show.name = IdentifierReference();
    if (AcceptSymbol("(")) {
      show.key = PropertyKey();
      ExpectSymbol(")");
    }
  } else if (AcceptWord("COLUMNS")) {
    show.what = "COLUMNS";
    if (!AcceptAnyWord({"FROM", "IN"})) Fail();
    size_t start = at_;
    show.name = IdentifierReference();
    if (AcceptAnyWord({"FROM", "IN"})) {
      plan::NameParts schema = MultipartIdentifier();
      if (show.name.size() > 1 && !EqualsIgnoreCase(show.name[show.name.size() - 2], schema.back())) {
        plan::NameParts given(show.name.begin(), show.name.end() - 1);
        throw At(
            start, "SHOW_COLUMNS_WITH_CONFLICT_NAMESPACE",
            fmt::format("SHOW COLUMNS with conflicting namespaces: {} != {}.", plan::QuotedName(schema), plan::QuotedName(given)),
            {{"namespaceA", plan::QuotedName(schema)}, {"namespaceB", plan::QuotedName(given)}})
            .WithSqlState("42K05");
      }
      std::string table = show.name.back();
      show.name = std::move(schema);
      show.name.push_back(std::move(table));
    }
  } else if (AcceptWord("PARTITIONS")) {
    show.what = "PARTITIONS";
    show.name = IdentifierReference();
    if (AtWord("PARTITION")) return Unsupported("SHOW PARTITIONS ... PARTITION", first);
  } else if (AtWord("FUNCTIONS") || (AtAnyWord({"USER", "SYSTEM", "ALL"}) && AtWord("FUNCTIONS", 1))) {
    if (!AtWord("FUNCTIONS")) show.key = std::string(Next().upper);
    Next();
    show.what = "FUNCTIONS";
    in();
    if (AtIdentifier() && !AtWord("LIKE")) {
      show.pattern = MultipartIdentifier().back();
    } else if (AcceptWord("LIKE") && !AtString()) {
      show.pattern = MultipartIdentifier().back();
    } else if (AtString()) {
      show.pattern = StringText();
    }
  } else if (AcceptWords({"CREATE", "TABLE"})) {
    show.what = "CREATE TABLE";
    show.name = IdentifierReference();
    if (AtWords({"AS", "SERDE"})) return Unsupported("SHOW CREATE TABLE ... AS SERDE", first);
  } else if (AtWord("CURRENT") && AtAnyWord({"SCHEMA", "DATABASE", "NAMESPACE"}, 1)) {
    Next();
    Next();
    show.what = "CURRENT SCHEMA";
  } else if (AcceptWord("CATALOGS")) {
    show.what = "CATALOGS";
    like();
  } else if (AcceptWord("COLLATIONS")) {
    show.what = "COLLATIONS";
    like();
  } else if (AtAnyWord({"PROCEDURES", "GRANT", "GRANTS", "ROLE", "ROLES", "PRINCIPALS", "INDEXES", "LOCKS", "TRANSACTIONS",
                        "COMPACTIONS", "CURRENT"})) {
    return Unsupported("SHOW " + std::string(Peek().upper), first);
  } else {
    Fail();
  }
  return Done(std::move(show), first);
}

// ---- SET, RESET, USE

CommandPtr Parser::Set(size_t first) {
  plan::SetCommand set;
  if (AtWord("CATALOG") && !AtStop(1) && !AtSymbol("=", 1)) {
    Next();
    plan::Use use;
    use.catalog_only = true;
    use.name = AtString() ? plan::NameParts{StringText()} : IdentifierReference();
    return Done(std::move(use), first);
  }
  if (AtWord("ROLE") && !AtSymbol("=", 1)) return Unsupported("SET ROLE", first);
  if (AtWord("PATH") && AtSymbol("=", 1)) return Unsupported("SET PATH", first);
  if (AcceptWords({"TIME", "ZONE"})) {
    set.key = "spark.sql.session.timeZone";
    if (AtInterval()) {
      plan::ExpressionPtr interval = Interval();
      const auto* literal = plan::As<plan::Literal>(interval);
      int64_t seconds = std::get<int64_t>(literal->value.data) / 1000000;
      if (literal->type.id() != plan::TypeId::kDayTimeInterval || seconds > 18 * 3600 || seconds < -18 * 3600) {
        throw At(first, "INVALID_INTERVAL_FORMAT.TIMEZONE_INTERVAL_OUT_OF_RANGE",
                 "The interval value must be in the range of [-18, +18] hours with second precision.");
      }
      int64_t absolute = seconds < 0 ? -seconds : seconds;
      set.value = fmt::format("{}{:02}:{:02}", seconds < 0 ? '-' : '+', absolute / 3600, absolute / 60 % 60);
      if (absolute % 60 != 0) *set.value += fmt::format(":{:02}", absolute % 60);
    } else if (AcceptWord("LOCAL")) {
      set.value = "LOCAL";
    } else {
      set.value = StringText();
    }
    return Done(std::move(set), first);
  }
  if (AtAnyWord({"VAR", "VARIABLE"}) && !AtSymbol("=", 1) && !AtSymbol(".", 1) && !AtStop(1)) {
    Next();
    plan::VariableCommand variable;
    variable.kind = "SET";
    if (AcceptSymbol("(")) {
      variable.names = MultipartIdentifiers();
      ExpectSymbol(")");
      ExpectSymbol("=");
      ExpectSymbol("(");
      variable.query = Query();
      ExpectSymbol(")");
      return Done(std::move(variable), first);
    }
    plan::Expressions values;
    do {
      variable.names.push_back(MultipartIdentifier());
      if (!AcceptSymbol("=")) ExpectSymbol("==");
      values.push_back(Expr());
    } while (AcceptSymbol(","));
    if (values.size() == 1) {
      variable.value = std::move(values[0]);
    } else {
      variable.query = plan::MakeRelation(plan::Project{nullptr, std::move(values)}, Where(first));
    }
    return Done(std::move(variable), first);
  }
  if (AtEnd() || AtSymbol(";")) return Done(std::move(set), first);
  if (AtSymbol("-") && AtWord("V", 1) && (Peek(2).kind == Token::Kind::kEnd || AtSymbol(";", 2))) {
    Next();
    Next();
    set.verbose = true;
    return Done(std::move(set), first);
  }
  // Keys and values are raw text: `SET a.b-c = s3://x/y, z`.
  size_t start = at_;
  auto invalid = [&] {
    SkipStatement();
    return At(first, "INVALID_SET_SYNTAX",
              "Expected format is 'SET', 'SET key', or 'SET key=value'. If you want to include special characters in key, or "
              "include semicolon in value, please use backquotes, e.g., SET `key`=`value`.");
  };
  std::string rest = text_->substr(tokens_[start].offset);
  if (Peek().kind == Token::Kind::kBackquoted) {
    set.key = Unquote(Next());
    size_t after = tokens_[at_].offset - tokens_[start].offset;
    rest = rest.substr(std::min(after, rest.size()));
    if (!rest.empty() && Trim(rest)[0] != '=' && Trim(rest)[0] != ';') throw invalid();
  }
  while (!rest.empty() && (rest.back() == ';' || std::isspace(static_cast<unsigned char>(rest.back())))) rest.pop_back();
  size_t equals = rest.find('=');
  if (!set.key) {
    set.key = Trim(rest.substr(0, equals));
    for (unsigned char c : *set.key) {
      if (!std::isalnum(c) && c != '_' && c != '.' && c != ':' && c != '-' && c != '\\') throw invalid();
    }
    if (set.key->empty()) throw invalid();
  }
  if (equals != std::string::npos) {
    std::string value = Trim(rest.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '`' && value.back() == '`') {
      value = value.substr(1, value.size() - 2);
    } else if (value.find(';') != std::string::npos) {
      throw invalid();
    }
    set.value = value;
  }
  SkipStatement();
  return Done(std::move(set), first);
}

CommandPtr Parser::Reset(size_t first) {
  plan::SetCommand reset;
  reset.reset = true;
  if (Peek().kind == Token::Kind::kBackquoted) {
    reset.key = Unquote(Next());
  } else if (!AtEnd() && !AtSymbol(";")) {
    std::string rest = Trim(text_->substr(Peek().offset));
    while (!rest.empty() && (rest.back() == ';' || std::isspace(static_cast<unsigned char>(rest.back())))) rest.pop_back();
    if (rest.find_first_of(" \t\n\r") != std::string::npos) {
      SkipStatement();
      throw At(first, "_LEGACY_ERROR_TEMP_0043",
               "Expected format is 'RESET' or 'RESET key'. If you want to include special characters in key, please use quotes, "
               "e.g., RESET `key`.");
    }
    reset.key = rest;
    SkipStatement();
  }
  return Done(std::move(reset), first);
}

CommandPtr Parser::Use(size_t first) {
  plan::Use use;
  if (AtAnyWord({"SCHEMA", "DATABASE", "NAMESPACE"}) && AtIdentifier(1)) {
    Next();
  } else if (AtWord("CATALOG") && AtIdentifier(1)) {
    Next();
    use.catalog_only = true;
  }
  use.name = IdentifierReference();
  return Done(std::move(use), first);
}

CommandPtr Parser::Explain(size_t first) {
  plan::Explain explain;
  explain.mode = "simple";
  if (AtAnyWord({"EXTENDED", "FORMATTED", "COST", "CODEGEN", "LOGICAL"}) && !AtStop(1)) {
    explain.mode = std::string(Next().upper);
    for (char& c : explain.mode) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  Statement statement = AnyStatement();
  if (auto* relation = std::get_if<plan::RelationPtr>(&statement)) {
    explain.plan = *relation;
  } else {
    explain.command = std::get<CommandPtr>(statement);
  }
  return Done(std::move(explain), first);
}

// ---- CACHE, variables, comments, statistics

CommandPtr Parser::Cache(size_t first) {
  std::string word(tokens_[at_ - 1].upper);
  plan::CacheCommand cache;
  cache.kind = word;
  if (word == "CLEAR") {
    ExpectWord("CACHE");
    return Done(std::move(cache), first);
  }
  if (word == "REFRESH") {
    if (AtWord("FUNCTION") && AtIdentifier(1)) return Unsupported("REFRESH FUNCTION", first);
    if (AtString()) {
      cache.name = {StringText()};
      return Done(std::move(cache), first);
    }
    ExpectWord("TABLE");
    cache.name = IdentifierReference();
    return Done(std::move(cache), first);
  }
  cache.lazy = word == "CACHE" && AcceptWord("LAZY");
  ExpectWord("TABLE");
  if (word == "UNCACHE") cache.if_exists = IfExists();
  cache.name = IdentifierReference();
  if (word == "CACHE") {
    if (AcceptWord("OPTIONS")) Properties();
    bool as = AcceptWord("AS");
    if (as || AtQuery()) cache.query = Query();
  }
  return Done(std::move(cache), first);
}

CommandPtr Parser::Declare(size_t first) {
  plan::VariableCommand declare;
  declare.kind = "DECLARE";
  declare.replace = AcceptWords({"OR", "REPLACE"});
  if (AtAnyWord({"VARIABLE", "VAR"}) && AtIdentifier(1)) Next();
  do {
    declare.names.push_back(IdentifierReference());
  } while (AcceptSymbol(","));
  if (!AtEnd() && !AtSymbol(";") && !AtWord("DEFAULT") && !AtSymbol("=")) declare.type = Type();
  if (AcceptWord("DEFAULT") || AcceptSymbol("=")) declare.value = Expr();
  if (!declare.type && !declare.value) {
    throw At(first, "INVALID_SQL_SYNTAX.VARIABLE_TYPE_OR_DEFAULT_REQUIRED",
             "Invalid SQL syntax: The definition of a SQL variable requires either a datatype or a DEFAULT clause.\nFor example, "
             "use `DECLARE name STRING` or `DECLARE name = 'SQL'` instead of `DECLARE name`.");
  }
  return Done(std::move(declare), first);
}

CommandPtr Parser::ExecuteImmediate(size_t first) {
  ExpectWord("IMMEDIATE");
  plan::VariableCommand execute;
  execute.kind = "EXECUTE IMMEDIATE";
  execute.value = Expr();
  if (AcceptWord("INTO")) execute.names = MultipartIdentifiers();
  if (AcceptWord("USING")) {
    size_t start = at_;
    plan::Expressions arguments;
    bool listed = AtSymbol("(") && Attempt([&] {
                    Next();
                    arguments = NamedExprs();
                    ExpectSymbol(")");
                    ExpectEnd();
                  });
    if (!listed) {
      at_ = start;
      arguments = NamedExprs();
    }
    execute.query = plan::MakeRelation(plan::Project{nullptr, std::move(arguments)}, Where(start));
  }
  return Done(std::move(execute), first);
}

CommandPtr Parser::CommentOn(size_t first) {
  ExpectWord("ON");
  plan::CommentOn comment;
  if (AtAnyWord({"SCHEMA", "DATABASE", "NAMESPACE"})) {
    Next();
    comment.kind = "SCHEMA";
  } else if (AtAnyWord({"TABLE", "CATALOG", "COLUMN", "VOLUME"})) {
    comment.kind = std::string(Next().upper);
  } else {
    Fail();
  }
  comment.name = IdentifierReference();
  ExpectWord("IS");
  if (!AcceptWord("NULL")) comment.comment = StringText();
  return Done(std::move(comment), first);
}

CommandPtr Parser::Analyze(size_t first) {
  if (AtWord("TABLES")) return Unsupported("ANALYZE TABLES", first);
  ExpectWord("TABLE");
  plan::AnalyzeTable analyze;
  analyze.name = IdentifierReference();
  if (AtWord("PARTITION")) return Unsupported("ANALYZE TABLE ... PARTITION", first);
  ExpectWord("COMPUTE");
  if (AtWord("DELTA")) return Unsupported("ANALYZE TABLE ... COMPUTE DELTA STATISTICS", first);
  ExpectWord("STATISTICS");
  if (AcceptWord("NOSCAN")) {
    analyze.no_scan = true;
  } else if (AcceptWord("FOR")) {
    if (!AcceptWords({"ALL", "COLUMNS"})) {
      ExpectWord("COLUMNS");
      do {
        CapturingIdentifier();
      } while (AcceptSymbol(","));
    }
  }
  return Done(std::move(analyze), first);
}

}  // namespace headrace::sql
