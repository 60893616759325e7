"""Programs of row-level changes and table maintenance, as stock clients write them. Each gives JSON-able observations.

The same functions run on real Spark with Delta (`./dev oracle -m oracle.write_delta`) and on Headrace; what Delta
answered is `expected.json`. Values that differ from run to run (times, sizes, ids) are left out or replaced by "*".
"""

from __future__ import annotations

import datetime
import decimal
import json
import os
import re
from collections.abc import Callable

SCENARIOS: dict[str, Callable] = {}
VOLATILE = re.compile(r"(TimeMs|Bytes|Size|ileSize|Ms)$|^(p25|p50|p75|min|max|avg|total|removed|restored|table).*Size|Bytes")


def scenario(function):
    SCENARIOS[function.__name__] = function
    return function


class World:
    """What a scenario works with: a session, its DeltaTable class and a folder of its own."""

    def __init__(self, spark, folder: str):
        from delta.tables import DeltaTable
        from pyspark.sql import functions

        self.spark, self.folder, self.F, self.DeltaTable = spark, folder, functions, DeltaTable
        self._next = 0

    def path(self) -> str:
        self._next += 1
        return os.path.join(self.folder, f"t{self._next}")

    def table(self, frame, partition: list[str] | None = None, properties: dict[str, str] | None = None, files: int = 1) -> str:
        """Writes a frame as a new table with `files` files; its path."""
        path = self.path()
        writer = (frame.coalesce(1) if files == 1 else frame.repartition(files)).write.format("delta")
        for key, value in (properties or {}).items():
            writer = writer.option(key, value)
        (writer.partitionBy(*partition) if partition else writer).save(path)
        return path

    def numbers(self, count: int = 10, **options) -> str:
        F = self.F
        frame = self.spark.range(count).select(
            "id", (F.col("id") * 10).alias("v"), F.concat(F.lit("n"), F.col("id").cast("string")).alias("s")
        )
        return self.table(frame, **options)

    def append(self, frame, path: str, **options) -> None:
        frame.coalesce(1).write.format("delta").mode("append").options(**options).save(path)

    def rows(self, path: str) -> list:
        return plain(sorted(self.spark.read.format("delta").load(path).collect(), key=str))

    def forPath(self, path: str):
        return self.DeltaTable.forPath(self.spark, path)

    def sql(self, text: str) -> list:
        return plain(self.spark.sql(text).collect())

    def last(self, path: str) -> dict:
        """The newest commit as history shows it."""
        row = (
            self.forPath(path)
            .history(1)
            .select("version", "operation", "operationParameters", "operationMetrics", "readVersion", "isBlindAppend")
            .collect()[0]
        )
        return {
            "version": row.version,
            "operation": row.operation,
            "parameters": {k: hide_ids(v) for k, v in sorted(row.operationParameters.items())},
            "metrics": {k: "*" if VOLATILE.search(k) else v for k, v in sorted((row.operationMetrics or {}).items())},
            "readVersion": row.readVersion,
            "isBlindAppend": row.isBlindAppend,
        }

    def error(self, call: Callable) -> dict:
        try:
            call()
        except Exception as error:
            condition = error.getCondition() if hasattr(error, "getCondition") else None
            if condition is None:
                return {"type": type(error).__name__, "message": str(error).splitlines()[0]}
            return {"condition": condition, "sqlstate": error.getSqlState(), "type": type(error).__name__}
        return {"condition": None}

    def vectors(self, path: str) -> int:
        """Active files with a deletion vector, by the log itself."""
        active: dict[str, bool] = {}
        log = os.path.join(path, "_delta_log")
        for name in sorted(os.listdir(log)):
            if not name.endswith(".json") or name.startswith("."):
                continue
            with open(os.path.join(log, name), encoding="utf-8") as lines:
                actions = [json.loads(line) for line in lines]
            for action in actions:
                if "remove" in action:
                    active.pop(action["remove"]["path"], None)
            for action in actions:
                if "add" in action:
                    active[action["add"]["path"]] = "deletionVector" in action["add"]
        return sum(active.values())


def hide_ids(text):
    """Attribute ids (id#12L) out of predicates, and long numbers of times."""
    return re.sub(r"#\d+L?", "#n", text) if isinstance(text, str) else text


def plain(value):
    if isinstance(value, dict):
        return {str(plain(k)): plain(v) for k, v in value.items()}
    if hasattr(value, "asDict"):
        return {key: plain(v) for key, v in zip(value.__fields__, value, strict=True)}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, (datetime.date, datetime.datetime, decimal.Decimal)):
        return str(value)
    return value


# ---- DELETE


