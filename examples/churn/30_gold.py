"""Gold: what is known of each customer at each month's end, and who stayed away for 90 days after it.

usage: 30_gold.py [FIRST_MONTH LAST_MONTH], such as 1998-06 1998-06 for the nightly run of one month; all months by default.
"""

import sys

from pyspark.sql import functions as F

from common import FEATURES, LABELS, SILVER, spark_session

WINDOWS = (7, 30, 90, 180)
FIRST, LAST = "1997-01", "1998-06"
CHURN_DAYS = 90


def month_ends(spark, first: str, last: str):
    return spark.sql(f"""
        SELECT last_day(month) AS feature_date
        FROM (SELECT explode(sequence(DATE'{first}-01', DATE'{last}-01', INTERVAL 1 MONTH)) AS month)""")


def in_window(days: int, value):
    """The value where the purchase is at most so many days before the feature's date."""
    return F.when(F.col("age_days") < days, value)


def features(silver, dates):
    history = silver.join(dates, silver.purchase_date <= dates.feature_date).withColumn(
        "age_days", F.datediff("feature_date", "purchase_date")
    )
    aggregates = [
        F.count("*").alias("orders"),
        F.sum("amount").cast("double").alias("amount"),
        F.sum("items").alias("items"),
        F.avg("amount").cast("double").alias("mean_amount"),
        F.max("amount").cast("double").alias("largest_amount"),
        F.min("age_days").alias("recency_days"),
        F.max("age_days").alias("tenure_days"),
        F.countDistinct("channel").alias("channels"),
        F.count_if(F.col("coupon") != "none").alias("coupons"),
    ]
    for days in WINDOWS:
        aggregates += [
            F.count(in_window(days, F.lit(1))).alias(f"orders_{days}d"),
            F.countDistinct(in_window(days, F.col("purchase_date"))).alias(f"active_days_{days}d"),
            F.coalesce(F.sum(in_window(days, F.col("amount"))).cast("double"), F.lit(0.0)).alias(f"amount_{days}d"),
            F.coalesce(F.sum(in_window(days, F.col("items"))), F.lit(0)).alias(f"items_{days}d"),
            F.coalesce(F.max(in_window(days, F.col("amount"))).cast("double"), F.lit(0.0)).alias(f"largest_{days}d"),
        ]
    return (
        history.groupBy("customer_id", "feature_date")
        .agg(*aggregates)
        .withColumn("days_per_order", F.col("tenure_days") / F.col("orders"))
        .withColumn("amount_trend", F.col("amount_90d") - (F.col("amount_180d") - F.col("amount_90d")))
        .withColumn("order_trend", F.when(F.col("orders_90d") > 0, F.col("orders_30d") * 3 / F.col("orders_90d")).otherwise(0.0))
        .withColumn(
            "tier",
            F.when(F.col("amount") >= 500, "gold")
            .when(F.col("amount") >= 100, "silver")
            .when(F.col("amount") > 0, "bronze")
            .otherwise("new"),
        )
        .withColumn("tier_rank", F.expr("CASE tier WHEN 'gold' THEN 3 WHEN 'silver' THEN 2 WHEN 'bronze' THEN 1 ELSE 0 END"))
    )


def labels(silver, dates):
    """On a day of the month after each month's end: did the customer stay away for the next 90 days?"""
    customers = silver.groupBy("customer_id").agg(F.min("purchase_date").alias("first_purchase"))
    observed = (
        customers.join(dates, F.col("first_purchase") <= F.col("feature_date"))
        .withColumn("observed_date", F.date_add("feature_date", F.pmod(F.col("customer_id"), F.lit(25)).cast("int")))
        .where(F.date_add("observed_date", CHURN_DAYS) <= F.lit("1998-06-30").cast("date"))
    )
    later = silver.select("customer_id", "purchase_date")
    bought = (
        observed.join(later, "customer_id")
        .where("purchase_date > observed_date AND purchase_date <= date_add(observed_date, 90)")
        .select("customer_id", "feature_date")
        .distinct()
        .withColumn("stayed", F.lit(True))
    )
    return observed.join(bought, ["customer_id", "feature_date"], "left").select(
        "customer_id",
        "observed_date",
        F.when(F.col("stayed"), 0).otherwise(1).alias("churned"),
        F.col("feature_date").alias("label_month"),
    )


def write(frame, table: str, date_column: str, first: str, last: str) -> None:
    """Replaces the given months and no other."""
    (
        frame.write.format("delta")
        .mode("overwrite")
        .partitionBy(date_column)
        .option("replaceWhere", f"{date_column} >= '{first}-01' AND {date_column} < add_months(DATE'{last}-01', 1)")
        .saveAsTable(table)
    )


def main(first: str = FIRST, last: str = LAST) -> None:
    spark = spark_session()
    silver = spark.table(SILVER)
    dates = month_ends(spark, first, last)
    write(features(silver, dates), FEATURES, "feature_date", first, last)
    write(labels(silver, dates), LABELS, "label_month", first, last)
    print(f"gold: {spark.table(FEATURES).count():,} feature rows, {spark.table(LABELS).count():,} labels")


if __name__ == "__main__":
    main(*sys.argv[1:])
