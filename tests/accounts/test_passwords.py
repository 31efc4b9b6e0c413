"""Password hashing leaves the event loop alone, and never runs more than twice at once."""

from __future__ import annotations

import json
import subprocess
import sys

from community.accounts.passwords import AT_ONCE

PROGRAM = """
from gevent import monkey
monkey.patch_all()
import json, threading, time
import gevent
from community.accounts import passwords

running, most, gaps, real = [], [], [], passwords._hasher

class Counted:
    verify = real.verify

    def hash(self, password):
        running.append(1)
        most.append(len(running))
        try:
            return real.hash(password)
        finally:
            running.pop()

def tick():
    last = time.monotonic()
    while True:
        gevent.sleep(0.001)
        gaps.append(time.monotonic() - last)
        last = time.monotonic()

passwords._hasher = Counted()
ticker = gevent.spawn(tick)
hashes = [job.get() for job in [gevent.spawn(passwords.hash_password, f"password {n}") for n in range(8)]]
ticker.kill()
right = passwords.verify_password(hashes[0], "password 0")
wrong = passwords.verify_password(hashes[0], "password 1") or passwords.verify_password(None, "password 0")
print(json.dumps({"most": max(most), "ticks": len(gaps), "right": right, "wrong": wrong}))
"""


def test_hashing_runs_in_native_threads_while_greenlets_go_on() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60, check=True)
    told = json.loads(done.stdout)
    assert (told["right"], told["wrong"]) == (True, False)
    assert told["most"] == AT_ONCE
    assert told["ticks"] >= 20, "each of eight hashes takes some 20 ms; on the loop nothing would tick between them"
