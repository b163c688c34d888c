"""One fitting call of every operation of the API about a thing of organisation A."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from portal.access_camp import SHEET, body_of_camp, given_of_camp
from portal.access_companies import LIST, body_of_company, given_of_companies
from portal.access_experts import body_of_experts, given_to_experts
from portal.access_money import body_of_months, body_of_take_back, given_of_months, given_of_take_backs
from portal.access_outcomes import BODIES, OUTCOME, given_of_outcomes
from portal.access_places import REPORT, body_of_places, given_of_places, photo
from portal.access_reviews import body_of_reviews, given_to_reviews
from portal.access_sanctions import body_of_sanctions, given_of_sanctions
from portal.access_scores import body_of_scores, given_to_scores
from portal.access_training import LISTS_OF_LEARNERS, WAGE, body_of_training, given_of_training
from portal.access_world import World

from madang.portal.approvals.models import Approval
from madang.portal.facilities.models import Facility
from madang.portal.openapi import document
from madang.portal.people.models import Organisation, Region
from madang.portal.resources.models import Pool
from madang.portal.reviews.models import Reviewer

SHA = "0" * 64
PARTICULARS = {"name": "New Name", "kind": "company", "size_class": "small", "founded_on": "2024-01-01"}


def operations() -> Iterator[tuple[str, str, str]]:
    """Verb, path and name of every operation that is promised."""
    for path, verbs in json.loads(document())["paths"].items():
        for verb, operation in verbs.items():
            yield verb, path, operation["operationId"]


def _given(world: World, name: str) -> dict[str, Any]:
    """What stands in the path of an operation."""
    places = world.places
    application, a = {"id": places["application"]["pk"]}, {"organisation": places["organisation"]["organisation"]}
    award = {"number": places["award-accept"]["number"]}
    review, job = {"review": places["review"]["assignment"]}, {"id": places["job"]["pk"]}
    known = {
        "remove_attachment": application | {"attachment": places["draft-file"]["pk"]},
        "accept_consent": application | {"text": places["application-consent"]["text"]},
        "withdraw_consent": application | {"text": places["application-consent"]["text"]},
        "get_agreement": places["agreement"],
        "sign_agreement": places["agreement"],
        "award_usage": places["award"],
        "call": places["call"],
        "list_results": places["call"],
        "get_figure": {"code": "demand"},
        "get_figure_year": places["figures-year"],
        "get_figure_year_differences": places["figures-year"],
        "draft_figure_year": places["staff-figures-year"],
        "job_output": job | {"path": "out.txt"},
        **dict.fromkeys(("job_array", "steer_job_array", "cancel_job_array"), places["job-array"]),
        **{name: {"id": places["job-template"]["pk"]} for name in ("change_job_template", "delete_job_template")},
        "withdraw_environment": {"environment": places["environment-withdraw"]["pk"]},
        "revoke_token": {"token": places["revoke-token"]["token"]},
        "withdraw_invitation": places["withdraw-invitation"],
        "remove_member": places["remove-member"],
        "get_plan": {"plan": places["plan"]["plan"]},
        "list_pool_capacity": places["pool"],
        "remove_unix_user": places["unix-user-remove"],
        "leave_account": places["joined-account-end"],
        "get_statement": {"statement_id": places["statement"]["pk"]},
    }
    known |= _given_to_staff(world) | _given_to_settlers(world) | _given_to_bookers(world) | given_to_experts(places)
    known |= given_of_companies(places) | given_of_outcomes(places) | given_of_take_backs(places)
    known |= given_of_training(places) | given_of_sanctions(places)
    known |= given_of_camp(places) | given_of_places(places)
    known |= given_to_reviews(places) | given_to_scores(places)
    known |= given_of_months(places)
    if name in known:
        return known[name]
    return {**application, **a, **award, **review} | (job if "job" in name else {})


def _given_to_bookers(world: World) -> dict[str, dict[str, Any]]:
    """The same for facilities and bookings."""
    booking, facility = {"booking": world.places["booking"]["pk"]}, world.places["facility"]
    found = dict.fromkeys(("get_booking", "cancel_booking", "extend_booking", "check_in_booking"), booking)
    found |= dict.fromkeys(("get_facility", "put_facility", "set_facility_state", "list_taken"), facility)
    return found | {
        "decide_booking": {"booking": world.places["booking-decide"]["pk"]},
        "delete_closure": {"closure": world.places["closure-remove"]["pk"]},
        "set_booking_quota": {"kind": "seat"},
    }


def _body_of_booking(a: object) -> dict[str, Any]:
    """What is sent to book, to change a booking, and to keep the calendar."""
    when = {"starts_at": "2026-04-03T01:00:00Z", "ends_at": "2026-04-03T02:00:00Z"}
    wish = {"organisation_id": a, "facilities": ["car"], "purpose": "x", **when}
    return {
        "create_booking": wish,
        "price_booking": {"organisation_id": a, "facilities": ["car"], **when},
        "create_series": {**wish, "weeks": 2},
        "cancel_booking": {"reason": "x"},
        "extend_booking": {"ends_at": "2026-04-01T05:00:00Z"},
        "check_in_booking": {"code": Facility.objects.get(code="car").door_code},
        "decide_booking": {"approve": True},
        "create_closures": {"facilities": ["car"], "kind": "blackout", "reason": "x", **when},
        "put_facility": {"name_ko": "x", "name_en": "x", "kind": "equipment", "version": 1},
        "set_facility_state": {"state": "repair", "version": 1, "reason": "x", "cancel": True},
        "set_booking_quota": {"hours": 9},
    }


def _given_to_settlers(world: World) -> dict[str, dict[str, Any]]:
    """The same for who funds what and a year's settlement."""
    year = world.places["settlement"]
    found = dict.fromkeys(("show_settlement", "list_settlement_entries", "enter_settlement", "draft_settlement"), year)
    return found | {
        "set_funding": {"pool": Pool.objects.order_by("code").first().code, "month": "2026-09"},
        "reverse_settlement_entry": {"year": 2025, "entry": world.places["settlement-entry-undo"]["pk"]},
    }


