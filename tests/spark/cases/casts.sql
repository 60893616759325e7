-- case try_boolean_to_boolean
select try_cast(true as boolean), try_cast(false as boolean), try_cast(cast(null as boolean) as boolean)
-- case boolean_to_boolean
select cast(true as boolean) as r
-- case try_boolean_to_tinyint
select try_cast(true as tinyint), try_cast(false as tinyint), try_cast(cast(null as boolean) as tinyint)
-- case boolean_to_tinyint
select cast(true as tinyint) as r
-- case try_boolean_to_smallint
select try_cast(true as smallint), try_cast(false as smallint), try_cast(cast(null as boolean) as smallint)
-- case boolean_to_smallint
select cast(true as smallint) as r
-- case try_boolean_to_int
select try_cast(true as int), try_cast(false as int), try_cast(cast(null as boolean) as int)
-- case boolean_to_int
select cast(true as int) as r
-- case try_boolean_to_bigint
select try_cast(true as bigint), try_cast(false as bigint), try_cast(cast(null as boolean) as bigint)
-- case boolean_to_bigint
select cast(true as bigint) as r
-- case try_boolean_to_float
select try_cast(true as float), try_cast(false as float), try_cast(cast(null as boolean) as float)
-- case boolean_to_float
select cast(true as float) as r
-- case try_boolean_to_double
select try_cast(true as double), try_cast(false as double), try_cast(cast(null as boolean) as double)
-- case boolean_to_double
select cast(true as double) as r
-- case try_boolean_to_decimal52
select try_cast(true as decimal(5,2)), try_cast(false as decimal(5,2)), try_cast(cast(null as boolean) as decimal(5,2))
-- case boolean_to_decimal52
select cast(true as decimal(5,2)) as r
-- case try_boolean_to_decimal3818
select try_cast(true as decimal(38,18)), try_cast(false as decimal(38,18)), try_cast(cast(null as boolean) as decimal(38,18))
-- case boolean_to_decimal3818
select cast(true as decimal(38,18)) as r
-- case try_boolean_to_string
select try_cast(true as string), try_cast(false as string), try_cast(cast(null as boolean) as string)
-- case boolean_to_string
select cast(true as string) as r
-- case try_boolean_to_binary
select try_cast(true as binary), try_cast(false as binary), try_cast(cast(null as boolean) as binary)
-- case boolean_to_binary
select cast(true as binary) as r
-- case try_boolean_to_date
select try_cast(true as date), try_cast(false as date), try_cast(cast(null as boolean) as date)
-- case boolean_to_date
select cast(true as date) as r
-- case try_boolean_to_timestamp
select try_cast(true as timestamp), try_cast(false as timestamp), try_cast(cast(null as boolean) as timestamp)
-- case boolean_to_timestamp
select cast(true as timestamp) as r
-- case try_boolean_to_timestamp_ntz
select try_cast(true as timestamp_ntz), try_cast(false as timestamp_ntz), try_cast(cast(null as boolean) as timestamp_ntz)
-- case boolean_to_timestamp_ntz
select cast(true as timestamp_ntz) as r
-- case try_boolean_to_interval_day
select try_cast(true as interval day to second), try_cast(false as interval day to second), try_cast(cast(null as boolean) as interval day to second)
-- case boolean_to_interval_day
select cast(true as interval day to second) as r
-- case try_boolean_to_array_string
select try_cast(true as array<string>), try_cast(false as array<string>), try_cast(cast(null as boolean) as array<string>)
-- case boolean_to_array_string
select cast(true as array<string>) as r
-- case try_boolean_to_map_int_string
select try_cast(true as map<int,string>), try_cast(false as map<int,string>), try_cast(cast(null as boolean) as map<int,string>)
-- case boolean_to_map_int_string
select cast(true as map<int,string>) as r
-- case try_boolean_to_struct
select try_cast(true as struct<p: bigint, q: string>), try_cast(false as struct<p: bigint, q: string>), try_cast(cast(null as boolean) as struct<p: bigint, q: string>)
-- case boolean_to_struct
select cast(true as struct<p: bigint, q: string>) as r
-- case try_tinyint_to_boolean
select try_cast(0Y as boolean), try_cast(127Y as boolean), try_cast(cast(-128 as tinyint) as boolean)
-- case tinyint_to_boolean
select cast(cast(-128 as tinyint) as boolean) as r
-- case try_tinyint_to_tinyint
select try_cast(0Y as tinyint), try_cast(127Y as tinyint), try_cast(cast(-128 as tinyint) as tinyint)
-- case tinyint_to_tinyint
select cast(cast(-128 as tinyint) as tinyint) as r
-- case try_tinyint_to_smallint
select try_cast(0Y as smallint), try_cast(127Y as smallint), try_cast(cast(-128 as tinyint) as smallint)
-- case tinyint_to_smallint
select cast(cast(-128 as tinyint) as smallint) as r
-- case try_tinyint_to_int
select try_cast(0Y as int), try_cast(127Y as int), try_cast(cast(-128 as tinyint) as int)
-- case tinyint_to_int
select cast(cast(-128 as tinyint) as int) as r
-- case try_tinyint_to_bigint
select try_cast(0Y as bigint), try_cast(127Y as bigint), try_cast(cast(-128 as tinyint) as bigint)
-- case tinyint_to_bigint
select cast(cast(-128 as tinyint) as bigint) as r
-- case try_tinyint_to_float
select try_cast(0Y as float), try_cast(127Y as float), try_cast(cast(-128 as tinyint) as float)
-- case tinyint_to_float
select cast(cast(-128 as tinyint) as float) as r
-- case try_tinyint_to_double
select try_cast(0Y as double), try_cast(127Y as double), try_cast(cast(-128 as tinyint) as double)
-- case tinyint_to_double
select cast(cast(-128 as tinyint) as double) as r
-- case try_tinyint_to_decimal52
select try_cast(0Y as decimal(5,2)), try_cast(127Y as decimal(5,2)), try_cast(cast(-128 as tinyint) as decimal(5,2))
-- case tinyint_to_decimal52
select cast(cast(-128 as tinyint) as decimal(5,2)) as r
-- case try_tinyint_to_decimal3818
select try_cast(0Y as decimal(38,18)), try_cast(127Y as decimal(38,18)), try_cast(cast(-128 as tinyint) as decimal(38,18))
-- case tinyint_to_decimal3818
select cast(cast(-128 as tinyint) as decimal(38,18)) as r
-- case try_tinyint_to_string
select try_cast(0Y as string), try_cast(127Y as string), try_cast(cast(-128 as tinyint) as string)
-- case tinyint_to_string
select cast(cast(-128 as tinyint) as string) as r
-- case try_tinyint_to_binary
select try_cast(0Y as binary), try_cast(127Y as binary), try_cast(cast(-128 as tinyint) as binary)
-- case tinyint_to_binary
select cast(cast(-128 as tinyint) as binary) as r
-- case try_tinyint_to_date
select try_cast(0Y as date), try_cast(127Y as date), try_cast(cast(-128 as tinyint) as date)
-- case tinyint_to_date
select cast(cast(-128 as tinyint) as date) as r
-- case try_tinyint_to_timestamp
select try_cast(0Y as timestamp), try_cast(127Y as timestamp), try_cast(cast(-128 as tinyint) as timestamp)
-- case tinyint_to_timestamp
select cast(cast(-128 as tinyint) as timestamp) as r
-- case try_tinyint_to_timestamp_ntz
select try_cast(0Y as timestamp_ntz), try_cast(127Y as timestamp_ntz), try_cast(cast(-128 as tinyint) as timestamp_ntz)
-- case tinyint_to_timestamp_ntz
select cast(cast(-128 as tinyint) as timestamp_ntz) as r
-- case try_tinyint_to_interval_day
select try_cast(0Y as interval day to second), try_cast(127Y as interval day to second), try_cast(cast(-128 as tinyint) as interval day to second)
-- case tinyint_to_interval_day
select cast(cast(-128 as tinyint) as interval day to second) as r
-- case try_tinyint_to_array_string
select try_cast(0Y as array<string>), try_cast(127Y as array<string>), try_cast(cast(-128 as tinyint) as array<string>)
-- case tinyint_to_array_string
select cast(cast(-128 as tinyint) as array<string>) as r
-- case try_tinyint_to_map_int_string
select try_cast(0Y as map<int,string>), try_cast(127Y as map<int,string>), try_cast(cast(-128 as tinyint) as map<int,string>)
-- case tinyint_to_map_int_string
select cast(cast(-128 as tinyint) as map<int,string>) as r
-- case try_tinyint_to_struct
select try_cast(0Y as struct<p: bigint, q: string>), try_cast(127Y as struct<p: bigint, q: string>), try_cast(cast(-128 as tinyint) as struct<p: bigint, q: string>)
-- case tinyint_to_struct
select cast(cast(-128 as tinyint) as struct<p: bigint, q: string>) as r
-- case try_smallint_to_boolean
select try_cast(1S as boolean), try_cast(32767S as boolean), try_cast(cast(-32768 as smallint) as boolean)
-- case smallint_to_boolean
select cast(32767S as boolean) as r
-- case try_smallint_to_tinyint
select try_cast(1S as tinyint), try_cast(32767S as tinyint), try_cast(cast(-32768 as smallint) as tinyint)
-- case smallint_to_tinyint
select cast(32767S as tinyint) as r
-- case try_smallint_to_smallint
select try_cast(1S as smallint), try_cast(32767S as smallint), try_cast(cast(-32768 as smallint) as smallint)
-- case smallint_to_smallint
select cast(32767S as smallint) as r
-- case try_smallint_to_int
select try_cast(1S as int), try_cast(32767S as int), try_cast(cast(-32768 as smallint) as int)
-- case smallint_to_int
select cast(32767S as int) as r
-- case try_smallint_to_bigint
select try_cast(1S as bigint), try_cast(32767S as bigint), try_cast(cast(-32768 as smallint) as bigint)
-- case smallint_to_bigint
select cast(32767S as bigint) as r
-- case try_smallint_to_float
select try_cast(1S as float), try_cast(32767S as float), try_cast(cast(-32768 as smallint) as float)
-- case smallint_to_float
select cast(32767S as float) as r
-- case try_smallint_to_double
select try_cast(1S as double), try_cast(32767S as double), try_cast(cast(-32768 as smallint) as double)
-- case smallint_to_double
select cast(32767S as double) as r
-- case try_smallint_to_decimal52
select try_cast(1S as decimal(5,2)), try_cast(32767S as decimal(5,2)), try_cast(cast(-32768 as smallint) as decimal(5,2))
-- case smallint_to_decimal52
select cast(32767S as decimal(5,2)) as r
-- case try_smallint_to_decimal3818
select try_cast(1S as decimal(38,18)), try_cast(32767S as decimal(38,18)), try_cast(cast(-32768 as smallint) as decimal(38,18))
-- case smallint_to_decimal3818
select cast(32767S as decimal(38,18)) as r
-- case try_smallint_to_string
select try_cast(1S as string), try_cast(32767S as string), try_cast(cast(-32768 as smallint) as string)
-- case smallint_to_string
select cast(32767S as string) as r
-- case try_smallint_to_binary
select try_cast(1S as binary), try_cast(32767S as binary), try_cast(cast(-32768 as smallint) as binary)
-- case smallint_to_binary
select cast(32767S as binary) as r
-- case try_smallint_to_date
select try_cast(1S as date), try_cast(32767S as date), try_cast(cast(-32768 as smallint) as date)
-- case smallint_to_date
select cast(32767S as date) as r
-- case try_smallint_to_timestamp
select try_cast(1S as timestamp), try_cast(32767S as timestamp), try_cast(cast(-32768 as smallint) as timestamp)
-- case smallint_to_timestamp
select cast(32767S as timestamp) as r
-- case try_smallint_to_timestamp_ntz
select try_cast(1S as timestamp_ntz), try_cast(32767S as timestamp_ntz), try_cast(cast(-32768 as smallint) as timestamp_ntz)
-- case smallint_to_timestamp_ntz
select cast(32767S as timestamp_ntz) as r
-- case try_smallint_to_interval_day
select try_cast(1S as interval day to second), try_cast(32767S as interval day to second), try_cast(cast(-32768 as smallint) as interval day to second)
-- case smallint_to_interval_day
select cast(32767S as interval day to second) as r
-- case try_smallint_to_array_string
select try_cast(1S as array<string>), try_cast(32767S as array<string>), try_cast(cast(-32768 as smallint) as array<string>)
-- case smallint_to_array_string
select cast(32767S as array<string>) as r
-- case try_smallint_to_map_int_string
select try_cast(1S as map<int,string>), try_cast(32767S as map<int,string>), try_cast(cast(-32768 as smallint) as map<int,string>)
-- case smallint_to_map_int_string
select cast(32767S as map<int,string>) as r
-- case try_smallint_to_struct
select try_cast(1S as struct<p: bigint, q: string>), try_cast(32767S as struct<p: bigint, q: string>), try_cast(cast(-32768 as smallint) as struct<p: bigint, q: string>)
-- case smallint_to_struct
select cast(32767S as struct<p: bigint, q: string>) as r
-- case try_int_to_boolean
select try_cast(0 as boolean), try_cast(2147483647 as boolean), try_cast(-2147483648 as boolean), try_cast(cast(null as int) as boolean)
-- case int_to_boolean
select cast(2147483647 as boolean) as r
-- case try_int_to_tinyint
select try_cast(0 as tinyint), try_cast(2147483647 as tinyint), try_cast(-2147483648 as tinyint), try_cast(cast(null as int) as tinyint)
-- case int_to_tinyint
select cast(2147483647 as tinyint) as r
-- case try_int_to_smallint
select try_cast(0 as smallint), try_cast(2147483647 as smallint), try_cast(-2147483648 as smallint), try_cast(cast(null as int) as smallint)
-- case int_to_smallint
select cast(2147483647 as smallint) as r
-- case try_int_to_int
select try_cast(0 as int), try_cast(2147483647 as int), try_cast(-2147483648 as int), try_cast(cast(null as int) as int)
-- case int_to_int
select cast(2147483647 as int) as r
-- case try_int_to_bigint
select try_cast(0 as bigint), try_cast(2147483647 as bigint), try_cast(-2147483648 as bigint), try_cast(cast(null as int) as bigint)
-- case int_to_bigint
select cast(2147483647 as bigint) as r
-- case try_int_to_float
select try_cast(0 as float), try_cast(2147483647 as float), try_cast(-2147483648 as float), try_cast(cast(null as int) as float)
-- case int_to_float
select cast(2147483647 as float) as r
-- case try_int_to_double
select try_cast(0 as double), try_cast(2147483647 as double), try_cast(-2147483648 as double), try_cast(cast(null as int) as double)
-- case int_to_double
select cast(2147483647 as double) as r
-- case try_int_to_decimal52
select try_cast(0 as decimal(5,2)), try_cast(2147483647 as decimal(5,2)), try_cast(-2147483648 as decimal(5,2)), try_cast(cast(null as int) as decimal(5,2))
-- case int_to_decimal52
select cast(2147483647 as decimal(5,2)) as r
-- case try_int_to_decimal3818
select try_cast(0 as decimal(38,18)), try_cast(2147483647 as decimal(38,18)), try_cast(-2147483648 as decimal(38,18)), try_cast(cast(null as int) as decimal(38,18))
-- case int_to_decimal3818
select cast(2147483647 as decimal(38,18)) as r
-- case try_int_to_string
select try_cast(0 as string), try_cast(2147483647 as string), try_cast(-2147483648 as string), try_cast(cast(null as int) as string)
-- case int_to_string
select cast(2147483647 as string) as r
-- case try_int_to_binary
select try_cast(0 as binary), try_cast(2147483647 as binary), try_cast(-2147483648 as binary), try_cast(cast(null as int) as binary)
-- case int_to_binary
select cast(2147483647 as binary) as r
-- case try_int_to_date
select try_cast(0 as date), try_cast(2147483647 as date), try_cast(-2147483648 as date), try_cast(cast(null as int) as date)
-- case int_to_date
select cast(2147483647 as date) as r
-- case try_int_to_timestamp
select try_cast(0 as timestamp), try_cast(2147483647 as timestamp), try_cast(-2147483648 as timestamp), try_cast(cast(null as int) as timestamp)
-- case int_to_timestamp
select cast(2147483647 as timestamp) as r
-- case try_int_to_timestamp_ntz
select try_cast(0 as timestamp_ntz), try_cast(2147483647 as timestamp_ntz), try_cast(-2147483648 as timestamp_ntz), try_cast(cast(null as int) as timestamp_ntz)
-- case int_to_timestamp_ntz
select cast(2147483647 as timestamp_ntz) as r
-- case try_int_to_interval_day
select try_cast(0 as interval day to second), try_cast(2147483647 as interval day to second), try_cast(-2147483648 as interval day to second), try_cast(cast(null as int) as interval day to second)
-- case int_to_interval_day
select cast(2147483647 as interval day to second) as r
-- case try_int_to_array_string
select try_cast(0 as array<string>), try_cast(2147483647 as array<string>), try_cast(-2147483648 as array<string>), try_cast(cast(null as int) as array<string>)
-- case int_to_array_string
select cast(2147483647 as array<string>) as r
-- case try_int_to_map_int_string
select try_cast(0 as map<int,string>), try_cast(2147483647 as map<int,string>), try_cast(-2147483648 as map<int,string>), try_cast(cast(null as int) as map<int,string>)
-- case int_to_map_int_string
select cast(2147483647 as map<int,string>) as r
-- case try_int_to_struct
select try_cast(0 as struct<p: bigint, q: string>), try_cast(2147483647 as struct<p: bigint, q: string>), try_cast(-2147483648 as struct<p: bigint, q: string>), try_cast(cast(null as int) as struct<p: bigint, q: string>)
-- case int_to_struct
select cast(2147483647 as struct<p: bigint, q: string>) as r
-- case try_bigint_to_boolean
select try_cast(1L as boolean), try_cast(9223372036854775807L as boolean), try_cast(-9223372036854775808L as boolean), try_cast(253402214400L as boolean)
-- case bigint_to_boolean
select cast(9223372036854775807L as boolean) as r
-- case try_bigint_to_tinyint
select try_cast(1L as tinyint), try_cast(9223372036854775807L as tinyint), try_cast(-9223372036854775808L as tinyint), try_cast(253402214400L as tinyint)
-- case bigint_to_tinyint
select cast(9223372036854775807L as tinyint) as r
-- case try_bigint_to_smallint
select try_cast(1L as smallint), try_cast(9223372036854775807L as smallint), try_cast(-9223372036854775808L as smallint), try_cast(253402214400L as smallint)
-- case bigint_to_smallint
select cast(9223372036854775807L as smallint) as r
-- case try_bigint_to_int
select try_cast(1L as int), try_cast(9223372036854775807L as int), try_cast(-9223372036854775808L as int), try_cast(253402214400L as int)
-- case bigint_to_int
select cast(9223372036854775807L as int) as r
-- case try_bigint_to_bigint
select try_cast(1L as bigint), try_cast(9223372036854775807L as bigint), try_cast(-9223372036854775808L as bigint), try_cast(253402214400L as bigint)
-- case bigint_to_bigint
select cast(9223372036854775807L as bigint) as r
-- case try_bigint_to_float
select try_cast(1L as float), try_cast(9223372036854775807L as float), try_cast(-9223372036854775808L as float), try_cast(253402214400L as float)
-- case bigint_to_float
select cast(9223372036854775807L as float) as r
-- case try_bigint_to_double
select try_cast(1L as double), try_cast(9223372036854775807L as double), try_cast(-9223372036854775808L as double), try_cast(253402214400L as double)
-- case bigint_to_double
select cast(9223372036854775807L as double) as r
-- case try_bigint_to_decimal52
select try_cast(1L as decimal(5,2)), try_cast(9223372036854775807L as decimal(5,2)), try_cast(-9223372036854775808L as decimal(5,2)), try_cast(253402214400L as decimal(5,2))
-- case bigint_to_decimal52
select cast(9223372036854775807L as decimal(5,2)) as r
-- case try_bigint_to_decimal3818
select try_cast(1L as decimal(38,18)), try_cast(9223372036854775807L as decimal(38,18)), try_cast(-9223372036854775808L as decimal(38,18)), try_cast(253402214400L as decimal(38,18))
-- case bigint_to_decimal3818
select cast(9223372036854775807L as decimal(38,18)) as r
-- case try_bigint_to_string
select try_cast(1L as string), try_cast(9223372036854775807L as string), try_cast(-9223372036854775808L as string), try_cast(253402214400L as string)
-- case bigint_to_string
select cast(9223372036854775807L as string) as r
-- case try_bigint_to_binary
select try_cast(1L as binary), try_cast(9223372036854775807L as binary), try_cast(-9223372036854775808L as binary), try_cast(253402214400L as binary)
-- case bigint_to_binary
select cast(9223372036854775807L as binary) as r
-- case try_bigint_to_date
select try_cast(1L as date), try_cast(9223372036854775807L as date), try_cast(-9223372036854775808L as date), try_cast(253402214400L as date)
-- case bigint_to_date
select cast(9223372036854775807L as date) as r
-- case try_bigint_to_timestamp
select try_cast(1L as timestamp), try_cast(253402214400L as timestamp)
-- case bigint_to_timestamp
select cast(-1L as timestamp) as r
-- case try_bigint_to_timestamp_ntz
select try_cast(1L as timestamp_ntz), try_cast(9223372036854775807L as timestamp_ntz), try_cast(-9223372036854775808L as timestamp_ntz), try_cast(253402214400L as timestamp_ntz)
-- case bigint_to_timestamp_ntz
select cast(9223372036854775807L as timestamp_ntz) as r
-- case try_bigint_to_interval_day
select try_cast(1L as interval day to second), try_cast(9223372036854775807L as interval day to second), try_cast(-9223372036854775808L as interval day to second), try_cast(253402214400L as interval day to second)
-- case bigint_to_interval_day
select cast(9223372036854775807L as interval day to second) as r
-- case try_bigint_to_array_string
select try_cast(1L as array<string>), try_cast(9223372036854775807L as array<string>), try_cast(-9223372036854775808L as array<string>), try_cast(253402214400L as array<string>)
-- case bigint_to_array_string
select cast(9223372036854775807L as array<string>) as r
-- case try_bigint_to_map_int_string
select try_cast(1L as map<int,string>), try_cast(9223372036854775807L as map<int,string>), try_cast(-9223372036854775808L as map<int,string>), try_cast(253402214400L as map<int,string>)
-- case bigint_to_map_int_string
select cast(9223372036854775807L as map<int,string>) as r
-- case try_bigint_to_struct
select try_cast(1L as struct<p: bigint, q: string>), try_cast(9223372036854775807L as struct<p: bigint, q: string>), try_cast(-9223372036854775808L as struct<p: bigint, q: string>), try_cast(253402214400L as struct<p: bigint, q: string>)
-- case bigint_to_struct
select cast(9223372036854775807L as struct<p: bigint, q: string>) as r
-- case try_float_to_boolean
select try_cast(float('0.1') as boolean), try_cast(float('-0.0') as boolean), try_cast(float('nan') as boolean), try_cast(float('inf') as boolean), try_cast(float('1.6777217E7') as boolean), try_cast(float('3.4e38') as boolean)
-- case float_to_boolean
select cast(float('nan') as boolean) as r
-- case try_float_to_tinyint
select try_cast(float('0.1') as tinyint), try_cast(float('-0.0') as tinyint), try_cast(float('nan') as tinyint), try_cast(float('inf') as tinyint), try_cast(float('1.6777217E7') as tinyint), try_cast(float('3.4e38') as tinyint)
-- case float_to_tinyint
select cast(float('nan') as tinyint) as r
-- case try_float_to_smallint
select try_cast(float('0.1') as smallint), try_cast(float('-0.0') as smallint), try_cast(float('nan') as smallint), try_cast(float('inf') as smallint), try_cast(float('1.6777217E7') as smallint), try_cast(float('3.4e38') as smallint)
-- case float_to_smallint
select cast(float('nan') as smallint) as r
-- case try_float_to_int
select try_cast(float('0.1') as int), try_cast(float('-0.0') as int), try_cast(float('nan') as int), try_cast(float('inf') as int), try_cast(float('1.6777217E7') as int), try_cast(float('3.4e38') as int)
-- case float_to_int
select cast(float('nan') as int) as r
-- case try_float_to_bigint
select try_cast(float('0.1') as bigint), try_cast(float('-0.0') as bigint), try_cast(float('nan') as bigint), try_cast(float('inf') as bigint), try_cast(float('1.6777217E7') as bigint), try_cast(float('3.4e38') as bigint)
-- case float_to_bigint
select cast(float('nan') as bigint) as r
-- case try_float_to_float
select try_cast(float('0.1') as float), try_cast(float('-0.0') as float), try_cast(float('nan') as float), try_cast(float('inf') as float), try_cast(float('1.6777217E7') as float), try_cast(float('3.4e38') as float)
-- case float_to_float
select cast(float('nan') as float) as r
-- case try_float_to_double
select try_cast(float('0.1') as double), try_cast(float('-0.0') as double), try_cast(float('nan') as double), try_cast(float('inf') as double), try_cast(float('1.6777217E7') as double), try_cast(float('3.4e38') as double)
-- case float_to_double
select cast(float('nan') as double) as r
-- case try_float_to_decimal52
select try_cast(float('0.1') as decimal(5,2)), try_cast(float('-0.0') as decimal(5,2)), try_cast(float('nan') as decimal(5,2)), try_cast(float('inf') as decimal(5,2)), try_cast(float('1.6777217E7') as decimal(5,2)), try_cast(float('3.4e38') as decimal(5,2))
-- case float_to_decimal52
select cast(float('nan') as decimal(5,2)) as r
-- case try_float_to_decimal3818
select try_cast(float('0.1') as decimal(38,18)), try_cast(float('-0.0') as decimal(38,18)), try_cast(float('nan') as decimal(38,18)), try_cast(float('inf') as decimal(38,18)), try_cast(float('1.6777217E7') as decimal(38,18)), try_cast(float('3.4e38') as decimal(38,18))
-- case float_to_decimal3818
select cast(float('nan') as decimal(38,18)) as r
-- case try_float_to_string
select try_cast(float('0.1') as string), try_cast(float('-0.0') as string), try_cast(float('nan') as string), try_cast(float('inf') as string), try_cast(float('1.6777217E7') as string), try_cast(float('3.4e38') as string)
-- case float_to_string
select cast(float('nan') as string) as r
-- case try_float_to_binary
select try_cast(float('0.1') as binary), try_cast(float('-0.0') as binary), try_cast(float('nan') as binary), try_cast(float('inf') as binary), try_cast(float('1.6777217E7') as binary), try_cast(float('3.4e38') as binary)
-- case float_to_binary
select cast(float('nan') as binary) as r
-- case try_float_to_date
select try_cast(float('0.1') as date), try_cast(float('-0.0') as date), try_cast(float('nan') as date), try_cast(float('inf') as date), try_cast(float('1.6777217E7') as date), try_cast(float('3.4e38') as date)
-- case float_to_date
select cast(float('nan') as date) as r
-- case try_float_to_timestamp
select try_cast(float('0.1') as timestamp), try_cast(float('-0.0') as timestamp), try_cast(float('nan') as timestamp), try_cast(float('inf') as timestamp), try_cast(float('1.6777217E7') as timestamp), try_cast(float('3.4e38') as timestamp)
-- case float_to_timestamp
select cast(float('nan') as timestamp) as r
-- case try_float_to_timestamp_ntz
select try_cast(float('0.1') as timestamp_ntz), try_cast(float('-0.0') as timestamp_ntz), try_cast(float('nan') as timestamp_ntz), try_cast(float('inf') as timestamp_ntz), try_cast(float('1.6777217E7') as timestamp_ntz), try_cast(float('3.4e38') as timestamp_ntz)
-- case float_to_timestamp_ntz
select cast(float('nan') as timestamp_ntz) as r
-- case try_float_to_interval_day
select try_cast(float('0.1') as interval day to second), try_cast(float('-0.0') as interval day to second), try_cast(float('nan') as interval day to second), try_cast(float('inf') as interval day to second), try_cast(float('1.6777217E7') as interval day to second), try_cast(float('3.4e38') as interval day to second)
-- case float_to_interval_day
select cast(float('nan') as interval day to second) as r
-- case try_float_to_array_string
select try_cast(float('0.1') as array<string>), try_cast(float('-0.0') as array<string>), try_cast(float('nan') as array<string>), try_cast(float('inf') as array<string>), try_cast(float('1.6777217E7') as array<string>), try_cast(float('3.4e38') as array<string>)
-- case float_to_array_string
select cast(float('nan') as array<string>) as r
-- case try_float_to_map_int_string
select try_cast(float('0.1') as map<int,string>), try_cast(float('-0.0') as map<int,string>), try_cast(float('nan') as map<int,string>), try_cast(float('inf') as map<int,string>), try_cast(float('1.6777217E7') as map<int,string>), try_cast(float('3.4e38') as map<int,string>)
-- case float_to_map_int_string
select cast(float('nan') as map<int,string>) as r
-- case try_float_to_struct
select try_cast(float('0.1') as struct<p: bigint, q: string>), try_cast(float('-0.0') as struct<p: bigint, q: string>), try_cast(float('nan') as struct<p: bigint, q: string>), try_cast(float('inf') as struct<p: bigint, q: string>), try_cast(float('1.6777217E7') as struct<p: bigint, q: string>), try_cast(float('3.4e38') as struct<p: bigint, q: string>)
-- case float_to_struct
select cast(float('nan') as struct<p: bigint, q: string>) as r
-- case try_double_to_boolean
select try_cast(0.1D as boolean), try_cast(-0.0D as boolean), try_cast(double('nan') as boolean), try_cast(double('-inf') as boolean), try_cast(1e-7D as boolean), try_cast(1e7D as boolean), try_cast(123456789.5D as boolean), try_cast(1e20D as boolean), try_cast(5e-324D as boolean)
-- case double_to_boolean
select cast(1e20D as boolean) as r
-- case try_double_to_tinyint
select try_cast(0.1D as tinyint), try_cast(-0.0D as tinyint), try_cast(double('nan') as tinyint), try_cast(double('-inf') as tinyint), try_cast(1e-7D as tinyint), try_cast(1e7D as tinyint), try_cast(123456789.5D as tinyint), try_cast(1e20D as tinyint), try_cast(5e-324D as tinyint)
-- case double_to_tinyint
select cast(1e20D as tinyint) as r
-- case try_double_to_smallint
select try_cast(0.1D as smallint), try_cast(-0.0D as smallint), try_cast(double('nan') as smallint), try_cast(double('-inf') as smallint), try_cast(1e-7D as smallint), try_cast(1e7D as smallint), try_cast(123456789.5D as smallint), try_cast(1e20D as smallint), try_cast(5e-324D as smallint)
-- case double_to_smallint
select cast(1e20D as smallint) as r
-- case try_double_to_int
select try_cast(0.1D as int), try_cast(-0.0D as int), try_cast(double('nan') as int), try_cast(double('-inf') as int), try_cast(1e-7D as int), try_cast(1e7D as int), try_cast(123456789.5D as int), try_cast(1e20D as int), try_cast(5e-324D as int)
-- case double_to_int
select cast(1e20D as int) as r
-- case try_double_to_bigint
select try_cast(0.1D as bigint), try_cast(-0.0D as bigint), try_cast(double('nan') as bigint), try_cast(double('-inf') as bigint), try_cast(1e-7D as bigint), try_cast(1e7D as bigint), try_cast(123456789.5D as bigint), try_cast(1e20D as bigint), try_cast(5e-324D as bigint)
-- case double_to_bigint
select cast(1e20D as bigint) as r
-- case try_double_to_float
select try_cast(0.1D as float), try_cast(-0.0D as float), try_cast(double('nan') as float), try_cast(double('-inf') as float), try_cast(1e-7D as float), try_cast(1e7D as float), try_cast(123456789.5D as float), try_cast(1e20D as float), try_cast(5e-324D as float)
-- case double_to_float
select cast(1e20D as float) as r
-- case try_double_to_double
select try_cast(0.1D as double), try_cast(-0.0D as double), try_cast(double('nan') as double), try_cast(double('-inf') as double), try_cast(1e-7D as double), try_cast(1e7D as double), try_cast(123456789.5D as double), try_cast(1e20D as double), try_cast(5e-324D as double)
-- case double_to_double
select cast(1e20D as double) as r
-- case try_double_to_decimal52
select try_cast(0.1D as decimal(5,2)), try_cast(-0.0D as decimal(5,2)), try_cast(double('nan') as decimal(5,2)), try_cast(double('-inf') as decimal(5,2)), try_cast(1e-7D as decimal(5,2)), try_cast(1e7D as decimal(5,2)), try_cast(123456789.5D as decimal(5,2)), try_cast(1e20D as decimal(5,2)), try_cast(5e-324D as decimal(5,2))
-- case double_to_decimal52
select cast(1e20D as decimal(5,2)) as r
-- case try_double_to_decimal3818
select try_cast(0.1D as decimal(38,18)), try_cast(-0.0D as decimal(38,18)), try_cast(double('nan') as decimal(38,18)), try_cast(double('-inf') as decimal(38,18)), try_cast(1e-7D as decimal(38,18)), try_cast(1e7D as decimal(38,18)), try_cast(123456789.5D as decimal(38,18)), try_cast(1e20D as decimal(38,18)), try_cast(5e-324D as decimal(38,18))
-- case double_to_decimal3818
select cast(1e20D as decimal(38,18)) as r
-- case try_double_to_string
select try_cast(0.1D as string), try_cast(-0.0D as string), try_cast(double('nan') as string), try_cast(double('-inf') as string), try_cast(1e-7D as string), try_cast(1e7D as string), try_cast(123456789.5D as string), try_cast(1e20D as string), try_cast(5e-324D as string)
-- case double_to_string
select cast(1e20D as string) as r
-- case try_double_to_binary
select try_cast(0.1D as binary), try_cast(-0.0D as binary), try_cast(double('nan') as binary), try_cast(double('-inf') as binary), try_cast(1e-7D as binary), try_cast(1e7D as binary), try_cast(123456789.5D as binary), try_cast(1e20D as binary), try_cast(5e-324D as binary)
-- case double_to_binary
select cast(1e20D as binary) as r
-- case try_double_to_date
select try_cast(0.1D as date), try_cast(-0.0D as date), try_cast(double('nan') as date), try_cast(double('-inf') as date), try_cast(1e-7D as date), try_cast(1e7D as date), try_cast(123456789.5D as date), try_cast(1e20D as date), try_cast(5e-324D as date)
-- case double_to_date
select cast(1e20D as date) as r
-- case try_double_to_timestamp
select try_cast(0.1D as timestamp), try_cast(-0.0D as timestamp), try_cast(double('nan') as timestamp), try_cast(double('-inf') as timestamp), try_cast(1e-7D as timestamp), try_cast(1e7D as timestamp), try_cast(123456789.5D as timestamp), try_cast(1e20D as timestamp), try_cast(5e-324D as timestamp)
-- case double_to_timestamp
select cast(1e20D as timestamp) as r
-- case try_double_to_timestamp_ntz
select try_cast(0.1D as timestamp_ntz), try_cast(-0.0D as timestamp_ntz), try_cast(double('nan') as timestamp_ntz), try_cast(double('-inf') as timestamp_ntz), try_cast(1e-7D as timestamp_ntz), try_cast(1e7D as timestamp_ntz), try_cast(123456789.5D as timestamp_ntz), try_cast(1e20D as timestamp_ntz), try_cast(5e-324D as timestamp_ntz)
-- case double_to_timestamp_ntz
select cast(1e20D as timestamp_ntz) as r
-- case try_double_to_interval_day
select try_cast(0.1D as interval day to second), try_cast(-0.0D as interval day to second), try_cast(double('nan') as interval day to second), try_cast(double('-inf') as interval day to second), try_cast(1e-7D as interval day to second), try_cast(1e7D as interval day to second), try_cast(123456789.5D as interval day to second), try_cast(1e20D as interval day to second), try_cast(5e-324D as interval day to second)
-- case double_to_interval_day
select cast(1e20D as interval day to second) as r
-- case try_double_to_array_string
select try_cast(0.1D as array<string>), try_cast(-0.0D as array<string>), try_cast(double('nan') as array<string>), try_cast(double('-inf') as array<string>), try_cast(1e-7D as array<string>), try_cast(1e7D as array<string>), try_cast(123456789.5D as array<string>), try_cast(1e20D as array<string>), try_cast(5e-324D as array<string>)
-- case double_to_array_string
select cast(1e20D as array<string>) as r
-- case try_double_to_map_int_string
select try_cast(0.1D as map<int,string>), try_cast(-0.0D as map<int,string>), try_cast(double('nan') as map<int,string>), try_cast(double('-inf') as map<int,string>), try_cast(1e-7D as map<int,string>), try_cast(1e7D as map<int,string>), try_cast(123456789.5D as map<int,string>), try_cast(1e20D as map<int,string>), try_cast(5e-324D as map<int,string>)
-- case double_to_map_int_string
select cast(1e20D as map<int,string>) as r
-- case try_double_to_struct
select try_cast(0.1D as struct<p: bigint, q: string>), try_cast(-0.0D as struct<p: bigint, q: string>), try_cast(double('nan') as struct<p: bigint, q: string>), try_cast(double('-inf') as struct<p: bigint, q: string>), try_cast(1e-7D as struct<p: bigint, q: string>), try_cast(1e7D as struct<p: bigint, q: string>), try_cast(123456789.5D as struct<p: bigint, q: string>), try_cast(1e20D as struct<p: bigint, q: string>), try_cast(5e-324D as struct<p: bigint, q: string>)
-- case double_to_struct
select cast(1e20D as struct<p: bigint, q: string>) as r
-- case try_decimal_to_boolean
select try_cast(1.50 as boolean), try_cast(-0.05 as boolean), try_cast(cast(99999999.99 as decimal(10,2)) as boolean), try_cast(cast('12345678901234567890123456789012345678' as decimal(38,0)) as boolean)
-- case decimal_to_boolean
select cast(cast('12345678901234567890123456789012345678' as decimal(38,0)) as boolean) as r
-- case try_decimal_to_tinyint
select try_cast(1.50 as tinyint), try_cast(-0.05 as tinyint), try_cast(cast(99999999.99 as decimal(10,2)) as tinyint), try_cast(cast('12345678901234567890123456789012345678' as decimal(38,0)) as tinyint)
-- case decimal_to_tinyint
select cast(cast('12345678901234567890123456789012345678' as decimal(38,0)) as tinyint) as r
-- case try_decimal_to_smallint
select try_cast(1.50 as smallint), try_cast(-0.05 as smallint), try_cast(cast(99999999.99 as decimal(10,2)) as smallint), try_cast(cast('12345678901234567890123456789012345678' as decimal(38,0)) as smallint)
-- case decimal_to_smallint
select cast(cast('12345678901234567890123456789012345678' as decimal(38,0)) as smallint) as r
-- case try_decimal_to_int
select try_cast(1.50 as int), try_cast(-0.05 as int), try_cast(cast(99999999.99 as decimal(10,2)) as int), try_cast(cast('12345678901234567890123456789012345678' as decimal(38,0)) as int)
-- case decimal_to_int
select cast(cast('12345678901234567890123456789012345678' as decimal(38,0)) as int) as r
-- case try_decimal_to_bigint
select try_cast(1.50 as bigint), try_cast(-0.05 as bigint), try_cast(cast(99999999.99 as decimal(10,2)) as bigint), try_cast(cast('12345678901234567890123456789012345678' as decimal(38,0)) as bigint)
-- case decimal_to_bigint
select cast(cast('12345678901234567890123456789012345678' as decimal(38,0)) as bigint) as r
-- case try_decimal_to_float
select try_cast(1.50 as float), try_cast(-0.05 as float), try_cast(cast(99999999.99 as decimal(10,2)) as float), try_cast(cast('12345678901234567890123456789012345678' as decimal(38,0)) as float)
-- case decimal_to_float
select cast(cast('12345678901234567890123456789012345678' as decimal(38,0)) as float) as r
-- case try_decimal_to_double
select try_cast(1.50 as double), try_cast(-0.05 as double), try_cast(cast(99999999.99 as decimal(10,2)) as double), try_cast(cast('12345678901234567890123456789012345678' as decimal(38,0)) as double)
-- case decimal_to_double
select cast(cast('12345678901234567890123456789012345678' as decimal(38,0)) as double) as r
-- case try_decimal_to_decimal52
select try_cast(1.50 as decimal(5,2)), try_cast(-0.05 as decimal(5,2)), try_cast(cast(99999999.99 as decimal(10,2)) as decimal(5,2)), try_cast(cast('12345678901234567890123456789012345678' as decimal(38,0)) as decimal(5,2))
-- case decimal_to_decimal52
select cast(cast('12345678901234567890123456789012345678' as decimal(38,0)) as decimal(5,2)) as r
-- case try_decimal_to_decimal3818
select try_cast(1.50 as decimal(38,18)), try_cast(-0.05 as decimal(38,18)), try_cast(cast(99999999.99 as decimal(10,2)) as decimal(38,18)), try_cast(cast('12345678901234567890123456789012345678' as decimal(38,0)) as decimal(38,18))
-- case decimal_to_decimal3818
select cast(cast('12345678901234567890123456789012345678' as decimal(38,0)) as decimal(38,18)) as r
-- case try_decimal_to_string
select try_cast(1.50 as string), try_cast(-0.05 as string), try_cast(cast(99999999.99 as decimal(10,2)) as string), try_cast(cast('12345678901234567890123456789012345678' as decimal(38,0)) as string)
-- case decimal_to_string
select cast(cast('12345678901234567890123456789012345678' as decimal(38,0)) as string) as r
-- case try_decimal_to_binary
select try_cast(1.50 as binary), try_cast(-0.05 as binary), try_cast(cast(99999999.99 as decimal(10,2)) as binary), try_cast(cast('12345678901234567890123456789012345678' as decimal(38,0)) as binary)
-- case decimal_to_binary
select cast(cast('12345678901234567890123456789012345678' as decimal(38,0)) as binary) as r
-- case try_decimal_to_date
select try_cast(1.50 as date), try_cast(-0.05 as date), try_cast(cast(99999999.99 as decimal(10,2)) as date), try_cast(cast('12345678901234567890123456789012345678' as decimal(38,0)) as date)
-- case decimal_to_date
select cast(cast('12345678901234567890123456789012345678' as decimal(38,0)) as date) as r
-- case try_decimal_to_timestamp
select try_cast(1.50 as timestamp), try_cast(-0.05 as timestamp)
-- case decimal_to_timestamp
select cast(cast(99999999.99 as decimal(10,2)) as timestamp) as r
-- case try_decimal_to_timestamp_ntz
select try_cast(1.50 as timestamp_ntz), try_cast(-0.05 as timestamp_ntz), try_cast(cast(99999999.99 as decimal(10,2)) as timestamp_ntz), try_cast(cast('12345678901234567890123456789012345678' as decimal(38,0)) as timestamp_ntz)
-- case decimal_to_timestamp_ntz
select cast(cast('12345678901234567890123456789012345678' as decimal(38,0)) as timestamp_ntz) as r
-- case try_decimal_to_interval_day
select try_cast(1.50 as interval day to second), try_cast(-0.05 as interval day to second), try_cast(cast(99999999.99 as decimal(10,2)) as interval day to second), try_cast(cast('12345678901234567890123456789012345678' as decimal(38,0)) as interval day to second)
-- case decimal_to_interval_day
select cast(cast('12345678901234567890123456789012345678' as decimal(38,0)) as interval day to second) as r
-- case try_decimal_to_array_string
select try_cast(1.50 as array<string>), try_cast(-0.05 as array<string>), try_cast(cast(99999999.99 as decimal(10,2)) as array<string>), try_cast(cast('12345678901234567890123456789012345678' as decimal(38,0)) as array<string>)
-- case decimal_to_array_string
select cast(cast('12345678901234567890123456789012345678' as decimal(38,0)) as array<string>) as r
-- case try_decimal_to_map_int_string
select try_cast(1.50 as map<int,string>), try_cast(-0.05 as map<int,string>), try_cast(cast(99999999.99 as decimal(10,2)) as map<int,string>), try_cast(cast('12345678901234567890123456789012345678' as decimal(38,0)) as map<int,string>)
-- case decimal_to_map_int_string
select cast(cast('12345678901234567890123456789012345678' as decimal(38,0)) as map<int,string>) as r
-- case try_decimal_to_struct
select try_cast(1.50 as struct<p: bigint, q: string>), try_cast(-0.05 as struct<p: bigint, q: string>), try_cast(cast(99999999.99 as decimal(10,2)) as struct<p: bigint, q: string>), try_cast(cast('12345678901234567890123456789012345678' as decimal(38,0)) as struct<p: bigint, q: string>)
-- case decimal_to_struct
select cast(cast('12345678901234567890123456789012345678' as decimal(38,0)) as struct<p: bigint, q: string>) as r
-- case try_string_to_boolean
select try_cast('' as boolean), try_cast(' 12 ' as boolean), try_cast('1.5' as boolean), try_cast('1e3' as boolean), try_cast('abc' as boolean), try_cast('true' as boolean), try_cast('y' as boolean), try_cast('-0' as boolean), try_cast('NaN' as boolean), try_cast('2020-02-29' as boolean), try_cast('2020-01-01 10:11:12.5' as boolean), try_cast('2020-1-2T3:4:5Z' as boolean), try_cast('99999999999' as boolean), try_cast('+7' as boolean), try_cast('0x1F' as boolean), try_cast('1_000' as boolean), try_cast('5d' as boolean), try_cast('inf' as boolean), try_cast('\t8\n' as boolean)
-- case string_to_boolean
select cast('abc' as boolean) as r
-- case try_string_to_tinyint
select try_cast('' as tinyint), try_cast(' 12 ' as tinyint), try_cast('1.5' as tinyint), try_cast('1e3' as tinyint), try_cast('abc' as tinyint), try_cast('true' as tinyint), try_cast('y' as tinyint), try_cast('-0' as tinyint), try_cast('NaN' as tinyint), try_cast('2020-02-29' as tinyint), try_cast('2020-01-01 10:11:12.5' as tinyint), try_cast('2020-1-2T3:4:5Z' as tinyint), try_cast('99999999999' as tinyint), try_cast('+7' as tinyint), try_cast('0x1F' as tinyint), try_cast('1_000' as tinyint), try_cast('5d' as tinyint), try_cast('inf' as tinyint), try_cast('\t8\n' as tinyint)
-- case string_to_tinyint
select cast('abc' as tinyint) as r
-- case try_string_to_smallint
select try_cast('' as smallint), try_cast(' 12 ' as smallint), try_cast('1.5' as smallint), try_cast('1e3' as smallint), try_cast('abc' as smallint), try_cast('true' as smallint), try_cast('y' as smallint), try_cast('-0' as smallint), try_cast('NaN' as smallint), try_cast('2020-02-29' as smallint), try_cast('2020-01-01 10:11:12.5' as smallint), try_cast('2020-1-2T3:4:5Z' as smallint), try_cast('99999999999' as smallint), try_cast('+7' as smallint), try_cast('0x1F' as smallint), try_cast('1_000' as smallint), try_cast('5d' as smallint), try_cast('inf' as smallint), try_cast('\t8\n' as smallint)
-- case string_to_smallint
select cast('abc' as smallint) as r
-- case try_string_to_int
select try_cast('' as int), try_cast(' 12 ' as int), try_cast('1.5' as int), try_cast('1e3' as int), try_cast('abc' as int), try_cast('true' as int), try_cast('y' as int), try_cast('-0' as int), try_cast('NaN' as int), try_cast('2020-02-29' as int), try_cast('2020-01-01 10:11:12.5' as int), try_cast('2020-1-2T3:4:5Z' as int), try_cast('99999999999' as int), try_cast('+7' as int), try_cast('0x1F' as int), try_cast('1_000' as int), try_cast('5d' as int), try_cast('inf' as int), try_cast('\t8\n' as int)
-- case string_to_int
select cast('abc' as int) as r
-- case try_string_to_bigint
select try_cast('' as bigint), try_cast(' 12 ' as bigint), try_cast('1.5' as bigint), try_cast('1e3' as bigint), try_cast('abc' as bigint), try_cast('true' as bigint), try_cast('y' as bigint), try_cast('-0' as bigint), try_cast('NaN' as bigint), try_cast('2020-02-29' as bigint), try_cast('2020-01-01 10:11:12.5' as bigint), try_cast('2020-1-2T3:4:5Z' as bigint), try_cast('99999999999' as bigint), try_cast('+7' as bigint), try_cast('0x1F' as bigint), try_cast('1_000' as bigint), try_cast('5d' as bigint), try_cast('inf' as bigint), try_cast('\t8\n' as bigint)
-- case string_to_bigint
select cast('abc' as bigint) as r
-- case try_string_to_float
select try_cast('' as float), try_cast(' 12 ' as float), try_cast('1.5' as float), try_cast('1e3' as float), try_cast('abc' as float), try_cast('true' as float), try_cast('y' as float), try_cast('-0' as float), try_cast('NaN' as float), try_cast('2020-02-29' as float), try_cast('2020-01-01 10:11:12.5' as float), try_cast('2020-1-2T3:4:5Z' as float), try_cast('99999999999' as float), try_cast('+7' as float), try_cast('0x1F' as float), try_cast('1_000' as float), try_cast('5d' as float), try_cast('inf' as float), try_cast('\t8\n' as float)
-- case string_to_float
select cast('abc' as float) as r
-- case try_string_to_double
select try_cast('' as double), try_cast(' 12 ' as double), try_cast('1.5' as double), try_cast('1e3' as double), try_cast('abc' as double), try_cast('true' as double), try_cast('y' as double), try_cast('-0' as double), try_cast('NaN' as double), try_cast('2020-02-29' as double), try_cast('2020-01-01 10:11:12.5' as double), try_cast('2020-1-2T3:4:5Z' as double), try_cast('99999999999' as double), try_cast('+7' as double), try_cast('0x1F' as double), try_cast('1_000' as double), try_cast('5d' as double), try_cast('inf' as double), try_cast('\t8\n' as double)
-- case string_to_double
select cast('abc' as double) as r
-- case try_string_to_decimal52
select try_cast('' as decimal(5,2)), try_cast(' 12 ' as decimal(5,2)), try_cast('1.5' as decimal(5,2)), try_cast('1e3' as decimal(5,2)), try_cast('abc' as decimal(5,2)), try_cast('true' as decimal(5,2)), try_cast('y' as decimal(5,2)), try_cast('-0' as decimal(5,2)), try_cast('NaN' as decimal(5,2)), try_cast('2020-02-29' as decimal(5,2)), try_cast('2020-01-01 10:11:12.5' as decimal(5,2)), try_cast('2020-1-2T3:4:5Z' as decimal(5,2)), try_cast('99999999999' as decimal(5,2)), try_cast('+7' as decimal(5,2)), try_cast('0x1F' as decimal(5,2)), try_cast('1_000' as decimal(5,2)), try_cast('5d' as decimal(5,2)), try_cast('inf' as decimal(5,2)), try_cast('\t8\n' as decimal(5,2))
-- case string_to_decimal52
select cast('abc' as decimal(5,2)) as r
-- case try_string_to_decimal3818
select try_cast('' as decimal(38,18)), try_cast(' 12 ' as decimal(38,18)), try_cast('1.5' as decimal(38,18)), try_cast('1e3' as decimal(38,18)), try_cast('abc' as decimal(38,18)), try_cast('true' as decimal(38,18)), try_cast('y' as decimal(38,18)), try_cast('-0' as decimal(38,18)), try_cast('NaN' as decimal(38,18)), try_cast('2020-02-29' as decimal(38,18)), try_cast('2020-01-01 10:11:12.5' as decimal(38,18)), try_cast('2020-1-2T3:4:5Z' as decimal(38,18)), try_cast('99999999999' as decimal(38,18)), try_cast('+7' as decimal(38,18)), try_cast('0x1F' as decimal(38,18)), try_cast('1_000' as decimal(38,18)), try_cast('5d' as decimal(38,18)), try_cast('inf' as decimal(38,18)), try_cast('\t8\n' as decimal(38,18))
-- case string_to_decimal3818
select cast('abc' as decimal(38,18)) as r
-- case try_string_to_string
select try_cast('' as string), try_cast(' 12 ' as string), try_cast('1.5' as string), try_cast('1e3' as string), try_cast('abc' as string), try_cast('true' as string), try_cast('y' as string), try_cast('-0' as string), try_cast('NaN' as string), try_cast('2020-02-29' as string), try_cast('2020-01-01 10:11:12.5' as string), try_cast('2020-1-2T3:4:5Z' as string), try_cast('99999999999' as string), try_cast('+7' as string), try_cast('0x1F' as string), try_cast('1_000' as string), try_cast('5d' as string), try_cast('inf' as string), try_cast('\t8\n' as string)
-- case string_to_string
select cast('abc' as string) as r
-- case try_string_to_binary
select try_cast('' as binary), try_cast(' 12 ' as binary), try_cast('1.5' as binary), try_cast('1e3' as binary), try_cast('abc' as binary), try_cast('true' as binary), try_cast('y' as binary), try_cast('-0' as binary), try_cast('NaN' as binary), try_cast('2020-02-29' as binary), try_cast('2020-01-01 10:11:12.5' as binary), try_cast('2020-1-2T3:4:5Z' as binary), try_cast('99999999999' as binary), try_cast('+7' as binary), try_cast('0x1F' as binary), try_cast('1_000' as binary), try_cast('5d' as binary), try_cast('inf' as binary), try_cast('\t8\n' as binary)
-- case string_to_binary
select cast('abc' as binary) as r
-- case try_string_to_date
select try_cast('' as date), try_cast(' 12 ' as date), try_cast('1.5' as date), try_cast('1e3' as date), try_cast('abc' as date), try_cast('true' as date), try_cast('y' as date), try_cast('-0' as date), try_cast('NaN' as date), try_cast('2020-02-29' as date), try_cast('2020-01-01 10:11:12.5' as date), try_cast('2020-1-2T3:4:5Z' as date), try_cast('99999999999' as date), try_cast('+7' as date), try_cast('0x1F' as date), try_cast('1_000' as date), try_cast('5d' as date), try_cast('inf' as date), try_cast('\t8\n' as date)
-- case string_to_date
select cast('abc' as date) as r
-- case try_string_to_timestamp
select try_cast('' as timestamp), try_cast(' 12 ' as timestamp), try_cast('1.5' as timestamp), try_cast('1e3' as timestamp), try_cast('abc' as timestamp), try_cast('true' as timestamp), try_cast('y' as timestamp), try_cast('-0' as timestamp), try_cast('NaN' as timestamp), try_cast('2020-02-29' as timestamp), try_cast('2020-01-01 10:11:12.5' as timestamp), try_cast('2020-1-2T3:4:5Z' as timestamp), try_cast('99999999999' as timestamp), try_cast('+7' as timestamp), try_cast('0x1F' as timestamp), try_cast('1_000' as timestamp), try_cast('5d' as timestamp), try_cast('inf' as timestamp), try_cast('\t8\n' as timestamp)
-- case string_to_timestamp
select cast('abc' as timestamp) as r
-- case try_string_to_timestamp_ntz
select try_cast('' as timestamp_ntz), try_cast(' 12 ' as timestamp_ntz), try_cast('1.5' as timestamp_ntz), try_cast('1e3' as timestamp_ntz), try_cast('abc' as timestamp_ntz), try_cast('true' as timestamp_ntz), try_cast('y' as timestamp_ntz), try_cast('-0' as timestamp_ntz), try_cast('NaN' as timestamp_ntz), try_cast('2020-02-29' as timestamp_ntz), try_cast('2020-01-01 10:11:12.5' as timestamp_ntz), try_cast('2020-1-2T3:4:5Z' as timestamp_ntz), try_cast('99999999999' as timestamp_ntz), try_cast('+7' as timestamp_ntz), try_cast('0x1F' as timestamp_ntz), try_cast('1_000' as timestamp_ntz), try_cast('5d' as timestamp_ntz), try_cast('inf' as timestamp_ntz), try_cast('\t8\n' as timestamp_ntz)
-- case string_to_timestamp_ntz
select cast('abc' as timestamp_ntz) as r
-- case try_string_to_interval_day
select try_cast('' as interval day to second), try_cast(' 12 ' as interval day to second), try_cast('1.5' as interval day to second), try_cast('1e3' as interval day to second), try_cast('abc' as interval day to second), try_cast('true' as interval day to second), try_cast('y' as interval day to second), try_cast('-0' as interval day to second), try_cast('NaN' as interval day to second), try_cast('2020-02-29' as interval day to second), try_cast('2020-01-01 10:11:12.5' as interval day to second), try_cast('2020-1-2T3:4:5Z' as interval day to second), try_cast('99999999999' as interval day to second), try_cast('+7' as interval day to second), try_cast('0x1F' as interval day to second), try_cast('1_000' as interval day to second), try_cast('5d' as interval day to second), try_cast('inf' as interval day to second), try_cast('\t8\n' as interval day to second)
-- case string_to_interval_day
select cast('abc' as interval day to second) as r
-- case try_string_to_array_string
select try_cast('' as array<string>), try_cast(' 12 ' as array<string>), try_cast('1.5' as array<string>), try_cast('1e3' as array<string>), try_cast('abc' as array<string>), try_cast('true' as array<string>), try_cast('y' as array<string>), try_cast('-0' as array<string>), try_cast('NaN' as array<string>), try_cast('2020-02-29' as array<string>), try_cast('2020-01-01 10:11:12.5' as array<string>), try_cast('2020-1-2T3:4:5Z' as array<string>), try_cast('99999999999' as array<string>), try_cast('+7' as array<string>), try_cast('0x1F' as array<string>), try_cast('1_000' as array<string>), try_cast('5d' as array<string>), try_cast('inf' as array<string>), try_cast('\t8\n' as array<string>)
-- case string_to_array_string
select cast('abc' as array<string>) as r
-- case try_string_to_map_int_string
select try_cast('' as map<int,string>), try_cast(' 12 ' as map<int,string>), try_cast('1.5' as map<int,string>), try_cast('1e3' as map<int,string>), try_cast('abc' as map<int,string>), try_cast('true' as map<int,string>), try_cast('y' as map<int,string>), try_cast('-0' as map<int,string>), try_cast('NaN' as map<int,string>), try_cast('2020-02-29' as map<int,string>), try_cast('2020-01-01 10:11:12.5' as map<int,string>), try_cast('2020-1-2T3:4:5Z' as map<int,string>), try_cast('99999999999' as map<int,string>), try_cast('+7' as map<int,string>), try_cast('0x1F' as map<int,string>), try_cast('1_000' as map<int,string>), try_cast('5d' as map<int,string>), try_cast('inf' as map<int,string>), try_cast('\t8\n' as map<int,string>)
-- case string_to_map_int_string
select cast('abc' as map<int,string>) as r
-- case try_string_to_struct
select try_cast('' as struct<p: bigint, q: string>), try_cast(' 12 ' as struct<p: bigint, q: string>), try_cast('1.5' as struct<p: bigint, q: string>), try_cast('1e3' as struct<p: bigint, q: string>), try_cast('abc' as struct<p: bigint, q: string>), try_cast('true' as struct<p: bigint, q: string>), try_cast('y' as struct<p: bigint, q: string>), try_cast('-0' as struct<p: bigint, q: string>), try_cast('NaN' as struct<p: bigint, q: string>), try_cast('2020-02-29' as struct<p: bigint, q: string>), try_cast('2020-01-01 10:11:12.5' as struct<p: bigint, q: string>), try_cast('2020-1-2T3:4:5Z' as struct<p: bigint, q: string>), try_cast('99999999999' as struct<p: bigint, q: string>), try_cast('+7' as struct<p: bigint, q: string>), try_cast('0x1F' as struct<p: bigint, q: string>), try_cast('1_000' as struct<p: bigint, q: string>), try_cast('5d' as struct<p: bigint, q: string>), try_cast('inf' as struct<p: bigint, q: string>), try_cast('\t8\n' as struct<p: bigint, q: string>)
-- case string_to_struct
select cast('abc' as struct<p: bigint, q: string>) as r
-- case try_binary_to_boolean
select try_cast(x'' as boolean), try_cast(x'61' as boolean), try_cast(x'00017F' as boolean)
-- case binary_to_boolean
select cast(x'007F' as boolean) as r
-- case try_binary_to_tinyint
select try_cast(x'' as tinyint), try_cast(x'61' as tinyint), try_cast(x'00017F' as tinyint)
-- case binary_to_tinyint
select cast(x'007F' as tinyint) as r
-- case try_binary_to_smallint
select try_cast(x'' as smallint), try_cast(x'61' as smallint), try_cast(x'00017F' as smallint)
-- case binary_to_smallint
select cast(x'007F' as smallint) as r
-- case try_binary_to_int
select try_cast(x'' as int), try_cast(x'61' as int), try_cast(x'00017F' as int)
-- case binary_to_int
select cast(x'007F' as int) as r
-- case try_binary_to_bigint
select try_cast(x'' as bigint), try_cast(x'61' as bigint), try_cast(x'00017F' as bigint)
-- case binary_to_bigint
select cast(x'007F' as bigint) as r
-- case try_binary_to_float
select try_cast(x'' as float), try_cast(x'61' as float), try_cast(x'00017F' as float)
-- case binary_to_float
select cast(x'007F' as float) as r
-- case try_binary_to_double
select try_cast(x'' as double), try_cast(x'61' as double), try_cast(x'00017F' as double)
-- case binary_to_double
select cast(x'007F' as double) as r
-- case try_binary_to_decimal52
select try_cast(x'' as decimal(5,2)), try_cast(x'61' as decimal(5,2)), try_cast(x'00017F' as decimal(5,2))
-- case binary_to_decimal52
select cast(x'007F' as decimal(5,2)) as r
-- case try_binary_to_decimal3818
select try_cast(x'' as decimal(38,18)), try_cast(x'61' as decimal(38,18)), try_cast(x'00017F' as decimal(38,18))
-- case binary_to_decimal3818
select cast(x'007F' as decimal(38,18)) as r
-- case try_binary_to_string
select try_cast(x'' as string), try_cast(x'61' as string), try_cast(x'00017F' as string)
-- case binary_to_string
select cast(x'007F' as string) as r
-- case try_binary_to_binary
select try_cast(x'' as binary), try_cast(x'61' as binary), try_cast(x'00017F' as binary)
-- case binary_to_binary
select cast(x'007F' as binary) as r
-- case try_binary_to_date
select try_cast(x'' as date), try_cast(x'61' as date), try_cast(x'00017F' as date)
-- case binary_to_date
select cast(x'007F' as date) as r
-- case try_binary_to_timestamp
select try_cast(x'' as timestamp), try_cast(x'61' as timestamp), try_cast(x'00017F' as timestamp)
-- case binary_to_timestamp
select cast(x'007F' as timestamp) as r
-- case try_binary_to_timestamp_ntz
select try_cast(x'' as timestamp_ntz), try_cast(x'61' as timestamp_ntz), try_cast(x'00017F' as timestamp_ntz)
-- case binary_to_timestamp_ntz
select cast(x'007F' as timestamp_ntz) as r
-- case try_binary_to_interval_day
select try_cast(x'' as interval day to second), try_cast(x'61' as interval day to second), try_cast(x'00017F' as interval day to second)
-- case binary_to_interval_day
select cast(x'007F' as interval day to second) as r
-- case try_binary_to_array_string
select try_cast(x'' as array<string>), try_cast(x'61' as array<string>), try_cast(x'00017F' as array<string>)
-- case binary_to_array_string
select cast(x'007F' as array<string>) as r
-- case try_binary_to_map_int_string
select try_cast(x'' as map<int,string>), try_cast(x'61' as map<int,string>), try_cast(x'00017F' as map<int,string>)
-- case binary_to_map_int_string
select cast(x'007F' as map<int,string>) as r
-- case try_binary_to_struct
select try_cast(x'' as struct<p: bigint, q: string>), try_cast(x'61' as struct<p: bigint, q: string>), try_cast(x'00017F' as struct<p: bigint, q: string>)
-- case binary_to_struct
select cast(x'007F' as struct<p: bigint, q: string>) as r
-- case try_date_to_boolean
select try_cast(date'1970-01-01' as boolean), try_cast(date'2020-02-29' as boolean), try_cast(date'0001-01-01' as boolean), try_cast(date'9999-12-31' as boolean)
-- case date_to_boolean
select cast(date'2020-02-29' as boolean) as r
-- case try_date_to_tinyint
select try_cast(date'1970-01-01' as tinyint), try_cast(date'2020-02-29' as tinyint), try_cast(date'0001-01-01' as tinyint), try_cast(date'9999-12-31' as tinyint)
-- case date_to_tinyint
select cast(date'2020-02-29' as tinyint) as r
-- case try_date_to_smallint
select try_cast(date'1970-01-01' as smallint), try_cast(date'2020-02-29' as smallint), try_cast(date'0001-01-01' as smallint), try_cast(date'9999-12-31' as smallint)
-- case date_to_smallint
select cast(date'2020-02-29' as smallint) as r
-- case try_date_to_int
select try_cast(date'1970-01-01' as int), try_cast(date'2020-02-29' as int), try_cast(date'0001-01-01' as int), try_cast(date'9999-12-31' as int)
-- case date_to_int
select cast(date'2020-02-29' as int) as r
-- case try_date_to_bigint
select try_cast(date'1970-01-01' as bigint), try_cast(date'2020-02-29' as bigint), try_cast(date'0001-01-01' as bigint), try_cast(date'9999-12-31' as bigint)
-- case date_to_bigint
select cast(date'2020-02-29' as bigint) as r
-- case try_date_to_float
select try_cast(date'1970-01-01' as float), try_cast(date'2020-02-29' as float), try_cast(date'0001-01-01' as float), try_cast(date'9999-12-31' as float)
-- case date_to_float
select cast(date'2020-02-29' as float) as r
-- case try_date_to_double
select try_cast(date'1970-01-01' as double), try_cast(date'2020-02-29' as double), try_cast(date'0001-01-01' as double), try_cast(date'9999-12-31' as double)
-- case date_to_double
select cast(date'2020-02-29' as double) as r
-- case try_date_to_decimal52
select try_cast(date'1970-01-01' as decimal(5,2)), try_cast(date'2020-02-29' as decimal(5,2)), try_cast(date'0001-01-01' as decimal(5,2)), try_cast(date'9999-12-31' as decimal(5,2))
-- case date_to_decimal52
select cast(date'2020-02-29' as decimal(5,2)) as r
-- case try_date_to_decimal3818
select try_cast(date'1970-01-01' as decimal(38,18)), try_cast(date'2020-02-29' as decimal(38,18)), try_cast(date'0001-01-01' as decimal(38,18)), try_cast(date'9999-12-31' as decimal(38,18))
-- case date_to_decimal3818
select cast(date'2020-02-29' as decimal(38,18)) as r
-- case try_date_to_string
select try_cast(date'1970-01-01' as string), try_cast(date'2020-02-29' as string), try_cast(date'0001-01-01' as string), try_cast(date'9999-12-31' as string)
-- case date_to_string
select cast(date'2020-02-29' as string) as r
-- case try_date_to_binary
select try_cast(date'1970-01-01' as binary), try_cast(date'2020-02-29' as binary), try_cast(date'0001-01-01' as binary), try_cast(date'9999-12-31' as binary)
-- case date_to_binary
select cast(date'2020-02-29' as binary) as r
-- case try_date_to_date
select try_cast(date'1970-01-01' as date), try_cast(date'2020-02-29' as date), try_cast(date'0001-01-01' as date), try_cast(date'9999-12-31' as date)
-- case date_to_date
select cast(date'2020-02-29' as date) as r
-- case try_date_to_timestamp
select try_cast(date'1970-01-01' as timestamp), try_cast(date'2020-02-29' as timestamp), try_cast(date'0001-01-01' as timestamp), try_cast(date'9999-12-31' as timestamp)
-- case date_to_timestamp
select cast(date'2020-02-29' as timestamp) as r
-- case try_date_to_timestamp_ntz
select try_cast(date'1970-01-01' as timestamp_ntz), try_cast(date'2020-02-29' as timestamp_ntz), try_cast(date'0001-01-01' as timestamp_ntz), try_cast(date'9999-12-31' as timestamp_ntz)
-- case date_to_timestamp_ntz
select cast(date'2020-02-29' as timestamp_ntz) as r
-- case try_date_to_interval_day
select try_cast(date'1970-01-01' as interval day to second), try_cast(date'2020-02-29' as interval day to second), try_cast(date'0001-01-01' as interval day to second), try_cast(date'9999-12-31' as interval day to second)
-- case date_to_interval_day
select cast(date'2020-02-29' as interval day to second) as r
-- case try_date_to_array_string
select try_cast(date'1970-01-01' as array<string>), try_cast(date'2020-02-29' as array<string>), try_cast(date'0001-01-01' as array<string>), try_cast(date'9999-12-31' as array<string>)
-- case date_to_array_string
select cast(date'2020-02-29' as array<string>) as r
-- case try_date_to_map_int_string
select try_cast(date'1970-01-01' as map<int,string>), try_cast(date'2020-02-29' as map<int,string>), try_cast(date'0001-01-01' as map<int,string>), try_cast(date'9999-12-31' as map<int,string>)
-- case date_to_map_int_string
select cast(date'2020-02-29' as map<int,string>) as r
-- case try_date_to_struct
select try_cast(date'1970-01-01' as struct<p: bigint, q: string>), try_cast(date'2020-02-29' as struct<p: bigint, q: string>), try_cast(date'0001-01-01' as struct<p: bigint, q: string>), try_cast(date'9999-12-31' as struct<p: bigint, q: string>)
-- case date_to_struct
select cast(date'2020-02-29' as struct<p: bigint, q: string>) as r
-- case try_timestamp_to_boolean
select try_cast(timestamp'1970-01-01 00:00:00Z' as boolean), try_cast(timestamp'2020-03-08 03:30:00.123456' as boolean), try_cast(timestamp'1969-12-31 23:59:59.999999Z' as boolean), try_cast(timestamp'9999-12-30 23:59:59' as boolean)
-- case timestamp_to_boolean
select cast(timestamp'9999-12-30 23:59:59' as boolean) as r
-- case try_timestamp_to_tinyint
select try_cast(timestamp'1970-01-01 00:00:00Z' as tinyint), try_cast(timestamp'2020-03-08 03:30:00.123456' as tinyint), try_cast(timestamp'1969-12-31 23:59:59.999999Z' as tinyint), try_cast(timestamp'9999-12-30 23:59:59' as tinyint)
-- case timestamp_to_tinyint
select cast(timestamp'9999-12-30 23:59:59' as tinyint) as r
-- case try_timestamp_to_smallint
select try_cast(timestamp'1970-01-01 00:00:00Z' as smallint), try_cast(timestamp'2020-03-08 03:30:00.123456' as smallint), try_cast(timestamp'1969-12-31 23:59:59.999999Z' as smallint), try_cast(timestamp'9999-12-30 23:59:59' as smallint)
-- case timestamp_to_smallint
select cast(timestamp'9999-12-30 23:59:59' as smallint) as r
-- case try_timestamp_to_int
select try_cast(timestamp'1970-01-01 00:00:00Z' as int), try_cast(timestamp'2020-03-08 03:30:00.123456' as int), try_cast(timestamp'1969-12-31 23:59:59.999999Z' as int), try_cast(timestamp'9999-12-30 23:59:59' as int)
-- case timestamp_to_int
select cast(timestamp'9999-12-30 23:59:59' as int) as r
-- case try_timestamp_to_bigint
select try_cast(timestamp'1970-01-01 00:00:00Z' as bigint), try_cast(timestamp'2020-03-08 03:30:00.123456' as bigint), try_cast(timestamp'1969-12-31 23:59:59.999999Z' as bigint), try_cast(timestamp'9999-12-30 23:59:59' as bigint)
-- case timestamp_to_bigint
select cast(timestamp'9999-12-30 23:59:59' as bigint) as r
-- case try_timestamp_to_float
select try_cast(timestamp'1970-01-01 00:00:00Z' as float), try_cast(timestamp'2020-03-08 03:30:00.123456' as float), try_cast(timestamp'1969-12-31 23:59:59.999999Z' as float), try_cast(timestamp'9999-12-30 23:59:59' as float)
-- case timestamp_to_float
select cast(timestamp'9999-12-30 23:59:59' as float) as r
-- case try_timestamp_to_double
select try_cast(timestamp'1970-01-01 00:00:00Z' as double), try_cast(timestamp'2020-03-08 03:30:00.123456' as double), try_cast(timestamp'1969-12-31 23:59:59.999999Z' as double), try_cast(timestamp'9999-12-30 23:59:59' as double)
-- case timestamp_to_double
select cast(timestamp'9999-12-30 23:59:59' as double) as r
-- case try_timestamp_to_decimal52
select try_cast(timestamp'1970-01-01 00:00:00Z' as decimal(5,2)), try_cast(timestamp'2020-03-08 03:30:00.123456' as decimal(5,2)), try_cast(timestamp'1969-12-31 23:59:59.999999Z' as decimal(5,2)), try_cast(timestamp'9999-12-30 23:59:59' as decimal(5,2))
-- case timestamp_to_decimal52
select cast(timestamp'9999-12-30 23:59:59' as decimal(5,2)) as r
-- case try_timestamp_to_decimal3818
select try_cast(timestamp'1970-01-01 00:00:00Z' as decimal(38,18)), try_cast(timestamp'2020-03-08 03:30:00.123456' as decimal(38,18)), try_cast(timestamp'1969-12-31 23:59:59.999999Z' as decimal(38,18)), try_cast(timestamp'9999-12-30 23:59:59' as decimal(38,18))
-- case timestamp_to_decimal3818
select cast(timestamp'9999-12-30 23:59:59' as decimal(38,18)) as r
-- case try_timestamp_to_string
select try_cast(timestamp'1970-01-01 00:00:00Z' as string), try_cast(timestamp'2020-03-08 03:30:00.123456' as string), try_cast(timestamp'1969-12-31 23:59:59.999999Z' as string), try_cast(timestamp'9999-12-30 23:59:59' as string)
-- case timestamp_to_string
select cast(timestamp'9999-12-30 23:59:59' as string) as r
-- case try_timestamp_to_binary
select try_cast(timestamp'1970-01-01 00:00:00Z' as binary), try_cast(timestamp'2020-03-08 03:30:00.123456' as binary), try_cast(timestamp'1969-12-31 23:59:59.999999Z' as binary), try_cast(timestamp'9999-12-30 23:59:59' as binary)
-- case timestamp_to_binary
select cast(timestamp'9999-12-30 23:59:59' as binary) as r
-- case try_timestamp_to_date
select try_cast(timestamp'1970-01-01 00:00:00Z' as date), try_cast(timestamp'2020-03-08 03:30:00.123456' as date), try_cast(timestamp'1969-12-31 23:59:59.999999Z' as date), try_cast(timestamp'9999-12-30 23:59:59' as date)
-- case timestamp_to_date
select cast(timestamp'9999-12-30 23:59:59' as date) as r
-- case try_timestamp_to_timestamp
select try_cast(timestamp'1970-01-01 00:00:00Z' as timestamp), try_cast(timestamp'2020-03-08 03:30:00.123456' as timestamp), try_cast(timestamp'1969-12-31 23:59:59.999999Z' as timestamp), try_cast(timestamp'9999-12-30 23:59:59' as timestamp)
-- case timestamp_to_timestamp
select cast(timestamp'9999-12-30 23:59:59' as timestamp) as r
-- case try_timestamp_to_timestamp_ntz
select try_cast(timestamp'1970-01-01 00:00:00Z' as timestamp_ntz), try_cast(timestamp'2020-03-08 03:30:00.123456' as timestamp_ntz), try_cast(timestamp'1969-12-31 23:59:59.999999Z' as timestamp_ntz), try_cast(timestamp'9999-12-30 23:59:59' as timestamp_ntz)
-- case timestamp_to_timestamp_ntz
select cast(timestamp'9999-12-30 23:59:59' as timestamp_ntz) as r
-- case try_timestamp_to_interval_day
select try_cast(timestamp'1970-01-01 00:00:00Z' as interval day to second), try_cast(timestamp'2020-03-08 03:30:00.123456' as interval day to second), try_cast(timestamp'1969-12-31 23:59:59.999999Z' as interval day to second), try_cast(timestamp'9999-12-30 23:59:59' as interval day to second)
-- case timestamp_to_interval_day
select cast(timestamp'9999-12-30 23:59:59' as interval day to second) as r
-- case try_timestamp_to_array_string
select try_cast(timestamp'1970-01-01 00:00:00Z' as array<string>), try_cast(timestamp'2020-03-08 03:30:00.123456' as array<string>), try_cast(timestamp'1969-12-31 23:59:59.999999Z' as array<string>), try_cast(timestamp'9999-12-30 23:59:59' as array<string>)
-- case timestamp_to_array_string
select cast(timestamp'9999-12-30 23:59:59' as array<string>) as r
-- case try_timestamp_to_map_int_string
select try_cast(timestamp'1970-01-01 00:00:00Z' as map<int,string>), try_cast(timestamp'2020-03-08 03:30:00.123456' as map<int,string>), try_cast(timestamp'1969-12-31 23:59:59.999999Z' as map<int,string>), try_cast(timestamp'9999-12-30 23:59:59' as map<int,string>)
-- case timestamp_to_map_int_string
select cast(timestamp'9999-12-30 23:59:59' as map<int,string>) as r
-- case try_timestamp_to_struct
select try_cast(timestamp'1970-01-01 00:00:00Z' as struct<p: bigint, q: string>), try_cast(timestamp'2020-03-08 03:30:00.123456' as struct<p: bigint, q: string>), try_cast(timestamp'1969-12-31 23:59:59.999999Z' as struct<p: bigint, q: string>), try_cast(timestamp'9999-12-30 23:59:59' as struct<p: bigint, q: string>)
-- case timestamp_to_struct
select cast(timestamp'9999-12-30 23:59:59' as struct<p: bigint, q: string>) as r
-- case try_timestamp_ntz_to_boolean
select try_cast(timestamp_ntz'1970-01-01 00:00:00' as boolean), try_cast(timestamp_ntz'2020-03-08 02:30:00.5' as boolean)
-- case timestamp_ntz_to_boolean
select cast(timestamp_ntz'2020-03-08 02:30:00.5' as boolean) as r
-- case try_timestamp_ntz_to_tinyint
select try_cast(timestamp_ntz'1970-01-01 00:00:00' as tinyint), try_cast(timestamp_ntz'2020-03-08 02:30:00.5' as tinyint)
-- case timestamp_ntz_to_tinyint
select cast(timestamp_ntz'2020-03-08 02:30:00.5' as tinyint) as r
-- case try_timestamp_ntz_to_smallint
select try_cast(timestamp_ntz'1970-01-01 00:00:00' as smallint), try_cast(timestamp_ntz'2020-03-08 02:30:00.5' as smallint)
-- case timestamp_ntz_to_smallint
select cast(timestamp_ntz'2020-03-08 02:30:00.5' as smallint) as r
-- case try_timestamp_ntz_to_int
select try_cast(timestamp_ntz'1970-01-01 00:00:00' as int), try_cast(timestamp_ntz'2020-03-08 02:30:00.5' as int)
-- case timestamp_ntz_to_int
select cast(timestamp_ntz'2020-03-08 02:30:00.5' as int) as r
-- case try_timestamp_ntz_to_bigint
select try_cast(timestamp_ntz'1970-01-01 00:00:00' as bigint), try_cast(timestamp_ntz'2020-03-08 02:30:00.5' as bigint)
-- case timestamp_ntz_to_bigint
select cast(timestamp_ntz'2020-03-08 02:30:00.5' as bigint) as r
-- case try_timestamp_ntz_to_float
select try_cast(timestamp_ntz'1970-01-01 00:00:00' as float), try_cast(timestamp_ntz'2020-03-08 02:30:00.5' as float)
-- case timestamp_ntz_to_float
select cast(timestamp_ntz'2020-03-08 02:30:00.5' as float) as r
-- case try_timestamp_ntz_to_double
select try_cast(timestamp_ntz'1970-01-01 00:00:00' as double), try_cast(timestamp_ntz'2020-03-08 02:30:00.5' as double)
-- case timestamp_ntz_to_double
select cast(timestamp_ntz'2020-03-08 02:30:00.5' as double) as r
-- case try_timestamp_ntz_to_decimal52
select try_cast(timestamp_ntz'1970-01-01 00:00:00' as decimal(5,2)), try_cast(timestamp_ntz'2020-03-08 02:30:00.5' as decimal(5,2))
-- case timestamp_ntz_to_decimal52
select cast(timestamp_ntz'2020-03-08 02:30:00.5' as decimal(5,2)) as r
-- case try_timestamp_ntz_to_decimal3818
select try_cast(timestamp_ntz'1970-01-01 00:00:00' as decimal(38,18)), try_cast(timestamp_ntz'2020-03-08 02:30:00.5' as decimal(38,18))
-- case timestamp_ntz_to_decimal3818
select cast(timestamp_ntz'2020-03-08 02:30:00.5' as decimal(38,18)) as r
-- case try_timestamp_ntz_to_string
select try_cast(timestamp_ntz'1970-01-01 00:00:00' as string), try_cast(timestamp_ntz'2020-03-08 02:30:00.5' as string)
-- case timestamp_ntz_to_string
select cast(timestamp_ntz'2020-03-08 02:30:00.5' as string) as r
-- case try_timestamp_ntz_to_binary
select try_cast(timestamp_ntz'1970-01-01 00:00:00' as binary), try_cast(timestamp_ntz'2020-03-08 02:30:00.5' as binary)
-- case timestamp_ntz_to_binary
select cast(timestamp_ntz'2020-03-08 02:30:00.5' as binary) as r
-- case try_timestamp_ntz_to_date
select try_cast(timestamp_ntz'1970-01-01 00:00:00' as date), try_cast(timestamp_ntz'2020-03-08 02:30:00.5' as date)
-- case timestamp_ntz_to_date
select cast(timestamp_ntz'2020-03-08 02:30:00.5' as date) as r
-- case try_timestamp_ntz_to_timestamp
select try_cast(timestamp_ntz'1970-01-01 00:00:00' as timestamp), try_cast(timestamp_ntz'2020-03-08 02:30:00.5' as timestamp)
-- case timestamp_ntz_to_timestamp
select cast(timestamp_ntz'2020-03-08 02:30:00.5' as timestamp) as r
-- case try_timestamp_ntz_to_timestamp_ntz
select try_cast(timestamp_ntz'1970-01-01 00:00:00' as timestamp_ntz), try_cast(timestamp_ntz'2020-03-08 02:30:00.5' as timestamp_ntz)
-- case timestamp_ntz_to_timestamp_ntz
select cast(timestamp_ntz'2020-03-08 02:30:00.5' as timestamp_ntz) as r
-- case try_timestamp_ntz_to_interval_day
select try_cast(timestamp_ntz'1970-01-01 00:00:00' as interval day to second), try_cast(timestamp_ntz'2020-03-08 02:30:00.5' as interval day to second)
-- case timestamp_ntz_to_interval_day
select cast(timestamp_ntz'2020-03-08 02:30:00.5' as interval day to second) as r
-- case try_timestamp_ntz_to_array_string
select try_cast(timestamp_ntz'1970-01-01 00:00:00' as array<string>), try_cast(timestamp_ntz'2020-03-08 02:30:00.5' as array<string>)
-- case timestamp_ntz_to_array_string
select cast(timestamp_ntz'2020-03-08 02:30:00.5' as array<string>) as r
-- case try_timestamp_ntz_to_map_int_string
select try_cast(timestamp_ntz'1970-01-01 00:00:00' as map<int,string>), try_cast(timestamp_ntz'2020-03-08 02:30:00.5' as map<int,string>)
-- case timestamp_ntz_to_map_int_string
select cast(timestamp_ntz'2020-03-08 02:30:00.5' as map<int,string>) as r
-- case try_timestamp_ntz_to_struct
select try_cast(timestamp_ntz'1970-01-01 00:00:00' as struct<p: bigint, q: string>), try_cast(timestamp_ntz'2020-03-08 02:30:00.5' as struct<p: bigint, q: string>)
-- case timestamp_ntz_to_struct
select cast(timestamp_ntz'2020-03-08 02:30:00.5' as struct<p: bigint, q: string>) as r
-- case try_interval_day_to_boolean
select try_cast(interval '1 02:03:04.5' day to second as boolean), try_cast(interval -1 day as boolean)
-- case interval_day_to_boolean
select cast(interval '1 02:03:04.5' day to second as boolean) as r
-- case try_interval_day_to_tinyint
select try_cast(interval '1 02:03:04.5' day to second as tinyint), try_cast(interval -1 day as tinyint)
-- case interval_day_to_tinyint
select cast(interval '1 02:03:04.5' day to second as tinyint) as r
-- case try_interval_day_to_smallint
select try_cast(interval '1 02:03:04.5' day to second as smallint), try_cast(interval -1 day as smallint)
-- case interval_day_to_smallint
select cast(interval '1 02:03:04.5' day to second as smallint) as r
-- case try_interval_day_to_int
select try_cast(interval '1 02:03:04.5' day to second as int), try_cast(interval -1 day as int)
-- case interval_day_to_int
select cast(interval '1 02:03:04.5' day to second as int) as r
-- case try_interval_day_to_bigint
select try_cast(interval '1 02:03:04.5' day to second as bigint), try_cast(interval -1 day as bigint)
-- case interval_day_to_bigint
select cast(interval '1 02:03:04.5' day to second as bigint) as r
-- case try_interval_day_to_float
select try_cast(interval '1 02:03:04.5' day to second as float), try_cast(interval -1 day as float)
-- case interval_day_to_float
select cast(interval '1 02:03:04.5' day to second as float) as r
-- case try_interval_day_to_double
select try_cast(interval '1 02:03:04.5' day to second as double), try_cast(interval -1 day as double)
-- case interval_day_to_double
select cast(interval '1 02:03:04.5' day to second as double) as r
-- case try_interval_day_to_decimal52
select try_cast(interval '1 02:03:04.5' day to second as decimal(5,2)), try_cast(interval -1 day as decimal(5,2))
-- case interval_day_to_decimal52
select cast(interval '1 02:03:04.5' day to second as decimal(5,2)) as r
-- case try_interval_day_to_decimal3818
select try_cast(interval '1 02:03:04.5' day to second as decimal(38,18)), try_cast(interval -1 day as decimal(38,18))
-- case interval_day_to_decimal3818
select cast(interval '1 02:03:04.5' day to second as decimal(38,18)) as r
-- case try_interval_day_to_string
select try_cast(interval '1 02:03:04.5' day to second as string), try_cast(interval -1 day as string)
-- case interval_day_to_string
select cast(interval '1 02:03:04.5' day to second as string) as r
-- case try_interval_day_to_binary
select try_cast(interval '1 02:03:04.5' day to second as binary), try_cast(interval -1 day as binary)
-- case interval_day_to_binary
select cast(interval '1 02:03:04.5' day to second as binary) as r
-- case try_interval_day_to_date
select try_cast(interval '1 02:03:04.5' day to second as date), try_cast(interval -1 day as date)
-- case interval_day_to_date
select cast(interval '1 02:03:04.5' day to second as date) as r
-- case try_interval_day_to_timestamp
select try_cast(interval '1 02:03:04.5' day to second as timestamp), try_cast(interval -1 day as timestamp)
-- case interval_day_to_timestamp
select cast(interval '1 02:03:04.5' day to second as timestamp) as r
-- case try_interval_day_to_timestamp_ntz
select try_cast(interval '1 02:03:04.5' day to second as timestamp_ntz), try_cast(interval -1 day as timestamp_ntz)
-- case interval_day_to_timestamp_ntz
select cast(interval '1 02:03:04.5' day to second as timestamp_ntz) as r
-- case try_interval_day_to_interval_day
select try_cast(interval '1 02:03:04.5' day to second as interval day to second), try_cast(interval -1 day as interval day to second)
-- case interval_day_to_interval_day
select cast(interval '1 02:03:04.5' day to second as interval day to second) as r
-- case try_interval_day_to_array_string
select try_cast(interval '1 02:03:04.5' day to second as array<string>), try_cast(interval -1 day as array<string>)
-- case interval_day_to_array_string
select cast(interval '1 02:03:04.5' day to second as array<string>) as r
-- case try_interval_day_to_map_int_string
select try_cast(interval '1 02:03:04.5' day to second as map<int,string>), try_cast(interval -1 day as map<int,string>)
-- case interval_day_to_map_int_string
select cast(interval '1 02:03:04.5' day to second as map<int,string>) as r
-- case try_interval_day_to_struct
select try_cast(interval '1 02:03:04.5' day to second as struct<p: bigint, q: string>), try_cast(interval -1 day as struct<p: bigint, q: string>)
-- case interval_day_to_struct
select cast(interval '1 02:03:04.5' day to second as struct<p: bigint, q: string>) as r
-- case try_array_to_boolean
select try_cast(array(1, null) as boolean), try_cast(array() as boolean)
-- case array_to_boolean
select cast(array(1, 300) as boolean) as r
-- case try_array_to_tinyint
select try_cast(array(1, null) as tinyint), try_cast(array() as tinyint)
-- case array_to_tinyint
select cast(array(1, 300) as tinyint) as r
-- case try_array_to_smallint
select try_cast(array(1, null) as smallint), try_cast(array() as smallint)
-- case array_to_smallint
select cast(array(1, 300) as smallint) as r
-- case try_array_to_int
select try_cast(array(1, null) as int), try_cast(array() as int)
-- case array_to_int
select cast(array(1, 300) as int) as r
-- case try_array_to_bigint
select try_cast(array(1, null) as bigint), try_cast(array() as bigint)
-- case array_to_bigint
select cast(array(1, 300) as bigint) as r
-- case try_array_to_float
select try_cast(array(1, null) as float), try_cast(array() as float)
-- case array_to_float
select cast(array(1, 300) as float) as r
-- case try_array_to_double
select try_cast(array(1, null) as double), try_cast(array() as double)
-- case array_to_double
select cast(array(1, 300) as double) as r
-- case try_array_to_decimal52
select try_cast(array(1, null) as decimal(5,2)), try_cast(array() as decimal(5,2))
-- case array_to_decimal52
select cast(array(1, 300) as decimal(5,2)) as r
-- case try_array_to_decimal3818
select try_cast(array(1, null) as decimal(38,18)), try_cast(array() as decimal(38,18))
-- case array_to_decimal3818
select cast(array(1, 300) as decimal(38,18)) as r
-- case try_array_to_string
select try_cast(array(1, null) as string), try_cast(array() as string)
-- case array_to_string
select cast(array(1, 300) as string) as r
-- case try_array_to_binary
select try_cast(array(1, null) as binary), try_cast(array() as binary)
-- case array_to_binary
select cast(array(1, 300) as binary) as r
-- case try_array_to_date
select try_cast(array(1, null) as date), try_cast(array() as date)
-- case array_to_date
select cast(array(1, 300) as date) as r
-- case try_array_to_timestamp
select try_cast(array(1, null) as timestamp), try_cast(array() as timestamp)
-- case array_to_timestamp
select cast(array(1, 300) as timestamp) as r
-- case try_array_to_timestamp_ntz
select try_cast(array(1, null) as timestamp_ntz), try_cast(array() as timestamp_ntz)
-- case array_to_timestamp_ntz
select cast(array(1, 300) as timestamp_ntz) as r
-- case try_array_to_interval_day
select try_cast(array(1, null) as interval day to second), try_cast(array() as interval day to second)
-- case array_to_interval_day
select cast(array(1, 300) as interval day to second) as r
-- case try_array_to_array_string
select try_cast(array(1, null) as array<string>), try_cast(array() as array<string>)
-- case array_to_array_string
select cast(array(1, 300) as array<string>) as r
-- case try_array_to_map_int_string
select try_cast(array(1, null) as map<int,string>), try_cast(array() as map<int,string>)
-- case array_to_map_int_string
select cast(array(1, 300) as map<int,string>) as r
-- case try_array_to_struct
select try_cast(array(1, null) as struct<p: bigint, q: string>), try_cast(array() as struct<p: bigint, q: string>)
-- case array_to_struct
select cast(array(1, 300) as struct<p: bigint, q: string>) as r
-- case try_map_to_boolean
select try_cast(map('1', 2) as boolean)
-- case map_to_boolean
select cast(map('x', 2) as boolean) as r
-- case try_map_to_tinyint
select try_cast(map('1', 2) as tinyint)
-- case map_to_tinyint
select cast(map('x', 2) as tinyint) as r
-- case try_map_to_smallint
select try_cast(map('1', 2) as smallint)
-- case map_to_smallint
select cast(map('x', 2) as smallint) as r
-- case try_map_to_int
select try_cast(map('1', 2) as int)
-- case map_to_int
select cast(map('x', 2) as int) as r
-- case try_map_to_bigint
select try_cast(map('1', 2) as bigint)
-- case map_to_bigint
select cast(map('x', 2) as bigint) as r
-- case try_map_to_float
select try_cast(map('1', 2) as float)
-- case map_to_float
select cast(map('x', 2) as float) as r
-- case try_map_to_double
select try_cast(map('1', 2) as double)
-- case map_to_double
select cast(map('x', 2) as double) as r
-- case try_map_to_decimal52
select try_cast(map('1', 2) as decimal(5,2))
-- case map_to_decimal52
select cast(map('x', 2) as decimal(5,2)) as r
-- case try_map_to_decimal3818
select try_cast(map('1', 2) as decimal(38,18))
-- case map_to_decimal3818
select cast(map('x', 2) as decimal(38,18)) as r
-- case try_map_to_string
select try_cast(map('1', 2) as string)
-- case map_to_string
select cast(map('x', 2) as string) as r
-- case try_map_to_binary
select try_cast(map('1', 2) as binary)
-- case map_to_binary
select cast(map('x', 2) as binary) as r
-- case try_map_to_date
select try_cast(map('1', 2) as date)
-- case map_to_date
select cast(map('x', 2) as date) as r
-- case try_map_to_timestamp
select try_cast(map('1', 2) as timestamp)
-- case map_to_timestamp
select cast(map('x', 2) as timestamp) as r
-- case try_map_to_timestamp_ntz
select try_cast(map('1', 2) as timestamp_ntz)
-- case map_to_timestamp_ntz
select cast(map('x', 2) as timestamp_ntz) as r
-- case try_map_to_interval_day
select try_cast(map('1', 2) as interval day to second)
-- case map_to_interval_day
select cast(map('x', 2) as interval day to second) as r
-- case try_map_to_array_string
select try_cast(map('1', 2) as array<string>)
-- case map_to_array_string
select cast(map('x', 2) as array<string>) as r
-- case try_map_to_map_int_string
select try_cast(map('1', 2) as map<int,string>)
-- case map_to_map_int_string
select cast(map('x', 2) as map<int,string>) as r
-- case try_map_to_struct
select try_cast(map('1', 2) as struct<p: bigint, q: string>)
-- case map_to_struct
select cast(map('x', 2) as struct<p: bigint, q: string>) as r
-- case try_struct_to_boolean
select try_cast(named_struct('a', 1, 'b', 'x') as boolean)
-- case struct_to_boolean
select cast(named_struct('a', 1, 'b', 'x') as boolean) as r
-- case try_struct_to_tinyint
select try_cast(named_struct('a', 1, 'b', 'x') as tinyint)
-- case struct_to_tinyint
select cast(named_struct('a', 1, 'b', 'x') as tinyint) as r
-- case try_struct_to_smallint
select try_cast(named_struct('a', 1, 'b', 'x') as smallint)
-- case struct_to_smallint
select cast(named_struct('a', 1, 'b', 'x') as smallint) as r
-- case try_struct_to_int
select try_cast(named_struct('a', 1, 'b', 'x') as int)
-- case struct_to_int
select cast(named_struct('a', 1, 'b', 'x') as int) as r
-- case try_struct_to_bigint
select try_cast(named_struct('a', 1, 'b', 'x') as bigint)
-- case struct_to_bigint
select cast(named_struct('a', 1, 'b', 'x') as bigint) as r
-- case try_struct_to_float
select try_cast(named_struct('a', 1, 'b', 'x') as float)
-- case struct_to_float
select cast(named_struct('a', 1, 'b', 'x') as float) as r
-- case try_struct_to_double
select try_cast(named_struct('a', 1, 'b', 'x') as double)
-- case struct_to_double
select cast(named_struct('a', 1, 'b', 'x') as double) as r
-- case try_struct_to_decimal52
select try_cast(named_struct('a', 1, 'b', 'x') as decimal(5,2))
-- case struct_to_decimal52
select cast(named_struct('a', 1, 'b', 'x') as decimal(5,2)) as r
-- case try_struct_to_decimal3818
select try_cast(named_struct('a', 1, 'b', 'x') as decimal(38,18))
-- case struct_to_decimal3818
select cast(named_struct('a', 1, 'b', 'x') as decimal(38,18)) as r
-- case try_struct_to_string
select try_cast(named_struct('a', 1, 'b', 'x') as string)
-- case struct_to_string
select cast(named_struct('a', 1, 'b', 'x') as string) as r
-- case try_struct_to_binary
select try_cast(named_struct('a', 1, 'b', 'x') as binary)
-- case struct_to_binary
select cast(named_struct('a', 1, 'b', 'x') as binary) as r
-- case try_struct_to_date
select try_cast(named_struct('a', 1, 'b', 'x') as date)
-- case struct_to_date
select cast(named_struct('a', 1, 'b', 'x') as date) as r
-- case try_struct_to_timestamp
select try_cast(named_struct('a', 1, 'b', 'x') as timestamp)
-- case struct_to_timestamp
select cast(named_struct('a', 1, 'b', 'x') as timestamp) as r
-- case try_struct_to_timestamp_ntz
select try_cast(named_struct('a', 1, 'b', 'x') as timestamp_ntz)
-- case struct_to_timestamp_ntz
select cast(named_struct('a', 1, 'b', 'x') as timestamp_ntz) as r
-- case try_struct_to_interval_day
select try_cast(named_struct('a', 1, 'b', 'x') as interval day to second)
-- case struct_to_interval_day
select cast(named_struct('a', 1, 'b', 'x') as interval day to second) as r
-- case try_struct_to_array_string
select try_cast(named_struct('a', 1, 'b', 'x') as array<string>)
-- case struct_to_array_string
select cast(named_struct('a', 1, 'b', 'x') as array<string>) as r
-- case try_struct_to_map_int_string
select try_cast(named_struct('a', 1, 'b', 'x') as map<int,string>)
-- case struct_to_map_int_string
select cast(named_struct('a', 1, 'b', 'x') as map<int,string>) as r
-- case try_struct_to_struct
select try_cast(named_struct('a', 1, 'b', 'x') as struct<p: bigint, q: string>)
-- case struct_to_struct
select cast(named_struct('a', 1, 'b', 'x') as struct<p: bigint, q: string>) as r
-- case try_null_to_boolean
select try_cast(null as boolean)
-- case null_to_boolean
select cast(null as boolean) as r
-- case try_null_to_tinyint
select try_cast(null as tinyint)
-- case null_to_tinyint
select cast(null as tinyint) as r
-- case try_null_to_smallint
select try_cast(null as smallint)
-- case null_to_smallint
select cast(null as smallint) as r
-- case try_null_to_int
select try_cast(null as int)
-- case null_to_int
select cast(null as int) as r
-- case try_null_to_bigint
select try_cast(null as bigint)
-- case null_to_bigint
select cast(null as bigint) as r
-- case try_null_to_float
select try_cast(null as float)
-- case null_to_float
select cast(null as float) as r
-- case try_null_to_double
select try_cast(null as double)
-- case null_to_double
select cast(null as double) as r
-- case try_null_to_decimal52
select try_cast(null as decimal(5,2))
-- case null_to_decimal52
select cast(null as decimal(5,2)) as r
-- case try_null_to_decimal3818
select try_cast(null as decimal(38,18))
-- case null_to_decimal3818
select cast(null as decimal(38,18)) as r
-- case try_null_to_string
select try_cast(null as string)
-- case null_to_string
select cast(null as string) as r
-- case try_null_to_binary
select try_cast(null as binary)
-- case null_to_binary
select cast(null as binary) as r
-- case try_null_to_date
select try_cast(null as date)
-- case null_to_date
select cast(null as date) as r
-- case try_null_to_timestamp
select try_cast(null as timestamp)
-- case null_to_timestamp
select cast(null as timestamp) as r
-- case try_null_to_timestamp_ntz
select try_cast(null as timestamp_ntz)
-- case null_to_timestamp_ntz
select cast(null as timestamp_ntz) as r
-- case try_null_to_interval_day
select try_cast(null as interval day to second)
-- case null_to_interval_day
select cast(null as interval day to second) as r
-- case try_null_to_array_string
select try_cast(null as array<string>)
-- case null_to_array_string
select cast(null as array<string>) as r
-- case try_null_to_map_int_string
select try_cast(null as map<int,string>)
-- case null_to_map_int_string
select cast(null as map<int,string>) as r
-- case try_null_to_struct
select try_cast(null as struct<p: bigint, q: string>)
-- case null_to_struct
select cast(null as struct<p: bigint, q: string>) as r
