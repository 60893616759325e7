"""Bearer tokens and TLS on every surface, with the stock clients."""

from __future__ import annotations

import base64
import datetime
import ipaddress
import os
import pathlib
import subprocess
import sys

import pytest
import requests
from test_starts_and_disks import start

from headrace_server import HeadraceServer

CLIENTS = """
import os, sys, warnings
warnings.simplefilter("ignore")
http, remote, token, file = sys.argv[1:]
os.environ |= {"MLFLOW_TRACKING_TOKEN": token, "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0", "MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD": "true",
               "MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE": "100", "MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE": str(5 << 20)}
import mlflow
mlflow.set_tracking_uri(http)
with mlflow.start_run() as run:
    mlflow.log_metric("m", 1)
    mlflow.log_artifact(file)
    mlflow.log_artifact(file, "in/a")
for path in ("file", "in/a/file"):
    with open(mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path=path), "rb") as copy, open(file, "rb") as own:
        assert copy.read() == own.read()
assert [item.path for item in mlflow.MlflowClient().list_artifacts(run.info.run_id)] == ["file", "in"]
from databricks.sdk import WorkspaceClient
workspace = WorkspaceClient(host=http, token=token)
assert workspace.current_user.me().user_name == "alice"
assert list(workspace.serving_endpoints.list()) == []
from pyspark.sql import SparkSession
spark = SparkSession.builder.remote(remote).create()
assert spark.sql("SELECT current_user()").collect()[0][0] == "alice"
print("done", flush=True)
os._exit(0)
"""

REFUSED = """
import os, sys
from pyspark.sql import SparkSession
try:
    SparkSession.builder.remote(sys.argv[1]).create().range(1).count()
except Exception as error:
    print(error, flush=True)
os._exit(0)
"""


class SecureServer(HeadraceServer):
    """With a certificate of its own, or none."""

    certificate: str | None = None

    @property
    def url(self) -> str:
        return f"https://localhost:{self.http_port}" if self.certificate else super().url

    def _healthy(self) -> bool:
        try:
            return requests.get(self.url + "/health", verify=self.certificate or True, timeout=2).status_code == 200
        except requests.RequestException:
            return False

    @property
    def environment_of_clients(self) -> dict[str, str]:
        own = {"REQUESTS_CA_BUNDLE": self.certificate, "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH": self.certificate} if self.certificate else {}
        return os.environ | own

    def run_client(self, program: str, *arguments: str) -> subprocess.CompletedProcess:
        """Runs a client's program as a file: PySpark takes one without for its own test."""
        file = self.root.with_name("client.py")
        file.write_text(program, encoding="utf-8")
        command = [sys.executable, str(file), *arguments]
        return subprocess.run(command, env=self.environment_of_clients, capture_output=True, text=True, timeout=100, check=False)

    def remote_with(self, settings: str) -> str:
        parts = [self.remote + "/", "use_ssl=true" if self.certificate else "", settings]
        return ";".join(part for part in parts if part)


