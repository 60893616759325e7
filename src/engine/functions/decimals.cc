#include "engine/functions/decimal_math.h"
#include "engine/functions/groups.h"

namespace headrace::engine {

namespace {

using duckdb::DecimalType;
using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::Vector;

/// Spark's quotients have so many digits after the point before they are rounded to their type.
constexpr int kQuotientScale = 39;

/// One operation on decimals with everything that its types decide.
struct Shape {
  int left_scale, right_scale, result_scale, result_precision;
  bool throws;
  int site;
};

enum class Op { kAdd, kSubtract, kMultiply, kDivide, kMod, kPmod, kDiv };

[[noreturn]] void ThrowDivisionImpossible(const Shape& shape) {
  ThrowSpark(shape.site, "", {}, "Division impossible", ErrorKind::kArithmetic);
}

/// The general operation through 128 (256) bits: nothing means that the result does not fit. `b` is a divisor other than 0.
template <Op op>
std::optional<Int128> Compute(const Shape& s, Int128 a, Int128 b) {
  if constexpr (op == Op::kAdd || op == Op::kSubtract) {
    return AddHalfUp(a, s.left_scale, op == Op::kAdd ? b : -b, s.right_scale, s.result_scale);
  } else if constexpr (op == Op::kMultiply) {
    return MultiplyHalfUp(a, b, s.left_scale + s.right_scale - s.result_scale);
  } else if constexpr (op == Op::kDivide) {
    // a/10^ls / (b/10^rs) at result scale: a * 10^(rs - ls + result) / b
    return ScaledDivide(a, s.right_scale - s.left_scale + s.result_scale, b, true, kQuotientScale - s.result_scale);
  } else {
    WholeQuotient whole = DivideWhole(a, s.left_scale, b, s.right_scale);
    if (whole.impossible) ThrowDivisionImpossible(s);
    if constexpr (op == Op::kDiv) return whole.value;
    int scale = std::max(s.left_scale, s.right_scale);
    // A negative divisor leaves it as it is.
    if (op == Op::kPmod && whole.remainder < 0 && b > 0)
      return AddHalfUp(whole.remainder, scale, b, s.right_scale, s.result_scale);
    return Rescale(whole.remainder, scale, s.result_scale);
  }
}

/// A result that does not fit, as Spark tells it.
template <Op op>
std::string TextOf(const Shape& s, Int128 a, Int128 b) {
  if constexpr (op == Op::kDivide) return QuotientText(a, s.left_scale, b, s.right_scale, kQuotientScale, true);
  if constexpr (op == Op::kDiv) return QuotientText(a, s.left_scale, b, s.right_scale, 0, false);
  if constexpr (op == Op::kMod || op == Op::kPmod) {
    Int128 rest = DivideWhole(a, s.left_scale, b, s.right_scale).remainder;
    int scale = std::max(s.left_scale, s.right_scale);
    return rest < 0 && b > 0 ? ExactText('+', rest, scale, b, s.right_scale) : DecimalToText(rest, scale);
  }
  char symbol = op == Op::kAdd ? '+' : op == Op::kSubtract ? '-' : '*';
  return ExactText(symbol, a, s.left_scale, b, s.right_scale);
}

template <class T>
Int128 Wide(const T& value) {
  if constexpr (std::is_same_v<T, duckdb::hugeint_t>)
    return ToInt128(value);
  else
    return value;
}
template <class T>
T Narrow(Int128 value) {
  if constexpr (std::is_same_v<T, duckdb::hugeint_t>)
    return ToHugeint(value);
  else
    return static_cast<T>(value);
}

/// Scale factors of an addition or multiplication that provably fits: no checks in the loop.
template <Op op, class In, class Out, class Work>
void RunFast(duckdb::DataChunk& args, Vector& result, Work left_factor, Work right_factor) {
  duckdb::BinaryExecutor::Execute<In, In, Out>(args.data[0], args.data[1], result, args.size(), [=](In a, In b) {
    Work l, r;
    if constexpr (std::is_same_v<In, duckdb::hugeint_t>)
      l = ToInt128(a), r = ToInt128(b);
    else
      l = a, r = b;
    Work out;
    if constexpr (op == Op::kMultiply)
      out = l * r;
    else if constexpr (op == Op::kAdd)
      out = l * left_factor + r * right_factor;
    else
      out = l * left_factor - r * right_factor;
    if constexpr (std::is_same_v<Out, duckdb::hugeint_t>)
      return ToHugeint(out);
    else
      return static_cast<Out>(out);
  });
}

template <Op op, class In, class Out>
void RunChecked(duckdb::DataChunk& args, Vector& result, const Shape& shape) {
  duckdb::BinaryExecutor::ExecuteWithNulls<In, In, Out>(
      args.data[0], args.data[1], result, args.size(), [&](In left, In right, duckdb::ValidityMask& mask, duckdb::idx_t row) {
        Int128 a = Wide(left), b = Wide(right);
        if constexpr (op == Op::kDivide || op == Op::kMod || op == Op::kPmod || op == Op::kDiv) {
          if (b == 0) {
            if (shape.throws)
              op == Op::kDivide || op == Op::kDiv ? ThrowDivideByZero(shape.site) : ThrowRemainderByZero(shape.site);
            mask.SetInvalid(row);
            return Out();
          }
        }
        auto value = Compute<op>(shape, a, b);
        if (!value || !FitsPrecision(*value, shape.result_precision)) {
          if (shape.throws) {
            ThrowDecimalOutOfRange(shape.site, TextOf<op>(shape, a, b), shape.result_precision, shape.result_scale);
          }
          mask.SetInvalid(row);
          return Out();
        }
        return Narrow<Out>(*value);
      });
}

template <Op op, class In>
void RunTo(duckdb::DataChunk& args, Vector& result, const Shape& shape, bool provably_fits) {
  auto physical = result.GetType().InternalType();
  constexpr bool kLinear = op == Op::kAdd || op == Op::kSubtract || op == Op::kMultiply;
  if constexpr (kLinear) {
    if (provably_fits) {
      Int128 lf = op == Op::kMultiply ? 1 : PowerOfTen(shape.result_scale - shape.left_scale);
      Int128 rf = op == Op::kMultiply ? 1 : PowerOfTen(shape.result_scale - shape.right_scale);
      if constexpr (!std::is_same_v<In, duckdb::hugeint_t>) {
        auto l = static_cast<int64_t>(lf), r = static_cast<int64_t>(rf);
        switch (physical) {
          case duckdb::PhysicalType::INT16:
            return RunFast<op, In, int16_t, int64_t>(args, result, l, r);
          case duckdb::PhysicalType::INT32:
            return RunFast<op, In, int32_t, int64_t>(args, result, l, r);
          case duckdb::PhysicalType::INT64:
            return RunFast<op, In, int64_t, int64_t>(args, result, l, r);
          default:
            break;
        }
      }
      return RunFast<op, In, duckdb::hugeint_t, Int128>(args, result, lf, rf);
    }
  }
  switch (physical) {
    case duckdb::PhysicalType::INT16:
      return RunChecked<op, In, int16_t>(args, result, shape);
    case duckdb::PhysicalType::INT32:
      return RunChecked<op, In, int32_t>(args, result, shape);
    case duckdb::PhysicalType::INT64:
      return RunChecked<op, In, int64_t>(args, result, shape);
    default:
      return RunChecked<op, In, duckdb::hugeint_t>(args, result, shape);
  }
}

/// The operands arrive in 64 or 128 bits: Prepare casts them to decimals of these widths.
template <Op op>
void Run(const Call& call, duckdb::DataChunk& args, Vector& result) {
  const auto& l = args.data[0].GetType();
  const auto& r = args.data[1].GetType();
  bool integral = result.GetType().id() == LogicalTypeId::BIGINT;
  Shape shape{DecimalType::GetScale(l),
              DecimalType::GetScale(r),
              integral ? 0 : DecimalType::GetScale(result.GetType()),
              integral ? DecimalType::MaxWidth() : DecimalType::GetWidth(result.GetType()),
              call.Long(0) == 1,
              call.site()};
  // The widths as given, kept by Prepare: precision below 38 means that Spark did not have to cut, so the result fits.
  bool fits =
      shape.result_precision < 38 && (op == Op::kMultiply ? shape.result_scale == shape.left_scale + shape.right_scale
                                                          : shape.result_scale >= std::max(shape.left_scale, shape.right_scale));
  if (l.InternalType() == duckdb::PhysicalType::INT64)
    RunTo<op, int64_t>(args, result, shape, fits);
  else
    RunTo<op, duckdb::hugeint_t>(args, result, shape, fits);
}

template <Op op>
void AddDecimal(KernelRegistry& registry, const char* name) {
  registry.AddVector(name, {LogicalType::ANY, LogicalType::ANY}, LogicalType::ANY, Run<op>,
                     {.extra = 2, .time_zone = true, .fallible = true, .widen_decimals = true});
}

enum class Rounding { kHalfUp, kHalfEven, kCeiling, kFloor };

/// Rounds a decimal of `from` digits after the point to `to` digits (negative: tens, hundreds).
template <Rounding rounding>
Int128 RoundDigits(Int128 value, int from, int to) {
  if (to >= from) return value;
  int digits = from - to;
  if (digits > 38) {
    if (rounding == Rounding::kCeiling) return value > 0 ? 1 : 0;
    if (rounding == Rounding::kFloor) return value < 0 ? -1 : 0;
    return 0;
  }
  Int128 unit = PowerOfTen(digits), quotient = value / unit, rest = value % unit;
  if (rest == 0) return quotient;
  if constexpr (rounding == Rounding::kCeiling) return rest > 0 ? quotient + 1 : quotient;
  if constexpr (rounding == Rounding::kFloor) return rest < 0 ? quotient - 1 : quotient;
  Int128 twice = Magnitude(rest) * 2;
  bool up = twice > unit || (twice == unit && (rounding == Rounding::kHalfUp || quotient % 2 != 0));
  return up ? quotient + (value < 0 ? -1 : 1) : quotient;
}

template <class F>
void ForEachDecimal(duckdb::DataChunk& args, Vector& result, F compute) {
  bool wide = args.data[0].GetType().InternalType() == duckdb::PhysicalType::INT128;
  auto run = [&]<class In, class Out>(In, Out) {
    duckdb::UnaryExecutor::ExecuteWithNulls<In, Out>(args.data[0], result, args.size(),
                                                     [&](In value, duckdb::ValidityMask& mask, duckdb::idx_t row) {
                                                       std::optional<Int128> out = compute(Wide(value));
                                                       if (!out) {
                                                         mask.SetInvalid(row);
                                                         return Out();
                                                       }
                                                       return Narrow<Out>(*out);
                                                     });
  };
  auto dispatch = [&]<class In>(In in) {
    switch (result.GetType().InternalType()) {
      case duckdb::PhysicalType::INT16:
        return run(in, int16_t());
      case duckdb::PhysicalType::INT32:
        return run(in, int32_t());
      case duckdb::PhysicalType::INT64:
        return run(in, int64_t());
      default:
        return run(in, duckdb::hugeint_t());
    }
  };
  if (wide)
    dispatch(duckdb::hugeint_t());
  else
    dispatch(int64_t());
}

/// round(decimal, scale): the target scale is the second argument (a constant), or 0.
template <Rounding rounding>
void Round(const Call& call, duckdb::DataChunk& args, Vector& result) {
  int from = DecimalType::GetScale(args.data[0].GetType());
  int to = 0;
  if (args.ColumnCount() > 1) {
    auto scale = args.data[1].GetValue(0);
    if (scale.IsNull()) {
      result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
      duckdb::ConstantVector::SetNull(result, true);
      return;
    }
    to = scale.GetValue<int32_t>();
  }
  int result_scale = DecimalType::GetScale(result.GetType()), precision = DecimalType::GetWidth(result.GetType());
  ForEachDecimal(args, result, [=](Int128 value) -> std::optional<Int128> {
    Int128 rounded = RoundDigits<rounding>(value, from, to);
    auto out = to < from ? Rescale(rounded, to, result_scale) : Rescale(rounded, from, result_scale);
    if (!out || !FitsPrecision(*out, precision)) return std::nullopt;
    return out;
  });
}

template <Rounding rounding>
void AddRound(KernelRegistry& registry, const std::string& name, bool fallible) {
  KernelTraits traits{.extra = 1, .fallible = fallible, .widen_decimals = true};
  registry.AddVector(name + "0", {LogicalType::ANY}, LogicalType::ANY, Round<rounding>, traits);
  registry.AddVector(name, {LogicalType::ANY, LogicalType::INTEGER}, LogicalType::ANY, Round<rounding>, traits);
}

/// -value as Spark has it: rounded half even to the 34 digits that Scala's numbers carry.
Int128 Negated(const Call& call, Int128 value, int precision, int scale) {
  constexpr int kCarried = 34;
  if (FitsPrecision(value, kCarried)) return -value;
  int dropped = 0;
  Int128 kept = value;
  while (!FitsPrecision(kept, kCarried)) {
    dropped++;
    kept = RoundDigits<Rounding::kHalfEven>(value, dropped, 0);
  }
  Int128 rounded = kept * PowerOfTen(dropped);
  if (FitsPrecision(rounded, precision)) return -rounded;
  std::string text = DecimalToText(-rounded, scale), original = DecimalToJavaText(-kept, scale - dropped);
  std::string p = std::to_string(precision), s = std::to_string(scale);
  ThrowSpark(call.site(), "NUMERIC_VALUE_OUT_OF_RANGE.WITHOUT_SUGGESTION",
             {{"roundedValue", text}, {"originalValue", original}, {"precision", p}, {"scale", s}},
             " The " + text + " rounded half up from " + original + " cannot be represented as Decimal(" + p + ", " + s + ").",
             ErrorKind::kArithmetic);
}

template <bool absolute>
void Negate(const Call& call, duckdb::DataChunk& args, Vector& result) {
  int precision = DecimalType::GetWidth(result.GetType()), scale = DecimalType::GetScale(result.GetType());
  ForEachDecimal(args, result, [&](Int128 value) {
    return std::optional<Int128>(absolute && value >= 0 ? value : Negated(call, value, precision, scale));
  });
}

}  // namespace

void RegisterDecimals(KernelRegistry& registry) {
  AddDecimal<Op::kAdd>(registry, "spark_decimal_add");
  AddDecimal<Op::kSubtract>(registry, "spark_decimal_subtract");
  AddDecimal<Op::kMultiply>(registry, "spark_decimal_multiply");
  AddDecimal<Op::kDivide>(registry, "spark_decimal_divide");
  AddDecimal<Op::kMod>(registry, "spark_decimal_mod");
  AddDecimal<Op::kPmod>(registry, "spark_decimal_pmod");
  AddDecimal<Op::kDiv>(registry, "spark_decimal_div");
  AddRound<Rounding::kHalfUp>(registry, "spark_decimal_round", true);
  AddRound<Rounding::kHalfEven>(registry, "spark_decimal_bround", true);
  AddRound<Rounding::kCeiling>(registry, "spark_decimal_ceil", false);
  AddRound<Rounding::kFloor>(registry, "spark_decimal_floor", false);
  KernelTraits same{.time_zone = true, .fallible = true, .widen_decimals = true, .result_as_first = true};
  registry.AddVector("spark_decimal_negative", {LogicalType::ANY}, LogicalType::ANY, Negate<false>, same);
  registry.AddVector("spark_decimal_abs", {LogicalType::ANY}, LogicalType::ANY, Negate<true>, same);
}

}  // namespace headrace::engine
