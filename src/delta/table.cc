#include "delta/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <thread>

#include "base/error.h"
#include "base/log.h"
#include "delta/actions_json.h"
#include "delta/checkpoint.h"
#include "delta/log_files.h"
#include "delta/snapshot_builder.h"
#include "delta/table_features.h"
#include "delta/transaction.h"
#include "delta/value.h"

namespace headrace::delta {

namespace {

/// A snapshot kept longer than this is checked by a listing rather than by probing for the next commit, because log
/// clean-up may have removed the commits that follow it.
constexpr int64_t kProbeMillis = 10 * 60 * 1000;

/// Runs `work(i)` for each i below `count` on up to four threads; rethrows the first failure by index.
template <typename Work>
void ForEachParallel(size_t count, Work&& work) {
  size_t threads = std::min<size_t>({count / 4, 4, std::max(1u, std::thread::hardware_concurrency())});
  if (threads <= 1) {
    for (size_t i = 0; i < count; ++i) work(i);
    return;
  }
  std::vector<std::exception_ptr> failures(count);
  std::atomic<size_t> next = 0;
  auto run = [&] {
    for (size_t i = next++; i < count; i = next++) {
      try {
        work(i);
      } catch (...) {
        failures[i] = std::current_exception();
      }
    }
  };
  std::vector<std::thread> pool;
  for (size_t i = 1; i < threads; ++i) pool.emplace_back(run);
  run();
  for (auto& thread : pool) thread.join();
  for (auto& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
}

std::string FormatTime(const TimestampRule& rule, int64_t ms) {
  if (rule.format) return rule.format(ms);
  std::string text = FormatTimestamp(ms * 1000);
  return text.find('.') == std::string::npos ? text + ".0" : text;  // As java.sql.Timestamp prints it.
}

[[noreturn]] void ThrowGap(const LogListing& listing, const std::string& log_path, int64_t from, int64_t version) {
  for (size_t i = 1; i < listing.commits.size(); ++i) {
    int64_t before = listing.commits[i - 1].version;
    if (listing.commits[i].version == before + 1 || before + 1 < from) continue;
    throw Error(ErrorKind::kRuntime, "DELTA_VERSIONS_NOT_CONTIGUOUS",
                fmt::format("Versions ({}, {}) are not contiguous. A gap in the delta log between versions {} and {} was "
                            "detected while trying to load version {}.",
                            before, listing.commits[i].version, before, listing.commits[i].version, version),
                {{"startVersion", std::to_string(before)},
                 {"endVersion", std::to_string(listing.commits[i].version)},
                 {"versionToLoad", std::to_string(version)}})
        .WithSqlState("KD00C");
  }
  throw Error(ErrorKind::kRuntime, "DELTA_TRUNCATED_TRANSACTION_LOG",
              fmt::format("{}: Unable to reconstruct state at version {} as the transaction log has been truncated due to "
                          "manual deletion or the log retention policy.",
                          log_path, version),
              {{"path", log_path}, {"version", std::to_string(version)}})
      .WithSqlState("42K03");
}

/// Only the commitInfo line of a commit, without parsing its files.
CommitInfo CommitInfoOf(std::string_view text, const std::string& path) {
  while (!text.empty()) {
    size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (line.find("\"commitInfo\"") < 4) {
      for (auto& action : ParseActions(line, path)) {
        if (auto* info = std::get_if<CommitInfo>(&action)) return std::move(*info);
      }
    }
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return {};
}

/// File times may go backwards (copies, clocks); a commit's time is then one millisecond after the one before.
std::vector<int64_t> MonotoneTimes(const std::vector<CommitFile>& commits) {
  std::vector<int64_t> times;
  for (const auto& commit : commits) {
    int64_t time = commit.info.modified_ms;
    if (!times.empty() && time <= times.back()) time = times.back() + 1;
    times.push_back(time);
  }
  return times;
}

/// The commits a time can name: those from the first version a snapshot can be made of.
std::vector<CommitFile> ReadableCommits(const LogListing& listing) {
  std::vector<CommitFile> commits;
  int64_t earliest = listing.EarliestReadable();
  for (const auto& commit : listing.commits) {
    if (earliest >= 0 && commit.version >= earliest) commits.push_back(commit);
  }
  return commits;
}

/// Throws when a file stands where the table's folder or one above it would be made.
void CheckNoFileInTheWay(const storage::Location& location) {
  for (std::string path = location.path; path.size() > 1; path = path.substr(0, path.find_last_of('/'))) {
    auto there = location.store->Stat(path);
    if (!there) continue;
    if (there->is_directory) return;
    std::string log = location.Uri() + "/_delta_log";
    throw Error(ErrorKind::kRuntime, "DELTA_CANNOT_CREATE_LOG_PATH", "Cannot create " + log, {{"path", log}})
        .WithSqlState("42KD5");
  }
}

}  // namespace

std::shared_ptr<Table> Table::Open(storage::Location location, std::shared_ptr<const Clock> clock) {
  return std::shared_ptr<Table>(new Table(std::move(location), std::move(clock)));
}

void Table::ThrowNoTable() const {
  if (location_.store->Exists(location_.path)) {
    throw Error(ErrorKind::kAnalysis, "DELTA_TABLE_NOT_FOUND", fmt::format("Delta table `{}` doesn't exist.", location_.path),
                {{"tableName", location_.path}})
        .WithSqlState("42P01");
  }
  throw Error(ErrorKind::kAnalysis, "DELTA_PATH_DOES_NOT_EXIST",
              fmt::format("{} doesn't exist, or is not a Delta table.", location_.Uri()), {{"path", location_.Uri()}})
      .WithSqlState("42K03");
}

bool Table::Exists() {
  if (location_.store->Exists(storage::JoinPath(LogPath(), CommitName(0)))) return true;
  return !ListLog(*location_.store, LogPath()).empty();
}

SnapshotPtr Table::Update() {
  SnapshotPtr snapshot = UpdateIfExists();
  if (!snapshot) ThrowNoTable();
  return snapshot;
}

SnapshotPtr Table::UpdateIfExists() {
  std::lock_guard update(update_mutex_);
  SnapshotPtr base;
  int64_t loaded_ms;
  {
    std::lock_guard lock(mutex_);
    base = newest_;
    loaded_ms = loaded_ms_;
  }
  int64_t now = clock_->NowMillis();
  SnapshotPtr fresh;
  if (base && now - loaded_ms < kProbeMillis && now >= loaded_ms) fresh = Refresh(base);
  bool listed = false;
  if (!fresh) {
    fresh = Load(std::nullopt);
    listed = true;
  }
  std::lock_guard lock(mutex_);
  if (listed) {
    loaded_ms_ = now;
    newest_ = fresh;
  } else if (!newest_ || fresh->version() > newest_->version()) {
    newest_ = fresh;
  }
  return fresh;
}

SnapshotPtr Table::Refresh(const SnapshotPtr& base) {
  auto& store = *location_.store;
  auto known = CommitFileOf(*base);
  if (!known) return nullptr;
  auto now_there = store.Stat(known->path);
  if (!now_there || now_there->modified_ms != known->modified_ms || now_there->size != known->size) return nullptr;
  std::unique_ptr<SnapshotBuilder> builder;
  int64_t version = base->version();
  std::optional<storage::ObjectInfo> last;
  while (auto info = store.Stat(storage::JoinPath(LogPath(), CommitName(version + 1)))) {
    if (!builder) builder = std::make_unique<SnapshotBuilder>(*base);
    builder->Apply(ParseActions(store.Read(info->path), info->path));
    last = info;
    ++version;
  }
  if (!builder) return base;
  SnapshotPtr snapshot = builder->Finish(version, last->modified_ms, last);
  CheckReadable(snapshot->protocol(), location_.Uri());
  return snapshot;
}

SnapshotPtr Table::Load(std::optional<int64_t> version) {
  auto& store = *location_.store;
  auto hint = ReadLastCheckpoint(store, LogPath());
  if (hint && version && *hint > *version) hint.reset();
  LogListing listing = ListLog(store, LogPath(), hint.value_or(0));
  if (hint && (listing.checkpoints.empty() || listing.checkpoints.front().version != *hint)) {
    listing = ListLog(store, LogPath());  // The hint was wrong.
  }
  if (listing.empty()) return nullptr;
  int64_t target = version.value_or(listing.latest());
  std::optional<Error> first_failure;
  auto from_checkpoint = [&](const CheckpointFiles& checkpoint) -> SnapshotPtr {
    try {
      return LoadFrom(listing, &checkpoint, target);
    } catch (const Error& error) {
      if (error.condition() != "DELTA_CHECKPOINT_CORRUPTED" && error.kind() != ErrorKind::kNotFound) throw;
      Log(LogLevel::kWarning, "delta", "a checkpoint is not usable, trying an earlier one",
          {{"table", location_.Uri()}, {"version", std::to_string(checkpoint.version)}, {"reason", error.message()}});
      if (!first_failure) first_failure = error;
      return nullptr;
    }
  };
  for (int pass = hint ? 0 : 1; pass < 2; ++pass) {
    for (auto it = listing.checkpoints.rbegin(); it != listing.checkpoints.rend(); ++it) {
      if (it->version > target) continue;
      if (SnapshotPtr snapshot = from_checkpoint(*it)) return snapshot;
    }
    if (pass == 0) listing = ListLog(store, LogPath());  // What lies before the hinted checkpoint may do.
  }
  if (first_failure && (listing.commits.empty() || listing.commits.front().version != 0)) throw *first_failure;
  return LoadFrom(listing, nullptr, target);
}

SnapshotPtr Table::LoadFrom(const LogListing& listing, const CheckpointFiles* checkpoint, int64_t version) {
  auto& store = *location_.store;
  int64_t first = checkpoint == nullptr ? 0 : checkpoint->version + 1;
  std::vector<const CommitFile*> commits;
  std::optional<storage::ObjectInfo> last;
  for (const auto& commit : listing.commits) {
    if (commit.version >= first && commit.version <= version) commits.push_back(&commit);
    if (commit.version == version) last = commit.info;
  }
  if (static_cast<int64_t>(commits.size()) != version - first + 1) ThrowGap(listing, LogPath(), first, version);
  SnapshotBuilder builder(location_);
  if (checkpoint != nullptr) {
    builder.SetCheckpointVersion(checkpoint->version);
    ReadCheckpoint(store, LogPath(), *checkpoint, [&](Action&& action) { builder.Apply(std::move(action)); });
  }
  // Blocks of commits are parsed side by side and applied in order, so that memory holds one block only.
  constexpr size_t kBlock = 64;
  for (size_t at = 0; at < commits.size(); at += kBlock) {
    std::vector<std::vector<Action>> parsed(std::min(kBlock, commits.size() - at));
    ForEachParallel(parsed.size(), [&](size_t i) {
      const std::string& path = commits[at + i]->info.path;
      parsed[i] = ParseActions(store.Read(path), path);
    });
    for (auto& actions : parsed) builder.Apply(std::move(actions));
  }
  int64_t time = last ? last->modified_ms : checkpoint->files[0].modified_ms;
  if (!last || commits.empty()) {
    // The last commit's own file says its time, even when a checkpoint stands for its actions.
    if (last) builder.Apply(std::vector<Action>{CommitInfoOf(store.Read(last->path), last->path)});
  }
  SnapshotPtr snapshot = builder.Finish(version, time, last);
  CheckReadable(snapshot->protocol(), location_.Uri());
  return snapshot;
}

VersionRange Table::Versions() {
  LogListing listing = ListLog(*location_.store, LogPath());
  if (listing.empty()) ThrowNoTable();
  return {listing.EarliestReadable(), listing.latest()};
}

SnapshotPtr Table::SnapshotAt(int64_t version) {
  {
    std::lock_guard lock(mutex_);
    if (newest_ && newest_->version() == version && CommitFileOf(*newest_)) {
      auto info = location_.store->Stat(CommitFileOf(*newest_)->path);
      if (info && info->modified_ms == CommitFileOf(*newest_)->modified_ms) return newest_;
    }
  }
  VersionRange range = Versions();
  if (version < range.earliest || version > range.latest || range.earliest < 0) {
    throw Error(ErrorKind::kAnalysis, "DELTA_VERSION_NOT_FOUND",
                fmt::format("Cannot time travel Delta table to version {}. Available versions: [{}, {}].", version,
                            range.earliest, range.latest),
                {{"userVersion", std::to_string(version)},
                 {"earliest", std::to_string(range.earliest)},
                 {"latest", std::to_string(range.latest)}})
        .WithSqlState("22003")
        .WithExceptionClass("org.apache.spark.sql.delta.VersionNotFoundException");
  }
  SnapshotPtr snapshot = Load(version);
  if (!snapshot) ThrowNoTable();
  return snapshot;
}

int64_t Table::VersionAt(int64_t timestamp_ms, const TimestampRule& rule) {
  SnapshotPtr newest = Update();
  auto commits = ReadableCommits(ListLog(*location_.store, LogPath()));
  if (commits.empty()) {
    throw Error(ErrorKind::kAnalysis, "DELTA_NO_COMMITS_FOUND", fmt::format("No commits found at {}", LogPath()),
                {{"logPath", LogPath()}})
        .WithSqlState("KD006");
  }
  std::vector<int64_t> times = MonotoneTimes(commits);
  if (newest->properties().InCommitTimestampsEnabled()) {
    int64_t since = newest->properties().Integer("delta.inCommitTimestampEnablementVersion", 0, 0);
    ForEachParallel(commits.size(), [&](size_t i) {
      if (commits[i].version < since) return;
      auto info = CommitInfoOf(location_.store->Read(commits[i].info.path), commits[i].info.path);
      if (auto time = info.Integer("inCommitTimestamp")) times[i] = *time;
    });
  }
  auto after = std::upper_bound(times.begin(), times.end(), timestamp_ms);
  if (after == times.begin()) {
    if (rule.can_return_earliest) return commits.front().version;
    std::string asked = FormatTime(rule, timestamp_ms), first = FormatTime(rule, times.front());
    throw Error(ErrorKind::kAnalysis, "DELTA_TIMESTAMP_EARLIER_THAN_COMMIT_RETENTION",
                fmt::format("The provided timestamp ({}) is before the earliest version available to this table ({}). "
                            "Please use a timestamp after {}.",
                            asked, first, first),
                {{"userTimestamp", asked}, {"commitTs", first}, {"timestampString", first}})
        .WithSqlState("42816");
  }
  auto found = static_cast<size_t>(after - times.begin()) - 1;
  if (found + 1 == times.size() && timestamp_ms > times.back() && !rule.can_return_last) {
    std::string asked = FormatTime(rule, timestamp_ms), last = FormatTime(rule, times.back());
    throw Error(
        ErrorKind::kAnalysis, "DELTA_TIMESTAMP_GREATER_THAN_COMMIT",
        fmt::format("Timestamp {} is after the table's latest version ({}). Use a timestamp at or before {}.", asked, last, last),
        {{"providedTimestamp", asked}, {"lastCommitTimestamp", last}, {"maximumTimestamp", last}})
        .WithSqlState("42816");
  }
  return commits[found].version;
}

std::vector<HistoryEntry> Table::History(std::optional<int64_t> limit) {
  LogListing listing = ListLog(*location_.store, LogPath());
  if (listing.empty()) ThrowNoTable();
  auto& commits = listing.commits;
  std::vector<int64_t> times = MonotoneTimes(commits);
  size_t count = std::min<size_t>(commits.size(), static_cast<size_t>(limit.value_or(INT64_MAX)));
  std::vector<HistoryEntry> entries(count);
  ForEachParallel(count, [&](size_t i) {
    size_t at = commits.size() - 1 - i;
    const auto& path = commits[at].info.path;
    entries[i] = {commits[at].version, times[at], CommitInfoOf(location_.store->Read(path), path)};
    if (auto time = entries[i].info.Integer("inCommitTimestamp")) entries[i].timestamp_ms = *time;
  });
  return entries;
}

std::optional<HistoryEntry> Table::FindOperation(const std::string& operation_id, int64_t since_ms, int64_t until_ms) {
  LogListing listing = ListLog(*location_.store, LogPath());
  for (auto commit = listing.commits.rbegin(); commit != listing.commits.rend(); ++commit) {
    if (commit->info.modified_ms < since_ms) return std::nullopt;
    if (commit->info.modified_ms > until_ms) continue;
    HistoryEntry entry{commit->version, commit->info.modified_ms,
                       CommitInfoOf(location_.store->Read(commit->info.path), commit->info.path)};
    if (entry.info.Text("operationId") == operation_id) return entry;
  }
  return std::nullopt;
}

std::vector<Action> Table::ReadCommit(int64_t version) {
  std::string path = storage::JoinPath(LogPath(), CommitName(version));
  return ParseActions(location_.store->Read(path), path);
}

Transaction Table::Begin() {
  SnapshotPtr snapshot = UpdateIfExists();
  if (!snapshot) CheckNoFileInTheWay(location_);
  return Transaction(shared_from_this(), std::move(snapshot));
}
Transaction Table::Begin(SnapshotPtr snapshot) { return Transaction(shared_from_this(), std::move(snapshot)); }

void Table::Publish(SnapshotPtr snapshot) {
  std::lock_guard lock(mutex_);
  if (!newest_) loaded_ms_ = clock_->NowMillis();
  if (!newest_ || newest_->version() < snapshot->version()) newest_ = std::move(snapshot);
}

SnapshotPtr Table::Apply(const SnapshotPtr& base, int64_t version, const storage::ObjectInfo& commit_file,
                         std::vector<Action> actions) {
  auto builder = base ? SnapshotBuilder(*base) : SnapshotBuilder(location_);
  builder.Apply(std::move(actions));
  return builder.Finish(version, commit_file.modified_ms, commit_file);
}

}  // namespace headrace::delta
