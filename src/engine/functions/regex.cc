#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <memory>
#include <unordered_map>

#include "engine/functions/groups.h"
#include "engine/functions/utf8.h"

namespace headrace::engine {

namespace {

using duckdb::LogicalType;
using duckdb::Value;
using View = std::string_view;

/// A compiled pattern with JIT; one a thread.
class Pattern {
 public:
  explicit Pattern(View pattern) {
    std::string translated = Translate(pattern);
    int code = 0;
    PCRE2_SIZE offset = 0;
    code_ = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(translated.data()), translated.size(), PCRE2_UTF | PCRE2_NO_UTF_CHECK,
                          &code, &offset, nullptr);
    if (code_ == nullptr) {
      PCRE2_UCHAR message[256];
      pcre2_get_error_message(code, message, sizeof(message));
      error_ = reinterpret_cast<char*>(message);
      return;
    }
    jit_ = pcre2_jit_compile(code_, PCRE2_JIT_COMPLETE) == 0;
    match_ = pcre2_match_data_create_from_pattern(code_, nullptr);
    pcre2_pattern_info(code_, PCRE2_INFO_CAPTURECOUNT, &groups_);
  }
  ~Pattern() {
    pcre2_match_data_free(match_);
    pcre2_code_free(code_);
  }
  Pattern(const Pattern&) = delete;
  Pattern& operator=(const Pattern&) = delete;

  const std::string& error() const { return error_; }
  uint32_t groups() const { return groups_; }
  bool Find(View text, size_t start) {
    const auto* units = reinterpret_cast<PCRE2_SPTR>(text.data());
    // The direct call goes without checks that cost as much as a short match.
    if (jit_) {
      int found = pcre2_jit_match(code_, units, text.size(), start, 0, match_, nullptr);
      if (found >= 0 || found == PCRE2_ERROR_NOMATCH) return found >= 0;
    }
    return pcre2_match(code_, units, text.size(), start, PCRE2_NO_UTF_CHECK, match_, nullptr) >= 0;
  }
  size_t Begin(size_t group = 0) const { return pcre2_get_ovector_pointer(match_)[2 * group]; }
  size_t End(size_t group = 0) const { return pcre2_get_ovector_pointer(match_)[2 * group + 1]; }
  bool Has(size_t group) const { return group <= groups_ && Begin(group) != PCRE2_UNSET; }
  View Group(View text, size_t group) const { return Has(group) ? text.substr(Begin(group), End(group) - Begin(group)) : View(); }
  /// A named group's number, or -1.
  int Number(const std::string& name) const {
    return pcre2_substring_number_from_name(code_, reinterpret_cast<PCRE2_SPTR>(name.c_str()));
  }

