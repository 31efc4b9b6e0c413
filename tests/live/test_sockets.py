"""Open sockets of a real web process: who may hear what, how soon, in which order, and until when."""

from __future__ import annotations

import http.client
import itertools
import json
import re
import statistics
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import requests
import websocket
from socketio.exceptions import SocketIOError
from sqlalchemy import select

from community.accounts.actions import change_password, end_session, lift_suspension, suspend
from community.categories.actions import change_category
from community.categories.models import Category
from community.core.position import position_now
from community.core.unit import unit
from community.extensions import db
from community.live.channels import Channel
from community.live.listeners import Listener, Listeners
from community.live.sockets import MAX_MESSAGE, MESSAGES_A_WINDOW
from community.live.tail import JOIN
from community.posts.actions import edit_post, open_topic, write_post
from community.posts.events import PostEdited
from community.staff.actions import end_role, grant_role
from community.topics.actions import move_topic
from community.topics.models import Topic
from community.web import GRACE
from tests.conftest import empty_site
from tests.live.conftest import PASSWORD, Ear, House, WebProcess, cookie_of, make_house, number, viewer_of
from tests.running_site import RunningSite, free_port, until

Listen = Callable[..., Ear]

SOON = 2.0
"""Seconds in which a right that ended must have ended on an open socket as well (rulings 17)."""


def ask(house: House, category_id: int, by: int | None = None) -> int:
    """A new question; the id of its topic."""
    asker = house.viewer(by or house.ana)
    return open_topic(by=asker, kind="question", title="How do I charge it?", body="It will not.", category_id=category_id).topic_id


def answer(house: House, topic_id: int, by: int | None = None, body: str = "Turn it on.") -> int:
    return write_post(by=house.viewer(by or house.ben), topic_id=topic_id, body=body).post_id


def test_refused_channels_are_named(house: House, listen: Listen) -> None:
    names = ["home", f"category:{house.public}", f"category:{house.members}", f"user:{house.ana}"]
    others = [f"category:{house.staff}", f"user:{house.ben}", "desk", "topic:99999", "talk:1", "nonsense", "topic:0", "TOPIC:1", ""]
    said = listen(house.ana).subscribe(*names, *others)
    assert (said["granted"], said["refused"]) == (names, others)
    said = listen().subscribe(f"category:{house.members}", "desk", f"user:{house.ana}", f"category:{house.public}")
    assert said["granted"] == [f"category:{house.public}"]
    eva = listen(house.eva)
    assert eva.subscribe("desk", f"category:{house.staff}")["refused"] == []
    assert "bothways_live_sockets 3.0" in requests.get(site_url(eva) + "/metrics", timeout=5).text


def test_what_is_public_is_pushed_and_what_is_not_is_only_hinted_at(house: House, listen: Listen) -> None:
    public, members = ask(house, house.public), ask(house, house.members)
    visitor, ben = listen(), listen(house.ben)
    visitor.subscribe(f"topic:{public}", "home", position=str(position_now()))
    ben.subscribe(f"topic:{members}", f"topic:{public}", position=str(position_now()))
    db.session.rollback()
    in_public, in_members = answer(house, public), answer(house, members, by=house.ana, body="Only for members")
    (pushed,) = visitor.wait_for("stream", channel=f"topic:{public}")
    assert f'id="post_{in_public}"' in pushed["html"]
    (hint,) = ben.wait_for("nudge", channel=f"topic:{members}")
    assert set(hint) == {"channel", "position", "prev", "url"}
    ben.wait_for("stream", channel=f"topic:{public}")
    fetched = requests.get(site_url(ben) + hint["url"], headers={"Cookie": ben.cookie}, timeout=5).json()
    assert f'id="post_{in_members}"' in fetched["streams"][0]["html"]
    assert requests.get(site_url(ben) + hint["url"], timeout=5).json()["refused"] == [f"topic:{members}"]
    everything = json.dumps(visitor.messages + ben.messages)
    assert "Only for members" not in everything
    assert f'id=\\"post_{in_members}\\"' not in everything


