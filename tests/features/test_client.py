"""The feature store client end to end: Spark Connect for the tables, HTTP for the registry, the online store and serving."""

from __future__ import annotations

import datetime
import decimal
import json
import math
import sys
import time

import mlflow
import pytest
import requests

DAY = datetime.timedelta(days=1)
START = datetime.datetime(2024, 3, 1)


@pytest.fixture
def client(headrace, spark, monkeypatch):
    from databricks.feature_store import FeatureStoreClient

    mlflow.set_tracking_uri(headrace.url)
    mlflow.set_registry_uri(headrace.url)
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    return FeatureStoreClient()


@pytest.fixture
def name(request, spark):
    """A table name of the test's own."""
    spark.sql("CREATE SCHEMA IF NOT EXISTS features")
    return "features." + request.node.name.replace("[", "_").replace("]", "")


def rows(frame):
    return sorted(tuple(row) for row in frame.collect())


def test_both_packages_share_their_namespace():
    import databricks.feature_engineering
    import databricks.feature_store
    import databricks.sdk

    assert databricks.sdk.WorkspaceClient and databricks.feature_store.FeatureStoreClient
    assert databricks.feature_engineering.FeatureLookup is databricks.feature_store.FeatureLookup


def test_create_get_read_tag_drop(client, spark, name):
    frame = spark.createDataFrame([(1, "a", 1.0), (2, "b", None)], "id long, kind string, x double")
    table = client.create_table(name, "id", frame, description="of a test", tags={"team": "growth"})
    assert (table.primary_keys, table.features, table.tags) == (["id"], ["kind", "x"], {"team": "growth"})
    with pytest.raises(ValueError, match="already exists"):
        client.create_table(name, "id", frame)
    assert rows(client.read_table(name)) == rows(frame)
    again = client.get_table(name)
    assert (again.description, again.feature_types) == ("of a test", {"kind": "string", "x": "double"})
    assert rows(again.read(keys=2)) == [(2, "b", None)]
    assert rows(again.read([{"id": 1}, 7])) == [(1, "a", 1.0)]
    client.set_feature_table_tag(name, "tier", "1")
    client.delete_feature_table_tag(name, "team")
    assert client.get_table(name).tags == {"tier": "1"}
    client.drop_table(name)
    assert not spark.catalog.tableExists(name)
    with pytest.raises(Exception, match="does not exist"):
        client.get_table(name)


def test_registering_again_changes_nothing(client, spark, name):
    spark.createDataFrame([(1, 1.0)], "id long, x double").write.saveAsTable(name)
    first = client.register_table(delta_table=name, primary_keys="id", description="of a test")
    again = client.register_table(delta_table=name, primary_keys=["id"])
    assert (again.table_id, again.description) == (first.table_id, "of a test")
    with pytest.raises(Exception, match="already exists"):
        client.register_table(delta_table=name, primary_keys=["x"])


def test_write_merges_overwrites_and_takes_new_columns(client, spark, name):
    client.create_table(name, ["id"], schema=spark.createDataFrame([], "id long, x double").schema)
    client.write_table(name, spark.createDataFrame([(1, 1.0), (2, 2.0)], "id long, x double"))
    client.write_table(name, spark.createDataFrame([(2, 20.0, "n"), (3, 30.0, "n")], "id long, x double, extra string"))
    assert rows(client.read_table(name)) == [(1, 1.0, None), (2, 20.0, "n"), (3, 30.0, "n")]
    assert client.get_table(name).features == ["x", "extra"]
    with pytest.raises(ValueError, match="2 rows with the key"):
        client.write_table(name, spark.createDataFrame([(5, 1.0), (5, 2.0)], "id long, x double"))
    client.write_table(name, spark.createDataFrame([(9, 9.0, "o")], "id long, x double, extra string"), mode="overwrite")
    assert rows(client.read_table(name)) == [(9, 9.0, "o")]


def test_a_table_without_columns_gets_them_from_the_first_write(client, spark, name):
    client.create_table(name, "id")
    client.write_table(name, spark.createDataFrame([(1, 1.0)], "id long, x double"))
    assert client.get_table(name).features == ["x"]
    assert rows(client.read_table(name)) == [(1, 1.0)]


