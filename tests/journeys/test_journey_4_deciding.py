"""The second half of the story, in Korean: screening, reviews, plans, decisions, agreements, jobs, bill, figures."""

import csv
import io
import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from journeys.applying import answered
from journeys.running_centre import until
from journeys.screens import Screen
from journeys.test_journey_1_applying import CODER, CRITERIA, FOUNDER, PROJECT, TITLE
from journeys.things import CALL, SCRIPT, kept, minute, number_of, this_month
from madang.demonstration.cast import DOMAIN, PASSWORD

pytestmark = pytest.mark.browser
NUMBERS = {serial: f"{CALL.upper()}-1-{serial:05d}" for serial in range(1, 6)}
POINTS = {1: (36, 54), 2: (10, 20), 3: (28, 42), 4: (32, 48), 5: (34, 51)}
REVIEWERS = ("reviewer", "reviewer2", "reviewer3")


@pytest.fixture(scope="package")
def story(centre, window):
    """What one act leaves to the next: ids that a person would find by looking."""
    return {"intake": centre.desk("intake_of", code=CALL)["id"], "page": {}}


def test_after_the_deadline_nobody_can_change_anything(centre, window):
    until(lambda: centre.desk("seconds_left", code=CALL) <= 0, "end of the intake", 180)
    founder = window("founder").go("/applications/").follow(PROJECT)
    assert founder.page.get_by_role("button", name=founder.word("Change the application")).count() == 0


def test_the_officer_asks_and_the_founder_answers(centre, window, story):
    operator = window("operator").go(f"/staff/calls/{CALL}/manage/")
    if centre.desk("intake_of", code=CALL)["state"] == "open":
        operator.page.locator('form[action*="/move/"] button').click()
    until(lambda: centre.desk("intake_of", code=CALL)["state"] == "screening", "screening")
    officer = window("screening").go("/staff/").go("/staff/intakes/").follow(TITLE)
    officer.go(f"/staff/intakes/{story['intake']}/applications/").says(*NUMBERS.values())
    officer.follow(NUMBERS[1]).says(PROJECT)
    story["founder"] = officer.path
    officer.page.locator("details:has([name=text]) summary").click()
    officer.fill(text="데이터의 출처를 적어 주십시오.", answer_by=minute(7200)).press("Send the question")
    centre.mailed_link(FOUNDER, "/applications/")
    founder = window("founder").go("/home/").go("/applications/").follow(PROJECT).says("데이터의 출처를")
    founder.fill(answer="공개된 자료입니다.").press("Send the answer").says("The answer is sent.")
    officer.go(officer.path).says("공개된 자료입니다.")


def test_a_download_asks_for_its_purpose(window, story):
    officer = window("screening").go(story["founder"]).follow("등록증.pdf")
    officer.fill(purpose="사업자등록 확인")
    with officer.page.expect_download() as found:
        officer.page.locator("main form button").first.click()
    assert Path(found.value.path()).read_bytes().startswith(b"%PDF-")


def test_all_are_screened(window, story):
    officer = window("screening")
    for number in NUMBERS.values():
        officer.go(f"/staff/intakes/{story['intake']}/applications/").follow(number)
        officer.press("Eligible, goes on to review")
    officer.go(f"/staff/intakes/{story['intake']}/").says("코어 시간")
    window("manager").go(f"/staff/calls/{CALL}/manage/")
    with window("manager").page.expect_navigation():
        window("manager").page.locator('form[action*="/move/"] button').click()
    window("manager").says("The intake has moved on.")


def test_reviewers_are_assigned_around_a_conflict(centre, window, story):
    manager = window("manager").go("/staff/reviewers/")
    manager.fill(email=f"reviewer@{DOMAIN}", affiliation="한빛연구원", load_limit=10)
    manager.page.locator('main form:has([name="email"]) button').last.click()
    manager.says("The reviewer is in the pool.")
    centre.desk("add_reviewers", reviewers={"reviewer2": "둘째연구원", "reviewer3": "셋째연구원"})
    third = window("reviewer3").go("/reviews/interests/")
    third.fill(registration_number=number_of("company", 1)).press("Declare")
    manager.go(f"/staff/intakes/{story['intake']}/reviews/").follow("Suggest who reviews what")
    manager.press("Work it out")
    until(lambda: manager.word("Confirm all of it") in manager.go(manager.path).main, "a suggestion by the worker")
    manager.press("Confirm all of it")
    manager.go(f"{story['founder']}reviews/").says("강평가", "문평가")
    assert "신평가" not in [one.inner_text() for one in manager.page.locator("article h2").all()]
    manager.page.locator('main [name="reviewer"]').select_option(label="신평가 · 셋째연구원")
    manager.press("Give out")
    assert "신평가" in manager.page.locator(".summary").inner_text()


