"""What was acknowledged before a SIGKILL is there after the restart: runs, params, versions, webhook deliveries."""

from __future__ import annotations

import hashlib
import hmac
import http.server
import json
import threading
import time

import pytest
import requests


class Receiver:
    """A webhook receiver that keeps what it got and refuses while told to."""

    def __init__(self):
        self.received: list[tuple[str, bytes]] = []
        self.refusing = False
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if not receiver.refusing:
                    receiver.received.append((self.headers.get("X-Databricks-Signature", ""), body))
                self.send_response(503 if receiver.refusing else 200)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/hook"

    def wait_for(self, count: int, seconds: float = 30) -> list[dict]:
        end = time.monotonic() + seconds
        while len(self.received) < count and time.monotonic() < end:
            time.sleep(0.05)
        return [json.loads(body) for _, body in self.received]


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.server.shutdown()


def post(server, path, **body):
    answer = requests.post(f"{server.url}/api/2.0/mlflow/{path}", json=body, timeout=30)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_nothing_acknowledged_is_lost(fresh_tracking):
    server = fresh_tracking
    post(server, "registered-models/create", name="m")
    made: list[str] = []
    versions: list[str] = []
    lock = threading.Lock()

    def write():
        session = requests.Session()
        api = f"{server.url}/api/2.0/mlflow/"
        try:
            while True:
                run = session.post(api + "runs/create", json={"experiment_id": "0", "start_time": 1}, timeout=10).json()["run"]["info"]
                session.post(
                    api + "runs/log-parameter", json={"run_id": run["run_id"], "key": "p", "value": run["run_id"]}, timeout=10
                ).raise_for_status()
                with lock:
                    made.append(run["run_id"])
                version = session.post(
                    api + "model-versions/create",
                    json={"name": "m", "source": run["artifact_uri"] + "/model", "run_id": run["run_id"]},
                    timeout=10,
                )
                with lock:
                    versions.append(version.json()["model_version"]["version"])
        except (requests.RequestException, KeyError, ValueError):
            return  # The server is gone.

    for _ in range(3):
        threads = [threading.Thread(target=write) for _ in range(4)]
        for thread in threads:
            thread.start()
        time.sleep(0.7)
        server.kill()
        for thread in threads:
            thread.join()
        server.start()
    assert len(made) > 20
    for run_id in made:
        run = requests.get(f"{server.url}/api/2.0/mlflow/runs/get", params={"run_id": run_id}, timeout=10).json()["run"]
        assert run["data"]["params"] == [{"key": "p", "value": run_id}]
    assert len(set(versions)) == len(versions)
    stored = requests.get(f"{server.url}/api/2.0/mlflow/model-versions/search", params={"filter": "name='m'"}, timeout=10).json()
    assert set(versions) <= {version["version"] for version in stored["model_versions"]}


def test_webhooks_are_signed_retried_and_survive_a_kill(fresh_tracking, receiver):
    server = fresh_tracking
    post(server, "registered-models/create", name="m")
    hook = post(
        server,
        "registry-webhooks/create",
        model_name="m",
        events=["MODEL_VERSION_CREATED", "MODEL_VERSION_TRANSITIONED_TO_PRODUCTION"],
        http_url_spec={"url": receiver.url, "secret": "s3cret"},
    )["webhook"]
    assert "secret" not in json.dumps(hook)
    run = post(server, "runs/create", experiment_id="0")["run"]["info"]
    receiver.refusing = True
    for _ in range(3):
        post(server, "model-versions/create", name="m", source=run["artifact_uri"], run_id=run["run_id"])
    post(server, "model-versions/transition-stage", name="m", version="2", stage="Production", archive_existing_versions=True)
    server.kill()
    receiver.refusing = False
    server.start()
    events = receiver.wait_for(4)
    assert [(e["event"], e["version"]) for e in events] == [
        ("MODEL_VERSION_CREATED", "1"),
        ("MODEL_VERSION_CREATED", "2"),
        ("MODEL_VERSION_CREATED", "3"),
        ("MODEL_VERSION_TRANSITIONED_TO_PRODUCTION", "2"),
    ]
    assert events[3]["from_stage"] == "None" and events[3]["to_stage"] == "Production" and events[3]["webhook_id"] == hook["id"]
    for signature, body in receiver.received:
        assert signature == hmac.new(b"s3cret", body, hashlib.sha256).hexdigest()


def test_the_webhook_calls(fresh_tracking, receiver):
    server = fresh_tracking
    api = f"{server.url}/api/2.0/mlflow/registry-webhooks/"
    hook = post(
        server, "registry-webhooks/create", events=["REGISTERED_MODEL_CREATED"], http_url_spec={"url": receiver.url}, status="DISABLED"
    )["webhook"]
    assert requests.get(api + "list", timeout=10).json()["webhooks"] == [hook]
    post(server, "registered-models/create", name="unheard")
    updated = requests.patch(api + "update", json={"id": hook["id"], "status": "ACTIVE", "description": "x"}, timeout=10).json()["webhook"]
    assert updated["status"] == "ACTIVE" and updated["description"] == "x"
    post(server, "registered-models/create", name="heard")
    assert [e["model_name"] for e in receiver.wait_for(1)] == ["heard"]
    assert post(server, "registry-webhooks/test", id=hook["id"])["webhook"]["status_code"] == 200
    assert (
        requests.post(api + "create", json={"events": ["NO_SUCH"], "http_url_spec": {"url": receiver.url}}, timeout=10).status_code == 400
    )
    assert (
        requests.post(
            api + "create", json={"events": ["MODEL_VERSION_CREATED"], "http_url_spec": {"url": "file:///etc/passwd"}}, timeout=10
        ).status_code
        == 400
    )
    for spec in (
        {"url": "http://"},
        {"url": "http://a b/"},
        {"url": "http://x:99999/"},
        {"url": receiver.url, "authorization": "a\r\nX: 1"},
    ):
        refused = requests.post(api + "create", json={"events": ["MODEL_VERSION_CREATED"], "http_url_spec": spec}, timeout=10)
        assert (refused.status_code, refused.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert requests.delete(api + "delete", params={"id": hook["id"]}, timeout=10).status_code == 200
    assert requests.get(api + "list", timeout=10).json() == {}
    assert requests.delete(api + "delete", params={"id": hook["id"]}, timeout=10).status_code == 404


def test_a_disabled_webhook_is_not_called(fresh_tracking, receiver):
    server = fresh_tracking
    hook = post(server, "registry-webhooks/create", events=["REGISTERED_MODEL_CREATED"], http_url_spec={"url": receiver.url})["webhook"]
    update = f"{server.url}/api/2.0/mlflow/registry-webhooks/update"
    receiver.refusing = True
    post(server, "registered-models/create", name="pending")
    assert requests.patch(update, json={"id": hook["id"], "status": "DISABLED"}, timeout=10).status_code == 200
    post(server, "registered-models/create", name="never told")
    time.sleep(1)  # A call that was under way has ended.
    receiver.refusing = False
    time.sleep(3)
    assert receiver.received == []
    assert requests.patch(update, json={"id": hook["id"], "status": "ACTIVE"}, timeout=10).status_code == 200
    assert [e["model_name"] for e in receiver.wait_for(1)] == ["pending"]
