"""The page of insights: for employees, complete without scripts, the same number of queries for few and many."""

from __future__ import annotations

from flask import Flask

from community.insights.actions import count_found, count_successful
from community.insights.noted import note_empty_search, write
from tests.forum import VISITOR, small_forum, statements


def test_the_page_is_for_employees_alone(app: Flask) -> None:
    with app.app_context():
        forum = small_forum(app)
        topic = forum.question(title="Does the <saddle> turn?").topic_id
        count_successful(by=VISITOR, topic_id=topic, opened=False)
        for number in range(5):
            note_empty_search("<b>swivel</b> seat", f"browser {number}")
        write()
        count_found(by=VISITOR, topic_id=topic, searched=["<b>swivel</b> seat"])
    for handle in (None, "asker"):
        assert forum.browser(handle).get("/insights").status_code == 404
        assert forum.browser(handle).post("/insights/gaps/1/settled").status_code == 404
    worker = forum.browser("worker")
    page = worker.get("/insights").text
    assert "Does the &lt;saddle&gt; turn?" in page
    assert "swivel" in page
    assert "<b>swivel" not in page
    assert worker.post("/insights/gaps/1/settled").status_code == 303
    assert "swivel" not in worker.get("/insights").text.partition('id="gaps"')[2]
    assert worker.post("/insights/gaps/1/settled/undo").status_code == 303
    assert worker.post("/insights/gaps/99/settled").status_code == 404


def test_many_cost_as_many_queries_as_few(app: Flask) -> None:
    costs = []
    with app.app_context():
        forum = small_forum(app)
        worker = forum.browser("worker")
        worker.get("/insights")  # the first page of a process reads the settings
        for round_ in range(2):
            for number in range(1 + round_ * 12):
                topic = forum.question(title=f"Question {round_} {number}?").topic_id
                count_successful(by=VISITOR, topic_id=topic, opened=False)
                for person in range(5):
                    note_empty_search(f"gap {round_} of {'abcdefghijklmn'[number]}", f"browser {person}")
                write()
                count_found(by=VISITOR, topic_id=topic, searched=[f"gap {round_} of {'abcdefghijklmn'[number]}"])
            with statements() as sent:
                assert worker.get("/insights").status_code == 200
            costs.append(len(sent))
    assert costs[0] == costs[1]
