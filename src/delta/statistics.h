#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "delta/actions.h"
#include "delta/predicate.h"
#include "delta/schema.h"
#include "delta/value.h"

namespace headrace::delta {

/// What a file says about one leaf column.
struct ColumnStats {
  Value min;  ///< NULL when unknown. A lower bound (strings may be cut).
  Value max;  ///< NULL when unknown. An upper bound.
  std::optional<int64_t> null_count;
};

/// Protocol "Per-file Statistics", typed. `columns` has one entry for each leaf of the StatsLayout it was made with.
struct FileStats {
  std::optional<int64_t> num_records;
  bool tight_bounds = true;
  std::vector<ColumnStats> columns;
};

/// The leaf columns of a schema in order, by logical and physical path; arrays and maps are leaves that only have a
/// null count. Immutable; made once for each metadata.
class StatsLayout {
 public:
  struct Leaf {
    std::vector<std::string> path;  ///< Logical.
    std::vector<std::string> physical_path;
    DataTypePtr type;
    bool is_partition = false;
  };
  StatsLayout() = default;
  StatsLayout(const Schema& schema, const std::vector<std::string>& partition_columns);
  const std::vector<Leaf>& leaves() const { return leaves_; }
  /// The leaf's index, -1 when there is none (a struct, an unknown name).
  int Find(const std::vector<std::string>& path) const;

 private:
  std::vector<Leaf> leaves_;
};

/// Parses a file's statistics; values whose JSON does not fit the column's type are left unknown.
FileStats ParseStats(std::string_view stats_json, const StatsLayout& layout);
/// The JSON for an AddFile. `columns` must follow `layout`; partition columns are left out.
std::string FormatStats(const FileStats& stats, const StatsLayout& layout);

/// Cuts a string statistic as Delta does (32 characters; a cut maximum is raised so that it stays an upper bound).
/// nullopt for a maximum that cannot be raised.
std::string TruncateMin(std::string_view text, int characters = 32);
std::optional<std::string> TruncateMax(std::string_view text, int characters = 32);

/// Whether some row of a file may satisfy `predicate`. False only when partition values or statistics prove that none
/// does. `stats` may be null.
bool MayMatch(const Predicate& predicate, const StatsLayout& layout, const PartitionValues& partition_values,
              const FileStats* stats);
/// Whether every row of a file surely satisfies `predicate` (then a DELETE can drop the file unread).
bool SurelyMatchesAll(const Predicate& predicate, const StatsLayout& layout, const PartitionValues& partition_values,
                      const FileStats* stats);

}  // namespace headrace::delta
