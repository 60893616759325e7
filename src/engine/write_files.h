#pragma once

// Internal to the engine: needs duckdb.hpp.

#include <string>

#include "engine/session.h"
#include "engine/sink.h"

namespace headrace::engine {

/// How files are packed.
struct Codec {
  const char* name;  ///< As the option names it.
  const char* duck;  ///< DuckDB's name for Parquet; null where its files are not written.
  const char* suffix;  ///< In the files' names.
};

/// The codec of Parquet files of that name. Throws CODEC_NOT_AVAILABLE, and by name for what Spark has and we have not.
const Codec& ParquetCodec(const std::string& name, const std::string& format);
/// The same of files of text lines.
const Codec& TextCodec(const std::string& name, const std::string& format);

/// Fills in what a writer's options and the session say of every format's files: `maxRecordsPerFile`, and of Parquet's (Delta's
/// too) `compression`. `before` stands before the codec in the files' names.
void SetFileOptions(const Session& session, const plan::Options& options, const std::string& format, const std::string& before,
                    SinkTarget& target);
/// The same of Delta's files.
void SetFileOptions(const Session& session, const plan::Options& options, SinkTarget& target);

}  // namespace headrace::engine
