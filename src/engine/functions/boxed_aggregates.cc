#include <algorithm>
#include <cmath>
#include <map>

#include "duckdb/common/serializer/deserializer.hpp"
#include "duckdb/common/serializer/serializer.hpp"
#include "engine/functions/boxed_aggregates.h"
#include "engine/functions/calendar.h"
#include "engine/functions/groups.h"
#include "engine/functions/hashes.h"
#include "engine/functions/kernel_serialize.h"

namespace headrace::engine {

namespace {

using duckdb::AggregateFunction;
using duckdb::AggregateInputData;
using duckdb::idx_t;
using duckdb::LogicalType;
using duckdb::Value;
using duckdb::Vector;

using Rows = AggregateRows;
using Summary = AggregateSummary;

/// Aggregates that need all values at once (exact percentiles, modes): rows are kept boxed.
struct BoxedInfo : duckdb::AggregateFunctionInfo {
  Summary summary;
  int extra = 0;
  bool skip_nulls = true;
};
struct BoxedData : KernelData {
  Summary summary = nullptr;
  bool skip_nulls = true;
  duckdb::unique_ptr<duckdb::FunctionData> Copy() const override { return duckdb::make_uniq<BoxedData>(*this); }
  /// All boxed aggregates share their callbacks: without the summary DuckDB would take mode(x) and median(x) for one.
  bool Equals(const duckdb::FunctionData& other) const override {
    return KernelData::Equals(other) && summary == other.Cast<BoxedData>().summary;
  }
};
struct BoxedState {
  Rows* rows;
};

void Initialize(const AggregateFunction&, duckdb::data_ptr_t state) { reinterpret_cast<BoxedState*>(state)->rows = nullptr; }
idx_t StateSize(const AggregateFunction&) { return sizeof(BoxedState); }

void AddRow(BoxedState& state, Vector inputs[], const BoxedData& data, idx_t row) {
  idx_t input_count = data.arguments.size();
  std::vector<Value> values;
  values.reserve(input_count);
  for (idx_t i = 0; i < input_count; i++) {
    values.push_back(inputs[i].GetValue(row));
    if (i == 0 && data.skip_nulls && values[0].IsNull()) return;
  }
  if (state.rows == nullptr) state.rows = new Rows();
  state.rows->push_back(std::move(values));
}

void Update(Vector inputs[], AggregateInputData& aggregate, idx_t input_count, Vector& states, idx_t count) {
  duckdb::UnifiedVectorFormat format;
  states.ToUnifiedFormat(count, format);
  auto** pointers = duckdb::UnifiedVectorFormat::GetDataNoConst<BoxedState*>(format);
  const auto& data = aggregate.bind_data->Cast<BoxedData>();
  for (idx_t row = 0; row < count; row++) AddRow(*pointers[format.sel->get_index(row)], inputs, data, row);
}

void SimpleUpdate(Vector inputs[], AggregateInputData& aggregate, idx_t input_count, duckdb::data_ptr_t state, idx_t count) {
  const auto& data = aggregate.bind_data->Cast<BoxedData>();
  for (idx_t row = 0; row < count; row++) AddRow(*reinterpret_cast<BoxedState*>(state), inputs, data, row);
}

void Combine(Vector& sources, Vector& targets, AggregateInputData&, idx_t count) {
  duckdb::UnifiedVectorFormat format;
  sources.ToUnifiedFormat(count, format);
  auto** from = duckdb::UnifiedVectorFormat::GetDataNoConst<BoxedState*>(format);
  auto** to = duckdb::FlatVector::GetData<BoxedState*>(targets);
  for (idx_t i = 0; i < count; i++) {
    auto* source = from[format.sel->get_index(i)];
    if (source->rows == nullptr) continue;
    if (to[i]->rows == nullptr) to[i]->rows = new Rows();
    to[i]->rows->insert(to[i]->rows->end(), source->rows->begin(), source->rows->end());
  }
}

void Finalize(Vector& states, AggregateInputData& aggregate, Vector& result, idx_t count, idx_t offset) {
  duckdb::UnifiedVectorFormat format;
  states.ToUnifiedFormat(count, format);
  auto** pointers = duckdb::UnifiedVectorFormat::GetDataNoConst<BoxedState*>(format);
  const auto& data = aggregate.bind_data->Cast<BoxedData>();
  Rows none;
  for (idx_t i = 0; i < count; i++) {
    auto* state = pointers[format.sel->get_index(i)];
    Rows& rows = state->rows == nullptr ? none : *state->rows;
    result.SetValue(offset + i, data.summary(data, rows).DefaultCastAs(result.GetType()));
  }
}

void Destroy(Vector& states, AggregateInputData&, idx_t count) {
  duckdb::UnifiedVectorFormat format;
  states.ToUnifiedFormat(count, format);
  auto** pointers = duckdb::UnifiedVectorFormat::GetDataNoConst<BoxedState*>(format);
  for (idx_t i = 0; i < count; i++) delete pointers[format.sel->get_index(i)]->rows;
}

duckdb::unique_ptr<duckdb::FunctionData> Bind(duckdb::ClientContext& context, AggregateFunction& function,
                                              duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& arguments) {
  const auto& info = function.function_info->Cast<BoxedInfo>();
  auto data = duckdb::make_uniq<BoxedData>();
  data->summary = info.summary;
  data->skip_nulls = info.skip_nulls;
  for (int i = 0; i < info.extra; i++) {
    data->extra.insert(data->extra.begin(), duckdb::ExpressionExecutor::EvaluateScalar(context, *arguments.back()));
    arguments.pop_back();
  }
  if (function.return_type.id() == duckdb::LogicalTypeId::ANY) {
    function.return_type = info.extra > 0 ? data->extra.back().type() : arguments[0]->return_type;
  }
  data->result = function.return_type;
  // DuckDB hands over as many columns as are declared, and varargs functions declare none.
  function.arguments.clear();
  for (auto& argument : arguments) {
    data->arguments.push_back(argument->return_type);
    function.arguments.push_back(argument->return_type);
  }
  return data;
}

void Serialize(duckdb::Serializer& serializer, const duckdb::optional_ptr<duckdb::FunctionData> data, const AggregateFunction&) {
  WriteKernelData(serializer, data->Cast<BoxedData>());
}

duckdb::unique_ptr<duckdb::FunctionData> Deserialize(duckdb::Deserializer& deserializer, AggregateFunction& function) {
  const auto& info = function.function_info->Cast<BoxedInfo>();
  auto data = duckdb::make_uniq<BoxedData>();
  ReadKernelData(deserializer, *data);
  data->summary = info.summary;
  data->skip_nulls = info.skip_nulls;
  function.return_type = data->result;
  function.arguments.assign(data->arguments.begin(), data->arguments.end());
  return data;
}

}  // namespace

void AddBoxedAggregate(KernelRegistry& registry, const std::string& name, LogicalType result, AggregateSummary summary, int extra,
                       bool skip_nulls) {
  AggregateFunction function({}, std::move(result), StateSize, Initialize, Update, Combine, Finalize,
                             duckdb::FunctionNullHandling::SPECIAL_HANDLING, SimpleUpdate, Bind, Destroy);
  function.varargs = LogicalType::ANY;
  function.SetSerializeCallback(Serialize);
  function.SetDeserializeCallback(Deserialize);
  auto info = duckdb::make_shared_ptr<BoxedInfo>();
  info->summary = summary;
  info->extra = extra;
  info->skip_nulls = skip_nulls;
  function.function_info = std::move(info);
  duckdb::AggregateFunctionSet set(name);
  set.AddFunction(function);
  registry.AddAggregate(std::move(set));
}

namespace {

void SortFirst(Rows& rows) {
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return duckdb::ValueOperations::LessThan(a[0], b[0]); });
}

