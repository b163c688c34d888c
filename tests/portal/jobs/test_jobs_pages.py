"""The pages of jobs, through Django's client: who sees what, the figures, the log, files in and out."""

import re
import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from factories import make_job, make_member, make_person, make_staff
from portal.jobs.conftest import balances, make_paid, settled, submit, work_until

from madang.portal.actors import Role
from madang.portal.jobs.models import Job
from madang.portal.jobs.rules import JobState
from madang.portal.journal.models import Reading


@pytest.fixture
def today(machine, db):
    """An award that is in force on the day of the test, since pages go by the request's own instant."""
    day = timezone.now().date()
    return make_paid(starts_on=day - timedelta(days=2), ends_on=day + timedelta(days=30))


@pytest.fixture
def browser(client, today):
    client.force_login(today.owner)
    client.cookies["madang_language"] = "en"
    return client


def filled(paid, **changes):
    return {
        "where": f"{paid.award.pk}-{paid.pool.pk}",
        "name": "count",
        "command": "sh -c 'cat *.txt > all; echo \"<b>done</b>\"'",
        "gpus": 0,
        "cores": 1,
        "memory_gib": 1,
        "minutes": 2,
        "key": str(uuid.uuid4()),
        **changes,
    }


def text_of(response):
    return response.content.decode()


def submit_now(paid, command="true", **given):
    return submit(paid, command, now=timezone.now(), **given)


def test_a_job_is_submitted_in_the_browser_followed_and_its_output_fetched(browser, today):
    files = [SimpleUploadedFile("a.txt", b"one "), SimpleUploadedFile("나.txt", "둘".encode())]
    response = browser.post("/jobs/new/", filled(today, files=files))
    job = Job.objects.get()
    assert response.status_code == 302 and response["Location"] == f"/jobs/{job.pk}/"
    assert balances(today).held == job.held == 120
    waiting = text_of(browser.get(f"/jobs/{job.pk}/"))
    assert "every 3s" in waiting and f"/jobs/{job.pk}/cancel/" in waiting
    job = settled(job)
    page = text_of(browser.get(f"/jobs/{job.pk}/"))
    assert "Ended well" in page and "&lt;b&gt;done&lt;/b&gt;" in page and "<b>done" not in page
    assert "every 3s" not in page
    fetched = browser.get(f"/jobs/{job.pk}/outputs/all")
    assert b"".join(fetched.streaming_content).decode() == "one 둘"
    assert fetched["Content-Disposition"].startswith("attachment") and fetched["X-Content-Type-Options"] == "nosniff"
    given = browser.get(f"/jobs/{job.pk}/files/나.txt")
    assert b"".join(given.streaming_content).decode() == "둘"
    again = text_of(browser.get(f"/jobs/new/?again={job.pk}"))
    assert "cat *.txt" in again and "나.txt" in again and 'name="keep_files"' in again


def test_submitting_again_takes_the_earlier_files_along(browser, today):
    browser.post(
        "/jobs/new/", filled(today, files=[SimpleUploadedFile("a.txt", b"1"), SimpleUploadedFile("b.txt", b"2")])
    )
    first = Job.objects.get()
    new = SimpleUploadedFile("b.txt", b"3")
    browser.post("/jobs/new/", filled(today, again=first.pk, keep_files="on", files=[new]))
    second = Job.objects.exclude(pk=first.pk).get()
    sizes = {row.path: row.file.sha256 for row in second.files.all()}
    before = {row.path: row.file.sha256 for row in first.files.all()}
    assert (
        sizes.keys() == {"a.txt", "b.txt"} and sizes["a.txt"] == before["a.txt"] and sizes["b.txt"] != before["b.txt"]
    )


def test_another_organisations_job_lends_no_files(browser, today):
    other = make_paid(starts_on=today.award.starts_on, ends_on=today.award.ends_on)
    theirs = submit_now(other)
    browser.post("/jobs/new/", filled(today, again=theirs.pk, keep_files="on"))
    assert Job.objects.get(award=today.award).files.count() == 0


