"""A process that serves one MLflow model to the Headrace server over a socket.

Started as ``python -m headrace.serving_worker FD [--prepare]``. Frames in both directions are: length of what follows (u32,
big-endian), code (u16, big-endian), payload. A request's code says what to do, an answer's code is an HTTP status and its
payload JSON. The worker ends when the server closes the socket. With --prepare it imports what models need before it is
asked for anything.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import inspect
import json
import os
import select
import socket
import struct
import sys
import threading
from collections.abc import Callable
from typing import Any

from headrace.missing_values import accept_missing_values, without_booleans

LOAD, PREDICT, EXPORT_LIGHTGBM, FIND_PACKAGE = 1, 2, 3, 4
_HEADER = struct.Struct("!IH")


class RequestError(Exception):
    """What the caller did wrong, with the HTTP status to answer."""

    def __init__(self, message: str, status: int = 400, error_code: str = "BAD_REQUEST") -> None:
        super().__init__(message)
        self.status = status
        self.error_code = error_code


def _error_body(code: str, message: str) -> bytes:
    return json.dumps({"error_code": code, "message": message}).encode()


class Worker:
    """Holds the loaded model and answers requests."""

    def __init__(self) -> None:
        self._model: Any = None
        self._schema: Any = None

    def answer(self, code: int, payload: bytes) -> tuple[int, bytes]:
        handlers: dict[int, Callable[[bytes], tuple[int, bytes]]] = {
            LOAD: self._load,
            PREDICT: self._predict,
            EXPORT_LIGHTGBM: self._export_lightgbm,
            FIND_PACKAGE: self._find_package,
        }
        try:
            return handlers[code](payload)
        except RequestError as error:
            return error.status, _error_body(error.error_code, str(error))
        except RecursionError as error:
            return 400, _error_body("BAD_REQUEST", f"The input is nested too deeply: {error}")
        except (Exception, SystemExit) as error:  # Whatever a model raises is an answer, not the end of the worker.
            return self._model_error(error)

    @staticmethod
    def _model_error(error: BaseException) -> tuple[int, bytes]:
        status, code, message = 500, "INTERNAL_ERROR", f"{type(error).__name__}: {error}"
        if hasattr(error, "get_http_status_code"):  # An MlflowException.
            status, code, message = error.get_http_status_code(), str(error.error_code), str(error.message)  # type: ignore[attr-defined]
            cause = error.__cause__ or error.__context__
            if cause is not None and str(cause) not in message:
                message += f" {type(cause).__name__}: {cause}"
            if "enforce schema" in message:
                status, code = 400, "BAD_REQUEST"
        return status, _error_body(code, message)

    def _load(self, payload: bytes) -> tuple[int, bytes]:
        request = json.loads(payload)
        # The model's own folder must not ask a tracking server for anything.
        import mlflow.pyfunc

        model = mlflow.pyfunc.load_model(request["model_path"])
        example = model.input_example
        if example is not None:  # The warm-up, and the proof that the model works here.
            model.predict(example)
        self._model = model
        if request.get("looks_up"):
            accept_missing_values(model)
            self._schema = without_booleans(model.metadata.get_input_schema())
        else:
            self._schema = model.metadata.get_input_schema()
        return 200, b"{}"

    def _predict(self, payload: bytes) -> tuple[int, bytes]:
        if self._model is None:
            raise RequestError("No model is loaded.", 500, "INTERNAL_ERROR")
        from mlflow.pyfunc import scoring_server

        arguments = {"data": payload, "content_type": "application/json", "model": self._model, "input_schema": self._schema}
        known = inspect.signature(scoring_server.invocations).parameters
        result = scoring_server.invocations(**{name: arguments[name] for name in known if name in arguments})
        if result.status != 200:
            raise RequestError(str(result.response), result.status)
        return 200, result.response.encode()

    @staticmethod
    def _export_lightgbm(payload: bytes) -> tuple[int, bytes]:
        """Writes the booster of a scikit-learn wrapper as LightGBM's text format, with its class labels."""
        request = json.loads(payload)
        import lightgbm
        import mlflow.lightgbm

        model = mlflow.lightgbm.load_model(request["model_path"])
        reason = ""
        if not isinstance(model, lightgbm.LGBMModel) or type(model) not in (
            lightgbm.LGBMClassifier,
            lightgbm.LGBMRegressor,
            lightgbm.LGBMRanker,
        ):
            reason = f"class {type(model).__name__}"
        elif callable(model.objective):
            reason = "an objective written in Python"
        elif model.booster_.pandas_categorical:
            reason = "categorical features"
        labels: list[Any] = []
        if isinstance(model, lightgbm.LGBMClassifier):
            labels = [label.item() if hasattr(label, "item") else label for label in model.classes_]
            if not all(isinstance(label, (bool, int, float, str)) for label in labels):
                reason = "class labels that JSON does not have"
        if reason:
            return 200, json.dumps({"reason": reason}).encode()
        booster = model.booster_
        booster.save_model(request["output"], num_iteration=booster.best_iteration if booster.best_iteration > 0 else -1)
        return 200, json.dumps({"labels": labels}).encode()

    @staticmethod
    def _find_package(payload: bytes) -> tuple[int, bytes]:
        package = json.loads(payload)["package"]
        found = importlib.util.find_spec(package)
        if found is None or found.origin is None:
            raise RequestError(f"The Python package '{package}' is not installed for {sys.executable}.", 404, "NOT_FOUND")
        return 200, json.dumps({"path": os.path.dirname(found.origin)}).encode()


def _receive(connection: socket.socket, size: int) -> bytes | None:
    parts: list[bytes] = []
    while size > 0:
        part = connection.recv(min(size, 1 << 20))
        if not part:
            return None
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def serve(connection: socket.socket) -> None:
    """Answers requests until the other side closes the connection."""
    worker = Worker()
    while (header := _receive(connection, _HEADER.size)) is not None:
        length, code = _HEADER.unpack(header)
        payload = _receive(connection, length - 2)
        if payload is None:
            return
        status, body = worker.answer(code, payload)
        connection.sendall(_HEADER.pack(len(body) + 2, status) + body)


def _end_with_the_server(descriptor: int) -> None:
    """Ends the process when the server is gone, whatever the model is doing."""
    waiting = select.poll()
    waiting.register(descriptor, select.POLLRDHUP)
    while not waiting.poll():
        pass
    os._exit(0)


def main() -> None:
    # Models print; what they print must not reach the server's output.
    os.dup2(2, 1)
    with socket.socket(fileno=int(sys.argv[1])) as connection:
        threading.Thread(target=_end_with_the_server, args=(connection.fileno(),), daemon=True).start()
        if "--prepare" in sys.argv[2:]:
            # What fails here fails again, and is said, when a model is loaded.
            with contextlib.suppress(Exception):
                importlib.import_module("mlflow.pyfunc.scoring_server")
        serve(connection)


if __name__ == "__main__":
    main()
