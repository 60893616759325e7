-- setup
drop schema if exists case_ft cascade;
create schema case_ft;
use case_ft;
-- case parquet_insert
create table p1 (id int, name string) using parquet;
insert into p1 values (1, 'a'), (2, null);
insert into p1 select 3, 'c';
select * from p1 order by id;
-- case empty_table
create table p2 (id int, name string) using parquet;
select * from p2;
-- case empty_csv_table
create table p3 (id int, name string) using csv;
select * from p3;
-- case csv_insert_header
create table c1 (id int, name string) using csv options (header true, sep '|');
insert into c1 values (1, 'x|y'), (2, '');
select * from c1 order by id;
-- case json_insert_types
create table j1 (id int, m map<string, int>, d date, ts timestamp, s struct<a: int>) using json;
insert into j1 values (1, map('k', 2), date'2020-01-02', timestamp'2020-01-02 03:04:05', named_struct('a', 3));
select * from j1;
-- case text_table
create table t1 (line string) using text;
insert into t1 values ('one'), ('two');
select * from t1 order by line;
-- case partition_last
create table pp1 (p int, id int, q string) using parquet partitioned by (p);
insert into pp1 values (1, 'a', 10), (2, 'b', 20);
select * from pp1 order by id;
-- case partition_static
create table pp2 (id int, p int) using parquet partitioned by (p);
insert into pp2 partition (p = 5) values (1), (2);
select * from pp2 order by id;
-- case partition_mixed
create table pp3 (id int, p int, q string) using json partitioned by (p, q);
insert into pp3 partition (p = 5, q) select 1, 'x';
select * from pp3;
-- case partition_overwrite_static
create table pp4 (id int, p int) using parquet partitioned by (p);
insert into pp4 values (1, 1), (2, 2);
insert overwrite pp4 partition (p = 1) values (7);
select * from pp4 order by id;
-- case overwrite_all
create table pp5 (id int, p int) using parquet partitioned by (p);
insert into pp5 values (1, 1), (2, 2);
insert overwrite pp5 values (7, 1);
select * from pp5 order by id;
-- case show_partitions
create table pp6 (id int, p int, q string) using parquet partitioned by (p, q);
insert into pp6 values (1, 1, 'x'), (2, 2, 'y'), (3, 1, 'x');
show partitions pp6;
-- case insert_columns
create table p4 (id int, name string, x double) using parquet;
insert into p4 (name, id) values ('a', 1);
select * from p4;
-- case insert_by_name
create table p5 (id int, name string) using parquet;
insert into p5 by name select 'a' name, 1 id;
select * from p5;
-- case insert_too_many
create table p6 (id int) using parquet;
insert into p6 values (1, 2);
-- case insert_bad_value
create table p7 (id int) using parquet;
insert into p7 values ('x');
-- case insert_missing_partition_column
create table p8 (id int, p int) using parquet partitioned by (p);
insert into p8 partition (id = 1) values (1);
-- case ctas_parquet
create table a1 using parquet as select 1 id, 'x' s;
select * from a1;
-- case ctas_partitioned_csv
create table a2 using csv options (header true) partitioned by (p) as select 1 p, 2 id;
select * from a2;
-- case ctas_exists
create table a3 using parquet as select 1 id;
create table a3 using parquet as select 2 id;
-- case ctas_if_not_exists
create table a4 using parquet as select 1 id;
create table if not exists a4 using parquet as select 2 id;
select * from a4;
-- case describe_table
create table d1 (id int comment 'key', p string) using parquet partitioned by (p) comment 'c';
describe d1;
-- case show_create
create table d2 (id int not null comment 'key', p string) using csv options (header 'true', sep '|') partitioned by (p) comment 'it''s' tblproperties ('k' = 'v');
show create table d2;
-- case show_create_plain
create table d3 (id int) using json;
show create table d3;
-- case truncate_table
create table tr1 (id int) using parquet;
insert into tr1 values (1);
truncate table tr1;
select * from tr1;
-- case truncate_partition
create table tr2 (id int, p int) using json partitioned by (p);
insert into tr2 values (1, 1), (2, 2);
truncate table tr2;
select * from tr2;
-- case drop_and_create
create table dr1 (id int) using parquet;
insert into dr1 values (1);
drop table dr1;
create table dr1 (id int) using json;
select * from dr1;
-- case analyze_statistics
create table an1 (id int) using csv;
insert into an1 values (1), (2), (3);
analyze table an1 compute statistics;
select * from an1 order by id;
-- case analyze_noscan
create table an2 (id int) using csv;
analyze table an2 compute statistics noscan;
-- case analyze_missing
analyze table nope compute statistics;
-- case analyze_view
create view an_view as select 1 a;
analyze table an_view compute statistics;
-- case delete_refused
create table de1 (id int) using parquet;
delete from de1 where id = 1;
-- case update_refused
create table de2 (id int) using parquet;
update de2 set id = 1;
-- case merge_refused
create table de3 (id int) using parquet;
merge into de3 using (select 1 id) s on de3.id = s.id when matched then delete;
-- case unknown_provider
create table u1 (id int) using nosuch;
-- case csv_type_refused
create table u2 (a array<int>) using csv;
-- case text_type_refused
create table u3 (a int) using text;
-- case no_columns
create table u4 using parquet;
-- case drop_view_by_table
create view dv as select 1 a;
drop table dv;
-- case tables_listed
create table ls_one (id int) using json;
show tables like 'ls_*';
-- case rename_table
create table rn1 (id int) using json;
insert into rn1 values (1);
alter table rn1 rename to rn2;
select * from rn2;
-- case set_properties
create table sp1 (id int) using json;
alter table sp1 set tblproperties ('a' = 'b');
show tblproperties sp1;
