"""Random Spark SQL expressions over type × function × edge value, for the differential fuzzer."""

from __future__ import annotations

import random
import re

# Edge values of each kind, as SQL. A view row takes one of each; an expression takes a column or a literal.
VALUES = {
    "bool": ["true", "false", "cast(null as boolean)"],
    "tinyint": ["0Y", "1Y", "cast(-1 as tinyint)", "127Y", "cast(-128 as tinyint)", "cast(null as tinyint)"],
    "smallint": ["0S", "7S", "32767S", "cast(-32768 as smallint)"],
    "int": ["0", "1", "-1", "2", "7", "2147483647", "-2147483648", "cast(null as int)"],
    "bigint": ["0L", "1L", "-1L", "10000000000L", "9223372036854775807L", "-9223372036854775808L", "cast(null as bigint)"],
    "float": ["float('0')", "float('-0.0')", "float('1.5')", "float('0.1')", "float('nan')", "float('inf')", "float('3.4028235e38')", "cast(null as float)"],
    "double": ["0D", "-0.0D", "1.5D", "-2.5D", "0.1D", "1e300D", "1e-300D", "double('nan')", "double('inf')", "double('-inf')", "123456789.987654321D", "cast(null as double)"],
    "dec": ["cast(0 as decimal(10,2))", "cast(1.50 as decimal(10,2))", "cast(-2.55 as decimal(10,2))", "cast(99999999.99 as decimal(10,2))", "cast(null as decimal(10,2))"],
    "dec38": ["cast('1.000000000000000001' as decimal(38,18))", "cast('-99999999999999999999.999999999999999999' as decimal(38,18))", "cast('0.5' as decimal(38,18))"],
    "string": ["''", "'a'", "'Spark SQL'", "' pad '", "'123'", "'-4.5'", "'a,b,,c'", "'ÄÖ日本'", "'true'", "'2020-02-29'", "'2020-01-01 10:11:12.5'", "'NaN'", "'%_x'", "cast(null as string)", "'aXbXc'"],
    "binary": ["x''", "x'61'", "x'0102FF'", "cast(null as binary)"],
    "date": ["date'1970-01-01'", "date'2020-02-29'", "date'2024-12-31'", "date'0001-01-01'", "date'9999-12-31'", "cast(null as date)"],
    "timestamp": ["timestamp'1970-01-01 00:00:00Z'", "timestamp'2020-03-08 01:30:00.123456'", "timestamp'2020-11-01 01:30:00'", "timestamp'1900-01-01 00:00:00'", "timestamp'2024-02-29 23:59:59.999999'", "cast(null as timestamp)"],
    "ntz": ["timestamp_ntz'2020-03-08 02:30:00'", "timestamp_ntz'1969-12-31 23:59:59.9'"],
    "interval": ["interval '1 02:03:04.5' day to second", "interval '-1' day", "interval '0' second", "interval '100' hour"],
    "array_int": ["array(1, 2, 3)", "array(3, null, 1, 1)", "cast(array() as array<int>)", "cast(null as array<int>)"],
    "array_string": ["array('b', 'a')", "array('x', null, '')", "cast(array() as array<string>)"],
    "array_double": ["array(1.5D, double('nan'), -0.0D)", "array(cast(null as double))"],
    "map": ["map('a', 1, 'b', null)", "cast(map() as map<string,int>)", "map('k', 7)"],
    "struct": ["named_struct('x', 1, 'y', 'q')", "named_struct('x', cast(null as int), 'y', '')"],
}  # fmt: skip

GROUPS = {
    "integral": ["tinyint", "smallint", "int", "int", "bigint"],
    "numeric": ["tinyint", "smallint", "int", "bigint", "float", "double", "dec", "dec38"],
    "fractional": ["float", "double", "dec", "dec38"],
    "temporal": ["date", "timestamp"],
    "orderable": ["int", "bigint", "double", "dec", "string", "date", "timestamp", "bool", "array_int", "struct"],
    "atomic": ["bool", "tinyint", "smallint", "int", "bigint", "float", "double", "dec", "dec38", "string", "binary", "date", "timestamp", "ntz", "interval"],
    "array": ["array_int", "array_string", "array_double"],
    "any": ["bool", "tinyint", "int", "bigint", "float", "double", "dec", "string", "binary", "date", "timestamp", "array_int", "map", "struct"],
}  # fmt: skip

