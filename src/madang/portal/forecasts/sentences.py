"""The words of estimated starts and of trials."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "trial_plan": N_("Only a plan that was solved and checked without a fault can be simulated."),
    "trial_replays": N_("Between 1 and {most} draws can be asked for."),
    "trial_machine": N_("A pool needs at least one node with at least one unit, and at most {most} units in all."),
    "trial_policy": N_("{field} must lie between {low} and {high}."),
    "trial_no_jobs": N_("No job that was submitted to this pool in {quarter} has run and ended."),
    "trial_quarter": N_("{quarter} is none of the quarters that can be simulated: {known}."),
    "trial_waits": N_("This plan is being simulated already."),
    "trial_too_many": N_("{most} simulations wait already. Wait until some are done, or stop one."),
    "trial_nothing": N_("The plan gives nothing that could be simulated."),
}
INPUT = frozenset({"trial_replays", "trial_machine", "trial_policy", "trial_quarter"})

# how sure an estimated start is, in words; instants stand in the centre's time
STARTS = {
    "range": N_(
        "Likely to start between {early} and {late}, in half of the replays by {middle} "
        "({replays} replays of the queue at {made})."
    ),
    "minute": N_("Likely to start at about {middle} ({replays} replays of the queue at {made})."),
    "limits": N_(
        "At about {late} if every job before it uses its whole limit, and then sooner the earlier those end "
        "(too few jobs have ended here to say more; the queue at {made})."
    ),
    "passed": N_("It was to start by {late}; a new estimate is being made."),
}
SHORT = {"range": N_("{early} to {late}"), "minute": N_("about {middle}"), "limits": N_("by about {late}")}
UNKNOWN = {
    "coming": N_("An estimate of the start is being made."),
    "held": N_("No start can be told while it is held back; it has its turn once it has been released."),
    "cancelling": N_("It is being cancelled and will not start."),
    "closed": N_("No start can be told while the award is not open for jobs: a person decides on that."),
    "too_large": N_("It cannot start as it was asked for."),
    "stopped": N_("No start can be told while the service that starts jobs is not running."),
    "not_shown": N_("The machine behind this centre does not show its queue, so no start can be told."),
    "after_award": N_("As the queue stands, its turn comes only after the award has ended."),
    "never": N_("Its turn did not come in any replay of the queue: what it waits for does not end by itself."),
}
FARED = {
    "within": N_("First told: {told}. It started within that."),
    "before": N_("First told: {told}. It started sooner."),
    "after": N_("First told: {told}. It started later."),
}

POLICIES = {
    "madang": N_("Fair share with backfill, as the centre's own machine runs it"),
    "easy": N_("First come, first served, with backfill"),
    "fcfs": N_("First come, first served, nobody overtakes"),
    "sjf-easy": N_("Shortest limit first, with backfill"),
    "multifactor": N_("Multifactor priority as Slurm has it, with backfill"),
}
PARTS = {
    "present": N_("As they are now"),
    "without": N_("Without any"),
    "none": N_("Idle parts are nobody else's"),
    "borrow": N_("Idle parts are lent"),
    "reclaim": N_("Idle parts are lent and taken back"),
}
STATES = {
    "waiting": N_("Being simulated"),
    "done": N_("Done"),
    "failed": N_("Ended without an answer"),
    "stopped": N_("Stopped by a person"),
}

# what the jobs of a kind of user were drawn from
BASES = {
    "kind": N_("{kind}: from {jobs} jobs of {awards} awards of this kind here, which use {parts} of their hours."),
    "centre": N_("{kind}: from {jobs} jobs of {awards} awards of every kind here. Awards use {parts} of their hours."),
    "assumed": N_(
        "{kind}: assumed, since too few jobs have run here. Sizes and run times as in published traces (Philly 2017, "
        "MIT Supercloud 2021); awards use {parts} of their hours, which nobody has measured."
    ),
}
