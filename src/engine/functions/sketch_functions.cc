#include <algorithm>
#include <cmath>

#include "engine/functions/boxed_aggregates.h"
#include "engine/functions/groups.h"
#include "engine/functions/sketches.h"

namespace headrace::engine {

namespace {

using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::Value;
using Rows = AggregateRows;

constexpr int kNoSite = -1;  // Aggregates have none.

const std::string& Bytes(const Value& value) { return duckdb::StringValue::Get(value); }
Value Blob(const std::string& bytes) { return Value::BLOB(duckdb::const_data_ptr_cast(bytes.data()), bytes.size()); }

template <class Sketch>
const char* BufferCondition() {
  if constexpr (std::is_same_v<Sketch, ThetaSketch>)
    return "THETA_INVALID_INPUT_SKETCH_BUFFER";
  else if constexpr (std::is_same_v<Sketch, HllSketch>)
    return "HLL_INVALID_INPUT_SKETCH_BUFFER";
  else
    return "KLL_INVALID_INPUT_SKETCH_BUFFER";
}

template <class Sketch>
Sketch Read(int site, const Value& value, const char* function) {
  if (auto sketch = Sketch::Parse(Bytes(value))) return *sketch;
  ThrowSpark(
      site, BufferCondition<Sketch>(), {{"function", std::string("`") + function + "`"}},
      std::string("Invalid call to `") + function +
          "`; only valid sketch buffers are supported as inputs (such as those produced by the sketch's aggregate function).",
      ErrorKind::kRuntime);
}

uint64_t HashOf(const Value& value) {
  switch (value.type().id()) {
    case LogicalTypeId::FLOAT:
    case LogicalTypeId::DOUBLE:
      return ThetaSketch::HashOf(value.GetValue<double>());
    case LogicalTypeId::VARCHAR:
    case LogicalTypeId::BLOB:
      return ThetaSketch::HashOf(std::string_view(Bytes(value)));
    default:
      return ThetaSketch::HashOf(value.GetValue<int64_t>());
  }
}

int LgOf(const Rows& rows, size_t index, int lowest, int highest, const char* function, const char* condition) {
  if (rows.empty() || rows[0].size() <= index || rows[0][index].IsNull()) return 12;
  int lg = rows[0][index].GetValue<int32_t>();
  if (lg >= lowest && lg <= highest) return lg;
  std::string min = std::to_string(lowest), max = std::to_string(highest), value = std::to_string(lg);
  ThrowSpark(kNoSite, condition, {{"function", std::string("`") + function + "`"}, {"min", min}, {"max", max}, {"value", value}},
             std::string("Invalid call to `") + function + "`; the log parameter must be between " + min + " and " + max +
                 ", inclusive: " + value + ".",
             ErrorKind::kRuntime);
}

int ThetaLg(const Rows& rows, size_t index, const char* function) {
  return LgOf(rows, index, 4, 26, function, "THETA_INVALID_LG_NOM_ENTRIES");
}

SummaryMode ModeOf(int site, const Value& value, const char* function) {
  std::string text = Bytes(value);
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (text == "sum") return SummaryMode::kSum;
  if (text == "min") return SummaryMode::kMin;
  if (text == "max") return SummaryMode::kMax;
  if (text == "alwaysone") return SummaryMode::kAlwaysOne;
  ThrowSpark(site, "TUPLE_INVALID_SKETCH_MODE", {{"function", std::string("`") + function + "`"}, {"mode", text}},
             std::string("Invalid call to `") + function + "`; the mode must be one of sum, min, max, alwaysone: " + text + ".",
             ErrorKind::kRuntime);
}
SummaryMode RowMode(const Rows& rows, size_t index, const char* function) {
  if (rows.empty() || rows[0].size() <= index) return SummaryMode::kSum;
  return ModeOf(kNoSite, rows[0][index], function);
}
SummaryMode ArgumentMode(const Call& call, const std::vector<Value>& a, size_t index, const char* function) {
  return a.size() <= index ? SummaryMode::kSum : ModeOf(call.site(), a[index], function);
}

// ---- HyperLogLog ----

Value HllAgg(const KernelData&, Rows& rows) {
  HllSketch sketch(LgOf(rows, 1, 4, 21, "hll_sketch_agg", "HLL_INVALID_LG_K"));
  for (const auto& row : rows) sketch.Add(HashOf(row[0]));
  return Blob(sketch.Bytes());
}
void RequireSameLg(int site, const HllSketch& a, const HllSketch& b, bool allowed, const char* function) {
  if (allowed || a.lg() == b.lg()) return;
  ThrowSpark(
      site, "HLL_UNION_DIFFERENT_LG_K",
      {{"left", std::to_string(a.lg())}, {"right", std::to_string(b.lg())}, {"function", std::string("`") + function + "`"}},
      "Sketches have different `lgConfigK` values: " + std::to_string(a.lg()) + " and " + std::to_string(b.lg()) +
          ". Set the `allowDifferentLgConfigK` parameter to true to call `" + function + "` with different `lgConfigK` values.",
      ErrorKind::kRuntime);
}
Value HllUnionAgg(const KernelData&, Rows& rows) {
  bool allowed = !rows.empty() && rows[0].size() > 1 && !rows[0][1].IsNull() && rows[0][1].GetValue<bool>();
  std::optional<HllSketch> all;
  for (const auto& row : rows) {
    auto sketch = Read<HllSketch>(kNoSite, row[0], "hll_union_agg");
    if (all) {
      RequireSameLg(kNoSite, *all, sketch, allowed, "hll_union_agg");
      all->Union(sketch);
    } else {
      all = std::move(sketch);
    }
  }
  return Blob(all.value_or(HllSketch()).Bytes());
}
Value HllUnion(const Call& call, std::vector<Value>& a) {
  auto left = Read<HllSketch>(call.site(), a[0], "hll_union"), right = Read<HllSketch>(call.site(), a[1], "hll_union");
  RequireSameLg(call.site(), left, right, a.size() > 2 && a[2].GetValue<bool>(), "hll_union");
  left.Union(right);
  return Blob(left.Bytes());
}
Value HllEstimate(const Call& call, std::vector<Value>& a) {
  return Value::BIGINT(std::llround(Read<HllSketch>(call.site(), a[0], "hll_sketch_estimate").Estimate()));
}

// ---- Theta and tuple sketches ----

Value ThetaAgg(const KernelData&, Rows& rows) {
  ThetaSketch sketch(ThetaLg(rows, 1, "theta_sketch_agg"));
  for (const auto& row : rows) sketch.Add(HashOf(row[0]), 0, SummaryMode::kSum);
  return Blob(sketch.Bytes());
}
Value TupleAgg(const KernelData&, Rows& rows) {
  ThetaSketch sketch(ThetaLg(rows, 2, "tuple_sketch_agg"));
  auto mode = RowMode(rows, 3, "tuple_sketch_agg");
  for (const auto& row : rows) {
    if (!row[1].IsNull()) sketch.Add(HashOf(row[0]), row[1].GetValue<double>(), mode);
  }
  return Blob(sketch.Bytes());
}
template <bool kTuple>
Value UnionAgg(const KernelData&, Rows& rows) {
  const char* function = kTuple ? "tuple_union_agg" : "theta_union_agg";
  ThetaSketch all(ThetaLg(rows, 1, function));
  auto mode = kTuple ? RowMode(rows, 2, function) : SummaryMode::kSum;
  for (const auto& row : rows) all.Union(Read<ThetaSketch>(kNoSite, row[0], function), mode);
  return Blob(all.Bytes());
}
template <bool kTuple>
Value IntersectionAgg(const KernelData&, Rows& rows) {
  const char* function = kTuple ? "tuple_intersection_agg" : "theta_intersection_agg";
  auto mode = kTuple ? RowMode(rows, 1, function) : SummaryMode::kSum;
  std::optional<ThetaSketch> all;
  for (const auto& row : rows) {
    auto sketch = Read<ThetaSketch>(kNoSite, row[0], function);
    if (all)
      all->Intersect(sketch, mode);
    else
      all = std::move(sketch);
  }
  return Blob(all.value_or(ThetaSketch()).Bytes());
}
/// union(a, b[, lg][, mode]); the second may be a theta sketch, whose keys have the summary 0.
template <bool kTuple>
Value ThetaUnion(const Call& call, std::vector<Value>& a) {
  const char* function = kTuple ? "tuple_union" : "theta_union";
  auto mode = kTuple ? ArgumentMode(call, a, 3, function) : SummaryMode::kSum;
  Rows lg{{Value(), a.size() > 2 ? a[2] : Value::INTEGER(12)}};
  ThetaSketch all(ThetaLg(lg, 1, function));
  all.Union(Read<ThetaSketch>(call.site(), a[0], function), mode);
  all.Union(Read<ThetaSketch>(call.site(), a[1], function), mode);
  return Blob(all.Bytes());
}
template <bool kTuple>
Value ThetaIntersection(const Call& call, std::vector<Value>& a) {
  const char* function = kTuple ? "tuple_intersection" : "theta_intersection";
  auto left = Read<ThetaSketch>(call.site(), a[0], function);
  left.Intersect(Read<ThetaSketch>(call.site(), a[1], function), kTuple ? ArgumentMode(call, a, 2, function) : SummaryMode::kSum);
  return Blob(left.Bytes());
}
Value ThetaDifference(const Call& call, std::vector<Value>& a) {
  auto left = Read<ThetaSketch>(call.site(), a[0], "theta_difference");
  left.Subtract(Read<ThetaSketch>(call.site(), a[1], "theta_difference"));
  return Blob(left.Bytes());
}
Value ThetaEstimate(const Call& call, std::vector<Value>& a) {
  return Value::BIGINT(std::llround(Read<ThetaSketch>(call.site(), a[0], "theta_sketch_estimate").Estimate()));
}
Value TupleEstimate(const Call& call, std::vector<Value>& a) {
  return Value::DOUBLE(Read<ThetaSketch>(call.site(), a[0], "tuple_sketch_estimate").Estimate());
}
Value TupleTheta(const Call& call, std::vector<Value>& a) {
  return Value::DOUBLE(Read<ThetaSketch>(call.site(), a[0], "tuple_sketch_theta").Theta());
}
template <bool kInteger>
Value TupleSummary(const Call& call, std::vector<Value>& a) {
  auto sketch = Read<ThetaSketch>(call.site(), a[0], "tuple_sketch_summary");
  auto mode = ArgumentMode(call, a, 1, "tuple_sketch_summary");
  if (sketch.entries().empty()) return Value(call.data.result);
  std::optional<double> all;
  for (const auto& [hash, summary] : sketch.entries()) all = all ? ThetaSketch::Combine(*all, summary, mode) : summary;
  return kInteger ? Value::BIGINT(static_cast<int64_t>(*all)) : Value::DOUBLE(*all);
}

// ---- KLL ----

template <class T>
struct Kll {
  using Sketch = KllSketch<T>;
  static int K(const Rows& rows) {
    if (rows.empty() || rows[0].size() < 2 || rows[0][1].IsNull()) return 200;
    int k = rows[0][1].GetValue<int32_t>();
    if (k >= 8 && k <= 65535) return k;
    ThrowSpark(kNoSite, "KLL_SKETCH_K_OUT_OF_RANGE", {{"functionName", "`kll_sketch_agg`"}, {"k", std::to_string(k)}},
               "For function `kll_sketch_agg`, the k parameter must be between 8 and 65535 (inclusive), but got " +
                   std::to_string(k) + ".",
               ErrorKind::kRuntime);
  }
  static Value Agg(const KernelData&, Rows& rows) {
    Sketch sketch(K(rows));
    for (const auto& row : rows) sketch.Add(row[0].GetValue<T>());
    return Blob(sketch.Bytes());
  }
  static Value MergeAgg(const KernelData&, Rows& rows) {
    std::optional<Sketch> all;
    for (const auto& row : rows) {
      auto sketch = Read<Sketch>(kNoSite, row[0], "kll_merge_agg");
      if (all)
        all->Merge(sketch);
      else
        all = std::move(sketch);
    }
    return Blob(all.value_or(Sketch(K(rows))).Bytes());
  }
  static Value Merge(const Call& call, std::vector<Value>& a) {
    auto left = Read<Sketch>(call.site(), a[0], "kll_sketch_merge");
    left.Merge(Read<Sketch>(call.site(), a[1], "kll_sketch_merge"));
    return Blob(left.Bytes());
  }
  static Value N(const Call& call, std::vector<Value>& a) {
    return Value::BIGINT(Read<Sketch>(call.site(), a[0], "kll_sketch_get_n").n());
  }
  static Value Text(const Call& call, std::vector<Value>& a) {
    return Value(Read<Sketch>(call.site(), a[0], "kll_sketch_to_string").Text());
  }
  static Value QuantileAt(const Call& call, const Sketch& sketch, const Value& rank, const LogicalType& type) {
    double at = rank.GetValue<double>();
    if (at < 0 || at > 1) {
      ThrowSpark(call.site(), "KLL_SKETCH_INVALID_QUANTILE_RANGE",
                 {{"functionName", "`kll_sketch_get_quantile`"}, {"quantile", rank.ToString()}},
                 "For function `kll_sketch_get_quantile`, the quantile must be between 0.0 and 1.0 (inclusive), but got " +
                     rank.ToString() + ".",
                 ErrorKind::kRuntime);
    }
    if (sketch.n() == 0) return Value(type);
    return Value::CreateValue<T>(sketch.Quantile(at)).DefaultCastAs(type);
  }
  static Value Quantile(const Call& call, std::vector<Value>& a) {
    return QuantileAt(call, Read<Sketch>(call.site(), a[0], "kll_sketch_get_quantile"), a[1], call.data.result);
  }
  static Value Rank(const Call& call, std::vector<Value>& a) {
    auto sketch = Read<Sketch>(call.site(), a[0], "kll_sketch_get_rank");
    return sketch.n() == 0 ? Value(call.data.result) : Value::DOUBLE(sketch.Rank(a[1].GetValue<T>()));
  }
  template <bool kQuantile>
  static Value Many(const Call& call, std::vector<Value>& a) {
    auto sketch = Read<Sketch>(call.site(), a[0], "kll_sketch_get_quantile");
    const auto& child = duckdb::ListType::GetChildType(call.data.result);
    duckdb::vector<Value> out;
    for (const auto& asked : duckdb::ListValue::GetChildren(a[1])) {
      if (asked.IsNull() || sketch.n() == 0)
        out.push_back(Value(child));
      else if (kQuantile)
        out.push_back(QuantileAt(call, sketch, asked, child));
      else
        out.push_back(Value::DOUBLE(sketch.Rank(asked.GetValue<T>())));
    }
    return Value::LIST(child, std::move(out));
  }

