"""The first half of the story, in Korean: a call is drafted, published and corrected by notice, and people apply."""

import hashlib
from datetime import datetime, timedelta

import pytest

from journeys.applying import apply_by_api, new_company
from journeys.screens import Screen
from journeys.things import CALL, kept, minute, number_of, small_pdf, this_month
from madang.demonstration.cast import DOMAIN, PASSWORD

pytestmark = pytest.mark.browser
TITLE, FIRM = "공용 코어 시범 공고", "(주)달빛연산"
FOUNDER, CODER = f"founder@{DOMAIN}", f"coder@{DOMAIN}"
PROJECT = "객담 도말 판독 보조 모델 개발"
CRITERIA = [("impact", "기술·사회적 파급효과", "Impact", 40), ("plan", "실현 가능성", "Feasibility", 60)]
SECTIONS = [("purpose", "과제의 목적", "Purpose"), ("use", "자원 활용 계획", "Plan for the resources")]


def test_the_operator_gives_a_role(window):
    operator = window("operator").go("/staff/people/?q=screening").follow("이검토")
    operator.fill(role="programme_manager").press("Give the role").says("The role was given.")
    operator.go("/staff/")


def test_the_manager_drafts_a_call(window):
    manager = window("manager").go("/staff/calls/new/")
    manager.fill(code=CALL, kind="beta", title_ko=TITLE, title_en="Trial call for shared cores")
    manager.fill(summary_ko="공용 CPU 코어를 시간 단위로 배정합니다.", summary_en="Shared cores by the hour.")
    manager.press("Save and go on").says("No intake yet.")
    manager.go(f"/staff/calls/{CALL}/intakes/new/")
    manager.fill(opens_at=minute(-120), closes_at=minute(75), review_due_at=minute(172_800))
    manager.fill(decision_due_at=minute(259_200), accept_days=7).press("Save")
    manager.go(f"/staff/calls/{CALL}/tracks/new/")
    manager.fill(code="cores", title_ko="코어 시간 분야", title_en="Core-hours", reviews_wanted=2, minimum_points=60)
    manager.fill(first_month=this_month(), last_month=this_month()).press("Save")


def test_the_manager_fills_in_the_track(window):
    manager, track = window("manager"), f"/staff/calls/{CALL}/tracks/cores"
    manager.go(f"{track}/products/").fill(product="core-hour", minimum=10, maximum=400).press("Add")
    for code, korean, english, points in CRITERIA:
        manager.go(f"{track}/criteria/")
        manager.fill(code=code, title_ko=korean, title_en=english, points=points).press("Add")
    manager.says("100점")
    for code, korean, english in SECTIONS:
        manager.go(f"{track}/sections/")
        manager.fill(code=code, title_ko=korean, title_en=english, max_characters=1000).press("Add")
    manager.go(f"{track}/rules/").fill(kind="organisation_kind", reference_date="announcement")
    manager.fill(kinds="company")
    manager.page.check('[name="kinds"][value="university"]')
    manager.press("Add")
    manager.go(f"{track}/evidence/")
    manager.fill(
        title_ko="사업자등록증", title_en="Certificate of registration", issuer_ko="국세청", issuer_en="Tax office"
    )
    manager.fill(max_age_days=90, required=False).press("Add")
    for text in ("personal-data/1", "integrity/1"):
        manager.go(f"{track}/consents/").fill(text=text).press("Add")


def test_two_people_publish_it(window):
    manager, approver = window("manager"), window("approver")
    manager.go(f"/staff/calls/{CALL}/hand-over/").fill(comment="검토 부탁드립니다.").press("Hand to the approver")
    manager.go(f"/staff/calls/{CALL}/approval/").says("You drafted this call, so another person has to decide.")
    approver.go("/staff/approvals/").follow("Publish a call").says(TITLE, "검토 부탁드립니다.")
    approver.press("Approve and publish")
    approver.says("Number of the approval document")
    approver.fill(document_number="AI컴퓨팅-2026-301").press("Approve and publish").says("The call is published.")


def test_the_public_reads_it(window):
    anyone = window().go("/").follow(TITLE)
    anyone.says("코어 시간", "36,000", "144,000", "개인정보 수집·이용 동의", "사업자등록증")
    anyone.go("/calls/").says(TITLE)
    for path in ("/prices/", "/capacity/", "/log-in/", "/reset/"):
        anyone.go(path)
    anyone.go("/staff/calls/", 200)
    assert "/log-in/" in anyone.page.url
    anyone.go("/calls/no-such-call/", 404)


