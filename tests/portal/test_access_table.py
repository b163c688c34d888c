"""Who may open and send what: every page and every operation, with things of organisation A, as twelve people."""

from __future__ import annotations

import re

import pytest
from django.db import transaction
from django.urls import reverse
from factories import NOW
from portal.access_operations import OPERATIONS
from portal.access_world import PEOPLE, make_world
from portal.api_calls import operations, sent
from portal.test_strangers import ROUTES

pytestmark = pytest.mark.django_db

# Columns: the public, a stranger (owner of B), a member and an owner of A; reviewers: assigned, not assigned, in
# conflict; officer, manager, approver, operator, auditor. First GET, then POST without fields.
# o: answered; m: sent on; L: sent to log in; n: does not exist; x: not this verb; r: refused (409, 422); a: 401.
PAGES = """
front                    oooooooooooo oooooooooooo
agreement                Lnoonnnooooo Lnoonnnooooo
agreement-anew           Lnnnnnnnonnn Lnnnnnnnrnnn
agreement-version        Lnoonnnooooo Lnoonnnooooo
agreement-pdf-en         Lnoonnnooooo Lnoonnnooooo
agreement-pdf-ko         Lnoonnnooooo Lnoonnnooooo
signed-paper             Lnoonnnooooo Lnoonnnrrrrr
signed-paper-check       Lnnnnnnnoonn Lnnnnnnnrrnn
applications             Looooooooooo Lxxxxxxxxxxx
application              Lnoonnnnnnnn Lxxxxxxxxxxx
application-asks         Lxxxxxxxxxxx Lnmmnnnnnnnn
application-attach       Lxxxxxxxxxxx Lnrrnnnnnnnn
application-consent      Lxxxxxxxxxxx Lnmmnnnnnnnn
application-remove-file  Lxxxxxxxxxxx Lnmmnnnnnnnn
application-receipt      Lnoonnnooooo Lxxxxxxxxxxx
application-reopen       Lxxxxxxxxxxx Lnmmnnnnnnnn
application-save         Lxxxxxxxxxxx Lnrrnnnnnnnn
application-submit       Lxxxxxxxxxxx Lnmmnnnnnnnn
application-version      Lnoonnnooooo Lxxxxxxxxxxx
application-withdraw     Lnoonnnnnnnn Lnmmnnnnnnnn
application-begin        Looooooooooo Looooooooooo
draft-file               Lnoonnnnnnnn Lxxxxxxxxxxx
submitted-file           Lnoonnnooooo Lnoonnnooooo
question-answer          Lxxxxxxxxxxx Lnrrnnnnnnnn
question-file            Lnoonnnooooo Lnoonnnrrrrr
awards                   Looooooooooo Looooooooooo
award                    Lnoonnnooooo Lnoonnnooooo
award-accept             Lnoonnnooooo Lnrrnnnrrrrr
award-decline            Lnoonnnooooo Lnrrnnnrrrrr
bookings                 Looooooooooo Looooooooooo
booking                  Lnoonnnooooo Lnoonnnooooo
booking-cancel           Lnoonnnnonon Lnmmnnnnrnrn
booking-check-in         Lnoonnnnonon Lnrrnnnnmnmn
booking-extend           Lnoonnnnonon Lnrrnnnnrnrn
bookings-calendar        oooooooooooo oooooooooooo
booking-new              Looooooooooo Looooooooooo
booking-decide           Lnnnnnnnonon Lnnnnnnnrnrn
booking-quotas           Lnnnnnnooooo Lnnnnnnooooo
calendar-feed            Looooooooooo Looooooooooo
calendar-file            nnnnnnnnnnnn nnnnnnnnnnnn
staff-bookings           Lnnnnnnooooo Lnnnnnnooooo
closure-new              Lnnnnnnnonon Lnnnnnnnonon
closure-remove           Lnnnnnnnonon Lnnnnnnnmnmn
utilisation              Lnnnnnnooooo Lnnnnnnooooo
utilisation-file         Lnnnnnnooooo Lnnnnnnooooo
facilities               oooooooooooo oooooooooooo
facility                 oooooooooooo oooooooooooo
staff-facilities         Lnnnnnnooooo Lnnnnnnooooo
facilities-file          Lnnnnnnooooo Lnnnnnnooooo
facilities-bring-in      Lnnnnnnnonon Lnnnnnnnonon
facilities-look          Lnnnnnnnonon Lnnnnnnnmnmn
facility-new             Lnnnnnnnonon Lnnnnnnnonon
facility-edit            Lnnnnnnnonon Lnnnnnnnrnrn
facility-door-code       xxxxxxxxxxxx Lnnnnnnnmnmn
facility-state           Lnnnnnnnonon Lnnnnnnnrnrn
companies                Lnnnnnnooooo Lnnnnnnooooo
companies-board          Lnnnnnnooooo Lnnnnnnooooo
companies-progress       Lnnnnnnooooo Lnnnnnnooooo
companies-file           Lnnnnnnooooo Lnnnnnnooooo
companies-bring-in       Lnnnnnnoonnn Lnnnnnnoonnn
companies-look           Lnnnnnnoonnn Lnnnnnnmmnnn
company-new              Lnnnnnnoonnn Lnnnnnnrrnnn
company                  Lnnnnnnooooo Lnnnnnnooooo
company-edit             Lnnnnnnoonnn Lnnnnnnrrnnn
company-file             Lnnnnnnooooo Lnnnnnnooooo
company-merge            Lnnnnnnoonnn Lnnnnnnrrnnn
company-organisation     Lnnnnnnoonnn Lnnnnnnmmnnn
company-part             Lnnnnnnoonnn Lnnnnnnmmnnn
company-part-end         Lnnnnnnoonnn Lnnnnnnrrnnn
company-part-new         Lnnnnnnoonnn Lnnnnnnrrnnn
company-support          Lnnnnnnooooo Lnnnnnnooooo
organisation-support     Lnnonnnnnnnn Lnnonnnnnnnn
calls                    oooooooooooo xxxxxxxxxxxx
call                     oooooooooooo xxxxxxxxxxxx
call-results             oooooooooooo oooooooooooo
capacity                 oooooooooooo oooooooooooo
award-decision           Lnoonnnooooo Lnoonnnooooo
figures-json             oooooooooooo oooooooooooo
figures                  oooooooooooo oooooooooooo
figure-csv               oooooooooooo oooooooooooo
figure-definitions       oooooooooooo oooooooooooo
figures-map              oooooooooooo oooooooooooo
figures-chart            nnnnnnnnnnnn nnnnnnnnnnnn
figures-year             oooooooooooo oooooooooooo
figures-year-json        oooooooooooo oooooooooooo
figures-year-csv         oooooooooooo oooooooooooo
award-list-csv           oooooooooooo oooooooooooo
award-list-json          oooooooooooo oooooooooooo
staff-figures            Lnnnnnnooooo Lnnnnnnooooo
staff-figures-year       Lnnnnnnooooo Lnnnnnnooooo
first-operator           rrrrrrrrrrrr rrrrrrrrrrrr
health                   oooooooooooo oooooooooooo
home                     Looooooooooo Looooooooooo
invitation               rrrrrrrrrrrr rrrrrrrrrrrr
jobs                     Looooooooooo Lxxxxxxxxxxx
job                      Lnoonnnnnnoo Lxxxxxxxxxxx
job-cancel               Lnoonnnnnnnn Lnmmnnnnnnnn
job-repeat               Lnoonnnnnnnn Lnrrnnnnnnnn
job-save                 Lnoonnnnnnnn Lnrrnnnnnnnn
job-templates            Looooooooooo Lxxxxxxxxxxx
job-template             Lnoonnnnnnnn Lnrrnnnnnnnn
job-template-delete      Lnoonnnnnnnn Lnmmnnnnnnnn
job-keep                 Lnoonnnnnnnn Lnrrnnnnnnnn
environments             Looooooooooo Lnnnnnnnnnon
environment-build        Looooooooooo Looooooooooo
environment-withdraw     Lnoonnnnnnon Lnmmnnnnnnmn
job-file                 Lnoonnnnnnnn Lxxxxxxxxxxx
job-output               Lnrrnnnnnnnn Lxxxxxxxxxxx
estimates                Looooooooooo Looooooooooo
job-progress             Lnoonnnnnnoo Lxxxxxxxxxxx
job-figures              Lxxxxxxxxxxx Looooooooooo
shares                   Lnnnnnnnnnoo Lnnnnnnnnnrr
job-steer                Lxxxxxxxxxxx Lnmmnnnnnnnn
job-array                Lnoonnnnnnoo Lxxxxxxxxxxx
job-array-progress       Lnoonnnnnnoo Lxxxxxxxxxxx
job-array-steer          Lxxxxxxxxxxx Lnmmnnnnnnnn
job-array-cancel         Lnoonnnnnnnn Lnmmnnnnnnnn
job-new                  Looooooooooo Looooooooooo
journal                  Lnnnnnnnnnoo Lnnnnnnnnnoo
journal-export           Lnnnnnnnnnoo Lnnnnnnnnnoo
journal-heads-json       oooooooooooo oooooooooooo
journal-heads            oooooooooooo oooooooooooo
journal-readings         Lnnnnnnnnnno Lnnnnnnnnnno
journal-retention        Lnnnnnnnnnoo Lnnnnnnnnnoo
set_language             mmmmmmmmmmmm mmmmmmmmmmmm
log-in                   ommmmmmmmmmm ommmmmmmmmmm
log-out                  xxxxxxxxxxxx mmmmmmmmmmmm
me                       Looooooooooo Looooooooooo
change-email             Looooooooooo Looooooooooo
confirm-email            rrrrrrrrrrrr rrrrrrrrrrrr
erase-me                 Looooooooooo Looooooooooo
export-own               Looooooooooo Looooooooooo
held                     Looooooooooo Looooooooooo
own-messages             Looooooooooo Looooooooooo
own-message              Lnnonnnnnnnn Lnnonnnnnnnn
change-password          Looooooooooo Looooooooooo
own-readings             Looooooooooo Looooooooooo
tokens                   Looooooooooo Looooooooooo
revoke-token             xxxxxxxxxxxx Lnnmnnnnnnnn
organisations            Looooooooooo Looooooooooo
organisation             Lnoonnnooooo Lnoonnnooooo
organisation-readings    Lnnonnnnnnnn Lnnonnnnnnnn
edit-organisation        Lnnonnnnnnnn Lnnonnnnnnnn
withdraw-invitation      xxxxxxxxxxxx Lnmmnnnmmmmm
invite                   xxxxxxxxxxxx Lnrrnnnrrrrr
remove-member            xxxxxxxxxxxx Lnmmnnnmmmmm
member-role              xxxxxxxxxxxx Lnmmnnnmmmmm
record-verdict           xxxxxxxxxxxx Lnnnnnnrrrrn
new-organisation         Looooooooooo Looooooooooo
plan-document            oooooooooooo oooooooooooo
prices                   oooooooooooo oooooooooooo
reset                    oooooooooooo oooooooooooo
reset-confirm            rrrrrrrrrrrr rrrrrrrrrrrr
reviews                  Looooooooooo Looooooooooo
review                   Lnnnonnnnnnn Lnnnrnnnnnnn
review-file              Lnnnonnnnnnn Lnnnrnnnnnnn
review-hand-back         Lnnnonnnnnnn Lnnnmnnnnnnn
review-interests         Lnnnooonnnnn Lnnnrrrnnnnn
sign-up                  oooooooooooo oooooooooooo
sign-up-confirm          rrrrrrrrrrrr rrrrrrrrrrrr
staff                    Lnnnnnnooooo Lnnnnnnooooo
application-reviews      Lnnnnnnooooo Lnnnnnnooooo
screening                Lnnnnnnooooo Lnnnnnnooooo
screening-ask            Lnnnnnnxxnnn Lnnnnnnrrnnn
screening-verdict        Lnnnnnnxxnnn Lnnnnnnrrnnn
approvals                Lnnnnnnooooo Lnnnnnnooooo
staff-calls              Lnnnnnnooooo Lnnnnnnxxxxx
call-edit                Lnnnnnnooooo Lnnnnnnxxxxx
call-approval            Lnnnnnnnoono Lnnnnnnnoono
call-basics              Lnnnnnnnonnn Lnnnnnnnonnn
call-close               Lnnnnnnnxnxn Lnnnnnnnmnmn
call-copy                Lnnnnnnnonnn Lnnnnnnnonnn
call-correct             Lnnnnnnnonnn Lnnnnnnnonnn
call-hand-over           Lnnnnnnnonnn Lnnnnnnnonnn
call-intake              Lnnnnnnnonnn Lnnnnnnnonnn
call-intake-remove       Lnnnnnnnxnnn Lnnnnnnnmnnn
call-intake-new          Lnnnnnnnonnn Lnnnnnnnonnn
call-manage              Lnnnnnnooooo Lnnnnnnxxxxx
call-next-intake         Lnnnnnnnxnxn Lnnnnnnnmnmn
call-track               Lnnnnnnnonnn Lnnnnnnnonnn
call-part                Lnnnnnnnonnn Lnnnnnnnonnn
call-part-act            Lnnnnnnnxnnn Lnnnnnnnmnnn
call-track-remove        Lnnnnnnnxnnn Lnnnnnnnmnnn
call-track-new           Lnnnnnnnonnn Lnnnnnnnonnn
call-new                 Lnnnnnnnonnn Lnnnnnnnonnn
consent-texts            Lnnnnnnooooo Lnnnnnnxxxxx
consent-text-new         Lnnnnnnnonnn Lnnnnnnnrnnn
discount-end             Lnnnnnnnonnn Lnnnnnnnonnn
limit-end                Lnnnnnnnonnn Lnnnnnnnonnn
rule-trial               Lnnnnnnooooo Lnnnnnnooooo
aid                      Looooooooooo Looooooooooo
staff-intakes            Lnnnnnnooooo Lnnnnnnxxxxx
intake-decisions         Lnnnnnnooooo Lnnnnnnooooo
intake-round             Lnnnnnnooooo Lnnnnnnooooo
plans                    Lnnnnnnooooo Lnnnnnnrrrrr
plan-compare             Lnnnnnnmmmmm Lnnnnnnmmmmm
plan-compare-csv         Lnnnnnnmmmmm Lnnnnnnmmmmm
plan-compare-xlsx        Lnnnnnnmmmmm Lnnnnnnmmmmm
plans-progress           Lnnnnnnooooo Lnnnnnnooooo
policies                 Lnnnnnnooooo Lnnnnnnooooo
policy-new               Lnnnnnnnonnn Lnnnnnnnonnn
policy                   Lnnnnnnooooo Lnnnnnnooooo
policy-edit              Lnnnnnnnonnn Lnnnnnnnonnn
policy-unit              Lnnnnnnnonnn Lnnnnnnnonnn
policy-rule              Lnnnnnnnonnn Lnnnnnnnonnn
policy-rule-act          Lnnnnnnnxnnn Lnnnnnnnmnnn
policy-restore           Lnnnnnnnxnnn Lnnnnnnnmnnn
policy-withdraw          Lnnnnnnnxnnn Lnnnnnnnmnnn
seed-commit              Lnnnnnnnxnnn Lnnnnnnnrnnn
intake-ranking           Lnnnnnnooooo Lnnnnnnooooo
intake-calibration       Lnnnnnnooooo Lnnnnnnrrrrr
intake-conflicts         Lnnnnnnooooo Lnnnnnnooooo
intake-reviews           Lnnnnnnooooo Lnnnnnnrmrrr
review-suggestion        Lnnnnnnnonnn Lnnnnnnnonnn
intake-demand            Lnnnnnnooooo Lnnnnnnxxxxx
intake-applications      Lnnnnnnooooo Lnnnnnnxxxxx
intake-export            Lnnnnnnooooo Lnnnnnnooooo
intake-move              Lnnnnnnnxnxn Lnnnnnnnmnmn
outbox                   Lnnnnnnnnnoo Lnnnnnnnnnoo
try-again                xxxxxxxxxxxx Lnnnnnnnnnmn
people                   Lnnnnnnnnnoo Lnnnnnnnnnoo
person                   Lnnnnnnnnnoo Lnnnnnnnnnoo
erase-person             Lnnnnnnnnnon Lnnnnnnnnnon
end-role                 xxxxxxxxxxxx Lnnnnnnnnnmn
plan                     Lnnnnnnooooo Lnnnnnnooooo
plan-progress            Lnnnnnnooooo Lnnnnnnooooo
plan-effects             Lnnnnnnooooo Lnnnnnnrrrrr
trial-progress           Lnnnnnnnnnoo Lnnnnnnnnnoo
trial-stop               Lnnnnnnxxxxx Lnnnnnnnnnrr
bench                    Lnnnnnnnnnoo Lnnnnnnnnnrr
bench-trial              Lnnnnnnnnnoo Lnnnnnnnnnoo
bench-report             Lnnnnnnnnnoo Lnnnnnnnnnoo
plan-cancel              Lnnnnnnnxnnn Lnnnnnnnrnnn
plan-move                Lnnnnnnnonnn Lnnnnnnnrnnn
plan-committee           Lnnnnnnooooo Lnnnnnnrmrrr
plan-committee-progress  Lnnnnnnooooo Lnnnnnnooooo
cluster                  Lnnnnnnnnnoo Lnnnnnnnnnmr
cluster-apply            Lnnnnnnnnnon Lnnnnnnnnnmn
unix-users               Lnnnnnnnnnoo Lnnnnnnnnnrr
unix-user-remove         Lnnnnnnnnnon Lnnnnnnnnnmn
award-cluster            Lnoonnnooooo Lnrrnnnrrror
pools                    Lnnnnnnooooo Lnnnnnnooooo
pool                     Lnnnnnnooooo Lnnnnnnooooo
product-retire           Lnnnnnnnonon Lnnnnnnnmnmn
owed-reports             Lnnnnnnooooo Lnnnnnnooooo
owed-report-received     Lnnnnnnoonnn Lnnnnnnoonnn
reviewers                Lnnnnnnooooo Lnnnnnnooooo
expert                   Lnnnnnnooooo Lnnnnnnooooo
experts-file             Lnnnnnnooooo Lnnnnnnrrrrr
experts-bring-in         Lnnnnnnnonnn Lnnnnnnnonnn
experts-look             Lnnnnnnnonnn Lnnnnnnnmnnn
call-expert-terms        Lnnnnnnooooo Lnnnnnnrrrrr
application-reply        Lnoonnnnnnnn Lnrrnnnnnnnn
replies-open             Lnnnnnnnonnn Lnnnnnnnrnnn
application-challenges   Lnoonnnnnnnn Lnrrnnnnnnnn
intake-challenges        Lnnnnnnooooo Lnnnnnnooooo
challenge                Lnnnnnnooooo Lnnnnnnrrrrr
intake-committees        Lnnnnnnooooo Lnnnnnnooooo
committee-new            Lnnnnnnnonnn Lnnnnnnnrnnn
committee                Lnnnnnnooooo Lnnnnnnnnnnn
committee-draw-new       Lnnnnnnnonnn Lnnnnnnnrnnn
committee-sheets         Lnnnnnnnonnn Lnnnnnnnrnnn
meeting-new              Lnnnnnnnonnn Lnnnnnnnrnnn
meeting                  Lnnnonnooooo Lnnnonnooooo
meeting-room             Lnnnonnooooo Lnnnonnooooo
meeting-file             Lnnnonnooooo Lnnnonnooooo
meeting-minutes          Lnnnonnooooo Lnnnonnooooo
meeting-attendance       Lnnnnnnnonnn Lnnnnnnnrnnn
meeting-points           Lnnnonnnonnn Lnnnrnnnrnnn
meeting-opinion          Lnnnonnnonnn Lnnnrnnnrnnn
meeting-approve          Lnnnonnnnnnn Lnnnrnnnnnnn
meeting-cancel           Lnnnnnnnonnn Lnnnnnnnrnnn
meeting-reopen           Lnnnnnnnonnn Lnnnnnnnrnnn
draw-value               Lnnnnnnnonnn Lnnnnnnnrnnn
draw-abandon             Lnnnnnnnonnn Lnnnnnnnrnnn
candidate-answer         Lnnnnnnnonnn Lnnnnnnnrnnn
committee-invitation     Lnnnonnnnnnn Lnnnrnnnnnnn
committee-withdraw       Lnnnonnnnnnn Lnnnrnnnnnnn
committee-invitation-link rrrrrrrrrrrr rrrrrrrrrrrr
call-draws               oooooooooooo oooooooooooo
draw-record              oooooooooooo oooooooooooo
review-terms             Lnnnonnnnnnn Lnnnrnnnnnnn
review-withdraw          Lnnnnnnnonnn Lnnnnnnnrnnn
statements-staff         Lnnnnnnooooo Lnnnnnnooooo
statements-issue         Lnnnnnnnonnn Lnnnnnnnmnnn
tariffs                  Lnnnnnnooooo Lnnnnnnooooo
tariff                   Lnnnnnnooooo Lnnnnnnooooo
statements               Looooooooooo Looooooooooo
statement                Lnoonnnooooo Lnoonnnooooo
statement-csv            Lnoonnnooooo Lnoonnnooooo
receivables              Lnnnnnnooooo Lnnnnnnooooo
receivables-file         Lnnnnnnooooo Lnnnnnnooooo
chase-stop               Lnnnnnnnonon Lnnnnnnnrnrn
receipts                 Lnnnnnnooooo Lnnnnnnooooo
receipt                  Lnnnnnnooooo Lnnnnnnrrrrr
match-undo               Lnnnnnnnonon Lnnnnnnnrnrn
receipts-bring-in        Lnnnnnnnonon Lnnnnnnnonon
receipts-look            Lnnnnnnnonon Lnnnnnnnrnrn
bank-new                 Lnnnnnnnonon Lnnnnnnnonon
bank                     Lnnnnnnnonon Lnnnnnnnonon
statement-payment        Lnnnnnnooooo Lnnnnnnooooo
statement-xlsx           Lnoonnnooooo Lnoonnnooooo
funding                  Lnnnnnnooooo Lnnnnnnooooo
settlements              Lnnnnnnooooo Lnnnnnnooooo
settlement               Lnnnnnnooooo Lnnnnnnooooo
settlement-file          Lnnnnnnooooo Lnnnnnnooooo
settlement-entry-new     Lnnnnnnnonnn Lnnnnnnnrnnn
settlement-entry-undo    Lnnnnnnnonnn Lnnnnnnnrnnn
set-theme                xxxxxxxxxxxx mmmmmmmmmmmm
"""

