#include <fmt/format.h>

#include <algorithm>

#include "plan/expression.h"

namespace headrace::plan {

namespace {

/// The byte a character of UTF-8 text starts at; the text's length when there are fewer characters.
size_t ByteOffset(const std::string& text, int32_t character) {
  size_t offset = 0;
  while (character > 0 && offset < text.size()) {
    ++offset;
    while (offset < text.size() && (static_cast<unsigned char>(text[offset]) & 0xC0) == 0x80) ++offset;
    --character;
  }
  return offset;
}

int32_t Characters(std::string_view text) {
  return static_cast<int32_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

/// The lines the node stands on, each with carets below the node's part.
std::string Summary(const std::string& text, int32_t start, int32_t stop) {
  size_t first = ByteOffset(text, start);
  size_t end = ByteOffset(text, stop + 1);
  size_t line_start = first == 0 ? std::string::npos : text.rfind('\n', first - 1);
  line_start = line_start == std::string::npos ? 0 : line_start + 1;
  auto line = static_cast<int>(std::count(text.begin(), text.begin() + static_cast<ptrdiff_t>(line_start), '\n')) + 1;
  int position = Characters(std::string_view(text).substr(line_start, first - line_start)) + 1;
  std::string summary = fmt::format("== SQL (line {}, position {}) ==\n", line, position);
  size_t at = line_start;
  while (at < end || at == line_start) {
    size_t line_end = std::min(text.find('\n', at), text.size());
    std::string_view whole = std::string_view(text).substr(at, line_end - at);
    size_t from = std::max(at, first);
    size_t to = std::min(line_end, end);
    int32_t indent = from > at ? Characters(whole.substr(0, from - at)) : 0;
    int32_t width = to > from ? Characters(std::string_view(text).substr(from, to - from)) : 0;
    summary += std::string(whole) + "\n" + std::string(static_cast<size_t>(indent), ' ') +
               std::string(static_cast<size_t>(width), '^') + "\n";
    at = line_end + 1;
    if (at > text.size()) break;
  }
  return summary;
}

}  // namespace

QueryContext ContextOf(const Origin& origin) {
  QueryContext context;
  if (!origin.text) {
    context.type = QueryContext::Type::kDataFrame;
    context.fragment = origin.fragment;
    context.call_site = origin.call_site;
    if (!origin.fragment.empty()) {
      context.summary = fmt::format("== DataFrame ==\n\"{}\" was called from\n{}\n", origin.fragment, origin.call_site);
    }
    return context;
  }
  context.start_index = origin.start;
  context.stop_index = origin.stop;
  if (origin.start < 0 || origin.stop < origin.start) return context;
  size_t first = ByteOffset(*origin.text, origin.start);
  context.fragment = origin.text->substr(first, ByteOffset(*origin.text, origin.stop + 1) - first);
  context.summary = Summary(*origin.text, origin.start, origin.stop);
  return context;
}

}  // namespace headrace::plan
