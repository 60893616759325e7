#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace headrace::engine {

using Int128 = __int128;
using UInt128 = unsigned __int128;

/// The digits of Spark's products and quotients before they are rounded to their type (Decimal.MATH_CONTEXT).
inline constexpr int kCarriedDigits = 39;

/// 10^n for 0 <= n <= 38.
Int128 PowerOfTen(int n);
inline Int128 Magnitude(Int128 value) { return value < 0 ? -value : value; }
inline bool FitsPrecision(Int128 value, int precision) {
  return precision >= 38 ? Magnitude(value) < PowerOfTen(38) : Magnitude(value) < PowerOfTen(precision);
}
/// value / 10^digits, half up (away from zero). digits >= 0; more than 38 gives 0.
Int128 DivideHalfUp(Int128 value, int digits);
/// a / b rounded half up, b not 0.
Int128 DivideHalfUp(Int128 a, Int128 b);
/// Changes the scale, half up; nothing when 128 bits do not hold it.
std::optional<Int128> Rescale(Int128 value, int from_scale, int to_scale);
/// a + b at `scale`, half up, through 256 bits; nothing when 128 bits do not hold the result.
std::optional<Int128> AddHalfUp(Int128 a, int a_scale, Int128 b, int b_scale, int scale);
/// a * b / 10^digits, half up, through 256 bits; nothing when 128 bits do not hold the result. As Spark's products have
/// 39 digits at most, one of more is rounded to them first.
std::optional<Int128> MultiplyHalfUp(Int128 a, Int128 b, int digits);
/// a * 10^digits / b, half up, through 256 bits. With `spare` the quotient is first rounded to so many digits more, as Spark's
/// are.
std::optional<Int128> ScaledDivide(Int128 a, int digits, Int128 b, bool half_up = true, int spare = 0);
/// a / b without its fraction, and what is left of a, with a's sign, at the larger scale.
struct WholeQuotient {
  std::optional<Int128> value;  ///< Nothing: 128 bits do not hold it.
  Int128 remainder = 0;
  /// It has more than 39 digits, not all of them zeros behind these: Java's BigDecimal refuses to compute either.
  bool impossible = false;
};
/// b is not 0.
WholeQuotient DivideWhole(Int128 a, int a_scale, Int128 b, int b_scale);

/// The plain text: 12345, 2 → "123.45".
std::string DecimalToText(Int128 unscaled, int scale);
/// The plain text of wraps * 2^128 + unscaled.
std::string WideDecimalToText(int32_t wraps, Int128 unscaled, int scale);
/// Spark's Decimal.toString (java.math.BigDecimal.toString): with an exponent for small values ("0E-10") and, where the
/// scale is negative, for large ones ("1.0E+38").
std::string DecimalToJavaText(Int128 unscaled, int scale);
/// What a + b, a - b or a * b (`op`) is when no decimal holds it; a product has at most 39 digits, half up.
std::string ExactText(char op, Int128 a, int a_scale, Int128 b, int b_scale);
/// What a / b is at `scale`, half up or cut, when no decimal holds it. `scale` is not less than a's beyond b's.
std::string QuotientText(Int128 a, int a_scale, Int128 b, int b_scale, int scale, bool half_up);
/// "12.5e3" to the unscaled value at `scale`, half up; nothing when the text is no number, `overflow` when it is too big.
std::optional<Int128> ParseDecimal(const char* text, size_t size, int scale, bool* overflow);
/// A double's shortest text read as a decimal (BigDecimal.valueOf), at `scale`, half up.
std::optional<Int128> DoubleToDecimal(double value, int scale);
/// A finite double's shortest digits without exponent: "100000000000000000000", "0.5".
std::string PlainText(double value);
double DecimalToDouble(Int128 unscaled, int scale);

}  // namespace headrace::engine
