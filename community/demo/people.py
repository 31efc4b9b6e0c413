"""Making the people of the world and the categories that they write in."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final

from community.accounts.actions import change_photo, open_account, suspend
from community.accounts.pictures import photo_folder
from community.categories.actions import make_category
from community.demo.content import Category, Kept, Person, Role, Suspension
from community.demo.made import World
from community.follows.actions import follow_category, follow_person, follow_tag
from community.searches.actions import save_search
from community.staff.actions import change_staff_profile, end_role, grant_role
from community.staff.viewer import viewer_unchecked

PHOTOS: Final = Path(__file__).parent / "photos"


class PersonMaker:
    """Makes people; what it made is in the world."""

    def __init__(self, world: World, passwords: Mapping[str, str]) -> None:
        self._world = world
        self._passwords = passwords
        self._grants: dict[tuple[str, str], int] = {}

    def join(self, person: Person) -> None:
        """Open the account, with the photo that lies in `photos/` under their handle."""
        account_id = open_account(
            handle=person.handle,
            name=person.name,
            email=email_of(person),
            confirmed=person.confirmed,
            password=self._passwords.get(person.handle),
            time_zone="Europe/Berlin",
            about=person.about,
        )
        self._world.people[person.handle] = account_id
        photo = PHOTOS / f"{person.handle}.webp"
        if photo.exists():
            change_photo(by=viewer_unchecked(account_id), photo=_stored(photo))

    def grant(self, person: Person, role: Role) -> None:
        """Let them hold a role, and say on the team page what they work on."""
        account_id = self._world.people[person.handle]
        grant_id = grant_role(
            by=None, account_id=account_id, role=role.role, title=person.title, team=person.team, source="command"
        )
        self._grants[person.handle, role.role] = grant_id
        change_staff_profile(by=None, account_id=account_id, works_on=person.works_on, at_desk=person.at_desk)

    def end(self, person: Person, role: Role) -> None:
        """Let a role end: they have left."""
        end_role(by=None, grant_id=self._grants[person.handle, role.role])

    def suspend(self, person: Person, suspension: Suspension) -> None:
        """Keep them out for good."""
        by = viewer_unchecked(self._world.people[suspension.by])
        suspend(by=by, account_id=self._world.people[person.handle], rule=suspension.rule, reason=suspension.reason)

    def keep(self, person: Person, search: Kept) -> None:
        """Keep a search."""
        by = viewer_unchecked(self._world.people[person.handle])
        save_search(by=by, arguments={"q": search.q}, tells=search.tells, name=search.name)

    def follow(self, person: Person, followed: str) -> None:
        """Let them follow a category, a tag or a person, named as in `Person.follows`."""
        by, (kind, name) = viewer_unchecked(self._world.people[person.handle]), followed.split(" ")
        if kind == "category":
            follow_category(by=by, slug=name)
        elif kind == "tag":
            follow_tag(by=by, name=name)
        else:
            follow_person(by=by, handle=name)

    def make_category(self, category: Category, sort: int) -> None:
        """Make a category, after the one above it."""
        opens = {"question": category.questions, "discussion": category.discussions}
        self._world.categories[category.slug] = make_category(
            by=None,
            slug=category.slug,
            name=category.name,
            description=category.description,
            hue=category.hue,
            parent_id=self._world.categories[category.parent] if category.parent else None,
            visibility=category.visibility,
            opens={kind: who for kind, who in opens.items() if who},
            sort=sort,
        )


def email_of(person: Person) -> str:
    """Their address, in a domain that is nobody's."""
    return f"{person.handle}@volt.example" if person.is_staff else f"{person.handle}@mail.example"


def _stored(photo: Path) -> str:
    """Copy a photo to where the site keeps them; its name changes with its content, as addresses of photos are kept for ever."""
    content = photo.read_bytes()
    name = f"{sha256(content).hexdigest()[:32]}.webp"
    folder = photo_folder()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    return name