def test_train_log_score_publish_and_serve(client, headrace, spark, name):
    """The whole way: a point-in-time training set, a logged model, batch scores, and an endpoint that looks up by key."""
    import xgboost
    from databricks.feature_store import FeatureLookup

    history = [(i, START + day * DAY, float(i % 7) + day, i % 5) for i in range(60) for day in (0, 10, 20)]
    client.create_table(
        name,
        "customer_id",
        spark.createDataFrame(history, "customer_id long, ts timestamp, spend double, visits long"),
        timestamp_keys="ts",
    )
    labels = spark.createDataFrame(
        [(i, START + (i % 25) * DAY, float(i % 3), i % 2) for i in range(60)],
        "customer_id long, at timestamp, discount double, churned long",
    )
    lookups = [
        FeatureLookup(name, "customer_id", feature_names=["spend"], timestamp_lookup_key="at", rename_outputs={"spend": "recent_spend"}),
        FeatureLookup(name, "customer_id", feature_names=["visits"], timestamp_lookup_key="at", default_values={"visits": -1}),
    ]
    training = client.create_training_set(labels, lookups, label="churned", exclude_columns=["customer_id", "at"])
    data = training.load_df().toPandas()
    assert list(data.columns) == ["discount", "recent_spend", "visits", "churned"]
    x = data.drop(columns="churned")
    model = xgboost.XGBClassifier(n_estimators=20, max_depth=3, n_jobs=1).fit(x, data.churned)
    registered = name.replace(".", "_")
    with mlflow.start_run():
        client.log_model(model, "model", flavor=mlflow.xgboost, training_set=training, registered_model_name=registered)

    later = START + 100 * DAY
    batch = spark.createDataFrame([(i, later, 1.0) for i in [*range(10), 999]], "customer_id long, at timestamp, discount double")
    scored = {row.customer_id: row for row in client.score_batch(f"models:/{registered}/1", batch).collect()}
    assert len(scored) == 11
    assert (scored[3].recent_spend, scored[3].visits) == (3.0 + 20, 3)
    assert (scored[999].recent_spend, scored[999].visits) == (None, -1)

    result = client.publish_table(name)
    assert (result["rows"] >= 60, result["incremental"]) == (True, False)
    url = f"{headrace.url}/api/2.0/serving-endpoints"
    config = {"served_entities": [{"entity_name": registered, "entity_version": "1"}]}
    requests.post(url, json={"name": registered, "config": config}).raise_for_status()
    end = time.monotonic() + 120
    while requests.get(f"{url}/{registered}").json()["state"]["config_update"] == "IN_PROGRESS":
        assert time.monotonic() < end
        time.sleep(0.05)

    def invoke(*records):
        answer = requests.post(f"{headrace.url}/serving-endpoints/{registered}/invocations", json={"dataframe_records": records})
        assert answer.status_code == 200, answer.text
        return answer.json()["predictions"]

    keys = [*range(10), 999]
    assert invoke(*[{"customer_id": key, "discount": 1.0} for key in keys]) == [scored[key].prediction for key in keys]
    # What the caller gives wins over the store.
    own = x.iloc[:1].assign(discount=1.0, recent_spend=0.25, visits=4)
    assert invoke({"customer_id": 3, "discount": 1.0, "recent_spend": 0.25, "visits": 4}) == model.predict(own).tolist()
    missing = requests.post(f"{headrace.url}/serving-endpoints/{registered}/invocations", json={"dataframe_records": [{"discount": 1.0}]})
    assert missing.status_code == 400 and "customer_id" in json.dumps(missing.json())

    # New rows reach the endpoint by the next publish, which reads only them.
    client.write_table(name, spark.createDataFrame([(3, later, 99.0, 0)], "customer_id long, ts timestamp, spend double, visits long"))
    assert client.publish_table(name)["rows"] < 60 * 3 + 1
    fresh = x.iloc[:1].assign(discount=1.0, recent_spend=99.0, visits=0)
    assert invoke({"customer_id": 3, "discount": 1.0}) == model.predict(fresh).tolist()


@pytest.mark.parametrize("features", [None, ["x"]])
def test_publish_follows_the_delta_table(client, headrace, spark, name, features):
    def online():
        answer = requests.get(f"{headrace.url}/api/2.0/feature-store/online-tables/get", params={"name": full, "count": "true"})
        return answer.json()["online_table"]

    client.create_table(name, "id", spark.createDataFrame([(i, i * 0.5, "t") for i in range(100)], "id long, x double, y string"))
    full = client.get_table(name).name
    assert client.publish_table(name, features=features)["incremental"] is False
    assert online()["rows"] == 100
    assert [c["name"] for c in online()["columns"]] == (["id", "x", "y"] if features is None else ["id", "x"])
    assert client.publish_table(name, features=features) == {"version": online()["source_version"], "rows": 0, "incremental": True}
    client.write_table(name, spark.createDataFrame([(200, 1.0, "n")], "id long, x double, y string"))
    spark.sql(f"DELETE FROM {name} WHERE id < 10")
    assert client.publish_table(name, features=features)["incremental"] is True
    assert online()["rows"] == 91
    client.write_table(name, spark.createDataFrame([(1, 1.0, "o")], "id long, x double, y string"), mode="overwrite")
    client.publish_table(name, mode="overwrite", features=features)
    assert online()["rows"] == 1
    assert not math.isnan(online()["published_at"])


