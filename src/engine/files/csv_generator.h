#pragma once

// Internal to the engine: needs duckdb.hpp.

#include <string>
#include <vector>

#include "engine/files/csv_tokenizer.h"
#include "engine/files/json_generator.h"

namespace headrace::engine {

/// Writes CSV lines as Spark's writer (univocity) does: to_csv and format("csv"). One thread.
class CsvGenerator {
 public:
  CsvGenerator(const plan::DataType& type, const plan::Options& options, const std::string& session_zone);

  /// The line of a struct's fields.
  std::string Line(const duckdb::Value& row) const;
  /// The line of the fields' names.
  std::string Header() const;

 private:
  void AppendText(const std::string& text, size_t column, std::string& out) const;
  void AppendElement(const std::string& text, bool stands_for_none, size_t column, std::string& out) const;
  void AppendQuoted(std::string_view text, std::string& out) const;
  bool NeedsQuotes(std::string_view text) const;

  plan::DataType type_;
  CsvOptions csv_;
  GeneratorOptions formats_;
  std::string null_value_;
  std::string empty_value_;
  char comment_;
  bool quote_all_;
  bool escape_quotes_;
  bool trim_leading_;
  bool trim_trailing_;
};

}  // namespace headrace::engine
