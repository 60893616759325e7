#include "delta/statistics.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "delta/partition.h"

namespace headrace::delta {

namespace {

void AddLeaves(const Field& field, std::vector<std::string> path, std::vector<std::string> physical_path, bool is_partition,
               std::vector<StatsLayout::Leaf>* leaves) {
  path.push_back(field.name);
  physical_path.push_back(field.PhysicalName());
  if (field.type->kind == DataType::Kind::kStruct) {
    for (const auto& child : field.type->fields) AddLeaves(child, path, physical_path, false, leaves);
    return;
  }
  leaves->push_back({std::move(path), std::move(physical_path), field.type, is_partition});
}

const json::value* Follow(const json::value* value, const std::vector<std::string>& path) {
  for (const auto& name : path) {
    if (value == nullptr || !value->is_object()) return nullptr;
    value = value->as_object().if_contains(name);
  }
  return value;
}

/// Statistics cut timestamps to milliseconds, so an upper bound may lie up to 999 µs below the truth.
constexpr int64_t kTimestampSlack = 999;

Value StatValue(const json::value* value, const DataType& type, bool upper) {
  if (value == nullptr || value->is_null() || !type.IsPrimitive()) return {};
  const std::string& name = type.name;
  if (value->is_number()) {
    if (name == "double" || name == "float") return value->to_number<double>();
    if (auto shape = type.DecimalShape()) {
      if (value->is_int64()) return Decimal{value->as_int64(), 0};
      if (value->is_uint64()) return Decimal{static_cast<__int128>(value->as_uint64()), 0};
      // The JSON parser gave a double: 17 digits are not the decimal's own, so widen by the error it may have.
      double number = value->to_number<double>();
      double slack = std::abs(number) * 4e-16;
      return upper ? number + slack : number - slack;
    }
    if (value->is_int64() && (name == "long" || name == "integer" || name == "short" || name == "byte")) {
      return value->as_int64();
    }
    return {};
  }
  if (value->is_bool()) return name == "boolean" ? Value(value->as_bool()) : Value();
  if (!value->is_string() || value->as_string().empty()) {
    return value->is_string() && name == "string" ? Value(std::string()) : Value();
  }
  if (name == "binary") return {};
  std::string text(value->as_string());
  try {
    Value parsed = ParsePartitionValue(type, text);
    if (auto* timestamp = std::get_if<Timestamp>(&parsed); timestamp != nullptr && upper) {
      if (timestamp->micros < std::numeric_limits<int64_t>::max() - kTimestampSlack) timestamp->micros += kTimestampSlack;
    }
    return parsed;
  } catch (const Error&) {
    return {};  // A bound that cannot be read bounds nothing.
  }
}

/// A number's own text: the JSON library has no decimals, and writes doubles as 1.5E0.
constexpr char kRawMark = '\x01';
json::value Raw(const std::string& text) { return json::value(kRawMark + text); }

void Serialize(const json::object& object, std::string* out) {
  out->push_back('{');
  bool first = true;
  for (const auto& [key, value] : object) {
    if (!first) out->push_back(',');
    first = false;
    out->append(json::serialize(json::value(key))).push_back(':');
    if (value.is_object()) {
      Serialize(value.as_object(), out);
    } else if (value.is_string() && !value.as_string().empty() && value.as_string()[0] == kRawMark) {
      out->append(value.as_string().data() + 1, value.as_string().size() - 1);
    } else {
      out->append(json::serialize(value));
    }
  }
  out->push_back('}');
}

json::value StatJson(const Value& value, const DataType& type) {
  struct Visitor {
    const DataType& type;
    json::value operator()(std::monostate) const { return nullptr; }
    json::value operator()(bool v) const { return v; }
    json::value operator()(int64_t v) const { return v; }
    json::value operator()(double v) const {
      if (std::isnan(v)) return "NaN";
      if (std::isinf(v)) return v > 0 ? "Infinity" : "-Infinity";
      std::string text = type.name == "float" ? fmt::format("{}", static_cast<float>(v)) : fmt::format("{}", v);
      return Raw(text.find_first_of(".e") == std::string::npos ? text + ".0" : text);
    }
    json::value operator()(const std::string& v) const {
      // Statistics are bounds: a text that could be taken for a number's mark bounds nothing.
      return !v.empty() && v[0] == kRawMark ? json::value(nullptr) : json::value(v);
    }
    json::value operator()(const Decimal& v) const { return Raw(FormatDecimal(v)); }
    json::value operator()(Date v) const { return json::value(FormatDate(v.days)); }
    json::value operator()(Timestamp v) const {
      std::string text = FormatIsoTimestamp(v.micros, 3);
      if (type.name == "timestamp_ntz") text.pop_back();
      return json::value(text);
    }
  };
  return std::visit(Visitor{type}, value);
}

void Insert(json::object& root, const std::vector<std::string>& path, json::value value) {
  json::object* level = &root;
  for (size_t i = 0; i + 1 < path.size(); ++i) {
    json::value& next = (*level)[path[i]];
    if (!next.is_object()) next = json::object();
    level = &next.as_object();
  }
  (*level)[path.back()] = std::move(value);
}

/// The outcomes a predicate may have over a file's rows. Everything true is the state of no knowledge.
struct Outcomes {
  bool can_true = true;
  bool can_false = true;
  bool can_null = true;
};

/// What is known of one column over the rows of a file.
struct Bounds {
  Value min;
  Value max;
  bool exact = false;  ///< All rows have the value `min`.
  bool all_null = false;
  bool may_null = true;
};

class Evaluator {
 public:
  Evaluator(const StatsLayout& layout, const PartitionValues& partition_values, const FileStats* stats)
      : layout_(layout), partition_values_(partition_values), stats_(stats) {}

