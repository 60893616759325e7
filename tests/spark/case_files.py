"""Cases as data: reads case files, runs a case on any Spark Connect session, encodes and compares outcomes.

A case file is `cases/*.sql` (Spark SQL) or `cases/*.pyspark` (DataFrame snippets whose variable `df` is the answer). A line
`-- case NAME options…` (`# case …` in snippets) opens a case; `-- setup` opens statements run once for the file's session.
Statements end with `;` at a line's end; the last one of a case is the one compared. Options: `ordered` / `unordered` (default:
ordered when the last statement has ORDER BY outside parentheses), `approx` (floats within 1e-9), `conf:NAME=VALUE`.

Expected outcomes are `expected/FILE.jsonl` (in parts when large), written by `tools/oracle/write_cases.py` from real Spark, one line a case.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import decimal
import hashlib
import json
import logging
import math
import os
import pathlib
import re
import signal
import time
from collections.abc import Iterator

# Naive datetimes that clients make of instants are then UTC on every machine.
os.environ["TZ"] = "UTC"
time.tzset()

HERE = pathlib.Path(__file__).resolve().parent
CASES = HERE / "cases"
EXPECTED = HERE / "expected"
SESSION_SETTINGS = {
    "spark.sql.session.timeZone": "America/Los_Angeles",
    "spark.sql.shuffle.partitions": "2",
}
SECONDS_A_CASE = 60


@dataclasses.dataclass
class Case:
    file: str
    name: str
    text: str
    options: dict[str, str]
    line: int

    @property
    def id(self) -> str:
        return f"{self.file}::{self.name}"

    @property
    def is_sql(self) -> bool:
        return self.file.endswith(".sql")

    @property
    def digest(self) -> str:
        """Changes with the case's text and options, so that an outcome of an older text is noticed."""
        return hashlib.sha256(f"{sorted(self.options.items())}\n{self.text}".encode()).hexdigest()[:10]

    @property
    def ordered(self) -> bool:
        if "ordered" in self.options or "unordered" in self.options:
            return "ordered" in self.options
        return self.is_sql and orders((statements(self.text) or [""])[-1])


@dataclasses.dataclass
class CaseFile:
    name: str
    setup: str
    cases: list[Case]
    plain: bool = False  # `oracle plain` in the first line: Spark without Delta answers


def orders(sql: str) -> bool:
    """Whether ORDER BY stands outside all parentheses."""
    depth = 0
    outside = []
    for part in re.split(r"([()])", sql):
        depth += {"(": 1, ")": -1}.get(part, 0)
        if depth == 0:
            outside.append(part)
    return re.search(r"\border\s+by\b", "".join(outside), re.IGNORECASE) is not None


def statements(text: str) -> list[str]:
    """Splits at `;` that ends a line."""
    return [part.strip() for part in re.split(r";[ \t]*(?:\n|$)", text) if part.strip()]


def read(path: pathlib.Path) -> CaseFile:
    mark = "--" if path.suffix == ".sql" else "#"
    opener = re.compile(rf"^{mark} (setup|case)\b[ \t]*(.*)$")
    lines = path.read_text(encoding="utf-8").splitlines()
    result = CaseFile(path.name, "", [], lines[0].startswith(f"{mark} oracle plain"))
    blocks: list[tuple[str, str, int, list[str]]] = []
    for number, line in enumerate(lines, 1):
        found = opener.match(line)
        if found:
            blocks.append((found[1], found[2], number, []))
        elif blocks:
            blocks[-1][3].append(line)
    for kind, rest, number, lines in blocks:
        text = "\n".join(lines).strip()
        if kind == "setup":
            result.setup = text
            continue
        name, *options = rest.split()
        values = dict(option.partition("=")[::2] for option in options)
        result.cases.append(Case(path.name, name, text, values, number))
    names = [case.name for case in result.cases]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ValueError(f"{path}: named twice: {sorted(twice)}")
    return result


def read_all(pattern: str = "") -> list[CaseFile]:
    paths = sorted([*CASES.glob("*.sql"), *CASES.glob("*.pyspark")])
    return [read(path) for path in paths if pattern in path.name]


PART_BYTES = 800_000


def expected_paths(file: str) -> list[pathlib.Path]:
    """FILE.jsonl, and FILE.2.jsonl and so on when one would be too large for a repository's tools."""
    return sorted([*EXPECTED.glob(file + ".jsonl"), *EXPECTED.glob(file + ".[0-9]*.jsonl")])


def read_expected(file: str) -> dict[str, dict]:
    lines = [line for path in expected_paths(file) for line in path.read_text(encoding="utf-8").splitlines()]
    outcomes = [json.loads(line) for line in lines]
    return {outcome.pop("name"): outcome for outcome in outcomes}


def write_expected(file: str, lines: list[str]) -> None:
    EXPECTED.mkdir(exist_ok=True)
    for path in expected_paths(file):
        path.unlink()
    parts = [""]
    for line in lines:
        if parts[-1] and len((parts[-1] + line).encode()) > PART_BYTES:
            parts.append("")
        parts[-1] += line + "\n"
    for number, part in enumerate(parts, 1):
        name = file + ("" if number == 1 else f".{number}") + ".jsonl"
        (EXPECTED / name).write_text(part, encoding="utf-8")