def sheets_of(api):
    """A reviewer's sheets by API: number of the application -> id."""
    return {row["number"]: row["id"] for row in answered(api.get("reviews"))["items"]}


def test_a_reviewer_scores_in_the_browser_and_by_keyboard(centre, window, story):
    with centre.api(f"reviewer@{DOMAIN}", PASSWORD) as api:
        own = sheets_of(api)
    assert len(own) >= 2
    serials = [serial for serial, number in NUMBERS.items() if number in own]
    reviewer = window("reviewer").go("/reviews/").go(f"/reviews/{own[NUMBERS[serials[0]]]}/")
    for (code, *_), points in zip(CRITERIA, POINTS[serials[0]], strict=True):
        reviewer.fill(**{f"points_{code}": points, f"comment_{code}": "근거가 뚜렷합니다."})
    reviewer.fill(comment="신청 내용에 견주어 매긴 점수입니다.").press("Save the draft").says("The draft was saved.")
    reviewer.press("Submit for good").says("The review was submitted.")
    reviewer.go(f"/reviews/{own[NUMBERS[serials[1]]]}/")
    for (code, *_), points in zip(CRITERIA, POINTS[serials[1]], strict=True):
        reviewer.tab_to(f'[name="points_{code}"]')
        reviewer.page.keyboard.type(str(points))
    reviewer.tab_to('main button[value="submit"]')
    with reviewer.page.expect_navigation():
        reviewer.page.keyboard.press("Enter")
    reviewer.look().says("The review was submitted.")


def test_what_is_written_without_a_network_is_taken_back_and_handed_in(centre, window, story):
    with centre.api(f"reviewer2@{DOMAIN}", PASSWORD) as api:
        own = sheets_of(api)
    serial = next(serial for serial, number in NUMBERS.items() if number in own)
    second = window("reviewer2").go(f"/reviews/{own[NUMBERS[serial]]}/")
    page, first = second.page, CRITERIA[0][0]
    page.context.set_offline(True)
    for (code, *_), points in zip(CRITERIA, POINTS[serial], strict=True):
        page.fill(f'[name="points_{code}"]', str(points))
    page.fill('[name="comment"]', "기차에서 쓴 의견입니다.")
    # it was tried, and stayed on the device
    expect(page.locator("#kept-status")).not_to_be_empty()
    page.close()
    second.context.set_offline(False)
    page = second.page = second.context.new_page()
    second.go(f"/reviews/{own[NUMBERS[serial]]}/")
    assert page.input_value(f'[name="points_{first}"]') == ""
    page.wait_for_selector("#kept-found:not([hidden])")
    second.look()
    page.click("[data-take]")
    assert page.input_value(f'[name="points_{first}"]') == str(POINTS[serial][0])
    expect(page.locator('[name="version"]')).to_have_value("2")
    assert page.evaluate("Object.keys(localStorage).length") == 0
    second.press("Submit for good").says("The review was submitted.")


def test_the_others_score_and_the_conflicted_one_sees_nothing(centre, window, story):
    with centre.api(f"reviewer2@{DOMAIN}", PASSWORD) as api:
        barred = sheets_of(api)[NUMBERS[1]]
    third = window("reviewer3").go("/reviews/")
    assert PROJECT not in third.words
    assert NUMBERS[1] not in third.words
    third.go(f"/reviews/{barred}/", 404)
    for name in REVIEWERS:
        with centre.api(f"{name}@{DOMAIN}", PASSWORD) as api:
            for serial, number in NUMBERS.items():
                score(api, sheets_of(api).get(number), POINTS[serial])
    window("manager").go(f"/staff/intakes/{story['intake']}/ranking/").says("90.00", "30.00")


