"""Table of what tax invoices name an organisation by, beside its name and number."""

from django.db import models

from madang.portal.people.models import Organisation


class TaxParty(models.Model):
    """An organisation's representative, address, kind of business and e-mail, as its business registration says."""

    organisation = models.OneToOneField(Organisation, on_delete=models.PROTECT, related_name="tax_party")
    representative = models.CharField(max_length=60)
    address = models.CharField(max_length=150)
    business_type = models.CharField(max_length=60, blank=True)
    business_item = models.CharField(max_length=60, blank=True)
    email = models.EmailField(max_length=100)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()
