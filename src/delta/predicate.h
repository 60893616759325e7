#pragma once

#include <memory>
#include <string>
#include <vector>

#include "delta/value.h"

namespace headrace::delta {

/// A filter for choosing files, built by an engine from its own expressions. What has no form here is `Unknown()`,
/// which keeps every file. Immutable, cheap to copy, thread-safe.
class Predicate {
 public:
  enum class Kind { kTrue, kFalse, kUnknown, kAnd, kOr, kNot, kCompare, kIn, kIsNull, kStartsWith };
  enum class Op { kEqual, kNotEqual, kLess, kLessEqual, kGreater, kGreaterEqual, kNullSafeEqual };
  /// A column's logical name, then those of nested struct fields.
  using Path = std::vector<std::string>;

  static Predicate True();
  static Predicate False();
  static Predicate Unknown();
  static Predicate And(std::vector<Predicate> children);
  static Predicate Or(std::vector<Predicate> children);
  static Predicate Not(Predicate child);
  static Predicate Compare(Op op, Path column, Value literal);
  static Predicate In(Path column, std::vector<Value> literals);
  static Predicate IsNull(Path column);
  static Predicate StartsWith(Path column, std::string prefix);

  Kind kind() const { return node_->kind; }
  Op op() const { return node_->op; }
  const Path& column() const { return node_->column; }
  const std::vector<Value>& literals() const { return node_->literals; }
  const std::vector<Predicate>& children() const { return node_->children; }
  /// Readable form for error messages and logs.
  std::string ToString() const;
  /// Whether every column it names is in `columns` (case-insensitively).
  bool OnlyUses(const std::vector<std::string>& columns) const;

 private:
  struct Node {
    Kind kind;
    Op op = Op::kEqual;
    Path column;
    std::vector<Value> literals;
    std::vector<Predicate> children;
  };
  explicit Predicate(Node node) : node_(std::make_shared<const Node>(std::move(node))) {}
  std::shared_ptr<const Node> node_;
};

}  // namespace headrace::delta
