"""What of a Stack Exchange dump becomes what."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from community.answers.models import Acceptance
from community.categories.models import Category
from community.core.log import LoggedEvent
from community.extensions import db
from community.imports.models import ImportedThing
from community.mail.models import OutgoingMail
from community.posts.models import Edit, Post, Source
from community.settings.actions import change_settings
from community.staff.actions import grant_role
from community.tags.models import Tag, TopicTag
from community.topics.models import Closure, Duplicate
from tests.imports.dumps import SITE, Dump, imported, reading, workshop


def at(day: int) -> datetime:
    return datetime(2020, 1, day, 12, tzinfo=UTC)


def test_a_question_with_all_that_belongs_to_it(app: Flask, tmp_path: Path) -> None:
    dump = workshop(tmp_path / "dump")
    dump.add("Votes", Id=1, PostId=2, VoteTypeId=1, CreationDate="2020-01-06T00:00:00.000")
    dump.add("Votes", Id=2, PostId=3, VoteTypeId=2, CreationDate="2020-01-09T00:00:00.000")
    outcome = imported(app, dump.write(), category="Old workshop")
    assert (outcome.topics, outcome.answers, outcome.replies, outcome.updated) == (2, 2, 2, 0)
    assert not outcome.left_out
    with reading(app) as now:
        topic = now.topic("1")
        assert (topic.title, topic.slug, topic.kind, topic.imported) == (
            "Why do my brakes squeal?",
            "why-do-my-brakes-squeal",
            "question",
            True,
        )
        assert (topic.state, topic.closed, topic.post_count, topic.others_count, topic.accepted_count) == ("solved", False, 5, 2, 1)
        assert (topic.created_at, topic.last_post_at, topic.active_at, topic.last_by_id) == (
            at(1),
            at(4),
            at(4),
            now.account("1").id,
        )
        assert now.numbers("1") == [(1, "1"), (2, "2"), (3, "comment-1"), (4, "comment-2"), (5, "3")]
        assert now.topic("4").state == "new"
        category = db.session.get_one(Category, topic.category_id)
        assert (category.name, category.slug, category.visibility) == ("Old workshop", "old-workshop", "public")
        tags = select(Tag.name).join(TopicTag).where(TopicTag.topic_id == topic.id).order_by(TopicTag.sort)
        assert list(db.session.scalars(tags)) == ["brakes", "noise"]

        answer, reply = now.post("2"), now.post("comment-2")
        assert (answer.role, answer.author_id, answer.created_at, answer.reply_to_id) == (
            "answer",
            now.account("2").id,
            at(2),
            None,
        )
        assert answer.body == "Clean the **rotor**."
        assert answer.html.strip() == "<p>Clean the <strong>rotor</strong>.</p>"
        assert (answer.accepted, answer.accepted_by_asker, answer.badge, answer.held_at) == (True, True, None, None)
        assert (reply.role, reply.reply_to_id) == ("reply", answer.id)
        assert reply.html.strip() == "<p># Thanks @Grace, <em>that</em> helped: <code>a_b</code></p>"
        (acceptance,) = now.rows(Acceptance)
        assert (acceptance.post_id, acceptance.by_id, acceptance.by_asker) == (answer.id, topic.author_id, True)
        assert acceptance.at == datetime(2020, 1, 6, tzinfo=UTC) == answer.accepted_at

        source = now.source("2")
        assert (source.author_name, source.author_url) == ("Grace Hopper", f"https://{SITE}/users/2")
        assert (source.url, source.score) == (f"https://{SITE}/a/2", 5)
        assert (source.licence, source.licence_url) == ("CC BY-SA 4.0", "https://creativecommons.org/licenses/by-sa/4.0/")
        assert now.source("comment-2").url == f"https://{SITE}/questions/1#comment2_2"


def test_each_post_names_author_origin_and_licence(app: Flask, client: FlaskClient, tmp_path: Path) -> None:
    imported(app, workshop(tmp_path / "dump").write())
    with reading(app) as now:
        address = f"/t/{now.topic('1').id}/{now.topic('1').slug}"
    page = client.get(address).text
    assert page.count("First published by") >= 5
    for part in (f"https://{SITE}/users/2", f"https://{SITE}/a/2", f"https://{SITE}/questions/1#comment2_2"):
        assert f'href="{part}"' in page
    assert 'href="https://creativecommons.org/licenses/by-sa/4.0/"' in page


def test_nobody_hears_of_an_import(app: Flask, tmp_path: Path) -> None:
    imported(app, workshop(tmp_path / "dump").write())
    with app.app_context():
        names = db.session.execute(select(LoggedEvent.name, func.count()).group_by(LoggedEvent.name))
        assert dict(list(names)) == {"category.made": 1, "account.opened": 2, "topic.imported": 2}
        assert db.session.scalar(select(func.count()).select_from(OutgoingMail)) == 0


def test_people_are_made_once_and_pose_as_nobody(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        change_settings(by=None, values={"brand_name": "Volt"})
        from community.accounts.actions import open_account

        nora = open_account(handle="nora", name="Nora Lind", email="nora@example.com", confirmed=True)
        grant_role(by=None, account_id=nora, role="employee", title="Mechanic", source="command")
        open_account(handle="ada-byron", name="Another Ada", email="ada@example.com", confirmed=True)
    dump = workshop(tmp_path / "dump")
    names = {5: "N0ra Lind", 6: "Vоlt", 7: "Support", 8: "Volt Support", 9: "Мסž", 10: "Rider", 11: "Rider", 12: "★", 13: "Volt"}
    for key, name in names.items():
        dump.user(key, name)
        dump.answer(100 + key, 1, by=key)
    dump.user(77, "Never wrote")
    dump.answer(120, 1, by=None, OwnerDisplayName="user313")
    dump.comment(121, 1, by=None, UserDisplayName="user313")
    dump.answer(122, 1, by=None)
    dump.answer(123, 1, by=99)
    imported(app, dump.write())
    with reading(app) as now:
        made = {key: now.account(str(key)) for key in (1, *names)}
        assert len({account.handle for account in made.values()}) == len(made)
        assert made[1].handle == "ada-byron-2"
        assert [made[10].handle, made[11].handle] == ["rider", "rider-2"]
        assert made[5].name == f"N0ra Lind ({SITE})"
        assert made[7].name == f"Support ({SITE})"
        assert [made[key].name for key in (6, 8, 13)] == [f"Member {key} of another forum" for key in (6, 8, 13)]
        assert [made[key].handle for key in (6, 7, 8, 13)] == ["v-lt", "member-7", "member-8", "member-13"]
        assert now.source("108").author_name == "Volt Support"
        for account in made.values():
            assert (account.email, account.claimed_email, account.password_hash, account.imported_from) == (None, None, None, SITE)
            assert account.created_at == datetime(2015, 1, 1, tzinfo=UTC)
        assert now.account("name:user313").id == now.post("120").author_id == now.post("comment-121").author_id
        assert now.account("name:").name == "Unknown author"
        assert now.account("99").name == "user99"
        assert db.session.scalar(select(func.count()).where(ImportedThing.kind == "user", ImportedThing.external_id == "77")) == 0


def test_duplicates_and_closures(app: Flask, tmp_path: Path) -> None:
    dump = workshop(tmp_path / "dump")
    dump.question(5, "Squealing brakes again", by=2, day=6, ClosedDate=Dump.date(7))
    dump.question(6, "Closed for no reason", by=2, day=6, ClosedDate=Dump.date(8))
    dump.history(1, 5, 10, "", 7, Comment="101")
    for number, (post, related, kind) in enumerate([(5, 1, 3), (1, 4, 1), (4, 4, 3), (4, 99, 3), (1, 5, 3)]):
        dump.add("PostLinks", Id=number, CreationDate=Dump.date(7), PostId=post, RelatedPostId=related, LinkTypeId=kind)
    outcome = imported(app, dump.write())
    assert outcome.duplicates == 1
    assert outcome.left_out == {
        "duplicate links to or from posts that are not imported": 2,
        "duplicate links that lead in a circle": 1,
    }
    with reading(app) as now:
        (link,) = now.rows(Duplicate)
        assert (link.topic_id, link.original_id, link.at) == (now.topic("1").id, now.topic("5").id, at(7))
        assert (now.topic("1").state, now.topic("5").state, now.topic("5").closed) == ("duplicate", "new", True)
        closures = {row.topic_id: (row.reason, row.at) for row in now.rows(Closure)}
        assert closures == {
            now.topic("5").id: (f"Closed on {SITE}: asked before.", at(7)),
            now.topic("6").id: (f"Closed on {SITE}.", at(8)),
        }


def test_former_texts_come_from_the_history(app: Flask, tmp_path: Path) -> None:
    dump = workshop(tmp_path / "dump")
    dump.history(1, 1, 1, "Brakes?", 1)
    dump.history(2, 1, 2, "first *text*", 1)
    dump.history(3, 1, 3, "<brakes>", 1)
    dump.history(4, 1, 5, "second text", 2, by=2)
    dump.history(5, 1, 4, "Why do my brakes squeal?", 3)
    dump.history(6, 1, 5, "third text", 3)
    dump.history(7, 1, 6, "<brakes><noise>", 4)
    dump.history(8, 2, 2, "Clean the **rotor**.", 2, by=2)
    imported(app, dump.write())
    with reading(app) as now:
        edits = [(edit.post_id, edit.version, edit.body, edit.title, edit.by_id, edit.at) for edit in now.rows(Edit)]
        question, ada, grace = now.post("1"), now.account("1"), now.account("2")
        assert edits == [
            (question.id, 1, "first *text*", None, grace.id, at(2)),
            (question.id, 2, "second text", "Brakes?", ada.id, at(3)),
        ]
        assert (question.version, now.post("2").version) == (3, 1)


def test_the_site_is_found_in_the_links_of_its_posts(app: Flask, tmp_path: Path) -> None:
    dump = workshop(tmp_path / "unnamed")
    link = '<p>See <a href="https://other.example.net/q/1">x</a> and <a href="https://meta.example.org/questions/1/why">y</a></p>'
    dump.question(7, "Again", by=1, Body=link)
    dump.question(8, "And again", by=1, Body=link.replace("/why", "").replace("other.", "third."))
    for post in (7, 8):
        dump.add("PostLinks", Id=post, CreationDate=Dump.date(7), PostId=post, RelatedPostId=1, LinkTypeId=1)
    assert imported(app, dump.write(), site="").site == "meta.example.org"
    named = workshop(tmp_path / "bikes.stackexchange.com")
    named.question(50, "The first of another site", day=9)
    named.rows["Posts"][:] = named.rows["Posts"][-1:]
    named.rows["Comments"].clear()
    assert imported(app, named.write(), site="").site == "bikes.stackexchange.com"
    with reading(app) as now:
        assert now.source("50").url == "https://bikes.stackexchange.com/questions/50"


def test_an_unknown_site_is_known_again_by_its_first_post(app: Flask, tmp_path: Path) -> None:
    first = imported(app, workshop(tmp_path / "one").write(), site="")
    assert first.site.startswith("stackexchange-")
    newer = workshop(tmp_path / "bikes.stackexchange.com")
    newer.answer(9, 4)
    again = imported(app, newer.write(), site="")
    assert (again.site, again.topics, again.answers, again.unchanged) == (first.site, 0, 1, 0)
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Post)) == 7
        addresses = {f"https://bikes.stackexchange.com/users/{n}" for n in (1, 2)}
        assert set(db.session.scalars(select(Source.author_url))) == addresses
