#include "engine/precompiled.h"

#include "engine/files/text_scan.h"

#include <duckdb/catalog/catalog.hpp>
#include <duckdb/execution/partition_info.hpp>
#include <duckdb/parser/parsed_data/create_table_function_info.hpp>
#include <duckdb/parser/query_node/select_node.hpp>
#include <duckdb/parser/statement/select_statement.hpp>
#include <duckdb/parser/tableref/list.hpp>
#include <duckdb/storage/statistics/node_statistics.hpp>

#include <atomic>

#include "engine/duck_types.h"
#include "engine/lowering.h"

namespace headrace::engine {

namespace {

constexpr char kFunctionName[] = "headrace_text_scan";

struct ScanData : duckdb::TableFunctionData {
  explicit ScanData(const TextScan* s) : scan(s) {}
  const TextScan* scan;
};

/// What one output column of a query is.
struct OutputColumn {
  enum class Kind { kData, kPartition, kMetadata, kNothing };
  Kind kind = Kind::kNothing;
  size_t index = 0;  ///< Of the reader's columns, or of the file's partition values.
};

struct GlobalState : duckdb::GlobalTableFunctionState {
  std::vector<TextSplit> splits;
  std::atomic<size_t> next{0};
  std::vector<OutputColumn> outputs;
  std::vector<size_t> data_columns;
  duckdb::idx_t MaxThreads() const override { return std::max<size_t>(splits.size(), 1); }
};

struct LocalState : duckdb::LocalTableFunctionState {
  std::unique_ptr<RecordReader> reader;
  size_t split = 0;
  bool open = false;
};

duckdb::unique_ptr<duckdb::FunctionData> Bind(duckdb::ClientContext&, duckdb::TableFunctionBindInput& input,
                                              duckdb::vector<duckdb::LogicalType>& types, duckdb::vector<std::string>& names) {
  const auto* scan = reinterpret_cast<const TextScan*>(input.inputs.at(0).GetPointer());
  for (const auto& field : scan->schema) {
    types.push_back(DuckType(field.type));
    names.push_back(field.name);
  }
  if (scan->with_metadata) {
    types.push_back(DuckType(FileMetadataType()));
    names.push_back("_metadata");
  }
  if (types.empty()) {
    // DuckDB has no table without columns; this one is never read.
    types.push_back(duckdb::LogicalType::BOOLEAN);
    names.push_back("");
  }
  return duckdb::make_uniq<ScanData>(scan);
}

duckdb::unique_ptr<duckdb::GlobalTableFunctionState> InitGlobal(duckdb::ClientContext&, duckdb::TableFunctionInitInput& input) {
  const TextScan& scan = *input.bind_data->Cast<ScanData>().scan;
  auto state = duckdb::make_uniq<GlobalState>();
  for (auto id : input.column_ids) {
    OutputColumn output;
    if (id < scan.schema.size() && scan.partitions.of_column[id] >= 0) {
      output = {OutputColumn::Kind::kPartition, static_cast<size_t>(scan.partitions.of_column[id])};
    } else if (id < scan.schema.size()) {
      output = {OutputColumn::Kind::kData, state->data_columns.size()};
      state->data_columns.push_back(id);
    } else if (id == scan.schema.size() && scan.with_metadata) {
      output.kind = OutputColumn::Kind::kMetadata;
    }
    state->outputs.push_back(output);
  }
  if (scan.check_columns) scan.check_columns(state->data_columns);
  state->splits = PlanSplits(scan.files, scan.framing);
  return state;
}

duckdb::unique_ptr<duckdb::LocalTableFunctionState> InitLocal(duckdb::ExecutionContext&, duckdb::TableFunctionInitInput& input,
                                                              duckdb::GlobalTableFunctionState* global) {
  auto state = duckdb::make_uniq<LocalState>();
  state->reader = input.bind_data->Cast<ScanData>().scan->make_reader(global->Cast<GlobalState>().data_columns);
  return state;
}

void Function(duckdb::ClientContext& context, duckdb::TableFunctionInput& input, duckdb::DataChunk& output) {
  const TextScan& scan = *input.bind_data->Cast<ScanData>().scan;
  auto& global = input.global_state->Cast<GlobalState>();
  auto& local = input.local_state->Cast<LocalState>();
  std::vector<duckdb::Vector*> columns(global.data_columns.size());
  for (size_t i = 0; i < global.outputs.size(); ++i) {
    if (global.outputs[i].kind == OutputColumn::Kind::kData) columns[global.outputs[i].index] = &output.data[i];
  }
  while (true) {
    if (!local.open) {
      if (context.IsInterrupted()) throw duckdb::InterruptException();
      local.split = global.next.fetch_add(1);
      if (local.split >= global.splits.size()) return;
    }
    duckdb::idx_t rows = 0;
    try {
      const TextSplit& split = global.splits[local.split];
      if (!local.open) local.reader->Open(scan.files[split.file], split);
      local.open = true;
      rows = local.reader->Read(columns, STANDARD_VECTOR_SIZE);
    } catch (const UnreadableFile&) {
      if (!scan.ignore_corrupt) throw;
    }
    if (rows == 0) {
      local.open = false;
      continue;
    }
    size_t file = global.splits[local.split].file;
    for (size_t i = 0; i < global.outputs.size(); ++i) {
      switch (global.outputs[i].kind) {
        case OutputColumn::Kind::kPartition:
          output.data[i].Reference(scan.partitions.of_file[file].at(global.outputs[i].index));
          break;
        case OutputColumn::Kind::kMetadata:
          output.data[i].Reference(FileMetadata(scan.files[file]));
          break;
        case OutputColumn::Kind::kNothing:
          output.data[i].SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
          duckdb::ConstantVector::SetNull(output.data[i], true);
          break;
        case OutputColumn::Kind::kData:
          break;
      }
    }
    output.SetCardinality(rows);
    return;
  }
}

/// Rows keep the files' order: a split is a batch.
duckdb::OperatorPartitionData PartitionData(duckdb::ClientContext&, duckdb::TableFunctionGetPartitionInput& input) {
  if (input.partition_info.RequiresPartitionColumns()) {
    throw duckdb::InternalException("text scans have no partition columns");
  }
  return duckdb::OperatorPartitionData(input.local_state->Cast<LocalState>().split);
}

duckdb::unique_ptr<duckdb::NodeStatistics> Cardinality(duckdb::ClientContext&, const duckdb::FunctionData* data) {
  int64_t bytes = 0;
  for (const auto& file : data->Cast<ScanData>().scan->files) bytes += file.size;
  return duckdb::make_uniq<duckdb::NodeStatistics>(static_cast<duckdb::idx_t>(bytes / 100 + 1));
}

/// What count(*) asks for: rows without columns.
duckdb::virtual_column_map_t VirtualColumns(duckdb::ClientContext&, duckdb::optional_ptr<duckdb::FunctionData>) {
  duckdb::virtual_column_map_t columns;
  columns.insert({duckdb::COLUMN_IDENTIFIER_EMPTY, duckdb::TableColumn("", duckdb::LogicalType::BOOLEAN)});
  return columns;
}

double Progress(duckdb::ClientContext&, const duckdb::FunctionData*, const duckdb::GlobalTableFunctionState* state) {
  const auto& global = state->Cast<GlobalState>();
  if (global.splits.empty()) return 100;
  return 100.0 * static_cast<double>(std::min(global.next.load(), global.splits.size())) /
         static_cast<double>(global.splits.size());
}

}  // namespace

duckdb::unique_ptr<duckdb::TableRef> TextScanTable(const TextScan& scan) {
  auto table = duckdb::make_uniq<duckdb::TableFunctionRef>();
  table->function =
      duckdb::make_uniq<duckdb::FunctionExpression>(SYSTEM_CATALOG, DEFAULT_SCHEMA, kFunctionName,
                                                    ListOf(Constant(duckdb::Value::POINTER(reinterpret_cast<uintptr_t>(&scan)))));
  return table;
}

duckdb::unique_ptr<duckdb::TableRef> EmptyTable(const plan::Schema& schema) {
  auto empty = duckdb::make_uniq<duckdb::ExpressionListRef>();
  ParsedList row;
  for (const auto& field : schema) {
    row.push_back(Constant(duckdb::Value(DuckType(field.type))));
    empty->expected_names.push_back(field.name);
    empty->expected_types.push_back(DuckType(field.type));
  }
  empty->values.push_back(std::move(row));
  empty->alias = "one";
  auto select = duckdb::make_uniq<duckdb::SelectNode>();
  select->select_list.push_back(duckdb::make_uniq<duckdb::StarExpression>());
  select->from_table = std::move(empty);
  select->where_clause = Constant(duckdb::Value::BOOLEAN(false));
  auto statement = duckdb::make_uniq<duckdb::SelectStatement>();
  statement->node = std::move(select);
  return duckdb::make_uniq<duckdb::SubqueryRef>(std::move(statement));
}

void RegisterTextScan(duckdb::DatabaseInstance& database) {
  duckdb::Connection connection(database);
  connection.BeginTransaction();
  auto& context = *connection.context;
  duckdb::TableFunction function(kFunctionName, {duckdb::LogicalType::POINTER}, Function, Bind, InitGlobal, InitLocal);
  function.projection_pushdown = true;
  function.get_partition_data = PartitionData;
  function.cardinality = Cardinality;
  function.get_virtual_columns = VirtualColumns;
  function.table_scan_progress = Progress;
  duckdb::CreateTableFunctionInfo info(function);
  duckdb::Catalog::GetSystemCatalog(context).CreateTableFunction(context, info);
  connection.Commit();
}

plan::DataType FileMetadataType() {
  using plan::TypeId;
  return plan::DataType::Struct({{"file_path", plan::DataType::String(), false, {}},
                                 {"file_name", plan::DataType::String(), false, {}},
                                 {"file_size", TypeId::kLong, false, {}},
                                 {"file_block_start", TypeId::kLong, false, {}},
                                 {"file_block_length", TypeId::kLong, false, {}},
                                 {"file_modification_time", TypeId::kTimestamp, false, {}}});
}

duckdb::Value FileMetadata(const FileInfo& file) {
  std::string uri = FileUri(file.path);
  duckdb::child_list_t<duckdb::Value> fields;
  fields.emplace_back("file_path", duckdb::Value(uri));
  fields.emplace_back("file_name", duckdb::Value(uri.substr(uri.rfind('/') + 1)));
  fields.emplace_back("file_size", duckdb::Value::BIGINT(file.size));
  fields.emplace_back("file_block_start", duckdb::Value::BIGINT(0));
  fields.emplace_back("file_block_length", duckdb::Value::BIGINT(file.size));
  // Java's file times are milliseconds here.
  fields.emplace_back("file_modification_time",
                      duckdb::Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(file.modified_micros / 1000 * 1000)));
  return duckdb::Value::STRUCT(std::move(fields));
}

void StartNull(duckdb::Vector& vector, duckdb::idx_t count) {
  duckdb::FlatVector::Validity(vector).SetAllInvalid(count);
  if (vector.GetType().InternalType() == duckdb::PhysicalType::STRUCT) {
    for (auto& child : duckdb::StructVector::GetEntries(vector)) StartNull(*child, count);
  }
}

void FinishNulls(duckdb::Vector& vector, duckdb::idx_t count) {
  auto& validity = duckdb::FlatVector::Validity(vector);
  if (!validity.AllValid() && validity.CheckAllValid(count)) validity.Reset(validity.Capacity());
  if (vector.GetType().InternalType() == duckdb::PhysicalType::STRUCT) {
    for (auto& child : duckdb::StructVector::GetEntries(vector)) FinishNulls(*child, count);
  }
}

}  // namespace headrace::engine
