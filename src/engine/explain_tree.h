#pragma once

#include <string>
#include <vector>

namespace headrace::engine {

/// An operator of a plan as EXPLAIN shows it.
struct ExplainNode {
  std::string name;  ///< "Project"
  std::string arguments;  ///< "[id#0L]"
  std::vector<std::string> output;  ///< Its columns.
  double bytes = 0;  ///< About how large its rows are.
  double rows = -1;  ///< How many there are; -1 when that is not known.
  std::vector<ExplainNode> subqueries;  ///< Plans of the sub-queries in its expressions.
  std::vector<ExplainNode> children;

  std::string Text() const;
};

/// One line an operator, as Spark draws trees of plans.
std::string TreeText(const ExplainNode& root);
/// The same with how large the rows of each operator are.
std::string CostText(const ExplainNode& root);
/// A tree of numbered names, then what each of them is.
std::string FormattedText(const ExplainNode& root);

}  // namespace headrace::engine
