"""What endpoints answer is what MLflow's own scoring server answers for the same model."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from serving_models import MODELS, X, frame


def oracle(path: str, body: dict) -> tuple[int, object]:
    """The answer of `mlflow models serve`: its request handler on the loaded model, without a process in between."""
    import mlflow
    from mlflow.pyfunc import scoring_server

    model = mlflow.pyfunc.load_model(path)
    try:
        answer = scoring_server.invocations(json.dumps(body), "application/json", model, model.metadata.get_input_schema())
    except mlflow.MlflowException as error:
        return error.get_http_status_code(), error.message
    return answer.status, json.loads(answer.response)


def close(left: object, right: object) -> bool:
    if isinstance(left, (list, tuple)):
        return isinstance(right, list) and len(left) == len(right) and all(map(close, left, right))
    if isinstance(left, dict):
        return isinstance(right, dict) and left.keys() == right.keys() and all(close(left[k], right[k]) for k in left)
    if isinstance(left, float) and isinstance(right, float):
        return math.isclose(left, right, rel_tol=1e-6, abs_tol=1e-9)
    return type(left) is type(right) and left == right


def bodies() -> dict[str, dict]:
    rows = frame(7, 3)
    records = rows.to_dict("records")
    split = rows.to_dict("split")
    return {
        "records": {"dataframe_records": records},
        "split": {"dataframe_split": split},
        "split, data first, other order": {
            "dataframe_split": {"data": rows[list(X.columns)[::-1]].values.tolist(), "columns": list(X.columns)[::-1]}
        },
        "inputs": {"inputs": {name: rows[name].tolist() for name in rows}},
        "instances": {"instances": records},
        "one row": {"dataframe_records": records[:1]},
        "extra column": {"dataframe_records": [{**row, "zeta": 1} for row in records]},
    }


@pytest.mark.parametrize("kind", sorted(MODELS))
def test_predictions_equal_mlflow(serving, registry, kind):
    path, version = registry(kind)
    serving.serve(f"p-{kind}", {"name": "only", "entity_name": kind, "entity_version": version})
    for what, body in bodies().items():
        if kind == "lgb_booster" and what == "extra column":
            continue
        want_status, want = oracle(path, body)
        if kind == "xgb_unsigned" and (want_status != 200 or what == "extra column"):
            continue  # MLflow hands unsigned columns on as they come, and XGBoost refuses most shapes; by name is no worse.
        answer = serving.invoke(f"p-{kind}", body)
        assert answer.status_code == want_status, (what, answer.text, want)
        assert answer.headers["served-model-name"] == "only"
        if want_status == 200:
            assert close(answer.json(), want), (what, answer.json(), want)


#: Values of the wrong kind: the status, and for 200 the prediction, must be MLflow's.
ODD = {
    "null": {"alpha": None},
    "text that is a number": {"alpha": " 1.5 "},
    "text that is none": {"alpha": "x"},
    "boolean": {"alpha": True},
    "integer for double": {"alpha": 3},
    "fraction for integer": {"count": 3.7},
    "null for integer": {"count": None},
    "text for integer": {"count": "12"},
    "fraction in text for integer": {"count": "1.5"},
    "list": {"beta": [1]},
}


@pytest.mark.parametrize("kind", ["xgb_regressor", "lgb_booster"])
@pytest.mark.parametrize("what", sorted(ODD))
def test_odd_values_as_in_mlflow(serving, registry, kind, what):
    path, version = registry(kind)
    if not any(e["name"] == f"p-{kind}" for e in serving.api("GET").get("endpoints", [])):
        serving.serve(f"p-{kind}", {"name": "only", "entity_name": kind, "entity_version": version})
    row = {**frame(1, 9).to_dict("records")[0], **ODD[what]}
    body = {"dataframe_records": [row]}
    want_status, want = oracle(path, body)
    answer = serving.invoke(f"p-{kind}", body)
    assert answer.status_code == want_status, (answer.text, want)
    if want_status == 200:
        assert close(answer.json(), want)
    else:
        assert next(iter(ODD[what])) in answer.json()["message"]


def test_missing_columns_are_named(serving, registry):
    for kind in ("xgb_binary", "sklearn"):
        _, version = registry(kind)
        name = f"missing-{kind}"
        serving.serve(name, {"entity_name": kind, "entity_version": version})
        answer = serving.invoke(name, {"dataframe_records": [{"alpha": 1.0, "beta": 1.0, "delta": 1.0, "count": 1}]})
        assert answer.status_code == 400
        assert answer.json()["error_code"] == "BAD_REQUEST"
        assert "missing inputs ['gamma']" in answer.json()["message"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("", "empty"),
        ("{", "JSON"),
        ("[1, 2]", "dictionary"),
        ('{"dataframe_records": []} x', "JSON"),
        ('{"something": 1}', "exactly one"),
        ('{"inputs": {}, "instances": []}', "exactly one"),
        ('{"dataframe_records": {"alpha": 1}}', "list of records"),
        ('{"dataframe_split": {"columns": ["alpha"]}}', "'data'"),
        ('{"dataframe_split": {"columns": ["alpha"], "data": [[1, 2]]}}', "columns"),
        ('{"instances": [[1, 2, 3, 4, 5]]}', "missing inputs"),
        ("[" * 100000, "JSON"),
        ('{"dataframe_records": [{"alpha": "\\ud800"}]}', "alpha"),
    ],
)
def test_bad_bodies_are_400(serving, registry, body, message):
    _, version = registry("xgb_binary")
    if not any(e["name"] == "bad" for e in serving.api("GET").get("endpoints", [])):
        serving.serve("bad", {"entity_name": "xgb_binary", "entity_version": version})
    answer = serving.invoke("bad", body)
    assert answer.status_code == 400, answer.text
    assert message in answer.json()["message"]


def test_a_model_that_raises_answers_with_its_message_and_goes_on(serving, registry):
    _, version = registry("pyfunc")
    serving.serve("raises", {"entity_name": "pyfunc", "entity_version": version})
    row = frame(1, 1).to_dict("records")[0]
    answer = serving.invoke("raises", {"dataframe_records": [{**row, "alpha": 1000.0}]})
    assert answer.status_code == 400
    assert "alpha is beyond what this model has seen" in answer.json()["message"]
    good = serving.invoke("raises", {"dataframe_records": [row]})
    assert good.status_code == 200
    assert np.isclose(good.json()["predictions"][0]["twice"], row["alpha"] * 2)


@pytest.mark.parametrize("text", ["Infinity", "-Infinity", "NaN", "01", "1e5", "-0", "92233720368547758080"])
@pytest.mark.parametrize("column", ["alpha", "count"])
def test_numbers_are_those_of_mlflow(serving, registry, text, column):
    kind = "xgb_regressor"
    path, version = registry(kind)
    if not any(e["name"] == f"p-{kind}" for e in serving.api("GET").get("endpoints", [])):
        serving.serve(f"p-{kind}", {"name": "only", "entity_name": kind, "entity_version": version})
    body = json.dumps({"dataframe_records": [frame(1, 3).to_dict("records")[0] | {column: "#"}]}).replace('"#"', text)
    try:
        want_status, want = oracle(path, json.loads(body))
    except json.JSONDecodeError:
        want_status, want = 400, None
    answer = serving.invoke(f"p-{kind}", body)
    assert answer.status_code == want_status, (answer.text, want)
    if want_status == 200:
        assert close(answer.json(), want), (answer.json(), want)


def test_columns_are_given_once(serving, registry):
    _, version = registry("xgb_regressor")
    if not any(e["name"] == "p-xgb_regressor" for e in serving.api("GET").get("endpoints", [])):
        serving.serve("p-xgb_regressor", {"name": "only", "entity_name": "xgb_regressor", "entity_version": version})
    body = {"dataframe_split": {"columns": ["alpha", *X.columns], "data": [[1.0] * 6]}}
    answer = serving.invoke("p-xgb_regressor", body)
    assert answer.status_code == 400 and "'alpha' is in dataframe_split more than once" in answer.text
