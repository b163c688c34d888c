"""What a running job uses, as the backend tells it."""

import pytest
from backends.local_site import ended, running, until
from backends.makers import make_limit

from madang.compute.protocol import Observing
from madang.errors import Refused


@pytest.fixture
def site(local):
    local.backend.enforce([make_limit()])
    local.start_runner()
    return local


def test_what_a_job_uses_is_told_while_it_runs_and_after(site, make_spec):
    backend = site.backend
    assert isinstance(backend, Observing)
    id = backend.submit(make_spec("while ! [ -e go ]; do :; done"))
    running(backend, id)
    use = until(lambda: backend.use(id))
    (stretch,) = use.stretches
    assert 1 <= stretch.seconds <= use.width and stretch.memory_mb >= 1 and stretch.gpu_percent is None
    assert stretch.millicores > 50 and use.idle_seconds == 0
    (site.spool.folder(id) / "work" / "go").touch()
    ended(backend, id)
    assert backend.use(id).stretches[0].millicores > 50
    backend.forget(id)
    assert backend.use(id) is None


def test_a_job_that_sleeps_is_idle(site, make_spec):
    id = site.backend.submit(make_spec("sleep 600"))
    use = until(lambda: site.backend.use(id))
    assert use.idle_seconds >= 1 and use.stretches[0].millicores < 50


def test_of_a_job_that_was_too_short_nothing_is_known(site, make_spec):
    id = site.backend.submit(make_spec("true"))
    ended(site.backend, id)
    assert site.backend.use(id) is None
    with pytest.raises(Refused, match="no_such_job"):
        site.backend.use("another")
