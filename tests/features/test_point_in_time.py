"""The point-in-time join against a reference in plain Python, on whatever Spark Connect server `spark` is.

With HEADRACE_FEATURES_REMOTE the same cases run against that server, which is how they were checked on real Spark.
"""

from __future__ import annotations

import datetime
import os
import random

import pytest
from headrace.features.entities import FeatureLookup, FeatureTable
from headrace.features.training_set import FeatureSpec, join_features, resolve_lookups

DAY = datetime.timedelta(days=1)
START = datetime.datetime(2024, 1, 1)


@pytest.fixture
def spark(request):
    remote = os.environ.get("HEADRACE_FEATURES_REMOTE")
    if remote:
        from pyspark.sql import SparkSession

        session = SparkSession.builder.remote(remote).create()
    else:
        session = request.getfixturevalue("headrace").spark()
    session.conf.set("spark.sql.session.timeZone", "UTC")
    yield session
    session.stop()


def table(name, primary_keys, timestamp_keys, features):
    fields = {
        "name": name, "id": name, "description": "", "primary_keys": primary_keys, "timestamp_keys": timestamp_keys,
        "partition_columns": [], "features": [{"name": f, "type": "string" if f == "tier" else "double"} for f in features], "location": "", "tags": {},
        "creation_timestamp": 0, "last_updated_timestamp": 0,
    }  # fmt: skip
    return FeatureTable(fields, lambda *_: None)


def join(df, lookups, tables, frames):
    columns = resolve_lookups(lookups, tables.__getitem__, df.columns, [])
    return join_features(df, columns, tables.__getitem__, frames.__getitem__)


def rank(value):
    return (value is not None, value if value is not None else 0)


def expected_row(rows, key, time, window, features):
    """Of the rows of `key` at or before `time`, within the window: the latest; of equals, the greatest."""
    if None in key or time is None:
        return dict.fromkeys(features)
    fitting = [
        row for row in rows
        if row["key"] == key and row["time"] is not None and row["time"] <= time and (window is None or row["time"] >= time - window)
    ]  # fmt: skip
    if not fitting:
        return dict.fromkeys(features)
    best = max(fitting, key=lambda row: (row["time"], *(rank(row[f]) for f in features)))
    return {f: best[f] for f in features}


@pytest.mark.parametrize("window", [None, datetime.timedelta(0), 3 * DAY])
def test_as_of_join_equals_the_reference(spark, window):
    rng = random.Random(7)

    def moment():
        return START + datetime.timedelta(hours=rng.randrange(0, 24 * 20, 6))

    # Late rows (any order), equal timestamps, null keys, null times, null features.
    rows = [
        {
            "key": (rng.choice([1, 2, 3, None]), rng.choice(["a", "b"])),
            "time": rng.choice([moment(), moment(), moment(), None]),
            "x": rng.choice([None, rng.random()]),
            "y": rng.choice([None, rng.randrange(3)]),
        }
        for _ in range(150)
    ]
    labels = [(i, rng.choice([1, 2, 3, 4, None]), rng.choice(["a", "b", "c"]), rng.choice([moment(), moment(), None])) for i in range(120)]
    features = spark.createDataFrame(
        [(*row["key"], row["time"], row["x"], row["y"]) for row in rows], "k long, s string, ts timestamp, x double, y long"
    )
    frame = spark.createDataFrame(labels, "id long, customer long, shop string, at timestamp")
    lookup = FeatureLookup("t", ["customer", "shop"], timestamp_lookup_key="at", lookback_window=window)
    joined = join(frame, [lookup], {"t": table("t", ["k", "s"], ["ts"], ["x", "y"])}, {"t": features})
    assert joined.columns == ["id", "customer", "shop", "at", "x", "y"]
    answers = {row.id: row for row in joined.collect()}
    assert len(answers) == joined.count() == len(labels)
    for i, customer, shop, at in labels:
        want = expected_row(rows, (customer, shop), at, window, ["x", "y"])
        assert (answers[i].x, answers[i].y) == (want["x"], want["y"]), (i, customer, shop, at)
        assert (answers[i].customer, answers[i].shop, answers[i].at) == (customer, shop, at)


