#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace headrace::tracking {

struct ArtifactInfo {
  std::string name;  ///< The last part of its path.
  bool is_directory = false;
  uint64_t size = 0;  ///< Bytes; 0 for folders.
};

/// The folder that "mlflow-artifacts:" URIs point into. No path given to it can leave the folder: ".." and absolute
/// paths, however often encoded, are INVALID_PARAMETER_VALUE. Thread-safe.
class ArtifactStore {
 public:
  /// `root` is made when missing.
  explicit ArtifactStore(std::string root);

  /// The local path of an artifact: `uri` is "mlflow-artifacts:/1/…" or "mlflow-artifacts://host/1/…", `relative` a
  /// path below it. Throws for other schemes. The file need not exist.
  std::string LocalPath(const std::string& uri, const std::string& relative = "") const;

  /// What lies in a folder, by name; nothing when there is no such folder.
  std::vector<ArtifactInfo> List(const std::string& uri, const std::string& relative) const;

  /// Removes a file or a folder with all below it; absent is fine.
  void Delete(const std::string& uri, const std::string& relative);

  /// A file being written: it appears under its name, whole, only at Commit. Without Commit nothing stays.
  class Upload {
   public:
    ~Upload();
    void Write(const char* data, size_t size);
    /// Syncs and puts the file in place, replacing what was there; it and its folders survive a power cut from then on.
    void Commit();

   private:
    friend class ArtifactStore;
    Upload(std::string root, std::string temporary, std::string target);
    std::string root_;
    std::string temporary_;
    std::string target_;
    int file_ = -1;
  };
  std::unique_ptr<Upload> StartUpload(const std::string& uri, const std::string& relative);

  const std::string& root() const { return root_; }

 private:
  std::string root_;
};

}  // namespace headrace::tracking
