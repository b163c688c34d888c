"""Table of what was found of possible matches between reviewers and applicants."""

from django.db import models
from django.db.models import Q

from madang.portal.people.models import Organisation, Person
from madang.portal.reviews.models import Reviewer


class MatchAnswer(models.Model):
    """Whether a reviewer is (or is too close to) somebody of an organisation, as names or addresses suggested.

    It holds as long as the match rests on the same names and addresses, whose digest is `rests_on`; an answer that was
    given anew has `replaced_at`.
    """

    reviewer = models.ForeignKey(Reviewer, on_delete=models.CASCADE, related_name="match_answers")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    rests_on = models.CharField(max_length=64)
    same = models.BooleanField()
    reason = models.CharField(max_length=500)
    answered_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["reviewer", "organisation", "rests_on"],
                condition=Q(replaced_at__isnull=True),
                name="matchanswer_once",
            )
        ]
