"""Options of files that change what is read or written and are not there: an error names each."""

from __future__ import annotations

import pytest
from pyspark.errors import PySparkException
from pyspark.sql.connect import functions as F

CSV = [
    {"unescapedQuoteHandling": "SKIP_VALUE"},
    {"singleVariantColumn": "v"},
    {"locale": "de-DE", "dateFormat": "dd MMM yyyy"},
    {"locale": "de-DE", "inferSchema": "true"},
]
JSON = [
    {"singleVariantColumn": "v"},
    {"maxNestingDepth": "3"},
    {"maxStringLen": "3"},
    {"maxNumLen": "3"},
    {"locale": "de-DE", "timestampFormat": "EEE dd.MM.yyyy"},
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
