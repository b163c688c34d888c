"""The local commands of a centre: init, up, work, upgrade, backup, restore, audit, doctor, demo."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from madang.cli.language import N_, language, say, translate
from madang.cli.serving import prepare_django, serve
from madang.errors import Refused

Command = Callable[[argparse.Namespace], int]


def register(commands: argparse._SubParsersAction) -> None:  # type: ignore[type-arg]
    """Adds the local commands; each sets up Django only when it runs."""
    added(commands, "init", N_("Set up this centre's home and database; prints a link for the first operator."), _init)
    up = added(commands, "up", N_("Serve the portal, with its worker and local compute."), _up)
    _listen_arguments(up)
    added(commands, "work", N_("Run the worker alone."), _work)
    added(commands, "upgrade", N_("Back up, then bring the database to this version."), _upgrade)
    backup = added(commands, "backup", N_("Write everything this centre owns into one archive."), _backup)
    backup.add_argument("archive", nargs="?", type=Path)
    restore = added(commands, "restore", N_("Check an archive and restore it into an empty home."), _restore)
    restore.add_argument("archive", type=Path)
    erased = N_("The list of erased people of the centre that the archive is from; its home holds it as erased.json.")
    restore.add_argument("--erased", type=Path, help=translate(erased))
    audit = added(commands, "audit", N_("Verify the journal's chain of hashes."), _audit)
    audit.add_argument("what", choices=["verify"])
    added(commands, "doctor", N_("Say what holds on this installation and what does not."), _doctor)
    demo = added(commands, "demo", N_("Build the demonstration centre, run its jobs and serve it."), _demo)
    demo.add_argument("--fresh", action="store_true", help=translate(N_("start over")))
    demo.add_argument("--build-only", action="store_true", help=translate(N_("build it, do not serve it")))
    _listen_arguments(demo)


def added(commands, name: str, text: str, run: Command) -> argparse.ArgumentParser:  # type: ignore[no-untyped-def]
    """A local command's parser, whose refusals are said in the portal's sentences."""
    parser: argparse.ArgumentParser = commands.add_parser(name, help=translate(text), description=translate(text))
    parser.set_defaults(run=run, explain_refusal=_sentence)
    return parser


def _listen_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)


def _sentence(refused: Refused) -> str:
    from django.utils import translation

    from madang.portal import refusals

    with translation.override(language()):
        return refusals.sentence(refused)


def clock() -> datetime:
    """The present instant."""
    return datetime.now(UTC)


def _init(given: argparse.Namespace) -> int:
    prepare_django()
    from madang.portal.centre import setup
    from madang.portal.people import actions as people

    setup.set_up(clock())
    link = people.first_operator_link(now=clock())
    say(translate(N_("The centre is set up. Next: madang up")))
    if link:
        say(translate(N_("The first operator signs up here, once, within 24 hours: {link}"), link=link))
    return 0


def _up(given: argparse.Namespace) -> int:
    prepare_django()
    return serve(given.host, given.port)


def _work(given: argparse.Namespace) -> int:
    prepare_django()
    import signal

    from madang.portal.centre import setup
    from madang.portal.schedule import turns
    from madang.portal.worker import Worker

    setup.require_fitting_database()
    worker = Worker(turns())
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: setattr(worker, "stopping", True))
    worker.run()
    return 0


def _upgrade(given: argparse.Namespace) -> int:
    prepare_django()
    from django.conf import settings

    from madang.portal.centre.running import only_one
    from madang.portal.centre.upgrading import upgrade

    now = clock()
    archive = _archive(now)
    with only_one(settings.MADANG_HOME):
        steps = upgrade(now=now, archive=archive)
    if steps:
        say(translate(N_("The database as it was before is in {archive}."), archive=archive))
    say(translate(N_("The database fits this version; {count} steps were taken."), count=steps))
    return 0


def _archive(now: datetime) -> Path:
    """Where a back-up goes that nobody gave a place."""
    from django.conf import settings

    return Path(settings.MADANG_HOME) / "backups" / f"madang-{now:%Y%m%dT%H%M%SZ}.tar.gz"


def _backup(given: argparse.Namespace) -> int:
    prepare_django()
    from madang.portal.centre.backup import backup

    now = clock()
    target = given.archive or _archive(now)
    manifest = backup(target, now=now)
    say(
        translate(
            N_("{count} files are in {archive}. It holds this centre's keys: keep it safe."),
            count=len(manifest["files"]),
            archive=target,
        )
    )
    return 0


def _restore(given: argparse.Namespace) -> int:
    prepare_django()
    from madang.portal.centre import setup
    from madang.portal.centre.backup import restore
    from madang.portal.holdings import erasures
    from madang.portal.journal import queries as journal

    listed = given.erased or erasures.place()
    erasures.require_readable(listed, wanted=given.erased is not None)
    manifest = restore(given.archive)
    setup.require_fitting_database()
    again = erasures.apply(listed, now=clock())
    fault = journal.verify()
    say(translate(N_("{count} files were checked and restored."), count=len(manifest["files"])))
    if again:
        say(translate(N_("{count} people who had been erased since were erased again."), count=again))
    return _say_fault(fault)


def _audit(given: argparse.Namespace) -> int:
    prepare_django()
    from madang.portal.journal import queries as journal

    return _say_fault(journal.verify())


def _say_fault(fault) -> int:  # type: ignore[no-untyped-def]
    from madang.portal.journal import queries as journal

    if fault is None:
        last = journal.last_seal()
        number, head = (last.number, last.hash) if last else (0, "-")
        say(translate(N_("The journal holds: {number} sealed entries, head {head}."), number=number, head=head))
        return 0
    say(
        translate(N_("The journal does NOT hold at number {number}: {code}."), number=fault.number, code=fault.code),
        error=True,
    )
    return 1


def _doctor(given: argparse.Namespace) -> int:
    prepare_django()
    from madang.portal.centre.doctor import findings

    found = findings()
    for finding in found:
        say(f"{'ok  ' if finding.holds else 'NOT ' if finding.grave else 'weak'} {finding.text}")
    return 0 if all(finding.holds or not finding.grave for finding in found) else 1


def _demo(given: argparse.Namespace) -> int:
    from madang.demonstration import command

    return command.run(given)