def test_the_first_page_tells_of_closed_places_only_who_may_read_there(house: House, listen: Listen) -> None:
    visitor, newcomer, ben, eva = listen(), listen(house.newcomer), listen(house.ben), listen(house.eva)
    stand = [ear.subscribe("home", position=str(position_now()))["position"] for ear in (visitor, newcomer, ben, eva)][-1]
    db.session.rollback()
    inside = ask(house, house.staff, by=house.eva)
    eva.wait_for("nudge")  # each change is heard before the next, so that none is joined with another
    among = ask(house, house.members)
    eva.wait_for("nudge", 2)
    public = ask(house, house.public)
    (pushed,) = visitor.wait_for("stream")
    assert f'data-topic="{public}"' in pushed["html"]
    (alike,) = newcomer.wait_for("stream")
    assert alike == pushed, "and nothing shows that there was more"
    told = [ear.wait_for("nudge", count) for ear, count in ((ben, 2), (eva, 3))]
    assert [len(each) for each in told] == [2, 3], "whose blocks hold more than a visitor's asks, though this was public"
    assert [ear.told("nudge") for ear in (visitor, newcomer)] == [[], []]
    for ear, seen in ((newcomer, [public]), (ben, [among, public]), (eva, [inside, among, public])):
        fetched = missed(ear, "home", stand)
        html = "".join(each["html"] for each in fetched["streams"])
        assert [topic for topic in (inside, among, public) if f'data-topic="{topic}"' in html] == seen


def test_what_is_held_reaches_its_author_alone(house: House, listen: Listen) -> None:
    topic_id = ask(house, house.public)
    author, other = listen(house.newcomer), listen(house.ben)
    for ear in (author, other):
        ear.subscribe(f"topic:{topic_id}", position=str(position_now()))
    db.session.rollback()
    held = answer(house, topic_id, by=house.newcomer)
    (hint,) = author.wait_for("nudge")
    fetched = requests.get(site_url(author) + hint["url"], headers={"Cookie": author.cookie}, timeout=5).json()
    assert f'id="post_{held}"' in fetched["streams"][0]["html"]
    seen = answer(house, topic_id, by=house.ana)
    (pushed,) = other.wait_for("stream")
    # Nothing tells the others that something lies between: their push follows on what they have.
    assert f"post_{seen}" in pushed["html"]
    assert f"post_{held}" not in json.dumps(other.messages)
    assert number(pushed["prev"]) < number(hint["position"]) < number(pushed["position"])


def test_pushes_come_soon_and_what_follows_at_once_is_joined(house: House, listen: Listen) -> None:
    topic_id = ask(house, house.public)
    ear = listen()
    ear.subscribe(f"topic:{topic_id}", position=str(position_now()))
    db.session.rollback()
    delays = []
    for n in range(12):
        answer(house, topic_id, body=f"Answer {n}")
        began = time.monotonic()
        ear.wait_for("stream", n + 1)
        delays.append(time.monotonic() - began)
        until(lambda began=began: time.monotonic() - began > 0.06, "the window to join has passed")
    assert statistics.median(delays) < 0.25, delays
    before, began = len(ear.told("stream")), time.monotonic()
    post_id = answer(house, topic_id)
    for _ in range(30):
        with unit() as u:
            u.record(PostEdited(topic_id=topic_id, category_id=house.public, post_id=post_id, kept=False))
    newest = str(position_now())
    until(lambda: ear.told("stream")[-1]["position"] == newest, "the last of thirty changes")
    pushed = ear.told("stream")
    assert len(pushed) - before <= (time.monotonic() - began) / JOIN + 2, (
        "at most one push in the time to join, however slow the machine"
    )
    assert f'action="append" targets="#topic_{topic_id}_posts[data-page=&#34;1&#34;]"' in pushed[before]["html"]
    assert f'action="replace" target="post_{post_id}"' in pushed[-1]["html"]
    assert all(later["prev"] == earlier["position"] for earlier, later in itertools.pairwise(pushed))