def test_keys_are_never_null(client, spark, name):
    client.create_table(name, "id", spark.createDataFrame([(1, 1.0)], "id long, x double"))
    with pytest.raises(ValueError, match="no key of a feature table is null"):
        client.write_table(name, spark.createDataFrame([(None, 2.0)], "id long, x double"))
    assert rows(client.read_table(name)) == [(1, 1.0)]


def test_names_are_any_names_in_either_case(client, spark, name):
    spark.sql("CREATE SCHEMA IF NOT EXISTS features")
    client.create_table("features.`größe und mehr`", "id", spark.createDataFrame([(1, 1.0)], "id long, x double"))
    assert client.publish_table("features.größe und mehr")["rows"] == 1
    assert rows(client.read_table("features.größe und mehr")) == [(1, 1.0)]
    client.create_table("features.Mixed", "id", spark.createDataFrame([(1, 1.0)], "id long, x double"), tags={"a": "b"})
    assert client.get_table("features.MIXED").name == "spark_catalog.features.Mixed"
    client.write_table("features.mixed", spark.createDataFrame([(2, 2.0)], "id long, x double"))
    assert client.publish_table("features.mixed")["rows"] == 2
    client.set_feature_table_tag("FEATURES.mixed", "c", "d")
    assert client.get_table("features.Mixed").tags == {"a": "b", "c": "d"}
    client.drop_table("features.mixed")
    with pytest.raises(Exception, match="does not exist"):
        client.get_table("features.Mixed")


def test_tags_are_text(client, spark, name):
    frame = spark.createDataFrame([(1, 1.0)], "id long, x double")
    with pytest.raises(Exception, match="must be a string"):
        client.create_table(name, "id", frame, tags={"a": 1})


def test_defaults_have_the_features_types(client, spark, name):
    from databricks.feature_store import FeatureLookup

    schema = "id long, d date, n decimal(10,2), i int, s string, m map<string,int>"
    client.create_table(
        name, "id", spark.createDataFrame([(1, datetime.date(2024, 1, 2), decimal.Decimal("1.25"), 7, "a", {"k": 1})], schema)
    )
    labels = spark.createDataFrame([(1, 0), (2, 1)], "id long, y long")
    defaults = {"d": "2000-01-01", "n": decimal.Decimal("9.99"), "i": 3.0, "s": "none"}
    found = client.create_training_set(labels, [FeatureLookup(name, "id", default_values=defaults)], label="y").load_df()
    assert dict(found.dtypes) | {"y": ""} == {
        "id": "bigint", "d": "date", "n": "decimal(10,2)", "i": "int", "s": "string", "m": "map<string,int>", "y": "",
    }  # fmt: skip
    assert sorted((row.id, row.d, row.n, row.i, row.s, row.m) for row in found.collect()) == [
        (1, datetime.date(2024, 1, 2), decimal.Decimal("1.25"), 7, "a", {"k": 1}),
        (2, datetime.date(2000, 1, 1), decimal.Decimal("9.99"), 3, "none", None),
    ]
    for wrong in ({"i": 1.5}, {"i": "abc"}, {"s": 1}, {"n": "x"}, {"d": 5}):
        with pytest.raises(ValueError, match="does not fit"):
            client.create_training_set(labels, [FeatureLookup(name, "id", default_values=wrong)], label="y")
    with pytest.raises(ValueError, match="rename_outputs"):
        client.create_training_set(labels, [FeatureLookup(name, "id", rename_outputs={"q": "r"})], label="y")


class Shows(mlflow.pyfunc.PythonModel):
    """Answers what it was given."""

    def predict(self, context, model_input, params=None):
        shown = model_input.astype(str).to_dict("records")
        return [json.dumps(row | (params or {}), sort_keys=True) for row in shown]

    @staticmethod
    def save_model(model, path, signature=None, **_):
        import cloudpickle

        cloudpickle.register_pickle_by_value(sys.modules[__name__])
        mlflow.pyfunc.save_model(path, python_model=model, signature=signature, pip_requirements=["mlflow"])


