"""The words of the journal: what was done with another person's data, and what is wrong with a broken chain."""

from django.utils.translation import gettext_noop as N_

READINGS = {
    "view": N_("Opened"),
    "search": N_("Searched"),
    "download": N_("Downloaded"),
    "export": N_("Exported"),
}

# As what somebody read; the role in the body, so that an expert who reviews stays unnamed.
READERS = {
    "screening_officer": N_("Screening officer"),
    "programme_manager": N_("Programme manager"),
    "approver": N_("Approver"),
    "operator": N_("Operator"),
    "auditor": N_("Auditor"),
    "reviewer": N_("Reviewer"),
    "member": N_("Member of an organisation"),
}

# Kinds of record with a retention period, and what the period counts from.
RECORDS = {
    "account": (N_("Account"), N_("the last use")),
    "session": (N_("Session in the browser"), N_("its end")),
    "login_failure": (N_("Failed log-in or request for a mail, as a digest"), N_("the attempt")),
    "answered_request": (N_("Answer to a repeated request"), N_("the request")),
    "api_token": (N_("API token"), N_("its expiry or revocation")),
    "membership": (N_("Membership that ended"), N_("its end")),
    "staff_role": (N_("Role at the centre that ended"), N_("its end")),
    "invitation": (N_("Invitation's e-mail address"), N_("its expiry")),
    "verdict": (N_("Evidence of a finding about an organisation"), N_("the end of its validity")),
    "message": (N_("Text of a mail"), N_("its sending")),
    "reading": (N_("Access log: who read whose data"), N_("the reading")),
    "unsubmitted_draft": (N_("Application never submitted"), N_("the deadline")),
    "application_not_awarded": (N_("Texts, files and consents of an application not selected"), N_("the decision")),
    "application_awarded": (N_("Texts, files and consents of an application selected"), N_("the end of the award")),
    "review": (N_("Reviewers' comments"), N_("the decision")),
    "reviewer": (N_("Reviewer's affiliation and interests"), N_("the last review after leaving the pool")),
    "honorarium": (N_("Statement of a reviewer's fee"), N_("the day on which it was fixed")),
    "approval": (N_("Comments on drafts and approvals"), N_("the approval or rejection")),
    "agreement": (N_("Text of an agreement and signed papers"), N_("the end of the award")),
    "job_files": (N_("Input files, log and results of a job"), N_("the end of the job")),
    "job": (N_("Name and command of a job"), N_("the end of the job")),
    "booking": (N_("What a booking was for"), N_("the end of the booking")),
    "company_contact": (N_("Contact person of a company and notes of meetings"), N_("the day it departed")),
    "tax_party": (N_("Representative and e-mail address for tax invoices"), N_("the last statement issued")),
    "outcome_evidence": (N_("Words and files of an outcome report"), N_("the end of the time that it is about")),
    "guardian_consent": (N_("A guardian's consent for a child"), N_("the day it was recorded")),
    "learner_without_place": (N_("Application to a course without a place"), N_("the last day of the cohort")),
    "learner": (N_("A learner's application, points, attendance and placement"), N_("the last day of the cohort")),
    "wage_claim": (N_("The paper of a claim of wage aid"), N_("the day on which it was claimed")),
    "training_aid": (N_("Living aid paid to a learner"), N_("the day on which it was fixed")),
    "certificate": (N_("Name on a certificate"), N_("the day it was issued")),
    "tenant_bid": (N_("Text of a bid for the camp"), N_("the decision, or the end of the tenancy")),
    "resident": (N_("Resident of the camp with hours"), N_("the day of moving out")),
    "visitor": (N_("Visitor announced to the camp"), N_("the day of the visit")),
    "qualification_grant": (N_("Qualifications of people"), N_("the day on which they are no longer valid")),
    "incident": (N_("Words and files of reports of damage and accidents"), N_("the end of the report")),
    "upkeep": (N_("Words of a request for repair"), N_("the end of the request")),
    "trial": (N_("Simulation of a plan or a policy"), N_("the end of the simulation")),
}

FAULTS = {
    "seal_missing": N_("A number is missing from the chain."),
    "entry_missing": N_("The entry of this number is missing."),
    "order_changed": N_("This entry does not follow the one before it: the order was changed."),
    "entry_altered": N_("This entry is not what was sealed: it was altered."),
    "head_differs": N_("The hash of this number is not the one that was published."),
    "tail_missing": N_("The chain is shorter than what was published: its end was cut off."),
}
