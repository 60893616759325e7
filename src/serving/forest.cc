#include "serving/forest.h"

#include <algorithm>
#include <limits>

namespace headrace::serving {
namespace {

/// Walks that go on at once: enough to hide the wait for memory, few enough for the registers.
constexpr size_t kWalks = 8;
/// Fewer rows than these are walked sooner one by one than as lanes of a vector that is mostly empty.
constexpr size_t kMinRowsForVectors = 6;
/// A walk takes as many steps as its tree is deep; beyond this the library's shorter walks win.
constexpr uint32_t kMaxDepth = 32;
constexpr size_t kMaxNodes = 1u << 24;

}  // namespace

template <typename Sum>
bool Forest<Sum>::Add(const std::vector<TreeNode>& tree) {
  if (tree.empty() || nodes_.size() + tree.size() > kMaxNodes) return false;
  const auto first = static_cast<uint32_t>(nodes_.size());
  // Nodes in the order they are reached, level by level: `source[i]` is the tree's own number of node `first + i`.
  std::vector<std::pair<int64_t, uint32_t>> source = {{0, 0}};
  uint32_t deepest = 0;
  for (size_t i = 0; i < source.size(); ++i) {
    const auto [from, depth] = source[i];
    if (source.size() > tree.size() || depth > kMaxDepth) return false;
    const TreeNode& node = tree.at(from);
    deepest = std::max(deepest, depth);
    if (node.left < 0) {
      nodes_.push_back({std::numeric_limits<float>::infinity(), kLeftWhenMissing, first + static_cast<uint32_t>(i)});
    } else {
      nodes_.push_back({node.threshold, node.feature | (node.missing_left ? kLeftWhenMissing : 0),
                        first + static_cast<uint32_t>(source.size())});
      source.emplace_back(node.left, depth + 1);
      source.emplace_back(node.right, depth + 1);
    }
    values_.push_back(node.left < 0 ? static_cast<Sum>(node.value) : 0);
  }
  trees_.push_back({first, deepest});
  AddTop(trees_.back());
  return true;
}

template <typename Sum>
void Forest<Sum>::AddTop(const Tree& tree) {
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

template <typename Sum>
inline uint32_t Forest<Sum>::Step(const Node* nodes, uint32_t at, const float* row) {
  const Node& node = nodes[at];
  const float value = row[node.feature & ~kLeftWhenMissing];
  const uint32_t less = value < node.threshold;
  const uint32_t missing_left = static_cast<uint32_t>(value != value) & (node.feature >> 31);
  return node.left + 1 - (less | missing_left);
}

template <typename Sum>
void Forest<Sum>::AddTo(const float* rows, size_t count, size_t width, Sum* out) const {
  static const bool vectors = HasForestVectors();
  vectors&& count >= kMinRowsForVectors ? SumByVectors(rows, count, width, out) : SumByScalars(rows, count, width, out);
}

template <typename Sum>
void Forest<Sum>::SumByScalars(const float* rows, size_t count, size_t width, Sum* out) const {
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

template class Forest<float>;
template class Forest<double>;

}  // namespace headrace::serving
