"""The pool of experts: a file brought in once and again, conflicts that follow from posts, and terms before files."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from factories import (
    NOW,
    actor,
    make_actor,
    make_assignment,
    make_intake,
    make_organisation,
    make_person,
    make_reviewer,
    make_staff,
    make_submitted,
    make_track,
)

from madang.errors import Refused
from madang.portal import home
from madang.portal.actors import Role
from madang.portal.experts import actions, exports, queries
from madang.portal.experts.models import ExpertProfile
from madang.portal.experts.roster import Roster, read
from madang.portal.files.tables import rows_of_text
from madang.portal.findings.queries import findings
from madang.portal.holdings.actions import erase
from madang.portal.journal.models import JournalEntry, Reading
from madang.portal.outbox.models import Message
from madang.portal.people.actions import seed_regions
from madang.portal.people.models import Person
from madang.portal.reviews import desk
from madang.portal.reviews.models import Affiliation, Reviewer

pytestmark = pytest.mark.django_db
HEAD = "성명,전자우편,전문분야,지역,소속,사업자등록번호,재직시작일,재직종료일"


@pytest.fixture(autouse=True)
def _clock(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture
def manager():
    return make_actor(Role.PROGRAMME_MANAGER)


@pytest.fixture
def intake():
    return make_intake(state="in_review", opens_at=NOW - timedelta(days=9), closes_at=NOW - timedelta(days=1))


def roster(*lines, head=HEAD):
    return read(rows_of_text("\n".join([head, *lines]).encode()), queries.region_names(date(2026, 4, 1)))


def brought(by, *lines, decided=None):
    given = {"sha256": "0" * 64, "roster": roster(*lines), "decided": decided or {}}
    return actions.bring_in(by=by, now=NOW, **given)


KIM = "김하늘,kim@t.example,의료,,가나대학교,123-45-67891,2024-01-01,"


def test_a_file_makes_accounts_places_in_the_pool_and_posts(manager):
    done = brought(manager, KIM, "이강,lee@t.example,제조; 의료,,,,,")
    assert (done.new, done.changed, done.unchanged) == (2, 0, 0)
    kim = Reviewer.objects.get(person__email="kim@t.example")
    assert (kim.fields, kim.affiliation, kim.load_limit) == (["의료"], "가나대학교", 40)
    assert not kim.person.has_usable_password()
    assert kim.affiliations.get().registration_number == "1234567891"
    assert Message.objects.filter(code="expert_entered").count() == 2
    assert JournalEntry.objects.filter(action="experts.bring_in").get().facts["new"] == 2


def test_the_same_file_again_changes_nothing(manager):
    brought(manager, KIM)
    before = JournalEntry.objects.count(), Message.objects.count(), Affiliation.objects.count()
    done = brought(manager, KIM)
    assert (done.new, done.changed, done.unchanged) == (0, 0, 1)
    assert (JournalEntry.objects.count(), Message.objects.count(), Affiliation.objects.count()) == before


def test_a_later_file_ends_a_post_and_adds_what_is_new(manager):
    brought(manager, KIM)
    done = brought(manager, KIM + "2026-03-01", "김하늘,kim@t.example,,,다라연구소,,2026-03-01,")
    assert done.changed == 1
    kim = Reviewer.objects.get()
    assert kim.affiliation == "다라연구소"
    assert kim.fields == ["의료"]
    assert list(kim.affiliations.order_by("since").values_list("until", flat=True)) == [date(2026, 3, 1), None]


def test_nothing_is_stored_before_a_person_has_told_namesakes_apart(manager):
    kim = make_reviewer(person=make_person(name="김 하늘"))
    with pytest.raises(Refused, match="experts_to_be_told_apart"):
        brought(manager, KIM, "이강,lee@t.example,,,,,,")
    assert Reviewer.objects.count() == 1
    done = brought(manager, KIM, decided={2: str(kim.person_id)})
    assert (done.new, done.changed) == (0, 1)
    profile = ExpertProfile.objects.get(reviewer=kim)
    assert (profile.other_names, profile.other_addresses) == (["김하늘"], ["kim@t.example"])
    assert brought(manager, KIM).unchanged == 1  # what was said once is not asked again
    assert Person.objects.get(pk=kim.person_id).name == "김 하늘"


def test_one_wrong_row_stores_nothing(manager):
    staff = make_staff(Role.APPROVER, email="staff@t.example")
    for wrong in ("이강,nowhere,,,,,,", f"{staff.name},staff@t.example,,,,,,"):
        with pytest.raises(Refused, match="experts_have_faults"):
            brought(manager, KIM, wrong)
    assert not Reviewer.objects.exists()
    with pytest.raises(Refused, match="experts_none"):
        actions.bring_in(by=manager, now=NOW, sha256="", roster=Roster((), ()), decided={})


@pytest.mark.parametrize("role", [None, *sorted(set(Role) - {Role.PROGRAMME_MANAGER})])
def test_only_a_programme_manager_brings_in_and_sets_terms(role, intake):
    by = make_actor(role) if role else actor(make_reviewer().person)
    with pytest.raises(Refused, match="not_allowed_for_role"):
        brought(by, KIM)
    with pytest.raises(Refused, match="not_allowed_for_role"):
        actions.set_terms(by=by, now=NOW, call=intake.call_id, body_ko="가", body_en="a")


@pytest.mark.parametrize(("number", "name", "barred"), [("1234567891", "x", 1), ("", "가나대학교", 1), ("", "딴곳", 0)])
def test_a_post_known_by_number_or_name_bars_from_the_organisation_that_registers_later(
    manager, intake, number, name, barred
):
    brought(manager, f"김하늘,kim@t.example,,,{name},{number},2024-01-01,")
    firm = make_organisation(name="가나대학교", registration_number="1234567891")
    make_submitted(make_track(intake.call), intake, state="eligible", organisation=firm)
    assert sum(found.barred for found in findings(manager, intake.pk, NOW)) == barred


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_download_can_be_brought_in_again_and_changes_nothing(client, manager, language, kind):
    seed_regions(by=manager, now=NOW)
    brought(manager, KIM.replace("의료,,", "의료; 제조,광주,"), "이강,lee@t.example,,,,,,")
    client.force_login(Person.objects.get(pk=manager.person))
    client.cookies["madang_language"] = language
    url = reverse("experts-file", args=[kind])
    assert "kim@t.example" not in client.get(url).content.decode()
    file = client.post(url, {"purpose": "check"})
    assert Reading.objects.get(what="download").purpose == "check"
    upload = SimpleUploadedFile(f"experts.{kind}", file.content)
    look = client.post(reverse("experts-bring-in"), {"file": upload}, follow=True)
    assert look.status_code == 200
    assert look.context["count"] == 2
    assert not look.context["changing"]


def test_a_manager_looks_tells_apart_and_stores(client, manager):
    kim = make_reviewer(person=make_person(name="김 하늘"))
    client.force_login(Person.objects.get(pk=manager.person))
    upload = SimpleUploadedFile("experts.csv", "\n".join([HEAD, KIM, "이강,lee@t.example,,,,,,"]).encode())
    look = client.post(reverse("experts-bring-in"), {"file": upload}, follow=True)
    url = look.redirect_chain[-1][0]
    assert kim.person.email in look.content.decode()
    assert Reviewer.objects.count() == 1
    assert client.post(url, {}).status_code == 422
    assert client.post(url, {"row_2": "another"}).status_code == 302
    assert Reviewer.objects.count() == 3
    again = client.get(url)
    assert not again.context["changing"]
    assert client.get(reverse("experts-look", args=["f" * 64])).status_code == 404


def test_the_pool_is_searched_by_word_field_region_language_and_state(manager):
    seed_regions(by=manager, now=NOW)
    brought(manager, KIM.replace("의료,,", "의료,광주,"), "이강,lee@t.example,제조,서울,,,,")
    Reviewer.objects.filter(person__name="이강").update(active=False)
    seen = {
        name: [row.person.name for row in queries.experts(manager, queries.Sought(**{name: value}))]
        for name, value in {"words": "가나", "field": "제조", "region": "12", "active": False}.items()
    }
    region = ExpertProfile.objects.get(reviewer__person__name="김하늘").region.code
    seen["region"] = [row.person.name for row in queries.experts(manager, queries.Sought(region=region))]
    assert seen == {"words": ["김하늘"], "field": ["이강"], "region": ["김하늘"], "active": ["이강"]}
    assert not queries.experts(actor(make_reviewer().person)).exists()


def test_a_region_that_was_merged_means_the_one_that_followed(manager):
    seed_regions(by=manager, now=NOW)
    before, after = (queries.region_names(day) for day in (date(2026, 6, 30), date(2026, 7, 1)))
    assert before["광주광역시"] != before["전라남도"]
    assert after["광주광역시"] == after["전라남도"] != before["전라남도"]


def test_without_agreeing_to_the_terms_nothing_of_a_file_is_seen(client, manager, intake):
    sheet = make_assignment(make_submitted(make_track(intake.call), intake, state="eligible"))
    person, by = sheet.reviewer.person, actor(sheet.reviewer.person)
    client.force_login(person)
    assert desk.open_to_reviewer(by, sheet.pk, NOW) is not None
    code, terms_page = intake.call.code, reverse("review-terms", args=[intake.call.code])
    assert client.get(terms_page).status_code == 404
    actions.set_terms(by=manager, now=NOW, call=intake.call_id, body_ko="지킵니다.", body_en="I keep it.")
    assert desk.open_to_reviewer(by, sheet.pk, NOW) is None
    shown = client.get(reverse("reviews")).content.decode()
    assert terms_page in shown
    assert sheet.application.title not in shown
    assert [task.url for task in home._gather("tasks", by, NOW) if "terms" in task.url] == [terms_page]
    assert client.post(terms_page, {}).status_code == 422
    assert client.post(terms_page, {"agreed": "on"}).status_code == 302
    assert desk.open_to_reviewer(by, sheet.pk, NOW) is not None
    assert client.get(terms_page).status_code == 404
    actions.set_terms(by=manager, now=NOW, call=intake.call_id, body_ko="더 지킵니다.", body_en="I keep more.")
    assert desk.open_to_reviewer(by, sheet.pk, NOW) is None
    with pytest.raises(Refused, match="expert_terms_same"):
        actions.set_terms(by=manager, now=NOW, call=intake.call_id, body_ko="더 지킵니다.", body_en="I keep more.")
    assert {row.action for row in JournalEntry.objects.all()} >= {"experts.set_terms", "experts.agree"}
    assert queries.owed(actor(make_reviewer().person), code) is None


def test_an_expert_who_is_erased_leaves_no_particulars(manager):
    brought(manager, KIM)
    person = Person.objects.get(email="kim@t.example")
    erase(by=make_actor(Role.OPERATOR), now=NOW, person=person.pk)
    assert not ExpertProfile.objects.exists()
    assert exports.table(queries.experts(manager))[1][:2] == ["", ""]


@pytest.mark.parametrize("count", [1, 3])
def test_the_pages_take_a_fixed_number_of_queries(client, manager, django_assert_num_queries, count):
    brought(manager, *(f"전문 {n}호,e{n}@t.example,의료,,가{n},,," for n in range(count)))
    client.force_login(Person.objects.get(pk=manager.person))
    with django_assert_num_queries(11):
        assert client.get(reverse("reviewers")).status_code == 200
    with django_assert_num_queries(11):
        assert client.get(reverse("expert", args=[Reviewer.objects.first().pk])).status_code == 200