# --- outcomes -------------------------------------------------------------------------------------------------------


def describe_type(data_type, nullable: bool = True) -> str:
    """Spark's simple type string, with ` not null` at every place that has no nulls."""
    from pyspark.sql import types

    if isinstance(data_type, types.StructType):
        fields = ",".join(f"{field.name}:{describe_type(field.dataType, field.nullable)}" for field in data_type.fields)
        text = f"struct<{fields}>"
    elif isinstance(data_type, types.ArrayType):
        text = f"array<{describe_type(data_type.elementType, data_type.containsNull)}>"
    elif isinstance(data_type, types.MapType):
        text = f"map<{describe_type(data_type.keyType)},{describe_type(data_type.valueType, data_type.valueContainsNull)}>"
    else:
        text = data_type.simpleString()
    return text if nullable else text + " not null"


def _normalise(text: str) -> str:
    """Removes what differs between runs: plan ids, folders of the machine, times of creation."""
    text = re.sub(r"#\d+L?", "#n", text)
    text = re.sub(r"(file:/*)?/(?:tmp|root|home|work|var)/[^\s,'\"\])]*/", "file:/…/", text)
    text = re.sub(r"(file:/…/\w+)-[0-9a-f]{8}\b", r"\1", text)  # The folder of a managed table, which a server names as it likes.
    return re.sub(r"(?m)^(Created Time|Last Access|Created By)[:\s].*$", r"\1 …", text)


def encode(value):
    """A value as JSON; with the schema beside it nothing is lost (floats by repr, so NaN and -0.0 stay)."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return _normalise(value)
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, decimal.Decimal):
        return str(value) if abs(value.as_tuple().exponent) < 39 else format(value, "f")
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return f"{value // datetime.timedelta(microseconds=1)} us"
    if isinstance(value, bytes | bytearray):
        return "x" + bytes(value).hex()
    if isinstance(value, dict):
        return [[encode(key), encode(item)] for key, item in value.items()]
    if isinstance(value, list | tuple):
        return [encode(item) for item in value]
    return str(value)


def encode_error(error: BaseException) -> dict:
    from pyspark.errors import PySparkException

    if not isinstance(error, PySparkException):
        return {"class": type(error).__name__, "text": str(error)[:500]}
    result = {
        "class": type(error).__name__,
        "condition": error.getCondition(),
        "sqlstate": error.getSqlState(),
        "parameters": {key: _normalise(value) for key, value in (error.getMessageParameters() or {}).items()},
    }
    contexts = []
    for context in error.getQueryContext() or []:
        if "DataFrame" in str(context.contextType()):
            contexts.append({"fragment": context.fragment()})
        else:
            contexts.append({"fragment": context.fragment(), "start": context.startIndex(), "stop": context.stopIndex()})
    result["context"] = contexts
    with contextlib.suppress(Exception):
        result["message"] = _normalise(error.getMessage())[:2000]
    return result


class CaseTimeout(BaseException):
    """A case took too long; not an Exception, so that no handler of a client takes it for a failed call."""


@contextlib.contextmanager
def time_limit(seconds: int) -> Iterator[None]:
    def expired(*_):
        raise CaseTimeout(f"no answer within {seconds} s")

    before = signal.signal(signal.SIGALRM, expired)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def open_session(remote: str, file: CaseFile):
    """A new session with the settings of all cases and the file's setup done. A statement that fails does not stop the rest."""
    from pyspark.sql.connect.session import SparkSession

    # Errors are outcomes here, not news.
    logging.getLogger("SQLQueryContextLogger").disabled = True
    logging.getLogger("DataFrameQueryContextLogger").disabled = True
    spark = SparkSession.builder.remote(remote).create()
    for name, value in SESSION_SETTINGS.items():
        spark.conf.set(name, value)
    failures = []
    namespace = _namespace(spark)
    if file.name.endswith(".sql"):
        for statement in statements(file.setup):
            try:
                with time_limit(SECONDS_A_CASE):
                    spark.sql(statement).collect()
            except (Exception, CaseTimeout) as error:
                failures.append(f"setup of {file.name}: {statement[:80]}: {str(error)[:200]}")
    elif file.setup:
        try:
            exec(compile(file.setup, file.name, "exec"), namespace)
        except Exception as error:
            failures.append(f"setup of {file.name}: {str(error)[:300]}")
    return spark, namespace, failures


def _namespace(spark) -> dict:
    import math as math_module

    from pyspark.sql import Row, types
    from pyspark.sql.connect import functions
    from pyspark.sql.connect.window import Window

    names = {"spark": spark, "F": functions, "W": Window, "T": types, "Row": Row, "Decimal": decimal.Decimal, "math": math_module}
    names |= {"date": datetime.date, "datetime": datetime.datetime, "timedelta": datetime.timedelta}
    names |= {"col": functions.col, "lit": functions.lit}
    return names


