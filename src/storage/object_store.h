#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace headrace::storage {

/// One stored object, as listed or looked up.
struct ObjectInfo {
  std::string path;  ///< Full path in its store.
  int64_t size = 0;  ///< Bytes.
  int64_t modified_ms = 0;  ///< Milliseconds since the epoch.
  bool is_directory = false;
};

/// What Headrace needs of a place that keeps files. Paths are absolute within the store ("/data/t/part-0.parquet").
/// All calls are thread-safe. Failures throw Error: `PATH_NOT_FOUND` (kNotFound) for a missing object,
/// `STORAGE_FULL` (kResourceExhausted) for a full disk, `STORAGE_FAILURE` (kUnavailable) for anything else.
/// A write that threw may or may not have happened; a reader never sees a part of it.
class ObjectStore {
 public:
  virtual ~ObjectStore() = default;

  virtual std::string Read(const std::string& path) = 0;
  /// Up to `length` bytes from `offset`; shorter only at the object's end.
  virtual std::string ReadRange(const std::string& path, int64_t offset, int64_t length) = 0;

  /// The objects directly in `directory` whose names are not below `start_name`, ordered by name (bytes). A
  /// missing directory is an empty list. Directories are listed too, where the store has them.
  virtual std::vector<ObjectInfo> List(const std::string& directory, const std::string& start_name = "") = 0;
  /// Every object below `directory`, at any depth, directories left out, in no particular order.
  virtual std::vector<ObjectInfo> ListRecursive(const std::string& directory) = 0;

  /// Writes or replaces an object as a whole. Durable on return.
  virtual void Put(const std::string& path, std::string_view data) = 0;
  /// Writes an object only when none has its name. Durable when it returns true; false when the name was taken.
  virtual bool PutIfAbsent(const std::string& path, std::string_view data) = 0;
  /// Removes an object; a missing one is no error.
  virtual void Delete(const std::string& path) = 0;
  /// Removes a folder that is empty; where it is not, or the store has no folders, nothing happens.
  virtual void DeleteEmptyDirectory(const std::string& path) = 0;
  virtual std::optional<ObjectInfo> Stat(const std::string& path) = 0;
  bool Exists(const std::string& path) { return Stat(path).has_value(); }

  /// Makes objects that were written past this interface (through LocalPath) durable, contents and names. Names up to
  /// and including `root`'s own entry are covered.
  virtual void Sync(const std::vector<std::string>& paths, const std::string& root) = 0;

  /// The plain file behind a path when the store is a local file system, so that an engine can open it itself.
  virtual std::optional<std::string> LocalPath(const std::string& path) = 0;
  /// The path as a URI a user can be shown: "file:/data/t".
  virtual std::string Uri(const std::string& path) const = 0;
};

/// A place: a store and an absolute path in it, without a trailing slash.
struct Location {
  std::shared_ptr<ObjectStore> store;
  std::string path;
  std::string Uri() const { return store->Uri(path); }
};

/// Understands plain paths ("/a/b", "a/b" from the working directory), "file:/a/b" and "file:///a/b", with
/// percent-escapes in URIs. Other schemes ("s3://…") are refused by name. The local store is shared by all locations.
Location Resolve(std::string_view uri);

/// Joins with exactly one slash.
std::string JoinPath(std::string_view directory, std::string_view name);

/// Percent-encoding of a path as java.net.URI has it in Delta's logs: '%' and characters illegal in a URI path are
/// escaped, non-ASCII letters are kept.
std::string EncodePath(std::string_view path);
/// The reverse; malformed escapes are kept as they are.
std::string DecodePath(std::string_view path);

}  // namespace headrace::storage