def serve(headrace, model: str, endpoint: str) -> None:
    """Serves version 1 of a model and waits until it is ready."""
    url = f"{headrace.url}/api/2.0/serving-endpoints"
    config = {"served_entities": [{"entity_name": model, "entity_version": "1"}]}
    requests.post(url, json={"name": endpoint, "config": config}).raise_for_status()
    end = time.monotonic() + 120
    while requests.get(f"{url}/{endpoint}").json()["state"]["config_update"] == "IN_PROGRESS":
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.parametrize("feature", ["t timestamp", "d date", "n decimal(10,2)", "s string", "i int", "x double"])
def test_batch_and_endpoint_give_the_model_the_same(client, headrace, spark, name, feature):
    from databricks.feature_store import FeatureLookup

    column = feature.split()[0]
    values = {
        "t": datetime.datetime(2024, 1, 2, 3, 4, 5, 678), "d": datetime.date(2024, 1, 2), "n": decimal.Decimal("1.25"),
        "s": "ü", "i": 7, "x": 2.5,
    }  # fmt: skip
    client.create_table(name, "id", spark.createDataFrame([(1, values[column])], f"id long, {feature}"))
    client.publish_table(name)
    batch = spark.createDataFrame([(1, 0.5)], "id long, z double")
    training = client.create_training_set(
        batch.selectExpr("*", "1 AS y"), [FeatureLookup(name, "id", default_values={column: values[column]})], label="y"
    )
    registered = name.replace(".", "_").replace(" ", "_").replace("(", "").replace(")", "").replace(",", "")
    with mlflow.start_run():
        client.log_model(Shows(), "model", flavor=Shows, training_set=training, registered_model_name=registered)
    scored = client.score_batch(f"models:/{registered}/1", batch, result_type="string").collect()[0].prediction

    serve(headrace, registered, "shows-" + column)

    def invoke(body):
        data = body if isinstance(body, str) else json.dumps(body)
        return requests.post(f"{headrace.url}/serving-endpoints/shows-{column}/invocations", data=data)

    assert invoke({"dataframe_records": [{"id": 1, "z": 0.5}]}).json() == {"predictions": [scored]}
    assert invoke('{"dataframe_records": [{"id": 1, "z": NaN}]}').status_code == 200
    assert invoke("{bad").json()["error_code"] == "BAD_REQUEST"
    twice = invoke({"dataframe_split": {"columns": ["id", "z", "z"], "data": [[1, 0.5, 0.5]]}})
    assert twice.status_code == 400 and "more than once" in twice.text


def fitted(kind: str, frame, label):
    """A model of that kind, and its flavor."""
    if kind == "shows":
        return Shows(), Shows
    if kind == "tree":
        from sklearn.tree import DecisionTreeClassifier

        return DecisionTreeClassifier(random_state=0).fit(frame.astype("float64"), label), mlflow.sklearn
    if kind == "xgboost":
        import xgboost

        return xgboost.XGBClassifier(n_estimators=5, max_depth=3).fit(frame.astype("float64"), label), mlflow.xgboost
    import lightgbm

    return lightgbm.LGBMRegressor(n_estimators=5, min_child_samples=1, verbose=-1).fit(frame.astype("float64"), label), mlflow.lightgbm


@pytest.mark.parametrize("kind", ["shows", "tree", "xgboost", "lightgbm"])
def test_missing_booleans_are_missing_in_batches_and_at_endpoints(client, headrace, spark, name, kind):
    import pandas as pd
    from databricks.feature_store import FeatureLookup

    client.create_table(name, "id", spark.createDataFrame([(1, True, 4), (2, None, None), (3, False, 9)], "id long, b boolean, i int"))
    client.publish_table(name)
    schema = "id long, own boolean, whole int"
    batch = spark.createDataFrame([(1, True, 1), (2, None, None), (3, False, 7), (4, None, 3), (5, True, 2)], schema)
    training = client.create_training_set(batch.selectExpr("*", "1 AS y"), [FeatureLookup(name, "id")], label="y", exclude_columns=["id"])
    frame = pd.DataFrame(
        [(a, b, c, d) for a in (0, 1, None) for b in (1, 5, None) for c in (0, 1, None) for d in (4, 9, None)],
        columns=["own", "whole", "b", "i"], dtype="float64",
    )  # fmt: skip
    label = [(row.own == 1) ^ (row.b != 0) ^ (row.i == 4) for row in frame.itertuples()]
    model, flavor = fitted(kind, frame, label)
    registered = name.replace(".", "_")
    how = {"serialization_format": "cloudpickle"} if kind == "tree" else {}  # MLflow 3 trusts no trees otherwise.
    with mlflow.start_run():
        client.log_model(model, "model", flavor=flavor, training_set=training, registered_model_name=registered, **how)
    result = "string" if kind == "shows" else "double"
    scored = {row.id: row.prediction for row in client.score_batch(f"models:/{registered}/1", batch, result_type=result).collect()}
    serve(headrace, registered, "missing-" + kind)
    rows = [row.asDict() for row in batch.collect()]

    def invoke(records):
        answer = requests.post(f"{headrace.url}/serving-endpoints/missing-{kind}/invocations", json={"dataframe_records": records})
        assert answer.status_code == 200, answer.text
        return answer.json()["predictions"]

    assert invoke(rows) == [pytest.approx(scored[row["id"]]) if result == "double" else scored[row["id"]] for row in rows]
    if kind != "shows":  # A row alone is as good as in a batch, though its columns may hold nothing else.
        assert [invoke([row])[0] for row in rows] == [pytest.approx(scored[row["id"]]) for row in rows]
