"""Programs over one Delta table, as lists of steps that either side can run: SQL with `{t}` for the table, or a function of
session and path. Only what stock Connect clients can send to real Spark too is used: DeltaTable needs a plugin that nobody
publishes for Spark 4.2.
"""

from __future__ import annotations

EVERY_TYPE = """
    SELECT id, CAST(id AS TINYINT) AS tiny, CAST(id AS SMALLINT) AS small, CAST(id AS INT) AS whole,
           CAST(id AS FLOAT) / 4 AS single, CASE id WHEN 1 THEN double('NaN') WHEN 2 THEN double('-Infinity') ELSE id / 8 END AS real,
           CAST(id AS DECIMAL(9,2)) / 10 AS money, CAST(id AS DECIMAL(38,10)) * 12345678901234567890 AS big,
           nullif(concat('söme ', id), 'söme 3') AS text, id % 2 = 0 AS even, CAST(concat('b', id) AS BINARY) AS bytes,
           date_add(DATE'1899-12-31', CAST(id * 20000 AS INT)) AS day, DATE'0001-01-01' AS first_day,
           TIMESTAMP'1969-12-31 23:59:59.123456' + make_dt_interval(id) AS at,
           TIMESTAMP_NTZ'2024-02-29 12:00:00.123456' AS wall, array(id, NULL) AS list, map('k', id) AS dictionary,
           named_struct('u', id, 'v', named_struct('w', if(id = 2, NULL, 'deep'))) AS nested,
           array(named_struct('x', id)) AS structs, CAST(NULL AS STRING) AS nothing
    FROM range({first}, {end})"""


def write(select: str, *partition: str, mode: str = "error", files: int = 1, **options: str):
    """A step that writes the rows of a query with the DataFrameWriter."""

    def step(spark, path: str) -> None:
        frame = spark.sql(select)
        writer = (frame.coalesce(1) if files == 1 else frame.repartition(files)).write.format("delta").mode(mode).options(**options)
        (writer.partitionBy(*partition) if partition else writer).save(path)

    return step


def appends(count: int, select: str):
    """A step of many small commits; `{i}` is the commit's number."""

    def step(spark, path: str) -> None:
        for i in range(count):
            spark.sql(select.format(i=i)).coalesce(1).write.format("delta").mode("append").save(path)

    return step


NUMBERS = "SELECT id, id * 10 AS v, concat('n', id) AS s FROM range({end})"
VECTORS = {"delta.enableDeletionVectors": "true"}
MAPPING = {"delta.columnMapping.mode": "name", "delta.minReaderVersion": "2", "delta.minWriterVersion": "5"}
MERGE = """
    MERGE INTO {t} t USING (SELECT id, id * -1 AS v, 'merged' AS s FROM range(6, 14)) s ON t.id = s.id
    WHEN MATCHED AND s.id % 3 = 0 THEN DELETE
    WHEN MATCHED THEN UPDATE SET v = s.v, s = concat(t.s, s.s)
    WHEN NOT MATCHED THEN INSERT *
    WHEN NOT MATCHED BY SOURCE AND t.id < 2 THEN UPDATE SET s = 'alone'"""