def test_exact_time_counts_and_the_next_microsecond_does_not(spark):
    tick = datetime.timedelta(microseconds=1)
    features = spark.createDataFrame([(1, START, 1.0), (1, START + DAY, 2.0)], "k long, ts timestamp, x double")
    times = [START - tick, START, START + tick, START + DAY - tick, START + DAY, START + 2 * DAY, START + 2 * DAY + tick]
    frame = spark.createDataFrame([(i, 1, at) for i, at in enumerate(times)], "id long, k long, at timestamp")
    tables, frames = {"t": table("t", ["k"], ["ts"], ["x"])}, {"t": features}
    open_ended = join(frame, [FeatureLookup("t", "k", timestamp_lookup_key="at")], tables, frames)
    assert [row.x for row in open_ended.orderBy("id").collect()] == [None, 1.0, 1.0, 1.0, 2.0, 2.0, 2.0]
    bounded = join(frame, [FeatureLookup("t", "k", timestamp_lookup_key="at", lookback_window=DAY)], tables, frames)
    assert [row.x for row in bounded.orderBy("id").collect()] == [None, 1.0, 1.0, 1.0, 2.0, 2.0, None]


def test_several_tables_renames_defaults_and_two_look_ups_of_one_table(spark):
    customers = spark.createDataFrame([(1, "gold", 5), (2, None, 6)], "customer_id long, tier string, visits long")
    prices = spark.createDataFrame([("a", START, 1.5), ("a", START + DAY, 2.5)], "item string, ts timestamp, price double")
    frame = spark.createDataFrame(
        [(0, 1, 2, "a", START), (1, 2, 3, "a", START + DAY), (2, 3, 1, "b", START)],
        "id long, buyer long, seller long, item string, at timestamp",
    )
    tables = {
        "customers": table("customers", ["customer_id"], [], ["tier", "visits"]),
        "prices": table("prices", ["item"], ["ts"], ["price"]),
    }
    lookups = [
        FeatureLookup("customers", "buyer", default_values={"tier": "none", "visits": 0}),
        FeatureLookup("customers", "seller", feature_names=["visits"], rename_outputs={"visits": "seller_visits"}),
        FeatureLookup("prices", "item", feature_names="price", timestamp_lookup_key="at"),
    ]
    joined = join(frame, lookups, tables, {"customers": customers, "prices": prices}).orderBy("id")
    assert joined.columns == ["id", "buyer", "seller", "item", "at", "tier", "visits", "seller_visits", "price"]
    rows = [tuple(row)[5:] for row in joined.collect()]
    assert rows == [("gold", 5, 6, 1.5), ("none", 6, None, 2.5), ("none", 0, 5, None)]


def test_look_ups_that_cannot_work_say_why():
    tables = {"t": table("t", ["k"], ["ts"], ["x"]), "flat": table("flat", ["k"], [], ["x"])}
    cases = [
        (FeatureLookup("t", "k"), "timestamp_lookup_key"),
        (FeatureLookup("flat", "k", timestamp_lookup_key="at"), "no timestamp key"),
        (FeatureLookup("flat", ["k", "at"]), "primary keys"),
        (FeatureLookup("flat", "nothing"), "nothing"),
        (FeatureLookup("flat", "k", feature_names="z"), "'z' does not exist"),
        (FeatureLookup("flat", "k", rename_outputs={"x": "at"}), "already in"),
        (FeatureLookup("flat", "k", default_values={"w": 1}), "default_values"),
    ]
    for lookup, message in cases:
        with pytest.raises(ValueError, match=message):
            resolve_lookups([lookup], tables.__getitem__, ["k", "at"], [])
    with pytest.raises(ValueError, match="lookback_window"):
        FeatureLookup("t", "k", lookback_window=DAY)


