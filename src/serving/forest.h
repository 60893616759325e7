#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/json.h"

namespace headrace::serving {

/// Regression trees laid out for prediction: the nodes of a tree lie together, siblings side by side, and leaves lead to
/// themselves, so that a walk takes the same steps whatever the row and several walks go on at once without a branch.
/// Immutable and thread-safe.
class Forest {
 public:
  /// Reads the `learner` of a model that XGBoost saved as JSON, up to the given boosting round (0: all). Nothing for a
  /// model of another kind: several outputs, categories, dropped trees (DART), trees too deep or too large, objectives
  /// whose answer is more than the sum or its logistic function.
  static std::optional<Forest> FromXgboost(const json::value& learner, int end_round);

  /// Predicts `count` rows of `width` floats; NaN is a missing value, infinities are not for it. Sums are made tree by
  /// tree in single precision, as XGBoost makes them, so that the bits are its bits.
  void Predict(const float* rows, size_t count, size_t width, float* out) const;

  /// Rows that between them pass both sides of many splits, exact ties and missing values: what to compare with the
  /// library that made the model.
  std::vector<float> ProbeRows(size_t count, size_t width) const;

 private:
  /// A split: smaller goes left. A leaf's threshold is infinity.
  struct Node {
    float threshold = 0;
    uint32_t feature = 0;  ///< The highest bit: where a missing value goes, set for left.
    uint32_t left = 0;  ///< The right one is the next; a leaf's own index.
  };
  struct Tree {
    uint32_t root = 0;
    uint32_t depth = 0;
  };
  static constexpr uint32_t kLeftWhenMissing = 1u << 31;
  static constexpr uint32_t kTopLevels = 6;
  /// The upper levels of a tree as a complete one that fits into vector registers: the root is 1, and `i` leads to `2i` and
  /// `2i+1`.
  struct Top {
    std::array<float, 1 << kTopLevels> threshold{};
    std::array<uint32_t, 1 << kTopLevels> feature{};
    /// By place in the level below these (the last, in a lower tree): the value of the leaf, or the node where the walk goes on.
    std::array<float, 1 << kTopLevels> value{};
    std::array<uint32_t, 1 << kTopLevels> below{};
  };
  bool AddTree(const json::object& tree);
  void AddTop(const Tree& tree);
  static uint32_t Step(const Node* nodes, uint32_t at, const float* row);
  void SumByScalars(const float* rows, size_t count, size_t width, float* out) const;
  // With AVX-512, 16 rows at once (forest_avx512.cc). Adds the trees' values to `out`.
  static bool HasVectors();
  void SumByVectors(const float* rows, size_t count, size_t width, float* out) const;
  template <size_t kBlocks>
  void SumBlocks(const float* rows, size_t count, size_t width, float* out) const;

  std::vector<Node> nodes_;
  std::vector<float> values_;  // Of the leaves, by node.
  std::vector<Tree> trees_;
  std::vector<Top> tops_;  // By tree.
  float base_ = 0;
  bool logistic_ = false;
};

}  // namespace headrace::serving
