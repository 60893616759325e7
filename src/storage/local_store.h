#pragma once

#include <memory>
#include <string>
#include <vector>

#include "storage/file_system.h"
#include "storage/object_store.h"

namespace headrace::storage {

/// ObjectStore over a local file system. Put-if-absent is link(2) of a synced temporary file, which is atomic on every
/// POSIX file system (NFS included); Put is rename(2) of one. Directories are synced after their entries changed, new
/// parents too. Temporary files are hidden (".tmp-…"), so that neither log replay nor a data scan reads them.
class LocalStore : public ObjectStore {
 public:
  explicit LocalStore(std::shared_ptr<FileSystem> files = PosixFileSystem()) : files_(std::move(files)) {}

  std::string Read(const std::string& path) override;
  std::string ReadRange(const std::string& path, int64_t offset, int64_t length) override;
  std::vector<ObjectInfo> List(const std::string& directory, const std::string& start_name) override;
  std::vector<ObjectInfo> ListRecursive(const std::string& directory) override;
  void Put(const std::string& path, std::string_view data) override;
  bool PutIfAbsent(const std::string& path, std::string_view data) override;
  void Delete(const std::string& path) override;
  void DeleteEmptyDirectory(const std::string& path) override;
  std::optional<ObjectInfo> Stat(const std::string& path) override;
  void Sync(const std::vector<std::string>& paths, const std::string& root) override;
  std::optional<std::string> LocalPath(const std::string& path) override { return path; }
  std::string Uri(const std::string& path) const override;

 private:
  std::string WriteTemporary(const std::string& path, std::string_view data);
  void MakeDirectories(const std::string& directory);

  std::shared_ptr<FileSystem> files_;
};

}  // namespace headrace::storage
