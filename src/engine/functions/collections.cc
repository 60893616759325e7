#include <algorithm>
#include <map>
#include <random>

#include "engine/functions/calendar.h"
#include "engine/functions/groups.h"
#include "engine/functions/nested_order.h"

namespace headrace::engine {

namespace {

using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::Value;
using Values = duckdb::vector<Value>;

const Values& Items(const Value& list) { return duckdb::ListValue::GetChildren(list); }
Value Null(const Call& call) { return Value(call.data.result); }
Value List(const Call& call, Values values) {
  return Value::LIST(duckdb::ListType::GetChildType(call.data.result), std::move(values));
}
bool Same(const Value& a, const Value& b) { return Value::NotDistinctFrom(a, b); }
bool Less(const Value& a, const Value& b) { return CompareNested(a, b) < 0; }
bool Contains(const Values& values, const Value& value) {
  return std::any_of(values.begin(), values.end(), [&](const Value& item) { return Same(item, value); });
}

/// Values in order of first appearance, each once; nulls count as one value.
class DistinctValues {
 public:
  bool Add(const Value& value) {
    auto& bucket = seen_[value.Hash()];
    if (Contains(bucket, value)) return false;
    bucket.push_back(value);
    values_.push_back(value);
    return true;
  }
  bool Has(const Value& value) const {
    auto found = seen_.find(value.Hash());
    return found != seen_.end() && Contains(found->second, value);
  }
  Values Take() { return std::move(values_); }
  /// The values with -0.0 as 0.0, which is how Spark's set operations keep it.
  Values TakeNormalised() {
    for (auto& value : values_) {
      if (value.IsNull()) continue;
      if (value.type().id() == LogicalTypeId::DOUBLE && value.GetValue<double>() == 0) value = Value::DOUBLE(0);
      if (value.type().id() == LogicalTypeId::FLOAT && value.GetValue<float>() == 0) value = Value::FLOAT(0);
    }
    return std::move(values_);
  }

