#include "engine/functions/strict_math.h"

#include <bit>
#include <cmath>
#include <cstdint>

namespace headrace::engine {

namespace {

constexpr double kLn2High = 6.93147180369123816490e-01, kLn2Low = 1.90821492927058770002e-10;

}  // namespace

double StrictExp(double x) {
  constexpr double kInverseLn2 = 1.44269504088896338700e+00;
  constexpr double kP[] = {1.66666666666666019037e-01, -2.77777777770155933842e-03, 6.61375632143793436117e-05,
                           -1.65339022054652515390e-06, 4.13813679705723846039e-08};
  if (!std::isfinite(x)) return std::isnan(x) ? x : x > 0 ? x : 0;
  if (x > 7.09782712893383973096e+02) return HUGE_VAL;
  if (x < -7.45133219101941108420e+02) return 0;
  double size = std::fabs(x), high = 0, low = 0;
  int k = 0;
  if (size > 0.5 * 0.6931471805599453) {
    if (size < 1.5 * 0.6931471805599453) {
      k = x < 0 ? -1 : 1;
      high = x - k * kLn2High;
      low = k * kLn2Low;
    } else {
      k = static_cast<int>(kInverseLn2 * x + (x < 0 ? -0.5 : 0.5));
      high = x - k * kLn2High;
      low = k * kLn2Low;
    }
    x = high - low;
  } else if (size < 0x1.0p-28) {
    return 1 + x;
  }
  double t = x * x, c = x - t * (kP[0] + t * (kP[1] + t * (kP[2] + t * (kP[3] + t * kP[4]))));
  if (k == 0) return 1 - ((x * c) / (c - 2.0) - x);
  return std::ldexp(1 - ((low - (x * c) / (2.0 - c)) - high), k);
}

double StrictLog(double x) {
  constexpr double kL[] = {6.666666666666735130e-01, 3.999999999940941908e-01, 2.857142874366239149e-01, 2.222219843214978396e-01,
                           1.818357216161805012e-01, 1.531383769920937332e-01, 1.479819860511658591e-01};
  if (std::isnan(x) || x < 0) return std::nan("");
  if (x == 0) return -HUGE_VAL;
  if (std::isinf(x)) return x;
  // x = 2^k * (1 + f) with 1 + f in about [sqrt(1/2), sqrt(2)).
  int k = 0;
  if (x < 0x1.0p-1022) {
    k = -54;
    x *= 0x1.0p54;
  }
  auto bits = std::bit_cast<uint64_t>(x);
  auto high = static_cast<int32_t>(bits >> 32);
  k += (high >> 20) - 1023;
  high &= 0xfffff;
  int32_t carry = (high + 0x95f64) & 0x100000;
  k += carry >> 20;
  bits = (static_cast<uint64_t>(high | (carry ^ 0x3ff00000)) << 32) | (bits & 0xffffffffu);
  double f = std::bit_cast<double>(bits) - 1, dk = k;
  if ((0xfffff & (2 + high)) < 3) {
    if (f == 0) return k == 0 ? 0 : dk * kLn2High + dk * kLn2Low;
    double r = f * f * (0.5 - 0.33333333333333333 * f);
    return k == 0 ? f - r : dk * kLn2High - ((r - dk * kLn2Low) - f);
  }
  double s = f / (2 + f), z = s * s, w = z * z;
  double r = z * (kL[0] + w * (kL[2] + w * (kL[4] + w * kL[6]))) + w * (kL[1] + w * (kL[3] + w * kL[5]));
  if (((high - 0x6147a) | (0x6b851 - high)) > 0) {
    double half = 0.5 * f * f;
    return k == 0 ? f - (half - s * (half + r)) : dk * kLn2High - ((half - (s * (half + r) + dk * kLn2Low)) - f);
  }
  return k == 0 ? f - s * (f - r) : dk * kLn2High - ((s * (f - r) - dk * kLn2Low) - f);
}

}  // namespace headrace::engine
