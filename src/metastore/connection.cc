#include "metastore/connection.h"

#include <algorithm>

#include "base/error.h"
#include "metastore/sqlite_internal.h"

namespace headrace::metastore {

Connection::Connection(const std::string& path, bool read_only) {
  const int flags = (read_only ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) | SQLITE_OPEN_NOMUTEX;
  const int code = sqlite3_open_v2(path.c_str(), &handle_, flags, nullptr);
  if (code != SQLITE_OK) {
    const std::string text = handle_ ? sqlite3_errmsg(handle_) : sqlite3_errstr(code);
    sqlite3_close_v2(handle_);
    throw Error(ErrorKind::kInternal, "INTERNAL_ERROR", "Cannot open the metadata database " + path + ": " + text);
  }
  sqlite3_extended_result_codes(handle_, 1);
  sqlite3_busy_timeout(handle_, 30'000);
}

Connection::~Connection() {
  for (auto& [sql, statements] : cache_) {
    for (const CompiledStatement& compiled : statements) sqlite3_finalize(compiled.handle);
  }
  sqlite3_close_v2(handle_);
}

Statement Connection::Prepare(std::string_view sql) {
  // SQL texts are few; those made for a search differ by its shape, so the cache is bounded all the same.
  constexpr size_t kMaxCached = 512;
  auto found = cache_.find(sql);
  if (found != cache_.end()) {
    for (CompiledStatement& compiled : found->second) {
      if (!compiled.in_use) return Statement(&compiled);
    }
  } else if (cache_.size() >= kMaxCached) {
    for (auto entry = cache_.begin(); entry != cache_.end();) {
      const bool in_use = std::any_of(entry->second.begin(), entry->second.end(), [](const auto& one) { return one.in_use; });
      if (in_use) {
        ++entry;
        continue;
      }
      for (const CompiledStatement& compiled : entry->second) sqlite3_finalize(compiled.handle);
      entry = cache_.erase(entry);
    }
  }
  sqlite3_stmt* handle = nullptr;
  const int code =
      sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
  if (code != SQLITE_OK) ThrowSqlite(handle_, code, "compiling " + std::string(sql));
  if (!handle) ThrowInternal("an empty SQL statement");
  return Statement(&cache_[std::string(sql)].emplace_back(CompiledStatement{handle}));
}

void Connection::Execute(const std::string& script) {
  const int code = sqlite3_exec(handle_, script.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) ThrowSqlite(handle_, code, script.substr(0, 200));
}

int64_t Connection::LastInsertId() const { return sqlite3_last_insert_rowid(handle_); }
bool Connection::InTransaction() const { return sqlite3_get_autocommit(handle_) == 0; }

}  // namespace headrace::metastore
