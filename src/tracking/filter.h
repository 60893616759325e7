#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "metastore/connection.h"

namespace headrace::tracking {

/// One comparison of an MLflow filter string, identifiers not yet resolved.
struct FilterClause {
  enum class ValueKind { kNone, kString, kInteger, kFloat, kList, kOther };

  std::string identifier;  ///< As written: "metrics.`val loss`".
  std::string comparator;  ///< Upper case: "=", "LIKE", "NOT IN", "IS NULL".
  ValueKind kind = ValueKind::kNone;
  std::string text;  ///< The value as written, quotes and all.
  std::vector<std::string> list;  ///< The members of a list, without quotes.
};

/// Parses "a = 'x' AND b > 1": comparisons joined by AND. Values in single or double quotes, numbers, or lists in
/// parentheses. Throws INVALID_PARAMETER_VALUE with MLflow's wording, which puts what it does not understand in quotes
/// for runs and without them elsewhere.
std::vector<FilterClause> ParseFilter(std::string_view filter, bool quote_in_messages = false);

/// One member of an order_by list.
struct OrderClause {
  std::string identifier;
  bool ascending = true;
};

/// Parses "metrics.x DESC".
OrderClause ParseOrderBy(std::string_view clause);

/// "metrics.`x`" as entity type and key, quotes and backticks off. A name without a dot is an attribute.
struct Identifier {
  std::string entity;  ///< "attribute", "metric", "parameter", "tag", "dataset".
  std::string key;
};

/// Resolves an identifier of a run search. `attributes` are the keys allowed without an entity.
Identifier ResolveRunIdentifier(const std::string& identifier, const std::vector<std::string>& attributes);

/// Resolves an identifier of a search for experiments, models or model versions: attributes and tags only.
Identifier ResolveAttributeOrTag(const std::string& identifier, const std::vector<std::string>& attributes);

/// The value without its quotes; throws when it has none.
std::string QuotedValue(const std::string& text);

/// The same for a clause's value, which may not be a number or a list; `what` is how messages call its like:
/// "attributes", "tag (e.g. 'my-value')".
std::string StringValue(const FilterClause& clause, const std::string& what);

/// Throws that the clause's comparator is none of `allowed`. MLflow leaves out the last quote in some of these messages.
[[noreturn]] void ThrowComparator(const FilterClause& clause, const std::vector<std::string>& allowed, bool closed = true);

/// "{'a', 'b'}", as MLflow's messages show sets of names.
std::string FormatNames(const std::vector<std::string>& names, char open = '{', char close = '}');

/// True when `comparator` is one of `allowed`.
bool IsOneOf(std::string_view value, const std::vector<std::string>& allowed);

/// A WHERE condition with its parameters in order.
struct Condition {
  std::string sql;
  std::vector<metastore::Value> parameters;

  /// Joins `sql` with AND and appends the parameters.
  void And(const std::string& more, std::vector<metastore::Value> values = {});
};

/// "`column` OP ?" for the comparators of string and numeric values.
Condition Compare(const std::string& column, const std::string& comparator, metastore::Value value);

/// "`column` IN (?, ?)" or NOT IN.
Condition CompareList(const std::string& column, const std::string& comparator, const std::vector<std::string>& values);

/// MLflow's page tokens: base64 of {"offset": n}. An empty token is offset 0.
int64_t OffsetOfPageToken(std::string_view token);
std::string PageTokenOf(int64_t offset);

/// Base64 of any text.
std::string EncodeBase64(std::string_view text);

}  // namespace headrace::tracking
