"""Time travel in paths and options; columns that others read; views over tables that grow."""

from __future__ import annotations

import pytest
from pyspark.errors import AnalysisException, IllegalArgumentException
from pyspark.sql import Row


@pytest.fixture
def name(spark, request):
    name = "v" + str(abs(hash(request.node.nodeid)))
    yield name
    spark.sql(f"DROP VIEW IF EXISTS {name}_v")
    spark.sql(f"DROP TABLE IF EXISTS {name}")


def test_versions_in_paths_and_options(spark, tmp_path):
    path = str(tmp_path / "t")
    spark.range(2).write.format("delta").save(path)
    spark.range(3).write.format("delta").mode("append").save(path)
    assert spark.read.format("delta").load(path + "@v0").count() == 2
    assert spark.read.load(path + "@v1").count() == 5
    at = spark.sql(f"DESCRIBE HISTORY delta.`{path}`").where("version = 0").collect()[0].timestamp
    assert spark.read.load(path + at.strftime("@%Y%m%d%H%M%S") + f"{at.microsecond // 1000:03}").count() == 2
    for options in ({"versionAsOf": "1", "timestampAsOf": "2030-01-01"}, {"versionAsOf": "1x"}, {"versionAsOf": "-1"}):
        with pytest.raises(IllegalArgumentException) as error:
            spark.read.options(**options).load(path).count()
        assert error.value.getCondition() in ("DELTA_ONEOF_IN_TIMETRAVEL", "DELTA_TIME_TRAVEL_INVALID_BEGIN_VALUE")


def test_columns_that_expressions_read_stay(spark, name):
    spark.sql(f"""CREATE TABLE {name} (a INT, t TIMESTAMP, c INT, d DATE GENERATED ALWAYS AS (CAST(t AS DATE)))
                  TBLPROPERTIES ('delta.columnMapping.mode' = 'name')""")
    spark.sql(f"ALTER TABLE {name} ADD CONSTRAINT small CHECK (CASE WHEN a > 5 THEN false ELSE true END)")
    for column, condition in (
        ("t", "DELTA_GENERATED_COLUMNS_DEPENDENT_COLUMN_CHANGE"),
        ("a", "DELTA_CONSTRAINT_DEPENDENT_COLUMN_CHANGE"),
    ):
        for change in (f"DROP COLUMN {column}", f"RENAME COLUMN {column} TO other"):
            with pytest.raises(AnalysisException) as error:
                spark.sql(f"ALTER TABLE {name} {change}")
            assert error.value.getCondition() == condition
    spark.sql(f"ALTER TABLE {name} RENAME COLUMN c TO cc")
    spark.sql(f"ALTER TABLE {name} DROP COLUMN cc")
    assert spark.table(name).columns == ["a", "t", "d"]


def test_a_view_keeps_its_columns(spark, name):
    spark.sql(f"CREATE TABLE {name} AS SELECT 1 a, 'x' b")
    spark.sql(f"CREATE VIEW {name}_v AS SELECT * FROM {name}")
    spark.sql(f"ALTER TABLE {name} ADD COLUMN c INT")
    assert spark.table(f"{name}_v").collect() == [Row(a=1, b="x")]
    spark.sql(f"CREATE OR REPLACE VIEW {name}_v (p, q) AS SELECT * EXCEPT (c) FROM {name}")
    spark.sql(f"ALTER TABLE {name} ADD COLUMN first INT FIRST")
    assert spark.table(f"{name}_v").collect() == [Row(p=1, q="x")]
