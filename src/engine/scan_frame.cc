#include "engine/precompiled.h"

#include <filesystem>
#include <limits>

#include "base/error.h"
#include "base/ids.h"
#include "delta/schema_evolution.h"
#include "engine/delta_write.h"
#include "engine/engine.h"
#include "engine/files/text_options.h"
#include "engine/sink.h"
#include "engine/typed_build.h"

namespace headrace::engine {

namespace {

/// What no text holds: strings with line ends are one record all the same.
constexpr char kSeparator[] = "\x1e\x1f\n";

/// Goes with the last plan that reads it.
struct ScratchFolder {
  explicit ScratchFolder(std::string p) : path(std::move(p)) {}
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  std::string path;
};

}  // namespace

analysis::TypedScan SessionAnalysis::ResolveText(const analysis::TypedRelationPtr& input, const plan::ParseText& text) {
  if (text.format == "xml") ThrowUnsupported("reading XML");
  const analysis::Attribute* column = nullptr;
  size_t columns = 0;
  for (const auto& attribute : input->output) {
    if (attribute.hidden) continue;
    column = &attribute;
    ++columns;
  }
  if (columns != 1) {
    throw Error(ErrorKind::kAnalysis, "DATAFRAME_INPUT_NOT_SINGLE_COLUMN",
                "Input DataFrame must have exactly one column, but got " + std::to_string(columns) + ".",
                {{"numColumns", std::to_string(columns)}})
        .WithSqlState("42K09");
  }
  if (!column->type.IsString()) {
    std::string type = "\"" + column->type.Sql() + "\"";
    throw Error(ErrorKind::kAnalysis, "DATAFRAME_INPUT_NOT_STRING_TYPE",
                "Input DataFrame column must be StringType, but got " + type + ".", {{"dataType", type}})
        .WithSqlState("42K09");
  }
  auto folder = std::make_shared<ScratchFolder>(engine_.scratch_folder() + "/" + NewUuid());
  std::filesystem::create_directories(folder->path);
  SinkTarget target;
  target.location = storage::Resolve(folder->path);
  target.format.lines = LineFormat{};
  target.format.lines->separator = kSeparator;
  target.format.suffix = ".text";
  target.format.never_none = true;
  target.files.target_bytes = std::numeric_limits<int64_t>::max();
  target.ordered = true;
  Projection lines(analyzer_, input);
  lines.Add("__line", Reference(*column));
  auto plan = lines.Done();
  plan::Schema schema = SchemaOf(*plan);
  schema[0].nullable = true;
  target.metadata = delta::NewTableMetadata(ToDeltaSchema(schema), {}, {}, 0);
  SinkResult written = RunSink(engine_, session_, plan, target, options_);

  plan::ReadFiles files;
  files.format = text.format;
  files.schema = text.schema;
  for (const auto& [key, value] : text.options) {
    bool of_files = false;
    for (const char* name : {"lineSep", "multiLine", "wholeFile", "encoding", "charset", "path"})
      of_files = of_files || duckdb::StringUtil::CIEquals(key, name);
    if (!of_files) files.options[key] = value;
  }
  files.options["__separator"] = kSeparator;  // No option of Spark's has this name.
  for (const auto& add : written.adds) files.paths.push_back(folder->path + "/" + storage::DecodePath(add.path));
  analysis::TypedScan scan = ResolveScan(engine_, session_, files);
  scan.snapshot = folder;
  return scan;
}

}  // namespace headrace::engine
