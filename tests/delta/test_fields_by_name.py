"""Fields of structs go by their names wherever Delta finds columns by name; merges add fields to structs."""

from __future__ import annotations

import pytest
from pyspark.errors import AnalysisException
from pyspark.sql import functions as F


@pytest.fixture
def table(spark, request):
    name = "f" + str(abs(hash(request.node.nodeid)))
    spark.sql(f"""CREATE TABLE {name} (id INT, s STRUCT<a: INT, b: INT>, l ARRAY<STRUCT<a: INT, b: INT>>,
                  m MAP<STRING, STRUCT<a: INT, b: INT>>, n STRUCT<x: STRUCT<a: INT, b: INT>, y: INT>)""")
    yield name
    spark.sql(f"DROP TABLE {name}")


SWAPPED = """named_struct('b', 1, 'a', 2) s, array(named_struct('b', 1, 'a', 2)) l, map('k', named_struct('b', 1, 'a', 2)) m,
             named_struct('y', 3, 'x', named_struct('b', 1, 'a', 2)) n"""


def rows(spark, table):
    return [row.asDict(recursive=True) for row in spark.table(table).orderBy("id").collect()]


def stored(number: int) -> dict:
    pair = {"a": 2, "b": 1}
    return {"id": number, "s": pair, "l": [pair], "m": {"k": pair}, "n": {"x": pair, "y": 3}}


def test_frames_and_insert_by_name(spark, table):
    spark.sql(f"SELECT 1 id, {SWAPPED}").write.mode("append").saveAsTable(table)
    spark.sql(f"SELECT 2 id, {SWAPPED}").write.insertInto(table)
    spark.sql(f"SELECT 3 id, {SWAPPED}").writeTo(table).append()
    spark.sql(f"INSERT INTO {table} BY NAME SELECT {SWAPPED}, 4 id")
    assert rows(spark, table) == [stored(i) for i in range(1, 5)]


def test_insert_by_position(spark, table):
    spark.sql(f"INSERT INTO {table} (id, s) SELECT 1, named_struct('b', 1, 'a', 2)")
    spark.sql(f"INSERT INTO {table} VALUES (2, struct(1, 2), array(struct(1, 2)), map('k', struct(1, 2)), null)")
    assert [row["s"] for row in rows(spark, table)] == [{"a": 1, "b": 2}, {"a": 1, "b": 2}]
    assert rows(spark, table)[1]["m"] == {"k": {"a": 1, "b": 2}}


def test_fields_a_frame_lacks_are_null(spark, table):
    spark.sql("SELECT 1 id, named_struct('b', 9) s").write.mode("append").saveAsTable(table)
    frame = spark.sql("SELECT 2 id, named_struct('c', 9, 'b', 8) s, array(named_struct('b', 7)) l")
    with pytest.raises(AnalysisException) as error:
        frame.write.mode("append").saveAsTable(table)
    assert error.value.getCondition() == "DELTA_METADATA_MISMATCH"
    frame.write.mode("append").option("mergeSchema", "true").saveAsTable(table)
    assert [(row["s"], row["l"]) for row in rows(spark, table)] == [
        ({"a": None, "b": 9, "c": None}, None),
        ({"a": None, "b": 8, "c": 9}, [{"a": None, "b": 7}]),
    ]