@scenario
def delete_by_condition(w: World):
    path = w.numbers(files=1)
    answer = w.sql(f"delete from delta.`{path}` where id >= 7")
    return {"answer": answer, "rows": w.rows(path), "last": w.last(path)}


@scenario
def delete_everything(w: World):
    path = w.numbers(files=2)
    answer = w.sql(f"delete from delta.`{path}`")
    return {"answer": answer, "rows": w.rows(path), "last": w.last(path)}


@scenario
def delete_nothing(w: World):
    path = w.numbers()
    answer = w.sql(f"delete from delta.`{path}` where id > 100")
    return {"answer": answer, "last": w.last(path)}


@scenario
def delete_null_condition_keeps_rows(w: World):
    path = w.table(w.spark.createDataFrame([(1, None), (2, 5), (3, 7)], "a int, b int"))
    answer = w.sql(f"delete from delta.`{path}` where b > 5")
    return {"answer": answer, "rows": w.rows(path)}


@scenario
def delete_partition(w: World):
    frame = w.spark.range(12).select("id", (w.F.col("id") % 3).cast("int").alias("p"))
    path = w.table(frame, partition=["p"])
    answer = w.sql(f"delete from delta.`{path}` where p = 1")
    first = w.last(path)
    second_answer = w.sql(f"delete from delta.`{path}` where p = 0 and id > 5")
    return {"answer": answer, "last": first, "second": second_answer, "second_last": w.last(path), "rows": w.rows(path)}


@scenario
def delete_with_vectors(w: World):
    path = w.numbers(properties={"delta.enableDeletionVectors": "true"})
    answer = w.sql(f"delete from delta.`{path}` where id in (1, 3)")
    first, vectors = w.last(path), w.vectors(path)
    w.forPath(path).delete("id = 5")
    second = w.last(path)
    rows = w.rows(path)
    w.forPath(path).delete("id >= 0")
    return {
        "answer": answer,
        "last": first,
        "vectors": vectors,
        "second": second,
        "rows": rows,
        "third": w.last(path),
        "after": w.rows(path),
    }


# ---- UPDATE


@scenario
def update_by_condition(w: World):
    path = w.numbers()
    answer = w.sql(f"update delta.`{path}` set v = v + 1, s = concat(s, '!') where id % 2 = 0")
    return {"answer": answer, "rows": w.rows(path), "last": w.last(path)}


@scenario
def update_everything(w: World):
    path = w.numbers(files=2)
    answer = w.sql(f"update delta.`{path}` set v = 0")
    return {"answer": answer, "rows": w.rows(path), "last": w.last(path)}


@scenario
def update_nothing(w: World):
    path = w.numbers()
    answer = w.sql(f"update delta.`{path}` set v = 1 where id < 0")
    return {"answer": answer, "last": w.last(path)}


@scenario
def update_swaps_columns(w: World):
    path = w.table(w.spark.createDataFrame([(1, 10), (2, 20)], "a int, b int"))
    w.sql(f"update delta.`{path}` set a = b, b = a")
    return w.rows(path)


@scenario
def update_casts(w: World):
    path = w.table(w.spark.createDataFrame([(1, "x")], "a int, s string"))
    w.sql(f"update delta.`{path}` set s = 5, a = cast('7' as bigint)")
    return {"rows": w.rows(path), "overflow": w.error(lambda: w.sql(f"update delta.`{path}` set a = 3000000000"))}


@scenario
def update_nested_field(w: World):
    path = w.table(w.spark.sql("select 1 as id, named_struct('a', 1, 'b', named_struct('c', 'x', 'd', 2)) as s union all select 2, null"))
    w.sql(f"update delta.`{path}` set s.b.c = 'new', s.a = s.a + 10")
    return w.rows(path)


@scenario
def update_partition_column(w: World):
    frame = w.spark.range(6).select("id", (w.F.col("id") % 2).cast("int").alias("p"))
    path = w.table(frame, partition=["p"])
    w.sql(f"update delta.`{path}` set p = 7 where id >= 4")
    return {"rows": w.rows(path), "last": w.last(path)}


@scenario
def update_with_vectors(w: World):
    path = w.numbers(properties={"delta.enableDeletionVectors": "true"})
    answer = w.sql(f"update delta.`{path}` set v = -1 where id < 3")
    return {"answer": answer, "rows": w.rows(path), "last": w.last(path), "vectors": w.vectors(path)}


# ---- MERGE


def _source(w: World):
    return w.spark.range(5, 15).select("id", (w.F.col("id") * 100).alias("v"), w.F.lit("src").alias("s"))


@scenario
def merge_upsert(w: World):
    path = w.numbers()
    answer = plain(
        w.forPath(path)
        .alias("t")
        .merge(_source(w).alias("s"), "t.id = s.id")
        .whenMatchedUpdateAll()
        .whenNotMatchedInsertAll()
        .execute()
        .collect()
    )
    return {"answer": answer, "rows": w.rows(path), "last": w.last(path)}


