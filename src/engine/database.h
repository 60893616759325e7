#pragma once

// Internal to the engine: needs duckdb.hpp.

#include <memory>
#include <string>

namespace headrace::engine {

struct DatabaseOptions {
  std::string spill_directory;  ///< Where operators spill; made when missing.
  std::string memory_limit = "70%";  ///< DuckDB's share of the machine's memory.
  int threads = 0;  ///< 0: one a core.
};

/// The one DuckDB instance of a server, with Headrace's functions in its system catalog. Thread-safe.
class Database {
 public:
  /// Throws Error(kInternal) when the loaded library is not the version the headers are from.
  explicit Database(const DatabaseOptions& options);
  ~Database();

  /// A connection of its own for every operation: a second query on one would end the first one's stream.
  std::unique_ptr<duckdb::Connection> Connect();
  duckdb::DatabaseInstance& instance();

 private:
  std::unique_ptr<duckdb::DuckDB> database_;
};

}  // namespace headrace::engine
