"""df.observe: metrics of rows on their way into tables and files."""

from __future__ import annotations

import pytest
from pyspark.sql import Observation
from pyspark.sql import functions as F

METRICS = [F.count(F.lit(1)).alias("n"), F.max("id").alias("m"), F.sum("id").alias("s")]
EXPECTED = {"n": 95, "m": 99, "s": 4940}


@pytest.mark.parametrize(
    "write",
    [
        lambda frame, path, table: frame.write.format("delta").save(path),
        lambda frame, path, table: frame.write.format("delta").mode("append").partitionBy("p").save(path),
        lambda frame, path, table: frame.repartition(3).write.parquet(path),
        lambda frame, path, table: frame.write.json(path),
        lambda frame, path, table: frame.write.format("noop").mode("overwrite").save(),
        lambda frame, path, table: frame.write.saveAsTable(table),
        lambda frame, path, table: frame.writeTo(table).using("delta").create(),
        lambda frame, path, table: frame.where("id > 200").collect(),
        lambda frame, path, table: frame.count(),
        lambda frame, path, table: frame.cache().count(),
    ],
)
def test_metrics_of_writes(spark, tmp_path, request, write):
    table = "observed_" + str(request.node.callspec.indices["write"])
    observation = Observation("seen")
    frame = spark.range(100).withColumn("p", F.col("id") % 2).where("id >= 5").observe(observation, *METRICS)
    write(frame, str(tmp_path / "out"), table)
    assert observation.get == EXPECTED
    spark.sql(f"DROP TABLE IF EXISTS {table}")


def test_an_overwrite_of_what_is_read(spark, tmp_path):
    path, observation = str(tmp_path / "t"), Observation("before")
    spark.range(10).write.format("delta").save(path)
    frame = spark.read.load(path).observe(observation, F.sum("id").alias("s")).where("id < 3")
    frame.write.format("delta").mode("overwrite").save(path)
    assert (observation.get["s"], spark.read.load(path).count()) == (45, 3)


def test_observations_inside_a_with(spark):
    observation = Observation("inside")
    spark.range(10).observe(observation, F.count(F.lit(1)).alias("n"), F.sum("id").alias("s")).createOrReplaceTempView("watched")
    twice = "WITH a AS (SELECT * FROM range(7)), b AS (SELECT w.id FROM watched w JOIN a ON a.id = w.id) "
    frame = spark.sql(twice + "SELECT x.id FROM b x JOIN b y ON x.id = y.id")
    # The client forgets what a text's frames observe; the answer has it.
    rows, *_ = spark.client.to_table(frame._plan.to_proto(spark.client), {"inside": observation})
    assert rows.num_rows == 7
    assert observation.get == {"n": 10, "s": 45}


def test_what_is_observed_has_a_with_of_its_own(spark):
    observation = Observation("of a name")
    inner = spark.sql("WITH a AS (SELECT id FROM range(20)) SELECT x.id FROM a x JOIN a y ON x.id = y.id + 15")
    frame = inner.observe(observation, F.count(F.lit(1)).alias("n"))
    assert len(frame.collect()) == 5
    assert observation.get == {"n": 5}
