#include "http/errors.h"

#include <map>

#include "base/log.h"

namespace headrace::http {

namespace {

// The codes of MLflow's and Databricks' REST APIs whose status does not follow from the kind.
const std::map<std::string_view, int>& StatusByCode() {
  static const std::map<std::string_view, int> table = {
      {"INTERNAL_ERROR", 500},
      {"INVALID_STATE", 500},
      {"BAD_REQUEST", 400},
      {"INVALID_PARAMETER_VALUE", 400},
      {"MALFORMED_REQUEST", 400},
      {"RESOURCE_ALREADY_EXISTS", 400},
      {"PERMISSION_DENIED", 403},
      {"RESOURCE_DOES_NOT_EXIST", 404},
      {"ENDPOINT_NOT_FOUND", 404},
      {"NOT_FOUND", 404},
      {"UNAUTHENTICATED", 401},
      {"CUSTOMER_UNAUTHORIZED", 401},
      {"REQUEST_LIMIT_EXCEEDED", 429},
      {"RESOURCE_EXHAUSTED", 429},
      {"TEMPORARILY_UNAVAILABLE", 503},
      {"NOT_IMPLEMENTED", 501},
      {"RESOURCE_CONFLICT", 409},
      {"ALREADY_EXISTS", 409},
      {"REQUEST_TOO_LARGE", 413},
      {"METHOD_NOT_ALLOWED", 405},
      {"DEADLINE_EXCEEDED", 504},
  };
  return table;
}

int StatusByKind(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kNotFound:
      return 404;
    case ErrorKind::kUnauthenticated:
      return 401;
    case ErrorKind::kPermissionDenied:
      return 403;
    case ErrorKind::kResourceExhausted:
      return 429;
    case ErrorKind::kUnsupported:
      return 501;
    case ErrorKind::kConcurrent:
      return 409;
    case ErrorKind::kCancelled:
      return 499;
    case ErrorKind::kUnavailable:
      return 503;
    case ErrorKind::kInternal:
      return 500;
    default:
      return 400;
  }
}

/// MLflow's finer classification of its error codes, which its clients put into their exceptions.
struct Classification {
  const char* sqlstate;
  const char* error_class;
};

const Classification* ClassificationOf(std::string_view code) {
  static const std::map<std::string_view, Classification> table = {
      {"BAD_REQUEST", {"KAM00", "INVALID_PARAMETER_VALUE"}},
      {"CUSTOMER_UNAUTHORIZED", {"KAM00", "PERMISSION_DENIED"}},
      {"ENDPOINT_NOT_FOUND", {"KAM00", "RESOURCE_NOT_FOUND"}},
      {"FEATURE_DISABLED", {"KAM00", "FEATURE_DISABLED"}},
      {"INTERNAL_ERROR", {"XXM00", "CLIENT_INTERNAL_ERROR"}},
      {"INVALID_PARAMETER_VALUE", {"KAM00", "INVALID_PARAMETER_VALUE"}},
      {"INVALID_STATE", {"XXM00", "CLIENT_INTERNAL_ERROR"}},
      {"NOT_FOUND", {"KAM00", "RESOURCE_NOT_FOUND"}},
      {"PERMISSION_DENIED", {"KAM00", "PERMISSION_DENIED"}},
      {"RESOURCE_ALREADY_EXISTS", {"KAM00", "RESOURCE_ALREADY_EXISTS"}},
      {"RESOURCE_DOES_NOT_EXIST", {"KAM00", "RESOURCE_NOT_FOUND"}},
      {"TEMPORARILY_UNAVAILABLE", {"XXM00", "CLIENT_INTERNAL_ERROR"}},
  };
  const auto found = table.find(code);
  return found != table.end() ? &found->second : nullptr;
}

}  // namespace

int StatusOf(const Error& error) {
  const auto found = StatusByCode().find(error.condition());
  return found != StatusByCode().end() ? found->second : StatusByKind(error.kind());
}

Response ErrorResponse(const Error& error) {
  const int status = StatusOf(error);
  if (status >= 500)
    Log(LogLevel::kError, "http", "request failed", {{"error_code", error.condition()}, {"message", error.message()}});
  json::object body{{"error_code", error.condition()}, {"message", error.message()}};
  if (const Classification* found = ClassificationOf(error.condition())) {
    body["sqlstate"] = found->sqlstate;
    body["error_class"] = found->error_class;
  }
  Response response = Response::Json(std::move(body), status);
  if (status == 401) {
    // A browser asks its user for what the second one means: any name, and the token as the password.
    response.headers.emplace_back("WWW-Authenticate", "Bearer");
    response.headers.emplace_back("WWW-Authenticate", "Basic realm=\"headrace\", charset=\"UTF-8\"");
  }
  return response;
}

Response CurrentExceptionResponse() {
  try {
    throw;
  } catch (const Error& error) {
    return ErrorResponse(error);
  } catch (const std::bad_alloc&) {
    return ErrorResponse(Error(ErrorKind::kResourceExhausted, "RESOURCE_EXHAUSTED", "Out of memory"));
  } catch (const std::exception& error) {
    return ErrorResponse(Error(ErrorKind::kInternal, "INTERNAL_ERROR", error.what()));
  }
}

}  // namespace headrace::http
