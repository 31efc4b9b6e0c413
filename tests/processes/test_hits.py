"""Kept pages answered straight from the socket: the same answers as the long way, and nothing unusual taken."""

from __future__ import annotations

import gzip
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from community.accounts.actions import open_account
from community.categories.actions import make_category
from community.core.hits import MOST, asked
from community.posts.actions import open_topic
from community.staff.viewer import viewer_unchecked
from tests.running_site import RunningSite, followed, until

PLAIN = "GET /questions HTTP/1.1\r\nHost: {host}\r\n"


class Connection:
    """A kept-alive connection on which requests are written byte by byte as a test wants them."""

    def __init__(self, site: RunningSite) -> None:
        self.host = site.base_url.removeprefix("http://")
        name, port = self.host.split(":")
        self._socket = socket.create_connection((name, int(port)), timeout=20)
        self._rest = b""

    def send(self, text: str) -> None:
        self._socket.sendall(text.replace("{host}", self.host).encode("latin-1"))

    def answer(self) -> tuple[int, dict[str, str], bytes]:
        """The next answer: status, headers by lower-case name, body. Raises ConnectionError at the end."""
        while b"\r\n\r\n" not in self._rest:
            self._more()
        head, _, self._rest = self._rest.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        status = int(first.split(" ")[1])
        if status == 100:
            return self.answer()
        length = 0 if status in {204, 304} else int(headers["content-length"])
        while len(self._rest) < length:
            self._more()
        body, self._rest = self._rest[:length], self._rest[length:]
        return status, headers, body

    def ask(self, text: str) -> tuple[int, dict[str, str], bytes]:
        self.send(text + "\r\n")
        return self.answer()

    def close(self) -> None:
        self._socket.close()

    def _more(self) -> None:
        data = self._socket.recv(65536)
        if not data:
            raise ConnectionError("closed")
        self._rest += data


@contextmanager
def connected(site: RunningSite) -> Iterator[Connection]:
    """A connection, closed at the end."""
    made = Connection(site)
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def connection(site: RunningSite) -> Iterator[Connection]:
    """A connection to a site whose list of questions is kept by now."""
    with connected(site) as first:
        first.ask(PLAIN)
    with connected(site) as made:
        yield made


def quick(headers: dict[str, str]) -> bool:
    """Whether it came straight from the socket: gunicorn signs what it writes, apart from its own errors."""
    return "server" not in headers and "etag" in headers


def test_a_kept_page_is_the_same_either_way(site: RunningSite, connection: Connection) -> None:
    status, headers, body = connection.ask(PLAIN)
    assert status == 200
    assert quick(headers)
    again = connection.ask(PLAIN)
    assert quick(again[1])
    with connected(site) as other:
        by_the_book = other.ask(PLAIN + "Range: bytes=0-\r\n")
    assert not quick(by_the_book[1])
    assert by_the_book[2] == body == again[2]
    differing = {name for name in headers.keys() | by_the_book[1].keys() if headers.get(name) != by_the_book[1].get(name)}
    assert differing <= {"server", "date"}
    assert headers["content-security-policy"]


def test_a_compressed_and_an_unchanged_one(connection: Connection) -> None:
    _, headers, body = connection.ask(PLAIN)
    _, packed_headers, packed = connection.ask(PLAIN + "Accept-Encoding: gzip\r\n")
    assert (quick(packed_headers), packed_headers["content-encoding"]) == (True, "gzip")
    assert gzip.decompress(packed) == body
    status, unchanged, nothing = connection.ask(PLAIN + f"If-None-Match: {headers['etag']}\r\n")
    assert (status, quick(unchanged), nothing) == (304, True, b"")


