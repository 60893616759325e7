#include "engine/precompiled.h"

#include "engine/errors.h"

namespace headrace::engine {

Error ToError(const duckdb::ErrorData& error, const std::vector<plan::Origin>& sites) {
  const auto& extra = error.ExtraInfo();
  auto condition = extra.find("headrace_condition");
  if (condition != extra.end()) {
    Error::Parameters parameters;
    for (const auto& [key, value] : extra) {
      if (key.substr(0, 2) == "p_") parameters[key.substr(2)] = value;
    }
    auto text = [&](const char* key) {
      auto found = extra.find(key);
      return found == extra.end() ? std::string() : found->second;
    };
    Error made(static_cast<ErrorKind>(std::stoi(text("headrace_kind"))), condition->second, text("headrace_message"),
               std::move(parameters));
    if (extra.contains("headrace_class")) made.WithExceptionClass(text("headrace_class"));
    // Spark throws its plain exception where reading fails, and where a recursion meets its limit.
    if (made.condition().rfind("FAILED_READ_FILE.", 0) == 0 || made.condition().rfind("RECURSION_", 0) == 0 ||
        made.condition().rfind("MALFORMED_RECORD_IN_PARSING", 0) == 0) {
      made.WithExceptionClass("org.apache.spark.SparkException");
    }
    if (made.condition().rfind("INCONSISTENT_BEHAVIOR_CROSS_VERSION", 0) == 0) {
      made.WithExceptionClass("org.apache.spark.SparkUpgradeException");
    }
    for (const char* invariant :
         {"DELTA_NOT_NULL_CONSTRAINT_VIOLATED", "DELTA_VIOLATE_CONSTRAINT_WITH_VALUES", "DELTA_EXCEED_CHAR_VARCHAR_LIMIT"}) {
      if (made.condition() == invariant)
        made.WithExceptionClass("org.apache.spark.sql.delta.schema.DeltaInvariantViolationException");
    }
    std::string site = text("headrace_site");
    if (!site.empty()) {
      size_t index = static_cast<size_t>(std::stol(site));
      if (index < sites.size() && (sites[index].text || !sites[index].fragment.empty())) {
        made.WithContext(plan::ContextOf(sites[index]));
      }
    }
    return made;
  }
  if (error.RawMessage().rfind("More than one row returned by a subquery", 0) == 0) {
    return Error(ErrorKind::kRuntime, "SCALAR_SUBQUERY_TOO_MANY_ROWS",
                 "More than one row returned by a subquery used as an expression.")
        .WithExceptionClass("org.apache.spark.SparkException");
  }
  switch (error.Type()) {
    case duckdb::ExceptionType::INTERRUPT:
      return Error(ErrorKind::kCancelled, "OPERATION_CANCELED", "The operation was canceled.").WithSqlState("HY008");
    case duckdb::ExceptionType::OUT_OF_MEMORY:
      return Error(ErrorKind::kResourceExhausted, "UNABLE_TO_ACQUIRE_MEMORY",
                   "The query needs more memory than the server may use: " + error.RawMessage())
          .WithSqlState("53200");
    case duckdb::ExceptionType::IO:
      return Error(ErrorKind::kRuntime, "FAILED_READ_FILE.NO_HINT", error.RawMessage(), {{"path", error.RawMessage()}})
          .WithSqlState("KD001");
    default: {
      // Where in the library it came from is nothing for a client.
      std::string message = error.RawMessage().substr(0, error.RawMessage().find("\n\nStack Trace:"));
      return Error(ErrorKind::kInternal, "INTERNAL_ERROR", message, {{"message", message}}).WithSqlState("XX000");
    }
  }
}

void RethrowAsError(const std::vector<plan::Origin>& sites) {
  try {
    throw;
  } catch (const Error&) {
    throw;
  } catch (const std::exception& exception) {
    throw ToError(duckdb::ErrorData(exception), sites);
  }
}

}  // namespace headrace::engine
