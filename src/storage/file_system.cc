#include "storage/file_system.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace headrace::storage {

namespace {

[[noreturn]] void Fail(const std::string& what, const std::string& path) {
  throw std::system_error(errno, std::generic_category(), what + " " + path);
}

class Descriptor {
 public:
  Descriptor(const std::string& path, int flags, mode_t mode = 0644) : fd_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {
    if (fd_ < 0) Fail("open", path);
  }
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

class Posix : public FileSystem {
 public:
  void WriteFile(const std::string& path, std::string_view data) override {
    Descriptor file(path, O_WRONLY | O_CREAT | O_TRUNC);
    while (!data.empty()) {
      ssize_t written = ::write(file.get(), data.data(), data.size());
      if (written < 0) {
        if (errno == EINTR) continue;
        Fail("write", path);
      }
      data.remove_prefix(static_cast<size_t>(written));
    }
  }

  void SyncFile(const std::string& path) override {
    Descriptor file(path, O_RDONLY);
    if (::fdatasync(file.get()) != 0) Fail("fdatasync", path);
  }

  void SyncDirectory(const std::string& path) override {
    Descriptor directory(path, O_RDONLY | O_DIRECTORY);
    if (::fsync(directory.get()) != 0) Fail("fsync", path);
  }

  void SyncTree(const std::string& root) override {
    Descriptor directory(root, O_RDONLY | O_DIRECTORY);
    if (::syncfs(directory.get()) != 0) Fail("syncfs", root);
  }

  bool Link(const std::string& from, const std::string& to) override {
    if (::link(from.c_str(), to.c_str()) == 0) return true;
    if (errno == EEXIST) return false;
    Fail("link", to);
  }

  void Rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) Fail("rename", to);
  }

  bool Unlink(const std::string& path) override {
    if (::unlink(path.c_str()) == 0) return true;
    if (errno == ENOENT || errno == ENOTDIR) return false;
    Fail("unlink", path);
  }

  bool MakeDirectory(const std::string& path) override {
    if (::mkdir(path.c_str(), 0777) == 0) return true;
    if (errno == EEXIST) return false;
    Fail("mkdir", path);
  }
};

}  // namespace

std::shared_ptr<FileSystem> PosixFileSystem() {
  static const auto posix = std::make_shared<Posix>();
  return posix;
}

}  // namespace headrace::storage
