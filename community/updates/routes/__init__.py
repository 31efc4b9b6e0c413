"""Where updates and their figures are written; `/updates` itself is among the lists (home/)."""

from community.updates.routes import figures, writing
from community.updates.routes.blueprint import bp

__all__ = ["bp", "figures", "writing"]
