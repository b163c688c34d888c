"""The words of the camp: refusals, kinds and states of spaces, calls and bids, columns of a sheet, mails."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "space_code_malformed": N_("A code has 1 to 30 Latin letters, digits and hyphens."),
    "space_code_known": N_("Another space has this code already."),
    "space_code_twice": N_("This code stands in an earlier row of the file."),
    "space_name_needed": N_("Please give the name in Korean and in English, in at most {most} letters each."),
    "space_number_wrong": N_("This has to be a whole number from {least} to {most}."),
    "space_off_the_plan": N_("It goes beyond the plan, which is {most} steps wide and high."),
    "space_overlaps": N_("It lies over {other} on the plan of this floor."),
    "space_not_shared": N_("Only a shared space is booked as a facility; rooms and seats are let."),
    "space_facility_unknown": N_("No facility has this code, or another space is booked as it."),
    "space_is_let": N_("A tenant has it. End the tenancy first."),
    "space_choice_unknown": N_("{value} is none of the values for this column: {known}."),
    "spaces_heading_missing": N_("The first row of the file has no column for: {columns}."),
    "spaces_too_many_rows": N_("The file has more than {most} rows."),
    "spaces_none": N_("The file has no row below its headings."),
    "spaces_have_faults": N_("{rows} rows cannot be read, so nothing was stored. Mend them in the file."),
    "tenant_call_text_needed": N_("Please write it in Korean and in English, in at most {most} letters each."),
    "tenant_call_dates_wrong": N_("The closing comes after the opening."),
    "tenant_call_months_wrong": N_(
        "A tenancy is at least one month and with all its extensions at most {most} months, the longest not below the "
        "first."
    ),
    "tenant_call_code_known": N_("Another call for tenants has this code."),
    "tenant_call_offers_nothing": N_("Choose the rooms and seats that it offers; each has to be in use."),
    "tenant_call_published": N_("This call for tenants is published and stays as it is."),
    "tenant_call_over": N_("Its closing has passed. Set other days first."),
    "tenant_call_not_open": N_("This call for tenants takes no bids now."),
    "tenant_call_not_closed": N_("That can be done once the call for tenants is closed, and before it is finished."),
    "tenant_call_undecided": N_("Decide the {bids} bids that wait first."),
    "bid_twice": N_("Your organisation has a bid in this call already. Take it back to hand in another."),
    "bid_incomplete": N_("Please say in at most {most} letters what you want to do in the camp."),
    "bid_points_wrong": N_("Points are a whole number from 0 to {most}."),
    "bid_own_organisation": N_("You belong to this organisation yourself. A colleague has to do it."),
    "bid_decided": N_("This bid is decided or was taken back."),
    "camp_reason_needed": N_("Please say why, in at most {most} letters."),
    "notice_text_needed": N_("Please write the notice in Korean and in English, in at most {most} letters each."),
    "notice_days_wrong": N_("The last day does not come before the first."),
}
INPUT = frozenset(
    {
        "space_code_malformed", "space_code_known", "space_code_twice", "space_name_needed", "space_number_wrong",
        "space_off_the_plan", "space_overlaps", "space_not_shared", "space_facility_unknown", "space_choice_unknown",
        "spaces_heading_missing", "spaces_too_many_rows", "spaces_none", "spaces_have_faults",
        "tenant_call_text_needed", "tenant_call_dates_wrong", "tenant_call_months_wrong", "tenant_call_code_known",
        "tenant_call_offers_nothing", "bid_incomplete", "bid_points_wrong", "camp_reason_needed", "notice_text_needed",
        "notice_days_wrong",
    }
)  # fmt: skip

SPACE_KINDS = {"room": N_("Room to let"), "seat": N_("Seat to let"), "shared": N_("Shared space")}
SPACE_STATES = {"in_use": N_("To be let"), "closed": N_("Closed")}
CALL_STATES = {
    "draft": N_("In preparation"),
    "planned": N_("Not open yet"),
    "open": N_("Takes bids"),
    "judged": N_("Bids are judged"),
    "decided": N_("Finished"),
}
BID_STATES = {
    "handed_in": N_("Handed in"),
    "withdrawn": N_("Taken back"),
    "selected": N_("Selected"),
    "reserve": N_("Reserve list"),
    "not_selected": N_("Not selected"),
}
COLUMNS = {
    "code": N_("Code"),
    "name_ko": N_("Name in Korean"),
    "name_en": N_("Name in English"),
    "kind": N_("Kind of space"),
    "floor": N_("Floor"),
    "x": N_("From the left (steps)"),
    "y": N_("From above (steps)"),
    "width": N_("Width (steps)"),
    "height": N_("Height (steps)"),
    "people": N_("Places for people"),
    "facility": N_("Code of the facility that is booked"),
}
MAILS = {
    "bid_reserve": (
        N_("Your bid is on the reserve list: {title}"),
        N_(
            "Your bid for the camp ({title}) is on the reserve list. If a space becomes free we write to you. "
            "Why: {reason}"
        ),
    ),
    "bid_not_selected": (
        N_("Your bid was not selected: {title}"),
        N_("Your bid for the camp ({title}) was not selected. Why: {reason}"),
    ),
}

# what the journal says was done
DEEDS = {
    "camp.add_space": N_("Space of the camp added"),
    "camp.change_space": N_("Space of the camp changed"),
    "camp.bring_in": N_("Sheet of the camp's spaces brought in"),
    "camp.draft_call": N_("Call for tenants drafted"),
    "camp.change_call": N_("Draft of a call for tenants changed"),
    "camp.publish_call": N_("Call for tenants published"),
    "camp.finish_call": N_("Call for tenants finished"),
    "camp.hand_in": N_("Bid for the camp handed in"),
    "camp.withdraw": N_("Bid for the camp taken back"),
    "camp.give_points": N_("Points given to a bid for the camp"),
    "camp.decide": N_("Bid for the camp decided"),
    "camp.put_up": N_("Notice of the camp put up"),
    "camp.take_down": N_("Notice of the camp taken down"),
}
SUBJECTS = {
    "bid": N_("Bid for the camp"),
    "campspace": N_("Space of the camp"),
    "housenotice": N_("Notice of the camp"),
    "tenantcall": N_("Call for tenants"),
}
