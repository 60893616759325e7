#include "delta/clustering.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/error.h"
#include "delta/table_features.h"

namespace headrace::delta {

namespace {

constexpr const char* kDomain = "delta.clustering";
constexpr size_t kMostColumns = 4;
constexpr int64_t kFullCubeBytes = int64_t{100} << 30;

/// Whether statistics have bounds for a column of this type.
bool HasBounds(const DataType& type) {
  if (!type.IsPrimitive()) return false;
  if (type.DecimalShape()) return true;
  for (const char* name :
       {"byte", "short", "integer", "long", "float", "double", "string", "date", "timestamp", "timestamp_ntz"}) {
    if (type.name == name) return true;
  }
  return false;
}

/// The path's names in data files.
ColumnPath Physical(const Schema& schema, const ColumnPath& path) {
  ColumnPath physical;
  for (size_t i = 1; i <= path.size(); ++i) {
    ColumnPath upper(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(i));
    const Field* field = schema.Find(upper);
    if (field == nullptr) {
      std::string text = "`" + PathText(path) + "`";
      throw Error(ErrorKind::kAnalysis, "UNSUPPORTED_FEATURE.PARTITION_WITH_NESTED_COLUMN_IS_UNSUPPORTED",
                  "The feature is not supported: Invalid partitioning: " + text + " is missing or is in a map or array.",
                  {{"cols", text}})
          .WithSqlState("0A000");
    }
    physical.push_back(field->PhysicalName());
  }
  return physical;
}

void Check(const Metadata& metadata, const Schema& schema, const std::vector<ColumnPath>& columns) {
  if (!metadata.partition_columns.empty()) {
    throw Error(ErrorKind::kAnalysis, "DELTA_ALTER_TABLE_CLUSTER_BY_ON_PARTITIONED_TABLE_NOT_ALLOWED",
                "ALTER TABLE CLUSTER BY cannot be applied to a partitioned table.")
        .WithSqlState("42000");
  }
  if (columns.size() > kMostColumns) {
    std::string most = std::to_string(kMostColumns), given = std::to_string(columns.size());
    throw Error(ErrorKind::kAnalysis, "DELTA_CLUSTER_BY_INVALID_NUM_COLUMNS",
                fmt::format("CLUSTER BY supports up to {} clustering columns, but the table has {} clustering columns. "
                            "Please remove the extra clustering columns.",
                            most, given),
                {{"numColumnsLimit", most}, {"actualNumColumns", given}})
        .WithSqlState("54000");
  }
  std::string refused;
  std::vector<std::string> seen;
  for (const auto& path : columns) {
    Physical(schema, path);
    const Field* field = schema.Find(path);
    std::string text = PathText(path);
    if (std::any_of(seen.begin(), seen.end(), [&](const auto& other) { return EqualsIgnoreCase(other, text); })) {
      throw Error(ErrorKind::kAnalysis, "DELTA_DUPLICATE_COLUMNS_FOUND", "Found duplicate column(s) in CLUSTER BY: " + text + ".",
                  {{"coltype", "in CLUSTER BY"}, {"duplicateCols", text}})
          .WithSqlState("42711");
    }
    seen.push_back(text);
    if (!HasBounds(*field->type)) refused += (refused.empty() ? "" : ", ") + text + " : " + field->type->SqlName();
  }
  if (refused.empty()) return;
  throw Error(ErrorKind::kAnalysis, "DELTA_CLUSTERING_COLUMNS_DATATYPE_NOT_SUPPORTED",
              "CLUSTER BY is not supported because the following column(s): " + refused + " don't support data skipping.",
              {{"columnsWithDataTypes", refused}})
      .WithSqlState("0AKDC");
}

}  // namespace

std::string PathText(const ColumnPath& path) {
  std::string text;
  for (const auto& part : path) text += (text.empty() ? "" : ".") + part;
  return text;
}

std::optional<std::vector<ColumnPath>> ClusteringColumns(const Snapshot& snapshot) {
  if (!HasFeature(snapshot.protocol(), "clustering")) return std::nullopt;
  std::vector<ColumnPath> columns;
  auto domain = snapshot.domains().find(kDomain);
  if (domain == snapshot.domains().end()) return columns;
  json::value parsed = ParseJson(domain->second.configuration);
  for (const auto& physical : parsed.at("clusteringColumns").as_array()) {
    ColumnPath path;
    const std::vector<Field>* level = &snapshot.schema().fields();
    for (const auto& part : physical.as_array()) {
      const std::string name(part.as_string());
      auto field = level == nullptr
                       ? std::vector<Field>::const_iterator()
                       : std::find_if(level->begin(), level->end(), [&](const Field& one) { return one.PhysicalName() == name; });
      if (level == nullptr || field == level->end()) {
        throw Error(ErrorKind::kRuntime, "DELTA_INVALID_CLUSTERING_COLUMNS",
                    "The table is clustered by a column that it does not have: " + name + ".", {{"column", name}});
      }
      path.push_back(field->name);
      level = field->type->kind == DataType::Kind::kStruct ? &field->type->fields : nullptr;
    }
    columns.push_back(std::move(path));
  }
  return columns;
}

void SetClusteringColumns(Transaction& txn, const std::vector<ColumnPath>& columns) {
  Schema schema = Schema::Parse(txn.metadata().schema_string);
  Check(txn.metadata(), schema, columns);
  if (!HasFeature(txn.protocol(), "clustering")) {
    txn.SetProtocol(WithFeature(WithFeature(txn.protocol(), "domainMetadata"), "clustering"));
  }
  json::array list;
  for (const auto& path : columns) {
    json::array names;
    for (const auto& name : Physical(schema, path)) names.emplace_back(name);
    list.push_back(std::move(names));
  }
  json::object configuration{{"clusteringColumns", std::move(list)}, {"domainName", kDomain}};
  txn.SetDomain(DomainMetadata{kDomain, json::serialize(configuration), false});
}

std::vector<FileRef> FilesToCluster(const std::vector<FileRef>& files, const std::string& columns) {
  std::vector<FileRef> chosen;
  std::map<std::string, std::vector<FileRef>> cubes;
  for (const auto& file : files) {
    bool laid_out = file->clustering_provider == kClusteringProvider && file->tags && !file->deletion_vector;
    if (laid_out) {
      auto by = file->tags->find(kCubeColumnsTag);
      auto id = file->tags->find(kCubeTag);
      if (by != file->tags->end() && by->second == columns && id != file->tags->end()) {
        cubes[id->second].push_back(file);
        continue;
      }
    }
    chosen.push_back(file);
  }
  bool fresh = !chosen.empty();
  size_t partial = 0;
  for (const auto& [id, members] : cubes) {
    int64_t bytes = 0;
    for (const auto& file : members) bytes += file->size;
    if (bytes >= kFullCubeBytes) continue;
    ++partial;
    chosen.insert(chosen.end(), members.begin(), members.end());
  }
  if (!fresh && partial <= 1) chosen.clear();
  return chosen;
}

}  // namespace headrace::delta
