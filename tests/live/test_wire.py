"""The wire under the sockets: whole frames, in order, to readers fast and slow."""

from __future__ import annotations

import socket as plain
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import gevent
import pytest
from gevent import socket
from gevent.queue import JoinableQueue
from socketio import packet
from wsproto.frame_protocol import FrameProtocol

from community.live import wire
from community.live.wire import Wire


@pytest.fixture
def ends() -> Iterator[tuple[Any, Any]]:
    """Two ends of a connection whose buffers are small."""
    ours, theirs = socket.socketpair()
    ours.setsockopt(plain.SOL_SOCKET, plain.SO_SNDBUF, 4096)
    yield ours, theirs
    ours.close()
    theirs.close()


def read_all(end: Any, size: int) -> bytes:
    received = b""
    while len(received) < size:
        received += end.recv(65536)
    return received


def test_a_frame_that_the_reader_takes_in_part_is_finished_before_anything_else(ends: tuple[Any, Any]) -> None:
    ours, theirs = ends
    line = Wire(ours, timeout=5)
    first, second, third = b"1" * 300_000, b"2" * 300_000, b"3" * 10
    assert line.send_now(first)
    assert not line.send_now(third), "the rest of the first is still to be written"
    waiting = gevent.spawn(line.send, second)
    assert read_all(theirs, 600_000) == first + second
    waiting.join()
    assert line.send_now(third)
    assert read_all(theirs, 10) == third


def test_a_reader_who_takes_nothing_is_left_to_the_queue(ends: tuple[Any, Any]) -> None:
    ours, _theirs = ends
    with gevent.Timeout(5):
        while True:  # fill the buffers without anybody reading
            try:
                ours.send(b"x" * 4096, 0, 0.0)
            except BlockingIOError:
                break
    line = Wire(ours, timeout=0.05)
    assert not line.send_now(b"y")
    with pytest.raises(TimeoutError):
        line.send(b"y" * 1_000_000)


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536, 200_000])
def test_frames_are_what_the_protocol_says(size: int) -> None:
    payload = "ü".encode() * (size // 2) + b"x" * (size % 2)
    reader = FrameProtocol(client=True, extensions=[])
    reader.receive_bytes(wire.text_frame(payload))
    read = [frame for frame in reader.received_frames() if frame.payload or size == 0]
    assert "".join(frame.payload for frame in read).encode() == payload
    assert read[-1].message_finished


class Peer:
    """What broadcast needs of an Engine.IO socket, noting the way each message took."""

    def __init__(self, takes: bool = True) -> None:
        self.queue = JoinableQueue()
        self.closed, self.connected = False, True
        self.written: list[bytes] = []
        self.takes = takes
        self.wire = self

    def send_now(self, frame: bytes) -> bool:
        if self.takes:
            self.written.append(frame)
        return self.takes

    def send(self, message: Any) -> None:
        self.queue.put(message)

    def close(self, **_options: object) -> None:
        self.closed = True


def server() -> Any:
    return SimpleNamespace(packet_class=packet.Packet)


def test_what_waits_in_the_library_is_never_overtaken() -> None:
    idle, busy, slow, gone = Peer(), Peer(), Peer(takes=False), Peer()
    busy.queue.put("earlier")
    gone.closed = True
    peers = {"idle": idle, "busy": busy, "slow": slow, "gone": gone}
    assert wire.broadcast(server(), "stream", {"n": 1}, [*peers.values(), None]) == 1
    assert idle.written == [wire.text_frame(b'42["stream",{"n":1}]')]
    assert (busy.written, busy.queue.get(), busy.queue.get().encode()) == ([], "earlier", '42["stream",{"n":1}]')
    assert slow.queue.get().encode() == '42["stream",{"n":1}]'
    assert (gone.written, gone.queue.qsize()) == ([], 0)
    # Taken by the writer, but not yet marked as done: still not idle.
    assert busy.queue.unfinished_tasks == 2
    assert wire.broadcast(server(), "stream", {}, [busy]) == 0


def test_who_falls_far_behind_is_dropped_and_not_buffered_without_end() -> None:
    slow = Peer(takes=False)
    for _ in range(wire.BACKLOG + 5):
        wire.broadcast(server(), "stream", {}, [slow])
    gevent.idle()
    assert slow.queue.qsize() == wire.BACKLOG
    assert slow.closed


def test_a_library_that_we_do_not_know_is_refused() -> None:
    engine = SimpleNamespace(create_queue=lambda: object(), _async={"websocket": None}, sockets={})
    with pytest.raises(RuntimeError, match="engineio"):
        wire.check_library(SimpleNamespace(eio=engine))
