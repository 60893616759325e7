#pragma once

// Internal to the engine: needs duckdb.hpp.

#include <memory>

#include "engine/files/text_scan.h"

namespace headrace::engine {

/// A reader of lines (or whole files) into at most one string column.
std::unique_ptr<RecordReader> MakeLineReader(const TextFraming& framing);

/// format("binaryFile"): one row a file. Its columns are those of BinaryFileSchema() with these indices.
plan::Schema BinaryFileSchema();
std::unique_ptr<RecordReader> MakeBinaryReader(const std::vector<size_t>& columns);

}  // namespace headrace::engine
