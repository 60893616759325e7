#include "delta/schema_evolution.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/ids.h"

namespace headrace::delta {

namespace {

constexpr const char* kPhysicalName = "delta.columnMapping.physicalName";
constexpr const char* kColumnId = "delta.columnMapping.id";

/// The type's name in Delta's messages: "LongType", "DecimalType(10,2)".
std::string CatalystName(const DataType& type) {
  switch (type.kind) {
    case DataType::Kind::kArray:
      return fmt::format("ArrayType({},{})", CatalystName(*type.element), type.contains_null);
    case DataType::Kind::kMap:
      return fmt::format("MapType({},{},{})", CatalystName(*type.key), CatalystName(*type.element), type.contains_null);
    case DataType::Kind::kStruct: {
      std::string text;
      for (const auto& f : type.fields) {
        text += fmt::format("{}StructField({},{},{})", text.empty() ? "" : ",", f.name, CatalystName(*f.type), f.nullable);
      }
      return "StructType(" + text + ")";
    }
    case DataType::Kind::kPrimitive:
      break;
  }
  if (type.name == "timestamp_ntz") return "TimestampNTZType";
  if (type.name == "void") return "NullType";
  std::string name = type.name;
  name[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(name[0])));
  size_t open = name.find('(');
  return open == std::string::npos ? name + "Type" : name.substr(0, open) + "Type" + name.substr(open);
}

[[noreturn]] void ThrowIncompatible(const DataType& current, const DataType& update) {
  auto left = current.DecimalShape(), right = update.DecimalShape();
  if (left && right) {
    std::string what = left->second != right->second ? fmt::format("scale {} and {}", left->second, right->second)
                                                     : fmt::format("precision {} and {}", left->first, right->first);
    throw Error(ErrorKind::kAnalysis, "DELTA_MERGE_INCOMPATIBLE_DECIMAL_TYPE",
                fmt::format("Failed to merge decimal types with incompatible {}", what), {{"decimalRanges", what}})
        .WithSqlState("42806");
  }
  throw Error(ErrorKind::kAnalysis, "DELTA_MERGE_INCOMPATIBLE_DATATYPE",
              fmt::format("Failed to merge incompatible data types {} and {}", CatalystName(current), CatalystName(update)),
              {{"currentDataType", CatalystName(current)}, {"updateDataType", CatalystName(update)}})
      .WithSqlState("42K09");
}

/// The rank of integer types by width; 0 for all others.
int IntegerRank(const DataType& type) {
  static constexpr std::string_view kNames[] = {"byte", "short", "integer", "long"};
  for (int i = 0; i < 4; ++i) {
    if (type.IsPrimitive() && type.name == kNames[i]) return i + 1;
  }
  return 0;
}

/// Widening that the feature typeWidening lets a schema take from the data.
bool Widens(const DataType& from, const DataType& to) {
  int from_rank = IntegerRank(from), to_rank = IntegerRank(to);
  if (from_rank > 0 && to_rank > from_rank) return true;
  if (from.name == "float" && to.name == "double") return true;
  auto left = from.DecimalShape(), right = to.DecimalShape();
  return left && right && right->second >= left->second && right->first - right->second >= left->first - left->second &&
         *left != *right;
}

std::vector<Field> MergeFields(const std::vector<Field>& table, const std::vector<Field>& data,
                               const MergeSchemaOptions& options);

DataTypePtr MergeTypes(const DataTypePtr& table, const DataTypePtr& data, const MergeSchemaOptions& options) {
  if (table->kind == data->kind) {
    switch (table->kind) {
      case DataType::Kind::kStruct:
        return StructType(MergeFields(table->fields, data->fields, options));
      case DataType::Kind::kArray:
        return ArrayType(MergeTypes(table->element, data->element, options), table->contains_null);
      case DataType::Kind::kMap:
        return MapType(MergeTypes(table->key, data->key, options), MergeTypes(table->element, data->element, options),
                       table->contains_null);
      case DataType::Kind::kPrimitive:
        break;
    }
    if (table->name == data->name) return table;
  }
  if (data->IsPrimitive() && data->name == "void") return table;
  if (table->IsPrimitive() && table->name == "void") return data;
  if (options.allow_type_widening && table->IsPrimitive() && data->IsPrimitive() && Widens(*table, *data)) return data;
  if (options.keep_existing_type) return table;
  int left = IntegerRank(*table), right = IntegerRank(*data);
  if (left > 0 && left < 4 && right > 0 && right < 4) return left >= right ? table : data;
  ThrowIncompatible(*table, *data);
}

std::vector<Field> MergeFields(const std::vector<Field>& table, const std::vector<Field>& data,
                               const MergeSchemaOptions& options) {
  std::vector<Field> merged = table;
  for (const auto& update : data) {
    auto found =
        std::find_if(merged.begin(), merged.end(), [&](const Field& f) { return EqualsIgnoreCase(f.name, update.name); });
    if (found == merged.end()) {
      merged.push_back(update);
      merged.back().nullable = true;  // Rows that are there already have no value for it.
      continue;
    }
    try {
      found->type = MergeTypes(found->type, update.type, options);
    } catch (const Error& error) {
      std::string names = fmt::format("Failed to merge fields '{}' and '{}'", found->name, update.name);
      throw Error(ErrorKind::kAnalysis, "DELTA_FAILED_TO_MERGE_FIELDS", fmt::format("{}. {}", names, error.message()),
                  {{"currentField", found->name}, {"updateField", update.name}})
          .WithSqlState("22005")
          .WithCause(std::make_shared<const Error>(error));
    }
  }
  return merged;
}

void CollectNames(const std::vector<Field>& fields, const std::string& prefix, std::vector<std::string>* names) {
  for (const auto& field : fields) {
    std::string name = prefix + field.name;
    names->push_back(name);
    const DataType* type = field.type.get();
    std::string below = name + ".";
    while (type->kind == DataType::Kind::kArray) {
      type = type->element.get();
      below += "element.";
    }
    CollectNames(type->fields, below, names);
  }
}

bool IsAtomic(const DataType& type) { return type.IsPrimitive() && type.name != "void" && type.name != "variant"; }

DataTypePtr MapType(const DataTypePtr& type, int64_t* next_id, bool physical_is_name);

Field MapField(Field field, int64_t* max_id, bool physical_is_name) {
  if (!field.metadata.contains(kColumnId)) field.metadata[kColumnId] = ++*max_id;
  if (!field.metadata.contains(kPhysicalName)) {
    field.metadata[kPhysicalName] = physical_is_name ? field.name : "col-" + NewUuid();
  }
  field.type = MapType(field.type, max_id, physical_is_name);
  return field;
}

DataTypePtr MapType(const DataTypePtr& type, int64_t* max_id, bool physical_is_name) {
  switch (type->kind) {
    case DataType::Kind::kStruct: {
      std::vector<Field> fields;
      for (const auto& field : type->fields) fields.push_back(MapField(field, max_id, physical_is_name));
      return StructType(std::move(fields));
    }
    case DataType::Kind::kArray:
      return ArrayType(MapType(type->element, max_id, physical_is_name), type->contains_null);
    case DataType::Kind::kMap:
      return ::headrace::delta::MapType(MapType(type->key, max_id, physical_is_name),
                                        MapType(type->element, max_id, physical_is_name), type->contains_null);
    case DataType::Kind::kPrimitive:
      break;
  }
  return type;
}

int64_t MaxColumnId(const std::vector<Field>& fields) {
  int64_t max_id = 0;
  for (const auto& field : fields) {
    max_id = std::max(max_id, field.ColumnId().value_or(0));
    for (const DataType* type : {field.type.get(), field.type->element.get(), field.type->key.get()}) {
      if (type != nullptr) max_id = std::max(max_id, MaxColumnId(type->fields));
    }
  }
  return max_id;
}

}  // namespace

