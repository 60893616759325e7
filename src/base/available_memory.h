#pragma once

#include <cstdint>
#include <string>

namespace headrace {

/// The bytes of memory this process may use: the machine's, or the least limit of its control group and those above it
/// (cgroup v1 and v2). Read anew at each call; thread-safe.
int64_t AvailableMemory();

/// The least limit that the control groups of `cgroup_file` (/proc/self/cgroup) set under `mount` (/sys/fs/cgroup); -1 when
/// they set none. In a container the file's paths may not be there, but the mount's own root is.
int64_t ControlGroupLimit(const std::string& cgroup_file, const std::string& mount);

}  // namespace headrace
