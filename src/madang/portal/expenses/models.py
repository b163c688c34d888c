"""Tables of what the centre spends: sheets by period, their lines, and the months that agreed sheets stand for."""

from django.db import models
from django.db.models import Q

from madang.portal.constraints import choices, exactly_when, one_of
from madang.portal.expenses.rules import ExpenseKind, SheetState
from madang.portal.people.models import Person
from madang.portal.resources.models import Pool


class ExpenseSheet(models.Model):
    """All that was spent in `length` months, rent apart; `version` counts changes. An agreed one is replaced only."""

    first_month = models.CharField(max_length=7)
    length = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=choices(SheetState), default=SheetState.DRAFT)
    version = models.PositiveIntegerField(default=1)
    entered_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    agreed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            one_of("expensesheet", "state", SheetState),
            models.CheckConstraint(condition=Q(length__in=[1, 3, 6, 12]), name="expensesheet_length_known"),
            models.CheckConstraint(
                condition=Q(first_month__regex=r"^[0-9]{4}-(0[1-9]|1[0-2])$"), name="expensesheet_month_written"
            ),
            exactly_when("expensesheet_agreed_when", ~Q(state="draft"), "agreed_at"),
            models.UniqueConstraint(
                fields=["first_month", "length"], condition=Q(state="draft"), name="expensesheet_one_draft"
            ),
        ]


class ExpenseLine(models.Model):
    """Won spent on one thing by one document, for one pool or, where none is named, for all pools of GPUs."""

    sheet = models.ForeignKey(ExpenseSheet, on_delete=models.CASCADE, related_name="lines")
    kind = models.CharField(max_length=15, choices=choices(ExpenseKind))
    pool = models.ForeignKey(Pool, null=True, on_delete=models.PROTECT, related_name="+")
    amount = models.BigIntegerField()
    document = models.CharField(max_length=200)

    class Meta:
        constraints = [
            one_of("expenseline", "kind", ExpenseKind),
            models.CheckConstraint(condition=Q(amount__gte=0), name="expenseline_not_negative"),
        ]


class ExpenseMonth(models.Model):
    """A month and the one agreed sheet that stands for it, so that no two periods overlap."""

    month = models.CharField(max_length=7, unique=True)
    sheet = models.ForeignKey(ExpenseSheet, on_delete=models.PROTECT, related_name="months")