@scenario
def merge_insert_only(w: World):
    path = w.numbers()
    answer = plain(
        w.forPath(path).alias("t").merge(_source(w).alias("s"), "t.id = s.id").whenNotMatchedInsertAll("s.id < 12").execute().collect()
    )
    return {"answer": answer, "rows": w.rows(path), "last": w.last(path)}


def _large(w: World, frame):
    """The rows of a frame out of files, read as if there were more of them than a target has."""
    stored = w.spark.read.format("delta").load(w.table(frame))
    return stored.unionAll(stored.limit(0)).unionAll(stored.filter("false"))


def _source_with_copies(w: World, source_of):
    """Rows without a match all come in, as often as the source has them."""
    path = w.table(w.spark.createDataFrame([(None, "t"), (1, "t"), (1, "t")], "k int, v string"))
    source = source_of(w.spark.createDataFrame([(None, "s"), (1, "s"), (2, "s"), (2, "s"), (2, "u"), (3, None)], "k int, v string"))
    merge = w.forPath(path).alias("t").merge(source.alias("s"), "t.k = s.k")
    merge = merge.whenNotMatchedInsert("s.v = 'u'", {"k": "-s.k"}).whenNotMatchedInsertAll("s.v >= 's' or s.k < 0")
    answer = plain(merge.execute().collect())
    first = w.last(path)
    again = plain(w.forPath(path).alias("t").merge(source.alias("s"), "t.k <=> s.k").whenNotMatchedInsertAll().execute().collect())
    return {"answer": answer, "first": first, "again": again, "rows": w.rows(path), "last": w.last(path)}


@scenario
def merge_inserts_of_a_source_with_copies(w: World):
    return _source_with_copies(w, lambda frame: frame)


@scenario
def merge_inserts_of_a_large_source_with_copies(w: World):
    return _source_with_copies(w, lambda frame: _large(w, frame))


def _any_condition(w: World, source):
    path = w.numbers()
    merge = w.forPath(path).alias("t").merge(source.alias("s"), "t.v > s.v - 420 and t.s <> s.s")
    answer = plain(merge.whenNotMatchedInsertAll().execute().collect())
    merge = w.forPath(path).alias("t").merge(source.filter("id < 7").alias("s"), "false")
    never = plain(merge.whenNotMatchedInsertAll().execute().collect())
    merge = w.forPath(path).alias("t").merge(source.alias("s"), "t.id = 3")
    always = plain(merge.whenNotMatchedInsertAll().execute().collect())
    return {"answer": answer, "never": never, "always": always, "rows": w.rows(path), "last": w.last(path)}


@scenario
def merge_inserts_by_any_condition(w: World):
    return _any_condition(w, _source(w))


@scenario
def merge_inserts_of_a_large_source_by_any_condition(w: World):
    return _any_condition(w, _large(w, _source(w)))


@scenario
def merge_inserts_what_the_table_itself_gives(w: World):
    path = w.numbers(files=3)
    source = w.spark.read.format("delta").load(path)
    source = source.unionAll(source.select(w.F.col("id") + 7, "v", "s")).dropDuplicates(["id"])
    merge = w.forPath(path).alias("t").merge(source.alias("s"), "t.id = s.id")
    answer = plain(merge.whenNotMatchedInsert(values={"id": "s.id", "s": "s.s"}).execute().collect())
    empty = w.table(source.filter("false"))
    first = plain(w.forPath(empty).alias("t").merge(source.alias("s"), "t.id = s.id").whenNotMatchedInsertAll().execute().collect())
    return {
        "answer": answer,
        "count": w.spark.read.format("delta").load(path).select(w.F.count("*"), w.F.sum("id")).collect()[0][:],
        "last": w.last(path),
        "first": first,
        "last_of_first": w.last(empty),
    }


@scenario
def merge_inserts_that_fail(w: World):
    path = w.numbers()
    w.spark.range(8, 14).selectExpr("id", "case when id = 13 then 'x' else '1' end as s").createOrReplaceTempView("merge_source")
    insert = "when not matched then insert (id, v) values (s.id, cast(s.s as bigint))"
    failed = w.error(lambda: w.sql(f"merge into delta.`{path}` as t using merge_source as s on t.id = s.id {insert}"))
    return {"failed": failed, "last": w.last(path), "rows": w.rows(path)}


@scenario
def merge_matched_only(w: World):
    path = w.numbers()
    merge = w.forPath(path).alias("t").merge(_source(w).alias("s"), "t.id = s.id")
    answer = plain(merge.whenMatchedUpdate("s.id = 6", {"v": "t.v + s.v"}).whenMatchedDelete("s.id > 8").execute().collect())
    return {"answer": answer, "rows": w.rows(path), "last": w.last(path)}


