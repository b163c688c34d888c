"""The sentences of the review library, in English and Korean: what is refused, and what a checker found."""

from __future__ import annotations

from madang.catalogues import translation
from madang.errors import Refused
from madang.review.proof import Fault


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for a text that is translated later
    """Marks a text for the catalogues."""
    return text


REFUSALS: dict[str, str] = {
    "conflict_rule_invalid": N_("The rule on {ground} cannot be used: it needs a known severity and whole years."),
    "reviewers_too_few_for_application": N_(
        "{application} needs {needed} more reviewers; {available} are free, {conflicted} are barred by conflicts."
    ),
    "review_places_too_few": N_(
        "These applications need {needed} reviews together and can get {possible} at most: {applications}."
    ),
    "reviewers_must_meet": N_("{application} cannot be reviewed without two who must not meet: {reviewers}."),
    "review_problem_invalid": N_("The problem cannot be used: {named}: {fault}."),
    "draw_invalid": N_("This cannot be drawn: {named}: {fault}."),
    "draw_pool_too_small": N_("The pool is too small: {needed} experts are needed, {found} were found. {trait}"),
    "distribution_invalid": N_("This cannot be arranged: {named}: {fault}."),
    "calibration_too_small": N_(
        "{applications} applications and {reviewers} reviewers are too few to tell reviewers apart."
    ),
    "calibration_disconnected": N_(
        "Reviewers fall into {groups} groups that no application links, so their scores cannot be compared. "
        "The smallest: {smallest}."
    ),
    "calibration_too_thin": N_("There are {sheets} sheets; to tell reviewers apart at least {needed} are needed."),
    "criteria_missing": N_("The scoring table has no criteria."),
    "criterion_twice": N_("{criterion} is in the scoring table twice, or has a name that is taken."),
    "criterion_points_wrong": N_("The points of {criterion} are not above 0, or its minimum lies above them."),
    "reviewer_twice": N_("{reviewer} has two sheets on one application."),
    "points_out_of_range": N_("{reviewer} gives {points} points on {criterion}; 0 to {most} are possible."),
}
FAULTS: dict[str, str] = {
    "id_twice": N_("it occurs twice"),
    "number_below_zero": N_("a number lies below zero"),
    "weight_out_of_range": N_("the weight is out of range"),
    "begun_is_not_known": N_("a review that has begun is of nobody who is known"),
    "begun_in_conflict": N_("a review that has begun is in conflict; it must be ended first"),
    "seats_too_few": N_("it has no seats"),
    "list_too_short": N_("the list must hold at least three times the seats"),
    "organisation_needs_a_seat": N_("an organisation may have at least one seat"),
    "quota_cannot_be_kept": N_("no committee of this size can keep this quota"),
    "reviews_out_of_range": N_("one to five reviews each are possible"),
    "pools_too_few": N_("at least two pools are needed"),
}
FOUND: dict[str, str] = {
    "wrong_number": N_("{application} has {given} different reviewers instead of {needed}."),
    "conflict": N_("{reviewer} is barred from {application}."),
    "over_limit": N_("{reviewer} has {given} reviews and takes {limit}."),
    "meets": N_("{reviewer} and {other} meet on {application}."),
    "begun_taken_away": N_("{reviewer} has begun {application} and no longer has it."),
    "not_known": N_("The assignment is not about these applications and reviewers."),
    "cost_wrong": N_("The cost is {is}, not {said}."),
    "bound_wrong": N_("The prices prove a bound of {is}, not {said}."),
    "commitment_broken": N_("The secret is not the one that was committed to."),
    "pool_changed": N_("The pool or the committee is not the one that was frozen."),
    "list_differs": N_("Another list comes out."),
}


def refusal(refused: Refused, language: str) -> str | None:
    """The sentence of a refusal of this library; None for another's."""
    if refused.code not in REFUSALS:
        return None
    say = translation(language).gettext
    facts = {name: ", ".join(map(str, one)) if isinstance(one, tuple) else one for name, one in refused.facts.items()}
    rule = str(facts.get("rule", ""))
    return say(REFUSALS[refused.code]).format(**facts, fault=say(FAULTS[rule]) if rule in FAULTS else rule)


def fault(found: Fault, language: str) -> str:
    """The sentence of a fault that `madang.review.proof` found in an assignment."""
    return found_of(found.code, language).format(**found.facts)


def found_of(code: str, language: str) -> str:
    """The sentence of a code, its facts not put in yet."""
    return translation(language).gettext(FOUND[code])
