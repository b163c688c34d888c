"""The commands of a centre on a Slurm cluster: what would change there, bringing it there, and what hands changed."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from madang.cli import centre
from madang.cli.language import N_, say, translate
from madang.cli.output import plain

HAPPENED = {
    "missing": N_("Taken away by hand; applying brings it back"),
    "changed": N_("Changed by hand; applying sets it back"),
    "added": N_("Added by hand; applying shuts it"),
}


def register(commands: Any) -> None:
    """Adds `madang slurm` with its three acts."""
    text = N_("Bring what was awarded to a Slurm cluster.")
    slurm = commands.add_parser("slurm", help=translate(text), description=translate(text))
    acts = slurm.add_subparsers(dest="act", required=True, metavar="ACT")
    plan = centre.added(acts, "plan", N_("Print what applying would change; touches nothing."), _plan)
    apply = centre.added(acts, "apply", N_("Print the changes and make them, once you agree."), _apply)
    apply.add_argument("--yes", action="store_true", help=translate(N_("do not ask")))
    for one in (plan, apply):
        one.add_argument("--remove", action="store_true", help=translate(N_("take away what is no longer needed")))
    centre.added(acts, "drift", N_("Print what others changed on the cluster since the last change."), _drift)


def _planned(given: argparse.Namespace) -> Any:
    """Prints the difference and gives it."""
    from madang.portal.cluster import bringing

    found, wanted = bringing.plan(centre.clock(), given.remove)
    for line in found.lines:
        say(plain(line))
    for name in found.taken:
        say(translate(N_("{name} is another's on the cluster and is left alone"), name=plain(name)), error=True)
    for name in found.busy:
        say(translate(N_("{name} should go and still has jobs"), name=plain(name)), error=True)
    for pool in wanted.without_partition:
        text = N_("The pool {pool} has no partition in the settings; nothing of it is planned")
        say(translate(text, pool=plain(pool)), error=True)
    if wanted.without_user:
        say(translate(N_("Members without a Unix user: {count}"), count=wanted.without_user), error=True)
    if found.leftover:
        say(translate(N_("No longer needed and shut, gone with --remove: {count}"), count=found.leftover), error=True)
    return found


def _plan(given: argparse.Namespace) -> int:
    centre.prepare_django()
    if not _planned(given).lines:
        say(translate(N_("The cluster has all that the awards should have there.")))
    return 0


def _agreed() -> bool:
    """Asks at the terminal; without one the answer is no."""
    if not sys.stdin.isatty():
        return False
    say(translate(N_("Make these changes? Type yes to do so:")))
    return sys.stdin.readline().strip().lower() in ("yes", "예")


def _apply(given: argparse.Namespace) -> int:
    """Carries the change on itself; where this is cut off, the worker or the next `apply` goes on."""
    centre.prepare_django()
    from madang.compute.slurm.standing import digest
    from madang.portal.actors import Actor, Via
    from madang.portal.centre import setup
    from madang.portal.cluster import actions, bringing

    setup.require_fitting_database()
    found = _planned(given)
    if not found.lines:
        say(translate(N_("The cluster has all that the awards should have there.")))
        return 0
    if not given.yes and not _agreed():
        return 1
    by = Actor(via=Via.COMMAND)
    asked = {"digest": digest(found), "planned": len(found.lines), "remove": given.remove}
    change = actions.ask_change(by=by, now=centre.clock(), claim=True, **asked)
    try:
        while not bringing.carry_on(now=centre.clock(), change=change, by=by):
            actions.claim(now=centre.clock(), change=change)
            change.refresh_from_db()
    except BaseException:
        actions.rest(now=centre.clock(), change=change.pk)
        raise
    change.refresh_from_db()
    if change.state != "ended":
        say(translate(OUTCOMES[change.state]), error=True)
        return 1
    say(translate(N_("Applied: {count} commands."), count=change.steps))
    return 0


OUTCOMES = {
    "failed": N_("Slurm refused a step; the page of the cluster and the journal say which."),
    "outdated": N_("Not begun: the cluster or the awards had changed meanwhile"),
}


def _drift(given: argparse.Namespace) -> int:
    centre.prepare_django()
    from madang.portal.cluster import bringing

    found = bringing.drift()
    for happened, thing in found:
        say(plain(f"{translate(HAPPENED[happened])}: {thing}"))
    if not found:
        say(translate(N_("Nobody has changed anything by hand.")))
    return 1 if found else 0
