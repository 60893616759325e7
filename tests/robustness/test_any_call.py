"""Any function with any arguments gets an answer or an error of Spark's kind: never an internal error, never a dead server."""

from __future__ import annotations

import random

import pyspark.sql.functions as functions
import pytest
from pyspark.errors import PySparkException

LITERALS = (
    "NULL", "1", "-1", "0", "2147483647", "9223372036854775807L", "1Y", "1.5BD", "12345678901234567890123456789012345678BD", "1e300D",
    "CAST('NaN' AS DOUBLE)", "true", "'a'", "''", "'%Y-%m'", "'é[', '", "'2024-02-29'", "'{\"a\": [1]}'", "X'00FF'", "DATE'2024-02-29'",
    "TIMESTAMP'2024-02-29 12:00:00'", "TIMESTAMP_NTZ'2024-02-29 12:00:00'", "INTERVAL 1 MONTH", "INTERVAL 1 DAY", "INTERVAL '1' MONTH",
    "array(1, NULL)", "array('a', 'b')", "array(array(1))", "array()", "map('k', 1)", "map()", "struct(1 AS x, 'y' AS y)", "x -> x", "(x, y) -> x + y",
    "id", "name",
)  # fmt: skip
PER_FUNCTION = 12
# What makes as much as it is asked for is asked for little.
MAKERS = ("array_repeat", "lpad", "repeat", "rpad", "sequence", "space", "uniform", "randstr")


def names() -> list[str]:
    return sorted({name for name in functions.__all__ if name.islower()})


def expressions(name: str) -> list[str]:
    chance = random.Random(name)
    literals = [literal for literal in LITERALS if name not in MAKERS or len(literal.strip("LBD")) < 9 or not literal[0].isdigit()]
    made = [f"{name}()"]
    for number in range(PER_FUNCTION - 1):
        count = 1 + number % 4
        made.append(f"{name}({', '.join(chance.choice(literals) for _ in range(count))})")
    return made


@pytest.mark.parametrize("part", range(8))
def test_any_call_is_answered(headrace, part):
    spark = headrace.spark()
    spark.client.set_retry_policies([])
    spark.range(3).selectExpr("id", "CAST(id AS STRING) AS name").createOrReplaceTempView("any_call")
    internal = []
    for name in names()[part::8]:
        for expression in expressions(name):
            try:
                spark.sql(f"SELECT {expression} FROM any_call").collect()
            except (OverflowError, TypeError, UnicodeDecodeError, ValueError):
                pass  # Python has no such date, no string of such bytes, no dictionary with a list for a key.
            except PySparkException as error:
                # An error without a condition is no bug: Java's own exceptions, as of timestamp_seconds(1e300) or
                # printf('%Y'), have none in Spark either.
                if error.getCondition() == "INTERNAL_ERROR":
                    internal.append((expression, str(error)[:200]))
                assert headrace.running(), expression
    spark.stop()
    assert not internal, "\n".join(f"{expression}: {error}" for expression, error in internal)
