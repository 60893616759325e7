#include "engine/precompiled.h"

#include <duckdb/common/multi_file/multi_file_reader.hpp>
#include <duckdb/common/multi_file/multi_file_states.hpp>
#include <duckdb/parser/tableref/list.hpp>

#include <cmath>

#include "base/error.h"
#include "delta/deletion_vector.h"
#include "engine/delta_target.h"
#include "engine/delta_values.h"
#include "engine/duck_types.h"
#include "engine/engine.h"
#include "engine/files/text_scan.h"
#include "engine/functions/kernel_error.h"
#include "engine/parquet_reader.h"
#include "engine/scan_delta_reader.h"

namespace headrace::engine {

namespace {

/// A column's name in data files, by the column mapping in its metadata.
std::string PhysicalName(const plan::StructField& field) {
  const json::value* name = field.metadata.if_contains("delta.columnMapping.physicalName");
  return name != nullptr && name->is_string() ? std::string(name->as_string()) : field.name;
}

constexpr char kFunctionName[] = "headrace_delta_scan";

/// What one scan reads: a snapshot, its schema, and the files that are left.
struct DeltaScan {
  delta::SnapshotPtr snapshot;
  plan::Schema schema;
  bool with_metadata = false;
  /// Bytes and rows by absolute path, for constants and deletion vectors.
  std::unordered_map<std::string, delta::FileRef> by_path;
  /// The numbers of the files, where the scan is to name rows: then it has the columns `__file` and `__row`.
  std::unordered_map<std::string, int32_t> numbers;
  bool names_rows = false;

  /// The column that says which file a row is of; it stands behind all others.
  size_t file_column() const { return schema.size() + (with_metadata ? 1 : 0); }
};

/// DuckDB's pushed-down filters as a predicate over the table's columns; what has no form keeps every file.
class PredicateOf {
 public:
  PredicateOf(const DeltaScan& scan, const duckdb::MultiFilePushdownInfo& info) : scan_(scan), info_(info) {}

  delta::Predicate operator()(const duckdb::Expression& expression) const {
    using duckdb::ExpressionType;
    switch (expression.GetExpressionClass()) {
      case duckdb::ExpressionClass::BOUND_CONJUNCTION: {
        const auto& conjunction = expression.Cast<duckdb::BoundConjunctionExpression>();
        std::vector<delta::Predicate> children;
        for (const auto& child : conjunction.children) children.push_back((*this)(*child));
        return expression.GetExpressionType() == ExpressionType::CONJUNCTION_AND ? delta::Predicate::And(std::move(children))
                                                                                 : delta::Predicate::Or(std::move(children));
      }
      case duckdb::ExpressionClass::BOUND_COMPARISON: {
        const auto& comparison = expression.Cast<duckdb::BoundComparisonExpression>();
        return Comparison(expression.GetExpressionType(), *comparison.left, *comparison.right);
      }
      case duckdb::ExpressionClass::BOUND_OPERATOR: {
        const auto& op = expression.Cast<duckdb::BoundOperatorExpression>();
        if (expression.GetExpressionType() == ExpressionType::COMPARE_IN) return In(op);
        auto column = ColumnOfFilter(*op.children.at(0));
        if (!column) return delta::Predicate::Unknown();
        if (expression.GetExpressionType() == ExpressionType::OPERATOR_IS_NULL) return delta::Predicate::IsNull({*column});
        if (expression.GetExpressionType() == ExpressionType::OPERATOR_IS_NOT_NULL) {
          return delta::Predicate::Not(delta::Predicate::IsNull({*column}));
        }
        return delta::Predicate::Unknown();
      }
      default:
        return delta::Predicate::Unknown();
    }
  }

 private:
  std::optional<std::string> ColumnOfFilter(const duckdb::Expression& expression) const {
    if (expression.GetExpressionClass() != duckdb::ExpressionClass::BOUND_COLUMN_REF) return std::nullopt;
    const auto& reference = expression.Cast<duckdb::BoundColumnRefExpression>();
    if (reference.binding.column_index >= info_.column_ids.size()) return std::nullopt;
    auto id = info_.column_ids[reference.binding.column_index];
    if (id >= scan_.schema.size()) return std::nullopt;
    return scan_.schema[id].name;
  }

