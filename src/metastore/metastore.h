#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "metastore/connection.h"

namespace headrace::metastore {

/// Where the metadata lives and how it is used.
struct MetastoreOptions {
  std::string path;  ///< The SQLite file; its folder must exist.
  int max_readers = 8;  ///< Read connections kept open; a reader beyond them waits.
  bool synchronous = true;  ///< False only for scratch data: a commit then may be lost with the machine.
};

/// The metadata database of one server: one writer, a pool of readers, numbered migrations per module. Thread-safe.
///
/// Durability: Write returns after its transaction is synced to disk. Writes that arrive while a sync is under way are
/// committed together by the next one (group commit); each still succeeds or fails on its own.
class Metastore {
 public:
  /// Opens or creates the database.
  explicit Metastore(MetastoreOptions options);
  ~Metastore();
  Metastore(const Metastore&) = delete;
  Metastore& operator=(const Metastore&) = delete;

  /// Brings `module`'s tables up to date: runs the steps that were not yet run, in order, each in a transaction of its
  /// own. A step is a script of statements or, for data, a function. Steps are never edited once landed, only added.
  struct Migration {
    Migration(const char* script) : script(script) {}
    Migration(std::string script) : script(std::move(script)) {}
    Migration(std::function<void(Connection&)> code) : code(std::move(code)) {}
    std::string script;
    std::function<void(Connection&)> code;
  };
  void Migrate(const std::string& module, const std::vector<Migration>& steps);

  /// Runs `work(connection)` in one read transaction (a consistent snapshot) and gives its result. May run beside
  /// other readers and the writer. `work` must not call Read or Write.
  template <typename Work>
  auto Read(Work&& work) -> std::invoke_result_t<Work, Connection&> {
    Reader reader(*this);
    return work(reader.connection());
  }

  /// Runs `work(connection)` as the only writer; gives its result after the commit is durable. When `work` throws,
  /// nothing of it stays and the exception is rethrown here. `work` may run on another caller's thread, must be
  /// quick (others wait) and must not call Read or Write.
  template <typename Work>
  auto Write(Work&& work) -> std::invoke_result_t<Work, Connection&> {
    using Result = std::invoke_result_t<Work, Connection&>;
    if constexpr (std::is_void_v<Result>) {
      WriteErased([&](Connection& connection) { work(connection); });
    } else {
      std::optional<Result> result;
      WriteErased([&](Connection& connection) { result.emplace(work(connection)); });
      return std::move(*result);
    }
  }

 private:
  struct Pending {
    const std::function<void(Connection&)>* work;
    std::exception_ptr failure;
    bool done = false;
  };
  class Reader {
   public:
    explicit Reader(Metastore& store);
    ~Reader();
    Connection& connection() { return *connection_; }

   private:
    Metastore& store_;
    std::unique_ptr<Connection> connection_;
  };

  void WriteErased(const std::function<void(Connection&)>& work);
  void CommitGroup(std::vector<Pending*>& group);
  void RunInGroup(Pending& pending, bool alone);

  MetastoreOptions options_;
  std::unique_ptr<Connection> writer_;

  std::mutex write_mutex_;
  std::condition_variable write_done_;
  std::deque<Pending*> queue_;
  bool leader_active_ = false;

  std::mutex read_mutex_;
  std::condition_variable reader_free_;
  std::vector<std::unique_ptr<Connection>> idle_readers_;
  int readers_ = 0;
};

}  // namespace headrace::metastore