@scenario
def merge_delete_and_insert(w: World):
    path = w.numbers(files=3)
    merge = w.forPath(path).alias("t").merge(_source(w).alias("s"), "t.id = s.id")
    answer = plain(merge.whenMatchedDelete().whenNotMatchedInsert(values={"id": "s.id", "v": "s.v + 1"}).execute().collect())
    return {"answer": answer, "rows": w.rows(path)}


@scenario
def merge_by_source(w: World):
    path = w.numbers()
    merge = w.forPath(path).alias("t").merge(_source(w).alias("s"), "t.id = s.id")
    merge = merge.whenMatchedUpdate(set={"v": "s.v"}).whenNotMatchedInsertAll()
    answer = plain(
        merge.whenNotMatchedBySourceDelete("t.id < 2").whenNotMatchedBySourceUpdate(set={"s": w.F.lit("gone")}).execute().collect()
    )
    return {"answer": answer, "rows": w.rows(path), "last": w.last(path)}


@scenario
def merge_all_clauses_sql(w: World):
    path = w.numbers()
    _source(w).createOrReplaceTempView("merge_source")
    answer = w.sql(
        f"""merge into delta.`{path}` as t using merge_source as s on t.id = s.id
        when matched and s.id = 5 then delete
        when matched and s.id = 6 then update set *
        when matched then update set t.v = s.v + t.v
        when not matched and s.id = 10 then insert *
        when not matched and s.id = 11 then insert (id, s) values (s.id, 'eleven')
        when not matched by source and t.id = 0 then delete
        when not matched by source and t.id = 1 then update set v = -1"""
    )
    return {"answer": answer, "rows": w.rows(path), "last": w.last(path)}


@scenario
def merge_touches_nothing(w: World):
    path = w.numbers()
    merge = w.forPath(path).alias("t").merge(_source(w).filter("id > 100").alias("s"), "t.id = s.id")
    answer = plain(merge.whenMatchedUpdateAll().whenNotMatchedInsertAll().execute().collect())
    return {"answer": answer, "last": w.last(path)}


@scenario
def merge_multiple_matches(w: World):
    path = w.numbers()
    twice = w.spark.createDataFrame([(1, 5, "a"), (1, 6, "b"), (2, 7, "c")], "id long, v long, s string")
    merge = w.forPath(path).alias("t").merge(twice.alias("s"), "t.id = s.id")
    failed = w.error(lambda: merge.whenMatchedUpdateAll().execute())
    version = w.last(path)["version"]
    merge = w.forPath(path).alias("t").merge(twice.alias("s"), "t.id = s.id")
    answer = plain(merge.whenMatchedDelete().execute().collect())
    return {"failed": failed, "version": version, "answer": answer, "rows": w.rows(path), "last": w.last(path)}


@scenario
def merge_multiple_matches_with_conditions(w: World):
    path = w.numbers()
    twice = w.spark.createDataFrame([(1, 5, "a"), (1, 6, "b")], "id long, v long, s string")
    merge = w.forPath(path).alias("t").merge(twice.alias("s"), "t.id = s.id")
    return w.error(lambda: merge.whenMatchedUpdate("s.v = 5", {"v": "s.v"}).execute())


@scenario
def merge_null_keys(w: World):
    path = w.table(w.spark.createDataFrame([(None, "t"), (1, "t")], "k int, v string"))
    source = w.spark.createDataFrame([(None, "s"), (1, "s")], "k int, v string")
    answer = plain(
        w.forPath(path)
        .alias("t")
        .merge(source.alias("s"), "t.k = s.k")
        .whenMatchedUpdateAll()
        .whenNotMatchedInsertAll()
        .execute()
        .collect()
    )
    return {"answer": answer, "rows": w.rows(path)}


@scenario
def merge_schema_evolution(w: World):
    path = w.numbers(3)
    source = w.spark.createDataFrame([(1, 5, "new", 1.5), (9, 6, "new", 2.5)], "id long, v long, s string, extra double")
    merge = w.forPath(path).alias("t").merge(source.alias("s"), "t.id = s.id").withSchemaEvolution()
    answer = plain(merge.whenMatchedUpdateAll().whenNotMatchedInsertAll().execute().collect())
    return {
        "answer": answer,
        "rows": w.rows(path),
        "last": w.last(path),
        "schema": w.spark.read.format("delta").load(path).schema.simpleString(),
    }


