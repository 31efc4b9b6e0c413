"""Every change of the FAQ: what it does by itself, and what its editors do."""

from community.faq.actions.editing import add_topic, drop_entry, merge_entry, pin_entry, restore_entry, unmerge_entry, unpin_entry
from community.faq.actions.growing import count_people, enter_wanted, look_again
from community.faq.actions.wording import word_entry

__all__ = [
    "add_topic",
    "count_people",
    "drop_entry",
    "enter_wanted",
    "look_again",
    "merge_entry",
    "pin_entry",
    "restore_entry",
    "unmerge_entry",
    "unpin_entry",
    "word_entry",
]
