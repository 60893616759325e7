"""Models logged with their feature look-ups: an MLflow pyfunc whose data folder holds feature_spec.yaml and raw_model/."""

from __future__ import annotations

import decimal
import os
import tempfile
from typing import TYPE_CHECKING, Any

import mlflow
from mlflow.models import Model, ModelSignature
from mlflow.types import ColSpec, DataType, Schema

from headrace.features.training_set import RAW_MODEL_FOLDER, SPEC_FILE, FeatureSpec, TrainingSet
from headrace.missing_values import accept_missing_values, takes_numbers_only

if TYPE_CHECKING:
    import pandas as pd
    from pyspark.sql.types import StructType

LOADER_MODULE = "databricks.feature_store.mlflow_model"


class _FeatureModel:
    """What loading such a model as a pyfunc gives: the raw model, for rows that have all features already."""

    def __init__(self, path: str) -> None:
        with open(os.path.join(path, SPEC_FILE), encoding="utf-8") as file:
            self.spec = FeatureSpec.from_yaml(file.read())
        self.raw_model = load_raw_model(path)

    def predict(self, model_input: pd.DataFrame, params: dict[str, Any] | None = None) -> Any:
        missing = [name for name in self.spec.included() if name not in model_input.columns]
        if missing:
            raise mlflow.MlflowException.invalid_parameter_value(
                f"The columns {missing} are missing. Use score_batch, or a serving endpoint, to have features looked up."
            )
        return predict(self.raw_model, model_input[self.spec.included()], params)


def _load_pyfunc(path: str) -> _FeatureModel:
    return _FeatureModel(path)


def load_raw_model(data_path: str) -> Any:
    """The model inside, ready for features that are missing."""
    model = mlflow.pyfunc.load_model(os.path.join(data_path, RAW_MODEL_FOLDER))
    accept_missing_values(model)
    return model


def predict(model: Any, frame: pd.DataFrame, params: dict[str, Any] | None = None) -> Any:
    """Predicts rows as they come from tables: MLflow takes neither decimals nor 64-bit integers for a double, though every
    one of them was a double when the model was trained."""
    schema = model.metadata.get_input_schema()
    doubles: set[str] | None = None
    if schema is not None and not schema.is_tensor_spec() and schema.has_input_names():
        doubles = {spec.name for spec in schema.inputs if spec.type in (DataType.double, DataType.float)}
    number_like = (decimal.Decimal, bool) if takes_numbers_only(model) else (decimal.Decimal,)
    frame = frame.copy()
    for name in frame.columns:
        values = frame[name]
        if getattr(values.dtype, "tz", None) is not None:  # Times of the session's clock, as toPandas gives them.
            frame[name] = values.dt.tz_localize(None)
        elif doubles is None:
            if _holds(values, number_like):
                frame[name] = values.astype("float64")
        elif name in doubles and (values.dtype.kind in "iub" or _holds(values, number_like)):
            frame[name] = values.astype("float64")
    return model.predict(frame, params=params)


def _holds(values: pd.Series, kinds: tuple[type, ...]) -> bool:
    if values.dtype != object:
        return False
    known = values.dropna()
    return len(known) == 0 or isinstance(known.iloc[0], kinds)


_SIGNATURE_TYPES = {
    "boolean": DataType.boolean, "tinyint": DataType.integer, "smallint": DataType.integer, "int": DataType.integer,
    "bigint": DataType.long, "float": DataType.float, "double": DataType.double, "string": DataType.string,
    "binary": DataType.binary, "timestamp": DataType.datetime, "timestamp_ntz": DataType.datetime,
}  # fmt: skip


def signature_of(schema: StructType, spec: FeatureSpec) -> ModelSignature | None:
    """The signature of a model trained on all included columns; None when a column's type is none of MLflow's. Integers
    that are looked up are doubles, since a look-up can find nothing."""
    looked_up = {feature.output for feature in spec.features}
    columns: list[ColSpec] = []
    for name in spec.included():
        kind = schema[name].dataType.simpleString()
        known = DataType.double if kind.startswith("decimal") else _SIGNATURE_TYPES.get(kind)
        if known is None:
            return None
        column = ColSpec(known, name)
        if name in looked_up and known in (DataType.integer, DataType.long):
            column = ColSpec(DataType.double, name)
        columns.append(column)
    return ModelSignature(inputs=Schema(columns))


def log_model(
    model: Any,
    name: str,
    *,
    flavor: Any,
    training_set: TrainingSet,
    registered_model_name: str | None,
    signature: ModelSignature | None,
    save_arguments: dict[str, Any],
    log_arguments: dict[str, Any],
) -> Any:
    """Saves the raw model with its look-ups and logs both as one pyfunc."""
    with tempfile.TemporaryDirectory() as folder:
        data = os.path.join(folder, "feature_store")
        os.makedirs(data)
        raw = os.path.join(data, RAW_MODEL_FOLDER)
        if signature is None:
            signature = signature_of(training_set.load_df().schema, training_set.spec)
        flavor.save_model(model, raw, signature=signature, **save_arguments)
        with open(os.path.join(data, SPEC_FILE), "w", encoding="utf-8") as file:
            file.write(training_set.spec.to_yaml())
        with open(os.path.join(raw, "requirements.txt"), encoding="utf-8") as file:
            requirements = [line.strip() for line in file if line.strip()]
        where = {"name": name} if int(mlflow.__version__.split(".")[0]) >= 3 else {"artifact_path": name}
        return mlflow.pyfunc.log_model(
            **where,
            loader_module=LOADER_MODULE,
            data_path=data,
            registered_model_name=registered_model_name,
            pip_requirements=requirements,
            **log_arguments,
        )


def data_path_of(model_path: str) -> str:
    """The data folder of a downloaded model; raises when it was not logged with look-ups."""
    flavor = Model.load(model_path).flavors.get("python_function", {})
    data = os.path.join(model_path, str(flavor.get("data", "")))
    if flavor.get("loader_module") != LOADER_MODULE or not os.path.exists(os.path.join(data, SPEC_FILE)):
        raise ValueError("The model was not logged with log_model of the feature store client, so it has no feature look-ups.")
    return data
