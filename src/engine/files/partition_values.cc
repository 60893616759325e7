#include "engine/precompiled.h"

#include "engine/files/partition_values.h"

#include "base/error.h"
#include "base/json.h"
#include "engine/duck_types.h"
#include "engine/files/file_listing.h"
#include "engine/files/scalar_slot.h"
#include "plan/names.h"

namespace headrace::engine {

namespace {

duckdb::Value ValueOf(const std::optional<std::string>& text, const plan::StructField& field, const TimeFormats& times) {
  duckdb::LogicalType type = DuckType(field.type);
  if (!text) return duckdb::Value(type);
  duckdb::Vector one(type, 1);
  if (!PutLexical(one, 0, field.type, *text, times)) {
    throw Error(ErrorKind::kRuntime, "INVALID_PARTITION_VALUE",
                "Failed to cast value '" + *text + "' to data type \"" + field.type.Sql() + "\" for partition column `" +
                    field.name + "`. Ensure the value matches the expected data type for this partition column.",
                {{"value", "'" + *text + "'"},
                 {"dataType", "\"" + field.type.Sql() + "\""},
                 {"columnName", plan::QuotedName(field.name)}})
        .WithSqlState("42846");
  }
  return one.GetValue(0);
}

/// No option of Spark's has this name.
constexpr char kPartitionOption[] = "__partition_columns";
constexpr char kInFilesOption[] = "__partition_columns_in_files";

}  // namespace

void SetPartitionColumns(const std::vector<std::string>& names, const std::vector<std::string>& in_files,
                         analysis::TypedScan& scan) {
  auto put = [&](const char* option, const std::vector<std::string>& list) {
    json::array texts;
    for (const auto& name : list) texts.emplace_back(std::string_view(name));
    if (!list.empty()) scan.options[option] = json::serialize(texts);
  };
  put(kPartitionOption, names);
  put(kInFilesOption, in_files);
}

std::vector<std::string> PartitionColumnsOf(const analysis::TypedScan& scan) {
  std::vector<std::string> names;
  auto found = scan.options.find(kPartitionOption);
  if (found == scan.options.end()) return names;
  const json::value parsed = json::parse(found->second);
  for (const auto& name : parsed.as_array()) names.emplace_back(name.as_string());
  return names;
}

PartitionValues PartitionValuesOf(const analysis::TypedScan& scan, const std::string& session_zone) {
  PartitionValues values;
  values.of_column.assign(scan.schema.size(), -1);
  values.of_file.resize(scan.paths.size());
  values.in_files.assign(scan.schema.size(), false);
  const std::vector<std::string> names = PartitionColumnsOf(scan);
  if (names.empty()) return values;
  plan::Options none;
  TimeFormats times(OptionMap(none), session_zone);
  for (size_t i = 0; i < scan.schema.size(); ++i) {
    for (size_t p = 0; p < names.size(); ++p) {
      if (duckdb::StringUtil::CIEquals(scan.schema[i].name, names[p])) values.of_column[i] = static_cast<int>(p);
    }
  }
  auto in_files = scan.options.find(kInFilesOption);
  if (in_files != scan.options.end()) {
    const json::value parsed = json::parse(in_files->second);
    for (const auto& name : parsed.as_array()) {
      for (size_t i = 0; i < scan.schema.size(); ++i) {
        if (duckdb::StringUtil::CIEquals(scan.schema[i].name, std::string(name.as_string()))) values.in_files[i] = true;
      }
    }
  }
  for (size_t f = 0; f < scan.paths.size(); ++f) {
    auto texts = PartitionTexts(scan.paths[f], names);
    values.of_file[f].resize(texts.size());
    for (size_t i = 0; i < scan.schema.size(); ++i) {
      if (values.of_column[i] < 0) continue;
      auto p = static_cast<size_t>(values.of_column[i]);
      values.of_file[f][p] = ValueOf(texts[p], scan.schema[i], times);
    }
  }
  return values;
}

}  // namespace headrace::engine
