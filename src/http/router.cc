#include "http/router.h"

#include <algorithm>

#include "base/error.h"

namespace headrace::http {

struct Router::Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
  std::unique_ptr<Node> parameter;
  std::unique_ptr<Node> rest;
  std::string name;  ///< Of the parameter or the rest, when this node is one.
  std::array<std::unique_ptr<Route>, 8> routes;
  bool has_routes = false;
};

Router::Router() : root_(std::make_unique<Node>()) {}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

namespace {

// Takes the first segment off `path`, which starts behind a slash.
std::string_view TakeSegment(std::string_view& path) {
  const size_t end = path.find('/');
  const std::string_view segment = path.substr(0, end);
  path.remove_prefix(end == std::string_view::npos ? path.size() : end + 1);
  return segment;
}

}  // namespace

void Router::Add(Method method, std::string_view pattern, Handler handler, RouteOptions options) {
  Insert(method, {std::string(pattern), std::move(handler), options, nullptr});
}

void Router::AddQuick(Method method, std::string_view pattern, QuickHandler handler, RouteOptions options) {
  Insert(method, {std::string(pattern), nullptr, options, std::move(handler)});
}

void Router::Insert(Method method, Route route) {
  const std::string_view pattern = route.pattern;
  if (pattern.empty() || pattern.front() != '/') ThrowInternal("a route starts with '/': " + std::string(pattern));
  std::string_view rest = pattern.substr(1);
  Node* node = root_.get();
  bool more = !rest.empty();
  while (more) {
    more = rest.find('/') != std::string_view::npos;
    const std::string_view segment = TakeSegment(rest);
    if (segment.size() > 2 && segment.front() == '{' && segment.back() == '}') {
      std::string_view name = segment.substr(1, segment.size() - 2);
      const bool takes_rest = name.ends_with("...");
      if (takes_rest) name.remove_suffix(3);
      if (takes_rest && more) ThrowInternal("the rest of a path must come last: " + std::string(pattern));
      auto& next = takes_rest ? node->rest : node->parameter;
      if (!next) {
        next = std::make_unique<Node>();
        next->name = name;
      } else if (next->name != name) {
        ThrowInternal("two names for one path parameter: " + std::string(pattern) + " and {" + next->name + "}");
      }
      node = next.get();
    } else {
      auto& next = node->literals[std::string(segment)];
      if (!next) next = std::make_unique<Node>();
      node = next.get();
    }
  }
  auto& slot = node->routes[static_cast<int>(method)];
  if (slot) ThrowInternal("the route is taken: " + std::string(pattern));
  slot = std::make_unique<Route>(std::move(route));
  node->has_routes = true;
}

bool Router::FindIn(const Node& node, Method method, std::string_view rest, Match& match) const {
  const auto take = [&](const Node& end) {
    if (!end.has_routes) return false;
    match.path_known = true;
    const Route* route = end.routes[static_cast<int>(method)].get();
    if (!route && method == Method::kHead) route = end.routes[static_cast<int>(Method::kGet)].get();
    match.route = route;
    return route != nullptr;
  };
  if (rest.empty()) {
    if (take(node)) return true;
    if (node.rest && take(*node.rest)) {
      match.parameters.Add(node.rest->name, "");
      return true;
    }
    return false;
  }
  std::string_view after = rest.substr(1);
  const bool trailing_slash = after.empty();
  const std::string_view segment = TakeSegment(after);
  // What follows the segment, with its slash again.
  const std::string_view next = rest.substr(std::min(rest.size(), 1 + segment.size()));
  if (const auto literal = node.literals.find(segment); literal != node.literals.end()) {
    if (FindIn(*literal->second, method, next, match)) return true;
  }
  if (node.parameter && !segment.empty()) {
    Match attempt = match;
    attempt.parameters.Add(node.parameter->name, DecodePercent(segment, false));
    if (FindIn(*node.parameter, method, next, attempt)) {
      match = std::move(attempt);
      return true;
    }
    match.path_known = match.path_known || attempt.path_known;
  }
  if (node.rest && take(*node.rest)) {
    match.parameters.Add(node.rest->name, DecodePercent(rest.substr(1), false));
    return true;
  }
  // "/mlflow/" is "/mlflow" unless somebody registered it.
  return trailing_slash && take(node);
}

Router::Match Router::Find(Method method, std::string_view path) const {
  Match match = FindExact(method, path);
  for (const auto& prefix : prefix_aliases_) {
    if (match.route || match.path_known) break;
    const bool below = path.size() > prefix.size() && path.substr(0, prefix.size()) == prefix && path[prefix.size()] == '/';
    if (below) match = FindExact(method, path.substr(prefix.size()));
  }
  return match;
}

Router::Match Router::FindExact(Method method, std::string_view path) const {
  Match match;
  if (path.empty() || path.front() != '/') return match;
  if (path == "/") {
    FindIn(*root_, method, "", match);
    return match;
  }
  FindIn(*root_, method, path, match);
  return match;
}

}  // namespace headrace::http
