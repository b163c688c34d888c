"""What a job uses, drawn on its page."""

from backends.local_site import until
from django.utils import timezone
from factories import make_job
from hypothesis import given
from hypothesis import strategies as st
from portal.jobs.conftest import make_paid, settled, submit, work_until

from madang.compute.protocol import Stretch
from madang.portal.jobs import actions, uses
from madang.portal.jobs.models import Job
from madang.portal.jobs.rules import JobState


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=120), st.integers(1, 10**5))
def test_bars_stay_in_their_picture_and_do_not_overlap(values, most):
    bars = uses.bars(values, most)
    assert len(bars) == sum(value > 0 for value in values)
    right = 0
    for bar in bars:
        assert bar.x >= right and 0 < bar.height <= uses.HEIGHT and bar.y + bar.height == uses.HEIGHT
        right = bar.x + bar.width
    assert right <= uses.WIDTH


def test_gpus_are_drawn_where_they_were_measured():
    job = Job(cores=2, memory_mb=2048, gpus=1)
    measured = (Stretch(10, 1250, 512, 40), Stretch(10, 500, 1024, None))
    cores, memory, gpu = uses.pictures(measured, job)
    assert (cores.peak, cores.most, memory.peak, memory.most, gpu.peak) == ("1.25", "2", "1,024", "2,048", "40")
    assert [bar.height for bar in cores.bars] == [50, 20] and len(gpu.bars) == 1
    assert len(uses.pictures(measured[1:], job)) == 2


def test_a_job_that_works_is_drawn_on_its_page(machine, client, db):
    day = timezone.now().date()
    paid = make_paid(starts_on=day, ends_on=day.replace(year=day.year + 1))
    job = submit(paid, "while :; do :; done", now=timezone.now(), seconds=600)
    job = work_until(job, lambda row: row.state == JobState.RUNNING)
    use = until(lambda: uses.of(job))
    assert use.stretches[0].millicores > 50
    client.force_login(paid.owner)
    client.cookies["madang_language"] = "en"
    page = client.get(f"/jobs/{job.pk}/").content.decode()
    assert "What it uses" in page and "<rect x=" in page and "Busiest GPU" not in page and "next to nothing" not in page
    actions.cancel(by=paid.by, now=timezone.now(), job=job)
    settled(job)
    assert "What it uses" in client.get(f"/jobs/{job.pk}/").content.decode()


def test_of_a_job_that_the_machine_never_had_nothing_is_drawn(machine, db):
    assert uses.shown(make_job(make_paid().award), "en") is None