def test_the_same_form_sent_twice_is_one_job(browser, today):
    form = filled(today)
    assert browser.post("/jobs/new/", form)["Location"] == browser.post("/jobs/new/", form)["Location"]
    assert Job.objects.count() == 1


def test_the_figures_are_shown_before_submitting_and_nothing_is_submitted(browser, today):
    page = text_of(browser.post("/jobs/new/", filled(today, figures="1", cores=3, minutes=120)))
    assert not Job.objects.exists()
    assert "6.0 core-hours" in page and "too little left" in page and "cat *.txt" in page
    part = text_of(
        browser.post("/jobs/figures/", {key: value for key, value in filled(today).items() if key != "name"})
    )
    assert "0.033 core-hours" in part and "2.8 core-hours" in part and "Covered by" in part and "<html" not in part
    assert "appear here" in text_of(browser.post("/jobs/figures/", {"where": "1-1"}))


def test_a_job_beyond_the_award_is_refused_on_the_form_with_the_figures(browser, today):
    page = browser.post("/jobs/new/", filled(today, minutes=300))
    assert page.status_code == 200 and not Job.objects.exists()
    assert "18,000 seconds are asked for, and 10,000 are left" in text_of(page)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"command": "echo 'open"}, "quotes do not close"),
        ({"gpus": 1}, "GPUs"),
        ({"where": "1-999999"}, "Select a valid choice"),
        ({"minutes": "soon"}, "Enter a whole number"),
        ({"name": ""}, "required"),
    ],
)
def test_bad_input_is_said_on_the_form_and_keeps_what_was_typed(browser, today, changes, said):
    page = text_of(browser.post("/jobs/new/", filled(today, **changes)))
    assert said in page and not Job.objects.exists()
    assert 'value="count"' in page or changes.get("name") == ""


def test_the_form_remembers_the_last_job(browser, today):
    submit_now(today, "echo remembered", seconds=180)
    page = text_of(browser.get("/jobs/new/"))
    assert "echo remembered" in page and 'value="3"' in page


def test_where_jobs_are_off_the_page_says_why_in_both_languages(browser, today, settings):
    settings.MADANG_TENANT_JOBS = "off"
    page = text_of(browser.get("/jobs/new/"))
    assert "switched them off" in page and 'name="command"' not in page
    browser.cookies["madang_language"] = "ko"
    assert "꺼 두었습니다" in text_of(browser.get("/jobs/new/"))
    browser.post("/jobs/new/", filled(today))
    assert not Job.objects.exists()


def test_without_an_award_in_force_the_page_says_so(client, machine, db):
    client.force_login(make_member())
    client.cookies["madang_language"] = "en"
    assert "no award in which a job can run" in text_of(client.get("/jobs/new/"))


def test_control_characters_and_length_of_a_log_do_no_harm(browser, today):
    job = submit_now(today, "printf '\\033[2J\\007<script>x</script>'; head -c 90000 /dev/zero | tr '\\0' a; echo END")
    job = settled(job)
    page = text_of(browser.get(f"/jobs/{job.pk}/"))
    assert "END" in page and "\x1b" not in page and "Only the end" in page
    assert len(page) < 64 * 1024 + 20_000
    job = settled(submit_now(today, "printf '\\033[2J\\007<script>x</script>'"))
    page = text_of(browser.get(f"/jobs/{job.pk}/"))
    assert "␛[2J␇&lt;script&gt;" in page and "<script>x" not in page


