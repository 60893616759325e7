#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace headrace::serving {

/// A shared library opened at run time, never closed: its threads may outlive any use. Thread-safe.
class NativeLibrary {
 public:
  /// The library at `path`, opened once a process. Throws kUnavailable with the loader's message.
  static const NativeLibrary& Open(const std::string& path);
  /// The address of a function; throws kUnavailable when the library does not have it.
  template <typename Function>
  Function* Symbol(const char* name) const {
    return reinterpret_cast<Function*>(Address(name));
  }

 private:
  NativeLibrary(std::string path, void* handle) : path_(std::move(path)), handle_(handle) {}
  void* Address(const char* name) const;
  std::string path_;
  void* handle_;
};

/// The functions that an `Api`, made from a library, has found in the one at `path`; found once a process. Thread-safe.
template <typename Api>
const Api& ApiOf(const std::string& path) {
  static std::mutex mutex;
  static auto& apis = *new std::map<std::string, std::unique_ptr<Api>>();
  std::lock_guard lock(mutex);
  auto& api = apis[path];
  if (!api) api = std::make_unique<Api>(NativeLibrary::Open(path));
  return *api;
}

}  // namespace headrace::serving
