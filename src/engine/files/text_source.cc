#include "engine/precompiled.h"

#include "engine/files/text_source.h"

#include <fcntl.h>
#include <iconv.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "base/error.h"
#include "base/utf8.h"
#include "engine/files/text_scan.h"
#include "engine/functions/kernel_error.h"
#include "engine/functions/utf8.h"

namespace headrace::engine {

namespace {

constexpr size_t kBlock = 1 << 20;
constexpr int64_t kSplit = 8 << 20;

/// Errors cross DuckDB: they are thrown in the form that survives it.
[[noreturn]] void ThrowUnreadable(const std::string& path, const std::string& reason) {
  try {
    ThrowSpark(-1, "FAILED_READ_FILE.NO_HINT", {{"path", FileUri(path)}},
               "Encountered error while reading file " + FileUri(path) + ". " + reason, ErrorKind::kRuntime);
  } catch (const duckdb::Exception& exception) {
    throw UnreadableFile(exception);
  }
}

bool EndsWith(const std::string& text, const char* end) {
  size_t size = std::strlen(end);
  return text.size() >= size && text.compare(text.size() - size, size, end) == 0;
}

bool IsPacked(const std::string& path) {
  for (const char* unknown : {".bz2", ".snappy", ".lz4", ".lzo"}) {
    if (EndsWith(path, unknown)) {
      ThrowSpark(-1, "UNSUPPORTED_FEATURE.HEADRACE", {{"feature", std::string("reading ") + unknown + " files"}},
                 std::string("Headrace does not support reading ") + unknown + " files.", ErrorKind::kUnsupported);
    }
  }
  return EndsWith(path, ".gz") || EndsWith(path, ".deflate") || EndsWith(path, ".zst");
}

bool IsUtf8(const std::string& encoding) {
  return encoding.empty() || strcasecmp(encoding.c_str(), "UTF-8") == 0 || strcasecmp(encoding.c_str(), "UTF8") == 0 ||
         strcasecmp(encoding.c_str(), "US-ASCII") == 0;
}

std::string ToUtf8(const std::string& bytes, const std::string& encoding) {
  iconv_t converter = iconv_open("UTF-8", encoding.c_str());
  if (converter == reinterpret_cast<iconv_t>(-1)) {
    ThrowSpark(-1, "INVALID_PARAMETER_VALUE.CHARSET",
               {{"functionName", "`option`"}, {"parameter", "`encoding`"}, {"charset", encoding}},
               "the encoding " + encoding + " is not known.", ErrorKind::kIllegalArgument);
  }
  std::string out;
  char* from = const_cast<char*>(bytes.data());
  size_t left = bytes.size();
  char block[8192];
  while (left > 0) {
    char* to = block;
    size_t room = sizeof block;
    size_t code = iconv(converter, &from, &left, &to, &room);
    out.append(block, sizeof block - room);
    if (code == static_cast<size_t>(-1) && errno != E2BIG) {
      Utf8Append(out, 0xFFFD);
      if (left > 0) {
        ++from;
        --left;
      }
    }
  }
  iconv_close(converter);
  return out;
}

}  // namespace

FileInfo FileInfo::Of(const std::string& path) {
  struct stat found {};
  if (stat(path.c_str(), &found) != 0) {
    throw Error(ErrorKind::kAnalysis, "PATH_NOT_FOUND", "Path does not exist: file:" + path + ".", {{"path", "file:" + path}})
        .WithSqlState("42K03");
  }
  return {path, found.st_size, found.st_mtim.tv_sec * 1000000 + found.st_mtim.tv_nsec / 1000};
}

std::string FileUri(const std::string& path) {
  static constexpr std::string_view kKept = "-_.~!$&'()*+,;=:@/";
  std::string uri = "file://";
  for (char c : path) {
    auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || byte >= 0x80 || kKept.find(c) != std::string_view::npos) {
      uri += c;
    } else {
      char text[4];
      std::snprintf(text, sizeof text, "%%%02X", byte);
      uri += text;
    }
  }
  return uri;
}

class LineSource::Bytes {
 public:
  virtual ~Bytes() = default;
  /// Up to `size` bytes; 0 at the end.
  virtual size_t Read(char* out, size_t size) = 0;
};

class LineSource::PlainBytes : public Bytes {
 public:
  PlainBytes(const std::string& path, int64_t offset)
      : path_(path), file_(open(path.c_str(), O_RDONLY | O_CLOEXEC)), offset_(offset) {
    if (file_ < 0) ThrowUnreadable(path, std::strerror(errno));
  }
  ~PlainBytes() override { close(file_); }
  size_t Read(char* out, size_t size) override {
    ssize_t got = pread(file_, out, size, offset_);
    if (got < 0) ThrowUnreadable(path_, std::strerror(errno));
    offset_ += got;
    return static_cast<size_t>(got);
  }

