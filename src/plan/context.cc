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

/// The lines the node stands on, each with carets below the node's part. Of what stands before and behind it 32 characters are
/// shown, as in Spark.
std::string Summary(const std::string& text, int32_t start, int32_t stop) {
  constexpr int32_t kShown = 32;
  size_t first = ByteOffset(text, start);
  size_t end = ByteOffset(text, stop + 1);
  size_t line_start = first == 0 ? std::string::npos : text.rfind('\n', first - 1);
  line_start = line_start == std::string::npos ? 0 : line_start + 1;
  auto line = static_cast<int>(std::count(text.begin(), text.begin() + static_cast<ptrdiff_t>(line_start), '\n')) + 1;
  int position = Characters(std::string_view(text).substr(line_start, first - line_start)) + 1;
  std::string summary = fmt::format("== SQL (line {}, position {}) ==\n", line, position);
  size_t line_stop = std::min(text.find('\n', end == 0 ? 0 : end - 1), text.size());
  std::string shown, below;
  if (position - 1 > kShown) {
    line_start = ByteOffset(text, start - kShown);
    shown = "...";
  }
  bool cut = line_stop > end && Characters(std::string_view(text).substr(end, line_stop - end)) > kShown;
  if (cut) line_stop = ByteOffset(text, stop + 1 + kShown);
  below.assign(shown.size(), ' ');
  for (size_t at = line_start; at < line_stop; ++at) {
    if (text[at] == '\n') {
      summary += shown + "\n" + below.substr(0, below.find_last_not_of(' ') + 1) + "\n";
      shown.clear();
      below.clear();
      continue;
    }
    shown += text[at];
    if ((static_cast<unsigned char>(text[at]) & 0xC0) != 0x80) below += at >= first && at < end ? '^' : ' ';
  }
  if (cut) shown += "...";
  return summary + shown + "\n" + below.substr(0, below.find_last_not_of(' ') + 1) + "\n";
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
