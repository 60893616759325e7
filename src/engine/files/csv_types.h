#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/files/csv_tokenizer.h"
#include "plan/types.h"

namespace headrace::engine {

/// The column names of a CSV text from its first record.
std::vector<std::string> CsvNames(const std::vector<CsvTokenizer::Token>& first, const CsvOptions& options, bool case_sensitive);

/// The types Spark infers for the columns of many records. One thread.
class CsvTypes {
 public:
  CsvTypes(const CsvOptions& options, size_t columns) : options_(options), types_(columns) {}
  void Add(const std::vector<CsvTokenizer::Token>& record);
  void Merge(const CsvTypes& other);
  /// Columns that never had a value are strings.
  plan::DataType TypeOf(size_t column) const;

 private:
  plan::DataType OfText(const plan::DataType& known, std::string_view text) const;

  const CsvOptions& options_;
  std::vector<plan::DataType> types_;
};

}  // namespace headrace::engine
