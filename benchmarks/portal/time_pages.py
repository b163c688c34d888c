"""Times every page of the journey in a centre of a year's size, counts its queries, and weighs the web process.

Run: python benchmarks/portal/time_pages.py [HOME] [--only WORDS] [--no-server]. HOME is built first where it does not
exist (some minutes). Server time is a request through all of Django in this process, without a network: the median
of 15 after 3 to warm up, in Korean and in English. Promise: at most 60 ms a page, under 200 MB of resident memory. On a
machine that does other work wall time waits for it: SLOW is what takes longer of the processor, `waited` on the wall.
"""

from __future__ import annotations

import argparse
import os
import signal
import statistics
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from generate import generate, prepare

HOME = Path(__file__).resolve().parents[2] / "build" / "benchmark-centre"
WARM_UPS, TIMES, MOST_MS, MOST_MB = 3, 15, 60, 200
PORT = 8917


@dataclass(frozen=True)
class Timed:
    """One request: milliseconds on the wall and of the processor, status, bytes."""

    wall: float
    processor: float
    status: int
    size: int


def once(client: object, address: str, language: str) -> Timed:
    """Opens a page and reads all of it."""
    wall, processor = time.perf_counter(), time.process_time()
    response = client.get(address, HTTP_ACCEPT_LANGUAGE=language)  # type: ignore[attr-defined]
    size = len(response.content)
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    return Timed(wall * 1000, processor * 1000, response.status_code, size)


def client_of(person: int | None) -> object:
    """A browser of this person."""
    from django.test import Client

    from madang.portal.people.models import Person

    client = Client(SERVER_NAME="127.0.0.1")
    if person:
        client.force_login(Person.objects.get(pk=person))
    return client


@dataclass(frozen=True)
class Row:
    """What came of one page: medians in milliseconds, queries, bytes, and the statuses seen."""

    korean: float
    english: float
    processor: float
    queries: int
    size: int
    statuses: frozenset[int]

    @property
    def slow(self) -> bool:
        return self.processor > MOST_MS

    @property
    def waited(self) -> bool:
        return not self.slow and max(self.korean, self.english) > MOST_MS

    @property
    def wrong(self) -> bool:
        return self.slow or self.statuses != {200}


def measured(page: object) -> Row:
    """Opens a page 18 times in each language, the first 3 of them to warm up."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = client_of(page.person)  # type: ignore[attr-defined]
    runs: dict[str, list[Timed]] = {}
    for language in ("ko", "en"):
        timed = [once(client, page.address, language) for _ in range(WARM_UPS + TIMES)]  # type: ignore[attr-defined]
        runs[language] = timed[WARM_UPS:]
    with CaptureQueriesContext(connection) as captured:
        last = once(client, page.address, "en")  # type: ignore[attr-defined]
    every = [*runs["ko"], *runs["en"]]
    return Row(
        korean=statistics.median(one.wall for one in runs["ko"]),
        english=statistics.median(one.wall for one in runs["en"]),
        processor=statistics.median(one.processor for one in every),
        queries=len(captured),
        size=last.size,
        statuses=frozenset(one.status for one in every),
    )


def table(only: str) -> int:
    """Prints a line a page; gives how many are too slow or do not answer."""
    import journey

    wrong = 0
    print(f"{'page':<44} {'ko ms':>7} {'en ms':>7} {'cpu ms':>7} {'queries':>8} {'bytes':>9}")
    for page in journey.pages():
        if only not in page.name:
            continue
        row = measured(page)
        wrong += row.wrong
        mark = "  SLOW" * row.slow + "  waited" * row.waited
        mark += f"  status {sorted(row.statuses)}" * (row.statuses != {200})
        figures = f"{row.korean:7.1f} {row.english:7.1f} {row.processor:7.1f} {row.queries:8} {row.size:9}"
        print(f"{page.name:<44} {figures}{mark}", flush=True)
    return wrong


def resident(pid: int) -> int:
    """Resident memory of a process and its children, in bytes, as Linux counts it."""
    status = Path(f"/proc/{pid}/status").read_text()
    own = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) * 1024
    children = (Path(f"/proc/{pid}/task/{pid}/children").read_text()).split()
    return own + sum(resident(int(child)) for child in children)


def session(person: int) -> str:
    """A session of this person as log-in would have made it."""
    return client_of(person).cookies["madang_session"].value  # type: ignore[attr-defined]


def opened(address: str, key: str, language: str) -> None:
    """Opens a page of the running server and reads all of it."""
    headers = {"Cookie": f"madang_session={key}", "Accept-Language": language}
    urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{PORT}{address}", headers=headers)).read()


def weigh(home: Path) -> int:
    """Starts the real web server, opens every page and document in both languages three times from four clients at

    once, as many as it has threads, and gives its resident bytes.
    """
    import journey

    from madang.portal.centre.running import answers, parts
    from madang.portal.centre.serving import THREADS

    pages = [*journey.pages(), *journey.documents()]
    sessions = {page.person: session(page.person) if page.person else "" for page in pages}
    walk = [(page.address, sessions[page.person], language) for language in ("ko", "en") for page in pages]
    web = parts("127.0.0.1", PORT, home / "jobs", local=False)[0]
    environment = {**os.environ, **web.environment, "MADANG_BASE_URL": f"http://127.0.0.1:{PORT}"}
    server = subprocess.Popen(web.argv, env=environment)
    try:
        while not answers("127.0.0.1", PORT):
            time.sleep(0.1)
        urllib.request.urlopen(f"http://127.0.0.1:{PORT}/health/").read()
        print(f"web process at rest: {resident(server.pid) / 1e6:.0f} MB")
        with ThreadPoolExecutor(THREADS) as clients:
            for _ in range(3):
                list(clients.map(lambda step: opened(*step), walk))
        return resident(server.pid)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)


def main() -> int:
    """Builds where needed, measures, compares with what is promised."""
    reading = argparse.ArgumentParser(description=__doc__)
    reading.add_argument("home", nargs="?", type=Path, default=HOME)
    reading.add_argument("--only", default="", help="only pages whose name holds these words")
    reading.add_argument("--no-server", action="store_true", help="leave out the web process's memory")
    given = reading.parse_args()
    home = given.home.resolve()
    if home.exists():
        prepare(home)
    else:
        generate(home)
    wrong = table(given.only)
    if wrong:
        print(f"{wrong} pages take longer than {MOST_MS} ms of the processor or do not answer")
    heavy = 0 if given.no_server else weigh(home)
    if heavy:
        print(f"web process after every page: {heavy / 1e6:.0f} MB resident")
    return int(bool(wrong) or heavy > MOST_MB * 1e6)


if __name__ == "__main__":
    sys.exit(main())