def test_a_running_job_is_cancelled_after_a_confirmation(browser, today):
    job = work_until(submit_now(today, "sleep 600", seconds=700), lambda row: row.state == JobState.RUNNING)
    assert "cannot be undone" in text_of(browser.get(f"/jobs/{job.pk}/cancel/"))
    part = browser.get(f"/jobs/{job.pk}/progress/")
    assert "HX-Refresh" not in part and "Under way" in text_of(part)
    assert browser.post(f"/jobs/{job.pk}/cancel/").status_code == 302
    assert "is being cancelled" in text_of(browser.get(f"/jobs/{job.pk}/"))
    assert browser.post(f"/jobs/{job.pk}/cancel/").status_code == 409
    job = settled(job)
    assert browser.get(f"/jobs/{job.pk}/progress/")["HX-Refresh"] == "true"
    assert "has ended already" in text_of(browser.get(f"/jobs/{job.pk}/cancel/"))


ADDRESSES = ["", "progress/", "cancel/", "files/in.txt", "outputs/out.txt"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_strangers_find_nothing(client, today, address):
    job = make_job(today.award)
    for person in (make_member(), make_person(), make_staff(Role.SCREENING_OFFICER), make_staff(Role.APPROVER)):
        client.force_login(person)
        assert client.get(f"/jobs/{job.pk}/{address}").status_code == 404
        assert client.post(f"/jobs/{job.pk}/cancel/").status_code == 404
    client.logout()
    assert client.get(f"/jobs/{job.pk}/{address}").status_code == 302


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.AUDITOR])
def test_operator_and_auditor_see_a_job_leave_a_trace_and_change_nothing(client, today, role):
    job, person = make_job(today.award), make_staff(role)
    client.force_login(person)
    assert client.get(f"/jobs/{job.pk}/").status_code == 200
    assert Reading.objects.filter(reader=person.pk, subject_kind="job", subject=str(job.pk)).count() == 1
    for address in ADDRESSES[2:]:
        assert client.get(f"/jobs/{job.pk}/{address}").status_code == 404
    assert client.post(f"/jobs/{job.pk}/cancel/").status_code == 404


def test_the_list_takes_as_many_queries_for_three_as_for_one(browser, today, django_assert_num_queries):
    make_job(today.award)
    browser.get("/jobs/")
    with django_assert_num_queries(8):
        browser.get("/jobs/")
    make_job(today.award)
    make_job(today.award, state="failed", ended_at=timezone.now())
    with django_assert_num_queries(8):
        page = text_of(browser.get("/jobs/"))
    assert len(re.findall(r'href="/jobs/\d+/"', page)) == 3


def test_the_list_is_sifted_by_state_and_award_and_bears_nonsense(browser, today):
    make_job(today.award, name="first")
    make_job(today.award, name="second", state="failed", ended_at=timezone.now())
    other = make_paid()
    make_job(other.award, name="theirs")
    every = text_of(browser.get("/jobs/"))
    assert "first" in every and "second" in every and "theirs" not in every
    failed = text_of(browser.get(f"/jobs/?state=failed&award={today.award.number}"))
    assert "second" in failed and ">first<" not in failed
    assert browser.get(f"/jobs/?state=x&award={other.award.number}&page=zz").status_code == 200
    assert "No job fits" in text_of(browser.get("/jobs/?state=lost"))


def test_the_form_takes_as_many_queries_for_three_awards_as_for_one(browser, today, django_assert_num_queries):
    submit_now(today)
    browser.get("/jobs/new/")
    with django_assert_num_queries(11):
        browser.get("/jobs/new/")
    for _ in range(2):
        other = make_paid(
            organisation=today.award.organisation, starts_on=today.award.starts_on, ends_on=today.award.ends_on
        )
        submit(other, now=timezone.now(), by=today.by)
    with django_assert_num_queries(11):
        assert text_of(browser.get("/jobs/new/")).count("<option") == 3 + 1 + 4 + 2


