"""Made-up similar questions, entries of the FAQ and outcomes for the pattern page. Nothing here is stored."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any


def answer_examples(topics: list[SimpleNamespace], answer: SimpleNamespace, aged: SimpleNamespace) -> dict[str, Any]:
    """What is found before asking, entries of the FAQ in two states, and eight weeks of outcomes."""
    first = date(2026, 11, 23)
    numbers = ((20, 5, 1), (32, 11, 5), (22, 3, 4), (15, 1, 0), (15, 4, 0), (12, 5, 4), (0, 0, 0), (7, 4, 1))
    return {
        "similar": [SimpleNamespace(tile=each, answer=answer, passage="") for each in topics[:2]],
        "entries": [
            entry(1, topics[0], answer, helped=188, check=answer.checked, worded=True),
            entry(2, topics[1], aged, helped=1, doubted="aged"),
        ],
        "weeks": [
            SimpleNamespace(monday=first - timedelta(weeks=number), successful=good, potential=perhaps, failed=bad)
            for number, (good, perhaps, bad) in enumerate(numbers)
        ],
    }


def entry(number: int, topic: SimpleNamespace, answer: SimpleNamespace, **more: Any) -> SimpleNamespace:
    """An entry of the FAQ, with the fields of faq/views.py."""
    fields = {"helped": 0, "check": None, "doubted": "", "worded": False}
    return SimpleNamespace(
        id=number,
        anchor=f"faq_{number}",
        url=f"#faq_{number}",
        question=topic.title,
        html=answer.html,
        author=answer.author,
        post_url=answer.url,
        official=answer.official,
        sources=[SimpleNamespace(title=topic.title, url=topic.url)],
        **(fields | more),
    )