def _given_to_staff(world: World) -> dict[str, dict[str, Any]]:
    """The same for what the centre's own people do, and for what came of it."""
    places = world.places
    call, draft, award = places["call"], places["draft"], {"number": places["award"]["number"]}
    screened, decided = {"id": places["screening"]["pk"]}, {"intake": places["plans"]["intake"]}
    intake, plan = {"intake": places["intake-reviews"]["intake"]}, {"plan": places["plan"]["plan"]}
    review, paper = {"review": places["review"]["assignment"]}, places["signed-paper"]
    approval = {"approval": Approval.objects.get(state="waiting").pk}
    found = dict.fromkeys(("get_approval", "approve", "reject", "take_back"), approval)
    found |= dict.fromkeys(("close_call", "copy_call", "correct_call", "open_next_intake"), call)
    found |= dict.fromkeys(("get_call_document", "replace_call_document", "propose_publication"), draft)
    found |= dict.fromkeys(("ask_applicant", "reconsider_application", "screen_application"), screened)
    found |= dict.fromkeys(("get_screening", "list_application_reviews"), screened)
    found |= dict.fromkeys(("list_intake_applications", "list_demand", "get_intake", "move_intake"), intake)
    found |= dict.fromkeys(("list_coverage", "assign_reviewers", "remind_reviewers"), intake)
    found |= dict.fromkeys(("compare_plans", "list_intake_decisions", "list_plans", "list_ranking"), decided)
    found |= dict.fromkeys(("propose_plan", "propose_plans", "propose_decisions"), decided)
    found |= dict.fromkeys(("list_policies", "create_policy", "get_seed", "commit_seed"), decided)
    found |= dict.fromkeys(("get_policy", "revise_policy", "withdraw_policy"), places["policy"])
    found |= dict.fromkeys(("cancel_plan", "move_plan", "list_studies", "ask_studies"), plan)
    found |= dict.fromkeys(("get_plan_status", "list_plan_outcomes", "propose_adoption"), plan)
    found |= dict.fromkeys(("list_plan_trials", "simulate_plan"), plan)
    found |= dict.fromkeys(("get_trial", "stop_trial"), places["bench-trial"])
    found |= dict.fromkeys(("recuse_review", "decline_review", "withdraw_review"), review)
    found |= dict.fromkeys(("signed_paper", "confirm_paper", "refuse_paper"), paper)
    found |= dict.fromkeys(("work_out_statements", "issue_statements"), places["statements-issue"])
    statement, chased = {"statement": places["statement-payment"]["pk"]}, places["chase-stop"]
    return found | {
        "set_bank": places["bank"],
        "match_receipt": {"receipt": places["receipt"]["pk"]},
        "undo_match": {"match": places["match-undo"]["pk"]},
        "credit_excess": statement,
        "propose_refund": statement,
        "stop_chasing": chased,
        "resume_chasing": chased,
        "get_decision": places["award-decision"],
        "trial_report": places["bench-report"],
        "get_study": plan | {"kind": "noise"},
        "stop_study": plan | {"kind": "noise"},
        "hand_in_paper": places["agreement"],
        "agreement_pdf": places["agreement"] | {"language": "ko"},
        "agreement_version": places["agreement"] | {"version": 1},
        "draw_up_anew": places["agreement"],
        "list_versions": screened,
        "get_submitted_version": screened | {"number": 1},
        "retry_message": places["try-again"],
        "grant_role": {"person": places["person"]["person"]},
        "end_role": places["end-role"],
        **dict.fromkeys(("propose_end", "split_award"), award),
        "end_discount": places["discount-end"],
        "end_subsidy_limit": places["limit-end"],
        "receive_owed_report": {"id": places["owed-report-received"]["pk"]},
        "change_member_role": places["member-role"],
        "set_pool_capacity": places["pool"],
        "retire_product": places["product-retire"],
        "answer_question": {"id": places["question-answer"]["pk"]},
        "set_reviewer_active": {"reviewer": Reviewer.objects.filter(expert=True).order_by("pk").last().pk},
        "review_file": review | {"file": places["review-file"]["file"]},
        "submitted_file": {"id": places["submitted-file"]["pk"]},
    }


