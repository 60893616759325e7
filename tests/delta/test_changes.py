"""DELETE, UPDATE and MERGE beside the scenarios: other readers, answers over Connect, failures that leave nothing."""

from __future__ import annotations

import os
import threading

import pytest
from delta.tables import DeltaTable
from pyspark.errors import PySparkException
from pyspark.sql import functions as F


def data_files(path: str) -> set[str]:
    return {
        os.path.join(folder, name)
        for folder, _, names in os.walk(path)
        for name in names
        if name.endswith(".parquet") and "_delta_log" not in folder
    }


def ids(spark, path: str) -> list[int]:
    return sorted(row.id for row in spark.read.format("delta").load(path).collect())


def test_answers_of_the_api(world):
    path = world.numbers()
    dt = world.forPath(path)
    assert [row.asDict() for row in dt.delete("id < 3").collect()] == [{"num_affected_rows": 3}]
    assert [row.asDict() for row in dt.update(F.col("id") > 7, {"v": F.lit(0)}).collect()] == [{"num_affected_rows": 2}]
    merged = (
        dt.alias("t")
        .merge(world.spark.range(8, 12).alias("s"), "t.id = s.id")
        .whenMatchedDelete()
        .whenNotMatchedInsert(values={"id": "s.id"})
        .execute()
    )
    assert merged.collect()[0].asDict() == {"num_affected_rows": 4, "num_updated_rows": 0, "num_deleted_rows": 2, "num_inserted_rows": 2}
    assert ids(world.spark, path) == [3, 4, 5, 6, 7, 10, 11]


def test_deltalake_reads_what_was_changed(world):
    deltalake = pytest.importorskip("deltalake")
    frame = world.spark.range(100).select("id", (F.col("id") % 4).cast("int").alias("p"), F.lit("x").alias("s"))
    path = world.table(frame, partition=["p"])
    dt = world.forPath(path)
    dt.delete("id % 10 = 3")
    dt.update("p = 2 and id > 50", {"s": "'changed'", "p": "9"})
    source = world.spark.range(95, 105).select("id", F.lit(1).alias("p"), F.lit("new").alias("s"))
    dt.alias("t").merge(source.alias("s"), "t.id = s.id").whenMatchedUpdateAll().whenNotMatchedInsertAll().execute()
    dt.optimize().executeCompaction()
    mine = sorted((row.id, row.p, row.s) for row in dt.toDF().collect())
    table = deltalake.DeltaTable(path).to_pyarrow_table().to_pydict()
    assert sorted(zip(table["id"], table["p"], table["s"], strict=True)) == mine
    assert len(mine) == 95


@pytest.mark.parametrize("vectors", ["true", "false"])
def test_a_failed_change_leaves_nothing(world, vectors):
    path = world.numbers(properties={"delta.enableDeletionVectors": vectors})
    world.sql(f"alter table delta.`{path}` add constraint small check (v < 1000)")
    before, version = data_files(path), world.last(path)["version"]
    dt = world.forPath(path)
    with pytest.raises(PySparkException, match="DELTA_VIOLATE_CONSTRAINT_WITH_VALUES"):
        dt.update("id = 4", {"v": "5000"})
    source = world.spark.range(8, 12).select("id", F.lit(2000).cast("long").alias("v"), F.lit("x").alias("s"))
    with pytest.raises(PySparkException, match="DELTA_VIOLATE_CONSTRAINT_WITH_VALUES"):
        dt.alias("t").merge(source.alias("s"), "t.id = s.id").whenMatchedUpdateAll().whenNotMatchedInsertAll().execute()
    with pytest.raises(PySparkException, match="DIVIDE_BY_ZERO"):
        dt.update("id = 4", {"v": "v / (id - 4)"})
    assert data_files(path) == before
    assert world.last(path)["version"] == version


def test_frames_columns_name_the_sides(world):
    path = world.numbers(4)
    dt = world.forPath(path)
    target, source = dt.toDF(), world.spark.range(2, 6).withColumn("v", F.lit(-1).cast("long"))
    merge = dt.merge(source, target["id"] == source["id"])
    merge.whenMatchedUpdate(set={"v": source["v"]}).whenNotMatchedInsert(values={"id": source["id"], "v": source["v"]}).execute()
    assert sorted((row.id, row.v) for row in dt.toDF().collect()) == [(0, 0), (1, 10), (2, -1), (3, -1), (4, -1), (5, -1)]


def test_columns_named_like_the_hidden_ones(world):
    frame = world.spark.range(6).select("id", F.lit("a").alias("filename"), F.lit(7).alias("file_row_number"), F.lit(8).alias("file_index"))
    path = world.table(frame, properties={"delta.enableDeletionVectors": "true"})
    dt = world.forPath(path)
    dt.delete("file_row_number = 7 and id = 2")
    dt.update("id = 3", {"filename": "'b'"})
    assert sorted(tuple(row) for row in dt.toDF().collect()) == [
        (0, "a", 7, 8),
        (1, "a", 7, 8),
        (3, "b", 7, 8),
        (4, "a", 7, 8),
        (5, "a", 7, 8),
    ]