/// Spark's exact percentile: linear between the two nearest of the sorted values, weighted by the frequency argument.
Value ExactAt(const std::vector<std::pair<double, int64_t>>& sorted, int64_t total, double p) {
  double position = static_cast<double>(total - 1) * p;
  auto lower = static_cast<int64_t>(std::floor(position)), higher = static_cast<int64_t>(std::ceil(position));
  auto at = [&](int64_t index) {
    int64_t seen = 0;
    for (const auto& [value, count] : sorted) {
      seen += count;
      if (seen > index) return value;
    }
    return sorted.back().first;
  };
  double low = at(lower);
  if (lower == higher) return Value::DOUBLE(low);
  double high = at(higher);
  if (low == high) return Value::DOUBLE(low);
  return Value::DOUBLE((static_cast<double>(higher) - position) * low + (position - static_cast<double>(lower)) * high);
}

std::vector<std::pair<double, int64_t>> Frequencies(Rows& rows, int64_t* total) {
  SortFirst(rows);
  std::vector<std::pair<double, int64_t>> sorted;
  *total = 0;
  for (auto& row : rows) {
    int64_t count = row.size() > 2 && !row[2].IsNull() ? row[2].GetValue<int64_t>() : 1;
    if (count <= 0) continue;
    sorted.emplace_back(row[0].GetValue<double>(), count);
    *total += count;
  }
  return sorted;
}

