#pragma once

#include <cstdint>
#include <exception>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace headrace {

/// Where an error comes from, in terms of what a client library turns it into. The edges (`connect`, `http`) map each
/// kind once: to the Java class names PySpark knows, and to an HTTP status.
enum class ErrorKind {
  kAnalysis,  ///< Spark's AnalysisException: names, types, missing tables.
  kParse,  ///< ParseException: SQL text that is not Spark SQL.
  kArithmetic,  ///< ArithmeticException: overflow, division by zero.
  kNumberFormat,  ///< NumberFormatException: a string that is no number.
  kDateTime,  ///< DateTimeException: a string that is no date.
  kArrayIndex,  ///< ArrayIndexOutOfBoundsException.
  kRuntime,  ///< SparkRuntimeException: everything else that depends on the data.
  kIllegalArgument,  ///< IllegalArgumentException.
  kNoSuchElement,  ///< SparkNoSuchElementException: a setting that does not exist.
  kUnsupported,  ///< UnsupportedOperationException: a feature that is not there, named.
  kConcurrent,  ///< A lost race: Delta's concurrent modification exceptions.
  kNotFound,  ///< HTTP 404; in Spark an AnalysisException.
  kAlreadyExists,  ///< HTTP 400 or 409; in Spark an AnalysisException.
  kInvalidParameter,  ///< HTTP 400: INVALID_PARAMETER_VALUE and its like.
  kUnauthenticated,  ///< HTTP 401.
  kPermissionDenied,  ///< HTTP 403.
  kResourceExhausted,  ///< HTTP 429; out of memory or over a limit.
  kCancelled,  ///< The operation was interrupted.
  kUnavailable,  ///< A part Headrace needs does not answer (never used for a failure that a retry cannot cure).
  kInvalidPlan,  ///< A plan sent over Spark Connect that makes no sense.
  kInternal,  ///< Our fault.
};

/// The part of a query an error points at, as Spark's QueryContext. `kSql` has an object, indices and a fragment;
/// `kDataFrame` a fragment (the function's name) and the call site in the user's program.
struct QueryContext {
  enum class Type { kSql, kDataFrame };
  Type type = Type::kSql;
  std::string object_type;  ///< "", "VIEW", "FUNCTION".
  std::string object_name;
  int32_t start_index = -1;  ///< First character, counted from 0; -1 when unknown.
  int32_t stop_index = -1;  ///< Last character, inclusive.
  std::string fragment;
  std::string call_site;
  std::string summary;
};

/// The one exception type of Headrace. `condition` is a name its users know: Spark's error condition
/// ("UNRESOLVED_COLUMN.WITH_SUGGESTION"), Delta's, or MLflow's and Databricks' error_code. Copyable, immutable after
/// it was thrown; safe to read from any thread.
class Error : public std::exception {
 public:
  using Parameters = std::map<std::string, std::string>;

  Error(ErrorKind kind, std::string condition, std::string message, Parameters parameters = {});

  /// Sets Spark's SQLSTATE; without it the state is looked up by condition (see SqlStateOf).
  Error& WithSqlState(std::string sqlstate);
  Error& WithContext(QueryContext context);
  Error& WithCause(std::shared_ptr<const Error> cause);
  /// Text that follows the SQLSTATE directly, as the place of a syntax error does: " (line 1, pos 7)\n\n== SQL ==…".
  Error& WithTail(std::string tail);
  /// Names the Java class the client must see first, such as "io.delta.exceptions.ConcurrentAppendException".
  Error& WithExceptionClass(std::string name);

  ErrorKind kind() const { return kind_; }
  const std::string& condition() const { return condition_; }
  const std::string& sqlstate() const { return sqlstate_; }
  /// The text without the "[CONDITION]" prefix and the SQLSTATE suffix.
  const std::string& message() const { return message_; }
  const Parameters& parameters() const { return parameters_; }
  const std::vector<QueryContext>& contexts() const { return contexts_; }
  const std::shared_ptr<const Error>& cause() const { return cause_; }
  const std::string& exception_class() const { return exception_class_; }

  /// Spark's form: "[CONDITION] message SQLSTATE: 12345", followed by the tail and the query contexts' summaries;
  /// parse errors begin with a new line, as Spark's do.
  std::string SparkMessage() const;
  const char* what() const noexcept override { return what_.c_str(); }

 private:
  void Refresh();
  ErrorKind kind_;
  std::string condition_;
  std::string sqlstate_;
  std::string message_;
  Parameters parameters_;
  std::vector<QueryContext> contexts_;
  std::shared_ptr<const Error> cause_;
  std::string exception_class_;
  std::string tail_;
  std::string what_;
};

/// The SQLSTATE of a Spark or Delta error condition, "" when the table does not list it. A condition with a subclass
/// ("A.B") has the state of "A".
std::string SqlStateOf(const std::string& condition);

/// Thrown for what is not there yet; `feature` names it: "Python UDFs", "DELETE in a streaming query".
[[noreturn]] void ThrowUnsupported(const std::string& feature);

/// Thrown for a broken invariant of ours; `what` says which.
[[noreturn]] void ThrowInternal(const std::string& what);

}  // namespace headrace
