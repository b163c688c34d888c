"""An accepted award becomes an agreement; once both sides have signed, and not before, it is in force."""

from __future__ import annotations

import hashlib

import pytest
from factories import NOW, actor, make_actor, make_member
from rounds import adopt, make_round, propose, publish

from madang.errors import Refused, Stale
from madang.portal.actors import MemberRole, Role
from madang.portal.agreements import actions, documents, queries, rules, signing
from madang.portal.agreements.models import Agreement, Signature, SignedPaper
from madang.portal.agreements.rules import Article, Figures, Price, Side, SigningMethod
from madang.portal.awards.models import Award
from madang.portal.files.models import StoredFile
from madang.portal.ledger.models import Movement
from madang.portal.outbox.models import Message

CLICK = SigningMethod.CLICK


def code(call) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.code


@pytest.fixture
def accepted(db):
    found = make_round([60])
    for person in found.owners:
        person.set_password("correct horse")
        type(person).objects.filter(pk=person.pk).update(password=person.password)
    approver = type(found.owners[0]).objects.get(pk=found.approver.person)
    approver.set_password("battery staple")
    type(approver).objects.filter(pk=approver.pk).update(password=approver.password)
    adopt(found, propose(found))
    publish(found)
    owner = actor(found.owners[0])
    agreement = actions.accept(by=owner, now=NOW, award=Award.objects.get().pk)
    return found, owner, agreement


def user_signs(owner, agreement, password="correct horse", **more):
    given = {"side": Side.USER, "method": CLICK, "evidence": {"password": password}} | more
    return actions.sign(by=owner, now=NOW, agreement=agreement.pk, **given)


def body_signs(found, agreement):
    evidence = {"password": "battery staple"}
    return actions.sign(
        by=found.approver, now=NOW, agreement=agreement.pk, side=Side.BODY, method=CLICK, evidence=evidence
    )


def test_accepting_draws_up_the_text_in_both_languages(accepted):
    _found, _owner, agreement = accepted
    award = Award.objects.get()
    assert agreement.version == 1
    for text in (agreement.text_ko, agreement.text_en):
        assert award.number in text
        assert award.title in text
    assert award.organisation.name in agreement.text_ko
    assert "35,328" in agreement.text_en  # 2 × 8 GPUs × 92 days × 24 hours
    joined = f"{agreement.text_ko}\n{agreement.text_en}".encode()
    assert agreement.sha256 == hashlib.sha256(joined).hexdigest()


def test_nothing_is_granted_before_both_have_signed(accepted):
    found, owner, agreement = accepted
    user_signs(owner, agreement)
    assert Award.objects.get().state == "accepted"
    assert not Movement.objects.exists()
    assert Message.objects.filter(code="agreement_to_sign", person=found.approver.person).exists()
    body_signs(found, agreement)
    award = Award.objects.get()
    assert (award.state, award.in_force_at) == ("in_force", NOW)
    assert Movement.objects.get().amount == 16 * 92 * 86_400
    assert Agreement.objects.get().in_force_at == NOW
    assert Message.objects.filter(code="award_in_force", person=owner.person).count() == 1


def test_the_order_of_signatures_does_not_matter(accepted):
    found, owner, agreement = accepted
    body_signs(found, agreement)
    user_signs(owner, agreement)
    assert Award.objects.get().state == "in_force"


def test_a_wrong_password_signs_nothing(accepted):
    _found, owner, agreement = accepted
    assert code(lambda: user_signs(owner, agreement, "guess")) == "signing_password_wrong"
    assert not Signature.objects.exists()


def test_another_text_than_the_one_read_is_not_signed(accepted):
    _found, owner, agreement = accepted
    assert code(lambda: user_signs(owner, agreement, seen="0" * 64)) == "agreement_other_text"


def test_who_may_not_sign_for_a_side_is_refused(accepted):
    found, owner, agreement = accepted
    member = actor(make_member(Award.objects.get().organisation, role=MemberRole.MEMBER))
    assert code(lambda: user_signs(member, agreement)) == "not_allowed_for_role"
    assert code(lambda: user_signs(actor(make_member()), agreement)) == "not_found"
    assert code(lambda: user_signs(found.approver, agreement)) == "not_allowed_for_role"
    assert code(lambda: user_signs(owner, agreement, side=Side.BODY)) == "not_allowed_for_role"
    assert code(lambda: user_signs(make_actor(Role.AUDITOR), agreement, side=Side.BODY)) == "not_allowed_for_role"


def test_a_side_signs_once(accepted):
    _found, owner, agreement = accepted
    user_signs(owner, agreement)
    assert code(lambda: user_signs(owner, agreement)) == "agreement_signed_already"


def test_a_new_version_takes_the_place_of_the_old(accepted):
    found, owner, agreement = accepted
    user_signs(owner, agreement)
    second = actions.draw_up(by=found.manager, now=NOW, award=agreement.award_id)
    assert second.version == 2
    assert code(lambda: body_signs(found, agreement)) == "agreement_not_open"
    body_signs(found, second)
    user_signs(owner, second)
    assert Award.objects.get().state == "in_force"


def paper(owner, agreement):
    file = StoredFile.objects.create(sha256="a" * 64, size=1, media_type="application/pdf", stored_at=NOW)
    return actions.hand_in_paper(by=owner, now=NOW, agreement=agreement.pk, file=file.pk, name="signed.pdf")


