#include "delta/log_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "base/json.h"

namespace headrace::delta {

namespace {

std::vector<std::string_view> SplitDots(std::string_view name) {
  std::vector<std::string_view> parts;
  while (true) {
    size_t dot = name.find('.');
    parts.push_back(name.substr(0, dot));
    if (dot == std::string_view::npos) return parts;
    name.remove_prefix(dot + 1);
  }
}

std::optional<int64_t> Number(std::string_view text, size_t digits) {
  int64_t value;
  if (text.size() != digits) return std::nullopt;
  auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec != std::errc() || result.ptr != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

}  // namespace

std::string CommitName(int64_t version) { return fmt::format("{:020}.json", version); }
std::string CheckpointName(int64_t version) { return fmt::format("{:020}.checkpoint.parquet", version); }

LogFileName ParseLogFileName(std::string_view name) {
  LogFileName parsed;
  auto parts = SplitDots(name);
  auto version = Number(parts[0], 20);
  if (!version) return parsed;
  parsed.version = *version;
  using Kind = LogFileName::Kind;
  if (parts.size() == 2 && parts[1] == "json") {
    parsed.kind = Kind::kCommit;
  } else if (parts.size() == 2 && parts[1] == "crc") {
    parsed.kind = Kind::kChecksum;
  } else if (parts.size() == 4 && parts[2] == "compacted" && parts[3] == "json") {
    parsed.kind = Kind::kCompaction;
  } else if (parts.size() == 3 && parts[1] == "checkpoint" && parts[2] == "parquet") {
    parsed.kind = Kind::kCheckpoint;
  } else if (parts.size() == 4 && parts[1] == "checkpoint" && parts[2].size() == 36 &&
             (parts[3] == "parquet" || parts[3] == "json")) {
    parsed.kind = Kind::kV2Checkpoint;
  } else if (parts.size() == 5 && parts[1] == "checkpoint" && parts[4] == "parquet") {
    auto part = Number(parts[2], 10);
    auto count = Number(parts[3], 10);
    if (part && count && *part >= 1 && *part <= *count) {
      parsed.kind = Kind::kMultipartCheckpoint;
      parsed.part = static_cast<int>(*part);
      parsed.parts = static_cast<int>(*count);
    }
  }
  return parsed;
}

int64_t LogListing::latest() const {
  int64_t latest = commits.empty() ? -1 : commits.back().version;
  return checkpoints.empty() ? latest : std::max(latest, checkpoints.back().version);
}

int64_t LogListing::EarliestReadable() const {
  if (!commits.empty() && commits.front().version == 0) return 0;
  return checkpoints.empty() ? -1 : checkpoints.front().version;
}

LogListing ListLog(storage::ObjectStore& store, const std::string& log_path, int64_t start_version) {
  LogListing listing;
  // By version and number of parts; a checkpoint may have been written twice with different splits.
  std::map<std::pair<int64_t, int>, std::vector<storage::ObjectInfo>> multipart;
  std::map<int64_t, CheckpointFiles> complete;
  for (auto& info : store.List(log_path, fmt::format("{:020}", start_version))) {
    if (info.is_directory) continue;
    LogFileName name = ParseLogFileName(std::string_view(info.path).substr(info.path.find_last_of('/') + 1));
    switch (name.kind) {
      case LogFileName::Kind::kCommit:
        listing.commits.push_back({name.version, std::move(info)});
        break;
      // An empty file is a checkpoint somebody failed to write.
      case LogFileName::Kind::kCheckpoint:
      case LogFileName::Kind::kV2Checkpoint:
        if (info.size > 0) complete[name.version] = {name.version, {std::move(info)}};
        break;
      case LogFileName::Kind::kMultipartCheckpoint:
        if (info.size > 0) multipart[{name.version, name.parts}].push_back(std::move(info));
        break;
      default:
        break;
    }
  }
  for (auto& [key, files] : multipart) {
    if (files.size() == static_cast<size_t>(key.second)) complete.try_emplace(key.first, CheckpointFiles{key.first, files});
  }
  for (auto& [version, files] : complete) listing.checkpoints.push_back(std::move(files));
  return listing;
}

std::optional<int64_t> ReadLastCheckpoint(storage::ObjectStore& store, const std::string& log_path) {
  std::string path = storage::JoinPath(log_path, "_last_checkpoint");
  if (!store.Exists(path)) return std::nullopt;
  try {
    json::value value = ParseJson(store.Read(path));
    return value.as_object().at("version").to_number<int64_t>();
  } catch (const std::exception&) {
    return std::nullopt;  // The listing finds what the hint would have.
  }
}

}  // namespace headrace::delta
