"""What made the engine itself stumble: columns of no type, conditions that are no conditions. The server answers on."""

from __future__ import annotations

import deltalake
import pytest
from pyspark.errors import AnalysisException, IllegalArgumentException
from pyspark.sql import Row
from pyspark.sql import functions as F


@pytest.fixture
def path(tmp_path) -> str:
    return str(tmp_path / "table")


def fails(call) -> str:
    with pytest.raises((AnalysisException, IllegalArgumentException)) as error:
        call()
    return error.value.getCondition()


def test_columns_without_a_type(spark, path):
    frame = spark.range(3).select("id", F.lit(None).alias("z"), F.expr("named_struct('a', id)").alias("s"))
    frame.write.format("delta").save(path)
    frame.where("id = 1").write.format("delta").mode("append").save(path)
    assert spark.read.load(path).schema["z"].dataType.simpleString() == "void"
    assert spark.read.load(path).where("id = 1 AND z IS NULL").select("id", "z").collect() == [Row(id=1, z=None)] * 2
    assert spark.sql(f"UPDATE delta.`{path}` SET id = 7 WHERE id = 1").collect()[0][0] == 2
    spark.sql(f"DELETE FROM delta.`{path}` WHERE id = 2")
    assert sorted(row.id for row in spark.read.load(path).collect()) == [0, 7, 7]
    # The column takes the type of the first data that has one.
    spark.range(1).select("id", F.lit("x").alias("z")).write.format("delta").mode("append").option("mergeSchema", "true").save(path)
    assert sorted(str(row.z) for row in spark.read.load(path).collect()) == ["None", "None", "None", "x"]
    assert sorted(map(str, deltalake.DeltaTable(path).to_pyarrow_table(columns=["z"])["z"].to_pylist())) == ["None"] * 3 + ["x"]


def test_no_column_has_a_type(spark, path):
    frame = spark.range(1).select(F.lit(None).alias("z"))
    assert fails(lambda: frame.write.format("delta").save(path)) == "DELTA_NON_PARTITION_COLUMN_ABSENT"
    assert fails(lambda: frame.write.parquet(path)) == "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE"
    assert spark.range(2).count() == 2


def test_conditions_are_boolean(spark, path):
    spark.range(3).select("id", (F.col("id") % 2).alias("p")).write.partitionBy("p").format("delta").save(path)
    table = f"delta.`{path}`"
    writer = spark.range(1).select("id", F.col("id").alias("p")).write.format("delta").mode("overwrite")
    for condition in ("id", "p", "id + 1"):
        assert fails(lambda c=condition: writer.option("replaceWhere", c).save(path)) == "DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN"
        assert fails(lambda c=condition: spark.sql(f"DELETE FROM {table} WHERE {c}")) == "DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN"
    assert fails(lambda: spark.sql(f"OPTIMIZE {table} WHERE p")) == "DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN"
    add = f"ALTER TABLE {table} ADD CONSTRAINT c CHECK (id)"
    assert fails(lambda: spark.sql(add)) == "DELTA_NON_BOOLEAN_CHECK_CONSTRAINT"
    assert fails(lambda: writer.option("replaceWhere", "id >").save(path)) == "DELTA_FAILED_RECOGNIZE_PREDICATE"
    assert spark.read.load(path).count() == 3


def test_options_of_writes(spark, path):
    spark.range(3).write.format("delta").save(path)
    writer = lambda **o: lambda: spark.range(1).write.format("delta").mode("overwrite").options(**o).save(path)  # noqa: E731
    both = writer(replaceWhere="id = 0", partitionOverwriteMode="dynamic")
    assert fails(both) == "DELTA_REPLACE_WHERE_WITH_DYNAMIC_PARTITION_OVERWRITE"
    assert fails(writer(partitionOverwriteMode="sometimes")) == "DELTA_ILLEGAL_OPTION"
    assert fails(writer(txnAppId="a", txnVersion="5x")) == "DELTA_ILLEGAL_OPTION"
    assert fails(writer(txnAppId="a", txnVersion="-1")) == "DELTA_ILLEGAL_OPTION"
    assert fails(lambda: spark.sql(f"INSERT INTO delta.`{path}` (id, ID) VALUES (1, 2)")) == "COLUMN_ALREADY_EXISTS"
    assert spark.read.load(path).count() == 3


def test_update_from_a_scalar_subquery(spark, path):
    spark.range(3).write.format("delta").save(path)
    spark.sql(f"UPDATE delta.`{path}` SET id = (SELECT max(id) FROM delta.`{path}`) + 1 WHERE id = 0")
    assert sorted(row.id for row in spark.read.load(path).collect()) == [1, 2, 3]
