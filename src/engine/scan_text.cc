#include "engine/precompiled.h"

#include <duckdb/parser/query_node/select_node.hpp>
#include <duckdb/parser/statement/select_statement.hpp>

#include "analysis/names.h"
#include "base/error.h"
#include "engine/engine.h"
#include "engine/errors.h"
#include "engine/files/csv_reader.h"
#include "engine/files/json_reader.h"
#include "engine/files/record_errors.h"
#include "engine/files/text_reader.h"
#include "engine/files/text_scan.h"

namespace headrace::engine {

namespace {

/// Schemas inferred in a session, by format, options and the files as they were.
class InferredSchemas {
 public:
  std::optional<plan::Schema> Find(const std::string& key) const {
    std::lock_guard lock(mutex_);
    auto found = schemas_.find(key);
    return found == schemas_.end() ? std::nullopt : std::optional(found->second);
  }
  void Put(const std::string& key, plan::Schema schema) {
    constexpr size_t kKept = 1024;
    std::lock_guard lock(mutex_);
    if (schemas_.size() >= kKept) schemas_.clear();
    schemas_[key] = std::move(schema);
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, plan::Schema> schemas_;
};

struct SessionReading {
  std::string zone;
  std::string corrupt_column;
  bool ignore_corrupt;
  bool ntz;
  SessionReading(const Session& session, const plan::Options& options)
      : zone(session.conf().Get("spark.sql.session.timeZone")),
        corrupt_column(session.conf().Get("spark.sql.columnNameOfCorruptRecord")),
        ignore_corrupt(
            OptionMap(options).Bool("ignoreCorruptFiles", session.conf().GetBool("spark.sql.files.ignoreCorruptFiles"))),
        ntz(duckdb::StringUtil::Upper(session.conf().Get("spark.sql.timestampType")) == "TIMESTAMP_NTZ") {}
};

std::string KeyOf(const analysis::TypedScan& scan, const std::vector<FileInfo>& files, const SessionReading& reading) {
  std::string key = scan.format + '\0' + reading.zone + '\0' + reading.corrupt_column + (reading.ntz ? "n" : "") +
                    (reading.ignore_corrupt ? "i" : "");
  for (const auto& [name, value] : scan.options) key += '\0' + name + '=' + value;
  for (const auto& file : files) {
    key += '\0' + file.path + '\0' + std::to_string(file.size) + '\0' + std::to_string(file.modified_micros);
  }
  return key;
}

std::vector<FileInfo> FilesOf(const analysis::TypedScan& scan) {
  std::vector<FileInfo> files;
  for (const auto& path : scan.paths) files.push_back(FileInfo::Of(path));
  return files;
}

TextFraming FramingOf(const plan::Options& given) {
  OptionMap options(given);
  TextFraming framing;
  framing.separator = options.Text("__separator", options.Text("lineSep", ""));
  framing.encoding = options.Text("encoding", options.Text("charset", "UTF-8"));
  framing.whole_file = options.Bool("multiLine", false) || options.Bool("wholeFile", false);
  return framing;
}

/// All rows are looked at, whatever the ratio; one that Spark refuses is refused.
void CheckSampling(const plan::Options& given) {
  const std::string* text = OptionMap(given).Find("samplingRatio");
  if (text == nullptr) return;
  auto ratio = ParseJavaDouble(*text);
  if (!ratio) throw Error(ErrorKind::kNumberFormat, "", "For input string: \"" + *text + "\"");
  if (*ratio <= 0) ThrowRequirement("samplingRatio (" + analysis::JavaDoubleText(*ratio, false) + ") should be greater than 0");
}

/// Runs a scan for what its readers gather; it gives no rows.
void Gather(Engine& engine, const TextScan& scan) {
  auto select = duckdb::make_uniq<duckdb::SelectNode>();
  select->select_list.push_back(duckdb::make_uniq<duckdb::StarExpression>());
  select->from_table = TextScanTable(scan);
  LoweredQuery query;
  query.statement = duckdb::make_uniq<duckdb::SelectStatement>();
  query.statement->node = std::move(select);
  auto connection = engine.database().Connect();
  RunToEnd(*connection, std::move(query), {}, std::make_shared<CancellationToken>());
}

plan::Schema InferJson(Engine& engine, const analysis::TypedScan& scan, std::vector<FileInfo> files,
                       const SessionReading& reading) {
  JsonOptions options(scan.options, reading.zone, reading.corrupt_column);
  CheckSampling(scan.options);
  SharedJsonTypes types;
  TextScan text;
  text.files = std::move(files);
  text.framing = FramingOf(scan.options);
  text.make_reader = [&](const std::vector<size_t>&) { return MakeJsonTypesReader(types, options, text.framing); };
  text.ignore_corrupt = reading.ignore_corrupt;
  Gather(engine, text);
  return JsonObserver(options).SchemaOf(types.types);
}

plan::Schema InferCsv(Engine& engine, const analysis::TypedScan& scan, std::vector<FileInfo> files, const SessionReading& reading,
                      bool case_sensitive) {
  CsvOptions options(scan.options, reading.zone, reading.corrupt_column);
  options.infers_ntz = reading.ntz;
  CheckSampling(scan.options);
  TextScan text;
  text.framing = FramingOf(scan.options);
  std::optional<std::vector<std::string>> names;
  for (size_t i = 0; i < files.size() && !names; ++i) {
    try {
      names = CsvNamesOf(files[i], options, text.framing, case_sensitive);
    } catch (const UnreadableFile& unreadable) {
      if (!reading.ignore_corrupt) throw ToError(duckdb::ErrorData(unreadable), {});
    }
  }
  plan::Schema schema;
  if (!names) return schema;
  for (const auto& name : *names) schema.push_back({name, plan::DataType::String(), true, {}});
  if (!options.infer_schema) return schema;
  SharedCsvTypes types;
  text.files = std::move(files);
  text.ignore_corrupt = reading.ignore_corrupt;
  text.make_reader = [&](const std::vector<size_t>&) { return MakeCsvTypesReader(types, schema.size(), options, text.framing); };
  Gather(engine, text);
  for (size_t i = 0; types.types && i < schema.size(); ++i) schema[i].type = types.types->TypeOf(i);
  return schema;
}

}  // namespace

plan::Schema InferTextSchema(Engine& engine, const std::shared_ptr<Session>& session, const analysis::TypedScan& scan) {
  if (scan.format == "text") return {{"value", plan::DataType::String(), true, {}}};
  if (scan.format == "binaryfile") return BinaryFileSchema();
  SessionReading reading(*session, scan.options);
  std::vector<FileInfo> files = FilesOf(scan);
  std::string key = KeyOf(scan, files, reading);
  auto& known = session->Attached<InferredSchemas>();
  if (auto schema = known.Find(key)) return *schema;
  plan::Schema schema;
  if (scan.format == "json")
    schema = InferJson(engine, scan, std::move(files), reading);
  else if (scan.format == "csv")
    schema = InferCsv(engine, scan, std::move(files), reading, session->conf().GetBool("spark.sql.caseSensitive"));
  else
    ThrowUnsupported("schema inference of " + scan.format + " files");
  known.Put(key, schema);
  return schema;
}

duckdb::unique_ptr<duckdb::TableRef> LowerTextScan(Engine&, const std::shared_ptr<Session>& session,
                                                   const analysis::TypedScan& scan, bool with_metadata,
                                                   std::vector<std::shared_ptr<void>>& resources) {
  SessionReading reading(*session, scan.options);
  auto text = std::make_shared<TextScan>();
  text->files = FilesOf(scan);
  text->framing = FramingOf(scan.options);
  text->schema = scan.schema;
  text->partitions = PartitionValuesOf(scan, reading.zone);
  text->with_metadata = with_metadata;
  text->ignore_corrupt = reading.ignore_corrupt;
  const TextScan* made = text.get();
  if (scan.format == "json") {
    auto options = std::make_shared<JsonOptions>(scan.options, reading.zone, reading.corrupt_column);
    CheckLocale(OptionMap(scan.options), scan.schema);
    text->make_reader = [made, options](const std::vector<size_t>& columns) {
      return MakeJsonReader(made->schema, columns, *options, made->framing);
    };
    text->check_columns = [made, options](const std::vector<size_t>& columns) {
      if (columns.size() == 1 && made->schema[columns[0]].name == options->corrupt_column) ThrowOnlyCorruptColumn();
    };
  } else if (scan.format == "csv") {
    auto options = std::make_shared<CsvOptions>(scan.options, reading.zone, reading.corrupt_column);
    options->case_sensitive = session->conf().GetBool("spark.sql.caseSensitive");
    CheckLocale(OptionMap(scan.options), scan.schema);
    text->make_reader = [made, options](const std::vector<size_t>& columns) { return MakeCsvReader(*made, columns, *options); };
    text->check_columns = [made, options](const std::vector<size_t>& columns) {
      if (columns.size() == 1 && made->schema[columns[0]].name == options->corrupt_column) ThrowOnlyCorruptColumn();
    };
  } else if (scan.format == "text") {
    text->framing.whole_file = OptionMap(scan.options).Bool("wholetext", false);
    text->make_reader = [made](const std::vector<size_t>&) { return MakeLineReader(made->framing); };
  } else if (scan.format == "binaryfile") {
    text->framing.whole_file = true;
    text->make_reader = [](const std::vector<size_t>& columns) { return MakeBinaryReader(columns); };
  } else {
    ThrowUnsupported("reading " + scan.format + " files");
  }
  resources.push_back(text);
  return TextScanTable(*made);
}

}  // namespace headrace::engine
