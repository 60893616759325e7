#include "engine/files/file_listing.h"

#include <dirent.h>
#include <fnmatch.h>
#include <strings.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <map>
#include <set>

#include "base/error.h"
#include "engine/files/text_options.h"
#include "engine/functions/decimal_math.h"
#include "storage/object_store.h"

namespace headrace::engine {

namespace {

namespace fs = std::filesystem;
using plan::DataType;
using plan::TypeId;

constexpr std::string_view kNullPartition = "__HIVE_DEFAULT_PARTITION__";

/// Names that Spark does not read: from `_` (but folders like `_p=1`) or `.`, and copies in progress.
bool IsHidden(const std::string& name) {
  if (name.empty()) return true;
  if (name[0] == '.') return true;
  if (name[0] == '_' && name.find('=') == std::string::npos) return true;
  constexpr std::string_view kCopying = "._COPYING_";
  return name.size() > kCopying.size() && name.compare(name.size() - kCopying.size(), kCopying.size(), kCopying) == 0;
}

bool HasGlob(const std::string& path) { return path.find_first_of("*?[{") != std::string::npos; }

/// {a,b} alternatives written out.
std::vector<std::string> ExpandBraces(const std::string& pattern) {
  size_t open = pattern.find('{');
  if (open == std::string::npos) return {pattern};
  int depth = 0;
  std::vector<std::string> parts(1);
  for (size_t i = open; i < pattern.size(); ++i) {
    char c = pattern[i];
    if (c == '{' && depth++ == 0) continue;
    if (c == '}' && --depth == 0) {
      std::vector<std::string> found;
      for (const auto& part : parts) {
        for (auto& text : ExpandBraces(pattern.substr(0, open) + part + pattern.substr(i + 1))) found.push_back(std::move(text));
      }
      return found;
    }
    if (c == ',' && depth == 1)
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return {pattern};
}

void Glob(const fs::path& folder, const std::vector<std::string>& segments, size_t at, std::set<std::string>& found) {
  if (at == segments.size()) {
    found.insert(folder.string());
    return;
  }
  std::error_code ignored;
  if (!HasGlob(segments[at])) {
    fs::path next = folder / segments[at];
    if (fs::exists(next, ignored)) Glob(next, segments, at + 1, found);
    return;
  }
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    std::string name = entry.path().filename().string();
    if (fnmatch(segments[at].c_str(), name.c_str(), FNM_PERIOD) == 0) Glob(entry.path(), segments, at + 1, found);
  }
}

/// The files and folders a path names.
std::vector<std::string> RootsOf(const std::string& local) {
  struct stat status {};
  if (stat(local.c_str(), &status) == 0) return {local};
  std::set<std::string> found;
  if (HasGlob(local)) {
    for (const auto& pattern : ExpandBraces(local)) {
      std::vector<std::string> segments;
      for (const auto& segment : fs::path(pattern).relative_path()) {
        if (!segment.empty()) segments.push_back(segment.string());
      }
      Glob("/", segments, 0, found);
    }
  }
  if (found.empty()) {
    throw Error(ErrorKind::kAnalysis, "PATH_NOT_FOUND", "Path does not exist: file:" + local + ".", {{"path", "file:" + local}})
        .WithSqlState("42K03");
  }
  return {found.begin(), found.end()};
}

/// Every file below a folder that is not hidden.
void AddLeaves(const std::string& folder, std::vector<std::string>& files) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (IsHidden(entry.path().filename().string())) continue;
    if (entry.is_directory())
      AddLeaves(entry.path().string(), files);
    else if (entry.is_regular_file())
      files.push_back(entry.path().string());
  }
}

std::string Unescaped(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && std::isxdigit(static_cast<unsigned char>(text[i + 1])) != 0 &&
        std::isxdigit(static_cast<unsigned char>(text[i + 2])) != 0) {
      out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

using Pair = std::pair<std::string, std::string>;

/// The `k=v` folders between a base and a file, outermost first.
std::vector<Pair> PairsOf(const std::string& file, const std::set<std::string>& bases) {
  std::vector<Pair> pairs;
  for (fs::path folder = fs::path(file).parent_path(); folder.has_relative_path(); folder = folder.parent_path()) {
    if (bases.count(folder.string()) > 0) break;
    std::string name = folder.filename().string();
    size_t equals = name.find('=');
    if (equals == std::string::npos || equals == 0) {
      if (!pairs.empty()) break;
      continue;
    }
    pairs.emplace_back(Unescaped(name.substr(0, equals)), Unescaped(name.substr(equals + 1)));
  }
  std::reverse(pairs.begin(), pairs.end());
  return pairs;
}

/// The type Spark infers of one folder's value.
DataType TypeOfText(const std::string& text, const Zone& zone) {
  if (ParseLong(text, std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max())) return TypeId::kInteger;
  if (ParseLong(text, std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max())) return TypeId::kLong;
  bool digits = !text.empty() && text.find_first_not_of("0123456789", text[0] == '-' ? 1 : 0) == std::string::npos;
  constexpr size_t kMaxPrecision = 38;
  if (digits && text.size() <= kMaxPrecision)
    return DataType::Decimal(static_cast<int>(text.size() - (text[0] == '-' ? 1 : 0)), 0);
  char last = text.empty() ? ' ' : static_cast<char>(text.back() | 0x20);
  if (last != 'd' && last != 'f' && ParseJavaDouble(text)) return TypeId::kDouble;
  if (text.size() >= 4 && ParseDate(text) && text.find_first_of(" T:") == std::string::npos) return TypeId::kDate;
  if (ParseTimestamp(text, zone)) return TypeId::kTimestamp;
  return DataType::String();
}

DataType Wider(const DataType& left, const DataType& right) {
  if (left == right || right.id() == TypeId::kNull) return left;
  if (left.id() == TypeId::kNull) return right;
  auto is = [&](TypeId a, TypeId b) { return (left.id() == a && right.id() == b) || (left.id() == b && right.id() == a); };
  if (is(TypeId::kInteger, TypeId::kLong)) return TypeId::kLong;
  if (is(TypeId::kInteger, TypeId::kDouble)) return TypeId::kDouble;
  if (is(TypeId::kDate, TypeId::kTimestamp)) return TypeId::kTimestamp;
  if (left.id() == TypeId::kDecimal && right.id() == TypeId::kDecimal)
    return DataType::Decimal(std::max(left.precision(), right.precision()), 0);
  if (is(TypeId::kInteger, TypeId::kDecimal)) return left.id() == TypeId::kDecimal ? left : right;
  return DataType::String();
}

int64_t TimeOption(const OptionMap& options, const char* name, const std::string& session_zone, int64_t fallback) {
  const std::string* text = options.Find(name);
  if (text == nullptr) return fallback;
  auto micros = ParseTimestamp(*text, Zone::Of(options.Text("timeZone", session_zone)));
  if (!micros)
    throw Error(ErrorKind::kAnalysis, "INVALID_PARAMETER_VALUE.DATETIME",
                std::string("The option ") + name + " is no timestamp: " + *text);
  return *micros;
}

}  // namespace

