#include "delta/row_tracking.h"

#include "base/error.h"
#include "base/ids.h"
#include "base/json.h"

namespace headrace::delta {

int64_t RowIdHighWaterMark(const DomainMetadata& domain) {
  try {
    return ParseJson(domain.configuration).at("rowIdHighWaterMark").to_number<int64_t>();
  } catch (const std::exception&) {
    throw Error(ErrorKind::kRuntime, "DELTA_ROW_ID_HIGH_WATER_MARK_BROKEN",
                "The table's row tracking state is broken: " + domain.configuration + ".", {})
        .WithSqlState("XXKDS");
  }
}

std::optional<DomainMetadata> AssignRowIds(std::vector<AddFile>* adds, int64_t version, int64_t high_water_mark) {
  bool assigned = false;
  for (auto& add : *adds) {
    if (!add.default_row_commit_version) add.default_row_commit_version = version;
    if (add.base_row_id) continue;
    const json::value stats = add.stats ? ParseJson(*add.stats) : json::value(json::object());
    const auto* records = stats.as_object().if_contains("numRecords");
    if (records == nullptr || !records->is_int64()) {
      throw Error(ErrorKind::kInternal, "DELTA_ROW_ID_ASSIGNMENT_WITHOUT_STATS",
                  "Row tracking needs the number of rows of " + add.path + ".", {})
          .WithSqlState("22000");
    }
    add.base_row_id = high_water_mark + 1;
    high_water_mark += records->as_int64();
    assigned = true;
  }
  if (!assigned) return std::nullopt;
  return DomainMetadata{kRowTrackingDomain, json::serialize(json::object{{"rowIdHighWaterMark", high_water_mark}}), false};
}

void NameRowTrackingColumns(std::map<std::string, std::string>* configuration) {
  configuration->try_emplace("delta.rowTracking.materializedRowIdColumnName", "_row-id-col-" + NewUuid());
  configuration->try_emplace("delta.rowTracking.materializedRowCommitVersionColumnName", "_row-commit-version-col-" + NewUuid());
}

}  // namespace headrace::delta
