#include <cmath>

#include "engine/functions/calendar.h"
#include "engine/functions/decimal_math.h"
#include "engine/functions/encodings.h"
#include "engine/functions/groups.h"
#include "engine/functions/random.h"
#include "engine/functions/strict_math.h"

namespace headrace::engine {

namespace {

/// The C library's double is wrong in the last digit for some cubes, where Java's is right.
double CubeRoot(double x) { return static_cast<double>(std::cbrt(static_cast<long double>(x))); }

using duckdb::LogicalType;

using DoubleFunction = double (*)(double);
struct Named {
  const char* name;
  DoubleFunction function;
};
constexpr double kPi = 3.14159265358979323846;

std::optional<double> Log(double x, double (*f)(double), double lowest = 0) {
  if (x <= lowest) return std::nullopt;
  return f(x);
}

/// Spark rounds BigDecimal(value.toString): the shortest decimal text, not the binary value.
template <bool kHalfEven>
double RoundDouble(double value, int scale) {
  constexpr int kDigits = 20;
  if (!std::isfinite(value) || scale > kDigits || scale < -18 || std::fabs(value) >= 1e17) return value;
  auto exact = DoubleToDecimal(value, kDigits);
  if (!exact) return value;
  Int128 unit = PowerOfTen(std::min(38, kDigits - scale)), quotient = *exact / unit, rest = *exact % unit;
  Int128 twice = Magnitude(rest) * 2;
  bool up = twice > unit || (twice == unit && (!kHalfEven || quotient % 2 != 0));
  if (up) quotient += value < 0 ? -1 : 1;
  return scale >= 0 ? DecimalToDouble(quotient, scale) : DecimalToDouble(quotient * PowerOfTen(-scale), 0);
}

template <class T, bool kHalfEven>
std::optional<T> RoundIntegral(const Call& call, T value, int scale, bool wrap) {
  if (scale >= 0) return value;
  if (-scale > 18) return T(0);
  Int128 unit = PowerOfTen(-scale), wide = value, quotient = wide / unit, rest = wide % unit;
  Int128 twice = Magnitude(rest) * 2;
  if (twice > unit || (twice == unit && (!kHalfEven || quotient % 2 != 0))) quotient += value < 0 ? -1 : 1;
  Int128 out = quotient * unit;
  if (out != static_cast<T>(out) && !wrap) {
    ThrowArithmeticOverflow(call.site(), std::string("Overflow"), "");
  }
  return static_cast<T>(out);
}

template <class T, bool kHalfEven>
void AddRound(KernelRegistry& registry, const std::string& name) {
  for (bool wrap : {false, true}) {
    std::string full = name + (wrap ? "_wrap" : "");
    if constexpr (std::is_floating_point_v<T>) {
      registry.Add(
          full,
          [](const Call&, T v, int32_t scale) -> T {
            if constexpr (std::is_same_v<T, float>) {
              if (!std::isfinite(v)) return v;
              return static_cast<float>(RoundDouble<kHalfEven>(std::strtod(FloatText(v).c_str(), nullptr), scale));
            }
            return static_cast<T>(RoundDouble<kHalfEven>(v, scale));
          },
          kFallible);
      registry.Add(
          full + "0", [](const Call&, T v) -> T { return static_cast<T>(RoundDouble<kHalfEven>(v, 0)); }, kFallible);
    } else {
      registry.Add(
          full, [wrap](const Call& call, T v, int32_t scale) { return RoundIntegral<T, kHalfEven>(call, v, scale, wrap); },
          kFallible);
      registry.Add(
          full + "0", [](const Call&, T v) -> T { return v; }, kFallible);
    }
  }
}

template <bool kHalfEven>
void AddRounds(KernelRegistry& registry, const std::string& name) {
  AddRound<int8_t, kHalfEven>(registry, name);
  AddRound<int16_t, kHalfEven>(registry, name);
  AddRound<int32_t, kHalfEven>(registry, name);
  AddRound<int64_t, kHalfEven>(registry, name);
  AddRound<float, kHalfEven>(registry, name);
  AddRound<double, kHalfEven>(registry, name);
}

double StrictCosh(double x) {
  double size = std::fabs(x);
  if (!std::isfinite(x)) return x * x;
  if (size < 0.5 * 0.6931471805599453) {
    double t = std::expm1(size), w = 1 + t;
    return size < 0x1.0p-55 ? w : 1 + (t * t) / (w + w);
  }
  if (size < 22) {
    double t = StrictExp(size);
    return 0.5 * t + 0.5 / t;
  }
  if (size < 7.09782712893383973096e+02) return 0.5 * StrictExp(size);
  double w = StrictExp(0.5 * size);
  return 0.5 * w * w;
}

int64_t ToLong(double value) {
  if (std::isnan(value)) return 0;
  if (value >= 9223372036854775807.0) return std::numeric_limits<int64_t>::max();
  if (value <= -9223372036854775808.0) return std::numeric_limits<int64_t>::min();
  return static_cast<int64_t>(value);
}

/// Spark's conv: unsigned 64 bits, saturating; a negative base gives a signed text.
std::optional<std::string> Conv(const Call& call, std::string_view text, int32_t from, int32_t to) {
  if (from < 2 || from > 36 || std::abs(to) < 2 || std::abs(to) > 36) return std::nullopt;
  text = TrimAll(text);
  if (text.empty()) return std::nullopt;
  size_t i = 0;
  bool negative = text[0] == '-';
  if (negative) i++;
  unsigned __int128 value = 0;
  for (; i < text.size(); i++) {
    int c = std::tolower(static_cast<unsigned char>(text[i]));
    int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'z' ? c - 'a' + 10 : 99;
    if (digit >= from) break;
    value = value * static_cast<unsigned>(from) + static_cast<unsigned>(digit);
    if (value >> 64) {
      ThrowArithmeticOverflow(call.site(), "Overflow in function conv()");
    }
  }
  auto word = static_cast<uint64_t>(value);
  if (negative && to > 0) word = static_cast<int64_t>(word) < 0 ? ~uint64_t{0} : 0 - word;
  if (to < 0 && static_cast<int64_t>(word) < 0) {
    word = 0 - word;
    negative = true;
  }
  std::string out;
  auto base = static_cast<uint64_t>(std::abs(to));
  do {
    out.insert(out.begin(), "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[word % base]);
    word /= base;
  } while (word != 0);
  if (negative && to < 0) out.insert(out.begin(), '-');
  return out;
}

std::optional<int64_t> WidthBucket(double value, double low, double high, int64_t count) {
  if (count <= 0 || count == std::numeric_limits<int64_t>::max() || std::isnan(value) || low == high || !std::isfinite(low) ||
      !std::isfinite(high))
    return std::nullopt;
  double lower = std::min(low, high), upper = std::max(low, high);
  if (low < high) {
    if (value < lower) return 0;
    if (value >= upper) return count + 1;
    return static_cast<int64_t>(static_cast<double>(count) * (value - lower) / (upper - lower)) + 1;
  }
  if (value > upper) return 0;
  if (value <= lower) return count + 1;
  return static_cast<int64_t>(static_cast<double>(count) * (upper - value) / (upper - lower)) + 1;
}

}  // namespace

void RegisterMath(KernelRegistry& registry) {
  static const Named kFunctions[] = {{"spark_sqrt", [](double x) { return std::sqrt(x); }},
                                     {"spark_cbrt", CubeRoot},
                                     {"spark_exp", StrictExp},
                                     {"spark_expm1", [](double x) { return std::expm1(x); }},
                                     {"spark_sin", [](double x) { return std::sin(x); }},
                                     {"spark_cos", [](double x) { return std::cos(x); }},
                                     {"spark_tan", [](double x) { return std::tan(x); }},
                                     {"spark_asin", [](double x) { return std::asin(x); }},
                                     {"spark_acos", [](double x) { return std::acos(x); }},
                                     {"spark_atan", [](double x) { return std::atan(x); }},
                                     {"spark_sinh", [](double x) { return std::sinh(x); }},
                                     {"spark_cosh", StrictCosh},
                                     {"spark_tanh", [](double x) { return std::tanh(x); }},
                                     {"spark_asinh", [](double x) { return std::asinh(x); }},
                                     {"spark_acosh", [](double x) { return std::acosh(x); }},
                                     {"spark_atanh", [](double x) { return std::atanh(x); }},
                                     {"spark_cot", [](double x) { return 1 / std::tan(x); }},
                                     {"spark_sec", [](double x) { return 1 / std::cos(x); }},
                                     {"spark_csc", [](double x) { return 1 / std::sin(x); }},
                                     {"spark_degrees", [](double x) { return x * (180.0 / kPi); }},
                                     {"spark_radians", [](double x) { return x / 180.0 * kPi; }},
                                     {"spark_rint", [](double x) { return std::nearbyint(x); }},
                                     {"spark_signum", [](double x) { return x > 0   ? 1.0
                                                                            : x < 0 ? -1.0
                                                                                    : x; }}};
  for (const auto& entry : kFunctions) {
    auto function = entry.function;
    registry.Add(entry.name, [function](const Call&, double x) -> double { return function(x); });
  }
  registry.Add("spark_signum", [](const Call&, int64_t x) -> double { return x > 0 ? 1.0 : x < 0 ? -1.0 : 0.0; });
  registry.Add("spark_signum", [](const Call&, int32_t x) -> double { return x > 0 ? 1.0 : x < 0 ? -1.0 : 0.0; });
  registry.Add("spark_ln", [](const Call&, double x) { return Log(x, StrictLog); });
  registry.Add("spark_log", [](const Call&, double x) { return Log(x, StrictLog); });
  registry.Add("spark_log2",
               [](const Call&, double x) { return Log(x, [](double v) { return StrictLog(v) / StrictLog(2.0); }); });
  registry.Add("spark_log10", [](const Call&, double x) { return Log(x, std::log10); });
  registry.Add("spark_log1p", [](const Call&, double x) { return Log(x, std::log1p, -1); });
  registry.Add("spark_log", [](const Call&, double base, double x) -> std::optional<double> {
    if (base <= 0 || x <= 0) return std::nullopt;
    return StrictLog(x) / StrictLog(base);
  });
  registry.Add("spark_pow", [](const Call&, double a, double b) -> double {
    if (std::isnan(b) || (std::fabs(a) == 1 && std::isinf(b))) return std::nan("");  // Java's pow, not C's.
    return std::pow(a, b);
  });
  registry.Add("spark_atan2", [](const Call&, double y, double x) -> double { return std::atan2(y + 0.0, x + 0.0); });
  registry.Add("spark_hypot", [](const Call&, double a, double b) -> double { return std::hypot(a, b); });
  registry.Put(
      "spark_e", {}, LogicalType::DOUBLE,
      [](duckdb::DataChunk&, duckdb::ExpressionState&, duckdb::Vector& out) {
        out.Reference(duckdb::Value::DOUBLE(2.718281828459045));
      },
      kPlain, false);
  registry.Put(
      "spark_pi", {}, LogicalType::DOUBLE,
      [](duckdb::DataChunk&, duckdb::ExpressionState&, duckdb::Vector& out) { out.Reference(duckdb::Value::DOUBLE(kPi)); },
      kPlain, false);
  registry.Add("spark_factorial", [](const Call&, int32_t n) -> std::optional<int64_t> {
    if (n < 0 || n > 20) return std::nullopt;
    int64_t out = 1;
    for (int i = 2; i <= n; i++) out *= i;
    return out;
  });
  registry.Add("spark_bin", [](const Call&, int64_t v) {
    std::string text;
    auto word = static_cast<uint64_t>(v);
    do {
      text.insert(text.begin(), static_cast<char>('0' + (word & 1)));
      word >>= 1;
    } while (word != 0);
    return text;
  });
  registry.Add("spark_hex", [](const Call&, int64_t v) { return HexOf(static_cast<uint64_t>(v)); });
  registry.Add("spark_hex", [](const Call&, std::string_view v) { return HexOf(v); });
  registry.Add("spark_hex", [](const Call&, std::string_view v) { return HexOf(v); }, kPlain, {LogicalType::BLOB});
  registry.Add(
      "spark_unhex", [](const Call&, std::string_view v) { return Unhex(v); }, kPlain, {}, LogicalType::BLOB);
  registry.Add("spark_conv", Conv, kFallible);
  registry.Add("spark_width_bucket",
               [](const Call&, double v, double a, double b, int64_t n) { return WidthBucket(v, a, b, n); });
  registry.Add("spark_width_bucket", [](const Call&, int64_t v, int64_t a, int64_t b, int64_t n) {
    return WidthBucket(static_cast<double>(v), static_cast<double>(a), static_cast<double>(b), n);
  });
  registry.Add("spark_width_bucket",
               [](const Call&, int32_t v, int32_t a, int32_t b, int64_t n) { return WidthBucket(v, a, b, n); });
  AddRounds<false>(registry, "spark_round");
  AddRounds<true>(registry, "spark_bround");
  registry.Add("spark_ceil", [](const Call&, double v) -> int64_t { return ToLong(std::ceil(v)); });
  registry.Add("spark_floor", [](const Call&, double v) -> int64_t { return ToLong(std::floor(v)); });
  registry.Add("spark_ceil", [](const Call&, int64_t v) -> int64_t { return v; });
  registry.Add("spark_floor", [](const Call&, int64_t v) -> int64_t { return v; });
  RegisterRandom(registry);
}

}  // namespace headrace::engine
