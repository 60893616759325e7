#pragma once

// What the expressions of a TypedRepartition mean. By themselves: rows with equal values stand together. One TypedCall alone
// with one of these lowerings means more.

namespace headrace::analysis {

/// A partition is a range of the order that the key stands for: each sort key, followed by "ASC NULLS FIRST" and the like.
/// DuckDB's function of that name gives one value that orders as all of them.
inline constexpr char kRangeKey[] = "create_sort_key";

/// The argument (INT) is the partition's number, modulo the number of partitions; NULL is 0.
inline constexpr char kPartitionNumber[] = "@partition_number";

}  // namespace headrace::analysis