def test_the_specification_survives_yaml():
    tables = {"t": table("t", ["k"], ["ts"], ["x", "y"])}
    lookups = [
        FeatureLookup("t", "k", timestamp_lookup_key="at", lookback_window=DAY, rename_outputs={"x": "z"}, default_values={"z": 0.5})
    ]
    spec = FeatureSpec(["k", "at"], resolve_lookups(lookups, tables.__getitem__, ["k", "at"], []), ["k", "at"])
    again = FeatureSpec.from_yaml(spec.to_yaml())
    assert (again.given, again.features, again.excluded) == (spec.given, spec.features, spec.excluded)
    assert again.included() == ["z", "y"]


@pytest.mark.parametrize("direction", ["backward", "forward", "nearest"])
@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("tolerance", [None, 0, 3])
@pytest.mark.parametrize("how", ["left", "inner"])
def test_every_direction_of_the_join(spark, direction, exact, tolerance, how):
    """Without exact matches the tolerance itself is out too; of rows equally near any may be taken, so there are none."""
    from pyspark.sql import functions as F

    lefts, rights = [0, 5, 10, 24, 40, None], [1, 5, 12, 23, 31, None]
    left = spark.createDataFrame([(at, 1) for at in lefts], "at long, k long")
    right = spark.createDataFrame([(at, 1) for at in rights] + [(at, 2) for at in lefts], "r long, k2 long")

    def fits(at, r):
        if at is None or r is None or (direction == "backward" and r > at) or (direction == "forward" and r < at):
            return False
        far = abs(at - r)
        return (exact or far > 0) and (tolerance is None or far < tolerance or (exact and far == tolerance))

    want = [(at, min((r for r in rights if fits(at, r)), key=lambda r: abs(at - r), default=None)) for at in lefts]
    joined = left._joinAsOf(
        right, leftAsOfColumn=left.at, rightAsOfColumn=right.r, on=left.k == right.k2, how=how,
        tolerance=None if tolerance is None else F.lit(tolerance), allowExactMatches=exact, direction=direction,
    )  # fmt: skip
    got = [tuple(row) for row in joined.select("at", "r").collect()]
    assert sorted(got, key=str) == sorted((row for row in want if how == "left" or row[1] is not None), key=str)


KEYS = {
    "integer": ("CAST(n AS INT)",),
    "string": ("CASE WHEN n % 11 = 0 THEN NULL ELSE concat('customer ', n) END",),
    "decimal": ("CAST(n / 4 AS DECIMAL(25, 2))",),
    "two": ("n % 3", "CASE WHEN n % 7 = 0 THEN NULL ELSE CAST(n % 5 AS STRING) END"),
    "double": ("n / 2",),
    "none": (),
}


