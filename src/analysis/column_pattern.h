#pragma once

#include <memory>
#include <optional>
#include <string>

namespace headrace::analysis {

/// The pattern of df.colRegex: matches whole names, in either case. Its syntax is Perl's, which has what Java's has.
class ColumnPattern {
 public:
  /// Nothing for a text that is no pattern.
  static std::optional<ColumnPattern> Compile(const std::string& pattern);
  bool Matches(const std::string& name) const;

 private:
  explicit ColumnPattern(std::shared_ptr<const void> code) : code_(std::move(code)) {}
  std::shared_ptr<const void> code_;
};

}  // namespace headrace::analysis
