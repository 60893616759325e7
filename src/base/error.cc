#include "base/error.h"

#include <fmt/format.h>

#include <cstdio>

namespace headrace {

Error::Error(ErrorKind kind, std::string condition, std::string message, Parameters parameters)
    : kind_(kind),
      condition_(std::move(condition)),
      sqlstate_(SqlStateOf(condition_)),
      message_(std::move(message)),
      parameters_(std::move(parameters)) {
  Refresh();
}

Error& Error::WithSqlState(std::string sqlstate) {
  sqlstate_ = std::move(sqlstate);
  Refresh();
  return *this;
}

Error& Error::WithContext(QueryContext context) {
  contexts_.push_back(std::move(context));
  Refresh();
  return *this;
}

Error& Error::WithCause(std::shared_ptr<const Error> cause) {
  cause_ = std::move(cause);
  return *this;
}

Error& Error::WithTail(std::string tail) {
  tail_ = std::move(tail);
  Refresh();
  return *this;
}

Error& Error::WithExceptionClass(std::string name) {
  exception_class_ = std::move(name);
  return *this;
}

void Error::Refresh() { what_ = SparkMessage(); }

std::string Error::SparkMessage() const {
  // Java's own exceptions have no condition, and Spark shows none of those that only have a number.
  bool named = !condition_.empty() && !condition_.starts_with("_LEGACY_ERROR");
  std::string text = kind_ == ErrorKind::kParse ? "\n" : "";
  text += named ? fmt::format("[{}] {}", condition_, message_) : message_;
  // Delta leaves the state out of its messages.
  if (!sqlstate_.empty() && !condition_.starts_with("DELTA_")) text += fmt::format(" SQLSTATE: {}", sqlstate_);
  text += tail_;
  bool analysis = kind_ == ErrorKind::kAnalysis || kind_ == ErrorKind::kNotFound || kind_ == ErrorKind::kAlreadyExists;
  for (const auto& context : contexts_) {
    // An error of analysis names its place in short, as Spark's do.
    int line = 0, position = 0;
    if (analysis && std::sscanf(context.summary.c_str(), "== SQL (line %d, position %d) ==", &line, &position) == 2) {
      text += fmt::format("; line {} pos {}", line, position - 1);
    } else if (!context.summary.empty()) {
      text += "\n" + context.summary;
    }
  }
  return text;
}

void ThrowUnsupported(const std::string& feature) {
  throw Error(ErrorKind::kUnsupported, "UNSUPPORTED_FEATURE.HEADRACE", fmt::format("The feature is not supported: {}.", feature),
              {{"feature", feature}})
      .WithSqlState("0A000");
}

void ThrowInternal(const std::string& what) {
  throw Error(ErrorKind::kInternal, "INTERNAL_ERROR", what, {{"message", what}}).WithSqlState("XX000");
}

}  // namespace headrace
