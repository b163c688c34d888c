"""The words of companies: refusals, stages, kinds of support, what a row of a list comes to, mails."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "company_text_too_long": N_("At most {most} letters."),
    "company_number_known": N_("{company} has this business registration number already."),
    "company_merged": N_("This company was made part of another one. Please work with that one."),
    "company_same": N_("This is the company itself. Choose another one."),
    "company_organisation_taken": N_("This organisation is linked with another company."),
    "company_stage_reached": N_("The company has this stage already. If its day is wrong, take it back first."),
    "company_day_ahead": N_("This day has not come yet."),
    "company_day_out_of_order": N_("The stages before and after it ask for a day from {first} to {last}."),
    "company_evidence_needed": N_("Please say what shows it, or add a paper."),
    "company_office_incomplete": N_(
        "An opened office needs its business registration number, its address, and how many people work there on a day."
    ),
    "company_staff_day": N_("The people were counted on a day from the stage's day until today."),
    "company_not_opened": N_("Only a company with an opened office can have grown."),
    "company_not_grown": N_("It has grown when more people work there than the {staff} of its opening."),
    "company_reason_needed": N_("Please say why."),
    "company_last_stage": N_("This is its only stage. Enter the right one first."),
    "company_grown": N_("Take back first that it has grown."),
    "company_step_needed": N_("Please say in at most {most} letters what comes next."),
    "company_due_over": N_("This day is over."),
    "company_owner_unknown": N_("Only somebody who works for the centre can have the next action."),
    "company_note_empty": N_("A note has from 1 to {most} letters."),
    "company_support_incomplete": N_(
        "Please say in at most {most} letters which support it was, and where that stands."
    ),
    "company_won_wrong": N_("The value is a whole number of won from nought on."),
    "company_row_twice": N_("Row {row} of the file has the same business registration number."),
    "company_row_undated": N_("The row has no day of any stage."),
    "company_day_unreadable": N_("{value} is no day such as 2026-05-01."),
    "company_row_differs": N_("The portal has {day} for a stage for which the file says {given}."),
    "company_decision_unknown": N_("What was said of row {row} does not fit it. Please look at the file again."),
    "companies_heading_missing": N_("No row of the file has the headings for the company and for another column."),
    "companies_too_many_rows": N_("The file has more than {most} rows. Split it."),
    "companies_none": N_("No row of the file is a company."),
    "companies_have_faults": N_("{rows} rows cannot be used, so nothing was stored. Mend them in the file."),
    "companies_to_be_told_apart": N_(
        "{rows} rows may be companies that are here already. Say of each which it is; nothing is stored before."
    ),
}
INPUT = frozenset(set(REFUSALS) - {"company_merged", "company_organisation_taken", "company_last_stage",
                                   "company_grown", "company_not_opened"})  # fmt: skip
STAGES = {
    "contact": N_("Contact"),
    "visit": N_("Visit"),
    "memorandum": N_("Memorandum"),
    "plan": N_("Plan to invest"),
    "lease": N_("Lease"),
    "office": N_("Office opened"),
    "grown": N_("Grown"),
    "left": N_("Departed"),
}
# what shows that the stage was reached
EVIDENCE = {
    "contact": N_("How the contact came about"),
    "visit": N_("Who visited whom, where"),
    "memorandum": N_("Number or title of the signed memorandum"),
    "plan": N_("Number or title of the plan to move or invest"),
    "lease": N_("Number or title of the lease"),
    "office": N_("What shows the address and the people (such as a lease and a list of the insured)"),
    "grown": N_("What shows the people (such as a list of the insured)"),
    "left": N_("Why it left or gave up, and how that is known"),
}
SUPPORT_KINDS = {
    "computing": N_("Computing"),
    "equipment": N_("Equipment"),
    "rooms": N_("Rooms"),
    "learners": N_("Learners hired"),
    "programme": N_("Programme"),
    "money": N_("Money"),
}
VERDICTS = {
    "new": N_("New"),
    "changed": N_("Adds something"),
    "unchanged": N_("Here already"),
    "possible": N_("To be told apart"),
    "skipped": N_("Left out"),
}
MAILS = {
    "company_step_due": (
        N_("{company}: the next action is due on {due}"),
        N_("Your next action with {company} is due on {due}: {step}"),
    ),
    "company_step_late": (
        N_("{company}: the next action is a week late"),
        N_("Your next action with {company} was due on {due}: {step}. Please do it, or set another day."),
    ),
}
