"""The same REST calls on Headrace and on a real `mlflow server`: answers, error codes and messages must be the same.

Values that a server makes up (ids, times, random names) are replaced by the order of their appearance.
"""

from __future__ import annotations

import json
import re

import pytest
import requests

from mlflow_servers import HttpHeadrace

TIMES = {
    "creation_time",
    "last_update_time",
    "creation_timestamp",
    "last_updated_timestamp",
    "creation_timestamp_ms",
    "last_updated_timestamp_ms",
}
# What a newer MLflow adds of its own and no client of 2.22 or 3.17 needs.
EXTRA = {"effective_trace_archival_retention", "trace_location"}
IDS = re.compile(r"m-[0-9a-f]{32}|\b[0-9a-f]{32}\b")


class Side:
    """One server, with its own names for what it made up."""

    def __init__(self, url: str):
        self.url = url
        self.names: dict[str, str] = {}
        self.saved: dict[str, str] = {}
        self.session = requests.Session()

    def fill(self, value):
        if isinstance(value, str):
            return re.sub(r"\$(\w+)", lambda m: self.saved[m.group(1)], value)
        if isinstance(value, list):
            return [self.fill(v) for v in value]
        if isinstance(value, dict):
            return {k: self.fill(v) for k, v in value.items()}
        return value

    def call(self, method: str, path: str, body=None, save: dict | None = None):
        path, body = self.fill(path), self.fill(body)
        url = f"{self.url}/api/2.0/mlflow/{path}"
        if method == "GET":
            response = self.session.get(url, params=body, timeout=60)
        else:
            response = self.session.request(method, url, json=body, timeout=60)
        try:
            answer = response.json()
        except json.JSONDecodeError:
            answer = {"not json": response.text[:200]}
        for name, place in (save or {}).items() if response.status_code == 200 else ():
            found = answer
            for part in place.split("."):
                found = found[int(part) if part.isdigit() else part]
            self.saved[name] = found
        return response.status_code, self.normal(answer)

    def normal(self, value, key: str = ""):
        if isinstance(value, dict):
            named = value.get("key") == "mlflow.runName"
            items = {
                k: self.normal(v, "run_name" if named and k == "value" else k)
                for k, v in value.items()
                if k not in EXTRA and k not in TIMES
            }
            return {k: v for k, v in items.items() if v not in ({}, [])}
        if isinstance(value, list):
            normal = [self.normal(v) for v in value]
            # These have no order of their own; the history of one metric has.
            keys = {v.get("key", v.get("alias")) for v in normal if isinstance(v, dict)}
            unordered = key in {"tags", "params", "metrics", "aliases"} and None not in keys and len(keys) == len(normal)
            return sorted(normal, key=str) if unordered else normal
        if isinstance(value, str):
            if key == "run_name" and re.fullmatch(r"[a-z]+-[a-z]+-\d+", value):
                return "<random>"
            return IDS.sub(lambda m: self.names.setdefault(m.group(0), f"<id {len(self.names)}>"), value)
        return value


@pytest.fixture(scope="module")
def sides(headrace_bin, oracle, tmp_path_factory):
    """Both servers start empty, so that the ids they give out are the same."""
    with HttpHeadrace(tmp_path_factory.mktemp("differential") / "root") as server:
        yield Side(server.url), Side(oracle.url)


def loose(message: str) -> str:
    """Sets print in any order, and a database's own words follow MLflow's."""
    message = re.sub(r" Error: \(sqlite3.*", "", message, flags=re.S)
    return re.sub(r"\{[^{}]*\}", lambda m: "{" + ", ".join(sorted(m.group(0)[1:-1].split(", "))) + "}", message)


def same(sides, method, path, body=None, save=None):
    (status, answer), (expected_status, expected) = (side.call(method, path, body, save) for side in sides)
    if "error_code" in expected:
        expected["message"] = loose(expected.get("message", ""))
        answer["message"] = loose(answer.get("message", ""))
        expected.pop("stack_trace", None)
    assert (status, answer) == (expected_status, expected), f"{method} {path} {body}"
    return answer