def _answer(case: Case, spark, namespace: dict):
    if case.is_sql:
        *before, last = statements(case.text) or [""]
        for statement in before:
            spark.sql(statement).collect()
        return spark.sql(last)
    local = dict(namespace)
    exec(compile("\n" * case.line + case.text, case.file, "exec"), local)
    return local["df"]


def run(case: Case, spark, namespace: dict) -> dict:
    """The outcome of a case: schema and rows, or the error."""
    settings = {name[5:]: value for name, value in case.options.items() if name.startswith("conf:")}
    kept = {name: spark.conf.get(name, None) for name in settings}
    try:
        for name, value in settings.items():
            spark.conf.set(name, value)
        with time_limit(SECONDS_A_CASE):
            frame = _answer(case, spark, namespace)
            if not hasattr(frame, "collect"):
                return {"value": encode(frame)}
            schema = [[field.name, describe_type(field.dataType, field.nullable)] for field in frame.schema.fields]
            rows = [encode(tuple(row)) for row in frame.collect()]
        return {"schema": schema, "rows": rows}
    except (Exception, CaseTimeout) as error:
        return {"error": encode_error(error)}
    finally:
        for name, value in kept.items():
            with contextlib.suppress(Exception):
                spark.conf.unset(name) if value is None else spark.conf.set(name, value)


# --- comparison -----------------------------------------------------------------------------------------------------


def same(want, got, approx: bool) -> bool:
    if isinstance(want, list) and isinstance(got, list):
        return len(want) == len(got) and all(same(a, b, approx) for a, b in zip(want, got, strict=True))
    if approx and isinstance(want, str) and isinstance(got, str):
        with contextlib.suppress(ValueError):
            return math.isclose(float(want), float(got), rel_tol=1e-9, abs_tol=1e-12) or want == got
    return type(want) is type(got) and want == got


def _without_nullability(schema: list) -> list:
    return [[name, data_type.replace(" not null", "")] for name, data_type in schema]


def _brief(outcome: dict) -> str:
    error = outcome.get("error")
    if error:
        return f"{error['class']} {error.get('condition')} {error.get('parameters')} {error.get('text') or error.get('message', '')[:300]}"
    return json.dumps(outcome, ensure_ascii=False)[:600]


def difference(case: Case, want: dict, got: dict) -> str | None:
    """What is wrong with an outcome in schema (without nullability), values, or error; None when it is right."""
    want = {key: value for key, value in want.items() if key != "of"}
    if want.keys() != got.keys():
        return f"want {_brief(want)}\n got {_brief(got)}"
    if "error" in want:
        for part in ("class", "condition", "sqlstate", "parameters"):
            if want["error"].get(part) != got["error"].get(part):
                return f"error's {part}: want {want['error'].get(part)}\n got {got['error'].get(part)} ({_brief(got)})"
        return None
    if "value" in want:
        return None if same(want["value"], got["value"], "approx" in case.options) else f"want {want['value']}\n got {got['value']}"
    if [name for name, _ in want["schema"]] != [name for name, _ in got["schema"]]:
        return f"columns: want {[name for name, _ in want['schema']]}\n got {[name for name, _ in got['schema']]}"
    if _without_nullability(want["schema"]) != _without_nullability(got["schema"]):
        return f"types: want {want['schema']}\n got {got['schema']}"
    first, second = want["rows"], got["rows"]
    if not case.ordered:
        first, second = (sorted(rows, key=json.dumps) for rows in (first, second))
    if not same(first, second, "approx" in case.options):
        return f"rows: want {json.dumps(want['rows'], ensure_ascii=False)[:800]}\n got {json.dumps(got['rows'], ensure_ascii=False)[:800]}"
    return None


def _said(message: str | None) -> str | None:
    """A message without what only a JVM has to say: the trace of its stack, and its plan."""
    if message is None:
        return None
    message = re.sub(r"(?s)\n+JVM stacktrace:.*", "", message)
    return re.sub(r"(?s);\n(?:[ :]*(?:\+- )?)['!]?[A-Z]\w+.*", "", message).rstrip("\n;")


def detail_difference(want: dict, got: dict) -> str | None:
    """What is wrong in nullability, or in an error's query context and message; only for outcomes without a `difference`."""
    if "schema" in want and want["schema"] != got["schema"]:
        return f"nullability: want {want['schema']}\n got {got['schema']}"
    if "error" in want:
        for part in ("context", "message"):
            told, said = (_said(side["error"].get(part)) if part == "message" else side["error"].get(part) for side in (want, got))
            if told != said:
                return f"error's {part}: want {told}\n got {said}"
    return None


# --- ratchets -------------------------------------------------------------------------------------------------------


def read_ratchet(path: pathlib.Path) -> set[str]:
    """The names in a ratchet file; empty lines and lines with `#` in front are comments."""
    if not path.exists():
        return set()
    lines = path.read_text(encoding="utf-8").splitlines()
    return {line.strip() for line in lines if line.strip() and not line.startswith("#")}


def write_ratchet(path: pathlib.Path, names: set[str], title: str) -> None:
    path.write_text(f"# {title}\n" + "".join(name + "\n" for name in sorted(names)), encoding="utf-8")
