-- setup
create or replace temp view d as select * from values (cast(1.10 as decimal(12,2)), cast(2.50 as decimal(5,2))), (2.20, 1.00), (null, 3.00), (3.30, null) t(a, b)
-- case sum_types
select sum(a), avg(a), min(a), max(a), sum(a) + 1, avg(b), sum(a * b), sum(a) / count(*) from d
-- case column_arithmetic
select a + b, a - b, a * b, a / b, a % b, -a, abs(a) from d
-- case one_minus
select sum(a * (1 - b / 100)), sum(a * (1 - b) * (1 + b)) from d
-- case sum_38
select sum(x), avg(x) from values (cast(1 as decimal(38,10))), (cast(2 as decimal(38,10))) t(x)
-- case sum_overflow_38
select sum(x) from values (cast('99999999999999999999999999999999999999' as decimal(38,0))), (cast('99999999999999999999999999999999999999' as decimal(38,0))) t(x)
-- case try_sum_overflow
select try_sum(x), try_avg(x) from values (cast('99999999999999999999999999999999999999' as decimal(38,0))), (cast('99999999999999999999999999999999999999' as decimal(38,0))) t(x)
-- case avg_rounding
select avg(x) from values (cast(1 as decimal(10,0))), (cast(2 as decimal(10,0))), (cast(2 as decimal(10,0))) t(x)
-- case union_widening
select cast(1.5 as decimal(3,1)) as x union all select cast(1.25 as decimal(10,2)) union all select 3
-- case union_widening_bigint
select cast(1.5 as decimal(3,1)) as x union all select 3L
-- case union_decimal_double
select cast(1.5 as decimal(3,1)) as x union all select 2.5D
-- case coalesce_widening
select coalesce(cast(null as decimal(3,1)), cast(1.25 as decimal(10,2))), coalesce(null, 1.5, 2L), if(true, 1.5, 10)
-- case cast_overflow
select cast(1234.5 as decimal(4,1)) as ok, cast(1234.5 as decimal(3,1)) as bad
-- case cast_rounding
select cast(1.25 as decimal(3,1)), cast(-1.25 as decimal(3,1)), cast('1.349' as decimal(3,2)), cast(2.675D as decimal(10,2)), cast(1e10D as decimal(20,5)), cast(0.1F as decimal(20,18))
-- case cast_string
select cast(' 1.5 ' as decimal(5,2)), cast('1e2' as decimal(5,0)), cast('-.5' as decimal(3,2)), cast('+7' as decimal(3,0))
-- case cast_string_bad
select cast('1.5x' as decimal(5,2))
-- case cast_to_string
select cast(cast(1.50 as decimal(10,5)) as string), cast(cast(0.0000001 as decimal(10,7)) as string), cast(cast(0 as decimal(20,10)) as string), cast(-0.50 as string), cast(cast(1 as decimal(38,0)) as string)
-- case cast_to_int
select cast(1.99 as int), cast(-1.99 as int), cast(127.9 as tinyint), cast(1.5 as bigint)
-- case cast_to_int_overflow
select cast(300.5 as tinyint)
-- case round_decimal
select round(a, 1), round(a), ceil(a), floor(a), bround(a, 1), typeof(round(a, 1)), typeof(ceil(a)), typeof(round(a, -1)) from d
-- case group_by_decimal
select a, count(*) from values (1.0), (1.00), (2.0) t(a) group by a
-- case compare_decimals
select 1.10 = 1.1, cast(1.1 as decimal(38,10)) > 1.09, 1.1 = 1.1D, cast(0.1 as decimal(10,2)) < 0.1F
-- case multiply_precision
select typeof(cast(1 as decimal(20,5)) * cast(1 as decimal(20,5))), typeof(cast(1 as decimal(38,10)) * cast(1 as decimal(38,10))), typeof(cast(1 as decimal(38,20)) * cast(1 as decimal(38,20))), typeof(cast(1 as decimal(30,2)) / cast(1 as decimal(30,20))), typeof(cast(1 as decimal(38,37)) + cast(1 as decimal(38,0))), typeof(cast(1 as decimal(12,2)) * 2), typeof(cast(1 as decimal(12,2)) / 2), typeof(cast(1 as decimal(12,2)) % 7L)
-- case multiply_scale_loss
select cast('1.00000000000000000001' as decimal(38,20)) * cast('1.00000000000000000001' as decimal(38,20))
-- case precision_loss_off conf:spark.sql.decimalOperations.allowPrecisionLoss=false
select typeof(cast(1 as decimal(38,20)) * cast(1 as decimal(38,20))), typeof(cast(1 as decimal(30,2)) / cast(1 as decimal(30,20)))
-- case window_avg
select a, avg(a) over (order by a), sum(a) over (order by a rows between 1 preceding and current row) from d where a is not null order by a
-- case stddev_decimal
select stddev(a), variance(a), corr(a, b) from d
-- case decimal_in_map_array
select array(1.5, 2.25), map(1.5, 2.0), array(1, 2.5)
-- case to_number_format
select to_number('454', '999'), to_number('$78.12', '$99.99'), to_number('12,454', '99,999'), try_to_number('x', '99'), to_char(454, '999'), to_char(-12.34, '99.99MI'), format_number(12332.123456, 4), format_number(12332.5, 0), format_number(1234567.891D, '#,###.##')
-- case precision_loss_off_values conf:spark.sql.decimalOperations.allowPrecisionLoss=false
select cast(0.5 as decimal(38,20)) * cast(0.25 as decimal(38,20)), cast(1 as decimal(38,10)) + cast(1 as decimal(38,20)), cast(10 as decimal(20,3)) / cast(3 as decimal(20,5)), cast(7.5 as decimal(30,2)) % cast(2 as decimal(38,20)), pmod(-7.5, cast(2 as decimal(38,20))), cast(10 as decimal(20,3)) div cast(3 as decimal(20,5)), avg(cast(2 as decimal(38,20)))
-- case precision_loss_off_overflow conf:spark.sql.decimalOperations.allowPrecisionLoss=false
select cast(1 as decimal(38,20)) * cast(1 as decimal(38,20))
-- case whole_and_decimal_literal
select i, i > 2.5, i >= 2.5, i < 2.5, i <= 2.5, 2.5 > i, 2.5 >= i, 2.5 < i, 2.5 <= i, i > 2.0, i = 2.5, i <> 2.5, i > -2.5, i <=> 2.5, i between 1.5 and 2.5, 1.5 in (i) from values (1), (2), (3), (null) t(i) order by i
-- case whole_and_large_decimal_literal
select i > 9999999999999999999.5, i < 9999999999999999999.5, i >= -9999999999999999999.5, i <= -9999999999999999999.5, 9223372036854775807.5 > i, 9223372036854775807 >= i from values (1), (null) t(i)
-- case whole_and_decimal_filter
select * from range(5) where id > 2.5 or 0.5 > id
-- case wide_sums_round_before_they_fit
select try_add(a, b), a + b, try_add(a, a), a + a, try_subtract(a, b) from values (cast('-99999999999999999999.999999999999999999' as decimal(38,18)), cast('-99999999999999999999.999999999999999999' as decimal(38,18))), (cast('12345678901234567890.123456789012345678' as decimal(38,18)), cast('98765432109876543210.987654321098765432' as decimal(38,18))) t(a, b)
-- case wide_differences_round_before_they_fit
select try_subtract(a, b), a - b, try_subtract(b, a), b - a from values (cast('-99999999999999999999.999999999999999999' as decimal(38,18)), cast('99999999999999999999.999999999999999999' as decimal(38,18))) t(a, b)
-- case wide_negation_of_a_fraction
select -a from values (cast('-99999999999999999999.999999999999999999' as decimal(38,18))) t(a)
-- case wide_negation_of_a_whole_number
select -a from values (cast('99999999999999999999999999999999999999' as decimal(38,0))) t(a)
-- case wide_sums_of_different_scales
select typeof(a + b), a + b, a - b, b - a, try_add(a, b), try_subtract(b, a) from values (cast('10000000000000000000000000000000' as decimal(38,0)), cast('0.123456789012345678' as decimal(38,18))), (cast('-12345678901234567890123456789012' as decimal(38,0)), cast('99999999999999999999.999999999999999999' as decimal(38,18))) t(a, b)
-- case wide_sum_too_large
select cast('99999999999999999999999999999999999999' as decimal(38,0)) + cast('0.123456789012345678' as decimal(38,18))
-- case wide_difference_too_large
select cast('-99999999999999999999999999999999999999' as decimal(38,0)) - cast('0.9' as decimal(38,37))
-- case wide_try_too_large
select try_add(a, b), try_subtract(a, b), try_add(b, a) from values (cast('99999999999999999999999999999999999999' as decimal(38,0)), cast('0.123456789012345678' as decimal(38,18))), (cast('99999999999999999999999999999999' as decimal(38,0)), cast('0.123456789012345678' as decimal(38,18))) t(a, b)
-- case wide_remainders
select typeof(a % b), a % b, pmod(a, b), mod(a, b), try_mod(a, b), b % a from values (cast('12345678901234567890123456789012345678' as decimal(38,0)), cast('98765432109876543.210987654321098765' as decimal(38,18))), (cast('-12345678901234567890123456789012345678' as decimal(38,0)), cast('98765432109876543.210987654321098765' as decimal(38,18))), (cast('-99999999999999999999999999999999999999' as decimal(38,0)), cast('-33333333333333333333.333333333333333333' as decimal(38,18))) t(a, b)
-- case wide_remainder_of_a_longer_quotient
select cast('12345678901234567890123456789012345678' as decimal(38,0)) % cast('0.000000000000000007' as decimal(38,18))
-- case wide_try_mod_of_a_longer_quotient
select try_mod(cast('12345678901234567890123456789012345678' as decimal(38,0)), cast('0.000000000000000007' as decimal(38,18)))
-- case wide_remainder_of_a_round_quotient
select cast('70000000000000000000000000000000000000' as decimal(38,0)) % cast('0.000000000000000007' as decimal(38,18))
-- case wide_remainder_of_wider_scale
select typeof(a % b), a % b, b % a from values (cast('0.1234567890123456789012345678901234567' as decimal(38,37)), cast('99999999999999999999999999999999999999' as decimal(38,0))), (cast('-9.1234567890123456789012345678901234567' as decimal(38,37)), cast('-10000000000000000000000000000000000000' as decimal(38,0))) t(a, b)
-- case wide_pmod_of_negative_divisors
select pmod(a, b), pmod(b, a) from values (cast('-0.1234567890123456789012345678901234567' as decimal(38,37)), cast('-99999999999999999999999999999999999999' as decimal(38,0))), (cast('0.1234567890123456789012345678901234567' as decimal(38,37)), cast('-99999999999999999999999999999999999999' as decimal(38,0))) t(a, b)
-- case wide_pmod_too_large
select pmod(a, b) from values (cast('-0.1234567890123456789012345678901234567' as decimal(38,37)), cast('99999999999999999999999999999999999999' as decimal(38,0))) t(a, b)
-- case wide_pmod_that_fits
select pmod(-a, b) from values (cast('7.1234567890123456789012345678901234567' as decimal(38,37)), cast('9' as decimal(38,0))) t(a, b)
-- case wide_div
select a div b, b div a from values (cast('1234567890123456789.5' as decimal(38,1)), cast('0.7' as decimal(38,37))) t(a, b)
-- case wide_div_of_38_digits_wraps
select cast('12345678901234567890123456789012345678' as decimal(38,0)) div cast('0.7' as decimal(38,37))
-- case wide_div_of_39_digits
select cast('99999999999999999999999999999999999999' as decimal(38,0)) div cast('0.5' as decimal(38,37))
-- case wide_div_of_a_round_quotient
select cast('99999999999999999999999999999999999999' as decimal(38,0)) div cast('0.0003' as decimal(38,37))
-- case wide_div_without_ansi conf:spark.sql.ansi.enabled=false
select a div b from values (cast('99999999999999999999999999999999999999' as decimal(38,0)), cast('0.5' as decimal(38,37))), (cast('99999999999999999999' as decimal(38,0)), cast('0.1' as decimal(38,37))) t(a, b)
-- case div_beyond_bigint_wraps
select a div b, -a div b from values (cast('9223372036854775808' as decimal(20,0)), cast('1.0' as decimal(5,1))), (cast('99999999999999999999' as decimal(20,0)), cast('0.1' as decimal(5,1))) t(a, b)
-- case wide_div_of_a_longer_quotient
select cast('12345678901234567890123456789012345678' as decimal(38,0)) div cast('0.000000000000000007' as decimal(38,18))
-- case wide_products_are_rounded_twice
select a * b, try_multiply(a, b) from values (cast('1.00000000000000000000000000000000000' as decimal(38,35)), cast('2.4999999999999999999999999999999999' as decimal(38,34))), (cast('1.0000000000000000001' as decimal(38,20)), cast('1.4999999999999999999' as decimal(38,20))), (cast('0.99999999999999999999999999999999999999' as decimal(38,38)), cast('0.99999999999999999999999999999999999999' as decimal(38,38))), (cast('99999999999.9999999999' as decimal(38,20)), cast('0.00000000004999999999' as decimal(38,20))) t(a, b)
-- case wide_quotients_are_rounded_twice
select a / b, try_divide(a, b), b / a from values (cast('49999999999999999999999999999999' as decimal(38,0)), cast('99999999999999999999999999999999999999' as decimal(38,0))), (cast('12345674999999999999999999999999999999' as decimal(38,0)), cast('10000000000000000000000000000000000000' as decimal(38,0))), (cast('12345674999999999999999999999999999999' as decimal(38,0)), cast('99999999999999999999999999999999999998' as decimal(38,0))) t(a, b)
-- case wide_quotient_too_large
select cast('12345678901234567890123456789012345678' as decimal(38,0)) / cast('0.00000000000000000000000000000000000007' as decimal(38,38))
-- case wide_quotient_a_bit_too_large
select cast('12345678901234567890123456789012345678' as decimal(38,0)) / cast('0.3' as decimal(38,10))
-- case wide_product_too_large
select cast('12345678901234567890123456789012345678' as decimal(38,10)) * cast('98765432109876543210987654321' as decimal(38,9))
-- case wide_quotient_half_up_too_large
select cast('99999999999999999999999999999999999999' as decimal(38,0)) / cast('0.00000000000000000000000000000000000007' as decimal(38,37))
-- case wide_product_of_many_digits_too_large
select a * b from values (cast('99999999999999999999999999999999999999' as decimal(38,0)), cast('0.99999999999999999999999999999999999999' as decimal(38,38)) * 7) t(a, b)
-- case wide_sum_of_a_column
select sum(a), sum(b), avg(a), avg(b), try_sum(a), try_avg(b) from values (cast('10000000000000000000.5' as decimal(38,18)), cast('0.99999999999999999999999999999999999999' as decimal(38,38))), (cast('20000000000000000000.5' as decimal(38,18)), cast('0.00000000000000000000000000000000000001' as decimal(38,38))), (cast('30000000000000000000.5' as decimal(38,18)), cast('0.00000000000000000000000000000000000004' as decimal(38,38))) t(a, b)
