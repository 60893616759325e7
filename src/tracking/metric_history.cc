#include <fmt/format.h>

#include "tracking/filter.h"
#include "tracking/mlflow_errors.h"
#include "tracking/tracking.h"
#include "tracking/tracking_internal.h"

namespace headrace::tracking {

namespace {

Metric FromRow(Statement& query, const std::string& key) {
  Metric metric;
  metric.key = key;
  metric.value = query.Int64(1) ? __builtin_nan("") : query.Double(0);
  metric.timestamp = query.Int64(2);
  metric.step = query.Int64(3);
  return metric;
}

}  // namespace

Page<Metric> Tracking::GetMetricHistory(const std::string& run_id, const std::string& key, std::optional<int64_t> max_results,
                                        const std::string& page_token) const {
  const int64_t offset = OffsetOfPageToken(page_token);
  return store_->Read([&](Connection& connection) {
    Page<Metric> page;
    Statement query = connection.Query(
        "SELECT m.value, m.is_nan, m.timestamp, m.step FROM run r JOIN metric m ON m.run = r.row WHERE r.run_id = ? AND m.key = ?"
        " ORDER BY m.timestamp, m.step, m.value LIMIT ? OFFSET ?",
        run_id, key, max_results ? *max_results + 1 : int64_t{-1}, offset);
    while (query.Step()) {
      if (max_results && static_cast<int64_t>(page.items.size()) == *max_results) {
        page.next_page_token = PageTokenOf(offset + *max_results);
        break;
      }
      page.items.push_back(FromRow(query, key));
    }
    return page;
  });
}

std::vector<Metric> Tracking::GetMetricHistoryBulk(const std::vector<std::string>& run_ids, const std::string& key,
                                                   int64_t max_results) const {
  return store_->Read([&](Connection& connection) {
    Statement query = connection.Prepare(
        fmt::format("SELECT m.value, m.is_nan, m.timestamp, m.step, r.run_id FROM run r JOIN metric m ON m.run = r.row"
                    " WHERE m.key = ? AND r.run_id IN ({}) ORDER BY r.run_id, m.timestamp, m.step, m.value LIMIT ?",
                    Placeholders(run_ids.size())));
    query.Add(key);
    for (const auto& run_id : run_ids) query.Add(run_id);
    query.Add(max_results);
    std::vector<Metric> metrics;
    while (query.Step()) {
      metrics.push_back(FromRow(query, key));
      metrics.back().run_id = query.Text(4);
    }
    return metrics;
  });
}

std::vector<Metric> Tracking::SampleMetricHistory(const std::vector<std::string>& run_ids, const std::string& key,
                                                  int64_t max_results, std::optional<int64_t> start_step,
                                                  std::optional<int64_t> end_step) const {
  const int64_t first = start_step.value_or(INT64_MIN), last = end_step.value_or(INT64_MAX);
  return store_->Read([&](Connection& connection) {
    std::vector<Metric> sample;
    for (const auto& run_id : run_ids) {
      const int64_t row = ReadRun(connection, run_id).row;
      Statement count = connection.Query("SELECT count(*) FROM metric WHERE run = ? AND key = ? AND step BETWEEN ? AND ?", row,
                                         key, first, last);
      count.Step();
      const int64_t total = count.Int64(0);
      const int64_t wanted = std::min(std::max<int64_t>(1, max_results), total);
      Statement query = connection.Query(
          "SELECT value, is_nan, timestamp, step FROM metric WHERE run = ? AND key = ? AND step BETWEEN ? AND ?"
          " ORDER BY step, timestamp, value, is_nan",
          row, key, first, last);
      int64_t taken = 0;
      for (int64_t at = 0; query.Step(); ++at) {
        // The position of the next point to take; the first and the last are always among them.
        const int64_t next = wanted == 1 ? total - 1 : taken * (total - 1) / (wanted - 1);
        if (at != next) continue;
        ++taken;
        sample.push_back(FromRow(query, key));
        sample.back().run_id = run_id;
      }
    }
    return sample;
  });
}

std::vector<DatasetSummary> Tracking::SearchDatasets(const std::vector<std::string>& experiment_ids) const {
  std::vector<Value> ids;
  for (const auto& id : experiment_ids) ids.emplace_back(ParseExperimentId(id));
  return store_->Read([&](Connection& connection) {
    Statement query = connection.Prepare(fmt::format(
        "SELECT DISTINCT d.experiment_id, d.name, d.digest, t.value FROM dataset d JOIN run_dataset i ON i.dataset = d.row"
        " LEFT JOIN run_dataset_tag t ON t.run = i.run AND t.dataset = i.dataset AND t.name = 'mlflow.data.context'"
        " WHERE d.experiment_id IN ({}) LIMIT 1000",
        Placeholders(ids.size())));
    for (const auto& id : ids) query.Add(id);
    std::vector<DatasetSummary> summaries;
    while (query.Step()) summaries.push_back({query.Int64(0), query.Text(1), query.Text(2), query.OptionalText(3)});
    return summaries;
  });
}

}  // namespace headrace::tracking
