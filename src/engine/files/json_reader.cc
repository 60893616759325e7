#include "engine/precompiled.h"

#include "engine/files/json_reader.h"

#include "engine/files/record_errors.h"
#include "engine/files/scalar_slot.h"

namespace headrace::engine {

namespace {

/// What both readers share: the records of a split.
class JsonRecords : public RecordReader {
 public:
  explicit JsonRecords(const TextFraming& framing) : framing_(framing) {}

  void Open(const FileInfo& file, const TextSplit& split) override {
    file_ = file;
    source_ = std::make_unique<LineSource>(file, split, framing_);
  }

 protected:
  bool NextRecord(std::string_view* record) {
    std::string_view line;
    if (!source_->Next(&line)) return false;
    *record = ValidUtf8(line, scratch_);
    return true;
  }

  FileInfo file_;

 private:
  TextFraming framing_;
  std::unique_ptr<LineSource> source_;
  std::string scratch_;
};

class JsonReader : public JsonRecords {
 public:
  JsonReader(const plan::Schema& schema, const std::vector<size_t>& columns, const JsonOptions& options,
             const TextFraming& framing)
      : JsonRecords(framing), options_(options), scanner_(options.syntax), writer_(TypeOf(schema, columns, options), options) {
    for (size_t i = 0; i < columns.size(); ++i) {
      if (schema[columns[i]].name == options.corrupt_column && schema[columns[i]].type.IsString()) corrupt_ = i;
    }
  }

  duckdb::idx_t Read(const std::vector<duckdb::Vector*>& columns, duckdb::idx_t capacity) override {
    for (auto* column : columns) StartNull(*column, capacity);
    fields_ = columns;
    if (corrupt_) fields_[*corrupt_] = nullptr;
    duckdb::idx_t row = 0;
    while (row < capacity) {
      if (in_array_) {
        if (ReadElement(columns, row)) ++row;
        continue;
      }
      if (!NextRecord(&record_)) break;
      if (ReadRecord(columns, row)) ++row;
    }
    for (auto* column : columns) FinishNulls(*column, row);
    return row;
  }

 private:
  /// The corrupt record's column keeps its place but no field of the text fills it.
  static plan::DataType TypeOf(const plan::Schema& schema, const std::vector<size_t>& columns, const JsonOptions&) {
    std::vector<plan::StructField> fields;
    for (size_t column : columns) fields.push_back(schema[column]);
    return plan::DataType::Struct(std::move(fields));
  }

  /// True when the record has filled the row.
  bool ReadRecord(const std::vector<duckdb::Vector*>& columns, duckdb::idx_t row) {
    scanner_.Reset(record_);
    try {
      JsonToken token = scanner_.Next();
      if (token == JsonToken::kEnd) return false;
      if (token == JsonToken::kObject) {
        return IsWhole(writer_.WriteFields(scanner_, fields_, row)) || Malformed(columns, row, false);
      }
      if (token == JsonToken::kArray) {
        // Its elements are rows, but only when all of it is JSON.
        scanner_.Skip(token);
        scanner_.Reset(record_);
        scanner_.Next();
        bool objects = true;
        broken_array_ = !FitsWhole(columns, row, &objects);
        if (broken_array_ && (!objects || options_.mode != ParseMode::kPermissive)) return Malformed(columns, row, true);
        in_array_ = true;
        first_element_ = true;
        return false;
      }
    } catch (const JsonSyntaxError&) {
    }
    return Malformed(columns, row, true);
  }

  /// Whether all elements of an array are right: one that is not makes the whole record a malformed one. The array is read in
  /// advance, into a row that is null afterwards. `*objects` becomes false when one is no object.
  bool FitsWhole(const std::vector<duckdb::Vector*>& columns, duckdb::idx_t row, bool* objects) {
    bool whole = true;
    for (bool first = true; scanner_.NextElement(first); first = false) {
      JsonToken token = scanner_.Next();
      if (token == JsonToken::kObject) {
        whole = IsWhole(writer_.WriteFields(scanner_, fields_, row)) && whole;
      } else {
        scanner_.Skip(token);
        whole = *objects = false;
      }
      for (auto* column : columns) duckdb::FlatVector::SetNull(*column, row, true);
    }
    scanner_.Reset(record_);
    scanner_.Next();
    return whole;
  }

  bool ReadElement(const std::vector<duckdb::Vector*>& columns, duckdb::idx_t row) {
    if (!scanner_.NextElement(first_element_)) {
      in_array_ = false;
      return false;
    }
    first_element_ = false;
    JsonToken token = scanner_.Next();
    if (token == JsonToken::kObject) {
      bool whole = IsWhole(writer_.WriteFields(scanner_, fields_, row));
      return (whole && !broken_array_) || Malformed(columns, row, false);
    }
    scanner_.Skip(token);
    return Malformed(columns, row, true);
  }

  static bool IsWhole(JsonWriter::Fit fit) { return fit == JsonWriter::Fit::kWhole; }

  /// True when the row stays. `nothing`: no field of it is right.
  bool Malformed(const std::vector<duckdb::Vector*>& columns, duckdb::idx_t row, bool nothing) {
    if (options_.mode == ParseMode::kFailFast) ThrowMalformedInFile(file_, std::string(record_));
    if (nothing || options_.mode == ParseMode::kDropMalformed) {
      for (auto* column : columns) duckdb::FlatVector::SetNull(*column, row, true);
    }
    if (options_.mode == ParseMode::kDropMalformed) return false;
    if (corrupt_) {
      PutText(*columns[*corrupt_], row, record_);
      duckdb::FlatVector::Validity(*columns[*corrupt_]).SetValid(row);
    }
    return true;
  }

  JsonOptions options_;
  JsonScanner scanner_;
  JsonWriter writer_;
  std::optional<size_t> corrupt_;
  std::vector<duckdb::Vector*> fields_;
  std::string_view record_;
  bool in_array_ = false;
  bool first_element_ = false;
  bool broken_array_ = false;
};

class JsonTypesReader : public JsonRecords {
 public:
  JsonTypesReader(SharedJsonTypes& types, const JsonOptions& options, const TextFraming& framing)
      : JsonRecords(framing), shared_(types), options_(options), observer_(options) {}

  duckdb::idx_t Read(const std::vector<duckdb::Vector*>&, duckdb::idx_t) override {
    std::string_view record;
    while (NextRecord(&record)) {
      if (!observer_.Observe(record, types_) && options_.mode == ParseMode::kFailFast) {
        ThrowMalformedInInference(options_.corrupt_column);
      }
    }
    std::lock_guard lock(shared_.mutex);
    observer_.Merge(shared_.types, types_);
    return 0;
  }

 private:
  SharedJsonTypes& shared_;
  JsonOptions options_;
  JsonObserver observer_;
  JsonRootType types_;
};

}  // namespace

std::unique_ptr<RecordReader> MakeJsonReader(const plan::Schema& schema, const std::vector<size_t>& columns,
                                             const JsonOptions& options, const TextFraming& framing) {
  return std::make_unique<JsonReader>(schema, columns, options, framing);
}

std::unique_ptr<RecordReader> MakeJsonTypesReader(SharedJsonTypes& types, const JsonOptions& options,
                                                  const TextFraming& framing) {
  return std::make_unique<JsonTypesReader>(types, options, framing);
}

}  // namespace headrace::engine
