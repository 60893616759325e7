"""Writes tests/spark/cases/casts.sql: every pair of types, over the edge values of the source type."""

from __future__ import annotations

import pathlib

OUTPUT = pathlib.Path(__file__).resolve().parent.parent.parent / "tests" / "spark" / "cases" / "casts.sql"

# Source type → (edge values for try_cast, one value for cast that many targets refuse).
SOURCES = {
    "boolean": (["true", "false", "cast(null as boolean)"], "true"),
    "tinyint": (["0Y", "127Y", "cast(-128 as tinyint)"], "cast(-128 as tinyint)"),
    "smallint": (["1S", "32767S", "cast(-32768 as smallint)"], "32767S"),
    "int": (["0", "2147483647", "-2147483648", "cast(null as int)"], "2147483647"),
    "bigint": (["1L", "9223372036854775807L", "-9223372036854775808L", "253402214400L"], "9223372036854775807L"),
    "float": (["float('0.1')", "float('-0.0')", "float('nan')", "float('inf')", "float('1.6777217E7')", "float('3.4e38')"], "float('nan')"),
    "double": (["0.1D", "-0.0D", "double('nan')", "double('-inf')", "1e-7D", "1e7D", "123456789.5D", "1e20D", "5e-324D"], "1e20D"),
    "decimal": (["1.50", "-0.05", "cast(99999999.99 as decimal(10,2))", "cast('12345678901234567890123456789012345678' as decimal(38,0))"], "cast('12345678901234567890123456789012345678' as decimal(38,0))"),
    "string": (["''", "' 12 '", "'1.5'", "'1e3'", "'abc'", "'true'", "'y'", "'-0'", "'NaN'", "'2020-02-29'", "'2020-01-01 10:11:12.5'", "'2020-1-2T3:4:5Z'", "'99999999999'", "'+7'", "'0x1F'", "'1_000'", "'5d'", "'inf'", "'\\t8\\n'"], "'abc'"),
    "binary": (["x''", "x'61'", "x'00017F'"], "x'007F'"),
    "date": (["date'1970-01-01'", "date'2020-02-29'", "date'0001-01-01'", "date'9999-12-31'"], "date'2020-02-29'"),
    "timestamp": (["timestamp'1970-01-01 00:00:00Z'", "timestamp'2020-03-08 03:30:00.123456'", "timestamp'1969-12-31 23:59:59.999999Z'", "timestamp'9999-12-30 23:59:59'"], "timestamp'9999-12-30 23:59:59'"),
    "timestamp_ntz": (["timestamp_ntz'1970-01-01 00:00:00'", "timestamp_ntz'2020-03-08 02:30:00.5'"], "timestamp_ntz'2020-03-08 02:30:00.5'"),
    "interval_day": (["interval '1 02:03:04.5' day to second", "interval -1 day"], "interval '1 02:03:04.5' day to second"),
    "array": (["array(1, null)", "array()"], "array(1, 300)"),
    "map": (["map('1', 2)"], "map('x', 2)"),
    "struct": (["named_struct('a', 1, 'b', 'x')"], "named_struct('a', 1, 'b', 'x')"),
    "null": (["null"], "null"),
}  # fmt: skip

TARGETS = {
    "boolean": "boolean",
    "tinyint": "tinyint",
    "smallint": "smallint",
    "int": "int",
    "bigint": "bigint",
    "float": "float",
    "double": "double",
    "decimal52": "decimal(5,2)",
    "decimal3818": "decimal(38,18)",
    "string": "string",
    "binary": "binary",
    "date": "date",
    "timestamp": "timestamp",
    "timestamp_ntz": "timestamp_ntz",
    "interval_day": "interval day to second",
    "array_string": "array<string>",
    "map_int_string": "map<int,string>",
    "struct": "struct<p: bigint, q: string>",
}


def main() -> None:
    lines = []
    for source, edge in SOURCES.items():
        for target, name in TARGETS.items():
            values, refused = edge
            if (source, target) == ("decimal", "timestamp"):
                # An instant that clients cannot show.
                values, refused = values[:2], values[2]
            if (source, target) == ("bigint", "timestamp"):
                values, refused = [values[0], values[3]], "-1L"
            casts = ", ".join(f"try_cast({value} as {name})" for value in values)
            lines += [f"-- case try_{source}_to_{target}", f"select {casts}"]
            lines += [f"-- case {source}_to_{target}", f"select cast({refused} as {name}) as r"]
    OUTPUT.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
