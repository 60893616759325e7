#include "features/online_row.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <limits>
#include <utility>

#include "base/error.h"

namespace headrace::features {
namespace {

constexpr std::array<std::pair<OnlineType, std::string_view>, 11> kTypeNames = {{
    {OnlineType::kBoolean, "boolean"},
    {OnlineType::kInteger, "integer"},
    {OnlineType::kLong, "long"},
    {OnlineType::kFloat, "float"},
    {OnlineType::kDouble, "double"},
    {OnlineType::kDate, "date"},
    {OnlineType::kTimestamp, "timestamp"},
    {OnlineType::kString, "string"},
    {OnlineType::kBinary, "binary"},
    {OnlineType::kDecimal, "decimal"},
    {OnlineType::kJson, "json"},
}};

constexpr char kFormat = 1;

bool IsHeap(OnlineType type) { return type >= OnlineType::kString; }
bool IsFloating(OnlineType type) { return type == OnlineType::kFloat || type == OnlineType::kDouble; }

[[noreturn]] void ThrowBadKey(const OnlineColumn& column) {
  throw Error(ErrorKind::kInvalidParameter, "INVALID_PARAMETER_VALUE",
              "The value of key '" + column.name + "' is not of type " + std::string(OnlineTypeName(column.type)) + ".");
}

/// Decimal keys are compared by value: "7.50" and 7.5 are one key.
std::string CanonicalDecimal(std::string_view text) {
  std::string out(text);
  if (out.find('.') != std::string::npos) {
    while (out.back() == '0') out.pop_back();
    if (out.back() == '.') out.pop_back();
  }
  return out == "-0" ? "0" : out;
}

}  // namespace

std::string_view OnlineTypeName(OnlineType type) {
  for (const auto& [known, name] : kTypeNames) {
    if (known == type) return name;
  }
  ThrowInternal("an online type without a name");
}

OnlineType OnlineTypeFromName(std::string_view name) {
  for (const auto& [type, known] : kTypeNames) {
    if (known == name) return type;
  }
  throw Error(ErrorKind::kInvalidParameter, "INVALID_PARAMETER_VALUE", "Unknown online type '" + std::string(name) + "'.");
}

int OnlineSchema::Find(std::string_view name) const {
  for (size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].name == name) return static_cast<int>(i);
  }
  return -1;
}

RowEncoder::RowEncoder(const OnlineSchema& schema, uint32_t schema_version)
    : schema_(&schema),
      bitmap_(RowView::kHeader),
      slots_(bitmap_ + (schema.columns.size() + 7) / 8),
      fixed_size_(slots_ + 8 * schema.columns.size()) {
  buffer_.push_back(kFormat);
  buffer_.append(reinterpret_cast<const char*>(&schema_version), 4);
  Clear();
}

void RowEncoder::Clear() {
  buffer_.resize(fixed_size_);
  std::memset(buffer_.data() + bitmap_, 0xff, slots_ - bitmap_);
  std::memset(buffer_.data() + slots_, 0, fixed_size_ - slots_);
}

void RowEncoder::SetNull(size_t column) { buffer_[bitmap_ + column / 8] |= static_cast<char>(1 << (column % 8)); }

void RowEncoder::SetSlot(size_t column, uint64_t bits) {
  buffer_[bitmap_ + column / 8] &= static_cast<char>(~(1 << (column % 8)));
  std::memcpy(buffer_.data() + slots_ + column * 8, &bits, 8);
}

void RowEncoder::SetInt(size_t column, int64_t value) { SetSlot(column, static_cast<uint64_t>(value)); }

void RowEncoder::SetDouble(size_t column, double value) {
  uint64_t bits;
  std::memcpy(&bits, &value, 8);
  SetSlot(column, bits);
}

void RowEncoder::SetText(size_t column, std::string_view value) {
  const uint64_t offset = buffer_.size();
  buffer_.append(value);
  SetSlot(column, offset | static_cast<uint64_t>(value.size()) << 32);
}

