#include "engine/files/record_errors.h"

#include "engine/functions/kernel_error.h"

namespace headrace::engine {

void ThrowMalformedInFile(const FileInfo& file, const std::string& record) {
  ThrowSpark(-1, "FAILED_READ_FILE.NO_HINT", {{"path", FileUri(file.path)}},
             "Encountered error while reading file " + FileUri(file.path) + ". Malformed records are detected in record parsing: " +
                 record + ". Parse Mode: FAILFAST.",
             ErrorKind::kRuntime);
}

void ThrowMalformedInInference(const std::string& corrupt_column) {
  ThrowSpark(-1, "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION",
             {{"failFastMode", "FAILFAST"}, {"badRecord", corrupt_column}},
             "Malformed records are detected in record parsing: " + corrupt_column +
                 ".\nParse Mode: FAILFAST. To process malformed records as null result, try setting the option 'mode' as "
                 "'PERMISSIVE'. ",
             ErrorKind::kRuntime);
}

}  // namespace headrace::engine