  Outcomes Evaluate(const Predicate& p) const {
    switch (p.kind()) {
      case Predicate::Kind::kTrue:
        return {true, false, false};
      case Predicate::Kind::kFalse:
        return {false, true, false};
      case Predicate::Kind::kUnknown:
        return {};
      case Predicate::Kind::kNot: {
        Outcomes child = Evaluate(p.children()[0]);
        return {child.can_false, child.can_true, child.can_null};
      }
      case Predicate::Kind::kAnd: {
        Outcomes all = {true, false, false};
        for (const auto& child : p.children()) {
          Outcomes o = Evaluate(child);
          all = {all.can_true && o.can_true, all.can_false || o.can_false, all.can_null || o.can_null};
        }
        return all;
      }
      case Predicate::Kind::kOr: {
        Outcomes any = {false, true, false};
        for (const auto& child : p.children()) {
          Outcomes o = Evaluate(child);
          any = {any.can_true || o.can_true, any.can_false && o.can_false, any.can_null || o.can_null};
        }
        return any;
      }
      case Predicate::Kind::kIsNull: {
        auto bounds = BoundsOf(p.column());
        if (!bounds) return {true, true, false};
        return {bounds->may_null, !bounds->all_null, false};
      }
      case Predicate::Kind::kCompare:
        return CompareOutcomes(p);
      case Predicate::Kind::kIn:
        return InOutcomes(p);
      case Predicate::Kind::kStartsWith:
        return PrefixOutcomes(p);
    }
    return {};
  }

 private:
  std::optional<Bounds> BoundsOf(const Predicate::Path& path) const {
    int index = layout_.Find(path);
    if (index < 0) return std::nullopt;
    const auto& leaf = layout_.leaves()[static_cast<size_t>(index)];
    Bounds bounds;
    if (leaf.is_partition) {
      auto found = partition_values_.find(leaf.physical_path[0]);
      if (found == partition_values_.end()) return std::nullopt;
      // A timestamp without a zone depends on the reader's; leave it open.
      if (leaf.type->name == "timestamp" && found->second && found->second->find('Z') == std::string::npos) {
        return std::nullopt;
      }
      try {
        bounds.min = bounds.max = ParsePartitionValue(*leaf.type, found->second);
      } catch (const Error&) {
        return std::nullopt;  // The scan will say what is wrong with it.
      }
      bounds.all_null = bounds.may_null = IsNull(bounds.min);
      bounds.exact = true;
      return bounds;
    }
    if (stats_ == nullptr || static_cast<size_t>(index) >= stats_->columns.size()) return std::nullopt;
    const ColumnStats& column = stats_->columns[static_cast<size_t>(index)];
    bounds.min = column.min;
    bounds.max = column.max;
    if (column.null_count) {
      // With loose bounds the counts are of before the deletions: none and all stay true, the rest is open.
      bounds.may_null = *column.null_count > 0;
      bounds.all_null = stats_->num_records && *column.null_count >= *stats_->num_records && *stats_->num_records > 0;
    }
    // Some writers leave NaN, the greatest of all, out of the bounds.
    if (leaf.type->name == "double" || leaf.type->name == "float") {
      bounds.max = std::nan("");
      if (const auto* min = std::get_if<double>(&bounds.min); min != nullptr && *min == 0.0) bounds.min = 0.0;
    }
    return bounds;
  }