def test_experiments(sides):
    def call(*arguments, **options):
        return same(sides, *arguments, **options)

    call("POST", "experiments/create", {"name": "exp-a", "tags": [{"key": "team", "value": "x"}]}, save={"exp": "experiment_id"})
    call("GET", "experiments/get", {"experiment_id": "$exp"})
    call("GET", "experiments/get-by-name", {"experiment_name": "exp-a"})
    call("GET", "experiments/get-by-name", {"experiment_name": "nope"})
    call("GET", "experiments/get", {"experiment_id": "123456"})
    call("GET", "experiments/get", {"experiment_id": "abc"})
    call("GET", "experiments/get", {})
    call("POST", "experiments/create", {"name": "exp-a"})
    call("POST", "experiments/create", {"name": ""})
    call("POST", "experiments/create", {})
    call("POST", "experiments/create", {"name": 12})
    call("POST", "experiments/create", {"name": "n" * 501})
    call("POST", "experiments/create", {"name": "exp-b", "unknown_field": 1})
    for location in ("file:///x?a=b#c", "s3://b/x#c", "http://host/x", "ftp:///x", "runs:/x/y", "l" * 2049):
        call("POST", "experiments/create", {"name": "exp-l", "artifact_location": location})
    call("POST", "experiments/set-experiment-tag", {"experiment_id": "$exp", "key": "k", "value": "v"})
    call("POST", "experiments/set-experiment-tag", {"experiment_id": "$exp", "key": "bad!", "value": "v"})
    call("POST", "experiments/set-experiment-tag", {"experiment_id": "$exp", "key": "k", "value": "v" * 20001})
    call("POST", "experiments/delete-experiment-tag", {"experiment_id": "$exp", "key": "nope"})
    call("POST", "experiments/update", {"experiment_id": "$exp", "new_name": "exp-renamed"})
    call("POST", "experiments/update", {"experiment_id": "$exp"})
    call("GET", "experiments/get", {"experiment_id": "$exp"})
    call("POST", "experiments/delete", {"experiment_id": "$exp"})
    call("POST", "experiments/delete", {"experiment_id": "$exp"})
    call("POST", "experiments/set-experiment-tag", {"experiment_id": "$exp", "key": "k", "value": "v"})
    call("POST", "runs/create", {"experiment_id": "$exp"})
    call("POST", "experiments/update", {"experiment_id": "$exp", "new_name": "other"})
    call("POST", "experiments/search", {"max_results": 10, "view_type": "DELETED_ONLY"})
    call("POST", "experiments/restore", {"experiment_id": "$exp"})
    call("POST", "experiments/restore", {"experiment_id": "$exp"})


@pytest.mark.parametrize(
    "search",
    [
        {"max_results": 10, "order_by": ["name ASC"]},
        {"max_results": 2, "order_by": ["name ASC"]},
        {"max_results": 10, "filter": "name LIKE 's-%'", "order_by": ["name DESC"]},
        {"max_results": 10, "filter": "name ILIKE 'S-%' AND tags.kind = 'a'"},
        {"max_results": 10, "filter": "tags.kind IS NOT NULL", "order_by": ["name"]},
        {"max_results": 10, "filter": "name LIKE 's-%' AND tags.kind IS NULL", "order_by": ["name"]},
        {"max_results": 10, "filter": "attribute.name = 's-1'"},
        {"max_results": 10, "filter": "name > 's-1'"},
        {"max_results": 10, "filter": "creation_time > 0 AND name = 's-2'"},
        {"max_results": 10, "filter": "metrics.x > 1"},
        {"max_results": 10, "filter": "foo = 'a'"},
        {"max_results": 10, "filter": "name = 's-1' OR name = 's-2'"},
        {"max_results": 10, "order_by": ["foo"]},
        {"max_results": 10, "order_by": ["name UP"]},
        {"max_results": 0},
        {"max_results": 50001},
        {},
    ],
    ids=str,
)
def test_search_experiments(sides, search):
    for name, tags in (("s-1", [{"key": "kind", "value": "a"}]), ("s-2", []), ("S-3", [{"key": "kind", "value": "b"}])):
        for side in sides:
            side.call("POST", "experiments/create", {"name": name, "tags": tags})
    if (
        "filter" not in search
        and search.get("max_results", 0) in range(1, 50000)
        and "order_by" in search
        and "foo" not in search["order_by"]
    ):
        search = search | {"filter": "name ILIKE 's-%'"}
    same(sides, "POST", "experiments/search", search)