def site_url(ear: Ear) -> str:
    return ear.site.base_url


def missed(ear: Ear, channel: str, position: str) -> dict[str, Any]:
    """What a browser that stands at this position is answered when it asks with its own rights."""
    address = f"{site_url(ear)}/live?channels={channel}&position={position}"
    return dict(requests.get(address, headers={"Cookie": ear.cookie}, timeout=5).json())


def test_a_session_that_ends_ends_its_socket_and_no_other(house: House, listen: Listen) -> None:
    here, elsewhere, ben = listen(house.ana), listen(house.ana), listen(house.ben)
    for ear in (here, elsewhere, ben):
        ear.subscribe("home")
    end_session(by=viewer_of(here))
    assert here.wait_for("goodbye", seconds=SOON) == [{"reason": "signed_out"}]
    until(lambda: not here.is_open, "the socket is closed", SOON)
    assert elsewhere.is_open
    assert ben.is_open
    assert elsewhere.told("goodbye") == []


def test_a_new_password_ends_every_other_socket(house: House, listen: Listen) -> None:
    here, elsewhere = listen(house.ben), listen(house.ben)
    change_password(by=viewer_of(here), old=PASSWORD, new="another long one")
    assert elsewhere.wait_for("goodbye", seconds=SOON) == [{"reason": "password_changed"}]
    assert here.subscribe("home")["granted"] == ["home"]


def test_a_suspension_ends_every_socket(house: House, listen: Listen) -> None:
    ears = [listen(house.ben), listen(house.ben)]
    suspend(by=house.viewer(house.eva), account_id=house.ben, rule="abuse", reason="For the test")
    for ear in ears:
        assert ear.wait_for("goodbye", seconds=SOON) == [{"reason": "suspended"}]
        until(lambda ear=ear: not ear.is_open, "the socket is closed", SOON)
    lift_suspension(by=house.viewer(house.eva), account_id=house.ben)


def test_a_role_that_ends_takes_its_channels_along(house: House, listen: Listen) -> None:
    grant = grant_role(by=None, account_id=house.ben, role="employee", title="Trial", source="command")
    topic_id = ask(house, house.staff, by=house.eva)
    ear = listen(house.ben)
    said = ear.subscribe("home", "desk", f"category:{house.staff}", f"topic:{topic_id}", position=str(position_now()))
    assert said["refused"] == []
    db.session.rollback()
    end_role(by=None, grant_id=grant)
    (goodbye,) = ear.wait_for("goodbye", seconds=SOON)
    assert goodbye == {"reason": "rights", "channels": [f"category:{house.staff}", "desk", f"topic:{topic_id}"]}
    answer(house, topic_id, by=house.eva)
    change_category(by=None, category_id=house.public, description="Something")
    ear.wait_for("stream", channel="home")
    assert ear.told("nudge") == [], "of the answer inside nothing is heard"


def test_a_members_first_page_is_streamed_like_a_visitors_unless_it_is_about_them(
    site: RunningSite, house: House, listen: Listen
) -> None:
    # A site without anything that is not for everybody: its members' pages differ by what is their own alone.
    with unit() as u:
        for topic in u.session.scalars(select(Topic).join(Topic.category).where(Category.visibility != "public")):
            topic.removed_at = u.now
    visitor, newcomer, ben, ana = listen(), listen(house.newcomer), listen(house.ben), listen(house.ana)
    for ear in (visitor, newcomer, ben, ana):
        ear.subscribe("home", position=str(position_now()))
    db.session.rollback()
    time.sleep(2 * JOIN)  # what an earlier test changed is pushed by itself, not together with what follows
    topic_id = ask(house, house.public)
    pushed = visitor.wait_for("stream")[-1]
    assert f'data-topic="{topic_id}"' in pushed["html"]
    assert (newcomer.wait_for("stream")[-1], ben.wait_for("stream")[-1]) == (pushed, pushed)
    assert ana.wait_for("nudge")[-1]["position"] == pushed["position"], "it is hers"
    assert ana.told("stream") == []
    answer(house, topic_id, by=house.ben)
    assert ben.wait_for("nudge")[-1]["position"] == ana.wait_for("nudge", 2)[-1]["position"]
    assert newcomer.wait_for("stream", 2)[-1]["prev"] == pushed["position"]


