#include "engine/precompiled.h"

#include "engine/delta_write.h"

#include <algorithm>
#include <functional>
#include <set>

#include "base/error.h"
#include "delta/clustering.h"
#include "delta/schema_evolution.h"
#include "delta/table_properties.h"
#include "engine/delta_target.h"
#include "engine/delta_values.h"
#include "engine/dml.h"
#include "engine/duck_types.h"
#include "engine/file_write.h"
#include "engine/identity.h"
#include "engine/make_table.h"
#include "engine/struct_fields.h"
#include "engine/table_defaults.h"
#include "engine/typed_build.h"
#include "engine/write_files.h"
#include "plan/names.h"
#include "sql/parser.h"

namespace headrace::engine {

namespace {

using analysis::Attribute;
using analysis::TypedPtr;
using analysis::TypedRelationPtr;

bool SameName(const std::string& a, const std::string& b) { return delta::EqualsIgnoreCase(a, b); }

/// The visible columns under the given names (their own when `names` is empty).
TypedRelationPtr Visible(const TypedRelationPtr& input, const std::vector<std::string>& names) {
  analysis::TypedProject project{input, {}};
  std::vector<Attribute> output;
  for (const auto& column : input->output) {
    if (column.hidden) continue;
    project.expressions.push_back(Reference(column));
    Attribute shown = column;
    if (!names.empty()) shown.name = names.at(output.size());
    output.push_back(std::move(shown));
  }
  return analysis::MakeTypedRelation(std::move(project), std::move(output));
}

/// A column's metadata as a new table keeps it: the comment, not what another table's log said of it.
plan::StructField NewColumn(plan::StructField field) {
  json::object kept;
  for (const auto& [key, value] : field.metadata) {
    if (key == "comment" || key == "__CHAR_VARCHAR_TYPE_STRING") kept[key] = value;
  }
  field.metadata = std::move(kept);
  field.nullable = true;
  field.type = field.type.AsNullable();
  return field;
}

plan::Schema DataSchema(const TypedRelationPtr& plan) {
  plan::Schema schema;
  for (const auto& field : SchemaOf(*plan)) schema.push_back(NewColumn(field));
  return schema;
}

std::string Tree(const std::vector<delta::Field>& fields, const std::string& indent = " |-- ") {
  std::string text;
  for (const auto& field : fields) {
    text += indent + field.name + ": " + (field.type->IsPrimitive() ? field.type->name : field.type->SqlName()) +
            " (nullable = " + (field.nullable ? "true" : "false") + ")\n";
  }
  return text;
}

/// The error of columns the table lacks and no mergeSchema to add them.
[[noreturn]] void ThrowSchemaMismatch(const delta::Snapshot& snapshot, const delta::Schema& data) {
  throw Error(ErrorKind::kAnalysis, "DELTA_METADATA_MISMATCH",
              "A metadata mismatch was detected when writing to the Delta table.\n- A schema mismatch detected when writing to "
              "the Delta table (Table ID: " +
                  snapshot.metadata().id +
                  ").\nTo enable schema migration using DataFrameWriter or DataStreamWriter, please set: "
                  "'.option(\"mergeSchema\", \"true\")'.\nFor other operations, set the session configuration "
                  "spark.databricks.delta.schema.autoMerge.enabled to \"true\". See the documentation specific to the operation "
                  "for details.\n\nTable schema:\n" +
                  SchemaTree(snapshot.schema()) + "\n\nData schema:\n" + SchemaTree(data) + "\n\n")
      .WithSqlState("42KDG");
}

[[noreturn]] void ThrowPartitionMismatch(const std::vector<std::string>& given, const std::vector<std::string>& table) {
  throw Error(ErrorKind::kAnalysis, "_LEGACY_ERROR_TEMP_DELTA_0007",
              "Partition columns do not match the partition columns of the table.\nGiven: " + JsonList(given) +
                  "\nTable: " + JsonList(table))
      .WithSqlState("42KDG");
}

/// A writer that says how a table is clustered has to know.
void CheckSameClustering(const delta::Snapshot& snapshot, const std::vector<plan::NameParts>& given) {
  std::string wanted, there;
  for (const auto& text : PathTexts(given)) wanted += (wanted.empty() ? "" : ",") + text;
  for (const auto& text : PathTexts(delta::ClusteringColumns(snapshot).value_or(std::vector<plan::NameParts>())))
    there += (there.empty() ? "" : ",") + text;
  if (SameName(wanted, there)) return;
  throw Error(
      ErrorKind::kAnalysis, "DELTA_CLUSTERING_COLUMNS_MISMATCH",
      "The provided clustering columns do not match the existing table's.\n- provided: " + wanted + "\n- existing: " + there,
      {{"providedClusteringColumns", wanted}, {"existingClusteringColumns", there}})
      .WithSqlState("42P10");
}

bool SameNames(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), SameName);
}

