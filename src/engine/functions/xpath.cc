#include <algorithm>
#include <cmath>
#include <set>

#include "engine/functions/calendar.h"
#include "engine/functions/utf8.h"
#include "engine/functions/xml_document.h"

namespace headrace::engine {

namespace {

using Nodes = std::vector<const XmlNode*>;
using Kind = XPathValue::Kind;

/// Thrown inside the evaluator only; becomes the caller's problem text.
struct BadPath {
  std::string what;
};

double NumberOf(const std::string& text) {
  auto trimmed = TrimAll(text);
  if (trimmed.empty()) return std::nan("");
  for (char c : trimmed) {
    if (!std::isdigit(static_cast<unsigned char>(c)) && c != '.' && c != '-') return std::nan("");
  }
  std::string copy(trimmed);
  char* end = nullptr;
  double value = std::strtod(copy.c_str(), &end);
  return *end == 0 ? value : std::nan("");
}

XPathValue Number(double value) { return {.kind = Kind::kNumber, .number = value}; }
XPathValue Text(std::string value) { return {.kind = Kind::kText, .text = std::move(value)}; }
XPathValue Boolean(bool value) { return {.kind = Kind::kBoolean, .boolean = value}; }

struct Context {
  const XmlNode* node;
  size_t position;
  size_t size;
};

/// Reads and evaluates at once: a predicate's text is read again for every node.
class Evaluator {
 public:
  Evaluator(std::string_view text, const XmlNode& root) : text_(text), root_(root) {}

  XPathValue Whole() {
    auto value = Or(Context{&root_, 1, 1});
    Spaces();
    if (at_ != text_.size()) throw BadPath{"unexpected text at position " + std::to_string(at_)};
    return value;
  }

 private:
  void Spaces() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) at_++;
  }
  bool Take(std::string_view symbol) {
    Spaces();
    if (text_.substr(at_, symbol.size()) != symbol) return false;
    at_ += symbol.size();
    return true;
  }
  static bool IsNameChar(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-' || c == '.' ||
           static_cast<unsigned char>(c) >= 0x80;
  }
  bool TakeWord(std::string_view word) {
    Spaces();
    if (text_.substr(at_, word.size()) != word || (at_ + word.size() < text_.size() && IsNameChar(text_[at_ + word.size()])))
      return false;
    at_ += word.size();
    return true;
  }
  void Expect(std::string_view symbol) {
    if (!Take(symbol)) throw BadPath{"'" + std::string(symbol) + "' is expected at position " + std::to_string(at_)};
  }
  std::string Name() {
    Spaces();
    size_t start = at_;
    while (at_ < text_.size() && (IsNameChar(text_[at_]) || (text_[at_] == ':' && text_.substr(at_, 2) != "::"))) at_++;
    if (start == at_) throw BadPath{"a name is expected at position " + std::to_string(at_)};
    return std::string(text_.substr(start, at_ - start));
  }

