"""Reading the FAQ: its pages, and what its editors work with."""

from community.faq.queries.pages import asked_for, entry_views, faq_page, latest_entries, listed_entries, place_of
from community.faq.queries.working import entries_to_check, others_like, wordings_of, worked_entry

__all__ = [
    "asked_for",
    "entries_to_check",
    "entry_views",
    "faq_page",
    "latest_entries",
    "listed_entries",
    "others_like",
    "place_of",
    "wordings_of",
    "worked_entry",
]