def _bodies_of(world: World) -> dict[str, Any]:
    """A body that fits for each operation that needs one; worked out once a world, since some ask much of it."""
    places = world.places
    a, track = places["organisation"]["organisation"], {"intake": places["application-begin"]["intake"]}
    region = {"region": Region.objects.first().code}
    return {
        "begin_application": track | {"track": 1, "organisation": a},
        "save_application": {"version": 1, "title": "x", "sections": {}},
        "set_application_asks": {"version": 1, "asks": []},
        "submit_application": {"version": 1},
        "decline_award": {"reason": "x"},
        "keep_job": {"need": "soon"},
        "save_job_template": {"organisation": a, "name": "x", "argv": ["true"]},
        **_body_of_booking(a),
        **body_of_company(world),
        **body_of_training(places),
        **body_of_camp(world),
        **body_of_places(world),
        **body_of_reviews(world),
        **body_of_scores(world.places),
        **BODIES,
        **body_of_take_back(places),
        **body_of_sanctions(places),
        **body_of_months(),
        **{key: {"on_hold": True} for key in ("steer_job", "steer_job_array")},
        "sign_agreement": {"side": "user", "password": "x", "sha256": SHA},
        "log_in": {"email": "nobody@test.example", "password": "x"},
        "create_token": {"name": "x", "days": 1},
        "create_organisation": PARTICULARS | region | {"registration_number": "000-00-00000"},
        "change_organisation": PARTICULARS | region | {"version": 1},
        "invite": {"email": "other@test.example"},
        "put_review_points": {"version": 1, "lines": []},
        "submit_review": {"version": 1, "lines": []},
        **_body_of_jobs(places["award"]["number"]),
        **_body_of_staff(world),
    }


def _body_of_jobs(award: str) -> dict[str, Any]:
    """The same for jobs and environments."""
    return {
        "job_figures": {"award": award},
        "change_job_template": {"name": "x", "argv": ["true"], "version": 1},
        "repeat_job": {},
        "build_environment": {"award": award, "name": "x", "lock": f"x==1 --hash=sha256:{SHA}"},
        "offer_environment": {"code": "x", "name_ko": "x", "name_en": "x", "folder": "x"},
    }


def _body_of_planning(pool: str, names: dict[str, str]) -> dict[str, Any]:
    """The same for plans, the policies behind them, what is asked about them, and how awards hold the cluster."""
    return {
        "propose_plan": {"policy": "portfolio"},
        "simulate_plan": {"replays": 1},
        "simulate_quarter": {"pool": pool, "quarter": "2026-Q1", "policy": "easy"},
        "propose_plans": {"policies": ["portfolio"]},
        "move_plan": {"changes": {".gap": 1}},
        "ask_studies": {"kinds": ["noise"]},
        "set_cluster_terms": {"hold": "nodes", "nodes": ["n1"], "monthly": True},
        **{name: names | {"policy": {"policy": "rank"}} for name in ("create_policy", "revise_policy")},
    }


