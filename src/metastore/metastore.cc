#include "metastore/metastore.h"

#include <sqlite3.h>

#include "base/error.h"
#include "base/log.h"

namespace headrace::metastore {

namespace {

// The pragmas every connection gets. LIKE is case-sensitive, as in PostgreSQL.
constexpr char kCommonPragmas[] =
    "PRAGMA foreign_keys = ON; PRAGMA case_sensitive_like = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384;"
    "PRAGMA mmap_size = 268435456;";

}  // namespace

Metastore::Metastore(MetastoreOptions options) : options_(std::move(options)) {
  // Before SQLite's first use: a connection is one thread's at a time, and counting its memory would take a lock every time.
  static const int configured = [] {
    return sqlite3_config(SQLITE_CONFIG_MULTITHREAD) | sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  }();
  if (configured != SQLITE_OK) Log(LogLevel::kDebug, "metastore", "SQLite was in use already");
  writer_ = std::make_unique<Connection>(options_.path, false);
  writer_->Execute("PRAGMA journal_mode = WAL;");
  writer_->Execute(options_.synchronous ? "PRAGMA synchronous = FULL;" : "PRAGMA synchronous = OFF;");
  writer_->Execute(kCommonPragmas);
  writer_->Execute("PRAGMA journal_size_limit = 67108864; PRAGMA wal_autocheckpoint = 4000;");
  writer_->Execute("CREATE TABLE IF NOT EXISTS schema_version (module TEXT PRIMARY KEY, version BIGINT NOT NULL)");
}

Metastore::~Metastore() = default;

void Metastore::Migrate(const std::string& module, const std::vector<Migration>& steps) {
  const auto current = Read([&](Connection& connection) -> int64_t {
    Statement query = connection.Query("SELECT version FROM schema_version WHERE module = ?", module);
    return query.Step() ? query.Int64(0) : 0;
  });
  if (current > static_cast<int64_t>(steps.size())) {
    throw Error(ErrorKind::kInternal, "INTERNAL_ERROR",
                "The metadata of '" + module + "' is of a newer Headrace (version " + std::to_string(current) +
                    ", this one knows " + std::to_string(steps.size()) + ")");
  }
  for (int64_t version = current + 1; version <= static_cast<int64_t>(steps.size()); ++version) {
    const Migration& step = steps[version - 1];
    Write([&](Connection& connection) {
      if (step.code) {
        step.code(connection);
      } else {
        connection.Execute(step.script);
      }
      connection.Run(
          "INSERT INTO schema_version (module, version) VALUES (?, ?)"
          " ON CONFLICT (module) DO UPDATE SET version = excluded.version",
          module, version);
    });
  }
}

Metastore::Reader::Reader(Metastore& store) : store_(store) {
  std::unique_lock lock(store_.read_mutex_);
  store_.reader_free_.wait(lock, [&] { return !store_.idle_readers_.empty() || store_.readers_ < store_.options_.max_readers; });
  if (!store_.idle_readers_.empty()) {
    connection_ = std::move(store_.idle_readers_.back());
    store_.idle_readers_.pop_back();
  } else {
    ++store_.readers_;
    lock.unlock();
    try {
      connection_ = std::make_unique<Connection>(store_.options_.path, true);
      connection_->Execute(kCommonPragmas);
      connection_->Execute("PRAGMA query_only = ON");
    } catch (...) {
      lock.lock();
      --store_.readers_;
      throw;
    }
  }
  connection_->Run("BEGIN");
}

Metastore::Reader::~Reader() {
  try {
    if (connection_->InTransaction()) connection_->Run("COMMIT");
  } catch (const Error& error) {
    // A read has nothing to lose; the connection is dropped, not reused.
    Log(LogLevel::kError, "metastore", "ending a read failed", {{"error", error.message()}});
    connection_.reset();
  }
  const std::lock_guard lock(store_.read_mutex_);
  if (connection_) {
    store_.idle_readers_.push_back(std::move(connection_));
  } else {
    --store_.readers_;
  }
  store_.reader_free_.notify_one();
}

void Metastore::WriteErased(const std::function<void(Connection&)>& work) {
  Pending mine{&work, nullptr, false};
  std::unique_lock lock(write_mutex_);
  queue_.push_back(&mine);
  // The first caller to find nobody writing leads: it commits everything queued, its own work included.
  while (!mine.done) {
    if (leader_active_) {
      write_done_.wait(lock);
      continue;
    }
    leader_active_ = true;
    std::vector<Pending*> group(queue_.begin(), queue_.end());
    queue_.clear();
    lock.unlock();
    CommitGroup(group);
    lock.lock();
    leader_active_ = false;
    for (Pending* pending : group) pending->done = true;
    write_done_.notify_all();
  }
  lock.unlock();
  if (mine.failure) std::rethrow_exception(mine.failure);
}

void Metastore::RunInGroup(Pending& pending, bool alone) {
  if (!alone) writer_->Run("SAVEPOINT unit");
  try {
    (*pending.work)(*writer_);
    if (!alone) writer_->Run("RELEASE unit");
  } catch (...) {
    pending.failure = std::current_exception();
    if (!writer_->InTransaction()) throw;
    if (alone) throw;
    writer_->Run("ROLLBACK TO unit");
    writer_->Run("RELEASE unit");
  }
}

void Metastore::CommitGroup(std::vector<Pending*>& group) {
  try {
    writer_->Run("BEGIN IMMEDIATE");
    for (Pending* pending : group) RunInGroup(*pending, group.size() == 1);
    writer_->Run("COMMIT");
  } catch (...) {
    // The transaction as a whole is lost: whoever had not failed for a reason of its own fails for this one.
    const std::exception_ptr failure = std::current_exception();
    for (Pending* pending : group) {
      if (!pending->failure) pending->failure = failure;
    }
    try {
      if (writer_->InTransaction()) writer_->Run("ROLLBACK");
    } catch (const Error& error) {
      Log(LogLevel::kError, "metastore", "rolling back failed", {{"error", error.message()}});
    }
  }
}

}  // namespace headrace::metastore
