"""Every change of updates and their figures."""

from community.updates.actions.figuring import (
    add_figure,
    add_measured_figure,
    change_figure,
    correct_figure,
    drop_figure,
)
from community.updates.actions.publishing import (
    ChangedMeanwhile,
    announce,
    drop_update,
    publish_due,
    publish_update,
    save_update,
)

__all__ = [
    "ChangedMeanwhile",
    "add_figure",
    "add_measured_figure",
    "announce",
    "change_figure",
    "correct_figure",
    "drop_figure",
    "drop_update",
    "publish_due",
    "publish_update",
    "save_update",
]