def test_runs(sides):
    def call(*arguments, **options):
        return same(sides, *arguments, **options)

    call("POST", "experiments/create", {"name": "runs"}, save={"e": "experiment_id"})
    call(
        "POST",
        "runs/create",
        {"experiment_id": "$e", "user_id": "ann", "start_time": 5, "run_name": "first", "tags": [{"key": "a", "value": "b"}]},
        save={"r": "run.info.run_id"},
    )
    call("POST", "runs/create", {"experiment_id": "$e", "user_id": "ann", "start_time": 5}, save={"r2": "run.info.run_id"})
    call("POST", "runs/create", {"experiment_id": "$e", "run_name": "x", "tags": [{"key": "mlflow.runName", "value": "y"}]})
    call("POST", "runs/create", {"experiment_id": "99999"})
    call("POST", "runs/create", {"experiment_id": 12})
    call("POST", "runs/create", {"experiment_id": "$e", "start_time": "soon"})
    call("GET", "runs/get", {"run_id": "$r"})
    call("GET", "runs/get", {"run_id": "0" * 32})
    call("GET", "runs/get", {})
    call("POST", "runs/log-metric", {"run_id": "$r", "key": "m", "value": 1.5, "timestamp": 1, "step": 1})
    call("POST", "runs/log-metric", {"run_id": "$r", "key": "m", "value": 1.5, "timestamp": 1, "step": 1})
    call("POST", "runs/log-metric", {"run_id": "$r", "key": "m", "value": 2.5, "timestamp": 3})
    call("POST", "runs/log-metric", {"run_id": "$r", "key": "nan", "value": "NaN", "timestamp": 3})
    call("POST", "runs/log-metric", {"run_id": "$r", "key": "inf", "value": "Infinity", "timestamp": 3})
    call("POST", "runs/log-metric", {"run_id": "$r", "key": "ninf", "value": "-Infinity", "timestamp": "3"})
    call("POST", "runs/log-metric", {"run_id": "$r", "key": "bad/../x", "value": 1, "timestamp": 3})
    call("POST", "runs/log-metric", {"run_id": "$r", "key": "bad*", "value": 1, "timestamp": 3})
    call("POST", "runs/log-metric", {"run_id": "$r", "key": "k" * 251, "value": 1, "timestamp": 3})
    call("POST", "runs/log-metric", {"run_id": "$r", "value": 1, "timestamp": 3})
    call("POST", "runs/log-metric", {"run_id": "$r", "key": "m", "timestamp": 3})
    call("POST", "runs/log-metric", {"run_id": "$r", "key": "m", "value": 1})
    call("POST", "runs/log-metric", {"run_id": "$r", "key": "m", "value": "x", "timestamp": 3})
    call("POST", "runs/log-metric", {"run_id": "nope", "key": "m", "value": 1, "timestamp": 3})
    call("POST", "runs/log-parameter", {"run_id": "$r", "key": "p", "value": "1"})
    call("POST", "runs/log-parameter", {"run_id": "$r", "key": "p", "value": "1"})
    call("POST", "runs/log-parameter", {"run_id": "$r", "key": "p", "value": "2"})
    call("POST", "runs/log-parameter", {"run_id": "$r", "key": "long", "value": "ü" * 6001})
    call("POST", "runs/log-parameter", {"run_id": "$r", "key": "empty", "value": ""})
    call("POST", "runs/set-tag", {"run_id": "$r", "key": "t", "value": "1"})
    call("POST", "runs/set-tag", {"run_id": "$r", "key": "mlflow.runName", "value": "renamed"})
    call("POST", "runs/set-tag", {"run_id": "$r", "key": "mlflow.runName", "value": ""})
    call("POST", "runs/set-tag", {"run_id": "$r", "key": "t" * 251, "value": "1"})
    call("POST", "runs/delete-tag", {"run_id": "$r", "key": "t"})
    call("POST", "runs/delete-tag", {"run_id": "$r", "key": "t"})
    call("GET", "runs/get", {"run_id": "$r"})
    call("POST", "runs/update", {"run_id": "$r", "status": "FINISHED", "end_time": 9})
    call("POST", "runs/update", {"run_id": "$r", "run_name": "again"})
    call("POST", "runs/update", {"run_id": "$r", "status": "DONE"})
    call("GET", "metrics/get-history", {"run_id": "$r", "metric_key": "m"})
    call("GET", "metrics/get-history", {"run_id": "$r", "metric_key": "m", "max_results": 1})
    call("GET", "metrics/get-history", {"run_id": "$r", "metric_key": "m", "max_results": 0})
    call("GET", "metrics/get-history", {"run_id": "$r", "metric_key": "none"})
    call("GET", "metrics/get-history", {"run_id": "$r"})
    call("GET", "metrics/get-history", {"run_id": "$r", "metric_key": "m", "page_token": "???"})
    call("POST", "runs/delete", {"run_id": "$r2"})
    call("POST", "runs/log-metric", {"run_id": "$r2", "key": "m", "value": 1, "timestamp": 3})
    call("POST", "runs/update", {"run_id": "$r2", "status": "FAILED"})
    call("GET", "runs/get", {"run_id": "$r2"})
    call("POST", "runs/restore", {"run_id": "$r2"})
    call("GET", "runs/get", {"run_id": "$r2"})
    call("GET", "artifacts/list", {"run_id": "$r2"})
    call("GET", "artifacts/list", {"run_id": "$r2", "path": "../.."})
    call("GET", "artifacts/list", {"run_id": "$r2", "path": "/etc"})


