#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"

namespace headrace::http {

/// A request's parameters the way MLflow's REST API takes them: from the query string of a GET that has one and of a
/// DELETE without a body, as Databricks' SDK sends it, else from the JSON
/// body. A null is an absent field; unknown fields are ignored; numbers may come as text. A missing or wrongly typed
/// parameter is INVALID_PARAMETER_VALUE with MLflow's message.
class ApiParams {
 public:
  explicit ApiParams(const Request& request);
  /// For an object inside a body; `path` stands before names in messages ("metrics[0].").
  ApiParams(std::shared_ptr<const json::object> body, std::string path);

  bool Has(std::string_view name) const;
  std::string String(std::string_view name) const;
  std::optional<std::string> OptionalString(std::string_view name) const;
  /// Throws when absent or empty.
  std::string RequiredString(std::string_view name) const;
  std::optional<int64_t> Int(std::string_view name) const;
  int64_t RequiredInt(std::string_view name) const;
  std::optional<double> Double(std::string_view name) const;
  double RequiredDouble(std::string_view name) const;
  bool Bool(std::string_view name, bool fallback) const;
  std::vector<std::string> Strings(std::string_view name) const;
  /// The objects of an array, each with its path.
  std::vector<ApiParams> Objects(std::string_view name) const;
  /// An object inside; empty when absent.
  ApiParams Object(std::string_view name) const;
  /// A field's JSON as it came; null when absent.
  const json::value* Find(std::string_view name) const;
  const json::object& body() const { return *body_; }

  [[noreturn]] void ThrowMissing(std::string_view name) const;
  [[noreturn]] void ThrowInvalid(std::string_view name) const;

 private:
  std::shared_ptr<const json::object> body_;  // Of an object inside, the whole body.
  std::string path_;
};

}  // namespace headrace::http
