#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "features/online_row.h"

namespace headrace::features {

/// Rows of a table, one column at a time. Valid during the call it is passed to.
class RowBatch {
 public:
  virtual ~RowBatch() = default;
  virtual size_t rows() const = 0;
  /// A value, by the position the column has in the schema that was asked for.
  virtual bool IsNull(size_t column, size_t row) const = 0;
  virtual int64_t Int(size_t column, size_t row) const = 0;
  virtual double Double(size_t column, size_t row) const = 0;
  virtual std::string Text(size_t column, size_t row) const = 0;
};

/// Reads versions of a table for publishing. Thread-safe.
class TableReader {
 public:
  using Sink = std::function<void(const RowBatch&)>;
  virtual ~TableReader() = default;
  virtual int64_t LatestVersion(const std::string& location) = 0;
  /// The columns of a version with their online types, in the table's order.
  virtual OnlineSchema SchemaAt(const std::string& location, int64_t version) = 0;
  /// All rows of a version.
  virtual void Scan(const std::string& location, int64_t version, const OnlineSchema& columns, const Sink& sink) = 0;
  /// What lies between two versions, by files: rows of files that came after `from` to `added`, of those that went
  /// to `removed`. A row in a file that was rewritten shows in both. False when a removed file is gone from disk or
  /// `from` cannot be read any more; sinks may have been called by then.
  virtual bool Changes(const std::string& location, int64_t from, int64_t to, const OnlineSchema& columns, const Sink& removed,
                       const Sink& added) = 0;
};

}  // namespace headrace::features
