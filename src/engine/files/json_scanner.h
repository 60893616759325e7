#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace headrace::engine {

/// What Jackson's features allow, by the names of Spark's options.
struct JsonSyntax {
  bool single_quotes = true;
  bool comments = false;
  bool unquoted_names = false;
  bool leading_zeros = false;
  bool non_numeric_numbers = true;
  bool any_escape = false;
  bool control_characters = false;
};

enum class JsonToken : uint8_t { kEnd, kObject, kArray, kString, kInteger, kFloat, kTrue, kFalse, kNull };

/// Thrown for text that is not JSON.
struct JsonSyntaxError {};

/// Reads a JSON text value by value without building a tree. One thread.
class JsonScanner {
 public:
  explicit JsonScanner(const JsonSyntax& syntax) : syntax_(syntax) {}

  void Reset(std::string_view text) {
    at_ = text.data();
    end_ = at_ + text.size();
  }
  /// The next value: scalars are consumed, of objects and arrays the bracket.
  JsonToken Next();
  /// After kObject, and after each field's value: true when a field follows, whose name is then name().
  bool NextField(bool first);
  /// After kArray, and after each element: true when an element follows.
  bool NextElement(bool first);
  /// Passes over the rest of a value whose token was taken.
  void Skip(JsonToken token);
  /// The rest of a value whose token was taken, as it is written.
  std::string_view Raw(JsonToken token);

  /// A number as it is written, a string's value; valid until the next call.
  std::string_view text() const { return text_; }
  std::string_view name() const { return name_; }

 private:
  void Space();
  [[noreturn]] static void Fail() { throw JsonSyntaxError(); }
  void String(char quote, std::string& scratch, std::string_view* value);
  void Escape(std::string& out);
  uint32_t Hex();
  JsonToken Number();
  JsonToken Word();
  void EndOfScalar();

  JsonSyntax syntax_;
  const char* at_ = nullptr;
  const char* end_ = nullptr;
  const char* start_ = nullptr;  ///< Where the last token began.
  std::string_view text_;
  std::string_view name_;
  std::string text_scratch_;
  std::string name_scratch_;
};

}  // namespace headrace::engine
