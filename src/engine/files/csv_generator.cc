#include "engine/precompiled.h"

#include "engine/files/csv_generator.h"

namespace headrace::engine {

namespace {

/// "[78 79 7A]": how Spark's writer shows bytes.
std::string ByteList(const std::string& bytes) {
  std::string text = "[";
  char digits[4];
  for (size_t i = 0; i < bytes.size(); ++i) {
    std::snprintf(digits, sizeof digits, i == 0 ? "%02X" : " %02X", static_cast<unsigned char>(bytes[i]));
    text += digits;
  }
  return text + "]";
}

/// A value as a field shows it. Of arrays, maps and structs it is what a cast to text gives, with nothing for nulls.
std::string FieldText(const duckdb::Value& value, const plan::DataType& type, const GeneratorOptions& formats) {
  using plan::TypeId;
  if (type.id() == TypeId::kBinary) return ByteList(duckdb::StringValue::Get(value));
  if (type.id() != TypeId::kArray && type.id() != TypeId::kMap && type.id() != TypeId::kStruct)
    return ScalarText(value, type, formats);
  auto text = [&](const duckdb::Value& part, const plan::DataType& of) {
    return part.IsNull() ? std::string() : FieldText(part, of, formats);
  };
  auto spaced = [](const std::string& part, const duckdb::Value& of) { return of.IsNull() ? part : " " + part; };
  std::string out;
  if (type.id() == TypeId::kMap) {
    for (const auto& entry : duckdb::MapValue::GetChildren(value)) {
      const auto& pair = duckdb::StructValue::GetChildren(entry);
      out += (out.empty() ? "" : ", ") + text(pair[0], type.key()) + " ->" + spaced(text(pair[1], type.value()), pair[1]);
    }
    return "{" + out + "}";
  }
  bool is_struct = type.id() == TypeId::kStruct;
  const auto& parts = is_struct ? duckdb::StructValue::GetChildren(value) : duckdb::ListValue::GetChildren(value);
  for (size_t i = 0; i < parts.size(); ++i) {
    std::string part = text(parts[i], is_struct ? type.fields()[i].type : type.element());
    out += i == 0 ? part : "," + spaced(part, parts[i]);
  }
  return is_struct ? "{" + out + "}" : "[" + out + "]";
}

}  // namespace

CsvGenerator::CsvGenerator(const plan::DataType& type, const plan::Options& given, const std::string& session_zone)
    : type_(type), csv_(given, session_zone, ""), formats_(given, session_zone) {
  OptionMap options(given);
  null_value_ = csv_.null_value;
  empty_value_ = options.Text("emptyValue", "\"\"");
  comment_ = csv_.comment == '\0' ? '#' : csv_.comment;  // The writer knows a comment even when none was named.
  quote_all_ = options.Bool("quoteAll", false);
  escape_quotes_ = options.Bool("escapeQuotes", true);
  trim_leading_ = options.Bool("ignoreLeadingWhiteSpace", true);
  trim_trailing_ = options.Bool("ignoreTrailingWhiteSpace", true);
}

std::string CsvGenerator::Line(const duckdb::Value& row) const {
  const auto& children = duckdb::StructValue::GetChildren(row);
  std::string out;
  for (size_t i = 0; i < type_.fields().size(); ++i) {
    if (i > 0) out += csv_.delimiter;
    const plan::DataType& field = type_.fields()[i].type;
    if (children[i].IsNull())
      AppendElement(null_value_, true, i, out);
    else
      AppendText(FieldText(children[i], field, formats_), i, out);
  }
  return out;
}

std::string CsvGenerator::Header() const {
  std::string out;
  for (size_t i = 0; i < type_.fields().size(); ++i) {
    if (i > 0) out += csv_.delimiter;
    AppendText(type_.fields()[i].name, i, out);
  }
  return out;
}

void CsvGenerator::AppendText(const std::string& text, size_t column, std::string& out) const {
  if (text.empty())
    AppendElement(empty_value_, true, column, out);
  else
    AppendElement(text, false, column, out);
}

bool CsvGenerator::NeedsQuotes(std::string_view text) const {
  if (text.find(csv_.delimiter) != std::string_view::npos) return true;
  if (text.find_first_of("\r\n") != std::string_view::npos) return true;
  return escape_quotes_ && text.find(csv_.quote) != std::string_view::npos;
}

void CsvGenerator::AppendElement(const std::string& element, bool stands_for_none, size_t column, std::string& out) const {
  std::string_view text = element;
  auto is_space = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  while (trim_leading_ && !text.empty() && is_space(text.front())) text.remove_prefix(1);
  const bool starts_quoted = !text.empty() && (text[0] == csv_.quote || (column == 0 && element[0] == comment_));
  if ((quote_all_ || starts_quoted) && stands_for_none && element.size() >= 2 && element.front() == csv_.quote &&
      element.back() == csv_.quote) {
    out += element;  // Written with its quotes already.
    return;
  }
  const bool quoted = quote_all_ || starts_quoted || NeedsQuotes(text);
  while (trim_trailing_ && !text.empty() && is_space(text.back())) text.remove_suffix(1);
  if (text.empty() && !stands_for_none) {
    AppendElement(empty_value_, true, column, out);  // Nothing but spaces.
    return;
  }
  if (quoted) out += csv_.quote;
  if (quoted) {
    AppendQuoted(text, out);
  } else {
    out += text;
  }
  if (quoted) out += csv_.quote;
}

void CsvGenerator::AppendQuoted(std::string_view text, std::string& out) const {
  for (char c : text) {
    if (c == csv_.quote)
      out += csv_.escape;
    else if (c == csv_.escape && csv_.escape_escape != '\0')
      out += csv_.escape_escape;
    out += c;
  }
}

}  // namespace headrace::engine
