#include "engine/precompiled.h"

#include "engine/errors.h"

#include <fmt/format.h>

namespace headrace::engine {

QueryContext ContextOf(const plan::Origin& origin) {
  QueryContext context;
  if (origin.text) {
    context.type = QueryContext::Type::kSql;
    context.start_index = origin.start;
    context.stop_index = origin.stop;
    const std::string& text = *origin.text;
    if (origin.start >= 0 && origin.stop >= origin.start) {
      // Indices count characters, the text is UTF-8.
      size_t byte = 0;
      size_t begin = 0;
      size_t end = text.size();
      size_t line = 1;
      size_t column = 1;
      size_t begin_line = 1;
      size_t begin_column = 1;
      for (int32_t character = 0; byte < text.size(); ++character) {
        if (character == origin.start) {
          begin = byte;
          begin_line = line;
          begin_column = column;
        }
        if (text[byte] == '\n') {
          ++line;
          column = 1;
        } else {
          ++column;
        }
        ++byte;
        while (byte < text.size() && (static_cast<unsigned char>(text[byte]) & 0xC0) == 0x80) ++byte;
        if (character == origin.stop) {
          end = byte;
          break;
        }
      }
      context.fragment = text.substr(begin, end - begin);
      size_t line_begin = text.rfind('\n', begin == 0 ? 0 : begin - 1);
      line_begin = (line_begin == std::string::npos || line_begin >= begin) ? 0 : line_begin + 1;
      size_t line_end = text.find('\n', begin);
      if (line_end == std::string::npos) line_end = text.size();
      size_t shown = std::min(end, line_end);
      std::string marks(begin - line_begin, ' ');
      marks.append(shown > begin ? shown - begin : 1, '^');
      context.summary = fmt::format("== SQL (line {}, position {}) ==\n{}\n{}\n", begin_line, begin_column,
                                    text.substr(line_begin, line_end - line_begin), marks);
    }
    return context;
  }
  context.type = QueryContext::Type::kDataFrame;
  context.fragment = origin.fragment;
  context.call_site = origin.call_site;
  if (!origin.fragment.empty()) {
    context.summary =
        fmt::format("== DataFrame ==\n\"{}\" was called from\n{}\n", origin.fragment, origin.call_site);
  }
  return context;
}

Error ToError(const duckdb::ErrorData& error, const std::vector<plan::Origin>& sites) {
  const auto& extra = error.ExtraInfo();
  auto condition = extra.find("headrace_condition");
  if (condition != extra.end()) {
    Error::Parameters parameters;
    for (const auto& [key, value] : extra) {
      if (key.substr(0, 2) == "p_") parameters[key.substr(2)] = value;
    }
    auto text = [&](const char* key) {
      auto found = extra.find(key);
      return found == extra.end() ? std::string() : found->second;
    };
    Error made(static_cast<ErrorKind>(std::stoi(text("headrace_kind"))), condition->second, text("headrace_message"),
               std::move(parameters));
    std::string site = text("headrace_site");
    if (!site.empty()) {
      size_t index = static_cast<size_t>(std::stol(site));
      if (index < sites.size() && (sites[index].text || !sites[index].fragment.empty())) {
        made.WithContext(ContextOf(sites[index]));
      }
    }
    return made;
  }
  switch (error.Type()) {
    case duckdb::ExceptionType::INTERRUPT:
      return Error(ErrorKind::kCancelled, "OPERATION_CANCELED", "The operation was canceled.").WithSqlState("HY008");
    case duckdb::ExceptionType::OUT_OF_MEMORY:
      return Error(ErrorKind::kResourceExhausted, "UNABLE_TO_ACQUIRE_MEMORY",
                   "The query needs more memory than the server may use: " + error.RawMessage())
          .WithSqlState("53200");
    case duckdb::ExceptionType::IO:
      return Error(ErrorKind::kRuntime, "FAILED_READ_FILE.NO_HINT", error.RawMessage(), {{"path", error.RawMessage()}})
          .WithSqlState("KD001");
    default:
      return Error(ErrorKind::kInternal, "INTERNAL_ERROR", error.RawMessage(), {{"message", error.RawMessage()}})
          .WithSqlState("XX000");
  }
}

void RethrowAsError(const std::vector<plan::Origin>& sites) {
  try {
    throw;
  } catch (const Error&) {
    throw;
  } catch (const std::exception& exception) {
    throw ToError(duckdb::ErrorData(exception), sites);
  }
}

}  // namespace headrace::engine
