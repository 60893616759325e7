#include <algorithm>
#include <cctype>
#include <cmath>
#include <unordered_map>

#include "engine/functions/calendar.h"
#include "engine/functions/encodings.h"
#include "engine/functions/groups.h"
#include "engine/functions/letter_case.h"
#include "engine/functions/utf8.h"

namespace headrace::engine {

namespace {

using duckdb::LogicalType;
using duckdb::Value;
using View = std::string_view;

const LogicalType kText = LogicalType::VARCHAR;
const LogicalType kBlob = LogicalType::BLOB;
const LogicalType kInt = LogicalType::INTEGER;

/// substringSQL: positions count from 1, 0 is 1, negative from the end; length may be unbounded.
View Substring(View text, int64_t size, int64_t position, int64_t length, bool binary) {
  if (length <= 0) return {};
  int64_t start = position > 0 ? position - 1 : position < 0 ? size + position : 0;
  int64_t end = start + length;
  start = std::max<int64_t>(start, 0);
  end = std::min(end, size);
  if (start >= end) return {};
  if (binary) return text.substr(static_cast<size_t>(start), static_cast<size_t>(end - start));
  size_t from = Utf8Offset(text, start);
  return text.substr(from, Utf8Offset(text.substr(from), end - start));
}

View TextSubstring(View text, int64_t position, int64_t length) {
  bool ascii = std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
  return Substring(text, ascii ? static_cast<int64_t>(text.size()) : Utf8Length(text), position, length, ascii);
}

constexpr int64_t kAll = std::numeric_limits<int32_t>::max();

bool InSet(View set, View piece) { return set.find(piece) != View::npos; }

View TrimLeft(View text, View set) {
  while (!text.empty()) {
    size_t end = Utf8Offset(text, 1);
    if (!InSet(set, text.substr(0, end))) break;
    text.remove_prefix(end);
  }
  return text;
}
View TrimRight(View text, View set) {
  while (!text.empty()) {
    size_t start = text.size() - 1;
    while (start > 0 && !IsUtf8Start(text[start])) start--;
    if (!InSet(set, text.substr(start))) break;
    text.remove_suffix(text.size() - start);
  }
  return text;
}

std::string Pad(View text, int64_t length, View pad, bool left, bool binary) {
  int64_t size = binary ? static_cast<int64_t>(text.size()) : Utf8Length(text);
  if (length <= 0) return "";
  if (size >= length || pad.empty())
    return std::string(binary ? text.substr(0, static_cast<size_t>(length)) : text.substr(0, Utf8Offset(text, length)));
  int64_t missing = length - size, pad_size = binary ? static_cast<int64_t>(pad.size()) : Utf8Length(pad);
  std::string fill;
  for (int64_t i = 0; i < missing / pad_size; i++) fill += pad;
  fill += binary ? pad.substr(0, static_cast<size_t>(missing % pad_size)) : pad.substr(0, Utf8Offset(pad, missing % pad_size));
  return left ? fill + std::string(text) : std::string(text) + fill;
}

int32_t Position(View text, View part, int64_t start) {
  if (start < 1) return 0;
  if (part.empty()) return 1;
  size_t from = Utf8Offset(text, start - 1);
  size_t found = text.find(part, from);
  return found == View::npos ? 0 : static_cast<int32_t>(Utf8Length(text.substr(0, found)) + 1);
}

View SubstringIndex(View text, View delimiter, int32_t count) {
  if (delimiter.empty() || count == 0) return {};
  if (count > 0) {
    size_t at = View::npos, from = 0;
    while (count-- > 0) {
      at = text.find(delimiter, from);
      if (at == View::npos) return text;
      from = at + 1;
    }
    return text.substr(0, at);
  }
  size_t at = text.size();
  while (count++ < 0) {
    if (at == 0) return text;
    size_t found = at >= delimiter.size() ? text.rfind(delimiter, at - 1) : View::npos;
    if (found == View::npos) return text;
    at = found;
  }
  return text.substr(at + delimiter.size());
}

std::string ReplaceAll(View text, View from, View to) {
  if (from.empty()) return std::string(text);
  std::string out;
  size_t at = 0, found;
  while ((found = text.find(from, at)) != View::npos) {
    out += text.substr(at, found - at);
    out += to;
    at = found + from.size();
  }
  return out += text.substr(at);
}

std::string Translate(View text, View from, View to) {
  auto sources = Utf8Split(from), targets = Utf8Split(to);
  std::unordered_map<View, std::optional<View>> map;
  for (size_t i = 0; i < sources.size(); i++)
    map.try_emplace(sources[i], i < targets.size() ? std::optional<View>(targets[i]) : std::nullopt);
  std::string out;
  for (View piece : Utf8Split(text)) {
    auto found = map.find(piece);
    if (found == map.end())
      out += piece;
    else if (found->second)
      out += *found->second;
  }
  return out;
}

std::string Overlay(View text, View replacement, int64_t position, int64_t length, bool binary) {
  int64_t replacement_size = binary ? static_cast<int64_t>(replacement.size()) : Utf8Length(replacement);
  int64_t size = binary ? static_cast<int64_t>(text.size()) : Utf8Length(text);
  if (length < 0) length = replacement_size;
  return std::string(Substring(text, size, 1, position - 1, binary)) + std::string(replacement) +
         std::string(Substring(text, size, position + length, kAll, binary));
}

/// The small letter of a capital one in the alphabets of Latin, Greek, Cyrillic and Armenian; others stay.
uint32_t SmallLetter(uint32_t c) {
  auto in = [c](uint32_t first, uint32_t last) { return c >= first && c <= last; };
  if (in(0xC0, 0xDE) && c != 0xD7) return c + 32;
  // Pairs: the capital letter is even, or odd.
  if (in(0x100, 0x137) || in(0x14A, 0x177) || in(0x460, 0x481) || in(0x48A, 0x4BF) || in(0x4D0, 0x52F) || in(0x1E00, 0x1E95) ||
      in(0x1EA0, 0x1EFF))
    return c == 0x130 ? c : c | 1;
  if (in(0x139, 0x148) || in(0x179, 0x17E) || in(0x4C1, 0x4CE)) return c % 2 == 1 ? c + 1 : c;
  if (c == 0x178) return 0xFF;
  if ((in(0x391, 0x3AB) && c != 0x3A2) || in(0x410, 0x42F)) return c + 32;
  if (c == 0x386) return 0x3AC;
  if (in(0x388, 0x38A)) return c + 37;
  if (c == 0x38C) return 0x3CC;
  if (in(0x38E, 0x38F)) return c + 63;
  if (in(0x400, 0x40F)) return c + 80;
  if (in(0x531, 0x556)) return c + 48;
  return c;
}

std::string LetterOf(uint32_t code) {
  std::string letter;
  Utf8Append(letter, code);
  return letter;
}

std::string CapitalOf(uint32_t code) {
  for (uint32_t distance : {32u, 1u, 80u, 48u, 37u, 38u, 63u, 64u}) {
    if (code > distance && SmallLetter(code - distance) == code && SmallLetter(code) == code) return LetterOf(code - distance);
  }
  return LetterOf(code == 0xFF ? 0x178 : code);
}

std::string InitCap(View text) {
  std::string out;
  bool start = true;
  for (View piece : Utf8Split(text)) {
    if (piece.size() == 1) {
      auto c = static_cast<unsigned char>(piece[0]);
      out += static_cast<char>(start ? std::toupper(c) : std::tolower(c));
    } else {
      out += start ? CapitalOf(Utf8Decode(piece)) : LetterOf(SmallLetter(Utf8Decode(piece)));
    }
    start = piece == " ";
  }
  return out;
}

std::string Soundex(View text) {
  if (text.empty() || !std::isalpha(static_cast<unsigned char>(text[0]))) return std::string(text);
  static constexpr char kCodes[] = "01230127022455012623017202";  // 7: h and w, which do not separate
  std::string out(1, static_cast<char>(std::toupper(static_cast<unsigned char>(text[0]))));
  char last = kCodes[out[0] - 'A'];
  for (size_t i = 1; i < text.size() && out.size() < 4; i++) {
    if (!std::isalpha(static_cast<unsigned char>(text[i]))) {
      last = '0';
      continue;
    }
    char code = kCodes[std::toupper(static_cast<unsigned char>(text[i])) - 'A'];
    if (code == '7') continue;
    if (code != '0' && code != last) out += code;
    last = code;
  }
  out.resize(4, '0');
  return out;
}

int32_t Levenshtein(View a, View b, int64_t threshold) {
  auto left = Utf8Split(a), right = Utf8Split(b);
  std::vector<int32_t> row(right.size() + 1);
  for (size_t j = 0; j <= right.size(); j++) row[j] = static_cast<int32_t>(j);
  for (size_t i = 1; i <= left.size(); i++) {
    int32_t diagonal = row[0];
    row[0] = static_cast<int32_t>(i);
    for (size_t j = 1; j <= right.size(); j++) {
      int32_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (left[i - 1] == right[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return threshold >= 0 && row.back() > threshold ? -1 : row.back();
}

/// Sentences as lists of words: a sentence ends at . ! ? before a space, a word is a run of letters, digits and inner
/// apostrophes.
Value Sentences(const Call&, std::vector<Value>& a) {
  const auto& text = duckdb::StringValue::Get(a[0]);
  duckdb::vector<Value> sentences, words;
  std::string word;
  auto end_word = [&] {
    while (!word.empty() && word.back() == '\'') word.pop_back();
    if (!word.empty()) words.push_back(Value(word));
    word.clear();
  };
  auto end_sentence = [&] {
    end_word();
    if (!words.empty()) sentences.push_back(Value::LIST(kText, words));
    words.clear();
  };
  for (size_t i = 0; i < text.size(); i++) {
    auto c = static_cast<unsigned char>(text[i]);
    bool last = i + 1 == text.size();
    if (std::isalnum(c) || c >= 0x80 || (c == '\'' && !word.empty()))
      word += text[i];
    else if ((c == '.' || c == ',') && !word.empty() && std::isdigit(static_cast<unsigned char>(word.back())) && !last &&
             std::isdigit(static_cast<unsigned char>(text[i + 1])))
      word += text[i];
    else if ((c == '.' || c == '!' || c == '?') && (last || std::isspace(static_cast<unsigned char>(text[i + 1]))))
      end_sentence();
    else
      end_word();
  }
  end_sentence();
  return Value::LIST(LogicalType::LIST(kText), std::move(sentences));
}

/// LIKE with an escape character; '%' any run, '_' one code point.
bool LikeMatch(View text, View pattern, char escape, const Call& call) {
  size_t t = 0, p = 0, star = View::npos, mark = 0;
  auto step = [&](size_t at) {
    at++;
    while (at < text.size() && !IsUtf8Start(text[at])) at++;
    return at;
  };
  while (t < text.size() || p < pattern.size()) {
    bool matched = false;
    if (p < pattern.size()) {
      if (pattern[p] == escape) {
        if (p + 1 >= pattern.size()) {
          ThrowSpark(call.site(), "INVALID_FORMAT.ESC_AT_THE_END", {{"format", "'" + std::string(pattern) + "'"}},
                     "The format is invalid: '" + std::string(pattern) + "'. The escape character is not allowed to end with.",
                     ErrorKind::kAnalysis);
        }
        char literal = pattern[p + 1];
        if (literal != '_' && literal != '%' && literal != escape) {
          std::string format = "'" + ReplaceAll(pattern, "\\", "\\\\") + "'";
          ThrowSpark(call.site(), "INVALID_FORMAT.ESC_IN_THE_MIDDLE",
                     {{"format", format}, {"char", "'" + std::string(1, literal) + "'"}},
                     "The format is invalid: " + format + ". The escape character is not allowed to precede '" +
                         std::string(1, literal) + "'.",
                     ErrorKind::kAnalysis);
        }
        if (t < text.size() && text[t] == literal) {
          p += 2, t++;
          matched = true;
        }
      } else if (pattern[p] == '%') {
        star = ++p;
        mark = t;
        matched = true;
      } else if (t < text.size() && pattern[p] == '_') {
        p++, t = step(t);
        matched = true;
      } else if (t < text.size() && pattern[p] == text[t]) {
        p++, t++;
        matched = true;
      }
    }
    if (matched) continue;
    if (star == View::npos || mark >= text.size()) return false;
    p = star;
    t = mark = step(mark);
  }
  return true;
}

std::string AsciiLower(View text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

std::optional<std::string> SplitPart(const Call& call, View text, View delimiter, int32_t part) {
  if (part == 0) {
    ThrowSpark(call.site(), "INVALID_INDEX_OF_ZERO", {},
               "The index 0 is invalid. An index shall be either < 0 or > 0 (the first element has index 1).",
               ErrorKind::kRuntime);
  }
  std::vector<View> parts;
  if (delimiter.empty()) {
    parts.push_back(text);
  } else {
    size_t at = 0, found;
    while ((found = text.find(delimiter, at)) != View::npos) {
      parts.push_back(text.substr(at, found - at));
      at = found + delimiter.size();
    }
    parts.push_back(text.substr(at));
  }
  int64_t index = part > 0 ? part - 1 : static_cast<int64_t>(parts.size()) + part;
  if (index < 0 || index >= static_cast<int64_t>(parts.size())) return "";
  return std::string(parts[static_cast<size_t>(index)]);
}

/// mask(str, upper, lower, digit, other): null replaces nothing; by default 'X', 'x', 'n' and null.
std::optional<std::string> Mask(View text, std::optional<View> upper, std::optional<View> lower, std::optional<View> digit,
                                std::optional<View> other) {
  std::string out;
  for (View piece : Utf8Split(text)) {
    auto c = static_cast<unsigned char>(piece[0]);
    uint32_t code = Utf8Decode(piece);
    bool wide = piece.size() > 1;
    bool capital = wide ? SmallLetter(code) != code : std::isupper(c) != 0;
    bool small = wide ? CapitalOf(code) != piece : std::islower(c) != 0;
    const auto& use = capital ? upper : small ? lower : !wide && std::isdigit(c) ? digit : other;
    out += use ? *use : piece;
  }
  return out;
}

void RegisterSearch(KernelRegistry& registry) {
  for (const auto& type : {kText, kBlob}) {
    registry.Add("spark_contains", [](const Call&, View a, View b) -> bool { return a.find(b) != View::npos; }, kPlain,
                 {type, type});
    registry.Add("spark_startswith", [](const Call&, View a, View b) -> bool { return a.starts_with(b); }, kPlain, {type, type});
    registry.Add("spark_endswith", [](const Call&, View a, View b) -> bool { return a.ends_with(b); }, kPlain, {type, type});
    registry.Add("spark_octet_length", [](const Call&, View a) -> int32_t { return static_cast<int32_t>(a.size()); }, kPlain,
                 {type});
    registry.Add("spark_bit_length", [](const Call&, View a) -> int32_t { return static_cast<int32_t>(a.size() * 8); }, kPlain,
                 {type});
  }
  registry.Add("spark_instr", [](const Call&, View a, View b) -> int32_t { return Position(a, b, 1); });
  registry.Add("spark_locate", [](const Call&, View b, View a) -> int32_t { return Position(a, b, 1); });
  registry.Add(
      "spark_locate",
      [](const Call&, std::optional<View> b, std::optional<View> a, std::optional<int32_t> start) -> std::optional<int32_t> {
        if (!start) return 0;
        if (!a || !b) return std::nullopt;
        return Position(*a, *b, *start);
      });
  registry.Add("spark_find_in_set", [](const Call&, View word, View set) -> int32_t {
    if (word.find(',') != View::npos) return 0;
    int32_t index = 1;
    size_t at = 0;
    while (true) {
      size_t end = std::min(set.find(',', at), set.size());
      if (set.substr(at, end - at) == word) return index;
      if (end == set.size()) return 0;
      at = end + 1;
      index++;
    }
  });
  registry.Add("spark_levenshtein", [](const Call&, View a, View b) -> int32_t { return Levenshtein(a, b, -1); });
  registry.Add("spark_levenshtein", [](const Call&, View a, View b, int32_t t) -> int32_t { return Levenshtein(a, b, t); });
  registry.Add(
      "spark_like", [](const Call& c, View a, View p) -> bool { return LikeMatch(a, p, '\\', c); }, kFallible);
  registry.Add(
      "spark_like", [](const Call& c, View a, View p, View e) -> bool { return LikeMatch(a, p, e.empty() ? '\\' : e[0], c); },
      kFallible);
  registry.Add(
      "spark_ilike", [](const Call& c, View a, View p) -> bool { return LikeMatch(AsciiLower(a), AsciiLower(p), '\\', c); },
      kFallible);
  registry.Add(
      "spark_ilike",
      [](const Call& c, View a, View p, View e) -> bool {
        return LikeMatch(AsciiLower(a), AsciiLower(p), e.empty() ? '\\' : e[0], c);
      },
      kFallible);
}

void RegisterPieces(KernelRegistry& registry) {
  registry.Add("spark_substring", [](const Call&, View v, int32_t p) -> View { return TextSubstring(v, p, kAll); });
  registry.Add("spark_substring", [](const Call&, View v, int32_t p, int32_t n) -> View { return TextSubstring(v, p, n); });
  registry.Add(
      "spark_substring",
      [](const Call&, View v, int32_t p) -> View { return Substring(v, static_cast<int64_t>(v.size()), p, kAll, true); }, kPlain,
      {kBlob, kInt}, kBlob);
  registry.Add(
      "spark_substring",
      [](const Call&, View v, int32_t p, int32_t n) -> View { return Substring(v, static_cast<int64_t>(v.size()), p, n, true); },
      kPlain, {kBlob, kInt, kInt}, kBlob);
  registry.Add("spark_left", [](const Call&, View v, int32_t n) -> View { return TextSubstring(v, 1, n); });
  registry.Add(
      "spark_left",
      [](const Call&, View v, int32_t n) -> View { return Substring(v, static_cast<int64_t>(v.size()), 1, n, true); }, kPlain,
      {kBlob, kInt}, kBlob);
  registry.Add("spark_right", [](const Call&, View v, int32_t n) -> View {
    return n <= 0 ? View() : TextSubstring(v, -static_cast<int64_t>(n), kAll);
  });
  registry.Add(
      "spark_right",
      [](const Call&, View v, int32_t n) -> View {
        return n <= 0 ? View() : Substring(v, static_cast<int64_t>(v.size()), -static_cast<int64_t>(n), kAll, true);
      },
      kPlain, {kBlob, kInt}, kBlob);
  registry.Add("spark_substring_index", [](const Call&, View v, View d, int32_t n) -> View { return SubstringIndex(v, d, n); });
  // With two arguments the set comes first, as in ltrim(trimStr, str).
  registry.Add("spark_trim", [](const Call&, View v) -> View { return TrimRight(TrimLeft(v, " "), " "); });
  registry.Add("spark_ltrim", [](const Call&, View v) -> View { return TrimLeft(v, " "); });
  registry.Add("spark_rtrim", [](const Call&, View v) -> View { return TrimRight(v, " "); });
  registry.Add("spark_trim", [](const Call&, View set, View v) -> View { return TrimRight(TrimLeft(v, set), set); });
  registry.Add("spark_ltrim", [](const Call&, View set, View v) -> View { return TrimLeft(v, set); });
  registry.Add("spark_rtrim", [](const Call&, View set, View v) -> View { return TrimRight(v, set); });
  for (bool left : {true, false}) {
    const char* name = left ? "spark_lpad" : "spark_rpad";
    registry.Add(name, [left](const Call&, View v, int32_t n) { return Pad(v, n, " ", left, false); });
    registry.Add(name, [left](const Call&, View v, int32_t n, View p) { return Pad(v, n, p, left, false); });
    registry.Add(
        name, [left](const Call&, View v, int32_t n) { return Pad(v, n, View("\0", 1), left, true); }, kPlain, {kBlob, kInt},
        kBlob);
    registry.Add(
        name, [left](const Call&, View v, int32_t n, View p) { return Pad(v, n, p, left, true); }, kPlain, {kBlob, kInt, kBlob},
        kBlob);
  }
  for (bool binary : {false, true}) {
    auto type = binary ? kBlob : kText;
    registry.Add(
        "spark_overlay", [binary](const Call&, View v, View r, int32_t p) { return Overlay(v, r, p, -1, binary); }, kPlain,
        {type, type, kInt}, type);
    registry.Add(
        "spark_overlay", [binary](const Call&, View v, View r, int32_t p, int32_t n) { return Overlay(v, r, p, n, binary); },
        kPlain, {type, type, kInt, kInt}, type);
  }
  registry.Add("spark_split_part", SplitPart, kFallible);
}

void RegisterRewrites(KernelRegistry& registry) {
  registry.Add("spark_expand_capitals", [](const Call&, View v) { return ExpandCapitals(v); });
  registry.Add("spark_shrink_capitals", [](const Call&, View v) { return ShrinkCapitals(v); });
  registry.Add("spark_initcap", [](const Call&, View v) { return InitCap(v); });
  registry.Add("spark_ascii", [](const Call&, View v) -> int32_t {
    return v.empty() ? 0 : static_cast<int32_t>(Utf8Decode(v.substr(0, Utf8Offset(v, 1))));
  });
  registry.Add("spark_char", [](const Call&, int64_t n) {
    std::string out;
    if (n >= 0) Utf8Append(out, static_cast<uint32_t>(n & 0xff));
    return out;
  });
  registry.Add("spark_base64", [](const Call&, View v) { return Base64(v); }, kPlain, {kBlob});
  registry.Add(
      "spark_unbase64",
      [](const Call& call, View v) -> std::string {
        const char* failure = nullptr;
        std::string out = UnbaseMime(v, &failure);
        if (failure != nullptr) ThrowSpark(call.site(), "", {}, failure, ErrorKind::kIllegalArgument);
        return out;
      },
      kFallible, {}, kBlob);
  registry.Add("spark_length", [](const Call&, View v) -> int32_t { return static_cast<int32_t>(Utf8Length(v)); });
  registry.Add("spark_length", [](const Call&, View v) -> int32_t { return static_cast<int32_t>(v.size()); }, kPlain, {kBlob});
  registry.Add("spark_reverse", [](const Call&, View v) {
    auto pieces = Utf8Split(v);
    std::string out;
    for (auto it = pieces.rbegin(); it != pieces.rend(); ++it) out += *it;
    return out;
  });
  for (int arity : {1, 2, 3})
    registry.AddBoxed("spark_sentences", arity, Sentences, kPlain, LogicalType::LIST(LogicalType::LIST(kText)));
  registry.Add("spark_soundex", [](const Call&, View v) { return Soundex(v); });
  registry.Add("spark_repeat", [](const Call&, View v, int32_t n) {
    std::string out;
    for (int32_t i = 0; i < n; i++) out += v;
    return out;
  });
  registry.Add("spark_space", [](const Call&, int32_t n) { return std::string(static_cast<size_t>(std::max(n, 0)), ' '); });
  registry.Add("spark_translate", [](const Call&, View v, View a, View b) { return Translate(v, a, b); });
  registry.Add("spark_replace", [](const Call&, View v, View a) { return ReplaceAll(v, a, ""); });
  registry.Add("spark_replace", [](const Call&, View v, View a, View b) { return ReplaceAll(v, a, b); });
  registry.Add("spark_quote",
               [](const Call&, View v) { return "'" + ReplaceAll(ReplaceAll(v, "\\", "\\\\"), "'", "\\'") + "'"; });
  using Text = std::optional<View>;
  registry.Add("spark_mask", [](const Call&, View v) { return Mask(v, "X", "x", "n", std::nullopt); });
  registry.Add("spark_mask", [](const Call&, View v, Text u) { return Mask(v, u, "x", "n", std::nullopt); });
  registry.Add("spark_mask", [](const Call&, View v, Text u, Text l) { return Mask(v, u, l, "n", std::nullopt); });
  registry.Add("spark_mask", [](const Call&, View v, Text u, Text l, Text d) { return Mask(v, u, l, d, std::nullopt); });
  registry.Add("spark_mask", [](const Call&, View v, Text u, Text l, Text d, Text o) { return Mask(v, u, l, d, o); });
  registry.Add("spark_luhn_check", [](const Call&, View v) -> bool {
    int sum = 0;
    bool twice = false;
    if (v.empty()) return false;
    for (size_t i = v.size(); i-- > 0;) {
      if (v[i] < '0' || v[i] > '9') return false;
      int digit = v[i] - '0';
      if (twice && (digit *= 2) > 9) digit -= 9;
      sum += digit;
      twice = !twice;
    }
    return sum % 10 == 0;
  });
}

/// concat of any number of strings or binaries; null when one is.
void Concat(const Call&, duckdb::DataChunk& args, duckdb::Vector& result) {
  std::vector<duckdb::UnifiedVectorFormat> formats(args.ColumnCount());
  for (size_t i = 0; i < formats.size(); i++) args.data[i].ToUnifiedFormat(args.size(), formats[i]);
  auto* out = duckdb::FlatVector::GetData<duckdb::string_t>(result);
  std::string text;
  for (duckdb::idx_t row = 0; row < args.size(); row++) {
    text.clear();
    bool missing = false;
    for (auto& format : formats) {
      auto index = format.sel->get_index(row);
      if (!format.validity.RowIsValid(index)) {
        missing = true;
        break;
      }
      const auto& piece = duckdb::UnifiedVectorFormat::GetData<duckdb::string_t>(format)[index];
      text.append(piece.GetData(), piece.GetSize());
    }
    if (missing)
      duckdb::FlatVector::SetNull(result, row, true);
    else
      out[row] = duckdb::StringVector::AddStringOrBlob(result, text.data(), text.size());
  }
  if (args.ColumnCount() > 0 && args.AllConstant()) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

/// concat_ws: nulls are skipped, arrays contribute their elements.
Value ConcatWs(const Call&, std::vector<Value>& args) {
  if (args[0].IsNull()) return Value(LogicalType::VARCHAR);
  const auto& separator = duckdb::StringValue::Get(args[0]);
  std::string out;
  bool first = true;
  auto add = [&](const Value& value) {
    if (value.IsNull()) return;
    if (!first) out += separator;
    out += duckdb::StringValue::Get(value);
    first = false;
  };
  for (size_t i = 1; i < args.size(); i++) {
    if (args[i].IsNull()) continue;
    if (args[i].type().id() == duckdb::LogicalTypeId::LIST) {
      for (const auto& child : duckdb::ListValue::GetChildren(args[i])) add(child);
    } else {
      add(args[i]);
    }
  }
  return Value(out);
}

Value Elt(const Call& call, std::vector<Value>& args) {
  if (args[0].IsNull()) return Value(call.data.result);
  auto index = args[0].GetValue<int32_t>();
  if (index < 1 || index >= static_cast<int32_t>(args.size())) {
    if (call.Long(0) == 1) {
      std::string text = std::to_string(index), size = std::to_string(args.size() - 1);
      ThrowSpark(call.site(), "INVALID_ARRAY_INDEX", {{"indexValue", text}, {"arraySize", size}},
                 "The index " + text + " is out of bounds. The array has " + size +
                     " elements. Use the SQL function `get()` to tolerate accessing element at "
                     "invalid index and return NULL instead.",
                 ErrorKind::kArrayIndex);
    }
    return Value(call.data.result);
  }
  return args[static_cast<size_t>(index)];
}

}  // namespace

void RegisterStrings(KernelRegistry& registry) {
  RegisterSearch(registry);
  RegisterPieces(registry);
  RegisterRewrites(registry);
  registry.AddVector("spark_concat", {}, LogicalType::VARCHAR, Concat, kPlain, true);
  registry.AddVector("spark_concat_binary", {}, LogicalType::BLOB, Concat, kPlain, true);
  registry.AddBoxed("spark_concat_ws", -1, ConcatWs, {.sees_nulls = true}, LogicalType::VARCHAR);
  registry.AddBoxed("spark_elt", -1, Elt, {.extra = 2, .fallible = true, .sees_nulls = true});
}

}  // namespace headrace::engine
