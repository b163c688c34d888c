"""The pages of money in, as staff and as an organisation see them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from factories import make_actor, make_member, make_organisation, make_staff

from madang.portal.actors import Role
from madang.portal.approvals.models import Approval
from madang.portal.billing.models import Statement
from madang.portal.journal.models import Reading
from madang.portal.receipts import actions
from madang.portal.receipts.models import Posting, Receipt

NOW = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """The instant at which requests arrive."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def issued(payable=100, organisation=None, place=1, due_on=date(2026, 5, 31)) -> Statement:
    return Statement.objects.create(
        organisation=organisation or make_organisation(), month=f"2026-0{place}", number=f"2026-0{place}-0001",
        state="issued", issued_at=NOW, due_on=due_on, worked_out_at=NOW, list_price=payable, due=payable,
        subsidy=-payable, supply=payable, payable=payable,
    )  # fmt: skip


def bank():
    by = make_actor(Role.PROGRAMME_MANAGER)
    return actions.set_bank(by=by, now=NOW, code="main", name="Main", columns={"paid_on": "day", "came_in": "in"})


def uploaded(client, text, name="may.csv"):
    file = SimpleUploadedFile(name, text.encode())
    return client.post(reverse("receipts-bring-in"), {"bank": "main", "file": file})


def as_staff(client, *roles):
    person = make_staff(*roles)
    client.force_login(person)
    return person


def page(client, name, *args, **query) -> str:
    answer = client.get(reverse(name, args=args), query, headers={"accept-language": "en"})
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_account_is_noted_and_its_file_is_looked_at_before_it_is_stored(client):
    as_staff(client, Role.PROGRAMME_MANAGER)
    given = {"code": "main", "name": "Main", "column_paid_on": "day", "column_came_in": "in"}
    assert client.post(reverse("bank-new"), given).status_code == 302
    look = uploaded(client, "day,in\n2026-05-20,1200\n2026-05-21,\n").headers["Location"]
    shown = client.get(look, headers={"accept-language": "en"}).content.decode()
    assert "₩1,200" in shown
    assert not Receipt.objects.exists()
    assert client.post(look).headers["Location"] == reverse("receipts")
    assert Receipt.objects.get().amount == 1200
    assert "brought in before" in client.get(look, headers={"accept-language": "en"}).content.decode()
    assert client.post(look).status_code in (409, 422)
    assert Receipt.objects.count() == 1


def test_rows_that_cannot_be_read_are_shown_and_nothing_can_be_stored(client):
    as_staff(client, Role.PROGRAMME_MANAGER)
    bank()
    look = uploaded(client, "day,in\nnever,1200\n2026-05-20,7\n").headers["Location"]
    shown = client.get(look, headers={"accept-language": "en"}).content.decode()
    assert "This is not a day" in shown
    assert "Store these receipts" not in shown
    assert client.post(look).status_code == 422
    assert not Receipt.objects.exists()


def test_a_file_with_other_headings_says_which_are_missing(client):
    as_staff(client, Role.OPERATOR)
    bank()
    answer = client.get(uploaded(client, "a,b\n1,2\n").headers["Location"], headers={"accept-language": "en"})
    assert (answer.status_code, "day, in" in answer.content.decode()) == (422, True)


def received(client, amount, statement) -> Receipt:
    bank()
    look = uploaded(client, f"day,in\n2026-05-20,{amount}\n").headers["Location"]
    client.post(look)
    row = Receipt.objects.get()
    given = {"statement": statement.number, "amount": amount}
    assert client.post(reverse("receipt", args=[row.pk]), given).status_code == 302
    return row


def test_a_receipt_is_placed_by_hand_and_taken_off_with_a_reason(client):
    as_staff(client, Role.PROGRAMME_MANAGER)
    statement = issued()
    row = received(client, 60, statement)
    assert statement.number in page(client, "receipt", row.pk)
    undo = reverse("match-undo", args=[Posting.objects.get().pk])
    assert client.post(undo, {"reason": ""}).status_code == 422
    assert client.post(undo, {"reason": "of somebody else"}).status_code == 302
    assert "of somebody else" in page(client, "receipt", row.pk)
    wrong = client.post(reverse("receipt", args=[row.pk]), {"statement": "2026-09-0001", "amount": 1})
    assert wrong.status_code == 422


