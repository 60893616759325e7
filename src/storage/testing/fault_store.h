#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "storage/object_store.h"

namespace headrace::storage {

/// A store for tests in front of another: `before` runs before each call with its name ("PutIfAbsent") and path, and
/// may throw, wait, or itself change the store (a writer that wins the race); `after` runs when the call succeeded, so
/// that a throw models an acknowledgement that was lost.
class FaultStore : public ObjectStore {
 public:
  using Hook = std::function<void(const std::string& call, const std::string& path)>;
  explicit FaultStore(std::shared_ptr<ObjectStore> base) : base_(std::move(base)) {}

  void SetBefore(Hook hook) { Set(before_, std::move(hook)); }
  void SetAfter(Hook hook) { Set(after_, std::move(hook)); }
  /// How often each call was made.
  int Calls(const std::string& call) {
    std::lock_guard lock(mutex_);
    return calls_[call];
  }

  std::string Read(const std::string& path) override {
    return Run("Read", path, [&] { return base_->Read(path); });
  }
  std::string ReadRange(const std::string& path, int64_t offset, int64_t length) override {
    return Run("ReadRange", path, [&] { return base_->ReadRange(path, offset, length); });
  }
  std::vector<ObjectInfo> List(const std::string& directory, const std::string& start_name) override {
    return Run("List", directory, [&] { return base_->List(directory, start_name); });
  }
  std::vector<ObjectInfo> ListRecursive(const std::string& directory) override {
    return Run("ListRecursive", directory, [&] { return base_->ListRecursive(directory); });
  }
  void Put(const std::string& path, std::string_view data) override {
    Run("Put", path, [&] { return base_->Put(path, data), 0; });
  }
  bool PutIfAbsent(const std::string& path, std::string_view data) override {
    return Run("PutIfAbsent", path, [&] { return base_->PutIfAbsent(path, data); });
  }
  void Delete(const std::string& path) override {
    Run("Delete", path, [&] { return base_->Delete(path), 0; });
  }
  void DeleteEmptyDirectory(const std::string& path) override {
    Run("DeleteEmptyDirectory", path, [&] { return base_->DeleteEmptyDirectory(path), 0; });
  }
  std::optional<ObjectInfo> Stat(const std::string& path) override {
    return Run("Stat", path, [&] { return base_->Stat(path); });
  }
  void Sync(const std::vector<std::string>& paths, const std::string& root) override {
    Run("Sync", root, [&] { return base_->Sync(paths, root), 0; });
  }
  std::optional<std::string> LocalPath(const std::string& path) override { return base_->LocalPath(path); }
  std::string Uri(const std::string& path) const override { return base_->Uri(path); }

 private:
  void Set(Hook& slot, Hook hook) {
    std::lock_guard lock(mutex_);
    slot = std::move(hook);
  }
  Hook Get(const Hook& slot) {
    std::lock_guard lock(mutex_);
    return slot;
  }
  template <typename F>
  auto Run(const char* call, const std::string& path, F&& body) -> decltype(body()) {
    {
      std::lock_guard lock(mutex_);
      ++calls_[call];
    }
    if (Hook hook = Get(before_)) hook(call, path);
    auto result = body();
    if (Hook hook = Get(after_)) hook(call, path);
    return result;
  }

  std::shared_ptr<ObjectStore> base_;
  std::mutex mutex_;
  Hook before_;
  Hook after_;
  std::map<std::string, int> calls_;
};

}  // namespace headrace::storage