/// One write, step by step.
class Writer {
 public:
  Writer(CommandContext& context, DeltaWrite write)
      : context_(context),
        write_(std::move(write)),
        analysis_(context.engine, context.session, context.options),
        txn_(write_.table->Begin()) {}

  DeltaWriteResult Run(const plan::RelationPtr& source) {
    DeltaWriteResult result;
    result.snapshot = txn_.snapshot();
    if (context_.engine.FindEarlierRun(*write_.table, context_.options)) return result;
    if (write_.must_be_new && exists()) {
      std::string uri = write_.table->location().Uri();
      throw Error(ErrorKind::kAnalysis, "DELTA_CREATE_TABLE_WITH_NON_EMPTY_LOCATION",
                  "Cannot create table " + write_.table_name + ": there is a Delta table at " + uri + " already.",
                  {{"tableId", write_.table_name}, {"tableLocation", uri}})
          .WithSqlState("42601");
    }
    if (write_.app_id) {
      auto last = txn_.ReadTransactionVersion(*write_.app_id);
      if (last && *last >= write_.app_version) return result;  // This batch is there already.
      txn_.SetTransactionVersion(*write_.app_id, write_.app_version);
    }
    TypedRelationPtr data = Visible(analysis_.analyzer().Analyze(source), {});
    data = NameColumns(data);
    CheckNamesDiffer(data);
    data = NameFields(data);
    SetMetadata(data);
    TypedRelationPtr stored = Store(ArrangeFields(data));
    SinkTarget target;
    target.location = write_.table->location();
    target.metadata = txn_.metadata();
    target.data_change = write_.data_change;
    target.identities = identities_;
    SetFileOptions(*context_.session, write_.file_options, target);
    TypedRelationPtr plan = PlanWrite(analysis_.analyzer(), stored, target);
    if (write_.replace_where && context_.session->conf().GetBool("spark.databricks.delta.replaceWhere.constraintCheck.enabled")) {
      plan = CheckReplaceWhere(analysis_.analyzer(), plan, stored->output.size(), write_.replace_where, write_.replace_where_text,
                               target);
    }
    SinkResult written = RunSink(context_.engine, context_.session, plan, target, context_.options);
    try {
      NoteIdentities(txn_, target, written);
      Remove(written);
      for (const auto& add : written.adds) txn_.Add(add);
      result.snapshot = Commit(written);
    } catch (const Error& error) {
      if (error.condition() != "STORAGE_FAILURE") RemoveWritten(target.location, written.adds);
      throw;
    }
    result.rows = written.rows;
    if (!write_.catalog_id.empty()) UpdateCatalogEntry(context_, write_.catalog_id, *result.snapshot);
    return result;
  }

 private:
  bool exists() const { return txn_.snapshot() != nullptr; }
  bool overwrite() const { return write_.mode == DeltaWrite::Mode::kOverwrite; }
  bool makes_table() const { return !exists() || write_.replace_table; }