def test_batches(sides):
    def call(*arguments, **options):
        return same(sides, *arguments, **options)

    call("POST", "experiments/create", {"name": "batches"}, save={"e": "experiment_id"})
    call("POST", "runs/create", {"experiment_id": "$e", "start_time": 1, "run_name": "b"}, save={"r": "run.info.run_id"})
    metrics = [{"key": f"m{i % 3}", "value": i / 4, "timestamp": 10 + i % 2, "step": i % 5} for i in range(30)]
    call(
        "POST",
        "runs/log-batch",
        {
            "run_id": "$r",
            "metrics": metrics,
            "params": [{"key": "a", "value": "1"}],
            "tags": [{"key": "t", "value": "1"}, {"key": "t", "value": "2"}],
        },
    )
    call("GET", "runs/get", {"run_id": "$r"})
    call("POST", "runs/log-batch", {"run_id": "$r", "params": [{"key": "a", "value": "2"}, {"key": "new", "value": "x"}]})
    call("POST", "runs/log-batch", {"run_id": "$r", "params": [{"key": "d", "value": "2"}, {"key": "d", "value": "3"}]})
    call("POST", "runs/log-batch", {"run_id": "$r", "metrics": [{"key": "x", "timestamp": 1}]})
    call("POST", "runs/log-batch", {"run_id": "$r", "metrics": [{"value": 1, "timestamp": 1}]})
    call("POST", "runs/log-batch", {"run_id": "$r", "params": [{"value": "1"}]})
    call("POST", "runs/log-batch", {"run_id": "$r", "tags": [{"key": "a b!", "value": "1"}]})
    call("POST", "runs/log-batch", {"run_id": "$r", "metrics": [{"key": "m", "value": 1, "timestamp": 1}] * 1001})
    call("POST", "runs/log-batch", {"run_id": "$r", "params": [{"key": f"p{i}", "value": "1"} for i in range(101)]})
    call("POST", "runs/log-batch", {"run_id": "$r", "metrics": "no"})
    call("POST", "runs/log-batch", {"metrics": []})
    call("POST", "runs/log-batch", {"run_id": "/etc", "metrics": []})
    dataset = {"name": "d", "digest": "1", "source_type": "s", "source": "{}", "schema": "{}"}
    call(
        "POST",
        "runs/log-inputs",
        {"run_id": "$r", "datasets": [{"dataset": dataset, "tags": [{"key": "mlflow.data.context", "value": "train"}]}]},
    )
    call("GET", "runs/get", {"run_id": "$r"})


