#include "engine/files/file_listing.h"

#include <dirent.h>
#include <fnmatch.h>
#include <strings.h>
#include <sys/stat.h>

#include <algorithm>
#include <cctype>
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

/// The `k=v` folders between a base and a file, outermost first; `above`, if given, becomes the folder above them, or the
/// file's own where there are none.
std::vector<Pair> PairsOf(const std::string& file, const std::set<std::string>& bases, std::string* above = nullptr) {
  std::vector<Pair> pairs;
  if (above != nullptr) *above = fs::path(file).parent_path().string();
  for (fs::path folder = fs::path(file).parent_path(); folder.has_relative_path(); folder = folder.parent_path()) {
    if (bases.count(folder.string()) > 0) break;
    std::string name = folder.filename().string();
    size_t equals = name.find('=');
    if (equals == std::string::npos || equals == 0) {
      if (!pairs.empty()) break;
      continue;
    }
    if (equals + 1 == name.size()) {
      throw Error(ErrorKind::kRuntime, "EMPTY_PARTITION_COLUMN_VALUE",
                  "Found an empty partition column value in the path segment '" + name +
                      "'. Each partition directory must have a non-empty value after the '=' sign (e.g., 'col=value').",
                  {{"columnSpec", name}});
    }
    pairs.emplace_back(Unescaped(name.substr(0, equals)), Unescaped(name.substr(equals + 1)));
    if (above != nullptr) *above = folder.parent_path().string();
  }
  std::reverse(pairs.begin(), pairs.end());
  return pairs;
}

/// The digits of a whole number with an exponent, 12e3.
std::optional<size_t> DigitsOfWhole(const std::string& text) {
  size_t begin = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
  size_t exponent = text.find_first_of("eE");
  if (exponent == std::string::npos || exponent == begin) return std::nullopt;
  if (text.find_first_not_of("0123456789", begin) != exponent) return std::nullopt;
  auto shift = ParseLong(std::string_view(text).substr(exponent + 1), 0, 100);
  if (!shift) return std::nullopt;
  return exponent - begin + static_cast<size_t>(*shift);
}

/// 10:30 or 10:30:15.5, which Spark takes for a TIME.
bool IsTimeOfDay(const std::string& text) {
  return text.size() >= 4 && text.find_first_not_of("0123456789:.") == std::string::npos && text.find(':') <= 2 &&
         text.find(':') > 0 && ParseTimestamp(text, Zone::Of("UTC")).has_value();
}

/// Whether a text is like `shape`, whose zeros stand for digits.
bool HasShape(std::string_view text, std::string_view shape) {
  return std::equal(text.begin(), text.end(), shape.begin(), shape.end(),
                    [](char a, char b) { return b == '0' ? std::isdigit(static_cast<unsigned char>(a)) != 0 : a == b; });
}

/// The type Spark infers of one folder's value.
DataType TypeOfText(const std::string& text, const Zone& zone) {
  if (ParseLong(text, std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max())) return TypeId::kInteger;
  if (ParseLong(text, std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max())) return TypeId::kLong;
  bool digits = !text.empty() && text.find_first_not_of("0123456789", text[0] == '-' ? 1 : 0) == std::string::npos;
  constexpr size_t kMaxPrecision = 38;
  if (digits && text.size() <= kMaxPrecision)
    return DataType::Decimal(static_cast<int>(text.size() - (text[0] == '-' ? 1 : 0)), 0);
  if (auto whole = DigitsOfWhole(text); whole && *whole <= kMaxPrecision) return DataType::Decimal(static_cast<int>(*whole), 0);
  if (ParseJavaDouble(text)) return TypeId::kDouble;
  if (IsTimeOfDay(text)) {
    throw Error(ErrorKind::kAnalysis, "UNSUPPORTED_TIME_TYPE", "The data type TIME is not supported.");
  }
  if (HasShape(text, "0000-00-00") && ParseDate(text)) return TypeId::kDate;
  size_t fraction = text.find('.');
  bool digits_follow = fraction == std::string::npos ||
                       (fraction + 1 < text.size() && text.find_first_not_of("0123456789", fraction + 1) == std::string::npos);
  if (digits_follow && HasShape(text.substr(0, fraction), "0000-00-00 00:00:00") && ParseTimestamp(text, zone))
    return TypeId::kTimestamp;
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
  if (!micros) {
    std::string strategy = name;
    for (char& c : strategy) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    throw Error(ErrorKind::kAnalysis, "_LEGACY_ERROR_TEMP_1294",
                "The timestamp provided for the '" + strategy +
                    "' option is invalid. The expected format is 'YYYY-MM-DDTHH:mm:ss', but the provided timestamp: " + *text +
                    ".",
                {{"strategy", strategy}, {"timeString", *text}});
  }
  return *micros;
}

std::string Lines(const std::set<std::string>& texts) {
  std::string lines;
  for (const auto& text : texts) lines += "\n\t" + text;
  return lines;
}