  delta::Predicate Comparison(duckdb::ExpressionType type, const duckdb::Expression& left,
                              const duckdb::Expression& right) const {
    using duckdb::ExpressionType;
    auto column = ColumnOfFilter(left);
    const duckdb::Expression* constant = &right;
    if (!column) {
      column = ColumnOfFilter(right);
      constant = &left;
      type = duckdb::FlipComparisonExpression(type);
    }
    if (!column || constant->GetExpressionClass() != duckdb::ExpressionClass::BOUND_CONSTANT) {
      return delta::Predicate::Unknown();
    }
    auto literal = ToDelta(constant->Cast<duckdb::BoundConstantExpression>().value);
    if (!literal) return delta::Predicate::Unknown();
    using Op = delta::Predicate::Op;
    switch (type) {
      case ExpressionType::COMPARE_EQUAL:
        return delta::Predicate::Compare(Op::kEqual, {*column}, *literal);
      case ExpressionType::COMPARE_NOTEQUAL:
        return delta::Predicate::Compare(Op::kNotEqual, {*column}, *literal);
      case ExpressionType::COMPARE_LESSTHAN:
        return delta::Predicate::Compare(Op::kLess, {*column}, *literal);
      case ExpressionType::COMPARE_LESSTHANOREQUALTO:
        return delta::Predicate::Compare(Op::kLessEqual, {*column}, *literal);
      case ExpressionType::COMPARE_GREATERTHAN:
        return delta::Predicate::Compare(Op::kGreater, {*column}, *literal);
      case ExpressionType::COMPARE_GREATERTHANOREQUALTO:
        return delta::Predicate::Compare(Op::kGreaterEqual, {*column}, *literal);
      default:
        return delta::Predicate::Unknown();
    }
  }

  delta::Predicate In(const duckdb::BoundOperatorExpression& op) const {
    auto column = ColumnOfFilter(*op.children.at(0));
    if (!column) return delta::Predicate::Unknown();
    std::vector<delta::Value> literals;
    for (size_t i = 1; i < op.children.size(); ++i) {
      if (op.children[i]->GetExpressionClass() != duckdb::ExpressionClass::BOUND_CONSTANT) {
        return delta::Predicate::Unknown();
      }
      auto literal = ToDelta(op.children[i]->Cast<duckdb::BoundConstantExpression>().value);
      if (!literal) return delta::Predicate::Unknown();
      literals.push_back(std::move(*literal));
    }
    return delta::Predicate::In({*column}, std::move(literals));
  }

  const DeltaScan& scan_;
  const duckdb::MultiFilePushdownInfo& info_;
};

duckdb::vector<duckdb::OpenFileInfo> OpenInfos(const DeltaScan& scan, const std::vector<delta::FileRef>& files) {
  duckdb::vector<duckdb::OpenFileInfo> infos;
  for (const auto& file : files) infos.push_back(duckdb::OpenFileInfo(scan.snapshot->AbsolutePath(file->path)));
  return infos;
}

/// Knows the files' rows and bounds from the log.
class DeltaFileList : public KnownFiles {
 public:
  DeltaFileList(std::shared_ptr<DeltaScan> scan, std::vector<delta::FileRef> files)
      : KnownFiles(OpenInfos(*scan, files)), scan(std::move(scan)), files_(std::move(files)) {}

  duckdb::unique_ptr<duckdb::NodeStatistics> RowsOf(duckdb::ClientContext&, const duckdb::MultiFileBindData&) const override {
    int64_t rows = 0, bytes = 0, unknown_bytes = 0;
    for (const auto& file : files_) {
      if (auto live = scan->snapshot->LiveRowsOf(*file)) {
        rows += *live;
        bytes += file->size;
      } else {
        unknown_bytes += file->size;
      }
    }
    if (unknown_bytes > 0) {
      double bytes_a_row = rows > 0 ? static_cast<double>(bytes) / static_cast<double>(rows)
                                    : static_cast<double>(kGuessedColumnBytes * std::max<size_t>(scan->schema.size(), 1));
      rows += static_cast<int64_t>(static_cast<double>(unknown_bytes) / std::max(bytes_a_row, 1.0));
    }
    return duckdb::make_uniq<duckdb::NodeStatistics>(static_cast<duckdb::idx_t>(rows));
  }