def _body_of_money(world: World) -> dict[str, Any]:
    """The same for money in."""
    return {
        "set_bank": {"name": "x", "columns": {"paid_on": "a", "came_in": "b"}, "version": 1},
        "match_receipt": {"statement": world.places["statement-payment"]["pk"], "amount_won": 1},
        "undo_match": {"reason": "x"},
        "add_funding_source": {"code": "state", "name_ko": "x", "name_en": "x", "kind": "national"},
        "set_funding": {"parts": {"city": 1000}},
        "enter_settlement": {"source": "city", "item": "interest", "amount_won": 1, "document": "x"},
        "reverse_settlement_entry": {"document": "x"},
        "draft_settlement": {},
        "draft_figure_year": {},
        "propose_refund": {},
        "draft_credit_note": {"reason": "changed", "text": "x", "items": []},
        "lay_credit_note_before": {},
        "add_supplier": {"code": "other", "name": "x"},
        "set_supply_contract": world.places["supply-contract"] | {"price_won": 1, "first_month": "2026-04"},
        "work_out_supplier_statement": {"supplier": "cloud", "month": "2026-03"},
        "lay_supplier_statement_before": {},
        "set_tax_party": {"representative": "x", "address": "x", "email": "a@example.org"},
        "stop_chasing": {"reason": "x"},
    }


def _body_of_prices(product: str, words: dict[str, str]) -> dict[str, Any]:
    """The same for prices, discounts and limits."""
    return {
        "draft_tariff": {
            "product": product, "price_won": 1, "reference_price_won": 2, "reference_source": "x",
            "starts_on": "2027-01-01",
        },
        "create_discount": {
            "code": "more", **words, "applies_to": "young_firm", "permille": 1, "starts_on": "2026-09-01",
        },
        "end_discount": {"ends_on": "2026-09-01"},
        "create_subsidy_limit": {
            "code": "more", "kind": "self_pay", **words, "permille": 1, "starts_on": "2026-09-01",
        },
        "end_subsidy_limit": {"ends_on": "2026-09-01"},
        "try_rule": {"kind": "self_pay", "permille": 100}, "try_supplement_rule": {"permille": 500},
    }  # fmt: skip


def _body_of_staff(world: World) -> dict[str, Any]:
    """The same for what the centre's own people do, and for what is asked of others."""
    pool, product = world.places["pool"]["code"], world.places["product-retire"]["code"]
    number = {"registration_number": Organisation.objects.first().registration_number}
    names, later = {"name_ko": "x", "name_en": "x"}, "2026-12-01T00:00:00Z"
    titles = {"title_ko": "x", "title_en": "x"}
    call = {"code": "another", "kind": "regular", **titles}
    sentences = {"sentence_ko": "x", "sentence_en": "x"}
    reasons = {"reason_ko": "x", "reason_en": "x"}
    texts = {f"{part}_{language}": "x" for part in ("title", "body", "refusal") for language in ("ko", "en")}
    return {
        "draft_call": call,
        "replace_call_document": {"version": 1, "document": call},
        "copy_call": {"code": "copied", **titles},
        "propose_publication": {"version": 1},
        "correct_call": {"version": 1, "field": "call.title_en", "new": "New", **reasons},
        "add_consent_text": {"code": "another", **texts},
        "approve": {"document_number": "D-9"},
        "reject": {"comment": "No."},
        "move_intake": {"to": "in_review"},
        "ask_applicant": {"text": "?", "answer_by": later},
        "answer_question": {"answer": "Yes."},
        "screen_application": {"version": 1, "eligible": False, "comment": "No."},
        "reconsider_application": {"version": 1},
        "note_owed_report": {**number, "title": "x", "due_on": "2026-09-01"},
        "receive_owed_report": {"received_on": "2026-01-01"},
        "add_reviewer": {"email": world.people["stranger"].email, "affiliation": "x"},
        "set_reviewer_active": {"active": False},
        "assign_reviewers": {"due_at": later, "chosen": []},
        "withdraw_review": {"reason": "x"},
        "decline_review": {},
        "recuse_review": {"kind": "relative"},
        "declare_interest": {**number, "kind": "relative"},
        **_body_of_planning(pool, names) | body_of_experts(world.places),
        "propose_adoption": {},
        "propose_decisions": {},
        "propose_end": {"reason": "x"},
        "split_award": {"report_on": "2026-05-01"},
        "refuse_paper": {"comment": "x"},
        **_body_of_prices(product, {**names, **sentences}),
        "set_unix_users": [{"email": world.people["member"].email, "name": "lee02"}],
        "join_accounts": [{"name": "leelab", "award": world.places["award"]["number"]}],
        "apply_to_cluster": {"digest": "a" * 64},
        "set_shares": {"weights": {"company": 2}, "borrowing": "reclaim"},
        **_body_of_money(world),
        "create_pool": {"code": "another", **names, "unit": "gpu"},
        "set_pool_capacity": [{"month": "2026-12", "physical_units": 9, "funded_units": 8}],
        "create_product": {"code": "another", "pool": pool, **names, "grain": "month"},
        "change_member_role": {"role": "owner"},
        "grant_role": {"role": "auditor"},
        "record_verdict": {
            "attribute": "young_firm", "holds": True, "evidence": "x",
            "valid_from": "2026-01-01", "valid_until": "2027-01-01",
        },
    }  # fmt: skip


