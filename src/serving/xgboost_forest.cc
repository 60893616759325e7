#include "serving/xgboost_forest.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <random>
#include <string_view>

namespace headrace::serving {
namespace {

std::optional<float> ParseFloat(std::string_view text) {
  // Version 3.1 and later write a list of one.
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  float value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// xgboost::common::Sigmoid.
float Logistic(float margin) {
  constexpr float kEpsilon = 1e-16f;
  const float x = std::min(-margin, 88.7f);
  return 1.0f / (std::exp(x) + 1.0f + kEpsilon);
}

}  // namespace

std::optional<XgboostForest> XgboostForest::Read(const json::value& learner, int end_round) {
  const auto& parameters = learner.at("learner_model_param").as_object();
  const auto& booster = learner.at("gradient_booster").as_object();
  const std::string_view objective = learner.at("objective").at("name").as_string();
  const auto* classes = parameters.if_contains("num_class");
  if (booster.at("name").as_string() != "gbtree" || (classes && classes->as_string() != "0")) return std::nullopt;
  XgboostForest forest;
  forest.logistic_ = objective == "binary:logistic" || objective == "reg:logistic";
  constexpr std::string_view kPlain[] = {"reg:squarederror",
                                         "reg:squaredlogerror",
                                         "reg:pseudohubererror",
                                         "reg:absoluteerror",
                                         "binary:logitraw",
                                         "rank:pairwise",
                                         "rank:ndcg",
                                         "rank:map"};
  const bool plain = std::find(std::begin(kPlain), std::end(kPlain), objective) != std::end(kPlain);
  const auto base = ParseFloat(parameters.at("base_score").as_string());
  if (!(plain || forest.logistic_) || !base) return std::nullopt;
  forest.base_ = forest.logistic_ ? -std::log(1.0f / *base - 1.0f) : *base;

  const auto& model = booster.at("model").as_object();
  const auto& trees = model.at("trees").as_array();
  size_t count = trees.size();
  if (end_round > 0) {
    const auto* ends = model.if_contains("iteration_indptr");
    if (!ends || static_cast<size_t>(end_round) >= ends->as_array().size()) return std::nullopt;
    count = ends->as_array()[end_round].to_number<size_t>();
  }
  for (size_t i = 0; i < count; ++i) {
    if (!forest.AddTree(trees.at(i).as_object())) return std::nullopt;
  }
  return forest;
}

bool XgboostForest::AddTree(const json::object& tree) {
  const auto& left = tree.at("left_children").as_array();
  const auto& right = tree.at("right_children").as_array();
  const auto& feature = tree.at("split_indices").as_array();
  const auto& condition = tree.at("split_conditions").as_array();
  const auto& default_left = tree.at("default_left").as_array();
  const std::string_view outputs = tree.at("tree_param").at("size_leaf_vector").as_string();
  if (outputs != "0" && outputs != "1") return false;
  for (const auto& kind : tree.at("split_type").as_array()) {
    if (kind.to_number<int>() != 0) return false;
  }
  std::vector<TreeNode> nodes(left.size());
  for (size_t i = 0; i < nodes.size(); ++i) {
    const auto& missing = default_left.at(i);
    const float number = condition.at(i).to_number<float>();
    nodes[i] = {left.at(i).to_number<int64_t>(),
                right.at(i).to_number<int64_t>(),
                feature.at(i).to_number<uint32_t>(),
                missing.is_bool() ? missing.get_bool() : missing.to_number<int>() != 0,
                number,
                number};
  }
  return trees_.Add(nodes);
}

void XgboostForest::Predict(const float* rows, size_t count, size_t width, float* out) const {
  std::fill_n(out, count, base_);
  trees_.AddTo(rows, count, width, out);
  if (!logistic_) return;
  for (size_t i = 0; i < count; ++i) out[i] = Logistic(out[i]);
}

std::vector<float> XgboostForest::ProbeRows(size_t count, size_t width) const {
  std::mt19937 random(7);
  std::vector<float> rows(count * width, 0);
  for (auto& value : rows) {
    if (random() % 8 == 0) value = std::numeric_limits<float>::quiet_NaN();
  }
  // Every value is the threshold of some split on its feature, or right beside it.
  std::vector<std::vector<float>> thresholds(width);
  trees_.Splits([&](uint32_t feature, float threshold) {
    if (feature < width) thresholds[feature].push_back(threshold);
  });
  for (size_t i = 0; i < rows.size(); ++i) {
    const auto& known = thresholds[i % width];
    if (std::isnan(rows[i]) || known.empty()) continue;
    const float at = known[random() % known.size()];
    const uint32_t side = random() % 3;
    rows[i] = side == 0 ? at : std::nextafter(at, side == 1 ? -3e38f : 3e38f);
  }
  return rows;
}

}  // namespace headrace::serving