  duckdb::unique_ptr<duckdb::BaseStatistics> StatisticsOf(duckdb::ClientContext&, const duckdb::MultiFileBindData&,
                                                          duckdb::column_t column) const override {
    if (column >= scan->schema.size() || files_.empty() || files_.size() > kMostFilesForBounds) return nullptr;
    const auto& field = scan->schema[column];
    const auto& layout = scan->snapshot->layout();
    int leaf = layout.Find({field.name});
    if (leaf < 0 || layout.leaves()[static_cast<size_t>(leaf)].is_partition) return nullptr;
    duckdb::LogicalType type = DuckType(field.type);
    duckdb::Value least(type), most(type);
    bool nulls = false;
    for (const auto& file : files_) {
      auto statistics = scan->snapshot->StatsOf(*file);
      if (!statistics || static_cast<size_t>(leaf) >= statistics->columns.size()) return nullptr;
      const auto& known = statistics->columns[static_cast<size_t>(leaf)];
      nulls = nulls || known.null_count.value_or(1) > 0;
      if (known.null_count && statistics->num_records && *known.null_count == *statistics->num_records) continue;
      if (delta::IsNull(known.min) || delta::IsNull(known.max)) return nullptr;
      auto low_bound = Bound(known.min, field.type, false), high_bound = Bound(known.max, field.type, true);
      if (!low_bound || !high_bound) return nullptr;
      duckdb::Value low = std::move(*low_bound), high = std::move(*high_bound);
      if (least.IsNull() || low < least) least = std::move(low);
      if (most.IsNull() || high > most) most = std::move(high);
    }
    if (least.IsNull()) return nullptr;
    auto bounds = duckdb::NumericStats::CreateEmpty(type);
    duckdb::NumericStats::SetMin(bounds, least);
    duckdb::NumericStats::SetMax(bounds, most);
    bounds.Set(nulls ? duckdb::StatsInfo::CAN_HAVE_NULL_AND_VALID_VALUES : duckdb::StatsInfo::CANNOT_HAVE_NULL_VALUES);
    if (!nulls) bounds.Set(duckdb::StatsInfo::CAN_HAVE_VALID_VALUES);
    return bounds.ToUnique();
  }

  duckdb::unique_ptr<duckdb::MultiFileList> Copy() const override { return duckdb::make_uniq<DeltaFileList>(scan, files_); }

  std::shared_ptr<DeltaScan> scan;

 private:
  /// A bound as the column's type; nothing where it has no exact place there. Decimals of the log come as doubles, widened by
  /// the error that they may have.
  static std::optional<duckdb::Value> Bound(const delta::Value& value, const plan::DataType& type, bool upper) {
    const auto* number = std::get_if<double>(&value);
    if (number == nullptr) return FromDelta(value, type);
    double unscaled = *number * std::pow(10.0, type.scale());
    if (type.id() != plan::TypeId::kDecimal || !(std::abs(unscaled) < 1e15)) return std::nullopt;
    unscaled = upper ? std::ceil(unscaled) : std::floor(unscaled);
    return FromDelta(delta::Decimal{static_cast<__int128>(unscaled), type.scale()}, type);
  }

  static constexpr size_t kMostFilesForBounds = 10000;
  static constexpr size_t kGuessedColumnBytes = 4;  ///< Of a row, compressed, where no file says how many rows it has.
  std::vector<delta::FileRef> files_;
};

/// Drops the rows a deletion vector marks.
class DeletedRows : public duckdb::DeleteFilter {
 public:
  explicit DeletedRows(delta::RowIndexSet rows) : rows_(std::move(rows)) {}
  duckdb::idx_t Filter(duckdb::row_t start, duckdb::idx_t count, duckdb::SelectionVector& result) override {
    result.Initialize(count);
    auto begin = static_cast<uint64_t>(start);
    auto deleted = rows_.Range(begin, begin + count);
    duckdb::idx_t kept = 0;
    size_t next = 0;
    for (duckdb::idx_t i = 0; i < count; ++i) {
      if (next < deleted.size() && deleted[next] == begin + i) {
        ++next;
      } else {
        result.set_index(kept++, i);
      }
    }
    return kept;
  }

 private:
  delta::RowIndexSet rows_;
};

/// DuckDB's Parquet scan over a Delta snapshot's files.
class DeltaReader : public ParquetFilesReader {
 public:
  static duckdb::unique_ptr<duckdb::MultiFileReader> Create(const duckdb::TableFunction&) {
    return duckdb::make_uniq<DeltaReader>();
  }

  // Late materialisation copies the reader; without this the copy would be DuckDB's own and lose the constants.
  duckdb::unique_ptr<duckdb::MultiFileReader> Copy() const override {
    auto copy = duckdb::make_uniq<DeltaReader>();
    copy->scan_ = scan_;
    return copy;
  }

