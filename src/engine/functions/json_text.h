#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace headrace::engine {

/// A JSON value that keeps its numbers as they were written and its fields in their order.
struct JsonNode {
  enum class Kind { kNull, kBoolean, kNumber, kString, kArray, kObject };
  Kind kind = Kind::kNull;
  std::string text;  ///< The number's or boolean's text, or the string's value.
  std::vector<std::string> names;
  std::vector<JsonNode> children;
};

/// Nothing when the text is not one JSON value. Single-quoted strings are accepted, as Spark's reader does.
std::optional<JsonNode> ParseJson(std::string_view text);
/// Compact JSON, with numbers as Jackson writes those that it has read: 1.50 as 1.5, 1e10 as 1.0E10.
std::string JsonText(const JsonNode& node);
std::string JsonQuoted(std::string_view text);

}  // namespace headrace::engine
