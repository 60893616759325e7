#pragma once

#include <string>

#include "tracking/filter.h"

namespace headrace::registry {

/// The tag comparisons of a search for models or for versions.
class TagSearch {
 public:
  /// `tags` is where an item's tags are: "registered_model_tag t WHERE t.name = m.name".
  explicit TagSearch(std::string tags) : tags_(std::move(tags)) {}
  /// Adds a comparison. The tag that marks prompts only chooses between prompts and models, which do not have it at all.
  void Add(const tracking::FilterClause& clause, const std::string& key, tracking::Condition* where);
  /// Leaves out prompts, or everything else.
  void Finish(tracking::Condition* where) const;

 private:
  std::string tags_;
  bool prompts_ = false;
};

/// Throws where a clause has no value: the registry's searches know no IS NULL.
void RequireValue(const tracking::FilterClause& clause);

}  // namespace headrace::registry