 private:
  /// What Java writes otherwise: \p{IsAlphabetic}, \p{javaLowerCase}, POSIX classes \p{Alpha}, && in classes is not translated.
  static std::string Translate(View pattern) {
    static const std::unordered_map<std::string, std::string> kClasses = {{"Lower", "a-z"},
                                                                          {"Upper", "A-Z"},
                                                                          {"ASCII", "\\x00-\\x7F"},
                                                                          {"Alpha", "a-zA-Z"},
                                                                          {"Digit", "0-9"},
                                                                          {"Alnum", "a-zA-Z0-9"},
                                                                          {"Punct", "!-\\/:-@\\[-`{-~"},
                                                                          {"Graph", "!-~"},
                                                                          {"Print", " -~"},
                                                                          {"Blank", " \\t"},
                                                                          {"Cntrl", "\\x00-\\x1F\\x7F"},
                                                                          {"XDigit", "0-9a-fA-F"},
                                                                          {"Space", " \\t\\n\\x0B\\f\\r"}};
    static const std::unordered_map<std::string, std::string> kProperties = {{"IsAlphabetic", "L"},
                                                                             {"IsLetter", "L"},
                                                                             {"IsDigit", "Nd"},
                                                                             {"IsUppercase", "Lu"},
                                                                             {"IsLowercase", "Ll"},
                                                                             {"IsPunctuation", "P"},
                                                                             {"IsWhite_Space", "Z"},
                                                                             {"javaLowerCase", "Ll"},
                                                                             {"javaUpperCase", "Lu"},
                                                                             {"IsLatin", "Latin"},
                                                                             {"IsL", "L"},
                                                                             {"IsHan", "Han"},
                                                                             {"InCombiningDiacriticalMarks", "Mn"}};
    std::string out;
    int depth = 0;
    for (size_t i = 0; i < pattern.size(); i++) {
      char c = pattern[i];
      if (c == '\\' && i + 1 < pattern.size()) {
        char next = pattern[i + 1];
        if ((next == 'p' || next == 'P') && i + 2 < pattern.size() && pattern[i + 2] == '{') {
          size_t close = pattern.find('}', i);
          if (close != View::npos) {
            std::string name(pattern.substr(i + 3, close - i - 3));
            auto posix = kClasses.find(name);
            auto property = kProperties.find(name);
            if (posix != kClasses.end()) {
              if (depth > 0 && next == 'p')
                out += posix->second;
              else
                out += std::string(next == 'p' ? "[" : "[^") + posix->second + "]";
              i = close;
              continue;
            }
            if (property != kProperties.end()) {
              out += std::string("\\") + next + "{" + property->second + "}";
              i = close;
              continue;
            }
          }
        }
        if (next == 'Z' && depth == 0) {
          out += "\\Z";
        } else {
          out += c;
          out += next;
        }
        i++;
        continue;
      }
      if (c == '[') {
        // In Java a bracket inside a class opens a nested one; a union of classes is the class of all.
        if (depth > 0) {
          depth++;
          if (i + 1 < pattern.size() && pattern[i + 1] == '^') out += "\\[";
          continue;
        }
        depth++;
        out += c;
        if (i + 1 < pattern.size() && pattern[i + 1] == '^') out += pattern[++i];
        continue;
      }
      if (c == ']' && depth > 0) {
        depth--;
        if (depth == 0) out += c;
        continue;
      }
      out += c;
    }
    return out;
  }

