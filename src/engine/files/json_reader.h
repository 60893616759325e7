#pragma once

// Internal to the engine: needs duckdb.hpp.

#include <memory>
#include <mutex>

#include "engine/files/json_types.h"
#include "engine/files/json_writer.h"
#include "engine/files/text_scan.h"

namespace headrace::engine {

/// A reader of JSON records into the columns of `schema` with these indices.
std::unique_ptr<RecordReader> MakeJsonReader(const plan::Schema& schema, const std::vector<size_t>& columns,
                                             const JsonOptions& options, const TextFraming& framing);

/// A reader that gives no rows: it adds the types of all records to `types`.
struct SharedJsonTypes {
  std::mutex mutex;
  JsonRootType types;
};
std::unique_ptr<RecordReader> MakeJsonTypesReader(SharedJsonTypes& types, const JsonOptions& options, const TextFraming& framing);

}  // namespace headrace::engine
