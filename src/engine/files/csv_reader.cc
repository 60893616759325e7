#include "engine/precompiled.h"

#include "engine/files/csv_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "engine/files/record_errors.h"
#include "engine/files/scalar_slot.h"

namespace headrace::engine {

using plan::TypeId;
using Tokens = std::vector<CsvTokenizer::Token>;

CsvWriter::CsvWriter(const plan::Schema& schema, std::vector<size_t> columns, std::vector<int> token_of,
                     const CsvOptions& options)
    : options_(options), schema_(schema), columns_(std::move(columns)), token_of_(std::move(token_of)) {}

bool CsvWriter::Write(const Tokens& record, const std::vector<duckdb::Vector*>& vectors, duckdb::idx_t row) const {
  bool whole = true;
  for (size_t i = 0; i < columns_.size(); ++i) {
    int token = token_of_[columns_[i]];
    if (token < 0) continue;
    bool there = static_cast<size_t>(token) < record.size();
    whole = (!there || WriteField(record[static_cast<size_t>(token)], schema_[columns_[i]].type, *vectors[i], row)) && whole;
    if (!there) duckdb::FlatVector::SetNull(*vectors[i], row, true);
  }
  return whole;
}

bool CsvWriter::WriteField(const CsvTokenizer::Token& token, const plan::DataType& type, duckdb::Vector& vector,
                           duckdb::idx_t row) const {
  if (token.is_null || token.text == options_.null_value) {
    duckdb::FlatVector::SetNull(vector, row, true);
    return true;
  }
  duckdb::FlatVector::Validity(vector).SetValid(row);
  if (type.id() == TypeId::kDouble || type.id() == TypeId::kFloat) {
    std::optional<double> special;
    if (token.text == options_.nan_value) special = std::numeric_limits<double>::quiet_NaN();
    if (token.text == options_.positive_infinity) special = std::numeric_limits<double>::infinity();
    if (token.text == options_.negative_infinity) special = -std::numeric_limits<double>::infinity();
    if (special) {
      if (type.id() == TypeId::kFloat)
        PutSlot(vector, row, static_cast<float>(*special));
      else
        PutSlot(vector, row, *special);
      return true;
    }
  }
  if (PutLexical(vector, row, type, token.text, options_.times)) return true;
  duckdb::FlatVector::SetNull(vector, row, true);
  return false;
}

namespace {

/// The records of a split: lines, or with multiLine what the quotes make of the whole file.
class CsvRecords {
 public:
  CsvRecords(const CsvOptions& options, const TextFraming& framing) : options_(options), framing_(framing), tokenizer_(options) {}

  void Open(const FileInfo& file, const TextSplit& split) {
    if (options_.multi_line) {
      text_ = ReadTextFile(file, framing_);
      std::string scratch;
      std::string_view valid = ValidUtf8(text_, scratch);
      if (valid.data() != text_.data()) text_ = std::string(valid);
      tokenizer_.Start(text_);
    } else {
      source_ = std::make_unique<LineSource>(file, split, framing_);
    }
  }
  bool Next(const Tokens** tokens, std::string_view* record) {
    if (options_.multi_line) return tokenizer_.Next(tokens, record);
    std::string_view line;
    while (source_->Next(&line)) {
      if (IsCsvNoise(line, options_)) continue;
      *record = ValidUtf8(line, scratch_);
      *tokens = &tokenizer_.Line(*record);
      return true;
    }
    return false;
  }

 private:
  const CsvOptions& options_;
  TextFraming framing_;
  CsvTokenizer tokenizer_;
  std::string text_;
  std::string scratch_;
  std::unique_ptr<LineSource> source_;
};

class CsvReader : public RecordReader {
 public:
  CsvReader(const TextScan& scan, const std::vector<size_t>& columns, const CsvOptions& options)
      : options_(options), records_(options, scan.framing), writer_(scan.schema, columns, TokenOf(scan, options), options) {
    std::vector<int> token_of = TokenOf(scan, options);
    size_t wanted = 0;
    for (size_t i = 0; i < columns.size(); ++i) {
      if (token_of[columns[i]] < 0)
        corrupt_ = i;
      else
        ++wanted;
    }
    for (size_t i = 0; i < token_of.size(); ++i) {
      if (token_of[i] < 0) continue;
      names_.push_back(scan.schema[i].name);
    }
    // With fewer columns asked for, Spark does not count a record's fields.
    prunes_ = wanted < names_.size() && options.column_pruning && !options.multi_line;
    for (size_t column : columns) {
      if (token_of[column] >= 0) wanted_.push_back(static_cast<size_t>(token_of[column]));
    }
    nothing_wanted_ = columns.empty();
  }

  void Open(const FileInfo& file, const TextSplit& split) override {
    file_ = file;
    records_.Open(file, split);
    if (!options_.header || split.begin > 0) return;
    const Tokens* tokens = nullptr;
    std::string_view record;
    if (records_.Next(&tokens, &record) && !options_.enforce_schema) CheckHeader(*tokens);
  }