LITERALS = {
    "small": ["0", "1", "2", "3", "-1", "-2", "5", "100", "cast(null as int)"],
    "position": ["1", "2", "-1", "0", "10"],
    "scale": ["0", "1", "2", "-1", "5"],
    "regex": ["'a'", "'[A-Z]'", "'(\\\\d+)'", "'(?<=a)b?'", "'X(?=b)'", "','", "''", "'.'", "'(a)|(b)'", "'^\\\\s*|\\\\s*$'"],
    "delimiter": ["','", "'X'", "''", "' '", "'ab'"],
    "like": ["'%a%'", "'_'", "'S%L'", "''", "'%'", "'a\\\\%'"],
    "pattern": ["'yyyy-MM-dd'", "'dd/MM/yy'", "'yyyy-MM-dd HH:mm:ss.SSS'", "'EEE, d MMM'", "'hh:mm a'", "'DDD'", "'QQQ'"],
    "unit": ["'year'", "'quarter'", "'month'", "'week'", "'day'", "'hour'", "'minute'", "'second'", "'bad'"],
    "zone": ["'UTC'", "'Asia/Kolkata'", "'America/New_York'", "'+03:30'", "'Europe/London'"],
    "charset": ["'utf-8'", "'UTF-16'", "'us-ascii'"],
    "bits": ["0", "224", "256", "384", "512", "1"],
    "base": ["2", "10", "16", "36", "1"],
    "weekday": ["'MON'", "'friday'", "'xx'"],
    "path": ["'$.a'", "'$.b[0]'", "'$'", "'bad'"],
    "json": ["'{\"a\":1,\"b\":[1,2]}'", "'[1,2]'", "'bad'", "'{}'", "'{\"a\":{\"x\":null}}'"],
    "key": ["'a'", "'z'"],
    "type": ["boolean", "tinyint", "smallint", "int", "bigint", "float", "double", "decimal(5,2)", "decimal(20,10)", "string", "binary", "date", "timestamp", "timestamp_ntz"],
    "lambda_int": ["x -> x + 1", "x -> x > 1", "x -> cast(x as string)", "(x, i) -> x * i", "x -> null"],
    "lambda_predicate": ["x -> x > 1", "x -> x is null", "x -> true", "x -> x % 2 = 0"],
}  # fmt: skip

