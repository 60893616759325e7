#pragma once

#include <string>

namespace headrace::catalog {

/// ASCII letters in lower case, as names are kept.
std::string LowerCase(std::string text);

}  // namespace headrace::catalog
