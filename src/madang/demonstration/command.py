"""`madang demo`: builds the demonstration centre once, then serves it; says who can log in."""

from __future__ import annotations

import argparse
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

from madang.cli.language import N_, say, translate
from madang.cli.serving import prepare_django, serve
from madang.errors import Refused

MARK = "demonstration-built"


def run(given: argparse.Namespace) -> int:
    """Builds (or rebuilds with --fresh) and serves; a build that was cut off starts over."""
    home = Path(os.environ.setdefault("MADANG_HOME", str(Path.cwd() / ".madang")))
    os.environ["MADANG_GENERATED"] = "yes"
    os.environ["MADANG_BASE_URL"] = f"http://{given.host}:{given.port}"
    if given.host not in {"127.0.0.1", "localhost", "::1"}:
        say(
            translate(N_("The demonstration's passwords are printed here, so it listens on this machine only.")),
            error=True,
        )
        return 2
    if given.fresh or not (home / MARK).exists():
        _remove(home)
        _build(home)
    if given.build_only:
        _say_log_ins(given)
        return 0
    return _serve(given)


def _remove(home: Path) -> None:
    """Removes an earlier demonstration, and nothing that is not one."""
    if not home.exists() or not any(home.iterdir()):
        return
    known = (home / MARK).exists() or (home / f"{MARK}.begun").exists()
    if not known:
        raise SystemExit(
            translate(N_("{home} holds something that is not a demonstration. Set MADANG_HOME elsewhere."), home=home)
        )
    shutil.rmtree(home)


def _build(home: Path) -> None:
    home.mkdir(mode=0o700, parents=True)
    (home / f"{MARK}.begun").touch()
    prepare_django()
    from madang.demonstration.build import build
    from madang.demonstration.progress import Progress
    from madang.portal.centre import setup

    say(translate(N_("Building the demonstration centre in {home}"), home=home), error=True)
    progress, now = Progress(), datetime.now(UTC)
    with progress.step(N_("Setting up the database")):
        setup.set_up(now)
    build(now, progress)
    (home / MARK).write_text(now.isoformat())
    say(translate(N_("Built in {seconds} s."), seconds=round(progress.seconds)), error=True)


def _serve(given: argparse.Namespace) -> int:
    prepare_django()
    try:
        return serve(given.host, given.port, ready=lambda: _say_log_ins(given))
    except Refused as refused:
        given.explain_refusal(refused)
        raise


def _say_log_ins(given: argparse.Namespace) -> None:
    from madang.demonstration.cast import LOG_INS, PASSWORD

    say()
    say(f"  http://{given.host}:{given.port}")
    say()
    say(translate(N_("One log-in for each role; the password of all is {password}"), password=PASSWORD))
    for line in LOG_INS:
        say(f"  {line.email:<28} {translate(line.role)}")
    say()
