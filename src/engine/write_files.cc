#include "engine/precompiled.h"

#include "engine/write_files.h"

#include <charconv>

#include "base/error.h"
#include "engine/files/text_options.h"

namespace headrace::engine {

namespace {

constexpr Codec kParquetCodecs[] = {{"brotli", "brotli", ".br"},
                                    {"uncompressed", "uncompressed", ""},
                                    {"lzo", nullptr, ""},
                                    {"snappy", "snappy", ".snappy"},
                                    {"lz4_raw", "lz4_raw", ".lz4raw"},
                                    {"none", "uncompressed", ""},
                                    {"zstd", "zstd", ".zstd"},
                                    {"lz4", nullptr, ""},
                                    {"gzip", "gzip", ".gz"}};
constexpr Codec kTextCodecs[] = {{"bzip2", nullptr, ""},  {"deflate", nullptr, ""}, {"uncompressed", "", ""},
                                 {"snappy", nullptr, ""}, {"none", "", ""},         {"lz4", nullptr, ""},
                                 {"gzip", "gzip", ".gz"}};

template <size_t N>
const Codec& FindCodec(const Codec (&codecs)[N], const std::string& given, const std::string& format) {
  std::string wanted = duckdb::StringUtil::Lower(given);
  std::string known;
  for (const auto& codec : codecs) {
    if (wanted == codec.name && codec.duck == nullptr) ThrowUnsupported("writing " + format + " files packed with " + wanted);
    if (wanted == codec.name) return codec;
    known += std::string(known.empty() ? "" : ", ") + codec.name;
  }
  throw Error(ErrorKind::kIllegalArgument, "CODEC_NOT_AVAILABLE.WITH_AVAILABLE_CODECS_SUGGESTION",
              "The codec " + given + " is not available. Available codecs are " + known + ".",
              {{"codecName", given}, {"availableCodecs", known}})
      .WithSqlState("56038");
}

int64_t MostRecords(const Session& session, const OptionMap& options) {
  const std::string* given = options.Find("maxRecordsPerFile");
  if (given == nullptr) return session.conf().GetInt("spark.sql.files.maxRecordsPerFile");
  int64_t most = 0;
  auto [end, failure] = std::from_chars(given->data(), given->data() + given->size(), most);
  if (failure != std::errc() || end != given->data() + given->size())
    throw Error(ErrorKind::kNumberFormat, "", "For input string: \"" + *given + "\"");
  return most;
}

}  // namespace

const Codec& ParquetCodec(const std::string& name, const std::string& format) { return FindCodec(kParquetCodecs, name, format); }
const Codec& TextCodec(const std::string& name, const std::string& format) { return FindCodec(kTextCodecs, name, format); }

void SetFileOptions(const Session& session, const plan::Options& given, const std::string& format, const std::string& before,
                    SinkTarget& target) {
  OptionMap options(given);
  target.files.max_records = std::max<int64_t>(0, MostRecords(session, options));
  if (format != "parquet" && format != "delta") return;
  std::string named =
      options.Text("compression", options.Text("parquet.compression", session.conf().Get("spark.sql.parquet.compression.codec")));
  const Codec& codec = ParquetCodec(named, format);
  target.format.codec = codec.duck;
  target.format.suffix = before + codec.suffix + ".parquet";
}

void SetFileOptions(const Session& session, const plan::Options& options, SinkTarget& target) {
  SetFileOptions(session, options, "delta", "-c000", target);
}

}  // namespace headrace::engine
