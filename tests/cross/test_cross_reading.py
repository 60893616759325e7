"""Real Spark with Delta and delta-rs read what Headrace wrote, and the reverse, after every step of every program.

A program is run over new tables by real Spark (what the others must equal), by Headrace, and by both in turn, so that each changes
what the other left.
"""

from __future__ import annotations

import pathlib

import deltalake
import pyarrow
import pytest
from pyspark.errors import PySparkException

from programs import EVERY_TYPE, FORBIDDEN, NUMBERS, PROGRAMS, VECTORS, write

pytestmark = pytest.mark.timeout(600)


def run(step, spark, path: str) -> None:
    if callable(step):
        step(spark, path)
    else:
        spark.sql(step.replace("{t}", f"delta.`{path}`")).collect()


def read(spark, path: str, version: int | None = None) -> dict:
    reader = spark.read.format("delta")
    frame = (reader if version is None else reader.option("versionAsOf", version)).load(path)
    rows = sorted(repr(row.asDict(recursive=True)) for row in frame.collect())
    return {"schema": frame.schema.simpleString(), "rows": rows}


def read_by_delta_rs(path: str, arrow_schema) -> list[str]:
    table = deltalake.DeltaTable(path)
    names = ", ".join(f'"{name}"' for name in arrow_schema.names)
    batches = deltalake.QueryBuilder().register("t", table).execute(f"SELECT {names} FROM t").read_all()
    return listed(pyarrow.table(batches).cast(arrow_schema))


def listed(table) -> list[str]:
    return sorted(map(repr, table.to_pylist()))


def history(spark, path: str) -> list[tuple]:
    rows = spark.sql(f"DESCRIBE HISTORY delta.`{path}`").select("version", "operation").collect()
    return [tuple(row) for row in rows]


@pytest.mark.parametrize("name", PROGRAMS)
def test_each_reads_the_other(name, ours, real, tmp_path):
    steps = PROGRAMS[name]
    expected = []
    path = str(tmp_path / "real")
    for step in steps:
        run(step, real, path)
        expected.append(read(real, path))
        assert read(ours, path) == expected[-1], step
    assert history(ours, path) == history(real, path)

    path = str(tmp_path / "ours")
    for step, want in zip(steps, expected, strict=True):
        run(step, ours, path)
        assert read(ours, path) == want, step
        assert read(real, path) == want, step
    assert history(ours, path) == history(real, path)

    # In turn: each goes on from what the other left.
    for name, writers in (("turns", (ours, real)), ("other-turns", (real, ours))):
        path = str(tmp_path / name)
        for number, step in enumerate(steps):
            run(step, writers[number % 2], path)
        assert read(ours, path) == read(real, path) == expected[-1]


@pytest.mark.parametrize("name", PROGRAMS)
def test_delta_rs_reads_each_step(name, ours, tmp_path):
    path = str(tmp_path / "t")
    for step in PROGRAMS[name]:
        run(step, ours, path)
        table = ours.read.format("delta").load(path).toArrow()
        assert read_by_delta_rs(path, table.schema) == listed(table), step


@pytest.mark.parametrize("maker", ["real", "ours"])
def test_rules_hold_on_both_sides(maker, ours, real, tmp_path):
    path = str(tmp_path / "t")
    for step in PROGRAMS["rules"]:
        run(step, {"real": real, "ours": ours}[maker], path)
    before = read(real, path)
    for statement in FORBIDDEN:
        conditions = []
        for side in (real, ours):
            with pytest.raises(PySparkException) as refused:
                run(statement, side, path)
            conditions.append(refused.value.getCondition())
        assert conditions[0] == conditions[1], statement
    assert read(real, path) == read(ours, path) == before


@pytest.mark.parametrize("cloner", ["real", "ours"])
@pytest.mark.parametrize("maker", ["real", "ours"])
def test_shallow_clones(maker, cloner, ours, real, tmp_path):
    sides = {"real": real, "ours": ours}
    source, clone = str(tmp_path / "source"), str(tmp_path / "clone")
    write(NUMBERS.format(end=20), files=2, **VECTORS)(sides[maker], source)
    run("DELETE FROM {t} WHERE id % 5 = 0", sides[maker], source)
    before = read(real, source)
    sides[cloner].sql(f"CREATE TABLE delta.`{clone}` SHALLOW CLONE delta.`{source}`").collect()
    assert not list(pathlib.Path(clone).glob("*.parquet"))
    assert read(ours, clone) == read(real, clone) == before
    for statement in ("DELETE FROM {t} WHERE id = 7", "INSERT INTO {t} VALUES (100, 1, 'new')", "UPDATE {t} SET s = 'x' WHERE id < 4"):
        for side in (sides[maker], sides[cloner]):
            run(statement, side, clone)
        assert read(ours, clone) == read(real, clone)
    assert read(ours, source) == read(real, source) == before


def test_delta_rs_and_headrace_in_turn(ours, tmp_path):
    """delta-rs writes, changes and maintains a table; after every step Headrace reads the same, and changes it in between."""
    path = str(tmp_path / "t")
    # Through a table, whose columns may all be null.
    write(EVERY_TYPE.format(first=0, end=6))(ours, str(tmp_path / "first"))
    first = ours.read.load(str(tmp_path / "first")).orderBy("id").toArrow()
    deltalake.write_deltalake(path, first.append_column("p", pyarrow.array([0, 1, 2, 0, 1, None], pyarrow.int32())), partition_by=["p"])

    def same() -> int:
        table = ours.read.format("delta").load(path).toArrow()
        assert read_by_delta_rs(path, table.schema) == listed(table)
        return table.num_rows

    def theirs() -> deltalake.DeltaTable:
        return deltalake.DeltaTable(path)

    assert same() == 6
    run(
        "INSERT INTO {t} SELECT id + 10, tiny, small, whole, single, real, money, big, text, even, bytes, day, first_day, at, wall, list, dictionary, nested, structs, nothing, p FROM {t}",
        ours,
        path,
    )
    assert same() == 12
    theirs().delete("id = 3")
    run("DELETE FROM {t} WHERE id = 13", ours, path)
    assert same() == 10
    theirs().update(predicate="id > 10", updates={"text": "'theirs'"})
    run("UPDATE {t} SET text = 'ours', p = 7 WHERE id = 11", ours, path)
    assert same() == 10
    source = pyarrow.table({"id": pyarrow.array([1, 500]), "p": pyarrow.array([1, 9], pyarrow.int32()), "text": ["merged", "inserted"]})
    (
        theirs()
        .merge(source, "t.id = s.id", source_alias="s", target_alias="t")
        .when_matched_update({"text": "s.text"})
        .when_not_matched_insert({"id": "s.id", "p": "s.p", "text": "s.text"})
        .execute()
    )
    assert same() == 11
    run(
        "MERGE INTO {t} t USING (SELECT 500L AS id) s ON t.id = s.id WHEN MATCHED THEN UPDATE SET text = concat(text, ' twice')", ours, path
    )
    assert same() == 11
    theirs().optimize.z_order(["id"])
    theirs().create_checkpoint()
    run("OPTIMIZE {t}", ours, path)
    assert same() == 11
    version = theirs().version()
    deltalake.write_deltalake(path, theirs().to_pyarrow_table().slice(0, 2), mode="overwrite")
    assert same() == 2
    theirs().restore(version)
    assert same() == 11
    theirs().vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False)
    run("VACUUM {t} RETAIN 0 HOURS", ours, path)
    assert same() == 11
    assert history(ours, path)[-1] == (0, "WRITE")
