#pragma once

// Internal to the engine: needs duckdb.hpp.

#include <string>

#include <duckdb/function/copy_function.hpp>

namespace headrace::engine {

/// Files of lines: what stands around the texts of the first column.
struct LineFormat {
  std::string separator = "\n";  ///< Behind each line.
  std::string header;  ///< The first line of every file; "" is none.
  bool skip_empty = false;  ///< Rows without any text are no lines.
  bool packed = false;  ///< gzip: each batch of rows is a member of its own, so that threads pack side by side.
};

/// The writer of such files, in the form of DuckDB's own writers; its bind data is made by BindLines.
duckdb::CopyFunction LineWriter();
duckdb::unique_ptr<duckdb::FunctionData> BindLines(const LineFormat& format);

}  // namespace headrace::engine