  pcre2_code* code_ = nullptr;
  pcre2_match_data* match_ = nullptr;
  bool jit_ = false;
  uint32_t groups_ = 0;
  std::string error_;
};

/// The thread's compiled patterns: a column's pattern is nearly always one constant.
Pattern& Compile(const Call& call, View pattern, const char* function) {
  thread_local std::unordered_map<std::string, std::unique_ptr<Pattern>> cache;
  thread_local std::string last_text;
  thread_local Pattern* last = nullptr;
  if (last != nullptr && last_text == pattern) return *last;
  if (cache.size() > 256) cache.clear();
  auto& entry = cache[std::string(pattern)];
  if (!entry) entry = std::make_unique<Pattern>(pattern);
  if (!entry->error().empty()) {
    last = nullptr;
    ThrowSpark(
        call.site(), "INVALID_PARAMETER_VALUE.PATTERN",
        {{"functionName", std::string("`") + function + "`"},
         {"parameter", "`regexp`"},
         {"value", "'" + std::string(pattern) + "'"}},
        std::string("The value of parameter(s) `regexp` in `") + function + "` is invalid: '" + std::string(pattern) + "'.",
        ErrorKind::kRuntime);
  }
  last_text = std::string(pattern);
  last = entry.get();
  return *last;
}

/// Calls `use` for every match, in order; an empty match moves on by one code point. `use` answers whether to go on.
template <class F>
void ForEachMatch(Pattern& pattern, View text, size_t start, F use) {
  while (start <= text.size() && pattern.Find(text, start)) {
    size_t begin = pattern.Begin(), end = pattern.End();
    if (!use()) return;
    if (end > begin) {
      start = end;
    } else {
      if (end >= text.size()) return;
      start = end + 1;
      while (start < text.size() && !IsUtf8Start(text[start])) start++;
    }
  }
}

void CheckGroup(const Call& call, const Pattern& pattern, int32_t group, const char* function) {
  if (group >= 0 && static_cast<uint32_t>(group) <= pattern.groups()) return;
  std::string count = std::to_string(pattern.groups()), index = std::to_string(group);
  ThrowSpark(
      call.site(), "INVALID_PARAMETER_VALUE.REGEX_GROUP_INDEX",
      {{"functionName", std::string("`") + function + "`"}, {"parameter", "`idx`"}, {"groupCount", count}, {"groupIndex", index}},
      std::string("The value of parameter(s) `idx` in `") + function + "` is invalid: Expects group index between 0 and " +
          count + ", but got " + index + ".",
      ErrorKind::kRuntime);
}

std::string Extract(const Call& call, View text, View regex, int32_t group) {
  auto& pattern = Compile(call, regex, "regexp_extract");
  if (!pattern.Find(text, 0)) return "";
  CheckGroup(call, pattern, group, "regexp_extract");
  return std::string(pattern.Group(text, static_cast<size_t>(group)));
}

/// Java's appendReplacement: $1, ${name}, \x. False when there is no such group.
bool AppendReplacement(std::string& out, Pattern& pattern, View text, View replacement) {
  for (size_t i = 0; i < replacement.size(); i++) {
    char c = replacement[i];
    if (c == '\\' && i + 1 < replacement.size()) {
      out += replacement[++i];
    } else if (c == '$' && i + 1 < replacement.size() && replacement[i + 1] == '{') {
      size_t close = replacement.find('}', i);
      if (close == View::npos) return false;
      int number = pattern.Number(std::string(replacement.substr(i + 2, close - i - 2)));
      if (number > 0) out += pattern.Group(text, static_cast<size_t>(number));
      i = close;
    } else if (c == '$' && i + 1 < replacement.size() && std::isdigit(static_cast<unsigned char>(replacement[i + 1]))) {
      uint32_t number = static_cast<uint32_t>(replacement[++i] - '0');
      if (number > pattern.groups()) return false;
      // Java takes further digits while such a group exists.
      while (i + 1 < replacement.size() && std::isdigit(static_cast<unsigned char>(replacement[i + 1]))) {
        uint32_t longer = number * 10 + static_cast<uint32_t>(replacement[i + 1] - '0');
        if (longer > pattern.groups()) break;
        number = longer;
        i++;
      }
      out += pattern.Group(text, number);
    } else {
      out += c;
    }
  }
  return true;
}

std::string Replace(const Call& call, View text, View regex, View replacement, int32_t position) {
  auto& pattern = Compile(call, regex, "regexp_replace");
  size_t start = Utf8Offset(text, position - 1), copied = 0;
  if (position - 1 > Utf8Length(text)) return std::string(text);
  bool plain = replacement.find_first_of("\\$") == View::npos;
  std::string out;
  ForEachMatch(pattern, text, start, [&] {
    if (out.empty()) out.reserve(text.size() + replacement.size());
    out += text.substr(copied, pattern.Begin() - copied);
    copied = pattern.End();
    if (plain) {
      out += replacement;
    } else if (!AppendReplacement(out, pattern, text, replacement)) {
      std::string source(text), wanted(regex), with(replacement), from = std::to_string(position);
      ThrowSpark(-1, "INVALID_REGEXP_REPLACE",
                 {{"source", source}, {"pattern", wanted}, {"replacement", with}, {"position", from}},
                 "Could not perform regexp_replace for source = \"" + source + "\", pattern = \"" + wanted +
                     "\", replacement = \"" + with + "\" and position = " + from + ".",
                 ErrorKind::kRuntime);
    }
    return true;
  });
  return out += text.substr(copied);
}

Value TextList(const std::vector<std::string>& texts) {
  duckdb::vector<Value> values;
  for (const auto& text : texts) values.emplace_back(text);
  return Value::LIST(LogicalType::VARCHAR, std::move(values));
}

/// Java's String.split with a limit: an empty match at the start gives no leading empty piece; limit <= 0 keeps all.
std::vector<std::string> Split(const Call& call, View text, View regex, int32_t limit) {
  std::vector<std::string> out;
  if (regex.empty()) {
    auto pieces = Utf8Split(text);
    if (pieces.empty()) return {""};
    size_t keep = limit > 0 ? static_cast<size_t>(limit) : pieces.size();
    size_t at = 0;
    for (size_t i = 0; i < pieces.size() && i + 1 < keep + (limit > 0 ? 0 : 1); i++) {
      out.emplace_back(pieces[i]);
      at += pieces[i].size();
    }
    if (limit > 0 && at < text.size()) out.emplace_back(text.substr(at));
    return out;
  }
  auto& pattern = Compile(call, regex, "split");
  size_t from = 0;
  ForEachMatch(pattern, text, 0, [&] {
    if (limit > 0 && out.size() + 1 >= static_cast<size_t>(limit)) return false;
    size_t begin = pattern.Begin(), end = pattern.End();
    if (begin == end && begin == 0) return true;
    out.emplace_back(text.substr(from, begin - from));
    from = end;
    return true;
  });
  out.emplace_back(text.substr(from));
  return out;
}

Value ExtractAll(const Call& call, std::vector<Value>& args) {
  const auto& text = duckdb::StringValue::Get(args[0]);
  auto& pattern = Compile(call, duckdb::StringValue::Get(args[1]), "regexp_extract_all");
  int32_t group = args.size() > 2 ? args[2].GetValue<int32_t>() : 1;
  CheckGroup(call, pattern, group, "regexp_extract_all");
  std::vector<std::string> out;
  ForEachMatch(pattern, text, 0, [&] {
    out.emplace_back(pattern.Group(text, static_cast<size_t>(group)));
    return true;
  });
  return TextList(out);
}

Value SplitKernel(const Call& call, std::vector<Value>& args) {
  return TextList(Split(call, duckdb::StringValue::Get(args[0]), duckdb::StringValue::Get(args[1]),
                        args.size() > 2 ? args[2].GetValue<int32_t>() : -1));
}

}  // namespace

