#include "http/errors.h"

#include <map>

#include "base/log.h"

namespace headrace::http {

namespace {

// The codes of MLflow's and Databricks' REST APIs whose status does not follow from the kind.
const std::map<std::string_view, int>& StatusByCode() {
  static const std::map<std::string_view, int> table = {
      {"INTERNAL_ERROR", 500},          {"INVALID_STATE", 500},
      {"BAD_REQUEST", 400},             {"INVALID_PARAMETER_VALUE", 400},
      {"MALFORMED_REQUEST", 400},       {"RESOURCE_ALREADY_EXISTS", 400},
      {"PERMISSION_DENIED", 403},       {"RESOURCE_DOES_NOT_EXIST", 404},
      {"ENDPOINT_NOT_FOUND", 404},      {"NOT_FOUND", 404},
      {"UNAUTHENTICATED", 401},         {"CUSTOMER_UNAUTHORIZED", 401},
      {"REQUEST_LIMIT_EXCEEDED", 429},  {"RESOURCE_EXHAUSTED", 429},
      {"TEMPORARILY_UNAVAILABLE", 503}, {"NOT_IMPLEMENTED", 501},
      {"RESOURCE_CONFLICT", 409},       {"ALREADY_EXISTS", 409},
      {"REQUEST_TOO_LARGE", 413},       {"METHOD_NOT_ALLOWED", 405},
      {"DEADLINE_EXCEEDED", 504},
  };
  return table;
}

int StatusByKind(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kNotFound: return 404;
    case ErrorKind::kUnauthenticated: return 401;
    case ErrorKind::kPermissionDenied: return 403;
    case ErrorKind::kResourceExhausted: return 429;
    case ErrorKind::kUnsupported: return 501;
    case ErrorKind::kConcurrent: return 409;
    case ErrorKind::kCancelled: return 499;
    case ErrorKind::kUnavailable: return 503;
    case ErrorKind::kInternal: return 500;
    default: return 400;
  }
}

}  // namespace

int StatusOf(const Error& error) {
  const auto found = StatusByCode().find(error.condition());
  return found != StatusByCode().end() ? found->second : StatusByKind(error.kind());
}

Response ErrorResponse(const Error& error) {
  const int status = StatusOf(error);
  if (status >= 500) Log(LogLevel::kError, "http", "request failed", {{"error_code", error.condition()}, {"message", error.message()}});
  return Response::Json(json::object{{"error_code", error.condition()}, {"message", error.message()}}, status);
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
