#pragma once

// Internal to the engine: needs duckdb.hpp.

#include <string>
#include <vector>

#include "delta/schema.h"
#include "delta/statistics.h"
#include "delta/table_properties.h"

namespace headrace::engine {

/// Gathers one data file's statistics from the rows written (protocol "Per-file Statistics"): nulls of the leaves that are
/// indexed, bounds of those whose type has an order Delta uses. Not thread-safe; partial ones are merged.
class FileStatistics {
 public:
  /// Which leaves are gathered and where they stand in a chunk; made once for a write, shared by its files.
  class Plan {
   public:
    /// `columns[i]` is the chunk's column of the schema's i-th field, -1 for partition columns.
    Plan(const delta::Schema& schema, const std::vector<std::string>& partition_columns, const std::vector<int>& columns,
         const delta::TableProperties& properties);

   private:
    friend class FileStatistics;
    struct Leaf {
      size_t leaf = 0;  ///< In the layout.
      std::vector<size_t> position;  ///< Chunk column, then struct children.
      bool bounds = false;
      bool timestamp = false;
      bool date = false;
      int scale = -1;  ///< Of decimals; -1 otherwise.
    };
    delta::StatsLayout layout_;
    std::vector<Leaf> leaves_;
  };

  explicit FileStatistics(const Plan& plan);
  void Update(duckdb::DataChunk& chunk);
  void Merge(const FileStatistics& other);
  int64_t rows() const { return rows_; }
  /// The JSON for AddFile::stats.
  std::string Json() const;

 private:
  struct Bounds {
    bool known = false;  ///< Some value was seen.
    bool unbounded = false;  ///< A NaN was seen: neither bound is written.
    __int128 min = 0, max = 0;
    double low = 0, high = 0;
    std::string least, greatest;
    int64_t nulls = 0;
  };
  template <typename T>
  void Integers(const duckdb::Vector& vector, duckdb::idx_t count, Bounds& bounds);
  template <typename T>
  void Floats(const duckdb::Vector& vector, duckdb::idx_t count, Bounds& bounds);
  void Strings(const duckdb::Vector& vector, duckdb::idx_t count, Bounds& bounds);

  const Plan* plan_;
  int64_t rows_ = 0;
  std::vector<Bounds> bounds_;
  std::vector<duckdb::PhysicalType> types_;
};

}  // namespace headrace::engine
