"""Talks with the desk in the demo world: one that waits, one that was handed over, one that both sides made public."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from community.core import clock
from community.demo.made import World
from community.extensions import db
from community.staff.viewer import Viewer, viewer_unchecked
from community.talks import actions
from community.talks.models import Publication

WAITING: Final = "My delivery was promised for Thursday, and the tracking has not moved since Monday. The order number is V-20817."

MOVED: Final = (
    # minutes ago, who, words
    (190, "tobi", "Can I get an invoice made out to my employer? We lease through JobVelo."),
    (176, "daniel", "Yes. Send me the address of your employer and the contract number, then I have a new one made."),
    (41, "tobi", "Here it is: JobVelo, contract 4471-B. The address is the one on my account."),
)

PUBLISHED: Final = (
    (3 * 1440 + 60, "claire", "The shop says my key number is too worn to read. Is there any other way to get a spare?"),
    (3 * 1440 + 48, "sofie", "There is. Have a look inside the battery tray: the number is stamped there, too, by the connector."),
    (3 * 1440 + 9, "claire", "Found it! That would have saved me a trip."),
)

TITLE: Final = "Spare key when the number on the old one cannot be read"
QUESTION: Final = "The number on my key is too worn to read, so the shop cannot order a spare. Is there another way?"
ANSWER: Final = (
    "Yes: the number is stamped **inside the battery tray** as well, left of the connector. Take the battery out, and"
    " have a torch at hand. With that number any Volt shop orders a spare; it takes about three days."
)


def talk_at_the_desk(world: World, now: datetime) -> None:
    """Let customers and the desk talk in the days before `now`, where these people are."""
    needed = {"lena", *(who for _, who, _ in (*MOVED, *PUBLISHED))}
    if not needed <= world.people.keys():
        return
    with clock.at(now - timedelta(minutes=12)):
        actions.open_talk(by=_who(world, "lena"), body=WAITING, page="/c/orders")
    moved = _say(world, now, MOVED)
    with clock.at(now - timedelta(minutes=33)):
        note = "Needs a new invoice to his employer; the data is all there"
        actions.hand_over(by=_who(world, "daniel"), talk_id=moved, to_id=world.people["sofie"], note=note)
    talk_id = _say(world, now, PUBLISHED)
    with clock.at(now - timedelta(days=3)):
        place = world.categories.get("orders") or next(iter(world.categories.values()))
        actions.propose(by=_who(world, "sofie"), talk_id=talk_id, category_id=place, title=TITLE, question=QUESTION, answer=ANSWER)
    with clock.at(now - timedelta(days=2, hours=22)):
        publication = db.session.scalars(select(Publication.id).where(Publication.talk_id == talk_id)).one()
        actions.agree(by=_who(world, "claire"), talk_id=talk_id, publication_id=publication, named=False, solved=True)
        actions.end_talk(by=_who(world, "claire"), talk_id=talk_id)


def _say(world: World, now: datetime, said: tuple[tuple[int, str, str], ...]) -> int:
    talk_id = 0
    for minutes, handle, words in said:
        with clock.at(now - timedelta(minutes=minutes)):
            if not talk_id:
                talk_id = actions.open_talk(by=_who(world, handle), body=words)
            else:
                actions.say(by=_who(world, handle), talk_id=talk_id, body=words)
                reader = said[0][1] if handle != said[0][1] else "sofie"
                actions.mark_read(by=_who(world, reader), talk_id=talk_id, number=1_000)
    return talk_id


def _who(world: World, handle: str) -> Viewer:
    return viewer_unchecked(world.people[handle])
