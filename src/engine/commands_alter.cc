#include "engine/precompiled.h"

#include "base/error.h"
#include "catalog/errors.h"
#include "delta/clustering.h"
#include "delta/schema_evolution.h"
#include "delta/table_features.h"
#include "delta/table_properties.h"
#include "engine/column_rules.h"
#include "engine/commands.h"
#include "engine/file_write.h"
#include "engine/make_table.h"
#include "engine/table_defaults.h"
#include "engine/typed_build.h"
#include "plan/names.h"
#include "sql/parser.h"

namespace headrace::engine {

namespace {

using Action = plan::AlterTable::Action;
using Fields = std::vector<plan::StructField>;

std::string Dotted(const plan::NameParts& name) {
  std::string text;
  for (const auto& part : name) {
    text += (text.empty() ? "" : ".") + (part.find('.') == std::string::npos ? part : plan::QuotedName(part));
  }
  return text;
}

[[noreturn]] void ThrowNoColumn(const plan::NameParts& name, const Fields& fields) {
  std::string list;
  for (const auto& field : fields) list += (list.empty() ? "" : ", ") + plan::QuotedName({field.name});
  throw Error(ErrorKind::kAnalysis, "UNRESOLVED_COLUMN.WITH_SUGGESTION",
              "A column with name " + plan::QuotedName(name) + " cannot be resolved. Did you mean one of: " + list + "?",
              {{"objectName", plan::QuotedName(name)}, {"proposal", list}})
      .WithSqlState("42703");
}

[[noreturn]] void ThrowOnlyField(const plan::NameParts& name, const plan::StructField& field) {
  const bool nested = name.size() > 1;
  std::string shown = nested ? field.type.SimpleString() : field.name;
  throw Error(ErrorKind::kAnalysis, "DELTA_DROP_COLUMN_ON_SINGLE_FIELD_SCHEMA",
              "Cannot drop column from a schema with a single column. Schema:\nroot\n |-- " + field.name + ": " +
                  field.type.SimpleString() + " (nullable = " + (field.nullable ? "true" : "false") + ")\n",
              {{"schema", shown}})
      .WithSqlState("0AKDC");
}

/// Changes the fields that hold the last part of `name`: the schema's own, or a struct's below it. Arrays and maps are
/// entered by "element", "key" and "value".
void ChangeLevel(Fields& fields, const plan::NameParts& name, size_t level,
                 const std::function<void(Fields& fields, size_t index)>& change, bool must_exist = true) {
  auto find = [&](const std::string& part) {
    for (size_t i = 0; i < fields.size(); ++i) {
      if (delta::EqualsIgnoreCase(fields[i].name, part)) return i;
    }
    return fields.size();
  };
  size_t index = find(name[level]);
  if (level + 1 == name.size()) {
    if (index == fields.size() && must_exist) ThrowNoColumn(name, fields);
    change(fields, index);
    return;
  }
  if (index == fields.size()) ThrowNoColumn(name, fields);
  std::function<plan::DataType(const plan::DataType&, size_t)> descend = [&](const plan::DataType& type, size_t at) {
    switch (type.id()) {
      case plan::TypeId::kStruct: {
        Fields inner = type.fields();
        ChangeLevel(inner, name, at, change, must_exist);
        return plan::DataType::Struct(std::move(inner));
      }
      case plan::TypeId::kArray:
        if (at + 1 < name.size() && name[at] == "element") {
          return plan::DataType::Array(descend(type.element(), at + 1), type.contains_null());
        }
        break;
      case plan::TypeId::kMap:
        if (at + 1 < name.size() && name[at] == "value") {
          return plan::DataType::Map(type.key(), descend(type.value(), at + 1), type.contains_null());
        }
        break;
      default:
        break;
    }
    ThrowNoColumn(name, fields);
  };
  fields[index].type = descend(fields[index].type, level + 1);
}

void Place(Fields& fields, plan::StructField field, const plan::ColumnPosition& position) {
  using Kind = plan::ColumnPosition::Kind;
  size_t at = fields.size();
  if (position.kind == Kind::kFirst) at = 0;
  if (position.kind == Kind::kAfter) {
    at = 0;
    while (at < fields.size() && !delta::EqualsIgnoreCase(fields[at].name, position.after)) ++at;
    if (at == fields.size()) ThrowNoColumn({position.after}, fields);
    ++at;
  }
  fields.insert(fields.begin() + static_cast<std::ptrdiff_t>(at), std::move(field));
}

/// Whether stored values of `from` are valid values of `to` without rewriting files.
bool IsSameStorage(const plan::DataType& from, const plan::DataType& to) {
  if (from.SameType(to)) return true;
  auto rank = [](plan::TypeId id) {
    return id == plan::TypeId::kByte ? 1 : id == plan::TypeId::kShort ? 2 : id == plan::TypeId::kInteger ? 3 : 0;
  };
  return rank(from.id()) > 0 && rank(from.id()) <= rank(to.id());
}

void RequireColumnMapping(const delta::Metadata& metadata, const std::string& what) {
  if (delta::TableProperties(metadata.configuration).ColumnMapping() != delta::ColumnMappingMode::kNone) return;
  std::string advice =
      "\nPlease enable Column Mapping on your Delta table with mapping mode 'name'.\nYou can use one of the following "
      "commands.\n\nALTER TABLE table_name SET TBLPROPERTIES ('delta.columnMapping.mode' = 'name')\n\nNote, if your table is not "
      "on the required protocol version it will be upgraded.\nColumn mapping requires at least protocol (2, 5)\n";
  throw Error(
      ErrorKind::kAnalysis, what == "DROP" ? "DELTA_UNSUPPORTED_DROP_COLUMN" : "DELTA_UNSUPPORTED_RENAME_COLUMN",
      (what == "DROP" ? "DROP COLUMN" : "Column rename") + std::string(" is not supported for your Delta table. ") + advice,
      {{"advice", advice}})
      .WithSqlState("0AKDC");
}

/// Columns that partition the table or that expressions of the table name cannot go or change their name.
void CheckNotUsed(const delta::Metadata& metadata, const plan::NameParts& name, const std::string& operation) {
  for (const auto& partition : metadata.partition_columns) {
    if (name.size() == 1 && delta::EqualsIgnoreCase(partition, name[0])) {
      throw Error(ErrorKind::kAnalysis, "DELTA_UNSUPPORTED_DROP_PARTITION_COLUMN",
                  operation + " of the partition column " + name[0] + " is not supported.", {{"columns", name[0]}})
          .WithSqlState("0AKDC");
    }
  }
}

/// Columns that generated columns or constraints read can neither go nor change their name.
void CheckNotRead(CommandContext& context, const delta::Metadata& metadata, const Fields& fields, const plan::NameParts& name) {
  SessionAnalysis analysis(context.engine, context.session, context.options);
  auto row = RowsRelation(fields, {});
  auto reads = [&](const std::string& expression) {
    bool found = false;
    VisitExpression(analysis.analyzer().AnalyzeExpression(sql::ParseExpression(expression), row->output),
                    [&](const analysis::TypedExpression& part) {
                      const auto* column = std::get_if<analysis::TypedColumn>(&part.node);
                      for (const auto& one : row->output) {
                        found =
                            found || (column != nullptr && one.id == column->id && delta::EqualsIgnoreCase(one.name, name[0]));
                      }
                    });
    return found;
  };
  std::string generated, constraints;
  for (const auto& field : fields) {
    const json::value* text = field.metadata.if_contains("delta.generationExpression");
    if (text == nullptr || !reads(std::string(text->as_string()))) continue;
    generated += "\n" + field.name + " -> " + std::string(text->as_string());
  }
  for (const auto& [key, expression] : metadata.configuration) {
    if (key.rfind("delta.constraints.", 0) != 0 || !reads(expression)) continue;
    constraints += "\n" + key + " -> " + expression;
  }
  if (generated.empty() && constraints.empty()) return;
  bool by_generated = !generated.empty();
  std::string column = Dotted(name);
  throw Error(ErrorKind::kAnalysis,
              by_generated ? "DELTA_GENERATED_COLUMNS_DEPENDENT_COLUMN_CHANGE" : "DELTA_CONSTRAINT_DEPENDENT_COLUMN_CHANGE",
              "Cannot alter column " + column + " because this column is referenced by the following " +
                  (by_generated ? "generated column(s):" + generated : "check constraint(s):" + constraints),
              {{"operation", "alter"},
               {"columnName", column},
               {by_generated ? "generatedColumns" : "constraints", by_generated ? generated.substr(1) : constraints.substr(1)}})
      .WithSqlState("42K09");
}

delta::Operation ChangeTable(CommandContext& context, const plan::AlterTable& command, delta::Metadata& metadata) {
  Fields fields = plan::DataType::FromJsonText(metadata.schema_string).fields();
  delta::Operation operation;
  auto store = [&] { metadata.schema_string = ToDeltaSchema(fields).ToJson(); };
  auto quoted_map = [](const std::map<std::string, std::string>& map) {
    json::object object;
    for (const auto& [key, value] : map) object[key] = value;
    return json::serialize(object);
  };
  switch (command.action) {
    case Action::kSetProperties: {
      auto properties = CheckedProperties(*context.session, command.properties);
      auto comment = properties.find("comment");
      if (comment != properties.end()) {
        metadata.description = comment->second;
        properties.erase(comment);
      }
      for (const auto& [key, value] : properties) metadata.configuration[key] = value;
      operation.name = "SET TBLPROPERTIES";
      operation.parameters["properties"] = quoted_map(command.properties);
      return operation;
    }
    case Action::kUnsetProperties:
      for (const auto& key : command.keys) {
        std::string found = key;
        for (const auto& [name, value] : metadata.configuration) {
          if (delta::EqualsIgnoreCase(name, key)) found = name;
        }
        if (metadata.configuration.erase(found) == 0 && !command.if_exists) {
          throw Error(ErrorKind::kAnalysis, "DELTA_UNSET_NON_EXISTENT_PROPERTY",
                      "Attempted to unset the non-existent property '" + key + "'.", {{"property", key}})
              .WithSqlState("42616");
        }
      }
      operation.name = "UNSET TBLPROPERTIES";
      operation.parameters["properties"] = JsonList(command.keys);
      operation.parameters["ifExists"] = command.if_exists ? "true" : "false";
      return operation;
    case Action::kAddColumns: {
      json::array added;
      for (const auto& column : command.columns) {
        if (column.definition->identity) ThrowUnsupported("adding identity columns");
        if (!column.definition->default_text.empty()) {
          throw Error(ErrorKind::kAnalysis, "WRONG_COLUMN_DEFAULTS_FOR_DELTA_ALTER_TABLE_ADD_COLUMN_NOT_SUPPORTED",
                      "Failed to execute the command because DEFAULT values are not supported when adding new\ncolumns to "
                      "previously existing Delta tables; please add the column without a default\nvalue first, then run a "
                      "second ALTER TABLE ALTER COLUMN SET DEFAULT command to apply\nfor future inserted rows instead.")
              .WithSqlState("0AKDC");
        }
        plan::StructField field = FieldOf(*column.definition);
        if (column.comment) field.metadata["comment"] = *column.comment;
        if (!field.nullable) {
          throw Error(ErrorKind::kAnalysis, "DELTA_OPERATION_NOT_ALLOWED",
                      "Operation not allowed: `NOT NULL in ALTER TABLE ADD COLUMNS` is not supported for Delta tables",
                      {{"operation", "NOT NULL in ALTER TABLE ADD COLUMNS"}})
              .WithSqlState("0AKDC");
        }
        ChangeLevel(
            fields, column.name, 0,
            [&](Fields& level, size_t index) {
              if (index < level.size()) {
                throw Error(ErrorKind::kAnalysis, "FIELD_ALREADY_EXISTS",
                            "Cannot add column, because " + plan::QuotedName(column.name) + " already exists.",
                            {{"op", "add"}, {"fieldNames", plan::QuotedName(column.name)}})
                    .WithSqlState("42710");
              }
              Place(level, field, column.position);
            },
            false);
        json::object shown{
            {"name", Dotted(column.name)}, {"type", field.type.ToJson()}, {"nullable", true}, {"metadata", field.metadata}};
        added.push_back(json::object{{"column", std::move(shown)}});
      }
      store();
      operation.name = "ADD COLUMNS";
      operation.parameters["columns"] = json::serialize(added);
      return operation;
    }
    case Action::kDropColumns: {
      RequireColumnMapping(metadata, "DROP");
      std::vector<std::string> dropped;
      for (const auto& name : command.column_names) {
        CheckNotUsed(metadata, name, "DROP COLUMN");
        CheckNotRead(context, metadata, fields, name);
        ChangeLevel(
            fields, name, 0,
            [&](Fields& level, size_t index) {
              if (index == level.size()) return;
              if (level.size() == 1) ThrowOnlyField(name, level[0]);
              level.erase(level.begin() + static_cast<std::ptrdiff_t>(index));
              dropped.push_back(Dotted(name));
            },
            !command.if_exists);
      }
      if (dropped.empty()) return operation;
      store();
      operation.name = "DROP COLUMNS";
      operation.parameters["columns"] = JsonList(dropped);
      return operation;
    }
    case Action::kRenameColumn: {
      RequireColumnMapping(metadata, "RENAME");
      const plan::NameParts& name = command.column_names.at(0);
      const std::string& new_name = command.new_name.back();
      CheckNotRead(context, metadata, fields, name);
      ChangeLevel(fields, name, 0, [&](Fields& level, size_t index) {
        for (const auto& other : level) {
          if (delta::EqualsIgnoreCase(other.name, new_name) && &other != &level[index]) {
            throw Error(ErrorKind::kAnalysis, "FIELD_ALREADY_EXISTS",
                        "Cannot rename column, because " + plan::QuotedName({new_name}) + " already exists.",
                        {{"op", "rename"}, {"fieldNames", plan::QuotedName({new_name})}})
                .WithSqlState("42710");
          }
        }
        level[index].name = new_name;
      });
      if (name.size() == 1) {
        for (auto& partition : metadata.partition_columns) {
          if (delta::EqualsIgnoreCase(partition, name[0])) partition = new_name;
        }
      }
      store();
      operation.name = "RENAME COLUMN";
      plan::NameParts renamed = name;
      renamed.back() = new_name;
      operation.parameters["oldColumnPath"] = Dotted(name);
      operation.parameters["newColumnPath"] = Dotted(renamed);
      return operation;
    }
    case Action::kChangeColumn: {
      for (const auto& column : command.columns) {
        ChangeLevel(fields, column.name, 0, [&](Fields& level, size_t index) {
          plan::StructField& field = level[index];
          if (column.type_given) {
            const plan::DataType& type = column.definition->field.type;
            if (!IsSameStorage(field.type, type)) {
              throw Error(ErrorKind::kAnalysis, "DELTA_UNSUPPORTED_ALTER_TABLE_CHANGE_COL_OP",
                          "ALTER TABLE CHANGE COLUMN is not supported for changing column " + Dotted(column.name) + " from " +
                              field.type.Sql() + " to " + type.Sql() + ".",
                          {{"fieldPath", Dotted(column.name)}, {"oldField", field.type.Sql()}, {"newField", type.Sql()}})
                  .WithSqlState("0AKDC");
            }
            if (!field.type.SameType(type)) field.type = type;
          }
          if (column.nullable) {
            if (!*column.nullable && field.nullable) {
              throw Error(ErrorKind::kAnalysis, "DELTA_UNSUPPORTED_ALTER_TABLE_CHANGE_COL_OP",
                          "ALTER TABLE CHANGE COLUMN cannot make the nullable column " + Dotted(column.name) + " NOT NULL.",
                          {{"fieldPath", Dotted(column.name)}, {"oldField", "nullable"}, {"newField", "NOT NULL"}})
                  .WithSqlState("0AKDC");
            }
            field.nullable = *column.nullable;
          }
          if (column.comment) field.metadata["comment"] = *column.comment;
          if (column.drop_default) field.metadata.erase("CURRENT_DEFAULT");
          if (column.definition && !column.definition->default_text.empty()) {
            plan::ColumnDefinition checked = *column.definition;
            checked.field = field;
            CheckDefault(context, checked, "ALTER TABLE ALTER COLUMN");
            field.metadata["CURRENT_DEFAULT"] = column.definition->default_text;
          }
          if (column.position.kind != plan::ColumnPosition::Kind::kDefault) {
            plan::StructField moved = field;
            level.erase(level.begin() + static_cast<std::ptrdiff_t>(index));
            Place(level, std::move(moved), column.position);
          }
        });
      }
      store();
      operation.name = "CHANGE COLUMN";
      operation.parameters["column"] = Dotted(command.columns.at(0).name);
      return operation;
    }
    case Action::kReplaceColumns: {
      Fields replaced;
      for (const auto& column : command.columns) replaced.push_back(FieldOf(*column.definition));
      for (const auto& field : fields) {
        bool kept = std::any_of(replaced.begin(), replaced.end(), [&](const plan::StructField& other) {
          return delta::EqualsIgnoreCase(field.name, other.name) && IsSameStorage(field.type, other.type);
        });
        if (!kept) {
          throw Error(ErrorKind::kAnalysis, "DELTA_ALTER_TABLE_REPLACE_COLUMNS",
                      "REPLACE COLUMNS would drop or change the column " + field.name + ".")
              .WithSqlState("0AKDC");
        }
      }
      fields = std::move(replaced);
      store();
      operation.name = "REPLACE COLUMNS";
      return operation;
    }
    case Action::kAddConstraint: {
      std::string key = "delta.constraints." + duckdb::StringUtil::Lower(command.text);
      if (metadata.configuration.count(key) != 0) {
        throw Error(ErrorKind::kAnalysis, "DELTA_CONSTRAINT_ALREADY_EXISTS", "Constraint '" + command.text + "' already exists.",
                    {{"constraintName", command.text}, {"oldConstraint", metadata.configuration[key]}})
            .WithSqlState("42710");
      }
      metadata.configuration[key] = command.expression_text;
      operation.name = "ADD CONSTRAINT";
      operation.parameters["name"] = command.text;
      operation.parameters["expr"] = command.expression_text;
      return operation;
    }
    case Action::kDropConstraint: {
      std::string key = "delta.constraints." + duckdb::StringUtil::Lower(command.text);
      auto found = metadata.configuration.find(key);
      if (found == metadata.configuration.end()) {
        if (command.if_exists) return operation;
        throw Error(ErrorKind::kAnalysis, "DELTA_CONSTRAINT_DOES_NOT_EXIST",
                    "Cannot drop the nonexistent constraint " + command.text + ".", {{"constraintName", command.text}})
            .WithSqlState("42704");
      }
      operation.name = "DROP CONSTRAINT";
      operation.parameters["name"] = command.text;
      operation.parameters["expr"] = found->second;
      metadata.configuration.erase(found);
      return operation;
    }
    case Action::kSetComment:
      metadata.description = command.text;
      operation.name = "SET TBLPROPERTIES";
      operation.parameters["properties"] = quoted_map({{"comment", command.text}});
      return operation;
    default:
      break;
  }
  static const std::map<Action, std::string> kNames = {{Action::kDropFeature, "ALTER TABLE ... DROP FEATURE"},
                                                       {Action::kAddPartition, "ALTER TABLE ... ADD PARTITION"},
                                                       {Action::kDropPartition, "ALTER TABLE ... DROP PARTITION"},
                                                       {Action::kSetTags, "ALTER TABLE ... SET TAGS"},
                                                       {Action::kUnsetTags, "ALTER TABLE ... UNSET TAGS"},
                                                       {Action::kSetRowFilter, "row filters"},
                                                       {Action::kDropRowFilter, "row filters"},
                                                       {Action::kSetMask, "column masks"},
                                                       {Action::kDropMask, "column masks"}};
  auto name = kNames.find(command.action);
  ThrowUnsupported(name == kNames.end() ? "this ALTER TABLE" : name->second);
}

/// ALTER TABLE … CLUSTER BY: what OPTIMIZE does from now on; no file changes.
void ClusterTable(CommandContext& context, const plan::AlterTable& command, const TableTarget& target, delta::Transaction& txn) {
  auto list = [](const std::vector<plan::NameParts>& columns) {
    std::string text;
    for (const auto& column : PathTexts(columns)) text += (text.empty() ? "" : ",") + column;
    return text;
  };
  auto before = delta::ClusteringColumns(*txn.snapshot());
  if (!before && command.column_names.empty()) return;
  delta::SetClusteringColumns(txn, command.column_names);
  delta::Operation operation;
  operation.name = "CLUSTER BY";
  operation.parameters["oldClusteringColumns"] = list(before.value_or(std::vector<plan::NameParts>()));
  operation.parameters["newClusteringColumns"] = list(command.column_names);
  txn.Commit(std::move(operation));
  if (!target.info) return;
  context.engine.catalog().AlterTable(
      target.info->name, [&](catalog::TableInfo& info) { info.clustering_columns = PathTexts(command.column_names); });
}

/// Columns by which the table is clustered stay.
void CheckNotClustering(const plan::AlterTable& command, const delta::Snapshot& snapshot) {
  for (const auto& column : delta::ClusteringColumns(snapshot).value_or(std::vector<plan::NameParts>())) {
    for (const auto& dropped : command.column_names) {
      bool above =
          dropped.size() <= column.size() && std::equal(dropped.begin(), dropped.end(), column.begin(), delta::EqualsIgnoreCase);
      if (!above) continue;
      std::string text = Dotted(column);
      throw Error(ErrorKind::kAnalysis, "DELTA_UNSUPPORTED_DROP_CLUSTERING_COLUMN",
                  "Dropping clustering columns (" + text + ") is not supported.", {{"columnList", text}})
          .WithSqlState("0AKDC");
    }
  }
}

/// A new constraint is a boolean expression over the table's columns.
void CheckConstraint(CommandContext& context, const plan::AlterTable& command, const TableTarget& target) {
  SessionAnalysis analysis(context.engine, context.session, context.options);
  auto row = RowsRelation(plan::DataType::FromJsonText(target.table->Update()->metadata().schema_string).fields(), {});
  auto type = analysis.analyzer().AnalyzeExpression(command.expression, row->output)->type.id();
  if (type == plan::TypeId::kBoolean || type == plan::TypeId::kNull) return;
  std::string text = analysis::ExpressionName(command.expression);
  throw Error(ErrorKind::kAnalysis, "DELTA_NON_BOOLEAN_CHECK_CONSTRAINT",
              "CHECK constraint '" + command.text + "' (" + text + ") should be a boolean expression.",
              {{"name", command.text}, {"expr", text}})
      .WithSqlState("42621");
}

/// A new constraint must hold for the rows that are there.
void CheckExistingRows(CommandContext& context, const plan::AlterTable& command, const TableTarget& target) {
  plan::ReadTable read;
  read.name = target.name ? target.name->parts() : command.name;
  plan::Filter filter;
  filter.input = plan::MakeRelation(read);
  filter.condition = plan::Operator("not", {command.expression});
  plan::Aggregate count;
  count.input = plan::MakeRelation(std::move(filter));
  count.aggregates = {plan::Call("count", {plan::IntLiteral(1)}, {})};
  SessionAnalysis analysis(context.engine, context.session, context.options);
  auto plan = analysis.analyzer().Analyze(plan::MakeRelation(std::move(count)));
  auto rows = std::get<int64_t>(context.engine.Collect(context.session, plan, context.options).at(0).at(0).data);
  if (rows == 0) return;
  std::string name;
  for (const auto& part : read.name) name += (name.empty() ? "" : ".") + part;
  throw Error(ErrorKind::kAnalysis, "DELTA_NEW_CHECK_CONSTRAINT_VIOLATION",
              std::to_string(rows) + " rows in " + name + " violate the new CHECK constraint (" + command.expression_text + ")",
              {{"tableName", name}, {"numRows", std::to_string(rows)}, {"checkConstraint", command.expression_text}})
      .WithSqlState("23512");
}

/// ALTER TABLE … SET LOCATION: another Delta table of the same columns takes the name.
void SetTableLocation(CommandContext& context, const plan::AlterTable& command, const TableTarget& target) {
  const std::string location = LocationOf(context, target.info->name, command.text);
  auto table = context.engine.tables().Open(location);
  if (!table->Exists()) {
    std::string shown = plan::QuotedName(command.text);
    throw Error(ErrorKind::kAnalysis, "DELTA_MISSING_DELTA_TABLE", shown + " is not a Delta table.", {{"tableName", shown}})
        .WithSqlState("42P01");
  }
  auto before = target.table->Update(), after = table->Update();
  const std::string check = "spark.databricks.delta.alterLocation.bypassSchemaCheck";
  const bool bypass = duckdb::StringUtil::CIEquals(context.session->conf().Find(check).value_or(""), "true");
  auto type = [](const delta::SnapshotPtr& snapshot) { return plan::DataType::FromJsonText(snapshot->metadata().schema_string); };
  const bool same = type(before).AsNullable().SameType(type(after).AsNullable()) &&
                    before->metadata().partition_columns == after->metadata().partition_columns;
  if (!same && !bypass) {
    std::string original = SchemaTree(before->schema()), destination = SchemaTree(after->schema());
    throw Error(ErrorKind::kAnalysis, "DELTA_SET_LOCATION_SCHEMA_MISMATCH",
                "\nThe schema of the new Delta location is different than the current table schema.\noriginal schema:\n" +
                    original + "\ndestination schema:\n" + destination +
                    "\n\nIf this is an intended change, you may turn this check off by running:\n%sql set " + check + " = true",
                {{"original", original}, {"destination", destination}, {"config", check}})
        .WithSqlState("42KD7");
  }
  context.engine.catalog().AlterTable(target.info->name, [&](catalog::TableInfo& info) {
    info.location = location;
    info.type = catalog::TableType::kExternal;
  });
  UpdateCatalogEntry(context, target.info->id, *after);
}

CommandAnswer AlterNamespace(CommandContext& context, const plan::AlterTable& command) {
  catalog::Catalog& catalog = context.engine.catalog();
  auto change = [&](auto& info) {
    switch (command.action) {
      case Action::kSetProperties:
        for (const auto& [key, value] : command.properties) info.properties[key] = value;
        return;
      case Action::kUnsetProperties:
        for (const auto& key : command.keys) info.properties.erase(key);
        return;
      case Action::kSetOwner:
        info.owner = command.text;
        return;
      case Action::kSetLocation:
        if constexpr (requires { info.location; }) {
          info.location = storage::Resolve(command.text).path;
          return;
        }
        break;
      default:
        break;
    }
    ThrowUnsupported("this ALTER " + command.kind);
  };
  if (command.kind == "CATALOG") {
    catalog.AlterCatalog(command.name.at(0), change);
  } else {
    catalog.AlterSchema(catalog::Catalog::QualifySchema(command.name, context.current()), change);
  }
  return nullptr;
}

}  // namespace

CommandAnswer Run(CommandContext& context, const plan::AlterTable& command) {
  if (command.kind != "TABLE" && command.kind != "VIEW") return AlterNamespace(context, command);
  catalog::Catalog& catalog = context.engine.catalog();
  if (command.action == Action::kRenameTo) {
    auto from = catalog::Catalog::Qualify(command.name, context.current());
    auto to = catalog::Catalog::Qualify(command.new_name, from.schema_name());
    catalog.RenameTable(from, to, command.kind);
    return nullptr;
  }
  // What is only an entry of the catalog: views, and tables of plain files.
  if (command.kind == "VIEW" || FindFileTable(context, command.name)) {
    catalog.AlterTable(catalog::Catalog::Qualify(command.name, context.current()), [&](catalog::TableInfo& info) {
      if (command.kind == "VIEW" && !info.is_view()) throw catalog::ExpectViewNotTable(info.name.parts(), "ALTER VIEW");
      if (command.action == Action::kSetProperties) {
        for (const auto& [key, value] : command.properties) info.properties[key] = value;
      } else if (command.action == Action::kUnsetProperties) {
        for (const auto& key : command.keys) info.properties.erase(key);
      } else if (command.action == Action::kSetComment && command.kind != "VIEW") {
        info.comment = command.text;
      } else {
        ThrowUnsupported(command.kind == "VIEW" ? "this ALTER VIEW"
                                                : "this ALTER TABLE of a table of the format " + info.provider);
      }
    });
    return nullptr;
  }
  TableTarget target = GetTableTarget(context, command.name);
  if (command.action == Action::kSetOwner || command.action == Action::kSetLocation) {
    if (!target.info) ThrowUnsupported("ALTER TABLE ... SET of a path");
    if (command.action == Action::kSetLocation) {
      SetTableLocation(context, command, target);
      return nullptr;
    }
    catalog.AlterTable(target.info->name, [&](catalog::TableInfo& info) { info.owner = command.text; });
    return nullptr;
  }
  if (command.action == Action::kAddConstraint) {
    CheckConstraint(context, command, target);
    CheckExistingRows(context, command, target);
  }
  delta::Transaction txn = target.table->Begin();
  if (command.action == Action::kAddConstraint) txn.NoteWholeTableRead();
  if (command.action == Action::kClusterBy) {
    ClusterTable(context, command, target, txn);
    return nullptr;
  }
  const bool sets_default = std::any_of(command.columns.begin(), command.columns.end(), [&](const auto& column) {
    return command.action == Action::kChangeColumn && column.definition && !column.definition->default_text.empty();
  });
  if (sets_default && !delta::HasFeature(txn.snapshot()->protocol(), "allowColumnDefaults")) {
    ThrowDefaultsNotEnabled("ALTER TABLE");
  }
  delta::Metadata metadata = txn.metadata();
  delta::Operation operation = ChangeTable(context, command, metadata);
  if (command.action == Action::kDropColumns) CheckNotClustering(command, *txn.snapshot());
  if (operation.name.empty()) return nullptr;
  txn.SetMetadata(std::move(metadata));
  auto snapshot = txn.Commit(std::move(operation)).snapshot;
  if (target.info) {
    UpdateCatalogEntry(context, target.info->id, *snapshot);
    if (snapshot->metadata().description != target.info->comment) {
      catalog.AlterTable(target.info->name, [&](catalog::TableInfo& info) { info.comment = snapshot->metadata().description; });
    }
  }
  return nullptr;
}

}  // namespace headrace::engine