def sent(client: Any, world: World, who: str, verb: str, path: str, name: str) -> Any:
    """The answer to one call, with the person's token."""
    given = _given(world, name)
    url = re.sub(r"{(\w+)}", lambda found: str(given[found[1]]), path)
    headers = {"Authorization": f"Bearer {world.secrets[who]}"} if who in world.secrets else {}
    send = getattr(client, verb)
    if name == "submit_job":
        job = {"award": world.places["award"]["number"], "name": "x", "argv": ["true"], "key": str(uuid.uuid4())}
        return send(url, {"job": json.dumps(job)}, headers=headers)
    if name == "hand_in_paper":
        return send(url, {"file": SimpleUploadedFile("signed.pdf", b"%PDF-1.7 signed")}, headers=headers)
    if name == "bring_in_receipts":
        file = SimpleUploadedFile("more.csv", b"date,in\n2026-03-03,5\n")
        return send(url, {"bank": "main", "file": file}, headers=headers)
    if name == "bring_in_facilities":
        return send(
            url, {"file": SimpleUploadedFile("f.csv", b"code,name_ko,name_en,kind\nn,n,n,seat\n")}, headers=headers
        )
    if name == "bring_in_camp_spaces":
        return send(url, {"file": SimpleUploadedFile("s.csv", SHEET)}, headers=headers)
    if name in ("list_taken", "list_utilisation"):
        url += "?day=2026-04-01" if name == "list_taken" else "?year=2026"
    if name in ("list_node_days", "list_tax_invoices"):
        url += "?first=2026-04-01&last=2026-04-30"
    if name in ("add_outcome", "report_incident"):
        return send(url, OUTCOME if name == "add_outcome" else REPORT, headers=headers)
    if name == "add_facility_file":
        return send(url, {"kind": "photo", "words_ko": "x", "words_en": "x", "file": photo()}, headers=headers)
    if name == "claim_wage_aid":
        return send(url, WAGE | {"file": SimpleUploadedFile("i.pdf", b"%PDF-1.7 insured")}, headers=headers)
    if name == "bring_in_companies":
        return send(url, {"source": "x", "file": SimpleUploadedFile("c.csv", LIST)}, headers=headers)
    if name in ("bring_in_hours", "bring_in_coursework"):
        file = SimpleUploadedFile("h.csv", LISTS_OF_LEARNERS[name] + b"nobody@test.example,1\n")
        return send(url, {"file": file, "dry_run": "true"}, headers=headers)
    if name == "bring_in_experts":
        file = SimpleUploadedFile("more.csv", b"name,email\nSomeone,someone@test.example\n")
        return send(url, {"file": file}, headers=headers)
    if name in ("signed_paper", "submitted_file", "review_file"):
        url += "?purpose=check"
    if name == "compare_plans":
        url += "?plan={0}&plan={0}".format(world.places["plan"]["plan"])
    if name == "attach_file":
        paper = SimpleUploadedFile("paper.pdf", b"%PDF-1.7 another")
        return send(url, {"paper": "", "file": paper}, headers=headers)
    world.bodies = world.bodies or _bodies_of(world)
    body = world.bodies.get(name)
    if body is None:
        return send(url, headers=headers)
    return send(url, body, content_type="application/json", headers=headers)