  /// INSERT's column list, or the table's names for an insert by position.
  TypedRelationPtr NameColumns(const TypedRelationPtr& data) {
    if (!write_.columns.empty()) {
      if (write_.columns.size() != data->output.size()) ThrowArity(data, write_.columns);
      for (auto name = write_.columns.begin(); name != write_.columns.end(); ++name) {
        if (std::none_of(write_.columns.begin(), name, [&](const std::string& other) { return SameName(*name, other); }))
          continue;
        throw Error(
            ErrorKind::kAnalysis, "COLUMN_ALREADY_EXISTS",
            "The column " + plan::QuotedName(*name) + " already exists. Choose another name or rename the existing column.",
            {{"columnName", plan::QuotedName(*name)}})
            .WithSqlState("42711");
      }
      for (const auto& name : write_.columns) {
        if (makes_table() || txn_.snapshot()->schema().Find(name) != nullptr) continue;
        std::string wanted = plan::QuotedName({name}), known;
        for (const auto& field : txn_.snapshot()->schema().fields()) {
          known += (known.empty() ? "" : ", ") + plan::QuotedName({field.name});
        }
        throw Error(ErrorKind::kAnalysis, "UNRESOLVED_COLUMN.WITH_SUGGESTION",
                    "A column, variable, or function parameter with name " + wanted +
                        " cannot be resolved. Did you mean one of the following? [" + known + "].",
                    {{"objectName", wanted}, {"proposal", known}});
      }
      write_.by_name = true;
      return Visible(data, write_.columns);
    }
    if (write_.by_name || makes_table()) return data;
    const auto& fields = txn_.snapshot()->schema().fields();
    std::vector<std::string> names;
    bool generated = false;
    for (const auto& field : fields) generated = generated || field.metadata.contains("delta.generationExpression");
    for (const auto& field : fields) {
      // An INSERT may leave generated columns out.
      if (generated && data->output.size() < fields.size() && field.metadata.contains("delta.generationExpression")) continue;
      names.push_back(field.name);
    }
    if (names.size() < data->output.size()) {
      // Columns of the data's own: added to the table, or a mismatch of the schemas.
      for (size_t i = names.size(); i < data->output.size(); ++i) names.push_back(data->output[i].name);
    }
    if (names.size() != data->output.size()) ThrowArity(data, names);
    write_.by_name = true;
    return Visible(data, names);
  }

  [[noreturn]] void ThrowArity(const TypedRelationPtr& data, const std::vector<std::string>& columns) {
    std::vector<std::string> given;
    for (const auto& column : data->output) given.push_back(column.name);
    if (given.size() < columns.size() && write_.columns.empty()) {
      ThrowTooFew("not enough data columns", columns.size(), given.size());
    }
    throw ArityMismatch(write_.table_name, columns, given);
  }

  /// A column of the table is given once.
  void CheckNamesDiffer(const TypedRelationPtr& data) const {
    const auto& columns = data->output;
    for (size_t i = 0; i < columns.size(); ++i) {
      const std::string lower = duckdb::StringUtil::Lower(columns[i].name);
      std::string same = lower;
      for (size_t j = 0; j < columns.size(); ++j) {
        if (j != i && SameName(columns[j].name, lower)) same += ", " + lower;
      }
      if (same == lower) continue;
      if (makes_table()) {
        std::string name = plan::QuotedName(lower);
        throw Error(ErrorKind::kAnalysis, "COLUMN_ALREADY_EXISTS",
                    "The column " + name + " already exists. Choose another name or rename the existing column.",
                    {{"columnName", name}})
            .WithSqlState("42711");
      }
      throw Error(ErrorKind::kAnalysis, "DELTA_DUPLICATE_COLUMNS_FOUND.READ_SCHEMA",
                  "Found duplicate column(s): " + same + ". The duplicate was found in the schema of the data being read.",
                  {{"duplicateCols", same}})
          .WithSqlState("42711");
    }
  }

