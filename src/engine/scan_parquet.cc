#include "engine/precompiled.h"

#include "engine/scan_parquet.h"

#include <duckdb/common/multi_file/multi_file_function.hpp>
#include <duckdb/common/multi_file/multi_file_reader.hpp>

#include <algorithm>

#include "engine/duck_types.h"
#include "engine/engine.h"
#include "engine/files/text_scan.h"
#include "engine/functions/kernel_error.h"
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

/// Knows the files' rows from their footers, if they are few; else guesses from the first ones' rows a byte.
class ParquetFiles : public KnownFiles {
 public:
  ParquetFiles(const ParquetScan& scan, duckdb::vector<duckdb::OpenFileInfo> files) : KnownFiles(std::move(files)), scan_(scan) {}

  duckdb::unique_ptr<duckdb::NodeStatistics> RowsOf(duckdb::ClientContext& context,
                                                    const duckdb::MultiFileBindData& bind) const override {
    const auto& readers = Readers(context, bind);
    if (readers.empty()) return nullptr;
    duckdb::idx_t rows = 0;
    int64_t bytes = 0, all_bytes = 0;
    for (size_t i = 0; i < scan_.files.size(); ++i) {
      all_bytes += scan_.files[i].size;
      if (i >= readers.size()) continue;
      rows += readers[i]->GetUnionData(0)->TryGetCardinalityEstimate().GetIndex();
      bytes += scan_.files[i].size;
    }
    if (bytes < all_bytes) {
      rows = static_cast<duckdb::idx_t>(static_cast<double>(rows) / static_cast<double>(bytes) * static_cast<double>(all_bytes));
    }
    return duckdb::make_uniq<duckdb::NodeStatistics>(rows);
  }

  duckdb::unique_ptr<duckdb::BaseStatistics> StatisticsOf(duckdb::ClientContext& context, const duckdb::MultiFileBindData& bind,
                                                          duckdb::column_t column) const override {
    const auto& readers = Readers(context, bind);
    if (column >= scan_.schema.size() || readers.empty() || readers.size() < scan_.files.size()) return nullptr;
    const auto& field = scan_.schema[column];
    if (scan_.partitions.of_column[column] >= 0) return nullptr;
    duckdb::unique_ptr<duckdb::BaseStatistics> all;
    for (const auto& reader : readers) {
      auto statistics = reader->GetStatistics(context, field.name);
      if (!statistics || statistics->GetType() != DuckType(field.type)) return nullptr;
      if (all) {
        all->Merge(*statistics);
      } else {
        all = std::move(statistics);
      }
    }
    return all;
  }

  duckdb::unique_ptr<duckdb::MultiFileList> Copy() const override { return duckdb::make_uniq<ParquetFiles>(scan_, paths); }

 private:
  static constexpr size_t kMostFooters = 16;

  using ReaderList = std::vector<duckdb::shared_ptr<duckdb::BaseFileReader>>;

  /// Readers of the first files; none when one cannot be read, which the scan itself will say.
  const ReaderList& Readers(duckdb::ClientContext& context, const duckdb::MultiFileBindData& bind) const {
    if (tried_) return readers_;
    tried_ = true;
    try {
      duckdb::GlobalTableFunctionState none;
      for (size_t i = 0; i < std::min(kMostFooters, scan_.files.size()); ++i) {
        readers_.push_back(bind.interface->CreateReader(context, none, duckdb::OpenFileInfo(scan_.files[i].path), i, bind));
      }
    } catch (const duckdb::Exception&) {
      readers_.clear();
    }
    return readers_;
  }

  const ParquetScan& scan_;
  mutable bool tried_ = false;
  mutable ReaderList readers_;
};

/// Parquet's own name of what a column is stored as.
const char* StoredAs(const duckdb::LogicalType& type) {
  switch (type.InternalType()) {
    case duckdb::PhysicalType::BOOL:
      return "BOOLEAN";
    case duckdb::PhysicalType::FLOAT:
      return "FLOAT";
    case duckdb::PhysicalType::DOUBLE:
      return "DOUBLE";
    case duckdb::PhysicalType::VARCHAR:
      return "BINARY";
    case duckdb::PhysicalType::INT128:
      return "FIXED_LEN_BYTE_ARRAY";
    case duckdb::PhysicalType::INT64:
    case duckdb::PhysicalType::UINT64:
      return "INT64";
    default:
      return "INT32";
  }
}

