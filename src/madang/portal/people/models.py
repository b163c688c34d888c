"""Tables of persons, their Unix users, organisations, memberships, roles, invitations, tokens, regions and verdicts."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from madang.portal.actors import MemberRole, Role
from madang.portal.constraints import choices, exactly_when, one_of
from madang.portal.people.rules import Attribute, InvitationState, OrganisationKind, Sector, SizeClass, TokenScope


class Person(AbstractBaseUser):
    """Someone who can log in. Erasing empties name and e-mail and leaves the row, so that ids keep their meaning."""

    email = models.EmailField(max_length=254, null=True)
    name = models.CharField(max_length=80, blank=True)
    language = models.CharField(max_length=2, default="ko")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    USERNAME_FIELD = "email"

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="person_email_unique"),
            models.CheckConstraint(
                condition=(Q(erased_at__isnull=True) & Q(email__isnull=False))
                | (Q(erased_at__isnull=False) & Q(email__isnull=True) & Q(name="") & Q(is_active=False)),
                name="person_erased_is_empty",
            ),
        ]


class UnixUser(models.Model):
    """As whom a person's jobs run on the cluster; set by the centre, never by the person."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="unix_user")
    name = models.CharField(max_length=32, unique=True)
    set_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(name__regex=r"^[a-z_][a-z0-9_.-]{0,31}$") & ~Q(name="root"), name="unixuser_name_fit"
            )
        ]


class Region(models.Model):
    """A region between two dates, with its successor; [starts_on, ends_on)."""

    code = models.CharField(max_length=20, unique=True)
    name_ko = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60)
    short_ko = models.CharField(max_length=20)
    capital_area = models.BooleanField(default=False)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    successor = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="predecessors")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")), name="region_ends_after_start"
            ),
            exactly_when("region_ended_has_successor", Q(ends_on__isnull=False), "successor"),
        ]


class Organisation(models.Model):
    """A company, university, research institute or public body. `registration_number` is ten digits."""

    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    kind = models.CharField(max_length=20, choices=choices(OrganisationKind))
    size_class = models.CharField(max_length=12, choices=choices(SizeClass), default=SizeClass.NONE)
    sector = models.CharField(max_length=20, choices=choices(Sector), default=Sector.NONE)
    registration_number = models.CharField(max_length=10, unique=True)
    founded_on = models.DateField()
    region = models.ForeignKey(Region, on_delete=models.PROTECT)
    # as the centre writes it; the same name, whatever its spaces and capitals, is the same group of firms
    firm_group = models.CharField(max_length=80, blank=True)
    generated = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            one_of("organisation", "kind", OrganisationKind),
            one_of("organisation", "size_class", SizeClass),
            one_of("organisation", "sector", Sector),
            models.CheckConstraint(
                condition=Q(sector="none") | Q(kind="company"), name="organisation_sector_of_companies"
            ),
            models.CheckConstraint(
                condition=Q(registration_number__regex=r"^[0-9]{10}$"), name="organisation_number_ten_digits"
            ),
        ]


class Verdict(models.Model):
    """What was found about an organisation, by whom, on which evidence, valid [valid_from, valid_until)."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="verdicts")
    attribute = models.CharField(max_length=20, choices=choices(Attribute))
    holds = models.BooleanField()
    evidence = models.CharField(max_length=200)
    checked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField()
    valid_from = models.DateField()
    valid_until = models.DateField()

    class Meta:
        constraints = [
            one_of("verdict", "attribute", Attribute),
            models.CheckConstraint(condition=Q(valid_until__gt=F("valid_from")), name="verdict_ends_after_start"),
            models.UniqueConstraint(fields=["organisation", "attribute", "valid_from"], name="verdict_once_a_day"),
        ]


class Membership(models.Model):
    """A person in an organisation, [joined_at, left_at)."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="memberships")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=choices(MemberRole))
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            one_of("membership", "role", MemberRole),
            models.UniqueConstraint(
                fields=["organisation", "person"], condition=Q(left_at__isnull=True), name="membership_once"
            ),
        ]


class StaffRole(models.Model):
    """A role in the public body held by a person, [granted_at, ended_at)."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="staff_roles")
    role = models.CharField(max_length=20, choices=choices(Role))
    granted_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            one_of("staffrole", "role", Role),
            models.UniqueConstraint(
                fields=["person", "role"], condition=Q(ended_at__isnull=True), name="staffrole_once"
            ),
        ]


class Invitation(models.Model):
    """An invitation by e-mail into an organisation; the link's secret is stored hashed."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(max_length=254)
    role = models.CharField(max_length=10, choices=choices(MemberRole))
    secret_hash = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=10, choices=choices(InvitationState), default=InvitationState.WAITING)
    invited_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            one_of("invitation", "state", InvitationState),
            exactly_when("invitation_accepted_by_whom", Q(state="accepted"), "accepted_by", "accepted_at"),
            models.UniqueConstraint(
                Lower("email"), "organisation", condition=Q(state="waiting"), name="invitation_waiting_once"
            ),
        ]


class ApiToken(models.Model):
    """A secret for the API: shown once, stored as a hash, expiring, revocable; `scope` says what it is good for."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=60)
    shown_start = models.CharField(max_length=12)
    scope = models.CharField(max_length=10, choices=choices(TokenScope), default=TokenScope.FULL)
    secret_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_on = models.DateField(null=True)

    class Meta:
        constraints = [one_of("apitoken", "scope", TokenScope)]


class LoginFailure(models.Model):
    """A failed log-in, counted by a keyed digest of e-mail and of address; kept a day."""

    digest = models.CharField(max_length=64)
    failed_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["digest", "failed_at"], name="loginfailure_recent")]
