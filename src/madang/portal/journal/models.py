"""Tables of the journal: entries as written by actions, their seals in one chain, heads, readings, destructions."""

from django.db import models
from django.db.models import Q

from madang.portal.actors import Via
from madang.portal.constraints import choices, one_of


class JournalEntry(models.Model):
    """One line by one action; never changed, never deleted (triggers refuse both). Holds ids and digests only."""

    action = models.CharField(max_length=60)
    actor = models.BigIntegerField(null=True)
    via = models.CharField(max_length=10, choices=choices(Via))
    subject_kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=64)
    facts = models.JSONField(default=dict)
    address_digest = models.CharField(max_length=64, blank=True)
    happened_at = models.DateTimeField()
    written_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["subject_kind", "subject"], name="journal_by_subject"),
            models.Index(fields=["actor", "happened_at"], name="journal_by_actor"),
            models.Index(fields=["action", "happened_at"], name="journal_by_action"),
            models.Index(fields=["happened_at"], name="journal_by_time"),
        ]
        constraints = [one_of("journalentry", "via", Via)]


class JournalSeal(models.Model):
    """The place of a committed entry in the chain: its number, the hash before it and its own."""

    number = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(JournalEntry, on_delete=models.PROTECT, related_name="seal")
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)
    sealed_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(number__gte=1), name="journalseal_number_from_one")]


class JournalHead(models.Model):
    """The chain's last number and hash as published on one day, so that a cut-off tail shows."""

    day = models.DateField(unique=True)
    number = models.BigIntegerField()
    hash = models.CharField(max_length=64)
    published_at = models.DateTimeField()


class Reading(models.Model):
    """One opening, search or download of another's data by staff, a reviewer or an auditor.

    `whose` is the person, `organisation` the organisation that the data belong to, each where there is one. `roles`
    says as what the reader read: that is what those whose data they are get to see, never who it was.
    """

    reader = models.BigIntegerField()
    roles = models.CharField(max_length=120, blank=True)
    what = models.CharField(max_length=20)
    subject_kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=64)
    whose = models.BigIntegerField(null=True)
    organisation = models.BigIntegerField(null=True)
    purpose = models.CharField(max_length=200, blank=True)
    address = models.CharField(max_length=64, blank=True)
    read_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["reader", "read_at"], name="reading_by_reader"),
            models.Index(fields=["whose", "read_at"], name="reading_by_whose"),
            models.Index(fields=["organisation", "read_at"], name="reading_by_organisation"),
            models.Index(fields=["subject_kind", "subject"], name="reading_by_subject"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(what__in=["view", "search", "download", "export"]), name="reading_what_known"
            ),
            models.CheckConstraint(
                condition=~Q(what__in=["download", "export"]) | ~Q(purpose=""), name="reading_download_has_purpose"
            ),
        ]


class RetentionRule(models.Model):
    """How long one kind of record is kept, on which ground, and what happens then."""

    kind = models.CharField(max_length=40, unique=True)
    days = models.PositiveIntegerField()
    ground_ko = models.CharField(max_length=200)
    ground_en = models.CharField(max_length=200)


class Destruction(models.Model):
    """The register of what was destroyed under a retention rule: how many, and a digest of which."""

    kind = models.CharField(max_length=40)
    count = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    due_before = models.DateTimeField()
    destroyed_at = models.DateTimeField()