Value ListOf(const KernelData& data, std::vector<Value> values) {
  const auto& child = duckdb::ListType::GetChildType(data.result);
  for (auto& value : values) value = value.DefaultCastAs(child);
  return Value::LIST(child, duckdb::vector<Value>(values.begin(), values.end()));
}

Value Percentile(const KernelData& data, Rows& rows) {
  int64_t total;
  auto sorted = Frequencies(rows, &total);
  if (total == 0) return Value(data.result);
  return ExactAt(sorted, total, rows[0][1].GetValue<double>());
}
Value PercentileArray(const KernelData& data, Rows& rows) {
  int64_t total;
  auto sorted = Frequencies(rows, &total);
  if (total == 0) return Value(data.result);
  std::vector<Value> out;
  for (auto& p : duckdb::ListValue::GetChildren(rows[0][1])) out.push_back(ExactAt(sorted, total, p.GetValue<double>()));
  return ListOf(data, out);
}
/// percentile_disc: the first value whose share of the rows reaches the percentage.
Value DiscreteAt(const std::vector<std::pair<double, int64_t>>& sorted, int64_t total, double p) {
  int64_t seen = 0;
  for (const auto& [value, count] : sorted) {
    seen += count;
    if (static_cast<double>(seen) / static_cast<double>(total) >= p) return Value::DOUBLE(value);
  }
  return Value::DOUBLE(sorted.back().first);
}
Value Discrete(const KernelData& data, Rows& rows) {
  int64_t total;
  auto sorted = Frequencies(rows, &total);
  return total == 0 ? Value(data.result) : DiscreteAt(sorted, total, rows[0][1].GetValue<double>());
}
Value DiscreteArray(const KernelData& data, Rows& rows) {
  int64_t total;
  auto sorted = Frequencies(rows, &total);
  if (total == 0) return Value(data.result);
  std::vector<Value> out;
  for (auto& p : duckdb::ListValue::GetChildren(rows[0][1])) out.push_back(DiscreteAt(sorted, total, p.GetValue<double>()));
  return ListOf(data, out);
}

Value Median(const KernelData& data, Rows& rows) {
  int64_t total;
  auto sorted = Frequencies(rows, &total);
  return total == 0 ? Value(data.result) : ExactAt(sorted, total, 0.5);
}

/// percentile_approx answers a value of the column: the first whose rank reaches ceil(p * n).
Value ApproximateAt(const Rows& rows, double p) {
  auto rank = static_cast<int64_t>(std::ceil(p * static_cast<double>(rows.size())));
  return rows[static_cast<size_t>(std::clamp<int64_t>(rank - 1, 0, static_cast<int64_t>(rows.size()) - 1))][0];
}
Value Approximate(const KernelData& data, Rows& rows) {
  if (rows.empty()) return Value(data.result);
  double p = rows[0][1].GetValue<double>();
  SortFirst(rows);
  return ApproximateAt(rows, p);
}
Value ApproximateArray(const KernelData& data, Rows& rows) {
  if (rows.empty()) return Value(data.result);
  auto percentages = duckdb::ListValue::GetChildren(rows[0][1]);
  SortFirst(rows);
  std::vector<Value> out;
  for (auto& p : percentages) out.push_back(ApproximateAt(rows, p.GetValue<double>()));
  return ListOf(data, out);
}

/// The most frequent value; of several the smallest or the largest.
template <bool kLargest>
Value Mode(const KernelData& data, Rows& rows) {
  if (rows.empty()) return Value(data.result);
  SortFirst(rows);
  size_t best = 0, best_count = 0;
  for (size_t i = 0; i < rows.size();) {
    size_t end = i;
    while (end < rows.size() && Value::NotDistinctFrom(rows[end][0], rows[i][0])) end++;
    if (end - i > best_count || (kLargest && end - i == best_count)) best = i, best_count = end - i;
    i = end;
  }
  return rows[best][0];
}

