#include "engine/precompiled.h"

#include "engine/files/line_file.h"

#include <zlib.h>
#include <duckdb/common/file_system.hpp>
#include <duckdb/common/types/column/column_data_collection.hpp>

#include "base/error.h"

namespace headrace::engine {

namespace {

struct LineBind : public duckdb::FunctionData {
  explicit LineBind(LineFormat f) : format(std::move(f)) {}
  duckdb::unique_ptr<duckdb::FunctionData> Copy() const override { return duckdb::make_uniq<LineBind>(format); }
  bool Equals(const duckdb::FunctionData& other) const override { return this == &other; }
  LineFormat format;
};

struct LineFile : public duckdb::GlobalFunctionData {
  duckdb::unique_ptr<duckdb::FileHandle> handle;
  int64_t written = 0;
};

struct LineBatch : public duckdb::PreparedBatchData {
  std::string bytes;
};

/// The text as one member of a gzip file.
std::string Pack(const std::string& text) {
  constexpr int kGzipHeader = 16;
  constexpr int kMemoryLevel = 8;
  constexpr size_t kPiece = size_t{1} << 30;  // zlib counts in 32 bits.
  z_stream stream{};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS + kGzipHeader, kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK)
    ThrowInternal("zlib does not start");
  std::string packed;
  char block[1 << 16];
  size_t at = 0;
  int code = Z_OK;
  while (code != Z_STREAM_END) {
    size_t piece = std::min(kPiece, text.size() - at);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data() + at));
    stream.avail_in = static_cast<uInt>(piece);
    at += piece;
    do {
      stream.next_out = reinterpret_cast<Bytef*>(block);
      stream.avail_out = sizeof block;
      code = deflate(&stream, at == text.size() ? Z_FINISH : Z_NO_FLUSH);
      packed.append(block, sizeof block - stream.avail_out);
    } while (stream.avail_out == 0 && code != Z_STREAM_END);
  }
  deflateEnd(&stream);
  return packed;
}

void Put(LineFile& file, const std::string& bytes) {
  file.handle->Write(const_cast<char*>(bytes.data()), bytes.size());
  file.written += static_cast<int64_t>(bytes.size());
}

duckdb::unique_ptr<duckdb::GlobalFunctionData> OpenFile(duckdb::ClientContext& context, duckdb::FunctionData& bind,
                                                        const std::string& path) {
  const LineFormat& format = bind.Cast<LineBind>().format;
  auto file = duckdb::make_uniq<LineFile>();
  file->handle = duckdb::FileSystem::GetFileSystem(context).OpenFile(
      path, duckdb::FileFlags::FILE_FLAGS_WRITE | duckdb::FileFlags::FILE_FLAGS_FILE_CREATE_NEW);
  if (!format.header.empty()) {
    std::string line = format.header + format.separator;
    Put(*file, format.packed ? Pack(line) : line);
  }
  return file;
}

duckdb::unique_ptr<duckdb::PreparedBatchData> PrepareBatch(duckdb::ClientContext&, duckdb::FunctionData& bind,
                                                           duckdb::GlobalFunctionData&,
                                                           duckdb::unique_ptr<duckdb::ColumnDataCollection> rows) {
  const LineFormat& format = bind.Cast<LineBind>().format;
  auto batch = duckdb::make_uniq<LineBatch>();
  for (auto& chunk : rows->Chunks()) {
    duckdb::UnifiedVectorFormat column;
    chunk.data[0].ToUnifiedFormat(chunk.size(), column);
    const auto* texts = duckdb::UnifiedVectorFormat::GetData<duckdb::string_t>(column);
    for (duckdb::idx_t row = 0; row < chunk.size(); ++row) {
      auto index = column.sel->get_index(row);
      // NULL is an empty line.
      const bool empty = !column.validity.RowIsValid(index) || texts[index].GetSize() == 0;
      if (empty && format.skip_empty) continue;
      if (!empty) batch->bytes.append(texts[index].GetData(), texts[index].GetSize());
      batch->bytes += format.separator;
    }
  }
  if (format.packed) batch->bytes = Pack(batch->bytes);
  return batch;
}

void FlushBatch(duckdb::ClientContext&, duckdb::FunctionData&, duckdb::GlobalFunctionData& file,
                duckdb::PreparedBatchData& batch) {
  Put(file.Cast<LineFile>(), batch.Cast<LineBatch>().bytes);
}

bool IsFull(duckdb::GlobalFunctionData& file, duckdb::FunctionData&, const duckdb::optional_idx& most) {
  return most.IsValid() && file.Cast<LineFile>().written >= static_cast<int64_t>(most.GetIndex());
}

/// A gzip file without rows is one empty member: nothing at all would be no gzip file.
void CloseFile(duckdb::ClientContext&, duckdb::FunctionData& bind, duckdb::GlobalFunctionData& data) {
  auto& file = data.Cast<LineFile>();
  if (bind.Cast<LineBind>().format.packed && file.written == 0) Put(file, Pack(""));
  file.handle->Close();
}

}  // namespace

duckdb::CopyFunction LineWriter() {
  duckdb::CopyFunction writer("headrace_lines");
  writer.copy_to_initialize_global = OpenFile;
  writer.copy_to_finalize = CloseFile;
  writer.prepare_batch = PrepareBatch;
  writer.flush_batch = FlushBatch;
  writer.rotate_next_file = IsFull;
  return writer;
}

duckdb::unique_ptr<duckdb::FunctionData> BindLines(const LineFormat& format) { return duckdb::make_uniq<LineBind>(format); }

}  // namespace headrace::engine