 private:
  std::map<duckdb::hash_t, Values> seen_;
  Values values_;
};

// ---- Arrays ----

Value ArrayContains(const Call&, std::vector<Value>& a) {
  bool null = false;
  for (const auto& item : Items(a[0])) {
    if (item.IsNull())
      null = true;
    else if (Same(item, a[1]))
      return Value::BOOLEAN(true);
  }
  return null ? Value(LogicalType::BOOLEAN) : Value::BOOLEAN(false);
}
Value ArrayPosition(const Call&, std::vector<Value>& a) {
  const auto& items = Items(a[0]);
  for (size_t i = 0; i < items.size(); i++) {
    if (!items[i].IsNull() && Same(items[i], a[1])) return Value::BIGINT(static_cast<int64_t>(i) + 1);
  }
  return Value::BIGINT(0);
}
Value ArrayRemove(const Call& call, std::vector<Value>& a) {
  Values out;
  for (const auto& item : Items(a[0])) {
    if (item.IsNull() || !Same(item, a[1])) out.push_back(item);
  }
  return List(call, std::move(out));
}
template <bool kFront>
Value ArrayAdd(const Call& call, std::vector<Value>& a) {
  if (a[0].IsNull()) return Null(call);
  Values out = Items(a[0]);
  out.insert(kFront ? out.begin() : out.end(), a[1]);
  return List(call, std::move(out));
}
Value ArrayUnion(const Call& call, std::vector<Value>& a) {
  DistinctValues out;
  for (const auto& list : a) {
    for (const auto& item : Items(list)) out.Add(item);
  }
  return List(call, out.TakeNormalised());
}
template <bool kKeepCommon>
Value ArrayFilterBy(const Call& call, std::vector<Value>& a) {
  DistinctValues other, out;
  for (const auto& item : Items(a[1])) other.Add(item);
  for (const auto& item : Items(a[0])) {
    if (other.Has(item) == kKeepCommon) out.Add(item);
  }
  return List(call, out.TakeNormalised());
}
Value ArraysOverlap(const Call&, std::vector<Value>& a) {
  bool null = false;
  for (const auto& left : Items(a[0])) {
    for (const auto& right : Items(a[1])) {
      if (left.IsNull() || right.IsNull())
        null = true;
      else if (Same(left, right))
        return Value::BOOLEAN(true);
    }
  }
  return null ? Value(LogicalType::BOOLEAN) : Value::BOOLEAN(false);
}
Value ArrayDistinct(const Call& call, std::vector<Value>& a) {
  DistinctValues out;
  for (const auto& item : Items(a[0])) out.Add(item);
  return List(call, out.TakeNormalised());
}
Value ArrayCompact(const Call& call, std::vector<Value>& a) {
  Values out;
  for (const auto& item : Items(a[0])) {
    if (!item.IsNull()) out.push_back(item);
  }
  return List(call, std::move(out));
}
template <bool kMax>
Value ArrayExtreme(const Call& call, std::vector<Value>& a) {
  const Value* best = nullptr;
  for (const auto& item : Items(a[0])) {
    if (!item.IsNull() && (best == nullptr || (kMax ? Less(*best, item) : Less(item, *best)))) best = &item;
  }
  return best == nullptr ? Null(call) : *best;
}
template <class Holds>
Value Compared(const Call&, std::vector<Value>& a) {
  return Value::BOOLEAN(Holds()(CompareNested(a[0], a[1]), 0));
}
Value ArrayReverse(const Call& call, std::vector<Value>& a) {
  Values out = Items(a[0]);
  std::reverse(out.begin(), out.end());
  return List(call, std::move(out));
}
Value ArrayConcat(const Call& call, std::vector<Value>& a) {
  Values out;
  for (const auto& list : a) out.insert(out.end(), Items(list).begin(), Items(list).end());
  return List(call, std::move(out));
}
Value Flatten(const Call& call, std::vector<Value>& a) {
  Values out;
  for (const auto& list : Items(a[0])) {
    if (list.IsNull()) return Null(call);
    out.insert(out.end(), Items(list).begin(), Items(list).end());
  }
  return List(call, std::move(out));
}
Value ArrayRepeat(const Call& call, std::vector<Value>& a) {
  if (a[1].IsNull()) return Null(call);
  auto count = std::max<int64_t>(0, a[1].GetValue<int64_t>());
  return List(call, Values(static_cast<size_t>(count), a[0]));
}
Value Slice(const Call& call, std::vector<Value>& a) {
  const auto& items = Items(a[0]);
  auto start = a[1].GetValue<int64_t>(), length = a[2].GetValue<int64_t>();
  auto refuse = [&](const char* subclass, std::map<std::string, std::string> parameters, const std::string& text) {
    ThrowInvalidParameter(call.site(), subclass, "slice", std::move(parameters), text);
  };
  if (start == 0)
    refuse("START", {{"parameter", "`start`"}},
           "The value of parameter(s) `start` in `slice` is invalid: Expects a positive or a negative value for `start`, but got "
           "0.");
  if (length < 0)
    refuse("LENGTH", {{"parameter", "`length`"}, {"length", std::to_string(length)}},
           "The value of parameter(s) `length` in `slice` is invalid: Expects `length` greater than or equal to 0, but got " +
               std::to_string(length) + ".");
  auto size = static_cast<int64_t>(items.size());
  int64_t from = start > 0 ? start - 1 : start + size;
  if (from < 0 || from >= size) return List(call, {});
  return List(call, Values(items.begin() + from, items.begin() + std::min(size, from + length)));
}
Value ArrayInsert(const Call& call, std::vector<Value>& a) {
  if (a[0].IsNull() || a[1].IsNull()) return Null(call);
  Values out = Items(a[0]);
  auto position = a[1].GetValue<int64_t>(), size = static_cast<int64_t>(out.size());
  if (position == 0)
    ThrowSpark(call.site(), "INVALID_INDEX_OF_ZERO", {},
               "The index 0 is invalid. An index shall be either < 0 or > 0 (the first element has index 1).",
               ErrorKind::kRuntime);
  Value null(duckdb::ListType::GetChildType(call.data.result));
  if (position > 0) {
    while (static_cast<int64_t>(out.size()) < position - 1) out.push_back(null);
    out.insert(out.begin() + (position - 1), a[2]);
  } else {
    int64_t at = size + position + 1;
    if (at < 0) {
      out.insert(out.begin(), static_cast<size_t>(-at), null);
      at = 0;
    }
    out.insert(out.begin() + at, a[2]);
  }
  return List(call, std::move(out));
}
Value ArrayJoin(const Call&, std::vector<Value>& a) {
  std::string out;
  bool first = true;
  for (const auto& item : Items(a[0])) {
    if (item.IsNull() && a.size() < 3) continue;
    if (!first) out += duckdb::StringValue::Get(a[1]);
    out += duckdb::StringValue::Get(item.IsNull() ? a[2] : item);
    first = false;
  }
  return Value(out);
}
/// sort_array: nulls first ascending, last descending. array_sort: nulls last.
Values Sorted(const Value& list, bool ascending, bool nulls_first) {
  Values out = Items(list);
  std::stable_sort(out.begin(), out.end(), [&](const Value& x, const Value& y) {
    if (x.IsNull() || y.IsNull()) return x.IsNull() != y.IsNull() && x.IsNull() == nulls_first;
    return ascending ? Less(x, y) : Less(y, x);
  });
  return out;
}
Value SortArray(const Call& call, std::vector<Value>& a) {
  bool ascending = a.size() < 2 || a[1].GetValue<bool>();
  return List(call, Sorted(a[0], ascending, ascending));
}
Value ArraySort(const Call& call, std::vector<Value>& a) { return List(call, Sorted(a[0], true, false)); }
Value MakeArray(const Call& call, std::vector<Value>& a) { return List(call, Values(a.begin(), a.end())); }

Value ArraysZip(const Call& call, std::vector<Value>& a) {
  size_t longest = 0;
  for (const auto& list : a) longest = std::max(longest, Items(list).size());
  const auto& type = duckdb::ListType::GetChildType(call.data.result);
  Values out;
  for (size_t i = 0; i < longest; i++) {
    Values fields;
    for (size_t k = 0; k < a.size(); k++) {
      const auto& items = Items(a[k]);
      fields.push_back(i < items.size() ? items[i] : Value(duckdb::StructType::GetChildType(type, k)));
    }
    out.push_back(Value::STRUCT(type, std::move(fields)));
  }
  return List(call, std::move(out));
}

/// For each key of either map, in order of appearance: the key and both maps' values.
Value MapZip(const Call& call, std::vector<Value>& a) {
  const auto& type = duckdb::ListType::GetChildType(call.data.result);
  Values out;
  auto value_of = [&](const Value& map, const Value& key, size_t field) {
    for (const auto& entry : duckdb::MapValue::GetChildren(map)) {
      const auto& pair = duckdb::StructValue::GetChildren(entry);
      if (Same(pair[0], key)) return pair[1];
    }
    return Value(duckdb::StructType::GetChildType(type, field));
  };
  DistinctValues keys;
  for (const auto& map : a) {
    for (const auto& entry : duckdb::MapValue::GetChildren(map)) keys.Add(duckdb::StructValue::GetChildren(entry)[0]);
  }
  for (const auto& key : keys.Take()) out.push_back(Value::STRUCT(type, {key, value_of(a[0], key, 1), value_of(a[1], key, 2)}));
  return List(call, std::move(out));
}

[[noreturn]] void ThrowIndex(const Call& call, const char* condition, int64_t index, size_t size, const char* hint) {
  std::string i = std::to_string(index), n = std::to_string(size);
  ThrowSpark(call.site(), condition, {{"indexValue", i}, {"arraySize", n}},
             "The index " + i + " is out of bounds. The array has " + n + " elements. Use " + hint +
                 " to tolerate accessing element at invalid index and return NULL instead.",
             ErrorKind::kArrayIndex);
}
Value ElementAt(const Call& call, std::vector<Value>& a) {
  const auto& items = Items(a[0]);
  auto index = a[1].GetValue<int64_t>(), size = static_cast<int64_t>(items.size());
  if (index == 0)
    ThrowSpark(call.site(), "INVALID_INDEX_OF_ZERO", {},
               "The index 0 is invalid. An index shall be either < 0 or > 0 (the first element has index 1).",
               ErrorKind::kRuntime);
  if (std::abs(index) > size) {
    if (call.Long(0) == 1) ThrowIndex(call, "INVALID_ARRAY_INDEX_IN_ELEMENT_AT", index, items.size(), "`try_element_at`");
    return Null(call);
  }
  return items[static_cast<size_t>(index > 0 ? index - 1 : size + index)];
}
Value ArrayItem(const Call& call, std::vector<Value>& a) {
  const auto& items = Items(a[0]);
  auto index = a[1].GetValue<int64_t>();
  if (index < 0 || index >= static_cast<int64_t>(items.size())) {
    if (call.Long(0) == 1) ThrowIndex(call, "INVALID_ARRAY_INDEX", index, items.size(), "the SQL function `get()`");
    return Null(call);
  }
  return items[static_cast<size_t>(index)];
}
Value Size(const Call& call, std::vector<Value>& a) {
  if (a[0].IsNull()) return call.Long(0) == 1 ? Value::INTEGER(-1) : Value(LogicalType::INTEGER);
  return Value::INTEGER(static_cast<int32_t>(Items(a[0]).size()));
}

// ---- sequence ----

[[noreturn]] void ThrowSequence(const Call& call, const std::string& start, const std::string& stop, const std::string& step) {
  ThrowSpark(call.site(), "", {}, "requirement failed: Illegal sequence boundaries: " + start + " to " + stop + " by " + step,
             ErrorKind::kIllegalArgument);
}
Value Sequence(const Call& call, std::vector<Value>& a) {
  auto start = a[0].GetValue<int64_t>(), stop = a[1].GetValue<int64_t>();
  int64_t step = a.size() > 2 ? a[2].GetValue<int64_t>() : start <= stop ? 1 : -1;
  if ((step > 0 && start > stop) || (step < 0 && start < stop) || (step == 0 && start != stop))
    ThrowSequence(call, std::to_string(start), std::to_string(stop), std::to_string(step));
  const auto& type = duckdb::ListType::GetChildType(call.data.result);
  Values out;
  for (Int128 at = start; step > 0 ? at <= stop : at >= stop; at += step) {
    out.push_back(Value::BIGINT(static_cast<int64_t>(at)).DefaultCastAs(type));
    if (step == 0) break;
  }
  return List(call, std::move(out));
}

struct Step {
  int64_t months = 0, days = 0, micros = 0;
};
/// Dates and timestamps: the i-th element is start + i steps in the session's zone.
Value TimeSequence(const Call& call, const Value& first, const Value& last, Step step) {
  auto type = first.type().id();
  bool is_date = type == LogicalTypeId::DATE;
  // Steps of hours are the same length everywhere; those of days follow the clock on the wall.
  bool by_clock = step.months != 0 || step.days != 0;
  Zone zone = type == LogicalTypeId::TIMESTAMP_TZ && by_clock ? Zone::Of(call.time_zone()) : Zone();
  auto raw = [&](const Value& v) {
    return is_date ? v.GetValueUnsafe<int32_t>() * kMicrosPerDay : zone.ToLocal(v.GetValueUnsafe<int64_t>());
  };
  int64_t start = raw(first), stop = raw(last);
  int64_t direction = step.months != 0 ? step.months : step.days * kMicrosPerDay + step.micros;
  if (direction == 0 || (direction > 0 && start > stop) || (direction < 0 && start < stop)) {
    if (start != stop || direction == 0)
      ThrowSequence(call, std::to_string(start), std::to_string(stop), std::to_string(direction));
  }
  Values out;
  for (int64_t i = 0;; i++) {
    int64_t day = FloorDivide(start, kMicrosPerDay), rest = start - day * kMicrosPerDay;
    int64_t at = (AddMonths(day, i * step.months) + i * step.days) * kMicrosPerDay + rest + i * step.micros;
    if (direction > 0 ? at > stop : at < stop) break;
    if (is_date)
      out.push_back(Value::DATE(duckdb::date_t(static_cast<int32_t>(FloorDivide(at, kMicrosPerDay)))));
    else if (type == LogicalTypeId::TIMESTAMP_TZ)
      out.push_back(Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(zone.ToUtc(at))));
    else
      out.push_back(Value::TIMESTAMP(duckdb::timestamp_t(at)));
  }
  return List(call, std::move(out));
}
Value SequenceOfDays(const Call& call, std::vector<Value>& a) {
  bool forward = duckdb::ValueOperations::LessThanEquals(a[0], a[1]);
  return TimeSequence(call, a[0], a[1], {0, forward ? 1 : -1, 0});
}
Value SequenceOfMonths(const Call& call, std::vector<Value>& a) {
  return TimeSequence(call, a[0], a[1], {a[2].GetValue<int64_t>(), 0, 0});
}
Value SequenceOfMicros(const Call& call, std::vector<Value>& a) {
  auto micros = a[2].GetValue<int64_t>();
  return TimeSequence(call, a[0], a[1], {0, micros / kMicrosPerDay, micros % kMicrosPerDay});
}
Value SequenceOfIntervals(const Call& call, std::vector<Value>& a) {
  auto step = a[2].GetValueUnsafe<duckdb::interval_t>();
  return TimeSequence(call, a[0], a[1], {step.months, step.days, step.micros});
}

// ---- Maps: lists of structs of key and value ----

Value KeyOf(const Value& entry) { return duckdb::StructValue::GetChildren(entry)[0]; }
Value ValueOf(const Value& entry) { return duckdb::StructValue::GetChildren(entry)[1]; }

/// A null key is an error; a duplicate key is one too, or the last of its values takes the place of the first.
template <bool kLastWins>
Value BuildMap(const Call& call, const Values& keys, const Values& values) {
  std::map<duckdb::hash_t, std::vector<size_t>> seen;
  Values kept_keys, kept_values;
  for (size_t i = 0; i < keys.size(); ++i) {
    const Value& key = keys[i];
    if (key.IsNull()) ThrowSpark(call.site(), "NULL_MAP_KEY", {}, "Cannot use null as map key.", ErrorKind::kRuntime);
    auto& bucket = seen[key.Hash()];
    auto found = std::find_if(bucket.begin(), bucket.end(), [&](size_t at) { return Same(kept_keys[at], key); });
    if (found == bucket.end()) {
      bucket.push_back(kept_keys.size());
      kept_keys.push_back(key);
      kept_values.push_back(values[i]);
    } else if (kLastWins) {
      kept_values[*found] = values[i];
    } else {
      ThrowSpark(call.site(), "DUPLICATED_MAP_KEY",
                 {{"key", key.ToString()}, {"mapKeyDedupPolicy", "\"spark.sql.mapKeyDedupPolicy\""}},
                 "Duplicate map key " + key.ToString() +
                     " was found, please check the input data.\nIf you want to remove the duplicated keys, you can set "
                     "\"spark.sql.mapKeyDedupPolicy\" to \"LAST_WIN\" so that the key inserted at last takes precedence.",
                 ErrorKind::kRuntime);
    }
  }
  return Value::MAP(duckdb::MapType::KeyType(call.data.result), duckdb::MapType::ValueType(call.data.result),
                    std::move(kept_keys), std::move(kept_values));
}
template <bool kLastWins>
Value MakeMap(const Call& call, std::vector<Value>& a) {
  Values keys, values;
  for (size_t i = 0; i + 1 < a.size(); i += 2) {
    keys.push_back(a[i]);
    values.push_back(a[i + 1]);
  }
  return BuildMap<kLastWins>(call, keys, values);
}
Value MapValue(const Call& call, std::vector<Value>& a) {
  for (const auto& entry : Items(a[0])) {
    if (Same(KeyOf(entry), a[1])) return ValueOf(entry);
  }
  return Null(call);
}
Value MapKeys(const Call& call, std::vector<Value>& a) {
  Values out;
  for (const auto& entry : Items(a[0])) out.push_back(KeyOf(entry));
  return List(call, std::move(out));
}
Value MapValues(const Call& call, std::vector<Value>& a) {
  Values out;
  for (const auto& entry : Items(a[0])) out.push_back(ValueOf(entry));
  return List(call, std::move(out));
}
Value MapEntries(const Call& call, std::vector<Value>& a) {
  const auto& type = duckdb::ListType::GetChildType(call.data.result);
  Values out;
  for (const auto& entry : Items(a[0])) out.push_back(Value::STRUCT(type, {KeyOf(entry), ValueOf(entry)}));
  return List(call, std::move(out));
}
Value MapContainsKey(const Call&, std::vector<Value>& a) {
  for (const auto& entry : Items(a[0])) {
    if (Same(KeyOf(entry), a[1])) return Value::BOOLEAN(true);
  }
  return Value::BOOLEAN(false);
}
template <bool kLastWins>
Value MapFromArrays(const Call& call, std::vector<Value>& a) {
  if (Items(a[0]).size() != Items(a[1]).size()) {
    ThrowSpark(call.site(), "_LEGACY_ERROR_TEMP_2128", {}, "The key array and value array of MapData must have the same length.",
               ErrorKind::kRuntime);
  }
  return BuildMap<kLastWins>(call, Items(a[0]), Items(a[1]));
}
template <bool kLastWins>
Value MapFromEntries(const Call& call, std::vector<Value>& a) {
  Values keys, values;
  for (const auto& entry : Items(a[0])) {
    if (entry.IsNull()) return Null(call);
    keys.push_back(KeyOf(entry));
    values.push_back(ValueOf(entry));
  }
  return BuildMap<kLastWins>(call, keys, values);
}
template <bool kLastWins>
Value MapConcat(const Call& call, std::vector<Value>& a) {
  Values keys, values;
  for (const auto& map : a) {
    for (const auto& entry : Items(map)) {
      keys.push_back(KeyOf(entry));
      values.push_back(ValueOf(entry));
    }
  }
  return BuildMap<kLastWins>(call, keys, values);
}
Value MapSort(const Call&, std::vector<Value>& a) { return WithSortedMaps(a[0]); }
template <bool kLastWins>
Value StrToMap(const Call& call, std::vector<Value>& a) {
  std::string pairs = a.size() > 1 ? duckdb::StringValue::Get(a[1]) : ",",
              separator = a.size() > 2 ? duckdb::StringValue::Get(a[2]) : ":";
  const auto& text = duckdb::StringValue::Get(a[0]);
  Values keys, values;
  size_t at = 0;
  while (true) {
    size_t end = std::min(pairs.empty() ? std::string::npos : text.find(pairs, at), text.size());
    std::string piece = text.substr(at, end - at);
    size_t middle = piece.find(separator);
    keys.emplace_back(piece.substr(0, middle));
    values.push_back(middle == std::string::npos ? Value(LogicalType::VARCHAR) : Value(piece.substr(middle + separator.size())));
    if (end == text.size()) break;
    at = end + pairs.size();
  }
  return BuildMap<kLastWins>(call, keys, values);
}

// ---- What lambdas and aggregates end in ----

template <bool kAll>
Value Quantify(const Call&, std::vector<Value>& a) {
  bool null = false;
  for (const auto& item : Items(a[0])) {
    if (item.IsNull())
      null = true;
    else if (item.GetValue<bool>() != kAll)
      return Value::BOOLEAN(!kAll);
  }
  return null ? Value(LogicalType::BOOLEAN) : Value::BOOLEAN(kAll);
}
template <bool kDistinct>
Value Collected(const Call& call, std::vector<Value>& a) {
  if (a[0].IsNull()) return List(call, {});
  DistinctValues distinct;
  Values out;
  for (const auto& item : Items(a[0])) {
    if (item.IsNull()) continue;
    if (kDistinct)
      distinct.Add(item);
    else
      out.push_back(item);
  }
  return List(call, kDistinct ? distinct.Take() : std::move(out));
}

}  // namespace

