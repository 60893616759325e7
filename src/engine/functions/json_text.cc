#include "engine/functions/json_text.h"

#include <cctype>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "engine/functions/calendar.h"
#include "engine/functions/utf8.h"

namespace headrace::engine {

namespace {

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool Read(JsonNode* node, int depth = 0) {
    Space();
    if (at_ >= text_.size() || depth > 1000) return false;
    char c = text_[at_];
    if (c == '{' || c == '[') return Container(node, c == '{', depth);
    if (c == '"' || c == '\'') {
      node->kind = JsonNode::Kind::kString;
      return String(&node->text);
    }
    for (std::string_view word : {"true", "false", "null"}) {
      if (text_.substr(at_, word.size()) != word) continue;
      at_ += word.size();
      node->kind = word == "null" ? JsonNode::Kind::kNull : JsonNode::Kind::kBoolean;
      node->text = word;
      return true;
    }
    size_t start = at_;
    if (c == '-') at_++;
    if (at_ >= text_.size() || !std::isdigit(static_cast<unsigned char>(text_[at_]))) return false;
    if (text_[at_] == '0' && at_ + 1 < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_ + 1]))) return false;
    while (at_ < text_.size() &&
           (std::isalnum(static_cast<unsigned char>(text_[at_])) || text_[at_] == '.' || text_[at_] == '+' || text_[at_] == '-'))
      at_++;
    node->kind = JsonNode::Kind::kNumber;
    node->text = std::string(text_.substr(start, at_ - start));
    char* end = nullptr;
    std::strtod(node->text.c_str(), &end);
    return end == node->text.c_str() + node->text.size();
  }

  bool AtEnd() {
    Space();
    return at_ == text_.size();
  }

 private:
  void Space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r')) at_++;
  }

  bool Container(JsonNode* node, bool object, int depth) {
    node->kind = object ? JsonNode::Kind::kObject : JsonNode::Kind::kArray;
    char close = object ? '}' : ']';
    at_++;
    Space();
    if (at_ < text_.size() && text_[at_] == close) return at_++, true;
    while (true) {
      Space();
      if (object) {
        node->names.emplace_back();
        if (at_ >= text_.size() || (text_[at_] != '"' && text_[at_] != '\'') || !String(&node->names.back())) return false;
        Space();
        if (at_ >= text_.size() || text_[at_++] != ':') return false;
      }
      node->children.emplace_back();
      if (!Read(&node->children.back(), depth + 1)) return false;
      Space();
      if (at_ >= text_.size()) return false;
      char c = text_[at_++];
      if (c == close) return true;
      if (c != ',') return false;
    }
  }

  bool Hex(uint32_t* code) {
    if (at_ + 4 > text_.size()) return false;
    *code = 0;
    for (int i = 0; i < 4; i++) {
      auto c = static_cast<unsigned char>(text_[at_++]);
      if (!std::isxdigit(c)) return false;
      *code = *code * 16 + static_cast<uint32_t>(std::isdigit(c) ? c - '0' : std::tolower(c) - 'a' + 10);
    }
    return true;
  }

  bool String(std::string* out) {
    char quote = text_[at_++];
    while (at_ < text_.size()) {
      char c = text_[at_++];
      if (c == quote) return true;
      if (c != '\\') {
        *out += c;
        continue;
      }
      if (at_ >= text_.size()) return false;
      char escaped = text_[at_++];
      switch (escaped) {
        case 'n':
          *out += '\n';
          break;
        case 't':
          *out += '\t';
          break;
        case 'r':
          *out += '\r';
          break;
        case 'b':
          *out += '\b';
          break;
        case 'f':
          *out += '\f';
          break;
        case 'u': {
          uint32_t code, low;
          if (!Hex(&code)) return false;
          if (code >= 0xD800 && code < 0xDC00 && text_.substr(at_, 2) == "\\u") {
            at_ += 2;
            if (!Hex(&low)) return false;
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
          }
          Utf8Append(*out, code);
          break;
        }
        case '"':
        case '\'':
        case '\\':
        case '/':
          *out += escaped;
          break;
        default:
          return false;
      }
    }
    return false;
  }

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

std::optional<JsonNode> ParseJson(std::string_view text) {
  Reader reader(text);
  JsonNode node;
  if (!reader.Read(&node) || !reader.AtEnd()) return std::nullopt;
  return node;
}

std::string JsonQuoted(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          char buffer[8];
          std::snprintf(buffer, sizeof(buffer), "\\u%04X", c);
          out += buffer;
        } else {
          out += c;
        }
    }
  }
  return out + "\"";
}

namespace {

std::string NumberText(const std::string& text) {
  if (text.find_first_of(".eE") == std::string::npos) return text == "-0" ? "0" : text;
  double value = std::strtod(text.c_str(), nullptr);
  return std::isfinite(value) ? DoubleText(value) : JsonQuoted(DoubleText(value));
}

}  // namespace

std::string JsonText(const JsonNode& node) {
  switch (node.kind) {
    case JsonNode::Kind::kNull:
      return "null";
    case JsonNode::Kind::kBoolean:
      return node.text;
    case JsonNode::Kind::kNumber:
      return NumberText(node.text);
    case JsonNode::Kind::kString:
      return JsonQuoted(node.text);
    default:
      break;
  }
  bool object = node.kind == JsonNode::Kind::kObject;
  std::string out = object ? "{" : "[";
  for (size_t i = 0; i < node.children.size(); i++) {
    if (i > 0) out += ",";
    if (object) out += JsonQuoted(node.names[i]) + ":";
    out += JsonText(node.children[i]);
  }
  return out + (object ? "}" : "]");
}

}  // namespace headrace::engine
