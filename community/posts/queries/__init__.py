"""Reading posts, pages of topics and lists, always for somebody; what ends in `_unchecked` is for readers of the log."""

from community.posts.queries.lists import Listing, latest_tiles, tiles, tiles_unchecked
from community.posts.queries.page import held_posts_of, topic_page, topic_page_unchecked, topic_view, topic_view_unchecked
from community.posts.queries.posts import post_for, post_views_unchecked

__all__ = [
    "Listing",
    "held_posts_of",
    "latest_tiles",
    "post_for",
    "post_views_unchecked",
    "tiles",
    "tiles_unchecked",
    "topic_page",
    "topic_page_unchecked",
    "topic_view",
    "topic_view_unchecked",
]
