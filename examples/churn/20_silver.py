"""Silver: one clean row an order. Run it as often as you like: an order that is there is not touched."""

from delta.tables import DeltaTable
from pyspark.sql import functions as F

from common import BRONZE, SILVER, spark_session

# All digits but the last four; all letters of a name but its first.
CARD = r"\d(?=(?:\D*\d){4})"
EMAIL = r"(?<=.).(?=[^@]*@)"


def clean(bronze):
    return (
        bronze.where(F.col("order_id").isNotNull() & F.col("customer_id").isNotNull())
        .dropDuplicates(["order_id"])
        .select(
            F.col("order_id").cast("bigint").alias("order_id"),
            F.col("customer_id").cast("bigint").alias("customer_id"),
            F.regexp_replace(F.lower(F.trim("email")), EMAIL, "*").alias("email"),
            F.regexp_replace("card", CARD, "*").alias("card"),
            F.lower(F.trim("channel")).alias("channel"),
            F.coalesce("coupon", F.lit("none")).alias("coupon"),
            F.to_timestamp("purchased_at").alias("purchased_at"),
            F.to_date(F.to_timestamp("purchased_at")).alias("purchase_date"),
            F.col("items").cast("int").alias("items"),
            F.trim("amount").cast("decimal(12,2)").alias("amount"),
        )
    )


def main() -> None:
    spark = spark_session()
    spark.sql(f"""
        CREATE TABLE IF NOT EXISTS {SILVER} (
          order_id BIGINT NOT NULL COMMENT 'the order',
          customer_id BIGINT NOT NULL COMMENT 'who bought',
          email STRING COMMENT 'masked',
          card STRING COMMENT 'masked but for the last four digits',
          channel STRING, coupon STRING, purchased_at TIMESTAMP, purchase_date DATE, items INT, amount DECIMAL(12,2)
        ) USING delta COMMENT 'one row an order'""")
    before = spark.table(SILVER).count()
    (
        DeltaTable.forName(spark, SILVER)
        .alias("silver")
        .merge(clean(spark.table(BRONZE)).alias("new"), "silver.order_id = new.order_id")
        .whenNotMatchedInsertAll()
        .execute()
    )
    after = spark.table(SILVER).count()
    print(f"silver: {after - before:,} new orders, {after:,} in all")


if __name__ == "__main__":
    main()