def test_a_signed_paper_counts_once_staff_have_looked_at_it(accepted):
    found, owner, agreement = accepted
    handed = paper(owner, agreement)
    assert not Signature.objects.exists()
    assert code(lambda: actions.confirm_paper(by=owner, now=NOW, paper=handed.pk)) == "not_allowed_for_role"
    actions.confirm_paper(by=found.manager, now=NOW, paper=handed.pk)
    signature = Signature.objects.get()
    assert (signature.method, signature.person_id, signature.checked_by_id) == (
        "signed_file",
        owner.person,
        found.manager.person,
    )
    body_signs(found, agreement)
    assert Award.objects.get().state == "in_force"


def test_a_paper_is_sent_back_with_a_reason(accepted):
    found, owner, agreement = accepted
    handed = paper(owner, agreement)
    give = {"by": found.manager, "now": NOW, "paper": handed.pk}
    assert code(lambda: actions.refuse_paper(**give, comment=" ")) == "agreement_comment_needed"
    actions.refuse_paper(**give, comment="no seal")
    assert SignedPaper.objects.get().state == "refused"
    assert "no seal" in Message.objects.get(code="agreement_paper_refused").body
    with pytest.raises(Stale):
        actions.confirm_paper(by=found.manager, now=NOW, paper=handed.pk)
    assert not Signature.objects.exists()


def test_a_site_names_its_own_signer(settings):
    settings.MADANG_SIGNERS = {"click": "madang.portal.agreements.signing.FileSigner"}
    assert isinstance(signing.signer(CLICK), signing.FileSigner)
    settings.MADANG_SIGNERS = {}
    assert isinstance(signing.signer(CLICK), signing.ClickSigner)


FIGURES = Figures(
    number="C-1-A0001",
    version=1,
    centre={"ko": "센터", "en": "Centre"},
    organisation={"ko": "(주)너슬비전", "en": "Neoseul Vision"},
    registration_number="0008100090",
    title="과제 #1 [*]",
    call={"ko": "공고", "en": "Call"},
    starts_on=NOW.date(),
    ends_on=NOW.date().replace(month=5),
    lines=(
        Article(
            {"ko": "H100×8", "en": "H100×8"}, {"ko": "H100", "en": "H100"}, "gpu", 2, 8, False, "2026-04", 1,
            16 * 30 * 86_400, Price(1_000, 900, 450, 495, 45, (("2026-04", 495),)),
        ),
        Article(
            {"ko": "시간", "en": "Hours"}, {"ko": "H100", "en": "H100"}, "gpu", 9, 1, True, "2026-04", 1, 32_400, None
        ),
    ),
)  # fmt: skip


@pytest.mark.parametrize(("language", "won"), [("en", "₩495"), ("ko", "495원")])
def test_the_text_states_every_figure(language, won):
    text = rules.text_of(FIGURES, language)
    for stated in ("C-1-A0001", "000-81-00090", won, "11,520.0", "9.0"):
        assert stated in text


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_pdf_is_a_pdf_whatever_the_title_holds(language):
    content = documents.pdf(number="C-1", text=rules.text_of(FIGURES, language), sha256="0" * 64, language=language)
    assert content.startswith(b"%PDF-")


def test_without_a_korean_font_the_message_is_clear(monkeypatch):
    monkeypatch.setattr(documents, "FAMILIES", ("No such family",))
    with pytest.raises(Refused) as refused:
        documents.family()
    assert refused.value.code == "font_missing"


def test_a_new_version_is_signed_anew_by_both_and_the_old_one_stays_readable(accepted, client):
    found, owner, first = accepted
    user_signs(owner, first)
    assert code(lambda: actions.draw_up_anew(by=owner, now=NOW, agreement=first.pk)) == "not_allowed_for_role"
    second = actions.draw_up_anew(by=found.manager, now=NOW, agreement=first.pk)
    assert second.version == 2
    with pytest.raises(Stale):
        actions.draw_up_anew(by=found.manager, now=NOW, agreement=first.pk)
    assert code(lambda: body_signs(found, first)) == "agreement_not_open"
    assert [task.url for task in queries.tasks(owner, NOW)] == [f"/agreements/{first.award.number}/"]
    assert queries.staff_tasks(found.approver, NOW) == []
    told = Message.objects.get(code="agreement_anew")
    assert told.person_id == owner.person
    user_signs(owner, second)
    assert queries.tasks(owner, NOW) == []
    assert len(queries.staff_tasks(found.approver, NOW)) == 1
    body_signs(found, second)
    assert Award.objects.get().state == "in_force"
    assert code(lambda: actions.draw_up_anew(by=found.manager, now=NOW, agreement=second.pk)) == "agreement_not_open"
    client.force_login(found.owners[0])
    page = client.get(f"/agreements/{first.award.number}/versions/1/").content.decode()
    assert first.sha256 in page
    assert f"/agreements/{first.award.number}/versions/2/" in page
    assert client.get(f"/agreements/{first.award.number}/versions/3/").status_code == 404


def test_a_manager_draws_up_the_new_version_on_a_page_that_asks_first(accepted, client):
    found, _owner, first = accepted
    url = f"/agreements/{first.award.number}/anew/"
    client.force_login(found.owners[0])
    assert client.get(url).status_code == 404
    client.force_login(type(found.owners[0]).objects.get(pk=found.manager.person))
    assert client.get(url).status_code == 200
    assert client.post(url).status_code == 422
    assert Agreement.objects.count() == 1
    assert client.post(url, {"confirm": "on"}).status_code == 302
    assert Agreement.objects.count() == 2
