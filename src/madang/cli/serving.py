"""What every local command begins with, Django set up for this centre, and the serving of all its parts."""

from __future__ import annotations

import os
from collections.abc import Callable

from madang.cli.language import N_, language, say, translate


def prepare_django() -> None:
    """Sets up Django for a local command, or ends with the setting at fault."""
    # What a centre owns is for its owner only, whatever the shell's own mask.
    os.umask(0o077)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "madang.portal.settings")
    import django
    from django.core.exceptions import ImproperlyConfigured
    from django.utils import translation

    try:
        django.setup()
    except ImproperlyConfigured as error:
        say(str(error), error=True)
        raise SystemExit(2) from error
    translation.activate(language())


def serve(host: str, port: int, ready: Callable[[], None] = lambda: None) -> int:
    """Serves until it is told to stop; `ready` is called once the portal answers."""
    from django.conf import settings

    from madang.portal import backends
    from madang.portal.centre import running, setup

    setup.require_fitting_database()
    running.require_free_port(host, port)
    with running.only_one(settings.MADANG_HOME):
        # The runner reads the backend's settings once, at its start: they must lie in the spool before.
        backends.backend()
        processes = running.parts(host, port, backends.spool(), local=backends.is_local())
        say(translate(N_("Serving http://{host}:{port} (stop with Ctrl-C)"), host=host, port=port))
        running.Centre(processes, say, ready=ready, address=(host, port)).run()
    return 0