  /// What an INSERT gives for structs has all the fields of the table's: by their names where they are the same, else by
  /// position, and then under the table's names.
  TypedRelationPtr NameFields(const TypedRelationPtr& data) {
    if (!write_.cast || makes_table() || write_.fields == DeltaWrite::Fields::kByNameOrNull) return data;
    plan::Schema schema = plan::DataType::FromJsonText(txn_.snapshot()->metadata().schema_string).fields();
    analysis::TypedProject named{data, {}};
    std::vector<Attribute> output;
    bool any = false;
    for (Attribute column : data->output) {
      auto field = std::find_if(schema.begin(), schema.end(), [&](const auto& f) { return SameName(f.name, column.name); });
      TypedPtr value = Reference(column);
      const bool by_name =
          field != schema.end() && write_.fields == DeltaWrite::Fields::kByName && AreFieldsOf(column.type, field->type, true);
      if (field != schema.end() && !by_name) {
        plan::DataType type = UnderNamesOf(field->type, column.type, field->name);
        if (!(type.SimpleString() == column.type.SimpleString())) {
          any = true;
          value = analysis::MakeTyped(analysis::TypedCast{value, plan::EvalMode::kAnsi}, type, column.nullable);
          column = {analysis_.analyzer().NewId(), column.name, type, column.nullable, column.metadata, {}, false};
        }
      }
      named.expressions.push_back(std::move(value));
      output.push_back(std::move(column));
    }
    return any ? analysis::MakeTypedRelation(std::move(named), std::move(output)) : data;
  }

  /// `given` with the names that `table`'s fields have at their places. Throws when it has fewer fields.
  plan::DataType UnderNamesOf(const plan::DataType& table, const plan::DataType& given, const std::string& name) const {
    if (table.id() != plan::TypeId::kStruct || given.id() != plan::TypeId::kStruct) return given;
    if (given.fields().size() < table.fields().size()) {
      ThrowTooFew("not enough nested fields in " + name, table.fields().size(), given.fields().size());
    }
    plan::Schema fields = given.fields();
    for (size_t i = 0; i < table.fields().size(); ++i) {
      const plan::StructField& wanted = table.fields()[i];
      fields[i].name = wanted.name;
      fields[i].type = UnderNamesOf(wanted.type, fields[i].type, name + "." + wanted.name);
    }
    return plan::DataType::Struct(std::move(fields));
  }

  [[noreturn]] void ThrowTooFew(const std::string& what, size_t table, size_t given) const {
    std::string name, wanted = std::to_string(table), have = std::to_string(given);
    for (char c : write_.table_name) name += c == '`' ? std::string() : std::string(1, c);
    throw Error(ErrorKind::kAnalysis, "DELTA_INSERT_COLUMN_ARITY_MISMATCH",
                "Cannot write to '" + name + "', " + what + "; target table has " + wanted +
                    " column(s) but the inserted data has " + have + " column(s)",
                {{"tableName", name}, {"columnName", what}, {"numColumns", wanted}, {"insertColumns", have}})
        .WithSqlState("42802");
  }