def test_what_leaves_the_members_for_the_staff_is_taken_from_members_lists(house: House, listen: Listen) -> None:
    topic_id = ask(house, house.members)
    visitor, ben = listen(), listen(house.ben)
    stand = [ear.subscribe("home", position=str(position_now()))["position"] for ear in (visitor, ben)][-1]
    db.session.rollback()
    move_topic(by=house.viewer(house.eva), topic_id=topic_id, category_id=house.staff)
    ben.wait_for("nudge")
    fetched = missed(ben, "home", stand)
    assert f'action="leave" targets="[id$=&#34;_topics&#34;] [data-topic=&#34;{topic_id}&#34;]"' in fetched["streams"][0]["html"]
    change_category(by=None, category_id=house.public, description="Otherwise")
    visitor.wait_for("stream")
    assert len(visitor.messages) == 1, "of the rest visitors hear nothing"


def test_a_topic_or_category_that_becomes_narrower_is_left(house: House, listen: Listen) -> None:
    moved, shut = ask(house, house.public), ask(house, house.public)
    visitor, ben = listen(), listen(house.ben)
    for ear in (visitor, ben):
        ear.subscribe(f"topic:{moved}", f"topic:{shut}", f"category:{house.public}")
    move_topic(by=house.viewer(house.eva), topic_id=moved, category_id=house.members)
    assert visitor.wait_for("goodbye", seconds=SOON) == [{"reason": "rights", "channels": [f"topic:{moved}"]}]
    change_category(by=None, category_id=house.public, visibility="staff")
    said = visitor.wait_for("goodbye", 2, seconds=SOON)[1:] + ben.wait_for("goodbye", seconds=SOON)
    assert said == [{"reason": "rights", "channels": [f"category:{house.public}", f"topic:{shut}"]}] * 2
    change_category(by=None, category_id=house.public, visibility="public")


def test_only_our_own_pages_may_open_a_socket(site: RunningSite) -> None:
    address = site.base_url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
    for origin in ("https://evil.example", "null", site.base_url + ".evil.example"):
        line = websocket.WebSocket()
        with pytest.raises(websocket.WebSocketBadStatusException) as refusal:
            line.connect(address, origin=origin)
        line.shutdown()
        assert refusal.value.status_code == 400
    polling = requests.get(site.base_url + "/socket.io/?EIO=4&transport=polling", timeout=5)
    assert polling.status_code == 400
    half = http.client.HTTPConnection("127.0.0.1", site.config.port, timeout=5)
    half.request("GET", "/socket.io/?EIO=4&transport=websocket", headers={"Connection": "Upgrade", "Upgrade": "websocket"})
    assert half.getresponse().status == 400
    half.close()


def test_messages_are_small_and_not_compressed(site: RunningSite) -> None:
    address = site.base_url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
    line = websocket.create_connection(address, header=["Sec-WebSocket-Extensions: permessage-deflate"], timeout=5)
    assert "sec-websocket-extensions" not in line.getheaders()
    line.send("40")
    line.send("42" + json.dumps(["subscribe", {"channels": ["x" * MAX_MESSAGE]}]))
    opcodes = []
    while websocket.ABNF.OPCODE_CLOSE not in opcodes:
        opcode, data = line.recv_data(control_frame=True)
        opcodes.append(opcode)
    assert int.from_bytes(data[:2], "big") == 1009  # message too big
    line.shutdown()