# Template → kind of what it gives (None: not nested). `{kind}` is an argument of a kind, a group or a literal list.
TEMPLATES: list[tuple[str, str | None]] = [
    *[(f"({{numeric}} {op} {{numeric}})", "numeric") for op in ("+", "-", "*", "/", "%")],
    *[(f"({{dec}} {op} {{dec38}})", "numeric") for op in ("+", "-", "*", "/", "%")],
    *[(f"({{integral}} {op} {{integral}})", "integral") for op in ("div", "&", "|", "^", "+", "*")],
    *[(f"({{orderable}} {op} {{=}})", "bool") for op in ("=", "<", ">=", "<>", "<=>")],
    *[(f"({{numeric}} {op} {{numeric}})", "bool") for op in ("=", "<", ">=", "<=>")],
    ("({string} {cmp} {numeric})", "bool"), ("({date} {cmp} {timestamp})", "bool"), ("({string} {cmp} {date})", "bool"),
    ("({bool} and {bool})", "bool"), ("({bool} or {bool})", "bool"), ("(not {bool})", "bool"), ("(- {numeric})", "numeric"), ("(~ {integral})", "integral"),
    ("({any} is null)", "bool"), ("({int} in ({int}, {int}))", "bool"), ("({numeric} between {numeric} and {numeric})", "bool"),
    ("case when {bool} then {int} else {bigint} end", "bigint"), ("case when {bool} then {dec} else {double} end", "double"), ("case {string} when {string} then 1 end", "int"),
    ("if({bool}, {int}, {dec})", "numeric"), ("coalesce({int}, {bigint})", "bigint"), ("nullif({int}, {int})", "int"), ("nvl({string}, {string})", "string"), ("nvl2({any}, {int}, {double})", "double"),
    ("nanvl({double}, {double})", "double"), ("greatest({numeric}, {numeric})", "numeric"), ("least({numeric}, {numeric}, {numeric})", "numeric"), ("greatest({string}, {string})", "string"),
    ("cast({atomic} as {type})", None), ("try_cast({atomic} as {type})", None), ("cast({string} as {type})", None), ("cast({numeric} as {type})", None), ("cast({array} as string)", "string"), ("cast({map} as string)", "string"), ("cast({struct} as string)", "string"),
    *[(f"{name}({{numeric}})", "numeric") for name in ("abs", "sign", "ceil", "floor", "round", "bround", "positive", "negative")],
    *[(f"{name}({{numeric}}, {{scale}})", "numeric") for name in ("round", "bround", "ceil", "floor")],
    *[(f"{name}({{numeric}})", "double") for name in ("sqrt", "cbrt", "exp", "expm1", "ln", "log10", "log2", "log1p", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "degrees", "radians", "rint", "cot", "sec", "csc")],
    *[(f"{name}({{double}}, {{double}})", "double") for name in ("power", "atan2", "hypot", "log")],
    *[(f"{name}({{numeric}}, {{numeric}})", "numeric") for name in ("mod", "pmod", "try_add", "try_subtract", "try_multiply", "try_divide")],
    ("factorial({int})", "bigint"), ("hex({integral})", "string"), ("hex({string})", "string"), ("unhex({string})", "binary"), ("bin({integral})", "string"), ("conv({string}, {base}, {base})", "string"),
    ("shiftleft({int}, {small})", "int"), ("shiftright({bigint}, {small})", "bigint"), ("shiftrightunsigned({int}, {small})", "int"), ("bit_count({integral})", "int"), ("width_bucket({double}, 0D, 10D, 5)", "bigint"),
    *[(f"{name}({{string}})", "string") for name in ("upper", "lower", "initcap", "trim", "ltrim", "rtrim", "reverse", "soundex", "md5", "sha1", "base64")],
    *[(f"{name}({{string}})", "int") for name in ("length", "char_length", "octet_length", "bit_length", "ascii")],
    ("crc32({string})", "bigint"), ("sha2({string}, {bits})", "string"), ("unbase64({string})", "binary"), ("char({integral})", "string"), ("space({small})", "string"), ("repeat({string}, {small})", "string"),
    ("substring({string}, {position}, {small})", "string"), ("substring({string}, {position})", "string"), ("left({string}, {small})", "string"), ("right({string}, {small})", "string"), ("substring({binary}, {position}, {small})", "binary"),
    ("substring_index({string}, {delimiter}, {position})", "string"), ("split_part({string}, {delimiter}, {position})", "string"), ("instr({string}, {delimiter})", "int"), ("locate({delimiter}, {string}, {position})", "int"), ("position({delimiter}, {string})", "int"),
    ("concat({string}, {string})", "string"), ("concat({string}, {numeric})", "string"), ("({string} || {atomic})", "string"), ("concat_ws({delimiter}, {string}, {array_string})", "string"), ("concat({array_int}, {array_int})", "array_int"),
    ("lpad({string}, {small}, {delimiter})", "string"), ("rpad({string}, {small}, {delimiter})", "string"), ("replace({string}, {delimiter}, {string})", "string"), ("translate({string}, 'aX,', '12')", "string"), ("overlay({string}, {string}, {position}, {small})", "string"),
    ("contains({string}, {string})", "bool"), ("startswith({string}, {string})", "bool"), ("endswith({string}, {string})", "bool"), ("({string} like {like})", "bool"), ("({string} ilike {like})", "bool"), ("({string} rlike {regex})", "bool"), ("levenshtein({string}, {string})", "int"),
    ("split({string}, {regex})", "array_string"), ("split({string}, {regex}, {small})", "array_string"), ("regexp_extract({string}, {regex}, {small})", "string"), ("regexp_extract({string}, {regex}, 0)", "string"), ("regexp_extract_all({string}, {regex}, 0)", "array_string"), ("regexp_replace({string}, {regex}, {delimiter})", "string"),
    ("regexp_replace({string}, '(a)|(X)', '<$1>')", "string"), ("regexp_count({string}, {regex})", "int"), ("regexp_instr({string}, {regex})", "int"), ("regexp_substr({string}, {regex})", "string"), ("find_in_set({string}, {string})", "int"), ("elt({position}, {string}, {string})", "string"), ("format_number({numeric}, {scale})", "string"),
    ("encode({string}, {charset})", "binary"), ("decode({binary}, {charset})", "string"), ("mask({string})", "string"), ("btrim({string}, {delimiter})", "string"), ("url_encode({string})", "string"), ("format_string('%s|%s', {string}, {int})", "string"), ("format_string('%d %05d', {int}, {bigint})", "string"),
    *[(f"{name}({{temporal}})", "int") for name in ("year", "quarter", "month", "day", "dayofweek", "dayofyear", "weekofyear", "weekday")],
    *[(f"{name}({{timestamp}})", "int") for name in ("hour", "minute", "second")],
    ("last_day({temporal})", "date"), ("add_months({temporal}, {small})", "date"), ("date_add({temporal}, {small})", "date"), ("date_sub({date}, {int})", "date"), ("datediff({temporal}, {temporal})", "int"), ("months_between({temporal}, {temporal})", "double"), ("next_day({date}, {weekday})", "date"), ("trunc({temporal}, {unit})", "date"),
    ("date_trunc({unit}, {timestamp})", "timestamp"), ("date_format({temporal}, {pattern})", "string"), ("to_date({string})", "date"), ("to_date({string}, {pattern})", "date"), ("to_timestamp({string})", "timestamp"), ("to_timestamp({string}, {pattern})", "timestamp"), ("try_to_timestamp({string})", "timestamp"), ("unix_timestamp({timestamp})", "bigint"), ("unix_timestamp({string}, {pattern})", "bigint"), ("from_unixtime({int}, {pattern})", "string"),
    ("({date} + {small})", "date"), ("({date} - {date})", "interval"), ("({timestamp} - {timestamp})", "interval"), ("({timestamp} + {interval})", "timestamp"), ("({date} + {interval})", "timestamp"), ("({timestamp} - interval 1 month)", "timestamp"), ("({date} + interval 1 year)", "date"), ("({interval} * {small})", "interval"), ("({interval} + {interval})", "interval"), ("cast({interval} as string)", "string"),
    ("from_utc_timestamp({timestamp}, {zone})", "timestamp"), ("to_utc_timestamp({timestamp}, {zone})", "timestamp"), ("make_date({int}, {small}, {small})", "date"), ("timestamp_seconds({int})", "timestamp"), ("timestamp_millis({bigint})", "timestamp"), ("date_from_unix_date({int})", "date"), ("unix_date({date})", "int"), ("unix_micros({timestamp})", "bigint"), ("date_part('week', {temporal})", "int"), ("extract(second from {timestamp})", None), ("timestampdiff(MONTH, {timestamp}, {timestamp})", "bigint"), ("dayname({date})", "string"), ("make_timestamp(2020, {small}, {small}, 1, 2, 3.5)", "timestamp"),
    ("hash({any})", "int"), ("xxhash64({any})", "bigint"), ("hash({atomic}, {atomic})", "int"), ("typeof({any})", "string"),
    ("size({array})", "int"), ("size({map})", "int"), ("{array}[{position}]", None), ("element_at({array}, {position})", None), ("try_element_at({array}, {position})", None), ("get({array}, {position})", None), ("array_contains({array_int}, {int})", "bool"), ("array_position({array_string}, {string})", "bigint"),
    *[(f"{name}({{array_int}})", "array_int") for name in ("array_distinct", "sort_array", "array_sort", "reverse", "array_compact")],
    *[(f"{name}({{array}})", None) for name in ("array_max", "array_min", "array_distinct", "sort_array", "array_sort")],
    *[(f"{name}({{array_int}}, {{array_int}})", "array_int") for name in ("array_union", "array_intersect", "array_except")],
    ("arrays_overlap({array_int}, {array_int})", "bool"), ("array_remove({array_int}, {int})", "array_int"), ("array_append({array_int}, {int})", "array_int"), ("array_insert({array_int}, {position}, {int})", "array_int"), ("array_repeat({int}, {small})", "array_int"), ("slice({array_int}, {position}, {small})", "array_int"), ("array_join({array_string}, {delimiter})", "string"), ("array_join({array_string}, ',', '?')", "string"), ("sort_array({array_string}, false)", "array_string"), ("flatten(array({array_int}, {array_int}))", "array_int"), ("sequence({small}, {position})", "array_int"), ("arrays_zip({array_int}, {array_string})", None),
    ("transform({array_int}, {lambda_int})", None), ("filter({array_int}, {lambda_predicate})", "array_int"), ("exists({array_int}, {lambda_predicate})", "bool"), ("forall({array_int}, {lambda_predicate})", "bool"), ("aggregate({array_int}, 0, (a, x) -> a + x)", "int"), ("aggregate({array_int}, 0L, (a, x) -> a + coalesce(x, 0), a -> a * 2)", "bigint"), ("zip_with({array_int}, {array_int}, (a, b) -> a + b)", "array_int"),
    ("{map}[{key}]", "int"), ("element_at({map}, {key})", "int"), ("map_keys({map})", "array_string"), ("map_values({map})", "array_int"), ("map_entries({map})", None), ("map_contains_key({map}, {key})", "bool"), ("map_concat({map}, map('zz', 1))", "map"), ("map_filter({map}, (k, v) -> v > 1)", "map"), ("transform_values({map}, (k, v) -> v + 1)", "map"), ("map_from_arrays({array_string}, array(1, 2))", "map"), ("str_to_map({string}, ',', 'X')", None),
    ("{struct}.x", "int"), ("{struct}.y", "string"), ("named_struct('a', {any}, 'b', {any})", None), ("array({numeric}, {numeric})", None), ("map({string}, {any})", None), ("struct({any}, {any})", None),
    ("to_json({struct})", "string"), ("to_json({map})", "string"), ("to_json(named_struct('v', {atomic}))", "string"), ("get_json_object({json}, {path})", "string"), ("json_array_length({json})", "int"), ("from_json({json}, 'a INT, b ARRAY<INT>')", None), ("to_csv({struct})", "string"),
]  # fmt: skip

