"""Reads the command line and runs one command; exit status 0 done, 1 a fault found, 2 refused or not understood."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import Any

from madang import __version__
from madang.cli.language import N_, say, translate
from madang.errors import Refused, Stale, Unavailable

Commands = Any
DESCRIPTION = N_("The command of a public AI compute centre.")


def parser(first: str = "") -> argparse.ArgumentParser:
    """All commands with their arguments; only one's, where it is the `first` word and needs none of the others.

    So `madang simulate` does not load what talks to a server, nor the other way round.
    """
    root = argparse.ArgumentParser(prog="madang", description=translate(DESCRIPTION))
    root.add_argument("--version", action="version", version=__version__)
    root.set_defaults(json=False)
    commands = root.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for register in [ALONE[first]] if first in ALONE else (_online, *ALONE.values(), _centre):
        register(commands)
    return root


def _online(commands: Commands) -> None:
    from madang.cli import online

    online.register(commands)


def _allocate(commands: Commands) -> None:
    from madang.cli import allocate

    allocate.register(commands)


def _simulate(commands: Commands) -> None:
    from madang.cli import simulate

    simulate.register(commands)


def _disclose(commands: Commands) -> None:
    from madang.cli import disclose

    disclose.register(commands)


def _review(commands: Commands) -> None:
    from madang.cli import review

    review.register(commands)


def _centre(commands: Commands) -> None:
    from madang.cli import centre, slurm

    centre.register(commands)
    slurm.register(commands)


# NumPy's other threads would spin for a tenth of a second at every start, for products larger than any of ours.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
ALONE = {"allocate": _allocate, "review": _review, "simulate": _simulate, "disclose": _disclose}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and gives its exit status."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    given = parser(words[0] if words else "").parse_args(words)
    try:
        return int(given.run(given) or 0)
    except Refused as refused:
        say(getattr(given, "explain_refusal", str)(refused), error=True)
        return 2
    except (Stale, Unavailable) as error:
        say(str(error), error=True)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 141


if __name__ == "__main__":
    sys.exit(main())
