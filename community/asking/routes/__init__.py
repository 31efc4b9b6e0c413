"""Pages of asking, by what one comes for."""

from community.asking.routes import asking, looking
from community.asking.routes.blueprint import bp

__all__ = ["asking", "bp", "looking"]
