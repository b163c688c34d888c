"""Every part of a centre is killed at random instants while jobs run and money moves; nothing is lost or twofold."""

from __future__ import annotations

import json
import random
import threading
import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import httpx
import pytest
from journeys.running_centre import Centre, until
from soak import parts
from soak.asking import answer

pytestmark = pytest.mark.soak

SEED = 20260401
AWARDS, HOURS, SUBMITTERS, MOST_MB = 4, 6, 3, 200
MANY = 100  # kills among which every part has its turn
MOST_SECONDS = 1200
# Which part is killed, and how often beside the others that are there; "centre" is `madang up` itself.
TARGETS = {"worker": 3, "runner": 5, "supervisor": 6, "job": 5, "nursery": 4, "web": 2, "centre": 1}
# what a job does, whether it should end well or not
SCRIPTS = (
    "sleep 0.2; echo result > result.txt",
    "sleep 1; seq 20000",
    "head -c 200000 /dev/urandom > random.bin; sleep 2",
    "sleep 0.5; exit 3",
    "sleep 30",
)


@dataclass
class Soak:
    """One run: what was asked for, what was answered, what was killed."""

    centre: Centre
    awards: list[dict[str, str]]
    rng: random.Random = field(default_factory=lambda: random.Random(SEED))
    over: threading.Event = field(default_factory=threading.Event)
    answers: dict[str, httpx.Response] = field(default_factory=dict)
    killed: Counter[str] = field(default_factory=Counter)
    heaviest: int = 0

    def submit(self, number: int) -> None:
        """One person's program: submits a job after another, and cancels some, until it is over."""
        rng = random.Random(SEED + number)
        while not self.over.wait(rng.uniform(0.05, 0.6)):
            award, key = rng.choice(self.awards), str(uuid.UUID(int=rng.getrandbits(128), version=4))
            script = rng.choice(SCRIPTS)
            job = {"award": award["award"], "key": key, "name": "soak", "argv": ["sh", "-c", f"echo ran; {script}"]}
            job |= {"cores": 1, "memory_mb": 128, "wall_seconds": 4}
            job |= {"requeue": rng.random() < 0.5, "elements": rng.choice((1, 1, 1, 3)), "on_hold": rng.random() < 0.2}
            form = {"job": (None, json.dumps(job))}
            given = answer(self.centre.url, award["token"], "jobs", files=form)
            self.answers[key] = given
            if given.status_code != 201:
                continue
            made = given.json()
            place = f"jobs/arrays/{made['array']}" if made["array"] else f"jobs/{made['id']}"
            if job["on_hold"]:
                answer(self.centre.url, award["token"], f"{place}/steering", json={"on_hold": False, "priority": 1})
            if rng.random() < 0.2:
                answer(self.centre.url, award["token"], f"{place}/cancel")

    def kill(self) -> None:
        """Kills one part at random of those that are there just now."""
        there = parts.running(self.centre) | {"centre": [self.centre.process]}
        self.heaviest = max([self.heaviest, *(parts.resident(pid) for pid in there.get("web", []))])
        present = [kind for kind in TARGETS if there.get(kind)]
        target = self.rng.choices(present, [TARGETS[kind] for kind in present])[0]
        if target == "centre":
            self.centre.killed()
            until(lambda: parts.port_is_free(self.centre), "end of the web server")
            self.centre.serve()
        else:
            parts.kill(self.rng.choice(there[target]))
        self.killed[target] += 1


def test_nothing_is_lost_or_twofold_whatever_dies_when(centre, shut_in, kills):
    soak = Soak(centre, parts.step(centre, "awards", count=AWARDS, hours=HOURS))
    with ThreadPoolExecutor(SUBMITTERS + 1) as people:
        working = [people.submit(soak.submit, number) for number in range(SUBMITTERS)]
        backup = people.submit(lambda: centre.madang("backup", str(centre.home.parent / "under-load.tar.gz")))
        began = time.monotonic()
        try:
            while soak.killed.total() < kills and time.monotonic() < began + MOST_SECONDS:
                soak.over.wait(soak.rng.uniform(0.1, 1.5))
                soak.kill()
        finally:
            soak.over.set()
        took = time.monotonic() - began
        for one in working:
            one.result()
        assert backup.result().returncode == 0, backup.result().stderr
    _all_end(centre)

    found = parts.step(centre, "verdict")
    keys, states = found.pop("keys"), found.pop("states")
    print(f"{soak.killed.total()} kills in {took:.0f} s: {dict(soak.killed)}")
    print(f"{len(keys)} jobs {states}; web at most {soak.heaviest / 1e6:.0f} MB; every rule broken by: {found}")
    assert {rule: wrong for rule, wrong in found.items() if wrong} == {}
    assert {given.status_code for given in soak.answers.values()} <= {201, 409}
    taken = sorted(key for key, given in soak.answers.items() if given.status_code == 201)
    assert sorted(set(keys)) == taken, "a job or a whole array for every answer that says so, and no other"
    assert soak.killed.total() == kills and len(taken) >= kills // 2, "too little was asked and killed"
    assert kills < MANY or set(soak.killed) == set(TARGETS), "some part was never killed"
    assert soak.heaviest < MOST_MB * 1e6
    audit = centre.madang("audit", "verify")
    assert audit.returncode == 0, audit.stderr
    _the_backup_holds(centre)


def _all_end(centre: Centre) -> None:
    """Waits while jobs go on ending; none that still waits or runs may hang for a minute behind the others."""
    left = parts.step(centre, "unsettled")
    while left:
        before = left
        until(lambda before=before: parts.step(centre, "unsettled") < before, f"end of another of {before} jobs", 60)
        left = parts.step(centre, "unsettled")


def _the_backup_holds(centre: Centre) -> None:
    """The archive that was written under load restores into a new home whose journal and book agree."""
    archive, home = centre.home.parent / "under-load.tar.gz", centre.home.parent / "restored"
    restored = centre.madang("restore", str(archive), MADANG_HOME=str(home))
    assert restored.returncode == 0, restored.stderr
    assert centre.madang("audit", "verify", MADANG_HOME=str(home)).returncode == 0