  static Outcomes AllNull() { return {false, false, true}; }

  Outcomes CompareOutcomes(const Predicate& p) const {
    const Value& literal = p.literals()[0];
    bool null_safe = p.op() == Predicate::Op::kNullSafeEqual;
    if (IsNull(literal)) {
      if (!null_safe) return AllNull();
      return Evaluate(Predicate::IsNull(p.column()));
    }
    auto bounds = BoundsOf(p.column());
    if (!bounds) return {true, true, !null_safe};
    if (bounds->all_null) return null_safe ? Outcomes{false, true, false} : AllNull();
    auto low = delta::Compare(bounds->min, literal);  // min ? literal
    auto high = delta::Compare(bounds->max, literal);  // max ? literal
    bool can_less = !low || *low < 0;
    bool can_greater = !high || *high > 0;
    bool can_equal = (!low || *low <= 0) && (!high || *high >= 0);
    bool can_unequal = can_less || can_greater;
    Outcomes o;
    o.can_null = bounds->may_null;
    switch (p.op()) {
      case Predicate::Op::kEqual:
        o.can_true = can_equal, o.can_false = can_unequal;
        break;
      case Predicate::Op::kNotEqual:
        o.can_true = can_unequal, o.can_false = can_equal;
        break;
      case Predicate::Op::kLess:
        o.can_true = can_less, o.can_false = can_equal || can_greater;
        break;
      case Predicate::Op::kLessEqual:
        o.can_true = can_less || can_equal, o.can_false = can_greater;
        break;
      case Predicate::Op::kGreater:
        o.can_true = can_greater, o.can_false = can_equal || can_less;
        break;
      case Predicate::Op::kGreaterEqual:
        o.can_true = can_greater || can_equal, o.can_false = can_less;
        break;
      case Predicate::Op::kNullSafeEqual:
        o = {can_equal, can_unequal || bounds->may_null, false};
        break;
    }
    return o;
  }

  Outcomes InOutcomes(const Predicate& p) const {
    std::vector<Predicate> any;
    any.reserve(p.literals().size());
    for (const auto& literal : p.literals()) {
      any.push_back(Predicate::Compare(Predicate::Op::kEqual, p.column(), literal));
    }
    return Evaluate(Predicate::Or(std::move(any)));
  }

  Outcomes PrefixOutcomes(const Predicate& p) const {
    auto bounds = BoundsOf(p.column());
    if (!bounds) return {};
    if (bounds->all_null) return AllNull();
    const auto& prefix = std::get<std::string>(p.literals()[0]);
    const auto* min = std::get_if<std::string>(&bounds->min);
    const auto* max = std::get_if<std::string>(&bounds->max);
    Outcomes o{true, true, bounds->may_null};
    if (min != nullptr && min->compare(0, prefix.size(), prefix) > 0) o.can_true = false;
    if (max != nullptr && max->compare(0, prefix.size(), prefix) < 0) o.can_true = false;
    if (min != nullptr && max != nullptr && min->compare(0, prefix.size(), prefix) == 0 &&
        max->compare(0, prefix.size(), prefix) == 0) {
      o.can_false = false;
    }
    return o;
  }

