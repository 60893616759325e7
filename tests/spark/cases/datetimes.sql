-- case literals
select date'2020-02-29', timestamp'2020-03-08 01:30:00', timestamp'2020-03-08 01:30:00Z', timestamp_ntz'2020-03-08 01:30:00', timestamp'2020-01-01 00:00:00.123456', date'0001-01-01', date'9999-12-31', timestamp'2020-01-01'
-- case literal_bad
select date'2020-02-30'
-- case timestamp_literal_bad
select timestamp'abc'
-- case fields
select year(d), quarter(d), month(d), day(d), dayofmonth(d), dayofweek(d), dayofyear(d), weekofyear(d), weekday(d), dayname(d), monthname(d) from values (date'2021-01-03'), (date'2020-12-31'), (date'2024-02-29') t(d)
-- case time_fields
select hour(t), minute(t), second(t), year(t), date(t), extract(second from t), extract(week from t), extract(dow from t), extract(doy from t), date_part('YEAROFWEEK', t), extract(minute from t), extract(quarter from t) from values (timestamp'2020-12-31 23:59:58.123456') t(t)
-- case extract_bad_field
select extract(foo from date'2020-01-01')
-- case add_months_values
select add_months('2016-08-31', 1), add_months(date'2020-02-29', 12), add_months(date'2020-01-31', 1), add_months(date'2020-03-31', -1), add_months(null, 1)
-- case date_add_sub
select date_add('2016-07-30', 1), date_sub(date'2016-07-30', 31), date'2020-01-01' + 1, date'2020-01-01' - 1, date'2020-01-10' - date'2020-01-01', date_diff('2009-07-31', '2009-07-30'), datediff(date'2009-07-30', date'2009-07-31'), dateadd(day, 3, date'2020-01-01'), date_add(date'2020-01-01', -1), 1 + date'2020-01-01'
-- case timestampadd_diff
select timestampadd(MONTH, 1, timestamp'2020-01-31 10:00:00'), timestampdiff(MONTH, date'2021-01-01', date'2021-03-01'), timestampadd(HOUR, 25, timestamp'2020-03-07 10:00:00'), datediff(HOUR, timestamp'2020-03-07 23:00:00', timestamp'2020-03-08 05:00:00'), timestampdiff(YEAR, date'2020-02-29', date'2021-02-28')
-- case months_between_values
select months_between('1997-02-28 10:30:00', '1996-10-30'), months_between('1997-02-28 10:30:00', '1996-10-30', false), months_between(date'2020-03-31', date'2020-02-29'), months_between(date'2020-01-15', date'2020-01-15')
-- case last_next_day
select last_day('2009-01-12'), last_day(date'2020-02-01'), next_day('2015-01-14', 'TU'), next_day(date'2015-01-14', 'Wednesday')
-- case next_day_bad
select next_day(date'2015-01-14', 'xx')
-- case trunc_dates
select trunc('2019-08-04', 'week'), trunc('2019-08-04', 'quarter'), trunc('2009-02-12', 'MM'), trunc('2015-10-27', 'YEAR'), trunc('2015-10-27', 'bad'), date_trunc('YEAR', '2015-03-05T09:32:05.359'), date_trunc('HOUR', timestamp'2015-03-05 09:32:05.359'), date_trunc('DD', timestamp'2020-03-08 12:00:00'), date_trunc('week', timestamp'2020-03-08 12:00:00'), date_trunc('MILLISECOND', timestamp'2015-03-05 09:32:05.123456')
-- case date_format_values
select date_format('2016-04-08', 'y'), date_format(timestamp'2020-01-02 03:04:05.678', 'yyyy-MM-dd HH:mm:ss.SSS'), date_format(date'2020-01-02', 'EEEE, d MMMM yyyy'), date_format(timestamp'2020-01-02 15:04:05', 'hh:mm a'), date_format(date'2020-01-02', 'DDD'), date_format(timestamp'2020-07-02 15:04:05', 'VV z XXX'), date_format(date'2020-01-02', 'E MMM'), date_format(date'2020-01-02', 'QQQ q'), date_format(date'2020-01-02', "'year' yyyy")
-- case date_format_bad
select date_format(date'2020-01-02', 'YYYY')
-- case to_date_values
select to_date('2009-07-30 04:17:52'), to_date('2016-12-31', 'yyyy-MM-dd'), to_date('31/12/2016', 'dd/MM/yyyy'), to_date('Jan 5 2020', 'MMM d yyyy'), to_date(null), try_to_date('bad'), to_date('2016-1-5')
-- case to_date_bad
select to_date('2016-13-01')
-- case to_date_format_bad
select to_date('x', 'yyyy-MM-dd')
-- case to_timestamp_values
select to_timestamp('2016-12-31 00:12:00'), to_timestamp('2016-12-31', 'yyyy-MM-dd'), to_timestamp('2020-01-01T10:00:00+02:00'), to_timestamp('20200101 101112', 'yyyyMMdd HHmmss'), try_to_timestamp('bad'), to_timestamp('2020-01-01 10:00:00.5', 'yyyy-MM-dd HH:mm:ss.S'), to_timestamp_ntz('2020-01-01 10:00:00'), to_timestamp_ltz('2020-01-01 10:00:00')
-- case to_timestamp_bad
select to_timestamp('2016-12-31 25:00:00')
-- case unix_time
select unix_timestamp('2016-04-08', 'yyyy-MM-dd'), unix_timestamp(timestamp'1970-01-01 00:00:00Z'), from_unixtime(0), from_unixtime(1, 'yyyy-MM-dd HH:mm:ss'), to_unix_timestamp('2016-04-08', 'yyyy-MM-dd'), timestamp_seconds(1.5), timestamp_millis(1500), timestamp_micros(1500000), unix_seconds(timestamp'1970-01-01 00:00:01Z'), unix_millis(timestamp'1970-01-01 00:00:01.5Z'), unix_micros(timestamp'1970-01-01 00:00:01Z'), unix_date(date'1970-01-02'), date_from_unix_date(1)
-- case make_functions
select make_date(2013, 7, 15), make_timestamp(2014, 12, 28, 6, 30, 45.887), make_timestamp(2014, 12, 28, 6, 30, 45.887, 'CET'), make_dt_interval(1, 12, 30, 1.001), make_ym_interval(1, 2) = interval '1-2' year to month, try_make_timestamp(2024, 13, 1, 0, 0, 0), make_timestamp_ntz(2020, 1, 1, 0, 0, 0)
-- case make_date_bad
select make_date(2013, 13, 15)
-- case session_zone_dst
select timestamp'2020-03-08 02:30:00', timestamp'2020-11-01 01:30:00', timestamp'2020-03-08 01:59:59' + interval 1 second, timestamp'2020-03-07 12:00:00' + interval 1 day, timestamp'2020-03-07 12:00:00' + interval 24 hours, cast(timestamp'2020-11-01 01:30:00' as string)
-- case zone_conversions
select from_utc_timestamp('2016-08-31', 'Asia/Seoul'), to_utc_timestamp('2016-08-31', 'Asia/Seoul'), convert_timezone('Europe/Brussels', 'America/Los_Angeles', timestamp_ntz'2021-12-06 00:00:00'), current_timezone(), from_utc_timestamp(timestamp'2020-06-01 00:00:00', '+02:00')
-- case zone_conversion_bad
select from_utc_timestamp('2016-08-31', 'Nowhere/City')
-- case zone_utc conf:spark.sql.session.timeZone=UTC
select timestamp'2020-03-08 02:30:00', cast(timestamp'2020-03-08 02:30:00' as date), cast('2020-01-01' as timestamp), hour(timestamp'2020-01-01 00:00:00+05:00')
-- case zone_kolkata conf:spark.sql.session.timeZone=Asia/Kolkata
select timestamp'2020-03-08 02:30:00', cast(timestamp'2020-03-08 02:30:00Z' as date), cast('2020-01-01' as timestamp), hour(timestamp'2020-01-01 00:00:00Z'), date_trunc('day', timestamp'2020-01-01 20:00:00Z'), cast(date'2020-01-01' as timestamp), date_format(timestamp'2020-01-01 00:00:00Z', 'yyyy-MM-dd HH:mm:ssXXX')
-- case zone_tokyo_ntz conf:spark.sql.session.timeZone=Asia/Tokyo
select cast(timestamp_ntz'2020-01-01 00:00:00' as timestamp), cast(timestamp'2020-01-01 00:00:00Z' as timestamp_ntz), cast(timestamp_ntz'2020-01-01 10:00:00' as date), date'2020-01-01' < timestamp'2020-01-01 00:00:01', timestamp_ntz'2020-01-01 00:00:00' = timestamp'2020-01-01 00:00:00'
-- case intervals_day_time
select interval 1 day + interval 2 hours, interval '1 02:03:04.5' day to second, interval '10' minute * 3, interval 10 hours / 4, -interval 1 day, timestamp'2020-01-02 00:00:00' - timestamp'2020-01-01 12:00:00', date'2020-01-02' + interval 2 days, typeof(date'2020-01-02' + interval 2 hours), extract(hour from interval '1 02:03:04' day to second)
-- case intervals_year_month
select cast(interval '1-2' year to month as string), cast(interval 3 months * 2 as string), date'2020-01-31' + interval 1 month, timestamp'2020-01-31 10:00:00' + interval 1 year, date'2020-03-31' - interval 1 month, extract(year from interval '3-4' year to month)
-- case interval_strings
select cast(interval 1 day as string), cast(interval '1 02:03:04' day to second as string), cast('interval 1 day' as interval day) = interval 1 day, cast(interval 90 minutes as string), typeof(interval 1 day), typeof(interval 1 year)
-- case interval_compare
select interval 1 day = interval 24 hours, interval 1 day < interval 25 hours, interval 1 year = interval 12 months, abs(interval -1 day)
-- case interval_bad
select interval 'abc' day
-- case interval_sum
select sum(i), avg(i), max(i) from values (interval 1 day), (interval 12 hours) t(i)
-- case timestamp_arithmetic_overflow
select timestamp'294247-01-10 04:00:54.775807' + interval 1 second
-- case casts_date_ts
select cast('2020-01-01' as date), cast('2020-1-1' as date), cast('2020' as date), cast(' 2020-01-01 ' as date), cast('2020-01-01T05' as date), cast(timestamp'2020-01-01 23:00:00' as date), cast(date'2020-01-01' as timestamp), cast('2020-01-01 10' as timestamp), cast('2020-01' as timestamp), cast('10:00' as timestamp) is null
-- case casts_date_bad
select cast('2020-02-30' as date)
-- case casts_ts_numeric
select cast(0 as timestamp), cast(1.5 as timestamp), cast(1.5D as timestamp), cast(timestamp'1970-01-01 00:00:01.5Z' as bigint), cast(timestamp'1970-01-01 00:00:01.5Z' as double), cast(timestamp'1970-01-01 00:00:01.5Z' as decimal(20,6)), cast(timestamp'1969-12-31 23:59:59.5Z' as bigint), cast(-1L as timestamp)
-- case casts_date_numeric_bad
select cast(date'2020-01-01' as int)
-- case casts_to_string
select cast(date'2020-01-01' as string), cast(timestamp'2020-01-01 00:00:00' as string), cast(timestamp'2020-01-01 00:00:00.120' as string), cast(timestamp_ntz'2020-01-01 00:00:00.000001' as string), cast(date'-0044-03-15' as string), cast(timestamp'0001-01-01 00:00:00' as string)
-- case date_comparisons
select date'2020-01-01' = '2020-01-01', date'2020-01-01' < timestamp'2020-01-01 00:00:01', '2020-01-01' < date'2020-02-01', timestamp'2020-01-01 00:00:00' = '2020-01-01', date'2020-01-01' between '2019-01-01' and '2021-01-01'
-- case date_int_comparison_bad
select date'2020-01-01' = 1
-- case window_function_time
select window.start, window.end, count(*) from values (timestamp'2020-01-01 00:03:00'), (timestamp'2020-01-01 00:07:00'), (timestamp'2020-01-01 00:12:00') t(ts) group by window(ts, '10 minutes') order by 1
-- case window_sliding
select window, count(*) from values (timestamp'2020-01-01 00:03:00'), (timestamp'2020-01-01 00:07:00') t(ts) group by window(ts, '10 minutes', '5 minutes') order by 1
-- case sequence_dates
select sequence(date'2018-01-01', date'2018-03-01', interval 1 month), sequence(date'2020-01-01', date'2020-01-03'), sequence(timestamp'2020-03-08 00:00:00', timestamp'2020-03-08 04:00:00', interval 1 hour), sequence(date'2020-01-03', date'2020-01-01'), sequence(date'2020-01-31', date'2020-04-30', interval 1 month)
-- case current_functions
select current_date() = current_date, typeof(now()), typeof(current_timestamp()), typeof(localtimestamp()), now() = current_timestamp(), typeof(current_date()), datediff(current_date(), curdate())
-- case time_type
select typeof(time'12:30:45'), cast(time'12:30:45.5' as string)
-- case old_dates
select date'1582-10-04', date'1582-10-15', date_add(date'1582-10-04', 1), timestamp'1883-11-18 00:00:00', cast(timestamp'1900-01-01 00:00:00' as string)
-- case date_aggregates
select min(d), max(d), count(distinct d), max(d) - min(d) from values (date'2020-01-01'), (null), (date'2020-05-01') t(d)
-- case date_trunc_bad
select date_trunc('nope', timestamp'2020-01-01 00:00:00')
-- case timestamp_limits
select try_cast('294247-01-10 04:00:54.775807' as timestamp) is null, try_cast('294247-01-09 20:00:54.775807' as timestamp) is null, try_cast('294247-01-10 04:00:54.775807' as timestamp_ntz) is null, try_cast('294247-01-10 04:00:54.775808' as timestamp_ntz) is null, try_cast('999999-01-01' as timestamp) is null, try_cast('999999-01-01' as timestamp_ntz) is null, try_cast('294247-01-10 05:00:54.775807+01:00' as timestamp) is null, try_cast('294247-01-10 05:00:54.775807Z' as timestamp) is null
-- case timestamp_literal_too_late
select timestamp_ntz'294247-01-10 04:00:54.775808'
-- case date_literal_as_timestamp_too_late
select timestamp'999999-01-01'
-- case unix_date_of_text
select unix_date('2020-01-01')
-- case unix_date_of_a_timestamp
select unix_date(timestamp'2020-01-01 00:00:00')
-- case unix_seconds_of_a_date
select unix_seconds(date'2020-01-01')
-- case unix_millis_of_ntz
select unix_millis(timestamp_ntz'2020-01-01 00:00:00')
-- case unix_of_nulls
select unix_date(null), unix_seconds(null), unix_micros(null), unix_millis(null)