PROGRAMS = {
    "types": [
        write(EVERY_TYPE.format(first=0, end=5)),
        write(EVERY_TYPE.format(first=5, end=8), mode="append"),
        "DELETE FROM {t} WHERE real > 0.5 OR nested.v.w IS NULL",
        "UPDATE {t} SET nested.v.w = 'changed', list = array(1, 2) WHERE even",
    ],
    "append_and_overwrite": [
        write(NUMBERS.format(end=10), files=3),
        write("SELECT 10L AS id, 'late' AS s", mode="append"),
        write("SELECT 11L AS id, 1L AS v, 'x' AS s, 1.5D AS z", mode="append", mergeSchema="true"),
        write("SELECT id, -1L AS v, 'new' AS s, 0D AS z FROM range(5, 8)", mode="overwrite", replaceWhere="id >= 5 AND id < 8"),
        write("SELECT 'a' AS name, 1 AS n", mode="overwrite", overwriteSchema="true"),
        "INSERT INTO {t} VALUES ('b', 2), (NULL, NULL)",
    ],
    "partitioned": [
        write(
            """SELECT * FROM VALUES (1, 'a b/c=d%', DATE'2024-01-31', TIMESTAMP'2024-01-31 10:00:00.5', true, 1.50BD),
               (2, CAST(NULL AS STRING), NULL, NULL, NULL, NULL), (3, 'é:"#?', DATE'1900-01-01', TIMESTAMP'1969-12-31 23:59:59', false, 0.25BD)
               AS t(id, s, d, t, b, m)""",
            "s", "d", "t", "b", "m",
        ),
        "INSERT INTO {t} VALUES (4, 'a b/c=d%', DATE'2024-01-31', NULL, true, 2.5), (5, '', NULL, NULL, NULL, NULL)",
        "DELETE FROM {t} WHERE s = 'a b/c=d%' AND t IS NOT NULL",
        "UPDATE {t} SET d = DATE'2025-05-05', m = 9.75 WHERE s IS NULL",
        write("SELECT 6 AS id, 'é:\"#?' AS s, DATE'1900-01-01' AS d, TIMESTAMP'1969-12-31 23:59:59' AS t, false AS b, CAST(0.25 AS DECIMAL(3,2)) AS m",
              "s", "d", "t", "b", "m", mode="overwrite", partitionOverwriteMode="dynamic"),
        "OPTIMIZE {t}",
    ],
    "merge": [write(NUMBERS.format(end=10), files=2, **{"delta.enableDeletionVectors": "false"}), MERGE, "DELETE FROM {t} WHERE v < -10", MERGE],
    "merge_with_vectors": [
        write(NUMBERS.format(end=5000), files=2, **VECTORS),
        MERGE,
        "DELETE FROM {t} WHERE id % 3 = 1",
        "UPDATE {t} SET v = v + 1 WHERE id % 7 = 0",
        MERGE,
        "DELETE FROM {t} WHERE id % 3 = 0",
        "OPTIMIZE {t}",
        "DELETE FROM {t} WHERE id > 100",
    ],
    "vectors_in_partitions": [
        write("SELECT id, CAST(id % 3 AS INT) AS p FROM range(3000)", "p", **VECTORS),
        "DELETE FROM {t} WHERE id % 2 = 0",
        "DELETE FROM {t} WHERE p = 1",
        "UPDATE {t} SET p = 7 WHERE id > 2900",
        "OPTIMIZE {t} WHERE p = 2",
    ],
    "column_mapping": [
        write(NUMBERS.format(end=6), **MAPPING),
        "ALTER TABLE {t} RENAME COLUMN v TO `a value, with (odd) signs`",
        "ALTER TABLE {t} DROP COLUMN s",
        "ALTER TABLE {t} ADD COLUMNS (s INT, n STRUCT<a: INT, b: STRING>)",
        "INSERT INTO {t} VALUES (6, 60, 7, named_struct('a', 1, 'b', 'x'))",
        "ALTER TABLE {t} RENAME COLUMN n.b TO c",
        "UPDATE {t} SET n = named_struct('a', 2, 'c', 'y') WHERE id = 1",
        "DELETE FROM {t} WHERE id = 2",
        "OPTIMIZE {t}",
    ],
    "mapping_in_partitions": [
        write("SELECT id, id % 2 AS p, id AS v FROM range(8)", "p", **MAPPING, **VECTORS),
        "ALTER TABLE {t} RENAME COLUMN p TO q",
        "DELETE FROM {t} WHERE v = 3",
        "INSERT INTO {t} VALUES (8, 5, 8)",
        "UPDATE {t} SET q = 9 WHERE q = 0 AND id > 3",
    ],
    "mapping_of_an_old_table": [
        write(NUMBERS.format(end=6)),
        "ALTER TABLE {t} SET TBLPROPERTIES ('delta.columnMapping.mode' = 'name')",
        "ALTER TABLE {t} RENAME COLUMN s TO z",
        "INSERT INTO {t} VALUES (6, 60, 'x')",
    ],
    "checkpointed": [
        write("SELECT -1L AS i, named_struct('a', 1) AS n", **{"delta.checkpointInterval": "4"}),
        appends(9, "SELECT {i}L AS i, named_struct('a', {i}) AS n"),
        "DELETE FROM {t} WHERE i = 3",
        appends(4, "SELECT {i}L + 100 AS i, named_struct('a', {i}) AS n"),
        "ALTER TABLE {t} SET TBLPROPERTIES ('delta.checkpoint.writeStatsAsStruct' = 'true')",
        appends(5, "SELECT {i}L + 200 AS i, named_struct('a', {i}) AS n"),
    ],
    "checkpoint_v2": [
        write("SELECT -1L AS i, 0 AS p", "p", **{"delta.checkpointInterval": "4", "delta.checkpointPolicy": "v2"}),
        appends(9, "SELECT {i}L AS i, {i} AS p"),
        "DELETE FROM {t} WHERE i = 3",
        appends(4, "SELECT {i}L + 100 AS i, 0 AS p"),
    ],
    "zorder": [
        write("SELECT id, id * 7919 % 1000 AS x, id * 104729 % 1000 AS y, concat('s', id % 97) AS s FROM range(2000)", files=6),
        "OPTIMIZE {t} ZORDER BY (x, y)",
        "DELETE FROM {t} WHERE x < 100 AND y > 500",
        "OPTIMIZE {t} ZORDER BY (s)",
    ],
    "restore": [
        write(NUMBERS.format(end=10)),
        "DELETE FROM {t} WHERE id < 5",
        write("SELECT 1 AS other", mode="overwrite", overwriteSchema="true"),
        "RESTORE TABLE {t} TO VERSION AS OF 1",
        "INSERT INTO {t} VALUES (77, 7, 'x')",
        "RESTORE TABLE {t} TO VERSION AS OF 0",
    ],
    "vacuum": [
        write("SELECT id, id % 2 AS p FROM range(20)", "p", files=3, **VECTORS),
        "DELETE FROM {t} WHERE id % 5 = 0",
        "OPTIMIZE {t}",
        "VACUUM {t} RETAIN 0 HOURS",
        "DELETE FROM {t} WHERE id = 1",
        "VACUUM {t} RETAIN 0 HOURS",
    ],
    "rules": [
        """CREATE TABLE {t} (a INT NOT NULL COMMENT 'key', b STRING DEFAULT 'none', c DATE, g INT GENERATED ALWAYS AS (a + 1)) USING delta
           PARTITIONED BY (c) COMMENT 'a table' TBLPROPERTIES ('mine' = 'yes', 'delta.feature.allowColumnDefaults' = 'supported')""",
        "INSERT INTO {t} (a, c) VALUES (1, DATE'2024-01-01')",
        "ALTER TABLE {t} ADD CONSTRAINT positive CHECK (a IS NULL OR a > 0)",
        "INSERT INTO {t} (c, a, b) VALUES (DATE'2024-01-02', 2, 'two')",
        "UPDATE {t} SET b = DEFAULT WHERE a = 2",
        "MERGE INTO {t} t USING (SELECT 3 AS a) s ON t.a = s.a WHEN NOT MATCHED THEN INSERT (a) VALUES (s.a)",
    ],
    "schema_evolution": [
        write("SELECT 1 AS id, named_struct('a', 1) AS n, array(named_struct('x', 1)) AS l"),
        write("SELECT 2 AS id, named_struct('a', 2, 'b', 'new') AS n, array(named_struct('x', 1, 'y', 2)) AS l", mode="append", mergeSchema="true"),
        "ALTER TABLE {t} ADD COLUMNS (n.c DOUBLE, z TIMESTAMP)",
        "INSERT INTO {t} VALUES (3, named_struct('a', 3, 'b', 'x', 'c', 0.5), array(), TIMESTAMP'2024-01-01 00:00:00')",
        "MERGE WITH SCHEMA EVOLUTION INTO {t} t USING (SELECT 3 AS id, 'extra' AS e) s ON t.id = s.id WHEN MATCHED THEN UPDATE SET *",
    ],
}  # fmt: skip

# Statements that a rule of the table `rules` forbids, and the condition both sides give.
FORBIDDEN = (
    "INSERT INTO {t} (a, c) VALUES (NULL, DATE'2024-01-01')",
    "INSERT INTO {t} (a) VALUES (-1)",
    "INSERT INTO {t} (a, g) VALUES (1, 7)",
    "UPDATE {t} SET a = 0 WHERE a = 1",
)
