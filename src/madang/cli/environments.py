"""The commands of environments: list them, build one from a lock file, withdraw one, unpack an image here."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from madang.cli.client import centre
from madang.cli.language import N_, language, say, translate
from madang.cli.output import instant, show, table
from madang.cli.submit import following_arguments, memory_mb, received, seconds
from madang.client import Environment, JobRequest
from madang.compute.local import images
from madang.compute.sentences import sentence
from madang.errors import Refused
from madang.portal import formats

Add = Callable[..., argparse.ArgumentParser]
# The same words as on the pages.
STATES = {
    "building": N_("Being built"),
    "ready": N_("Ready"),
    "failed": N_("Could not be built"),
    "withdrawn": N_("Withdrawn"),
}


def register(commands: Any, add: Add) -> None:
    """Adds `environments`, which alone lists them."""
    listed = add(
        commands, "environments", N_("List the environments that jobs can run in, or build one."), _list, json=True
    )
    of_one = listed.add_subparsers(metavar="COMMAND")
    build = add(of_one, "build", N_("Build an environment from a lock file, as a job of the award."), _build, json=True)
    build.add_argument("lock", type=Path, metavar="LOCK", help=translate(N_("requirements with versions and hashes")))
    build.add_argument("--name", metavar="NAME", help=translate(N_("its name; the file's own without one")))
    build.add_argument("--on", default="", metavar="CODE", help=translate(N_("the environment to build it on")))
    build.add_argument("--award", default="", metavar="AWARD", help=translate(N_("an award's number")))
    build.add_argument("--pool", default="", metavar="POOL", help=translate(N_("where the award has several pools")))
    build.add_argument("--gpus", type=int, default=0, metavar="N")
    build.add_argument("--cores", type=int, default=1, metavar="N")
    build.add_argument("--memory", default="2G", metavar="SIZE", help=translate(N_("512M, 4G (2G)")))
    build.add_argument("--time", default="30m", metavar="TIME", help=translate(N_("longest running time (30m)")))
    following_arguments(build)
    unpack = add(
        of_one, "unpack", N_("Unpack an OCI image onto the shelf of this machine, to be offered there."), _unpack
    )
    unpack.add_argument("archive", type=Path, metavar="IMAGE", help=translate(N_("an archive or folder in OCI form")))
    unpack.add_argument("folder", type=Path, metavar="FOLDER", help=translate(N_("a new folder of the shelf")))
    most = translate(N_("how many GiB it may take (64)"))
    unpack.add_argument("--most", type=int, default=images.MOST_BYTES >> 30, metavar="GIB", help=most)
    unpack.set_defaults(explain_refusal=lambda refused: sentence(refused.code, refused.facts, language()))
    withdraw = add(of_one, "withdraw", N_("Take an environment out of use."), _withdraw)
    withdraw.add_argument("environment", metavar="CODE")


def _list(given: argparse.Namespace) -> int:
    with centre() as api:
        found = api.environments()
    heads = [N_("Code"), N_("Name"), N_("State"), N_("Whose"), N_("Size"), N_("Jobs"), N_("Last used")]
    rows = [
        [
            one.code,
            one.name_ko if language() == "ko" else one.name_en,
            translate(STATES[one.state]),
            one.organisation or translate(N_("The centre")),
            formats.NOTHING if one.size_bytes is None else formats.file_size(one.size_bytes),
            one.jobs,
            instant(one.last_used_at),
        ]
        for one in found
    ]
    text = (
        table([translate(head) for head in heads], rows, right=[4, 5]) if found else translate(N_("No environments."))
    )
    show(given, found, text)
    return 0


def _build(given: argparse.Namespace) -> int:
    if not given.lock.is_file():
        raise Refused("file_not_there", file=str(given.lock))
    lock = given.lock.read_text(encoding="utf-8", errors="replace")
    with centre() as api:
        wanted = JobRequest(
            award=given.award or api.award(),
            argv=(),
            pool=given.pool,
            gpus=given.gpus,
            cores=given.cores,
            memory_mb=memory_mb(given.memory),
            wall_seconds=seconds(given.time),
            environment=given.on,
        )
        return received(
            api, api.build(wanted, name=given.name or given.lock.name[:80], lock=lock, key=given.key), given
        )


def _unpack(given: argparse.Namespace) -> int:
    try:
        found = images.unpack(given.archive, given.folder.absolute(), most_bytes=given.most << 30)
    except OSError as fault:
        say(f"{fault.filename or given.archive}: {fault.strerror}", error=True)
        return 2
    said = N_("Unpacked into {folder}: {digest}. Offer it on the page Environments.")
    say(translate(said, folder=given.folder, digest=found.digest))
    return 0


def _withdraw(given: argparse.Namespace) -> int:
    with centre() as api:
        found: list[Environment] = [one for one in api.environments() if one.code == given.environment]
        ready = [one for one in found if one.state == "ready"]
        if not ready:
            raise Refused("no_such_environment", named=given.environment)
        api.withdraw(ready[0].id)
    say(translate(N_("The environment is withdrawn.")))
    return 0