def score(api, sheet, points):
    """Submits a sheet, unless it is nobody's or was submitted in the browser."""
    rows = {row["id"]: row["state"] for row in answered(api.get("reviews"))["items"]}
    if rows.get(sheet) != "assigned":
        return
    lines = [{"criterion": code, "points": given} for (code, *_), given in zip(CRITERIA, points, strict=True)]
    given = {"version": answered(api.get(f"reviews/{sheet}"))["version"], "comment": "점수의 까닭", "lines": lines}
    answered(api.post(f"reviews/{sheet}/submission", json=given))


def test_an_official_writes_a_policy_with_two_rules(window, story):
    manager = window("manager").go(f"/staff/intakes/{story['intake']}/policies/")
    manager.follow("The most valuable portfolio").fill(name_ko="규칙이 있는 포트폴리오", name_en="Ruled portfolio")
    manager.press("Save").follow("Reserve for rapid access").fill(pool="cores", thousandths=5).press("Save")
    manager.follow("At most so much to one organisation or group").fill(holder="organisation", thousandths=90)
    manager.press("Save").says("90", "Rules", "Add a rule")
    assert manager.page.locator("tbody tr").count() == 2


def test_three_plans_are_solved_at_once_and_compared(window, story):
    page = f"/staff/intakes/{story['intake']}/plans/"
    manager = window("manager").go(page).fill(policies="rank_skip", seed=2026).fill(policies="portfolio")
    manager.page.locator('[name="policies"][value^="own-"]').check()
    manager.press("Solve")
    # The page asks by itself, and is loaded again whenever the worker has solved one of them.
    manager.page.locator('[name="plan"]').nth(2).wait_for(timeout=120_000)
    newest = [link.get_attribute("href") for link in manager.page.locator("tbody th a").all()]
    # The newest stands first; they were numbered in the order of the choices.
    story["page"] |= dict(zip(("portfolio", "rank_skip", "own"), newest, strict=True))
    for path in newest:
        manager.go(path).says("The independent checker found no fault.")
    for box in manager.go(page).page.locator('[name="plan"]').all():
        box.check()
    manager.press("Compare the chosen plans").says(*NUMBERS.values())


def test_a_rule_is_moved_and_the_difference_shown(window, story):
    manager = window("manager").go(story["page"]["own"]).follow("Move a rule and see the difference")
    field = manager.page.locator('main input[type="number"]').last
    field.fill("50")
    manager.press("Solve and compare")
    # Once it is solved, the page leads to the two side by side.
    manager.page.wait_for_url("**/plans/compare/**", timeout=60_000)
    manager.look().says("Plans compared", *NUMBERS.values())


def test_the_committee_is_told_what_each_rule_costs(window, story):
    manager = window("manager").go(story["page"]["portfolio"]).follow("For the committee").press("Ask what is open")
    manager.page.get_by_text(manager.word("Selected in")).first.wait_for(timeout=90_000)
    manager.look().says("How much the reviewers' disagreement matters")


def test_what_the_plan_would_do_to_the_queues_is_seen_before_it_is_adopted(window, story):
    manager = window("manager").go(story["page"]["portfolio"]).follow("What this plan would do to the queues")
    manager.fill(replays=2, units_cores=1).press("Simulate")
    # The page asks by itself, and is loaded again with the answer.
    manager.page.get_by_text(manager.word("Risk of overbooking")).first.wait_for(timeout=90_000)
    manager.look().says("Would go unused", "Lost to others", "Waits by kind of user", "What the draws rest on")


def test_one_plan_is_adopted_by_two_people(window, story):
    manager, approver = window("manager").go(story["page"]["portfolio"]), window("approver")
    manager.fill(comment="포트폴리오안을 올립니다.").press("Lay before an approver").says(
        "The draft waits for an approver."
    )
    approver.go(story["page"]["portfolio"]).says("포트폴리오안을 올립니다.").press("Approve and carry out")
    assert approver.page.locator(".summary").count() == 1
    approver.fill(document_number="AI컴퓨팅-2026-302").press("Approve and carry out").says("Approved and carried out.")