/// Spark's FreqItemCounter: 1/support counters; a value without one lowers all of them.
Value FrequentItems(const KernelData& data, Rows& rows) {
  std::vector<std::pair<Value, int64_t>> counters;
  for (const auto& row : rows) {
    auto limit = static_cast<size_t>(1 / row[1].GetValue<double>());
    auto found = std::find_if(counters.begin(), counters.end(),
                              [&](const auto& counter) { return Value::NotDistinctFrom(counter.first, row[0]); });
    if (found != counters.end()) {
      found->second++;
    } else if (counters.size() < limit) {
      counters.emplace_back(row[0], 1);
    } else {
      for (auto& counter : counters) counter.second--;
      std::erase_if(counters, [](const auto& counter) { return counter.second <= 0; });
    }
  }
  std::vector<Value> out;
  for (auto& counter : counters) out.push_back(std::move(counter.first));
  return ListOf(data, std::move(out));
}

/// Hive's streaming histogram (NumericHistogram): the nearest two bins are merged when there are too many.
Value Histogram(const KernelData& data, Rows& rows) {
  if (rows.empty()) return Value(data.result);
  struct Bin {
    double x, y;
  };
  std::vector<Bin> bins;
  auto limit = static_cast<size_t>(rows[0][1].GetValue<int64_t>());
  for (auto& row : rows) {
    double v = row[0].GetValue<double>();
    auto at = std::lower_bound(bins.begin(), bins.end(), v, [](const Bin& bin, double x) { return bin.x < x; });
    if (at != bins.end() && at->x == v) {
      at->y++;
      continue;
    }
    bins.insert(at, Bin{v, 1});
    if (bins.size() <= limit) continue;
    size_t smallest = 0;
    for (size_t i = 1; i + 1 < bins.size(); i++) {
      if (bins[i + 1].x - bins[i].x < bins[smallest + 1].x - bins[smallest].x) smallest = i;
    }
    Bin merged{0, bins[smallest].y + bins[smallest + 1].y};
    merged.x = bins[smallest].x * (bins[smallest].y / merged.y) + bins[smallest + 1].x * (bins[smallest + 1].y / merged.y);
    bins[smallest] = merged;
    bins.erase(bins.begin() + static_cast<long>(smallest) + 1);
  }
  const auto& child = duckdb::ListType::GetChildType(data.result);
  const auto& x_type = duckdb::StructType::GetChildType(child, 0);
  duckdb::vector<Value> out;
  for (const auto& bin : bins) {
    auto x = x_type.IsIntegral() ? Value::BIGINT(static_cast<int64_t>(bin.x)).DefaultCastAs(x_type)
                                 : Value::DOUBLE(bin.x).DefaultCastAs(x_type);
    out.push_back(Value::STRUCT(child, {x, Value::DOUBLE(bin.y)}));
  }
  return Value::LIST(child, std::move(out));
}

Value ListAgg(const KernelData& data, Rows& rows) {
  if (rows.empty()) return Value(data.result);
  std::string text;
  for (size_t i = 0; i < rows.size(); i++) {
    if (i > 0 && rows[i].size() > 1 && !rows[i][1].IsNull()) text += duckdb::StringValue::Get(rows[i][1]);
    text += duckdb::StringValue::Get(rows[i][0]);
  }
  return data.result.id() == duckdb::LogicalTypeId::BLOB ? Value::BLOB(duckdb::const_data_ptr_cast(text.data()), text.size())
                                                         : Value(text);
}

Value CountAll(const KernelData&, Rows& rows) {
  int64_t count = 0;
  for (auto& row : rows) {
    count += std::none_of(row.begin(), row.end(), [](const Value& value) { return value.IsNull(); });
  }
  return Value::BIGINT(count);
}

/// HyperLogLog++ with Spark's hash and register layout; `rsd` decides the number of registers.
Value ApproximateDistinct(const KernelData& data, Rows& rows) {
  double rsd = !rows.empty() && rows[0].size() > 1 ? rows[0][1].GetValue<double>() : 0.05;
  int p = static_cast<int>(std::ceil(2.0 * std::log(1.106 / rsd) / std::log(2.0)));
  size_t m = size_t{1} << p;
  std::vector<uint8_t> registers(m, 0);
  for (auto& row : rows) {
    auto hash = static_cast<uint64_t>(XxHash64(row[0], row[0].type(), 42));
    size_t index = hash >> (64 - p);
    uint64_t rest = (hash << p) | (uint64_t{1} << (p - 1));
    registers[index] = std::max<uint8_t>(registers[index], static_cast<uint8_t>(__builtin_clzll(rest) + 1));
  }
  double inverse = 0, zeros = 0;
  for (uint8_t value : registers) {
    inverse += 1.0 / static_cast<double>(uint64_t{1} << value);
    zeros += value == 0;
  }
  double md = static_cast<double>(m);
  double alpha = p == 4 ? 0.673 : p == 5 ? 0.697 : p == 6 ? 0.709 : 0.7213 / (1.0 + 1.079 / md);
  double estimate = alpha * md * md / inverse;
  static constexpr double kThresholds[] = {10, 20, 40, 80, 220, 400, 900, 1800, 3100, 6500, 15500, 20000, 50000, 120000, 350000};
  if (zeros > 0) {
    double linear = md * std::log(md / zeros);
    if (p >= 4 && p <= 18 && linear <= kThresholds[p - 4]) estimate = linear;
  }
  return Value::BIGINT(static_cast<int64_t>(std::llround(estimate)));
}

