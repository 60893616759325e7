#include <algorithm>
#include <cstdlib>

#include "engine/functions/groups.h"
#include "engine/functions/json_text.h"

namespace headrace::engine {

namespace {

using duckdb::LogicalType;
using duckdb::Value;
using View = std::string_view;

/// One step of a JSON path: .name, ['name'], [3], [*]. Spark reads `.*` and `['*']` too, but they lead nowhere.
struct PathStep {
  enum class Kind { kName, kIndex, kAll, kNowhere };
  Kind kind = Kind::kName;
  std::string name;
  int64_t index = -1;
};
using Path = std::vector<PathStep>;

PathStep NamedStep(View name) { return {name == "*" ? PathStep::Kind::kNowhere : PathStep::Kind::kName, std::string(name), -1}; }

std::optional<Path> ParsePath(View path) {
  if (path.empty() || path[0] != '$') return std::nullopt;
  Path steps;
  size_t at = 1;
  while (at < path.size()) {
    if (path[at] == '.') {
      size_t end = path.find_first_of(".[", ++at);
      if (end == View::npos) end = path.size();
      if (end == at) return std::nullopt;
      steps.push_back(NamedStep(path.substr(at, end - at)));
      at = end;
    } else if (path[at] == '[') {
      size_t end = path.find(']', at);
      if (end == View::npos) return std::nullopt;
      View inside = path.substr(at + 1, end - at - 1);
      if (inside == "*")
        steps.push_back({PathStep::Kind::kAll, "", -1});
      else if (inside.size() > 1 && inside.front() == '\'' && inside.back() == '\'')
        steps.push_back(NamedStep(inside.substr(1, inside.size() - 2)));
      else if (!inside.empty() && std::all_of(inside.begin(), inside.end(), [](char c) { return c >= '0' && c <= '9'; }))
        steps.push_back({PathStep::Kind::kIndex, "", std::atoll(std::string(inside).c_str())});
      else
        return std::nullopt;
      at = end + 1;
    } else {
      return std::nullopt;
    }
  }
  return steps;
}

/// How what a path leads to is written: text as it is, as JSON, or as JSON with the elements of an array for the array.
enum class Style { kRaw, kQuoted, kFlat };

bool Walk(const JsonNode& node, const Path& path, size_t at, Style style, std::vector<std::string>& found);

bool WalkAll(const JsonNode& array, const Path& path, size_t at, Style style, std::vector<std::string>& found) {
  // Two [*] in a row give one flat array; what is in an array is JSON always.
  bool twice = at + 1 < path.size() && path[at + 1].kind == PathStep::Kind::kAll;
  Style inside = twice || style == Style::kFlat ? Style::kFlat : Style::kQuoted;
  std::vector<std::string> inner;
  size_t matches = 0;
  for (const auto& child : array.children) matches += Walk(child, path, at + (twice ? 2 : 1), inside, inner) ? 1 : 0;
  std::string joined;
  for (const auto& text : inner) joined += (joined.empty() ? "" : ",") + text;
  bool bare = !twice && style != Style::kQuoted && matches < 2;  // As in Hive, one match is no array.
  if (!bare)
    found.push_back("[" + joined + "]");
  else if (matches == 1)
    found.push_back(joined);
  return matches > 0;
}

bool Walk(const JsonNode& node, const Path& path, size_t at, Style style, std::vector<std::string>& found) {
  using Kind = PathStep::Kind;
  if (at == path.size()) {
    if (node.kind == JsonNode::Kind::kArray && style == Style::kFlat) {
      bool any = false;
      for (const auto& child : node.children) any = Walk(child, path, at, style, found) || any;
      return any;
    }
    found.push_back(node.kind == JsonNode::Kind::kString && style == Style::kRaw ? node.text : JsonText(node));
    return true;
  }
  const PathStep& step = path[at];
  if (node.kind == JsonNode::Kind::kObject && step.kind == Kind::kName) {
    for (size_t i = 0; i < node.children.size(); ++i) {
      bool there = node.names[i] == step.name && node.children[i].kind != JsonNode::Kind::kNull;
      if (there && Walk(node.children[i], path, at + 1, style, found)) return true;
    }
    return false;
  }
  if (node.kind != JsonNode::Kind::kArray) return false;
  if (step.kind == Kind::kAll) return WalkAll(node, path, at, style, found);
  if (step.kind != Kind::kIndex || step.index >= static_cast<int64_t>(node.children.size())) return false;
  bool many = at + 1 < path.size() && path[at + 1].kind == Kind::kAll;
  return Walk(node.children[static_cast<size_t>(step.index)], path, at + 1, many ? Style::kQuoted : style, found);
}

std::optional<std::string> GetJsonObject(View text, View path) {
  auto steps = ParsePath(path);
  auto root = ParseJson(text);
  if (!steps || !root) return std::nullopt;
  std::vector<std::string> found;
  if (!Walk(*root, *steps, 0, Style::kRaw, found)) return std::nullopt;
  return found.at(0);
}

/// json_tuple's value of one field: the last of that name, when the text is an object.
std::optional<std::string> JsonField(View text, View name) {
  auto root = ParseJson(text);
  if (!root || root->kind != JsonNode::Kind::kObject) return std::nullopt;
  for (size_t i = root->names.size(); i-- > 0;) {
    if (root->names[i] != name) continue;
    const JsonNode& found = root->children[i];
    if (found.kind == JsonNode::Kind::kNull) return std::nullopt;
    return found.kind == JsonNode::Kind::kString ? found.text : JsonText(found);
  }
  return std::nullopt;
}

}  // namespace

void RegisterJson(KernelRegistry& registry) {
  registry.Add("spark_get_json_object", [](const Call&, View text, View path) { return GetJsonObject(text, path); });
  registry.Add("spark_json_field", [](const Call&, View text, View name) { return JsonField(text, name); });
  registry.Add("spark_json_array_length", [](const Call&, View text) -> std::optional<int32_t> {
    auto root = ParseJson(text);
    if (!root || root->kind != JsonNode::Kind::kArray) return std::nullopt;
    return static_cast<int32_t>(root->children.size());
  });
  registry.AddBoxed(
      "spark_json_object_keys", 1,
      [](const Call& call, std::vector<Value>& a) -> Value {
        auto root = ParseJson(duckdb::StringValue::Get(a[0]));
        if (!root || root->kind != JsonNode::Kind::kObject) return Value(call.data.result);
        duckdb::vector<Value> names(root->names.begin(), root->names.end());
        return Value::LIST(LogicalType::VARCHAR, std::move(names));
      },
      kPlain, LogicalType::LIST(LogicalType::VARCHAR));
}

}  // namespace headrace::engine
