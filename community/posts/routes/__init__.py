"""Pages of topics and posts, by what one comes for."""

from community.posts.routes import asking, changing, preview, topic
from community.posts.routes.blueprint import bp

__all__ = ["asking", "bp", "changing", "preview", "topic"]
