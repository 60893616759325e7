#pragma once

#include <string>
#include <vector>

#include "engine/files/text_source.h"
#include "plan/relation.h"
#include "plan/types.h"

namespace headrace::engine {

/// The data files of a scan and the columns that their folders' names give.
struct FileListing {
  std::vector<FileInfo> files;  ///< By path.
  plan::Schema partition_columns;  ///< In the order of the folders, with inferred types.
  /// By file, then by partition column: the folder's text; nothing for __HIVE_DEFAULT_PARTITION__.
  std::vector<std::vector<std::optional<std::string>>> partition_texts;
};

/// Finds files as Spark does: globs, no hidden files, folders `k=v` as columns, the options recursiveFileLookup,
/// pathGlobFilter, modifiedBefore, modifiedAfter and basePath. Throws PATH_NOT_FOUND.
FileListing ListFiles(const std::vector<std::string>& paths, const plan::Options& options, bool infer_types,
                      const std::string& session_zone);

/// The partition texts of one file for columns of these names, from its folders.
std::vector<std::optional<std::string>> PartitionTexts(const std::string& path, const std::vector<std::string>& columns);

}  // namespace headrace::engine
