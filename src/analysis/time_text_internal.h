#pragma once

#include <cstdint>
#include <string>

namespace headrace::analysis {

/// "2020-01-31" of days since the epoch (proleptic Gregorian).
std::string DateText(int64_t days);
/// "2020-01-31 10:20:30.5" of microseconds; in `zone` when it is not empty.
std::string TimestampText(int64_t micros, const std::string& zone);
/// Microseconds to add to UTC for the wall clock of `zone` at `micros`. Throws kAnalysis for an unknown zone.
int64_t ZoneOffsetMicros(int64_t micros, const std::string& zone);

}  // namespace headrace::analysis
