#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace date {
class time_zone;
}

namespace headrace::engine {

constexpr int64_t kMicrosPerSecond = 1000000;
constexpr int64_t kMicrosPerMinute = 60 * kMicrosPerSecond;
constexpr int64_t kMicrosPerHour = 60 * kMicrosPerMinute;
constexpr int64_t kMicrosPerDay = 24 * kMicrosPerHour;

inline int64_t FloorDivide(int64_t a, int64_t b) { return a / b - ((a % b != 0) && ((a < 0) != (b < 0))); }
inline int64_t FloorModulo(int64_t a, int64_t b) { return a - FloorDivide(a, b) * b; }

/// A day of the proleptic Gregorian calendar.
struct Civil {
  int64_t year;
  int month;  ///< 1 to 12.
  int day;
};
int64_t DaysOf(int64_t year, int month, int day);
Civil CivilOf(int64_t days);
bool IsLeap(int64_t year);
int DaysInMonth(int64_t year, int month);
/// Adds months; the day is cut to the month's last.
int64_t AddMonths(int64_t days, int64_t months);
/// Monday is 1, Sunday 7.
int IsoWeekday(int64_t days);
/// ISO week and its year.
int IsoWeek(int64_t days, int64_t* week_year = nullptr);

/// A time zone by Java's names: regions, offsets ("+01:00", "UTC+8"), short ids ("PST"). Cheap to copy.
class Zone {
 public:
  /// Nothing when there is no such zone.
  static std::optional<Zone> Find(std::string_view name);
  /// The session's zone, which was validated when it was set; UTC when not known.
  static Zone Of(const std::string& name);

  int64_t OffsetSeconds(int64_t utc_micros) const;
  int64_t ToLocal(int64_t utc_micros) const { return utc_micros + OffsetSeconds(utc_micros) * kMicrosPerSecond; }
  /// By Java's rules: in a gap the time moves forward by the gap, in an overlap the earlier offset is taken.
  int64_t ToUtc(int64_t local_micros) const;
  /// The zone's id as Java gives it, "Z" for UTC's offset; and the short name at an instant ("PST").
  const std::string& id() const { return id_; }
  std::string Abbreviation(int64_t utc_micros) const;

 private:
  const date::time_zone* zone_ = nullptr;
  int64_t fixed_ = 0;
  std::string id_;
};

/// Text forms of Spark's casts.
std::string DateText(int64_t days);
/// "yyyy-MM-dd HH:mm:ss[.ffffff]" of a wall clock, without trailing zeros.
std::string WallClockText(int64_t local_micros);
std::string TimeText(int64_t micros_of_day);
/// Java's Double.toString and Float.toString.
std::string DoubleText(double value);
std::string FloatText(float value);

/// Spark's lenient forms: yyyy, yyyy-[m]m, yyyy-[m]m-[d]d, with anything after a space or T.
std::optional<int64_t> ParseDate(std::string_view text);
/// Micros UTC: the zone in the text, or `zone`. `allow_zone` false (timestamp_ntz) drops a zone in the text.
std::optional<int64_t> ParseTimestamp(std::string_view text, const Zone& zone, bool ntz = false);
std::string_view TrimAll(std::string_view text);

}  // namespace headrace::engine
