#include "http/metrics.h"

#include <fmt/format.h>

#include <algorithm>

namespace headrace::http {

namespace {

std::string EscapeLabel(std::string_view value) {
  std::string escaped;
  for (const char c : value) {
    if (c == '\\' || c == '"') escaped.push_back('\\');
    if (c == '\n') {
      escaped += "\\n";
    } else {
      escaped.push_back(c);
    }
  }
  return escaped;
}

std::string FormatLabels(const Labels& labels, const std::string& bound = "") {
  std::string text;
  for (const auto& [name, value] : labels) text += fmt::format("{}{}=\"{}\"", text.empty() ? "" : ",", name, EscapeLabel(value));
  if (!bound.empty()) text += fmt::format("{}le=\"{}\"", text.empty() ? "" : ",", bound);
  return text.empty() ? "" : "{" + text + "}";
}

template <typename Metric>
Metric& GetIn(std::map<Labels, std::unique_ptr<Metric>>& metrics, const Labels& labels) {
  auto& metric = metrics[labels];
  if (!metric) metric = std::make_unique<Metric>();
  return *metric;
}

}  // namespace

const std::vector<double>& Histogram::Bounds() {
  static const std::vector<double> bounds = {0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                             0.05,    0.1,    0.25,    0.5,    1,     2.5,    5,     10};
  return bounds;
}

Histogram::Histogram() : buckets_(Bounds().size() + 1) {}

void Histogram::ObserveMicros(int64_t micros) {
  const auto& bounds = Bounds();
  const size_t i = std::lower_bound(bounds.begin(), bounds.end(), static_cast<double>(micros) / 1e6) - bounds.begin();
  buckets_[i].fetch_add(1, std::memory_order_relaxed);
  count_.fetch_add(1, std::memory_order_relaxed);
  sum_micros_.fetch_add(micros, std::memory_order_relaxed);
}

Counter& MetricRegistry::GetCounter(const std::string& name, const std::string& help, const Labels& labels) {
  const std::lock_guard lock(mutex_);
  families_[name].help = help;
  return GetIn(families_[name].counters, labels);
}

Gauge& MetricRegistry::GetGauge(const std::string& name, const std::string& help, const Labels& labels) {
  const std::lock_guard lock(mutex_);
  families_[name].help = help;
  return GetIn(families_[name].gauges, labels);
}

Histogram& MetricRegistry::GetHistogram(const std::string& name, const std::string& help, const Labels& labels) {
  const std::lock_guard lock(mutex_);
  families_[name].help = help;
  return GetIn(families_[name].histograms, labels);
}

std::string MetricRegistry::Serialize() const {
  const std::lock_guard lock(mutex_);
  std::string text;
  for (const auto& [name, family] : families_) {
    const char* type = !family.counters.empty() ? "counter" : !family.gauges.empty() ? "gauge" : "histogram";
    text += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, family.help, name, type);
    for (const auto& [labels, counter] : family.counters) {
      text += fmt::format("{}{} {}\n", name, FormatLabels(labels), counter->value());
    }
    for (const auto& [labels, gauge] : family.gauges) {
      text += fmt::format("{}{} {}\n", name, FormatLabels(labels), gauge->value());
    }
    for (const auto& [labels, histogram] : family.histograms) {
      uint64_t below = 0;
      for (size_t i = 0; i < Histogram::Bounds().size(); ++i) {
        below += histogram->bucket(i);
        text += fmt::format("{}_bucket{} {}\n", name, FormatLabels(labels, fmt::format("{}", Histogram::Bounds()[i])), below);
      }
      below += histogram->bucket(Histogram::Bounds().size());
      text += fmt::format("{}_bucket{} {}\n", name, FormatLabels(labels, "+Inf"), below);
      text += fmt::format("{}_sum{} {}\n{}_count{} {}\n", name, FormatLabels(labels), histogram->sum_seconds(), name,
                          FormatLabels(labels), below);
    }
  }
  return text;
}

}  // namespace headrace::http
