#include "engine/precompiled.h"

#include "engine/database.h"

#include <pthread.h>

#include <exception>
#include <filesystem>
#include <thread>

#include "base/available_memory.h"
#include "base/error.h"
#include "base/thread_share.h"
#include "engine/asof_operator.h"
#include "engine/files/text_scan.h"
#include "engine/functions/registry.h"
#include "engine/group_order.h"
#include "engine/scan_delta_reader.h"
#include "engine/scan_parquet.h"

namespace headrace::engine {

namespace {

/// "70%" of the memory there is as a size DuckDB understands; other texts are sizes already.
std::string MemoryLimit(const std::string& text) {
  if (text.empty() || text.back() != '%') return text;
  double share = std::stod(text) / 100.0;
  return std::to_string(static_cast<int64_t>(share * static_cast<double>(AvailableMemory()) / 1e6)) + "MB";
}

}  // namespace

Database::Database(const DatabaseOptions& options) {
  if (std::string(duckdb::DuckDB::LibraryVersion()) != HEADRACE_DUCKDB_VERSION) {
    ThrowInternal(std::string("libduckdb is ") + duckdb::DuckDB::LibraryVersion() + ", the headers are " HEADRACE_DUCKDB_VERSION);
  }
  std::filesystem::create_directories(options.spill_directory);
  std::exception_ptr failure;
  // The engine's threads inherit the share and the name of the thread that makes them, so that small requests come first.
  std::thread boot([&] {
    try {
      SetThreadShare(kEngineShare);
      pthread_setname_np(pthread_self(), "engine");
      duckdb::DBConfig config;
      config.SetOptionByName("temp_directory", duckdb::Value(options.spill_directory));
      config.SetOptionByName("memory_limit", duckdb::Value(MemoryLimit(options.memory_limit)));
      config.SetOptionByName("autoinstall_known_extensions", duckdb::Value::BOOLEAN(false));
      config.SetOptionByName("autoload_known_extensions", duckdb::Value::BOOLEAN(false));
      // All it holds is made anew from files: an internal error of one query must not end the others.
      config.SetOptionByName("disable_database_invalidation", duckdb::Value::BOOLEAN(true));
      if (options.threads > 0) config.SetOptionByName("threads", duckdb::Value::INTEGER(options.threads));
      database_ = std::make_unique<duckdb::DuckDB>(nullptr, &config);
      duckdb::Connection connection(*database_);
      // Data files do not change; a footer is parsed again when its file's time has.
      for (const char* setting : {"SET GLOBAL TimeZone = 'UTC'", "SET GLOBAL parquet_metadata_cache = true"}) {
        auto set = connection.Query(setting);
        if (set->HasError()) set->ThrowError();
      }
      RegisterFunctions(*database_->instance);
      RegisterDeltaScan(*database_->instance);
      RegisterParquetScan(*database_->instance);
      RegisterTextScan(*database_->instance);
      RegisterAsOfOperator(*database_->instance);
      RegisterGroupOrder(*database_->instance);
    } catch (...) {
      failure = std::current_exception();
    }
  });
  boot.join();
  if (failure) {
    try {
      std::rethrow_exception(failure);
    } catch (const Error&) {
      throw;
    } catch (const std::exception& exception) {
      ThrowInternal(std::string("the engine did not start: ") + duckdb::ErrorData(exception).RawMessage());
    }
  }
}

Database::~Database() = default;

std::unique_ptr<duckdb::Connection> Database::Connect() { return std::make_unique<duckdb::Connection>(*database_); }

duckdb::DatabaseInstance& Database::instance() { return *database_->instance; }

}  // namespace headrace::engine
