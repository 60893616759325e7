#include <cmath>
#include <limits>

#include "engine/functions/groups.h"

namespace headrace::engine {

namespace {

using duckdb::LogicalType;

/// What a kernel does with a result that does not fit.
enum class Mode { kAnsi, kTry, kWrap };

template <class T>
constexpr const char* SqlName() {
  if constexpr (sizeof(T) == 1)
    return "TINYINT";
  else if constexpr (sizeof(T) == 2)
    return "SMALLINT";
  else if constexpr (sizeof(T) == 4)
    return "INT";
  else
    return "BIGINT";
}

/// Numbers as they stand in Spark's messages: 127S, 2147483647, 5L.
template <class T>
std::string Shown(T value) {
  std::string text = std::to_string(value);
  if constexpr (sizeof(T) == 1) return text + "Y";
  if constexpr (sizeof(T) == 2) return text + "S";
  if constexpr (sizeof(T) == 8) return text + "L";
  return text;
}

template <class T>
[[noreturn]] void Overflow(const Call& call, T a, T b, const char* symbol, const char* what, const char* alternative) {
  if constexpr (sizeof(T) <= 2) {
    // Spark shows bytes as shorts.
    ThrowBinaryOverflow(call.site(), Shown(static_cast<int16_t>(a)), Shown(static_cast<int16_t>(b)), symbol, alternative);
  }
  ThrowArithmeticOverflow(call.site(), "overflow", alternative);
}

struct Add {
  static constexpr const char *kName = "add", *kSymbol = "+", *kTry = "try_add";
  template <class T>
  static bool Run(T a, T b, T* out) {
    return __builtin_add_overflow(a, b, out);
  }
  static double Run(double a, double b) { return a + b; }
  static float Run(float a, float b) { return a + b; }
};
struct Subtract {
  static constexpr const char *kName = "subtract", *kSymbol = "-", *kTry = "try_subtract";
  template <class T>
  static bool Run(T a, T b, T* out) {
    return __builtin_sub_overflow(a, b, out);
  }
  static double Run(double a, double b) { return a - b; }
  static float Run(float a, float b) { return a - b; }
};
struct Multiply {
  static constexpr const char *kName = "multiply", *kSymbol = "*", *kTry = "try_multiply";
  template <class T>
  static bool Run(T a, T b, T* out) {
    return __builtin_mul_overflow(a, b, out);
  }
  static double Run(double a, double b) { return a * b; }
  static float Run(float a, float b) { return a * b; }
};

template <class Op, class T>
void AddOverflowing(KernelRegistry& registry) {
  std::string name = Op::kName;
  if constexpr (std::is_floating_point_v<T>) {
    for (const char* prefix : {"spark_", "spark_try_", "spark_wrap_"}) {
      registry.Add(
          prefix + name, [](const Call&, T a, T b) -> T { return Op::Run(a, b); }, kZonedFallible);
    }
  } else {
    registry.Add(
        "spark_" + name,
        [](const Call& call, T a, T b) -> T {
          T out;
          if (__builtin_expect(Op::Run(a, b, &out), 0)) Overflow(call, a, b, Op::kSymbol, Op::kName, Op::kTry);
          return out;
        },
        kZonedFallible);
    registry.Add(
        "spark_try_" + name,
        [](const Call&, T a, T b) -> std::optional<T> {
          T out;
          if (Op::Run(a, b, &out)) return std::nullopt;
          return out;
        },
        kZonedFallible);
    registry.Add(
        "spark_wrap_" + name,
        [](const Call&, T a, T b) -> T {
          T out;
          Op::Run(a, b, &out);
          return out;
        },
        kZonedFallible);
  }
}

template <class T>
T Remainder(T a, T b) {
  if constexpr (std::is_floating_point_v<T>)
    return std::fmod(a, b);
  else
    return b == -1 ? T(0) : static_cast<T>(a % b);
}

/// Spark's pmod: the remainder with the divisor's sign where it is positive. As in Java the sum is an int for the types
/// below it, and wraps for the others.
template <class T>
T PositiveRemainder(T a, T b) {
  T r = Remainder(a, b);
  if (!(r < 0)) return r;
  if constexpr (std::is_floating_point_v<T>) {
    return Remainder(r + b, b);
  } else if constexpr (sizeof(T) < sizeof(int)) {
    return static_cast<T>((r + b) % b);
  } else {
    using Unsigned = std::make_unsigned_t<T>;
    return Remainder(static_cast<T>(static_cast<Unsigned>(r) + static_cast<Unsigned>(b)), b);
  }
}

template <class T, bool kPositive>
void AddRemainder(KernelRegistry& registry) {
  std::string name = kPositive ? "pmod" : "mod";
  auto compute = [](T a, T b) { return kPositive ? PositiveRemainder(a, b) : Remainder(a, b); };
  registry.Add(
      "spark_" + name,
      [compute](const Call& call, T a, T b) -> T {
        if (b == 0) ThrowRemainderByZero(call.site());
        return compute(a, b);
      },
      kZonedFallible);
  for (const char* prefix : {"spark_try_", "spark_wrap_"}) {
    registry.Add(
        prefix + name,
        [compute](const Call&, T a, T b) -> std::optional<T> {
          if (b == 0) return std::nullopt;
          return compute(a, b);
        },
        kZonedFallible);
  }
}

template <class T>
void AddUnary(KernelRegistry& registry) {
  constexpr bool kFloating = std::is_floating_point_v<T>;
  registry.Add(
      "spark_positive", [](const Call&, T a) -> T { return a; }, kZonedFallible);
  registry.Add(
      "spark_wrap_positive", [](const Call&, T a) -> T { return a; }, kZonedFallible);
  auto fail = [](const Call& call, T a) {
    if constexpr (!kFloating) {
      if (a == std::numeric_limits<T>::min()) {
        // Spark names no place here.
        ThrowArithmeticOverflow(-1, "overflow");
      }
    }
  };
  registry.Add(
      "spark_negative",
      [fail](const Call& call, T a) -> T {
        fail(call, a);
        return static_cast<T>(-a);
      },
      kZonedFallible);
  registry.Add(
      "spark_abs",
      [fail](const Call& call, T a) -> T {
        if constexpr (kFloating) return std::fabs(a);
        fail(call, a);
        return static_cast<T>(a < 0 ? -a : a);
      },
      kZonedFallible);
  auto wrap = [](T a) {
    if constexpr (kFloating)
      return -a;
    else
      return static_cast<T>(0 - static_cast<std::make_unsigned_t<T>>(a));
  };
  registry.Add(
      "spark_wrap_negative", [wrap](const Call&, T a) -> T { return wrap(a); }, kZonedFallible);
  registry.Add(
      "spark_wrap_abs",
      [wrap](const Call&, T a) -> T {
        if constexpr (kFloating)
          return std::fabs(a);
        else
          return a < 0 ? wrap(a) : a;
      },
      kZonedFallible);
}

template <class T>
void AddNumber(KernelRegistry& registry) {
  AddOverflowing<Add, T>(registry);
  AddOverflowing<Subtract, T>(registry);
  AddOverflowing<Multiply, T>(registry);
  AddRemainder<T, false>(registry);
  AddRemainder<T, true>(registry);
  AddUnary<T>(registry);
}

template <class T>
void AddBits(KernelRegistry& registry) {
  registry.Add("spark_bit_and", [](const Call&, T a, T b) -> T { return a & b; });
  registry.Add("spark_bit_or", [](const Call&, T a, T b) -> T { return a | b; });
  registry.Add("spark_bit_xor", [](const Call&, T a, T b) -> T { return a ^ b; });
  registry.Add("spark_bit_not", [](const Call&, T a) -> T { return static_cast<T>(~a); });
  registry.Add("spark_bit_count",
               [](const Call&, T a) -> int32_t { return __builtin_popcountll(static_cast<uint64_t>(static_cast<int64_t>(a))); });
  registry.Add(
      "spark_bit_get",
      [](const Call& call, T a, int32_t position) -> int8_t {
        int bits = sizeof(T) * 8;
        if (position < 0 || position >= bits) {
          ThrowSpark(call.site(), "INVALID_PARAMETER_VALUE.BIT_POSITION_RANGE",
                     {{"functionName", "`bit_get`"},
                      {"parameter", "`pos`"},
                      {"upper", std::to_string(bits)},
                      {"invalidValue", std::to_string(position)}},
                     "The value of parameter(s) `pos` in `bit_get` is invalid: expects an integer value in [0, " +
                         std::to_string(bits) + "), but got " + std::to_string(position) + ".",
                     ErrorKind::kRuntime);
        }
        return static_cast<int8_t>((static_cast<int64_t>(a) >> position) & 1);
      },
      kFallible);
}

template <class T>
void AddShifts(KernelRegistry& registry) {
  using U = std::make_unsigned_t<T>;
  constexpr int kMask = sizeof(T) * 8 - 1;
  registry.Add("spark_shift_left",
               [](const Call&, T a, int32_t n) -> T { return static_cast<T>(static_cast<U>(a) << (n & kMask)); });
  registry.Add("spark_shift_right", [](const Call&, T a, int32_t n) -> T { return a >> (n & kMask); });
  registry.Add("spark_shift_right_unsigned",
               [](const Call&, T a, int32_t n) -> T { return static_cast<T>(static_cast<U>(a) >> (n & kMask)); });
}

}  // namespace

void RegisterArithmetic(KernelRegistry& registry) {
  AddNumber<int8_t>(registry);
  AddNumber<int16_t>(registry);
  AddNumber<int32_t>(registry);
  AddNumber<int64_t>(registry);
  AddNumber<float>(registry);
  AddNumber<double>(registry);
  AddBits<int8_t>(registry);
  AddBits<int16_t>(registry);
  AddBits<int32_t>(registry);
  AddBits<int64_t>(registry);
  AddShifts<int32_t>(registry);
  AddShifts<int64_t>(registry);
  registry.Add("spark_bit_count", [](const Call&, bool a) -> int32_t { return a; });
  registry.Add(
      "spark_divide",
      [](const Call& call, double a, double b) -> double {
        if (b == 0) ThrowDivideByZero(call.site());
        return a / b;
      },
      kZonedFallible);
  for (const char* name : {"spark_try_divide", "spark_wrap_divide"}) {
    registry.Add(
        name,
        [](const Call&, double a, double b) -> std::optional<double> {
          if (b == 0) return std::nullopt;
          return a / b;
        },
        kZonedFallible);
  }
  registry.Add(
      "spark_div",
      [](const Call& call, int64_t a, int64_t b) -> int64_t {
        if (b == 0) ThrowDivideByZero(call.site());
        if (b == -1 && a == std::numeric_limits<int64_t>::min()) {
          ThrowArithmeticOverflow(call.site(), "Overflow in integral divide", "try_divide");
        }
        return a / b;
      },
      kZonedFallible);
  for (const char* name : {"spark_try_div", "spark_wrap_div"}) {
    registry.Add(
        name,
        [](const Call&, int64_t a, int64_t b) -> std::optional<int64_t> {
          if (b == 0) return std::nullopt;
          return b == -1 ? static_cast<int64_t>(0 - static_cast<uint64_t>(a)) : a / b;
        },
        kZonedFallible);
  }
  registry.Add("spark_isnan", [](const Call&, std::optional<double> a) -> bool { return a && std::isnan(*a); });
  registry.Add("spark_isnan", [](const Call&, std::optional<float> a) -> bool { return a && std::isnan(*a); });
  registry.Add("spark_is_true", [](const Call&, std::optional<bool> a) -> bool { return a && *a; });
  registry.Add("spark_is_false", [](const Call&, std::optional<bool> a) -> bool { return a && !*a; });
  registry.Add("spark_nanvl", [](const Call&, std::optional<double> a, std::optional<double> b) -> std::optional<double> {
    return a && std::isnan(*a) ? b : a;
  });
  registry.Add("spark_nanvl", [](const Call&, std::optional<float> a, std::optional<float> b) -> std::optional<float> {
    return a && std::isnan(*a) ? b : a;
  });
}

}  // namespace headrace::engine
