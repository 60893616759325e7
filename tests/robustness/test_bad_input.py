"""Bad input of every kind: an error of the right class, nothing half-written, the server still up."""

from __future__ import annotations

import contextlib
import http.client
import json
import pathlib
import shutil

import pytest
import requests
from pyspark.errors import AnalysisException, ParseException, PySparkException, UnsupportedOperationException
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
    # The log is whole without its checkpoint.
    assert spark.read.load(str(copy)).count() == 111
    (copy / "_delta_log" / "_last_checkpoint").write_text('{"ver', encoding="utf-8")
    spark.range(1).withColumn("s", F.lit("x")).write.format("delta").mode("append").save(str(copy))
    assert spark.read.load(str(copy)).count() == 112
    # With the commits before it gone, nothing else says which files there are.
    other = table.with_name("short-alone")
    shutil.copytree(copy, other)
    for version in range(10):
        (other / "_delta_log" / f"{version:020}.json").unlink()
    fails(lambda: spark.read.load(str(other)).count(), "DELTA_CHECKPOINT_CORRUPTED", checkpoint.name)
    fails(lambda: spark.range(1).write.format("delta").mode("append").save(str(other)), "DELTA_CHECKPOINT_CORRUPTED")


def test_a_corrupt_and_a_missing_deletion_vector(spark, table):
    spark.sql(f"ALTER TABLE delta.`{table}` SET TBLPROPERTIES ('delta.enableDeletionVectors' = 'true')")
    spark.sql(f"DELETE FROM delta.`{table}` WHERE id % 3 = 0")
    (vector,) = table.glob("deletion_vector_*.bin")
    content = vector.read_bytes()
    middle = len(content) // 2
    vector.write_bytes(content[:middle] + bytes([content[middle] ^ 0xFF]) + content[middle + 1 :])
    fails(lambda: spark.read.load(str(table)).collect(), "DELTA_DELETION_VECTOR_CHECKSUM_MISMATCH", vector.name)
    fails(lambda: spark.sql(f"UPDATE delta.`{table}` SET s = 'y'"), "DELTA_DELETION_VECTOR_CHECKSUM_MISMATCH", vector.name)
    vector.unlink()
    fails(lambda: spark.read.load(str(table)).collect(), "PATH_NOT_FOUND", vector.name)
    vector.write_bytes(content)
    assert spark.read.load(str(table)).count() == 66


def test_corrupt_text_files(spark, tmp_path):
    (tmp_path / "x.json").write_text('{"a": 1}\n{"a":\n', encoding="utf-8")
    (tmp_path / "x.csv").write_text("1,2\nx,y,z\n", encoding="utf-8")
    for name, schema in (("json", "a INT"), ("csv", "a INT, b INT")):
        reader = spark.read.schema(schema).format(name)
        fails(reader.option("mode", "FAILFAST").load(str(tmp_path / f"x.{name}")).collect, "FAILED_READ_FILE", f"x.{name}")
        assert len(reader.option("mode", "DROPMALFORMED").load(str(tmp_path / f"x.{name}")).collect()) == 1
        assert len(reader.option("mode", "PERMISSIVE").load(str(tmp_path / f"x.{name}")).collect()) == 2


def test_garbage_that_is_no_parquet(spark, tmp_path):
    garbage = tmp_path / "garbage.parquet"
    for content in (b"", b"short", b"garbage that is long enough to have a footer"):
        garbage.write_bytes(content)
        # With a schema a file without bytes is one without rows.
        for reader in (spark.read, spark.read.schema("id LONG")) if content else (spark.read,):
            error = fails(reader.parquet(str(garbage)).collect, "FAILED_READ_FILE", "garbage.parquet")
            assert "read_parquet" not in str(error)  # Nothing of the engine's own.
    # Beside a good file, the bad one is named.
    spark.range(3).coalesce(1).write.parquet(str(tmp_path / "mixed"))
    shutil.copy(garbage, tmp_path / "mixed" / "garbage.parquet")
    fails(lambda: spark.read.schema("id LONG").parquet(str(tmp_path / "mixed")).collect(), "FAILED_READ_FILE", "garbage.parquet")