 private:
  std::string path_;
  int file_;
  int64_t offset_;
};

class LineSource::UnpackedBytes : public Bytes {
 public:
  explicit UnpackedBytes(const std::string& path) : path_(path), packed_(path, 0), input_(kBlock / 4, '\0') {
    // 32: gzip's or zlib's header, whichever is there.
    if (inflateInit2(&stream_, 15 + 32) != Z_OK) ThrowUnreadable(path, "inflate does not start");
  }
  ~UnpackedBytes() override { inflateEnd(&stream_); }
  size_t Read(char* out, size_t size) override {
    stream_.next_out = reinterpret_cast<Bytef*>(out);
    stream_.avail_out = static_cast<uInt>(size);
    while (stream_.avail_out == size) {
      if (stream_.avail_in == 0) {
        stream_.avail_in = static_cast<uInt>(packed_.Read(input_.data(), input_.size()));
        stream_.next_in = reinterpret_cast<Bytef*>(input_.data());
        if (stream_.avail_in == 0) {
          if (!ended_) ThrowUnreadable(path_, "Unexpected end of input stream");
          return 0;
        }
      }
      if (ended_) {
        // Another member follows.
        inflateReset(&stream_);
        ended_ = false;
      }
      int code = inflate(&stream_, Z_NO_FLUSH);
      if (code == Z_STREAM_END)
        ended_ = true;
      else if (code != Z_OK && code != Z_BUF_ERROR)
        ThrowUnreadable(path_, stream_.msg != nullptr ? stream_.msg : "not a gzip file");
    }
    return size - stream_.avail_out;
  }

 private:
  std::string path_;
  PlainBytes packed_;
  std::string input_;
  z_stream stream_{};
  bool ended_ = true;
};

class LineSource::ZstdBytes : public Bytes {
 public:
  explicit ZstdBytes(const std::string& path)
      : path_(path), packed_(path, 0), input_(kBlock / 4, '\0'), stream_(ZSTD_createDStream(), ZSTD_freeDStream) {
    if (!stream_) ThrowUnreadable(path, "zstd does not start");
  }
  size_t Read(char* out, size_t size) override {
    ZSTD_outBuffer output{out, size, 0};
    while (output.pos == 0) {
      if (buffer_.pos == buffer_.size) {
        buffer_ = {input_.data(), packed_.Read(input_.data(), input_.size()), 0};
        if (buffer_.size == 0) {
          if (wanted_ != 0) ThrowUnreadable(path_, "Unexpected end of input stream");
          return 0;
        }
      }
      // Zero at a frame's end; another frame may follow.
      wanted_ = ZSTD_decompressStream(stream_.get(), &output, &buffer_);
      if (ZSTD_isError(wanted_) != 0) ThrowUnreadable(path_, ZSTD_getErrorName(wanted_));
    }
    return output.pos;
  }

 private:
  std::string path_;
  PlainBytes packed_;
  std::string input_;
  ZSTD_inBuffer buffer_{nullptr, 0, 0};
  std::unique_ptr<ZSTD_DStream, size_t (*)(ZSTD_DStream*)> stream_;
  size_t wanted_ = 0;
};

class LineSource::MemoryBytes : public Bytes {
 public:
  explicit MemoryBytes(std::string text) : text_(std::move(text)) {}
  size_t Read(char* out, size_t size) override {
    size_t got = std::min(size, text_.size() - at_);
    std::memcpy(out, text_.data() + at_, got);
    at_ += got;
    return got;
  }

 private:
  std::string text_;
  size_t at_ = 0;
};

std::vector<TextSplit> PlanSplits(const std::vector<FileInfo>& files, const TextFraming& framing) {
  std::vector<TextSplit> splits;
  for (size_t i = 0; i < files.size(); ++i) {
    if (files[i].size == 0) continue;  // Spark gives an empty file to no task.
    if (framing.whole_file || IsPacked(files[i].path) || !IsUtf8(framing.encoding)) {
      splits.push_back({i, 0, INT64_MAX});
      continue;
    }
    for (int64_t begin = 0; begin < files[i].size; begin += kSplit) {
      splits.push_back({i, begin, std::min(files[i].size, begin + kSplit)});
    }
  }
  return splits;
}

std::string ReadTextFile(const FileInfo& file, const TextFraming& framing) {
  TextFraming bytes;
  bytes.whole_file = true;
  LineSource source(file, {0, 0, INT64_MAX}, bytes);
  std::string_view all;
  std::string text;
  if (source.Next(&all)) text = std::string(all);
  return IsUtf8(framing.encoding) ? text : ToUtf8(text, framing.encoding);
}

std::string ReadBytes(const FileInfo& file) {
  std::ifstream input(file.path, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(input)), {});
  if (!input && bytes.empty() && file.size > 0) ThrowUnreadable(file.path, std::strerror(errno));
  return bytes;
}