def test_a_socket_has_one_listener_whatever_it_calls_its_messages() -> None:
    listeners = Listeners()
    first = Listener("sid", 1, 1, "en")
    listeners.add(first)
    listeners.join(first, Channel("home"))
    listeners.add(Listener("sid", 1, 1, "en"))
    listeners.remove("sid")
    assert first.channels == set()
    assert len(listeners) == 0


def test_who_does_not_speak_the_protocol_is_cut_off(site: RunningSite) -> None:
    address = site.base_url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
    for words in ("42[]", '451-["x",{"_placeholder":true,"num":0}]', "42{", "45-[1]"):
        line = websocket.create_connection(address, timeout=5)
        line.send("40")
        line.send(words)
        with suppress(websocket.WebSocketConnectionClosedException):
            while line.recv():  # nothing is what comes with the end; a timeout would be raised
                pass
        line.shutdown()


def test_a_frame_that_is_no_packet_costs_one_line(site: RunningSite, listen: Listen) -> None:
    address = site.base_url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
    before = len(site.log.read_text())
    frames: list[str | bytes] = ["", "x", "b!", "9", "4" + "[" * 10_000, "4", "٤2[]", "4²", b"", b"\x04", "3" + "1" * 5_000]
    dropped = 0
    for frame in frames:
        line = websocket.create_connection(address, timeout=5)
        line.send("40")
        line.send(frame, websocket.ABNF.OPCODE_BINARY if isinstance(frame, bytes) else websocket.ABNF.OPCODE_TEXT)
        if frame != "4":
            dropped += 1
            with suppress(websocket.WebSocketConnectionClosedException):
                while line.recv():
                    pass
        line.shutdown()
    until(lambda: site.log.read_text()[before:].count("dropped a malformed") >= dropped, "each is told")
    told = site.log.read_text()[before:]
    assert "Traceback" not in told
    assert told.count("dropped a malformed") <= len(frames)
    assert listen().subscribe("home")["granted"] == ["home"]


def test_an_address_and_an_account_have_so_many_sockets_and_no_more(
    tmp_path: Path, database_kind: str, template_database: str
) -> None:
    limits = {"BOTHWAYS_SOCKETS_PER_ADDRESS": "4", "BOTHWAYS_SOCKETS_PER_ACCOUNT": "2", "BOTHWAYS_TRUSTED_PROXIES": "1"}
    options = {"BOTHWAYS_PORT": str(free_port()), **limits}
    with empty_site(tmp_path / "data", database_kind, template_database, **options) as made:
        running = WebProcess(made, tmp_path / "web.log")
        running.start("web")
        ears: list[Ear] = []

        def come(address: str, account_id: int | None = None) -> Ear:
            cookie = cookie_of(running, account_id) if account_id is not None else ""
            ears.append(Ear(running, cookie, **{"X-Forwarded-For": address}))
            return ears[-1]

        try:
            with running.app():
                ana = make_house().ana
                four = [come("203.0.113.7") for _ in range(2)] + [come("203.0.113.7", ana) for _ in range(2)]
                # They are connected before they are counted (`always_connect`); who is answered has been counted.
                assert [ear.subscribe("home")["granted"] for ear in four] == [["home"]] * 4
                assert come("203.0.113.7").wait_for("goodbye") == [{"reason": "too_many"}]
                assert come("203.0.113.8", ana).wait_for("goodbye") == [{"reason": "too_many"}], "a third of hers, from wherever"
                # An IPv6 customer has a whole /64; another is somebody else.
                six = [come(f"2001:db8::{n}") for n in range(1, 5)]
                assert [ear.subscribe("home")["granted"] for ear in six] == [["home"]] * 4
                assert come("2001:db8::ffff").wait_for("goodbye") == [{"reason": "too_many"}]
                six.append(come("2001:db8:0:1::1"))
                assert six[-1].subscribe("home")["granted"] == ["home"]
                assert all(ear.is_open for ear in (*four, *six))
                four[0].close()

                def may_come() -> bool:
                    with suppress(SocketIOError):  # who is one too many is gone before it has asked for anything
                        return bool(come("203.0.113.7").subscribe("home")["granted"])
                    return False

                until(may_come, "there is room again")
        finally:
            for ear in ears:
                ear.close()
            running.stop()


