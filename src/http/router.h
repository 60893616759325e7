#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"

namespace headrace::http {

/// Answers one request; errors are thrown as headrace::Error and become JSON in one place.
using Handler = std::function<Response(Request&)>;

/// Answers on the I/O thread what can be answered there at once. Otherwise gives nothing and sets `rest`, which then
/// runs on the worker pool. For the I/O thread hold the rules of RouteOptions::inline_on_io.
using QuickHandler = std::function<std::optional<Response>(Request&, Handler* rest)>;

struct RouteOptions {
  /// Run on the I/O thread instead of the worker pool. Only for handlers that never block and take well under 1 ms.
  bool inline_on_io = false;
  /// Hand the body over as it arrives (`Request::body_reader`) instead of reading it first. Not with inline_on_io.
  bool stream_body = false;
  /// Run on a pool of its own: handlers that may wait for long, and must not keep other routes waiting.
  bool may_wait = false;
  /// Answered without a token even when tokens are required: /health.
  bool anonymous = false;
  /// A longer body is refused with 413.
  uint64_t max_body_bytes = 64 << 20;
};

struct Route {
  std::string pattern;
  Handler handler;
  RouteOptions options;
  QuickHandler quick;  ///< When set, in the handler's place.
};

/// Method and path to route. Patterns are segments: literal, `{name}` (one segment, decoded), or at the end
/// `{name...}` (the rest of the path, decoded, possibly empty). Literals win over parameters. Filled before the
/// server starts, then only read, from any thread.
class Router {
 public:
  Router();
  ~Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;

  /// Throws an internal Error when method and pattern are taken.
  void Add(Method method, std::string_view pattern, Handler handler, RouteOptions options = {});
  /// A route whose requests are often, not always, answered on the I/O thread. Not with stream_body.
  void AddQuick(Method method, std::string_view pattern, QuickHandler handler, RouteOptions options = {});
  void Get(std::string_view pattern, Handler handler, RouteOptions options = {}) {
    Add(Method::kGet, pattern, std::move(handler), options);
  }
  void Post(std::string_view pattern, Handler handler, RouteOptions options = {}) {
    Add(Method::kPost, pattern, std::move(handler), options);
  }
  void Put(std::string_view pattern, Handler handler, RouteOptions options = {}) {
    Add(Method::kPut, pattern, std::move(handler), options);
  }
  void Patch(std::string_view pattern, Handler handler, RouteOptions options = {}) {
    Add(Method::kPatch, pattern, std::move(handler), options);
  }
  void Delete(std::string_view pattern, Handler handler, RouteOptions options = {}) {
    Add(Method::kDelete, pattern, std::move(handler), options);
  }

  /// Makes every route answer below `prefix` ("/mlflow") too, unless a route of that path exists.
  void AddPrefixAlias(std::string prefix) { prefix_aliases_.push_back(std::move(prefix)); }

  struct Match {
    const Route* route = nullptr;  ///< Null: nothing there for that method.
    bool path_known = false;  ///< The path exists for some other method.
    Parameters parameters;
  };
  /// Looks `path` (encoded, without the query) up. HEAD finds GET's route.
  Match Find(Method method, std::string_view path) const;

 private:
  struct Node;
  void Insert(Method method, Route route);
  Match FindExact(Method method, std::string_view path) const;
  bool FindIn(const Node& node, Method method, std::string_view rest, Match& match) const;
  std::unique_ptr<Node> root_;
  std::vector<std::string> prefix_aliases_;
};

}  // namespace headrace::http