  duckdb::shared_ptr<duckdb::MultiFileList> CreateFileList(duckdb::ClientContext&, const duckdb::vector<std::string>& paths,
                                                           const duckdb::FileGlobInput&) override {
    scan_ = *static_cast<const std::shared_ptr<DeltaScan>*>(ScanOf(paths));
    return duckdb::make_shared_ptr<DeltaFileList>(scan_, scan_->snapshot->files());
  }

  bool Bind(duckdb::MultiFileOptions&, duckdb::MultiFileList&, duckdb::vector<duckdb::LogicalType>& types,
            duckdb::vector<std::string>& names, duckdb::MultiFileReaderBindData& data) override {
    bool by_id = scan_->snapshot->properties().ColumnMapping() == delta::ColumnMappingMode::kId;
    for (const auto& field : scan_->schema) Add(MultiFileColumn(field, by_id), types, names, data);
    if (scan_->with_metadata) Add(MultiFileColumn({"_metadata", FileMetadataType(), true, {}}, false), types, names, data);
    if (scan_->names_rows) Add(MultiFileColumn({kFileColumn, plan::TypeId::kInteger, true, {}}, false), types, names, data);
    data.mapping = by_id ? duckdb::MultiFileColumnMappingMode::BY_FIELD_ID : duckdb::MultiFileColumnMappingMode::BY_NAME;
    return true;
  }

  void FinalizeBind(duckdb::MultiFileReaderData& reader_data, const duckdb::MultiFileOptions& options,
                    const duckdb::MultiFileReaderBindData& bind, const duckdb::vector<duckdb::MultiFileColumnDefinition>& columns,
                    const duckdb::vector<duckdb::ColumnIndex>& ids, duckdb::ClientContext& context,
                    duckdb::optional_ptr<duckdb::MultiFileReaderGlobalState> state) override {
    MultiFileReader::FinalizeBind(reader_data, options, bind, columns, ids, context, state);
    auto found = scan_->by_path.find(reader_data.reader->GetFileName());
    if (found == scan_->by_path.end()) throw duckdb::InternalException("a file outside the Delta snapshot is read");
    const delta::AddFile& file = *found->second;
    const auto& partition_columns = scan_->snapshot->metadata().partition_columns;
    std::vector<delta::Value> partition_values = scan_->snapshot->PartitionValuesOf(file);
    for (duckdb::idx_t i = 0; i < ids.size(); ++i) {
      auto id = ids[i].GetPrimaryIndex();
      if (id == scan_->schema.size() && scan_->with_metadata) {
        reader_data.constant_map.Add(duckdb::MultiFileGlobalIndex(i), MetadataOf(found->first, file));
        continue;
      }
      if (id == scan_->file_column() && scan_->names_rows) {
        reader_data.constant_map.Add(duckdb::MultiFileGlobalIndex(i), duckdb::Value::INTEGER(scan_->numbers.at(found->first)));
        continue;
      }
      if (id >= scan_->schema.size()) continue;
      for (size_t p = 0; p < partition_columns.size(); ++p) {
        if (duckdb::StringUtil::CIEquals(partition_columns[p], scan_->schema[id].name)) {
          reader_data.constant_map.Add(duckdb::MultiFileGlobalIndex(i),
                                       FromDelta(partition_values.at(p), scan_->schema[id].type));
        }
      }
    }
    if (file.deletion_vector) {
      const auto& location = scan_->snapshot->location();
      try {
        reader_data.reader->deletion_filter =
            duckdb::make_uniq<DeletedRows>(delta::ReadDeletionVector(*location.store, location.path, *file.deletion_vector));
      } catch (const Error& error) {
        // This is a thread of DuckDB's, through which only its own exceptions pass whole.
        ThrowSpark(-1, error.condition().c_str(), error.parameters(), error.message(), error.kind());
      }
    }
  }

  duckdb::unique_ptr<duckdb::MultiFileList> ComplexFilterPushdown(
      duckdb::ClientContext&, duckdb::MultiFileList& files, const duckdb::MultiFileOptions&, duckdb::MultiFilePushdownInfo& info,
      duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& filters) override {
    if (filters.empty()) return nullptr;
    auto& list = static_cast<DeltaFileList&>(files);
    PredicateOf convert(*list.scan, info);
    std::vector<delta::Predicate> conjuncts;
    for (const auto& filter : filters) conjuncts.push_back(convert(*filter));
    std::vector<delta::FileRef> kept = list.scan->snapshot->Prune(delta::Predicate::And(std::move(conjuncts)));
    return duckdb::make_uniq<DeltaFileList>(list.scan, std::move(kept));
  }

