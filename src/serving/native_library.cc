#include "serving/native_library.h"

#include <dlfcn.h>

#include <memory>

#include "base/error.h"
#include "serving/runtime.h"

namespace headrace::serving {

const NativeLibrary& NativeLibrary::Open(const std::string& path) {
  // The dynamic loader knows one copy of a library a process; so do we.
  static std::mutex mutex;
  static auto& libraries = *new std::map<std::string, std::unique_ptr<NativeLibrary>>();
  std::lock_guard lock(mutex);
  auto& library = libraries[path];
  if (!library) {
    void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
      const char* message = dlerror();
      throw Error(ErrorKind::kUnavailable, "TEMPORARILY_UNAVAILABLE",
                  "The library " + path + " does not load: " + (message ? message : "unknown error"));
    }
    library.reset(new NativeLibrary(path, handle));
  }
  return *library;
}

void* NativeLibrary::Address(const char* name) const {
  void* address = dlsym(handle_, name);
  if (!address) {
    throw Error(ErrorKind::kUnavailable, "TEMPORARILY_UNAVAILABLE", "The library " + path_ + " has no function " + name + ".");
  }
  return address;
}

const std::vector<std::string>& NativeModel::labels() const {
  static const std::vector<std::string> none;
  return none;
}

}  // namespace headrace::serving
