#include <algorithm>
#include <cstdlib>

#include "engine/functions/groups.h"
#include "engine/functions/json_text.h"

namespace headrace::engine {

namespace {

using duckdb::LogicalType;
using duckdb::Value;
using View = std::string_view;

/// One step of a JSON path: .name, ['name'], [3], [*] and .*.
struct PathStep {
  std::string name;
  int64_t index = -1;
  bool all = false;
};

std::optional<std::vector<PathStep>> ParsePath(View path) {
  if (path.empty() || path[0] != '$') return std::nullopt;
  std::vector<PathStep> steps;
  size_t at = 1;
  while (at < path.size()) {
    if (path[at] == '.') {
      size_t end = path.find_first_of(".[", ++at);
      if (end == View::npos) end = path.size();
      if (end == at) return std::nullopt;
      PathStep step;
      step.name = std::string(path.substr(at, end - at));
      step.all = step.name == "*";
      steps.push_back(step);
      at = end;
    } else if (path[at] == '[') {
      size_t end = path.find(']', at);
      if (end == View::npos) return std::nullopt;
      View inside = path.substr(at + 1, end - at - 1);
      PathStep step;
      if (inside == "*")
        step.all = true;
      else if (inside.size() > 1 && inside.front() == '\'' && inside.back() == '\'')
        step.name = std::string(inside.substr(1, inside.size() - 2));
      else if (!inside.empty() && std::all_of(inside.begin(), inside.end(), [](char c) { return c >= '0' && c <= '9'; }))
        step.index = std::atoll(std::string(inside).c_str());
      else
        return std::nullopt;
      steps.push_back(step);
      at = end + 1;
    } else {
      return std::nullopt;
    }
  }
  return steps;
}

void Walk(const JsonNode& node, const std::vector<PathStep>& steps, size_t at, std::vector<const JsonNode*>* found) {
  if (at == steps.size()) {
    found->push_back(&node);
    return;
  }
  const auto& step = steps[at];
  if (node.kind == JsonNode::Kind::kArray) {
    if (step.all) {
      for (const auto& child : node.children) Walk(child, steps, at + 1, found);
    } else if (step.index >= 0) {
      if (step.index < static_cast<int64_t>(node.children.size()))
        Walk(node.children[static_cast<size_t>(step.index)], steps, at + 1, found);
    } else {
      for (const auto& child : node.children) Walk(child, steps, at, found);  // a name over an array: its objects' fields
    }
  } else if (node.kind == JsonNode::Kind::kObject && step.index < 0) {
    for (size_t i = 0; i < node.children.size(); i++) {
      if (step.all || node.names[i] == step.name) {
        Walk(node.children[i], steps, at + 1, found);
        if (!step.all) return;
      }
    }
  }
}

std::optional<std::string> GetJsonObject(View text, View path) {
  auto steps = ParsePath(path);
  auto root = ParseJson(text);
  if (!steps || !root) return std::nullopt;
  std::vector<const JsonNode*> found;
  Walk(*root, *steps, 0, &found);
  if (found.empty()) return std::nullopt;
  if (found.size() == 1) {
    if (found[0]->kind == JsonNode::Kind::kNull) return std::nullopt;
    return found[0]->kind == JsonNode::Kind::kString ? found[0]->text : JsonText(*found[0]);
  }
  std::string out = "[";
  for (const auto* node : found) out += (out.size() > 1 ? "," : "") + JsonText(*node);
  return out + "]";
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