 private:
  static void Add(duckdb::MultiFileColumnDefinition column, duckdb::vector<duckdb::LogicalType>& types,
                  duckdb::vector<std::string>& names, duckdb::MultiFileReaderBindData& data) {
    types.push_back(column.type);
    names.push_back(column.name);
    data.schema.push_back(std::move(column));
  }

  static duckdb::Value MetadataOf(const std::string& path, const delta::AddFile& file) {
    return FileMetadata({path, file.size, file.modification_time_ms * 1000});
  }

  std::shared_ptr<DeltaScan> scan_;
};

duckdb::table_function_get_virtual_columns_t parquet_virtual_columns = nullptr;

/// The Parquet scan's virtual columns, the row's position under a name that no table's column has.
duckdb::virtual_column_map_t VirtualColumns(duckdb::ClientContext& context, duckdb::optional_ptr<duckdb::FunctionData> data) {
  auto columns = parquet_virtual_columns(context, data);
  auto row = columns.find(duckdb::MultiFileReader::COLUMN_IDENTIFIER_FILE_ROW_NUMBER);
  if (row != columns.end()) row->second.name = kRowColumn;
  data->Cast<duckdb::MultiFileBindData>().virtual_columns = columns;
  return columns;
}

}  // namespace

duckdb::MultiFileColumnDefinition MultiFileColumn(const plan::StructField& field, bool by_id) {
  duckdb::MultiFileColumnDefinition column(field.name, DuckType(field.type));
  const json::value* id = field.metadata.if_contains("delta.columnMapping.id");
  column.identifier = by_id && id != nullptr ? duckdb::Value::INTEGER(static_cast<int32_t>(id->to_number<int64_t>()))
                                             : duckdb::Value(PhysicalName(field));
  column.default_expression = duckdb::make_uniq<duckdb::ConstantExpression>(duckdb::Value(DuckType(field.type)));
  if (field.type.id() == plan::TypeId::kStruct) {
    for (const auto& child : field.type.fields()) column.children.push_back(MultiFileColumn(child, by_id));
  } else if (field.type.id() == plan::TypeId::kArray) {
    column.children.push_back(MultiFileColumn({"list", field.type.element(), true, {}}, false));
  } else if (field.type.id() == plan::TypeId::kMap) {
    column.children.push_back(MultiFileColumn({"key", field.type.key(), false, {}}, false));
    column.children.push_back(MultiFileColumn({"value", field.type.value(), true, {}}, false));
  }
  return column;
}

void RegisterDeltaScan(duckdb::DatabaseInstance& database) {
  RegisterParquetFunction(database, kFunctionName, DeltaReader::Create, [](duckdb::TableFunction& function) {
    parquet_virtual_columns = function.get_virtual_columns;
    function.get_virtual_columns = VirtualColumns;
  });
}

duckdb::unique_ptr<duckdb::TableRef> LowerDeltaScan(Engine&, const std::shared_ptr<Session>&, const analysis::TypedScan& scan,
                                                    bool with_metadata, std::vector<std::shared_ptr<void>>& resources) {
  auto made = std::make_shared<DeltaScan>();
  made->snapshot = std::static_pointer_cast<const delta::Snapshot>(scan.snapshot);
  made->schema = scan.schema;
  made->with_metadata = with_metadata;
  std::vector<int32_t> numbers = FileNumbers(scan);
  made->names_rows = scan.options.count(kNumbersOption) > 0;
  if (made->snapshot->files().empty()) {
    // DuckDB has no Parquet scan of no files.
    plan::Schema columns = made->schema;
    if (with_metadata) columns.push_back({"_metadata", FileMetadataType(), true, {}});
    if (made->names_rows) {
      columns.push_back({kFileColumn, plan::TypeId::kInteger, true, {}});
      columns.push_back({kRowColumn, plan::TypeId::kLong, true, {}});
    }
    return EmptyTable(columns);
  }
  for (size_t i = 0; i < made->snapshot->files().size(); ++i) {
    const auto& file = made->snapshot->files()[i];
    std::string path = made->snapshot->AbsolutePath(file->path);
    if (made->names_rows) made->numbers.emplace(path, numbers.at(i));
    made->by_path[std::move(path)] = file;
  }
  auto holder = std::make_shared<std::shared_ptr<DeltaScan>>(std::move(made));
  resources.push_back(holder);
  return ParquetScanCall(kFunctionName, holder.get());
}

}  // namespace headrace::engine
