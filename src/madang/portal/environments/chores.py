"""The worker's part of environments: keeps what was built, destroys what was withdrawn."""

from __future__ import annotations

from datetime import datetime

from madang.compute.protocol import Building
from madang.errors import Refused
from madang.portal import backends
from madang.portal.environments import actions, queries
from madang.portal.environments.rules import layer_of

AT_ONCE = 20


def keep_built(now: datetime) -> int:
    """Keeps what ended jobs have built; what ended badly is noted as failed."""
    done = 0
    for environment, job in queries.built(AT_ONCE):
        size = _kept(str(job.backend_id)) if job.state == "succeeded" else None
        if size is None:
            done += actions.failed(now=now, environment=environment)
        else:
            done += actions.ready(now=now, environment=environment, size=size)
    return done


def _kept(id: str) -> int | None:
    backend = backends.backend()
    try:
        return backend.keep(id) if isinstance(backend, Building) else None
    except Refused:
        return None


def drop_withdrawn(now: datetime) -> int:
    """Destroys built environments that were withdrawn, once no job uses them."""
    backend, due = backends.backend(), queries.to_drop(AT_ONCE)
    for environment in due:
        if isinstance(backend, Building):
            backend.drop(layer_of(environment.pk, environment.code))
        actions.dropped(now=now, environment=environment)
    return len(due)


EVERY = {keep_built: 1.0, drop_withdrawn: 60.0}
