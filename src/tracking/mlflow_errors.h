#pragma once

#include <string>

#include "base/error.h"

namespace headrace::tracking {

/// MLflow's INVALID_PARAMETER_VALUE (400).
inline Error InvalidParameter(std::string message) {
  return Error(ErrorKind::kInvalidParameter, "INVALID_PARAMETER_VALUE", std::move(message));
}

/// MLflow's RESOURCE_DOES_NOT_EXIST (404).
inline Error NotFound(std::string message) { return Error(ErrorKind::kNotFound, "RESOURCE_DOES_NOT_EXIST", std::move(message)); }

/// MLflow's RESOURCE_ALREADY_EXISTS (400).
inline Error AlreadyExists(std::string message) {
  return Error(ErrorKind::kAlreadyExists, "RESOURCE_ALREADY_EXISTS", std::move(message));
}

/// MLflow's exceptions without a code of their own: INTERNAL_ERROR (500).
inline Error InternalError(std::string message) {
  return Error(ErrorKind::kInvalidParameter, "INTERNAL_ERROR", std::move(message));
}

}  // namespace headrace::tracking
