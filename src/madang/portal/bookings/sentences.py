"""What people read about bookings: refusals, states, mails."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "booking_empty": N_("The end has to lie after the start."),
    "booking_off_the_quarter": N_("Start and end have to lie on quarters of an hour, such as 10:15."),
    "booking_off_the_day": N_("This is booked by whole days: from midnight to midnight."),
    "booking_in_the_past": N_("This time is over already."),
    "booking_notice_too_short": N_("{facility} has to be booked at least {hours} hours before."),
    "booking_too_far_ahead": N_("{facility} can be booked at most {days} days ahead."),
    "booking_too_long": N_("{facility} can be booked for at most {most} quarters of an hour or days at once."),
    "booking_items_wrong": N_("Choose from one to {most} facilities that are in the catalogue."),
    "booking_purpose_needed": N_("Please say what for."),
    "booking_taken": N_("{facility} is taken in this time, counting what has to stay free before and after."),
    "booking_over": N_("This booking is over or ended."),
    "booking_not_asked": N_("This booking does not wait for approval any more."),
    "booking_not_confirmed": N_("Only a confirmed booking can be checked in."),
    "booking_reason_needed": N_("Please give the reason."),
    "operator_not_free": N_("Nobody who operates {facility} is free in this time. Choose another time."),
    "operator_unknown": N_("Nobody with an account has the e-mail address {email}."),
    "operators_too_many": N_("Name at most {most} operators."),
    "night_limit": N_("One person can hold {facility} for at most {most} quarters of an hour or days in one night."),
    "residents_only": N_("{facility} is shared by those who live in the camp: book it as a resident of your tenancy."),
    "facility_not_in_use": N_("{facility} is not in service at present."),
    "facility_closed_then": N_("{facility} is not open at this time."),
    "calibration_due": N_("The calibration of {facility} is due after {day}; until it is renewed nobody can use it."),
    "extension_backwards": N_("The new end has to lie after the present one."),
    "extension_needs_staff": N_("A facility of this booking needs approval. Ask the centre to extend it."),
    "check_in_too_early": N_("You can check in from a quarter of an hour before the start."),
    "check_in_too_late": N_("This booking's time is over."),
    "door_code_wrong": N_("This is not the code of a facility of this booking."),
    "series_length_wrong": N_("A series has from 2 to {most} weeks."),
    "series_none_free": N_("None of these weeks can be booked."),
    "series_changed": N_("Somebody booked or gave back in the meantime. Look at the weeks again and confirm."),
    "quota_used_up": N_("Your organisation's hours of this class are used up in {month}: {hours} hours a month."),
    "quota_out_of_range": N_("Give hours from 0 to {most}, or leave the field empty for no limit."),
    "closure_meets_bookings": N_("{bookings} bookings stand in the way. Cancel them with it, or choose another time."),
    "closure_meets_use": N_("Somebody is using it in this time. Wait until they are done."),
    "closure_too_long": N_("At most {days} days at once. Take it out of service for longer."),
}
INPUT = frozenset(
    {
        "booking_empty", "booking_off_the_quarter", "booking_off_the_day", "booking_in_the_past", "booking_too_long",
        "booking_items_wrong", "booking_purpose_needed", "booking_reason_needed", "extension_backwards",
        "series_length_wrong", "quota_out_of_range", "closure_too_long", "door_code_wrong",
        "booking_notice_too_short", "booking_too_far_ahead", "facility_closed_then", "night_limit", "residents_only",
        "operator_unknown", "operators_too_many",
    }
)  # fmt: skip

STATES = {
    "queued": N_("On the waiting list"),
    "asked": N_("Waits for approval"),
    "confirmed": N_("Booking confirmed"),
    "used": N_("Checked in"),
    "refused": N_("Not approved"),
    "cancelled": N_("Cancelled"),
    "missed": N_("Nobody came"),
    "lapsed": N_("Lapsed"),
}
CLOSURES = {"blackout": N_("Closed"), "maintenance": N_("Maintenance")}

MAILS = {
    "booking_made": (
        N_("Your booking for {when}"),
        N_("{names}, {when} to {until}: booked for {organisation}. The attached entry puts it into your calendar."),
    ),
    "booking_extended": (
        N_("Your booking for {when} lasts longer"),
        N_("{names}, {when} to {until}. The attached entry changes it in your calendar."),
    ),
    "booking_given_up": (
        N_("Your booking for {when} was given up"),
        N_("{names}, {when}: your organisation has cancelled it. The attached entry takes it out of your calendar."),
    ),
    "session_booked": (
        N_("You operate {names}: {when}"),
        N_("{names}, {when} to {until}, for {organisation}. The attached entry puts it into your calendar."),
    ),
    "session_cancelled": (
        N_("You no longer operate {names}: {when}"),
        N_("{names}, {when}: the booking no longer stands. The attached entry takes it out of your calendar."),
    ),
    "booking_approved": (
        N_("Your booking for {when} is approved"),
        N_("{names}, {when}: the centre has approved your booking. {reason}"),
    ),
    "booking_refused": (
        N_("Your booking for {when} was not approved"),
        N_("{names}, {when}: the centre has not approved your booking. The reason: {reason}"),
    ),
    "booking_cancelled": (
        N_("Your booking for {when} was cancelled"),
        N_("{names}, {when}: the centre had to cancel your booking. The reason: {reason}"),
    ),
    "booking_moved_up": (
        N_("You have moved up: your booking for {when} is confirmed"),
        N_("{names}, {when}: it became free, and your place on the waiting list is now a confirmed booking."),
    ),
    "booking_moved_up_asked": (
        N_("You have moved up: your booking for {when} waits for approval"),
        N_("{names}, {when}: it became free and is held for you until the centre has decided."),
    ),
    "booking_missed": (
        N_("Your booking for {when} was released"),
        N_("{names}, {when}: nobody checked in in time, so it was released for others."),
    ),
    "booking_lapsed": (
        N_("Your booking for {when} has lapsed"),
        N_("{names}, {when}: it was not approved, or nothing became free, before its time had come."),
    ),
}
