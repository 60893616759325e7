#pragma once

#include <string>

#include "engine/files/text_source.h"

namespace headrace::engine {

/// FAILFAST met a malformed record of a file: Spark names the file, and the record in the cause.
[[noreturn]] void ThrowMalformedInFile(const FileInfo& file, const std::string& record);
/// FAILFAST met one while a schema was inferred.
[[noreturn]] void ThrowMalformedInInference(const std::string& corrupt_column);

/// A query asks for nothing but the corrupt records' column.
[[noreturn]] void ThrowOnlyCorruptColumn();

/// A CSV file is wider, or a field longer, than the options allow; a header has other names than the schema.
[[noreturn]] void ThrowCsvLimit(const FileInfo& file, const char* what, int64_t limit);
[[noreturn]] void ThrowHeaderMismatch(const FileInfo& file);

/// What Spark lets through as its parsers throw it: an exception of Java without a condition.
[[noreturn]] void ThrowJava(const char* class_name, const std::string& message);

}  // namespace headrace::engine