Schema MergeSchemas(const Schema& table, const Schema& data, const MergeSchemaOptions& options) {
  return Schema(MergeFields(table.fields(), data.fields(), options));
}

void CheckSchema(const Schema& schema, const std::vector<std::string>& partition_columns, bool column_mapping) {
  std::vector<std::string> names;
  CollectNames(schema.fields(), "", &names);
  std::set<std::string> seen;
  std::string duplicates;
  for (const auto& name : names) {
    std::string lower = name;
    std::transform(lower.begin(), lower.end(), lower.begin(), ::tolower);
    if (!seen.insert(lower).second) duplicates += (duplicates.empty() ? "" : ", ") + lower;
  }
  if (!duplicates.empty()) {
    throw Error(ErrorKind::kAnalysis, "DELTA_DUPLICATE_COLUMNS_FOUND.METADATA_UPDATE",
                fmt::format("Found duplicate column(s): {}. The duplicate was found in the metadata update.", duplicates),
                {{"duplicateCols", duplicates}})
        .WithSqlState("42711");
  }
  if (!column_mapping) {
    for (const auto& name : names) {
      if (name.find_first_of(" ,;{}()\n\t=") == std::string::npos) continue;
      throw Error(ErrorKind::kAnalysis, "DELTA_INVALID_CHARACTERS_IN_COLUMN_NAMES",
                  fmt::format("Found invalid character(s) among ' ,;{{}}()\\n\\t=' in the column names of your schema. "
                              "Invalid column names: {}. Please use other characters, or enable column mapping.",
                              name),
                  {{"invalidColumnNames", name}})
          .WithSqlState("42K05");
    }
  }
  for (const auto& column : partition_columns) {
    const Field* field = schema.Find(column);
    if (field == nullptr) {
      throw Error(ErrorKind::kAnalysis, "DELTA_PARTITION_COLUMN_NOT_FOUND",
                  fmt::format("Partition column `{}` not found in schema.", column), {{"columnName", column}})
          .WithSqlState("42703");
    }
    if (!IsAtomic(*field->type)) {
      throw Error(
          ErrorKind::kAnalysis, "DELTA_INVALID_PARTITION_COLUMN_TYPE",
          fmt::format("Using column {} of type {} as a partition column is not supported.", column, CatalystName(*field->type)),
          {{"name", column}, {"dataType", CatalystName(*field->type)}})
          .WithSqlState("42996");
    }
  }
  if (!partition_columns.empty() && partition_columns.size() >= schema.fields().size()) {
    throw Error(ErrorKind::kAnalysis, "DELTA_CANNOT_USE_ALL_COLUMNS_FOR_PARTITION",
                "Cannot use all columns for partition columns", {})
        .WithSqlState("428FT");
  }
}

Schema AssignColumnMapping(const Schema& schema, int64_t* max_column_id, bool physical_is_name) {
  *max_column_id = std::max(*max_column_id, MaxColumnId(schema.fields()));
  std::vector<Field> fields;
  for (const auto& field : schema.fields()) fields.push_back(MapField(field, max_column_id, physical_is_name));
  return Schema(std::move(fields));
}

Metadata NewTableMetadata(const Schema& schema, std::vector<std::string> partition_columns,
                          std::map<std::string, std::string> properties, int64_t now_ms) {
  Metadata metadata;
  metadata.id = NewUuid();
  metadata.schema_string = schema.ToJson();
  metadata.partition_columns = std::move(partition_columns);
  metadata.configuration = std::move(properties);
  metadata.created_time_ms = now_ms;
  return metadata;
}

}  // namespace headrace::delta
