#pragma once

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/ids.h"
#include "delta/schema_evolution.h"
#include "delta/table.h"
#include "delta/transaction.h"
#include "storage/local_store.h"

namespace headrace::delta {

/// A scratch table for tests; its data files are a few bytes that nobody reads.
class TestTable {
 public:
  TestTable() : root_((std::filesystem::temp_directory_path() / ("delta_test-" + NewHexId())).string()) {
    std::filesystem::create_directories(root_);
  }
  ~TestTable() { std::filesystem::remove_all(root_); }
  TestTable(const TestTable&) = delete;

  const std::string& root() const { return root_; }
  std::string LogFile(const std::string& name) const { return root_ + "/_delta_log/" + name; }
  std::shared_ptr<Table> Open(std::shared_ptr<storage::ObjectStore> store = std::make_shared<storage::LocalStore>(),
                              std::shared_ptr<const Clock> clock = SystemClock()) const {
    return Table::Open({std::move(store), root_}, std::move(clock));
  }

  static Schema DefaultSchema() {
    return Schema({{"id", PrimitiveType("long"), true, {}}, {"day", PrimitiveType("string"), true, {}}});
  }
  /// Version 0: an empty table with columns id and day.
  void Create(std::map<std::string, std::string> properties = {}, std::vector<std::string> partition_columns = {}) const {
    auto table = Open();
    Transaction txn = table->Begin();
    txn.SetMetadata(NewTableMetadata(DefaultSchema(), std::move(partition_columns), std::move(properties), 1));
    txn.Commit({.name = "CREATE TABLE", .parameters = {}, .metrics = {}, .user_metadata = {}});
  }
  /// A data file on disk and its action. Ids `from` to `to` go into the statistics.
  AddFile File(const std::string& name, int64_t from = 0, int64_t to = 9, std::optional<std::string> day = {}) const {
    AddFile add;
    add.path = day ? "day=" + *day + "/" + name : name;
    std::filesystem::create_directories(std::filesystem::path(root_ + "/" + add.path).parent_path());
    std::ofstream(root_ + "/" + add.path) << "data";
    if (day) add.partition_values["day"] = *day;
    add.size = 4;
    add.modification_time_ms = 1;
    add.stats = "{\"numRecords\":" + std::to_string(to - from + 1) + ",\"minValues\":{\"id\":" + std::to_string(from) +
                "},\"maxValues\":{\"id\":" + std::to_string(to) + "},\"nullCount\":{\"id\":0}}";
    return add;
  }
  static Operation Write() {
    return {.name = "WRITE", .parameters = {{"mode", "Append"}, {"partitionBy", "[]"}}, .metrics = {}, .user_metadata = {}};
  }
  int64_t Append(Table& table, const AddFile& file) const {
    Transaction txn = table.Begin();
    txn.Add(file);
    return txn.Commit(Write()).version;
  }

 private:
  std::string root_;
};

/// The condition of the Error that `call` throws; "" when it throws none.
template <typename F>
std::string ConditionOf(F&& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.condition();
  }
  return "";
}

}  // namespace headrace::delta
