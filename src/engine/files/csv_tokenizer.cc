#include "engine/files/csv_tokenizer.h"

#include <strings.h>
#include <cstring>

#include "base/error.h"

namespace headrace::engine {

namespace {

/// An option of one character; "\t" and the like are written out, "" is none.
char CharacterOption(const OptionMap& options, const char* name, char fallback) {
  const std::string* text = options.Find(name);
  if (text == nullptr) return fallback;
  if (text->empty()) return '\0';
  if (*text == "\\u0000" || *text == "\\0") return '\0';
  if (text->size() == 1) return (*text)[0];
  throw Error(ErrorKind::kRuntime, "OPTION_VALUE_EXCEEDS_ONE_CHARACTER",
              "The value of " + std::string(name) + " cannot be more than one character, but got " + *text + ".",
              {{"paramName", name}, {"actualValue", *text}});
}

/// A delimiter with its escapes taken: \t, \\, \r, \n, \b, \f, \", \', \u0000.
std::string Delimiter(const std::string& text) {
  if (text.empty())
    throw Error(ErrorKind::kIllegalArgument, "INVALID_DELIMITER_VALUE.EMPTY_STRING", "Delimiter cannot be empty string.")
        .WithSqlState("42602");
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    if (i + 1 == text.size()) {
      throw Error(ErrorKind::kIllegalArgument, "INVALID_DELIMITER_VALUE.SINGLE_BACKSLASH",
                  "Single backslash is prohibited. It has special meaning as beginning of an escape sequence. To get the "
                  "backslash character, pass a string with two backslashes as the delimiter.")
          .WithSqlState("42602");
    }
    char c = text[++i];
    constexpr std::string_view kNames = "trnbf\\\"'";
    constexpr std::string_view kValues = "\t\r\n\b\f\\\"'";
    size_t found = kNames.find(c);
    if (found != std::string_view::npos) {
      out += kValues[found];
    } else if (text.compare(i, 5, "u0000") == 0) {
      out += '\0';
      i += 4;
    } else {
      throw Error(ErrorKind::kIllegalArgument, "INVALID_DELIMITER_VALUE.UNSUPPORTED_SPECIAL_CHARACTER",
                  "Unsupported special character for delimiter: \\" + std::string(1, c) + ".", {{"str", text}})
          .WithSqlState("42602");
    }
  }
  return out;
}

}  // namespace

CsvOptions::CsvOptions(const plan::Options& given, const std::string& session_zone, const std::string& corrupt)
    : mode(ParseModeOf(OptionMap(given))), times(OptionMap(given), session_zone) {
  OptionMap options(given);
  delimiter = Delimiter(options.Text("sep", options.Text("delimiter", ",")));
  quote = CharacterOption(options, "quote", '"');
  escape = CharacterOption(options, "escape", '\\');
  escape_escape = CharacterOption(options, "charToEscapeQuoteEscaping", escape == quote ? '\0' : escape);
  comment = CharacterOption(options, "comment", '\0');
  trim_leading = options.Bool("ignoreLeadingWhiteSpace", false);
  trim_trailing = options.Bool("ignoreTrailingWhiteSpace", false);
  null_value = options.Text("nullValue", "");
  empty_value = options.Text("emptyValue", "");
  nan_value = options.Text("nanValue", "NaN");
  positive_infinity = options.Text("positiveInf", "Inf");
  negative_infinity = options.Text("negativeInf", "-Inf");
  header = options.Bool("header", false);
  infer_schema = options.Bool("inferSchema", false);
  enforce_schema = options.Bool("enforceSchema", true);
  multi_line = options.Bool("multiLine", options.Bool("wholeFile", false));
  prefers_date = options.Bool("preferDate", true);
  column_pruning = options.Bool("columnPruning", true);
  if (const std::string* separator = options.Find("lineSep")) {
    if (separator->empty()) ThrowRequirement("'lineSep' cannot be an empty string.");
    if (separator->size() > 2) ThrowRequirement("'lineSep' can contain only 1 character.");
    line_separator = *separator;
  }
  CheckEncoding(options, "CSVOptions");
  CheckParsingFallback(options);
  RefuseOption(options, "singleVariantColumn");
  if (strcasecmp(options.Text("unescapedQuoteHandling", "STOP_AT_DELIMITER").c_str(), "STOP_AT_DELIMITER") != 0)
    RefuseOption(options, "unescapedQuoteHandling");
  if (infer_schema && IsForeignLocale(options)) RefuseOption(options, "locale");
  max_columns = options.Long("maxColumns", 20480);
  max_characters = options.Long("maxCharsPerColumn", -1);
  corrupt_column = options.Text("columnNameOfCorruptRecord", corrupt);
}

bool IsCsvNoise(std::string_view line, const CsvOptions& options) {
  if (options.comment != '\0' && !line.empty() && line[0] == options.comment) return true;
  for (char c : line) {
    if (static_cast<unsigned char>(c) > ' ') return false;
  }
  return true;
}

std::string& CsvTokenizer::Scratch() {
  if (changed_used_ == changed_.size()) changed_.push_back(std::make_unique<std::string>());
  std::string& text = *changed_[changed_used_++];
  text.clear();
  return text;
}

bool CsvTokenizer::AtDelimiter() const {
  if (at_ >= end_ || *at_ != options_.delimiter[0]) return false;
  if (options_.delimiter.size() == 1) return true;
  return static_cast<size_t>(end_ - at_) >= options_.delimiter.size() &&
         std::memcmp(at_, options_.delimiter.data(), options_.delimiter.size()) == 0;
}

