#include "engine/precompiled.h"

#include "engine/explain_tree.h"

#include <fmt/format.h>

#include <functional>
#include <unordered_map>

namespace headrace::engine {

namespace {

using NodeText = std::function<std::string(const ExplainNode&)>;

/// `last` says of each level above whether the branch is the last of its parent.
void Draw(const ExplainNode& node, std::vector<bool>& last, const NodeText& text, std::string& out) {
  for (size_t i = 0; i + 1 < last.size(); ++i) out += last[i] ? "   " : ":  ";
  if (!last.empty()) out += last.back() ? "+- " : ":- ";
  out += text(node) + "\n";
  for (size_t i = 0; i < node.subqueries.size(); ++i) {
    last.push_back(node.children.empty());
    last.push_back(i + 1 == node.subqueries.size());
    Draw(node.subqueries[i], last, text, out);
    last.resize(last.size() - 2);
  }
  for (size_t i = 0; i < node.children.size(); ++i) {
    last.push_back(i + 1 == node.children.size());
    Draw(node.children[i], last, text, out);
    last.pop_back();
  }
}

std::string Drawn(const ExplainNode& root, const NodeText& text) {
  std::vector<bool> last;
  std::string out;
  Draw(root, last, text, out);
  return out;
}

/// "12.0 B", "3.4 KiB": a unit is taken from twice its size on.
std::string SizeText(double bytes) {
  static const char* const kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  size_t unit = 0;
  while (unit + 1 < std::size(kUnits) && bytes >= 2 * 1024.0) {
    bytes /= 1024;
    ++unit;
  }
  return fmt::format("{:.1f} {}", bytes, kUnits[unit]);
}

std::string Columns(const std::vector<std::string>& columns) {
  return fmt::format("[{}]: [{}]", columns.size(), fmt::join(columns, ", "));
}

/// Inputs come before what reads them.
void InOrder(const ExplainNode& node, std::vector<const ExplainNode*>& order) {
  for (const auto& child : node.children) InOrder(child, order);
  for (const auto& subquery : node.subqueries) InOrder(subquery, order);
  order.push_back(&node);
}

}  // namespace

std::string ExplainNode::Text() const {
  // HashAggregate(keys=…) is written as a call.
  return name + (arguments.empty() || arguments.starts_with("(keys=") ? "" : " ") + arguments;
}

std::string TreeText(const ExplainNode& root) {
  return Drawn(root, [](const ExplainNode& node) { return node.Text(); });
}

std::string CostText(const ExplainNode& root) {
  return Drawn(root, [](const ExplainNode& node) {
    std::string rows = node.rows < 0 ? "" : fmt::format(", rowCount={:.0f}", node.rows);
    return fmt::format("{}, Statistics(sizeInBytes={}{})", node.Text(), SizeText(node.bytes), rows);
  });
}

std::string FormattedText(const ExplainNode& root) {
  std::vector<const ExplainNode*> order;
  InOrder(root, order);
  std::unordered_map<const ExplainNode*, size_t> numbers;
  for (size_t i = 0; i < order.size(); ++i) numbers[order[i]] = i + 1;
  std::string text =
      Drawn(root, [&](const ExplainNode& node) { return fmt::format("{} ({})", node.name, numbers.at(&node)); }) + "\n";
  for (size_t i = 0; i < order.size(); ++i) {
    const ExplainNode& node = *order[i];
    text += fmt::format("\n({}) {}\n", i + 1, node.name);
    if (!node.output.empty()) text += "Output " + Columns(node.output) + "\n";
    for (size_t child = 0; child < node.children.size(); ++child) {
      std::string side = node.children.size() != 2 ? "Input" : child == 0 ? "Left input" : "Right input";
      text += side + " " + Columns(node.children[child].output) + "\n";
    }
    if (!node.arguments.empty()) text += "Arguments: " + node.arguments + "\n";
  }
  return text;
}

}  // namespace headrace::engine