def test_a_change_shows_at_once(site: RunningSite, connection: Connection) -> None:
    assert quick(connection.ask(PLAIN)[1])
    with site.app():
        asker = open_account(handle="asker", name="Asker", email="asker@example.com", confirmed=True)
        place = make_category(by=None, slug="place", name="Place", opens={"question": "members"})
        open_topic(by=viewer_unchecked(asker), kind="question", title="Why does it creak?", body="It creaks.", category_id=place)
        _, _, body = connection.ask(PLAIN)
        assert b"Why does it creak?" in body
        until(followed, "the followers have written what follows from it, which changes the page for the tests after this one")


@pytest.mark.parametrize(
    "request_text",
    [
        PLAIN + "Cookie: bothways=somebody\r\n",
        PLAIN + "Connection: close\r\n",
        PLAIN + "Upgrade: websocket\r\n",
        PLAIN + "Expect: 100-continue\r\n",
        PLAIN + "X-Long: " + "x" * MOST + "\r\n",
        PLAIN.replace("/questions", "/%71uestions"),
        PLAIN.replace("GET", "HEAD"),
        PLAIN.replace("Host:", "Host :"),
        PLAIN + "Host: elsewhere.example\r\n",
        PLAIN.replace("{host}", "elsewhere.example"),
        "GET /questions?q=\x00 HTTP/1.1\r\nHost: {host}\r\n",
        "GET /questions HTTP/1.0\r\nHost: {host}\r\n",
    ],
)
def test_what_is_unusual_is_left_to_the_server(site: RunningSite, connection: Connection, request_text: str) -> None:
    connection.send(request_text + "\r\n")
    try:
        status, headers, _ = connection.answer() if "HEAD" not in request_text else (0, {"server": "not read"}, b"")
    except ConnectionError:
        status, headers = 400, {"server": "closed"}
    assert not quick(headers)
    assert status < 500
    with connected(site) as other:
        assert other.ask(PLAIN)[0] == 200


def test_other_requests_on_the_same_connection(connection: Connection) -> None:
    assert quick(connection.ask(PLAIN)[1])
    status, headers, _ = connection.ask("POST /sign-in HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\n")
    assert status in {400, 403}
    assert not quick(headers)


def test_two_requests_at_once_are_both_answered(connection: Connection) -> None:
    connection.send((PLAIN + "\r\n") * 2)
    assert [connection.answer()[0] for _ in range(2)] == [200, 200]


def test_a_head_in_pieces(connection: Connection) -> None:
    for piece in ("GET /quest", "ions HTTP/1.1\r\nHost: {ho", "st}\r\n\r\n"):
        connection.send(piece.replace("{ho", "127.0.0.1").replace("st}", connection.host.removeprefix("127.0.0.1")))
    assert connection.answer()[0] == 200


def test_who_hangs_up_leaves_nothing_behind(site: RunningSite) -> None:
    for text in ("", "GET /questions HT", PLAIN + "\r\n"):
        with connected(site) as hasty:
            hasty.send(text)
    with connected(site) as patient:
        until(lambda: patient.ask(PLAIN)[0] == 200, "it goes on")
    assert "a kept page was not served" not in site.log.read_text()


def test_only_exactly_one_plain_get_is_taken() -> None:
    plain = b"GET /a?b=c HTTP/1.1\r\nHost: h\r\nAccept-Language: de\r\n\r\n"
    assert asked(plain) == {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/a",
        "QUERY_STRING": "b=c",
        "HTTP_HOST": "h",
        "HTTP_ACCEPT_LANGUAGE": "de",
    }
    for other in (
        plain + plain,
        plain[:-1],
        plain.replace(b"GET", b"get"),
        plain.replace(b"Host: h\r\n", b""),
        plain.replace(b"Host: h", b"Host: h\r\nhost: g"),
        plain.replace(b"Host: h", b"Host: h\r\n folded"),
        plain.replace(b"Host: h", b"Host: h\r\nContent-Length: 0"),
        plain.replace(b"Host: h", b"Host: h\r\nTransfer-Encoding: chunked"),
        plain.replace(b"Host: h", b"Host: h\r\nConnection: Upgrade"),
        plain.replace(b"\r\n", b"\n"),
    ):
        assert asked(other) is None, other
