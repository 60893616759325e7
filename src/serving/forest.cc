#include "serving/forest.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <random>
#include <string_view>

namespace headrace::serving {
namespace {

/// Walks that go on at once: enough to hide the wait for memory, few enough for the registers.
constexpr size_t kWalks = 8;
/// Fewer rows than these are walked sooner one by one than as lanes of a vector that is mostly empty.
constexpr size_t kMinRowsForVectors = 6;
/// A walk takes as many steps as its tree is deep; beyond this the library's shorter walks win.
constexpr uint32_t kMaxDepth = 24;
constexpr size_t kMaxNodes = 1u << 24;

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

std::optional<Forest> Forest::FromXgboost(const json::value& learner, int end_round) {
  const auto& parameters = learner.at("learner_model_param").as_object();
  const auto& booster = learner.at("gradient_booster").as_object();
  const std::string_view objective = learner.at("objective").at("name").as_string();
  const auto* classes = parameters.if_contains("num_class");
  if (booster.at("name").as_string() != "gbtree" || (classes && classes->as_string() != "0")) return std::nullopt;
  Forest forest;
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

bool Forest::AddTree(const json::object& tree) {
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
  if (left.empty() || nodes_.size() + left.size() > kMaxNodes) return false;

  const auto first = static_cast<uint32_t>(nodes_.size());
  // Nodes in the order they are reached, level by level: `source[i]` is the tree's own number of node `first + i`.
  std::vector<std::pair<int64_t, uint32_t>> source = {{0, 0}};
  uint32_t deepest = 0;
  for (size_t i = 0; i < source.size(); ++i) {
    const auto [from, depth] = source[i];
    const int64_t to_left = left.at(from).to_number<int64_t>(), to_right = right.at(from).to_number<int64_t>();
    if (source.size() > left.size() || depth > kMaxDepth) return false;
    deepest = std::max(deepest, depth);
    Node node;
    const float number = condition.at(from).to_number<float>();
    if (to_left < 0) {
      node = {std::numeric_limits<float>::infinity(), kLeftWhenMissing, first + static_cast<uint32_t>(i)};
    } else {
      const auto& missing = default_left.at(from);
      const bool goes_left = missing.is_bool() ? missing.get_bool() : missing.to_number<int>() != 0;
      node = {number, feature.at(from).to_number<uint32_t>() | (goes_left ? kLeftWhenMissing : 0),
              first + static_cast<uint32_t>(source.size())};
      source.emplace_back(to_left, depth + 1);
      source.emplace_back(to_right, depth + 1);
    }
    nodes_.push_back(node);
    values_.push_back(to_left < 0 ? number : 0);
  }
  trees_.push_back({first, deepest});
  AddTop(trees_.back());
  return true;
}

void Forest::AddTop(const Tree& tree) {
  Top top;
  const uint32_t levels = std::min(tree.depth, kTopLevels);
  std::vector<uint32_t> level = {tree.root};
  for (uint32_t depth = 0; depth < levels; ++depth) {
    std::vector<uint32_t> next;
    for (size_t i = 0; i < level.size(); ++i) {
      const Node& node = nodes_[level[i]];
      const size_t place = level.size() + i;
      top.threshold[place] = node.threshold;
      top.feature[place] = node.feature;
      const bool leaf = node.left == level[i];
      next.push_back(node.left);
      next.push_back(leaf ? node.left : node.left + 1);
    }
    level = std::move(next);
  }
  for (size_t i = 0; i < level.size(); ++i) {
    top.below[i] = level[i];
    top.value[i] = values_[level[i]];
  }
  tops_.push_back(top);
}

inline uint32_t Forest::Step(const Node* nodes, uint32_t at, const float* row) {
  const Node& node = nodes[at];
  const float value = row[node.feature & ~kLeftWhenMissing];
  const uint32_t less = value < node.threshold;
  const uint32_t missing_left = static_cast<uint32_t>(value != value) & (node.feature >> 31);
  return node.left + 1 - (less | missing_left);
}

void Forest::Predict(const float* rows, size_t count, size_t width, float* out) const {
  std::fill_n(out, count, base_);
  static const bool vectors = HasVectors();
  vectors&& count >= kMinRowsForVectors ? SumByVectors(rows, count, width, out) : SumByScalars(rows, count, width, out);
  if (!logistic_) return;
  for (size_t i = 0; i < count; ++i) out[i] = Logistic(out[i]);
}

void Forest::SumByScalars(const float* rows, size_t count, size_t width, float* out) const {
  const Node* nodes = nodes_.data();
  size_t row = 0;
  for (; row + kWalks <= count; row += kWalks) {
    const float* block = rows + row * width;
    for (const Tree& tree : trees_) {
      uint32_t at[kWalks];
      for (size_t i = 0; i < kWalks; ++i) at[i] = tree.root;
      for (uint32_t step = 0; step < tree.depth; ++step) {
        for (size_t i = 0; i < kWalks; ++i) at[i] = Step(nodes, at[i], block + i * width);
      }
      for (size_t i = 0; i < kWalks; ++i) out[row + i] += values_[at[i]];
    }
  }
  for (; row < count; ++row) {
    const float* one = rows + row * width;
    size_t tree = 0;
    for (; tree + kWalks <= trees_.size(); tree += kWalks) {
      uint32_t at[kWalks];
      uint32_t depth = 0;
      for (size_t i = 0; i < kWalks; ++i) {
        at[i] = trees_[tree + i].root;
        depth = std::max(depth, trees_[tree + i].depth);
      }
      for (uint32_t step = 0; step < depth; ++step) {
        for (size_t i = 0; i < kWalks; ++i) at[i] = Step(nodes, at[i], one);
      }
      for (size_t i = 0; i < kWalks; ++i) out[row] += values_[at[i]];
    }
    for (; tree < trees_.size(); ++tree) {
      uint32_t at = trees_[tree].root;
      for (uint32_t step = 0; step < trees_[tree].depth; ++step) at = Step(nodes, at, one);
      out[row] += values_[at];
    }
  }
}

std::vector<float> Forest::ProbeRows(size_t count, size_t width) const {
  std::mt19937 random(7);
  std::vector<float> rows(count * width, 0);
  for (auto& value : rows) {
    if (random() % 8 == 0) value = std::numeric_limits<float>::quiet_NaN();
  }
  // Every value is the threshold of some split on its feature, or right beside it.
  std::vector<std::vector<float>> thresholds(width);
  for (const Node& node : nodes_) {
    const uint32_t feature = node.feature & ~kLeftWhenMissing;
    if (std::isfinite(node.threshold) && feature < width) thresholds[feature].push_back(node.threshold);
  }
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
