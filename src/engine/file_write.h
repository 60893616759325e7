#pragma once

// Internal to the engine: needs duckdb.hpp.

#include <string>

#include "engine/commands.h"

namespace headrace::engine {

/// Whether format(name) writes plain files: parquet, csv, json, text.
bool IsFileFormat(const std::string& lower_name);

/// df.write to a folder of files without a log. The files are made beside and moved into place at the end, with _SUCCESS:
/// a write that fails leaves the folder as it was.
void WriteFiles(CommandContext& context, const plan::Write& command, const std::string& format, const std::string& path);

/// scan.cc: Throws DATA_SOURCE_NOT_FOUND.
[[noreturn]] void ThrowUnknownFormat(const std::string& format);
/// scan.cc: A format as Spark's messages write it.
std::string FormatName(const std::string& format);
/// scan.cc: Refuses columns of types that a format's files do not have.
void CheckFileSchema(const std::string& format, const plan::Schema& schema);

}  // namespace headrace::engine
