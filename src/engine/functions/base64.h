#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace headrace::engine {

std::string Base64(std::string_view bytes);
/// MIME decoding, as Spark's unbase64: characters outside the alphabet are skipped; nothing when it is cut short. `strict`:
/// characters outside the alphabet but spaces make it nothing too.
std::optional<std::string> Unbase64(std::string_view text, bool strict);

}  // namespace headrace::engine