def test_an_array_is_submitted_and_steered_in_the_browser(browser, today):
    given = {"elements": 3, "priority": 2, "on_hold": "on", "requeue": "on", "checkpoint_seconds": 30, "after": ""}
    response = browser.post("/jobs/new/", filled(today, **given))
    first = Job.objects.get(array_index=0)
    page = f"/jobs/arrays/{first.array}/"
    assert response["Location"] == page and Job.objects.count() == 3 and balances(today).held == 360
    assert (first.priority, first.on_hold, first.requeue, first.checkpoint_seconds) == (2, True, True, 30)
    shown = text_of(browser.get(page))
    assert "An array of 3 jobs" in shown and "every 5s" in shown and f"/jobs/{first.pk}/" in shown
    assert "every 5s" in text_of(browser.get(f"{page}progress/"))
    assert text_of(browser.get("/jobs/")).count(f'href="{page}"') == 1
    assert text_of(browser.get("/jobs/?state=accepted")).count("count [") == 3
    for what, held in (("release", False), ("hold", True)):
        assert browser.post(f"{page}steer/", {"what": what})["Location"] == page
        assert set(Job.objects.values_list("on_hold", flat=True)) == {held}
    browser.post(f"/jobs/{first.pk}/steer/", {"priority": -7})
    assert sorted(Job.objects.values_list("priority", flat=True)) == [-7, 2, 2]
    assert "Held back" in text_of(browser.get(f"/jobs/{first.pk}/")) and "of 3 jobs" in text_of(
        browser.get(f"/jobs/{first.pk}/")
    )
    assert "1001" not in text_of(browser.post(f"/jobs/{first.pk}/steer/", {"priority": 1001}, follow=True))
    assert sorted(Job.objects.values_list("priority", flat=True)) == [-7, 2, 2]
    assert "cannot be undone" in text_of(browser.get(f"{page}cancel/"))
    browser.post(f"{page}cancel/")
    assert set(Job.objects.values_list("state", flat=True)) == {JobState.CANCELLED}
    over = text_of(browser.get(page))
    assert "every 5s" not in over and "Hold back" not in over
    assert "ended already" in text_of(browser.get(f"{page}cancel/"))


def test_a_job_is_submitted_to_start_after_another_and_the_choice_is_shown(browser, today):
    other = submit_now(today)
    assert f'value="{other.pk}"' in text_of(browser.get("/jobs/new/"))
    browser.post(
        "/jobs/new/", filled(today, elements=1, priority=0, checkpoint_seconds=0, after=other.pk, after_how="any")
    )
    job = Job.objects.exclude(pk=other.pk).get()
    assert list(job.after.values_list("other", "ok")) == [(other.pk, False)]
    assert "however it ends" in text_of(browser.get(f"/jobs/{job.pk}/"))


def test_what_is_wrong_in_the_folded_part_unfolds_it(browser, today):
    assert "<details>" in text_of(browser.get("/jobs/new/"))
    page = text_of(browser.post("/jobs/new/", filled(today, elements=0, priority=0, checkpoint_seconds=0)))
    assert "<details open>" in page and not Job.objects.exists()
    shown = text_of(browser.post("/jobs/new/", filled(today, figures="1", elements=3)))
    assert ("<details open>" in shown and "6.0 core-minutes" in shown) or "0.1 core-hours" in shown


def test_a_page_of_an_array_takes_as_many_queries_for_three_jobs_as_for_one(browser, today, django_assert_num_queries):
    for elements in (2, 4):
        job = submit_now(today, elements=elements)
        browser.get(f"/jobs/arrays/{job.array}/")
        with django_assert_num_queries(14):
            browser.get(f"/jobs/arrays/{job.array}/")


def test_another_organisation_sees_no_array(browser, today):
    theirs = submit_now(make_paid(starts_on=today.award.starts_on, ends_on=today.award.ends_on), elements=2)
    for path in ("", "progress/", "cancel/"):
        assert browser.get(f"/jobs/arrays/{theirs.array}/{path}").status_code == 404
    assert browser.post(f"/jobs/arrays/{theirs.array}/steer/", {"what": "hold"}).status_code == 404
    assert browser.post(f"/jobs/{theirs.pk}/steer/", {"what": "hold"}).status_code == 404
