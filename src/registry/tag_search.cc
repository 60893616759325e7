#include "registry/tag_search.h"

#include <fmt/format.h>

#include "registry/registry_internal.h"

namespace headrace::registry {

using tracking::Condition;
using tracking::FilterClause;

void RequireValue(const FilterClause& clause) {
  if (clause.kind == FilterClause::ValueKind::kNone)
    throw InvalidParameter("Invalid comparison clause. Expected 3 tokens found 2");
}

void TagSearch::Add(const FilterClause& clause, const std::string& key, Condition* where) {
  const std::string value = tracking::StringValue(clause, "tag (e.g. 'my-value')");
  if (!tracking::IsOneOf(clause.comparator, {"=", "!=", "LIKE", "ILIKE"})) {
    throw InvalidParameter("Invalid comparator for tag: " + clause.comparator);
  }
  if (key == kPromptTag) {
    prompts_ = (clause.comparator == "=" && value == "true") || (clause.comparator == "!=" && value == "false");
    return;
  }
  const Condition compare = tracking::Compare("t.value", clause.comparator, value);
  where->And(fmt::format("EXISTS (SELECT 1 FROM {} AND t.key = ? AND {})", tags_, compare.sql), {key, compare.parameters[0]});
}

void TagSearch::Finish(Condition* where) const {
  where->And(fmt::format("{}EXISTS (SELECT 1 FROM {} AND t.key = '{}' AND t.value = 'true')", prompts_ ? "" : "NOT ", tags_,
                         kPromptTag));
}

}  // namespace headrace::registry