def make_certificate(folder: pathlib.Path) -> tuple[str, str]:
    """A certificate that signs itself, for localhost, and its key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(names, critical=False).sign(key, hashes.SHA256())
    )  # fmt: skip
    folder.mkdir(exist_ok=True)
    for file, how in (("key.pem", serialization.NoEncryption()), ("encrypted.pem", serialization.BestAvailableEncryption(b"secret"))):
        (folder / file).write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, how))
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return str(folder / "certificate.pem"), str(folder / "key.pem")


@pytest.fixture(params=["plain", "tls"])
def guarded(request, headrace_bin, tmp_path):
    """A server that asks for tokens, without and with TLS."""
    (tmp_path / "tokens").write_text("# who may come\n\nsesame alice\nother bob\n", encoding="utf-8")
    arguments = ["--tokens", str(tmp_path / "tokens")]
    certificate = None
    if request.param == "tls":
        certificate, key = make_certificate(tmp_path / "tls")
        arguments += ["--tls-certificate", certificate, "--tls-key", key]
    server = SecureServer(tmp_path / "root", *arguments)
    server.certificate = certificate
    with server:
        yield server


def test_stock_clients_with_a_token(guarded, tmp_path):
    (tmp_path / "file").write_bytes(os.urandom(11 << 20))

    def run(token: str) -> subprocess.CompletedProcess:
        return guarded.run_client(CLIENTS, guarded.url, guarded.remote_with("token=" + token), token, str(tmp_path / "file"))

    done = run("sesame")
    assert "done" in done.stdout, done.stderr[-3000:]
    refused = run("wrong")
    assert "done" not in refused.stdout and "UNAUTHENTICATED" in refused.stderr


OPEN = ["/health", "/version", "/.well-known/databricks-config"]
GUARDED = [
    "/metrics", "/", "/mlflow/", "/static-files/x", "/nope", "/api/2.0/mlflow/experiments/get?experiment_id=0", "/get-artifact",
    "/ajax-api/2.0/mlflow/experiments/get?experiment_id=0", "/mlflow/ajax-api/2.0/mlflow/experiments/get?experiment_id=0",
    "/api/2.0/mlflow-artifacts/artifacts", "/api/2.0/serving-endpoints", "/api/2.0/mlflow/registry-webhooks/list",
    "/model-versions/get-artifact",
]  # fmt: skip


def test_every_surface_asks_for_a_token(guarded):
    def status(path: str, authorization: str = "", method: str = "GET") -> int:
        headers = {"Authorization": authorization} if authorization else {}
        answer = requests.request(
            method, guarded.url + path, headers=headers, verify=guarded.certificate or True, allow_redirects=False, timeout=10
        )
        if answer.status_code == 401:
            assert answer.json()["error_code"] == "UNAUTHENTICATED"
            assert "Bearer" in answer.headers["WWW-Authenticate"] and "Basic" in answer.headers["WWW-Authenticate"]
        return answer.status_code

    for path in OPEN:
        assert status(path) == 200
    for path in GUARDED:
        assert (status(path), status(path, "Bearer wrong")) == (401, 401)
        assert status(path, "Bearer sesame") != 401
    for path in ("/serving-endpoints/x/invocations", "/graphql", "/api/2.0/mlflow/runs/create"):
        assert status(path, method="POST") == 401
    one = GUARDED[5]
    for right in ("bearer other", "Basic " + base64.b64encode(b"anybody:sesame").decode()):
        assert status(one, right) == 200
    for wrong in (
        "sesame",
        "Bearer ",
        "Bearer sesame x",
        "Basic %%%",
        "Basic " + base64.b64encode(b"sesame:x").decode(),
        "Basic " + "A" * 5,
    ):
        assert status(one, wrong) == 401
    # Parts of an upload go to addresses that were given out, and to no others.
    assert status("/api/2.0/mlflow-artifacts/mpu/part/" + "0" * 32 + "/1", method="PUT") == 404
    assert status("/api/2.0/mlflow-artifacts/mpu/create/x", method="POST") == 401
    for token in ("", "token=wrong"):
        done = guarded.run_client(REFUSED, guarded.remote_with(token))
        assert "UNAUTHENTICATED" in done.stdout, done.stderr


def test_certificates_and_tokens_that_cannot_work_say_so(tmp_path):
    certificate, key = make_certificate(tmp_path / "one")
    _, other = make_certificate(tmp_path / "two")
    for name, text in (("garbage", "garbage"), ("empty", ""), ("half", "token\n"), ("twice", "a b\na c\n"), ("three", "a b c\n")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    empty = str(tmp_path / "empty")
    for arguments, message in [
        (["--tls-certificate", certificate], "both a certificate and its key"),
        (["--tls-key", key], "both a certificate and its key"),
        (["--tls-certificate", str(tmp_path / "garbage"), "--tls-key", key], "certificate {}/garbage cannot be used"),
        (["--tls-certificate", certificate, "--tls-key", str(tmp_path / "garbage")], "key {}/garbage cannot be used"),
        (["--tls-certificate", empty, "--tls-key", empty], "certificate {}/empty cannot be used"),
        (["--tls-certificate", certificate, "--tls-key", other], "key {}/two/key.pem cannot be used: key values mismatch"),
        (
            ["--tls-certificate", certificate, "--tls-key", str(tmp_path / "one" / "encrypted.pem")],
            "key {}/one/encrypted.pem cannot be used",
        ),
        (["--tokens", empty], "{}/empty has no tokens"),
        (["--tokens", str(tmp_path / "half")], "Line 1 of the tokens file {}/half"),
        (["--tokens", str(tmp_path / "three")], "Line 1 of the tokens file {}/three"),
        (["--tokens", str(tmp_path / "twice")], "Line 2 of the tokens file {}/twice"),
    ]:
        done = start("--root", str(tmp_path / "root"), *arguments)
        assert (done.returncode, message.format(tmp_path) in done.stderr) == (1, True), done.stderr
