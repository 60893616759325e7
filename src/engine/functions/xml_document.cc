#include "engine/functions/xml_document.h"

#include <algorithm>
#include <cctype>

#include "engine/functions/utf8.h"

namespace headrace::engine {

namespace {

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool IsNameChar(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-' || c == '.' || c == ':' ||
         static_cast<unsigned char>(c) >= 0x80;
}

/// Thrown inside the parser only; becomes the caller's problem text.
struct Malformed {
  std::string what;
};

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  std::unique_ptr<XmlNode> Document() {
    auto root = std::make_unique<XmlNode>();
    root->kind = XmlNode::Kind::kRoot;
    if (text_.substr(0, 3) == "\xEF\xBB\xBF") at_ = 3;
    Misc();
    if (at_ >= text_.size()) throw Malformed{"Premature end of file."};
    Element(*root);
    Misc();
    if (at_ < text_.size()) throw Malformed{"Content is not allowed in trailing section."};
    return root;
  }

 private:
  bool Looking(std::string_view word) const { return text_.substr(at_, word.size()) == word; }
  void Skip(std::string_view end) {
    size_t found = text_.find(end, at_);
    if (found == std::string_view::npos) throw Malformed{"XML document structures must start and end within the same entity."};
    at_ = found + end.size();
  }
  void Misc() {
    while (at_ < text_.size()) {
      if (IsSpace(text_[at_]))
        at_++;
      else if (Looking("<?"))
        Skip("?>");
      else if (Looking("<!--"))
        Skip("-->");
      else if (Looking("<!DOCTYPE"))
        throw Malformed{"DOCTYPE is disallowed."};
      else
        return;
    }
  }
  std::string Name() {
    size_t start = at_;
    while (at_ < text_.size() && IsNameChar(text_[at_])) at_++;
    if (at_ == start)
      throw Malformed{"The markup must be well-formed: a name is expected at position " + std::to_string(at_) + "."};
    return std::string(text_.substr(start, at_ - start));
  }
  void Spaces() {
    while (at_ < text_.size() && IsSpace(text_[at_])) at_++;
  }
  void Expect(std::string_view word) {
    if (!Looking(word)) throw Malformed{"'" + std::string(word) + "' is expected at position " + std::to_string(at_) + "."};
    at_ += word.size();
  }
  std::string Unescaped(std::string_view raw) {
    std::string out;
    for (size_t i = 0; i < raw.size(); i++) {
      if (raw[i] != '&') {
        out += raw[i];
        continue;
      }
      size_t end = raw.find(';', i);
      if (end == std::string_view::npos) throw Malformed{"An entity reference must end with ';'."};
      std::string_view name = raw.substr(i + 1, end - i - 1);
      if (name == "lt")
        out += '<';
      else if (name == "gt")
        out += '>';
      else if (name == "amp")
        out += '&';
      else if (name == "quot")
        out += '"';
      else if (name == "apos")
        out += '\'';
      else if (name.size() > 1 && name[0] == '#')
        Utf8Append(out, Reference(name));
      else
        throw Malformed{"The entity \"" + std::string(name) + "\" was referenced, but not declared."};
      i = end;
    }
    return out;
  }
  static uint32_t Reference(std::string_view name) {
    bool hex = name[1] == 'x';
    uint32_t code = 0;
    for (char c : name.substr(hex ? 2 : 1)) {
      int digit = std::isdigit(static_cast<unsigned char>(c))           ? c - '0'
                  : hex && std::isxdigit(static_cast<unsigned char>(c)) ? (std::tolower(c) - 'a' + 10)
                                                                        : -1;
      if (digit < 0 || code > 0x10FFFF) throw Malformed{"A character reference is broken."};
      code = code * (hex ? 16 : 10) + static_cast<uint32_t>(digit);
    }
    return code;
  }
  std::unique_ptr<XmlNode> Make(XmlNode::Kind kind, const XmlNode& parent, std::string name, std::string value) {
    auto node = std::make_unique<XmlNode>();
    node->kind = kind;
    node->name = std::move(name);
    node->value = std::move(value);
    node->parent = &parent;
    node->order = ++order_;
    return node;
  }
  void AddText(XmlNode& element, std::string text) {
    if (text.empty()) return;
    if (!element.children.empty() && element.children.back()->kind == XmlNode::Kind::kText)
      element.children.back()->value += text;
    else
      element.children.push_back(Make(XmlNode::Kind::kText, element, "", std::move(text)));
  }

  void Element(XmlNode& parent) {
    if (++depth_ > 256) throw Malformed{"Elements are nested too deeply."};
    Expect("<");
    parent.children.push_back(Make(XmlNode::Kind::kElement, parent, Name(), ""));
    XmlNode& element = *parent.children.back();
    for (;;) {
      Spaces();
      if (Looking("/>")) {
        at_ += 2;
        depth_--;
        return;
      }
      if (Looking(">")) break;
      std::string name = Name();
      Spaces();
      Expect("=");
      Spaces();
      char quote = at_ < text_.size() ? text_[at_] : ' ';
      if (quote != '"' && quote != '\'') throw Malformed{"Open quote is expected for attribute \"" + name + "\"."};
      size_t end = text_.find(quote, ++at_);
      if (end == std::string_view::npos) throw Malformed{"An attribute's value must end with its quote."};
      element.attributes.push_back(
          Make(XmlNode::Kind::kAttribute, element, std::move(name), Unescaped(text_.substr(at_, end - at_))));
      at_ = end + 1;
    }
    at_++;
    for (;;) {
      if (at_ >= text_.size()) throw Malformed{"XML document structures must start and end within the same entity."};
      if (Looking("</")) break;
      if (Looking("<!--")) {
        Skip("-->");
      } else if (Looking("<![CDATA[")) {
        size_t end = text_.find("]]>", at_);
        if (end == std::string_view::npos) throw Malformed{"A CDATA section must end with ']]>'."};
        AddText(element, std::string(text_.substr(at_ + 9, end - at_ - 9)));
        at_ = end + 3;
      } else if (Looking("<?")) {
        Skip("?>");
      } else if (Looking("<")) {
        Element(element);
      } else {
        size_t end = std::min(text_.find('<', at_), text_.size());
        AddText(element, Unescaped(text_.substr(at_, end - at_)));
        at_ = end;
      }
    }
    at_ += 2;
    if (Name() != element.name) {
      throw Malformed{"The element type \"" + element.name + "\" must be terminated by the matching end-tag \"</" + element.name +
                      ">\"."};
    }
    Spaces();
    Expect(">");
    depth_--;
  }

  std::string_view text_;
  size_t at_ = 0;
  size_t order_ = 0;
  int depth_ = 0;
};

}  // namespace

std::string XmlNode::Text() const {
  if (kind == Kind::kText || kind == Kind::kAttribute) return value;
  std::string text;
  for (const auto& child : children) text += child->Text();
  return text;
}

std::unique_ptr<XmlNode> ParseXml(std::string_view text, std::string* problem) {
  try {
    return Parser(text).Document();
  } catch (const Malformed& malformed) {
    *problem = malformed.what;
    return nullptr;
  }
}

}  // namespace headrace::engine
