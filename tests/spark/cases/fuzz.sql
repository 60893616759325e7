-- What the fuzzer met: kept queries.
-- case kept_1 approx
select acos(c_dec38) from (select cast('-99999999999999999999.999999999999999999' as decimal(38,18)) as c_dec38)
-- case kept_2
select substring(c_binary, 10, 0) from (select x'61' as c_binary)
-- case kept_3
select startswith(to_json(named_struct('v', c_date)), c_string) from (select 'ÄÖ日本' as c_string, date'9999-12-31' as c_date)
-- case kept_4
select sort_array(c_array_double) from (select array(cast(null as double)) as c_array_double)
-- case kept_5
select (cast(null as decimal(10,2)) % c_dec38) from (select cast('0.5' as decimal(38,18)) as c_dec38)
-- case kept_6
select format_number(c_bigint, 2) from (select 10000000000L as c_bigint)
-- case kept_7 approx
select cos(c_smallint) from (select 7S as c_smallint)
-- case kept_8
select shiftrightunsigned(find_in_set(from_unixtime(7, 'QQQ'), '2020-01-01 10:11:12.5'), 5)
-- case kept_9 approx
select radians(c_tinyint) from (select 127Y as c_tinyint)
-- case kept_10
select factorial(c_int) from (select 2 as c_int)
-- case kept_11
select regexp_substr(c_string, '(\\d+)') from (select 'Spark SQL' as c_string)
-- case kept_12
select positive(1L)
-- case kept_13
select from_unixtime(second(c_timestamp), 'DDD') from (select timestamp'2024-02-29 23:59:59.999999' as c_timestamp)
-- case kept_14
select (c_bool = true) from (select true as c_bool)
-- case kept_15
select replace(c_struct.y, 'ab', 'NaN') from (select named_struct('x', cast(null as int), 'y', '') as c_struct)
-- case kept_16
select base64(c_string) from (select 'true' as c_string)
-- case kept_17
select to_date(c_string) from (select 'a,b,,c' as c_string)
-- case kept_18
select element_at(cast(map() as map<string,int>), 'a')
-- case kept_19
select bround(cast(-2.55 as decimal(10,2)))
-- case kept_20 approx
select csc(size(transform_values(c_map, (k, v) -> v + 1))) from (select cast(map() as map<string,int>) as c_map)
-- case kept_21
select locate('', c_string, 10) from (select 'ÄÖ日本' as c_string)
-- case kept_22
select position(',', c_string) from (select 'ÄÖ日本' as c_string)
-- case kept_23
select map(c_string, date'1970-01-01') from (select '%_x' as c_string)
-- case kept_24
select shiftright(timestampdiff(MONTH, cast(null as timestamp), c_timestamp), 3) from (select timestamp'2020-11-01 01:30:00' as c_timestamp)
-- case kept_25
select dayofweek(cast(null as timestamp))
-- case kept_26
select regexp_substr(c_string, '') from (select '%_x' as c_string)
-- case kept_27
select mask(cast(named_struct('x', 1, 'y', 'q') as string))
-- case kept_28
select round(cast('-99999999999999999999.999999999999999999' as decimal(38,18)), 1)
-- case kept_29
select left(c_string, -2) from (select '%_x' as c_string)
-- case kept_30
select filter(c_array_int, x -> x is null) from (select cast(array() as array<int>) as c_array_int)
-- case kept_31
select cast(c_double as boolean) from (select 123456789.987654321D as c_double)
-- case kept_32
select date_sub(c_date, 7) from (select date'2020-02-29' as c_date)
-- case kept_33
select bround(float('inf'))
-- case kept_34
select unix_timestamp('a', 'hh:mm a')
-- case kept_35
select to_timestamp(c_string, 'dd/MM/yy') from (select 'aXbXc' as c_string)
-- case kept_36
select position('ab', c_string) from (select '' as c_string)
-- case kept_37
select (c_smallint between 1Y and c_int) from (select 32767S as c_smallint, 0 as c_int)
-- case kept_38
select (cast(null as timestamp) - interval 1 month)
-- case kept_39
select array_sort(array('x', null, ''))
-- case kept_40
select transform(c_array_int, x -> cast(x as string)) from (select array(1, 2, 3) as c_array_int)
-- case kept_41 approx
select exp((c_dec / c_dec38)) from (select cast(99999999.99 as decimal(10,2)) as c_dec, cast('0.5' as decimal(38,18)) as c_dec38)
-- case kept_42
select sort_array(array(1.5D, double('nan'), -0.0D))
-- case kept_43
select (c_smallint + c_smallint) from (select 32767S as c_smallint)
-- case kept_44
select second(timestamp'1970-01-01 00:00:00Z')
-- case kept_45
select sequence(1, 10)
-- case kept_46
select ('%_x' like '%a%')
-- case kept_47
select arrays_zip(c_array_int, array('b', 'a')) from (select cast(null as array<int>) as c_array_int)
-- case kept_48
select repeat('2020-01-01 10:11:12.5', -2)
-- case kept_49 approx
select csc(c_int) from (select -2147483648 as c_int)
-- case kept_50
select ((c_timestamp - interval 1 month) <=> timestamp'1900-01-01 00:00:00') from (select timestamp'2020-11-01 01:30:00' as c_timestamp)
-- case kept_51
select (c_timestamp - timestamp'2024-02-29 23:59:59.999999') from (select timestamp'2020-03-08 01:30:00.123456' as c_timestamp)
-- case kept_52
select regexp_instr(c_string, '') from (select '2020-02-29' as c_string)
-- case kept_53
select (arrays_overlap(c_array_int, c_array_int) and c_bool) from (select cast(null as boolean) as c_bool, cast(array() as array<int>) as c_array_int)
-- case kept_54
select rpad(c_string, -2, '') from (select 'ÄÖ日本' as c_string)
-- case kept_55
select array_min(c_array_double) from (select array(cast(null as double)) as c_array_double)
-- case kept_56
select coalesce(c_int, c_bigint) from (select 7 as c_int, -1L as c_bigint)
-- case kept_57
select regexp_extract(c_string, '(a)|(b)', cast(null as int)) from (select ' pad ' as c_string)
-- case kept_58
select make_date(size(map('a', 1, 'b', null)), 2, 100)
-- case kept_59
select (c_timestamp + c_interval) from (select timestamp'1970-01-01 00:00:00Z' as c_timestamp, interval '0' second as c_interval)
-- case kept_60 approx
select degrees(1)
-- case kept_61
select date_from_unix_date(bround(c_smallint, 0)) from (select 0S as c_smallint)
-- case kept_62
select get(array(cast(null as double)), 1)
-- case kept_64
select map_filter(cast(map() as map<string,int>), (k, v) -> v > 1)
-- case kept_65
select array_join(c_array_string, ',', '?') from (select array('x', null, '') as c_array_string)
-- case kept_66
select nanvl(months_between(c_timestamp, c_timestamp), (c_smallint + c_dec38)) from (select 32767S as c_smallint, cast('0.5' as decimal(38,18)) as c_dec38, timestamp'2024-02-29 23:59:59.999999' as c_timestamp)
-- case kept_67
select lpad(reverse('true'), 2, ' ')
-- case kept_68
select aggregate(c_array_int, 0L, (a, x) -> a + coalesce(x, 0), a -> a * 2) from (select cast(null as array<int>) as c_array_int)
-- case kept_69
select ascii(array_join(regexp_extract_all(c_string, '(a)|(b)', 0), 'ab')) from (select 'NaN' as c_string)
-- case kept_70
select sha1(c_string) from (select '' as c_string)
-- case kept_71
select date_part('week', date'0001-01-01')
-- case kept_72
select (c_tinyint / c_float) from (select 1Y as c_tinyint, float('-0.0') as c_float)
-- case kept_73
select date_part('week', c_timestamp) from (select timestamp'2024-02-29 23:59:59.999999' as c_timestamp)
-- case kept_74 approx
select ln(c_bigint) from (select -9223372036854775808L as c_bigint)
-- case kept_75
select to_date(c_string, 'hh:mm a') from (select 'aXbXc' as c_string)
-- case kept_76
select (float('inf') <=> cast(-2.55 as decimal(10,2)))
-- case kept_77
select transform_values(map_concat(transform_values(c_map, (k, v) -> v + 1), map('zz', 1)), (k, v) -> v + 1) from (select cast(map() as map<string,int>) as c_map)
-- case kept_78
select array_sort(c_array_int) from (select cast(null as array<int>) as c_array_int)
-- case kept_79
select array_sort(sort_array(c_array_int)) from (select cast(null as array<int>) as c_array_int)
-- case kept_80
select left(c_string, 0) from (select cast(null as string) as c_string)
-- case kept_81
select filter(c_array_int, x -> true) from (select cast(array() as array<int>) as c_array_int)
-- case kept_82
select bround(c_dec38) from (select cast('-99999999999999999999.999999999999999999' as decimal(38,18)) as c_dec38)
-- case kept_83
select floor(1, 1)
-- case kept_84 approx
select tan(c_dec) from (select cast(null as decimal(10,2)) as c_dec)
-- case kept_85
select year(make_timestamp(2020, -2, 100, 1, 2, 3.5))
-- case kept_86
select sort_array(split(c_string, '.', 3), false) from (select 'NaN' as c_string)
-- case kept_87
select rtrim(rpad(mask(c_string), 3, ',')) from (select 'NaN' as c_string)
-- case kept_88
select second(cast(null as timestamp))
-- case kept_89
select regexp_extract_all(c_string, '(?<=a)b?', 0) from (select '2020-02-29' as c_string)
-- case kept_90
select bit_count(find_in_set(trim('NaN'), c_string)) from (select '' as c_string)
-- case kept_91
select str_to_map(md5(left(' pad ', 0)), ',', 'X')
-- case kept_92
select coalesce(second(timestamp'2020-11-01 01:30:00'), c_bigint) from (select cast(null as bigint) as c_bigint)
-- case kept_93
select (c_bigint % c_int) from (select 0 as c_int, 10000000000L as c_bigint)
-- case kept_94
select octet_length(c_string) from (select '' as c_string)
-- case kept_95
select upper('-4.5')
-- case kept_96
select abs(cast('-99999999999999999999.999999999999999999' as decimal(38,18)))
-- case kept_97
select (date'9999-12-31' > c_timestamp) from (select timestamp'2020-11-01 01:30:00' as c_timestamp)
-- case kept_98
select typeof(c_binary) from (select cast(null as binary) as c_binary)
-- case kept_99
select transform(array(1, 2, 3), x -> cast(x as string))
-- case kept_100
select (c_date + interval 1 year) from (select date'2024-12-31' as c_date)
-- case kept_101
select array_join(split(c_string, ','), '') from (select '' as c_string)
-- case kept_102
select round(c_tinyint) from (select cast(-1 as tinyint) as c_tinyint)
-- case kept_103
select array_distinct(array_insert(cast(array() as array<int>), 0, c_int)) from (select 0 as c_int)
-- case kept_104
select to_utc_timestamp(from_utc_timestamp((c_timestamp - interval 1 month), 'America/New_York'), 'Europe/London') from (select timestamp'1970-01-01 00:00:00Z' as c_timestamp)
-- case kept_105
select get_json_object('[1,2]', '$')
-- case kept_106
select try_multiply(c_float, cast(0 as decimal(10,2))) from (select float('-0.0') as c_float)
-- case kept_107
select hex(1)
-- case kept_108
select right(c_string, 2) from (select 'Spark SQL' as c_string)
-- case kept_109
select length(c_string) from (select 'NaN' as c_string)
-- case kept_110
select try_to_timestamp(c_string) from (select 'true' as c_string)
-- case kept_111
select try_add(cast(-32768 as smallint), float('1.5'))
-- case kept_112
select (startswith(c_string, c_string) and cast(null as boolean)) from (select cast(null as string) as c_string)
-- case kept_113
select regexp_replace(cast(null as string), '[A-Z]', ',')
-- case kept_114
select dayname(to_date(c_string, 'QQQ')) from (select '123' as c_string)
-- case kept_115
select to_json(named_struct('v', try_divide(cast(1.50 as decimal(10,2)), timestampdiff(MONTH, c_timestamp, timestamp'2020-03-08 01:30:00.123456')))) from (select timestamp'2020-03-08 01:30:00.123456' as c_timestamp)
-- case kept_116
select aggregate(cast(array() as array<int>), 0, (a, x) -> a + x)
-- case kept_117
select (c_smallint | c_bigint) from (select 32767S as c_smallint, 10000000000L as c_bigint)
-- case kept_118
select datediff(c_date, next_day(date'9999-12-31', 'xx')) from (select date'2024-12-31' as c_date)
-- case kept_119
select (c_dec + c_smallint) from (select 32767S as c_smallint, cast(null as decimal(10,2)) as c_dec)
-- case kept_120
select ceil(c_dec38) from (select cast('-99999999999999999999.999999999999999999' as decimal(38,18)) as c_dec38)
-- case kept_121 approx
select degrees(c_double) from (select 1.5D as c_double)
-- case kept_122
select from_json('bad', 'a INT, b ARRAY<INT>')
-- case kept_123 approx
select cot(cast(null as int))
-- case kept_124
select trunc(to_timestamp('a', 'EEE, d MMM'), 'year')
-- case kept_125
select transform(c_array_int, (x, i) -> x * i) from (select array(3, null, 1, 1) as c_array_int)
-- case kept_126
select (c_timestamp - interval 1 month) from (select timestamp'2020-11-01 01:30:00' as c_timestamp)
-- case kept_127
select greatest(c_dec, c_dec) from (select cast(null as decimal(10,2)) as c_dec)
-- case kept_128
select coalesce(c_int, c_bigint) from (select 2 as c_int, 1L as c_bigint)
-- case kept_129
select bit_count(c_smallint) from (select 7S as c_smallint)
-- case kept_130
select size(map('k', 7))
-- case kept_131 approx
select asin(c_smallint) from (select 7S as c_smallint)
-- case kept_132
select rtrim('2020-02-29')
-- case kept_133
select second((c_timestamp + c_interval)) from (select timestamp'2020-03-08 01:30:00.123456' as c_timestamp, interval '0' second as c_interval)
-- case kept_134
select try_divide(0S, c_float) from (select float('-0.0') as c_float)
-- case kept_135 approx
select atan(c_double) from (select 1e-300D as c_double)
-- case kept_136
select conv(cast(null as string), 36, 36)
-- case kept_137
select typeof(ceil(c_bigint)) from (select 10000000000L as c_bigint)
-- case kept_138
select startswith(hex(c_smallint), c_struct.y) from (select 32767S as c_smallint, named_struct('x', cast(null as int), 'y', '') as c_struct)
-- case kept_139
select day(date'2024-12-31')
-- case kept_140
select sign(float('0.1'))
-- case kept_141
select (interval '0' second + interval '1 02:03:04.5' day to second)
-- case kept_142
select sha1(c_string) from (select 'Spark SQL' as c_string)
-- case kept_143 approx
select log(1e300D, 0D)
-- case kept_144
select nullif(c_int, c_int) from (select 0 as c_int)
-- case kept_145
select unix_date(date_add(timestamp'1900-01-01 00:00:00', 3))
-- case kept_146
select (to_date(c_string) + interval 1 year) from (select 'NaN' as c_string)
-- case kept_147
select size(cast(array() as array<int>))
-- case kept_148
select concat(date_format(date_add(c_timestamp, 1), 'hh:mm a'), c_tinyint) from (select cast(null as tinyint) as c_tinyint, timestamp'2024-02-29 23:59:59.999999' as c_timestamp)
-- case kept_149
select unix_date(c_date) from (select date'9999-12-31' as c_date)
-- case kept_150
select hex(c_string) from (select 'ÄÖ日本' as c_string)
-- case kept_151
select btrim(space(2), ',')
-- case kept_152
select transform_values(map('k', 7), (k, v) -> v + 1)
-- case kept_153
select (interval '0' second * -2)
-- case kept_154
select elt(2, c_string, '') from (select 'a,b,,c' as c_string)
-- case kept_155
select try_divide(-2.5D, c_int) from (select 2147483647 as c_int)
-- case kept_156
select (from_utc_timestamp((c_timestamp + c_interval), 'Asia/Kolkata') + (interval '1 02:03:04.5' day to second * 1)) from (select timestamp'1970-01-01 00:00:00Z' as c_timestamp, interval '1 02:03:04.5' day to second as c_interval)
-- case kept_157
select (c_date + interval 1 year) from (select date'1970-01-01' as c_date)
-- case kept_158
select regexp_replace(c_string, '(a)|(X)', '<$1>') from (select 'aXbXc' as c_string)
-- case kept_159 approx
select atan2(c_double, -2.5D) from (select 1e300D as c_double)
-- case kept_160
select array_union(array(3, null, 1, 1), cast(null as array<int>))
-- case kept_161 approx
select cosh(c_double) from (select double('-inf') as c_double)
-- case kept_162
select map_keys(c_map) from (select cast(map() as map<string,int>) as c_map)
-- case kept_163
select nanvl(double('nan'), c_double) from (select double('-inf') as c_double)
-- case kept_164
select date_sub(date'9999-12-31', c_int) from (select 0 as c_int)
-- case kept_165 approx
select acos(float('0.1'))
-- case kept_166
select url_encode(c_string) from (select '2020-01-01 10:11:12.5' as c_string)
-- case kept_167
select date_format(c_timestamp, 'dd/MM/yy') from (select timestamp'1970-01-01 00:00:00Z' as c_timestamp)
-- case kept_168
select array_compact(c_array_int) from (select cast(null as array<int>) as c_array_int)
-- case kept_169
select round(127Y)
-- case kept_170
select unix_micros(make_timestamp(2020, cast(null as int), -1, 1, 2, 3.5))
-- case kept_171
select locate('ab', c_string, 0) from (select 'aXbXc' as c_string)
-- case kept_172
select bit_length(c_string) from (select 'ÄÖ日本' as c_string)
-- case kept_173
select position(',', c_string) from (select 'true' as c_string)
-- case kept_174
select named_struct('a', c_tinyint, 'b', (c_float is null)) from (select 1Y as c_tinyint, float('0.1') as c_float)
-- case kept_175
select regexp_replace(concat('a', ceil(c_tinyint)), '(a)|(X)', '<$1>') from (select cast(-128 as tinyint) as c_tinyint)
-- case kept_176
select lower(c_string) from (select '%_x' as c_string)
-- case kept_177
select regexp_instr(c_string, '(a)|(b)') from (select ' pad ' as c_string)
-- case kept_178
select instr(named_struct('x', cast(null as int), 'y', '').y, 'ab')
-- case kept_179
select array_intersect(cast(array() as array<int>), cast(null as array<int>))
-- case kept_180
select format_string('%d %05d', try_subtract(sign(c_dec), float('-0.0')), c_bigint) from (select 10000000000L as c_bigint, cast(1.50 as decimal(10,2)) as c_dec)
-- case kept_181
select mod(c_smallint, cast('1.000000000000000001' as decimal(38,18))) from (select 32767S as c_smallint)
-- case kept_182
select hash(c_dec) from (select cast(null as decimal(10,2)) as c_dec)
-- case kept_183
select get(c_array_int, 1) from (select cast(array() as array<int>) as c_array_int)
-- case kept_184
select regexp_extract(c_string, '(?<=a)b?', 0) from (select 'Spark SQL' as c_string)
-- case kept_185
select struct(0D, c_date) from (select date'2020-02-29' as c_date)
-- case kept_186
select nvl2(c_map, (- c_bigint), c_double) from (select -1L as c_bigint, double('-inf') as c_double, cast(map() as map<string,int>) as c_map)
-- case kept_187
select (c_string rlike '') from (select '2020-02-29' as c_string)
-- case kept_188
select split_part(c_string, ' ', 0) from (select '%_x' as c_string)
-- case kept_189
select (c_int in (element_at(c_map, 'a'), c_int)) from (select 2 as c_int, map('a', 1, 'b', null) as c_map)
-- case kept_190
select make_timestamp(2020, 3, 100, 1, 2, 3.5)
-- case kept_191
select date_sub(c_date, 1) from (select date'1970-01-01' as c_date)
-- case kept_192
select shiftright(c_bigint, 3) from (select 10000000000L as c_bigint)
-- case kept_193
select substring(c_string, -1) from (select '' as c_string)
-- case kept_194
select c_struct.x from (select named_struct('x', cast(null as int), 'y', '') as c_struct)
-- case kept_195
select locate('', c_string, 0) from (select '%_x' as c_string)
-- case kept_196
select overlay('NaN', c_string, 10, 5) from (select 'a,b,,c' as c_string)
-- case kept_197
select (7 * c_int) from (select 0 as c_int)
-- case kept_198
select transform_values(cast(map() as map<string,int>), (k, v) -> v + 1)
-- case kept_199
select array_insert(flatten(array(cast(null as array<int>), cast(array() as array<int>))), -1, c_int) from (select 1 as c_int)
-- case kept_200
select rtrim(c_string) from (select 'Spark SQL' as c_string)
-- case kept_201
select space(1)
-- case kept_202
select named_struct('x', 1, 'y', 'q').y
-- case kept_203
select flatten(array(cast(array() as array<int>), c_array_int)) from (select cast(null as array<int>) as c_array_int)
-- case kept_204
select bit_count(cast(null as int))
-- case kept_205
select trim(to_json(c_struct)) from (select named_struct('x', cast(null as int), 'y', '') as c_struct)
-- case kept_206
select case when (c_int >= c_smallint) then minute(c_timestamp) else c_bigint end from (select 32767S as c_smallint, 1 as c_int, 10000000000L as c_bigint, timestamp'2020-11-01 01:30:00' as c_timestamp)
-- case kept_207
select sequence(0, 0)
-- case kept_208 approx
select ln(c_dec38) from (select cast('0.5' as decimal(38,18)) as c_dec38)
-- case kept_209
select timestamp_millis(c_bigint) from (select cast(null as bigint) as c_bigint)
-- case kept_210
select floor(element_at(map_concat(cast(map() as map<string,int>), map('zz', 1)), 'a'))
-- case kept_211
select dayofyear(to_timestamp('NaN'))
-- case kept_212
select greatest(c_bigint, c_int) from (select 2 as c_int, -9223372036854775808L as c_bigint)
-- case kept_213
select space(0)
-- case kept_214
select array_join(array('x', null, ''), ',')
-- case kept_215
select (c_int * c_tinyint) from (select 1Y as c_tinyint, 0 as c_int)
-- case kept_216 approx
select sqrt(c_bigint) from (select cast(null as bigint) as c_bigint)
-- case kept_217
select map_contains_key(c_map, 'z') from (select map('a', 1, 'b', null) as c_map)
-- case kept_218
select try_add(c_dec38, float('inf')) from (select cast('0.5' as decimal(38,18)) as c_dec38)
-- case kept_219 approx
select cot(0)
-- case kept_220
select extract(second from c_timestamp) from (select timestamp'2020-11-01 01:30:00' as c_timestamp)
-- case kept_221
select conv(c_string, 2, 2) from (select 'aXbXc' as c_string)
-- case kept_222
select url_encode(c_string) from (select 'ÄÖ日本' as c_string)
-- case kept_223 approx
select sin(c_dec38) from (select cast('1.000000000000000001' as decimal(38,18)) as c_dec38)
-- case kept_224
select to_timestamp(' pad ', 'dd/MM/yy')
-- case kept_225 approx
select log10(c_float) from (select cast(null as float) as c_float)
-- case kept_226
select nullif(element_at(c_map, 'a'), 1) from (select map('a', 1, 'b', null) as c_map)
-- case kept_227
select timestamp_seconds(-1)
-- case kept_228 approx
select tanh(1e-300D)
-- case kept_229
select element_at(map_concat(c_map, map('zz', 1)), 'z') from (select map('a', 1, 'b', null) as c_map)
-- case kept_230
select url_encode('a,b,,c')
-- case kept_231 approx
select log(months_between(timestamp_millis(10000000000L), make_timestamp(2020, 100, 3, 1, 2, 3.5)), -2.5D)
-- case kept_232
select (c_string <> c_date) from (select '' as c_string, date'1970-01-01' as c_date)
-- case kept_233
select map_values(map('a', 1, 'b', null))
-- case kept_234
select ascii(c_string) from (select 'Spark SQL' as c_string)
-- case kept_235
select array_max(c_array_string) from (select array('b', 'a') as c_array_string)
-- case kept_236
select floor(c_dec) from (select cast(-2.55 as decimal(10,2)) as c_dec)
-- case kept_237
select ('2020-01-01 10:11:12.5' like '%a%')
-- case kept_238
select try_subtract(-9223372036854775808L, c_smallint) from (select cast(-32768 as smallint) as c_smallint)
-- case kept_239
select (c_dec * c_smallint) from (select 7S as c_smallint, cast(-2.55 as decimal(10,2)) as c_dec)
-- case kept_240
select decode(x'61', 'us-ascii')
-- case kept_241
select unix_micros(c_timestamp) from (select cast(null as timestamp) as c_timestamp)
-- case kept_242
select to_json(c_struct) from (select named_struct('x', 1, 'y', 'q') as c_struct)
-- case kept_243
select format_string('%s|%s', c_string, datediff(c_timestamp, cast(null as timestamp))) from (select 'NaN' as c_string, timestamp'2024-02-29 23:59:59.999999' as c_timestamp)
-- case kept_244
select c_map['z'] from (select map('k', 7) as c_map)
-- case kept_245
select length(c_string) from (select '2020-02-29' as c_string)
-- case kept_246
select aggregate(c_array_int, 0L, (a, x) -> a + coalesce(x, 0), a -> a * 2) from (select array(1, 2, 3) as c_array_int)
-- case kept_247
select date_add(c_date, -2) from (select date'9999-12-31' as c_date)
-- case kept_248
select least(cast(99999999.99 as decimal(10,2)), double('inf'), cast('1.000000000000000001' as decimal(38,18)))
-- case kept_249 approx
select cbrt(floor(cast('-99999999999999999999.999999999999999999' as decimal(38,18))))
-- case kept_250
select unix_date(to_date(base64('123'), 'DDD'))
-- case kept_251
select upper(c_string) from (select 'NaN' as c_string)
-- case kept_252
select translate(c_string, 'aX,', '12') from (select 'NaN' as c_string)
-- case kept_253
select arrays_zip(array(1, 2, 3), c_array_string) from (select array('x', null, '') as c_array_string)
-- case kept_254
select try_cast(c_double as int) from (select 1e-300D as c_double)
-- case kept_255
select regexp_extract_all(trim('2020-01-01 10:11:12.5'), '(\\d+)', 0)
-- case kept_256
select trunc(c_timestamp, 'hour') from (select timestamp'2024-02-29 23:59:59.999999' as c_timestamp)
-- case kept_257 approx
select cosh(c_dec38) from (select cast('1.000000000000000001' as decimal(38,18)) as c_dec38)
-- case kept_258
select unix_timestamp(c_timestamp) from (select timestamp'2020-11-01 01:30:00' as c_timestamp)
-- case kept_259
select try_divide(c_smallint, c_tinyint) from (select 127Y as c_tinyint, cast(-32768 as smallint) as c_smallint)
-- case kept_260
select extract(second from (timestamp'1970-01-01 00:00:00Z' - interval 1 month))
-- case kept_261
select initcap(c_string) from (select 'ÄÖ日本' as c_string)
-- case kept_262
select dayofyear(to_date('-4.5', 'yyyy-MM-dd HH:mm:ss.SSS'))
-- case kept_263 approx
select expm1(cast(1.50 as decimal(10,2)))
-- case kept_264
select str_to_map(concat_ws('X', c_string, sort_array(array('x', null, ''), false)), ',', 'X') from (select 'NaN' as c_string)
-- case kept_265
select ('-4.5' < date'0001-01-01')
-- case kept_266
select mod(c_float, c_float) from (select float('-0.0') as c_float)
-- case kept_267 approx
select sinh(c_bigint) from (select 0L as c_bigint)
-- case kept_268
select upper(conv('', 36, 1))
-- case kept_269
select greatest('2020-02-29', initcap(c_string)) from (select '2020-02-29' as c_string)
-- case kept_270 approx
select asin(c_float) from (select float('0') as c_float)
-- case kept_271 approx
select nanvl(radians(c_double), c_double) from (select 1e-300D as c_double)
-- case kept_272
select case 'NaN' when '%_x' then 1 end
-- case kept_273
select format_string('%d %05d', c_int, c_bigint) from (select -2147483648 as c_int, -1L as c_bigint)
-- case kept_274
select format_number(c_double, 2) from (select 1e300D as c_double)
-- case kept_275
select case when (date_add(timestamp'1970-01-01 00:00:00Z', -1) <> timestamp'2024-02-29 23:59:59.999999') then c_dec else c_double end from (select 1.5D as c_double, cast(null as decimal(10,2)) as c_dec)
-- case kept_276
select c_array_string[-1] from (select array('b', 'a') as c_array_string)
-- case kept_277
select (date'2024-12-31' <=> c_date) from (select date'0001-01-01' as c_date)
-- case kept_278
select regexp_extract('-4.5', '^\\s*|\\s*$', 0)
-- case kept_279
select timestamp_seconds(1)
-- case kept_280
select quarter(timestamp'1970-01-01 00:00:00Z')
-- case kept_281
select map_filter(map('a', 1, 'b', null), (k, v) -> v > 1)
-- case kept_282 approx
select atan(c_int) from (select cast(null as int) as c_int)
-- case kept_283
select (~ c_int) from (select -1 as c_int)
-- case kept_284
select rpad(c_string, 3, ' ') from (select '%_x' as c_string)
-- case kept_285
select shiftrightunsigned(datediff(c_date, c_date), -2) from (select date'0001-01-01' as c_date)
-- case kept_286
select to_json(named_struct('x', 1, 'y', 'q'))
-- case kept_287
select try_multiply(c_dec, -9223372036854775808L) from (select cast(0 as decimal(10,2)) as c_dec)
-- case kept_288
select (mod(c_bigint, float('3.4028235e38')) is null) from (select cast(null as bigint) as c_bigint)
-- case kept_289
select (c_tinyint * c_bigint) from (select cast(null as tinyint) as c_tinyint, 0L as c_bigint)
-- case kept_290
select from_utc_timestamp(timestamp'1900-01-01 00:00:00', 'UTC')
-- case kept_291 approx
select ln(case when false then c_int else round(1L, 0) end) from (select 2 as c_int)
-- case kept_292
select split(lpad(array_join(array('x', null, ''), ',', '?'), 5, ''), 'a', 5)
-- case kept_293
select size(regexp_extract_all('aXbXc', '(\\d+)', 0))
-- case kept_294
select left(regexp_extract('aXbXc', '', -2), 3)
-- case kept_295
select date_add(make_timestamp(2020, 3, -1, 1, 2, 3.5), -1)
-- case kept_296 approx
select sqrt(cast(null as decimal(10,2)))
-- case kept_297
select shiftleft(cast(null as int), 100)
-- case kept_298
select shiftright(1L, 100)
-- case kept_299
select array_max(c_array_double) from (select array(cast(null as double)) as c_array_double)
-- case kept_300
select (date'1970-01-01' + -2)
-- case kept_301 approx
select cos(cast('0.5' as decimal(38,18)))
-- case kept_302
select date_format(date'2020-02-29', 'EEE, d MMM')
-- case kept_303
select timestamp_millis(c_bigint) from (select -1L as c_bigint)
-- case kept_304
select format_number(c_bigint, 5) from (select -1L as c_bigint)
-- case kept_305
select array_position(c_array_string, 'Spark SQL') from (select array('b', 'a') as c_array_string)
-- case kept_306
select dayofyear(c_timestamp) from (select timestamp'2024-02-29 23:59:59.999999' as c_timestamp)
-- case kept_307
select forall(array(1, 2, 3), x -> x is null)
-- case kept_308
select array_max(array(cast(null as double)))
-- case kept_309
select extract(second from c_timestamp) from (select timestamp'2024-02-29 23:59:59.999999' as c_timestamp)
-- case kept_310 approx
select power(c_double, 1.5D) from (select double('inf') as c_double)
-- case kept_311
select repeat('2020-01-01 10:11:12.5', 100)
-- case kept_312
select minute(c_timestamp) from (select timestamp'2024-02-29 23:59:59.999999' as c_timestamp)
-- case kept_313
select sha1(c_string) from (select ' pad ' as c_string)
-- case kept_314
select case when array_contains(c_array_int, c_int) then 7 else 10000000000L end from (select -1 as c_int, array(3, null, 1, 1) as c_array_int)
-- case kept_315
select day(date'2020-02-29')
-- case kept_316 approx
select radians(0S)
-- case kept_317 approx
select exp(1.5D)
-- case kept_318
select decode(cast(null as binary), 'utf-8')
-- case kept_319 approx
select csc(c_double) from (select 123456789.987654321D as c_double)
-- case kept_320
select to_utc_timestamp(c_timestamp, 'Asia/Kolkata') from (select timestamp'1970-01-01 00:00:00Z' as c_timestamp)
-- case kept_321
select find_in_set(format_number(2147483647, 0), cast(null as string))
-- case kept_322
select substring(c_string, -1) from (select 'Spark SQL' as c_string)
-- case kept_323
select map_keys(cast(map() as map<string,int>))
-- case kept_324
select (c_date + (date'2024-12-31' - add_months(c_timestamp, 100))) from (select date'0001-01-01' as c_date, timestamp'1970-01-01 00:00:00Z' as c_timestamp)
-- case kept_325
select pmod(c_tinyint, c_bigint) from (select 127Y as c_tinyint, -1L as c_bigint)
-- case kept_326
select lower(elt(-1, '2020-02-29', '-4.5'))
-- case kept_327
select (c_int div (0S - c_dec38)) from (select 0 as c_int, cast('-99999999999999999999.999999999999999999' as decimal(38,18)) as c_dec38)
-- case kept_328
select arrays_overlap(c_array_int, c_array_int) from (select cast(array() as array<int>) as c_array_int)
-- case kept_329
select (-2147483648 div 2147483647)
-- case kept_330 approx
select sqrt(127Y)
-- case kept_331
select (c_int | 10000000000L) from (select -1 as c_int)
-- case kept_332
select (make_date(try_divide(c_float, c_dec38), cast(null as int), 5) > c_timestamp) from (select float('3.4028235e38') as c_float, cast('-99999999999999999999.999999999999999999' as decimal(38,18)) as c_dec38, timestamp'2024-02-29 23:59:59.999999' as c_timestamp)
-- case kept_333 approx
select power(c_double, c_double) from (select 1e-300D as c_double)
-- case kept_334
select from_unixtime(cast(null as int), 'yyyy-MM-dd')
-- case kept_335
select elt(-1, ' pad ', c_string) from (select 'ÄÖ日本' as c_string)
-- case kept_336
select md5(space(0))
-- case kept_337
select substring_index('123', 'X', 1)
-- case kept_338
select abs(cast(-128 as tinyint))
-- case kept_339
select (c_timestamp - c_timestamp) from (select timestamp'1970-01-01 00:00:00Z' as c_timestamp)
-- case kept_340
select reverse('a,b,,c')
-- case kept_341
select try_multiply(try_divide(0S, 1e-300D), c_tinyint) from (select cast(-128 as tinyint) as c_tinyint)
-- case kept_342
select map_entries(transform_values(c_map, (k, v) -> v + 1)) from (select map('a', 1, 'b', null) as c_map)
-- case kept_343
select array(c_double, cast(-128 as tinyint)) from (select double('-inf') as c_double)
-- case kept_344
select datediff((c_timestamp + c_interval), c_timestamp) from (select timestamp'1970-01-01 00:00:00Z' as c_timestamp, interval '100' hour as c_interval)
-- case kept_345 approx
select log1p(c_float) from (select float('-0.0') as c_float)
-- case kept_346
select to_utc_timestamp(timestamp'2020-11-01 01:30:00', 'America/New_York')
-- case kept_347
select if(c_bool, cast(null as int), c_dec) from (select cast(null as boolean) as c_bool, cast(-2.55 as decimal(10,2)) as c_dec)
-- case kept_348
select (add_months(c_date, -1) + c_interval) from (select date'1970-01-01' as c_date, interval '100' hour as c_interval)
-- case kept_349
select repeat('-4.5', 3)
-- case kept_350
select rint(float('0.1'))
-- case kept_351
select width_bucket(1.5D, 0D, 10D, 5)
-- case kept_352
select filter(slice(c_array_int, 10, 3), x -> true) from (select array(3, null, 1, 1) as c_array_int)
-- case kept_353
select if((cast(null as boolean) and cast(null as boolean)), c_int, c_dec) from (select 2147483647 as c_int, cast(99999999.99 as decimal(10,2)) as c_dec)
-- case kept_354
select day(c_timestamp) from (select timestamp'2020-11-01 01:30:00' as c_timestamp)
-- case kept_355
select map_concat(map_filter(c_map, (k, v) -> v > 1), map('zz', 1)) from (select cast(map() as map<string,int>) as c_map)
-- case kept_356
select try_cast(c_dec as decimal(5,2)) from (select cast(null as decimal(10,2)) as c_dec)
-- case kept_357
select instr(c_string, 'ab') from (select '%_x' as c_string)
-- case kept_358
select unbase64(c_string) from (select ' pad ' as c_string)
-- case kept_359 approx
select log(c_double, 1e-300D) from (select 123456789.987654321D as c_double)
-- case kept_360 approx
select cot(c_bigint) from (select 10000000000L as c_bigint)
-- case kept_361
select map_values(c_map) from (select map('a', 1, 'b', null) as c_map)
-- case kept_362
select encode(c_string, 'us-ascii') from (select 'Spark SQL' as c_string)
-- case kept_363
select slice(array(1, 2, 3), 0, 0)
-- case kept_364
select month(last_day(date'0001-01-01'))
-- case kept_365
select (reverse(c_string) rlike ',') from (select 'NaN' as c_string)
-- case kept_366
select try_add(9223372036854775807L, c_int) from (select 0 as c_int)
-- case kept_367
select c_array_double[10] from (select array(cast(null as double)) as c_array_double)
-- case kept_368
select rpad(c_string, 5, '') from (select 'a,b,,c' as c_string)
-- case kept_369
select unhex(rpad(c_string, 5, 'ab')) from (select '%_x' as c_string)
-- case kept_370
select (c_string >= c_string) from (select 'NaN' as c_string)
-- case kept_372
select str_to_map(' pad ', ',', 'X')
-- case kept_373
select map_keys(c_map) from (select map('a', 1, 'b', null) as c_map)
-- case kept_374
select (c_string <=> c_dec38) from (select cast('-99999999999999999999.999999999999999999' as decimal(38,18)) as c_dec38, 'NaN' as c_string)
-- case kept_375
select reverse(c_string) from (select '%_x' as c_string)
-- case kept_376
select (c_dec % c_dec38) from (select cast(0 as decimal(10,2)) as c_dec, cast('-99999999999999999999.999999999999999999' as decimal(38,18)) as c_dec38)
-- case kept_377
select ceil(c_bigint) from (select 10000000000L as c_bigint)
-- case kept_378
select split(' pad ', '(a)|(b)')
-- case kept_379
select nvl2(float('inf'), c_int, c_double) from (select 0 as c_int, 0.1D as c_double)
-- case kept_380
select slice(array_insert(c_array_int, 0, c_int), 2, 100) from (select -1 as c_int, array(1, 2, 3) as c_array_int)
-- case kept_381
select hash(map_concat(cast(map() as map<string,int>), map('zz', 1)))
-- case kept_382
select (c_tinyint | c_bigint) from (select cast(null as tinyint) as c_tinyint, 0L as c_bigint)
-- case kept_383 approx
select cos(c_double) from (select 1.5D as c_double)
-- case kept_384
select regexp_instr('a', '')
-- case kept_385
select pmod(c_double, float('nan')) from (select 0.1D as c_double)
-- case kept_386
select crc32(c_string) from (select '2020-01-01 10:11:12.5' as c_string)
-- case kept_387
select lpad(c_string, 3, 'ab') from (select '123' as c_string)
-- case kept_388
select (timestamp'2020-11-01 01:30:00' - timestamp'2020-11-01 01:30:00')
-- case kept_389
select (float('1.5') % c_smallint) from (select 0S as c_smallint)
-- case kept_390
select (c_string || c_int) from (select -1 as c_int, ' pad ' as c_string)
-- case kept_391
select ceil(cast(0 as decimal(10,2)), 1)
-- case kept_392
select space(5)
-- case kept_393
select year(add_months(date'2020-02-29', -1))
-- case kept_394
select concat_ws('X', regexp_replace(concat(c_string, 'ÄÖ日本'), '(a)|(X)', '<$1>'), sort_array(split(c_string, '(?<=a)b?', 1), false)) from (select 'a,b,,c' as c_string)
-- case kept_395 approx
select cbrt(c_tinyint) from (select cast(-128 as tinyint) as c_tinyint)
-- case kept_396
select bit_length('a,b,,c')
-- case kept_397
select (c_timestamp - interval 1 month) from (select timestamp'2024-02-29 23:59:59.999999' as c_timestamp)
-- case kept_398
select array_compact(array_remove(cast(array() as array<int>), greatest(c_float, c_double))) from (select float('0') as c_float, 1e300D as c_double)
-- case kept_399
select ascii(c_string) from (select '%_x' as c_string)
-- case kept_400
select (c_string rlike '^\\s*|\\s*$') from (select 'NaN' as c_string)
-- case kept_401
select array_union(cast(array() as array<int>), cast(null as array<int>))
-- case kept_402
select (not false)
-- case kept_403 approx
select sin(c_float) from (select float('-0.0') as c_float)
-- case kept_404 approx
select tanh(log2(c_double)) from (select double('-inf') as c_double)
-- case kept_405
select weekofyear(timestamp'2020-11-01 01:30:00')
-- case kept_406
select datediff(c_timestamp, c_timestamp) from (select timestamp'1970-01-01 00:00:00Z' as c_timestamp)
-- case kept_407 approx
select cosh(double('-inf'))
-- case kept_408
select base64('a')
-- case kept_409
select make_date(2, 3, -2)
-- case kept_410
select array_union(array_repeat(c_int, 100), array(3, null, 1, 1)) from (select 2147483647 as c_int)
-- case kept_411
select concat(c_string, c_smallint) from (select 32767S as c_smallint, 'Spark SQL' as c_string)
-- case kept_412
select ((date_from_unix_date(c_int) - c_date) + (timestamp'1970-01-01 00:00:00Z' - c_timestamp)) from (select 0 as c_int, date'9999-12-31' as c_date, timestamp'2024-02-29 23:59:59.999999' as c_timestamp)
-- case kept_413
select (c_timestamp + c_interval) from (select timestamp'1970-01-01 00:00:00Z' as c_timestamp, interval '-1' day as c_interval)
-- case kept_414
select initcap(format_string('%d %05d', 2147483647, array_position(array('b', 'a'), c_string))) from (select ' pad ' as c_string)
-- case kept_415
select month(cast(null as date))
-- case kept_416
select rint(c_double) from (select double('-inf') as c_double)
-- case kept_417
select array_compact(c_array_int) from (select cast(array() as array<int>) as c_array_int)
-- case kept_418
select to_csv(c_struct) from (select named_struct('x', cast(null as int), 'y', '') as c_struct)
-- case kept_419
select (c_string = c_double) from (select double('-inf') as c_double, 'NaN' as c_string)
-- case kept_420
select month(to_date(elt(-1, '', c_string), 'EEE, d MMM')) from (select '123' as c_string)
-- case kept_421
select (-1 in (2, c_int)) from (select -1 as c_int)
-- case kept_422 approx
select cbrt(c_smallint) from (select 32767S as c_smallint)
-- case kept_423
select weekday(to_date(soundex(c_string))) from (select 'Spark SQL' as c_string)
-- case kept_424
select split_part(base64(c_string), ' ', 10) from (select '%_x' as c_string)
-- case kept_425 approx
select exp(c_tinyint) from (select 1Y as c_tinyint)
-- case kept_426
select soundex('NaN')
-- case kept_427
select (- c_bigint) from (select -1L as c_bigint)
-- case kept_428
select ('%_x' ilike '%')
-- case kept_429
select map_contains_key(map_from_arrays(array('b', 'a'), array(1, 2)), 'z')
-- case kept_430
select map_contains_key(c_map, 'z') from (select cast(map() as map<string,int>) as c_map)
-- case kept_431
select sign(c_dec38) from (select cast('1.000000000000000001' as decimal(38,18)) as c_dec38)
-- case kept_432
select (timestamp'2020-11-01 01:30:00' - c_timestamp) from (select timestamp'2020-03-08 01:30:00.123456' as c_timestamp)
-- case kept_433
select decode(c_binary, 'UTF-16') from (select x'0102FF' as c_binary)
-- case kept_434
select slice(array_insert(c_array_int, 0, c_int), 0, 100) from (select -1 as c_int, cast(null as array<int>) as c_array_int)
-- case kept_435
select concat(c_array_int, array(3, null, 1, 1)) from (select cast(null as array<int>) as c_array_int)
-- case kept_436
select regexp_extract_all(cast(array('x', null, '') as string), 'a', 0)
-- case kept_437
select (timestamp'1970-01-01 00:00:00Z' - interval 1 month)
-- case kept_438 approx
select sinh(7)
-- case kept_439
select hour(c_timestamp) from (select timestamp'2020-11-01 01:30:00' as c_timestamp)
-- case kept_440 approx
select log2(c_float) from (select float('3.4028235e38') as c_float)
-- case kept_441
select mask(initcap(c_string)) from (select cast(null as string) as c_string)
-- case kept_442
select unhex(get_json_object('bad', '$.a'))
-- case kept_443
select (7S ^ 0)
-- case kept_444
select rint(c_smallint) from (select 7S as c_smallint)
-- case kept_445
select struct(c_tinyint, date'9999-12-31') from (select cast(-128 as tinyint) as c_tinyint)
-- case kept_446
select octet_length(c_string) from (select 'NaN' as c_string)
-- case kept_447
select array_repeat(0, 0)
-- case kept_448
select json_array_length('{"a":1,"b":[1,2]}')
-- case kept_449
select (c_string like '%') from (select '' as c_string)
-- case kept_450
select array(c_bigint, c_bigint) from (select cast(null as bigint) as c_bigint)
-- case kept_451
select (c_timestamp - interval 1 month) from (select timestamp'2020-03-08 01:30:00.123456' as c_timestamp)
-- case kept_452
select initcap(conv('true', 1, 10))
-- case kept_453
select array_except(cast(array() as array<int>), array_distinct(array(3, null, 1, 1)))
-- case kept_454
select dayofweek(c_timestamp) from (select timestamp'2020-03-08 01:30:00.123456' as c_timestamp)
-- case kept_455
select dayofweek(c_timestamp) from (select timestamp'2020-11-01 01:30:00' as c_timestamp)
-- case kept_456 approx
select radians(c_float) from (select float('0') as c_float)
-- case kept_457
select timestamp_millis(c_bigint) from (select 10000000000L as c_bigint)
-- case kept_458
select unbase64('2020-01-01 10:11:12.5')
-- case kept_459
select (c_date > c_timestamp) from (select date'2020-02-29' as c_date, timestamp'2020-11-01 01:30:00' as c_timestamp)
-- case kept_460
select concat_ws(',', c_string, split(c_string, '(?<=a)b?', cast(null as int))) from (select '' as c_string)
-- case kept_461
select (interval '100' hour + interval '0' second)
-- case kept_462
select months_between(c_timestamp, c_date) from (select date'2020-02-29' as c_date, timestamp'2020-11-01 01:30:00' as c_timestamp)
-- case kept_463
select trunc(cast(null as timestamp), 'quarter')
-- case kept_464
select least(c_bigint, c_smallint, c_dec38) from (select cast(-32768 as smallint) as c_smallint, 0L as c_bigint, cast('0.5' as decimal(38,18)) as c_dec38)
-- case kept_465
select unhex(c_string) from (select '2020-02-29' as c_string)
-- case kept_466
select array_insert(array(1, 2, 3), -1, 1)
-- case kept_467
select try_cast(c_smallint as decimal(20,10)) from (select 0S as c_smallint)
-- case kept_468
select quarter(date_sub(c_date, c_int)) from (select -2147483648 as c_int, date'2020-02-29' as c_date)
-- case kept_469
select try_element_at(filter(c_array_int, x -> true), -1) from (select cast(null as array<int>) as c_array_int)
-- case kept_470
select char(sign(c_double)) from (select double('-inf') as c_double)
-- case kept_471
select try_subtract(c_bigint, float('0.1')) from (select -1L as c_bigint)
-- case kept_472 approx
select log1p(0S)
-- case kept_473 approx
select width_bucket(sinh(float('0')), 0D, 10D, 5)
-- case kept_474
select to_timestamp(c_string) from (select 'Spark SQL' as c_string)
-- case kept_475 approx
select degrees(c_tinyint) from (select 1Y as c_tinyint)
-- case kept_476
select lpad(' pad ', 0, '')
-- case kept_477
select array_distinct(c_array_int) from (select array(1, 2, 3) as c_array_int)
-- case kept_478
select flatten(array(c_array_int, sort_array(c_array_int))) from (select array(3, null, 1, 1) as c_array_int)
-- case kept_479
select next_day(cast(null as date), 'MON')
-- case kept_480
select timestamp_seconds(c_int) from (select -1 as c_int)
-- case kept_481 approx
select sin(c_smallint) from (select 32767S as c_smallint)
-- case kept_482
select trim(c_string) from (select 'aXbXc' as c_string)
-- case kept_483
select nullif(mod(c_double, c_dec38), c_int) from (select 2 as c_int, double('-inf') as c_double, cast('0.5' as decimal(38,18)) as c_dec38)
-- case kept_484
select levenshtein(c_string, c_string) from (select '2020-01-01 10:11:12.5' as c_string)
-- case kept_485
select hash(c_float, regexp_replace(c_string, ',', ',')) from (select float('inf') as c_float, '2020-01-01 10:11:12.5' as c_string)
-- case kept_486
select try_to_timestamp(overlay('aXbXc', 'aXbXc', 2, -2))
-- case kept_487
select dayname(c_date) from (select date'9999-12-31' as c_date)
-- case kept_488
select unix_micros(from_utc_timestamp(c_timestamp, 'Europe/London')) from (select timestamp'2024-02-29 23:59:59.999999' as c_timestamp)
-- case kept_489
select (concat_ws(',', c_string, c_array_string) < 1Y) from (select 'NaN' as c_string, array('b', 'a') as c_array_string)
-- case kept_490
select map_concat(c_map, map('zz', 1)) from (select cast(map() as map<string,int>) as c_map)
-- case kept_491
select map('a', 1, 'b', null)['a']
-- case kept_492
select length('NaN')
-- case kept_493
select try_element_at(array(1.5D, double('nan'), -0.0D), -1)
-- case kept_494
select char_length(cast(c_array_int as string)) from (select array(3, null, 1, 1) as c_array_int)
-- case kept_495
select add_months(timestamp'1970-01-01 00:00:00Z', 5)
-- case kept_496
select lower('a')
-- case kept_497
select btrim(cast(null as string), 'ab')
-- case kept_498 approx
select log10(cast(1.50 as decimal(10,2)))
-- case kept_499
select if(false, c_int, c_dec) from (select -2147483648 as c_int, cast(0 as decimal(10,2)) as c_dec)
-- case kept_500
select try_to_timestamp(c_string) from (select ' pad ' as c_string)
-- case kept_501
select split(regexp_replace(c_string, '(a)|(X)', '<$1>'), '', -2) from (select 'NaN' as c_string)
-- case kept_502
select array_contains(slice(c_array_int, 0, 100), -1) from (select array(3, null, 1, 1) as c_array_int)
-- case kept_503
select forall(flatten(array(array_sort(array(1, 2, 3)), c_array_int)), x -> true) from (select array(1, 2, 3) as c_array_int)
-- case kept_504
select weekday(c_date) from (select date'9999-12-31' as c_date)
-- case kept_505
select array_append(array(3, null, 1, 1), 2)
-- case kept_506
select sequence(1, 0)
-- case kept_507
select array_remove(c_array_int, c_int) from (select 0 as c_int, cast(null as array<int>) as c_array_int)
-- case kept_508
select (negative(c_tinyint) in (-2147483648, c_int)) from (select 1Y as c_tinyint, 0 as c_int)
-- case kept_509
select sign(c_smallint) from (select 32767S as c_smallint)
-- case kept_510
select pmod(cast(-32768 as smallint), c_smallint) from (select 7S as c_smallint)
-- case kept_511
select array_distinct(c_array_int) from (select cast(array() as array<int>) as c_array_int)
-- case kept_512
select try_subtract(c_float, c_bigint) from (select 10000000000L as c_bigint, float('-0.0') as c_float)
