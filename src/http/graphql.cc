#include "http/graphql.h"

#include <cctype>
#include <map>
#include <set>

#include "base/error.h"

namespace headrace::http {

namespace {

// A selection before its fragments are put in.
struct RawField {
  std::string spread;  ///< The name of a fragment, when it is a spread.
  bool is_inline = false;
  GraphQlField field;
  std::vector<RawField> selection;
};

class Parser {
 public:
  Parser(std::string_view text, const json::object& variables) : text_(text), variables_(variables) {}

  std::vector<GraphQlField> Parse(const std::string& wanted) {
    std::vector<RawField> operation;
    bool found = false;
    for (SkipSpace(); at_ < text_.size(); SkipSpace()) {
      if (Peek() == '{') {
        operation = Selection();
        found = true;
        continue;
      }
      const std::string kind = Name();
      const std::string name = IsNameStart() ? Name() : "";
      if (kind == "fragment") {
        Name();
        Name();
        Directives();
        fragments_[name] = Selection();
        continue;
      }
      if (kind != "query") Fail("only queries are supported, not " + kind);
      if (Take('(')) SkipTo(')');
      Directives();
      auto selection = Selection();
      if (!found || name == wanted) operation = std::move(selection);
      found = true;
    }
    if (!found) Fail("no operation");
    return Expand(operation, 0);
  }

 private:
  [[noreturn]] void Fail(const std::string& why) const {
    throw Error(ErrorKind::kInvalidParameter, "INVALID_PARAMETER_VALUE",
                "GraphQL: " + why + " at character " + std::to_string(at_));
  }

  void SkipSpace() {
    while (at_ < text_.size()) {
      if (text_[at_] == '#') {
        while (at_ < text_.size() && text_[at_] != '\n') ++at_;
      } else if (std::isspace(static_cast<unsigned char>(text_[at_])) || text_[at_] == ',') {
        ++at_;
      } else {
        return;
      }
    }
  }
  char Peek() {
    SkipSpace();
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool Take(char c) {
    if (Peek() != c) return false;
    ++at_;
    return true;
  }
  void Expect(char c) {
    if (!Take(c)) Fail(std::string("expected '") + c + "'");
  }
  bool IsNameStart() {
    const char c = Peek();
    return std::isalpha(static_cast<unsigned char>(c)) || c == '_';
  }
  std::string Name() {
    if (!IsNameStart()) Fail("expected a name");
    const size_t start = at_;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) || text_[at_] == '_')) ++at_;
    return std::string(text_.substr(start, at_ - start));
  }
  void SkipTo(char close) {
    while (Peek() != close) {
      if (at_ >= text_.size()) Fail("unfinished document");
      ++at_;
    }
    ++at_;
  }
  void Directives() {
    while (Take('@')) {
      Name();
      if (Take('(')) SkipTo(')');
    }
  }

