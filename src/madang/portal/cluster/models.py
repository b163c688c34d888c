"""Tables of how awards hold their part of the cluster, of accounts there, of the last look at it, and of changes."""

from django.db import models
from django.db.models import F, Q

from madang.portal.awards.models import Award
from madang.portal.cluster.rules import LEAST_STOP, MOST_BORROWED, MOST_STOP, ChangeState, Hold
from madang.portal.constraints import choices, exactly_when, one_of
from madang.portal.people.models import Person


class ClusterTerms(models.Model):
    """How an award holds its part of the cluster, where it is otherwise than usual (`cap`, stopped at 100 per cent).

    `nodes` are kept free for it, with spaces between their names. `monthly`: each month opens its own part, `carry`:
    and what the month before left over; `borrow_percent` of the next month's may be used before it begins.
    `network`: its jobs may use the machine's network, where what runs them shuts them in; usually they have none.
    """

    award = models.OneToOneField(Award, on_delete=models.CASCADE, related_name="cluster_terms")
    hold = models.CharField(max_length=6, choices=choices(Hold), default=Hold.CAP)
    nodes = models.CharField(max_length=4200, blank=True)
    monthly = models.BooleanField(default=False)
    carry = models.BooleanField(default=True)
    borrow_percent = models.PositiveSmallIntegerField(default=0)
    stop_percent = models.PositiveSmallIntegerField(default=LEAST_STOP)
    network = models.BooleanField(default=False)
    set_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    @property
    def node_list(self) -> str:
        """The nodes as people write them."""
        return ", ".join(self.nodes.split())

    class Meta:
        constraints = [
            one_of("clusterterms", "hold", Hold),
            models.CheckConstraint(
                condition=Q(stop_percent__gte=LEAST_STOP, stop_percent__lte=MOST_STOP), name="clusterterms_stop_fit"
            ),
            models.CheckConstraint(condition=Q(borrow_percent__lte=MOST_BORROWED), name="clusterterms_borrow_fit"),
            models.CheckConstraint(
                condition=Q(hold="nodes") & ~Q(nodes="") | ~Q(hold="nodes") & Q(nodes=""),
                name="clusterterms_nodes_where_kept",
            ),
        ]


class JoinedAccount(models.Model):
    """An account that others keep on the cluster, whose runs are charged to an award if they began in a time."""

    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="joined_accounts")
    name = models.CharField(max_length=40)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    set_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name"], condition=Q(until=None), name="joinedaccount_one_award"),
            models.CheckConstraint(
                condition=Q(name__regex=r"^[a-z0-9_][a-z0-9_.-]{0,39}$"), name="joinedaccount_name_fit"
            ),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="joinedaccount_time_runs"),
        ]


class ClusterCount(models.Model):
    """From which day on the cluster counts an award's use of one kind of resource, and what was used before.

    Where somebody takes the count away it begins anew, with what is in the book by then before it.
    """

    award = models.ForeignKey(Award, on_delete=models.CASCADE, related_name="cluster_counts")
    kind = models.CharField(max_length=40)
    since = models.DateField()
    before_seconds = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["award", "kind"], name="clustercount_once"),
            models.CheckConstraint(condition=Q(before_seconds__gte=0), name="clustercount_not_below_nought"),
        ]


class ClusterLook(models.Model):
    """The cluster as it was last looked at: one row. `asked_at` is set while somebody waits for a new look.

    `lines` are the first of all changes to make, `count` is how many there are, `digest` says which they are.
    `drift` holds [what happened, thing] for what was changed by hand. `notes` holds what could not be planned.
    """

    asked_at = models.DateTimeField(null=True)
    looked_at = models.DateTimeField(null=True)
    count = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)
    lines = models.JSONField(default=list)
    drift = models.JSONField(default=list)
    notes = models.JSONField(default=dict)
    fault = models.JSONField(default=dict)


class ClusterChange(models.Model):
    """One bringing of awards to the cluster; at most one goes on. `digest` is of the changes that were looked at."""

    state = models.CharField(max_length=8, choices=choices(ChangeState), default=ChangeState.ASKED)
    digest = models.CharField(max_length=64)
    remove = models.BooleanField(default=False)
    planned = models.PositiveIntegerField(default=0)
    steps = models.PositiveIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True)
    asked_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    failure = models.JSONField(default=dict)

    class Meta:
        constraints = [
            one_of("clusterchange", "state", ChangeState),
            models.UniqueConstraint(fields=["state"], condition=Q(state="asked"), name="clusterchange_one_goes_on"),
            exactly_when("clusterchange_ended_has_time", ~Q(state="asked"), "ended_at"),
        ]
