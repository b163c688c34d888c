"""The portal in the web process, which ends with the server that started it."""

from madang.portal import orphans
from madang.portal.centre.serving import GRACE_SECONDS
from madang.portal.wsgi import application

__all__ = ["application"]

# The server was itself started by `madang up`: it is never the machine's first process, to which orphans are given.
orphans.watch(grace=GRACE_SECONDS, never=1)