# On PostgreSQL too for one person of each side: what a page asks of the database is the same for all who may open it.
EVERYBODY = [pytest.param(who, marks=() if who in ("owner", "manager") else pytest.mark.one_engine) for who in PEOPLE]
LETTERS = {
    200: "o", 201: "o", 204: "o", 302: "m", 400: "b", 401: "a", 403: "f", 404: "n", 405: "x", 409: "r", 422: "r",
}  # fmt: skip
EXPECTED = {name: (get, post) for name, get, post in (line.split() for line in PAGES.strip().splitlines())}
PROMISED = dict(line.split() for line in OPERATIONS.strip().splitlines())


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """The instant at which requests arrive."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def letter(answer) -> str:
    if answer.status_code == 302 and answer.headers["Location"].startswith("/log-in/"):
        return "L"
    return LETTERS.get(answer.status_code, str(answer.status_code))


def address(world, route, name) -> str:
    """The page's address with organisation A's things in it; a link's secret is a wrong one."""
    if "<" not in route:
        return "/" + route
    if "<str:token>" in route or "<str:secret>" in route:
        return "/" + re.sub(r"<[^>]+>", "nothing", route)
    return reverse(name, kwargs=world.places[name])


def undone(act):
    """The answer to a request whose changes are taken back, so that the next finds everything as it was."""
    with transaction.atomic():
        answer = act()
        if answer.streaming:
            # read to its end, which closes the file
            list(answer.streaming_content)
        transaction.set_rollback(True)
    return answer


