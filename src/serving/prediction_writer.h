#pragma once

#include <string>

#include "serving/runtime.h"

namespace headrace::serving {

/// Writes {"predictions": [...]} as mlflow's scoring server does; `out` is replaced and its memory reused. NaN and
/// infinities, which JSON does not have, become null.
void WritePredictions(const NativeModel& model, const Predictions& predictions, size_t rows, std::string* out);

}  // namespace headrace::serving