@scenario
def merge_evolution_missing_source_column(w: World):
    path = w.numbers(3)
    source = w.spark.createDataFrame([(1, 1.5), (9, 2.5)], "id long, extra double")
    merge = w.forPath(path).alias("t").merge(source.alias("s"), "t.id = s.id").withSchemaEvolution()
    merge.whenMatchedUpdateAll().whenNotMatchedInsertAll().execute()
    return w.rows(path)


@scenario
def merge_star_without_evolution(w: World):
    path = w.numbers(3)
    more = w.spark.createDataFrame([(1, 5, "new", 1.5), (9, 6, "new", 2.5)], "id long, v long, s string, extra double")
    w.forPath(path).alias("t").merge(more.alias("s"), "t.id = s.id").whenMatchedUpdateAll().whenNotMatchedInsertAll().execute()
    less = w.spark.createDataFrame([(1, 5)], "id long, v long")
    failed = w.error(lambda: w.forPath(path).alias("t").merge(less.alias("s"), "t.id = s.id").whenMatchedUpdateAll().execute())
    return {"rows": w.rows(path), "failed": failed}


@scenario
def merge_condition_beyond_equality(w: World):
    path = w.numbers()
    merge = w.forPath(path).alias("t").merge(_source(w).alias("s"), "t.id = s.id and (t.v > 70 or s.v < 600)")
    answer = plain(merge.whenMatchedUpdateAll().whenNotMatchedInsertAll().execute().collect())
    return {"answer": answer, "rows": w.rows(path)}


@scenario
def merge_with_vectors(w: World):
    path = w.numbers(properties={"delta.enableDeletionVectors": "true"})
    merge = w.forPath(path).alias("t").merge(_source(w).alias("s"), "t.id = s.id")
    merge = merge.whenMatchedUpdateAll("t.id < 8").whenMatchedDelete().whenNotMatchedInsertAll("s.id < 12")
    answer = plain(merge.whenNotMatchedBySourceUpdate("t.id = 0", {"s": "'zero'"}).execute().collect())
    return {"answer": answer, "rows": w.rows(path), "last": w.last(path), "vectors": w.vectors(path)}


@scenario
def merge_partitioned(w: World):
    frame = w.spark.range(12).select("id", (w.F.col("id") % 3).cast("int").alias("p"), w.F.lit("t").alias("s"))
    path = w.table(frame, partition=["p"])
    source = w.spark.createDataFrame([(1, 1, "s"), (2, 0, "moved"), (30, 0, "s")], "id long, p int, s string")
    merge = w.forPath(path).alias("t").merge(source.alias("s"), "t.id = s.id and t.p in (1, 2)")
    answer = plain(merge.whenMatchedUpdateAll().whenNotMatchedInsertAll().execute().collect())
    return {"answer": answer, "rows": w.rows(path), "last": w.last(path)}


@scenario
def merge_into_self(w: World):
    path = w.numbers(4)
    dt = w.forPath(path)
    source = dt.toDF().filter("id < 2").withColumn("v", w.F.lit(-1).cast("long"))
    dt.alias("t").merge(source.alias("s"), "t.id = s.id").whenMatchedUpdateAll().execute()
    return w.rows(path)


# ---- errors


@scenario
def errors_of_changes(w: World):
    path, sql = w.numbers(), w.sql
    plain_folder = w.path()
    w.spark.range(3).write.format("parquet").save(plain_folder)
    dt = w.forPath(path)

    def merging():
        return dt.alias("t").merge(_source(w).alias("s"), "t.id = s.id")

    return {
        "unknown_column": w.error(lambda: sql(f"delete from delta.`{path}` where nope = 1")),
        "unknown_set": w.error(lambda: sql(f"update delta.`{path}` set nope = 1")),
        "not_boolean": w.error(lambda: sql(f"delete from delta.`{path}` where id")),
        "set_twice": w.error(lambda: sql(f"update delta.`{path}` set v = 1, v = 2")),
        "bad_type": w.error(lambda: sql(f"update delta.`{path}` set v = array(1)")),
        "subquery_delete": w.error(lambda: sql(f"delete from delta.`{path}` where id in (select 1)")),
        "subquery_update": w.error(lambda: sql(f"update delta.`{path}` set v = 1 where id in (select 1)")),
        "random_delete": w.error(lambda: sql(f"delete from delta.`{path}` where rand() > 2")),
        "random_merge": w.error(
            lambda: dt.alias("t").merge(_source(w).alias("s"), "t.id = s.id and rand() > 2").whenMatchedDelete().execute()
        ),
        "aggregate_update": w.error(lambda: sql(f"update delta.`{path}` set v = max(v)")),
        "merge_ambiguous": w.error(lambda: dt.alias("t").merge(_source(w).alias("s"), "id = s.id").whenMatchedDelete().execute()),
        "merge_unknown_set": w.error(lambda: merging().whenMatchedUpdate(set={"nope": "1"}).execute()),
        "merge_unknown_value": w.error(lambda: merging().whenMatchedUpdate(set={"v": "s.nope"}).execute()),
        "merge_no_clause": w.error(lambda: merging().execute()),
        "merge_two_unconditional": w.error(lambda: merging().whenMatchedDelete().whenMatchedUpdateAll().execute()),
        "merge_insert_uses_target": w.error(lambda: merging().whenNotMatchedInsert("t.v > 1", {"id": "s.id"}).execute()),
        "not_delta_path": w.error(lambda: sql(f"delete from delta.`{plain_folder}`")),
        "for_path_not_delta": w.error(lambda: w.DeltaTable.forPath(w.spark, plain_folder).delete()),
        "no_such_table": w.error(lambda: sql("delete from no_such_table_here")),
        "append_only": w.error(lambda: w.forPath(w.numbers(properties={"delta.appendOnly": "true"})).delete("id = 1")),
        "version_after": w.last(path)["version"],
    }


