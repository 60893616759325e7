#pragma once

// Internal to the engine: needs duckdb.hpp.

#include <memory>
#include <mutex>
#include <optional>

#include "engine/files/csv_types.h"
#include "engine/files/text_scan.h"

namespace headrace::engine {

/// Writes the fields of CSV records into vectors of Spark types. One thread.
class CsvWriter {
 public:
  /// `columns`: indices into `schema`; `token_of`: by column of the schema, the field it is, -1 for none.
  CsvWriter(const plan::Schema& schema, std::vector<size_t> columns, std::vector<int> token_of, const CsvOptions& options);

  /// Writes a row of vectors; false when a field is no value of its type (that one is null then).
  bool Write(const std::vector<CsvTokenizer::Token>& record, const std::vector<duckdb::Vector*>& vectors,
             duckdb::idx_t row) const;

 private:
  bool WriteField(const CsvTokenizer::Token& token, const plan::DataType& type, duckdb::Vector& vector, duckdb::idx_t row) const;

  const CsvOptions& options_;
  plan::Schema schema_;
  std::vector<size_t> columns_;
  std::vector<int> token_of_;
};

/// A reader of CSV records into the data columns of a scan with these indices.
std::unique_ptr<RecordReader> MakeCsvReader(const TextScan& scan, const std::vector<size_t>& columns, const CsvOptions& options);

/// A reader that gives no rows: it adds the types of all records to `types`.
struct SharedCsvTypes {
  std::mutex mutex;
  std::optional<CsvTypes> types;
};
std::unique_ptr<RecordReader> MakeCsvTypesReader(SharedCsvTypes& types, size_t columns, const CsvOptions& options,
                                                 const TextFraming& framing);

/// The names of a file's columns from its first record; nothing when the file has none.
std::optional<std::vector<std::string>> CsvNamesOf(const FileInfo& file, const CsvOptions& options, const TextFraming& framing,
                                                   bool case_sensitive);

}  // namespace headrace::engine
