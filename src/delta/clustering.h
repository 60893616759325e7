#pragma once

#include <optional>
#include <string>
#include <vector>

#include "delta/snapshot.h"
#include "delta/transaction.h"

namespace headrace::delta {

/// A column, or a field of structs, by its names from the top.
using ColumnPath = std::vector<std::string>;
/// "s.x".
std::string PathText(const ColumnPath& path);

/// Liquid clustering: the columns by which OPTIMIZE lays a table's rows out, as its schema names them. Empty after CLUSTER
/// BY NONE; nullopt for a table that never was clustered.
std::optional<std::vector<ColumnPath>> ClusteringColumns(const Snapshot& snapshot);

/// Clusters the transaction's table (whose metadata is set) by these columns, none for NONE. Throws for more than four, for
/// columns that are not there or of types without bounds, and for partitioned tables.
void SetClusteringColumns(Transaction& txn, const std::vector<ColumnPath>& columns);

/// The tags of a file that OPTIMIZE lays out: which run it is of, by which columns (as a JSON list of their texts).
inline constexpr const char* kCubeTag = "ZCUBE_ID";
inline constexpr const char* kCubeColumnsTag = "ZCUBE_ZORDER_BY";
inline constexpr const char* kClusteringProvider = "liquid";

/// Of a clustered table's files those that OPTIMIZE lays out anew: what has come since, with the cubes (files of one run)
/// that are not large yet; nothing where that is one cube alone.
std::vector<FileRef> FilesToCluster(const std::vector<FileRef>& files, const std::string& columns);

}  // namespace headrace::delta
