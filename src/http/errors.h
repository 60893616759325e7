#pragma once

#include "base/error.h"
#include "http/message.h"

namespace headrace::http {

/// The HTTP status of an error: by its error_code where MLflow and Databricks fix one, else by its kind.
int StatusOf(const Error& error);

/// `{"error_code": …, "message": …}` with that status. What is not the caller's fault is logged with its message.
Response ErrorResponse(const Error& error);

/// The same for an exception in flight; call inside a catch block. A foreign exception is INTERNAL_ERROR.
Response CurrentExceptionResponse();

}  // namespace headrace::http
