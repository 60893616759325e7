#include "engine/precompiled.h"

#include "engine/files/text_reader.h"

#include "engine/files/scalar_slot.h"

namespace headrace::engine {

namespace {

class LineReader : public RecordReader {
 public:
  explicit LineReader(const TextFraming& framing) : framing_(framing) {}

  void Open(const FileInfo& file, const TextSplit& split) override {
    source_ = std::make_unique<LineSource>(file, split, framing_);
  }

  duckdb::idx_t Read(const std::vector<duckdb::Vector*>& columns, duckdb::idx_t capacity) override {
    std::string_view line;
    duckdb::idx_t row = 0;
    for (; row < capacity && source_->Next(&line); ++row) {
      for (auto* column : columns) PutText(*column, row, ValidUtf8(line, scratch_));
    }
    return row;
  }

 private:
  TextFraming framing_;
  std::unique_ptr<LineSource> source_;
  std::string scratch_;
};

class BinaryReader : public RecordReader {
 public:
  explicit BinaryReader(const std::vector<size_t>& columns) : columns_(columns) {}

  void Open(const FileInfo& file, const TextSplit&) override {
    file_ = file;
    done_ = false;
  }

  duckdb::idx_t Read(const std::vector<duckdb::Vector*>& columns, duckdb::idx_t) override {
    if (done_) return 0;
    done_ = true;
    for (size_t i = 0; i < columns_.size(); ++i) {
      switch (columns_[i]) {
        case 0:
          PutText(*columns[i], 0, "file:" + file_.path);
          break;
        case 1:
          PutSlot(*columns[i], 0, file_.modified_micros / 1000 * 1000);
          break;
        case 2:
          PutSlot(*columns[i], 0, file_.size);
          break;
        default:
          PutText(*columns[i], 0, ReadBytes(file_));
          break;
      }
    }
    return 1;
  }

 private:
  std::vector<size_t> columns_;
  FileInfo file_;
  bool done_ = true;
};

}  // namespace

plan::Schema BinaryFileSchema() {
  return {{"path", plan::DataType::String(), true, {}},
          {"modificationTime", plan::TypeId::kTimestamp, true, {}},
          {"length", plan::TypeId::kLong, true, {}},
          {"content", plan::TypeId::kBinary, true, {}}};
}

std::unique_ptr<RecordReader> MakeBinaryReader(const std::vector<size_t>& columns) {
  return std::make_unique<BinaryReader>(columns);
}

std::unique_ptr<RecordReader> MakeLineReader(const TextFraming& framing) { return std::make_unique<LineReader>(framing); }

}  // namespace headrace::engine