  /// The table's schema and partitioning after this write.
  void SetMetadata(const TypedRelationPtr& data) {
    delta::Schema incoming = ToDeltaSchema(DataSchema(data));
    if (makes_table()) {
      int64_t now = context_.engine.clock()->NowMicros() / 1000;
      delta::Metadata metadata = delta::NewTableMetadata(incoming, TableCase(incoming, write_.partition_columns),
                                                         NewTableProperties(*context_.session, write_.properties), now);
      metadata.description = write_.comment;
      txn_.SetMetadata(std::move(metadata));
      ClusterNewTable(txn_, write_.clustering);
      return;
    }
    const delta::Snapshot& snapshot = *txn_.snapshot();
    delta::Metadata metadata = snapshot.metadata();
    if (overwrite() && write_.overwrite_schema) {
      if (write_.replace_where || write_.dynamic_partitions) {
        throw Error(ErrorKind::kIllegalArgument,
                    write_.replace_where ? "DELTA_REPLACE_WHERE_WITH_OVERWRITE_SCHEMA"
                                         : "DELTA_OVERWRITE_SCHEMA_WITH_DYNAMIC_PARTITION_OVERWRITE",
                    "overwriteSchema replaces the whole table and cannot stand with a partial overwrite.")
            .WithSqlState("42613");
      }
      metadata.schema_string = incoming.ToJson();
      metadata.partition_columns = TableCase(incoming, write_.partition_columns);
      if (metadata != snapshot.metadata()) txn_.SetMetadata(std::move(metadata));
      return;
    }
    if (write_.partitioning_given && !SameNames(write_.partition_columns, metadata.partition_columns)) {
      ThrowPartitionMismatch(write_.partition_columns, metadata.partition_columns);
    }
    if (!write_.clustering.empty()) CheckSameClustering(snapshot, write_.clustering);
    delta::MergeSchemaOptions options;
    options.keep_existing_type = write_.cast;
    delta::Schema merged = delta::MergeSchemas(snapshot.schema(), incoming, options);
    if (merged.ToJson() == snapshot.schema().ToJson()) return;
    if (!write_.merge_schema) {
      bool fits = std::all_of(incoming.fields().begin(), incoming.fields().end(),
                              [&](const auto& field) { return snapshot.schema().Find(field.name) != nullptr; });
      // Storing the columns says what does not go into them; fields that the table lacks are a mismatch already.
      fits = fits && !HasMoreFields(data);
      if (write_.cast && fits && write_.fields != DeltaWrite::Fields::kByNameOrNull) return;
      ThrowSchemaMismatch(snapshot, incoming);
    }
    metadata.schema_string = merged.ToJson();
    txn_.SetMetadata(std::move(metadata));
  }

  /// Whether structs have fields beyond those of the table's, outside of arrays and maps.
  bool HasMoreFields(const TypedRelationPtr& data) const {
    std::function<bool(const plan::DataType&, const plan::DataType&)> more = [&](const plan::DataType& given,
                                                                                 const plan::DataType& table) {
      if (given.id() != plan::TypeId::kStruct || table.id() != plan::TypeId::kStruct) return false;
      if (given.fields().size() > table.fields().size()) return true;
      for (size_t i = 0; i < given.fields().size(); ++i) {
        if (more(given.fields()[i].type, table.fields()[i].type)) return true;
      }
      return false;
    };
    plan::Schema schema = plan::DataType::FromJsonText(txn_.snapshot()->metadata().schema_string).fields();
    return std::any_of(data->output.begin(), data->output.end(), [&](const Attribute& column) {
      auto field = std::find_if(schema.begin(), schema.end(), [&](const auto& f) { return SameName(f.name, column.name); });
      return field != schema.end() && more(column.type, field->type);
    });
  }

  /// Partition columns in the schema's case.
  static std::vector<std::string> TableCase(const delta::Schema& schema, std::vector<std::string> names) {
    for (auto& name : names) {
      if (const auto* field = schema.Find(name)) name = field->name;
    }
    return names;
  }

  /// The table's columns after this write. NOT NULL is left out: it is checked row by row as they are written.
  plan::Schema NullableSchema() const {
    plan::Schema schema = plan::DataType::FromJsonText(txn_.metadata().schema_string).fields();
    for (auto& field : schema) field.nullable = true;
    return schema;
  }

  /// The data with the fields of its structs in the table's order, unless they go by position.
  TypedRelationPtr ArrangeFields(const TypedRelationPtr& data) {
    if (write_.fields == DeltaWrite::Fields::kByPosition) return data;
    plan::Schema schema = NullableSchema();
    analysis::TypedProject arranged{data, {}};
    std::vector<Attribute> output;
    bool any = false;
    for (Attribute column : data->output) {
      auto field = std::find_if(schema.begin(), schema.end(), [&](const auto& f) { return SameName(f.name, column.name); });
      TypedPtr value = Reference(column);
      bool all = write_.fields == DeltaWrite::Fields::kByName;
      if (field != schema.end() && HasOtherFields(column.type, field->type) && AreFieldsOf(column.type, field->type, all)) {
        any = true;
        value = analysis_.analyzer().AnalyzeExpression(FieldsByName(plan::Attribute({column.name}), column.type, field->type),
                                                       {column});
        column = {analysis_.analyzer().NewId(), column.name, value->type, value->nullable, column.metadata, {}, false};
      }
      arranged.expressions.push_back(std::move(value));
      output.push_back(std::move(column));
    }
    return any ? analysis::MakeTypedRelation(std::move(arranged), std::move(output)) : data;
  }