/// Whether Spark reads a column that is stored so as the type a schema demands: integers and decimals may become wider.
bool IsReadable(const duckdb::LogicalType& stored, const plan::DataType& wanted) {
  using duckdb::LogicalTypeId;
  using plan::TypeId;
  constexpr int kIntegerDigits = 10, kLongDigits = 20;
  auto decimal_of = [&](int digits) { return wanted.id() == TypeId::kDecimal && wanted.precision() - wanted.scale() >= digits; };
  switch (stored.id()) {
    case LogicalTypeId::TINYINT:
    case LogicalTypeId::SMALLINT:
    case LogicalTypeId::INTEGER:
      return wanted.IsIntegral() || wanted.id() == TypeId::kDouble || decimal_of(kIntegerDigits) ||
             wanted.id() == TypeId::kYearMonthInterval;
    case LogicalTypeId::BIGINT:
      return wanted.id() == TypeId::kLong || decimal_of(kLongDigits) || wanted.id() == TypeId::kDayTimeInterval;
    case LogicalTypeId::FLOAT:
      return wanted.id() == TypeId::kFloat || wanted.id() == TypeId::kDouble;
    case LogicalTypeId::DOUBLE:
      return wanted.id() == TypeId::kDouble;
    case LogicalTypeId::BOOLEAN:
      return wanted.id() == TypeId::kBoolean;
    case LogicalTypeId::DATE:
      return wanted.id() == TypeId::kDate || wanted.id() == TypeId::kTimestampNtz;
    case LogicalTypeId::VARCHAR:
      return wanted.IsString() || wanted.id() == TypeId::kBinary;
    case LogicalTypeId::DECIMAL: {
      if (wanted.id() != TypeId::kDecimal) return false;
      int scale = wanted.scale() - duckdb::DecimalType::GetScale(stored);
      return scale >= 0 && wanted.precision() - duckdb::DecimalType::GetWidth(stored) >= scale;
    }
    default:
      return true;
  }
}

/// DuckDB's Parquet scan with Spark's constants.
class SparkParquetReader : public ParquetFilesReader {
 public:
  static duckdb::unique_ptr<duckdb::MultiFileReader> Create(const duckdb::TableFunction&) {
    return duckdb::make_uniq<SparkParquetReader>();
  }

  // Late materialisation copies the reader; without this the copy would be DuckDB's own and lose the constants.
  duckdb::unique_ptr<duckdb::MultiFileReader> Copy() const override {
    auto copy = duckdb::make_uniq<SparkParquetReader>();
    copy->scan_ = scan_;
    return copy;
  }

  duckdb::shared_ptr<duckdb::MultiFileList> CreateFileList(duckdb::ClientContext&, const duckdb::vector<std::string>& paths,
                                                           const duckdb::FileGlobInput&) override {
    scan_ = static_cast<const ParquetScan*>(ScanOf(paths));
    duckdb::vector<duckdb::OpenFileInfo> infos;
    for (const auto& file : scan_->files) infos.push_back(duckdb::OpenFileInfo(file.path));
    return duckdb::make_shared_ptr<ParquetFiles>(*scan_, std::move(infos));
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
    CheckTypes(reader_data.reader->columns, scan_->files[file], ids);
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
  void CheckTypes(const duckdb::vector<duckdb::MultiFileColumnDefinition>& stored, const FileInfo& file,
                  const duckdb::vector<duckdb::ColumnIndex>& ids) const {
    for (const auto& id : ids) {
      if (id.GetPrimaryIndex() >= scan_->schema.size() || scan_->partitions.of_column[id.GetPrimaryIndex()] >= 0) continue;
      const auto& field = scan_->schema[id.GetPrimaryIndex()];
      for (const auto& column : stored) {
        if (!duckdb::StringUtil::CIEquals(column.name, field.name) || IsReadable(column.type, field.type)) continue;
        std::string uri = FileUri(file.path), type = field.type.SimpleString(), actual = StoredAs(column.type);
        ThrowSpark(-1, "FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH",
                   {{"path", uri}, {"column", "[" + column.name + "]"}, {"expectedType", type}, {"actualType", actual}},
                   "Encountered error while reading file " + uri + ". Data type mismatches when reading Parquet column [" +
                       column.name + "]. Expected Spark type " + type + ", actual Parquet type " + actual + ".",
                   ErrorKind::kRuntime);
      }
    }
  }

  const ParquetScan* scan_ = nullptr;
};

}  // namespace

void RegisterParquetScan(duckdb::DatabaseInstance& database) {
  RegisterParquetFunction(database, kFunctionName, SparkParquetReader::Create);
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
