#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/json.h"

namespace headrace::http {

/// One field of a GraphQL selection set.
struct GraphQlField {
  std::string alias;
  std::string name;
  json::object arguments;  ///< Variables are put in.
  std::vector<GraphQlField> selection;  ///< Empty for a leaf.

  /// The field of that name in the selection, null when it was not asked for.
  const GraphQlField* Find(std::string_view field) const;
};

/// Parses the operation of a GraphQL document: selections, aliases, arguments, variables, fragments (spread and
/// inline; type conditions are taken as true), directives (ignored). Throws INVALID_PARAMETER_VALUE.
std::vector<GraphQlField> ParseGraphQl(std::string_view document, const json::object& variables, const std::string& operation);

/// What `field` selects of a REST answer: camelCase names stand for snake_case keys, 64-bit integers become text, NaN
/// and what is absent null, absent lists empty.
json::value SelectGraphQl(const json::value& value, const GraphQlField& field);

}  // namespace headrace::http
