#include <fmt/format.h>

#include "base/error.h"
#include "plan/names.h"
#include "sql/parser_internal.h"

namespace headrace::sql {

using plan::CommandPtr;
using plan::ExpressionPtr;

CommandPtr Parser::Create(size_t first) {
  bool replace = AcceptWords({"OR", "REPLACE"});
  bool or_refresh = !replace && AtWords({"OR", "REFRESH"});
  if (or_refresh) return Unsupported("CREATE OR REFRESH", first);
  bool external = AtWord("EXTERNAL") && AtWord("TABLE", 1) && AcceptWord("EXTERNAL");
  if (AcceptWord("TABLE")) {
    CommandPtr command = CreateTable(first, true, replace);
    if (!external) return command;
    const auto* table = std::get_if<plan::CreateTable>(&command->node);
    if (table == nullptr) return command;
    plan::CreateTable changed = *table;
    changed.external = true;
    return Done(std::move(changed), first);
  }
  using Scope = plan::CreateView::Scope;
  if (AcceptWord("VIEW")) return CreateView(first, replace, Scope::kPersistent);
  bool global = AtWord("GLOBAL") && AtAnyWord({"TEMPORARY", "TEMP"}, 1) && AcceptWord("GLOBAL");
  if (AtAnyWord({"TEMPORARY", "TEMP"})) {
    Next();
    if (AcceptWord("VIEW")) return CreateView(first, replace, global ? Scope::kGlobalTemporary : Scope::kTemporary);
    if (AtWord("TABLE")) {
      throw At(first, "INVALID_SQL_SYNTAX.CREATE_TEMP_TABLE_USING_PROVIDER",
               "Invalid SQL syntax: CREATE TEMPORARY TABLE ... USING ... is a deprecated syntax. To overcome the issue, please "
               "use CREATE TEMPORARY VIEW instead.");
    }
    if (AtWord("FUNCTION")) return Unsupported("CREATE TEMPORARY FUNCTION", first);
    Fail();
  }
  if (AtAnyWord({"SCHEMA", "DATABASE", "NAMESPACE"})) {
    Next();
    return CreateNamespace(first, "SCHEMA");
  }
  if (AcceptWord("CATALOG")) return CreateNamespace(first, "CATALOG");
  struct Named {
    std::string_view word;
    const char* feature;
  };
  static const Named kUnsupported[] = {{"FUNCTION", "CREATE FUNCTION"},
                                       {"VOLUME", "CREATE VOLUME"},
                                       {"EXTERNAL", "CREATE EXTERNAL VOLUME and LOCATION"},
                                       {"INDEX", "CREATE INDEX"},
                                       {"ROLE", "CREATE ROLE"},
                                       {"MATERIALIZED", "CREATE MATERIALIZED VIEW"},
                                       {"STREAMING", "CREATE STREAMING TABLE"},
                                       {"FLOW", "CREATE FLOW"},
                                       {"ROW", "CREATE ROW FILTER POLICY"},
                                       {"PROCEDURE", "CREATE PROCEDURE"}};
  for (const auto& entry : kUnsupported) {
    if (AtWord(entry.word)) return Unsupported(entry.feature, first);
  }
  Fail();
}

CommandPtr Parser::CreateNamespace(size_t first, const std::string& kind) {
  plan::CreateNamespace create;
  create.kind = kind;
  create.if_not_exists = IfNotExists();
  create.name = IdentifierReference();
  while (!AtEnd() && !AtSymbol(";")) {
    if (AcceptWord("COMMENT")) {
      create.comment = StringText();
    } else if (AcceptWord("LOCATION") || AcceptWords({"MANAGED", "LOCATION"})) {
      create.location = StringText();
    } else if (AtWord("WITH") && AtAnyWord({"DBPROPERTIES", "PROPERTIES"}, 1)) {
      Next();
      Next();
      create.properties = Properties();
    } else if (AtWords({"DEFAULT", "COLLATION"})) {
      ThrowUnsupported("DEFAULT COLLATION");
    } else {
      Fail();
    }
  }
  return Done(std::move(create), first);
}

// ---- tables

CommandPtr Parser::CreateTable(size_t first, bool create, bool replace) {
  plan::CreateTable table;
  table.if_not_exists = IfNotExists();
  if (table.if_not_exists && replace) Fail();
  table.name = IdentifierReference();
  table.replace = replace;
  table.must_exist = replace && !create;
  if (AtAnyWord({"SHALLOW", "DEEP"}) && AtWord("CLONE", 1)) return CloneOf(table, first);
  if (AtWord("CLONE")) return CloneOf(table, first);
  if (AcceptWord("LIKE")) {
    table.like = IdentifierReference();
    TableClauses(&table);
    return Done(std::move(table), first);
  }
  if (AtSymbol("(") && !AtQuery(1)) TableElements(&table);
  TableClauses(&table);
  bool as = AcceptWord("AS");
  if (as || AtQuery()) {
    table.as_select = Query();
    if (!table.columns.empty()) {
      throw At(first, "_LEGACY_ERROR_TEMP_0035",
               "Operation not allowed: Schema may not be specified in a Create Table As Select (CTAS) statement.",
               {{"message", "Schema may not be specified in a Create Table As Select (CTAS) statement"}});
    }
  }
  return Done(std::move(table), first);
}

CommandPtr Parser::CloneOf(const plan::CreateTable& table, size_t first) {
  plan::DeltaCommand clone;
  clone.kind = "CLONE";
  clone.arguments["shallow"] = AtWord("SHALLOW") ? "true" : "false";
  if (!AtWord("CLONE")) Next();
  ExpectWord("CLONE");
  clone.target.plan = ReadTable();
  clone.version = plan::As<plan::ReadTable>(clone.target.plan)->time_travel;
  clone.arguments["table"] = plan::QuotedName(table.name);
  clone.arguments["replace"] = table.replace ? "true" : "false";
  clone.arguments["if_not_exists"] = table.if_not_exists ? "true" : "false";
  if (AcceptWord("TBLPROPERTIES")) {
    for (const auto& [key, value] : Properties()) clone.arguments["property." + key] = value;
  }
  if (AcceptWord("LOCATION")) clone.path = StringText();
  return Done(std::move(clone), first);
}

void Parser::TableElements(plan::CreateTable* table) {
  ExpectSymbol("(");
  do {
    bool constraint = (AtWord("CONSTRAINT") && AtIdentifier(1) && AtAnyWord({"CHECK", "PRIMARY", "UNIQUE", "FOREIGN"}, 2)) ||
                      (AtWord("CHECK") && AtSymbol("(", 1)) || AtWords({"PRIMARY", "KEY"}) || AtWords({"FOREIGN", "KEY"}) ||
                      (AtWord("UNIQUE") && AtSymbol("(", 1));
    if (constraint) ThrowUnsupported("constraints in CREATE TABLE (use ALTER TABLE ... ADD CONSTRAINT)");
    table->columns.push_back(ColumnDefinition());
  } while (AcceptSymbol(","));
  ExpectSymbol(")");
}

plan::ColumnDefinition Parser::ColumnDefinition() {
  plan::ColumnDefinition column;
  column.field.name = CapturingIdentifier();
  column.field.type = Type();
  while (!AtStop(0)) ColumnOption(&column);
  return column;
}

void Parser::ColumnOption(plan::ColumnDefinition* column) {
  auto once = [&](bool given, const char* option) {
    if (!given) return;
    throw At(at_, "CREATE_TABLE_COLUMN_DESCRIPTOR_DUPLICATE",
             fmt::format("CREATE TABLE column {} specifies descriptor \"{}\" more than once, which is invalid.",
                         column->field.name, option),
             {{"columnName", column->field.name}, {"optionName", option}})
        .WithSqlState("42710");
  };
  if ((AtWord("NOT") || AtSymbol("!")) && AtWord("NULL", 1)) {
    once(!column->field.nullable, "NOT NULL");
    Next();
    Next();
    column->field.nullable = false;
  } else if (AtWord("COMMENT")) {
    once(column->field.metadata.contains("comment"), "COMMENT");
    Next();
    column->field.metadata["comment"] = StringText();
  } else if (AtWord("DEFAULT")) {
    once(column->default_value != nullptr, "DEFAULT");
    Next();
    size_t start = at_;
    column->default_value = Expr();
    column->default_text = TextOf(start, at_);
  } else if (AtWord("GENERATED")) {
    once(column->identity || column->generated_always_as, "GENERATED ALWAYS AS");
    Next();
    bool by_default = AcceptWords({"BY", "DEFAULT"});
    if (!by_default) ExpectWord("ALWAYS");
    ExpectWord("AS");
    if (!by_default && AcceptSymbol("(")) {
      size_t start = at_;
      column->generated_always_as = Expr();
      column->generated_text = TextOf(start, at_);
      ExpectSymbol(")");
      return;
    }
    ExpectWord("IDENTITY");
    column->identity = true;
    column->identity_allow_explicit = by_default;
    if (!AcceptSymbol("(")) return;
    auto number = [&] {
      bool negative = AcceptSymbol("-");
      int64_t value = IntegerValue();
      return negative ? -value : value;
    };
    while (!AtSymbol(")")) {
      if (AcceptWords({"START", "WITH"})) {
        column->identity_start = number();
      } else if (AcceptWords({"INCREMENT", "BY"})) {
        column->identity_step = number();
      } else {
        AcceptSymbol(",");
        if (!AtAnyWord({"START", "INCREMENT"})) Fail();
      }
    }
    ExpectSymbol(")");
  } else if (AtAnyWord({"CONSTRAINT", "CHECK", "PRIMARY", "UNIQUE", "REFERENCES"})) {
    ThrowUnsupported("column constraints in CREATE TABLE");
  } else if (AtWord("MASK")) {
    ThrowUnsupported("column masks in CREATE TABLE");
  } else {
    Fail();
  }
}

void Parser::TableClauses(plan::CreateTable* table) {
  auto duplicate = [&](bool given, const char* clause) {
    if (!given) return;
    throw At(at_, "DUPLICATE_CLAUSES", fmt::format("Found duplicate clauses: {}. Please, remove one of them.", clause),
             {{"clauseName", clause}});
  };
  while (true) {
    if (AtWord("USING") && table->provider.empty()) {
      Next();
      plan::NameParts name = MultipartIdentifier();
      for (const auto& part : name) table->provider += (table->provider.empty() ? "" : ".") + part;
      for (char& c : table->provider) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    } else if (AtWord("OPTIONS") && AtSymbol("(", 1)) {
      duplicate(!table->options.empty(), "OPTIONS");
      Next();
      table->options = Properties();
    } else if (AtWords({"PARTITIONED", "BY"})) {
      duplicate(!table->partitioning.empty(), "PARTITIONED BY");
      Next();
      Next();
      ExpectSymbol("(");
      do {
        table->partitioning.push_back(PartitionField(table));
      } while (AcceptSymbol(","));
      ExpectSymbol(")");
    } else if (AtWords({"CLUSTER", "BY"})) {
      duplicate(!table->clustering.empty(), "CLUSTER BY");
      Next();
      Next();
      if (AtAnyWord({"NONE", "AUTO"})) ThrowUnsupported("CLUSTER BY NONE and AUTO in CREATE TABLE");
      ExpectSymbol("(");
      table->clustering = MultipartIdentifiers();
      ExpectSymbol(")");
    } else if (AtWord("LOCATION")) {
      duplicate(table->location.has_value(), "LOCATION");
      Next();
      table->location = StringText();
      table->external = true;
    } else if (AtWord("COMMENT")) {
      duplicate(table->comment.has_value(), "COMMENT");
      Next();
      table->comment = StringText();
    } else if (AtWord("TBLPROPERTIES")) {
      duplicate(!table->properties.empty(), "TBLPROPERTIES");
      Next();
      table->properties = Properties();
    } else if (AtWords({"STORED", "AS"}) && Peek(2).kind == Token::Kind::kWord && !AtWord("INPUTFORMAT", 2)) {
      Next();
      Next();
      table->provider = Identifier();
      for (char& c : table->provider) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    } else if (AtWords({"CLUSTERED", "BY"}) || AtWords({"SKEWED", "BY"}) || AtWords({"ROW", "FORMAT"}) || AtWord("STORED")) {
      ThrowUnsupported("Hive's table clauses (CLUSTERED BY, SKEWED BY, ROW FORMAT, STORED AS INPUTFORMAT)");
    } else if (AtWords({"DEFAULT", "COLLATION"})) {
      ThrowUnsupported("DEFAULT COLLATION");
    } else {
      return;
    }
  }
}

ExpressionPtr Parser::PartitionField(plan::CreateTable* table) {
  size_t first = at_;
  if (AtIdentifier() && AtSymbol("(", 1)) {
    std::string name = Identifier();
    Next();
    plan::Expressions arguments = Exprs();
    ExpectSymbol(")");
    return plan::Call(std::move(name), std::move(arguments), Where(first));
  }
  plan::NameParts name = MultipartIdentifier();
  if (!AtStop(0)) {
    // PARTITIONED BY (day DATE) declares the column, too.
    plan::ColumnDefinition column;
    column.field.name = name.back();
    column.field.type = Type();
    while (!AtStop(0)) ColumnOption(&column);
    table->columns.push_back(std::move(column));
  }
  return plan::Attribute(std::move(name), Where(first));
}

// ---- views

CommandPtr Parser::CreateView(size_t first, bool replace, plan::CreateView::Scope scope) {
  plan::CreateView view;
  view.scope = scope;
  view.replace = replace;
  view.if_not_exists = IfNotExists();
  view.name = IdentifierReference();
  bool temporary = scope != plan::CreateView::Scope::kPersistent;
  if (view.if_not_exists && replace) {
    throw At(first, "CREATE_VIEW_WITH_IF_NOT_EXISTS_AND_REPLACE",
             fmt::format("CREATE VIEW {} with both IF NOT EXISTS and REPLACE is not allowed.", plan::QuotedName(view.name)),
             {{"viewName", plan::QuotedName(view.name)}});
  }
  if (temporary && view.if_not_exists) {
    throw At(first, "_LEGACY_ERROR_TEMP_0053", "It is not allowed to define a TEMPORARY view with IF NOT EXISTS.");
  }
  plan::Schema declared;
  bool typed = temporary && AtSymbol("(") && Attempt([&] {
                 Next();
                 declared = Columns();
                 ExpectSymbol(")");
                 if (!AtWord("USING")) Fail();
               });
  if (typed || (temporary && AtWord("USING"))) {
    ExpectWord("USING");
    plan::ReadFiles read;
    if (typed) read.schema = std::move(declared);
    for (const auto& part : MultipartIdentifier()) read.format += (read.format.empty() ? "" : ".") + part;
    if (AcceptWord("OPTIONS")) read.options = Properties();
    auto path = read.options.find("path");
    if (path != read.options.end()) {
      read.paths = {path->second};
      read.options.erase(path);
    }
    view.plan = plan::MakeRelation(std::move(read), Where(first));
    return Done(std::move(view), first);
  }
  if (AcceptSymbol("(")) {
    do {
      std::string name = Identifier();
      std::string comment;
      if (AcceptWord("COMMENT")) comment = StringText();
      view.columns.emplace_back(std::move(name), std::move(comment));
    } while (AcceptSymbol(","));
    ExpectSymbol(")");
  }
  while (!AtWord("AS")) {
    if (AcceptWord("COMMENT")) {
      view.comment = StringText();
    } else if (AcceptWord("TBLPROPERTIES")) {
      view.properties = Properties();
    } else if (AtWords({"WITH", "SCHEMA"})) {
      Next();
      Next();
      AcceptWord("TYPE");
      if (!AcceptAnyWord({"BINDING", "COMPENSATION", "EVOLUTION"})) Fail();
    } else {
      Fail();
    }
  }
  ExpectWord("AS");
  size_t start = at_;
  view.plan = Query();
  view.sql = TextOf(start, at_);
  return Done(std::move(view), first);
}

// ---- DROP

CommandPtr Parser::Drop(size_t first) {
  plan::DropObject drop;
  if (AcceptAnyWord({"TEMPORARY", "TEMP"})) {
    if (AcceptAnyWord({"VARIABLE", "VAR"})) {
      plan::VariableCommand variable;
      variable.kind = "DROP";
      variable.if_exists = IfExists();
      variable.names = {IdentifierReference()};
      return Done(std::move(variable), first);
    }
    drop.temporary = true;
    if (!AtAnyWord({"FUNCTION", "VIEW"})) Fail();
  }
  if (AtAnyWord({"SCHEMA", "DATABASE", "NAMESPACE"})) {
    Next();
    drop.kind = "SCHEMA";
  } else if (AtAnyWord({"TABLE", "VIEW", "CATALOG", "FUNCTION", "VOLUME"})) {
    drop.kind = std::string(Next().upper);
  } else if (AtAnyWord({"INDEX", "ROLE", "MATERIALIZED", "PROCEDURE"})) {
    return Unsupported("DROP " + std::string(Peek().upper), first);
  } else {
    Fail();
  }
  drop.if_exists = IfExists();
  drop.name = IdentifierReference();
  if (AcceptWord("CASCADE")) {
    drop.cascade = true;
  } else {
    AcceptWord("RESTRICT");
  }
  drop.purge = AcceptWord("PURGE");
  return Done(std::move(drop), first);
}

}  // namespace headrace::sql
