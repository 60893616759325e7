#include "engine/arrow/arrow_types.h"

#include <arrow/api.h>
#include <arrow/c/bridge.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/reader.h>
#include <arrow/ipc/writer.h>

#include "base/error.h"

namespace headrace::engine {

using plan::DataType;
using plan::StructField;
using plan::TypeId;

namespace {

template <typename T>
T ValueOf(arrow::Result<T> result, const char* what) {
  if (!result.ok()) {
    throw Error(ErrorKind::kIllegalArgument, "INVALID_ARROW_DATA", std::string(what) + ": " + result.status().ToString(),
                {{"reason", result.status().ToString()}});
  }
  return std::move(result).ValueOrDie();
}

void Check(const arrow::Status& status, const char* what) {
  if (!status.ok()) {
    throw Error(ErrorKind::kIllegalArgument, "INVALID_ARROW_DATA", std::string(what) + ": " + status.ToString(),
                {{"reason", status.ToString()}});
  }
}

std::shared_ptr<arrow::DataType> ArrowTypeOf(const DataType& type, const std::string& time_zone) {
  switch (type.id()) {
    case TypeId::kNull:
      return arrow::null();
    case TypeId::kBoolean:
      return arrow::boolean();
    case TypeId::kByte:
      return arrow::int8();
    case TypeId::kShort:
      return arrow::int16();
    case TypeId::kInteger:
      return arrow::int32();
    case TypeId::kLong:
      return arrow::int64();
    case TypeId::kFloat:
      return arrow::float32();
    case TypeId::kDouble:
      return arrow::float64();
    case TypeId::kDecimal:
      return arrow::decimal128(type.precision(), type.scale());
    case TypeId::kString:
    case TypeId::kChar:
    case TypeId::kVarchar:
      return arrow::utf8();
    case TypeId::kBinary:
      return arrow::binary();
    case TypeId::kDate:
      return arrow::date32();
    case TypeId::kTimestamp:
      return arrow::timestamp(arrow::TimeUnit::MICRO, time_zone);
    case TypeId::kTimestampNtz:
      return arrow::timestamp(arrow::TimeUnit::MICRO);
    case TypeId::kTime:
      return arrow::time64(arrow::TimeUnit::MICRO);
    case TypeId::kDayTimeInterval:
      return arrow::duration(arrow::TimeUnit::MICRO);
    case TypeId::kYearMonthInterval:
      return arrow::month_interval();
    case TypeId::kCalendarInterval:
      return arrow::month_day_nano_interval();
    case TypeId::kArray:
      return arrow::list(arrow::field("element", ArrowTypeOf(type.element(), time_zone), type.contains_null()));
    case TypeId::kMap:
      return std::make_shared<arrow::MapType>(arrow::field("key", ArrowTypeOf(type.key(), time_zone), false),
                                              arrow::field("value", ArrowTypeOf(type.value(), time_zone), type.contains_null()));
    case TypeId::kStruct: {
      arrow::FieldVector fields;
      for (const auto& field : type.fields()) {
        fields.push_back(arrow::field(field.name, ArrowTypeOf(field.type, time_zone), field.nullable));
      }
      return arrow::struct_(fields);
    }
    case TypeId::kVariant:
      break;
  }
  ThrowUnsupported("Arrow results of type " + type.Sql());
}

DataType SparkTypeOf(const arrow::DataType& type) {
  switch (type.id()) {
    case arrow::Type::NA:
      return TypeId::kNull;
    case arrow::Type::BOOL:
      return TypeId::kBoolean;
    case arrow::Type::INT8:
      return TypeId::kByte;
    case arrow::Type::INT16:
      return TypeId::kShort;
    case arrow::Type::INT32:
      return TypeId::kInteger;
    case arrow::Type::INT64:
      return TypeId::kLong;
    case arrow::Type::FLOAT:
      return TypeId::kFloat;
    case arrow::Type::DOUBLE:
      return TypeId::kDouble;
    case arrow::Type::DECIMAL128: {
      const auto& decimal = static_cast<const arrow::Decimal128Type&>(type);
      return DataType::Decimal(decimal.precision(), decimal.scale());
    }
    case arrow::Type::STRING:
    case arrow::Type::LARGE_STRING:
      return TypeId::kString;
    case arrow::Type::BINARY:
    case arrow::Type::LARGE_BINARY:
    case arrow::Type::FIXED_SIZE_BINARY:
      return TypeId::kBinary;
    case arrow::Type::DATE32:
      return TypeId::kDate;
    case arrow::Type::TIMESTAMP:
      return static_cast<const arrow::TimestampType&>(type).timezone().empty() ? TypeId::kTimestampNtz : TypeId::kTimestamp;
    case arrow::Type::TIME64:
      return DataType::Time(6);
    case arrow::Type::DURATION:
      return DataType::DayTimeInterval();
    case arrow::Type::INTERVAL_MONTHS:
      return DataType::YearMonthInterval();
    case arrow::Type::INTERVAL_MONTH_DAY_NANO:
      return TypeId::kCalendarInterval;
    case arrow::Type::LIST:
    case arrow::Type::LARGE_LIST:
    case arrow::Type::FIXED_SIZE_LIST: {
      const auto& list = static_cast<const arrow::BaseListType&>(type);
      return DataType::Array(SparkTypeOf(*list.value_type()), list.value_field()->nullable());
    }
    case arrow::Type::MAP: {
      const auto& map = static_cast<const arrow::MapType&>(type);
      return DataType::Map(SparkTypeOf(*map.key_type()), SparkTypeOf(*map.item_type()), map.item_field()->nullable());
    }
    case arrow::Type::STRUCT: {
      std::vector<StructField> fields;
      for (const auto& field : type.fields()) {
        fields.push_back({field->name(), SparkTypeOf(*field->type()), field->nullable(), {}});
      }
      return DataType::Struct(std::move(fields));
    }
    case arrow::Type::DICTIONARY:
      return SparkTypeOf(*static_cast<const arrow::DictionaryType&>(type).value_type());
    default:
      ThrowUnsupported("the Arrow type " + type.ToString());
  }
}

/// The same buffers under the type the engine works with; layouts are equal, so nothing is copied.
std::shared_ptr<arrow::ArrayData> Physical(const std::shared_ptr<arrow::ArrayData>& data) {
  auto made = data->Copy();
  switch (data->type->id()) {
    case arrow::Type::DURATION: {
      auto unit = static_cast<const arrow::DurationType&>(*data->type).unit();
      if (unit != arrow::TimeUnit::MICRO) ThrowUnsupported("durations that are not in microseconds");
      made->type = arrow::int64();
      break;
    }
    case arrow::Type::INTERVAL_MONTHS:
      made->type = arrow::int32();
      break;
    case arrow::Type::LIST: {
      made->child_data[0] = Physical(data->child_data[0]);
      const auto& field = static_cast<const arrow::ListType&>(*data->type).value_field();
      made->type = arrow::list(field->WithType(made->child_data[0]->type));
      break;
    }
    case arrow::Type::MAP: {
      auto entries = Physical(data->child_data[0]);
      made->child_data[0] = entries;
      made->type = std::make_shared<arrow::MapType>(entries->type->field(0)->WithNullable(false), entries->type->field(1));
      break;
    }
    case arrow::Type::STRUCT: {
      arrow::FieldVector fields;
      for (size_t i = 0; i < data->child_data.size(); ++i) {
        made->child_data[i] = Physical(data->child_data[i]);
        fields.push_back(data->type->field(static_cast<int>(i))->WithType(made->child_data[i]->type));
      }
      made->type = arrow::struct_(fields);
      break;
    }
    default:
      break;
  }
  return made;
}

std::shared_ptr<arrow::RecordBatch> PhysicalBatch(const arrow::RecordBatch& batch) {
  arrow::FieldVector fields;
  std::vector<std::shared_ptr<arrow::ArrayData>> columns;
  for (int i = 0; i < batch.num_columns(); ++i) {
    auto column = Physical(batch.column_data(i));
    // Names may repeat in a client's frame; the engine goes by position.
    fields.push_back(arrow::field("a" + std::to_string(i), column->type));
    columns.push_back(std::move(column));
  }
  return arrow::RecordBatch::Make(arrow::schema(fields), batch.num_rows(), std::move(columns));
}

std::shared_ptr<arrow::ipc::RecordBatchStreamReader> OpenStream(const std::string& stream) {
  auto buffer =
      std::make_shared<arrow::Buffer>(reinterpret_cast<const uint8_t*>(stream.data()), static_cast<int64_t>(stream.size()));
  return ValueOf(arrow::ipc::RecordBatchStreamReader::Open(std::make_shared<arrow::io::BufferReader>(buffer)),
                 "The rows are not a valid Arrow stream");
}

}  // namespace

namespace {

/// DuckDB gives columns of the null type buffers, which Arrow's own have not.
void DropNullBuffers(ArrowArray& array, const arrow::DataType& type) {
  if (type.id() == arrow::Type::NA) {
    array.n_buffers = 0;
    array.null_count = array.length;
    return;
  }
  for (int i = 0; i < type.num_fields() && i < array.n_children; ++i) {
    DropNullBuffers(*array.children[i], *type.field(i)->type());
  }
}

}  // namespace

std::shared_ptr<arrow::Schema> ArrowSchemaOf(const plan::Schema& schema, const std::string& time_zone) {
  arrow::FieldVector fields;
  for (const auto& field : schema) {
    fields.push_back(arrow::field(field.name, ArrowTypeOf(field.type, time_zone), field.nullable));
  }
  return arrow::schema(fields);
}

plan::Schema SparkSchemaOf(const arrow::Schema& schema) {
  plan::Schema fields;
  for (const auto& field : schema.fields()) {
    fields.push_back({field->name(), SparkTypeOf(*field->type()), field->nullable(), {}});
  }
  return fields;
}

plan::Schema SchemaOfIpc(const std::string& stream) { return SparkSchemaOf(*OpenStream(stream)->schema()); }

std::shared_ptr<arrow::RecordBatch> ImportBatch(ArrowArray* array, const std::shared_ptr<arrow::Schema>& schema, int64_t rows) {
  if (schema->num_fields() == 0) {
    if (array->release != nullptr) array->release(array);
    return arrow::RecordBatch::Make(schema, rows, std::vector<std::shared_ptr<arrow::Array>>{});
  }
  for (int i = 0; i < schema->num_fields() && i < array->n_children; ++i) {
    DropNullBuffers(*array->children[i], *schema->field(i)->type());
  }
  return ValueOf(arrow::ImportRecordBatch(array, schema), "The engine's rows do not fit their schema");
}

std::shared_ptr<const std::string> IpcOf(const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches,
                                         const std::shared_ptr<arrow::Schema>& schema) {
  auto sink = ValueOf(arrow::io::BufferOutputStream::Create(), "The rows cannot be written");
  auto writer = ValueOf(arrow::ipc::MakeStreamWriter(sink, schema), "The rows cannot be written");
  for (const auto& batch : batches) Check(writer->WriteRecordBatch(*batch), "The rows cannot be written");
  Check(writer->Close(), "The rows cannot be written");
  return std::make_shared<const std::string>(ValueOf(sink->Finish(), "The rows cannot be written")->ToString());
}

int64_t RowsOf(const arrow::RecordBatch& batch) { return batch.num_rows(); }

std::shared_ptr<const LocalTable> LocalTable::FromIpc(const std::vector<std::shared_ptr<const std::string>>& streams,
                                                      const plan::Schema* schema) {
  auto table = std::make_shared<LocalTable>();
  for (const auto& stream : streams) {
    if (!stream) continue;
    auto reader = OpenStream(*stream);
    if (table->physical_ == nullptr) table->schema_ = SparkSchemaOf(*reader->schema());
    while (true) {
      std::shared_ptr<arrow::RecordBatch> batch;
      Check(reader->ReadNext(&batch), "The rows are not a valid Arrow stream");
      if (!batch) break;
      table->batches_.push_back(PhysicalBatch(*batch));
      table->rows_ += batch->num_rows();
    }
    if (table->physical_ == nullptr) {
      if (!table->batches_.empty()) {
        table->physical_ = table->batches_[0]->schema();
      } else {
        auto empty = ValueOf(arrow::RecordBatch::MakeEmpty(reader->schema()), "The schema is not valid");
        table->physical_ = PhysicalBatch(*empty)->schema();
      }
    }
  }
  table->streams_ = streams;
  if (schema != nullptr) table->schema_ = *schema;
  if (table->physical_ == nullptr) {
    auto empty = ValueOf(arrow::RecordBatch::MakeEmpty(ArrowSchemaOf(table->schema_, "UTC")), "The schema is not valid");
    table->physical_ = PhysicalBatch(*empty)->schema();
  }
  return table;
}

std::shared_ptr<const LocalTable> LocalTable::FromBatches(std::vector<std::shared_ptr<arrow::RecordBatch>> batches,
                                                          std::shared_ptr<arrow::Schema> schema) {
  auto table = std::make_shared<LocalTable>();
  table->schema_ = SparkSchemaOf(*schema);
  auto empty = ValueOf(arrow::RecordBatch::MakeEmpty(schema), "The schema is not valid");
  table->physical_ = PhysicalBatch(*empty)->schema();
  for (const auto& batch : batches) {
    table->batches_.push_back(PhysicalBatch(*batch));
    table->rows_ += batch->num_rows();
  }
  return table;
}

void LocalTable::Export(ArrowArrayStream* stream) const {
  auto reader = ValueOf(arrow::RecordBatchReader::Make(batches_, physical_), "The rows cannot be read again");
  Check(arrow::ExportRecordBatchReader(reader, stream), "The rows cannot be read again");
}

}  // namespace headrace::engine
