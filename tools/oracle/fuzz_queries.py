"""Random whole queries over small tables with nulls and duplicates, for the differential fuzzer: joins, sub-queries, grouping,
windows, set operations, generators. What a query gives is settled by the rows alone: no limit without an order over all columns,
no window function whose order leaves different rows tied."""

from __future__ import annotations

import random

# View → columns (name, kind) and rows. Kinds: int, bigint, dec, double, string, date, timestamp, bool, array, struct.
TABLES: dict[str, tuple[list[tuple[str, str]], list[str]]] = {
    "orders": (
        [("k", "int"), ("g", "string"), ("v", "bigint"), ("d", "dec"), ("x", "double"), ("dt", "date"), ("ok", "bool")],
        [
            "1, 'a', 10L, 1.50, 0.5D, date'2024-01-01', true",
            "1, 'a', 10L, 1.50, 0.5D, date'2024-01-01', true",
            "2, 'b', null, -2.25, double('nan'), date'2024-02-29', false",
            "2, 'A', -7L, 0.00, -0.0D, date'2023-12-31', null",
            "3, null, 3L, null, 0.0D, null, true",
            "null, 'a', 4L, 99.99, null, date'2024-01-01', false",
            "null, null, null, null, null, null, null",
            "4, '', 0L, 7.10, 2.5D, date'1999-05-05', true",
            "5, 'b ', 10L, 1.50, double('inf'), date'2024-02-29', false",
            "7, 'é', -1L, -2.25, -3.5D, date'2024-03-01', true",
        ],
    ),
    "people": (
        [("k", "int"), ("name", "string"), ("w", "int"), ("ts", "timestamp"), ("arr", "array"), ("st", "struct")],
        [
            "1, 'a', 1, timestamp'2024-01-01 00:00:00', array(1, 2, 2), named_struct('p', 1, 'q', 'u')",
            "2, 'b', 2, timestamp'2024-03-10 03:30:00', array(3, null), named_struct('p', 2, 'q', null)",
            "2, 'c', null, null, cast(array() as array<int>), named_struct('p', null, 'q', 'u')",
            "3, 'a', 3, timestamp'2024-11-03 01:30:00', null, null",
            "null, 'n', 0, timestamp'1999-12-31 23:59:59.5', array(7), named_struct('p', 2, 'q', 'w')",
            "6, null, -5, timestamp'2024-01-01 00:00:00', array(1), named_struct('p', null, 'q', null)",
            "7, 'é', 10, null, array(null, null), named_struct('p', 1, 'q', 'u')",
        ],
    ),
    "items": (
        [("id", "bigint"), ("g", "string"), ("price", "dec"), ("n", "int"), ("seen", "date")],
        [
            "1L, 'a', 1.50, 1, date'2024-01-01'",
            "2L, 'b', 2.00, 2, date'2024-02-29'",
            "2L, 'b', 2.00, 2, date'2024-02-29'",
            "3L, null, null, 3, null",
            "null, 'a', -2.25, null, date'2024-01-01'",
            "10L, 'A', 99.99, 0, date'1999-05-05'",
        ],
    ),
    "nothing": ([("k", "int"), ("g", "string"), ("v", "bigint"), ("d", "dec")], []),
}
LITERALS = {
    "int": ["0", "1", "2", "3", "-1", "cast(null as int)"],
    "bigint": ["0L", "10L", "-7L", "cast(null as bigint)"],
    "dec": ["1.50", "0.00", "cast(null as decimal(10,2))", "cast(-2.25 as decimal(10,2))"],
    "double": ["0.0D", "-0.0D", "double('nan')", "2.5D", "cast(null as double)"],
    "string": ["'a'", "'b'", "''", "'é'", "cast(null as string)"],
    "date": ["date'2024-01-01'", "date'2024-02-29'", "cast(null as date)"],
    "timestamp": ["timestamp'2024-01-01 00:00:00'", "cast(null as timestamp)"],
    "bool": ["true", "false", "cast(null as boolean)"],
    "array": ["array(1, 2, 2)", "cast(array() as array<int>)"],
    "struct": ["named_struct('p', 1, 'q', 'u')"],
}
# What makes a value of a kind out of values of others.
EXPRESSIONS = {
    "int": ["coalesce({int}, {int})", "abs({int})", "length({string})", "year({date})", "case when {bool} then {int} else {int} end", "({int} + {int})", "size({array})", "nullif({int}, {int})", "cast({bool} as int)", "greatest({int}, {int})", "if({bool}, {int}, {int})", "{struct}.p", "month({timestamp})", "({int} % 3)", "try_element_at({array}, 2)", "array_max({array})", "pmod({int}, 3)", "nvl({int}, length({string}))", "case {int} when 1 then 10 when {int} then 20 end", "decode({string}, 'a', 1, 'b', 2, 3)", "try_cast({string} as int)"],
    "bigint": ["coalesce({bigint}, {int})", "({bigint} + {int})", "cast({int} as bigint)", "least({bigint}, {int})", "({bigint} * {int})", "datediff({date}, {date}) + 0L", "cast({dec} as bigint)", "hash({string}, {int}) + 0L", "unix_date({date}) + 0L", "coalesce({int}, {bigint}, 1)", "bigint({bool})"],
    "dec": ["cast({int} as decimal(10,2))", "coalesce({dec}, 0.00)", "cast(({dec} * 2) as decimal(10,2))", "abs({dec})", "nvl2({string}, {dec}, {dec})", "cast(({dec} + {int}) as decimal(10,2))", "cast(({dec} * {dec}) as decimal(10,2))", "round({dec}, 1)", "greatest({dec}, {dec})", "(- {dec})"],
    "double": ["cast({dec} as double)", "coalesce({double}, 1.0D)", "({double} + {int})", "nanvl({double}, 0D)", "(- {double})", "try_divide({int}, {int})"],
    "string": ["upper({string})", "coalesce({string}, 'z')", "concat({string}, {string})", "cast({int} as string)", "substring({string}, 1, 1)", "trim({string})", "{struct}.q", "cast({date} as string)", "nullif({string}, 'a')", "lower({string})", "cast({dec} as string)", "concat_ws('-', {string}, {string})", "date_format({date}, 'yyyy-MM')", "repeat({string}, 2)", "replace({string}, 'a', '')", "cast({bool} as string)", "array_join({array}, ',')", "typeof({dec})", "cast({double} as string)", "to_json({struct})", "initcap({string})"],
    "date": ["date_add({date}, {int})", "last_day({date})", "coalesce({date}, date'2000-01-01')", "cast({timestamp} as date)"],
    "timestamp": ["cast({date} as timestamp)", "date_trunc('month', {timestamp})", "({timestamp} + interval 1 day)"],
    "bool": ["({int} = {int})", "({string} = {string})", "({double} > {double})", "({dec} <= {dec})", "({date} < {date})", "({string} is null)", "({int} is not null)", "({int} in ({int}, {int}, 2))", "({string} in ('a', {string}))", "({bigint} between {int} and {bigint})", "({bool} and {bool})", "({bool} or {bool})", "(not {bool})", "({int} <=> {int})", "({string} <=> {string})", "({double} = {double})", "({string} like '%a%')", "({double} <=> {double})", "({int} not in (1, {int}))", "({bigint} > {dec})", "({int} < {double})", "array_contains({array}, 2)", "({timestamp} >= {date})", "isnan({double})", "({struct} = {struct})", "({array} = {array})", "({string} < {string})", "({dec} in ({dec}, 1.5, {int}))", "exists({array}, z -> z > {int})", "(({int}, {string}) in ((1, 'a'), (2, {string})))", "({string} rlike '^a')", "({bool} <> {bool})", "({date} between {date} and {timestamp})", "startswith({string}, 'a')", "({array} is null)"],
    "array": ["array({int}, {int})", "array_distinct({array})", "filter({array}, z -> z > 1)", "coalesce({array}, array())", "transform({array}, z -> z + 1)"],
    "struct": ["named_struct('p', {int}, 'q', {string})", "coalesce({struct}, named_struct('p', 0, 'q', 'z'))"],
}  # fmt: skip
AGGREGATES = {
    "bigint": ["count(*)", "count({any})", "count(distinct {any})", "sum({int})", "count(distinct {string}, {int})", "count({string}, {int})", "sum(distinct {int})", "count_if({bool})", "count(1) filter (where {bool})", "sum({int}) filter (where {bool})", "approx_count_distinct({int})"],
    "int": ["max({int})", "min({int})", "bit_or({int})", "bit_and({int})", "bit_xor({int})", "mode() within group (order by {int})", "percentile_disc(0.5) within group (order by {int})", "max({struct}.p)", "max(size({array}))", "max({int}) filter (where {bool})"],
    "string": ["max({string})", "min({string})", "array_join(sort_array(collect_list({string})), '|')", "max(concat({string}, '!'))", "listagg({string}, ',') within group (order by {string})", "max_by({string}, struct({int}, {string}))", "min_by({string}, struct({date}, {string}))"],
    "double": ["avg({int})", "avg({double})", "sum({double})", "stddev({int})", "avg(distinct {int})", "var_pop({int})", "percentile({int}, 0.5)", "max({double})", "min({double})", "median({int})", "corr({int}, {bigint})", "skewness({int})", "covar_samp({int}, {bigint})", "regr_slope({int}, {bigint})", "kurtosis({int})", "avg({dec})", "sum({int}) / count({int})", "percentile_cont(0.25) within group (order by {int})", "stddev_pop({double})"],
    "dec": ["max({dec})", "min({dec})", "cast(sum({dec}) as decimal(10,2))", "cast(avg({dec}) as decimal(10,2))"],
    "date": ["max({date})", "min({date})"],
    "bool": ["bool_and({bool})", "some({bool})", "every({int} is null)"],
    "array": ["sort_array(collect_set({int}))", "sort_array(collect_list({int}), false)"],
}  # fmt: skip
# Distinct ones, ones that need a sort, and calls around an aggregate.
NOT_IN_WINDOWS = (
    "var_pop",
    "stddev",
    "kurtosis",
    "covar",
    "regr",
    "/",
    "within",
    "_by",
    "distinct",
    "percentile",
    "median",
    "filter",
    "skew",
    "sort_array",
    "cast(",
)
FRAMES = [
    "", "rows between unbounded preceding and current row", "rows between 1 preceding and 1 following", "rows between unbounded preceding and unbounded following",
    "rows between current row and unbounded following", "range between unbounded preceding and current row", "range between current row and unbounded following",
    "rows between 2 preceding and 1 preceding", "rows between 1 following and 2 following", "range between unbounded preceding and unbounded following",
]  # fmt: skip
ORDERABLE = ("int", "bigint", "dec", "double", "string", "date", "timestamp", "bool")
KINDS = tuple(LITERALS)

