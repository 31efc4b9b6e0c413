"""What is said of answers, at addresses below them; pages of what may be done; the links of mails that ask."""

from community.answers.routes import marks, pages, verdicts
from community.answers.routes.blueprint import bp

__all__ = ["bp", "marks", "pages", "verdicts"]