def test_update_and_merge(spark, table):
    spark.sql(f"INSERT INTO {table} (id) VALUES (1), (2), (3)")
    spark.sql(f"UPDATE {table} SET s = named_struct('b', 1, 'a', 2), l = array(named_struct('b', '1', 'a', '2')) WHERE id = 1")
    spark.sql(f"UPDATE {table} SET n.x = named_struct('b', 1, 'a', 2), n.y = 3 WHERE id = 1")
    spark.sql(f"MERGE INTO {table} t USING (SELECT explode(array(2, 4)) id, {SWAPPED}) s ON t.id = s.id "
              "WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *")  # fmt: skip
    spark.sql(f"MERGE INTO {table} t USING (SELECT explode(array(3, 5)) id, {SWAPPED}) s ON t.id = s.id "
              "WHEN MATCHED THEN UPDATE SET s = s.s WHEN NOT MATCHED THEN INSERT (id, l) VALUES (id, l)")  # fmt: skip
    none = {"s": None, "l": None, "m": None, "n": None}
    assert rows(spark, table) == [
        stored(1) | {"m": None},
        stored(2),
        none | {"id": 3, "s": {"a": 2, "b": 1}},
        stored(4),
        none | {"id": 5, "l": [{"a": 2, "b": 1}]},
    ]


@pytest.mark.parametrize("value", ["struct(1, 2)", "named_struct('a', 1)", "named_struct('a', 1, 'c', 2)"])
def test_a_set_value_has_the_columns_fields(spark, table, value):
    spark.sql(f"INSERT INTO {table} (id, s) VALUES (1, struct(5, 6))")
    for statement in (
        f"UPDATE {table} SET s = {value}",
        f"MERGE INTO {table} t USING (SELECT 1 id, {value} s) s ON t.id = s.id WHEN MATCHED THEN UPDATE SET s = s.s",
        f"MERGE INTO {table} t USING (SELECT 2 id, {value} s) s ON t.id = s.id WHEN NOT MATCHED THEN INSERT (id, s) VALUES (id, s)",
    ):
        with pytest.raises(AnalysisException) as error:
            spark.sql(statement)
        assert error.value.getCondition() == "DELTA_UPDATE_SCHEMA_MISMATCH_EXPRESSION"
    assert rows(spark, table)[0]["s"] == {"a": 5, "b": 6}


def test_merge_adds_fields(spark, table):
    """The values are real Delta's."""
    spark.sql(f"INSERT INTO {table} VALUES (1, struct(1, 2), array(struct(1, 2)), null, null), "
              "(2, struct(3, 4), array(struct(3, 4)), null, null), (3, null, null, null, null)")  # fmt: skip

    def merge(source: str, clause: str) -> None:
        spark.sql(f"MERGE WITH SCHEMA EVOLUTION INTO {table} t USING (SELECT {source}) s ON t.id = s.id {clause}")

    merge("1 id, named_struct('b', 201, 'c', 3) s", "WHEN MATCHED THEN UPDATE SET *")
    merge("2 id, named_struct('b', 201, 'd', 3) s", "WHEN MATCHED THEN UPDATE SET s = s.s")
    merge("11 id, named_struct('b', 201, 'e', 3) s", "WHEN NOT MATCHED THEN INSERT *")
    merge("12 id, named_struct('b', 201, 'f', 3) s", "WHEN NOT MATCHED THEN INSERT (id, s) VALUES (s.id, s.s)")
    merge("1 id, array(named_struct('b', 7, 'z', 8)) l", "WHEN MATCHED THEN UPDATE SET *")
    fields = dict.fromkeys("abcdef")
    assert [(row["id"], row["s"], row["l"]) for row in rows(spark, table)] == [
        (1, fields | {"a": 1, "b": 201, "c": 3}, [{"a": None, "b": 7, "z": 8}]),
        (2, fields | {"b": 201, "d": 3}, [{"a": 3, "b": 4, "z": None}]),
        (3, None, None),
        (11, fields | {"b": 201, "e": 3}, None),
        (12, fields | {"b": 201, "f": 3}, None),
    ]


def test_column_type_of_a_frame_that_fits(spark, table):
    """Fields in the table's order stay what they are, whatever else is stored."""
    frame = spark.sql("SELECT 1 id, named_struct('a', 1L, 'b', 2L) s").withColumn("n", F.expr("named_struct('x', s, 'y', 3L)"))
    frame.writeTo(table).append()
    assert rows(spark, table)[0]["n"] == {"x": {"a": 1, "b": 2}, "y": 3}