def test_every_page_and_every_operation_stands_in_the_tables():
    assert {name for _route, name in ROUTES} == set(EXPECTED)
    assert {name for _verb, _path, name in operations()} == set(PROMISED)


@pytest.mark.parametrize("who", EVERYBODY)
def test_pages_answer_each_person_as_the_table_says(client, who):
    world, column = make_world(), PEOPLE.index(who)
    if world.people[who]:
        client.force_login(world.people[who])
    wrong = {}
    for route, name in ROUTES:
        for verb, wanted in zip(("get", "post"), EXPECTED[name], strict=True):
            url = address(world, route, name)
            found = letter(undone(lambda verb=verb, url=url: getattr(client, verb)(url)))
            if found != wanted[column]:
                wrong[f"{verb} {name}"] = (found, wanted[column])
            if name == "log-out" and world.people[who]:
                client.force_login(world.people[who])
    assert wrong == {}


@pytest.mark.parametrize("who", EVERYBODY)
def test_operations_answer_each_person_as_the_table_says(client, who):
    world, column = make_world(), PEOPLE.index(who)
    wrong = {}
    for verb, path, name in operations():
        answer = undone(lambda verb=verb, path=path, name=name: sent(client, world, who, verb, path, name))
        if letter(answer) != PROMISED[name][column]:
            wrong[name] = (letter(answer), PROMISED[name][column], answer.content[:200])
    assert wrong == {}
