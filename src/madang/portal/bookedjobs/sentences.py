"""The words of the jobs that bookings carry: refusals, states, mails, what the journal writes about."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "booking_without_simulator": N_("A compute job goes only with the booking of a simulator."),
    "booked_job_too_long": N_("The job has to fit into the booking: at most {most} minutes."),
    "booked_job_begun": N_("The job of this booking was submitted already. Look at the job itself."),
    "booked_job_elsewhere": N_(
        "Award, environment and files have to be those of the organisation that the booking is for."
    ),
}
INPUT = frozenset({"booked_job_too_long", "booked_job_elsewhere"})
STATES = {
    "owed": N_("Starts with the booking"),
    "starting": N_("Being submitted"),
    "submitted": N_("Handed in as a job"),
    "refused": N_("Not accepted"),
}
MAILS = {
    "booked_job_refused": (
        N_("The compute job of your booking could not be submitted"),
        N_("Your booking goes on, but its compute job “{name}” was not accepted: {why}"),
    ),
}
DEEDS = {
    "bookedjobs.choose": N_("Compute job chosen for a booking"),
    "bookedjobs.drop": N_("Compute job of a booking taken away"),
    "bookedjobs.begin": N_("Compute job of a booking submitted"),
    "bookedjobs.refuse": N_("Compute job of a booking not accepted"),
}
