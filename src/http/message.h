#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"

namespace headrace::http {

enum class Method { kGet, kPost, kPut, kPatch, kDelete, kHead, kOptions, kOther };

std::string_view MethodName(Method method);

/// Who makes a request. Without tokens configured everybody is the local user.
struct Principal {
  std::string name;
};

/// A request body that arrives while it is read, for routes with `stream_body`. For one thread at a time, on the
/// worker pool only: Read blocks.
class BodyReader {
 public:
  virtual ~BodyReader() = default;
  /// Fills `buffer` with up to `size` bytes; 0 at the end. A client that went away or a body over the limit is an Error.
  virtual size_t Read(char* buffer, size_t size) = 0;
};

/// A response body that is made while it is sent. Read on the worker pool.
class BodySource {
 public:
  virtual ~BodySource() = default;
  /// Fills `buffer` with up to `size` bytes; 0 at the end.
  virtual size_t Read(char* buffer, size_t size) = 0;
};

/// A source over a whole file. Throws Error(kNotFound) when it cannot be opened.
std::unique_ptr<BodySource> FileSource(const std::string& path, uint64_t* size);

/// Names and values in the order they came; for query strings (decoded) and path parameters.
class Parameters {
 public:
  void Add(std::string name, std::string value) { entries_.emplace_back(std::move(name), std::move(value)); }
  /// The first value of that name, null when there is none.
  const std::string* Find(std::string_view name) const;
  /// The value, or "" when there is none.
  std::string Get(std::string_view name) const;
  std::vector<std::string> All(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& entries() const { return entries_; }

 private:
  std::vector<std::pair<std::string, std::string>> entries_;
};

/// One request, as handlers see it. Lives until the handler returned.
class Request {
 public:
  Method method = Method::kGet;
  std::string_view target;  ///< As it was sent: the path and the query string, still encoded.
  std::string_view path;  ///< The encoded path.
  Parameters query;  ///< Decoded.
  Parameters path_parameters;  ///< Decoded; of the route's pattern.
  std::string body;  ///< Empty on routes with `stream_body`.
  BodyReader* body_reader = nullptr;  ///< Set on routes with `stream_body`.
  std::optional<uint64_t> content_length;
  Principal principal;
  std::string peer;  ///< The client's address.
  bool tls = false;

  /// A header's value, "" when absent; the name is matched without case.
  std::string_view Header(std::string_view name) const { return find_header_ ? find_header_(name) : std::string_view(); }
  /// The path parameter `name`; the route's pattern must have it.
  const std::string& PathParameter(std::string_view name) const;
  /// The body as JSON. Throws Error(kInvalidParameter, "MALFORMED_REQUEST") when it is none.
  json::value Json() const;
  /// The body as a JSON object; an empty body is an empty object.
  json::object JsonObject() const;

  std::function<std::string_view(std::string_view)> find_header_;  ///< Set by the server.
};

/// One response. Either `body` or, when set, `source`.
struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  std::unique_ptr<BodySource> source;
  std::optional<uint64_t> source_size;  ///< Without it the body goes out in chunks.

  static Response Json(const json::value& value, int status = 200);
  static Response Text(std::string text, std::string content_type = "text/plain; charset=utf-8", int status = 200);
  static Response Empty(int status = 200);
  static Response Redirect(std::string location, int status = 302);
  Response&& With(std::string name, std::string value) && {
    headers.emplace_back(std::move(name), std::move(value));
    return std::move(*this);
  }
};

/// Percent-decoding; '+' is a space only in query strings. Malformed escapes stay as they are.
std::string DecodePercent(std::string_view text, bool plus_is_space);

/// Splits and decodes "a=1&b=2".
Parameters ParseQuery(std::string_view query);

/// The media type for a file name's extension; "application/octet-stream" when unknown.
std::string_view ContentTypeOf(std::string_view file_name);

}  // namespace headrace::http
