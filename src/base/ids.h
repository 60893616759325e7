#pragma once

#include <string>

namespace headrace {

/// A random version-4 UUID, "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx". Thread-safe.
std::string NewUuid();

/// 32 random hexadecimal digits: MLflow's run ids. Thread-safe.
std::string NewHexId();

}  // namespace headrace
