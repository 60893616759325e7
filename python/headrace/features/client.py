"""The feature store clients."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from headrace.features.entities import FeatureLookup, FeatureTable, as_list
from headrace.features.point_in_time import column
from headrace.features.training_set import FeatureColumn, FeatureSpec, TrainingSet, join_features, resolve_lookups
from headrace.features.transport import FeatureStoreError, Transport

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.types import DataType, StructType

_PREDICTION = "prediction"


def _quoted(name: str) -> str:
    return ".".join("`" + part.replace("`", "``") + "`" for part in name.split("."))


class _Store:
    """What both clients do; they differ in how their users name the arguments."""

    def __init__(self, uri: str | None = None, model_registry_uri: str | None = None) -> None:
        self._transport = Transport(uri)
        if model_registry_uri is not None:
            import mlflow

            mlflow.set_registry_uri(model_registry_uri)

    # Spark.

    @property
    def _spark(self) -> SparkSession:
        from pyspark.sql import SparkSession

        active = SparkSession.getActiveSession()
        if active is not None:
            return active
        remote = os.environ.get("SPARK_REMOTE")
        if not remote:
            raise RuntimeError("There is no active Spark session; make one, or set SPARK_REMOTE.")
        return SparkSession.builder.remote(remote).getOrCreate()

    def _full_name(self, name: str) -> str:
        parts = name.replace("`", "").split(".")
        if len(parts) > 3 or not all(parts):
            raise ValueError(f"'{name}' is not a table name; use catalog.schema.table.")
        catalog = self._spark.catalog
        if len(parts) == 1:
            parts = [catalog.currentDatabase(), *parts]
        if len(parts) == 2:
            parts = [catalog.currentCatalog(), *parts]
        return ".".join(parts)

    def _location(self, name: str) -> str:
        row = self._spark.sql(f"DESCRIBE DETAIL {_quoted(name)}").select("location").collect()[0]
        return str(row[0])

    def _spark_table(self, name: str) -> DataFrame:
        return self._spark.table(_quoted(name))

    # What both clients offer under the same names.

    def get_table(self, name: str) -> FeatureTable:
        return self._table(self._call("GET", "get", name=self._full_name(name)))

    def read_table(self, name: str, *, as_of_delta_timestamp: Any = None) -> DataFrame:
        """All rows; with `as_of_delta_timestamp` as they were then."""
        table = _quoted(self.get_table(name).name)
        if as_of_delta_timestamp is None:
            return self._spark.table(table)
        return self._spark.read.option("timestampAsOf", str(as_of_delta_timestamp)).table(table)

    def write_table(
        self, name: str, df: DataFrame, mode: Literal["merge", "overwrite"] = "merge", checkpoint_location: str | None = None,
        trigger: Any = None,
    ) -> None:  # fmt: skip
        """Upserts by key, or replaces all rows. New columns become new features."""
        self._write(name, df, mode)

    def create_training_set(
        self,
        df: DataFrame,
        feature_lookups: Sequence[FeatureLookup] | None = None,
        label: str | Sequence[str] | None = None,
        exclude_columns: str | Sequence[str] | None = None,
    ) -> TrainingSet:
        """The rows of `df` with the features that the look-ups find."""
        return self._training_set(df, feature_lookups, label, exclude_columns)

    def score_batch(
        self,
        model_uri: str,
        df: DataFrame,
        result_type: str | DataType = "double",
        env_manager: str = "local",
        params: dict[str, Any] | None = None,
    ) -> DataFrame:
        """`df` with the features it lacks and a column `prediction`."""
        if env_manager != "local":
            raise NotImplementedError(f"score_batch with env_manager '{env_manager}' is not supported; use 'local'")
        return self._score_batch(model_uri, df, result_type, params)

    def drop_table(self, name: str) -> None:
        """Drops the feature table, its Delta table and its online copy."""
        table = self.get_table(name)
        self._spark.sql(f"DROP TABLE IF EXISTS {_quoted(table.name)}")
        self._call("POST", "delete", {"name": table.name})

    # Tables.

    def _call(self, method: str, action: str, body: dict[str, Any] | None = None, **parameters: str) -> dict[str, Any]:
        return self._transport.call(method, f"feature-tables/{action}", body, **parameters)

    def _table(self, fields: dict[str, Any]) -> FeatureTable:
        return FeatureTable(fields["feature_table"], self._read_keys)

    def _find(self, name: str) -> FeatureTable | None:
        try:
            return self.get_table(name)
        except FeatureStoreError as error:
            if error.error_code == "RESOURCE_DOES_NOT_EXIST":
                return None
            raise

    def _read_keys(self, table: FeatureTable, keys: Any) -> DataFrame:
        from pyspark.sql import DataFrame

        rows = self._spark_table(table.name)
        if keys is None:
            return rows
        if isinstance(keys, DataFrame):
            wanted = keys.select(*[column(key) for key in table.primary_keys]).distinct()
        else:
            values = keys if isinstance(keys, (list, tuple, set)) else [keys]
            tuples = [self._key_of(table, value) for value in values]
            schema = rows.select(*[column(key) for key in table.primary_keys]).schema
            wanted = self._spark.createDataFrame(list(dict.fromkeys(tuples)), schema)
        return rows.join(wanted, table.primary_keys, "left_semi")

    @staticmethod
    def _key_of(table: FeatureTable, value: Any) -> tuple[Any, ...]:
        if isinstance(value, dict):
            missing = [key for key in table.primary_keys if key not in value]
            if missing:
                raise ValueError(f"The key {value} lacks {missing}.")
            return tuple(value[key] for key in table.primary_keys)
        key = tuple(value) if isinstance(value, (list, tuple)) else (value,)
        if len(key) != len(table.primary_keys):
            raise ValueError(f"A key of '{table.name}' has the columns {table.primary_keys}; got {value!r}.")
        return key

    @staticmethod
    def _features_of(schema: StructType, keys: Sequence[str]) -> list[dict[str, str]]:
        return [
            {"name": field.name, "type": field.dataType.simpleString(), "description": ""}
            for field in schema.fields
            if field.name not in keys
        ]

    def _create(
        self,
        name: str,
        primary_keys: str | Sequence[str],
        df: DataFrame | None,
        timestamp_keys: str | Sequence[str] | None,
        partition_columns: str | Sequence[str] | None,
        schema: StructType | None,
        description: str | None,
        tags: dict[str, str] | None,
    ) -> FeatureTable:
        name = self._full_name(name)
        keys, times, partitions = as_list(primary_keys), as_list(timestamp_keys), as_list(partition_columns)
        # Databricks lists the timestamp key among the primary keys in newer releases.
        keys = [key for key in keys if key not in times]
        if df is not None and schema is not None and df.schema.simpleString() != schema.simpleString():
            raise ValueError("The schema of df is not the given schema; give one of them.")
        shape = df.schema if df is not None else schema
        self._check_new(name, keys, times, partitions, shape)
        if shape is not None:
            frame = df if df is not None else self._spark.createDataFrame([], shape)
            if df is not None:
                self._check_unique(frame, [*keys, *times])
            self._save_new(name, frame, partitions)
        fields = {
            "name": name,
            "primary_keys": keys,
            "timestamp_keys": times,
            "partition_columns": partitions,
            "description": description or "",
            "tags": tags or {},
            "features": [] if shape is None else self._features_of(shape, [*keys, *times]),
            "location": "" if shape is None else self._location(name),
        }
        return self._table(self._call("POST", "create", fields))

    def _check_new(self, name: str, keys: list[str], times: list[str], partitions: list[str], shape: StructType | None) -> None:
        if not keys:
            raise ValueError("A feature table needs at least one primary key.")
        if len(times) > 1:
            raise ValueError("A feature table has at most one timestamp key.")
        if self._find(name) is not None:
            raise ValueError(f"Feature table '{name}' already exists. Use write_table to write to it, or drop_table.")
        if self._spark.catalog.tableExists(_quoted(name)):
            raise ValueError(f"Table '{name}' already exists. Use register_table to make it a feature table.")
        if shape is None:
            return
        names = set(shape.names)
        for what, wanted in (("primary key", keys), ("timestamp key", times), ("partition column", partitions)):
            missing = [column_name for column_name in wanted if column_name not in names]
            if missing:
                raise ValueError(f"The {what} {missing} is not a column of the schema.")
        for time in times:
            kind = shape[time].dataType.simpleString()
            if kind not in ("timestamp", "timestamp_ntz", "date"):
                raise ValueError(f"The timestamp key '{time}' must be a timestamp or a date, not {kind}.")

    @staticmethod
    def _save_new(name: str, frame: DataFrame, partitions: list[str]) -> None:
        writer = frame.write.format("delta").mode("error")
        if partitions:
            writer = writer.partitionBy(*partitions)
        writer.saveAsTable(_quoted(name))

    def _register(
        self, name: str, primary_keys: str | Sequence[str], timestamp_keys: str | Sequence[str] | None, description: str | None,
        tags: dict[str, str] | None,
    ) -> FeatureTable:  # fmt: skip
        name = self._full_name(name)
        times = as_list(timestamp_keys)
        keys = [key for key in as_list(primary_keys) if key not in times]
        schema = self._spark_table(name).schema
        missing = [key for key in [*keys, *times] if key not in schema.names]
        if missing:
            raise ValueError(f"The keys {missing} are not columns of '{name}'.")
        detail = self._spark.sql(f"DESCRIBE DETAIL {_quoted(name)}").select("location", "partitionColumns").collect()[0]
        fields = {
            "name": name,
            "primary_keys": keys,
            "timestamp_keys": times,
            "partition_columns": list(detail[1]),
            "description": description or "",
            "tags": tags or {},
            "features": self._features_of(schema, [*keys, *times]),
            "location": str(detail[0]),
        }
        try:
            return self._table(self._call("POST", "create", fields))
        except FeatureStoreError as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
            # Registered before: the same keys are no error, so that a program can be run again.
            known = self.get_table(name)
            if (known.primary_keys, known.timestamp_keys) != (keys, times):
                raise
            return known

    def _check_unique(self, df: DataFrame, keys: list[str]) -> None:
        from pyspark.sql import functions as F

        # A key that is null equals none, so that a merge would add its row again and again.
        wrong = F.col("rows") > 1
        for key in keys:
            wrong = wrong | column(key).isNull()
        found = df.groupBy(*[column(key) for key in keys]).agg(F.count(F.lit(1)).alias("rows")).where(wrong).limit(1).collect()
        if not found:
            return
        key = {name: found[0][i] for i, name in enumerate(keys)}
        if None in key.values():
            raise ValueError(f"The DataFrame has a row with the key {key}; no key of a feature table is null.")
        raise ValueError(f"The DataFrame has {found[0][len(keys)]} rows with the key {key}; a feature table has one row a key.")

    def _write(self, name: str, df: DataFrame, mode: str) -> None:
        if getattr(df, "isStreaming", False):
            raise NotImplementedError("write_table of a streaming DataFrame is not supported")
        if mode not in ("merge", "overwrite"):
            raise ValueError(f"mode must be 'merge' or 'overwrite', not '{mode}'.")
        table = self.get_table(name)
        keys = [*table.primary_keys, *table.timestamp_keys]
        missing = [key for key in keys if key not in df.columns]
        if missing:
            raise ValueError(f"The DataFrame lacks the keys {missing} of feature table '{table.name}'.")
        self._check_unique(df, keys)
        if not table.location:
            self._save_new(table.name, df, table.partition_columns)
        elif mode == "overwrite":
            df.write.format("delta").mode("overwrite").option("mergeSchema", "true").saveAsTable(_quoted(table.name))
        else:
            self._merge(table, df, keys)
        schema = self._spark_table(table.name).schema
        features = self._features_of(schema, keys)
        update: dict[str, Any] = {"name": table.name, "features": features}
        if not table.location:
            update["location"] = self._location(table.name)
        self._call("POST", "update", update)

    def _merge(self, table: FeatureTable, df: DataFrame, keys: list[str]) -> None:
        from delta.tables import DeltaTable

        present = {name.lower() for name in self._spark_table(table.name).columns}
        added = [field for field in df.schema.fields if field.name.lower() not in present]
        if added:
            columns = ", ".join(f"`{field.name}` {field.dataType.simpleString()}" for field in added)
            self._spark.sql(f"ALTER TABLE {_quoted(table.name)} ADD COLUMNS ({columns})")
        same_row = " AND ".join(f"target.`{key}` = source.`{key}`" for key in keys)
        values: dict[str, Any] = {f"`{name}`": f"source.`{name}`" for name in df.columns}
        updated = {name: value for name, value in values.items() if name.strip("`") not in keys}
        merge = DeltaTable.forName(self._spark, _quoted(table.name)).alias("target").merge(df.alias("source"), same_row)
        if updated:
            merge = merge.whenMatchedUpdate(set=updated)
        merge.whenNotMatchedInsert(values=values).execute()

    # Training and scoring.

    def _join(self, df: DataFrame, features: Sequence[FeatureColumn]) -> DataFrame:
        tables: dict[str, FeatureTable] = {}

        def table(name: str) -> FeatureTable:
            if name not in tables:
                tables[name] = self.get_table(name)
            return tables[name]

        return join_features(df, features, table, self._spark_table)

    def _training_set(
        self, df: DataFrame, feature_lookups: Sequence[FeatureLookup] | None, label: str | Sequence[str] | None,
        exclude_columns: str | Sequence[str] | None,
    ) -> TrainingSet:  # fmt: skip
        labels, excluded = as_list(label), as_list(exclude_columns)
        missing = [name for name in labels if name not in df.columns]
        if missing:
            raise ValueError(f"The label {missing} is not a column of the DataFrame.")
        given = [name for name in df.columns if name not in labels]
        features = resolve_lookups(feature_lookups or [], self.get_table, given, labels)
        outputs = {feature.output for feature in features}
        unknown = [name for name in excluded if name not in given and name not in outputs]
        if unknown:
            raise ValueError(f"exclude_columns names columns that are not there: {unknown}")
        return TrainingSet(df, FeatureSpec(given, features, excluded), labels, self._join)

    def _log_model(
        self, model: Any, artifact_path: str, flavor: Any, training_set: TrainingSet | None, registered_model_name: str | None,
        kwargs: dict[str, Any],
    ) -> Any:  # fmt: skip
        from headrace.features import logged_model

        if training_set is None:
            raise ValueError("log_model needs the training_set the model was trained on.")
        log_names = ("metadata", "tags", "params", "model_type", "step", "await_registration_for")
        log_arguments = {name: kwargs.pop(name) for name in log_names if kwargs.get(name) is not None}
        kwargs.pop("infer_input_example", None)
        return logged_model.log_model(
            model,
            artifact_path,
            flavor=flavor,
            training_set=training_set,
            registered_model_name=registered_model_name,
            signature=kwargs.pop("signature", None),
            save_arguments=kwargs,
            log_arguments=log_arguments,
        )

    def _score_batch(self, model_uri: str, df: DataFrame, result_type: str | DataType, params: dict[str, Any] | None) -> DataFrame:
        import mlflow
        import pyarrow as pa
        from pyspark.sql import functions as F

        from headrace.features import logged_model

        data = logged_model.data_path_of(mlflow.artifacts.download_artifacts(model_uri))
        with open(os.path.join(data, "feature_spec.yaml"), encoding="utf-8") as file:
            spec = FeatureSpec.from_yaml(file.read())
        looked_up = [feature for feature in spec.features if feature.output not in df.columns]
        keys = {key for feature in looked_up for key in [*feature.lookup_key, feature.timestamp_lookup_key] if key}
        given = {name for name in spec.given if name not in spec.excluded}
        missing = sorted((keys | given) - set(df.columns))
        if missing:
            raise ValueError(f"The DataFrame lacks the columns {missing} that the model needs.")
        rows = self._join(df, looked_up).toArrow()
        model = logged_model.load_raw_model(data)
        predictions = logged_model.predict(model, rows.select(spec.included()).to_pandas(), params) if rows.num_rows else []
        values = predictions.iloc[:, 0] if hasattr(predictions, "iloc") and getattr(predictions, "ndim", 1) > 1 else predictions
        scored = rows.append_column(_PREDICTION, pa.array(list(values)) if rows.num_rows else pa.array([], pa.float64()))
        frame = self._spark.createDataFrame(scored)
        return frame.withColumn(_PREDICTION, F.col(_PREDICTION).cast(result_type))

    # Online store.

    def _publish(
        self, name: str, online_store: Any, mode: str, features: str | Sequence[str] | None, filter_condition: str | None, streaming: bool
    ) -> dict[str, Any]:
        if online_store is not None:
            raise NotImplementedError(f"publishing to {type(online_store).__name__} is not supported; leave online_store out")
        if filter_condition is not None:
            raise NotImplementedError("publish_table with a filter_condition is not supported")
        if streaming:
            raise NotImplementedError("publish_table with streaming=True is not supported")
        if mode not in ("merge", "overwrite", "snapshot"):
            raise ValueError(f"mode must be 'merge', 'overwrite' or 'snapshot', not '{mode}'.")
        body: dict[str, Any] = {"name": self._full_name(name), "mode": mode}
        if features is not None:
            body["features"] = as_list(features)
        return self._transport.call("POST", "online-tables/publish", body)

    def _tag(self, name: str, key: str, value: str) -> None:
        self._call("POST", "set-tag", {"name": self._full_name(name), "key": key, "value": value})

    def _delete_tag(self, name: str, key: str) -> None:
        self._call("POST", "delete-tag", {"name": self._full_name(name), "key": key})


class FeatureStoreClient(_Store):
    """Creates, reads, writes and publishes feature tables, and trains and scores models on them."""

    def __init__(self, feature_store_uri: str | None = None, model_registry_uri: str | None = None) -> None:
        super().__init__(feature_store_uri, model_registry_uri)

    def create_table(
        self,
        name: str,
        primary_keys: str | Sequence[str],
        df: DataFrame | None = None,
        *,
        timestamp_keys: str | Sequence[str] | None = None,
        partition_columns: str | Sequence[str] | None = None,
        schema: StructType | None = None,
        description: str | None = None,
        tags: dict[str, str] | None = None,
    ) -> FeatureTable:
        """Makes a feature table from a DataFrame, a schema, or neither: then the first write_table gives it its columns."""
        return self._create(name, primary_keys, df, timestamp_keys, partition_columns, schema, description, tags)

    def create_feature_table(
        self,
        name: str,
        keys: str | Sequence[str],
        features_df: DataFrame | None = None,
        schema: StructType | None = None,
        partition_columns: str | Sequence[str] | None = None,
        description: str | None = None,
        timestamp_keys: str | Sequence[str] | None = None,
    ) -> FeatureTable:
        """The older name of create_table."""
        return self._create(name, keys, features_df, timestamp_keys, partition_columns, schema, description, None)

    def register_table(
        self,
        *,
        delta_table: str,
        primary_keys: str | Sequence[str],
        timestamp_keys: str | Sequence[str] | None = None,
        description: str | None = None,
        tags: dict[str, str] | None = None,
    ) -> FeatureTable:
        """Makes an existing Delta table a feature table. Once more with the same keys changes nothing."""
        return self._register(delta_table, primary_keys, timestamp_keys, description, tags)

    get_feature_table = _Store.get_table

    def log_model(
        self,
        model: Any,
        artifact_path: str,
        *,
        flavor: Any,
        training_set: TrainingSet | None = None,
        registered_model_name: str | None = None,
        **kwargs: Any,
    ) -> Any:
        """Logs a model with its look-ups, so that score_batch and serving endpoints find the features themselves.
        Further arguments go to the flavor's save_model."""
        return self._log_model(model, artifact_path, flavor, training_set, registered_model_name, kwargs)

    def publish_table(
        self,
        name: str,
        online_store: Any = None,
        *,
        filter_condition: str | None = None,
        mode: Literal["merge", "overwrite", "snapshot"] = "merge",
        streaming: bool = False,
        checkpoint_location: str | None = None,
        trigger: Any = None,
        features: str | Sequence[str] | None = None,
    ) -> dict[str, Any]:
        """Copies the table into the server's online store: its new versions (merge) or all of it."""
        return self._publish(name, online_store, mode, features, filter_condition, streaming)

    def set_feature_table_tag(self, table_name: str, key: str, value: str) -> None:
        self._tag(table_name, key, value)

    def delete_feature_table_tag(self, table_name: str, key: str) -> None:
        self._delete_tag(table_name, key)


