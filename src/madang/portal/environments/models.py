"""Table of environments that jobs can name."""

from django.db import models
from django.db.models import Q

from madang.portal.constraints import choices, exactly_when, one_of
from madang.portal.environments.rules import LIVE, Kind, State
from madang.portal.files.models import StoredFile
from madang.portal.people.models import Organisation, Person


class Environment(models.Model):
    """Software for jobs. A prepared one lies in `folder` of the operator's shelf and is for everybody.

    So does an image; `digest` is its manifest's, as it was when it was offered.
    A built one is its organisation's own: made on `base` (the centre's own Python where it is null) from `lock`, `size`
    bytes large. `dropped_at` says when the machine destroyed it.
    """

    code = models.CharField(max_length=60)
    kind = models.CharField(max_length=10, choices=choices(Kind))
    state = models.CharField(max_length=10, choices=choices(State))
    name_ko = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    folder = models.CharField(max_length=100, blank=True)
    digest = models.CharField(max_length=80, blank=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="environments")
    base = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    lock = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    size = models.BigIntegerField(null=True)
    created_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            one_of("environment", "kind", Kind),
            one_of("environment", "state", State),
            models.UniqueConstraint(
                fields=["code"],
                condition=Q(state__in=sorted(state.value for state in LIVE)),
                name="environment_code_once",
            ),
            exactly_when("environment_built_of_lock", Q(kind=Kind.BUILT), "organisation", "lock"),
            exactly_when("environment_withdrawn_has_time", Q(state=State.WITHDRAWN), "withdrawn_at"),
            models.CheckConstraint(
                condition=Q(kind=Kind.BUILT, folder="") | (~Q(kind=Kind.BUILT) & ~Q(folder="")),
                name="environment_prepared_in_folder",
            ),
            models.CheckConstraint(
                condition=(Q(kind=Kind.IMAGE) & ~Q(digest="")) | (~Q(kind=Kind.IMAGE) & Q(digest="")),
                name="environment_image_has_digest",
            ),
        ]
