#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "features/table_reader.h"

namespace headrace::delta {
class Snapshot;
class Table;
}  // namespace headrace::delta

namespace headrace::features {

/// Reads Delta tables for publishing: the delta library finds the files, Arrow reads them; partition values, deletion
/// vectors and column mapping are applied. Thread-safe.
class DeltaTableReader : public TableReader {
 public:
  DeltaTableReader();
  ~DeltaTableReader() override;
  int64_t LatestVersion(const std::string& location) override;
  OnlineSchema SchemaAt(const std::string& location, int64_t version) override;
  void Scan(const std::string& location, int64_t version, const OnlineSchema& columns, const Sink& sink) override;
  bool Changes(const std::string& location, int64_t from, int64_t to, const OnlineSchema& columns, const Sink& removed,
               const Sink& added) override;

 private:
  std::shared_ptr<delta::Table> TableAt(const std::string& location);
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<delta::Table>> tables_;
};

}  // namespace headrace::features
