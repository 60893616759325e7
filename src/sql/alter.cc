#include "base/error.h"
#include "sql/parser_internal.h"

namespace headrace::sql {

using plan::CommandPtr;
using Action = plan::AlterTable::Action;

CommandPtr Parser::Alter(size_t first) {
  if (AtAnyWord({"SCHEMA", "DATABASE", "NAMESPACE"})) {
    Next();
    return AlterNamespace(first, "SCHEMA");
  }
  if (AcceptWord("CATALOG")) return AlterNamespace(first, "CATALOG");
  plan::AlterTable alter;
  if (AcceptWord("VIEW")) {
    alter.kind = "VIEW";
  } else if (AtAnyWord({"VOLUME", "INDEX", "MATERIALIZED", "FUNCTION"})) {
    return Unsupported("ALTER " + std::string(Peek().upper), first);
  } else {
    ExpectWord("TABLE");
  }
  alter.name = IdentifierReference();
  if (alter.kind == "VIEW" && (AtWord("AS") || AtQuery())) return AlterView(std::move(alter), first);
  if (AtWord("PARTITION")) return Unsupported("ALTER TABLE ... PARTITION", first);
  if (AcceptWords({"RENAME", "TO"})) {
    alter.action = Action::kRenameTo;
    alter.new_name = MultipartIdentifier();
    return Done(std::move(alter), first);
  }
  if (AcceptWords({"RENAME", "COLUMN"})) {
    alter.action = Action::kRenameColumn;
    alter.column_names = {MultipartIdentifier()};
    ExpectWord("TO");
    alter.new_name = {CapturingIdentifier()};
    return Done(std::move(alter), first);
  }
  if (AcceptWord("ADD")) return AlterAdd(std::move(alter), first);
  if (AcceptWord("DROP")) return AlterDrop(std::move(alter), first);
  if (AcceptWord("SET")) return AlterSet(std::move(alter), first);
  if (AcceptWords({"UNSET", "TBLPROPERTIES"})) {
    alter.action = Action::kUnsetProperties;
    alter.if_exists = IfExists();
    for (const auto& [key, value] : Properties()) alter.keys.push_back(key);
    return Done(std::move(alter), first);
  }
  if (AcceptWords({"UNSET", "TAGS"})) {
    alter.action = Action::kUnsetTags;
    for (const auto& [key, value] : Properties()) alter.keys.push_back(key);
    return Done(std::move(alter), first);
  }
  if (AtAnyWord({"ALTER", "CHANGE"})) return AlterColumn(std::move(alter), first);
  if (AcceptWords({"REPLACE", "COLUMNS"})) {
    alter.action = Action::kReplaceColumns;
    ExpectSymbol("(");
    do {
      alter.columns.push_back(NewColumn());
    } while (AcceptSymbol(","));
    ExpectSymbol(")");
    return Done(std::move(alter), first);
  }
  if (AcceptWords({"CLUSTER", "BY"})) {
    alter.action = Action::kClusterBy;
    if (AcceptWord("NONE")) return Done(std::move(alter), first);
    ExpectSymbol("(");
    alter.column_names = MultipartIdentifiers();
    ExpectSymbol(")");
    return Done(std::move(alter), first);
  }
  if (AcceptWords({"OWNER", "TO"})) {
    alter.action = Action::kSetOwner;
    alter.text = Identifier();
    return Done(std::move(alter), first);
  }
  if (AtWords({"RECOVER", "PARTITIONS"})) return Unsupported("ALTER TABLE ... RECOVER PARTITIONS", first);
  Fail();
}

CommandPtr Parser::AlterView(plan::AlterTable alter, size_t first) {
  // ALTER VIEW v AS SELECT ...: the view's query is replaced, the rest stays.
  AcceptWord("AS");
  plan::CreateView view;
  view.name = std::move(alter.name);
  view.replace = true;
  view.alter = true;
  size_t start = at_;
  view.plan = Query();
  view.sql = TextOf(start, at_);
  return Done(std::move(view), first);
}

CommandPtr Parser::AlterNamespace(size_t first, const std::string& kind) {
  plan::AlterTable alter;
  alter.kind = kind;
  alter.name = IdentifierReference();
  if (AcceptWords({"OWNER", "TO"}) || AcceptWords({"SET", "OWNER", "TO"})) {
    alter.action = Action::kSetOwner;
    alter.text = Identifier();
  } else if (AtWord("SET") && AtAnyWord({"DBPROPERTIES", "PROPERTIES"}, 1)) {
    Next();
    Next();
    alter.action = Action::kSetProperties;
    alter.properties = Properties();
  } else if (AtWord("UNSET") && AtAnyWord({"DBPROPERTIES", "PROPERTIES"}, 1)) {
    Next();
    Next();
    alter.action = Action::kUnsetProperties;
    for (const auto& [key, value] : Properties()) alter.keys.push_back(key);
  } else if (AcceptWords({"SET", "LOCATION"})) {
    alter.action = Action::kSetLocation;
    alter.text = StringText();
  } else if (AtWord("DEFAULT")) {
    return Unsupported("DEFAULT COLLATION", first);
  } else {
    Fail();
  }
  return Done(std::move(alter), first);
}

plan::ColumnPosition Parser::Position() {
  plan::ColumnPosition position;
  if (AcceptWord("FIRST")) {
    position.kind = plan::ColumnPosition::Kind::kFirst;
  } else {
    ExpectWord("AFTER");
    position.kind = plan::ColumnPosition::Kind::kAfter;
    position.after = CapturingIdentifier();
  }
  return position;
}

plan::AlterTable::Column Parser::NewColumn() {
  plan::AlterTable::Column column;
  column.name = MultipartIdentifier();
  column.definition.emplace();
  column.definition->field.name = column.name.back();
  column.definition->field.type = Type();
  column.type_given = true;
  while (!AtStop(0)) {
    if (AtAnyWord({"FIRST", "AFTER"})) {
      column.position = Position();
    } else {
      // Only the columns of a new table may be generated.
      if (AtWord("GENERATED")) Fail();
      ColumnOption(&*column.definition);
    }
  }
  return column;
}

CommandPtr Parser::AlterAdd(plan::AlterTable alter, size_t first) {
  if (AcceptAnyWord({"COLUMN", "COLUMNS"})) {
    alter.action = Action::kAddColumns;
    bool list = AcceptSymbol("(");
    do {
      alter.columns.push_back(NewColumn());
    } while (AcceptSymbol(","));
    if (list) ExpectSymbol(")");
    return Done(std::move(alter), first);
  }
  if (AcceptWord("CONSTRAINT")) {
    alter.action = Action::kAddConstraint;
    alter.text = CapturingIdentifier();
    if (!AtWord("CHECK")) return Unsupported("PRIMARY KEY, UNIQUE and FOREIGN KEY constraints", first);
    Next();
    ExpectSymbol("(");
    size_t start = at_;
    alter.expression = Expr();
    alter.expression_text = TextOf(start, at_);
    ExpectSymbol(")");
    return Done(std::move(alter), first);
  }
  if (AtWord("CHECK") || AtWord("PRIMARY")) return Unsupported("table constraints without a name", first);
  if (AtWord("IF") || AtWord("PARTITION")) return Unsupported("ALTER TABLE ... ADD PARTITION", first);
  Fail();
}

CommandPtr Parser::AlterDrop(plan::AlterTable alter, size_t first) {
  if (AcceptAnyWord({"COLUMN", "COLUMNS"})) {
    alter.action = Action::kDropColumns;
    alter.if_exists = IfExists();
    bool list = AcceptSymbol("(");
    alter.column_names = MultipartIdentifiers();
    if (list) ExpectSymbol(")");
    return Done(std::move(alter), first);
  }
  if (AcceptWord("CONSTRAINT")) {
    alter.action = Action::kDropConstraint;
    alter.if_exists = IfExists();
    alter.text = CapturingIdentifier();
    AcceptAnyWord({"CASCADE", "RESTRICT"});
    return Done(std::move(alter), first);
  }
  if (AcceptWord("FEATURE")) {
    alter.action = Action::kDropFeature;
    alter.text = AtString() ? StringText() : CapturingIdentifier();
    if (AcceptWords({"TRUNCATE", "HISTORY"})) alter.properties["truncate_history"] = "true";
    return Done(std::move(alter), first);
  }
  if (AcceptWords({"ROW", "FILTER"})) {
    alter.action = Action::kDropRowFilter;
    return Done(std::move(alter), first);
  }
  if (AtWord("IF") || AtWord("PARTITION")) return Unsupported("ALTER TABLE ... DROP PARTITION", first);
  Fail();
}

CommandPtr Parser::AlterSet(plan::AlterTable alter, size_t first) {
  if (AcceptWord("TBLPROPERTIES")) {
    alter.action = Action::kSetProperties;
    alter.properties = Properties();
  } else if (AcceptWord("LOCATION")) {
    alter.action = Action::kSetLocation;
    alter.text = StringText();
  } else if (AcceptWord("TAGS")) {
    alter.action = Action::kSetTags;
    alter.properties = Properties();
  } else if (AcceptWords({"OWNER", "TO"})) {
    alter.action = Action::kSetOwner;
    alter.text = Identifier();
  } else if (AcceptWords({"ROW", "FILTER"})) {
    alter.action = Action::kSetRowFilter;
    alter.new_name = MultipartIdentifier();
    ExpectWord("ON");
    ExpectSymbol("(");
    alter.column_names = MultipartIdentifiers();
    ExpectSymbol(")");
  } else if (AtAnyWord({"SERDE", "SERDEPROPERTIES"})) {
    return Unsupported("ALTER TABLE ... SET SERDE", first);
  } else {
    Fail();
  }
  return Done(std::move(alter), first);
}

CommandPtr Parser::AlterColumn(plan::AlterTable alter, size_t first) {
  bool hive_style = AtWord("CHANGE");
  Next();
  AcceptWord("COLUMN");
  alter.action = Action::kChangeColumn;
  do {
    plan::AlterTable::Column column;
    column.name = MultipartIdentifier();
    auto type = [&] {
      column.definition.emplace();
      column.definition->field.name = column.name.back();
      column.definition->field.type = Type();
      column.type_given = true;
    };
    if (AcceptWord("TYPE")) {
      type();
    } else if (AtAnyWord({"SET", "DROP"}) && AtWord("NOT", 1)) {
      column.nullable = Next().upper == "DROP";
      Next();
      ExpectWord("NULL");
    } else if (AcceptWords({"SET", "DEFAULT"})) {
      column.definition.emplace();
      size_t start = at_;
      column.definition->default_value = Expr();
      column.definition->default_text = TextOf(start, at_);
    } else if (AcceptWords({"DROP", "DEFAULT"})) {
      column.drop_default = true;
    } else if (AcceptWord("COMMENT")) {
      column.comment = StringText();
    } else if (AtAnyWord({"FIRST", "AFTER"})) {
      column.position = Position();
    } else if (AcceptWords({"SET", "MASK"})) {
      alter.action = Action::kSetMask;
      alter.new_name = MultipartIdentifier();
      alter.column_names = {column.name};
    } else if (AcceptWords({"DROP", "MASK"})) {
      alter.action = Action::kDropMask;
      alter.column_names = {column.name};
    } else if (hive_style) {
      // CHANGE [COLUMN] old new type [COMMENT 'c'] [FIRST | AFTER x]: a new name is a rename.
      std::string name = CapturingIdentifier();
      if (!EqualsIgnoreCase(name, column.name.back())) ThrowUnsupported("renaming by CHANGE COLUMN (use RENAME COLUMN)");
      type();
      if (AtWord("NOT") || AtSymbol("!")) {
        Next();
        ExpectWord("NULL");
        column.nullable = false;
      }
      if (AcceptWord("COMMENT")) column.comment = StringText();
      if (AtAnyWord({"FIRST", "AFTER"})) column.position = Position();
    } else {
      Fail();
    }
    alter.columns.push_back(std::move(column));
  } while (AcceptSymbol(","));
  return Done(std::move(alter), first);
}

}  // namespace headrace::sql