# ---- history and detail


@scenario
def answers_schemas(w: World):
    path = w.numbers()
    dt = w.forPath(path)
    return {
        "history": dt.history().schema.simpleString(),
        "detail": dt.detail().schema.simpleString(),
        "delete": w.spark.sql(f"delete from delta.`{path}` where id = 0").schema.simpleString(),
        "update": w.spark.sql(f"update delta.`{path}` set v = 0 where id = 1").schema.simpleString(),
        "merge": dt.alias("t").merge(_source(w).alias("s"), "t.id = s.id").whenMatchedDelete().execute().schema.simpleString(),
        "optimize": w.spark.sql(f"optimize delta.`{path}`").schema.simpleString(),
        "restore": dt.restoreToVersion(0).schema.simpleString(),
        "vacuum_sql": w.spark.sql(f"vacuum delta.`{path}` dry run").schema.simpleString(),
        "vacuum_run": w.spark.sql(f"vacuum delta.`{path}`").schema.simpleString(),
        "generate": w.spark.sql(f"generate symlink_format_manifest for table delta.`{path}`").schema.simpleString(),
    }


@scenario
def history_rows(w: World):
    path = w.numbers()
    w.forPath(path).delete("id = 1")
    w.spark.range(1).selectExpr("id", "id as v", "'x' as s").coalesce(1).write.format("delta").mode("append").option(
        "userMetadata", "mine"
    ).save(path)
    rows = w.forPath(path).history().collect()
    named = [r.asDict() for r in rows]
    return {
        "columns": rows[0].__fields__,
        "fixed": [
            [
                r["version"],
                r["userId"],
                r["userName"],
                r["operation"],
                r["job"],
                r["notebook"],
                r["clusterId"],
                r["readVersion"],
                r["isolationLevel"],
                r["isBlindAppend"],
                r["userMetadata"],
            ]
            for r in named
        ],
        "limited": [r.version for r in w.forPath(path).history(2).collect()],
        "sql": [r["version"] for r in w.sql(f"describe history delta.`{path}` limit 1")],
    }


@scenario
def detail_row(w: World):
    frame = w.spark.range(4).select("id", (w.F.col("id") % 2).cast("int").alias("p"))
    path = w.table(
        frame, partition=["p"], properties={"delta.enableDeletionVectors": "true", "delta.logRetentionDuration": "interval 10 days"}
    )
    row = w.forPath(path).detail().collect()[0].asDict()
    keep = [
        "format",
        "name",
        "description",
        "partitionColumns",
        "clusteringColumns",
        "numFiles",
        "properties",
        "minReaderVersion",
        "minWriterVersion",
        "tableFeatures",
    ]
    return {key: plain(row[key]) for key in keep} | {"columns": list(row)}


@scenario
def is_delta_table(w: World):
    path = w.numbers()
    plain_folder = w.path()
    w.spark.range(3).write.format("parquet").save(plain_folder)
    check = w.DeltaTable.isDeltaTable
    return [bool(check(w.spark, path)), bool(check(w.spark, plain_folder)), bool(check(w.spark, w.path()))]


# ---- OPTIMIZE


@scenario
def optimize_compacts(w: World):
    path = w.numbers(4)
    for i in range(3):
        w.append(w.spark.range(i * 10 + 100, i * 10 + 103).selectExpr("id", "id as v", "'a' as s"), path)
    row = w.forPath(path).optimize().executeCompaction().collect()[0]
    metrics = plain(row.metrics)
    return {"path_is_uri": row.path, "metrics": trimmed(metrics), "rows": w.rows(path), "last": w.last(path)} | {
        "path_is_uri": row.path.startswith("file:")
    }


