"""The web server as `madang up` runs it: python -m madang.portal.centre.serving HOST PORT, ending with its parent.

Where a server or the whole centre is killed, a web process would otherwise go on answering beside the one that is
started anew, with the code and the settings of before.
"""

from __future__ import annotations

import sys

from madang.portal import orphans

THREADS = 4
GRACE_SECONDS = 3.0


def serve(host: str, port: int) -> None:
    """Serves until it is told to stop; the portal itself is loaded in a process of granian's own."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    Granian(
        "madang.portal.centre.served:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        log_level=LogLevels.warning,
    ).serve()


if __name__ == "__main__":
    orphans.watch(int(sys.argv[3]), grace=2 * GRACE_SECONDS)
    serve(sys.argv[1], int(sys.argv[2]))