def test_a_founder_signs_up_by_the_mailed_link(centre, window):
    anyone = window("").go("/sign-up/")
    anyone.fill(name="달대표", email=FOUNDER, language="ko").press("Send me the link").says(
        "Please look into your mail"
    )
    anyone.go(centre.mailed_link(FOUNDER, "/sign-up/")).fill(password="123456789").press("Make the account")
    assert "/sign-up/" in anyone.page.url
    anyone.fill(password=PASSWORD).press("Make the account")
    anyone.email = FOUNDER
    assert anyone.path == "/home/"
    anyone.press("Log out", within="header")


def test_she_registers_her_firm_and_invites_an_engineer(centre, window, browser, sights):
    founder = window("founder").go("/organisations/").follow("Register an organisation")
    founder.fill(name=FIRM, name_en="Moonlight Computing", registration_number="123-45-67890", kind="company")
    founder.fill(size_class="small", founded_on="2023-03-02").press("Register")
    assert "/organisations/new/" in founder.page.url
    founder.says("Please check what you entered")
    founder.fill(registration_number=number_of("company", 1)).press("Register").says(
        "The organisation was registered. You can apply in its name now.", FIRM
    )
    founder.page.fill('[name="invite-email"]', CODER)
    founder.press("Invite").says(CODER)
    engineer = Screen(browser, centre.url, sights).go(centre.mailed_link(CODER, "/invitations/"))
    engineer.email = CODER
    engineer.says(FIRM).fill(name="달개발", language="ko", password=PASSWORD).press("Make the account and join")
    engineer.go("/organisations/").says(FIRM).close()


def test_a_correction_notice_extends_the_deadline(window):
    manager = window("manager").go(f"/staff/calls/{CALL}/manage/").follow("Publish a correction notice")
    manager.fill(field="intake.1.closes_at")
    manager.page.locator("main form").first.evaluate("form => form.requestSubmit()")
    manager.page.wait_for_url("**field=intake.1.closes_at**")
    later = datetime.fromisoformat(manager.page.input_value('[name="new"]')) + timedelta(minutes=1)
    manager.look().fill(new=f"{later:%Y-%m-%dT%H:%M}", reason_ko="서버 점검", reason_en="Maintenance").press(
        "Publish the notice"
    )
    window().go(f"/calls/{CALL}/").says("서버 점검")


def accept_next_text(screen):
    """Ticks the first text that is not accepted yet, and says so."""
    form = screen.page.locator('form:has([name="accept"])').first
    form.locator('[name="accept"]').check()
    with screen.page.expect_navigation():
        form.locator("button").click()


def test_the_founder_applies(centre, window, tmp_path):
    centre.desk("keep_open", code=CALL, seconds=60)
    founder = window("founder").go(f"/calls/{CALL}/").follow_to("/applications/begin/")
    founder.press("Check eligibility").says("met")
    founder.fill(title=PROJECT).press("Begin the draft").says("Still open:")
    founder.page.fill('[name="section-purpose"]', "결핵 검사실의 판독을 돕는 모델을 만들고 정확도를 공개합니다.")
    founder.page.fill('[name="section-use"]', "이번 달에 300코어 시간을 사용합니다.")
    founder.press("Save")
    founder.page.fill('[name$="-quantity"]', "300")
    founder.page.fill('[name$="-least"]', "200")
    founder.page.fill('[name$="-months"]', "1")
    founder.press("Save what you ask for").says("10,800,000")
    content = small_pdf("Certificate of registration")
    founder.page.locator("details:has([type=file]) summary").click()
    founder.page.set_input_files("[type=file]", kept(tmp_path, "등록증.pdf", content))
    founder.page.select_option('[name="evidence"]', index=1)
    founder.page.fill('[name="issued_on"]', f"{this_month()}-01")
    founder.press("Attach").says("등록증.pdf")
    for _ in range(2):
        accept_next_text(founder)
    founder.press("Submit the application")
    founder.says("Receipt", f"{CALL.upper()}-1-00001", hashlib.sha256(content).hexdigest())


