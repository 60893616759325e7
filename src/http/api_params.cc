#include "http/api_params.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "base/error.h"

namespace headrace::http {

namespace {

constexpr char kSeeDocs[] = " See the API docs for more information about request parameters.";

const char* PythonTypeName(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return "NoneType";
    case json::kind::bool_:
      return "bool";
    case json::kind::int64:
    case json::kind::uint64:
      return "int";
    case json::kind::double_:
      return "float";
    case json::kind::string:
      return "str";
    case json::kind::array:
      return "list";
    case json::kind::object:
      return "dict";
  }
  return "?";
}

std::optional<int64_t> ToInt(const json::value& value) {
  if (value.is_int64()) return value.as_int64();
  if (value.is_double() && value.as_double() == std::floor(value.as_double()) && std::abs(value.as_double()) < 9e18) {
    return static_cast<int64_t>(value.as_double());
  }
  if (value.is_string()) {
    const std::string text(value.as_string());
    try {
      size_t used = 0;
      const int64_t number = std::stoll(text, &used);
      if (used == text.size()) return number;
    } catch (const std::logic_error&) {
      return std::nullopt;
    }
  }
  return std::nullopt;
}

std::optional<double> ToDouble(const json::value& value) {
  if (value.is_double()) return value.as_double();
  if (value.is_int64()) return static_cast<double>(value.as_int64());
  if (value.is_uint64()) return static_cast<double>(value.as_uint64());
  if (value.is_string()) {
    const std::string text(value.as_string());
    if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
    if (text == "Infinity") return std::numeric_limits<double>::infinity();
    if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
    try {
      size_t used = 0;
      const double number = std::stod(text, &used);
      if (used == text.size()) return number;
    } catch (const std::logic_error&) {
      return std::nullopt;
    }
  }
  return std::nullopt;
}

}  // namespace

ApiParams::ApiParams(const Request& request) {
  auto body = std::make_shared<json::object>();
  const bool no_body = request.body.empty();
  const bool from_query =
      request.method == Method::kGet ? no_body || !request.query.entries().empty() : request.method == Method::kDelete && no_body;
  if (from_query) {
    for (const auto& [name, value] : request.query.entries()) {
      json::value& slot = (*body)[name];
      if (slot.is_null()) {
        slot = json::string(value);
      } else if (slot.is_array()) {
        slot.as_array().emplace_back(json::string(value));
      } else {
        slot = json::array{std::move(slot), json::string(value)};
      }
    }
  } else {
    *body = request.JsonObject();
  }
  body_ = std::move(body);
}

ApiParams::ApiParams(std::shared_ptr<const json::object> body, std::string path)
    : body_(std::move(body)), path_(std::move(path)) {}

const json::value* ApiParams::Find(std::string_view name) const {
  const json::value* value = body_->if_contains(name);
  return value && !value->is_null() ? value : nullptr;
}

bool ApiParams::Has(std::string_view name) const { return Find(name) != nullptr; }

void ApiParams::ThrowMissing(std::string_view name) const {
  throw Error(ErrorKind::kInvalidParameter, "INVALID_PARAMETER_VALUE",
              fmt::format("Missing value for required parameter '{}{}'.{}", path_, name, kSeeDocs));
}

void ApiParams::ThrowInvalid(std::string_view name) const {
  const json::value* found = Find(name);
  const json::value value = found ? *found : json::value();
  throw Error(ErrorKind::kInvalidParameter, "INVALID_PARAMETER_VALUE",
              fmt::format("Invalid value {} for parameter '{}{}' supplied:  Hint: Value was of type '{}'.{}",
                          json::serialize(value), path_, name, PythonTypeName(value), kSeeDocs));
}

std::optional<std::string> ApiParams::OptionalString(std::string_view name) const {
  const json::value* value = Find(name);
  if (!value) return std::nullopt;
  if (!value->is_string()) ThrowInvalid(name);
  return std::string(value->as_string());
}

std::string ApiParams::String(std::string_view name) const { return OptionalString(name).value_or(""); }

std::string ApiParams::RequiredString(std::string_view name) const {
  std::string value = String(name);
  if (value.empty()) ThrowMissing(name);
  return value;
}

std::optional<int64_t> ApiParams::Int(std::string_view name) const {
  const json::value* value = Find(name);
  if (!value) return std::nullopt;
  const auto number = ToInt(*value);
  if (!number) ThrowInvalid(name);
  return number;
}

int64_t ApiParams::RequiredInt(std::string_view name) const {
  const auto value = Int(name);
  if (!value) ThrowMissing(name);
  return *value;
}

std::optional<double> ApiParams::Double(std::string_view name) const {
  const json::value* value = Find(name);
  if (!value) return std::nullopt;
  const auto number = ToDouble(*value);
  if (!number) ThrowInvalid(name);
  return number;
}

double ApiParams::RequiredDouble(std::string_view name) const {
  const auto value = Double(name);
  if (!value) ThrowMissing(name);
  return *value;
}

bool ApiParams::Bool(std::string_view name, bool fallback) const {
  const json::value* value = Find(name);
  if (!value) return fallback;
  if (value->is_bool()) return value->as_bool();
  if (value->is_string() && (value->as_string() == "true" || value->as_string() == "True")) return true;
  if (value->is_string() && (value->as_string() == "false" || value->as_string() == "False")) return false;
  ThrowInvalid(name);
}

std::vector<std::string> ApiParams::Strings(std::string_view name) const {
  const json::value* value = Find(name);
  std::vector<std::string> strings;
  if (!value) return strings;
  // A list with one member comes from a query string as the member alone.
  if (value->is_string()) return {std::string(value->as_string())};
  if (!value->is_array()) ThrowInvalid(name);
  for (const auto& item : value->as_array()) {
    if (!item.is_string()) ThrowInvalid(name);
    strings.emplace_back(item.as_string());
  }
  return strings;
}

std::vector<ApiParams> ApiParams::Objects(std::string_view name) const {
  const json::value* value = Find(name);
  std::vector<ApiParams> objects;
  if (!value) return objects;
  if (!value->is_array()) ThrowInvalid(name);
  for (const auto& item : value->as_array()) {
    if (!item.is_object()) ThrowInvalid(name);
    objects.emplace_back(std::shared_ptr<const json::object>(body_, &item.get_object()),
                         fmt::format("{}{}[{}].", path_, name, objects.size()));
  }
  return objects;
}

ApiParams ApiParams::Object(std::string_view name) const {
  const json::value* value = Find(name);
  const std::string path = fmt::format("{}{}.", path_, name);
  if (!value) return ApiParams(std::make_shared<json::object>(), path);
  if (!value->is_object()) ThrowInvalid(name);
  return ApiParams(std::shared_ptr<const json::object>(body_, &value->get_object()), path);
}

}  // namespace headrace::http
