#include "tracking/artifacts.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/ids.h"
#include "storage/local_store.h"
#include "tracking/mlflow_errors.h"
#include "tracking/validation.h"

namespace headrace::tracking {

namespace fs = std::filesystem;

namespace {

constexpr char kScheme[] = "mlflow-artifacts:";
constexpr char kUploads[] = ".uploads";

Error IoError(const std::string& doing, int code) {
  return Error(ErrorKind::kInternal, "INTERNAL_ERROR", fmt::format("Artifact store, {}: {}", doing, std::strerror(code)));
}

}  // namespace

ArtifactStore::ArtifactStore(std::string root) : root_(std::move(root)) {
  std::error_code code;
  fs::create_directories(root_, code);
  if (!code) root_ = fs::canonical(root_, code).string();
  if (code) throw IoError("making " + root_, code.value());
  // What a crash left half-written.
  fs::remove_all(root_ + "/" + kUploads, code);
  fs::create_directories(root_ + "/" + kUploads, code);
  if (code) throw IoError("making " + root_, code.value());
}

std::string ArtifactStore::LocalPath(const std::string& uri, const std::string& relative) const {
  if (!uri.starts_with(kScheme)) throw InvalidParameter(fmt::format("Artifacts of '{}' are not kept by this server", uri));
  std::string path = uri.substr(sizeof(kScheme) - 1);
  if (path.starts_with("//")) {
    const size_t slash = path.find('/', 2);
    path = slash == std::string::npos ? "" : path.substr(slash);
  }
  while (path.starts_with('/')) path.erase(0, 1);
  fs::path local = fs::path(root_) / SafeArtifactPath(path);
  if (!relative.empty()) local /= SafeArtifactPath(relative);
  const std::string normal = local.lexically_normal().string();
  // A link inside must not lead outside either.
  std::error_code code;
  const std::string resolved = fs::weakly_canonical(local, code).string();
  const bool inside = !code && (resolved == root_ || resolved.starts_with(root_ + "/"));
  if (!inside || normal.starts_with(root_ + "/" + kUploads)) throw InvalidParameter("Invalid path");
  return normal;
}

std::vector<ArtifactInfo> ArtifactStore::List(const std::string& uri, const std::string& relative) const {
  const std::string folder = LocalPath(uri, relative);
  std::vector<ArtifactInfo> entries;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(folder, code)) {
    ArtifactInfo info;
    info.name = entry.path().filename().string();
    if (info.name == kUploads) continue;
    std::error_code ignored;
    info.is_directory = entry.is_directory(ignored);
    if (!info.is_directory) info.size = entry.file_size(ignored);
    entries.push_back(std::move(info));
  }
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return entries;
}

void ArtifactStore::Delete(const std::string& uri, const std::string& relative) {
  const std::string path = LocalPath(uri, relative);
  if (path == root_ || path == root_ + "/") throw InvalidParameter("Invalid path");
  std::error_code code;
  fs::remove_all(path, code);
  if (code) throw IoError("deleting", code.value());
}

std::unique_ptr<ArtifactStore::Upload> ArtifactStore::StartUpload(const std::string& uri, const std::string& relative) {
  const std::string target = LocalPath(uri, relative);
  if (fs::is_directory(target)) throw InvalidParameter("Invalid path");
  return std::unique_ptr<Upload>(new Upload(root_, root_ + "/" + kUploads + "/" + NewHexId(), target));
}

ArtifactStore::Upload::Upload(std::string root, std::string temporary, std::string target)
    : root_(std::move(root)), temporary_(std::move(temporary)), target_(std::move(target)) {
  file_ = open(temporary_.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC | O_EXCL, 0644);
  if (file_ < 0) throw IoError("creating a file", errno);
}

ArtifactStore::Upload::~Upload() {
  if (file_ < 0) return;
  close(file_);
  unlink(temporary_.c_str());
}

void ArtifactStore::Upload::Write(const char* data, size_t size) {
  while (size > 0) {
    const ssize_t written = write(file_, data, size);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw IoError("writing", errno);
    data += written;
    size -= static_cast<size_t>(written);
  }
}

void ArtifactStore::Upload::Commit() {
  if (fdatasync(file_) != 0) throw IoError("syncing", errno);
  std::error_code code;
  fs::create_directories(fs::path(target_).parent_path(), code);
  if (code) throw IoError("making a folder", code.value());
  if (rename(temporary_.c_str(), target_.c_str()) != 0) throw IoError("renaming", errno);
  close(file_);
  file_ = -1;
  // The folders too, whoever made them: an upload beside this one may not have come so far.
  storage::LocalStore().Sync({target_}, root_);
}

}  // namespace headrace::tracking
