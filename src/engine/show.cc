#include "engine/precompiled.h"

#include <algorithm>

#include "engine/engine.h"
#include "engine/observe.h"

namespace headrace::engine {

namespace {

using Table = std::vector<std::vector<std::string>>;

/// Characters, with East Asian wide and full-width ones counted twice, as Spark pads them.
size_t CharactersOf(const std::string& text) {
  size_t count = 0;
  for (unsigned char c : text) count += (c & 0xC0) != 0x80;
  return count;
}

uint32_t CodePoint(const std::string& text, size_t& at) {
  unsigned char lead = static_cast<unsigned char>(text[at]);
  size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  uint32_t point = length == 1 ? lead : lead & (0xFF >> (length + 1));
  for (size_t i = 1; i < length && at + i < text.size(); ++i) {
    point = (point << 6) | (static_cast<unsigned char>(text[at + i]) & 0x3F);
  }
  at += length;
  return point;
}

bool IsWide(uint32_t point) {
  return (point >= 0x1100 && point <= 0x115F) || (point >= 0x2E80 && point <= 0xA4CF && point != 0x303F) ||
         (point >= 0xAC00 && point <= 0xD7A3) || (point >= 0xF900 && point <= 0xFAFF) || (point >= 0xFE30 && point <= 0xFE6F) ||
         (point >= 0xFF00 && point <= 0xFF60) || (point >= 0xFFE0 && point <= 0xFFE6);
}

size_t WidthOf(const std::string& text) {
  size_t width = 0;
  for (size_t at = 0; at < text.size();) width += IsWide(CodePoint(text, at)) ? 2 : 1;
  return width;
}

std::string FirstCharacters(const std::string& text, size_t count) {
  size_t at = 0;
  while (at < text.size() && count > 0) {
    CodePoint(text, at);
    --count;
  }
  return text.substr(0, at);
}

/// One cell as show prints it: control characters escaped, cut to `truncate` characters.
std::string Cell(const std::string& raw, int32_t truncate) {
  std::string text;
  for (char c : raw) {
    switch (c) {
      case '\n':
        text += "\\n";
        break;
      case '\r':
        text += "\\r";
        break;
      case '\t':
        text += "\\t";
        break;
      case '\f':
        text += "\\f";
        break;
      case '\b':
        text += "\\b";
        break;
      case '\v':
        text += "\\v";
        break;
      case '\a':
        text += "\\a";
        break;
      default:
        text += c;
    }
  }
  if (truncate > 0 && CharactersOf(text) > static_cast<size_t>(truncate)) {
    if (truncate < 4) return FirstCharacters(text, static_cast<size_t>(truncate));
    return FirstCharacters(text, static_cast<size_t>(truncate) - 3) + "...";
  }
  return text;
}

std::string Padded(const std::string& text, size_t width, bool left) {
  size_t missing = width > WidthOf(text) ? width - WidthOf(text) : 0;
  return left ? std::string(missing, ' ') + text : text + std::string(missing, ' ');
}

std::string Note(size_t rows, bool more) {
  if (!more) return "";
  return "only showing top " + std::to_string(rows) + (rows == 1 ? " row" : " rows");
}

std::string Horizontal(const Table& table, int32_t truncate, bool more) {
  std::vector<size_t> widths(table[0].size(), 3);
  for (const auto& row : table) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], WidthOf(row[i]));
  }
  std::string line = "+";
  for (size_t width : widths) line += std::string(width, '-') + "+";
  line += "\n";
  std::string text = line;
  for (size_t r = 0; r < table.size(); ++r) {
    text += "|";
    for (size_t i = 0; i < widths.size(); ++i) text += Padded(table[r][i], widths[i], truncate > 0) + "|";
    text += "\n";
    if (r == 0) text += line;
  }
  text += line;
  return text + Note(table.size() - 1, more);
}

std::string Vertical(const Table& table, bool more) {
  size_t name_width = 3;
  size_t value_width = 3;
  for (const auto& name : table[0]) name_width = std::max(name_width, WidthOf(name));
  for (size_t r = 1; r < table.size(); ++r) {
    for (const auto& value : table[r]) value_width = std::max(value_width, WidthOf(value));
  }
  std::string text;
  for (size_t r = 1; r < table.size(); ++r) {
    std::string header = "-RECORD " + std::to_string(r - 1);
    size_t width = name_width + value_width + 5;
    if (header.size() < width) header += std::string(width - header.size(), '-');
    text += header + "\n";
    for (size_t i = 0; i < table[0].size(); ++i) {
      text += " " + Padded(table[0][i], name_width, false) + " | " + Padded(table[r][i], value_width, false) + " \n";
    }
  }
  if (table.size() == 1) return "(0 rows)";
  return text + Note(table.size() - 1, more);
}

