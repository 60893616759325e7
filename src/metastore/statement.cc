#include "metastore/statement.h"

#include "base/error.h"
#include "metastore/sqlite_internal.h"

namespace headrace::metastore {

void ThrowSqlite(sqlite3* handle, int code, const std::string& doing) {
  const int extended = handle ? sqlite3_extended_errcode(handle) : code;
  const std::string text = handle ? sqlite3_errmsg(handle) : sqlite3_errstr(code);
  if (extended == SQLITE_CONSTRAINT_UNIQUE || extended == SQLITE_CONSTRAINT_PRIMARYKEY) {
    throw Error(ErrorKind::kAlreadyExists, "RESOURCE_ALREADY_EXISTS", "The metadata has such an entry already: " + text);
  }
  if ((extended & 0xff) == SQLITE_FULL) {
    throw Error(ErrorKind::kInternal, "INTERNAL_ERROR", "The disk of the metadata database is full");
  }
  throw Error(ErrorKind::kInternal, "INTERNAL_ERROR", "Metadata database, " + doing + ": " + text);
}

Statement::~Statement() {
  if (compiled_) {
    sqlite3_reset(handle_);
    sqlite3_clear_bindings(handle_);
    compiled_->in_use = false;
  }
}

Statement& Statement::Bind(int index, const Value& value) {
  int code = SQLITE_OK;
  const int at = index + 1;
  switch (value.type()) {
    case Value::Type::kNull:
      code = sqlite3_bind_null(handle_, at);
      break;
    case Value::Type::kInt64:
      code = sqlite3_bind_int64(handle_, at, value.int64());
      break;
    case Value::Type::kDouble:
      code = sqlite3_bind_double(handle_, at, value.real());
      break;
    case Value::Type::kText:
      code = sqlite3_bind_text64(handle_, at, value.text().data(), value.text().size(), SQLITE_TRANSIENT, SQLITE_UTF8);
      break;
    case Value::Type::kBytes:
      code = sqlite3_bind_blob64(handle_, at, value.text().data(), value.text().size(), SQLITE_TRANSIENT);
      break;
  }
  if (code != SQLITE_OK) ThrowSqlite(sqlite3_db_handle(handle_), code, "binding a parameter");
  return *this;
}

Statement& Statement::BindView(int index, std::string_view text) {
  const char* data = text.data() ? text.data() : "";
  const int code = sqlite3_bind_text64(handle_, index + 1, data, text.size(), SQLITE_STATIC, SQLITE_UTF8);
  if (code != SQLITE_OK) ThrowSqlite(sqlite3_db_handle(handle_), code, "binding a parameter");
  return *this;
}

bool Statement::Step() {
  const int code = sqlite3_step(handle_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  ThrowSqlite(sqlite3_db_handle(handle_), code, sqlite3_sql(handle_));
}

int64_t Statement::Run() {
  while (Step()) {
  }
  const int64_t changes = sqlite3_changes64(sqlite3_db_handle(handle_));
  sqlite3_reset(handle_);
  return changes;
}

void Statement::Reset() {
  sqlite3_reset(handle_);
  next_ = 0;
}

int Statement::columns() const { return sqlite3_column_count(handle_); }
bool Statement::IsNull(int column) const { return sqlite3_column_type(handle_, column) == SQLITE_NULL; }
int64_t Statement::Int64(int column) const { return sqlite3_column_int64(handle_, column); }
double Statement::Double(int column) const { return sqlite3_column_double(handle_, column); }

std::string_view Statement::View(int column) const {
  const void* data = sqlite3_column_type(handle_, column) == SQLITE_BLOB
                         ? sqlite3_column_blob(handle_, column)
                         : static_cast<const void*>(sqlite3_column_text(handle_, column));
  if (!data) return {};
  return {static_cast<const char*>(data), static_cast<size_t>(sqlite3_column_bytes(handle_, column))};
}

std::optional<std::string> Statement::OptionalText(int column) const {
  if (IsNull(column)) return std::nullopt;
  return Text(column);
}

std::optional<int64_t> Statement::OptionalInt64(int column) const {
  if (IsNull(column)) return std::nullopt;
  return Int64(column);
}

}  // namespace headrace::metastore
