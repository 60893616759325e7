"""What a model with feature look-ups is given where a look-up finds nothing. The same for batches and at endpoints."""

from __future__ import annotations

from typing import Any

# Their inputs are numbers, whatever the column was: a missing value is NaN to them, and a boolean 0 or 1.
_NUMERIC_FLAVORS = {"xgboost", "lightgbm"}


def takes_numbers_only(model: Any) -> bool:
    """True for models that take no column of objects, which booleans are once one of them is missing."""
    return not _NUMERIC_FLAVORS.isdisjoint(model.metadata.flavors)


def accept_missing_values(model: Any) -> None:
    """Makes the signature of a loaded pyfunc take what it declares and missing values: integers are taken as doubles, as no
    integer type can hold none, and so are booleans where the model takes numbers only."""
    from mlflow.types import ColSpec, DataType, Schema

    schema = model.metadata.get_input_schema()
    if schema is None or schema.is_tensor_spec() or not schema.has_input_names():
        return
    as_doubles = {DataType.integer, DataType.long} | ({DataType.boolean} if takes_numbers_only(model) else set())
    model.metadata.signature.inputs = Schema(
        [
            ColSpec(DataType.double, column.name, required=column.required) if column.type in as_doubles else column
            for column in schema.inputs
        ]
    )


def without_booleans(schema: Any) -> Any:
    """The columns of a schema that MLflow's parser may convert: it makes a missing boolean False. None when none are left."""
    from mlflow.types import DataType, Schema

    if schema is None or schema.is_tensor_spec() or not schema.has_input_names():
        return schema
    columns = [column for column in schema.inputs if column.type != DataType.boolean]
    return Schema(columns) if columns else None