SEARCHES = [
    {"filter": "metrics.acc > 0.5"},
    {"filter": "metrics.acc >= 0.5 and metrics.acc < 0.9"},
    {"filter": "metrics.acc != 0.5"},
    {"filter": "metrics.`acc` = 0.5"},
    {"filter": 'metrics."acc" = 0.5'},
    {"filter": "metrics.acc > -1e-3"},
    {"filter": "params.p = '1'"},
    {"filter": "params.p != '1'"},
    {"filter": "params.p LIKE '%a%'"},
    {"filter": "params.p ILIKE '%A%'"},
    {"filter": "param.p IS NULL"},
    {"filter": "params.p IS NOT NULL"},
    {"filter": "tags.color = 'red'"},
    {"filter": "tag.color LIKE 'r%' AND metrics.acc > 0"},
    {"filter": 'tags.`my tag` = "x"'},
    {"filter": "attributes.status = 'RUNNING'"},
    {"filter": "status = 'FINISHED'"},
    {"filter": "run_name LIKE 'run-%'"},
    {"filter": "attributes.`Run Name` = 'run-1'"},
    {"filter": "start_time > 100"},
    {"filter": "created <= 102"},
    {"filter": "end_time > 0"},
    {"filter": "run_id IN ('x', 'y')"},
    {"filter": "run_id NOT IN ('x')"},
    {"filter": "dataset.name = 'd1'"},
    {"filter": "datasets.digest != 'g1'"},
    {"filter": "dataset.context = 'train'"},
    {"filter": "dataset.name IN ('d1', 'd2')"},
    {"order_by": ["metrics.acc"]},
    {"order_by": ["metrics.acc DESC"]},
    {"order_by": ["metrics.`acc` asc", "start_time ASC"]},
    {"order_by": ["params.p DESC", "attribute.start_time ASC"]},
    {"order_by": ["tags.color"]},
    {"order_by": ["attributes.run_name desc"]},
    {"order_by": ["status", "run_name"]},
    {"order_by": ["end_time DESC"]},
    {"run_view_type": "DELETED_ONLY"},
    {"run_view_type": "ALL"},
    {"max_results": 2},
    {"max_results": 2, "order_by": ["metrics.acc DESC"]},
    # What is wrong.
    {"filter": "metrics.acc > 'a'"},
    {"filter": "params.p > '1'"},
    {"filter": "params.p = 1"},
    {"filter": "tags.color = red"},
    {"filter": "foo = 'x'"},
    {"filter": "foo.bar = 'x'"},
    {"filter": "start_time = 'x'"},
    {"filter": "start_time LIKE 'x'"},
    {"filter": "dataset.foo = 'x'"},
    {"filter": "metrics.acc IS NULL"},
    {"filter": "status IN ('RUNNING')"},
    {"filter": "run_id IN ()"},
    {"filter": "run_id IN (1)"},
    {"order_by": ["foo"]},
    {"order_by": ["metrics.acc UP"]},
    {"order_by": ["metrics.acc", "metrics.acc DESC"]},
    {"max_results": 0},
    {"max_results": -5},
    {"max_results": 50001},
    {"page_token": "xyz"},
]


@pytest.fixture(scope="module")
def searched(sides):
    """Six runs, alike on both sides."""
    for side in sides:
        _, made = side.call("POST", "experiments/create", {"name": "search"})
        side.saved["search"] = made["experiment_id"]
        for i in range(6):
            side.call(
                "POST",
                "runs/create",
                {
                    "experiment_id": "$search",
                    "start_time": 100 + i // 2,
                    "run_name": f"run-{i}",
                    "tags": [{"key": "order", "value": str(i)}],
                },
                save={f"run{i}": "run.info.run_id"},
            )
            acc = [0.5, 0.9, "NaN", None, 0.1, 0.5][i]
            if acc is not None:
                side.call("POST", "runs/log-metric", {"run_id": f"$run{i}", "key": "acc", "value": acc, "timestamp": 1})
            if i % 3:
                side.call("POST", "runs/log-parameter", {"run_id": f"$run{i}", "key": "p", "value": ["1", "abA", "b"][i % 3]})
            if i % 2:
                side.call("POST", "runs/set-tag", {"run_id": f"$run{i}", "key": "color", "value": ["", "red", "", "Rose", "", "blue"][i]})
                side.call("POST", "runs/set-tag", {"run_id": f"$run{i}", "key": "my tag", "value": "x"})
            if i < 3:
                dataset = {"name": f"d{i}", "digest": f"g{i}", "source_type": "s", "source": "{}"}
                side.call(
                    "POST",
                    "runs/log-inputs",
                    {
                        "run_id": f"$run{i}",
                        "datasets": [
                            {"dataset": dataset, "tags": [{"key": "mlflow.data.context", "value": ["train", "eval", "train"][i]}]}
                        ],
                    },
                )
            if i == 4:
                side.call("POST", "runs/update", {"run_id": "$run4", "status": "FINISHED", "end_time": 200})
        side.call("POST", "runs/delete", {"run_id": "$run5"})
    return sides


@pytest.mark.parametrize("search", SEARCHES, ids=str)
def test_search_runs(searched, search):
    answers = [side.call("POST", "runs/search", {"experiment_ids": ["$search"]} | search) for side in searched]
    if answers[1][0] != 200:
        for _, answer in answers:
            answer.pop("stack_trace", None)
            answer["message"] = loose(answer["message"])
        assert answers[0] == answers[1]
        return

    # Runs that started together come in the order of their ids, which differ: compare them as sets there.
    def shape(answer):
        runs = [
            (
                run["info"]["start_time"],
                run["info"]["run_name"],
                json.dumps(run.get("data"), sort_keys=True),
                json.dumps(run.get("inputs"), sort_keys=True),
            )
            for run in answer.get("runs", [])
        ]
        if "max_results" in search and "order_by" not in search:
            return [run[0] for run in runs], answer.get("next_page_token")
        return sorted(runs), answer.get("next_page_token")

    strip = re.compile(r"<id \d+>")
    plain = [json.loads(strip.sub("<id>", json.dumps(shape(answer)))) for _, answer in answers]
    assert plain[0] == plain[1]
    if "order_by" in search and "start_time" in str(search["order_by"]) + "metrics.acc":
        keys = [[run["data"].get("metrics") for run in answer.get("runs", [])] for _, answer in answers]
        assert keys[0] == keys[1]


