#include "engine/functions/groups.h"

namespace headrace::engine {

namespace {

using duckdb::LogicalType;
using duckdb::Value;

// The texts of the parts come ready-made; these put them together as Spark prints nested values.

std::string Part(const Value& text, const Value& null_text) { return duckdb::StringValue::Get(text.IsNull() ? null_text : text); }

std::string Joined(const Value& texts, const Value& null_text) {
  std::string out;
  for (const auto& text : duckdb::ListValue::GetChildren(texts)) {
    if (!out.empty() || &text != &duckdb::ListValue::GetChildren(texts)[0]) out += ", ";
    out += Part(text, null_text);
  }
  return out;
}

Value ArrayText(const Call&, std::vector<Value>& a) { return Value("[" + Joined(a[0], a[1]) + "]"); }
Value StructText(const Call&, std::vector<Value>& a) { return Value("{" + Joined(a[0], a[1]) + "}"); }
Value MapText(const Call&, std::vector<Value>& a) {
  const auto& keys = duckdb::ListValue::GetChildren(a[0]);
  const auto& values = duckdb::ListValue::GetChildren(a[1]);
  std::string out = "{";
  for (size_t i = 0; i < keys.size(); i++) out += (i ? ", " : "") + Part(keys[i], a[2]) + " -> " + Part(values[i], a[2]);
  return Value(out + "}");
}

std::string SpacedHex(const Call&, std::string_view bytes) {
  static const char* const kDigits = "0123456789ABCDEF";
  std::string out = "[";
  for (unsigned char c : bytes) {
    if (out.size() > 1) out += ' ';
    out += {kDigits[c >> 4], kDigits[c & 15]};
  }
  return out + "]";
}

}  // namespace

void RegisterNestedText(KernelRegistry& registry) {
  registry.AddBoxed("spark_array_text", 2, ArrayText, kPlain, LogicalType::VARCHAR);
  registry.AddBoxed("spark_struct_text", 2, StructText, kPlain, LogicalType::VARCHAR);
  registry.AddBoxed("spark_map_text", 3, MapText, kPlain, LogicalType::VARCHAR);
  registry.Add("spark_show_binary", SpacedHex, kPlain, {LogicalType::BLOB}, LogicalType::VARCHAR);
}

}  // namespace headrace::engine
