"""A client that costs little beside the server it measures: one plain socket, requests made before, whole answers read."""

from __future__ import annotations

import json
import socket
import urllib.parse


class Client:
    """One connection that posts JSON and checks that every answer is 200."""

    def __init__(self, url: str) -> None:
        parts = urllib.parse.urlsplit(url)
        self.host = parts.netloc
        self.socket = socket.create_connection((parts.hostname, parts.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def request(self, path: str, body: dict) -> bytes:
        data = json.dumps(body).encode()
        head = f"POST {path} HTTP/1.1\r\nHost: {self.host}\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
        return head.encode() + data

    def send(self, request: bytes) -> bytes:
        """The body of the answer."""
        self.socket.sendall(request)
        answer = self._receive()
        while (end := answer.find(b"\r\n\r\n")) < 0:
            answer += self._receive()
        head = answer[:end].lower()
        if not answer.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(answer.decode(errors="replace"))
        if b"content-length:" not in head:
            return self._chunks(answer[end + 4 :])
        at = head.index(b"content-length:") + 15
        size = end + 4 + int(head[at:].split(b"\r\n", 1)[0])
        while len(answer) < size:
            answer += self._receive()
        return answer[end + 4 : size]

    def _chunks(self, received: bytes) -> bytes:
        while not received.endswith(b"0\r\n\r\n"):
            received += self._receive()
        body = b""
        while (size := int(received[: (end := received.index(b"\r\n"))], 16)) > 0:
            body += received[end + 2 : end + 2 + size]
            received = received[end + 4 + size :]
        return body

    def _receive(self) -> bytes:
        part = self.socket.recv(1 << 18)
        if not part:
            raise ConnectionError("the server closed the connection")
        return part
