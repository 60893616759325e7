"""Training sets: rows with keys and labels, and the features to join to them."""

from __future__ import annotations

import datetime
import decimal
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from headrace.features.entities import FeatureLookup, FeatureTable, as_list
from headrace.features.point_in_time import TableJoin, add_features, column

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pyspark.sql import DataFrame

SPEC_FILE = "feature_spec.yaml"
RAW_MODEL_FOLDER = "raw_model"


@dataclass
class FeatureColumn:
    """One looked-up column of a training set."""

    output: str
    feature: str
    table: str
    lookup_key: list[str]
    timestamp_lookup_key: str | None
    lookback_seconds: float | None
    default: Any


class FeatureSpec:
    """What a model's rows are made of: columns of the caller and columns of feature tables, in order. It is what
    feature_spec.yaml holds."""

    def __init__(self, given: list[str], features: list[FeatureColumn], excluded: list[str]) -> None:
        self.given = given
        self.features = features
        self.excluded = excluded

    def included(self) -> list[str]:
        return [name for name in [*self.given, *(feature.output for feature in self.features)] if name not in self.excluded]

    def needed(self) -> list[str]:
        """The columns a caller must bring so that every feature can be looked up."""
        names = [name for name in self.given if name not in self.excluded]
        for feature in self.features:
            names += [*feature.lookup_key, *([feature.timestamp_lookup_key] if feature.timestamp_lookup_key else [])]
        return list(dict.fromkeys(names))

    def to_yaml(self) -> str:
        columns: list[dict[str, dict[str, Any]]] = []
        for name in self.given:
            columns.append({name: {"source": "training_data", "include": name not in self.excluded}})
        for feature in self.features:
            entry: dict[str, Any] = {
                "source": "feature_store",
                "include": feature.output not in self.excluded,
                "table_name": feature.table,
                "feature_name": feature.feature,
                "lookup_key": feature.lookup_key,
            }
            if feature.timestamp_lookup_key:
                entry["timestamp_lookup_key"] = feature.timestamp_lookup_key
            if feature.lookback_seconds is not None:
                entry["lookback_window_seconds"] = feature.lookback_seconds
            if feature.default is not None:
                entry["default_value_json"] = json.dumps(feature.default, default=_to_json)
            columns.append({feature.output: entry})
        return yaml.safe_dump({"serialization_version": 1, "input_columns": columns}, sort_keys=False)

    @staticmethod
    def from_yaml(text: str) -> FeatureSpec:
        given: list[str] = []
        features: list[FeatureColumn] = []
        excluded: list[str] = []
        for entry in yaml.safe_load(text)["input_columns"]:
            for name, fields in entry.items():
                if not fields.get("include", True):
                    excluded.append(name)
                if fields["source"] == "training_data":
                    given.append(name)
                    continue
                default = fields.get("default_value_json")
                features.append(
                    FeatureColumn(
                        output=name,
                        feature=fields["feature_name"],
                        table=fields["table_name"],
                        lookup_key=list(fields["lookup_key"]),
                        timestamp_lookup_key=fields.get("timestamp_lookup_key"),
                        lookback_seconds=fields.get("lookback_window_seconds"),
                        default=None if default is None else json.loads(default),
                    )
                )
        return FeatureSpec(given, features, excluded)


_WHOLE = ("tinyint", "smallint", "int", "bigint")


def default_of(output: str, kind: str, value: Any) -> Any:
    """A default as the feature's type has it. Raises when the type does not hold it."""
    if hasattr(value, "item"):  # A number of numpy's.
        value = value.item()
    number = isinstance(value, (int, float, decimal.Decimal)) and not isinstance(value, bool)
    if kind in _WHOLE:
        fits = number and value == int(value)
        value = int(value) if fits else value
    elif kind in ("float", "double") or kind.startswith("decimal"):
        fits = number
    elif kind == "boolean":
        fits = isinstance(value, bool)
    elif kind == "string":
        fits = isinstance(value, str)
    elif kind in ("date", "timestamp", "timestamp_ntz"):
        fits = isinstance(value, (str, datetime.date))
    else:
        fits = True
    if not fits:
        raise ValueError(f"The default value {value!r} of '{output}' does not fit the feature's type {kind}.")
    return value


def _to_json(value: Any) -> Any:
    if isinstance(value, decimal.Decimal):
        return float(value)
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, datetime.date):
        return value.isoformat()
    raise TypeError(f"a default value of type {type(value).__name__} cannot be logged with a model")