def trimmed(metrics: dict) -> dict:
    for key in ("filesAdded", "filesRemoved"):
        metrics[key] = {"totalFiles": metrics[key]["totalFiles"]}
    for key in list(metrics):
        if key.endswith("TimeMs") or key in ("totalClusterParallelism", "totalScheduledTasks"):
            metrics[key] = "*"
    if metrics.get("zOrderStats"):
        for key in ("inputCubeFiles", "inputOtherFiles", "mergedFiles"):
            metrics["zOrderStats"][key]["size"] = "*"
    return metrics


@scenario
def optimize_nothing(w: World):
    path = w.numbers(4)
    row = w.sql(f"optimize delta.`{path}`")[0]
    return {"metrics": trimmed(row["metrics"]), "last": w.last(path)}


@scenario
def optimize_where(w: World):
    frame = w.spark.range(12).select("id", (w.F.col("id") % 3).cast("int").alias("p"))
    path = w.table(frame, partition=["p"])
    w.append(frame, path)
    row = w.sql(f"optimize delta.`{path}` where p = 1")[0]
    last = w.last(path)
    dt = w.forPath(path).optimize().where("p >= 1").executeCompaction().collect()[0]
    return {
        "metrics": trimmed(row["metrics"]),
        "last": last,
        "second": trimmed(plain(dt.metrics)),
        "bad": w.error(lambda: w.sql(f"optimize delta.`{path}` where id = 1")),
    }


@scenario
def optimize_zorder(w: World):
    path = w.numbers(50)
    w.append(w.spark.range(100, 130).selectExpr("id", "id % 7 as v", "'a' as s"), path)
    row = w.forPath(path).optimize().executeZOrderBy("id", "v").collect()[0]
    return {
        "metrics": trimmed(plain(row.metrics)),
        "count": len(w.rows(path)),
        "last": w.last(path),
        "bad": w.error(lambda: w.sql(f"optimize delta.`{path}` zorder by (nope)")),
    }


@scenario
def optimize_purges_vectors(w: World):
    path = w.numbers(properties={"delta.enableDeletionVectors": "true"})
    w.append(w.spark.range(100, 105).selectExpr("id", "id as v", "'a' as s"), path)
    w.forPath(path).delete("id = 3")
    row = w.sql(f"optimize delta.`{path}`")[0]
    return {"metrics": trimmed(row["metrics"]), "vectors": w.vectors(path), "count": len(w.rows(path)), "last": w.last(path)}


# ---- RESTORE, VACUUM


@scenario
def restore(w: World):
    path = w.numbers(4)
    w.append(w.spark.range(100, 103).selectExpr("id", "id as v", "'a' as s"), path)
    w.forPath(path).delete("id < 2")
    answer = plain(w.forPath(path).restoreToVersion(1).collect())
    last = w.last(path)
    sql = w.sql(f"restore table delta.`{path}` to version as of 0")
    numbers = [
        {k: ("*" if VOLATILE.search(k) or k.endswith("_size") or k.startswith("table_size") else v) for k, v in row.items()}
        for row in answer + sql
    ]
    return {
        "answers": numbers,
        "last": last,
        "rows": w.rows(path),
        "no_version": w.error(lambda: w.forPath(path).restoreToVersion(99)),
        "no_time": w.error(lambda: w.forPath(path).restoreToTimestamp("2001-01-01")),
        "late": w.error(lambda: w.forPath(path).restoreToTimestamp("2999-01-01")),
    }


@scenario
def restore_same_version(w: World):
    path = w.numbers(2)
    answer = w.sql(f"restore table delta.`{path}` to version as of 0")
    return {"keys": [sorted(row) for row in answer], "last": w.last(path)}


@scenario
def vacuum(w: World):
    path = w.numbers(4)
    w.forPath(path).delete("id < 2")
    w.spark.conf.set("spark.databricks.delta.retentionDurationCheck.enabled", "false")
    try:
        dry = w.sql(f"vacuum delta.`{path}` retain 0 hours dry run")
        dry_version = w.last(path)["version"]
        answer = w.sql(f"vacuum delta.`{path}` retain 0 hours")
    finally:
        w.spark.conf.unset("spark.databricks.delta.retentionDurationCheck.enabled")
    data = [n for n in os.listdir(path) if n.endswith(".parquet")]
    history = [
        [
            r.version,
            r.operation,
            {k: hide_ids(v) for k, v in r.operationParameters.items()},
            {k: "*" if "size" in k.lower() else v for k, v in (r.operationMetrics or {}).items()},
        ]
        for r in w.forPath(path).history().collect()
    ]
    return {
        "dry_files": len(dry),
        "dry_version": dry_version,
        "dry_is_uri": all(r["path"].startswith("file:") and r["path"].endswith(".parquet") for r in dry),
        "answer_is_root": [r["path"].rstrip("/").endswith(path) for r in answer],
        "files": len(data),
        "rows": w.rows(path),
        "history": history,
        "too_short": w.error(lambda: w.forPath(path).vacuum(0.0)),
        "negative": w.error(lambda: w.forPath(path).vacuum(-1.0)),
        "old_version": w.error(lambda: w.spark.read.format("delta").option("versionAsOf", 0).load(path).collect())["type"],
    }