void RowEncoder::Set(size_t column, const OnlineValue& value) {
  const OnlineType type = schema_->columns[column].type;
  if (std::holds_alternative<std::monostate>(value)) return SetNull(column);
  if (const auto* text = std::get_if<std::string>(&value); text && IsHeap(type)) return SetText(column, *text);
  if (const auto* flag = std::get_if<bool>(&value); flag && !IsHeap(type)) return SetInt(column, *flag);
  if (const auto* number = std::get_if<int64_t>(&value); number && !IsHeap(type)) {
    return IsFloating(type) ? SetDouble(column, static_cast<double>(*number)) : SetInt(column, *number);
  }
  if (const auto* number = std::get_if<double>(&value); number && IsFloating(type)) return SetDouble(column, *number);
  ThrowInternal("a value that does not fit column " + schema_->columns[column].name + " of an online row");
}

uint32_t RowView::SchemaVersion(std::string_view row) {
  if (row.size() < kHeader || row[0] != kFormat) ThrowInternal("an online row in an unknown format");
  uint32_t version;
  std::memcpy(&version, row.data() + 1, 4);
  return version;
}

RowView::RowView(std::string_view row, const OnlineSchema& schema)
    : row_(row), schema_(&schema), slots_(kHeader + (schema.columns.size() + 7) / 8) {
  if (row.size() < slots_ + 8 * schema.columns.size()) ThrowInternal("an online row that is too short");
}

double RowView::Number(size_t column) const {
  if (IsNull(column)) return std::numeric_limits<double>::quiet_NaN();
  const OnlineType type = schema_->columns[column].type;
  if (IsFloating(type)) return Double(column);
  if (!IsHeap(type)) return static_cast<double>(static_cast<int64_t>(Slot(column)));
  const std::string_view text = Text(column);
  double value;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::numeric_limits<double>::quiet_NaN();
  return value;
}

int64_t RowView::Int(size_t column) const { return static_cast<int64_t>(Slot(column)); }

std::string_view RowView::Text(size_t column) const {
  const uint64_t slot = Slot(column);
  const size_t offset = slot & 0xffffffff;
  const size_t size = slot >> 32;
  if (offset + size > row_.size()) ThrowInternal("an online row whose text lies outside it");
  return row_.substr(offset, size);
}

OnlineValue RowView::Value(size_t column) const {
  if (IsNull(column)) return std::monostate();
  const OnlineType type = schema_->columns[column].type;
  if (IsHeap(type)) return std::string(Text(column));
  if (IsFloating(type)) return Number(column);
  if (type == OnlineType::kBoolean) return Int(column) != 0;
  return Int(column);
}

void AppendKey(const OnlineColumn& column, const OnlineValue& value, std::string* key) {
  const auto* number = std::get_if<int64_t>(&value);
  const auto* real = std::get_if<double>(&value);
  const auto* text = std::get_if<std::string>(&value);
  const auto* flag = std::get_if<bool>(&value);
  switch (column.type) {
    case OnlineType::kBoolean:
      if (!flag) ThrowBadKey(column);
      return AppendIntKey(*flag, key);
    case OnlineType::kInteger:
    case OnlineType::kLong:
      if (number) return AppendIntKey(*number, key);
      // JSON writers that know only doubles send 17 as 17.0.
      if (real && std::trunc(*real) == *real && std::abs(*real) < 9007199254740992.0) {
        return AppendIntKey(static_cast<int64_t>(*real), key);
      }
      ThrowBadKey(column);
    case OnlineType::kDate:
    case OnlineType::kTimestamp: {
      if (number) return AppendIntKey(*number, key);
      if (!text) ThrowBadKey(column);
      const auto parsed = column.type == OnlineType::kDate ? ParseDate(*text) : ParseTimestamp(*text);
      if (!parsed) ThrowBadKey(column);
      return AppendIntKey(*parsed, key);
    }
    case OnlineType::kFloat:
    case OnlineType::kDouble: {
      if (!number && !real) ThrowBadKey(column);
      double canonical = number ? static_cast<double>(*number) : *real;
      if (canonical == 0) canonical = 0;  // -0.0 and 0.0 are one key.
      int64_t bits;
      std::memcpy(&bits, &canonical, 8);
      return AppendIntKey(bits, key);
    }
    case OnlineType::kDecimal: {
      if (text) return AppendTextKey(CanonicalDecimal(*text), key);
      if (number) return AppendTextKey(std::to_string(*number), key);
      if (!real) ThrowBadKey(column);
      char buffer[64];
      const auto [end, error] = std::to_chars(buffer, buffer + sizeof(buffer), *real, std::chars_format::fixed);
      if (error != std::errc()) ThrowBadKey(column);
      return AppendTextKey(CanonicalDecimal({buffer, static_cast<size_t>(end - buffer)}), key);
    }
    case OnlineType::kString:
    case OnlineType::kBinary:
    case OnlineType::kJson:
      if (!text) ThrowBadKey(column);
      return AppendTextKey(*text, key);
  }
}

