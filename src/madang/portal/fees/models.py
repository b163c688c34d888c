"""The table of what facilities are charged as; one that is not in it costs nothing."""

from django.db import models

from madang.portal.facilities.models import Facility
from madang.portal.resources.models import Product


class FacilityFee(models.Model):
    """The product as which bookings of a facility are charged, from when it was set on."""

    facility = models.OneToOneField(Facility, primary_key=True, on_delete=models.CASCADE, related_name="fee")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