void RegisterCollections(KernelRegistry& registry) {
  KernelTraits typed{.extra = 1}, fails{.extra = 1, .fallible = true}, nulls{.extra = 1, .sees_nulls = true};
  struct Entry {
    const char* name;
    int arity;
    BoxedFunction function;
    KernelTraits traits;
  };
  KernelTraits nulls_fail{.extra = 1, .fallible = true, .sees_nulls = true};
  KernelTraits same{.result_as_first = true};
  const Entry entries[] = {{"spark_array_contains", 2, ArrayContains, typed},
                           {"spark_array_position", 2, ArrayPosition, typed},
                           {"spark_array_remove", 2, ArrayRemove, typed},
                           {"spark_array_append", 2, ArrayAdd<false>, nulls},
                           {"spark_array_prepend", 2, ArrayAdd<true>, nulls},
                           {"spark_array_union", 2, ArrayUnion, typed},
                           {"spark_array_intersect", 2, ArrayFilterBy<true>, typed},
                           {"spark_array_except", 2, ArrayFilterBy<false>, typed},
                           {"spark_arrays_overlap", 2, ArraysOverlap, typed},
                           {"spark_array_distinct", 1, ArrayDistinct, typed},
                           {"spark_array_compact", 1, ArrayCompact, typed},
                           {"spark_array_min", 1, ArrayExtreme<false>, typed},
                           {"spark_array_max", 1, ArrayExtreme<true>, typed},
                           {"spark_array_reverse", 1, ArrayReverse, typed},
                           {"spark_array_concat", -1, ArrayConcat, typed},
                           {"spark_flatten", 1, Flatten, fails},
                           {"spark_array_repeat", 2, ArrayRepeat, nulls_fail},
                           {"spark_slice", 3, Slice, fails},
                           {"spark_array_insert", 3, ArrayInsert, nulls_fail},
                           {"spark_sort_array", 1, SortArray, typed},
                           {"spark_sort_array", 2, SortArray, typed},
                           {"spark_array_sort", 1, ArraySort, fails},
                           {"spark_map_zip", 2, MapZip, typed},
                           {"spark_array", -1, MakeArray, nulls},
                           {"spark_arrays_zip", -1, ArraysZip, typed},
                           {"spark_sequence", 2, Sequence, {.extra = 1, .time_zone = true, .fallible = true}},
                           {"spark_sequence", 3, Sequence, {.extra = 1, .time_zone = true, .fallible = true}},
                           {"spark_map", -1, MakeMap<false>, nulls_fail},
                           {"spark_map_last", -1, MakeMap<true>, nulls_fail},
                           {"spark_map_value", 2, MapValue, fails},
                           {"spark_map_sort", 1, MapSort, same},
                           {"spark_map_keys", 1, MapKeys, typed},
                           {"spark_map_values", 1, MapValues, typed},
                           {"spark_map_entries", 1, MapEntries, typed},
                           {"spark_map_from_arrays", 2, MapFromArrays<false>, fails},
                           {"spark_map_from_arrays_last", 2, MapFromArrays<true>, fails},
                           {"spark_map_from_entries", 1, MapFromEntries<false>, fails},
                           {"spark_map_from_entries_last", 1, MapFromEntries<true>, fails},
                           {"spark_map_concat", -1, MapConcat<false>, fails},
                           {"spark_map_concat_last", -1, MapConcat<true>, fails},
                           {"spark_finish_collect_list", 1, Collected<false>, nulls_fail},
                           {"spark_finish_collect_set", 1, Collected<true>, nulls_fail}};
  for (const auto& entry : entries) registry.AddBoxed(entry.name, entry.arity, entry.function, entry.traits);
  for (int arity : {1, 2, 3}) {
    registry.AddBoxed("spark_str_to_map", arity, StrToMap<false>, fails);
    registry.AddBoxed("spark_str_to_map_last", arity, StrToMap<true>, fails);
  }
  for (const char* type : {"date", "timestamp", "ntz"}) {
    KernelTraits zoned{.extra = 1, .time_zone = true, .fallible = true};
    std::string name = std::string("spark_sequence_") + type;
    registry.AddBoxed(name, 2, SequenceOfDays, zoned);
    registry.AddBoxed(name + "_months", 3, SequenceOfMonths, zoned);
    registry.AddBoxed(name + "_micros", 3, SequenceOfMicros, zoned);
    registry.AddBoxed(name + "_calendar", 3, SequenceOfIntervals, zoned);
  }
  registry.AddBoxed("spark_element_at", 2, ElementAt, {.extra = 2, .fallible = true});
  registry.AddBoxed("spark_array_item", 2, ArrayItem, {.extra = 2, .fallible = true});
  registry.AddBoxed("spark_size", 1, Size, {.extra = 1, .sees_nulls = true}, LogicalType::INTEGER);
  for (int arity : {2, 3}) registry.AddBoxed("spark_array_join", arity, ArrayJoin, kPlain, LogicalType::VARCHAR);
  registry.AddBoxed("spark_map_contains_key", 2, MapContainsKey, kPlain, LogicalType::BOOLEAN);
  registry.AddBoxed("spark_nested_lt", 2, Compared<std::less<int>>, kPlain, LogicalType::BOOLEAN);
  registry.AddBoxed("spark_nested_le", 2, Compared<std::less_equal<int>>, kPlain, LogicalType::BOOLEAN);
  registry.AddBoxed("spark_nested_gt", 2, Compared<std::greater<int>>, kPlain, LogicalType::BOOLEAN);
  registry.AddBoxed("spark_nested_ge", 2, Compared<std::greater_equal<int>>, kPlain, LogicalType::BOOLEAN);
  registry.AddBoxed("spark_exists", 1, Quantify<false>, kPlain, LogicalType::BOOLEAN);
  registry.AddBoxed("spark_forall", 1, Quantify<true>, kPlain, LogicalType::BOOLEAN);
}

}  // namespace headrace::engine
