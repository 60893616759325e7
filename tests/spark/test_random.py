"""Random numbers of a seed over tables that several threads read: the same plan draws the same numbers each time it runs."""

from __future__ import annotations

import pytest
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

ROWS = 1_200_000


@pytest.fixture
def table(spark, tmp_path) -> DataFrame:
    path = str(tmp_path / "table")
    spark.range(ROWS).withColumn("k", F.col("id") % 1000).repartition(5).write.format("delta").save(path)
    return spark.read.format("delta").load(path)


def fingerprint(frame: DataFrame) -> tuple:
    return tuple(frame.agg(F.count("*"), F.sum("id"), F.sum(F.xxhash64("id") % 1_000_003)).first())


def sources(table: DataFrame) -> list[DataFrame]:
    """Rows as they are read, out of an aggregation, out of a join, out of a union and out of a WITH."""
    with_text = "WITH g AS (SELECT id, max(k) AS k FROM {t} GROUP BY id) SELECT id, k FROM g"
    grouped = table.groupBy("id").agg(F.max("k").alias("k"))
    joined = table.join(table.select("id", F.col("k").alias("again")), "id")
    return [table, table.where("k > 10").select("id"), grouped, joined, table.union(table), table.sparkSession.sql(with_text, t=table)]


def test_splits_hold_every_row_once(table):
    for frame in sources(table):
        parts = frame.randomSplit([0.6, 0.3, 0.1], seed=7)
        marked = [part.select("id", F.lit(1).alias("n")) for part in parts]
        counts = [part.count() for part in parts]
        whole = frame.count()
        assert sum(counts) == whole
        assert abs(counts[0] / whole - 0.6) < 0.01
        together = marked[0].union(marked[1]).union(marked[2])
        assert fingerprint(together) == fingerprint(frame)


def test_a_column_of_random_numbers_splits_a_table(table):
    marked = table.withColumn("r", F.rand(7))
    train, test = marked.where("r < 0.8"), marked.where("r >= 0.8")
    assert train.count() + test.count() == ROWS
    assert train.join(test, "id", "semi").count() == 0
    assert marked.agg(F.count_distinct("r")).first()[0] == ROWS
    normal = table.select(F.randn(7).alias("n")).agg(F.count_distinct("n"), F.avg("n"), F.stddev("n")).first()
    assert normal[0] == ROWS and abs(normal[1]) < 0.01 and abs(normal[2] - 1) < 0.01


def test_the_same_plan_draws_the_same_rows(table):
    for frame in sources(table):
        for replace in (False, True):
            first, second = (fingerprint(frame.sample(replace, 0.1, seed=3)) for _ in range(2))
            assert first == second
    plans = [
        lambda: table.where(F.rand(3) < 0.1),
        lambda: table.orderBy(F.rand(3)).limit(1000),
        lambda: table.sampleBy(F.col("k") % 2, {0: 0.1, 1: 0.5}, seed=3),
        lambda: table.withColumn("n", F.row_number().over(Window.partitionBy("k").orderBy(F.rand(3)))).where("n <= 5"),
        lambda: table.groupBy("k", (F.rand(3) * 4).cast("int").alias("salt")).agg(F.sum("id").alias("id")).where("salt = 1"),
    ]
    for plan in plans:
        assert fingerprint(plan()) == fingerprint(plan())
    assert fingerprint(table.where(F.rand(3) < 0.1)) != fingerprint(table.where(F.rand(4) < 0.1))


def test_every_seeded_function_draws_by_row(table):
    """Their numbers are the rows' own: no two threads give the same, and a second run gives the first one's."""
    part = table.where("id % 4 = 0")
    functions = {
        "uniform": F.uniform(F.lit(0.0), F.lit(1.0), F.lit(7)),
        "randstr": F.randstr(F.lit(12), F.lit(7)),
        "uuid": F.uuid(F.lit(7)),
        "shuffle": F.shuffle(F.sequence(F.lit(1), F.lit(20)), F.lit(7)),
    }
    for name, drawn in functions.items():
        frame = part.select("id", drawn.alias("x")).agg(F.count_distinct("x"), F.sum(F.xxhash64("id", "x") % 1_000_003))
        first, second = tuple(frame.first()), tuple(frame.first())
        assert first == second and first[0] == ROWS // 4, name
