"""Options of files that change what is read or written and are not there: an error names each."""

from __future__ import annotations

import pyarrow
import pyarrow.parquet
import pytest
from pyspark.errors import PySparkException
from pyspark.sql.connect import functions as F

CSV = [
    {"unescapedQuoteHandling": "SKIP_VALUE"},
    {"singleVariantColumn": "v"},
    {"locale": "de-DE", "dateFormat": "dd MMM yyyy"},
    {"locale": "de-DE", "inferSchema": "true"},
    {"enableDateTimeParsingFallback": "true", "timestampFormat": "yyyy"},
]
JSON = [
    {"singleVariantColumn": "v"},
    {"maxNestingDepth": "3"},
    {"maxStringLen": "3"},
    {"maxNumLen": "3"},
    {"locale": "de-DE", "timestampFormat": "EEE dd.MM.yyyy"},
    {"enableDateTimeParsingFallback": "false"},
]


def refused(options: dict[str, str], make) -> None:
    with pytest.raises(PySparkException) as raised:
        make().collect()
    assert raised.value.getCondition() == "UNSUPPORTED_FEATURE.HEADRACE"
    assert next(iter(options)) in str(raised.value)


@pytest.mark.parametrize("options", CSV, ids=str)
def test_csv(spark, tmp_path, options):
    (tmp_path / "a.csv").write_text("1,x\n")
    refused(options, lambda: spark.read.options(**options).csv(str(tmp_path)))


@pytest.mark.parametrize("options", JSON, ids=str)
def test_json(spark, tmp_path, options):
    (tmp_path / "a.json").write_text('{"a": 1}\n')
    refused(options, lambda: spark.read.options(**options).json(str(tmp_path)))
    frame = spark.createDataFrame([('{"a": 1}',)], "j string")
    refused(options, lambda: frame.select(F.from_json("j", "a int", options)))


def test_decimals_of_another_country(spark, tmp_path):
    (tmp_path / "a.csv").write_text("1.000\n")
    options = {"locale": "de-DE"}
    assert spark.read.options(**options).schema("a string").csv(str(tmp_path)).collect() == [("1.000",)]
    refused(options, lambda: spark.read.options(**options).schema("a decimal(9,2)").csv(str(tmp_path)))


def test_writers(spark, tmp_path):
    options = {"writeNonAsciiCharacterAsCodePoint": "true"}
    with pytest.raises(PySparkException) as raised:
        spark.range(1).write.options(**options).json(str(tmp_path / "out"))
    assert raised.value.getCondition() == "UNSUPPORTED_FEATURE.HEADRACE" and next(iter(options)) in str(raised.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("spark.sql.legacy.timeParserPolicy", "LEGACY"),
        ("spark.sql.legacy.statisticalAggregate", "true"),
        ("spark.sql.crossJoin.enabled", "false"),
        ("spark.sql.parquet.outputTimestampType", "INT96"),
        ("spark.sql.parquet.datetimeRebaseModeInWrite", "LEGACY"),
        ("spark.databricks.delta.replaceWhere.dataColumns.enabled", "false"),
    ],
)
def test_settings_that_would_change_results(spark, name, value):
    before = spark.conf.get(name, None)
    for attempt in (lambda: spark.conf.set(name, value), lambda: spark.sql(f"SET {name}={value}")):
        with pytest.raises(PySparkException) as raised:
            attempt()
        assert raised.value.getCondition() == "UNSUPPORTED_FEATURE.HEADRACE"
        assert f"{name}={value}" in str(raised.value)
    assert spark.conf.get(name, None) == before


def test_settings_whose_value_changes_nothing(spark):
    for name, value in [("spark.sql.legacy.timeParserPolicy", "corrected"), ("spark.sql.legacy.statisticalAggregate", "false")]:
        spark.conf.set(name, value)
        spark.conf.unset(name)


@pytest.mark.parametrize("options", [{"replaceUsing": "id"}, {"replaceOn": "s.id = t.id"}], ids=str)
def test_overwrites_of_matching_rows(spark, tmp_path, options):
    path = str(tmp_path / "t")
    spark.range(3).write.format("delta").save(path)
    with pytest.raises(PySparkException) as raised:
        spark.range(1).write.format("delta").mode("overwrite").options(**options).save(path)
    assert raised.value.getCondition() == "UNSUPPORTED_FEATURE.HEADRACE"
    assert next(iter(options)) in str(raised.value)
    assert spark.read.load(path).count() == 3


def test_dates_of_an_unknown_calendar(spark, tmp_path):
    path = str(tmp_path / "plain.parquet")
    pyarrow.parquet.write_table(pyarrow.table({"a": [1]}), path)
    refused({"datetimeRebaseMode": "LEGACY"}, lambda: spark.read.option("datetimeRebaseMode", "LEGACY").parquet(path))
    assert spark.read.option("datetimeRebaseMode", "CORRECTED").parquet(path).collect() == [(1,)]
