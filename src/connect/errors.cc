#include "connect/errors.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <spark/connect/base.pb.h>

#include <map>
#include <new>

#include "base/ids.h"
#include "base/json.h"
#include "base/log.h"
#include "base/utf8.h"

namespace headrace::connect {

namespace pb = ::google::protobuf;
namespace sc = ::spark::connect;

namespace {

constexpr int kInternalCode = 13;
constexpr int kUnauthenticatedCode = 16;
/// Limits that keep the trailer below the 8 KiB of metadata clients accept.
constexpr size_t kMaxMessage = 2048;
constexpr size_t kMaxParameters = 1024;

const char kThrowable[] = "org.apache.spark.SparkThrowable";

/// Class names by kind, as Spark's own exceptions have them.
const std::map<ErrorKind, std::vector<std::string>>& ClassTable() {
  static const std::vector<std::string> analysis = {"org.apache.spark.sql.AnalysisException", "java.lang.Exception"};
  static const std::map<ErrorKind, std::vector<std::string>> table = {
      {ErrorKind::kAnalysis, analysis},
      {ErrorKind::kNotFound, analysis},
      {ErrorKind::kAlreadyExists, analysis},
      {ErrorKind::kPermissionDenied, analysis},
      {ErrorKind::kParse,
       {"org.apache.spark.sql.catalyst.parser.ParseException", "org.apache.spark.sql.AnalysisException", "java.lang.Exception"}},
      {ErrorKind::kArithmetic,
       {"org.apache.spark.SparkArithmeticException", "java.lang.ArithmeticException", "java.lang.RuntimeException"}},
      {ErrorKind::kNumberFormat,
       {"org.apache.spark.SparkNumberFormatException", "java.lang.NumberFormatException", "java.lang.IllegalArgumentException",
        "java.lang.RuntimeException"}},
      {ErrorKind::kDateTime,
       {"org.apache.spark.SparkDateTimeException", "java.time.DateTimeException", "java.lang.RuntimeException"}},
      {ErrorKind::kArrayIndex,
       {"org.apache.spark.SparkArrayIndexOutOfBoundsException", "java.lang.ArrayIndexOutOfBoundsException",
        "java.lang.IndexOutOfBoundsException", "java.lang.RuntimeException"}},
      {ErrorKind::kRuntime, {"org.apache.spark.SparkRuntimeException", "java.lang.RuntimeException"}},
      {ErrorKind::kIllegalArgument,
       {"org.apache.spark.SparkIllegalArgumentException", "java.lang.IllegalArgumentException", "java.lang.RuntimeException"}},
      {ErrorKind::kInvalidParameter,
       {"org.apache.spark.SparkIllegalArgumentException", "java.lang.IllegalArgumentException", "java.lang.RuntimeException"}},
      {ErrorKind::kNoSuchElement,
       {"org.apache.spark.SparkNoSuchElementException", "java.util.NoSuchElementException", "java.lang.RuntimeException"}},
      {ErrorKind::kUnsupported,
       {"org.apache.spark.SparkUnsupportedOperationException", "java.lang.UnsupportedOperationException",
        "java.lang.RuntimeException"}},
      {ErrorKind::kConcurrent,
       {"io.delta.exceptions.DeltaConcurrentModificationException", "java.util.ConcurrentModificationException",
        "java.lang.RuntimeException"}},
      {ErrorKind::kInvalidPlan, {"org.apache.spark.sql.connect.common.InvalidPlanInput", "java.lang.RuntimeException"}},
      {ErrorKind::kCancelled, {"org.apache.spark.SparkSQLException", "java.sql.SQLException"}},
  };
  return table;
}

/// The parents of classes that errors name and whose kind has others.
const std::map<std::string, std::vector<std::string>>& ParentsTable() {
  static const std::map<std::string, std::vector<std::string>> table = {
      {"org.apache.spark.SparkClassNotFoundException",
       {"java.lang.ClassNotFoundException", "java.lang.ReflectiveOperationException"}},
      {"org.apache.spark.sql.connector.catalog.CatalogNotFoundException", {"org.apache.spark.SparkException"}},
      {"org.apache.spark.sql.delta.schema.DeltaInvariantViolationException", {"java.lang.RuntimeException"}},
  };
  return table;
}

void WriteString(pb::io::CodedOutputStream& out, int field, const std::string& text) {
  out.WriteTag(static_cast<uint32_t>(field << 3 | 2));
  out.WriteVarint32(static_cast<uint32_t>(text.size()));
  out.WriteString(text);
}

template <typename Fill>
std::string Message(Fill fill) {
  std::string bytes;
  {
    pb::io::StringOutputStream stream(&bytes);
    pb::io::CodedOutputStream out(&stream);
    fill(out);
  }
  return bytes;
}

std::string ErrorInfo(const std::string& reason, const std::map<std::string, std::string>& metadata) {
  return Message([&](auto& out) {
    WriteString(out, 1, reason);
    WriteString(out, 2, "org.apache.spark");
    for (const auto& [key, value] : metadata) {
      WriteString(out, 3, Message([&](auto& entry) {
                    WriteString(entry, 1, key);
                    WriteString(entry, 2, value);
                  }));
    }
  });
}

/// google.rpc.Status with one detail.
std::string StatusMessage(int code, const std::string& message, const std::string& info) {
  return Message([&](auto& out) {
    out.WriteTag(1 << 3);
    out.WriteVarint32(static_cast<uint32_t>(code));
    WriteString(out, 2, message);
    WriteString(out, 3, Message([&](auto& any) {
                  WriteString(any, 1, "type.googleapis.com/google.rpc.ErrorInfo");
                  WriteString(any, 2, info);
                }));
  });
}

/// Cuts at a character's boundary.
std::string Shortened(const std::string& text, size_t limit) {
  if (text.size() <= limit) return text;
  size_t end = limit - 3;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

template <typename Strings>
json::array ToArray(const Strings& strings) {
  json::array array;
  for (const auto& text : strings) array.emplace_back(text);
  return array;
}

void EncodeContext(const QueryContext& context, sc::FetchErrorDetailsResponse_QueryContext& out) {
  using Context = sc::FetchErrorDetailsResponse_QueryContext;
  out.set_context_type(context.type == QueryContext::Type::kSql ? Context::SQL : Context::DATAFRAME);
  out.set_object_type(context.object_type);
  out.set_object_name(context.object_name);
  out.set_start_index(context.start_index);
  out.set_stop_index(context.stop_index);
  out.set_fragment(ReplaceInvalidUtf8(context.fragment));
  out.set_call_site(context.call_site);
  out.set_summary(ReplaceInvalidUtf8(context.summary));
}

}  // namespace

std::vector<std::string> JavaClasses(const Error& error) {
  std::vector<std::string> classes;
  if (!error.exception_class().empty()) classes.push_back(error.exception_class());
  auto named = ParentsTable().find(error.exception_class());
  if (named != ParentsTable().end()) {
    classes.insert(classes.end(), named->second.begin(), named->second.end());
    classes.insert(classes.end(), {"java.lang.Exception", "java.lang.Throwable", kThrowable});
    return classes;
  }
  // An error without a condition is Java's own.
  bool plain = error.condition().empty();
  auto known = ClassTable().find(error.kind());
  if (known != ClassTable().end()) {
    for (const auto& name : known->second) {
      if (plain && name.starts_with("org.apache.spark.")) continue;
      if (classes.empty() || classes.front() != name) classes.push_back(name);
    }
  } else {
    classes.insert(classes.end(), {"org.apache.spark.SparkException", "java.lang.Exception"});
  }
  classes.push_back("java.lang.Throwable");
  if (!error.condition().empty()) classes.push_back(kThrowable);
  return classes;
}

RpcStatus ToStatus(const Error& error, const std::string& error_id) {
  RpcStatus status;
  status.code = error.kind() == ErrorKind::kUnauthenticated ? kUnauthenticatedCode : kInternalCode;
  // Protobuf strings are UTF-8; data in a message may not be.
  status.message = Shortened(ReplaceInvalidUtf8(error.SparkMessage()), kMaxMessage);
  std::vector<std::string> classes = JavaClasses(error);
  std::map<std::string, std::string> metadata = {{"classes", json::serialize(ToArray(classes))}, {"errorId", error_id}};
  if (!error.condition().empty()) metadata["errorClass"] = error.condition();
  if (!error.sqlstate().empty()) metadata["sqlState"] = error.sqlstate();
  json::object parameters;
  for (const auto& [name, value] : error.parameters()) parameters[name] = ReplaceInvalidUtf8(value);
  std::string text = json::serialize(parameters);
  if (text.size() <= kMaxParameters) metadata["messageParameters"] = std::move(text);
  status.details = StatusMessage(status.code, status.message, ErrorInfo(classes.front(), metadata));
  return status;
}

RpcStatus ErrorLog::Record(const Error& error) {
  std::string id = NewUuid();
  RpcStatus status = ToStatus(error, id);
  std::lock_guard lock(mutex_);
  errors_.emplace_back(std::move(id), std::make_shared<const Error>(error));
  if (errors_.size() > kKept) errors_.pop_front();
  return status;
}

std::shared_ptr<const Error> ErrorLog::Find(const std::string& error_id) const {
  std::lock_guard lock(mutex_);
  for (const auto& [id, error] : errors_) {
    if (id == error_id) return error;
  }
  return nullptr;
}

void EncodeErrorDetails(const Error& error, sc::FetchErrorDetailsResponse& out) {
  constexpr int kMaxCauses = 8;
  out.set_root_error_idx(0);
  const Error* current = &error;
  for (int index = 0; current != nullptr && index < kMaxCauses; ++index) {
    auto* encoded = out.add_errors();
    for (const auto& name : JavaClasses(*current)) encoded->add_error_type_hierarchy(name);
    encoded->set_message(ReplaceInvalidUtf8(current->SparkMessage()));
    auto* throwable = encoded->mutable_spark_throwable();
    if (!current->condition().empty()) throwable->set_error_class(current->condition());
    if (!current->sqlstate().empty()) throwable->set_sql_state(current->sqlstate());
    for (const auto& [name, value] : current->parameters())
      (*throwable->mutable_message_parameters())[name] = ReplaceInvalidUtf8(value);
    for (const auto& context : current->contexts()) EncodeContext(context, *throwable->add_query_contexts());
    current = current->cause().get();
    if (current != nullptr && index + 1 < kMaxCauses) encoded->set_cause_idx(index + 1);
  }
}

Error CurrentError() {
  try {
    throw;
  } catch (const Error& error) {
    return error;
  } catch (const std::bad_alloc&) {
    return Error(ErrorKind::kResourceExhausted, "UNABLE_TO_ACQUIRE_MEMORY", "The server ran out of memory.")
        .WithSqlState("53200");
  } catch (const std::exception& failure) {
    Log(LogLevel::kError, "connect", "unexpected exception", {{"what", failure.what()}});
    return Error(ErrorKind::kInternal, "INTERNAL_ERROR", failure.what(), {{"message", failure.what()}}).WithSqlState("XX000");
  }
}

}  // namespace headrace::connect
