"""What users of the feature store name and get: look-ups and feature tables."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def as_list(value: str | Sequence[str] | None) -> list[str]:
    """One name, several or none as a list."""
    if value is None:
        return []
    return [value] if isinstance(value, str) else list(value)


class FeatureLookup:
    """Features of one table, and the columns of the training data that find their row.

    With `timestamp_lookup_key` the row is the latest one at or before that column's time, and with `lookback_window` at
    most that much before it. Without `feature_names` all features of the table are meant. `default_values` are by output
    name and stand in for features that are null or have no row.
    """

    def __init__(
        self,
        table_name: str,
        lookup_key: str | Sequence[str],
        *,
        feature_names: str | Sequence[str] | None = None,
        rename_outputs: dict[str, str] | None = None,
        timestamp_lookup_key: str | Sequence[str] | None = None,
        lookback_window: datetime.timedelta | None = None,
        default_values: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        feature_name = kwargs.pop("feature_name", None)
        output_name = kwargs.pop("output_name", None)
        if kwargs:
            raise TypeError(f"FeatureLookup got unexpected arguments: {sorted(kwargs)}")
        if not isinstance(table_name, str) or not table_name:
            raise ValueError("FeatureLookup needs a table_name")
        if feature_name is not None:
            if feature_names is not None:
                raise ValueError("give feature_names or feature_name, not both")
            feature_names = feature_name
        self.table_name = table_name
        self.lookup_key = as_list(lookup_key)
        self.feature_names = as_list(feature_names)
        self.rename_outputs = dict(rename_outputs or {})
        if output_name is not None:
            if len(self.feature_names) != 1:
                raise ValueError("output_name goes with exactly one feature")
            self.rename_outputs.setdefault(self.feature_names[0], output_name)
        timestamps = as_list(timestamp_lookup_key)
        if len(timestamps) > 1:
            raise ValueError("a look-up has at most one timestamp_lookup_key")
        self.timestamp_lookup_key: str | None = timestamps[0] if timestamps else None
        if lookback_window is not None:
            if not isinstance(lookback_window, datetime.timedelta):
                raise ValueError("lookback_window must be a datetime.timedelta")
            if lookback_window < datetime.timedelta(0):
                raise ValueError("lookback_window must not be negative")
            if self.timestamp_lookup_key is None:
                raise ValueError("lookback_window needs a timestamp_lookup_key")
        self.lookback_window = lookback_window
        self.default_values = dict(default_values or {})
        if not self.lookup_key:
            raise ValueError(f"the look-up in '{table_name}' needs a lookup_key")
        unknown = set(self.rename_outputs) - set(self.feature_names)
        if self.feature_names and unknown:
            raise ValueError(f"rename_outputs names features that are not looked up: {sorted(unknown)}")

    def __repr__(self) -> str:
        return (
            f"FeatureLookup(table_name={self.table_name!r}, lookup_key={self.lookup_key!r}, feature_names={self.feature_names!r}, "
            f"timestamp_lookup_key={self.timestamp_lookup_key!r}, lookback_window={self.lookback_window!r})"
        )


class FeatureTable:
    """A feature table as the registry knows it."""

    def __init__(self, fields: dict[str, Any], read: Callable[[FeatureTable, Any], DataFrame]) -> None:
        self.name: str = fields["name"]
        self.table_id: str = fields["id"]
        self.description: str = fields["description"]
        self.primary_keys: list[str] = list(fields["primary_keys"])
        self.timestamp_keys: list[str] = list(fields["timestamp_keys"])
        self.partition_columns: list[str] = list(fields["partition_columns"])
        self.features: list[str] = [feature["name"] for feature in fields["features"]]
        self.feature_types: dict[str, str] = {feature["name"]: feature["type"] for feature in fields["features"]}
        self.location: str = fields["location"]
        self.tags: dict[str, str] = dict(fields["tags"])
        self.creation_timestamp: int = fields["creation_timestamp"]
        self.last_updated_timestamp: int = fields["last_updated_timestamp"]
        self._read = read

    def read(self, keys: Any = None) -> DataFrame:
        """The table's rows, or those of `keys`: a value, a list of values or of dicts by key column, or a DataFrame."""
        return self._read(self, keys)

    def __repr__(self) -> str:
        return (
            f"<FeatureTable: name='{self.name}', table_id='{self.table_id}', description='{self.description}', "
            f"primary_keys={self.primary_keys}, partition_columns={self.partition_columns}, features={self.features}, "
            f"timestamp_keys={self.timestamp_keys}, creation_timestamp={self.creation_timestamp}, tags={self.tags}>"
        )
