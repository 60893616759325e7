#pragma once

#include <sqlite3.h>

#include <string>

namespace headrace::metastore {

/// Turns the connection's last error into a headrace::Error and throws it; `doing` says during what.
[[noreturn]] void ThrowSqlite(sqlite3* handle, int code, const std::string& doing);

}  // namespace headrace::metastore
