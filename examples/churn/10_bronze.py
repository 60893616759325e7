"""Bronze: every raw line as it came, with when and from which file. Only appends; a file is taken once."""

from pyspark.sql import functions as F

from common import BRONZE, CATALOG, RAW, spark_session


def main() -> None:
    spark = spark_session()
    if CATALOG != "spark_catalog":
        spark.sql(f"CREATE CATALOG IF NOT EXISTS {CATALOG}")
    for schema in ("bronze", "silver", "gold"):
        spark.sql(f"CREATE SCHEMA IF NOT EXISTS {CATALOG}.{schema}")

    taken = set()
    if spark.catalog.tableExists(BRONZE):
        taken = {row[0].rsplit("/", 1)[-1] for row in spark.table(BRONZE).select("_source_file").distinct().collect()}
    files = [path for path in sorted(RAW.glob("purchases-*.json")) if path.name not in taken]
    for path in files:
        (
            spark.read.json(str(path))
            .withColumn("_ingested_at", F.current_timestamp())
            .withColumn("_source_file", F.col("_metadata.file_path"))
            .write.format("delta")
            .mode("append")
            .option("mergeSchema", "true")  # 1998 brings a column
            .saveAsTable(BRONZE)
        )
    print(f"bronze: {len(files)} new files, {spark.table(BRONZE).count():,} rows")


if __name__ == "__main__":
    main()