def test_decisions_are_held_and_published_by_two_people(centre, window, story):
    page = f"/staff/intakes/{story['intake']}/decisions/"
    with centre.api(f"rival@{DOMAIN}", PASSWORD) as api:
        (own,) = answered(api.get("applications"))["items"]
    story["refused"] = f"/decisions/{own['id']}/"
    window("rival").go(story["refused"], 404)
    window("manager").go(page).press("Lay before an approver")
    window("approver").go(page).fill(document_number="AI컴퓨팅-2026-303").press("Approve and carry out")
    window().go(f"/calls/{CALL}/results/").says("(주)달빛연산", NUMBERS[2])
    assert "(주)먼저계산" not in window().words


def test_the_refused_company_reads_its_reason(centre, window, story):
    rival = window("rival").go("/home/").go(story["refused"])
    rival.says("30.00", "점수의 까닭", "코어 시간 분야", "60")
    assert "강평가" not in rival.words
    centre.mailed_link(f"rival@{DOMAIN}", "/decisions/")


def accept_and_sign(screen, title):
    """An owner takes the offer and signs; gives the award's number."""
    screen.go("/awards/").follow(title).follow("Accept").fill(confirm=True).press("Accept")
    number = screen.path.strip("/").split("/")[-1]
    screen.fill(confirm=True, password=PASSWORD).press("Sign").says("You have signed.")
    return number


def test_the_winner_accepts_and_both_sides_sign(window, story):
    founder = window("founder")
    founder.go("/awards/").follow(PROJECT).follow("Accept").fill(confirm=True).press("Accept")
    number = story["award"] = founder.path.strip("/").split("/")[-1]
    founder.fill(confirm=True, password="not her password").press("Sign")
    assert founder.page.locator(".summary").count() == 1
    founder.fill(confirm=True, password=PASSWORD).press("Sign").says("You have signed.")
    pdf = founder.context.request.get(f"/agreements/{number}/ko.pdf")
    assert pdf.ok
    assert pdf.body().startswith(b"%PDF-")
    approver = window("approver").go(f"/agreements/{number}/")
    approver.fill(confirm=True, password=PASSWORD).press("Sign").says("You have signed.")
    founder.go(f"/awards/{number}/").says("Ledger")


def test_the_engineer_runs_a_job_and_fetches_what_it_left(centre, window, story, tmp_path):
    coder = window("coder").go("/jobs/").go("/jobs/new/")
    files = [kept(tmp_path, "sum.py", SCRIPT), kept(tmp_path, "numbers.txt", "1\n2\n3\n")]
    coder.fill(name="제곱합", command="python3 sum.py", cores=1, memory_gib=1, minutes=2, files=files)
    coder.press("Submit the job").says("제곱합", "sum.py")
    story["job"] = coder.path
    # The page follows the job by itself.
    coder.page.wait_for_selector("pre.log:has-text('sum of squares: 14')", timeout=60_000)
    coder.page.wait_for_selector("#progress:not([hx-get])", timeout=60_000)
    coder.go(story["job"]).says("Ended well", "result.txt")
    with coder.page.expect_download() as found:
        coder.page.get_by_role("link", name="result.txt").click()
    assert Path(found.value.path()).read_text() == "6"
    window("rival").go(story["job"], 404)


def test_a_job_that_waits_is_told_why_and_when_it_will_start(window):
    coder, cores = window("coder"), len(os.sched_getaffinity(0))
    for name, command, wanted in (("긴 계산", "sleep 300", cores), ("뒤따르는 계산", "echo it was my turn", 1)):
        coder.go("/jobs/new/").fill(name=name, command=command, cores=wanted, memory_gib=1, minutes=5)
        coder.press("Submit the job")
    page = coder.path
    # Too few jobs have ended here to say more than by when.
    coder.page.get_by_text("앞선 작업이 모두 시간 제한을 끝까지 쓰면").wait_for(timeout=60_000)
    coder.look().says("Estimated start", "코어 1개가 한꺼번에 필요한데")
    coder.follow("How good these estimates are").says("안내하는 범위에는 재현 결과의 80%")
    coder.go("/jobs/").follow("긴 계산").follow("Cancel this job").press("Cancel this job")
    until(lambda: "it was my turn\n" in coder.go(page).page.locator("pre.log").all_text_contents(), "turn of the job")