FileListing ListFiles(const std::vector<std::string>& paths, const plan::Options& given, bool infer_types,
                      const std::string& session_zone) {
  OptionMap options(given);
  bool recursive = options.Bool("recursiveFileLookup", false);
  std::set<std::string> roots;
  std::set<std::string> bases;
  for (const auto& path : paths) {
    std::string local = fs::path(storage::Resolve(path).path).lexically_normal().string();
    while (local.size() > 1 && local.back() == '/') local.pop_back();
    for (auto& root : RootsOf(local)) roots.insert(std::move(root));
  }
  for (const auto& root : roots) bases.insert(fs::is_directory(root) ? root : fs::path(root).parent_path().string());
  if (const std::string* base = options.Find("basePath")) {
    std::string local = fs::path(storage::Resolve(*base).path).lexically_normal().string();
    while (local.size() > 1 && local.back() == '/') local.pop_back();
    bases = {local};
  }

  std::vector<std::string> found;
  for (const auto& root : roots) {
    if (fs::is_directory(root))
      AddLeaves(root, found);
    else if (!IsHidden(fs::path(root).filename().string()))
      found.push_back(root);
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  const std::string* filter = options.Find("pathGlobFilter");
  int64_t before = TimeOption(options, "modifiedBefore", session_zone, std::numeric_limits<int64_t>::max());
  int64_t after = TimeOption(options, "modifiedAfter", session_zone, std::numeric_limits<int64_t>::min());

  FileListing listing;
  std::vector<std::vector<Pair>> pairs;
  for (const auto& path : found) {
    fs::path file(path);
    if (filter != nullptr && fnmatch(filter->c_str(), file.filename().c_str(), 0) != 0) continue;
    FileInfo info = FileInfo::Of(path);
    if (info.modified_micros >= before || info.modified_micros <= after) continue;
    listing.files.push_back(std::move(info));
    pairs.push_back(recursive ? std::vector<Pair>() : PairsOf(path, bases));
  }
  Zone zone = Zone::Of(session_zone);
  for (const auto& of_file : pairs) {
    for (size_t i = 0; i < of_file.size(); ++i) {
      auto column = std::find_if(listing.partition_columns.begin(), listing.partition_columns.end(),
                                 [&](const auto& field) { return field.name == of_file[i].first; });
      if (column == listing.partition_columns.end()) {
        listing.partition_columns.push_back({of_file[i].first, TypeId::kNull, true, {}});
        column = listing.partition_columns.end() - 1;
      }
      DataType type = of_file[i].second == kNullPartition ? DataType(TypeId::kNull)
                      : infer_types                       ? TypeOfText(of_file[i].second, zone)
                                                          : DataType::String();
      column->type = Wider(column->type, type);
    }
  }
  for (auto& column : listing.partition_columns) {
    if (column.type.id() == TypeId::kNull) column.type = DataType::String();
  }
  if (listing.partition_columns.empty() && !recursive) {
    // Without partitions only what lies directly in a given folder is read.
    std::vector<FileInfo> direct;
    for (auto& file : listing.files) {
      if (roots.count(file.path) > 0 || roots.count(fs::path(file.path).parent_path().string()) > 0)
        direct.push_back(std::move(file));
    }
    listing.files = std::move(direct);
    pairs.assign(listing.files.size(), {});
  }
  std::vector<std::string> names;
  for (const auto& column : listing.partition_columns) names.push_back(column.name);
  for (const auto& file : listing.files) listing.partition_texts.push_back(PartitionTexts(file.path, names));
  return listing;
}

std::vector<std::optional<std::string>> PartitionTexts(const std::string& path, const std::vector<std::string>& columns) {
  std::vector<std::optional<std::string>> texts(columns.size());
  if (columns.empty()) return texts;
  for (const auto& [name, value] : PairsOf(path, {})) {
    for (size_t i = 0; i < columns.size(); ++i) {
      if (strcasecmp(columns[i].c_str(), name.c_str()) == 0 && value != kNullPartition) texts[i] = value;
    }
  }
  return texts;
}

}  // namespace headrace::engine
