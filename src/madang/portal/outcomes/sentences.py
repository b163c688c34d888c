"""The words of outcome reports: refusals, kinds, states and mails."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "outcome_schedule_wrong": N_("At most {reports} reports, each from 1 to {most} months after the end of an award."),
    "outcome_schedule_fixed": N_("An award of this call is in force already, so its holder's duty cannot be changed."),
    "outcome_amount_wrong": N_("The amount is a whole number from 1 to {most}."),
    "outcome_what_needed": N_("Please say in at most {most} letters what it is."),
    "outcome_doi_wrong": N_("A DOI reads like 10.1234/abc.5."),
    "outcome_doi_of_paper": N_("Only a paper has a DOI. Add a file for anything else."),
    "outcome_doi_twice": N_("This report has this DOI already."),
    "outcome_evidence_needed": N_("Add a file that shows it; for a paper its DOI is enough."),
    "outcome_too_many": N_("A report has at most {most} entries."),
    "outcome_not_open": N_("This report was handed in and cannot be changed now."),
    "outcome_too_early": N_("It can be handed in from {day}, when the time that it is about is over."),
    "outcome_nothing": N_("The report is empty. If nothing came of the award in this time, please say so."),
    "outcome_not_nothing": N_("The report has entries, so it cannot say that there is nothing to report."),
    "outcome_not_handed_in": N_("There is no version to be looked at."),
    "outcome_not_accepted": N_("Only a report that was accepted is corrected by a new version."),
    "outcome_reason_needed": N_("Please say what has to be mended; the organisation reads it."),
    "outcome_own_organisation": N_("This report is of your own organisation; a colleague has to look at it."),
}
INPUT = frozenset(
    {
        "outcome_schedule_wrong",
        "outcome_amount_wrong",
        "outcome_what_needed",
        "outcome_doi_wrong",
        "outcome_doi_of_paper",
        "outcome_doi_twice",
        "outcome_evidence_needed",
        "outcome_nothing",
        "outcome_not_nothing",
        "outcome_reason_needed",
    }
)
KINDS = {
    "hires": N_("People hired"),
    "revenue": N_("Revenue"),
    "investment": N_("Investment won"),
    "patent_filed": N_("Patent filed"),
    "patent_granted": N_("Patent granted"),
    "paper_domestic": N_("Paper in a domestic journal"),
    "paper_sci": N_("Paper in a journal of the SCI"),
    "paper_international": N_("Paper in another international journal or at a conference"),
    "model": N_("Model published or put to use"),
    "office": N_("Office opened"),
}
STATES = {
    "draft": N_("Being written"),
    "handed_in": N_("Handed in"),
    "accepted": N_("Accepted"),
    "mend": N_("To be mended"),
}
MAILS = {
    "outcome_due": (
        N_("Outcome report of award {award}: due on {due}"),
        N_("Please hand in the outcome report of award {award} ({title}) by {due}."),
    ),
    "outcome_late": (
        N_("Outcome report of award {award} is overdue"),
        N_(
            "The outcome report of award {award} ({title}) was due on {due}. While it is missing, your organisation "
            "fails the rule “Overdue reports” of any call that has it."
        ),
    ),
    "outcome_accepted": (
        N_("Outcome report of award {award} is accepted"),
        N_("The outcome report of award {award} ({title}) was accepted. Thank you."),
    ),
    "outcome_mend": (
        N_("Outcome report of award {award}: please mend it"),
        N_("Please mend the outcome report of award {award} ({title}) by {due}:\n\n{reason}"),
    ),
}