def test_without_script_an_owner_signs_and_runs_a_job(centre, browser, sights, tmp_path):
    plain = Screen(browser, centre.url, sights, script=False).log_in(f"plain@{DOMAIN}", PASSWORD)
    centre.desk("sign_for_the_body", award=accept_and_sign(plain, "글만으로 된 신청"))
    plain.go("/jobs/new/").fill(name="글자", command="echo no script needed", minutes=1).press("Show the figures")
    plain.says("What this job sets aside").press("Submit the job")
    page = plain.path
    until(lambda: "no script needed\n" in plain.go(page).page.locator("pre.log").all_text_contents(), "log of the job")
    until(lambda: plain.word("Ended well") in plain.go(page).main, "end of the job")
    plain.close()


def test_the_use_is_metered_and_billed(centre, window, story):
    founder, manager = window("founder"), window("manager").go("/staff/statements/")
    with centre.api(FOUNDER, PASSWORD) as api:
        seconds = until(lambda: used(api, story["award"]), "metered use")
    manager.fill(month=this_month()).press("Work out")
    founder.go("/statements/").follow("Draft")
    founder.says("The same in a private cloud", "List price", "Amount due", "Value of support", story["award"])
    cloud, price, *_ = totals(founder)
    assert price == seconds * 10
    assert cloud == price * 4
    for kind in ("csv", "xlsx"):
        assert founder.context.request.get(f"{founder.path}{kind}/").ok


def used(api, award):
    """Core-seconds that the award has used."""
    (row,) = answered(api.get(f"awards/{award}/usage"))
    return row["used_seconds"]


def totals(screen):
    """Reference price, list price, discount and amount due, in won."""
    cells = screen.page.locator("table").first.locator("tbody td.number").all_inner_texts()
    return [int("".join(letter for letter in cell if letter.isdigit())) for cell in cells]


def test_everybody_sees_it_in_the_public_figures(centre, window):
    anyone = window()

    def figures():
        answer = anyone.context.request.get("/figures.json")
        found = answer.json()["figures"] if answer.ok else {}
        return found if any(row["subsidy_won"] for row in found.get("value", [])) else None

    found = until(figures, "figure of the value of support", 90)
    rows = [row for row in found["demand"] if row["call"] == CALL and row["by"] == ""]
    assert sum(row["applications"] for row in rows) == 5
    assert sum(row["awards"] for row in rows) == 4
    assert sum(row["used_seconds"] for row in found["use"]) > 0
    anyone.go("/figures/").says("Value of support", TITLE)
    for code in found:
        text = anyone.context.request.get(f"/figures/{code}.csv").text()
        assert len(list(csv.reader(io.StringIO(text)))) >= 1
    anyone.go("/journal/heads/")


def test_an_operator_plays_a_quarter_through_under_another_policy(centre, window, story):
    centre.desk("a_quarter_that_is_over", award=story["award"])
    operator = window("operator").go("/staff/bench/").fill(policy="fcfs", units=1).press("Simulate")
    operator.page.get_by_text(operator.word("What came out")).first.wait_for(timeout=90_000)
    operator.look().says("As it is", "As asked", "Wait that 90 % did not exceed", "How long jobs waited")
    assert operator.context.request.get(f"{operator.path}report/ko/").ok


def test_the_auditor_finds_it_all_in_a_journal_that_holds(centre, window, story):
    auditor = window("auditor").go("/journal/")
    for did in ("drafts.publish", "applications.submit", "decisions.publish", "agreements.sign", "jobs.submit"):
        auditor.go(f"/journal/?did={did}").says(did)
    auditor.go("/journal/readings/").says("사업자등록 확인")
    for path in ("/journal/retention/", "/staff/people/", "/staff/outbox/", "/staff/consent-texts/", "/staff/tariffs/",
                 "/staff/pools/", "/staff/reports/", "/staff/approvals/", f"/awards/{story['award']}/"):  # fmt: skip
        auditor.go(path)
    told = centre.madang("audit", "verify")
    assert told.returncode == 0, told.stderr
    assert "holds" in told.stdout
    assert CODER.partition("@")[0] not in told.stdout