  XPathValue Or(const Context& c) {
    auto left = And(c);
    while (TakeWord("or")) {
      bool right = And(c).AsBoolean();
      left = Boolean(left.AsBoolean() || right);
    }
    return left;
  }
  XPathValue And(const Context& c) {
    auto left = Equality(c);
    while (TakeWord("and")) {
      bool right = Equality(c).AsBoolean();
      left = Boolean(left.AsBoolean() && right);
    }
    return left;
  }
  /// A comparison with a node set holds when it holds for one of its nodes.
  static bool Compare(const XPathValue& a, const XPathValue& b, const std::string& op) {
    if (a.kind == Kind::kNodes && b.kind != Kind::kBoolean) {
      return std::any_of(a.nodes.begin(), a.nodes.end(), [&](const XmlNode* node) { return Compare(Text(node->Text()), b, op); });
    }
    if (b.kind == Kind::kNodes && a.kind != Kind::kBoolean) {
      return std::any_of(b.nodes.begin(), b.nodes.end(), [&](const XmlNode* node) { return Compare(a, Text(node->Text()), op); });
    }
    if (op == "=" || op == "!=") {
      bool equal = a.kind == Kind::kBoolean || b.kind == Kind::kBoolean ? a.AsBoolean() == b.AsBoolean()
                   : a.kind == Kind::kNumber || b.kind == Kind::kNumber ? a.AsNumber() == b.AsNumber()
                                                                        : a.AsText() == b.AsText();
      return equal == (op == "=");
    }
    double x = a.AsNumber(), y = b.AsNumber();
    return op == "<" ? x < y : op == "<=" ? x <= y : op == ">" ? x > y : x >= y;
  }
  XPathValue Equality(const Context& c) {
    auto left = Relation(c);
    for (;;) {
      std::string op = Take("!=") ? "!=" : Take("=") ? "=" : "";
      if (op.empty()) return left;
      left = Boolean(Compare(left, Relation(c), op));
    }
  }
  XPathValue Relation(const Context& c) {
    auto left = Sum(c);
    for (;;) {
      std::string op = Take("<=") ? "<=" : Take(">=") ? ">=" : Take("<") ? "<" : Take(">") ? ">" : "";
      if (op.empty()) return left;
      left = Boolean(Compare(left, Sum(c), op));
    }
  }
  XPathValue Sum(const Context& c) {
    auto left = Product(c);
    for (;;) {
      if (Take("+"))
        left = Number(left.AsNumber() + Product(c).AsNumber());
      else if (Take("-"))
        left = Number(left.AsNumber() - Product(c).AsNumber());
      else
        return left;
    }
  }
  XPathValue Product(const Context& c) {
    auto left = Negation(c);
    for (;;) {
      if (Take("*"))
        left = Number(left.AsNumber() * Negation(c).AsNumber());
      else if (TakeWord("div"))
        left = Number(left.AsNumber() / Negation(c).AsNumber());
      else if (TakeWord("mod"))
        left = Number(std::fmod(left.AsNumber(), Negation(c).AsNumber()));
      else
        return left;
    }
  }
  XPathValue Negation(const Context& c) {
    if (Take("-")) return Number(-Negation(c).AsNumber());
    auto left = Path(c);
    while (Take("|")) {
      auto right = Path(c);
      if (left.kind != Kind::kNodes || right.kind != Kind::kNodes) throw BadPath{"a union needs node sets"};
      left.nodes.insert(left.nodes.end(), right.nodes.begin(), right.nodes.end());
      InOrder(left.nodes);
    }
    return left;
  }

  static void InOrder(Nodes& nodes) {
    std::sort(nodes.begin(), nodes.end(), [](const XmlNode* a, const XmlNode* b) { return a->order < b->order; });
    nodes.erase(std::unique(nodes.begin(), nodes.end()), nodes.end());
  }