def test_two_changes_of_the_same_rows_do_not_both_win(headrace, world):
    path = world.numbers(2000)
    failures: list[str] = []

    def add_one():
        session = headrace.spark()
        try:
            for _ in range(5):
                try:
                    DeltaTable.forPath(session, path).update("id = 7", {"v": "v + 1"})
                except PySparkException as error:
                    failures.append(error.getCondition())
        finally:
            session.stop()

    threads = [threading.Thread(target=add_one) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    value = world.spark.read.format("delta").load(path).filter("id = 7").first().v
    assert value == 70 + 15 - len(failures)
    assert set(failures) <= {"DELTA_CONCURRENT_APPEND.WITHOUT_HINT", "DELTA_CONCURRENT_APPEND.WITH_PARTITION_HINT", "DELTA_CONCURRENT_DELETE_READ.WITHOUT_HINT",
                             "DELTA_CONCURRENT_APPEND", "DELTA_CONCURRENT_DELETE_READ", "DELTA_CONCURRENT_DELETE_DELETE"}  # fmt: skip


def test_changes_only_read_the_files_they_need(world):
    frame = world.spark.range(40).select("id", (F.col("id") % 4).cast("int").alias("p"))
    path = world.table(frame, partition=["p"])
    before = data_files(path)
    # Files that no change reads may even be unreadable.
    for name in before:
        if "p=3" in name:
            os.rename(name, name + ".away")
    dt = world.forPath(path)
    dt.delete("p = 1")
    dt.update("p = 2 and id > 10", {"id": "id + 1000"})
    source = world.spark.createDataFrame([(4, 0), (400, 0)], "id long, p int")
    dt.alias("t").merge(source.alias("s"), "t.id = s.id and t.p = 0").whenMatchedDelete().whenNotMatchedInsertAll().execute()
    for name in before:
        if "p=3" in name:
            os.rename(name + ".away", name)
    got = sorted((row.id, row.p) for row in dt.toDF().collect())
    want = [(i, 0) for i in range(0, 40, 4) if i != 4] + [(400, 0)] + [(i, 3) for i in range(3, 40, 4)]
    want += [(i + 1000 if i > 10 else i, 2) for i in range(2, 40, 4)]
    assert got == sorted(want)


def test_defaults_of_columns(world):
    path = world.path()
    world.sql(
        f"create table delta.`{path}` (id int, v int default 42) using delta tblproperties ('delta.feature.allowColumnDefaults' = 'supported')"
    )
    world.sql(f"insert into delta.`{path}` values (1, 1), (2, 2)")
    world.sql(f"update delta.`{path}` set v = default where id = 1")
    world.sql(f"merge into delta.`{path}` t using (select 3 as id) s on t.id = s.id when not matched then insert (id) values (s.id)")
    world.sql(f"merge into delta.`{path}` t using (select 2 as id) s on t.id = s.id when matched then update set v = default")
    assert [row["v"] for row in world.rows(path)] == [42, 42, 42]


def test_changes_under_column_mapping(world):
    path = world.numbers(4, properties={"delta.columnMapping.mode": "name"})
    dt = world.forPath(path)
    dt.update("id = 1", {"v": "-1"})
    dt.delete("id = 2")
    source = world.spark.range(5, 7).select("id", (F.col("id") * 100).alias("v"), F.lit("src").alias("s"))
    dt.alias("t").merge(source.alias("s"), "t.id = s.id").whenNotMatchedInsertAll().execute()
    dt.optimize().executeCompaction()
    got = sorted(tuple(row) for row in dt.toDF().collect())
    assert got == [(0, 0, "n0"), (1, -1, "n1"), (3, 30, "n3"), (5, 500, "src"), (6, 600, "src")]


def test_tables_by_name(world):
    world.spark.sql("drop schema if exists dml_names cascade")
    world.spark.sql("create schema dml_names")
    world.spark.range(4).write.format("delta").saveAsTable("dml_names.t")
    dt = DeltaTable.forName(world.spark, "dml_names.t")
    dt.delete(F.col("id") == 1)
    world.spark.sql("update dml_names.t as x set x.id = x.id + 10 where x.id > 2")
    world.spark.sql("merge into dml_names.t using (select 0L as id) s on s.id = t.id when matched then delete")
    world.spark.sql("create or replace temp view over_t as select * from dml_names.t")
    world.spark.sql("delete from over_t where id = 13")
    assert [row.id for row in dt.toDF().collect()] == [2]
    assert dt.detail().collect()[0].name == "spark_catalog.dml_names.t"
