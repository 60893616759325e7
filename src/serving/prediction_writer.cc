#include "serving/prediction_writer.h"

#include <charconv>
#include <cmath>

namespace headrace::serving {
namespace {

void AppendNumber(double value, OutputKind kind, std::string* out) {
  if (!std::isfinite(value)) {
    out->append("null");
    return;
  }
  char buffer[40];
  char* end;
  if (kind == OutputKind::kInt) {
    end = std::to_chars(buffer, buffer + sizeof(buffer), static_cast<int64_t>(value)).ptr;
    out->append(buffer, end);
    return;
  }
  end = std::to_chars(buffer, buffer + sizeof(buffer), value).ptr;
  out->append(buffer, end);
  if (std::string_view(buffer, end - buffer).find_first_of(".e") == std::string_view::npos) out->append(".0");
}

}  // namespace

void WritePredictions(const NativeModel& model, const Predictions& predictions, size_t rows, std::string* out) {
  const OutputKind kind = model.output_kind();
  const auto one = [&](double value) {
    kind == OutputKind::kLabel ? (void)out->append(model.labels()[static_cast<size_t>(value)]) : AppendNumber(value, kind, out);
  };
  out->assign("{\"predictions\": [");
  for (size_t row = 0; row < rows; ++row) {
    if (row > 0) out->append(", ");
    if (!predictions.nested) {
      one(predictions.values[row]);
      continue;
    }
    out->push_back('[');
    for (size_t i = 0; i < predictions.width; ++i) {
      if (i > 0) out->append(", ");
      one(predictions.values[row * predictions.width + i]);
    }
    out->push_back(']');
  }
  out->append("]}");
}

}  // namespace headrace::serving
