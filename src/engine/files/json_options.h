#pragma once

#include <string>

#include "engine/files/json_scanner.h"
#include "engine/files/text_options.h"

namespace headrace::engine {

/// The options of JSON readers, from_json and schema_of_json.
struct JsonOptions {
  JsonOptions(const plan::Options& options, const std::string& session_zone, const std::string& corrupt_column);

  JsonSyntax syntax;
  ParseMode mode;
  TimeFormats times;
  std::string corrupt_column;
  bool primitives_as_string;
  bool prefers_decimal;
  bool infer_timestamp;
  bool drop_field_if_all_null;
};

}  // namespace headrace::engine
