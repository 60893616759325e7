#pragma once

namespace duckdb {
class DatabaseInstance;
}

namespace headrace::engine {

/// Makes DuckDB's optimizer sort rows by their group before a join by inequality multiplies them for a grouping.
///
/// `orders JOIN month_ends ON ordered_on <= month_end GROUP BY customer, month_end` makes many rows of each order. Unsorted they
/// fall on all groups at random: each touches the state of a group that no cache holds, and DuckDB's bounded tables of groups
/// give most groups up and begin them anew. Sorted by customer before the join, where the rows are few and narrow, all rows of a
/// group follow each other. The sort spills; the join keeps its left side's order, for it asks each chunk of it for its matches.
///
/// Only for inner joins without an equality whose left side is known to be large and whose right side is small, below a grouping
/// by columns of the left side. The order of rows in a group is not defined in SQL. Call once a database, before any query.
void RegisterGroupOrder(duckdb::DatabaseInstance& database);

}  // namespace headrace::engine
