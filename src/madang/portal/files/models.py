"""Table of stored files: what lies under files/ in the centre's home, by content hash."""

from django.db import models
from django.db.models import Q


class StoredFile(models.Model):
    """One content, stored once. Who may read it follows from the rows that point to it."""

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=100)
    stored_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(size__gte=0), name="storedfile_size_not_negative")]