std::optional<int64_t> ParseDate(std::string_view text) {
  int year, month, day, used = 0;
  const std::string copy(text);
  if (std::sscanf(copy.c_str(), "%4d-%2d-%2d%n", &year, &month, &day, &used) != 3 || used != static_cast<int>(text.size())) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date).time_since_epoch().count();
}

std::optional<int64_t> ParseTimestamp(std::string_view text) {
  if (text.size() < 10) return std::nullopt;
  const auto days = ParseDate(text.substr(0, 10));
  if (!days) return std::nullopt;
  int64_t micros = *days * 86'400'000'000;
  std::string rest(text.substr(10));
  if (rest.empty()) return micros;
  int hour, minute, second = 0, used = 0;
  if ((rest[0] != 'T' && rest[0] != ' ') || std::sscanf(rest.c_str() + 1, "%2d:%2d%n", &hour, &minute, &used) != 2) {
    return std::nullopt;
  }
  const char* at = rest.c_str() + 1 + used;
  if (*at == ':') {
    if (std::sscanf(at + 1, "%2d%n", &second, &used) != 1) return std::nullopt;
    at += 1 + used;
  }
  micros += ((hour * 60LL + minute) * 60 + second) * 1'000'000;
  if (*at == '.') {
    int64_t unit = 100'000;
    for (++at; *at >= '0' && *at <= '9'; ++at, unit /= 10) micros += unit * (*at - '0');
  }
  if (*at == 'Z' && at[1] == 0) return micros;
  if (*at == '+' || *at == '-') {
    int zone_hour, zone_minute = 0;
    if (std::sscanf(at + 1, "%2d:%2d", &zone_hour, &zone_minute) < 1) return std::nullopt;
    const int64_t offset = (zone_hour * 60LL + zone_minute) * 60'000'000;
    return micros - (*at == '+' ? offset : -offset);
  }
  if (*at != 0 || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return micros;
}

std::string FormatDate(int64_t days) {
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(days))};
  char buffer[32];
  std::snprintf(buffer, sizeof(buffer), "%04d-%02u-%02u", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()));
  return buffer;
}

std::string FormatTimestamp(int64_t micros) {
  int64_t days = micros / 86'400'000'000, rest = micros % 86'400'000'000;
  if (rest < 0) rest += 86'400'000'000, --days;
  char buffer[64];
  std::snprintf(buffer, sizeof(buffer), "T%02d:%02d:%02d.%06d", static_cast<int>(rest / 3'600'000'000),
                static_cast<int>(rest / 60'000'000 % 60), static_cast<int>(rest / 1'000'000 % 60),
                static_cast<int>(rest % 1'000'000));
  return FormatDate(days) + buffer;
}

}  // namespace headrace::features
