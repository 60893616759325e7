"""Publishing Delta tables that delta-rs wrote into the online store: values of every type, what changed since, and kill -9."""

from __future__ import annotations

import datetime
import decimal
import threading

import pytest

deltalake = pytest.importorskip("deltalake")
pa = pytest.importorskip("pyarrow")
import requests  # noqa: E402


class Online:
    def __init__(self, url: str) -> None:
        self.url = url + "/api/2.0/feature-store"

    def call(self, path: str, status: int = 200, **body) -> dict:
        answer = requests.post(f"{self.url}/{path}", json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    def create(self, name: str, location, keys, times=()) -> None:
        self.call("feature-tables/create", name=name, primary_keys=keys, timestamp_keys=list(times), location=str(location))

    def publish(self, name: str, **options) -> dict:
        return self.call("online-tables/publish", name=name, **options)

    def rows(self, name: str, *keys: dict) -> list[dict]:
        return self.call("online-tables/lookup", name=name, keys=list(keys))["rows"]

    def count(self, name: str) -> int:
        return requests.get(f"{self.url}/online-tables/get", params={"name": name, "count": "true"}).json()["online_table"]["rows"]


@pytest.fixture
def online(headrace) -> Online:
    return Online(headrace.url)


def test_every_type_arrives(online, tmp_path):
    day, moment = datetime.date(1998, 6, 30), datetime.datetime(1998, 6, 30, 12, 30, 0, 250, tzinfo=datetime.timezone.utc)
    table = pa.table({
        "k": pa.array([1, 2], pa.int32()), "s": pa.array(["a", "b"]), "day": pa.array([day, None], pa.date32()),
        "at": pa.array([moment, None], pa.timestamp("us", "UTC")), "flag": pa.array([True, None]), "b": pa.array([-3, None], pa.int8()),
        "l": pa.array([2**60, None], pa.int64()), "f": pa.array([0.5, None], pa.float32()), "d": pa.array([1e300, None]),
        "m": pa.array([decimal.Decimal("12.50"), None], pa.decimal128(12, 2)), "items": pa.array([[1, 2], None], pa.list_(pa.int64())),
        "part": pa.array(["x y", None]),
    })  # fmt: skip
    deltalake.write_deltalake(str(tmp_path / "t"), table, partition_by=["part"])
    online.create("types", tmp_path / "t", ["k", "s"])
    assert online.publish("types")["rows"] == 2
    first, second, absent = online.rows("types", {"k": 1, "s": "a"}, {"k": 2, "s": "b"}, {"k": 1, "s": "b"})
    assert first == {
        "k": 1, "s": "a", "day": "1998-06-30", "at": "1998-06-30T12:30:00.000250", "flag": True, "b": -3, "l": 2**60, "f": 0.5,
        "d": 1e300, "m": 12.5, "items": [1, 2], "part": "x y",
    }  # fmt: skip
    assert {v for k, v in second.items() if k not in ("k", "s")} == {None}
    assert {v for k, v in absent.items() if k not in ("k", "s")} == {None}


def test_only_changes_are_read(online, tmp_path):
    path = str(tmp_path / "t")
    deltalake.write_deltalake(path, pa.table({"k": list(range(1000)), "x": [0.0] * 1000}))
    online.create("changes", path, ["k"])
    assert online.publish("changes") == {"version": 0, "rows": 1000, "incremental": False}
    assert online.publish("changes") == {"version": 0, "rows": 0, "incremental": True}
    deltalake.write_deltalake(path, pa.table({"k": [5, 2000], "x": [1.0, 2.0]}), mode="append")
    assert online.publish("changes") == {"version": 1, "rows": 2, "incremental": True}
    assert [row["x"] for row in online.rows("changes", {"k": 5}, {"k": 2000}, {"k": 6})] == [1.0, 2.0, 0.0]
    deltalake.DeltaTable(path).delete("k < 100")
    assert online.publish("changes")["incremental"] is True
    assert (online.count("changes"), online.rows("changes", {"k": 6})[0]["x"]) == (901, None)
    deltalake.write_deltalake(path, pa.table({"k": [1], "x": [7.0], "y": ["new"]}), mode="append", schema_mode="merge")
    assert online.publish("changes")["incremental"] is False
    assert online.rows("changes", {"k": 1}, {"k": 2000}) == [{"k": 1, "x": 7.0, "y": "new"}, {"k": 2000, "x": 2.0, "y": None}]
    online.publish("changes", mode="overwrite", version=0)
    assert online.count("changes") == 1000


def test_time_series_keep_the_latest_row(online, tmp_path):
    path = str(tmp_path / "t")
    days = [datetime.date(2024, 1, d) for d in (3, 9, 5)]
    deltalake.write_deltalake(path, pa.table({"k": [1, 1, 1], "day": days, "x": [3.0, 9.0, 5.0]}))
    online.create("series", path, ["k"], ["day"])
    online.publish("series")
    assert online.rows("series", {"k": 1})[0]["x"] == 9.0
    deltalake.write_deltalake(path, pa.table({"k": [1], "day": [datetime.date(2024, 1, 7)], "x": [7.0]}), mode="append")
    assert online.publish("series")["incremental"] is True
    assert online.rows("series", {"k": 1})[0]["x"] == 9.0
    deltalake.DeltaTable(path).delete("x = 9.0")
    online.publish("series")
    assert online.rows("series", {"k": 1})[0]["x"] == 7.0


def test_readers_never_see_half_a_publish(online, tmp_path):
    path = str(tmp_path / "t")
    keys = list(range(20000))
    deltalake.write_deltalake(path, pa.table({"k": keys, "x": [0.0] * len(keys)}))
    online.create("torn", path, ["k"])
    online.publish("torn")
    stop, seen = threading.Event(), []

    def read() -> None:
        while not stop.is_set():
            seen.append(online.rows("torn", {"k": 19999})[0]["x"])

    thread = threading.Thread(target=read)
    thread.start()
    for version in (1.0, 2.0, 3.0):
        deltalake.write_deltalake(path, pa.table({"k": keys, "x": [version] * len(keys)}), mode="overwrite")
        online.publish("torn", mode="overwrite" if version == 2.0 else "merge")
    stop.set()
    thread.join()
    assert seen == sorted(seen) and None not in seen


def test_errors_name_what_is_wrong(online, tmp_path):
    path = str(tmp_path / "t")
    deltalake.write_deltalake(path, pa.table({"k": [1, None], "x": [0.0, 1.0]}))
    online.create("nulls", path, ["k"])
    assert "'k'" in online.call("online-tables/publish", 400, name="nulls")["message"]
    assert online.call("online-tables/lookup", 404, name="nulls", keys=[])["error_code"] == "RESOURCE_DOES_NOT_EXIST"
    assert online.call("online-tables/publish", 404, name="nobody")["error_code"] == "RESOURCE_DOES_NOT_EXIST"
    assert "'z'" in online.call("online-tables/publish", 400, name="nulls", features=["z"])["message"]
    assert "mode" in online.call("online-tables/publish", 400, name="nulls", mode="append")["message"]


def test_publishes_survive_kill(fresh_server, tmp_path):
    online = Online(fresh_server.url)
    path = str(tmp_path / "t")
    deltalake.write_deltalake(path, pa.table({"k": [1], "x": [0.5]}))
    online.create("kept", path, ["k"])
    online.publish("kept")
    deltalake.write_deltalake(path, pa.table({"k": [2], "x": [1.5]}), mode="append")
    online.publish("kept")
    fresh_server.kill()
    fresh_server.start()
    assert [row["x"] for row in online.rows("kept", {"k": 1}, {"k": 2})] == [0.5, 1.5]
    assert online.publish("kept") == {"version": 1, "rows": 0, "incremental": True}