std::string HtmlEscaped(const std::string& text) {
  std::string escaped;
  for (char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string Html(const Table& table, bool more) {
  std::string text = "<table border='1'>\n";
  for (size_t r = 0; r < table.size(); ++r) {
    const char* tag = r == 0 ? "th" : "td";
    text += "<tr>";
    for (size_t i = 0; i < table[r].size(); ++i) {
      text += std::string("<") + tag + ">" + HtmlEscaped(table[r][i]) + "</" + tag + ">";
    }
    text += "</tr>\n";
  }
  text += "</table>\n";
  return text + Note(table.size() - 1, more) + (more ? "\n" : "");
}

/// The plan limited to one row more than shown, every column as the text Spark's show prints.
analysis::TypedRelationPtr AsText(const analysis::TypedRelationPtr& plan, int32_t rows) {
  std::vector<analysis::Attribute> visible;
  for (const auto& attribute : plan->output) {
    if (!attribute.hidden) visible.push_back(attribute);
  }
  analysis::TypedLimit limit;
  limit.input = plan;
  limit.limit =
      analysis::MakeTyped(analysis::TypedLiteral{plan::Value(plan::Value::Data(int64_t(rows)))}, plan::TypeId::kLong, false);
  auto limited = analysis::MakeTypedRelation(std::move(limit), plan->output);
  analysis::TypedProject project;
  project.input = limited;
  std::vector<analysis::Attribute> output;
  for (size_t i = 0; i < visible.size(); ++i) {
    auto column = analysis::MakeTyped(analysis::TypedColumn{visible[i].id}, visible[i].type, visible[i].nullable);
    analysis::TypedPtr text = column;
    if (!visible[i].type.IsString()) {
      analysis::TypedCall call;
      call.lowering = "@show_text";
      call.arguments = {column};
      text = analysis::MakeTyped(std::move(call), plan::DataType::String(), true);
    }
    project.expressions.push_back(text);
    analysis::Attribute attribute;
    attribute.id = -2000000 - static_cast<int64_t>(i);
    attribute.name = visible[i].name;
    attribute.type = plan::DataType::String();
    output.push_back(std::move(attribute));
  }
  return analysis::MakeTypedRelation(std::move(project), std::move(output));
}

}  // namespace

std::unique_ptr<ResultStream> RunShowString(Engine& engine, const std::shared_ptr<Session>& session, const plan::ShowString& show,
                                            const ExecuteOptions& options) {
  SessionAnalysis analysis(engine, session, options);
  auto typed = analysis.analyzer().Analyze(show.input);
  plan::Schema schema = SchemaOf(*typed);
  int32_t limit = std::min(std::max(show.rows, 0), 2147483646 - 1);
  std::vector<std::vector<plan::Value>> rows;
  if (schema.empty()) {
    rows.resize(engine.Materialize(session, typed, options)->RowCount());
    if (rows.size() > static_cast<size_t>(limit) + 1) rows.resize(static_cast<size_t>(limit) + 1);
  } else {
    rows = engine.Collect(session, AsText(typed, limit + 1), options);
  }
  bool more = rows.size() > static_cast<size_t>(limit);
  if (more) rows.resize(static_cast<size_t>(limit));
  Table table(1);
  for (const auto& field : schema) table[0].push_back(Cell(field.name, 0));
  for (const auto& row : rows) {
    std::vector<std::string> cells;
    for (const auto& value : row) {
      cells.push_back(Cell(value.is_null() ? "NULL" : std::get<std::string>(value.data), show.truncate));
    }
    table.push_back(std::move(cells));
  }
  std::string text = show.html       ? Html(table, more)
                     : show.vertical ? Vertical(table, more)
                                     : Horizontal(table, show.truncate, more);
  plan::Value cell{plan::Value::Data(std::move(text))};
  return WithObservations(engine, session, typed, options,
                          engine.Rows(session, {{show.html ? "html_string" : "show_string", plan::DataType::String(), false, {}}},
                                      {{cell}}, options));
}

}  // namespace headrace::engine
