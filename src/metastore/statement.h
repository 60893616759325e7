#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

struct sqlite3_stmt;

namespace headrace::metastore {

/// A parameter value: null, a 64-bit integer, a double, text, or bytes. Text and bytes are copied when bound.
class Value {
 public:
  enum class Type { kNull, kInt64, kDouble, kText, kBytes };

  Value() = default;
  Value(std::nullptr_t) {}
  template <typename T>
  requires std::is_integral_v<T> Value(T value) : type_(Type::kInt64), int_(static_cast<int64_t>(value)) {}
  Value(double value) : type_(Type::kDouble), double_(value) {}
  Value(std::string value) : type_(Type::kText), text_(std::move(value)) {}
  Value(std::string_view value) : type_(Type::kText), text_(value) {}
  Value(const char* value) : type_(Type::kText), text_(value) {}
  template <typename T>
  Value(const std::optional<T>& value) {
    if (value) *this = Value(*value);
  }
  static Value Bytes(std::string bytes) {
    Value value(std::move(bytes));
    value.type_ = Type::kBytes;
    return value;
  }

  Type type() const { return type_; }
  int64_t int64() const { return int_; }
  double real() const { return double_; }
  const std::string& text() const { return text_; }

 private:
  Type type_ = Type::kNull;
  int64_t int_ = 0;
  double double_ = 0;
  std::string text_;
};

/// A compiled statement in a connection's cache.
struct CompiledStatement {
  sqlite3_stmt* handle = nullptr;
  bool in_use = false;
};

/// One use of a prepared statement. Parameters are written `?` and bound from 0. Belongs to the connection that
/// prepared it and to one thread; its end gives the compiled form back to the connection's cache.
/// Errors of the database leave as headrace::Error: a broken unique key as kAlreadyExists, all else as kInternal.
class Statement {
 public:
  /// `compiled` stays the connection's.
  explicit Statement(CompiledStatement* compiled) : compiled_(compiled), handle_(compiled->handle) { compiled->in_use = true; }
  Statement(Statement&& other) noexcept : compiled_(other.compiled_), handle_(other.handle_), next_(other.next_) {
    other.compiled_ = nullptr;
  }
  Statement& operator=(Statement&&) = delete;
  Statement(const Statement&) = delete;
  ~Statement();

  Statement& Bind(int index, const Value& value);
  /// Binds text without copying it; `text` must outlive the statement's last Step.
  Statement& BindView(int index, std::string_view text);
  /// Binds the parameter after the last one added.
  Statement& Add(const Value& value) { return Bind(next_++, value); }
  template <typename... Values>
  Statement& BindAll(const Values&... values) {
    int index = 0;
    (BindOne(index++, values), ...);
    return *this;
  }

  /// True while there is a row to read.
  bool Step();
  /// Runs to the end; gives the number of rows changed.
  int64_t Run();
  /// Makes the statement ready to be bound and run again.
  void Reset();

  int columns() const;
  bool IsNull(int column) const;
  int64_t Int64(int column) const;
  double Double(int column) const;
  /// Valid until the next Step, Reset or the statement's end. "" for null.
  std::string_view View(int column) const;
  std::string Text(int column) const { return std::string(View(column)); }
  std::optional<std::string> OptionalText(int column) const;
  std::optional<int64_t> OptionalInt64(int column) const;

 private:
  template <typename T>
  void BindOne(int index, const T& value) {
    if constexpr (std::is_convertible_v<const T&, std::string_view> && !std::is_same_v<T, std::nullptr_t>) {
      BindView(index, value);
    } else {
      Bind(index, Value(value));
    }
  }

  CompiledStatement* compiled_;
  sqlite3_stmt* handle_;
  int next_ = 0;
};

}  // namespace headrace::metastore
