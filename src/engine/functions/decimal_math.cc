#include "engine/functions/decimal_math.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <utility>
#include <vector>

namespace headrace::engine {

namespace {

/// 256-bit magnitudes: enough for a product of two 128-bit ones.
struct Wide {
  UInt128 high = 0;
  UInt128 low = 0;
};

Wide Product(UInt128 a, UInt128 b) {
  constexpr UInt128 kMask = ~uint64_t{0};
  UInt128 a0 = a & kMask, a1 = a >> 64, b0 = b & kMask, b1 = b >> 64;
  UInt128 p00 = a0 * b0, p01 = a0 * b1, p10 = a1 * b0, p11 = a1 * b1;
  UInt128 middle = (p00 >> 64) + (p01 & kMask) + (p10 & kMask);
  return {p11 + (p01 >> 64) + (p10 >> 64) + (middle >> 64), (middle << 64) | (p00 & kMask)};
}

/// Long division bit by bit; the quotient must fit 128 bits, else false.
bool Divide(Wide n, UInt128 d, UInt128* quotient, UInt128* remainder) {
  if (n.high >= d) return false;
  if (n.high == 0) {
    *quotient = n.low / d;
    *remainder = n.low % d;
    return true;
  }
  UInt128 rest = n.high, q = 0;
  for (int bit = 127; bit >= 0; bit--) {
    bool carry = rest >> 127;
    rest = (rest << 1) | ((n.low >> bit) & 1);
    q <<= 1;
    if (carry || rest >= d) {
      rest -= d;
      q |= 1;
    }
  }
  *quotient = q;
  *remainder = rest;
  return true;
}

std::optional<Int128> Signed(UInt128 magnitude, bool negative) {
  if (magnitude > static_cast<UInt128>(std::numeric_limits<Int128>::max())) return std::nullopt;
  return negative ? -static_cast<Int128>(magnitude) : static_cast<Int128>(magnitude);
}

UInt128 Unsigned(Int128 value) { return value < 0 ? -static_cast<UInt128>(value) : static_cast<UInt128>(value); }

/// With a `unit`, n was rounded to multiples of it before: what is less than a half by no more than half of a unit is one.
std::optional<Int128> DivideWide(Wide n, UInt128 d, bool negative, bool half_up, UInt128 unit = 0) {
  UInt128 quotient, remainder;
  if (!Divide(n, d, &quotient, &remainder)) return std::nullopt;
  if (half_up && (remainder >= d - remainder || d - remainder - remainder <= unit)) quotient++;
  return Signed(quotient, negative);
}

Wide Add(Wide a, Wide b) {
  Wide sum{a.high + b.high, a.low + b.low};
  if (sum.low < a.low) sum.high++;
  return sum;
}

/// a - b, a not below b.
Wide Subtract(Wide a, Wide b) { return {a.high - b.high - (a.low < b.low ? 1 : 0), a.low - b.low}; }

bool Below(Wide a, Wide b) { return a.high != b.high ? a.high < b.high : a.low < b.low; }

/// The decimal digits of a number below 10^76.
int CountDigits(Wide n) {
  UInt128 high, low;
  Divide(n, static_cast<UInt128>(PowerOfTen(38)), &high, &low);
  int digits = high != 0 ? 38 : 0;
  for (UInt128 rest = high != 0 ? high : low; rest != 0; rest /= 10) digits++;
  return digits;
}

/// |value| at a larger scale.
Wide ScaledUp(Int128 value, int digits) { return Product(Unsigned(value), static_cast<UInt128>(PowerOfTen(digits))); }

}  // namespace

Int128 PowerOfTen(int n) {
  static const auto table = [] {
    std::array<Int128, 39> made;
    made[0] = 1;
    for (int i = 1; i < 39; i++) made[i] = made[i - 1] * 10;
    return made;
  }();
  return table[n];
}

Int128 DivideHalfUp(Int128 a, Int128 b) {
  Int128 quotient = a / b, remainder = a % b;
  UInt128 r = Unsigned(remainder), d = Unsigned(b);
  if (r >= d - r && r != 0) quotient += (a < 0) == (b < 0) ? 1 : -1;
  return quotient;
}

Int128 DivideHalfUp(Int128 value, int digits) {
  if (digits == 0) return value;
  if (digits > 38) return 0;
  return DivideHalfUp(value, PowerOfTen(digits));
}

std::optional<Int128> Rescale(Int128 value, int from_scale, int to_scale) {
  if (to_scale <= from_scale) return DivideHalfUp(value, from_scale - to_scale);
  int digits = to_scale - from_scale;
  if (digits > 38) return value == 0 ? std::optional<Int128>(0) : std::nullopt;
  Int128 out;
  if (__builtin_mul_overflow(value, PowerOfTen(digits), &out)) return std::nullopt;
  return out;
}

std::optional<Int128> MultiplyHalfUp(Int128 a, Int128 b, int digits) {
  Int128 product;
  if (!__builtin_mul_overflow(a, b, &product)) return DivideHalfUp(product, digits);
  Wide wide = Product(Unsigned(a), Unsigned(b));
  bool negative = (a < 0) != (b < 0);
  int dropped = std::min(CountDigits(wide) - kCarriedDigits, digits - 1);
  if (dropped > 0) wide = Add(wide, {0, static_cast<UInt128>(PowerOfTen(dropped)) / 2});
  if (digits > 38) {
    // Two steps lose at most a half of the last place of the first; the first keeps 38 digits, so it cannot matter.
    UInt128 quotient, remainder;
    if (!Divide(wide, static_cast<UInt128>(PowerOfTen(38)), &quotient, &remainder)) return std::nullopt;
    auto value = Signed(quotient, negative);
    if (!value) return std::nullopt;
    return DivideHalfUp(*value, digits - 38);
  }
  return DivideWide(wide, static_cast<UInt128>(PowerOfTen(digits)), negative, true);
}

std::optional<Int128> AddHalfUp(Int128 a, int a_scale, Int128 b, int b_scale, int scale) {
  int common = std::max(a_scale, b_scale);
  auto l = Rescale(a, a_scale, common), r = Rescale(b, b_scale, common);
  Int128 narrow;
  if (l && r && !__builtin_add_overflow(*l, *r, &narrow)) return Rescale(narrow, common, scale);
  // Two of at most 76 digits, so that 256 bits hold their sum.
  Wide left = ScaledUp(a, common - a_scale), right = ScaledUp(b, common - b_scale);
  bool negative = a < 0;
  Wide sum;
  if ((a < 0) == (b < 0)) {
    sum = Add(left, right);
  } else if (Below(left, right)) {
    sum = Subtract(right, left);
    negative = b < 0;
  } else {
    sum = Subtract(left, right);
  }
  if (scale > common) return std::nullopt;
  return DivideWide(sum, static_cast<UInt128>(PowerOfTen(common - scale)), negative, true);
}

WholeQuotient DivideWhole(Int128 a, int a_scale, Int128 b, int b_scale) {
  bool negative = (a < 0) != (b < 0);
  WholeQuotient whole;
  Wide quotient;
  UInt128 rest;
  if (a_scale < b_scale) {
    Wide n = ScaledUp(a, b_scale - a_scale);
    UInt128 d = Unsigned(b);
    quotient.high = n.high / d;
    Divide({n.high % d, n.low}, d, &quotient.low, &rest);
    // 128 bits hold 38 digits and some numbers of 39.
    if (int extra = quotient.high == 0 ? 0 : CountDigits(quotient) - kCarriedDigits; extra > 0) {
      UInt128 ignored, zeros;
      auto power = static_cast<UInt128>(PowerOfTen(extra));
      Divide({quotient.high % power, quotient.low}, power, &ignored, &zeros);
      whole.impossible = zeros != 0;
    }
  } else {
    Wide d = ScaledUp(b, a_scale - b_scale);
    quotient.low = d.high != 0 ? 0 : Unsigned(a) / d.low;
    rest = d.high != 0 ? Unsigned(a) : Unsigned(a) % d.low;
  }
  if (quotient.high == 0) whole.value = Signed(quotient.low, negative);
  whole.remainder = a < 0 ? -static_cast<Int128>(rest) : static_cast<Int128>(rest);
  return whole;
}

std::optional<Int128> ScaledDivide(Int128 a, int digits, Int128 b, bool half_up, int spare) {
  bool negative = (a < 0) != (b < 0);
  auto unit = [&](UInt128 divisor) {
    return spare > 0 ? divisor / static_cast<UInt128>(PowerOfTen(std::min(spare, 38))) : UInt128{0};
  };
  if (digits < 0) {
    // a / (b * 10^-digits)
    Wide divisor = Product(Unsigned(b), static_cast<UInt128>(PowerOfTen(std::min(38, -digits))));
    if (divisor.high != 0) return Int128{0};
    return DivideWide({0, Unsigned(a)}, divisor.low, negative, half_up, unit(divisor.low));
  }
  if (digits > 38) {
    auto first = ScaledDivide(a, digits - 38, Int128{1});
    if (!first) return std::nullopt;
    return ScaledDivide(*first, 38, b, half_up, spare);
  }
  return DivideWide(ScaledUp(a, digits), Unsigned(b), negative, half_up, unit(Unsigned(b)));
}

std::string DecimalToText(Int128 unscaled, int scale) {
  UInt128 magnitude = Unsigned(unscaled);
  char digits[64];
  int at = 64, count = 0;
  do {
    if (scale > 0 && count == scale) digits[--at] = '.';
    digits[--at] = static_cast<char>('0' + static_cast<int>(magnitude % 10));
    magnitude /= 10;
    count++;
  } while (magnitude != 0 || count <= scale);
  if (unscaled < 0) digits[--at] = '-';
  return std::string(digits + at, 64 - at);
}

std::string WideDecimalToText(int32_t wraps, Int128 unscaled, int scale) {
  // 192 bits, the lowest limb first.
  auto low = static_cast<UInt128>(unscaled);
  uint64_t limbs[] = {static_cast<uint64_t>(low), static_cast<uint64_t>(low >> 64),
                      static_cast<uint64_t>(int64_t{wraps} + (unscaled < 0 ? -1 : 0))};
  bool negative = static_cast<int64_t>(limbs[2]) < 0;
  bool carry = negative;
  for (uint64_t& limb : limbs) {
    if (negative) limb = ~limb + (carry ? 1 : 0);
    carry = carry && limb == 0;
  }
  std::string digits;
  while (limbs[0] != 0 || limbs[1] != 0 || limbs[2] != 0 || digits.size() <= static_cast<size_t>(scale)) {
    UInt128 rest = 0;
    for (int i = 2; i >= 0; --i) {
      rest = (rest << 64) | limbs[i];
      limbs[i] = static_cast<uint64_t>(rest / 10);
      rest %= 10;
    }
    if (scale > 0 && digits.size() == static_cast<size_t>(scale)) digits += '.';
    digits += static_cast<char>('0' + static_cast<int>(rest));
  }
  if (negative) digits += '-';
  std::reverse(digits.begin(), digits.end());
  return digits;
}

std::string DecimalToJavaText(Int128 unscaled, int scale) {
  std::string digits = DecimalToText(Magnitude(unscaled), 0);
  int exponent = static_cast<int>(digits.size()) - 1 - scale;
  if (scale == 0 || (scale > 0 && exponent >= -6)) return DecimalToText(unscaled, scale);
  std::string text = digits.substr(0, 1);
  if (digits.size() > 1) text += "." + digits.substr(1);
  return (unscaled < 0 ? "-" : "") + text + (exponent > 0 ? "E+" : "E") + std::to_string(exponent);
}

std::optional<Int128> ParseDecimal(const char* text, size_t size, int scale, bool* overflow) {
  *overflow = false;
  size_t i = 0;
  bool negative = false;
  if (i < size && (text[i] == '+' || text[i] == '-')) negative = text[i++] == '-';
  UInt128 value = 0;
  int kept = 0, dropped_before = 0, fraction = 0;
  bool any = false, point = false, round_up = false, first_dropped = true;
  for (; i < size; i++) {
    if (text[i] == '.' && !point) {
      point = true;
      continue;
    }
    if (text[i] < '0' || text[i] > '9') break;
    any = true;
    int digit = text[i] - '0';
    if (kept < 38 || (value == 0 && digit == 0)) {
      value = value * 10 + digit;
      if (value != 0) kept++;
      if (point) fraction++;
    } else {
      if (first_dropped) round_up = digit >= 5;
      first_dropped = false;
      if (!point) dropped_before++;
    }
  }
  if (!any) return std::nullopt;
  long exponent = 0;
  if (i < size && (text[i] == 'e' || text[i] == 'E')) {
    i++;
    bool minus = false, digits = false;
    if (i < size && (text[i] == '+' || text[i] == '-')) minus = text[i++] == '-';
    for (; i < size && text[i] >= '0' && text[i] <= '9'; i++) {
      digits = true;
      if (exponent < 100000) exponent = exponent * 10 + (text[i] - '0');
    }
    if (!digits) return std::nullopt;
    if (minus) exponent = -exponent;
  }
  if (i != size) return std::nullopt;
  // value * 10^(dropped - fraction + exponent), wanted at 10^-scale.
  long shift = dropped_before - fraction + exponent + scale;
  if (value == 0) return Int128{0};
  Int128 result = static_cast<Int128>(value);
  if (shift >= 0) {
    if (shift > 38 || __builtin_mul_overflow(result, PowerOfTen(static_cast<int>(shift)), &result)) {
      *overflow = true;
      return std::nullopt;
    }
    if (shift == 0 && round_up) result++;
  } else {
    result = DivideHalfUp(result, static_cast<int>(std::min(39L, -shift)));
  }
  return negative ? -result : result;
}

std::optional<Int128> DoubleToDecimal(double value, int scale) {
  if (!std::isfinite(value)) return std::nullopt;
  char text[64];
  auto end = std::to_chars(text, text + sizeof(text), value, std::chars_format::scientific);
  bool overflow;
  return ParseDecimal(text, end.ptr - text, scale, &overflow);
}

double DecimalToDouble(Int128 unscaled, int scale) {
  // Exact for small values; else through the text, as BigDecimal.doubleValue is correctly rounded.
  if (Magnitude(unscaled) < (Int128{1} << 53) && scale <= 22) {
    static constexpr double kPowers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                         1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    return static_cast<double>(static_cast<int64_t>(unscaled)) / kPowers[scale];
  }
  return std::strtod(DecimalToText(unscaled, scale).c_str(), nullptr);
}

namespace {

/// Decimal digits, the lowest first, without zeros at the end.
using Digits = std::vector<int>;

Digits DigitsOf(Int128 value, int zeros) {
  Digits digits(static_cast<size_t>(zeros), 0);
  for (UInt128 rest = Unsigned(value); rest != 0; rest /= 10) digits.push_back(static_cast<int>(rest % 10));
  return digits;
}

void Carry(Digits& digits) {
  for (size_t i = 0; i < digits.size(); i++) {
    int carry = digits[i] >= 0 ? digits[i] / 10 : -((9 - digits[i]) / 10);
    digits[i] -= carry * 10;
    if (carry != 0 && i + 1 == digits.size()) digits.push_back(0);
    if (carry != 0) digits[i + 1] += carry;
  }
  while (!digits.empty() && digits.back() == 0) digits.pop_back();
}

std::string PointedText(Digits digits, int scale, bool negative) {
  if (scale < 0) digits.insert(digits.begin(), static_cast<size_t>(-scale), 0);
  while (static_cast<int>(digits.size()) <= scale) digits.push_back(0);
  std::string text = negative ? "-" : "";
  for (size_t i = digits.size(); i-- > 0;) {
    text += static_cast<char>('0' + digits[i]);
    if (scale > 0 && static_cast<int>(i) == scale) text += '.';
  }
  return text;
}

}  // namespace

std::string ExactText(char op, Int128 a, int a_scale, Int128 b, int b_scale) {
  int scale = op == '*' ? a_scale + b_scale : std::max(a_scale, b_scale);
  bool negative = (a < 0) != (b < 0);
  Digits sum;
  if (op == '*') {
    Digits left = DigitsOf(a, 0), right = DigitsOf(b, 0);
    sum.assign(left.size() + right.size() + 1, 0);
    for (size_t i = 0; i < left.size(); i++) {
      for (size_t j = 0; j < right.size(); j++) sum[i + j] += left[i] * right[j];
    }
  } else {
    // Only a sum of equal signs outgrows its sides.
    Digits left = DigitsOf(a, scale - a_scale), right = DigitsOf(b, scale - b_scale);
    bool same = (op == '+') == ((a < 0) == (b < 0));
    bool left_larger = left.size() != right.size()
                           ? left.size() > right.size()
                           : !std::lexicographical_compare(left.rbegin(), left.rend(), right.rbegin(), right.rend());
    if (!left_larger) std::swap(left, right);
    negative = left_larger ? a < 0 : (op == '+') == (b < 0);
    sum = left;
    sum.push_back(0);
    for (size_t i = 0; i < right.size(); i++) sum[i] += same ? right[i] : -right[i];
  }
  Carry(sum);
  if (op == '*' && sum.size() > kCarriedDigits) {
    size_t extra = sum.size() - kCarriedDigits;
    bool up = sum[extra - 1] >= 5;
    sum.erase(sum.begin(), sum.begin() + static_cast<std::ptrdiff_t>(extra));
    scale -= static_cast<int>(extra);
    if (up) sum[0]++;
    Carry(sum);
  }
  return PointedText(std::move(sum), scale, negative);
}

std::string QuotientText(Int128 a, int a_scale, Int128 b, int b_scale, int scale, bool half_up) {
  std::string digits = DecimalToText(Magnitude(a), 0);
  digits.append(static_cast<size_t>(std::max(0, scale + b_scale - a_scale)), '0');
  UInt128 d = Unsigned(b), rest = 0;
  Digits quotient;
  for (char digit : digits) {
    UInt128 one;
    Divide(Add(Product(rest, 10), {0, static_cast<UInt128>(digit - '0')}), d, &one, &rest);
    quotient.insert(quotient.begin(), static_cast<int>(one));
  }
  if (half_up && rest >= d - rest) quotient[0]++;
  Carry(quotient);
  return PointedText(std::move(quotient), scale, (a < 0) != (b < 0));
}

std::string PlainText(double value) {
  char buffer[40];
  std::string text(buffer, std::to_chars(buffer, buffer + sizeof(buffer), std::fabs(value), std::chars_format::scientific).ptr);
  size_t e = text.find('e');
  int exponent = std::stoi(text.substr(e + 1));
  std::string digits = text.substr(0, 1) + (e > 2 ? text.substr(2, e - 2) : "");
  std::string sign = std::signbit(value) && value != 0 ? "-" : "";
  if (exponent < 0) return sign + "0." + std::string(static_cast<size_t>(-exponent - 1), '0') + digits;
  auto whole = static_cast<size_t>(exponent + 1);
  if (digits.size() <= whole) return sign + digits + std::string(whole - digits.size(), '0');
  return sign + digits.substr(0, whole) + "." + digits.substr(whole);
}

}  // namespace headrace::engine