  /// The data as exactly the table's columns: defaults for missing ones, casts, generated columns.
  TypedRelationPtr Store(const TypedRelationPtr& data) {
    plan::Schema schema = plan::DataType::FromJsonText(txn_.metadata().schema_string).fields();
    analysis::TypedProject filled{data, {}};
    std::vector<Attribute> output;
    for (const auto& column : data->output) {
      filled.expressions.push_back(Reference(column));
      output.push_back(column);
    }
    std::vector<size_t> generated;
    for (size_t i = 0; i < schema.size(); ++i) {
      bool there = std::any_of(data->output.begin(), data->output.end(),
                               [&](const Attribute& column) { return SameName(column.name, schema[i].name); });
      if (IsIdentity(schema[i])) {
        if (there && !TakesExplicitIdentity(schema[i])) ThrowIdentityInsert(schema[i].name);
        if (!there) identities_.push_back(NumbersFor(schema[i], i, std::nullopt));
        continue;
      }
      if (there) continue;
      const json::value* text = schema[i].metadata.if_contains("delta.generationExpression");
      if (text != nullptr) {
        generated.push_back(i);
        continue;
      }
      if (!schema[i].metadata.contains("CURRENT_DEFAULT")) continue;
      TypedPtr value = DefaultOf(analysis_.analyzer(), schema[i]);
      filled.expressions.push_back(value);
      output.push_back({analysis_.analyzer().NewId(), schema[i].name, value->type, value->nullable, {}, {}, false});
    }
    TypedRelationPtr input = data;
    if (output.size() > data->output.size()) input = analysis::MakeTypedRelation(std::move(filled), std::move(output));
    plan::Schema target = NullableSchema();
    TypedRelationPtr stored = analysis_.analyzer().CastForWrite(input, target, true, write_.table_name);
    stored = CheckLengths(analysis_.analyzer(), stored, schema);
    if (generated.empty()) return stored;
    analysis::TypedProject computed{stored, {}};
    std::vector<Attribute> columns;
    for (size_t i = 0; i < schema.size(); ++i) {
      Attribute column = stored->output[i];
      if (std::find(generated.begin(), generated.end(), i) == generated.end()) {
        computed.expressions.push_back(Reference(column));
      } else {
        std::string text(schema[i].metadata.at("delta.generationExpression").as_string());
        TypedPtr value = analysis_.analyzer().AnalyzeAssignment(sql::ParseExpression(text), stored->output, target[i]);
        column.id = analysis_.analyzer().NewId();
        column.nullable = value->nullable;
        computed.expressions.push_back(std::move(value));
      }
      columns.push_back(std::move(column));
    }
    return analysis::MakeTypedRelation(std::move(computed), std::move(columns));
  }

  /// Marks the files an overwrite replaces.
  void Remove(SinkResult& written) {
    if (!overwrite() || !exists()) return;
    std::vector<delta::FileRef> files;
    if (write_.replace_where) {
      files = ReplacedByPredicate(written);
    } else if (write_.dynamic_partitions && !txn_.metadata().partition_columns.empty()) {
      std::set<delta::PartitionValues> partitions;
      for (const auto& add : written.adds) partitions.insert(add.partition_values);
      for (const auto& file : txn_.snapshot()->files()) {
        if (partitions.count(file->partition_values) == 0) continue;
        txn_.NoteFileRead(*file);
        files.push_back(file);
      }
    } else {
      files = txn_.ReadFiles(delta::Predicate::True());
    }
    for (const auto& file : files) {
      ++removed_files_;
      removed_bytes_ += file->size;
      txn_.Remove(*file, write_.data_change);
    }
  }

