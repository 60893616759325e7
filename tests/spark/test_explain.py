"""EXPLAIN and df.explain(): the sections of each mode, Spark's names of operators, the same text for the same plan."""

from __future__ import annotations

import re

import pytest


@pytest.fixture
def table(spark):
    spark.sql("CREATE OR REPLACE TABLE explained (id BIGINT, s STRING) USING delta")
    spark.sql("INSERT INTO explained VALUES (1, 'a'), (2, 'b')")
    yield "explained"
    spark.sql("DROP TABLE explained")


def explained(spark, query: str, mode: str = "") -> str:
    rows = spark.sql(f"EXPLAIN {mode} {query}").collect()
    assert len(rows) == 1
    return rows[0].plan


def test_the_sections_of_each_mode(spark):
    query = "SELECT id + 1 AS next FROM range(10) WHERE id > 3"
    sections = {mode: re.findall("^== (.*) ==$", explained(spark, query, mode), re.M) for mode in ("", "EXTENDED", "COST", "FORMATTED")}
    logical = [f"{stage} Logical Plan" for stage in ("Parsed", "Analyzed", "Optimized")]
    assert sections == {
        "": ["Physical Plan"],
        "EXTENDED": [*logical, "Physical Plan"],
        "COST": ["Optimized Logical Plan", "Physical Plan"],
        "FORMATTED": ["Physical Plan"],
    }
    assert explained(spark, query, "CODEGEN") == "Found 0 WholeStageCodegen subtrees.\n"


def test_a_plan_is_a_tree_of_sparks_operators(spark):
    assert explained(spark, "SELECT a.id FROM range(10) a JOIN range(5) b ON a.id = b.id ORDER BY 1") == (
        "== Physical Plan ==\n"
        "Sort [id#0L ASC NULLS FIRST], true\n"
        "+- Project [id#0L]\n"
        "   +- BroadcastHashJoin [id#0L], [id#1L], Inner, BuildRight\n"
        "      :- Range (0, 10, step=1)\n"
        "      +- Range (0, 5, step=1)\n"
    )
    assert "\na: bigint, b: string\n" in explained(spark, "SELECT 1L AS a, 'x' AS b", "EXTENDED")


def test_subqueries_stand_below_the_operator_they_are_in(spark):
    assert explained(spark, "SELECT id FROM range(5) WHERE id > (SELECT max(id) FROM range(2))") == (
        "== Physical Plan ==\n"
        "Project [id#0L]\n"
        "+- Filter (id#0L > scalar-subquery#1)\n"
        "   :  +- Project [aggregate#2L AS max(id)#3L]\n"
        "   :     +- HashAggregate(keys=[], functions=[max(id#1L) AS aggregate#2L])\n"
        "   :        +- Range (0, 2, step=1)\n"
        "   +- Range (0, 5, step=1)\n"
    )


def test_formatted_numbers_the_operators(spark, table):
    lines = explained(spark, f"SELECT s FROM {table} WHERE id = 1", "FORMATTED").splitlines()
    assert lines[1:4] == ["Project (3)", "+- Filter (2)", "   +- FileScan (1)"]
    assert "(1) FileScan" in lines and "Output [2]: [id#0L, s#1]" in lines and "Arguments: (id#0L = 1)" in lines


def test_cost_tells_sizes(spark, table):
    text = explained(spark, "SELECT * FROM range(10)", "COST")
    assert "Range (0, 10, step=1), Statistics(sizeInBytes=80.0 B, rowCount=10)" in text
    assert re.search(
        r"Relation \S+explained\[id#0L, s#1\] delta, version=1, Statistics\(sizeInBytes=\d", explained(spark, f"TABLE {table}", "COST")
    )


def test_what_is_wrong_with_a_query_is_its_explanation(spark):
    rows = [row.plan for row in spark.sql("EXPLAIN SELECT * FROM no_such_table").collect()]
    assert rows[0].startswith("Error occurred during query planning")
    assert rows[1].startswith("[TABLE_OR_VIEW_NOT_FOUND]")


def test_the_same_plan_has_the_same_text(spark, table):
    def frame():
        joined = spark.table(table).join(spark.createDataFrame([(1, "x")], "id long, t string"), "id", "left")
        return joined.groupBy("t").count().orderBy("t").limit(3)

    for mode in ("simple", "extended", "cost", "formatted"):
        assert frame()._explain_string(mode=mode) == frame()._explain_string(mode=mode)
    kept = frame().cache()
    kept.count()
    text = kept._explain_string(extended=True)
    kept.unpersist()
    assert "InMemoryRelation [t#0, count#1L]" in text and "InMemoryTableScan [t#0, count#1L]" in text
    assert not re.search("0x[0-9a-f]{6}|[0-9a-f]{8}-[0-9a-f]{4}-|@[0-9a-f]{6}", text)
