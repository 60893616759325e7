#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace headrace::engine {

/// A file as a scan found it.
struct FileInfo {
  std::string path;
  int64_t size = 0;
  int64_t modified_micros = 0;
  /// Throws PATH_NOT_FOUND when there is none.
  static FileInfo Of(const std::string& path);
};

/// "file:///a%20b": a file's URI with Java's escapes, as _metadata.file_path and input_file_name() give it.
std::string FileUri(const std::string& path);

/// How the bytes of text files are taken apart.
struct TextFraming {
  std::string separator;  ///< "" means \n, \r\n and \r.
  std::string encoding = "UTF-8";
  bool whole_file = false;  ///< One record a file.
};

/// The bytes of a part of a file. Lines that start in it belong to it, to their end.
struct TextSplit {
  size_t file = 0;  ///< Index of the file.
  int64_t begin = 0;
  int64_t end = 0;
};

/// Cuts files into parts for threads; compressed and recoded ones stay whole.
std::vector<TextSplit> PlanSplits(const std::vector<FileInfo>& files, const TextFraming& framing);

/// The whole of a file as UTF-8, unpacked by its name's extension.
std::string ReadTextFile(const FileInfo& file, const TextFraming& framing);

/// The bytes of a file as they are.
std::string ReadBytes(const FileInfo& file);

/// Gives the lines of a split. Used by one thread.
class LineSource {
 public:
  LineSource(const FileInfo& file, const TextSplit& split, const TextFraming& framing);
  ~LineSource();
  LineSource(const LineSource&) = delete;

  /// The next line without its separator; valid until the next call. False at the split's end.
  bool Next(std::string_view* line);
  bool at_file_start() const { return begin_ == 0; }

 private:
  class Bytes;
  class PlainBytes;
  class UnpackedBytes;
  class ZstdBytes;
  class MemoryBytes;
  bool Fill();
  /// The length of the line at `at_` and of its separator; false when more bytes are needed to know.
  bool FindEnd(size_t* length, size_t* separator);

  std::string separator_;
  std::unique_ptr<Bytes> bytes_;
  std::string buffer_;
  size_t at_ = 0;
  size_t filled_ = 0;
  size_t newline_ = 0;  ///< Where the next \n was seen, npos when none is in the buffer; valid when at or behind `at_`.
  bool newline_known_ = false;
  bool finished_ = false;
  int64_t begin_;
  int64_t offset_;  ///< The file offset of `at_`.
  int64_t end_;
};

/// A line with its invalid UTF-8 replaced, as Java's decoder does; `scratch` keeps the text when something was replaced.
std::string_view ValidUtf8(std::string_view line, std::string& scratch);

}  // namespace headrace::engine
