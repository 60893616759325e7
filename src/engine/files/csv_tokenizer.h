#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/files/text_options.h"

namespace headrace::engine {

/// The options of CSV readers, from_csv and schema_of_csv.
struct CsvOptions {
  CsvOptions(const plan::Options& options, const std::string& session_zone, const std::string& corrupt_column);

  std::string delimiter;
  char quote;  ///< '\0': none.
  char escape;  ///< '\0': none.
  char escape_escape;  ///< Escapes the escape character; '\0': none.
  char comment;  ///< '\0': none.
  bool trim_leading;
  bool trim_trailing;
  std::string null_value;
  std::string empty_value;
  std::string nan_value;
  std::string positive_infinity;
  std::string negative_infinity;
  bool header;
  bool infer_schema;
  bool enforce_schema;
  bool multi_line;
  bool prefers_date;
  bool column_pruning;
  int64_t max_columns;
  int64_t max_characters;
  ParseMode mode;
  TimeFormats times;
  std::string corrupt_column;
  std::string line_separator;  ///< Empty: any line end.
  bool case_sensitive = false;  ///< Of the session: whether names in headers are compared with their case.
  bool infers_ntz = false;  ///< Of the session: times without a zone are inferred as TIMESTAMP_NTZ.
};

/// Takes CSV text apart as Spark's parser (univocity) does. One thread.
class CsvTokenizer {
 public:
  explicit CsvTokenizer(const CsvOptions& options) : options_(options) {}

  struct Token {
    std::string_view text;
    bool is_null = false;  ///< Nothing stands there: the null value.
  };

  /// The fields of one line. The views live until the next call, and no longer than the line.
  const std::vector<Token>& Line(std::string_view line);

  /// For texts whose fields may hold line ends: starts a text, gives its records one after another.
  void Start(std::string_view text);
  /// False at the end. `record` is the record as it is written.
  bool Next(const std::vector<Token>** tokens, std::string_view* record);

 private:
  void Record();
  void Quoted();
  void Unquoted();
  bool AtDelimiter() const;
  bool AtLineEnd() const;
  void Push(std::string_view text, bool quoted);

  const CsvOptions& options_;
  std::vector<Token> tokens_;
  /// Fields whose text differs from what is written; kept apart so that views stay.
  std::vector<std::unique_ptr<std::string>> changed_;
  size_t changed_used_ = 0;
  std::string& Scratch();
  const char* at_ = nullptr;
  const char* end_ = nullptr;
  std::string line_end_;  ///< "" in single lines.
};

/// Whether Spark passes over a line: nothing but spaces, or a comment.
bool IsCsvNoise(std::string_view line, const CsvOptions& options);

}  // namespace headrace::engine
