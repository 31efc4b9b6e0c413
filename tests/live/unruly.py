"""A network as bad as they come: a proxy that drops, delays and doubles what a site pushes, and cuts its sockets."""

from __future__ import annotations

import random
import socket
import threading
import time
from collections import Counter
from contextlib import suppress

SHARES = {"dropped": 0.05, "doubled": 0.05, "delayed": 0.08, "cut": 0.004, "passed": 0.816}
"""What becomes of pushed messages; a cut takes the whole connection with it, and whatever was on its way."""

SHORTEST, LONGEST = 0.02, 0.2
"""Seconds of a delay, in which what comes behind waits as well."""

READ = 64 * 1024


class Unruly:
    """Listens on `port` and passes everything on to `target`; WebSocket messages from there are ill-treated until it is `calm`."""

    def __init__(self, port: int, target: int, seed: int) -> None:
        self.calm = False
        self.did: Counter[str] = Counter()
        self._target = target
        self._random = random.Random(seed)
        self._listening = socket.create_server(("127.0.0.1", port), backlog=256)
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with suppress(OSError), client, socket.create_connection(("127.0.0.1", self._target), timeout=30) as server:
            server.settimeout(None)
            head = client.recv(READ)
            server.sendall(head)
            threading.Thread(target=_pass_on, args=(client, server), daemon=True).start()
            if b"upgrade: websocket" in head.lower():
                self._pass_messages(server, client)
            else:
                _pass_on(server, client)

    def _pass_messages(self, server: socket.socket, client: socket.socket) -> None:
        waiting = b""
        while b"\r\n\r\n" not in waiting:  # the answer to the handshake
            waiting += _read(server)
        answer, end, waiting = waiting.partition(b"\r\n\r\n")
        client.sendall(answer + end)
        while True:
            while (length := _whole(waiting)) is not None:
                frame, waiting = waiting[:length], waiting[length:]
                for each in self._treated(frame, client):
                    client.sendall(each)
            waiting += _read(server)

    def _treated(self, frame: bytes, client: socket.socket) -> list[bytes]:
        """What becomes of a frame: of messages that are pushed anything, of answers and pings nothing."""
        if self.calm or b'42["' not in frame[:16]:
            return [frame]
        (fate,) = self._random.choices(list(SHARES), list(SHARES.values()))
        self.did[fate] += 1
        if fate == "cut":
            client.shutdown(socket.SHUT_RDWR)
        if fate == "delayed":
            time.sleep(self._random.uniform(SHORTEST, LONGEST))
        return [frame] * {"dropped": 0, "cut": 0, "doubled": 2}.get(fate, 1)


def _whole(data: bytes) -> int | None:
    """How long the first frame of a server is (RFC 6455, 5.2), None while it is not whole."""
    if len(data) < 2:
        return None
    size, start = data[1] & 0x7F, 2
    if size == 126:
        size, start = int.from_bytes(data[2:4], "big"), 4
    elif size == 127:
        size, start = int.from_bytes(data[2:10], "big"), 10
    return start + size if len(data) >= start + size and len(data) >= start else None


def _read(source: socket.socket) -> bytes:
    data = source.recv(READ)
    if not data:
        raise OSError("closed")
    return data


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(READ):
            target.sendall(data)
    for each in (source, target):
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