# ---- the rest


@scenario
def upgrade_and_features(w: World):
    path = w.numbers()
    dt = w.forPath(path)
    dt.upgradeTableProtocol(1, 3)
    upgraded = plain(dt.detail().select("minReaderVersion", "minWriterVersion", "tableFeatures").collect())
    last = w.last(path)
    dt.addFeatureSupport("deletionVectors")
    added = plain(dt.detail().select("minReaderVersion", "minWriterVersion", "tableFeatures").collect())
    return {
        "upgraded": upgraded,
        "last": last,
        "added": added,
        "added_last": w.last(path),
        "unknown": w.error(lambda: dt.addFeatureSupport("noSuchFeature")),
        "downgrade": w.error(lambda: dt.upgradeTableProtocol(1, 1)),
        "drop_unknown": w.error(lambda: dt.dropFeatureSupport("noSuchFeature")),
    }


@scenario
def convert(w: World):
    plain_folder = w.path()
    w.spark.range(4).coalesce(1).write.format("parquet").save(plain_folder)
    w.sql(f"convert to delta parquet.`{plain_folder}`")
    parted = w.path()
    w.spark.range(4).selectExpr("id", "cast(id % 2 as int) as p").coalesce(1).write.format("parquet").partitionBy("p").save(parted)
    needs = w.error(lambda: w.sql(f"convert to delta parquet.`{parted}`"))
    w.sql(f"convert to delta parquet.`{parted}` partitioned by (p int)")
    return {
        "rows": w.rows(plain_folder),
        "last": w.last(plain_folder),
        "needs_partition": needs,
        "parted": w.rows(parted),
        "parted_last": w.last(parted),
    }


@scenario
def generate(w: World):
    path = w.numbers(4)
    w.forPath(path).generate("symlink_format_manifest")
    with open(os.path.join(path, "_symlink_format_manifest", "manifest"), encoding="utf-8") as manifest:
        lines = manifest.read().splitlines()
    return {
        "lines": len(lines),
        "is_parquet": all(line.startswith("file:") and line.endswith(".parquet") for line in lines),
        "bad": w.error(lambda: w.forPath(path).generate("nope")),
    }


@scenario
def shallow_clone(w: World):
    path, target = w.numbers(4), w.path()
    w.spark.sql(f"create table delta.`{target}` shallow clone delta.`{path}`")
    first = w.last(target)
    rows = w.rows(target)
    w.forPath(target).delete("id = 1")
    return {"rows": rows, "last": first, "after": w.rows(target), "source": w.rows(path)}


# ---- rules


@scenario
def rules_of_the_table(w: World):
    path = w.path()
    w.spark.sql(f"create table delta.`{path}` (id int not null, v int, day date, y int generated always as (year(day))) using delta")
    w.spark.sql(f"alter table delta.`{path}` add constraint positive check (v > 0)")
    w.spark.sql(f"insert into delta.`{path}` (id, v, day) values (1, 1, date'2020-01-01'), (2, 2, date'2021-01-01')")
    dt = w.forPath(path)
    dt.update("id = 1", {"day": "date'2023-05-05'"})
    source = w.spark.sql("select 2 as id, 20 as v, date'2022-02-02' as day union all select 3, 30, date'2024-01-01'")
    dt.alias("t").merge(source.alias("s"), "t.id = s.id").whenMatchedUpdate(set={"v": "s.v", "day": "s.day"}).whenNotMatchedInsert(
        values={"id": "s.id", "v": "s.v", "day": "s.day"}
    ).execute()
    return {
        "rows": w.rows(path),
        "check": w.error(lambda: dt.update("id = 1", {"v": "-5"})),
        "not_null": w.error(lambda: dt.update("id = 1", {"id": "null"})),
        "generated": w.error(lambda: dt.update("id = 1", {"y": "1999"})),
        "merge_check": w.error(lambda: dt.alias("t").merge(source.alias("s"), "t.id = s.id").whenMatchedUpdate(set={"v": "-1"}).execute()),
        "merge_not_null": w.error(
            lambda: dt.alias("t").merge(source.alias("s"), "false").whenNotMatchedInsert(values={"v": "1"}).execute()
        ),
        "after": w.rows(path),
    }
