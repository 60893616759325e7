#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/functions/calendar.h"

namespace headrace::engine {

/// A pattern of Java's DateTimeFormatter as Spark allows it.
class DatePattern {
 public:
  explicit DatePattern(std::string_view pattern);
  /// Non-empty when Spark refuses the pattern: the letter or the text it cannot read.
  const std::string& problem() const { return problem_; }

  /// The text of an instant in a zone.
  std::string Format(int64_t utc_micros, const Zone& zone) const;

  struct Parsed {
    int64_t local_micros = 0;
    std::optional<Zone> zone;  ///< When the text names one.
  };
  /// Nothing when the text does not match; `*index` is then where.
  std::optional<Parsed> Parse(std::string_view text, size_t* index) const;

 private:
  struct Part {
    char letter = 0;  ///< 0: literal; '[' and ']': an optional section.
    int count = 0;
    std::string literal;
  };
  struct Fields;
  bool ParsePart(const Part& part, size_t part_index, std::string_view text, size_t* at, Fields* fields) const;
  bool ParseFrom(size_t first, size_t last, std::string_view text, size_t* at, Fields* fields) const;
  std::vector<Part> parts_;
  std::string problem_;
};

}  // namespace headrace::engine
