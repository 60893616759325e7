#include "base/json.h"

#include <fmt/format.h>

#include "base/error.h"

namespace headrace {

json::value ParseJson(std::string_view text) {
  json::stream_parser parser;
  json::error_code code;
  size_t consumed = parser.write_some(text, code);
  if (!code && consumed == text.size()) parser.finish(code);
  if (code || consumed != text.size()) {
    throw Error(ErrorKind::kInvalidParameter, "MALFORMED_REQUEST",
                fmt::format("The text is not valid JSON: {} near character {}", code ? code.message() : "extra data", consumed));
  }
  return parser.release();
}

}  // namespace headrace
