#include "connect/arrow/rows.h"

#include <arrow/api.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/writer.h>
#include <arrow/util/byte_size.h>

#include <algorithm>
#include <chrono>

#include "base/error.h"

namespace headrace::connect {

namespace {

using Batch = std::shared_ptr<arrow::RecordBatch>;
using std::chrono::steady_clock;

/// Rows that trickle in are not kept back longer than this.
constexpr std::chrono::milliseconds kMaxDelay(100);

/// Up to so much data it is cheaper to write a batch once and copy it than to measure it first.
constexpr int64_t kCopiedBytes = 64 << 10;

void Check(const arrow::Status& status) {
  if (!status.ok()) ThrowInternal("Arrow: " + status.ToString());
}

void AppendVarint(std::string& out, uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

void AppendField(std::string& out, int field, int64_t value) {
  out += static_cast<char>(field << 3);
  AppendVarint(out, static_cast<uint64_t>(value));
}

/// An output stream at the end of a string, so that the data is written where the message needs it.
class StringOutput : public arrow::io::OutputStream {
 public:
  explicit StringOutput(std::string& out) : out_(out), start_(out.size()) {}
  arrow::Status Close() override {
    closed_ = true;
    return arrow::Status::OK();
  }
  arrow::Result<int64_t> Tell() const override { return static_cast<int64_t>(out_.size() - start_); }
  bool closed() const override { return closed_; }
  arrow::Status Write(const void* data, int64_t size) override {
    out_.append(static_cast<const char*>(data), static_cast<size_t>(size));
    return arrow::Status::OK();
  }

 private:
  std::string& out_;
  const size_t start_;
  bool closed_ = false;
};

void WriteStream(const arrow::Schema& schema, const std::vector<Batch>& batches, std::string& out) {
  StringOutput output(out);
  auto writer = arrow::ipc::MakeStreamWriter(&output, std::make_shared<arrow::Schema>(schema));
  Check(writer.status());
  for (const auto& batch : batches) Check((*writer)->WriteRecordBatch(*batch));
  Check((*writer)->Close());
}

int64_t StreamSize(const arrow::Schema& schema, const std::vector<Batch>& batches) {
  arrow::io::MockOutputStream output;
  auto writer = arrow::ipc::MakeStreamWriter(&output, std::make_shared<arrow::Schema>(schema));
  Check(writer.status());
  for (const auto& batch : batches) Check((*writer)->WriteRecordBatch(*batch));
  Check((*writer)->Close());
  return output.GetExtentBytesWritten();
}

class RowSender {
 public:
  RowSender(std::shared_ptr<arrow::Schema> schema, Operation& operation, const RowLimits& limits, const ResponsePrefix& prefix)
      : schema_(std::move(schema)), operation_(operation), limits_(limits), prefix_(prefix) {}

  void Add(Batch batch) {
    int64_t bytes = arrow::util::TotalBufferSize(*batch);
    if (bytes > limits_.batch_bytes && batch->num_rows() > 1) {
      Flush();
      int64_t pieces = std::min(batch->num_rows(), (bytes + limits_.batch_bytes - 1) / limits_.batch_bytes);
      int64_t rows = (batch->num_rows() + pieces - 1) / pieces;
      for (int64_t at = 0; at < batch->num_rows(); at += rows) Send({batch->Slice(at, rows)});
      return;
    }
    if (pending_bytes_ + bytes > limits_.batch_bytes) Flush();
    if (pending_.empty()) pending_since_ = steady_clock::now();
    pending_.push_back(std::move(batch));
    pending_bytes_ += bytes;
    if (steady_clock::now() - pending_since_ >= kMaxDelay) Flush();
  }

  /// The last rows leave with what ends the operation.
  void Finish() {
    send_ = Operation::Send::kWithNext;
    Flush();
    if (!sent_any_) {
      auto empty = arrow::RecordBatch::MakeEmpty(schema_);
      Check(empty.status());
      Send({*empty});
    }
  }

 private:
  void Flush() {
    if (pending_.empty()) return;
    auto batches = std::move(pending_);
    pending_.clear();
    pending_bytes_ = 0;
    Send(std::move(batches));
  }

  void Send(std::vector<Batch> batches) {
    if (batches.size() > 1) {
      // The client takes one record batch a message.
      auto joined = arrow::ConcatenateRecordBatches(batches);
      Check(joined.status());
      batches = {*joined};
    }
    int64_t rows = batches[0]->num_rows();
    std::string data;
    int64_t size = 0;
    if (arrow::util::TotalBufferSize(*batches[0]) <= kCopiedBytes) {
      WriteStream(*schema_, batches, data);
      size = static_cast<int64_t>(data.size());
    } else {
      size = StreamSize(*schema_, batches);
    }
    if (!limits_.chunk_bytes || size <= *limits_.chunk_bytes) {
      Begin(rows, size, 0, 0);
      if (data.empty()) {
        WriteStream(*schema_, batches, message_);
      } else {
        message_ += data;
      }
      Push();
    } else {
      data.reserve(static_cast<size_t>(size));
      if (data.empty()) WriteStream(*schema_, batches, data);
      int64_t chunk = std::max<int64_t>(*limits_.chunk_bytes, 1024);
      int64_t count = (size + chunk - 1) / chunk;
      for (int64_t i = 0; i < count; ++i) {
        int64_t length = std::min(chunk, size - i * chunk);
        Begin(rows, length, i, count);
        message_.append(data, static_cast<size_t>(i * chunk), static_cast<size_t>(length));
        Push();
      }
    }
    offset_ += rows;
  }

  /// Writes everything of the message that stands before the data.
  void Begin(int64_t rows, int64_t data_size, int64_t chunk_index, int64_t chunks) {
    std::string fields;
    AppendField(fields, 1, rows);
    AppendField(fields, 3, offset_);
    if (chunks > 0) {
      AppendField(fields, 4, chunk_index);
      AppendField(fields, 5, chunks);
    }
    fields += static_cast<char>(2 << 3 | 2);
    AppendVarint(fields, static_cast<uint64_t>(data_size));

    message_ = prefix_(operation_.NextNumber(), !sent_any_);
    sent_any_ = true;
    message_.reserve(message_.size() + fields.size() + static_cast<size_t>(data_size) + 16);
    message_ += static_cast<char>(2 << 3 | 2);
    AppendVarint(message_, static_cast<uint64_t>(fields.size()) + static_cast<uint64_t>(data_size));
    message_ += fields;
  }

  void Push() { operation_.Push(std::move(message_), send_); }

  const std::shared_ptr<arrow::Schema> schema_;
  Operation& operation_;
  const RowLimits limits_;
  const ResponsePrefix& prefix_;
  std::vector<Batch> pending_;
  int64_t pending_bytes_ = 0;
  steady_clock::time_point pending_since_;
  std::string message_;
  int64_t offset_ = 0;
  bool sent_any_ = false;
  Operation::Send send_ = Operation::Send::kNow;
};

}  // namespace

void SendRows(engine::ResultStream& stream, Operation& operation, const RowLimits& limits, const ResponsePrefix& prefix) {
  RowSender sender(stream.arrow_schema(), operation, limits, prefix);
  while (auto batch = stream.Next()) {
    operation.cancellation()->ThrowIfCancelled();
    if (batch->num_rows() > 0) sender.Add(std::move(batch));
  }
  operation.cancellation()->ThrowIfCancelled();
  sender.Finish();
}

std::string ToIpcStream(engine::ResultStream& stream) {
  auto schema = stream.arrow_schema();
  std::vector<Batch> batches;
  while (auto batch = stream.Next()) batches.push_back(std::move(batch));
  std::string out;
  WriteStream(*schema, batches, out);
  return out;
}

}  // namespace headrace::connect
