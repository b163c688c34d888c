"""Which table belongs to which kind of record, and what of a submitted application is destroyed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

# Every table that holds something of people, with the kinds of record that its rows belong to. Each kind has a rule
# that says how long it is kept (journal/seeds/retention.py) and a chore that destroys what is due; a test holds so.
TABLES: dict[str, frozenset[str]] = {
    "person": frozenset({"account"}),
    "unixuser": frozenset({"account"}),
    "session": frozenset({"session"}),
    "loginfailure": frozenset({"login_failure"}),
    "apitoken": frozenset({"api_token"}),
    "answeredrequest": frozenset({"answered_request"}),
    "membership": frozenset({"membership"}),
    "staffrole": frozenset({"staff_role"}),
    "invitation": frozenset({"invitation"}),
    "verdict": frozenset({"verdict"}),
    "message": frozenset({"message"}),
    "reading": frozenset({"reading"}),
    "application": frozenset({"unsubmitted_draft", "application_not_awarded", "application_awarded"}),
    "attachment": frozenset({"unsubmitted_draft", "application_not_awarded", "application_awarded"}),
    "submission": frozenset({"application_not_awarded", "application_awarded"}),
    "submittedfile": frozenset({"application_not_awarded", "application_awarded"}),
    "consent": frozenset({"unsubmitted_draft", "application_not_awarded", "application_awarded"}),
    "lateattempt": frozenset({"unsubmitted_draft", "application_not_awarded", "application_awarded"}),
    "screeningquestion": frozenset({"application_not_awarded", "application_awarded"}),
    "reviewer": frozenset({"reviewer"}),
    "affiliation": frozenset({"reviewer"}),
    "declaredinterest": frozenset({"reviewer"}),
    "expertprofile": frozenset({"reviewer"}),
    "expertagreement": frozenset({"reviewer"}),
    "misconduct": frozenset({"reviewer"}),
    "candidate": frozenset({"reviewer"}),
    "bid": frozenset({"reviewer"}),
    "reviewersapart": frozenset({"reviewer"}),
    "peerentry": frozenset({"reviewer"}),
    "attendance": frozenset({"reviewer"}),
    "feedeclined": frozenset({"reviewer"}),
    "feestatement": frozenset({"honorarium"}),
    "challenge": frozenset({"application_not_awarded", "application_awarded"}),
    "reply": frozenset({"application_not_awarded", "application_awarded"}),
    "reviewassignment": frozenset({"review"}),
    "criterionpoints": frozenset({"review"}),
    "sheetversion": frozenset({"review"}),
    "consensus": frozenset({"review"}),
    "agreedsheet": frozenset({"review"}),
    "assent": frozenset({"review"}),
    "matchanswer": frozenset({"reviewer"}),
    "approval": frozenset({"approval"}),
    "agreement": frozenset({"agreement"}),
    "signature": frozenset({"agreement"}),
    "signedpaper": frozenset({"agreement"}),
    "job": frozenset({"job"}),
    "jobfile": frozenset({"job_files"}),
    "joboutput": frozenset({"job_files"}),
    "trial": frozenset({"trial"}),
    "booking": frozenset({"booking"}),
    "bookedjob": frozenset({"booking"}),
    "calendarfeed": frozenset({"account"}),
    "facilityoperator": frozenset({"account"}),
    "operatorslot": frozenset({"booking"}),
    "qualificationgrant": frozenset({"qualification_grant"}),
    "incidentreport": frozenset({"incident"}),
    "incidentstep": frozenset({"incident"}),
    "company": frozenset({"company_contact"}),
    "companynote": frozenset({"company_contact"}),
    "taxparty": frozenset({"tax_party"}),
    "outcomeitem": frozenset({"outcome_evidence"}),
    "guardianconsent": frozenset({"guardian_consent"}),
    "learner": frozenset({"learner_without_place", "learner"}),
    "stagepoints": frozenset({"learner_without_place", "learner"}),
    "presence": frozenset({"learner"}),
    "courseworkdone": frozenset({"learner"}),
    "placement": frozenset({"learner"}),
    "seat": frozenset({"learner"}),
    "seatweek": frozenset({"learner"}),
    "courseteacher": frozenset({"learner"}),
    "awardpart": frozenset({"learner"}),
    "aidpayment": frozenset({"training_aid"}),
    "wageclaim": frozenset({"wage_claim"}),
    "wagemonth": frozenset({"wage_claim"}),
    "certificate": frozenset({"certificate"}),
    "tenantbid": frozenset({"tenant_bid"}),
    "resident": frozenset({"resident"}),
    "visitor": frozenset({"visitor"}),
    "upkeeprequest": frozenset({"upkeep"}),
    "upkeepstep": frozenset({"upkeep"}),
}
# Tables of organisations, money, rules and decisions. Where they say who did something they say it by number, and a
# number without its person means nobody.
IMPERSONAL = frozenset(
    {
        "region", "organisation", "storedfile", "journalentry", "journalseal", "journalhead", "retentionrule",
        "destruction", "call", "intake", "track", "trackproduct", "criterion", "section", "eligibilityrule",
        "evidencekind", "bonusrule", "bonusverdict", "consenttext", "trackconsent",
        "conflictruleset", "correctionnotice", "ask",
        "eligibilitycheck", "owedreport",
        "plan", "decision", "award", "awardline", "pool", "poolmonth", "product", "tariff", "discount",
        "subsidylimit", "entitlement", "supplement", "transfer", "transferrate", "jobwait",
        "ledgeraccount", "movement", "monthtotal", "accountingmonth", "statement", "statementline",
        "creditnote", "creditnoteitem", "supplier", "supplycontract", "supplierstatement", "supplierline",
        "expensesheet", "expenseline", "expensemonth", "measureduse",
        "usagecursor",
        "dayuse", "rollupcursor", "figureset", "reportedfigure", "allocationpolicy", "lotteryseed", "planstudy",
        "estimate", "estimatemonth", "jobafter", "sharesetting", "clusterterms", "clusterlook", "clusterchange",
        "joinedaccount", "clustercount", "nodeevent", "nodeday", "nodereading",
        "environment", "jobtemplate", "bank", "receiptfile", "receipt", "received", "posting", "chase", "chasestop",
        "budgetalert", "fundingsource", "funding", "fundingpart", "fiscalyear", "support", "settlemententry",
        "settlement", "intakefigures", "yearfigures", "facility", "facilityaccessory", "bookedfacility", "closure",
        "bookingslot", "hourquota", "hourstaken", "qualification", "facilityfee",
        "facilityfile",
        "facilityrequirement", "expertterms", "committee", "committeedraw", "meeting",
        "committeepoints", "minutes", "calibration", "replyperiod", "stageentry", "companydocument", "supportgiven",
        "bidperiod", "assignmentsuggestion", "peerexchange",
        "feerate", "feelist", "withholdingrule", "outcomeduty", "outcomereport", "paperrecord",
        "freedpromise", "secondinstalment", "idlerule", "takeback", "course", "cohort", "selectionstage",
        "lesson", "campspace", "tenantcall", "offeredspace", "tenantbidpoints", "housenotice",
        "coursework", "aidrate", "aidlist", "wageterms",
        "tenancytext", "tenancy", "letspace", "letday", "tenancyextension", "checkoutitem", "monthduty", "monthreport",
        "sanction", "sanctionterms", "recovered", "backcharge",
        "adjustment", "usagedifference", "monthcheck", "checkline", "monthclose",
    }
)  # fmt: skip

# An account that nobody uses is erased; its person is told so long before.
IDLE_NOTICE = timedelta(days=30)


def emptied(content: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """A submitted content without what people wrote, handed in and agreed to; what was asked for stays, and the title.

    The SHA-256 of what it was stays in its row: whoever kept a copy can still show that it is the one.
    """
    return {**content, "sections": {}, "files": [], "consents": [], "destroyed": now.date().isoformat()}
