"""Joining features to rows, at a point in time or by key alone, with what any Spark Connect server offers."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pyspark.sql import functions as F

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame
    from pyspark.sql.types import DataType


@dataclass
class TableJoin:
    """All features that one pass over a table adds. `outputs` maps the table's columns to the names they get."""

    table: DataFrame
    primary_keys: list[str]
    lookup_keys: list[str]
    timestamp_key: str | None
    timestamp_lookup_key: str | None
    lookback: datetime.timedelta | None
    outputs: list[tuple[str, str]] = field(default_factory=list)
    defaults: dict[str, Any] = field(default_factory=dict)


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def column(name: str) -> Column:
    """A column by its whole name, dots included."""
    return F.col(_quoted(name))


def _has_map(kind: DataType) -> bool:
    return "map<" in kind.simpleString()


def _one_row_each(join: TableJoin, prefix: str) -> DataFrame:
    """One row for each key (and time). Of several rows the one with the greatest features wins, compared column by column
    in the order they are looked up, null below any value: a rule that gives the same row on every engine and run."""
    by = [column(key).alias(f"{prefix}key{i}") for i, key in enumerate(join.primary_keys)]
    if join.timestamp_key is not None:
        by.append(column(join.timestamp_key).alias(f"{prefix}time"))
    sources = [column(source).alias(f"f{i}") for i, (source, _) in enumerate(join.outputs)]
    features = F.struct(*sources)
    types = {field.name: field.dataType for field in join.table.schema.fields}
    ordered = [value for value, (source, _) in zip(sources, join.outputs, strict=True) if not _has_map(types[source])]
    greatest = F.max(features)
    if len(ordered) < len(sources):  # Maps have no order: what stands beside them decides.
        greatest = F.max_by(features, F.struct(*ordered)) if ordered else F.first(features)
    return join.table.groupBy(*by).agg(greatest.alias(f"{prefix}row"))


def _keys_equal(left: DataFrame, right: DataFrame, join: TableJoin, prefix: str) -> Column:
    condition = left[_quoted(join.lookup_keys[0])] == right[f"{prefix}key0"]
    for i, name in enumerate(join.lookup_keys[1:], start=1):
        condition = condition & (left[_quoted(name)] == right[f"{prefix}key{i}"])
    return condition


def _at_a_time(left: DataFrame, right: DataFrame, join: TableJoin, prefix: str) -> DataFrame:
    """The latest row at or before the left row's time. The right side has one row for each key and time by now, so the
    join has no ties to break."""
    assert join.timestamp_lookup_key is not None
    return left._joinAsOf(
        right,
        leftAsOfColumn=left[_quoted(join.timestamp_lookup_key)],
        rightAsOfColumn=right[f"{prefix}time"],
        on=_keys_equal(left, right, join, prefix),
        how="left",
        tolerance=None if join.lookback is None else F.lit(join.lookback),
        allowExactMatches=True,
        direction="backward",
    )


def _by_key(left: DataFrame, right: DataFrame, join: TableJoin, prefix: str) -> DataFrame:
    return left.join(right, _keys_equal(left, right, join, prefix), "left")


def add_features(left: DataFrame, join: TableJoin, number: int) -> DataFrame:
    """`left` with the features of one table behind its columns; as many rows as before."""
    prefix = f"__feature{number}_"
    right = _one_row_each(join, prefix)
    together = _at_a_time if join.timestamp_key is not None else _by_key
    joined = together(left, right, join, prefix)
    outputs = []
    types = {field.name: field.dataType for field in join.table.schema.fields} if join.defaults else {}
    for i, (source, output) in enumerate(join.outputs):
        value = F.col(f"{prefix}row").getField(f"f{i}")
        if join.defaults.get(output) is not None:
            value = F.coalesce(value, F.lit(join.defaults[output]).cast(types[source]))
        outputs.append(value.alias(output))
    return joined.select(*[column(name) for name in left.columns], *outputs)
