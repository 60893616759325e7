-- case declare_default
declare or replace variable cv_a int default 3;
select cv_a
-- case declare_again
declare or replace variable cv_again int;
declare variable cv_again int
-- case declare_inferred
declare or replace variable cv_b = 1 + 2.5;
select cv_b, session.cv_b, system.session.cv_b, cv_b + 1
-- case declare_null
declare or replace cv_c string;
select cv_c, upper(cv_c)
-- case declare_bad_value
declare or replace cv_d int default 'x'
-- case declare_cast
declare or replace cv_d int default '5';
select cv_d
-- case declare_several
declare or replace cv_e, cv_f int default 5;
select cv_e, cv_f
-- case declare_elsewhere
declare foo.cv_g int
-- case set_expression
declare or replace cv_h int default 5;
set var cv_h = cv_h + 1;
select cv_h
-- case set_subquery
declare or replace cv_i int;
set variable cv_i = (select max(id) from range(10));
select cv_i
-- case set_row
declare or replace cv_j, cv_k int;
set var (cv_j, cv_k) = (select 7, 8);
select cv_j, cv_k
-- case set_several
declare or replace cv_l, cv_m int default 4;
set var cv_l = 9;
set var cv_l = default, cv_m = 2;
select cv_l, cv_m
-- case set_arity
declare or replace cv_n, cv_o int;
set var (cv_n, cv_o) = (select 7)
-- case set_many_rows
declare or replace cv_p int;
set var (cv_p) = (select id from range(2))
-- case set_no_row
declare or replace cv_q int default 1;
set var (cv_q) = (select id from range(0));
select cv_q
-- case set_bad_value
declare or replace cv_r int;
set var cv_r = 'abc'
-- case drop_variable
declare or replace cv_s int;
drop temporary variable cv_s;
select cv_s
-- case drop_missing
drop temporary variable cv_nope
-- case drop_if_exists
drop temporary variable if exists cv_nope
-- case column_first
declare or replace cv_t int default 5;
select cv_t as x from values (1) t(cv_t)
-- case in_where
declare or replace cv_u int default 2;
select id from range(4) where id < cv_u order by id
-- case execute_text
execute immediate 'select 5 as five'
-- case execute_variable
declare or replace cv_v string default 'select 6 as six';
execute immediate cv_v
-- case execute_into
declare or replace cv_w, cv_x int;
execute immediate 'select 7, 8' into cv_w, cv_x;
select cv_w, cv_x
-- case execute_into_arity
declare or replace cv_y, cv_z int;
execute immediate 'select 7' into cv_y, cv_z
-- case execute_into_no_row
declare or replace cv_aa int default 1;
execute immediate 'select id from range(0)' into cv_aa;
select cv_aa
-- case execute_not_text
execute immediate 5
-- case execute_bad_text
execute immediate 'selec 1'
-- case execute_command_into
declare or replace cv_bb int;
execute immediate 'set var cv_bb = 1' into cv_bb
-- case execute_command
declare or replace cv_cc int;
execute immediate 'set var cv_cc = 4';
select cv_cc
-- case order_by_all_desc
select k, v from values ('a', 1), ('b', 2), ('a', 3) t(k, v) order by all desc nulls last
-- case order_by_all_grouped
select k, sum(v) from values ('a', 1), ('b', 2), ('a', 3) t(k, v) group by k order by all
-- case order_by_column_all
select v as `all` from values (2), (1) t(v) order by all
-- case qualify_alias
select k, sum(v) over (partition by k) s from values ('a', 1), ('b', 2) t(k, v) qualify s > 1
-- case qualify_without_window
select k from values ('a', 1), ('b', 2) t(k, v) qualify k > 'a'
-- case qualify_grouped
select k, count(*) c from values ('a', 1), ('b', 2) t(k, v) group by k qualify row_number() over (order by k) = 1
-- case qualify_where_order
select k, v from values ('a', 1), ('b', 2), ('b', 3) t(k, v) where v > 0 qualify row_number() over (partition by k order by v desc) = 1 order by v
-- case session_window_merged
select session_window(ts, '10 minutes') sw, count(*) from values (timestamp'2020-01-01 00:03:00'), (timestamp'2020-01-01 00:13:00'), (timestamp'2020-01-01 00:12:59'), (timestamp'2020-01-01 01:00:00') t(ts) group by session_window(ts, '10 minutes') order by 2
-- case session_window_keys
select session_window.start, k, count(*) from values ('a', timestamp'2020-01-01 00:03:00'), ('a', timestamp'2020-01-01 00:04:00'), ('b', timestamp'2020-01-01 00:03:30') t(k, ts) group by k, session_window(ts, case when k = 'a' then '5 minutes' else '1 minute' end) order by k
-- case session_window_alone
select session_window(ts, '10 minutes') from values (timestamp'2020-01-01 00:03:00') t(ts)
-- case nested_nulls_compared
select named_struct('x', 1) < c, c < named_struct('x', 1), c <= c, c = c, c > c from values (named_struct('x', cast(null as int))) t(c)
-- case nested_nulls_sorted
select sort_array(array(array(1, null), array(1, 0))), array_max(array(array(1, null), array(1, 0)))
-- case null_spares_errors
select (1 / 0) + null, c + m + n from (select 2147483647 as c, cast(null as int) as n, 1 as m)
-- case split_empty_matches
select split('abc', 'x*'), split('abc', '$'), split('', '$'), split('ab', '^'), split(' pad ', '^\\s*|\\s*$')
-- case format_wrong_kind
select format_string('%d', 1.5D)
-- case format_numbers
select format_string('%x|%s|%(d', -1Y, date'2020-01-01', -5)
-- case letters_final_sigma
select lower('ΑΣ Σ ΣΑ'), upper('ᾳ'), upper('ŉ'), lower('ẞ'), upper('ﬃ')
-- case unbase64_unpadded
select unbase64('aXbXcd'), unbase64('aX===')
-- case unbase64_wrong_end
select unbase64('QQ=')
-- case array_decimals_differ
select array_remove(array(1, 2, 3), cast(1 as decimal(14, 11)))
-- case clock_changes_after_2037
select timestamp'2140-06-30 01:02:03.5', timestamp'2050-03-13 02:30:00', hour(timestamp'2140-06-30 08:00:00Z'), date_format(timestamp'2100-07-04 12:00:00Z', 'yyyy-MM-dd HH:mm z')
-- case arrays_zip_null
select arrays_zip(cast(null as array<int>), array(1))