@pytest.mark.parametrize("keys", KEYS)
@pytest.mark.parametrize("direction", ["backward", "forward"])
@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("how", ["left", "inner"])
def test_joins_of_tables_with_every_kind_of_key(spark, tmp_path, keys, direction, exact, how):
    """Of Delta tables, whose rows the planner knows; NULL keys and times match nothing; columns of every width come through."""
    columns = KEYS[keys]
    names = [f"k{i}" for i in range(len(columns))]

    def made(name, rows, seed):
        path = str(tmp_path / name)
        spark.range(rows).selectExpr(
            "id", f"pmod(xxhash64(id, {seed}), 40) AS n", f"pmod(xxhash64(id, {seed + 1}), 1000) AS at"
        ).selectExpr(
            f"id AS {name}_id",
            *(f"{text} AS {name}_{key}" for text, key in zip(columns, names, strict=True)),
            f"CASE WHEN at % 50 = 3 THEN NULL ELSE timestamp_seconds(at * {rows} + id) END AS {name}_at",
            "CASE WHEN at % 3 = 0 THEN NULL ELSE repeat(CAST(at AS STRING), CAST(at % 9 AS INT)) END AS " + f"{name}_text",
        ).repartition(3).write.format("delta").save(path)
        return spark.read.format("delta").load(path)

    left, right = made("l", 800, 1), made("r", 2500, 5)
    on = None
    for key in names:
        same = left[f"l_{key}"] == right[f"r_{key}"]
        on = same if on is None else on & same
    joined = left._joinAsOf(
        right, leftAsOfColumn=left.l_at, rightAsOfColumn=right.r_at, on=on, how=how, allowExactMatches=exact, direction=direction
    )
    lefts, rights = [row.asDict() for row in left.collect()], [row.asDict() for row in right.collect()]
    want = []
    by_key = {}
    for row in rights:
        key = tuple(row[f"r_{name}"] for name in names)
        if None not in key and row["r_at"] is not None:
            by_key.setdefault(key, []).append(row)
    for row in lefts:
        at = row["l_at"]
        found = [
            other
            for other in by_key.get(tuple(row[f"l_{name}"] for name in names), [])
            if at is not None
            and ((exact and other["r_at"] == at) or (other["r_at"] < at if direction == "backward" else other["r_at"] > at))
        ]
        best = min(found, key=lambda other: abs(other["r_at"] - at), default=None)
        if best is not None or how == "left":
            want.append((row["l_id"], row["l_text"], best and best["r_id"], best and best["r_text"]))
    got = [tuple(row) for row in joined.select("l_id", "l_text", "r_id", "r_text").collect()]
    # Rights of one time and key differ in their ids alone; there are none, since ids are part of the times.
    assert sorted(got, key=lambda row: row[0]) == sorted(want, key=lambda row: row[0])


@pytest.mark.parametrize("direction", ["backward", "forward"])
@pytest.mark.parametrize("exact", [True, False])
def test_many_labels_of_few_keys_at_crowded_times(spark, tmp_path, direction, exact):
    """Most labels of a key within seconds, the others over years before and after: against pandas."""
    import pandas

    def made(name, rows, seed):
        path = str(tmp_path / name)
        spark.range(rows).selectExpr(
            f"id AS {name}_id", f"pmod(xxhash64(id, {seed}), 7) AS {name}_key",
            f"CASE WHEN id % 4 > 0 THEN 1700000000 + pmod(xxhash64(id, {seed + 1}), 900) "
            f"ELSE pmod(xxhash64(id, {seed + 2}), 2000000000) - 1000000000 END AS {name}_at",
        ).repartition(2).write.format("delta").save(path)  # fmt: skip
        return spark.read.format("delta").load(path)

    left, right = made("l", 9_000, 1), made("r", 5_000, 5).dropDuplicates(["r_key", "r_at"])
    right.write.format("delta").save(str(tmp_path / "once"))
    right = spark.read.format("delta").load(str(tmp_path / "once"))
    joined = left._joinAsOf(
        right, leftAsOfColumn=left.l_at, rightAsOfColumn=right.r_at, on=left.l_key == right.r_key, how="left",
        allowExactMatches=exact, direction=direction,
    )  # fmt: skip
    want = pandas.merge_asof(
        left.toPandas().sort_values("l_at"), right.toPandas().sort_values("r_at"), left_on="l_at", right_on="r_at",
        left_by="l_key", right_by="r_key", allow_exact_matches=exact, direction=direction,
    )  # fmt: skip
    wanted = want.sort_values("l_id")["r_id"].fillna(-1).astype("int64").tolist()
    assert [-1 if row.r_id is None else row.r_id for row in joined.orderBy("l_id").select("r_id").collect()] == wanted


def test_a_negative_tolerance_is_refused(spark):
    from pyspark.errors import AnalysisException
    from pyspark.sql import functions as F

    left, right = spark.range(3), spark.range(3).withColumnRenamed("id", "r")
    with pytest.raises(AnalysisException, match="AS_OF_JOIN.TOLERANCE_IS_NON_NEGATIVE"):
        left._joinAsOf(right, leftAsOfColumn=left.id, rightAsOfColumn=right.r, tolerance=F.lit(-1)).collect()