bool CsvTokenizer::AtLineEnd() const {
  if (at_ >= end_) return true;
  if (line_end_.empty() || *at_ != line_end_[0]) return false;
  return static_cast<size_t>(end_ - at_) >= line_end_.size() && std::memcmp(at_, line_end_.data(), line_end_.size()) == 0;
}

void CsvTokenizer::Push(std::string_view text, bool quoted) {
  if (text.empty() && !quoted)
    tokens_.push_back({text, true});
  else if (text.empty())
    tokens_.push_back({options_.empty_value, false});
  else
    tokens_.push_back({text, false});
}

void CsvTokenizer::Unquoted() {
  const char* begin = at_;
  while (at_ < end_ && !AtDelimiter() && !AtLineEnd()) ++at_;
  const char* stop = at_;
  if (options_.trim_trailing) {
    while (stop > begin && static_cast<unsigned char>(stop[-1]) <= ' ') --stop;
  }
  Push(std::string_view(begin, static_cast<size_t>(stop - begin)), false);
}

void CsvTokenizer::Quoted() {
  const char* begin = ++at_;
  std::string* changed = nullptr;
  auto copy = [&](const char* to) {
    if (changed == nullptr) changed = &Scratch();
    changed->append(begin, to);
  };
  while (at_ < end_) {
    char c = *at_;
    if (options_.escape != options_.quote && c == options_.escape && c != '\0' && at_ + 1 < end_ &&
        (at_[1] == options_.quote || (at_[1] == options_.escape && options_.escape_escape == options_.escape))) {
      copy(at_);
      changed->push_back(at_[1]);
      at_ += 2;
      begin = at_;
      continue;
    }
    if (c == options_.escape_escape && c != options_.escape && c != '\0' && at_ + 1 < end_ && at_[1] == options_.escape) {
      copy(at_);
      changed->push_back(options_.escape);
      at_ += 2;
      begin = at_;
      continue;
    }
    if (line_end_ == "\r\n" && c == '\r' && at_ + 1 < end_ && at_[1] == '\n') {
      // Line ends inside quotes come out as one character.
      copy(at_);
      ++at_;
      begin = at_;
      continue;
    }
    if (c != options_.quote) {
      ++at_;
      continue;
    }
    if (options_.escape == options_.quote && at_ + 1 < end_ && at_[1] == options_.quote) {
      copy(at_ + 1);
      at_ += 2;
      begin = at_;
      continue;
    }
    // Closed, if nothing but spaces follows in the field.
    const char* close = at_++;
    while (at_ < end_ && static_cast<unsigned char>(*at_) <= ' ' && !AtDelimiter() && !AtLineEnd()) ++at_;
    if (AtLineEnd() || AtDelimiter()) {
      if (changed != nullptr) changed->append(begin, close);
      Push(changed != nullptr ? std::string_view(*changed) : std::string_view(begin, static_cast<size_t>(close - begin)), true);
      return;
    }
    // A quote that is not escaped: the field is what is written up to the delimiter.
    while (at_ < end_ && !AtDelimiter() && !AtLineEnd()) ++at_;
    if (changed == nullptr) {
      Push(std::string_view(begin - 1, static_cast<size_t>(at_ - begin + 1)), true);
    } else {
      changed->append(begin, at_);
      changed->insert(changed->begin(), options_.quote);
      Push(*changed, true);
    }
    return;
  }
  if (changed != nullptr) changed->append(begin, end_);
  Push(changed != nullptr ? std::string_view(*changed) : std::string_view(begin, static_cast<size_t>(end_ - begin)), true);
}

void CsvTokenizer::Record() {
  tokens_.clear();
  changed_used_ = 0;
  while (true) {
    if (options_.trim_leading) {
      while (at_ < end_ && static_cast<unsigned char>(*at_) <= ' ' && !AtDelimiter() && !AtLineEnd()) ++at_;
    }
    if (at_ < end_ && options_.quote != '\0' && *at_ == options_.quote)
      Quoted();
    else
      Unquoted();
    if (at_ >= end_ || !AtDelimiter()) return;
    at_ += options_.delimiter.size();
    if (AtLineEnd()) {
      tokens_.push_back({{}, true});
      return;
    }
  }
}

const std::vector<CsvTokenizer::Token>& CsvTokenizer::Line(std::string_view line) {
  line_end_.clear();
  at_ = line.data();
  end_ = at_ + line.size();
  Record();
  return tokens_;
}

void CsvTokenizer::Start(std::string_view text) {
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  at_ = text.data();
  end_ = at_ + text.size();
  if (!options_.line_separator.empty()) {
    line_end_ = options_.line_separator;
    return;
  }
  // The first line end there is, in quotes or not, is taken for all.
  size_t found = text.find_first_of("\r\n");
  if (found == std::string_view::npos || text[found] == '\n')
    line_end_ = "\n";
  else
    line_end_ = found + 1 < text.size() && text[found + 1] == '\n' ? "\r\n" : "\r";
}

bool CsvTokenizer::Next(const std::vector<Token>** tokens, std::string_view* record) {
  while (at_ < end_) {
    if (AtLineEnd()) {
      at_ += line_end_.size();
      continue;
    }
    if (options_.comment != '\0' && *at_ == options_.comment) {
      while (!AtLineEnd()) ++at_;
      continue;
    }
    const char* begin = at_;
    Record();
    *record = std::string_view(begin, static_cast<size_t>(at_ - begin));
    if (at_ < end_ && AtLineEnd()) at_ += line_end_.size();
    *tokens = &tokens_;
    return true;
  }
  return false;
}

}  // namespace headrace::engine