COMPARISONS = ["=", "<", ">", "<>", "<=>"]
# Java's and the C library's elementary functions may differ in the last digits.
APPROXIMATE = ("sqrt(", "cbrt(", "exp(", "expm1(", "ln(", "log", "sin", "cos", "tan", "degrees", "radians", "cot(", "sec(", "csc(", "power(", "atan2(", "hypot(")  # fmt: skip


class Generator:
    """Makes expressions from a seed; the same seed makes the same ones."""

    def __init__(self, seed: int, rows: int = 12):
        self.random = random.Random(seed)
        self.rows = [{kind: self.random.choice(values) for kind, values in VALUES.items()} for _ in range(rows)]
        self.by_kind: dict[str, list[str]] = {}
        for template, kind in TEMPLATES:
            if kind:
                self.by_kind.setdefault(kind, []).append(template)

    def views(self) -> list[str]:
        """Statements that make one view a row: e0, e1, …, with a column c_KIND for each kind."""
        return [
            f"create or replace temp view e{index} as select " + ", ".join(f"{value} as c_{kind}" for kind, value in row.items())
            for index, row in enumerate(self.rows)
        ]

    def query(self) -> str:
        expression = self.expand(self.random.choice(TEMPLATES)[0], 0)
        return f"select {expression} from e{self.random.randrange(len(self.rows))}"

    def expand(self, template: str, depth: int) -> str:
        result, rest, last = "", template, None
        while "{" in rest:
            before, _, rest = rest.partition("{")
            kind, _, rest = rest.partition("}")
            if kind == "cmp":
                result += before + self.random.choice(COMPARISONS)
                continue
            if kind == "=":
                kind = last
            if kind in GROUPS:
                kind = self.random.choice(GROUPS[kind])
            last = kind
            result += before + self.argument(kind, depth)
        return result + rest

    def argument(self, kind: str, depth: int) -> str:
        if kind in LITERALS:
            return self.random.choice(LITERALS[kind])
        chance = self.random.random()
        if depth < 2 and chance < 0.2:
            nested = self.by_kind.get(kind) or []
            if kind in ("int", "bigint", "double", "dec"):
                nested = nested + self.by_kind["numeric"]
            if nested:
                return self.expand(self.random.choice(nested), depth + 1)
        return f"c_{kind}" if chance < 0.65 else self.random.choice(VALUES[kind])

    def setup(self) -> list[str]:
        """Kept queries need no views."""
        return []

    def kept(self, query: str) -> str:
        """The query with the values of its view's row written into it."""
        expression, _, view = query.rpartition(" from ")
        needed = [f"{value} as c_{kind}" for kind, value in self.rows[int(view[1:])].items() if re.search(rf"\bc_{kind}\b", expression)]
        return expression + (f" from (select {', '.join(needed)})" if needed else "")

    def approximate(self, query: str) -> bool:
        return any(name in query for name in APPROXIMATE)