QUOTED = ["a'b", "a\\'b", "a''b", "a\\", 'c\\"d', "x AND y"]


@pytest.fixture(scope="module")
def quoted(sides):
    """An experiment whose runs have values with quotes."""
    for side in sides:
        side.call("POST", "experiments/create", {"name": "quoted"}, save={"quoted": "experiment_id"})
        for value in QUOTED:
            run = {"experiment_id": "$quoted", "start_time": 1, "run_name": "q", "tags": [{"key": "t", "value": value}]}
            side.call("POST", "runs/create", run)
    return sides


@pytest.mark.parametrize(
    "search",
    [
        r"tags.t = 'a\'b'",
        r"tags.t = 'a\'b' AND tags.t = 'a\'b'",
        r"tags.t LIKE 'a\'%'",
        r"tags.t = 'a''b'",
        r"tags.t = 'a\'",
        r"tags.t = 'a\' AND tags.t = 'a'",
        r'tags.t = "c\"d"',
        r'tags."it\"s" = "b"',
        r"tags.t = '\''",
        r"tags.t = ''''",
        r"tags.t = 'a'b'",
        r"tags.t = 'a",
        "tags.t = 'x AND y'",
        "   ",
        "metrics.m > +1",
    ],
)
def test_quotes_in_filters(quoted, search):
    def found(side):
        status, answer = side.call("POST", "runs/search", {"experiment_ids": ["$quoted"], "filter": search})
        tags = [tag["value"] for run in answer.get("runs", []) for tag in run["data"]["tags"] if tag["key"] == "t"]
        return status, sorted(tags), answer.get("error_code")

    ours, expected = (found(side) for side in quoted)
    assert ours == expected


