#include "engine/precompiled.h"

#include "engine/files/record_errors.h"

#include "engine/functions/kernel_error.h"

namespace headrace::engine {

namespace {

[[noreturn]] void ThrowReading(const FileInfo& file, const std::string& reason) {
  ThrowSpark(-1, "FAILED_READ_FILE.NO_HINT", {{"path", FileUri(file.path)}},
             "Encountered error while reading file " + FileUri(file.path) + ". " + reason, ErrorKind::kRuntime);
}

}  // namespace

void ThrowMalformedInFile(const FileInfo& file, const std::string& record) {
  ThrowReading(file, "Malformed records are detected in record parsing: " + record + ". Parse Mode: FAILFAST.");
}

void ThrowCsvLimit(const FileInfo& file, const char* what, int64_t limit) {
  ThrowReading(file, std::string("A record exceeds the maximum number of ") + what + " (" + std::to_string(limit) + ").");
}

void ThrowJava(const char* class_name, const std::string& message) {
  std::unordered_map<std::string, std::string> extra = {{"headrace_condition", ""},
                                                        {"headrace_class", class_name},
                                                        {"headrace_kind", std::to_string(static_cast<int>(ErrorKind::kRuntime))},
                                                        {"headrace_message", message}};
  throw duckdb::Exception(extra, duckdb::ExceptionType::INVALID_INPUT, message);
}

void ThrowHeaderMismatch(const FileInfo& file) { ThrowReading(file, "CSV header does not conform to the schema."); }

void ThrowMalformedInInference(const std::string& corrupt_column) {
  ThrowSpark(-1, "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION", {{"failFastMode", "FAILFAST"}, {"badRecord", corrupt_column}},
             "Malformed records are detected in record parsing: " + corrupt_column +
                 ".\nParse Mode: FAILFAST. To process malformed records as null result, try setting the option 'mode' as "
                 "'PERMISSIVE'. ",
             ErrorKind::kRuntime);
}

void ThrowOnlyCorruptColumn() {
  ThrowSpark(-1, "UNSUPPORTED_FEATURE.QUERY_ONLY_CORRUPT_RECORD_COLUMN", {},
             "The feature is not supported: Queries from raw JSON/CSV/XML files are disallowed when the\nreferenced columns only "
             "include the internal corrupt record column\n(named `_corrupt_record` by default). For "
             "example:\n`spark.read.schema(schema).json(file).filter($\"_corrupt_record\".isNotNull).count()`\nand "
             "`spark.read.schema(schema).json(file).select(\"_corrupt_record\").show()`.\nInstead, you can cache or save the "
             "parsed results and then send the same query.\nFor example, `val df = spark.read.schema(schema).json(file).cache()` "
             "and then\n`df.filter($\"_corrupt_record\".isNotNull).count()`.",
             ErrorKind::kAnalysis);
}

}  // namespace headrace::engine
