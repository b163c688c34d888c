"""The words of the pool of experts: refusals, faults of a file's rows, what a row comes to, mails, languages."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "experts_heading_missing": N_("No row of the file has the headings for name and e-mail address."),
    "experts_too_many_rows": N_("The file has more than {most} rows. Split it."),
    "experts_have_faults": N_("{rows} rows cannot be used, so nothing was stored. Mend them in the file."),
    "experts_none": N_("No row of the file is an expert."),
    "experts_to_be_told_apart": N_(
        "{rows} rows may be people who are here already. Say of each who it is; nothing is stored before."
    ),
    "expert_decision_unknown": N_("What was said of row {row} does not fit it. Please look at the file again."),
    "expert_terms_empty": N_("Please write the terms in both languages."),
    "expert_terms_same": N_("These are the terms that count already."),
    "expert_terms_changed": N_("The terms were changed in the meantime. Please read them again."),
}
INPUT = frozenset(
    {
        "experts_heading_missing", "experts_too_many_rows", "experts_have_faults", "experts_none",
        "experts_to_be_told_apart", "expert_decision_unknown", "expert_terms_empty",
    }
)  # fmt: skip
FAULTS = {
    "expert_email_unreadable": N_("This is not an e-mail address."),
    "expert_name_unusable": N_("This cannot be a name: it is empty, too long, or holds signs that no name has."),
    "expert_fields_too_long": N_("At most 30 fields, each of at most 30 characters, separated by semicolons."),
    "expert_language_unknown": N_("This language is not known. Write it in Korean or English."),
    "expert_region_unknown": N_("This region is not in force. Write it as the list of regions has it."),
    "expert_limit_unusable": N_("The most open reviews at a time are a whole number from 1 to 1,000."),
    "expert_post_without_name": N_("There is a number or a day, but no organisation that it belongs to."),
    "expert_number_wrong": N_("This is not a business registration number."),
    "expert_day_unreadable": N_("This is not a day. Write it as 2026-05-01."),
    "expert_post_ends_early": N_("The post ends before it begins."),
    "expert_rows_differ": N_("An earlier row with this e-mail address says something else of the same person."),
    "staff": N_("This is the address of staff of the centre, who cannot be reviewers."),
}
VERDICTS = {
    "new": N_("New"),
    "changed": N_("New particulars"),
    "unchanged": N_("Here already"),
    "possible": N_("To be told apart"),
    "skipped": N_("Left out"),
    "staff": N_("Cannot be used"),
}
MAILS = {
    "expert_entered": (
        N_("You were entered in the pool of experts"),
        N_(
            "{centre} has entered you in its pool of experts, from whom the reviewers of its calls are drawn. What it "
            "holds about you, and how you have it changed or erased, you see once you have logged in. At the link "
            "you set a password, by this e-mail address."
        ),
    ),
}
LANGUAGES = {
    "ko": N_("Korean"),
    "en": N_("English"),
    "ja": N_("Japanese"),
    "zh": N_("Chinese"),
    "de": N_("German"),
    "fr": N_("French"),
    "es": N_("Spanish"),
    "ru": N_("Russian"),
}