  static void Register(KernelRegistry& registry, const std::string& suffix) {
    KernelTraits typed{.extra = 1, .fallible = true};
    AddBoxedAggregate(registry, "spark_kll_sketch_agg" + suffix, LogicalType::BLOB, Agg);
    AddBoxedAggregate(registry, "spark_kll_merge_agg" + suffix, LogicalType::BLOB, MergeAgg);
    registry.AddBoxed("spark_kll_sketch_merge" + suffix, 2, Merge, kFallible, LogicalType::BLOB);
    registry.AddBoxed("spark_kll_sketch_get_n" + suffix, 1, N, kFallible, LogicalType::BIGINT);
    registry.AddBoxed("spark_kll_sketch_to_string" + suffix, 1, Text, kFallible, LogicalType::VARCHAR);
    registry.AddBoxed("spark_kll_sketch_get_quantile" + suffix, 2, Quantile, typed);
    registry.AddBoxed("spark_kll_sketch_get_rank" + suffix, 2, Rank, typed);
    registry.AddBoxed("spark_kll_sketch_get_quantile" + suffix + "_array", 2, Many<true>, typed);
    registry.AddBoxed("spark_kll_sketch_get_rank" + suffix + "_array", 2, Many<false>, typed);
  }
};

}  // namespace

void RegisterSketches(KernelRegistry& registry) {
  const auto blob = LogicalType::BLOB;
  AddBoxedAggregate(registry, "spark_hll_sketch_agg", blob, HllAgg);
  AddBoxedAggregate(registry, "spark_hll_union_agg", blob, HllUnionAgg);
  for (int arity : {2, 3}) registry.AddBoxed("spark_hll_union", arity, HllUnion, kFallible, blob);
  registry.AddBoxed("spark_hll_sketch_estimate", 1, HllEstimate, kFallible, LogicalType::BIGINT);
  AddBoxedAggregate(registry, "spark_theta_sketch_agg", blob, ThetaAgg);
  AddBoxedAggregate(registry, "spark_theta_union_agg", blob, UnionAgg<false>);
  AddBoxedAggregate(registry, "spark_theta_intersection_agg", blob, IntersectionAgg<false>);
  for (int arity : {2, 3}) registry.AddBoxed("spark_theta_union", arity, ThetaUnion<false>, kFallible, blob);
  registry.AddBoxed("spark_theta_intersection", 2, ThetaIntersection<false>, kFallible, blob);
  registry.AddBoxed("spark_theta_difference", 2, ThetaDifference, kFallible, blob);
  registry.AddBoxed("spark_theta_sketch_estimate", 1, ThetaEstimate, kFallible, LogicalType::BIGINT);
  AddBoxedAggregate(registry, "spark_tuple_sketch_agg", blob, TupleAgg);
  AddBoxedAggregate(registry, "spark_tuple_union_agg", blob, UnionAgg<true>);
  AddBoxedAggregate(registry, "spark_tuple_intersection_agg", blob, IntersectionAgg<true>);
  for (const char* other : {"", "_theta"}) {
    for (int arity : {2, 3, 4})
      registry.AddBoxed(std::string("spark_tuple_union") + other, arity, ThetaUnion<true>, kFallible, blob);
    for (int arity : {2, 3})
      registry.AddBoxed(std::string("spark_tuple_intersection") + other, arity, ThetaIntersection<true>, kFallible, blob);
  }
  registry.AddBoxed("spark_tuple_sketch_estimate", 1, TupleEstimate, kFallible, LogicalType::DOUBLE);
  registry.AddBoxed("spark_tuple_sketch_theta", 1, TupleTheta, kFallible, LogicalType::DOUBLE);
  for (int arity : {1, 2}) {
    registry.AddBoxed("spark_tuple_sketch_summary_double", arity, TupleSummary<false>, kFallible, LogicalType::DOUBLE);
    registry.AddBoxed("spark_tuple_sketch_summary_integer", arity, TupleSummary<true>, kFallible, LogicalType::BIGINT);
  }
  Kll<int64_t>::Register(registry, "_bigint");
  Kll<float>::Register(registry, "_float");
  Kll<double>::Register(registry, "_double");
}

}  // namespace headrace::engine
