"""A load generator that costs little beside the server it measures: one process, plain sockets that stay open, requests made
before, one request under way a connection (no pipelining), whole answers read and their status checked."""

from __future__ import annotations

import gc
import json
import select
import socket
import time
import urllib.parse


class Client:
    """One connection that posts JSON and checks that every answer is 200."""

    def __init__(self, url: str) -> None:
        parts = urllib.parse.urlsplit(url)
        self.host = parts.netloc
        self.socket = socket.create_connection((parts.hostname, parts.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""
        self.head_end = -1
        self.size = -1  # Of the whole answer; -1 while it is not known, as in chunks.

    def request(self, path: str, body: dict) -> bytes:
        data = json.dumps(body).encode()
        head = f"POST {path} HTTP/1.1\r\nHost: {self.host}\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
        return head.encode() + data

    def send(self, request: bytes) -> bytes:
        """Sends and waits; gives the body of the answer."""
        self.begin(request)
        while not self.receive():
            pass
        return self.body()

    def begin(self, request: bytes) -> None:
        self.received, self.head_end, self.size = b"", -1, -1
        self.socket.sendall(request)

    def receive(self) -> bool:
        """Reads what is there; true when the answer is whole."""
        part = self.socket.recv(1 << 18)
        if not part:
            raise ConnectionError("the server closed the connection")
        self.received = self.received + part if self.received else part
        if self.head_end < 0:
            self.head_end = self.received.find(b"\r\n\r\n")
            if self.head_end < 0:
                return False
            if not self.received.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(self.received.decode(errors="replace"))
            head = self.received[: self.head_end].lower()
            at = head.find(b"content-length:")
            if at >= 0:
                self.size = self.head_end + 4 + int(head[at + 15 :].split(b"\r\n", 1)[0])
        return len(self.received) >= self.size if self.size >= 0 else self.received.endswith(b"\r\n0\r\n\r\n")

    def body(self) -> bytes:
        body = self.received[self.head_end + 4 :]
        if self.size >= 0:
            return body
        whole = b""
        while (size := int(body[: (end := body.index(b"\r\n"))], 16)) > 0:
            whole += body[end + 2 : end + 2 + size]
            body = body[end + 4 + size :]
        return whole

    def close(self) -> None:
        self.socket.close()


def latencies(client: Client, requests: list[bytes], seconds: float) -> list[float]:
    """One request after the other for some seconds: what each took, in seconds."""
    clock, times, i = time.perf_counter, [], 0
    gc.disable()
    try:
        end = clock() + seconds
        while (before := clock()) < end:
            client.send(requests[i])
            times.append(clock() - before)
            i = (i + 1) % len(requests)
    finally:
        gc.enable()
    return times


def rate(clients: list[Client], requests: list[list[bytes]], seconds: float) -> float:
    """Answers a second when every client always has a request under way."""
    poll = select.epoll()
    at = {}
    for client, own in zip(clients, requests, strict=True):
        poll.register(client.socket, select.EPOLLIN)
        at[client.socket.fileno()] = [client, own, 0]
    gc.disable()
    try:
        started = time.perf_counter()
        for client, own, _ in at.values():
            client.begin(own[0])
        done, running, end = 0, len(at), started + seconds
        while running:
            for number, _ in poll.poll():
                state = at[number]
                if not state[0].receive():
                    continue
                done += 1
                if time.perf_counter() < end:
                    state[2] = (state[2] + 1) % len(state[1])
                    state[0].begin(state[1][state[2]])
                else:
                    running -= 1
        return done / (time.perf_counter() - started)
    finally:
        gc.enable()
        poll.close()


def percentile(times: list[float], share: float) -> float:
    """In milliseconds."""
    return sorted(times)[min(len(times) - 1, int(len(times) * share))] * 1000
