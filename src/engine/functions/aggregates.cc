#include <algorithm>
#include <cmath>
#include <limits>

#include "duckdb/planner/expression/bound_aggregate_expression.hpp"
#include "engine/functions/decimal_math.h"
#include "engine/functions/groups.h"

namespace headrace::engine {

namespace {

using duckdb::AggregateFunction;
using duckdb::AggregateFunctionSet;
using duckdb::AggregateInputData;
using duckdb::LogicalType;
using duckdb::LogicalTypeId;

/// 128 bits in two words: aggregate states are aligned to 8 bytes only.
struct Sum128 {
  uint64_t low;
  int64_t high;
  int64_t count;
  int32_t wraps;  ///< How many times 2^128 have to be added.

  Int128 Get() const { return (static_cast<Int128>(high) << 64) | low; }
  void Set(Int128 value) {
    low = static_cast<uint64_t>(value);
    high = static_cast<int64_t>(value >> 64);
  }
  void Add(Int128 value) {
    Int128 sum;
    if (__builtin_expect(__builtin_add_overflow(Get(), value, &sum), 0)) wraps += value < 0 ? -1 : 1;
    Set(sum);
  }
};

template <class T>
Int128 Wide(const T& value) {
  if constexpr (std::is_same_v<T, duckdb::hugeint_t>)
    return ToInt128(value);
  else
    return value;
}

struct Base128 {
  template <class S>
  static void Initialize(S& state) {
    state = S{0, 0, 0, 0};
  }
  static bool IgnoreNull() { return true; }
  template <class In, class S, class Op>
  static void Operation(S& state, const In& input, duckdb::AggregateUnaryInput&) {
    state.count++;
    state.Add(Wide(input));
  }
  template <class In, class S, class Op>
  static void ConstantOperation(S& state, const In& input, duckdb::AggregateUnaryInput&, duckdb::idx_t count) {
    state.count += static_cast<int64_t>(count);
    Int128 product;
    if (!__builtin_mul_overflow(Wide(input), static_cast<Int128>(count), &product)) return state.Add(product);
    for (duckdb::idx_t i = 0; i < count; ++i) state.Add(Wide(input));
  }
  template <class S, class Op>
  static void Combine(const S& source, S& target, AggregateInputData&) {
    target.count += source.count;
    target.wraps += source.wraps;
    target.Add(source.Get());
  }
};

/// The sum as HUGEINT or DECIMAL(38, s); an overflow of 128 bits becomes 10^38, which no Spark type holds.
struct SumWide : Base128 {
  template <class T, class S>
  static void Finalize(S& state, T& target, duckdb::AggregateFinalizeData& data) {
    if (state.count == 0) return data.ReturnNull();
    target = ToHugeint(state.wraps != 0 ? PowerOfTen(38) : state.Get());
  }
};

/// The same as a text of all its digits.
struct SumText : Base128 {
  template <class T, class S>
  static void Finalize(S& state, T& target, duckdb::AggregateFinalizeData& data) {
    if (state.count == 0) return data.ReturnNull();
    int scale = data.input.bind_data->Cast<KernelData>().site;
    target = duckdb::StringVector::AddString(data.result, WideDecimalToText(state.wraps, state.Get(), scale));
  }
};

/// sum / count with four more digits.
struct AvgDecimal : Base128 {
  template <class T, class S>
  static void Finalize(S& state, T& target, duckdb::AggregateFinalizeData& data) {
    if (state.count == 0) return data.ReturnNull();
    int scale = duckdb::DecimalType::GetScale(data.result.GetType());
    int from = static_cast<int>(data.input.bind_data->Cast<KernelData>().site);
    auto value = state.wraps != 0 ? std::nullopt : ScaledDivide(state.Get(), scale - from, state.count);
    target = ToHugeint(value.value_or(PowerOfTen(38)));
  }
};

struct SumInt {
  struct State {
    int64_t sum;
    bool set;
  };
  template <class S>
  static void Initialize(S& state) {
    state = S{0, false};
  }
  static bool IgnoreNull() { return true; }
  template <class In, class S, class Op>
  static void Operation(S& state, const In& input, duckdb::AggregateUnaryInput&) {
    state.set = true;
    state.sum += input;
  }
  template <class In, class S, class Op>
  static void ConstantOperation(S& state, const In& input, duckdb::AggregateUnaryInput&, duckdb::idx_t count) {
    state.set = true;
    state.sum += static_cast<int64_t>(input) * static_cast<int64_t>(count);
  }
  template <class S, class Op>
  static void Combine(const S& source, S& target, AggregateInputData&) {
    target.set = target.set || source.set;
    target.sum += source.sum;
  }
  template <class T, class S>
  static void Finalize(S& state, T& target, duckdb::AggregateFinalizeData& data) {
    if (!state.set) return data.ReturnNull();
    target = static_cast<T>(state.sum);
  }
};

struct DoubleState {
  double sum;
  int64_t count;
};

template <bool kAverage, bool kProduct = false>
struct OfDouble {
  template <class S>
  static void Initialize(S& state) {
    state = S{kProduct ? 1.0 : 0.0, 0};
  }
  static bool IgnoreNull() { return true; }
  template <class In, class S, class Op>
  static void Operation(S& state, const In& input, duckdb::AggregateUnaryInput&) {
    if constexpr (kProduct)
      state.sum *= input;
    else
      state.sum += input;
    state.count++;
  }
  template <class In, class S, class Op>
  static void ConstantOperation(S& state, const In& input, duckdb::AggregateUnaryInput& unary, duckdb::idx_t count) {
    for (duckdb::idx_t i = 0; i < count; i++) Operation<In, S, Op>(state, input, unary);
  }
  template <class S, class Op>
  static void Combine(const S& source, S& target, AggregateInputData&) {
    if constexpr (kProduct)
      target.sum *= source.sum;
    else
      target.sum += source.sum;
    target.count += source.count;
  }
  template <class T, class S>
  static void Finalize(S& state, T& target, duckdb::AggregateFinalizeData& data) {
    if (state.count == 0) return data.ReturnNull();
    target = kAverage ? state.sum / static_cast<double>(state.count) : state.sum;
  }
};

struct CountIf {
  template <class S>
  static void Initialize(S& state) {
    state = 0;
  }
  static bool IgnoreNull() { return true; }
  template <class In, class S, class Op>
  static void Operation(S& state, const In& input, duckdb::AggregateUnaryInput&) {
    state += input ? 1 : 0;
  }
  template <class In, class S, class Op>
  static void ConstantOperation(S& state, const In& input, duckdb::AggregateUnaryInput&, duckdb::idx_t count) {
    if (input) state += static_cast<int64_t>(count);
  }
  template <class S, class Op>
  static void Combine(const S& source, S& target, AggregateInputData&) {
    target += source;
  }
  template <class T, class S>
  static void Finalize(S& state, T& target, duckdb::AggregateFinalizeData&) {
    target = state;
  }
};

/// Spark's CentralMomentAgg: the updating formulas of the first four moments.
struct Moments {
  double n, avg, m2, m3, m4;
};

enum class Moment { kStddevPop, kStddevSamp, kVarPop, kVarSamp, kSkewness, kKurtosis };

template <Moment moment>
struct OfMoments {
  template <class S>
  static void Initialize(S& state) {
    state = S{};
  }
  static bool IgnoreNull() { return true; }
  template <class In, class S, class Op>
  static void Operation(S& s, const In& x, duckdb::AggregateUnaryInput&) {
    // As a partition of one row: the digits are then those of Spark on few rows, which it spreads over its partitions.
    Merge(S{1, x, 0, 0, 0}, s);
  }
  template <class In, class S, class Op>
  static void ConstantOperation(S& state, const In& input, duckdb::AggregateUnaryInput& unary, duckdb::idx_t count) {
    for (duckdb::idx_t i = 0; i < count; i++) Operation<In, S, Op>(state, input, unary);
  }
  template <class S, class Op>
  static void Combine(const S& r, S& l, AggregateInputData&) {
    Merge(r, l);
  }
  template <class S>
  static void Merge(const S& r, S& l) {
    if (r.n == 0) return;
    double n = l.n + r.n, delta = r.avg - l.avg, delta_n = n == 0 ? 0 : delta / n;
    double avg = l.avg + delta_n * r.n;
    double m2 = l.m2 + r.m2 + delta * delta_n * l.n * r.n;
    double m3 = l.m3 + r.m3 + delta_n * delta_n * delta * l.n * r.n * (l.n - r.n) + 3.0 * delta_n * (l.n * r.m2 - r.n * l.m2);
    double m4 = l.m4 + r.m4 + delta_n * delta_n * delta_n * delta * l.n * r.n * (l.n * l.n - l.n * r.n + r.n * r.n) +
                6.0 * delta_n * delta_n * (l.n * l.n * r.m2 + r.n * r.n * l.m2) + 4.0 * delta_n * (l.n * r.m3 - r.n * l.m3);
    l = S{n, avg, m2, m3, m4};
  }
  template <class T, class S>
  static void Finalize(S& s, T& target, duckdb::AggregateFinalizeData& data) {
    if (s.n == 0) return data.ReturnNull();
    bool sample = moment == Moment::kStddevSamp || moment == Moment::kVarSamp;
    if (sample && s.n == 1) return data.ReturnNull();
    if ((moment == Moment::kSkewness || moment == Moment::kKurtosis) && s.m2 == 0) return data.ReturnNull();
    switch (moment) {
      case Moment::kStddevPop:
        target = std::sqrt(s.m2 / s.n);
        break;
      case Moment::kStddevSamp:
        target = std::sqrt(s.m2 / (s.n - 1));
        break;
      case Moment::kVarPop:
        target = s.m2 / s.n;
        break;
      case Moment::kVarSamp:
        target = s.m2 / (s.n - 1);
        break;
      case Moment::kSkewness:
        target = std::sqrt(s.n) * s.m3 / std::sqrt(s.m2 * s.m2 * s.m2);
        break;
      case Moment::kKurtosis:
        target = s.n * s.m4 / (s.m2 * s.m2) - 3.0;
        break;
    }
  }
};

/// Spark's PearsonCorrelation and Covariance: x is the first argument.
struct Pair {
  double n, x_avg, y_avg, ck, x_mk, y_mk;
};
enum class Bivariate { kCorr, kCovarPop, kCovarSamp, kAvgX, kAvgY, kCount, kSxx, kSyy, kSxy, kSlope, kIntercept, kR2 };

/// regr_* have y as the first argument: x and y are swapped for them.
template <Bivariate what, bool kYFirst>
struct OfPairs {
  template <class S>
  static void Initialize(S& state) {
    state = S{};
  }
  static bool IgnoreNull() { return true; }
  template <class A, class B, class S, class Op>
  static void Operation(S& s, const A& a, const B& b, duckdb::AggregateBinaryInput&) {
    double x = kYFirst ? b : a, y = kYFirst ? a : b;
    s.n += 1;
    double dx = x - s.x_avg, dy = y - s.y_avg;
    s.x_avg += dx / s.n;
    s.y_avg += dy / s.n;
    s.ck += dx * (y - s.y_avg);
    s.x_mk += dx * (x - s.x_avg);
    s.y_mk += dy * (y - s.y_avg);
  }
  template <class S, class Op>
  static void Combine(const S& r, S& l, AggregateInputData&) {
    if (r.n == 0) return;
    double n = l.n + r.n, dx = r.x_avg - l.x_avg, dy = r.y_avg - l.y_avg, dx_n = dx / n, dy_n = dy / n;
    l.ck += r.ck + dx * dy_n * l.n * r.n;
    l.x_mk += r.x_mk + dx * dx_n * l.n * r.n;
    l.y_mk += r.y_mk + dy * dy_n * l.n * r.n;
    l.x_avg += dx_n * r.n;
    l.y_avg += dy_n * r.n;
    l.n = n;
  }
  template <class T, class S>
  static void Finalize(S& s, T& target, duckdb::AggregateFinalizeData& data) {
    if constexpr (what == Bivariate::kCount) {
      target = static_cast<T>(s.n);
      return;
    }
    if (s.n == 0) return data.ReturnNull();
    auto null_if = [&](bool missing, double value) { missing ? data.ReturnNull() : void(target = static_cast<T>(value)); };
    switch (what) {
      case Bivariate::kCorr:
        // Nothing but a division by zero is infinite here; spark_finish_corr says what becomes of it.
        return null_if(s.n == 1,
                       s.x_mk * s.y_mk == 0 ? std::numeric_limits<double>::infinity() : s.ck / std::sqrt(s.x_mk * s.y_mk));
      case Bivariate::kCovarPop:
        return null_if(false, s.ck / s.n);
      case Bivariate::kCovarSamp:
        return null_if(s.n == 1, s.ck / (s.n - 1));
      case Bivariate::kAvgX:
        return null_if(false, s.x_avg);
      case Bivariate::kAvgY:
        return null_if(false, s.y_avg);
      case Bivariate::kSxx:
        return null_if(false, s.x_mk);
      case Bivariate::kSyy:
        return null_if(false, s.y_mk);
      case Bivariate::kSxy:
        return null_if(false, s.ck);
      case Bivariate::kSlope:
        return null_if(s.x_mk == 0, s.ck / s.x_mk);
      case Bivariate::kIntercept:
        return null_if(s.x_mk == 0, s.y_avg - s.ck / s.x_mk * s.x_avg);
      case Bivariate::kR2:
        return null_if(s.x_mk == 0, s.y_mk == 0 ? 1.0 : s.ck * s.ck / (s.x_mk * s.y_mk));
      default:
        return data.ReturnNull();
    }
  }
};

template <Bivariate what, bool kYFirst>
void AddPair(KernelRegistry& registry, const char* name) {
  using Out = std::conditional_t<what == Bivariate::kCount, int64_t, double>;
  AggregateFunctionSet set(name);
  set.AddFunction(AggregateFunction::BinaryAggregate<Pair, double, double, Out, OfPairs<what, kYFirst>>(
      LogicalType::DOUBLE, LogicalType::DOUBLE, what == Bivariate::kCount ? LogicalType::BIGINT : LogicalType::DOUBLE));
  registry.AddAggregate(std::move(set));
}

template <class S, class In, class Out, class Op>
void AddUnary(KernelRegistry& registry, const char* name, LogicalType in, LogicalType out) {
  AggregateFunctionSet set(name);
  set.AddFunction(AggregateFunction::UnaryAggregate<S, In, Out, Op>(in, out));
  registry.AddAggregate(std::move(set));
}

template <Moment moment>
void AddMoment(KernelRegistry& registry, const char* name) {
  AddUnary<Moments, double, double, OfMoments<moment>>(registry, name, LogicalType::DOUBLE, LogicalType::DOUBLE);
}

/// Decimals of every physical width: bind picks the kernel by the argument's type.
template <class Op>
duckdb::unique_ptr<duckdb::FunctionData> BindDecimal(duckdb::ClientContext&, AggregateFunction& function,
                                                     duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& arguments) {
  auto type = arguments[0]->return_type;
  int scale = duckdb::DecimalType::GetScale(type);
  constexpr bool kAverage = std::is_same_v<Op, AvgDecimal>;
  constexpr bool kText = std::is_same_v<Op, SumText>;
  using Out = std::conditional_t<kText, duckdb::string_t, duckdb::hugeint_t>;
  auto result = kText ? LogicalType::VARCHAR : LogicalType::DECIMAL(38, kAverage ? std::min(38, scale + 4) : scale);
  auto make = [&]() {
    switch (type.InternalType()) {
      case duckdb::PhysicalType::INT16:
        return AggregateFunction::UnaryAggregate<Sum128, int16_t, Out, Op>(type, result);
      case duckdb::PhysicalType::INT32:
        return AggregateFunction::UnaryAggregate<Sum128, int32_t, Out, Op>(type, result);
      case duckdb::PhysicalType::INT64:
        return AggregateFunction::UnaryAggregate<Sum128, int64_t, Out, Op>(type, result);
      default:
        return AggregateFunction::UnaryAggregate<Sum128, duckdb::hugeint_t, Out, Op>(type, result);
    }
  };
  auto name = function.name;
  function = make();
  function.name = name;
  function.order_dependent = duckdb::AggregateOrderDependent::NOT_ORDER_DEPENDENT;
  auto data = duckdb::make_uniq<KernelData>();
  data->site = scale;
  return data;
}

template <class Op>
void AddDecimal(KernelRegistry& registry, const char* name) {
  AggregateFunction function({LogicalTypeId::DECIMAL}, LogicalTypeId::DECIMAL, nullptr, nullptr, nullptr, nullptr, nullptr,
                             nullptr, BindDecimal<Op>);
  AggregateFunctionSet set(name);
  set.AddFunction(function);
  registry.AddAggregate(std::move(set));
}

// ---- What comes before the aggregate. ----

/// The value where the condition holds, else null.
template <typename T>
void WhereOf(duckdb::DataChunk& args, duckdb::Vector& result) {
  using Word = duckdb::validity_t;
  constexpr duckdb::idx_t kBits = duckdb::ValidityMask::BITS_PER_VALUE;
  duckdb::UnifiedVectorFormat values;
  duckdb::UnifiedVectorFormat conditions;
  args.data[0].ToUnifiedFormat(args.size(), values);
  args.data[1].ToUnifiedFormat(args.size(), conditions);
  const auto* from = reinterpret_cast<const T*>(values.data);
  const auto* holds = reinterpret_cast<const uint8_t*>(conditions.data);
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  auto* out = reinterpret_cast<T*>(duckdb::FlatVector::GetData(result));
  auto& validity = duckdb::FlatVector::Validity(result);
  validity.EnsureWritable();
  bool all_valid = values.validity.AllValid() && conditions.validity.AllValid();
  for (duckdb::idx_t start = 0; start < args.size(); start += kBits) {
    duckdb::idx_t end = std::min(start + kBits, args.size());
    Word word = 0;
    for (duckdb::idx_t i = start; i < end; ++i) {
      auto value = values.sel->get_index(i), condition = conditions.sel->get_index(i);
      out[i] = from[value];
      word |= static_cast<Word>(holds[condition] & 1) << (i - start);
    }
    for (duckdb::idx_t i = start; i < end && !all_valid; ++i) {
      if (!values.validity.RowIsValid(values.sel->get_index(i)) || !conditions.validity.RowIsValid(conditions.sel->get_index(i)))
        word &= ~(Word{1} << (i - start));
    }
    validity.GetData()[start / kBits] = word;
  }
}

void Where(const Call&, duckdb::DataChunk& args, duckdb::Vector& result) {
  switch (duckdb::GetTypeIdSize(result.GetType().InternalType())) {
    case 1:
      return WhereOf<uint8_t>(args, result);
    case 2:
      return WhereOf<uint16_t>(args, result);
    case 4:
      return WhereOf<uint32_t>(args, result);
    case 8:
      return WhereOf<uint64_t>(args, result);
    default:
      return WhereOf<duckdb::hugeint_t>(args, result);
  }
}

// ---- What comes after the aggregate. ----

void FinishDecimal(const Call& call, duckdb::DataChunk& args, duckdb::Vector& result) {
  int precision = duckdb::DecimalType::GetWidth(result.GetType()), scale = duckdb::DecimalType::GetScale(result.GetType());
  // 0: what does not fit is null. Else it is an error, for the sum of a group one without the sum.
  constexpr int64_t kGroupedSum = 2;
  int64_t mode = call.Long(0);
  auto run = [&]<class Out>(Out) {
    duckdb::UnaryExecutor::ExecuteWithNulls<duckdb::hugeint_t, Out>(
        args.data[0], result, args.size(), [&](duckdb::hugeint_t in, duckdb::ValidityMask& mask, duckdb::idx_t row) {
          Int128 value = ToInt128(in);
          if (!FitsPrecision(value, precision)) {
            if (mode != 0) {
              if (mode == kGroupedSum || Magnitude(value) == PowerOfTen(38))
                ThrowArithmeticOverflow(call.site(), "Overflow in sum of decimals", "try_sum");
              ThrowDecimalOutOfRange(call.site(), DecimalToText(value, scale), precision, scale);
            }
            mask.SetInvalid(row);
            return Out();
          }
          if constexpr (std::is_same_v<Out, duckdb::hugeint_t>)
            return in;
          else
            return static_cast<Out>(value);
        });
  };
  switch (result.GetType().InternalType()) {
    case duckdb::PhysicalType::INT16:
      return run(int16_t());
    case duckdb::PhysicalType::INT32:
      return run(int32_t());
    case duckdb::PhysicalType::INT64:
      return run(int64_t());
    default:
      return run(duckdb::hugeint_t());
  }
}

duckdb::Value FinishText(const Call& call, std::vector<duckdb::Value>& a) {
  int scale = duckdb::DecimalType::GetScale(call.data.result);
  const std::string& text = duckdb::StringValue::Get(a[0]);
  bool overflow = false;
  auto value = ParseDecimal(text.data(), text.size(), scale, &overflow);
  if (value && !overflow && FitsPrecision(*value, 38)) return duckdb::Value::DECIMAL(ToHugeint(*value), 38, scale);
  if (call.Long(0) != 0) ThrowDecimalOutOfRange(call.site(), text, 38, scale);
  return duckdb::Value(call.data.result);
}

}  // namespace

void RegisterAggregates(KernelRegistry& registry) {
  AddUnary<Sum128, int64_t, duckdb::hugeint_t, SumWide>(registry, "spark_sum_long", LogicalType::BIGINT, LogicalType::HUGEINT);
  AggregateFunctionSet sums("spark_sum_int");
  sums.AddFunction(
      AggregateFunction::UnaryAggregate<SumInt::State, int8_t, int64_t, SumInt>(LogicalType::TINYINT, LogicalType::BIGINT));
  sums.AddFunction(
      AggregateFunction::UnaryAggregate<SumInt::State, int16_t, int64_t, SumInt>(LogicalType::SMALLINT, LogicalType::BIGINT));
  sums.AddFunction(
      AggregateFunction::UnaryAggregate<SumInt::State, int32_t, int64_t, SumInt>(LogicalType::INTEGER, LogicalType::BIGINT));
  registry.AddAggregate(std::move(sums));
  AddDecimal<SumWide>(registry, "spark_sum_decimal");
  AddDecimal<SumText>(registry, "spark_sum_decimal_text");
  AddDecimal<AvgDecimal>(registry, "spark_avg_decimal");
  AddUnary<DoubleState, double, double, OfDouble<false>>(registry, "spark_sum_double", LogicalType::DOUBLE, LogicalType::DOUBLE);
  AddUnary<DoubleState, double, double, OfDouble<true>>(registry, "spark_avg_double", LogicalType::DOUBLE, LogicalType::DOUBLE);
  AddUnary<DoubleState, double, double, OfDouble<false, true>>(registry, "spark_product", LogicalType::DOUBLE,
                                                               LogicalType::DOUBLE);
  AddUnary<int64_t, bool, int64_t, CountIf>(registry, "spark_count_if", LogicalType::BOOLEAN, LogicalType::BIGINT);
  AddMoment<Moment::kStddevPop>(registry, "spark_stddev_pop");
  AddMoment<Moment::kStddevSamp>(registry, "spark_stddev_samp");
  AddMoment<Moment::kVarPop>(registry, "spark_var_pop");
  AddMoment<Moment::kVarSamp>(registry, "spark_var_samp");
  AddMoment<Moment::kSkewness>(registry, "spark_skewness");
  AddMoment<Moment::kKurtosis>(registry, "spark_kurtosis");
  AddPair<Bivariate::kCorr, false>(registry, "spark_corr");
  AddPair<Bivariate::kCovarPop, false>(registry, "spark_covar_pop");
  AddPair<Bivariate::kCovarSamp, false>(registry, "spark_covar_samp");
  AddPair<Bivariate::kAvgX, true>(registry, "spark_regr_avgx");
  AddPair<Bivariate::kAvgY, true>(registry, "spark_regr_avgy");
  AddPair<Bivariate::kCount, true>(registry, "spark_regr_count");
  AddPair<Bivariate::kSxx, true>(registry, "spark_regr_sxx");
  AddPair<Bivariate::kSyy, true>(registry, "spark_regr_syy");
  AddPair<Bivariate::kSxy, true>(registry, "spark_regr_sxy");
  AddPair<Bivariate::kSlope, true>(registry, "spark_regr_slope");
  AddPair<Bivariate::kIntercept, true>(registry, "spark_regr_intercept");
  AddPair<Bivariate::kR2, true>(registry, "spark_regr_r2");

  registry.AddVector("spark_where", {LogicalType::ANY, LogicalType::BOOLEAN}, LogicalType::ANY, Where,
                     {.sees_nulls = true, .result_as_first = true});
  registry.AddVector("spark_finish_sum_decimal", {LogicalType::ANY}, LogicalType::ANY, FinishDecimal,
                     {.extra = 2, .fallible = true});
  registry.AddBoxed("spark_finish_sum_decimal_text", 1, FinishText, {.extra = 2, .fallible = true});
  registry.AddVector("spark_finish_avg_decimal", {LogicalType::ANY}, LogicalType::ANY, FinishDecimal,
                     {.extra = 2, .fallible = true});
  registry.Add("spark_finish_sum_long",
               [](const Call& call, Int128 sum) -> std::optional<int64_t> {
                 auto narrow = static_cast<int64_t>(sum);
                 if (sum != narrow) {
                   if (call.Long(0) == 1) ThrowArithmeticOverflow(call.site(), "overflow", "try_add");
                   if (call.Long(0) == 0) return std::nullopt;
                 }
                 return narrow;
               },
               {.extra = 1, .fallible = true});
  registry.Add("spark_finish_corr",
               [](const Call& call, double value) -> std::optional<double> {
                 if (!std::isinf(value)) return value;
                 if (call.Long(0) == 1) ThrowDivideByZero(call.site());
                 return std::nullopt;
               },
               {.extra = 1, .fallible = true});
  registry.Add("spark_finish_sum_months",
               [](const Call& call, int64_t sum) -> int32_t {
                 if (sum != static_cast<int32_t>(sum)) ThrowArithmeticOverflow(call.site(), "overflow", "try_add");
                 return static_cast<int32_t>(sum);
               },
               {.extra = 1, .fallible = true});
}

}  // namespace headrace::engine
