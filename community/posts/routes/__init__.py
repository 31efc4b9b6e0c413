"""Pages of topics and posts, by what one comes for."""

from community.posts.routes import cards, changing, preview, topic
from community.posts.routes.blueprint import bp

__all__ = ["bp", "cards", "changing", "preview", "topic"]
