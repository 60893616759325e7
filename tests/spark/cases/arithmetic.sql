-- case int_add
select 1 + 2 as a, 1Y + 2Y as b, 1S + 2Y as c, 1L + 2 as d, 1 + 1.5 as e, 1 + 1.5D as f, 1.5F + 1 as g, 1.5F + 1L as h
-- case int_add_overflow
select 2147483647 + 1
-- case tinyint_add_overflow
select 127Y + 1Y
-- case smallint_mul_overflow
select 32767S * 2S
-- case bigint_add_overflow
select 9223372036854775807L + 1L
-- case bigint_sub_overflow
select -9223372036854775808L - 1L
-- case bigint_mul_overflow
select 9223372036854775807L * 2L
-- case int_mul_overflow
select 65536 * 65536
-- case negate_min_int
select -(-2147483648)
-- case negate_min_int_column
select -a from values (cast(-2147483648 as int)) t(a)
-- case abs_min_bigint
select abs(cast(-9223372036854775808 as bigint))
-- case abs_values
select abs(-1), abs(-1.5), abs(-1.5D), abs(-1Y), abs(null), abs(-0.0D)
-- case divide_ints
select 7 / 2 as a, 7 div 2 as b, -7 div 2 as c, 7 % 2 as d, -7 % 3 as e, 7 % -3 as f, 1 / 3 as g, 6L / 4 as h
-- case divide_by_zero_int
select 1 / 0
-- case divide_by_zero_double
select 1.0D / 0.0D
-- case divide_by_zero_decimal
select 1.0 / 0.0
-- case div_by_zero
select 1 div 0
-- case remainder_by_zero
select 5 % 0
-- case mod_by_zero_decimal
select 5.5 % 0
-- case pmod_values
select pmod(-7, 3), pmod(7, -3), pmod(-7.5, 3), pmod(-7.5D, 3D), mod(-7, 3)
-- case pmod_zero
select pmod(5, 0)
-- case div_min_by_minus_one
select cast(-9223372036854775808 as bigint) div -1
-- case try_functions
select try_add(2147483647, 1), try_subtract(-2147483648, 1), try_multiply(9223372036854775807L, 2L), try_divide(1, 0), try_divide(6, 4), try_add(1, 2), try_mod(5, 0)
-- case decimal_add
select cast(1.23 as decimal(5,2)) + cast(4.5 as decimal(3,1)) as a, 1.1 + 2.22 as b, 1 + 2.5 as c, 1L + 2.5 as d
-- case decimal_multiply
select cast(1.23 as decimal(10,2)) * cast(4.5 as decimal(10,4)) as a, 0.1 * 0.1 as b
-- case decimal_divide
select cast(1 as decimal(10,2)) / cast(3 as decimal(10,4)) as a, 1.0 / 3 as b, 10 / 3.0 as c, 1.00 / 7L as d
-- case decimal_remainder
select 7.5 % 2 as a, cast(10.25 as decimal(10,2)) % cast(3.3 as decimal(5,3)) as b
-- case decimal_large_multiply
select cast('12345678901234567890.123456789' as decimal(38,18)) * cast('1.000000001' as decimal(38,18))
-- case decimal_large_divide
select cast('1' as decimal(38,18)) / cast('3' as decimal(38,18)) as a, cast(1 as decimal(38,0)) / cast(7 as decimal(38,37)) as b
-- case decimal_multiply_overflow
select cast('99999999999999999999999999999999999999' as decimal(38,0)) * 10
-- case decimal_add_overflow
select cast('99999999999999999999999999999999999999' as decimal(38,0)) + 1
-- case decimal_precision_loss_add
select cast('1.123456789012345678' as decimal(38,18)) + cast('1' as decimal(38,0))
-- case decimal_literal_types
select 1.0 as a, .5 as b, 1e3 as c, 1.5e-3 as d, 12345678901234567890 as e, 1.50BD as f, 99999999999 as g, 1e3BD as h
-- case decimal_int_comparison
select 1.0 = 1, 2.5 > 2, 1.10 = 1.1, cast(1 as decimal(38,0)) = 1L
-- case double_special_arithmetic
select double('inf') - double('inf') as a, double('nan') + 1 as b, -double('inf') as c, 0.0D * -1 as d, double('nan') = double('nan') as e, double('nan') > double('inf') as f, -0.0D = 0.0D as g
-- case float_arithmetic
select cast(0.1 as float) + cast(0.2 as float) as a, cast(0.1 as float) + 0.2D as b, cast(16777216 as float) + 1 as c, cast(1.1 as float) * 3 as d, cast(1 as float) / 3 as e
-- case bitwise
select 5 & 3, 5 | 3, 5 ^ 3, ~5, 1L & 3, shiftleft(1, 31), shiftleft(1, 33), shiftright(-8, 1), shiftrightunsigned(-8, 1), 1 << 4, -16 >> 2, -16 >>> 28
-- case bit_functions
select bit_count(7), bit_count(-1), bit_get(5, 0), getbit(5, 1)
-- case unary_plus_minus
select +1, -1, - -1, +(-1.5), -(1Y)
-- case round_half_up
select round(2.5), round(3.5), round(-2.5), round(2.5D), round(-2.5D), round(1.005, 2), round(1.005D, 2), round(1234, -2), round(1250, -2), round(-1250, -2)
-- case bround_half_even
select bround(2.5), bround(3.5), bround(-2.5), bround(2.5D), bround(1250, -2), bround(1350, -2), bround(0.125, 2)
-- case round_types
select round(cast(12.345 as decimal(10,3)), 1) as a, round(cast(12.345 as decimal(10,3))) as b, round(12L, 1) as c, round(cast(1.25 as float), 1) as d, round(12.345, -1) as e
-- case ceil_floor
select ceil(1.2), ceil(-1.2), floor(1.2), floor(-1.2), ceil(1.2D), floor(-1.2D), ceil(5), floor(5L), ceil(1.234, 2), floor(-1.234, 2), ceil(cast(1.2 as float)), ceiling(0.1)
-- case rint_trunc
select rint(2.5D), rint(3.5D), rint(-2.5D), sign(-3.2), sign(0), signum(5D), sign(2.5)
-- case sqrt_power
select sqrt(16), sqrt(-1), cbrt(27), power(2, 10), pow(2.5, 2), pow(0, 0), pow(-8, 1/3), exp(1), expm1(1e-10)
-- case logs
select ln(2.718281828459045), log(2, 8), log10(1000), log2(8), log1p(0), ln(0), ln(-1), log(10), log(0, 5), log(-2, 8)
-- case trigonometry approx
select sin(1), cos(1), tan(1), asin(1), acos(0), atan(1), atan2(1, -1), sinh(1), cosh(1), tanh(1), cot(1), sec(1), csc(1), degrees(pi()), radians(180), asin(2), e()
-- case hyperbolic_inverse approx
select asinh(1), acosh(2), atanh(0.5), hypot(3, 4)
-- case factorial_values
select factorial(0), factorial(5), factorial(20), factorial(21), factorial(-1)
-- case greatest_least
select greatest(1, 2, null), least(3, null, 1), greatest(1, 2.5), greatest('a', 'b'), greatest(double('nan'), 1D), least(double('nan'), 1D), greatest(date'2020-01-01', date'2021-01-01')
-- case greatest_one_argument
select greatest(1)
-- case greatest_mismatch
select greatest(1, array(1))
-- case conv_values
select conv('100', 2, 10), conv('ff', 16, 10), conv(-10, 10, 16), conv('zz', 36, 10), conv('11', 2, 1), conv('9223372036854775808', 10, 16), conv('', 10, 2)
-- case bin_hex
select bin(13), bin(-1), hex(255), hex('Spark'), hex(-1L), unhex('537061726B'), unhex('G'), unhex('F')
-- case width_bucket_values
select width_bucket(5.3, 0.2, 10.6, 5), width_bucket(-2.1, 1.3, 3.4, 3), width_bucket(8.1, 0.0, 5.7, 4), width_bucket(-0.9, 5.2, 0.5, 2)
-- case int_sum_widening
select sum(a), avg(a), min(a), max(a), count(a) from values (1Y), (2Y), (null) t(a)
-- case ansi_off_overflow conf:spark.sql.ansi.enabled=false
select 2147483647 + 1, 127Y + 1Y, 9223372036854775807L + 1L, 1 / 0, 5 % 0, 1 div 0, -(-2147483648), cast('abc' as int), cast(300 as tinyint)
-- case ansi_off_decimal_overflow conf:spark.sql.ansi.enabled=false
select cast('99999999999999999999999999999999999999' as decimal(38,0)) * 10, cast(1234.5 as decimal(3,1))
-- case string_plus_int
select '1' + 1 as a, '1.5' + 1 as b, '2' * 3L as c, '7' / 2 as d, 3 - '1' as e, '5' % 3 as f
-- case string_plus_int_bad
select 'a' + 1
-- case string_plus_string
select '1' + '2'
-- case string_divide
select '10' / '4', '3' * '2'
-- case boolean_plus
select true + 1
-- case date_plus_string
select date'2020-01-01' + '1'
-- case comparison_string_int
select '1' = 1, '2' > 1, '1.0' = 1.0, 1 = true
-- case comparison_string_int_bad
select 'x' = 1
-- case null_arithmetic
select null + 1 as a, 1 * null as b, null / 0 as c, -null as d, null % 2 as e, null + null as f
-- case null_logic
select null and false, null and true, null or true, null or false, not null, null = null, null <=> null, 1 <=> null, null <> 1
-- case is_distinct
select 1 is distinct from null, null is not distinct from null, 1 is distinct from 1, nan is null from values (double('nan')) t(nan)
-- case in_with_null
select 1 in (1, null), 2 in (1, null), null in (1, 2), 2 not in (1, null), 2 in (1, 2.0), 'a' in ('A', 'a')
-- case between_values
select 2 between 1 and 3, 2 not between 1 and 3, null between 1 and 2, 2 between null and 3, 2 between null and 1, 2.5 between 1 and 3
-- case case_when
select case when 1 = 1 then 'a' when 1 / 0 > 0 then 'b' end, case 2 when 1 then 'x' when 2 then 'y' else 'z' end, case when false then 1 end, case when true then 1 else 2.5 end
-- case if_functions
select if(true, 1, 'a'), if(null, 1, 2), nullif(1, 1), nullif(1, 2), ifnull(null, 3), nvl(null, 'x'), nvl2(null, 1, 2), coalesce(null, null, 5), nanvl(double('nan'), 1D), iff(true, 1, 2)
-- case if_functions2
select if(true, 1, 2L), nullif(1, 1), nullif(1, 2), ifnull(null, 3), nvl(null, 'x'), nvl2(null, 1, 2), coalesce(null, 1L, 5), nanvl(double('nan'), 1D), zeroifnull(null), nullifzero(0)
-- case guarded_division
select a, b from values (1, 0), (4, 2) t(a, b) where b <> 0 and a / b > 1
-- case guarded_division_in_case
select case when b = 0 then null else a / b end as r from values (1, 0), (4, 2) t(a, b)
-- case guarded_cast
select s from values ('1'), ('x'), ('5') t(s) where s rlike '^[0-9]+$' and cast(s as int) > 2
-- case equal_null_safe_rows
select a, b, a = b, a <=> b, a <> b from values (1, 1), (1, null), (null, null) t(a, b)
-- case column_names
select 1 + 2, a + 1, a * (b - 1), -a, not (a = 1), a is null, a between 1 and 2, a in (1, 2), cast(a as string), a::double, count(*) over (), upper('x') || 'y', a % 2, a div 2, a / 2, a like 'x', case when a = 1 then 2 end from values (1, 2) t(a, b)
-- case column_names_more
select 'str', 1.5, 1e3, true, null, date'2020-01-01', timestamp'2020-01-01 00:00:00', interval 1 day, array(1), map('a', 1), struct(1, 2), named_struct('x', 1), t.a, t.*, a as `x y`, array(1)[0], map('k', 1)['k'], named_struct('f', 1).f from values (1) t(a)
-- case uniform_types
select typeof(1 + 1Y), typeof(1 + 1S), typeof(1L + 1.0), typeof(1.0F + 1L), typeof(1.0F + 1.0BD), typeof(1Y / 1Y), typeof(1 div 1), typeof(1.0 div 1.0), typeof(null), typeof(1 % 1.0), typeof(sqrt(4)), typeof('a' || 1)
