"""400 submissions in the last seconds of a call, with the web server killed among them: each gets its one answer."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from soak import parts
from soak.asking import answer

pytestmark = pytest.mark.soak

SUBMISSIONS, CLIENTS, KILLS, SECONDS_OPEN = 400, 8, 3, 75


def test_every_submission_of_the_last_minute_is_answered_once(centre):
    drafts = parts.step(centre, "open_call", drafts=SUBMISSIONS, seconds=SECONDS_OPEN)
    rng, over = random.Random(1), threading.Event()

    def kill_the_web() -> int:
        done = 0
        while done < KILLS and not over.wait(rng.uniform(2.0, 5.0)):
            for pid in parts.running(centre).get("web", []):
                parts.kill(pid)
            done += 1
        return done

    def submit(draft):
        path = f"applications/{draft['application']}/submit"
        given = answer(centre.url, draft["token"], path, json={"version": draft["version"]})
        return draft["application"], given

    with ThreadPoolExecutor(CLIENTS + 1) as people:
        killing = people.submit(kill_the_web)
        try:
            answers = dict(people.map(submit, drafts))
        finally:
            over.set()
        killed = killing.result()

    found = parts.step(centre, "receipts")
    in_time = {pk: given for pk, given in answers.items() if given.status_code in (200, 201)}
    late = [given.json()["title"] for pk, given in answers.items() if pk not in in_time]
    print(f"{len(in_time)} receipts, {len(late)} too late, web killed {killed} times")
    assert len(answers) == SUBMISSIONS and set(late) <= {"intake_closed"}
    numbers = {int(pk): number for pk, number in found["numbers"].items()}
    assert in_time.keys() <= numbers.keys(), "a receipt without a submission"
    assert len(set(numbers.values())) == len(numbers) == found["submissions"] == found["last"]
    assert found["late"] == 0 and killed >= 2 and len(in_time) > SUBMISSIONS // 2
    assert centre.madang("audit", "verify").returncode == 0
