"""The key figures of the example's tables: schema, rows, and for each column its non-nulls and an exact or rounded sum."""

from __future__ import annotations

TABLES = ("bronze.purchases", "silver.purchases", "gold.customer_features", "gold.churn_labels")


def of_table(spark, table: str) -> dict:
    frame = spark.table(table)
    # The file's folder and the time of ingest differ from run to run.
    columns = [field for field in frame.schema.fields if not field.name.startswith("_")]
    parts = ["count(*)"]
    for field in columns:
        name = f"`{field.name}`"
        parts.append(f"count({name})")
        kind = field.dataType.typeName()
        if kind in ("double", "float"):
            parts.append(f"cast(sum(cast(round({name}, 6) as decimal(24,6))) as string)")
        elif kind == "decimal" or kind in ("long", "integer"):
            parts.append(f"cast(sum({name}) as string)")
        else:
            parts.append(f"cast(sum(cast(crc32(cast({name} as string)) as bigint)) as string)")
    row = spark.sql(f"SELECT {', '.join(parts)} FROM {table}").collect()[0]
    return {
        "rows": row[0],
        "columns": {
            field.name: [field.dataType.simpleString(), row[1 + 2 * index], row[2 + 2 * index]] for index, field in enumerate(columns)
        },
    }


def of_all(spark, catalog: str) -> dict:
    return {name: of_table(spark, f"{catalog}.{name}") for name in TABLES}
