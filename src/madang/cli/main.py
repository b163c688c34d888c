"""Reads the command line and runs one command; exit status 0 done, 1 a fault found, 2 refused or not understood."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from madang import __version__
from madang.cli import allocate, centre, online
from madang.cli.language import N_, say, translate
from madang.errors import Refused, Stale, Unavailable

DESCRIPTION = N_("The command of a public AI compute centre.")


def parser() -> argparse.ArgumentParser:
    """All commands with their arguments."""
    root = argparse.ArgumentParser(prog="madang", description=translate(DESCRIPTION))
    root.add_argument("--version", action="version", version=__version__)
    commands = root.add_subparsers(dest="command", required=True, metavar="COMMAND")
    online.register(commands)
    allocate.register(commands)
    centre.register(commands)
    return root


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and gives its exit status."""
    given = parser().parse_args(arguments)
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