  const StatsLayout& layout_;
  const PartitionValues& partition_values_;
  const FileStats* stats_;
};

size_t CodePointLength(unsigned char lead) { return lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4; }

/// Bytes of the first `characters` UTF-16 units (Delta counts Java chars); never splits a character.
size_t PrefixBytes(std::string_view text, int characters) {
  size_t at = 0;
  int units = 0;
  while (at < text.size()) {
    size_t length = CodePointLength(static_cast<unsigned char>(text[at]));
    units += length == 4 ? 2 : 1;
    if (units > characters || at + length > text.size()) break;
    at += length;
  }
  return at;
}

}  // namespace

StatsLayout::StatsLayout(const Schema& schema, const std::vector<std::string>& partition_columns) {
  for (const auto& field : schema.fields()) {
    bool is_partition = std::any_of(partition_columns.begin(), partition_columns.end(),
                                    [&](const auto& name) { return EqualsIgnoreCase(name, field.name); });
    AddLeaves(field, {}, {}, is_partition, &leaves_);
  }
}

int StatsLayout::Find(const std::vector<std::string>& path) const {
  for (size_t i = 0; i < leaves_.size(); ++i) {
    const auto& mine = leaves_[i].path;
    if (mine.size() == path.size() && std::equal(mine.begin(), mine.end(), path.begin(), EqualsIgnoreCase)) {
      return static_cast<int>(i);
    }
  }
  return -1;
}

FileStats ParseStats(std::string_view stats_json, const StatsLayout& layout) {
  FileStats stats;
  json::value value;
  try {
    value = ParseJson(stats_json);
  } catch (const Error&) {
    return stats;  // Broken statistics are no statistics: every file stays in.
  }
  if (!value.is_object()) return stats;
  const auto& root = value.as_object();
  if (const auto* records = root.if_contains("numRecords"); records != nullptr && records->is_int64()) {
    stats.num_records = records->as_int64();
  }
  if (const auto* tight = root.if_contains("tightBounds"); tight != nullptr && tight->is_bool()) {
    stats.tight_bounds = tight->as_bool();
  }
  stats.columns.resize(layout.leaves().size());
  const auto* min = root.if_contains("minValues");
  const auto* max = root.if_contains("maxValues");
  const auto* nulls = root.if_contains("nullCount");
  for (size_t i = 0; i < layout.leaves().size(); ++i) {
    const auto& leaf = layout.leaves()[i];
    ColumnStats& column = stats.columns[i];
    column.min = StatValue(Follow(min, leaf.physical_path), *leaf.type, false);
    column.max = StatValue(Follow(max, leaf.physical_path), *leaf.type, true);
    const auto* count = Follow(nulls, leaf.physical_path);
    if (count != nullptr && count->is_int64()) column.null_count = count->as_int64();
  }
  return stats;
}

std::string FormatStats(const FileStats& stats, const StatsLayout& layout) {
  json::object root, min, max, nulls;
  if (stats.num_records) root["numRecords"] = *stats.num_records;
  for (size_t i = 0; i < layout.leaves().size() && i < stats.columns.size(); ++i) {
    const auto& leaf = layout.leaves()[i];
    const auto& column = stats.columns[i];
    if (leaf.is_partition) continue;
    if (!IsNull(column.min)) Insert(min, leaf.physical_path, StatJson(column.min, *leaf.type));
    if (!IsNull(column.max)) Insert(max, leaf.physical_path, StatJson(column.max, *leaf.type));
    if (column.null_count) Insert(nulls, leaf.physical_path, *column.null_count);
  }
  root["minValues"] = std::move(min);
  root["maxValues"] = std::move(max);
  root["nullCount"] = std::move(nulls);
  if (!stats.tight_bounds) root["tightBounds"] = false;
  std::string text;
  Serialize(root, &text);
  return text;
}

std::string TruncateMin(std::string_view text, int characters) {
  return std::string(text.substr(0, PrefixBytes(text, characters)));
}

std::optional<std::string> TruncateMax(std::string_view text, int characters) {
  size_t cut = PrefixBytes(text, characters);
  if (cut == text.size()) return std::string(text);
  // A character above any that may follow keeps the prefix an upper bound; U+10FFFF is above them all.
  return std::string(text.substr(0, cut)) + "\xF4\x8F\xBF\xBF";
}

bool MayMatch(const Predicate& predicate, const StatsLayout& layout, const PartitionValues& partition_values,
              const FileStats* stats) {
  return Evaluator(layout, partition_values, stats).Evaluate(predicate).can_true;
}

bool SurelyMatchesAll(const Predicate& predicate, const StatsLayout& layout, const PartitionValues& partition_values,
                      const FileStats* stats) {
  Outcomes outcomes = Evaluator(layout, partition_values, stats).Evaluate(predicate);
  return !outcomes.can_false && !outcomes.can_null;
}

}  // namespace headrace::delta
