-- setup
drop schema if exists case_ddl cascade;
create schema case_ddl;
use case_ddl
-- case create_and_insert
create table t1 (id int, name string);
insert into t1 values (1, 'a'), (2, null);
select * from t1 order by id
-- case create_delta_comment
create table t2 (id bigint not null comment 'the key', d decimal(10,2), ts timestamp) using delta comment 'a table';
describe t2
-- case describe_table
create table t3 (a int, b array<string>, c struct<x: int, y: map<string, double>>) using delta partitioned by (a);
describe table t3
-- case describe_column
create table t4 (a int comment 'first', b string);
describe t4 b
-- case describe_query
describe query select 1 as a, 'x' as b, array(1.5) as c
-- case describe_function
describe function upper
-- case describe_schema
describe schema case_ddl
-- case show_tables
create schema if not exists case_ddl_show;
create table if not exists case_ddl_show.x1 (a int);
create table if not exists case_ddl_show.x2 (a int);
show tables in case_ddl_show
-- case show_tables_like
create schema if not exists case_ddl_show;
create table if not exists case_ddl_show.x1 (a int);
create table if not exists case_ddl_show.y1 (a int);
show tables in case_ddl_show like 'x1|z*'
-- case show_schemas
show schemas like 'case_ddl'
-- case show_columns
create table t5 (a int, b string);
show columns in t5
-- case show_catalogs
show catalogs like 'spark_catalog'
-- case show_tblproperties
create table t6 (a int) tblproperties ('my.key' = 'v');
show tblproperties t6 ('my.key')
-- case show_views
create or replace temp view tv1 as select 1 as a;
show views like 'tv1'
-- case show_functions
show functions like 'upper'
-- case ctas
create table t7 as select id, id * 2 as d from range(3);
select * from t7 order by id
-- case ctas_partitioned
create table t8 using delta partitioned by (p) as select id, id % 2 as p from range(4);
select p, count(*) from t8 group by p order by p
-- case create_or_replace
create table t9 (a int);
create or replace table t9 as select 'x' as b;
select * from t9
-- case create_if_not_exists
create table t10 (a int);
create table if not exists t10 (b string);
describe t10
-- case create_exists_error
create table t11 (a int);
create table t11 (a int)
-- case drop_table
create table t12 (a int);
drop table t12;
select * from t12
-- case insert_columns
create table t13 (a int, b string, c double);
insert into t13 (c, a) values (1.5, 7);
select * from t13
-- case insert_by_name
create table t14 (a int, b string);
insert into t14 by name select 'x' as b, 1 as a;
select * from t14
-- case insert_overwrite
create table t15 (a int);
insert into t15 values (1), (2);
insert overwrite t15 values (3);
select * from t15
-- case insert_too_many_columns
create table t16 (a int);
insert into t16 values (1, 2)
-- case insert_bad_type
create table t17 (a int);
insert into t17 values ('abc')
-- case insert_overflow
create table t18 (a tinyint);
insert into t18 values (300)
-- case insert_null_not_null
create table t19 (a int not null);
insert into t19 values (null)
-- case insert_default
create table t20 (a int, b int default 5) using delta tblproperties ('delta.feature.allowColumnDefaults' = 'supported');
insert into t20 (a) values (1);
select * from t20
-- case update_rows
create table t21 as select id, cast(id as string) s from range(4);
update t21 set s = 'big' where id > 1;
select * from t21 order by id
-- case update_metrics
create table t22 as select id from range(4);
update t22 set id = id + 1 where id > 1
-- case delete_rows
create table t23 as select id from range(4);
delete from t23 where id % 2 = 0;
select * from t23 order by id
-- case delete_metrics
create table t24 as select id from range(4);
delete from t24 where id < 3
-- case merge_rows
create table t25 as select id, id * 10 as v from range(3);
merge into t25 using (select id, -1L as v from range(1, 5)) s on t25.id = s.id when matched and s.id = 1 then delete when matched then update set v = s.v when not matched then insert *;
select * from t25 order by id
-- case merge_metrics
create table t26 as select id, id * 10 as v from range(3);
merge into t26 t using (select id, -1L as v from range(1, 5)) s on t.id = s.id when matched then update set * when not matched then insert (id, v) values (s.id, s.v)
-- case merge_multiple_source
create table t27 as select id from range(3);
merge into t27 using (select 1L as id union all select 1L) s on t27.id = s.id when matched then update set id = 9
-- case alter_add_column
create table t28 (a int);
alter table t28 add columns (b string comment 'new', c double);
describe t28
-- case alter_rename_table
create table t29 (a int);
alter table t29 rename to t29b;
show tables in case_ddl like 't29*'
-- case alter_properties
create table t30 (a int);
alter table t30 set tblproperties ('k' = 'v', 'delta.appendOnly' = 'true');
show tblproperties t30 ('k')
-- case append_only_delete
create table t31 (a int) tblproperties ('delta.appendOnly' = 'true');
insert into t31 values (1);
delete from t31 where a = 1
-- case view_permanent
create table t32 as select id from range(3);
create view v32 as select id * 2 as d from t32;
select * from v32 order by d
-- case view_columns
create or replace view v33 (x comment 'ex', y) as select 1, 'a';
describe v33
-- case view_drop
create view v34 as select 1 as a;
drop view v34;
select * from v34
-- case view_show_create
create or replace temp view v35 as select 1 as a;
select * from v35
-- case drop_view_as_table
create view v36 as select 1 as a;
drop table v36
-- case truncate_table
create table t37 as select id from range(3);
truncate table t37;
select count(*) from t37
-- case time_travel_version
create table t38 as select 1 as a;
insert into t38 values (2);
select * from t38 version as of 0
-- case time_travel_at
create table t39 as select 1 as a;
insert into t39 values (2);
select * from t39@v0
-- case time_travel_missing_version
create table t40 as select 1 as a;
select * from t40 version as of 7
-- case history_columns
create table t42 (a int);
describe history t42 limit 0
-- case restore_version
create table t43 as select 1 as a;
insert into t43 values (2);
restore table t43 to version as of 0;
select * from t43
-- case constraint_check
create table t44 (a int);
alter table t44 add constraint positive check (a > 0);
insert into t44 values (-1)
-- case char_padding
create table t45 (c char(5), v varchar(3));
insert into t45 values ('ab', 'xy');
select concat(c, '|'), concat(v, '|') from t45
-- case varchar_too_long
create table t46 (v varchar(3));
insert into t46 values ('abcd')
-- case schema_drop_not_empty
create schema case_ddl_full;
create table case_ddl_full.x (a int);
drop schema case_ddl_full
-- case schema_create_exists
create schema case_ddl
-- case schema_current
select current_schema(), current_database(), current_catalog()
-- case schema_use
create schema if not exists case_ddl_other;
use case_ddl_other;
select current_schema()
-- case schema_use_back
use case_ddl;
select current_schema()
-- case three_level_name
create table spark_catalog.case_ddl.t50 (a int);
select count(*) from spark_catalog.case_ddl.t50
-- case set_show
set spark.sql.shuffle.partitions
-- case set_value
set spark.sql.shuffle.partitions = 3;
set spark.sql.shuffle.partitions
-- case reset_value
set spark.sql.shuffle.partitions = 2;
set my.unknown.key = 5
-- case explain_simple
explain extended select 1
-- case generated_column
create table t51 (a date, y int generated always as (year(a))) using delta;
insert into t51 (a) values (date'2020-05-01');
select * from t51
-- case identity_column
create table t52 (id bigint generated always as identity, v string) using delta;
insert into t52 (v) values ('a');
select * from t52
-- case show_partitions
create table t53 using delta partitioned by (p) as select id, id % 2 as p from range(4);
show partitions t53
-- case insert_select_type_widening
create table t55 (a bigint, d decimal(10,2));
insert into t55 select 1, 2.5;
select * from t55
-- case column_nullability_after_create
create table t56 (a int not null, b string);
select * from t56
-- case replace_where_sql
create table t57 as select id, id % 2 as p from range(4);
insert into t57 replace where p = 1 values (100, 1);
select * from t57 order by id
-- case insert_partition
create table t58 (a int, p int) using delta partitioned by (p);
insert into t58 partition (p = 3) values (1);
select * from t58
-- case comment_on
create table t59 (a int);
comment on table t59 is 'hello';
select 1
-- case optimize_metrics_columns
create table t60 as select id from range(3);
optimize t60;
select count(*) from t60
-- case alter_column_comment
create table t61 (a int);
alter table t61 alter column a comment 'cc';
describe t61
-- case analyze_table
create table t62 as select id from range(3);
analyze table t62 compute statistics;
select count(*) from t62
-- case describe_extended_names
create table t63 (a int);
describe extended t63
-- case show_create_table
create table t64 (a int not null comment 'x', b string) using delta comment 'c' tblproperties ('p.q' = '1');
show create table t64
-- case cache_table
create table t65 as select id from range(3);
cache table t65;
select count(*) from t65
-- case refresh_table
create table t66 as select id from range(3);
refresh table t66;
select count(*) from t66
-- case view_in_its_schema
create schema if not exists case_ddl_views;
create table case_ddl_views.vt (a int);
insert into case_ddl_views.vt values (1);
use case_ddl_views;
create view vv as select * from vt where a < (select max(a) + 1 from vt);
create view vv2 as with w as (select * from vv) select a + 1 as b from w;
use case_ddl;
create or replace temporary view vt as select 999 as a;
create or replace temporary view vv as select 999 as a;
select * from case_ddl_views.vv, case_ddl_views.vv2
-- case view_over_variable
declare or replace variable case_ddl_var int default 3;
create view pv5 as select case_ddl_var as x
-- case insert_default_in_values
create table dv1 (a int, b int default 7, c string default 'x' || 'y') tblproperties ('delta.feature.allowColumnDefaults' = 'supported');
insert into dv1 values (1, default, default), (2, 3, DEFAULT), (default, default, 'z');
insert into dv1 (c, a) values (default, 5);
insert into dv1 select 7, default, 'q';
insert into dv1 select * from values (12, default, 'p');
select * from dv1 order by a
-- case insert_default_in_expression
create table dv3 (a int, b int default 7) tblproperties ('delta.feature.allowColumnDefaults' = 'supported');
insert into dv3 values (8, default + 1)
-- case default_wrong_type
create table de1 (a int default 'x') tblproperties ('delta.feature.allowColumnDefaults' = 'supported')
-- case default_random
create table de6 (a double default rand()) tblproperties ('delta.feature.allowColumnDefaults' = 'supported')
-- case generated_random
create table ge1 (a int, b double generated always as (rand()))
-- case generated_of_generated
create table ge4 (a int, b int generated always as (a + 1), c int generated always as (b + 1))
-- case generated_other_type
create table ge6 (a int, b bigint generated always as (a + 1))
-- case insert_struct_too_few_fields
create table sf1 (id int, s struct<a:int,b:int>);
insert into sf1 by name select 1 as id, named_struct('b', 5) as s
-- case insert_struct_other_names
create table sf3 (id int, s struct<a:int,b:int>);
insert into sf3 by name select 1 as id, named_struct('b', 5, 'c', 6) as s;
insert into sf3 select 2, named_struct('b', 5, 'a', 6);
insert into sf3 by name select 3 as id, named_struct('b', 5, 'a', 6) as s;
select * from sf3 order by id
-- case set_location_no_table
create table sl1 (a int) using delta;
alter table sl1 set location '/tmp/headrace-nothing-here'
