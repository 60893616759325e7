#include "engine/files/csv_types.h"

#include <strings.h>
#include <algorithm>
#include <cctype>
#include <limits>

namespace headrace::engine {

using plan::DataType;
using plan::TypeId;

std::vector<std::string> CsvNames(const std::vector<CsvTokenizer::Token>& first, const CsvOptions& options, bool case_sensitive) {
  std::vector<std::string> names;
  auto is_missing = [&](const CsvTokenizer::Token& token) {
    return token.is_null || token.text.empty() || token.text == options.null_value;
  };
  auto same = [&](const CsvTokenizer::Token& a, const CsvTokenizer::Token& b) {
    return a.text.size() == b.text.size() &&
           (case_sensitive ? a.text == b.text : strncasecmp(a.text.data(), b.text.data(), a.text.size()) == 0);
  };
  for (size_t i = 0; i < first.size(); ++i) {
    if (!options.header || is_missing(first[i])) {
      names.push_back("_c" + std::to_string(i));
      continue;
    }
    size_t count = 0;
    for (const auto& other : first) count += !is_missing(other) && same(other, first[i]) ? 1 : 0;
    names.push_back(std::string(first[i].text) + (count > 1 ? std::to_string(i) : ""));
  }
  return names;
}

namespace {

constexpr int kMaxPrecision = 38;

/// An integer of more digits than a BIGINT has, as Spark's decimal.
DataType WholeDecimal(std::string_view text) {
  size_t start = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
  size_t digits = text.size() - start;
  if (digits == 0 || digits > kMaxPrecision || text.find_first_not_of("0123456789", start) != std::string_view::npos)
    return TypeId::kNull;
  return DataType::Decimal(static_cast<int>(digits), 0);
}

/// Whether a text with a date has neither an offset nor a zone's name behind it.
bool IsWithoutZone(std::string_view text) {
  size_t date = text.find('-'), time = text.find(':');
  if (date == std::string_view::npos || date > time || text.find('+') != std::string_view::npos) return false;
  if (time != std::string_view::npos && text.find('-', time) != std::string_view::npos) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c == 'T' || std::isalpha(static_cast<unsigned char>(c)) == 0; });
}

/// The type that holds both, as CSVInferSchema.compatibleType gives it.
DataType Wider(const DataType& left, const DataType& right) {
  if (left == right || right.id() == TypeId::kNull) return left;
  if (left.id() == TypeId::kNull) return right;
  auto rank = [](const DataType& type) {
    switch (type.id()) {
      case TypeId::kInteger:
        return 1;
      case TypeId::kLong:
        return 2;
      case TypeId::kDecimal:
        return 3;
      case TypeId::kDouble:
        return 4;
      default:
        return 0;
    }
  };
  if (rank(left) > 0 && rank(right) > 0) {
    const DataType& high = rank(left) > rank(right) ? left : right;
    const DataType& low = rank(left) > rank(right) ? right : left;
    if (high.id() != TypeId::kDecimal) return high;
    int digits = low.id() == TypeId::kDecimal ? low.precision() : low.id() == TypeId::kLong ? 20 : 10;
    return DataType::Decimal(std::max(high.precision(), digits), 0);
  }
  auto is_time = [](const DataType& type) {
    return type.id() == TypeId::kDate || type.id() == TypeId::kTimestamp || type.id() == TypeId::kTimestampNtz;
  };
  if (is_time(left) && is_time(right)) {
    bool zoned = left.id() == TypeId::kTimestamp || right.id() == TypeId::kTimestamp;
    return zoned ? TypeId::kTimestamp : TypeId::kTimestampNtz;
  }
  return DataType::String();
}

}  // namespace

DataType CsvTypes::OfText(const DataType& known, std::string_view text) const {
  // Each type is tried from the known one on, in Spark's order.
  switch (known.id()) {
    case TypeId::kNull:
    case TypeId::kInteger:
      if (ParseLong(text, std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max())) return TypeId::kInteger;
      [[fallthrough]];
    case TypeId::kLong:
      if (ParseLong(text, std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max())) return TypeId::kLong;
      [[fallthrough]];
    case TypeId::kDecimal: {
      DataType decimal = WholeDecimal(text);
      if (decimal.id() != TypeId::kNull) return decimal;
      [[fallthrough]];
    }
    case TypeId::kDouble:
      if (ParseJavaDouble(text) || text == options_.nan_value || text == options_.positive_infinity ||
          text == options_.negative_infinity)
        return TypeId::kDouble;
      [[fallthrough]];
    case TypeId::kDate:
      if (options_.prefers_date && options_.times.Date(text)) {
        // Without a format of its own a date is 2020-01-31; 2020-1-31 and one with a time behind it are timestamps.
        if (options_.times.date || (text.size() == 10 && text[4] == '-' && text[7] == '-')) return TypeId::kDate;
      }
      [[fallthrough]];
    case TypeId::kTimestampNtz:
      if (options_.infers_ntz && IsWithoutZone(text) && options_.times.TimestampNtz(text)) return TypeId::kTimestampNtz;
      [[fallthrough]];
    case TypeId::kTimestamp:
      if (options_.times.Timestamp(text)) return TypeId::kTimestamp;
      [[fallthrough]];
    case TypeId::kBoolean:
      if ((text.size() == 4 && strncasecmp(text.data(), "true", 4) == 0) ||
          (text.size() == 5 && strncasecmp(text.data(), "false", 5) == 0))
        return TypeId::kBoolean;
      [[fallthrough]];
    default:
      return DataType::String();
  }
}

void CsvTypes::Add(const std::vector<CsvTokenizer::Token>& record) {
  size_t columns = std::min(record.size(), types_.size());
  for (size_t i = 0; i < columns; ++i) {
    if (record[i].is_null || record[i].text.empty() || record[i].text == options_.null_value || types_[i].id() == TypeId::kString)
      continue;
    types_[i] = Wider(types_[i], OfText(types_[i], record[i].text));
  }
}

void CsvTypes::Merge(const CsvTypes& other) {
  for (size_t i = 0; i < types_.size(); ++i) types_[i] = Wider(types_[i], other.types_[i]);
}

DataType CsvTypes::TypeOf(size_t column) const {
  return types_[column].id() == TypeId::kNull ? DataType::String() : types_[column];
}

}  // namespace headrace::engine