def test_what_was_paid_too_much_goes_back_by_two_people(client):
    manager = as_staff(client, Role.PROGRAMME_MANAGER)
    statement = issued(100)
    received(client, 130, statement)
    place = reverse("statement-payment", args=[statement.pk])
    assert "₩30" in page(client, "statement-payment", statement.pk)
    assert client.post(place, {"half": "draft", "comment": "twice"}).status_code == 302
    assert place in page(client, "approvals")
    as_staff(client, Role.APPROVER)
    assert "₩30" in page(client, "statement-payment", statement.pk)
    approved = client.post(place, {"half": "approve", "comment": "", "document_number": "D-1"})
    assert (approved.status_code, Approval.objects.get().drafted_by_id) == (302, manager.pk)
    assert Posting.objects.get(kind="refund").amount == -30


def test_an_over_payment_is_credited_on_the_page(client):
    as_staff(client, Role.PROGRAMME_MANAGER)
    firm = make_organisation()
    statement, other = issued(100, firm), issued(50, firm, 2)
    received(client, 130, statement)
    assert client.post(reverse("statement-payment", args=[statement.pk]), {"act": "credit"}).status_code == 302
    assert Posting.objects.get(statement=other).amount == 30


def test_who_owes_is_shown_by_age_and_taken_away_with_a_purpose(client):
    as_staff(client, Role.AUDITOR)
    late, early = issued(1_000), issued(500, place=2, due_on=date(2026, 6, 30))
    shown = page(client, "receivables")
    assert "₩1,500" in shown
    assert shown.index(late.number) < shown.index(early.number)
    assert "say what for" in page(client, "receivables-file", "csv")
    rows = page(client, "receivables-file", "csv", purpose="audit").splitlines()
    assert (len(rows), "1000,0,1000,0,1,Overdue" in rows[1]) == (3, True)
    assert client.get(reverse("receivables-file", args=["xlsx"]), {"purpose": "audit"}).content[:2] == b"PK"
    assert Reading.objects.filter(what="download", purpose="audit").count() == 2


def test_reminders_are_stopped_and_resumed(client):
    as_staff(client, Role.PROGRAMME_MANAGER)
    statement = issued()
    place = reverse("chase-stop", args=[statement.organisation_id])
    assert client.post(place, {"reason": "pays by instalments"}).status_code == 302
    assert "Stopped" in page(client, "receivables")
    assert "pays by instalments" in page(client, "chase-stop", statement.organisation_id)
    assert client.post(place).status_code == 302
    assert "Stopped" not in page(client, "receivables")


def test_an_organisation_sees_what_to_pay_where_and_what_came(client, settings):
    settings.MADANG_PAY_TO = {"ko": "빛은행 123-456", "en": "Light Bank 123-456"}
    firm = make_organisation()
    statement = issued(1_000, firm)
    client.force_login(make_member(firm))
    shown = page(client, "statement", statement.pk)
    assert "Light Bank 123-456" in shown
    assert "Overdue" in shown
    assert "빛은행" in client.get(reverse("statement", args=[statement.pk])).content.decode()
    assert "₩1,000" in page(client, "statements")
    assert client.get(reverse("statement-payment", args=[statement.pk])).status_code == 404
    assert "Statements to pay" in page(client, "home")


def test_a_stranger_sees_no_statement_of_another(client):
    client.force_login(make_member())
    assert client.get(reverse("statement", args=[issued().pk])).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_who_owes_costs_the_same_with_one_row_as_with_three(client, django_assert_num_queries, rows):
    as_staff(client, Role.AUDITOR)
    for place in range(1, rows + 1):
        issued(place=place)
    with django_assert_num_queries(8):
        page(client, "receivables")
