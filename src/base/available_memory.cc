#include "base/available_memory.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace headrace {

namespace {

/// The least limit of the folder `path` under `mount` and of all above it.
int64_t LeastLimit(const std::filesystem::path& mount, const std::string& path, const char* file) {
  int64_t least = -1;
  std::filesystem::path relative = std::filesystem::path(path).relative_path();
  while (true) {
    std::ifstream limit(mount / relative / file);
    int64_t value = 0;
    // "max" is no number; cgroup v1 writes a huge one.
    if (limit >> value && value > 0 && value < (int64_t{1} << 60)) least = least < 0 ? value : std::min(least, value);
    if (relative.empty()) return least;
    relative = relative.parent_path();
  }
}

}  // namespace

int64_t ControlGroupLimit(const std::string& cgroup_file, const std::string& mount) {
  std::ifstream groups(cgroup_file);
  int64_t least = -1;
  auto take = [&](int64_t limit) {
    if (limit > 0) least = least < 0 ? limit : std::min(least, limit);
  };
  // "0::/a/b" of version 2, "9:memory:/a/b" of version 1.
  for (std::string line; std::getline(groups, line);) {
    size_t first = line.find(':');
    size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    std::string path = line.substr(second + 1);
    if (controllers == ",,") take(LeastLimit(mount, path, "memory.max"));
    if (controllers.find(",memory,") != std::string::npos) {
      take(LeastLimit(std::filesystem::path(mount) / "memory", path, "memory.limit_in_bytes"));
    }
  }
  return least;
}

int64_t AvailableMemory() {
  int64_t bytes = static_cast<int64_t>(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGE_SIZE);
  int64_t limit = ControlGroupLimit("/proc/self/cgroup", "/sys/fs/cgroup");
  return limit > 0 ? std::min(bytes, limit) : bytes;
}

}  // namespace headrace