NAMES = [
    "\U0001f600", "a\U0001f600", "é", "日本", "e\u0301", "हिन्दी", "a\u200db", "×", "٣²Ⅷ", "a\n", "\n", "a\tb", "a\u00a0b", "a，b", "€",
    "é" * 250, "é" * 251, "a\\b", "..", "a'b",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_names_of_every_script(sides, name):
    for side in sides:
        side.call("POST", "runs/create", {"experiment_id": "0", "start_time": 1, "run_name": "n"}, save={"named": "run.info.run_id"})
        side.call("POST", "registered-models/create", {"name": "named"})
    same(sides, "POST", "runs/log-metric", {"run_id": "$named", "key": name, "value": 1, "timestamp": 1})
    same(sides, "POST", "runs/log-parameter", {"run_id": "$named", "key": name, "value": "1"})
    same(sides, "POST", "runs/set-tag", {"run_id": "$named", "key": name, "value": "1"})
    same(sides, "POST", "experiments/set-experiment-tag", {"experiment_id": "0", "key": name, "value": "1"})
    same(sides, "POST", "registered-models/set-tag", {"name": "named", "key": name, "value": "1"})
    same(sides, "POST", "registered-models/alias", {"name": "named", "alias": name, "version": "1"})
    batch = {"metrics": [{"key": "m" + name, "value": 1, "timestamp": 1, "step": 0}], "params": [{"key": "p" + name, "value": "2"}]}
    same(sides, "POST", "runs/log-batch", {"run_id": "$named"} | batch)


@pytest.mark.parametrize("kind", [None, "application/json; charset=utf-8", "APPLICATION/JSON", "text/plain", "application/jsonx"])
def test_content_types(sides, kind):
    def answer(side, method, path, body):
        request = requests.Request(method, f"{side.url}/api/2.0/mlflow/{path}", data=body, headers={"Content-Type": kind} if kind else {})
        got = side.session.send(request.prepare(), timeout=60)
        return got.status_code, got.json().get("message")

    for call in [
        ("POST", "experiments/search", b'{"max_results": 1}'),
        ("POST", "experiments/search", b""),
        ("POST", "registered-models/create", b"{}"),
        ("GET", "experiments/get?experiment_id=0", b"{}"),
        ("PATCH", "registered-models/update", b'{"name": "none"}'),
        ("DELETE", "registered-models/delete", b"{}"),
    ]:
        ours, expected = (answer(side, *call) for side in sides)
        assert ours == expected, call


def test_registry(sides):
    def call(*arguments, **options):
        return same(sides, *arguments, **options)

    call("POST", "experiments/create", {"name": "registry"}, save={"e": "experiment_id"})
    call(
        "POST",
        "runs/create",
        {"experiment_id": "$e", "start_time": 1, "run_name": "b"},
        save={"r": "run.info.run_id", "uri": "run.info.artifact_uri"},
    )
    call("POST", "registered-models/create", {"name": "m", "description": "d", "tags": [{"key": "a", "value": "b"}]})
    call("POST", "registered-models/create", {"name": "m"})
    call("POST", "registered-models/create", {"name": "a/b"})
    call("POST", "registered-models/create", {"name": "."})
    call("GET", "registered-models/get", {"name": ".."})
    call("POST", "registered-models/create", {})
    call("GET", "registered-models/alias", {"name": "nope", "alias": "a"})
    call("GET", "registered-models/alias", {"name": "nope", "alias": "latest"})
    call("GET", "registered-models/alias", {"name": "m", "alias": "latest"})
    call("GET", "registered-models/get", {"name": "m"})
    call("GET", "registered-models/get", {"name": "nope"})
    for _ in range(4):
        call("POST", "model-versions/create", {"name": "m", "source": "$uri/model", "run_id": "$r"})
    call("POST", "model-versions/create", {"name": "m", "source": "$uri/model"})
    call("POST", "model-versions/create", {"name": "m", "source": "/etc/passwd", "run_id": "$r"})
    call("POST", "model-versions/create", {"name": "m", "source": "$uri/../../../x", "run_id": "$r"})
    call("POST", "model-versions/create", {"name": "nope", "source": "$uri/model", "run_id": "$r"})
    for source in ("http://x/y", "sftp://x/y", "C:\\x"):
        call("POST", "model-versions/create", {"name": "m", "source": source})
    call("POST", "model-versions/create", {"name": "m", "source": "s3://bucket/x"})
    call("GET", "registered-models/alias", {"name": "m", "alias": "Latest"})
    call("GET", "model-versions/get", {"name": "m", "version": "1"})
    call("GET", "model-versions/get", {"name": "m", "version": "99"})
    call("GET", "model-versions/get", {"name": "m", "version": "x"})
    call("GET", "model-versions/get-download-uri", {"name": "m", "version": "1"})
    call("PATCH", "model-versions/update", {"name": "m", "version": "1", "description": "first"})
    call("POST", "model-versions/transition-stage", {"name": "m", "version": "1", "stage": "production"})
    call("POST", "model-versions/transition-stage", {"name": "m", "version": "2", "stage": "Production", "archive_existing_versions": True})
    call("POST", "model-versions/transition-stage", {"name": "m", "version": "2", "stage": "Live"})
    call("POST", "model-versions/transition-stage", {"name": "m", "version": "3", "stage": "Archived", "archive_existing_versions": True})
    call("POST", "model-versions/transition-stage", {"name": "m", "version": "77", "stage": "Staging"})
    call("POST", "model-versions/transition-stage", {"name": "m", "version": "3"})
    call("POST", "registered-models/get-latest-versions", {"name": "m"})
    call("POST", "registered-models/get-latest-versions", {"name": "m", "stages": ["production"]})
    call("POST", "registered-models/get-latest-versions", {"name": "m", "stages": ["x"]})
    call("POST", "registered-models/alias", {"name": "m", "alias": "champion", "version": "3"})
    call("POST", "registered-models/alias", {"name": "m", "alias": "latest", "version": "3"})
    call("POST", "registered-models/alias", {"name": "m", "alias": "v3", "version": "3"})
    call("POST", "registered-models/alias", {"name": "m", "alias": "a b", "version": "3"})
    call("POST", "registered-models/alias", {"name": "m", "alias": "c", "version": "99"})
    call("GET", "registered-models/alias", {"name": "m", "alias": "champion"})
    call("GET", "registered-models/alias", {"name": "m", "alias": "nope"})
    call("POST", "model-versions/set-tag", {"name": "m", "version": "3", "key": "q", "value": "1"})
    call("POST", "model-versions/set-tag", {"name": "m", "version": "3", "value": "1"})
    call("POST", "registered-models/set-tag", {"name": "m", "key": "q", "value": "1"})
    call("GET", "model-versions/search", {"filter": "name='m'", "order_by": "version_number ASC"})
    call("GET", "model-versions/search", {"filter": "name='m' and tags.q = '1'"})
    call("GET", "model-versions/search", {"filter": "run_id='$r'", "max_results": 2, "order_by": "version_number DESC"})
    call("GET", "model-versions/search", {"filter": "version_number > 2", "order_by": "version_number ASC"})
    call("GET", "model-versions/search", {"filter": "foo = 'm'"})
    call("GET", "model-versions/search", {"filter": "source_path IN ('a')"})
    call("GET", "registered-models/search", {"filter": "name LIKE 'm%'"})
    call("GET", "registered-models/search", {"filter": "tags.q = '1'"})
    call("GET", "registered-models/search", {"filter": "foo = 'm'"})
    call("GET", "registered-models/search", {"max_results": 1001})
    call("DELETE", "model-versions/delete", {"name": "m", "version": "4"})
    call("DELETE", "model-versions/delete", {"name": "m", "version": "4"})
    assert call("POST", "model-versions/create", {"name": "m", "source": "$uri/model", "run_id": "$r"})["model_version"]["version"] == "6"
    call("DELETE", "registered-models/alias", {"name": "m", "alias": "champion"})
    call("DELETE", "model-versions/delete-tag", {"name": "m", "version": "3", "key": "q"})
    call("DELETE", "registered-models/delete-tag", {"name": "m", "key": "q"})
    call("POST", "registered-models/rename", {"name": "m", "new_name": "n"})
    call("POST", "registered-models/rename", {"name": "m", "new_name": "o"})
    call("GET", "registered-models/get", {"name": "n"})
    call("PATCH", "registered-models/update", {"name": "n", "description": "new"})
    call("DELETE", "registered-models/delete", {"name": "n"})
    call("GET", "model-versions/get", {"name": "n", "version": "1"})


def test_logged_models(sides):
    def call(*arguments, **options):
        return same(sides, *arguments, **options)

    call("POST", "experiments/create", {"name": "logged"}, save={"e": "experiment_id"})
    call("POST", "runs/create", {"experiment_id": "$e", "start_time": 1, "run_name": "b"}, save={"r": "run.info.run_id"})
    call(
        "POST",
        "logged-models",
        {
            "experiment_id": "$e",
            "name": "lm",
            "model_type": "t",
            "source_run_id": "$r",
            "params": [{"key": "p", "value": "1"}],
            "tags": [{"key": "a", "value": "b"}],
        },
        save={"m": "model.info.model_id"},
    )
    call("POST", "logged-models", {"experiment_id": "$e", "name": "bad/name"})
    call("POST", "logged-models", {"name": "x"})
    call("PATCH", "logged-models/$m", {"model_id": "$m", "status": "LOGGED_MODEL_READY"})
    call("PATCH", "logged-models/$m/tags", {"tags": [{"key": "c", "value": "d"}]})
    call("DELETE", "logged-models/$m/tags/c")
    call("DELETE", "logged-models/$m/tags/c")
    call("GET", "logged-models/$m")
    call("GET", "logged-models/m-nope")
    call("POST", "runs/outputs", {"run_id": "$r", "models": [{"model_id": "$m", "step": 3}]})
    call("POST", "runs/log-inputs", {"run_id": "$r", "models": [{"model_id": "$m"}]})
    call("POST", "runs/log-metric", {"run_id": "$r", "key": "acc", "value": 0.5, "timestamp": 3, "model_id": "$m"})
    call("GET", "runs/get", {"run_id": "$r"})
    call("GET", "logged-models/$m")
    call("POST", "logged-models/search", {"experiment_ids": ["$e"], "filter": "metrics.acc > 0.1 AND params.p = '1'"})
    call(
        "POST",
        "logged-models/search",
        {"experiment_ids": ["$e"], "filter": "name = 'lm'", "order_by": [{"field_name": "metrics.acc", "ascending": False}]},
    )
    call("POST", "logged-models/search", {"experiment_ids": ["$e"], "filter": "foo.x = 1"})
    call("GET", "logged-models/$m/artifacts/directories")
    call("POST", "registered-models/create", {"name": "from-logged"})
    call("POST", "model-versions/create", {"name": "from-logged", "source": "models:/$m", "model_id": "$m", "run_id": "$r"})
    call("DELETE", "logged-models/$m")
    call("GET", "logged-models/$m")