  duckdb::idx_t Read(const std::vector<duckdb::Vector*>& columns, duckdb::idx_t capacity) override {
    for (auto* column : columns) StartNull(*column, capacity);
    const Tokens* tokens = nullptr;
    std::string_view record;
    duckdb::idx_t row = 0;
    while (row < capacity && records_.Next(&tokens, &record)) {
      CheckSize(*tokens);
      if (nothing_wanted_) {
        ++row;
        continue;
      }
      bool whole = writer_.Write(*tokens, columns, row);
      if (!prunes_ && tokens->size() != names_.size()) whole = false;
      if (whole) {
        if (corrupt_) duckdb::FlatVector::SetNull(*columns[*corrupt_], row, true);
        ++row;
        continue;
      }
      if (options_.mode == ParseMode::kFailFast) ThrowMalformedInFile(file_, std::string(record));
      if (options_.mode == ParseMode::kDropMalformed) continue;
      if (corrupt_) {
        PutText(*columns[*corrupt_], row, record);
        duckdb::FlatVector::Validity(*columns[*corrupt_]).SetValid(row);
      }
      ++row;
    }
    for (auto* column : columns) FinishNulls(*column, row);
    return row;
  }

 private:
  /// The fields stand in the order of the data columns; the corrupt record's column is none of them.
  static std::vector<int> TokenOf(const TextScan& scan, const CsvOptions& options) {
    std::vector<int> token_of(scan.schema.size(), -1);
    int next = 0;
    for (size_t i = 0; i < scan.schema.size(); ++i) {
      // A partition column that the files have too takes its place among the fields.
      bool is_field = scan.partitions.of_column[i] < 0 || scan.partitions.in_files[i];
      if (is_field && scan.schema[i].name != options.corrupt_column) token_of[i] = next++;
    }
    return token_of;
  }

  void CheckSize(const Tokens& tokens) const {
    if (static_cast<int64_t>(tokens.size()) > options_.max_columns) ThrowCsvLimit(file_, "columns", options_.max_columns);
    if (options_.max_characters < 0) return;
    for (const auto& token : tokens) {
      if (static_cast<int64_t>(token.text.size()) > options_.max_characters)
        ThrowCsvLimit(file_, "characters", options_.max_characters);
    }
  }

  void CheckHeader(const Tokens& header) const {
    auto is_name = [&](size_t i) {
      if (i >= header.size()) return false;
      return options_.case_sensitive ? header[i].text == names_[i]
                                     : duckdb::StringUtil::CIEquals(std::string(header[i].text), names_[i]);
    };
    bool same = prunes_ || header.size() == names_.size();
    if (!std::all_of(wanted_.begin(), wanted_.end(), is_name)) same = false;
    if (!same) ThrowHeaderMismatch(file_);
  }

  const CsvOptions& options_;
  FileInfo file_;
  CsvRecords records_;
  CsvWriter writer_;
  std::vector<std::string> names_;  ///< Of the fields.
  std::optional<size_t> corrupt_;
  std::vector<size_t> wanted_;  ///< The fields that are read.
  bool prunes_ = false;  ///< The others are not looked at.
  bool nothing_wanted_ = false;
};

class CsvTypesReader : public RecordReader {
 public:
  CsvTypesReader(SharedCsvTypes& shared, size_t columns, const CsvOptions& options, const TextFraming& framing)
      : shared_(shared), options_(options), columns_(columns), records_(options, framing) {}

  void Open(const FileInfo& file, const TextSplit& split) override {
    records_.Open(file, split);
    const Tokens* tokens = nullptr;
    std::string_view record;
    if (options_.header && split.begin == 0) records_.Next(&tokens, &record);
  }

  duckdb::idx_t Read(const std::vector<duckdb::Vector*>&, duckdb::idx_t) override {
    CsvTypes types(options_, columns_);
    const Tokens* tokens = nullptr;
    std::string_view record;
    while (records_.Next(&tokens, &record)) types.Add(*tokens);
    std::lock_guard lock(shared_.mutex);
    if (shared_.types)
      shared_.types->Merge(types);
    else
      shared_.types.emplace(types);
    return 0;
  }

 private:
  SharedCsvTypes& shared_;
  const CsvOptions& options_;
  size_t columns_;
  CsvRecords records_;
};

/// Spark's parser itself says of the record that the columns are counted in what exceeds its limits.
void CheckFirst(const Tokens& tokens, const CsvOptions& options) {
  auto fail = [](const std::string& message) {
    throw Error(ErrorKind::kRuntime, "", message).WithExceptionClass("com.univocity.parsers.common.TextParsingException");
  };
  if (static_cast<int64_t>(tokens.size()) > options.max_columns)
    fail(fmt::format("The number of columns ({}) exceeds the limit of {} columns.", tokens.size(), options.max_columns));
  for (const auto& token : tokens) {
    if (options.max_characters >= 0 && static_cast<int64_t>(token.text.size()) > options.max_characters) {
      fail(fmt::format(
          "Length of parsed input ({}) exceeds the maximum number of characters defined in your parser settings ({}).",
          options.max_characters + 1, options.max_characters));
    }
  }
}

}  // namespace

std::unique_ptr<RecordReader> MakeCsvReader(const TextScan& scan, const std::vector<size_t>& columns, const CsvOptions& options) {
  return std::make_unique<CsvReader>(scan, columns, options);
}

std::unique_ptr<RecordReader> MakeCsvTypesReader(SharedCsvTypes& types, size_t columns, const CsvOptions& options,
                                                 const TextFraming& framing) {
  return std::make_unique<CsvTypesReader>(types, columns, options, framing);
}

std::optional<std::vector<std::string>> CsvNamesOf(const FileInfo& file, const CsvOptions& options, const TextFraming& framing,
                                                   bool case_sensitive) {
  CsvRecords records(options, framing);
  records.Open(file, {0, 0, std::numeric_limits<int64_t>::max()});
  const Tokens* tokens = nullptr;
  std::string_view record;
  if (!records.Next(&tokens, &record)) return std::nullopt;
  CheckFirst(*tokens, options);
  return CsvNames(*tokens, options, case_sensitive);
}

}  // namespace headrace::engine
