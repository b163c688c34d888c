"""The words of drafting: what is missing in a call, and the names of its parts."""

from __future__ import annotations

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "call_not_draft": N_("This call is published; it changes only by a correction notice."),
    "call_waits_for_approval": N_("This call waits for approval and cannot be changed until that is decided."),
    "call_code_taken": N_("There is a call with this short name already."),
    "call_not_whole": N_("The call is not complete yet: {count} points are open. They are listed on its page."),
    "call_title_missing": N_("The title is needed in both Korean and English."),
    "call_summary_missing": N_("The summary is needed in both Korean and English."),
    "call_without_intake": N_("The call has no intake yet."),
    "call_without_track": N_("The call has no track yet."),
    "intake_dates_out_of_order": N_(
        "Intake {number}: the dates must be in this order: opening, deadline, review, decision."
    ),
    "intake_already_over": N_("Intake {number}: the deadline is past."),
    "intakes_overlap": N_("Intake {later} opens before intake {number} closes."),
    "track_title_missing": N_("Track {track}: the title is needed in both Korean and English."),
    "track_months_out_of_order": N_("Track {track}: the last month comes before the first."),
    "track_without_product": N_("Track {track}: no resource type can be asked for yet."),
    "track_without_criterion": N_("Track {track}: there is no criterion yet."),
    "track_without_required_criterion": N_("Track {track}: at least one criterion must be scored on every sheet."),
    "optional_criterion_with_minimum": N_(
        "Track {track}: “{entry}” may be left out of a sheet, so it cannot have a minimum."
    ),
    "track_minimum_above_points": N_("Track {track}: the minimum total is above the {points} points there are."),
    "track_code_taken": N_("The call has a track with this short name already."),
    "entry_title_missing": N_("Track {track}: “{entry}” needs its title in both Korean and English."),
    "rule_without_parameter": N_("Track {track}: an eligibility rule lacks what it compares with."),
    "peer_groups_too_few": N_("Applicants who review each other are in at least two review groups."),
    "peer_reviews_too_many": N_("Where applicants review each other, each application has at most {most} reviews."),
    "peers_beside_committee": N_(
        "Where applicants review each other, only the review of documents counts: no presentations, visits or points "
        "of a committee."
    ),
    "grace_without_peers": N_("Days of grace are for tracks whose applicants review each other."),
    "bonus_without_paper": N_("Track {track}: the bonus “{entry}” names a paper that the track does not ask for."),
    "bonus_paper_required": N_(
        "Track {track}: the paper of the bonus “{entry}” must be one that need not be handed in."
    ),
    "bonus_without_cap": N_("Track {track}: say how many bonus points evidence can bring at most."),
    "consensus_without_documents": N_("Track {track}: a consensus needs weight on the review of documents."),
    "entry_twice": N_("“{entry}” is there already."),
    "entry_gone": N_("“{entry}” is no longer there."),
    "unknown_product": N_("There is no resource type “{product}” on offer."),
    "unknown_consent": N_("There is no consent text “{code}” in version {version}."),
}
INPUT = frozenset(
    {
        "call_code_taken",
        "track_code_taken",
        "entry_twice",
        "bonus_without_paper",
        "unknown_product",
        "unknown_consent",
        "track_months_out_of_order",
        "peer_groups_too_few",
        "peer_reviews_too_many",
        "peers_beside_committee",
        "grace_without_peers",
    }
)
PARTS = {
    "products": N_("Resource types"),
    "criteria": N_("Criteria"),
    "sections": N_("Parts of the plan"),
    "rules": N_("Eligibility rules"),
    "evidence": N_("Papers"),
    "bonuses": N_("Bonus points"),
    "consents": N_("Consents and pledges"),
}
PART_HINTS = {
    "products": N_("What applicants of this track can ask for, and how much of it in one application."),
    "criteria": N_("The scoring table: what reviewers give points for, and the minimum for each."),
    "sections": N_("The written parts of the plan, each with its greatest length."),
    "rules": N_("Who may apply, and on which day that is judged."),
    "evidence": N_("The papers that applicants hand in, who issues them, and how old they may be."),
    "bonuses": N_("Points for what a paper proves: applicants claim them, an officer confirms or declines each claim."),
    "consents": N_("The texts that applicants accept one by one."),
}
