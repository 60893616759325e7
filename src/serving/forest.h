#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace headrace::serving {

/// A node of a tree on its way into a forest.
struct TreeNode {
  int64_t left = -1;  ///< Among the tree's nodes; negative for a leaf.
  int64_t right = -1;
  uint32_t feature = 0;
  bool missing_left = false;  ///< Where NaN goes.
  float threshold = 0;  ///< Smaller goes left.
  double value = 0;  ///< Of a leaf.
};

/// Regression trees laid out for prediction: the nodes of a tree lie together, siblings side by side, and leaves lead to
/// themselves, so that a walk takes the same steps whatever the row and several walks go on at once without a branch.
/// `Sum` is the precision in which the leaves are added up, tree by tree. Immutable and thread-safe once filled.
template <typename Sum>
class Forest {
 public:
  /// Adds a tree whose root is the first node; false, and the forest is not to be used, for one too deep, too large or broken.
  bool Add(const std::vector<TreeNode>& tree);
  /// Adds the trees' values of `count` rows of `width` floats to `out`, in the order of the trees. NaN is a missing value.
  void AddTo(const float* rows, size_t count, size_t width, Sum* out) const;
  /// Calls `each(feature, threshold)` for all splits.
  template <typename Each>
  void Splits(Each&& each) const {
    for (size_t i = 0; i < nodes_.size(); ++i) {
      if (nodes_[i].left != i) each(nodes_[i].feature & ~kLeftWhenMissing, nodes_[i].threshold);
    }
  }

 private:
  static constexpr uint32_t kLeftWhenMissing = 1u << 31;
  static constexpr uint32_t kTopLevels = 6;
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
  /// The upper levels of a tree as a complete one that fits into vector registers: the root is 1, and `i` leads to `2i` and
  /// `2i+1`.
  struct Top {
    std::array<float, 1 << kTopLevels> threshold{};
    std::array<uint32_t, 1 << kTopLevels> feature{};
    /// By place in the level below these (the last, in a lower tree): the value of the leaf, or the node where the walk goes on.
    std::array<Sum, 1 << kTopLevels> value{};
    std::array<uint32_t, 1 << kTopLevels> below{};
  };
  void AddTop(const Tree& tree);
  static uint32_t Step(const Node* nodes, uint32_t at, const float* row);
  void SumByScalars(const float* rows, size_t count, size_t width, Sum* out) const;
  // With AVX-512, 16 rows at once (forest_avx512.cc).
  void SumByVectors(const float* rows, size_t count, size_t width, Sum* out) const;
  template <size_t kBlocks>
  void SumBlocks(const float* rows, size_t count, size_t width, Sum* out) const;

  std::vector<Node> nodes_;
  std::vector<Sum> values_;  // Of the leaves, by node.
  std::vector<Tree> trees_;
  std::vector<Top> tops_;  // By tree.
};

/// Whether this processor has the vectors of forest_avx512.cc.
bool HasForestVectors();

}  // namespace headrace::serving