/// Spark takes folders for partitions only when all lie below one folder and have the same names.
void CheckPartitions(const std::vector<std::vector<Pair>>& pairs, const std::vector<std::string>& above,
                     const std::vector<FileInfo>& files) {
  std::set<std::string> bases, lists, folders;
  for (size_t i = 0; i < pairs.size(); ++i) {
    bases.insert("file:" + above[i]);
    if (pairs[i].empty()) continue;
    std::string names;
    for (const auto& pair : pairs[i]) names += (names.empty() ? "" : ", ") + pair.first;
    for (char& c : names) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    lists.insert(std::move(names));
    folders.insert("file:" + fs::path(files[i].path).parent_path().string());
  }
  if (lists.empty()) return;
  if (bases.size() > 1) {
    throw Error(ErrorKind::kRuntime, "CONFLICTING_DIRECTORY_STRUCTURES",
                "Conflicting directory structures detected.\nSuspicious paths:\n" + Lines(bases) +
                    "\n\nIf provided paths are partition directories, please set \"basePath\" in the options of the data source "
                    "to specify the root directory of the table.\nIf there are multiple root directories, please load them "
                    "separately and then union them.",
                {{"discoveredBasePaths", Lines(bases) + "\n"}});
  }
  if (lists.size() > 1) {
    std::string numbered;
    size_t number = 0;
    for (const auto& list : lists) numbered += "\n\tPartition column name list #" + std::to_string(number++) + ": " + list;
    throw Error(ErrorKind::kRuntime, "CONFLICTING_PARTITION_COLUMN_NAMES",
                "Conflicting partition column names detected:\n" + numbered +
                    "\n\nFor partitioned table directories, data files should only live in leaf directories.\nAnd directories at "
                    "the same level should have the same partition column name.\nPlease check the following directories for "
                    "unexpected files or inconsistent partition column names:\n" +
                    Lines(folders),
                {{"distinctPartColLists", numbered + "\n"}, {"suspiciousPaths", Lines(folders)}});
  }
}

bool MatchesGlob(const std::vector<std::string>& patterns, const std::string& name) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const auto& pattern) { return fnmatch(pattern.c_str(), name.c_str(), 0) == 0; });
}

}  // namespace

FileListing ListFiles(const std::vector<std::string>& paths, const plan::Options& given, bool infer_types,
                      const std::string& session_zone) {
  OptionMap options(given);
  bool recursive = options.Bool("recursiveFileLookup", false);
  std::set<std::string> roots;
  std::vector<std::string> given_roots;  // A path given twice is read twice.
  std::set<std::string> bases;
  for (const auto& path : paths) {
    std::string local = fs::path(storage::Resolve(path).path).lexically_normal().string();
    while (local.size() > 1 && local.back() == '/') local.pop_back();
    for (auto& root : RootsOf(local)) {
      roots.insert(root);
      given_roots.push_back(std::move(root));
    }
  }
  for (const auto& root : roots) bases.insert(fs::is_directory(root) ? root : fs::path(root).parent_path().string());
  if (const std::string* base = options.Find("basePath")) {
    std::string local = fs::path(storage::Resolve(*base).path).lexically_normal().string();
    while (local.size() > 1 && local.back() == '/') local.pop_back();
    if (!fs::is_directory(local)) throw Error(ErrorKind::kIllegalArgument, "", "Option 'basePath' must be a directory");
    for (const auto& root : roots) {
      if (root.rfind(local, 0) == 0) continue;
      throw Error(ErrorKind::kIllegalArgument, "", "Wrong basePath file:" + local + " for the root path: file:" + root);
    }
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

  std::vector<std::string> patterns;
  if (filter != nullptr) patterns = ExpandBraces(*filter);
  FileListing listing;
  std::vector<std::vector<Pair>> pairs;
  std::vector<std::string> above;
  for (const auto& path : found) {
    fs::path file(path);
    if (filter != nullptr && !MatchesGlob(patterns, file.filename().string())) continue;
    FileInfo info = FileInfo::Of(path);
    if (info.modified_micros >= before || info.modified_micros <= after) continue;
    listing.files.push_back(std::move(info));
    above.emplace_back();
    pairs.push_back(recursive ? std::vector<Pair>() : PairsOf(path, bases, &above.back()));
  }
  CheckPartitions(pairs, above, listing.files);
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
    std::multimap<std::string, const FileInfo*> by_root;
    for (const auto& file : listing.files) {
      by_root.emplace(file.path, &file);
      by_root.emplace(fs::path(file.path).parent_path().string(), &file);
    }
    std::vector<FileInfo> direct;
    for (const auto& root : given_roots) {
      auto [begin, end] = by_root.equal_range(root);
      for (auto at = begin; at != end; ++at) direct.push_back(*at->second);
    }
    listing.files = std::move(direct);
  } else if (!listing.partition_columns.empty()) {
    // Files beside the partitions' folders are none of the table.
    std::vector<FileInfo> inside;
    for (size_t i = 0; i < pairs.size(); ++i) {
      if (!pairs[i].empty()) inside.push_back(listing.files[i]);
    }
    listing.files = std::move(inside);
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
