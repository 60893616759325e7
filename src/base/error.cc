#include "base/error.h"

#include <fmt/format.h>

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
  if (!sqlstate_.empty()) text += fmt::format(" SQLSTATE: {}", sqlstate_);
  text += tail_;
  for (const auto& context : contexts_) {
    if (!context.summary.empty()) text += "\n" + context.summary;
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
