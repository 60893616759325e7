"""Groupings of many rows: sets of distinct values in all their forms, and rows that a join multiplies before they are grouped."""

from __future__ import annotations

import datetime
import decimal

import numpy
import pandas
from pyspark.sql import functions as F

EXTREMES = [-(2**63), -(2**63) + 1, -1, 0, 1, 2**63 - 2, 2**63 - 1]


def distinct_by_group(spark, data: pandas.DataFrame, columns: list[str]) -> None:
    """Several count(DISTINCT) in one grouping, against pandas."""
    counts = [F.countDistinct(column).alias(column) for column in columns]
    found = spark.createDataFrame(data).repartition(3).groupBy("g").agg(*counts).toPandas().set_index("g").sort_index()
    wanted = data.groupby("g")[columns].nunique().sort_index()
    assert found[columns].values.tolist() == wanted.values.tolist()


def test_distinct_values_near_and_far(spark):
    chance = numpy.random.default_rng(7)
    rows = 60_000
    group = (40 * chance.random(rows) ** 3).astype("int64")  # from a few rows in a group to thousands
    near = chance.integers(0, 400, rows)
    data = pandas.DataFrame(
        {
            "g": group,
            "dense": (near - 200).astype("int32"),
            "sparse": chance.integers(-(2**40), 2**40, rows),
            "clusters": near % 5 * 2**33 + near,
            "extreme": numpy.array(EXTREMES)[near % len(EXTREMES)],
            "small": (near - 128).astype("int8"),
            "day": [datetime.date(1969, 12, 1) + datetime.timedelta(days=int(n)) for n in near],
            "short": [f"s{n % 9}" for n in near],
            "long": [f"a text that does not fit into sixteen bytes {n}" for n in near],
            "real": numpy.where(near % 7 == 0, -0.0, near / 8),
            "flag": near % 2 == 0,
        }
    )
    distinct_by_group(spark, data, [column for column in data.columns if column != "g"])
    data["g"] = numpy.arange(rows) // 3  # many small groups
    distinct_by_group(spark, data, ["dense", "sparse", "extreme", "long", "day"])


def test_distinct_values_grow_to_both_sides(spark):
    """Each next value is a little farther out, so that a compact set must be widened again and again, then given up."""
    far = [0] + [sign * (step * 70) for step in range(1, 60) for sign in (1, -1)] + [10**15, -(10**15)] + EXTREMES
    data = pandas.DataFrame({"g": 0, "n": far * 2, "m": [int(value) % 1000 for value in far * 2]})
    frame = spark.createDataFrame(data).coalesce(1)
    row = frame.agg(F.countDistinct("n"), F.countDistinct("m")).first()
    assert tuple(row) == (len(set(far)), len({value % 1000 for value in far}))


def test_rows_that_a_join_multiplies(spark):
    """Purchases with all month ends that see them, grouped by customer and month's end: sums in closed form by pandas."""
    rows = 300_000
    chance = numpy.random.default_rng(11)
    data = pandas.DataFrame(
        {
            "customer": chance.integers(0, 5_000, rows),
            "day": chance.integers(0, 100, rows).astype("int32"),
            "cents": chance.integers(0, 10_000, rows),
        }
    )
    purchases = spark.createDataFrame(data).withColumn("amount", (F.col("cents") / 100).cast("decimal(12,2)"))
    ends = spark.createDataFrame([(29,), (59,), (99,)], "end int")
    recent = F.col("end") - F.col("day") < 30
    found = (
        purchases.join(ends, purchases.day <= ends.end)
        .groupBy("customer", "end")
        .agg(
            F.count("*").alias("all"),
            F.count(F.when(recent, 1)).alias("recent"),
            F.sum(F.when(recent, F.col("amount"))).alias("amount"),
            F.max(F.when(recent, F.col("cents"))).alias("most"),
            F.countDistinct("day").alias("days"),
            F.countDistinct(F.when(recent, F.col("day"))).alias("recent_days"),
        )
        .toPandas()
        .set_index(["customer", "end"])
        .sort_index()
    )
    parts = []
    for end in (29, 59, 99):
        seen = data[data.day <= end]
        near = seen[end - seen.day < 30]
        part = pandas.DataFrame({"all": seen.groupby("customer").size(), "days": seen.groupby("customer").day.nunique()})
        part["recent"] = near.groupby("customer").size()
        part["cents"] = near.groupby("customer").cents.sum()
        part["most"] = near.groupby("customer").cents.max()
        part["recent_days"] = near.groupby("customer").day.nunique()
        parts.append(part.assign(end=end).reset_index().set_index(["customer", "end"]))
    wanted = pandas.concat(parts).sort_index()
    assert len(found) == len(wanted)
    for column in ("all", "days"):
        assert (found[column] == wanted[column]).all()
    for column in ("recent", "recent_days"):
        assert (found[column] == wanted[column].fillna(0)).all()
    assert (found["most"].fillna(-1) == wanted["most"].fillna(-1)).all()
    cents = [-1 if value is None else int(value * decimal.Decimal(100)) for value in found["amount"]]
    assert cents == wanted["cents"].fillna(-1).astype(int).tolist()
