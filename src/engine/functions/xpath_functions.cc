#include <cmath>

#include "engine/functions/groups.h"
#include "engine/functions/xml_document.h"

namespace headrace::engine {

namespace {

using duckdb::LogicalType;
using duckdb::Value;
using View = std::string_view;

[[noreturn]] void ThrowXml(const Call& call, const std::string& what, View text) {
  ThrowSpark(call.site(), "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION",
             {{"badRecord", std::string(text)}, {"failFastMode", "FAILFAST"}},
             "Malformed records are detected in record parsing: " + std::string(text) + ". " + what, ErrorKind::kRuntime);
}

/// Nothing for an empty document or path, as in Spark. The document lives as long as `root` does.
std::optional<XPathValue> Evaluate(const Call& call, View xml, View path, std::unique_ptr<XmlNode>& root) {
  if (xml.empty() || path.empty()) return std::nullopt;
  std::string problem;
  root = ParseXml(xml, &problem);
  if (!root) ThrowXml(call, "Invalid XML document: " + problem, xml);
  auto value = EvaluateXPath(path, *root, &problem);
  if (!value) ThrowXml(call, "Invalid XPath '" + std::string(path) + "': " + problem, path);
  return value;
}

template <class T>
std::optional<T> AsNumber(const Call& call, View xml, View path) {
  std::unique_ptr<XmlNode> root;
  auto value = Evaluate(call, xml, path, root);
  if (!value) return std::nullopt;
  double number = value->AsNumber();
  if constexpr (std::is_floating_point_v<T>) return static_cast<T>(number);
  if (std::isnan(number)) return T(0);
  constexpr double kLow = static_cast<double>(std::numeric_limits<int64_t>::min()),
                   kHigh = static_cast<double>(std::numeric_limits<int64_t>::max());
  return static_cast<T>(number <= kLow    ? std::numeric_limits<int64_t>::min()
                        : number >= kHigh ? std::numeric_limits<int64_t>::max()
                                          : static_cast<int64_t>(number));
}

Value Matches(const Call& call, std::vector<Value>& a) {
  std::unique_ptr<XmlNode> root;
  auto value = Evaluate(call, duckdb::StringValue::Get(a[0]), duckdb::StringValue::Get(a[1]), root);
  if (!value || value->kind != XPathValue::Kind::kNodes) return Value(LogicalType::LIST(LogicalType::VARCHAR));
  duckdb::vector<Value> out;
  for (const XmlNode* node : value->nodes) {
    // Only text and attributes have a value of their own.
    bool has = node->kind == XmlNode::Kind::kText || node->kind == XmlNode::Kind::kAttribute;
    out.push_back(has ? Value(node->value) : Value(LogicalType::VARCHAR));
  }
  return Value::LIST(LogicalType::VARCHAR, std::move(out));
}

}  // namespace

void RegisterXPath(KernelRegistry& registry) {
  registry.AddBoxed("spark_xpath", 2, Matches, kFallible, LogicalType::LIST(LogicalType::VARCHAR));
  registry.Add(
      "spark_xpath_boolean",
      [](const Call& call, View xml, View path) -> std::optional<bool> {
        std::unique_ptr<XmlNode> root;
        auto value = Evaluate(call, xml, path, root);
        return value ? std::optional<bool>(value->AsBoolean()) : std::nullopt;
      },
      kFallible);
  registry.Add(
      "spark_xpath_string",
      [](const Call& call, View xml, View path) -> std::optional<std::string> {
        std::unique_ptr<XmlNode> root;
        auto value = Evaluate(call, xml, path, root);
        return value ? std::optional<std::string>(value->AsText()) : std::nullopt;
      },
      kFallible);
  registry.Add("spark_xpath_short", AsNumber<int16_t>, kFallible);
  registry.Add("spark_xpath_int", AsNumber<int32_t>, kFallible);
  registry.Add("spark_xpath_long", AsNumber<int64_t>, kFallible);
  registry.Add("spark_xpath_float", AsNumber<float>, kFallible);
  registry.Add("spark_xpath_double", AsNumber<double>, kFallible);
}

}  // namespace headrace::engine
