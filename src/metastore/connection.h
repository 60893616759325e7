#pragma once

#include <deque>
#include <map>
#include <string>
#include <string_view>

#include "metastore/statement.h"

struct sqlite3;

namespace headrace::metastore {

/// One connection to the metadata database, with a cache of its prepared statements. For one thread at a time;
/// modules get one inside Metastore::Read and Metastore::Write, already in a transaction.
///
/// SQL is kept to what SQLite and PostgreSQL share: `?` parameters, INSERT … ON CONFLICT, RETURNING; LIKE is
/// case-sensitive.
class Connection {
 public:
  /// Opens `path`, creating the file unless `read_only`.
  Connection(const std::string& path, bool read_only);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Takes the compiled statement from the cache or compiles it. `sql` must be one statement.
  Statement Prepare(std::string_view sql);

  /// Prepares, binds the arguments without copying text, runs to the end; gives the number of rows changed.
  template <typename... Values>
  int64_t Run(std::string_view sql, const Values&... values) {
    Statement statement = Prepare(sql);
    statement.BindAll(values...);
    return statement.Run();
  }

  /// Prepares and binds; the caller steps.
  template <typename... Values>
  Statement Query(std::string_view sql, const Values&... values) {
    Statement statement = Prepare(sql);
    statement.BindAll(values...);
    return statement;
  }

  /// Runs several statements separated by semicolons, without parameters: DDL of migrations.
  void Execute(const std::string& script);

  /// The key of the row inserted last.
  int64_t LastInsertId() const;
  /// False once the database ended the transaction on its own, as it does on a full disk.
  bool InTransaction() const;

 private:
  friend class Metastore;
  sqlite3* handle_ = nullptr;
  std::map<std::string, std::deque<CompiledStatement>, std::less<>> cache_;
};

}  // namespace headrace::metastore