  /// A literal, a call, a bracketed expression, or a location path; each may be followed by predicates and steps.
  XPathValue Path(const Context& c) {
    Spaces();
    char first = at_ < text_.size() ? text_[at_] : 0;
    XPathValue value;
    bool primary = true;
    if (first == '\'' || first == '"') {
      size_t end = text_.find(first, at_ + 1);
      if (end == std::string_view::npos) throw BadPath{"a literal must end with its quote"};
      value = Text(std::string(text_.substr(at_ + 1, end - at_ - 1)));
      at_ = end + 1;
    } else if (std::isdigit(static_cast<unsigned char>(first)) ||
               (first == '.' && at_ + 1 < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_ + 1])))) {
      size_t start = at_;
      while (at_ < text_.size() && (std::isdigit(static_cast<unsigned char>(text_[at_])) || text_[at_] == '.')) at_++;
      value = Number(NumberOf(std::string(text_.substr(start, at_ - start))));
    } else if (Take("(")) {
      value = Or(c);
      Expect(")");
    } else if (IsCall()) {
      value = Function(c);
    } else {
      primary = false;
      value.nodes = {c.node};
      if (Take("//")) {
        value.nodes = Descendants({&root_});
        value.nodes = Step(value.nodes);
      } else if (Take("/")) {
        value.nodes = {&root_};
        Spaces();
        if (at_ < text_.size() && (IsNameChar(text_[at_]) || text_[at_] == '*' || text_[at_] == '@'))
          value.nodes = Step(value.nodes);
      } else {
        value.nodes = Step(value.nodes);
      }
    }
    if (primary && value.kind == Kind::kNodes) value.nodes = Predicates(std::move(value.nodes));
    while (value.kind == Kind::kNodes) {
      if (Take("//"))
        value.nodes = Step(Descendants(value.nodes));
      else if (Take("/"))
        value.nodes = Step(value.nodes);
      else
        break;
    }
    return value;
  }

  bool IsCall() {
    Spaces();
    size_t end = at_;
    while (end < text_.size() && IsNameChar(text_[end])) end++;
    if (end == at_ || end >= text_.size() || text_[end] != '(') return false;
    auto name = text_.substr(at_, end - at_);
    return name != "text" && name != "node" && name != "comment";
  }

  static Nodes Descendants(const Nodes& from) {
    Nodes all;
    std::vector<const XmlNode*> stack(from.rbegin(), from.rend());
    while (!stack.empty()) {
      const XmlNode* node = stack.back();
      stack.pop_back();
      all.push_back(node);
      for (auto it = node->children.rbegin(); it != node->children.rend(); ++it) stack.push_back(it->get());
    }
    InOrder(all);
    return all;
  }

  Nodes Step(const Nodes& from) {
    if (Take("..")) {
      Nodes out;
      for (const XmlNode* node : from) {
        if (node->parent) out.push_back(node->parent);
      }
      InOrder(out);
      return out;
    }
    if (Take(".")) return from;
    std::string axis = "child";
    Spaces();
    if (Take("@")) {
      axis = "attribute";
    } else {
      size_t saved = at_;
      if (at_ < text_.size() && IsNameChar(text_[at_])) {
        std::string name = Name();
        if (Take("::"))
          axis = name;
        else
          at_ = saved;
      }
    }
    std::string test;
    if (Take("*"))
      test = "*";
    else
      test = Name();
    bool text_test = test == "text" && Take("("), node_test = !text_test && test == "node" && Take("(");
    if (text_test || node_test) Expect(")");
    auto fits = [&](const XmlNode& node) {
      if (node_test) return true;
      if (text_test) return node.kind == XmlNode::Kind::kText;
      bool named = node.kind == (axis == "attribute" ? XmlNode::Kind::kAttribute : XmlNode::Kind::kElement);
      return named && (test == "*" || node.name == test);
    };
    size_t predicates = at_;
    Nodes out;
    for (const XmlNode* node : from) {
      Nodes found;
      if (axis == "child" || axis == "attribute") {
        for (const auto& child : axis == "child" ? node->children : node->attributes) {
          if (fits(*child)) found.push_back(child.get());
        }
      } else if (axis == "self") {
        if (fits(*node)) found.push_back(node);
      } else if (axis == "descendant" || axis == "descendant-or-self") {
        for (const XmlNode* below : Descendants({node})) {
          if ((below != node || axis == "descendant-or-self") && fits(*below)) found.push_back(below);
        }
      } else if (axis == "parent") {
        if (node->parent && fits(*node->parent)) found.push_back(node->parent);
      } else {
        throw BadPath{"the axis " + axis + " is not supported"};
      }
      at_ = predicates;
      found = Predicates(std::move(found));
      out.insert(out.end(), found.begin(), found.end());
    }
    if (from.empty()) Predicates({});
    InOrder(out);
    return out;
  }

  Nodes Predicates(Nodes nodes) {
    while (Take("[")) {
      size_t start = at_;
      Nodes kept;
      for (size_t i = 0; i < nodes.size(); i++) {
        at_ = start;
        auto value = Or(Context{nodes[i], i + 1, nodes.size()});
        bool keep = value.kind == Kind::kNumber ? value.number == static_cast<double>(i + 1) : value.AsBoolean();
        if (keep) kept.push_back(nodes[i]);
      }
      if (nodes.empty()) Or(Context{&root_, 1, 1});
      Expect("]");
      nodes = std::move(kept);
    }
    return nodes;
  }

  XPathValue Function(const Context& c) {
    std::string name = Name();
    Expect("(");
    std::vector<XPathValue> a;
    if (!Take(")")) {
      do a.push_back(Or(c));
      while (Take(","));
      Expect(")");
    }
    auto need = [&](size_t least, size_t most) {
      if (a.size() < least || a.size() > most) throw BadPath{"wrong number of arguments of " + name};
    };
    auto text = [&](size_t i) { return i < a.size() ? a[i].AsText() : c.node->Text(); };
    if (name == "position") return Number(static_cast<double>(c.position));
    if (name == "last") return Number(static_cast<double>(c.size));
    if (name == "true" || name == "false") return Boolean(name == "true");
    if (name == "count" || name == "sum") {
      need(1, 1);
      if (a[0].kind != Kind::kNodes) throw BadPath{name + " needs a node set"};
      if (name == "count") return Number(static_cast<double>(a[0].nodes.size()));
      double sum = 0;
      for (const XmlNode* node : a[0].nodes) sum += NumberOf(node->Text());
      return Number(sum);
    }
    if (name == "name" || name == "local-name") {
      const XmlNode* node = a.empty() ? c.node : a[0].nodes.empty() ? nullptr : a[0].nodes[0];
      return Text(node ? node->name : "");
    }
    if (name == "string") return Text(text(0));
    if (name == "number") return Number(a.empty() ? NumberOf(c.node->Text()) : a[0].AsNumber());
    if (name == "string-length") return Number(static_cast<double>(Utf8Length(text(0))));
    if (name == "normalize-space") {
      std::string out;
      for (char ch : std::string(TrimAll(text(0)))) {
        bool space = std::isspace(static_cast<unsigned char>(ch));
        if (space && !out.empty() && out.back() == ' ') continue;
        out += space ? ' ' : ch;
      }
      return Text(out);
    }
    if (name == "concat") {
      std::string out;
      for (const auto& value : a) out += value.AsText();
      return Text(out);
    }
    if (name == "not" || name == "boolean") {
      need(1, 1);
      return Boolean(a[0].AsBoolean() == (name == "boolean"));
    }
    if (name == "contains" || name == "starts-with") {
      need(2, 2);
      size_t at = text(0).find(text(1));
      return Boolean(name == "contains" ? at != std::string::npos : at == 0);
    }
    if (name == "floor" || name == "ceiling" || name == "round") {
      need(1, 1);
      double value = a[0].AsNumber();
      return Number(name == "floor" ? std::floor(value) : name == "ceiling" ? std::ceil(value) : std::floor(value + 0.5));
    }
    if (name == "substring") {
      need(2, 3);
      auto pieces = Utf8Split(a[0].text = a[0].AsText());
      double start = std::floor(a[1].AsNumber() + 0.5), length = a.size() > 2 ? std::floor(a[2].AsNumber() + 0.5) : HUGE_VAL;
      std::string out;
      for (size_t i = 0; i < pieces.size(); i++) {
        double at = static_cast<double>(i) + 1;
        if (at >= start && at < start + length) out += pieces[i];
      }
      return Text(out);
    }
    throw BadPath{"the function " + name + " is not supported"};
  }

  std::string_view text_;
  const XmlNode& root_;
  size_t at_ = 0;
};

}  // namespace

