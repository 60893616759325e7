#include "engine/precompiled.h"

#include "engine/scan_parquet.h"

#include <duckdb/common/multi_file/multi_file_reader.hpp>

#include "engine/engine.h"
#include "engine/files/text_scan.h"
#include "engine/parquet_reader.h"
#include "engine/scan_delta_reader.h"

namespace headrace::engine {

namespace {

constexpr char kFunctionName[] = "headrace_parquet_scan";

/// What one scan reads: files with the constants that their folders and the file system give.
struct ParquetScan {
  plan::Schema schema;
  bool with_metadata = false;
  PartitionValues partitions;
  std::vector<FileInfo> files;
  std::unordered_map<std::string, size_t> by_path;
};

/// DuckDB's Parquet scan with Spark's constants.
class ParquetReader : public ParquetFilesReader {
 public:
  static duckdb::unique_ptr<duckdb::MultiFileReader> Create(const duckdb::TableFunction&) {
    return duckdb::make_uniq<ParquetReader>();
  }

  // Late materialisation copies the reader; without this the copy would be DuckDB's own and lose the constants.
  duckdb::unique_ptr<duckdb::MultiFileReader> Copy() const override {
    auto copy = duckdb::make_uniq<ParquetReader>();
    copy->scan_ = scan_;
    return copy;
  }

  duckdb::shared_ptr<duckdb::MultiFileList> CreateFileList(duckdb::ClientContext&, const duckdb::vector<std::string>& paths,
                                                           const duckdb::FileGlobInput&) override {
    scan_ = static_cast<const ParquetScan*>(ScanOf(paths));
    duckdb::vector<duckdb::OpenFileInfo> infos;
    for (const auto& file : scan_->files) infos.push_back(duckdb::OpenFileInfo(file.path));
    return duckdb::make_shared_ptr<duckdb::SimpleMultiFileList>(std::move(infos));
  }

  bool Bind(duckdb::MultiFileOptions&, duckdb::MultiFileList&, duckdb::vector<duckdb::LogicalType>& types,
            duckdb::vector<std::string>& names, duckdb::MultiFileReaderBindData& data) override {
    plan::Schema columns = scan_->schema;
    if (scan_->with_metadata) columns.push_back({"_metadata", FileMetadataType(), true, {}});
    for (const auto& field : columns) {
      auto column = MultiFileColumn(field, false);
      types.push_back(column.type);
      names.push_back(column.name);
      data.schema.push_back(std::move(column));
    }
    data.mapping = duckdb::MultiFileColumnMappingMode::BY_NAME;
    return true;
  }

  void FinalizeBind(duckdb::MultiFileReaderData& reader_data, const duckdb::MultiFileOptions& options,
                    const duckdb::MultiFileReaderBindData& bind, const duckdb::vector<duckdb::MultiFileColumnDefinition>& columns,
                    const duckdb::vector<duckdb::ColumnIndex>& ids, duckdb::ClientContext& context,
                    duckdb::optional_ptr<duckdb::MultiFileReaderGlobalState> state) override {
    MultiFileReader::FinalizeBind(reader_data, options, bind, columns, ids, context, state);
    size_t file = scan_->by_path.at(reader_data.reader->GetFileName());
    for (duckdb::idx_t i = 0; i < ids.size(); ++i) {
      auto id = ids[i].GetPrimaryIndex();
      if (id == scan_->schema.size() && scan_->with_metadata) {
        reader_data.constant_map.Add(duckdb::MultiFileGlobalIndex(i), FileMetadata(scan_->files[file]));
      } else if (id < scan_->schema.size() && scan_->partitions.of_column[id] >= 0) {
        reader_data.constant_map.Add(duckdb::MultiFileGlobalIndex(i),
                                     scan_->partitions.of_file[file].at(static_cast<size_t>(scan_->partitions.of_column[id])));
      }
    }
  }

  duckdb::unique_ptr<duckdb::MultiFileList> ComplexFilterPushdown(
      duckdb::ClientContext&, duckdb::MultiFileList&, const duckdb::MultiFileOptions&, duckdb::MultiFilePushdownInfo&,
      duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>&) override {
    return nullptr;
  }

 private:
  const ParquetScan* scan_ = nullptr;
};

}  // namespace

void RegisterParquetScan(duckdb::DatabaseInstance& database) {
  RegisterParquetFunction(database, kFunctionName, ParquetReader::Create);
}

duckdb::unique_ptr<duckdb::TableRef> LowerParquetScan(Engine&, const std::shared_ptr<Session>& session,
                                                      const analysis::TypedScan& scan, bool with_metadata,
                                                      std::vector<std::shared_ptr<void>>& resources) {
  if (scan.paths.empty()) {
    // DuckDB has no Parquet scan of no files.
    plan::Schema columns = scan.schema;
    if (with_metadata) columns.push_back({"_metadata", FileMetadataType(), true, {}});
    return EmptyTable(columns);
  }
  auto made = std::make_shared<ParquetScan>();
  made->schema = scan.schema;
  made->with_metadata = with_metadata;
  made->partitions = PartitionValuesOf(scan, session->conf().Get("spark.sql.session.timeZone"));
  for (const auto& path : scan.paths) {
    made->by_path[path] = made->files.size();
    made->files.push_back(FileInfo::Of(path));
  }
  resources.push_back(made);
  return ParquetScanCall(kFunctionName, made.get());
}

}  // namespace headrace::engine