def test_the_application_can_be_changed_until_the_deadline(centre, window):
    centre.desk("keep_open", code=CALL, seconds=45)
    founder = window("founder").go("/applications/").follow(PROJECT).press("Change the application")
    founder.fill(title=f"{PROJECT} (수정)").press("Save")
    founder.go(f"{founder.path}receipt/").says(PROJECT, "This version counts until you submit again.")
    founder.go(founder.path.removesuffix("receipt/")).press("Submit the application").says("(수정)")


def test_others_apply_by_the_api(centre):
    centre.desk("keep_open", code=CALL, seconds=45)
    rival, professor = (centre.api(f"{name}@{DOMAIN}", PASSWORD) for name in ("rival", "professor"))
    with rival, professor:
        firm = new_company(rival, "(주)먼저계산", number_of("company", 2))
        university = new_company(professor, "한빛대학교", number_of("university", 1), kind="university")
        one = apply_by_api(rival, CALL, firm, title="공장 영상 결함 판독", quantity=200, least=100)
        other = apply_by_api(professor, CALL, university, title="필기 숫자 인식 교육", quantity=400, least=200)
    assert {one["number"][-5:], other["number"][-5:]} == {"00002", "00003"}


def test_the_form_is_filled_in_by_keyboard_alone(centre, window):
    with centre.api(f"typist@{DOMAIN}", PASSWORD) as api:
        new_company(api, "(주)자판개발", number_of("company", 3))
    centre.desk("keep_open", code=CALL, seconds=60)
    typist = window("typist").go(f"/calls/{CALL}/")
    keys = typist.page.keyboard
    typist.tab_to('main a[href*="/applications/begin/"]')
    with typist.page.expect_navigation():
        keys.press("Enter")
    typist.tab_to("main form button")
    with typist.page.expect_navigation():
        keys.press("Enter")
    typist.tab_to('[name="title"]')
    keys.type("자판으로 쓴 신청서")
    typist.tab_to("main form button")
    with typist.page.expect_navigation():
        keys.press("Space")
    for code, _korean, _english in SECTIONS:
        typist.tab_to(f'[name="section-{code}"]')
        keys.type("자판만으로 적은 계획입니다.")
    typist.tab_to('form[action$="/save/"] button')
    with typist.page.expect_navigation():
        keys.press("Enter")
    for part, value in (("quantity", "50"), ("least", "20"), ("months", "1")):
        typist.tab_to(f'[name$="-{part}"]')
        keys.type(value)
    typist.tab_to('form[action$="/asks/"] button')
    with typist.page.expect_navigation():
        keys.press("Enter")
    for _ in range(2):
        typist.tab_to('[name="accept"]')
        keys.press("Space")
        typist.tab_to('form[action*="/consents/"] button.secondary')
        with typist.page.expect_navigation():
            keys.press("Enter")
    typist.tab_to('form[action$="/submit/"] button')
    with typist.page.expect_navigation():
        keys.press("Enter")
    typist.says("Receipt", "자판으로 쓴 신청서")


def test_without_script_one_applies_all_the_same(centre, browser, sights):
    with centre.api(f"plain@{DOMAIN}", PASSWORD) as api:
        new_company(api, "(주)담백소프트", number_of("company", 4))
    centre.desk("keep_open", code=CALL, seconds=45)
    plain = Screen(browser, centre.url, sights, script=False).log_in(f"plain@{DOMAIN}", PASSWORD)
    plain.go(f"/calls/{CALL}/").follow_to("/applications/begin/").press("Check eligibility").fill(
        title="글만으로 된 신청"
    ).press("Begin the draft")
    for code, _korean, _english in SECTIONS:
        plain.page.fill(f'[name="section-{code}"]', "스크립트 없이 적은 계획입니다.")
    plain.press("Save")
    for part, value in (("quantity", "60"), ("least", "30"), ("months", "1")):
        plain.page.fill(f'[name$="-{part}"]', value)
    plain.press("Save what you ask for")
    for _ in range(2):
        accept_next_text(plain)
    plain.press("Submit the application").says("Receipt", "글만으로 된 신청").close()


def test_the_receipt_is_mailed_and_stands_on_ones_own_page(centre, window):
    founder = window("founder").go("/me/").says(FOUNDER)
    centre.mailed_link(FOUNDER, "/applications/")
    founder.go("/me/messages/").follow("접수").says(f"{CALL.upper()}-1-00001")
    for path in ("/me/readings/", "/me/tokens/", "/me/password/", "/me/e-mail/", "/me/erase/", "/home/"):
        founder.go(path)
