#pragma once

namespace duckdb {
class DatabaseInstance;
}

namespace headrace::engine {

/// Makes DuckDB's optimizer replace as-of joins that fit into memory by ours.
///
/// DuckDB's operator sorts both sides. Ours sorts the left side alone (labels, the smaller one as a rule): a right row (a
/// feature's value) belongs to the first left row of its key that is not before it, found by a hash of the key and a binary
/// search; of the right rows of one place the latest is kept; in the end each left row without one takes its predecessor's.
/// So the right side is read once, unsorted, and only rows that are the latest so far are copied: O(R log L) with small
/// constants instead of O(R log R).
///
/// Left and inner joins with at least one equality, one inequality over dates, timestamps or integers and nothing else; both
/// sides bounded by what scans say of their rows, and within a share of the memory limit, since neither side spills. All other
/// as-of joins are left to DuckDB. Call once a database, before any query.
void RegisterAsOfOperator(duckdb::DatabaseInstance& database);

}  // namespace headrace::engine
