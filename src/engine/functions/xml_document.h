#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace headrace::engine {

/// A node of an XML document.
struct XmlNode {
  enum class Kind { kRoot, kElement, kText, kAttribute };
  Kind kind = Kind::kElement;
  std::string name;  ///< Of elements and attributes.
  std::string value;  ///< Of text and attributes.
  const XmlNode* parent = nullptr;
  size_t order = 0;  ///< Position in the document.
  std::vector<std::unique_ptr<XmlNode>> attributes;
  std::vector<std::unique_ptr<XmlNode>> children;

  /// XPath's string value: all text below, in order.
  std::string Text() const;
};

/// The document's root, whose one element child is the document element; nothing when the text is not well-formed, `problem`
/// then says why. Entities other than the five predefined ones and character references are refused.
std::unique_ptr<XmlNode> ParseXml(std::string_view text, std::string* problem);

/// What an XPath 1.0 expression evaluates to.
struct XPathValue {
  enum class Kind { kNodes, kNumber, kText, kBoolean };
  Kind kind = Kind::kNodes;
  std::vector<const XmlNode*> nodes = {};
  double number = 0;
  std::string text = {};
  bool boolean = false;

  std::string AsText() const;
  double AsNumber() const;
  bool AsBoolean() const;
};

/// Evaluates an expression with the document's root as its context; nothing when it is no expression this reader knows,
/// `problem` then says why.
std::optional<XPathValue> EvaluateXPath(std::string_view expression, const XmlNode& root, std::string* problem);

}  // namespace headrace::engine