def test_strange_messages_do_no_harm_and_floods_end(house: House, listen: Listen) -> None:
    ear = listen()
    strange: list[object] = [None, [], "home", 7, {}, {"channels": "home"}, {"channels": [1, None, {}, ["home"]], "position": 3}]
    for data in strange:
        ear.send("subscribe", data)
        ear.send("unsubscribe", data)
    ear.send("nonsense", {"a": 1})
    assert ear.subscribe("home", position="x:1")["reload"] == ["home"]
    for _ in range(MESSAGES_A_WINDOW):
        ear.send("unsubscribe", {"channels": ["home"]})
    assert ear.wait_for("goodbye") == [{"reason": "too_many"}]


def test_a_slow_reader_gets_everything_in_order(house: House, site: RunningSite) -> None:
    topic_id = ask(house, house.public)
    address = site.base_url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
    line = websocket.create_connection(address, timeout=10, sockopt=((1, 8, 4096),))  # SO_RCVBUF
    line.send("40")
    line.send('421["subscribe",' + json.dumps({"channels": [f"topic:{topic_id}"], "position": str(position_now())}) + "]")
    while not line.recv().startswith("431"):
        pass
    db.session.rollback()
    # More than the buffers hold, while nobody reads.
    posts = [answer(house, topic_id, body=f"{n} " + "word " * 6000) for n in range(30)]
    edit_post(by=house.viewer(house.ben), post_id=posts[-1], body="The end", version=None)
    received: list[dict[str, str]] = []
    while not received or "The end" not in received[-1]["html"]:
        frame = line.recv()
        if frame.startswith("42"):
            received.append(json.loads(frame[2:])[1])
    line.close()
    assert all(later["prev"] == earlier["position"] for earlier, later in itertools.pairwise(received))
    drawn = [int(post) for each in received for post in re.findall(r'id="post_(\d+)"', each["html"])]
    assert list(dict.fromkeys(drawn)) == posts


def test_a_restart_says_goodbye_and_loses_nothing(house: House, listen: Listen, site: RunningSite) -> None:
    topic_id = ask(house, house.public)
    ear = listen()
    position = ear.subscribe(f"topic:{topic_id}", position=str(position_now()))["position"]
    db.session.rollback()
    with requests.Session() as kept_open:  # like a browser's: one connection by the short way, one by the long
        assert [kept_open.get(site.base_url + path, timeout=10).status_code for path in ("/questions", "/", "/healthz")] == [
            200
        ] * 3
        began = time.monotonic()
        try:
            assert site.stop() == {"web": 0}
            assert time.monotonic() - began < GRACE, "nothing holds the process until its grace is over"
            assert ear.told("goodbye") == [{"reason": "restart"}]
            missed = [answer(house, topic_id, body=f"While away {n}") for n in range(3)]
        finally:
            site.start("web")
    again = listen()
    said = again.subscribe(f"topic:{topic_id}", position=position)
    later = answer(house, topic_id)
    (pushed,) = again.wait_for("stream")
    appended = re.findall(r'<article[^>]* id="post_(\d+)"', said["streams"][0]["html"] + pushed["html"])
    assert appended == [str(post) for post in [*missed, later]]
    assert number(pushed["prev"]) <= number(said["position"]) < number(pushed["position"])