constexpr size_t kBitmapBytes = 4096;

Value Bitmap(std::string bytes) { return Value::BLOB(duckdb::const_data_ptr_cast(bytes.data()), bytes.size()); }
Value BitmapConstruct(const KernelData&, Rows& rows) {
  std::string bytes(kBitmapBytes, '\0');
  for (auto& row : rows) {
    auto position = row[0].GetValue<int64_t>();
    bytes[static_cast<size_t>(position / 8)] |= static_cast<char>(1 << (position % 8));
  }
  return Bitmap(bytes);
}
template <bool kAnd>
Value BitmapCombine(const KernelData&, Rows& rows) {
  std::string bytes(kBitmapBytes, kAnd && !rows.empty() ? '\xff' : '\0');
  for (auto& row : rows) {
    const auto& other = duckdb::StringValue::Get(row[0]);
    for (size_t i = 0; i < bytes.size(); i++) {
      char byte = i < other.size() ? other[i] : '\0';
      bytes[i] = kAnd ? bytes[i] & byte : bytes[i] | byte;
    }
  }
  return Bitmap(bytes);
}

Value AverageOf(const KernelData& data, Rows& rows) {
  if (rows.empty()) return Value(data.result);
  Int128 sum = 0;
  for (auto& row : rows) sum += row[0].GetValue<int64_t>();
  auto count = static_cast<Int128>(rows.size());
  Int128 twice = sum * 2 + (sum < 0 ? -count : count);
  return Value::BIGINT(static_cast<int64_t>(twice / (2 * count)));
}

}  // namespace

void RegisterBoxedAggregates(KernelRegistry& registry) {
  AddBoxedAggregate(registry, "spark_percentile", LogicalType::ANY, Percentile, 1);
  AddBoxedAggregate(registry, "spark_percentile_array", LogicalType::ANY, PercentileArray, 1);
  AddBoxedAggregate(registry, "spark_percentile_disc", LogicalType::ANY, Discrete, 1);
  AddBoxedAggregate(registry, "spark_percentile_disc_array", LogicalType::ANY, DiscreteArray, 1);
  AddBoxedAggregate(registry, "spark_percentile_approx", LogicalType::ANY, Approximate, 1);
  AddBoxedAggregate(registry, "spark_percentile_approx_array", LogicalType::ANY, ApproximateArray, 1);
  AddBoxedAggregate(registry, "spark_median", LogicalType::DOUBLE, Median);
  AddBoxedAggregate(registry, "spark_freq_items", LogicalType::ANY, FrequentItems, 1, false);
  AddBoxedAggregate(registry, "spark_mode", LogicalType::ANY, Mode<false>);
  AddBoxedAggregate(registry, "spark_mode_largest", LogicalType::ANY, Mode<true>);
  AddBoxedAggregate(registry, "spark_histogram_numeric", LogicalType::ANY, Histogram, 1);
  AddBoxedAggregate(registry, "spark_listagg", LogicalType::VARCHAR, ListAgg);
  AddBoxedAggregate(registry, "spark_listagg_binary", LogicalType::BLOB, ListAgg);
  AddBoxedAggregate(registry, "spark_count_all", LogicalType::BIGINT, CountAll);
  AddBoxedAggregate(registry, "spark_approx_count_distinct", LogicalType::BIGINT, ApproximateDistinct);
  AddBoxedAggregate(registry, "spark_bitmap_construct_agg", LogicalType::BLOB, BitmapConstruct);
  AddBoxedAggregate(registry, "spark_bitmap_or_agg", LogicalType::BLOB, BitmapCombine<false>);
  AddBoxedAggregate(registry, "spark_bitmap_and_agg", LogicalType::BLOB, BitmapCombine<true>);
  AddBoxedAggregate(registry, "spark_avg_micros", LogicalType::BIGINT, AverageOf);
  AddBoxedAggregate(registry, "spark_avg_months", LogicalType::INTEGER, AverageOf);
}

}  // namespace headrace::engine
