#pragma once

// Internal to the engine: needs duckdb.hpp.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "catalog/catalog.h"
#include "engine/commands.h"

namespace headrace::engine {

/// Whether a format's name, in lower case, is one of plain files that can be written: parquet, csv, json, text.
bool IsFileFormat(const std::string& name);

/// A write to a folder of files without a log.
struct FileWrite {
  std::string format;
  std::string path;
  std::string mode = "error";  ///< append, overwrite, error, ignore.
  std::vector<std::string> partitioning;
  plan::Options options;
  bool dynamic = false;  ///< Only the partitions that get rows are overwritten, whatever options and session say.
};

/// The files are made beside and moved into place at the end, with _SUCCESS: a write that fails leaves the folder as it was.
void RunFileWrite(CommandContext& context, SessionAnalysis& analysis, const analysis::TypedRelationPtr& input,
                  const FileWrite& write);

// commands_file_table.cc: tables of plain files, which are an entry of the catalog and a folder.

/// The entry; nothing when the name stands for anything else.
std::optional<catalog::TableInfo> FindFileTable(CommandContext& context, const plan::NameParts& name);
/// CREATE TABLE ... USING parquet, csv, json, text [AS SELECT].
void CreateFileTable(CommandContext& context, const plan::CreateTable& command, const std::string& provider);
/// saveAsTable in such a format.
void SaveFileTable(CommandContext& context, const plan::Write& command, const std::string& format);
/// INSERT and insertInto.
void InsertIntoFileTable(CommandContext& context, const catalog::TableInfo& info, const plan::Insert& command);
/// TRUNCATE TABLE.
void TruncateFileTable(CommandContext& context, const catalog::TableInfo& info);
/// "p=1/q=x": the partitions of such a table, sorted.
std::vector<std::string> FilePartitions(CommandContext& context, const catalog::TableInfo& info);

// scan.cc

/// Throws DATA_SOURCE_NOT_FOUND, or names the source when Spark has it.
[[noreturn]] void ThrowUnknownFormat(const std::string& format);
/// Throws what a source says that needs a path and has none.
[[noreturn]] void ThrowPathMissing(const std::string& format);
/// A format as Spark's messages write it.
std::string FormatName(const std::string& format);
/// Refuses columns of types that a format's files do not have.
void CheckFileSchema(const std::string& format, const plan::Schema& schema);

}  // namespace headrace::engine
