"""What updates record beyond what their topics do."""

from __future__ import annotations

from dataclasses import dataclass

from community.core.log import Event


@dataclass(frozen=True, kw_only=True)
class FiguresPublished(Event, name="figures.published", channels=("topic:{topic_id}", "figures:{topic_id}")):
    """An update was published with figures; from now on each is corrected in the open alone."""

    topic_id: int
    category_id: int
    post_id: int


@dataclass(frozen=True, kw_only=True)
class FigureCorrected(Event, name="figure.corrected", channels=("topic:{topic_id}", "figures:{topic_id}")):
    """A published figure is another now; `figure_version` is the new one, the former one stays readable."""

    topic_id: int
    category_id: int
    post_id: int
    figure_id: int
    figure_version: int