LineSource::LineSource(const FileInfo& file, const TextSplit& split, const TextFraming& framing)
    : separator_(framing.separator), begin_(split.begin), offset_(split.begin), end_(split.end) {
  if (framing.whole_file) separator_ = std::string(1, '\0');
  if (!IsUtf8(framing.encoding))
    bytes_ = std::make_unique<MemoryBytes>(ReadTextFile(file, framing));
  else if (EndsWith(file.path, ".zst"))
    bytes_ = std::make_unique<ZstdBytes>(file.path);
  else if (IsPacked(file.path))
    bytes_ = std::make_unique<UnpackedBytes>(file.path);
  else if (begin_ > 0)
    bytes_ = std::make_unique<PlainBytes>(file.path, begin_ - static_cast<int64_t>(std::max<size_t>(separator_.size(), 1)));
  else
    bytes_ = std::make_unique<PlainBytes>(file.path, 0);
  if (framing.whole_file) {
    while (Fill()) {
    }
    if (filled_ >= 3 && std::memcmp(buffer_.data(), "\xEF\xBB\xBF", 3) == 0) at_ = 3;
    finished_ = filled_ == at_;
    separator_.clear();
    newline_ = std::string::npos;
    end_ = -1;  // The whole is one record.
    return;
  }
  if (begin_ > 0) {
    // What begins before this split belongs to the one before.
    offset_ = begin_ - static_cast<int64_t>(std::max<size_t>(separator_.size(), 1));
    std::string_view skipped;
    int64_t end = end_;
    end_ = INT64_MAX;
    Next(&skipped);
    end_ = end;
  } else {
    Fill();
    if (filled_ >= 3 && std::memcmp(buffer_.data(), "\xEF\xBB\xBF", 3) == 0) {
      at_ = 3;
      offset_ = 3;
    }
  }
}

LineSource::~LineSource() = default;

bool LineSource::Fill() {
  if (at_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + at_, filled_ - at_);
    filled_ -= at_;
    at_ = 0;
  }
  newline_known_ = false;
  if (buffer_.size() < filled_ + kBlock) buffer_.resize(std::max(filled_ + kBlock, buffer_.size() + buffer_.size() / 2));
  size_t got = bytes_->Read(buffer_.data() + filled_, buffer_.size() - filled_);
  filled_ += got;
  return got > 0;
}

bool LineSource::FindEnd(size_t* length, size_t* separator) {
  const char* start = buffer_.data() + at_;
  size_t size = filled_ - at_;
  if (!separator_.empty()) {
    std::string_view rest(start, size);
    size_t found = rest.find(separator_);
    if (found == std::string_view::npos) return false;
    *length = found;
    *separator = separator_.size();
    return true;
  }
  if (!newline_known_ || newline_ < at_) {
    const void* found = std::memchr(start, '\n', size);
    newline_ = found != nullptr ? static_cast<size_t>(static_cast<const char*>(found) - buffer_.data()) : std::string::npos;
    newline_known_ = true;
  }
  size_t limit = newline_ == std::string::npos ? size : newline_ - at_;
  const void* found = std::memchr(start, '\r', limit);
  if (found != nullptr) {
    *length = static_cast<size_t>(static_cast<const char*>(found) - start);
    if (*length + 1 == size) return false;  // A \n may follow.
    *separator = start[*length + 1] == '\n' ? 2 : 1;
    return true;
  }
  if (newline_ == std::string::npos) return false;
  *length = limit;
  *separator = 1;
  return true;
}

bool LineSource::Next(std::string_view* line) {
  if (finished_) return false;
  if (end_ == -1) {
    finished_ = true;
    *line = std::string_view(buffer_.data() + at_, filled_ - at_);
    return true;
  }
  if (offset_ >= end_) return false;
  size_t length = 0;
  size_t separator = 0;
  while (!FindEnd(&length, &separator)) {
    if (Fill()) continue;
    finished_ = true;
    length = filled_ - at_;
    if (length == 0) return false;
    if (separator_.empty() && buffer_[at_ + length - 1] == '\r') --length;
    *line = std::string_view(buffer_.data() + at_, length);
    return true;
  }
  *line = std::string_view(buffer_.data() + at_, length);
  at_ += length + separator;
  offset_ += static_cast<int64_t>(length + separator);
  return true;
}

std::string_view ValidUtf8(std::string_view line, std::string& scratch) {
  size_t i = 0;
  for (; i + 8 <= line.size(); i += 8) {
    uint64_t word;
    std::memcpy(&word, line.data() + i, 8);
    if ((word & 0x8080808080808080ULL) != 0) break;
  }
  while (i < line.size() && static_cast<unsigned char>(line[i]) < 0x80) ++i;
  if (i == line.size() || duckdb::Value::StringIsValid(line.data(), line.size())) return line;
  scratch = ReplaceInvalidUtf8(line);
  return scratch;
}

}  // namespace headrace::engine
