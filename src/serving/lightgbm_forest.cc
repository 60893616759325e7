#include "serving/lightgbm_forest.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <random>

namespace headrace::serving {
namespace {

/// LightGBM takes what is not farther from 0 for 0.
constexpr double kZero = 1e-35f;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
/// Ranks beyond this are no exact floats.
constexpr size_t kMaxThresholds = 1u << 23;

template <typename Number>
bool ParseNumber(std::string_view text, Number* out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *out);
  return error == std::errc() && end == text.data() + text.size();
}

/// False for a list that has something else than numbers.
template <typename Number>
bool ParseList(std::string_view text, std::vector<Number>* out) {
  out->clear();
  while (!text.empty()) {
    const size_t end = std::min(text.find(' '), text.size());
    if (end > 0 && !ParseNumber(text.substr(0, end), &out->emplace_back())) return false;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return true;
}

/// "binary sigmoid:1" gives 1, an objective whose answer is the sum 0; nothing for one that is neither.
std::optional<double> SigmoidOf(std::string_view objective) {
  constexpr std::string_view kPlain[] = {"regression", "regression_l1", "huber", "fair", "quantile", "mape", "lambdarank"};
  const std::string_view name = objective.substr(0, objective.find(' '));
  if (name == "binary") {
    const size_t at = objective.find("sigmoid:");
    double sigmoid = 0;
    if (at == std::string_view::npos || !ParseNumber(objective.substr(at + 8), &sigmoid) || sigmoid <= 0) return std::nullopt;
    return sigmoid;
  }
  const bool plain = std::find(std::begin(kPlain), std::end(kPlain), name) != std::end(kPlain);
  if (!plain || objective.find(" sqrt") != std::string_view::npos) return std::nullopt;
  return 0.0;
}

}  // namespace

/// A tree as the text has it: children below zero are leaves, counted from -1.
struct LightgbmForest::Tree {
  int64_t leaves = 0;
  std::vector<uint32_t> feature;
  std::vector<double> threshold;
  std::vector<int> decision;  // 1: categories; 2: missing goes left; from 4 on: what is missing.
  std::vector<int64_t> left, right;
  std::vector<double> value;

  bool IsWhole() const {
    const size_t splits = feature.size();
    const bool fits = threshold.size() == splits && decision.size() == splits && left.size() == splits && right.size() == splits;
    if (leaves < 1 || value.size() != static_cast<size_t>(leaves) || !fits || splits + 1 != value.size()) return false;
    const auto is_node = [&](int64_t at) { return at < static_cast<int64_t>(splits) && at >= -leaves; };
    return std::all_of(left.begin(), left.end(), is_node) && std::all_of(right.begin(), right.end(), is_node);
  }
};

std::optional<LightgbmForest> LightgbmForest::Read(std::string_view text) {
  LightgbmForest forest;
  std::optional<double> sigmoid;
  std::vector<Tree> trees;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line == "end of trees") break;
    if (line == "average_output") return std::nullopt;
    const size_t equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view key = line.substr(0, equals), value = line.substr(equals + 1);
    bool fits = true;
    if (key == "Tree") trees.emplace_back();
    if (trees.empty()) {
      if (key == "num_tree_per_iteration") fits = value == "1";
      if (key == "objective") sigmoid = SigmoidOf(value);
      if (key == "max_feature_idx") {
        uint32_t last = 0;
        fits = ParseNumber(value, &last) && last < (1u << 24);
        if (fits) forest.features_.resize(last + 1);
      }
    } else {
      Tree& tree = trees.back();
      if (key == "num_leaves") fits = ParseNumber(value, &tree.leaves);
      if (key == "num_cat" || key == "is_linear") fits = value == "0";
      if (key == "split_feature") fits = ParseList(value, &tree.feature);
      if (key == "threshold") fits = ParseList(value, &tree.threshold);
      if (key == "decision_type") fits = ParseList(value, &tree.decision);
      if (key == "left_child") fits = ParseList(value, &tree.left);
      if (key == "right_child") fits = ParseList(value, &tree.right);
      if (key == "leaf_value") fits = ParseList(value, &tree.value);
    }
    if (!fits) return std::nullopt;
  }
  if (!sigmoid) return std::nullopt;
  forest.sigmoid_ = *sigmoid;

  for (const Tree& tree : trees) {
    if (!tree.IsWhole()) return std::nullopt;
    for (size_t i = 0; i < tree.feature.size(); ++i) {
      const int missing = tree.decision[i] >> 2;
      if (tree.feature[i] >= forest.features_.size() || (tree.decision[i] & 1) || missing < 0 || missing > 2) return std::nullopt;
      Feature& feature = forest.features_[tree.feature[i]];
      // One rank must do for all splits of a feature.
      if (feature.used && feature.missing != static_cast<Missing>(missing)) return std::nullopt;
      feature.used = true;
      feature.missing = static_cast<Missing>(missing);
      feature.thresholds.push_back(tree.threshold[i]);
    }
  }
  for (Feature& feature : forest.features_) {
    auto& thresholds = feature.thresholds;
    std::sort(thresholds.begin(), thresholds.end());
    thresholds.erase(std::unique(thresholds.begin(), thresholds.end()), thresholds.end());
    if (thresholds.size() > kMaxThresholds) return std::nullopt;
  }
  for (const Tree& tree : trees) {
    if (!forest.AddTree(tree)) return std::nullopt;
  }
  return forest;
}

