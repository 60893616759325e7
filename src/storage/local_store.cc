#include "storage/local_store.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <set>
#include <system_error>

#include "base/error.h"
#include "base/ids.h"

namespace headrace::storage {

namespace {

/// Beyond this many files one flush of the file system is cheaper than one for each.
constexpr size_t kSyncOneByOne = 32;

[[noreturn]] void ThrowStorage(int code, const std::string& path, const std::string& what) {
  if (code == ENOENT || code == ENOTDIR) {
    throw Error(ErrorKind::kNotFound, "PATH_NOT_FOUND", fmt::format("Path does not exist: {}.", path), {{"path", path}});
  }
  if (code == ENOSPC || code == EDQUOT) {
    throw Error(ErrorKind::kResourceExhausted, "STORAGE_FULL", fmt::format("No space is left to write {}.", path),
                {{"path", path}})
        .WithSqlState("53100");
  }
  throw Error(ErrorKind::kUnavailable, "STORAGE_FAILURE", fmt::format("Storage failed on {}: {}.", path, what),
              {{"path", path}, {"reason", what}})
      .WithSqlState("58030");
}

/// Runs calls that fail by system_error and names `path` in Headrace's own error.
template <typename F>
auto Guarded(const std::string& path, F&& call) {
  try {
    return call();
  } catch (const std::system_error& error) {
    ThrowStorage(error.code().value(), path, error.what());
  }
}

std::string ParentOf(const std::string& path) {
  size_t slash = path.find_last_of('/');
  return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

ObjectInfo InfoOf(const std::string& path, const struct stat& status) {
  return {path, static_cast<int64_t>(status.st_size),
          static_cast<int64_t>(status.st_mtim.tv_sec) * 1000 + status.st_mtim.tv_nsec / 1000000, S_ISDIR(status.st_mode)};
}

}  // namespace

std::string LocalStore::Read(const std::string& path) {
  auto info = Stat(path);
  if (!info) ThrowStorage(ENOENT, path, "stat");
  return ReadRange(path, 0, info->size);
}

std::string LocalStore::ReadRange(const std::string& path, int64_t offset, int64_t length) {
  int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) ThrowStorage(errno, path, "open");
  std::string data(static_cast<size_t>(length), '\0');
  size_t have = 0;
  while (have < data.size()) {
    ssize_t got = ::pread(fd, data.data() + have, data.size() - have, offset + static_cast<int64_t>(have));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      int code = errno;
      ::close(fd);
      ThrowStorage(code, path, std::generic_category().message(code));
    }
    if (got == 0) break;
    have += static_cast<size_t>(got);
  }
  ::close(fd);
  data.resize(have);
  return data;
}

std::vector<ObjectInfo> LocalStore::List(const std::string& directory, const std::string& start_name) {
  std::vector<ObjectInfo> found;
  DIR* handle = ::opendir(directory.c_str());
  if (handle == nullptr) {
    if (errno == ENOENT || errno == ENOTDIR) return found;
    ThrowStorage(errno, directory, "opendir");
  }
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(handle)) {
    std::string name = entry->d_name;
    if (name != "." && name != ".." && name >= start_name) names.push_back(std::move(name));
  }
  int fd = ::dirfd(handle);
  std::sort(names.begin(), names.end());
  found.reserve(names.size());
  for (const auto& name : names) {
    struct stat status {};
    // A file that vanished since readdir is not there; that is what a later listing would say too.
    if (::fstatat(fd, name.c_str(), &status, 0) == 0) found.push_back(InfoOf(JoinPath(directory, name), status));
  }
  ::closedir(handle);
  return found;
}

std::vector<ObjectInfo> LocalStore::ListRecursive(const std::string& directory) {
  std::vector<ObjectInfo> found;
  std::vector<std::string> pending = {directory};
  while (!pending.empty()) {
    std::string next = std::move(pending.back());
    pending.pop_back();
    for (auto& info : List(next, "")) {
      if (info.is_directory) {
        pending.push_back(info.path);
      } else {
        found.push_back(std::move(info));
      }
    }
  }
  return found;
}

void LocalStore::MakeDirectories(const std::string& directory) {
  std::vector<std::string> missing;
  std::string at = directory;
  while (at != "/" && ::access(at.c_str(), F_OK) != 0) {
    missing.push_back(at);
    at = ParentOf(at);
  }
  for (auto it = missing.rbegin(); it != missing.rend(); ++it) {
    files_->MakeDirectory(*it);
    files_->SyncDirectory(ParentOf(*it));
  }
}

std::string LocalStore::WriteTemporary(const std::string& path, std::string_view data) {
  std::string temporary = JoinPath(ParentOf(path), ".tmp-" + NewHexId());
  MakeDirectories(ParentOf(path));
  try {
    files_->WriteFile(temporary, data);
    files_->SyncFile(temporary);
  } catch (const std::system_error&) {
    try {
      files_->Unlink(temporary);
    } catch (const std::system_error&) {  // A left-over temporary file is never read; the first failure is the news.
    }
    throw;
  }
  return temporary;
}

void LocalStore::Put(const std::string& path, std::string_view data) {
  Guarded(path, [&] {
    std::string temporary = WriteTemporary(path, data);
    files_->Rename(temporary, path);
    files_->SyncDirectory(ParentOf(path));
  });
}

bool LocalStore::PutIfAbsent(const std::string& path, std::string_view data) {
  return Guarded(path, [&] {
    std::string temporary = WriteTemporary(path, data);
    bool linked = false;
    try {
      linked = files_->Link(temporary, path);
    } catch (const std::system_error&) {
      files_->Unlink(temporary);
      throw;
    }
    files_->Unlink(temporary);
    if (linked) files_->SyncDirectory(ParentOf(path));
    return linked;
  });
}

void LocalStore::Delete(const std::string& path) {
  Guarded(path, [&] { files_->Unlink(path); });
}

void LocalStore::DeleteEmptyDirectory(const std::string& path) {
  if (::rmdir(path.c_str()) == 0 || errno == ENOTEMPTY || errno == EEXIST || errno == ENOENT) return;
  ThrowStorage(errno, path, std::generic_category().message(errno));
}

std::optional<ObjectInfo> LocalStore::Stat(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) return InfoOf(path, status);
  if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
  ThrowStorage(errno, path, "stat");
}

void LocalStore::Sync(const std::vector<std::string>& paths, const std::string& root) {
  if (paths.size() > kSyncOneByOne) {
    for (const auto& path : paths) {
      if (!Exists(path)) ThrowStorage(ENOENT, path, "sync");
    }
    return Guarded(root, [&] { files_->SyncTree(root); });
  }
  std::set<std::string> directories;
  for (const auto& path : paths) {
    Guarded(path, [&] { files_->SyncFile(path); });
    std::string directory = ParentOf(path);
    while (directories.insert(directory).second && directory != "/" && directory.size() >= root.size()) {
      directory = ParentOf(directory);
    }
  }
  for (const auto& directory : directories) {
    Guarded(directory, [&] { files_->SyncDirectory(directory); });
  }
}

std::string LocalStore::Uri(const std::string& path) const { return "file:" + EncodePath(path); }

}  // namespace headrace::storage
