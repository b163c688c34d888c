"""The words of tenancies: refusals, states, conditions, mails."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "tenancy_text_needed": N_("Please write the text in Korean and in English, in at most {most} letters each."),
    "tenancy_text_missing": N_("There is no text of the agreement yet. Write it first."),
    "tenancy_text_other": N_("The text of the agreement is another version. Please read it again."),
    "tenancy_days_wrong": N_("The end comes after the beginning, at most {most} days later."),
    "tenancy_past_ceiling": N_("No tenancy of this kind goes beyond {ceiling}."),
    "tenancy_in_the_past": N_("A tenancy begins today at the earliest."),
    "tenancy_spaces_wrong": N_("Choose at least one room or seat that is to be let."),
    "space_taken": N_("Another tenant has {space} on one of these days."),
    "tenancy_state_wrong": N_("That cannot be done with a tenancy in this state."),
    "tenancy_not_running": N_("Only a tenancy that is signed or running is extended."),
    "tenancy_end_wrong": N_("The end lies between today and the day on which the tenancy ends anyway."),
    "extension_backwards_camp": N_("The new end has to come after the present one."),
    "extension_asked": N_("An extension is asked for already and waits for its decision."),
    "extension_decided": N_("This extension is decided already."),
    "check_out_item_wrong": N_("Please say in at most {most} letters which thing it is."),
    "check_out_owed_wrong": N_("What is owed is a whole number of won; for a thing in good order it is nought."),
    "check_out_too_many": N_("A check-out has at most {most} things."),
    "check_out_empty": N_("Write down first what was handed back, and in what condition."),
    "resident_hours_wrong": N_("The hours run from an earlier to a later time of day such as 09:00 and 18:00."),
    "resident_no_member": N_("Only somebody who belongs to the tenant's organisation can be a resident."),
    "resident_twice": N_("This person is a resident already."),
    "residents_too_many": N_("The tenant's spaces have places for {most} people, and all are taken."),
    "visit_by_residents_only": N_("Only a resident of a tenancy that is running announces visitors."),
    "visit_name_needed": N_("Please give the visitor's name in at most {most} letters."),
    "visit_day_wrong": N_("A visit is announced for today, or for at most {most} days ahead."),
    "visit_other_day": N_("The visit is announced for another day."),
    "visits_too_many": N_("At most {most} visitors of a tenant are announced for one day."),
    "month_figure_wrong": N_("This has to be a whole number from nought to {most}."),
    "month_not_owed": N_("No report of this month is owed."),
    "request_what_needed": N_("Please say in at most {most} letters what has to be mended."),
    "request_words_needed": N_("Please say it in 1 to {most} letters."),
    "request_space_wrong": N_("Choose one of your own spaces or a shared one."),
    "request_move_wrong": N_("That does not come next for this request."),
    "requests_too_many": N_("At most {most} requests of a tenancy are open at once."),
}
INPUT = frozenset(
    {
        "tenancy_text_needed", "tenancy_days_wrong", "tenancy_past_ceiling", "tenancy_in_the_past",
        "tenancy_spaces_wrong", "tenancy_end_wrong", "extension_backwards_camp", "check_out_item_wrong",
        "check_out_owed_wrong", "resident_hours_wrong", "resident_no_member", "visit_name_needed", "visit_day_wrong",
        "month_figure_wrong", "request_what_needed", "request_words_needed", "request_space_wrong",
    }
)  # fmt: skip

STATES = {
    "offered": N_("Offered, to be signed"),
    "signed": N_("Signed"),
    "running": N_("In the camp"),
    "ended": N_("Ended, to be checked out"),
    "checked_out": N_("Checked out"),
    "declined": N_("Not taken"),
    "lapsed": N_("Not signed in time"),
    "dropped": N_("Offer taken back"),
}
EXTENSIONS = {
    "asked": N_("Waits for its decision"),
    "approved": N_("Extended"),
    "refused": N_("Not extended"),
    "dropped": N_("The tenancy ended before"),
}
CONDITIONS = {
    "good": N_("In good order"),
    "worn": N_("Worn"),
    "damaged": N_("Damaged"),
    "missing": N_("Missing"),
}
UPKEEP = {
    "asked": N_("Waits to be seen"),
    "seen": N_("Seen"),
    "working": N_("Being worked on"),
    "done": N_("Done, to be confirmed"),
    "reopened": N_("Asked again"),
    "confirmed": N_("Confirmed"),
    "withdrawn": N_("No longer needed"),
}
# the buttons that move a request
MOVES = {
    "seen": N_("I have seen it"),
    "working": N_("It is being worked on"),
    "done": N_("It is done"),
    "confirmed": N_("It is in order"),
    "reopened": N_("It is not in order yet"),
    "withdrawn": N_("It is no longer needed"),
}
MAILS = {
    "tenancy_offered": (
        N_("The camp offers {organisation} a place: please sign by {day}"),
        N_(
            "The camp offers {organisation} a place. Please read the agreement and sign it by {day}; "
            "then the offer lapses."
        ),
    ),
    "tenancy_lapsed": (
        N_("The camp's offer to {organisation} has lapsed"),
        N_("Nobody signed the camp's offer to {organisation} in time, so its spaces are free again."),
    ),
    "tenancy_dropped": (
        N_("The camp took its offer to {organisation} back"),
        N_("The camp took its offer to {organisation} back. Why: {reason}"),
    ),
    "tenancy_ends": (
        N_("The tenancy of {organisation} ends before {day}"),
        N_("The tenancy of {organisation} in the camp ends earlier than agreed: {day} is the first day after it."),
    ),
    "tenancy_ended": (
        N_("The tenancy of {organisation} has ended"),
        N_(
            "The tenancy of {organisation} in the camp ended; {day} is the first day after it. "
            "Please hand everything back with the camp's officer."
        ),
    ),
    "extension_approved": (
        N_("The tenancy of {organisation} is extended"),
        N_("The tenancy of {organisation} in the camp is extended; {day} is the first day after it. {reason}"),
    ),
    "extension_refused": (
        N_("The tenancy of {organisation} is not extended"),
        N_("The tenancy of {organisation} in the camp is not extended until {day}. Why: {reason}"),
    ),
    "tenancy_checked_out": (
        N_("{organisation} is checked out of the camp"),
        N_(
            "The check-out of {organisation} from the camp is finished. Owed: {won} won. "
            "The list is on the page of the tenancy."
        ),
    ),
    "month_report_due": (
        N_("Report of {month} to the camp: due on {day}"),
        N_("Please report for {organisation} how {month} went, by {day}."),
    ),
    "month_report_late": (
        N_("Report of {month} to the camp is late"),
        N_("The report of {organisation} about {month} was due on {day}. Please hand it in."),
    ),
    "upkeep_done": (
        N_("Repair done: {what}"),
        N_("{words}\n\nPlease say whether it is in order; otherwise it is asked for again."),
    ),
}

# what the journal says was done
DEEDS = {
    "tenancies.write_text": N_("Agreement with tenants written"),
    "tenancies.offer": N_("Tenancy offered"),
    "tenancies.sign": N_("Tenancy signed"),
    "tenancies.decline": N_("Offered tenancy not taken"),
    "tenancies.drop": N_("Offered tenancy taken back"),
    "tenancies.move_on": N_("Tenancy lapsed, begun or ended on its day"),
    "tenancies.end": N_("Tenancy ended earlier"),
    "tenancies.ask_extension": N_("Extension of a tenancy asked for"),
    "tenancies.decide_extension": N_("Extension of a tenancy decided"),
    "tenancies.enter_item": N_("Thing added to a check-out"),
    "tenancies.remove_item": N_("Thing taken off a check-out"),
    "tenancies.check_out": N_("Check-out from the camp finished"),
    "tenancies.let_in": N_("Resident of the camp added"),
    "tenancies.set_hours": N_("Hours of a resident changed"),
    "tenancies.move_out": N_("Resident moved out"),
    "tenancies.announce": N_("Visitor announced"),
    "tenancies.call_off": N_("Visit called off"),
    "tenancies.note_came": N_("Visitor noted at the door"),
    "tenancies.owe": N_("Monthly reports of a tenant noted as owed"),
    "tenancies.remind": N_("Reminder of a monthly report written"),
    "tenancies.hand_in": N_("Monthly report of a tenant handed in"),
    "tenancies.ask": N_("Repair asked for"),
    "tenancies.move": N_("Request for repair moved on"),
}
SUBJECTS = {
    "resident": N_("Resident of the camp"),
    "tenancy": N_("Tenancy"),
    "tenancytext": N_("Agreement with tenants"),
    "upkeep": N_("Request for repair"),
}