bool LightgbmForest::AddTree(const Tree& tree) {
  const size_t splits = tree.feature.size();
  std::vector<TreeNode> nodes(splits + tree.value.size());
  const auto place = [&](int64_t child) { return child >= 0 ? child : static_cast<int64_t>(splits) + ~child; };
  for (size_t i = 0; i < splits; ++i) {
    // A value goes left when it is not above the threshold: when fewer thresholds lie below it than up to and with this one.
    const auto& thresholds = features_[tree.feature[i]].thresholds;
    const auto below = std::upper_bound(thresholds.begin(), thresholds.end(), tree.threshold[i]) - thresholds.begin();
    nodes[i] = {place(tree.left[i]),         place(tree.right[i]),      tree.feature[i],
                (tree.decision[i] & 2) != 0, static_cast<float>(below), 0};
  }
  for (size_t i = 0; i < tree.value.size(); ++i) nodes[splits + i].value = tree.value[i];
  return trees_.Add(nodes);
}

inline float LightgbmForest::Rank(const Feature& feature, double value) {
  if (std::abs(value) <= kZero || (std::isnan(value) && feature.missing != Missing::kNan)) value = 0;
  if (std::isnan(value) || (value == 0 && feature.missing == Missing::kZero)) return std::numeric_limits<float>::quiet_NaN();
  // A search without branches, which would be guessed wrong half the time.
  const double* low = feature.thresholds.data();
  size_t size = feature.thresholds.size();
  while (size > 1) {
    const size_t half = size / 2;
    low += low[half - 1] < value ? half : 0;
    size -= half;
  }
  return static_cast<float>(low - feature.thresholds.data() + (*low < value));
}

bool LightgbmForest::Predict(const double* rows, size_t count, double* out) const {
  const size_t width = features_.size();
  thread_local std::vector<float> ranks;
  ranks.resize(count * width);
  for (size_t column = 0; column < width; ++column) {
    const Feature& feature = features_[column];
    if (!feature.used) continue;
    for (size_t row = 0; row < count; ++row) {
      const double value = rows[row * width + column];
      if (std::isinf(value)) return false;
      ranks[row * width + column] = Rank(feature, value);
    }
  }
  std::fill_n(out, count, 0.0);
  trees_.AddTo(ranks.data(), count, width, out);
  if (sigmoid_ == 0) return true;
  for (size_t i = 0; i < count; ++i) out[i] = 1.0 / (1.0 + std::exp(-sigmoid_ * out[i]));
  return true;
}

std::vector<double> LightgbmForest::ProbeRows(size_t count) const {
  const size_t width = features_.size();
  std::mt19937 random(7);
  std::vector<double> rows(count * width, 0);
  for (size_t i = 0; i < rows.size(); ++i) {
    const auto& known = features_[i % width].thresholds;
    const uint32_t kind = random() % 16;
    if (kind < 2) rows[i] = kNaN;
    if (kind < 4 || known.empty()) continue;
    const double at = known[random() % known.size()];
    const uint32_t side = random() % 3;
    rows[i] = kind == 4 ? 1e-36 : side == 0 ? at : std::nextafter(at, side == 1 ? -1e300 : 1e300);
  }
  return rows;
}

}  // namespace headrace::serving
