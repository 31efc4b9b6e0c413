"""The clients of bench/live.py: one process with many sockets, which notes when each push arrives and does nothing else."""

from __future__ import annotations

import json
import re
import resource
import selectors
import socket
import time
from multiprocessing.connection import Connection
from typing import Any

EXTRA_FILES = 200
POSITION = re.compile(rb'"channel":"topic:\d+","position":"\w+:(\d+)"')
READ = 64 * 1024


def listen(pipe: Connection, port: int, topic_id: int, count: int) -> None:
    """The clients' process: opens the sockets, notes when each push arrives, until it is told to stop."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, count + EXTRA_FILES)), hard))
    selector = selectors.DefaultSelector()
    for _ in range(count):
        line = subscribed(port, topic_id)
        line.setblocking(False)
        selector.register(line, selectors.EVENT_READ, bytearray())
    receipts: dict[int, list[float]] = {}
    sample = b""
    pipe.send("listening")
    while not pipe.poll():
        ready = selector.select(0.2)
        now = time.monotonic()  # by now it has arrived; reading the others of these first would count against the server
        for key, _events in ready:
            sample = take(key.fileobj, key.data, receipts, now) or sample
    pipe.recv()
    pipe.send((receipts, sample))


def take(line: Any, waiting: bytearray, receipts: dict[int, list[float]], now: float) -> bytes:
    """Read what is there; note pushes, answer pings. The last push."""
    push = b""
    waiting += line.recv(READ)
    while (frame := whole_frame(waiting)) is not None:
        found = POSITION.search(frame, 0, 200)
        if found:
            receipts.setdefault(int(found[1]), []).append(now)
            push = frame
        elif frame == b"2":
            line.send(masked("3"))
    return push


def whole_frame(waiting: bytearray) -> bytes | None:
    """Take the first frame of text off the bytes, when it is complete."""
    if len(waiting) < 2:
        return None
    size, start = waiting[1], 2
    if size == 126:
        size, start = int.from_bytes(waiting[2:4], "big"), 4
    elif size == 127:
        size, start = int.from_bytes(waiting[2:10], "big"), 10
    if len(waiting) < start + size or (start > 2 and len(waiting) < start):
        return None
    frame = bytes(waiting[start : start + size])
    del waiting[: start + size]
    return frame


def subscribed(port: int, topic_id: int) -> socket.socket:
    """A socket that listens to the topic."""
    line = socket.create_connection(("127.0.0.1", port))
    line.sendall(
        b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\n\r\n"
    )
    read_until(line, b"0{")  # what comes along with the request would be taken for its body
    line.sendall(masked("40"))
    read_until(line, b"40{")
    line.sendall(masked('421["subscribe",' + json.dumps({"channels": [f"topic:{topic_id}"], "position": ""}) + "]"))
    read_until(line, b"431", b"]")
    return line


def read_until(line: socket.socket, wanted: bytes, end: bytes = b"") -> None:
    """Read until this has come, and what was read ends so."""
    seen = b""
    while wanted not in seen or not seen.endswith(end):
        chunk = line.recv(READ)
        assert chunk, seen
        seen += chunk


def masked(text: str) -> bytes:
    """A frame of text as a client sends it, masked with zeros."""
    payload = text.encode()
    size = bytes([0x80 | len(payload)]) if len(payload) < 126 else bytes([0x80 | 126]) + len(payload).to_bytes(2, "big")
    return b"\x81" + size + b"\0\0\0\0" + payload