void RegisterRegex(KernelRegistry& registry) {
  registry.Add(
      "spark_rlike", [](const Call& call, View text, View regex) -> bool { return Compile(call, regex, "rlike").Find(text, 0); },
      kFallible);
  registry.Add(
      "spark_regexp_extract", [](const Call& call, View text, View regex) { return Extract(call, text, regex, 1); }, kFallible);
  registry.Add(
      "spark_regexp_extract",
      [](const Call& call, View text, View regex, int32_t group) { return Extract(call, text, regex, group); }, kFallible);
  registry.Add(
      "spark_regexp_replace", [](const Call& call, View text, View regex, View to) { return Replace(call, text, regex, to, 1); },
      kFallible);
  registry.Add(
      "spark_regexp_replace",
      [](const Call& call, View text, View regex, View to, int32_t at) { return Replace(call, text, regex, to, at); }, kFallible);
  registry.Add(
      "spark_regexp_count",
      [](const Call& call, View text, View regex) -> int32_t {
        auto& pattern = Compile(call, regex, "regexp_count");
        int32_t count = 0;
        ForEachMatch(pattern, text, 0, [&] {
          count++;
          return true;
        });
        return count;
      },
      kFallible);
  registry.Add(
      "spark_regexp_substr",
      [](const Call& call, View text, View regex) -> std::optional<std::string> {
        auto& pattern = Compile(call, regex, "regexp_substr");
        if (!pattern.Find(text, 0) || pattern.End() == pattern.Begin()) return std::nullopt;
        return std::string(pattern.Group(text, 0));
      },
      kFallible);
  auto instr = [](const Call& call, View text, View regex) -> int32_t {
    auto& pattern = Compile(call, regex, "regexp_instr");
    return pattern.Find(text, 0) ? static_cast<int32_t>(Utf8Length(text.substr(0, pattern.Begin())) + 1) : 0;
  };
  registry.Add("spark_regexp_instr", instr, kFallible);
  registry.Add(
      "spark_regexp_instr",
      [instr](const Call& call, View text, View regex, int32_t) -> int32_t { return instr(call, text, regex); }, kFallible);
  auto list = LogicalType::LIST(LogicalType::VARCHAR);
  for (int arity : {2, 3}) {
    registry.AddBoxed("spark_regexp_extract_all", arity, ExtractAll, kFallible, list);
    registry.AddBoxed("spark_split", arity, SplitKernel, kFallible, list);
  }
}

}  // namespace headrace::engine