  /// replaceWhere over any column: the files that may hold such rows, written again without them.
  std::vector<delta::FileRef> RewrittenByPredicate(SinkResult& written) {
    plan::ReadFiles read;
    read.format = "delta";
    read.paths = {write_.table->location().path};
    DeltaTarget target = FindDeltaTarget(context_, analysis_, plan::Target{plan::MakeRelation(std::move(read))}, "WRITE");
    if (target.snapshot->version() != txn_.snapshot()->version()) {
      txn_.NoteWholeTableRead();  // Another writer came between: the commit finds out.
    }
    TypedPtr condition = analysis_.analyzer().AnalyzeExpression(write_.replace_where, target.scan->output);
    std::vector<delta::FileRef> files = txn_.ReadFiles(FilePredicate(condition, target.scan->output));
    if (files.empty()) return files;
    TypedRelationPtr rows = RowScan(analysis_.analyzer(), target, files);
    TypedPtr gone = analysis_.analyzer().AnalyzeExpression(write_.replace_where, rows->output);
    rows = FilterOf(rows, IfElse(IsTrue(gone), BoolValue(false), BoolValue(true)));
    Projection columns(analysis_.analyzer(), rows);
    for (const auto& field : target.schema) columns.Keep(ColumnNamed(rows, field.name));
    SinkTarget sink;
    sink.location = write_.table->location();
    sink.metadata = txn_.metadata();
    SetFileOptions(*context_.session, write_.file_options, sink);
    // Columns that this very write adds are NULL in the rows that stay.
    TypedRelationPtr stored = analysis_.analyzer().CastForWrite(columns.Done(), NullableSchema(), true, write_.table_name);
    SinkResult kept = RunSink(context_.engine, context_.session, stored, sink, context_.options);
    written.bytes += kept.bytes;
    for (auto& add : kept.adds) written.adds.push_back(std::move(add));
    return files;
  }

  /// replaceWhere over partition columns: whole files, chosen by the predicate's value for their partition.
  std::vector<delta::FileRef> ReplacedByPredicate(SinkResult& written) {
    const delta::Snapshot& snapshot = *txn_.snapshot();
    plan::Schema schema = plan::DataType::FromJsonText(snapshot.metadata().schema_string).fields();
    plan::Schema partition_schema;
    for (const auto& name : snapshot.metadata().partition_columns) {
      for (const auto& field : schema) {
        if (SameName(field.name, name)) partition_schema.push_back({field.name, field.type, true, {}});
      }
    }
    std::map<delta::PartitionValues, int64_t> partitions;
    std::vector<std::vector<plan::Value>> rows;
    partition_schema.push_back({"__partition", plan::TypeId::kLong, false, {}});
    for (const auto& file : snapshot.files()) {
      auto [at, is_new] = partitions.try_emplace(file->partition_values, static_cast<int64_t>(partitions.size()));
      if (!is_new) continue;
      std::vector<plan::Value> row;
      auto values = snapshot.PartitionValuesOf(*file);
      for (size_t i = 0; i < values.size(); ++i) {
        row.push_back(PlanValue(FromDelta(values[i], partition_schema[i].type), partition_schema[i].type));
      }
      row.push_back(plan::Value(plan::Value::Data(at->second)));
      rows.push_back(std::move(row));
    }
    // The predicate runs as a filter over one row a partition.
    TypedRelationPtr relation = RowsRelation(partition_schema, std::move(rows));
    TypedPtr condition;
    try {
      condition = analysis_.analyzer().AnalyzeExpression(write_.replace_where, relation->output);
    } catch (const Error& error) {
      if (error.condition().rfind("UNRESOLVED_COLUMN", 0) != 0) throw;
      return RewrittenByPredicate(written);
    }
    analysis::TypedProject project{analysis::MakeTypedRelation(analysis::TypedFilter{relation, condition}, relation->output),
                                   {Reference(relation->output.back())}};
    auto chosen = context_.engine.Collect(
        context_.session, analysis::MakeTypedRelation(std::move(project), {relation->output.back()}), context_.options);
    std::set<int64_t> matched;
    for (const auto& row : chosen) matched.insert(std::get<int64_t>(row.at(0).data));
    txn_.NoteRead(FilePredicate(condition, relation->output));
    std::vector<delta::FileRef> files;
    for (const auto& file : snapshot.files()) {
      if (matched.count(partitions.at(file->partition_values)) == 0) continue;
      txn_.NoteFileRead(*file);
      files.push_back(file);
    }
    return files;
  }

