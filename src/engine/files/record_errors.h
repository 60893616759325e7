#pragma once

#include <string>

#include "engine/files/text_source.h"

namespace headrace::engine {

/// FAILFAST met a malformed record of a file: Spark names the file, and the record in the cause.
[[noreturn]] void ThrowMalformedInFile(const FileInfo& file, const std::string& record);
/// FAILFAST met one while a schema was inferred.
[[noreturn]] void ThrowMalformedInInference(const std::string& corrupt_column);

}  // namespace headrace::engine
