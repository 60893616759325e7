-- setup
drop schema if exists case_meta cascade;
create schema case_meta comment 'for metadata' with dbproperties ('k' = 'v', 'a' = 'b');
use case_meta;
create table plain (id bigint not null comment 'the key', Name string, d decimal(10,2)) using delta comment 'a table' tblproperties ('my.key' = 'v', 'other' = 'w');
create table parts (a int, p string, q date) using delta partitioned by (p, q);
create view v1 (x comment 'ex', y) comment 'a view' as select id, Name from plain;
create or replace temp view tv as select 1 as a, 'x' as b;
create or replace global temp view gv as select 2 as g
-- case show_schemas
show schemas like 'case_m*'
-- case show_databases
show databases like 'case_meta'
-- case show_namespaces_in
show namespaces in spark_catalog like 'case_meta'
-- case show_tables
show tables
-- case show_tables_in
show tables in case_meta
-- case show_tables_from_like
show tables from case_meta like 'p*'
-- case show_tables_pattern
show tables 'pl*|v*'
-- case show_tables_global
show tables in global_temp
-- case show_tables_missing
show tables in case_no_such
-- case show_table_extended_missing
show table extended like 'nosuch*'
-- case show_views
show views
-- case show_views_in
show views in case_meta like 'v*'
-- case show_views_global
show views in global_temp
-- case show_columns
show columns in plain
-- case show_columns_from
show columns from plain from case_meta
-- case show_columns_view
show columns in tv
-- case show_columns_missing
show columns in nosuch
-- case show_tblproperties
show tblproperties plain
-- case show_tblproperties_key
show tblproperties plain ('my.key')
-- case show_tblproperties_missing_key
show tblproperties plain ('nope')
-- case show_tblproperties_view
show tblproperties v1
-- case show_partitions_unpartitioned
show partitions plain
-- case show_partitions_delta
show partitions parts
-- case show_functions_like
show functions like 'array_s*'
-- case show_functions_of_letters
show functions like 'b*|d*|e*|h*|k*|l*|n*|o*|q*|u*|w*|x*|y*|z*'
-- case show_functions_operators
show functions like '<*|>*|=*'
-- case show_system_functions
show system functions like 'upper|lower'
-- case show_user_functions
show user functions
-- case show_all_functions
show all functions like 'date_a*'
-- case show_catalogs
show catalogs
-- case show_catalogs_like
show catalogs like 'nope*'
-- case show_current
show current namespace
-- case show_create_table
show create table plain
-- case show_create_view
show create table v1
-- case show_create_temp_view
show create table tv
-- case show_create_missing
show create table nosuch
-- case describe_table
describe table plain
-- case describe_short
desc plain
-- case describe_partitioned
describe parts
-- case describe_view
describe v1
-- case describe_temp_view
describe tv
-- case describe_global_view
describe global_temp.gv
-- case describe_missing
describe nosuch
-- case describe_extended
describe extended plain
-- case describe_extended_partitioned
describe table extended parts
-- case describe_extended_temp
describe extended tv
-- case describe_column
describe plain Name
-- case describe_column_comment
describe plain id
-- case describe_column_extended
describe extended plain id
-- case describe_column_missing
describe plain nosuch
-- case describe_nested_column
describe tv.b
-- case describe_schema
describe schema case_meta
-- case describe_schema_extended
describe schema extended case_meta
-- case describe_database
describe database default
-- case describe_schema_missing
describe schema nosuch
-- case describe_catalog
describe catalog spark_catalog
-- case describe_query
describe query select id, Name as n, d + 1 as e from plain
-- case describe_query_plain
describe select 1
-- case describe_query_values
describe values (1, 'a')
-- case describe_function
describe function abs
-- case describe_function_extended
describe function extended abs
-- case describe_function_operator
describe function `+`
-- case describe_function_of_schema
describe function default.abs
-- case describe_function_missing
describe function nosuch
-- case set_one
set spark.sql.ansi.enabled
-- case set_undefined
set case.no.such.setting
-- case show_tables_other_schema_view
create or replace temp view parts_view as select * from parts;
show tables in default like 'parts_v*'
