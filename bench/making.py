"""Make a small site in BOTHWAYS_DATA for the benches; prints its paths and a signed-in cookie as JSON."""

from __future__ import annotations

import hashlib
import json

from flask.sessions import SecureCookieSessionInterface

from community.accounts.actions import open_account, start_session
from community.app import create_app
from community.categories.actions import make_category
from community.extensions import db
from community.migrating import migrate
from community.posts.actions import open_topic, write_post
from community.staff.actions import grant_role
from community.staff.viewer import viewer_unchecked

BODY = """Rode home in a proper downpour yesterday. This morning the display shows **E07** and the motor does nothing.

- switched it off and on
- took the battery out
- checked the [plug](/t/1) by the left crank

I have had the bike since May and it never did this before. Is there something that I can try at home first?"""


def main() -> None:
    """Make the site."""
    app = create_app()
    with app.app_context():
        migrate(db.engine)
        asker = open_account(handle="asker", name="Asker", email="asker@example.com", confirmed=True)
        worker = open_account(handle="worker", name="Worker", email="worker@example.com", confirmed=True)
        grant_role(by=None, account_id=worker, role="official", title="Battery engineer", source="command")
        category = make_category(by=None, slug="motors", name="Motors and displays")
        for number in range(30):
            topic = open_topic(
                by=viewer_unchecked(asker),
                kind="question",
                title=f"Display shows E07 after rain, number {number}",
                body=BODY,
                category_id=category,
            )
        for number in range(19):
            db.session.rollback()
            write_post(by=viewer_unchecked(worker if number % 2 else asker), topic_id=topic.topic_id, body=BODY)
    with app.test_request_context():
        token = start_session(asker)
        db.session.remove()
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    session = {"_user_id": token, "_fresh": True, "_permanent": True, "csrf_token": hashlib.sha1(token.encode()).hexdigest()}
    print(json.dumps({"paths": {"topic": topic.url.partition("#")[0]}, "cookie": f"bothways={signer.dumps(session)}"}))


if __name__ == "__main__":
    main()