  delta::SnapshotPtr Commit(const SinkResult& written) {
    delta::Operation operation;
    operation.name = write_.operation.empty() ? "WRITE" : write_.operation;
    operation.parameters = write_.operation_parameters;
    if (write_.operation.empty()) {
      operation.parameters["mode"] = overwrite() ? "Overwrite" : "Append";
      operation.parameters["partitionBy"] = JsonList(write_.partition_columns);
      if (write_.replace_where) operation.parameters["predicate"] = write_.replace_where_text;
    }
    operation.metrics = {{"numFiles", std::to_string(written.adds.size())},
                         {"numOutputRows", std::to_string(written.rows)},
                         {"numOutputBytes", std::to_string(written.bytes)}};
    if (overwrite() && exists()) {
      operation.metrics.emplace_back("numRemovedFiles", std::to_string(removed_files_));
      operation.metrics.emplace_back("numRemovedBytes", std::to_string(removed_bytes_));
    }
    operation.user_metadata = write_.user_metadata;
    operation.operation_id = context_.options.operation_id;
    return txn_.Commit(std::move(operation)).snapshot;
  }

  CommandContext& context_;
  DeltaWrite write_;
  SessionAnalysis analysis_;
  delta::Transaction txn_;
  std::vector<SinkIdentity> identities_;  ///< Those that this write numbers.
  int64_t removed_files_ = 0;
  int64_t removed_bytes_ = 0;
};

}  // namespace

DeltaWriteResult RunDeltaWrite(CommandContext& context, const plan::RelationPtr& source, DeltaWrite write) {
  return Writer(context, std::move(write)).Run(source);
}

void UpdateCatalogEntry(CommandContext& context, const std::string& catalog_id, const delta::Snapshot& snapshot) {
  plan::Schema schema = plan::DataType::FromJsonText(snapshot.metadata().schema_string).fields();
  context.engine.catalog().UpdateSchema(catalog_id, schema, snapshot.metadata().partition_columns,
                                        snapshot.metadata().configuration);
}

std::string SchemaTree(const delta::Schema& schema) { return "root\n" + Tree(schema.fields()); }

delta::Schema ToDeltaSchema(const plan::Schema& schema) {
  plan::Schema stored = schema;
  for (auto& field : stored) {
    if (field.type.id() == plan::TypeId::kChar || field.type.id() == plan::TypeId::kVarchar) {
      // As Spark keeps them: a string with its declared type beside it.
      field.metadata["__CHAR_VARCHAR_TYPE_STRING"] = field.type.SimpleString();
      field.type = plan::DataType::String();
    }
  }
  return delta::Schema::Parse(json::serialize(plan::DataType::Struct(std::move(stored)).ToJson()));
}

std::string JsonList(const std::vector<std::string>& items) {
  json::array list;
  for (const auto& item : items) list.emplace_back(item);
  return json::serialize(list);
}

Error ArityMismatch(const std::string& table_name, const std::vector<std::string>& columns,
                    const std::vector<std::string>& given) {
  auto list = [](const std::vector<std::string>& names) {
    std::string text;
    for (const auto& name : names) text += (text.empty() ? "" : ", ") + plan::QuotedName({name});
    return text;
  };
  bool few = given.size() < columns.size();
  return Error(
             ErrorKind::kAnalysis,
             few ? "INSERT_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS" : "INSERT_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS",
             "Cannot write to " + table_name + ", the reason is " + (few ? "not enough data columns" : "too many data columns") +
                 ":\nTable columns: " + list(columns) + ".\nData columns: " + list(given) + ".",
             {{"tableName", table_name}, {"tableColumns", list(columns)}, {"dataColumns", list(given)}})
      .WithSqlState("21S01");
}

}  // namespace headrace::engine