def resolve_lookups(
    lookups: Sequence[FeatureLookup], get_table: Callable[[str], FeatureTable], given: list[str], label: list[str]
) -> list[FeatureColumn]:
    """The columns that look-ups add, checked against the tables and the data they are joined to."""
    columns: list[FeatureColumn] = []
    taken = {name.lower(): "the training data" for name in [*given, *label]}
    for lookup in lookups:
        if not isinstance(lookup, FeatureLookup):
            raise NotImplementedError(f"{type(lookup).__name__} in feature_lookups is not supported")
        table = get_table(lookup.table_name)
        _check_keys(lookup, table, given)
        keys = {*table.primary_keys, *table.timestamp_keys}
        names = lookup.feature_names or [name for name in table.features if name not in keys]
        known = set(table.features) | keys
        renamed = set(lookup.rename_outputs) - set(names)
        if renamed:
            raise ValueError(f"rename_outputs names features that are not looked up: {sorted(renamed)}")
        for name in names:
            if name not in known:
                raise ValueError(f"Feature '{name}' does not exist in feature table '{table.name}'.")
            output = lookup.rename_outputs.get(name, name)
            if output.lower() in taken:
                raise ValueError(f"Column '{output}' of '{table.name}' is already in {taken[output.lower()]}; use rename_outputs.")
            taken[output.lower()] = f"feature table '{table.name}'"
            window = lookup.lookback_window
            default = lookup.default_values.get(output, lookup.default_values.get(name))
            if default is not None:
                default = default_of(output, table.feature_types.get(name, ""), default)
            columns.append(
                FeatureColumn(
                    output, name, table.name, lookup.lookup_key, lookup.timestamp_lookup_key,
                    None if window is None else window.total_seconds(), default,
                )
            )  # fmt: skip
        unknown = set(lookup.default_values) - set(names) - {lookup.rename_outputs.get(name, name) for name in names}
        if unknown:
            raise ValueError(f"default_values names features that are not looked up: {sorted(unknown)}")
    return columns


def _check_keys(lookup: FeatureLookup, table: FeatureTable, given: list[str]) -> None:
    if len(lookup.lookup_key) != len(table.primary_keys):
        raise ValueError(
            f"Feature table '{table.name}' has the primary keys {table.primary_keys}, but the look-up has {lookup.lookup_key}."
        )
    needed = [*lookup.lookup_key, *([lookup.timestamp_lookup_key] if lookup.timestamp_lookup_key else [])]
    missing = [name for name in needed if name not in given]
    if missing:
        raise ValueError(f"The look-up in '{table.name}' needs the columns {missing}, which the DataFrame does not have.")
    if table.timestamp_keys and lookup.timestamp_lookup_key is None:
        raise ValueError(f"Feature table '{table.name}' is a time series; its look-up needs a timestamp_lookup_key.")
    if lookup.timestamp_lookup_key is not None and not table.timestamp_keys:
        raise ValueError(f"Feature table '{table.name}' has no timestamp key, so its look-up takes no timestamp_lookup_key.")


def join_features(
    df: DataFrame,
    features: Sequence[FeatureColumn],
    get_table: Callable[[str], FeatureTable],
    read_table: Callable[[str], DataFrame],
) -> DataFrame:
    """`df` with the features behind its columns: one pass over a table, however many features and look-ups it serves."""
    joins: dict[tuple[Any, ...], TableJoin] = {}
    for feature in features:
        at = (feature.table, tuple(feature.lookup_key), feature.timestamp_lookup_key, feature.lookback_seconds)
        if at not in joins:
            table = get_table(feature.table)
            seconds = feature.lookback_seconds
            joins[at] = TableJoin(
                table=read_table(feature.table),
                primary_keys=table.primary_keys,
                lookup_keys=feature.lookup_key,
                timestamp_key=table.timestamp_keys[0] if table.timestamp_keys else None,
                timestamp_lookup_key=feature.timestamp_lookup_key,
                lookback=None if seconds is None else datetime.timedelta(seconds=seconds),
            )
        joins[at].outputs.append((feature.feature, feature.output))
        if feature.default is not None:
            joins[at].defaults[feature.output] = feature.default
    names = [*df.columns, *(feature.output for feature in features)]
    for number, join in enumerate(joins.values()):
        df = add_features(df, join, number)
    return df.select(*[column(name) for name in names])


class TrainingSet:
    """The rows of a DataFrame with their features. Made by create_training_set."""

    def __init__(
        self,
        df: DataFrame,
        spec: FeatureSpec,
        label: str | Sequence[str] | None,
        join: Callable[[DataFrame, Sequence[FeatureColumn]], DataFrame],
    ) -> None:
        self._df = df
        self._join = join
        self.spec = spec
        self.labels = as_list(label)

    def load_df(self) -> DataFrame:
        """The training data: the caller's columns and the features without the excluded ones, labels last."""
        joined = self._join(self._df, self.spec.features)
        return joined.select(*[column(name) for name in [*self.spec.included(), *self.labels]])
