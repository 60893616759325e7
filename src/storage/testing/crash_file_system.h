#pragma once

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <system_error>

#include "storage/file_system.h"

namespace headrace::storage {

/// A file system for tests that remembers what a power cut may take: contents written but not synced, and names
/// created, replaced or removed in a directory not synced since. Crash() makes the real folder look like the worst
/// that a cut may leave. `fail_at` counts calls: the n-th and all later ones fail, as those of a killed process do;
/// `fail_code` is the errno (ENOSPC makes a full disk, which fails only writes).
class CrashFileSystem : public FileSystem {
 public:
  void FailFrom(int call, int code = EIO) {
    std::lock_guard lock(mutex_);
    fail_at_ = call, fail_code_ = code, calls_ = 0;
  }
  int calls() const { return calls_; }

  void WriteFile(const std::string& path, std::string_view data) override {
    std::lock_guard lock(mutex_);
    Count(path, true);
    bool existed = std::filesystem::exists(path);
    posix_->WriteFile(path, data);
    unsynced_data_.insert(path);
    if (!existed) Pend(path, std::nullopt);
  }
  void SyncFile(const std::string& path) override {
    std::lock_guard lock(mutex_);
    Count(path, true);
    unsynced_data_.erase(path);
  }
  void SyncDirectory(const std::string& path) override {
    std::lock_guard lock(mutex_);
    Count(path, false);
    pending_names_.erase(path);
  }
  void SyncTree(const std::string& root) override {
    std::lock_guard lock(mutex_);
    Count(root, true);
    auto below = [&](const std::string& path) { return path.rfind(root, 0) == 0; };
    std::erase_if(unsynced_data_, below);
    std::erase_if(pending_names_, [&](const auto& entry) { return below(entry.first); });
  }
  bool Link(const std::string& from, const std::string& to) override {
    std::lock_guard lock(mutex_);
    Count(to, true);
    bool linked = posix_->Link(from, to);
    if (linked) {
      Pend(to, std::nullopt);
      if (unsynced_data_.count(from)) unsynced_data_.insert(to);
    }
    return linked;
  }
  void Rename(const std::string& from, const std::string& to) override {
    std::lock_guard lock(mutex_);
    Count(to, false);
    std::optional<std::string> old;
    if (std::filesystem::exists(to)) old = Contents(to);
    posix_->Rename(from, to);
    Pend(to, old);
    if (unsynced_data_.erase(from)) unsynced_data_.insert(to);
  }
  bool Unlink(const std::string& path) override {
    std::lock_guard lock(mutex_);
    Count(path, false);
    unsynced_data_.erase(path);
    return posix_->Unlink(path);
  }
  bool MakeDirectory(const std::string& path) override {
    std::lock_guard lock(mutex_);
    Count(path, true);
    bool made = posix_->MakeDirectory(path);
    if (made) Pend(path, std::nullopt);
    return made;
  }

  /// Takes away everything that was not synced, and works normally from then on.
  void Crash() {
    std::lock_guard lock(mutex_);
    fail_at_ = -1;
    for (const auto& path : unsynced_data_) {
      if (std::filesystem::exists(path)) std::ofstream(path, std::ios::trunc | std::ios::binary);
    }
    for (const auto& [directory, names] : pending_names_) {
      for (const auto& [path, old] : names) {
        if (old) {
          std::ofstream(path, std::ios::trunc | std::ios::binary) << *old;
        } else {
          std::filesystem::remove_all(path);
        }
      }
    }
    unsynced_data_.clear();
    pending_names_.clear();
  }

 private:
  void Count(const std::string& path, bool needs_space) {
    ++calls_;
    if (fail_at_ < 0 || calls_ < fail_at_) return;
    if (fail_code_ == ENOSPC && !needs_space) return;
    throw std::system_error(fail_code_, std::generic_category(), "injected on " + path);
  }
  void Pend(const std::string& path, std::optional<std::string> old) {
    pending_names_[std::filesystem::path(path).parent_path().string()].emplace(path, std::move(old));
  }
  static std::string Contents(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  std::shared_ptr<FileSystem> posix_ = PosixFileSystem();
  std::mutex mutex_;
  int calls_ = 0;
  int fail_at_ = -1;
  int fail_code_ = EIO;
  std::set<std::string> unsynced_data_;
  std::map<std::string, std::map<std::string, std::optional<std::string>>> pending_names_;
};

}  // namespace headrace::storage
