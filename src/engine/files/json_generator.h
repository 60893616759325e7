#pragma once

// Internal to the engine: needs duckdb.hpp.

#include <string>

#include "engine/files/text_options.h"
#include "plan/types.h"

namespace headrace::engine {

/// How values are written as text: to_json, to_csv.
struct GeneratorOptions {
  GeneratorOptions(const plan::Options& options, const std::string& session_zone);
  bool ignore_null_fields;
  bool pretty;
  Zone zone;
  DatePattern date;
  DatePattern timestamp;
  DatePattern timestamp_ntz;
};

/// Adds a value as Spark's JacksonGenerator writes it.
void AppendJson(const duckdb::Value& value, const plan::DataType& type, const GeneratorOptions& options, std::string& out);
/// Compact JSON on lines of its own, as Jackson's default printer has it.
std::string PrettyJson(std::string_view compact);
/// A scalar's text without quotes, as to_csv writes it and as keys of maps stand in JSON.
std::string ScalarText(const duckdb::Value& value, const plan::DataType& type, const GeneratorOptions& options);

}  // namespace headrace::engine
