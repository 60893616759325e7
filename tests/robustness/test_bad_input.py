"""Bad input of every kind: an error of the right class, nothing half-written, the server still up."""

from __future__ import annotations

import pathlib
import shutil

import pytest
import requests
from pyspark.errors import AnalysisException, ParseException, PySparkException
from pyspark.sql import functions as F


@pytest.fixture(autouse=True)
def still_up(headrace, spark):
    yield
    assert headrace.running()
    assert spark.range(3).count() == 3
    assert requests.get(headrace.url + "/health", timeout=5).status_code == 200


@pytest.fixture
def table(spark, tmp_path) -> pathlib.Path:
    path = tmp_path / "table"
    spark.range(100).withColumn("s", F.lit("x")).write.format("delta").save(str(path))
    return path


def fails(work, *needles: str) -> PySparkException:
    with pytest.raises(PySparkException) as error:
        work()
    for needle in needles:
        assert needle in str(error.value), f"{needle!r} not in {error.value}"
    assert error.value.getCondition() != "INTERNAL_ERROR", str(error.value)
    return error.value


def test_bad_sql(spark):
    for text, kind, name in (
        ("SELEC 1", ParseException, "PARSE_SYNTAX_ERROR"),
        ("SELECT (1", ParseException, "PARSE_SYNTAX_ERROR"),
        ("SELECT nope FROM range(1)", AnalysisException, "UNRESOLVED_COLUMN.WITH_SUGGESTION"),
        ("SELECT nope(1)", AnalysisException, "UNRESOLVED_ROUTINE"),
        ("SELECT * FROM nowhere", AnalysisException, "TABLE_OR_VIEW_NOT_FOUND"),
        ("SELECT 1 + array(1)", AnalysisException, "DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES"),
        ("SELECT sum(id) + id FROM range(3)", AnalysisException, "MISSING_GROUP_BY"),
        ("SELECT " + "(" * 3000 + "1" + ")" * 3000, PySparkException, None),
        ("\0", PySparkException, None),
    ):
        with pytest.raises(kind) as error:
            spark.sql(text).collect()
        if name:
            assert error.value.getCondition() == name, text


def test_wrong_types_and_missing_columns(spark, table):
    fails(lambda: spark.sql("SELECT 'a' AS id, 'x' AS s").write.format("delta").mode("append").save(str(table)), "id")
    fails(lambda: spark.sql("SELECT CAST('a' AS INT)").collect(), "CAST_INVALID_INPUT")
    fails(lambda: spark.read.load(str(table)).select("gone").collect(), "gone")
    assert spark.read.load(str(table)).count() == 100


def test_a_corrupt_log(spark, table):
    log = table / "_delta_log"
    text = (log / f"{0:020}.json").read_text(encoding="utf-8")
    broken = table.with_name("broken")
    shutil.copytree(table, broken)
    (broken / "_delta_log" / f"{0:020}.json").write_text(text[: len(text) // 2], encoding="utf-8")
    fails(lambda: spark.read.load(str(broken)).count())
    fails(lambda: spark.range(1).write.format("delta").mode("append").save(str(broken)))
    assert sorted(file.name for file in (broken / "_delta_log").iterdir()) == [f"{0:020}.json"]
    gap = table.with_name("gap")
    for _ in range(2):
        spark.range(1).withColumn("s", F.lit("x")).write.format("delta").mode("append").save(str(table))
    shutil.copytree(table, gap)
    (gap / "_delta_log" / f"{1:020}.json").unlink()
    fails(lambda: spark.read.load(str(gap)).count())


def test_an_unknown_feature_is_refused_by_name(spark, table):
    file = table / "_delta_log" / f"{0:020}.json"
    text = file.read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if '"protocol"' in line)
    unknown = '{"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["futureMagic"],"writerFeatures":["futureMagic"]}}'
    other = table.with_name("future")
    shutil.copytree(table, other)
    (other / "_delta_log" / f"{0:020}.json").write_text(text.replace(line, unknown), encoding="utf-8")
    fails(lambda: spark.read.load(str(other)).count(), "futureMagic")
    writer_only = unknown.replace('"minReaderVersion":3', '"minReaderVersion":1').replace('"readerFeatures":["futureMagic"],', "")
    third = table.with_name("future-writer")
    shutil.copytree(table, third)
    (third / "_delta_log" / f"{0:020}.json").write_text(text.replace(line, writer_only), encoding="utf-8")
    assert spark.read.load(str(third)).count() == 100
    fails(lambda: spark.range(1).withColumn("s", F.lit("x")).write.format("delta").mode("append").save(str(third)), "futureMagic")


def test_a_short_checkpoint(spark, table):
    for _ in range(11):
        spark.range(1).withColumn("s", F.lit("x")).write.format("delta").mode("append").save(str(table))
    (checkpoint,) = (table / "_delta_log").glob("*.checkpoint.parquet")
    copy = table.with_name("short")
    shutil.copytree(table, copy)
    data = checkpoint.read_bytes()
    (copy / "_delta_log" / checkpoint.name).write_bytes(data[: len(data) // 2])
    # The log is whole without its checkpoint: the rows are all there, or the error says what is broken.
    try:
        assert spark.read.load(str(copy)).count() == 111
    except PySparkException as error:
        assert "checkpoint" in str(error)
        assert error.getCondition() != "INTERNAL_ERROR"


def test_a_corrupt_and_a_missing_data_file(spark, table):
    (data, *_) = table.glob("*.parquet")
    content = data.read_bytes()
    data.write_bytes(content[: len(content) // 2])
    fails(lambda: spark.read.load(str(table)).collect(), data.name)
    data.unlink()
    fails(lambda: spark.read.load(str(table)).collect(), data.name)
    data.write_bytes(content)
    assert spark.read.load(str(table)).count() == 100


def test_bad_bodies(headrace):
    def post(path: str, **arguments) -> requests.Response:
        return requests.post(headrace.url + path, timeout=20, **arguments)

    for path in ("/api/2.0/mlflow/runs/create", "/api/2.0/serving-endpoints"):
        for body in (b"{", b"[1", b"\xff\xfe", b"not json", b"[]", b'"text"'):
            answer = post(path, data=body, headers={"Content-Type": "application/json"})
            assert answer.status_code == 400, (path, body, answer.text)
            assert answer.json()["error_code"] in ("INVALID_PARAMETER_VALUE", "MALFORMED_REQUEST", "BAD_REQUEST"), answer.text
    unknown = post("/api/2.0/mlflow/experiments/create", json={"name": "unknown-fields", "surprise": {"deep": [1, 2]}})
    assert unknown.status_code in (200, 400)
    deep = post("/api/2.0/mlflow/experiments/create", data="[" * 100_000, headers={"Content-Type": "application/json"})
    assert deep.status_code == 400
    assert post("/api/2.0/mlflow/runs/get", json={}).status_code in (400, 404, 405)
    assert requests.get(headrace.url + "/api/2.0/nothing/here", timeout=5).status_code == 404
    assert requests.delete(headrace.url + "/api/2.0/mlflow/experiments/create", timeout=5).status_code in (404, 405)


def test_an_oversized_body(headrace):
    with pytest.raises((requests.ConnectionError, AssertionError)) as refused:
        answer = requests.post(headrace.url + "/api/2.0/mlflow/runs/log-batch", data=b"x" * (200 << 20), timeout=60)
        assert answer.status_code != 413, "refused"
    assert refused.type is not AssertionError or "refused" in str(refused.value)