def test_time_travel_to_nowhere(spark, table):
    for options, name in (
        ({"versionAsOf": 99}, "DELTA_VERSION_NOT_FOUND"),
        ({"versionAsOf": "x"}, "DELTA_TIME_TRAVEL_INVALID_BEGIN_VALUE"),
        ({"timestampAsOf": "1999-01-01"}, "DELTA_TIMESTAMP_EARLIER_THAN_COMMIT_RETENTION"),
    ):
        assert fails(spark.read.options(**options).load(str(table)).collect).getCondition() == name


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
    # As in MLflow's own server, fields that it does not know are passed over.
    unknown = post("/api/2.0/mlflow/experiments/create", json={"name": "unknown-fields", "surprise": {"deep": [1, 2]}})
    assert unknown.status_code == 200, unknown.text
    deep = post("/api/2.0/mlflow/experiments/create", data="[" * 100_000, headers={"Content-Type": "application/json"})
    assert deep.status_code == 400
    assert post("/api/2.0/mlflow/runs/get", json={}).status_code in (400, 404, 405)
    assert requests.get(headrace.url + "/api/2.0/nothing/here", timeout=5).status_code == 404
    assert requests.delete(headrace.url + "/api/2.0/mlflow/experiments/create", timeout=5).status_code in (404, 405)


def test_an_oversized_body(headrace):
    """Refused by its length, and also when it comes in chunks that do not say how much there will be."""
    path = "/api/2.0/mlflow/runs/log-batch"
    piece = b"x" * (1 << 20)
    for headers, body in (
        ({"Content-Length": str(200 << 20)}, [b""]),
        ({"Transfer-Encoding": "chunked"}, [b"%x\r\n%b\r\n" % (len(piece), piece)] * 200),
    ):
        connection = http.client.HTTPConnection("127.0.0.1", headrace.http_port, timeout=60)
        connection.putrequest("POST", path)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        # The server may hang up in the middle; what it said before that is there to be read.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            for part in body:
                connection.send(part)
        answer = connection.getresponse()
        assert answer.status == 413
        assert json.loads(answer.read())["error_code"]
        connection.close()


@pytest.mark.parametrize("expression", ["parse_json('1')", "from_xml('<a/>', 'a INT')", "approx_top_k(id)", "'a' COLLATE UTF8_LCASE"])
def test_functions_that_are_missing_are_named(spark, expression):
    with pytest.raises(UnsupportedOperationException, match="UNSUPPORTED_FEATURE"):
        spark.sql(f"SELECT {expression} FROM range(1)").collect()


def test_the_change_data_feed_is_refused_by_name(spark, table):
    with pytest.raises(UnsupportedOperationException, match="readChangeFeed"):
        spark.read.option("readChangeFeed", "true").option("startingVersion", 0).format("delta").load(str(table)).collect()
    with pytest.raises(UnsupportedOperationException, match="table_changes"):
        spark.sql("SELECT * FROM table_changes('t', 0)").collect()


@pytest.mark.parametrize("source", ["orc", "xml", "jdbc", "avro", "kafka", "rate"])
def test_sources_that_are_missing_are_named(spark, tmp_path, source):
    fails(lambda: spark.read.format(source).load(str(tmp_path)).collect(), "UNSUPPORTED_FEATURE", f"the data source {source}")
    fails(lambda: spark.range(1).write.format(source).save(str(tmp_path / "out")), "UNSUPPORTED_FEATURE", f"the data source {source}")
    fails(lambda: spark.range(1).write.format(source).saveAsTable("missing_source"), "UNSUPPORTED_FEATURE", f"the data source {source}")
    assert not spark.catalog.tableExists("missing_source")


def test_streams_are_refused_by_name(spark, table):
    for stream in (spark.readStream.format("rate").load(), spark.readStream.format("delta").load(str(table))):
        fails(lambda stream=stream: stream.isStreaming, "UNSUPPORTED_FEATURE", "Structured Streaming")
        fails(lambda stream=stream: stream.schema, "UNSUPPORTED_FEATURE", "Structured Streaming")
