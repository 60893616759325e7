#pragma once

#include <cstdint>
#include <limits>

namespace headrace {

/// The system's tables of time zones end in 2037, their rules do not: a later year is looked up as an earlier one of the
/// same length that begins on the same weekday.
struct KnownYear {
  int64_t shift = 0;  ///< Seconds from the year that is looked up to the one that was meant.
  int64_t begin = std::numeric_limits<int64_t>::min();  ///< The seconds since 1970 for which it holds.
  int64_t end = std::numeric_limits<int64_t>::max();
};

/// For an instant or a wall clock in seconds since 1970.
KnownYear KnownYearOf(int64_t seconds);

}  // namespace headrace