std::string XPathValue::AsText() const {
  switch (kind) {
    case Kind::kNodes:
      return nodes.empty() ? "" : nodes[0]->Text();
    case Kind::kText:
      return text;
    case Kind::kBoolean:
      return boolean ? "true" : "false";
    default:
      break;
  }
  if (std::isnan(number)) return "NaN";
  if (number == std::floor(number) && std::fabs(number) < 1e15) return std::to_string(static_cast<int64_t>(number));
  return DoubleText(number);
}

double XPathValue::AsNumber() const {
  if (kind == Kind::kNumber) return number;
  if (kind == Kind::kBoolean) return boolean ? 1 : 0;
  return NumberOf(AsText());
}

bool XPathValue::AsBoolean() const {
  switch (kind) {
    case Kind::kNodes:
      return !nodes.empty();
    case Kind::kNumber:
      return number != 0 && !std::isnan(number);
    case Kind::kText:
      return !text.empty();
    default:
      return boolean;
  }
}

std::optional<XPathValue> EvaluateXPath(std::string_view expression, const XmlNode& root, std::string* problem) {
  try {
    return Evaluator(expression, root).Whole();
  } catch (const BadPath& bad) {
    *problem = bad.what;
    return std::nullopt;
  }
}

}  // namespace headrace::engine
