#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace headrace::serving {

/// A JSON scalar as it stands in a request.
struct Scalar {
  enum class Kind : uint8_t { kAbsent, kNull, kBool, kInt, kReal, kText, kNested };
  Kind kind = Kind::kAbsent;
  int64_t integer = 0;  ///< kBool (0 or 1) and kInt.
  double real = 0;  ///< kInt and kReal.
  std::string_view text;  ///< kText; points into the body or the reader.
};

/// Reads one JSON document from front to back without building a tree and without allocating (strings with escapes
/// excepted). Broken JSON throws Error(kInvalidParameter, "BAD_REQUEST") that says where. The text must outlive it.
class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : text_(text) {}

  /// The next character that is no white space, not consumed; 0 at the end.
  char Peek();
  /// Consumes `c` when it is next.
  bool Consume(char c);
  void Expect(char c);
  std::string_view String();
  /// Any value; arrays and objects are skipped and reported as kNested.
  Scalar Value();
  /// Passes over any value.
  void Skip();
  /// Throws unless nothing but white space follows.
  void ExpectEnd();

  size_t position() const { return at_; }
  void Seek(size_t position) { at_ = position; }

  /// Calls `each(name)` for the members of an object; it must consume the value.
  template <typename Each>
  void Object(Each&& each) {
    Expect('{');
    if (Consume('}')) return;
    do {
      if (Peek() != '"') Fail("a member's name is missing");
      const std::string_view name = String();
      Expect(':');
      each(name);
    } while (Consume(','));
    Expect('}');
  }

  /// Calls `each()` for the elements of an array; it must consume the element.
  template <typename Each>
  void Array(Each&& each) {
    Expect('[');
    if (Consume(']')) return;
    do {
      each();
    } while (Consume(','));
    Expect(']');
  }

  [[noreturn]] void Fail(std::string_view what) const;

 private:
  std::string_view EscapedString();
  void AppendEscape(std::string* out);
  uint32_t Hex4();
  void Literal(std::string_view word);

  std::string_view text_;
  size_t at_ = 0;
  std::deque<std::string> decoded_;  // Strings that had escapes; a deque keeps them in place.
};

}  // namespace headrace::serving
