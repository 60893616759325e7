#include "engine/precompiled.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "base/error.h"
#include "base/ids.h"
#include "delta/schema_evolution.h"
#include "engine/delta_write.h"
#include "engine/file_write.h"
#include "engine/files/csv_generator.h"
#include "engine/typed_build.h"
#include "engine/write_files.h"
#include "plan/names.h"

namespace headrace::engine {

namespace {

namespace fs = std::filesystem;
using analysis::TypedRelationPtr;
using duckdb::StringUtil;

[[noreturn]] void ThrowPathExists(const std::string& local) {
  throw Error(ErrorKind::kAnalysis, "PATH_ALREADY_EXISTS",
              "Path file:" + local + " already exists. Set mode as \"overwrite\" to overwrite the existing path.",
              {{"outputPath", "file:" + local}})
      .WithSqlState("42K04");
}

void CheckNames(const plan::Schema& schema, const std::vector<std::string>& partitioning) {
  std::set<std::string> seen;
  for (const auto& field : schema) {
    std::string name = StringUtil::Lower(field.name);
    if (seen.insert(name).second) continue;
    throw Error(ErrorKind::kAnalysis, "COLUMN_ALREADY_EXISTS",
                "The column " + plan::QuotedName(name) + " already exists. Choose another name or rename the existing column.",
                {{"columnName", plan::QuotedName(name)}})
        .WithSqlState("42711");
  }
  std::set<std::string> parted;
  for (const auto& column : partitioning) {
    std::string name = StringUtil::Lower(column);
    if (!parted.insert(name).second) {
      throw Error(ErrorKind::kAnalysis, "COLUMN_ALREADY_EXISTS",
                  "The column " + plan::QuotedName(name) + " already exists. Choose another name or rename the existing column.",
                  {{"columnName", plan::QuotedName(name)}});
    }
    auto field = std::find_if(schema.begin(), schema.end(), [&](const auto& f) { return StringUtil::CIEquals(f.name, column); });
    if (field != schema.end() && field->type.IsNested()) {
      std::string type = "\"" + field->type.Sql() + "\"";
      throw Error(ErrorKind::kAnalysis, "INVALID_PARTITION_COLUMN_DATA_TYPE", "Cannot use " + type + " for partition column.",
                  {{"type", type}});
    }
    if (seen.count(StringUtil::Lower(column)) > 0) continue;
    std::string text = plan::DataType::Struct(schema).SimpleString();
    throw Error(ErrorKind::kAnalysis, "_LEGACY_ERROR_TEMP_1155",
                "Partition column " + plan::QuotedName(column) + " not found in schema " + text + ".",
                {{"col", column}, {"schemaCatalog", text}});
  }
  if (!partitioning.empty() && partitioning.size() == schema.size()) {
    throw Error(ErrorKind::kAnalysis, "ALL_PARTITION_COLUMNS_NOT_ALLOWED", "Cannot use all columns for partition columns.")
        .WithSqlState("KD005");
  }
}

/// The options with the session's defaults for those that were not given.
plan::Options WithDefaults(const CommandContext& context, const plan::Options& given, const std::string& format) {
  plan::Options options = given;
  options.erase("path");
  if (format == "json" && OptionMap(given).Find("ignoreNullFields") == nullptr) {
    auto setting = context.session->conf().Find("spark.sql.jsonGenerator.ignoreNullFields");
    if (setting && !setting->empty()) options["ignoreNullFields"] = *setting;
  }
  return options;
}

/// Of the files' names. CSV's may be given: of letters, or three characters.
std::string ExtensionOf(const OptionMap& options, const std::string& format) {
  if (format == "text") return "txt";
  if (format != "csv") return format;
  std::string extension = options.Text("extension", format);
  const bool letters = std::all_of(extension.begin(), extension.end(), [](unsigned char c) { return std::isalpha(c) != 0; });
  if (extension.size() != 3 && !letters) {
    throw Error(ErrorKind::kIllegalArgument, "INVALID_PARAMETER_VALUE.EXTENSION",
                "The value of parameter(s) `extension` in `CSVOptions` is invalid: Invalid extension: " + extension +
                    ". Extension is limited to exactly 3 letters (e.g. csv, tsv, etc...)",
                {{"functionName", "`CSVOptions`"}, {"parameter", "`extension`"}, {"invalidValue", extension}})
        .WithSqlState("22023");
  }
  return extension;
}

LineFormat LinesOf(const plan::Options& given, const std::string& format, const Codec& codec) {
  OptionMap options(given);
  LineFormat lines;
  lines.packed = codec.suffix[0] != '\0';
  lines.separator = options.Text("lineSep", "\n");
  lines.skip_empty = format == "csv";
  if (lines.separator.empty() || (format == "csv" && lines.separator.size() > 2)) {
    std::string why =
        lines.separator.empty() ? "'lineSep' cannot be an empty string." : "'lineSep' can contain only 1 character.";
    throw Error(ErrorKind::kIllegalArgument, "", "requirement failed: " + why);
  }
  std::string encoding = options.Text("encoding", options.Text("charset", "UTF-8"));
  if (!StringUtil::CIEquals(encoding, "UTF-8") && !StringUtil::CIEquals(encoding, "UTF8"))
    ThrowUnsupported("writing text in the encoding " + encoding);
  return lines;
}

/// The plan with one column of lines, then the partition columns.
TypedRelationPtr LinesPlan(analysis::Analyzer& analyzer, const TypedRelationPtr& plan, const std::string& format,
                           const plan::Options& options, const std::vector<const analysis::Attribute*>& data,
                           const std::vector<const analysis::Attribute*>& partitions) {
  Projection lines(analyzer, plan);
  if (format == "text") {
    lines.Add("__line", Reference(*data[0]));
  } else {
    plan::Expressions columns;
    for (const auto* column : data) columns.push_back(plan::Attribute({column->name}));
    plan::Expressions arguments{plan::Call("struct", std::move(columns))};
    plan::Expressions entries;
    for (const auto& [key, value] : options) {
      entries.push_back(plan::StringLiteral(key));
      entries.push_back(plan::StringLiteral(value));
    }
    if (!entries.empty()) arguments.push_back(plan::Call("map", std::move(entries)));
    lines.Add("__line", analyzer.AnalyzeExpression(plan::Call(format == "json" ? "to_json" : "to_csv", std::move(arguments)),
                                                   plan->output));
  }
  for (const auto* column : partitions) lines.Keep(*column);
  return lines.Done();
}

/// Folders have the times of partition columns as a cast gives them, in the session's zone: so they are read.
TypedRelationPtr TimesAsText(analysis::Analyzer& analyzer, const TypedRelationPtr& plan,
                             const std::vector<std::string>& partitioning) {
  Projection changed(analyzer, plan);
  bool any = false;
  for (const auto& column : plan->output) {
    bool is_time = column.type.id() == plan::TypeId::kTimestamp || column.type.id() == plan::TypeId::kTimestampNtz;
    bool parts = std::any_of(partitioning.begin(), partitioning.end(),
                             [&](const auto& name) { return StringUtil::CIEquals(name, column.name); });
    if (!is_time || !parts || column.hidden) {
      changed.Keep(column);
      continue;
    }
    any = true;
    auto text = plan::Make(plan::Cast{plan::Attribute({column.name}), plan::DataType::String(), std::nullopt});
    changed.Add(column.name, analyzer.AnalyzeExpression(text, plan->output));
  }
  return any ? changed.Done() : plan;
}

/// The files that an overwrite replaces: those of the partitions that were written, or all.
std::vector<fs::path> Replaced(const fs::path& folder, const fs::path& made, const std::set<fs::path>& parts, bool dynamic) {
  std::vector<fs::path> old;
  if (dynamic) {
    for (const auto& part : parts) {
      if (!fs::exists(part)) continue;
      for (const auto& entry : fs::directory_iterator(part)) old.push_back(entry.path());
    }
    return old;
  }
  for (auto entry = fs::recursive_directory_iterator(folder); entry != fs::recursive_directory_iterator(); ++entry) {
    if (entry->path() == made) {
      entry.disable_recursion_pending();
    } else if (!entry->is_directory() || entry->is_symlink()) {
      old.push_back(entry->path());
    }
  }
  return old;
}

/// A write's files from the folder they were made in to where they belong. What they replace goes when all are there; a move
/// that fails takes the others back.
void MoveIntoPlace(const SinkResult& written, const fs::path& made, const fs::path& folder, bool overwrite, bool dynamic) {
  std::set<fs::path> parts;
  for (const auto& add : written.adds) parts.insert((folder / storage::DecodePath(add.path)).parent_path());
  std::vector<fs::path> old;
  if (overwrite) old = Replaced(folder, made, parts, dynamic);
  std::vector<std::string> moved;
  try {
    for (const auto& part : parts) fs::create_directories(part);
    for (const auto& add : written.adds) {
      std::string name = storage::DecodePath(add.path);
      fs::rename(made / name, folder / name);
      moved.push_back((folder / name).string());
    }
  } catch (const fs::filesystem_error&) {
    std::error_code ignored;
    for (const auto& path : moved) fs::remove(path, ignored);
    throw;
  }
  for (const auto& path : old) {
    fs::remove_all(path);
    // Folders of partitions that are no more.
    std::error_code not_empty;
    for (auto parent = path.parent_path(); parent != folder && fs::remove(parent, not_empty); parent = parent.parent_path()) {
    }
  }
  fs::remove_all(made);
  std::ofstream(folder / "_SUCCESS").flush();
  moved.push_back((folder / "_SUCCESS").string());
  storage::Resolve(folder.string()).store->Sync(moved, folder.string());
}

}  // namespace

bool IsFileFormat(const std::string& name) { return name == "parquet" || name == "csv" || name == "json" || name == "text"; }

void RunFileWrite(CommandContext& context, SessionAnalysis& analysis, const TypedRelationPtr& input, const FileWrite& write) {
  const std::string& format = write.format;
  storage::Location location = storage::Resolve(write.path);
  auto local_path = location.store->LocalPath(location.path);
  if (!local_path) ThrowUnsupported("writing files outside the local file system");
  const std::string local = *local_path;
  const bool there = fs::exists(local);
  if (there && write.mode == "ignore") return;
  if (there && write.mode == "error") ThrowPathExists(local);
  if (fs::exists(local + "/_delta_log")) {
    throw Error(ErrorKind::kAnalysis, "DELTA_INVALID_FORMAT",
                "Incompatible format: there is a Delta table at file:" + local + ", which format(\"" + format +
                    "\") would destroy. Write to it with format(\"delta\").",
                {{"deltaRootPath", "file:" + local}, {"operation", "write to"}, {"path", "file:" + local}, {"format", format}})
        .WithSqlState("22000");
  }
  if (there && !fs::is_directory(local)) ThrowPathExists(local);

  TypedRelationPtr plan = input;
  plan::Schema schema;
  CheckNames(SchemaOf(*plan), write.partitioning);
  plan = TimesAsText(analysis.analyzer(), plan, write.partitioning);
  for (auto field : SchemaOf(*plan)) {
    field.nullable = true;
    field.type = field.type.AsNullable();
    schema.push_back(std::move(field));
  }
  std::vector<const analysis::Attribute*> data;
  std::vector<const analysis::Attribute*> partitions;
  plan::Schema data_schema;
  for (const auto& column : plan->output) {
    if (column.hidden) continue;
    auto found = std::find_if(write.partitioning.begin(), write.partitioning.end(),
                              [&](const auto& name) { return StringUtil::CIEquals(name, column.name); });
    (found == write.partitioning.end() ? data : partitions).push_back(&column);
    if (found == write.partitioning.end()) data_schema.push_back({column.name, column.type.AsNullable(), true, {}});
  }

  const plan::Options options = WithDefaults(context, write.options, format);
  SinkTarget target;
  std::string suffix = write.partitioning.empty() ? "-c000" : ".c000";
  target.format.never_none = true;
  SetFileOptions(*context.session, options, format, suffix, target);
  if (format == "parquet") {
    for (const auto& field : data_schema) {
      if (field.type.id() == plan::TypeId::kNull) CheckFileSchema(format, {field});
    }
  } else {
    CheckFileSchema(format, data_schema);
    if (format == "text" && data.size() != 1) {
      throw Error(ErrorKind::kAnalysis, "_LEGACY_ERROR_TEMP_1290",
                  "Text data source supports only a single column, and you have " + std::to_string(data.size()) + " columns.",
                  {{"schemaSize", std::to_string(data.size())}});
    }
    const Codec& codec = TextCodec(OptionMap(options).Text("compression", OptionMap(options).Text("codec", "none")), format);
    target.format.lines = LinesOf(options, format, codec);
    target.format.suffix = suffix + "." + ExtensionOf(OptionMap(options), format) + codec.suffix;
    if (format == "csv" && OptionMap(options).Bool("header", false)) {
      target.format.lines->header =
          CsvGenerator(plan::DataType::Struct(data_schema), options, context.session->conf().Get("spark.sql.session.timeZone"))
              .Header();
    }
    plan = LinesPlan(analysis.analyzer(), plan, format, options, data, partitions);
    schema = SchemaOf(*plan);
    for (auto& field : schema) field.nullable = true;
  }
  target.metadata = delta::NewTableMetadata(ToDeltaSchema(schema), write.partitioning, {}, 0);
  const fs::path made = fs::path(local) / ("_temporary-" + NewUuid());
  target.location = storage::Resolve(made.string());
  plan = PlanWrite(analysis.analyzer(), plan, target);
  // coalesce(1) is one task, which keeps its input's order.
  target.ordered = target.ordered || (target.files.kind == SinkFiles::Kind::kAtMost && target.files.count <= 1);
  auto setting = context.session->conf().Find("spark.sql.sources.partitionOverwriteMode").value_or("static");
  const bool dynamic =
      write.dynamic || (!write.partitioning.empty() &&
                        StringUtil::CIEquals(OptionMap(options).Text("partitionOverwriteMode", setting), "dynamic"));
  auto clean = [&] {
    std::error_code ignored;
    fs::remove_all(there ? made : fs::path(local), ignored);
  };
  try {
    SinkResult written = RunSink(context.engine, context.session, plan, target, context.options);
    fs::create_directories(made);
    MoveIntoPlace(written, made, local, write.mode == "overwrite", dynamic);
  } catch (const fs::filesystem_error& failure) {
    clean();
    throw Error(ErrorKind::kRuntime, "TASK_WRITE_FAILED", "Cannot write to file:" + local + ": " + failure.code().message() + ".",
                {{"path", "file:" + local}})
        .WithSqlState("58030");
  } catch (...) {
    clean();
    throw;
  }
}

}  // namespace headrace::engine