class FeatureEngineeringClient(_Store):
    """The same for feature tables in catalogs; its own methods take named arguments."""

    def __init__(self, *, model_registry_uri: str | None = None) -> None:
        super().__init__(None, model_registry_uri)

    def create_table(
        self,
        *,
        name: str,
        primary_keys: str | Sequence[str],
        df: DataFrame | None = None,
        timeseries_columns: str | Sequence[str] | None = None,
        timeseries_column: str | None = None,
        timestamp_keys: str | Sequence[str] | None = None,
        partition_columns: str | Sequence[str] | None = None,
        schema: StructType | None = None,
        description: str | None = None,
        tags: dict[str, str] | None = None,
    ) -> FeatureTable:
        times = timeseries_columns or timeseries_column or timestamp_keys
        return self._create(name, primary_keys, df, times, partition_columns, schema, description, tags)

    def log_model(
        self,
        *,
        model: Any,
        artifact_path: str | None = None,
        name: str | None = None,
        flavor: Any,
        training_set: TrainingSet | None = None,
        registered_model_name: str | None = None,
        **kwargs: Any,
    ) -> Any:
        return self._log_model(model, name or artifact_path or "model", flavor, training_set, registered_model_name, kwargs)

    def publish_table(
        self,
        *,
        name: str | None = None,
        source_table_name: str | None = None,
        online_store: Any = None,
        filter_condition: str | None = None,
        mode: Literal["merge", "overwrite", "snapshot"] = "merge",
        streaming: bool = False,
        checkpoint_location: str | None = None,
        trigger: Any = None,
        features: str | Sequence[str] | None = None,
    ) -> dict[str, Any]:
        table = name or source_table_name
        if table is None:
            raise ValueError("publish_table needs a name.")
        return self._publish(table, online_store, mode, features, filter_condition, streaming)

    def set_feature_table_tag(self, *, name: str, key: str, value: str) -> None:
        self._tag(name, key, value)

    def delete_feature_table_tag(self, *, name: str, key: str) -> None:
        self._delete_tag(name, key)