  json::value Literal(int depth) {
    if (depth > 64) Fail("nested too deeply");
    if (Take('$')) {
      const json::value* value = variables_.if_contains(Name());
      return value ? *value : json::value();
    }
    if (Take('[')) {
      json::array array;
      while (!Take(']')) array.push_back(Literal(depth + 1));
      return array;
    }
    if (Take('{')) {
      json::object object;
      while (!Take('}')) {
        const std::string name = Name();
        Expect(':');
        object[name] = Literal(depth + 1);
      }
      return object;
    }
    if (IsNameStart()) {
      const std::string word = Name();
      if (word == "true") return true;
      if (word == "false") return false;
      if (word == "null") return nullptr;
      return json::string(word);
    }
    const size_t start = at_;
    if (Peek() == '"') {
      ++at_;
      while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
      ++at_;
    } else {
      while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) ||
                                    std::string_view("+-.").find(text_[at_]) != std::string_view::npos))
        ++at_;
    }
    boost::system::error_code code;
    if (at_ > text_.size()) Fail("unfinished text");
    json::value value = json::parse(text_.substr(start, at_ - start), code);
    if (code) Fail("not a value");
    return value;
  }

  std::vector<RawField> Selection() {
    Expect('{');
    if (++depth_ > 64) Fail("nested too deeply");
    std::vector<RawField> fields;
    while (!Take('}')) {
      RawField raw;
      if (text_.substr(at_, 3) == "...") {
        at_ += 3;
        std::string name = IsNameStart() ? Name() : "";
        if (name == "on" || name.empty()) {
          if (name == "on") Name();
          Directives();
          raw.is_inline = true;
          raw.selection = Selection();
        } else {
          Directives();
          raw.spread = name;
        }
      } else {
        raw.field.name = raw.field.alias = Name();
        if (Take(':')) raw.field.name = Name();
        if (Take('(')) {
          while (!Take(')')) {
            const std::string name = Name();
            Expect(':');
            raw.field.arguments[name] = Literal(0);
          }
        }
        Directives();
        if (Peek() == '{') raw.selection = Selection();
      }
      fields.push_back(std::move(raw));
    }
    --depth_;
    return fields;
  }

  std::vector<GraphQlField> Expand(const std::vector<RawField>& raw, int depth) {
    if (depth > 64 || ++expanded_ > 10'000) Fail("fragments nested too deeply");
    std::vector<GraphQlField> fields;
    for (const auto& one : raw) {
      if (one.is_inline || !one.spread.empty()) {
        const auto fragment = fragments_.find(one.spread);
        if (!one.is_inline && fragment == fragments_.end()) Fail("unknown fragment " + one.spread);
        auto inner = Expand(one.is_inline ? one.selection : fragment->second, depth + 1);
        for (auto& field : inner) fields.push_back(std::move(field));
        continue;
      }
      GraphQlField field = one.field;
      field.selection = Expand(one.selection, depth + 1);
      fields.push_back(std::move(field));
    }
    return fields;
  }

  std::string_view text_;
  const json::object& variables_;
  size_t at_ = 0;
  int depth_ = 0;
  int expanded_ = 0;
  std::map<std::string, std::vector<RawField>> fragments_;
};

std::string SnakeCase(std::string_view camel) {
  std::string snake;
  for (const char c : camel) {
    if (std::isupper(static_cast<unsigned char>(c))) {
      snake.push_back('_');
      snake.push_back(static_cast<char>(std::tolower(c)));
    } else {
      snake.push_back(c);
    }
  }
  return snake;
}

}  // namespace

const GraphQlField* GraphQlField::Find(std::string_view field) const {
  for (const auto& one : selection) {
    if (one.name == field) return &one;
  }
  return nullptr;
}

std::vector<GraphQlField> ParseGraphQl(std::string_view document, const json::object& variables, const std::string& operation) {
  return Parser(document, variables).Parse(operation);
}

namespace {

/// Whether a field is a list in MLflow's schema: a REST answer leaves an empty one out, a GraphQL answer must not.
bool IsList(std::string_view name) {
  static const std::set<std::string_view> kLists = {
      "aliases",      "datasetInputs", "datasetSummaries", "files",  "metrics", "modelInputs", "modelMetrics",
      "modelOutputs", "modelParams",   "modelVersions",    "params", "runs",    "tags"};
  return kLists.contains(name);
}

}  // namespace

json::value SelectGraphQl(const json::value& value, const GraphQlField& field) {
  if (value.is_array()) {
    json::array array;
    for (const auto& item : value.as_array()) array.push_back(SelectGraphQl(item, field));
    return array;
  }
  if (value.is_int64()) return json::string(std::to_string(value.as_int64()));
  if (value.is_string() && field.name == "value" && value.as_string() == "NaN") return nullptr;
  if (!value.is_object() || field.selection.empty()) return value;
  json::object object;
  for (const auto& inner : field.selection) {
    if (inner.name == "__typename") {
      object[inner.alias] = "Mlflow_" + field.name;
      continue;
    }
    const json::value* found = value.as_object().if_contains(SnakeCase(inner.name));
    if (found != nullptr) {
      object[inner.alias] = SelectGraphQl(*found, inner);
    } else if (IsList(inner.name)) {
      object[inner.alias] = json::array();
    } else {
      object[inner.alias] = nullptr;
    }
  }
  return object;
}

}  // namespace headrace::http
