#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace headrace::storage {

/// The few system calls through which LocalStore changes anything. Durability needs all of them in the right order,
/// so tests put a model in place that forgets what was not synced. Each call throws std::system_error.
class FileSystem {
 public:
  virtual ~FileSystem() = default;
  virtual void WriteFile(const std::string& path, std::string_view data) = 0;  ///< Creates or truncates; no sync.
  virtual void SyncFile(const std::string& path) = 0;
  virtual void SyncDirectory(const std::string& path) = 0;
  /// Everything written so far below `root`, contents and names: one call where many files would each cost a flush.
  virtual void SyncTree(const std::string& root) = 0;
  virtual bool Link(const std::string& from, const std::string& to) = 0;  ///< false: `to` exists.
  virtual void Rename(const std::string& from, const std::string& to) = 0;
  virtual bool Unlink(const std::string& path) = 0;  ///< false: nothing there.
  virtual bool MakeDirectory(const std::string& path) = 0;  ///< false: it exists.
};

/// The operating system's.
std::shared_ptr<FileSystem> PosixFileSystem();

}  // namespace headrace::storage