Columns = list[tuple[str, str]]


class QueryGenerator:
    """Makes queries from a seed; the same seed makes the same ones."""

    def __init__(self, seed: int):
        self.random = random.Random(seed)
        self.names = 0

    def views(self) -> list[str]:
        """Statements that make the tables as views."""
        made = []
        for table, (columns, rows) in TABLES.items():
            names = ", ".join(name for name, _ in columns)
            if rows:
                made.append(
                    f"create or replace temp view {table} as select * from values "
                    + ", ".join(f"({row})" for row in rows)
                    + f" as t({names})"
                )
            else:
                nulls = ", ".join(
                    f"{LITERALS[kind][-1] if kind != 'dec' else 'cast(null as decimal(10,2))'} as {name}" for name, kind in columns
                )
                made.append(f"create or replace temp view {table} as select {nulls} where 1 = 0")
        return made

    def setup(self) -> list[str]:
        return self.views()

    def kept(self, query: str) -> str:
        return query

    def approximate(self, query: str) -> bool:
        """Sums of floats depend on the order of the rows."""
        return True

    def query(self) -> str:
        self.names = 0
        chance = self.random.random()
        if chance < 0.12:
            return self.with_cte()
        sql, columns = self.select(2, [])
        return self.in_order(sql, columns) if chance < 0.5 else sql

    # --- relations ----------------------------------------------------------------------------------------------------

    def name(self, prefix: str) -> str:
        self.names += 1
        return f"{prefix}{self.names}"

    def in_order(self, sql: str, columns: Columns) -> str:
        keys = [f"{i} {self.pick(['', 'desc', 'nulls last', 'desc nulls first', 'asc'])}".strip() for i in range(1, len(columns) + 1)]
        self.random.shuffle(keys)
        tail = self.pick(["", "", " limit 3", " limit 2 offset 1", " offset 2", " limit 0"])
        return f"select * from ({sql}) order by {', '.join(keys)}{tail}"

    def with_cte(self) -> str:
        first, columns = self.select(1, [])
        name = self.name("c")
        self.extra = (name, columns)
        second, made = self.select(1, [])
        del self.extra
        return f"with {name} as ({first}) " + (self.in_order(second, made) if self.chance(0.3) else second)

    extra: tuple[str, Columns] | None = None

    def relation(self, depth: int, outer: Columns) -> tuple[str, Columns]:
        """What stands in FROM, and its columns, with the alias in their names."""
        chance = self.random.random()
        if depth > 0 and chance < 0.40:
            return self.join(depth, outer)
        alias = self.name("t")
        if depth > 0 and chance < 0.60:
            sql, columns = self.select(depth - 1, [])
            return f"({sql}) {alias}", [(f"{alias}.{name}", kind) for name, kind in columns]
        if self.extra and self.chance(0.6):
            table, columns = self.extra
        else:
            table = self.pick(["orders", "orders", "people", "people", "items", "items", "nothing"])
            columns = TABLES[table][0]
        sql, columns = f"{table} {alias}", [(f"{alias}.{name}", kind) for name, kind in columns]
        arrays = [name for name, kind in columns if kind == "array"]
        if arrays and self.chance(0.35):
            made, value = self.name("l"), self.name("e")
            if self.chance(0.3):
                position = self.name("e")
                sql += f" lateral view {self.pick(['', 'outer '])}posexplode({arrays[0]}) {made} as {position}, {value}"
                columns = [*columns, (f"{made}.{position}", "int")]
            else:
                sql += f" lateral view {self.pick(['', 'outer '])}explode({arrays[0]}) {made} as {value}"
            columns = [*columns, (f"{made}.{value}", "int")]
        return sql, columns

    def join(self, depth: int, outer: Columns) -> tuple[str, Columns]:
        left, left_columns = self.relation(depth - 1, outer)
        if self.chance(0.12):
            alias, value = self.name("t"), self.name("m")
            expression, kind = self.any(left_columns)
            where = f" where {self.value('bool', left_columns, 2)}" if self.chance(0.5) else ""
            inner = f"select {expression} as {value}{where}"
            if self.chance(0.5):
                table = self.pick(["items", "people"])
                inner_columns = [(f"u.{name}", k) for name, k in TABLES[table][0]]
                expression, kind = self.aggregate(inner_columns)
                inner = f"select {expression} as {value} from {table} u where {self.correlation(inner_columns, left_columns)}"
            return f"{left} {self.pick(['join', 'left join'])} lateral ({inner}) {alias}", [*left_columns, (f"{alias}.{value}", kind)]
        right, right_columns = self.relation(depth - 1, outer)
        if self.chance(0.06):
            return f"{left} cross join {right}", left_columns + right_columns
        shared = [
            name
            for name, kind in left_columns
            if kind in ORDERABLE and sum(other.split(".")[1] == name.split(".")[1] for other, _ in left_columns) == 1
        ]
        shared = [
            name.split(".")[1]
            for name in shared
            if sum(other.split(".")[1] == name.split(".")[1] and dict(left_columns)[name] == kind for other, kind in right_columns) == 1
        ]
        if shared and self.chance(0.2):
            by = list(dict.fromkeys(self.pick(shared) for _ in range(2)))
            kind = self.pick(["join", "left join", "right join", "full join", "left semi join", "left anti join"])
            return (
                f"{left} {kind} {right} using ({', '.join(by)})",
                left_columns if "semi" in kind or "anti" in kind else left_columns + right_columns,
            )
        kind = self.pick(["join", "join", "left join", "left join", "right join", "full join", "left semi join", "left anti join"])
        condition = self.correlation(left_columns, right_columns)
        if self.chance(0.35):
            condition += f" {self.pick(['and', 'and', 'or'])} {self.value('bool', left_columns + right_columns, 1)}"
        columns = left_columns if "semi" in kind or "anti" in kind else left_columns + right_columns
        return f"{left} {kind} {right} on {condition}", columns

    def correlation(self, left: Columns, right: Columns) -> str:
        """A condition between two sides' columns."""
        pairs = [(a, b) for a, kind in left for b, other in right if kind == other and kind in ORDERABLE]
        if not pairs:
            return "1 = 1" if self.chance(0.5) else f"{self.any(left)[0]} is null"
        a, b = self.pick(pairs)
        return f"{a} {self.pick(['=', '=', '=', '<=>', '<', '>='])} {b}"

    # --- queries ------------------------------------------------------------------------------------------------------

    def select(self, depth: int, outer: Columns) -> tuple[str, Columns]:
        """A query, and its columns by their own names."""
        chance = self.random.random()
        if depth > 0 and chance < 0.15:
            return self.set_operation(depth)
        if depth > 0 and chance < 0.20:
            return self.pivoted(depth)
        source, columns = self.relation(depth, outer)
        where = f" where {self.predicate(columns, depth)}" if self.chance(0.5) else ""
        if chance < 0.50:
            return self.grouped(source + where, columns)
        if chance < 0.70:
            return self.windowed(source + where, columns)
        parts, made = [], []
        for _ in range(self.random.randint(1, 4)):
            expression, kind = self.any(columns)
            if depth > 0 and self.chance(0.12):
                expression, kind = self.scalar_subquery(columns)
            made.append((self.name("r"), kind))
            parts.append(f"{expression} as {made[-1][0]}")
        arrays = [name for name, kind in columns if kind == "array"]
        if arrays and self.chance(0.3):
            made.append((self.name("r"), "int"))
            parts.append(f"{self.pick(['explode', 'explode_outer'])}({self.pick(arrays)}) as {made[-1][0]}")
        distinct = "distinct " if self.chance(0.2) else ""
        return f"select {distinct}{', '.join(parts)} from {source}{where}", made

    def set_operation(self, depth: int) -> tuple[str, Columns]:
        kinds = [self.pick(ORDERABLE) for _ in range(self.random.randint(1, 3))]
        sides, names = [], []
        for side in range(2):
            source, columns = self.relation(depth - 1, [])
            names = [self.name("r") for _ in kinds]
            wider = {"int": "bigint", "bigint": "dec", "date": "timestamp", "dec": "double"} if side and self.chance(0.2) else {}
            values = [f"{self.value(wider.get(kind, kind), columns, 1)} as {name}" for kind, name in zip(kinds, names, strict=True)]
            where = f" where {self.predicate(columns, 0)}" if self.chance(0.3) else ""
            sides.append((f"select {', '.join(values)} from {source}{where}", names))
        operation = self.pick(["union all", "union", "intersect", "intersect all", "except", "except all", "minus"])
        return f"({sides[0][0]}) {operation} ({sides[1][0]})", list(zip(sides[0][1], kinds, strict=True))

    def pivoted(self, depth: int) -> tuple[str, Columns]:
        if self.chance(0.5):
            names = [self.name("r") for _ in range(3)]
            nulls = self.pick(["", "include nulls ", "exclude nulls "])
            sql = f"select {names[0]}, {names[1]}, {names[2]} from (select k as {names[0]}, v as v, cast(k as bigint) as w from orders) unpivot {nulls}({names[2]} for {names[1]} in (v, w))"
            return sql, [(names[0], "int"), (names[1], "string"), (names[2], "bigint")]
        expression, kind = self.aggregate([("v", "bigint"), ("x", "double"), ("d", "dec")])
        sql = f"select * from (select k, g, v, x, d from orders) pivot ({expression} for g in ('a' as pa, 'b' as pb, null as pn))"
        grouped = [
            name
            for name, kind in (("k", "int"), ("v", "bigint"), ("x", "double"), ("d", "dec"))
            if name not in expression.replace("(", " ").replace(")", " ").replace(",", " ").split()
        ]
        kinds = {"k": "int", "v": "bigint", "x": "double", "d": "dec"}
        return sql, [(name, kinds[name]) for name in grouped] + [(name, kind) for name in ("pa", "pb", "pn")]

    def grouped(self, source: str, columns: Columns) -> tuple[str, Columns]:
        keys = [self.any(columns, ORDERABLE) for _ in range(self.random.randint(0, 3))]
        keys = list(dict.fromkeys(keys))
        keys = [key for key in keys if any(name in key[0] for name, _ in columns)]
        made, parts = [], []
        for expression, kind in keys:
            made.append((self.name("r"), kind))
            parts.append(f"{expression} as {made[-1][0]}")
        for _ in range(self.random.randint(1, 3)):
            expression, kind = self.aggregate(columns)
            made.append((self.name("r"), kind))
            parts.append(f"{expression} as {made[-1][0]}")
        texts = [expression for expression, _ in keys]
        group = ""
        if texts:
            form = self.random.random()
            group = f" group by {', '.join(texts)}"
            if form > 0.9:
                group = " group by all"
            elif form > 0.8:
                group = f" group by {', '.join(str(i + 1) for i in range(len(texts)))}"
            elif form > 0.7:
                group = f" group by {', '.join(name for name, _ in made[: len(texts)])}"
            if form < 0.12:
                group = f" group by rollup ({', '.join(texts)})"
            elif form < 0.24:
                group = f" group by cube ({', '.join(texts)})"
            elif form < 0.34:
                group = f" group by grouping sets (({', '.join(texts)}), ({texts[-1]}), ())"
            if "(" in group[10:22] and form < 0.34 and self.chance(0.5):
                made.append((self.name("r"), "bigint"))
                parts.append(f"grouping_id() as {made[-1][0]}")
        having = ""
        if self.chance(0.25):
            having = f" having {self.aggregate(columns, 'bigint')[0]} {self.pick(['>', '<=', '<>'])} {self.pick(['0', '1', '3'])}"
            if self.chance(0.3):
                having += f" {self.pick(['and', 'or'])} {made[-1][0]} is not null"
        return f"select {', '.join(parts)} from {source}{group}{having}", made

    def windowed(self, source: str, columns: Columns) -> tuple[str, Columns]:
        made, parts = [], []
        for expression, kind in [self.any(columns) for _ in range(2)]:
            made.append((self.name("r"), kind))
            parts.append(f"{expression} as {made[-1][0]}")
        whole = [name for name, _ in columns]
        for _ in range(self.random.randint(1, 2)):
            partition = f"partition by {self.any(columns, ORDERABLE)[0]} " if self.chance(0.7) else ""
            form = self.random.random()
            key = f"{self.any(columns, ORDERABLE)[0]} {self.pick(['', 'desc', 'nulls last'])}".strip()
            if form < 0.35:
                function, kind = self.pick(
                    [("rank()", "int"), ("dense_rank()", "int"), ("percent_rank()", "double"), ("cume_dist()", "double")]
                )
                window = f"{partition}order by {key}"
            elif form < 0.65:
                value, kind = self.any(columns)
                function = self.pick(
                    [
                        f"lag({value})",
                        f"lead({value}, 2)",
                        f"first({value})",
                        f"last({value})",
                        f"nth_value({value}, 2)",
                        f"lag({value}) ignore nulls",
                        f"last({value}) ignore nulls",
                        "row_number()",
                        "ntile(3)",
                    ]
                )
                kind = "int" if function[:3] in ("row", "nti") else kind
                window = f"{partition}order by {', '.join([key, *whole])}"
                if function.startswith(("first", "last", "nth")):
                    window += f" {self.pick(FRAMES)}"
            else:
                function, kind = self.aggregate(columns, plain=True)
                frame = self.pick(FRAMES)
                if self.chance(0.15):
                    number = [name for name, kind in columns if kind in ("int", "bigint", "date")]
                    if number:
                        name = self.pick(number)
                        window = f"{partition}order by {name}{self.pick(['', ' desc'])} range between {self.pick(['1 preceding', 'current row', '2 preceding'])} and {self.pick(['1 following', 'current row', '3 following'])}"
                    else:
                        window = partition
                elif "rows" in frame:
                    window = f"{partition}order by {', '.join([key, *whole])} {frame}"
                else:
                    window = f"{partition}order by {key} {frame}" if frame or self.chance(0.5) else partition
            made.append((self.name("r"), kind))
            parts.append(f"{function} over ({window.strip()}) as {made[-1][0]}")
        qualify = f" qualify {made[-1][0]} is not null" if self.chance(0.1) else ""
        return f"select {', '.join(parts)} from {source}{qualify}", made

    # --- predicates and values ------------------------------------------------------------------------------------------

    def predicate(self, columns: Columns, depth: int) -> str:
        simple = self.value("bool", columns, 2)
        if depth <= 0 or self.chance(0.5):
            return simple
        table = self.pick(list(TABLES))
        inner = [(f"s.{name}", kind) for name, kind in TABLES[table][0]]
        where = f" where {self.value('bool', inner, 1)}" if self.chance(0.4) else ""
        form = self.random.random()
        if form < 0.35:
            more = f" and {self.value('bool', inner, 1)}" if self.chance(0.3) else ""
            found = f"{self.pick(['exists', 'not exists'])} (select 1 from {table} s where {self.correlation(inner, columns)}{more})"
        elif form < 0.45:
            kinds = [self.pick([kind for _, kind in inner if kind in ORDERABLE]) for _ in range(2)]
            outer_values = ", ".join(self.value(kind, columns, 1) for kind in kinds)
            found = f"({outer_values}) {self.pick(['in', 'not in'])} (select {', '.join(self.value(kind, inner, 0) for kind in kinds)} from {table} s{where})"
        elif form < 0.5:
            other = self.pick(list(TABLES))
            nested = [(f"n.{name}", kind) for name, kind in TABLES[other][0]]
            found = f"{self.pick(['exists', 'not exists'])} (select * from {table} s where {self.correlation(inner, columns)} and {self.pick(['exists', 'not exists'])} (select 1 from {other} n where {self.correlation(nested, inner)}))"
        elif form < 0.7:
            kind = self.pick([kind for _, kind in inner if kind in ORDERABLE])
            found = (
                f"{self.value(kind, columns, 1)} {self.pick(['in', 'not in'])} (select {self.value(kind, inner, 0)} from {table} s{where})"
            )
        else:
            found = f"{self.value('bigint', columns, 1)} {self.pick(['=', '<', '>='])} {self.scalar_subquery(columns, 'bigint')[0]}"
        return found if self.chance(0.6) else f"{found} {self.pick(['and', 'or'])} {simple}"

    def scalar_subquery(self, columns: Columns, kind: str | None = None) -> tuple[str, str]:
        table = self.pick(list(TABLES))
        inner = [(f"q.{name}", k) for name, k in TABLES[table][0]]
        expression, kind = self.aggregate(inner, kind)
        pairs = [(a, b) for a, k in inner for b, other in columns if k == other and k in ORDERABLE]
        where = ""
        if pairs and self.chance(0.7):
            a, b = self.pick(pairs)
            where = f" where {a} = {b}"
        return f"(select {expression} from {table} q{where})", kind

    def aggregate(self, columns: Columns, kind: str | None = None, plain: bool = False) -> tuple[str, str]:
        choices = [(text, found) for found, texts in AGGREGATES.items() for text in texts if kind in (None, found)]
        if plain:
            choices = [choice for choice in choices if not any(word in choice[0] for word in NOT_IN_WINDOWS)]
        text, kind = self.pick(choices)
        return self.expand(text, columns, 0), kind

    def any(self, columns: Columns, kinds: tuple[str, ...] = KINDS) -> tuple[str, str]:
        own = [kind for _, kind in columns if kind in kinds]
        kind = self.pick(own or list(kinds))
        return self.value(kind, columns, 1), kind

    def value(self, kind: str, columns: Columns, depth: int) -> str:
        own = [name for name, found in columns if found == kind]
        chance = self.random.random()
        if depth > 0 and (chance < 0.4 or (kind == "bool" and chance < 0.9)):
            return self.expand(self.pick(EXPRESSIONS[kind]), columns, depth - 1)
        if own and chance < 0.92:
            return self.pick(own)
        return self.pick(LITERALS[kind])

    def expand(self, template: str, columns: Columns, depth: int) -> str:
        result, rest = "", template
        while "{" in rest:
            before, _, rest = rest.partition("{")
            kind, _, rest = rest.partition("}")
            if kind == "any":
                kind = self.pick([found for _, found in columns if found in ORDERABLE] or ["int"])
            result += before + self.value(kind, columns, depth)
        return result + rest

    def pick(self, choices):
        return self.random.choice(choices)

    def chance(self, share: float) -> bool:
        return self.random.random() < share
