"""The words of persons and organisations: refusals (the general ones too), mails, and names of kinds and roles."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "not_unique": N_("This exists already."),
    "not_allowed_by_table": N_("These values do not go together, so nothing was saved."),
    "not_allowed_for_role": N_("Your role does not allow this."),
    "stale": N_("Someone changed this while you were working. Load the page again and compare."),
    "unavailable": N_("A part that this needs is busy or down. Nothing was lost; please try again in half a minute."),
    "not_found": N_("There is nothing here that you can see."),
    "token_needed": N_("This needs an API token: send it as “Authorization: Bearer …”."),
    "invalid": N_("Something in the request is missing or malformed."),
    "request_too_large": N_("More came than is taken at once: at most {most} bytes, files aside."),
    "database_busy": N_("The database is busy. Please try again in a moment."),
    "log_in_wrong": N_("The e-mail address and the password do not go together."),
    "log_in_throttled": N_(
        "Too many failed attempts. Please wait {minutes} minutes and try again, or reset your password."
    ),
    "log_in_needed": N_("Please log in first."),
    "name_empty": N_("Please give a name."),
    "name_malformed": N_(
        "A name cannot hold line breaks, control characters or angle brackets, nor be longer than {limit} characters."
    ),
    "email_malformed": N_("This is not an e-mail address."),
    "email_taken": N_("This e-mail address belongs to another account."),
    "password_weak": N_("This password will not do: {reasons}"),
    "password_wrong": N_("The present password is not right."),
    "link_invalid": N_("This link is not valid, or it was used already. Please ask for a new one."),
    "language_unknown": N_("Please choose Korean or English."),
    "registration_number_malformed": N_("A business registration number has ten digits, such as 123-45-67891."),
    "registration_number_check_digit": N_(
        "The last digit does not fit the others. Please compare the number with the certificate."
    ),
    "registration_number_taken": N_(
        "An organisation with this business registration number is registered already. Ask one of its owners "
        "to invite you."
    ),
    "founded_in_future": N_("The founding date cannot lie in the future."),
    "region_not_in_force": N_("This region no longer exists; please choose the one that followed it."),
    "size_class_for_companies_only": N_("Only a company has a size class."),
    "sector_for_companies_only": N_("Only a company has a sector."),
    "invitation_exists": N_("An invitation to this address is waiting already."),
    "invitation_not_waiting": N_("This invitation was accepted or withdrawn, or it has expired."),
    "invitation_other_email": N_(
        "This invitation was sent to another e-mail address than the one you are logged in with."
    ),
    "already_member": N_("This person is a member already."),
    "last_owner": N_("An organisation needs at least one owner. Make another member owner first."),
    "last_operator": N_("The centre needs at least one operator. Give another person the role first."),
    "role_held": N_("This person holds the role already."),
    "verdict_period": N_("The validity must end after it begins."),
    "verdict_exists": N_("A finding of this kind that begins on this day is recorded already."),
    "token_name_empty": N_("Please name the token, so that you can tell it from others."),
    "token_reads_only": N_("This token is for reading only. To change something, make one with full rights."),
    "mails_throttled": N_(
        "Too many mails were asked for from your network address. Please wait {minutes} minutes and try again."
    ),
    "token_days": N_("A token is valid for 1 to {limit} days."),
    "too_many_tokens": N_("You have {limit} tokens in force. Revoke one first."),
    "erase_confirm": N_("Please type your e-mail address exactly, to confirm."),
}

FORBIDDEN = frozenset({"token_reads_only"})
INPUT = frozenset(
    {
        "invalid",
        "log_in_wrong",
        "name_empty",
        "email_malformed",
        "name_malformed",
        "password_weak",
        "password_wrong",
        "link_invalid",
        "language_unknown",
        "registration_number_malformed",
        "registration_number_check_digit",
        "founded_in_future",
        "region_not_in_force",
        "size_class_for_companies_only",
        "sector_for_companies_only",
        "verdict_period",
        "token_name_empty",
        "token_days",
        "erase_confirm",
    }
)

MAILS = {
    "confirm_email": (
        N_("Please confirm your e-mail address"),
        N_(
            "Somebody, probably you, gave this address at {centre}. Open the link to confirm it. It is valid "
            "for {days} days.\n\nIf it was not you, you need not do anything."
        ),
    ),
    "already_registered": (
        N_("You have an account already"),
        N_(
            "Somebody, probably you, tried to sign up with this address at {centre}, which has an account "
            "already. You can log in, or reset the password, at the link."
        ),
    ),
    "reset_password": (
        N_("Set a new password"),
        N_(
            "Somebody, probably you, asked for a new password at {centre}. Open the link to set one. It is "
            "valid for {hours} hours.\n\nIf it was not you, you need not do anything: the password stays as it "
            "is."
        ),
    ),
    "password_changed": (
        N_("Your password was changed"),
        N_(
            "The password of your account at {centre} was changed. If it was not you, reset it at once and "
            "tell the centre."
        ),
    ),
    "invitation": (
        N_("Invitation to {organisation}"),
        N_(
            "{inviter} invites you to join {organisation} at {centre}. Open the link to accept. It is valid "
            "until {until}."
        ),
    ),
    "verdict_recorded": (
        N_("A finding about your organisation was recorded"),
        N_(
            "The centre checked your evidence and recorded a finding about {organisation}. You find it on the "
            "organisation's page."
        ),
    ),
    "email_changed": (
        N_("Your e-mail address was changed"),
        N_("The e-mail address of your account at {centre} was changed. If it was not you, tell the centre at once."),
    ),
    "role_changed": (
        N_("Your roles at the centre were changed"),
        N_("Your roles at {centre} were changed. You find them on your own page."),
    ),
}

TOKEN_SCOPES = {
    "full": N_("Everything that I may do"),
    "read": N_("Reading only"),
}
ROLES = {
    "screening_officer": N_("Screening officer"),
    "programme_manager": N_("Programme manager"),
    "approver": N_("Approver"),
    "operator": N_("Operator"),
    "auditor": N_("Auditor"),
}
MEMBER_ROLES = {"owner": N_("Owner"), "member": N_("Member")}
ORGANISATION_KINDS = {
    "company": N_("Company"),
    "university": N_("University"),
    "research_institute": N_("Research institute"),
    "public_body": N_("Public body"),
}
SIZE_CLASSES = {
    "micro": N_("Micro enterprise"),
    "small": N_("Small enterprise"),
    "medium": N_("Medium-sized enterprise"),
    "mid_sized": N_("Mid-sized enterprise"),
    "large": N_("Large enterprise"),
    "none": N_("None"),
}
SECTORS = {
    "agriculture": N_("Agriculture, forestry and fishing (A)"),
    "manufacturing": N_("Manufacturing (C)"),
    "energy": N_("Energy, water and waste (D, E)"),
    "construction": N_("Construction (F)"),
    "trade": N_("Wholesale and retail trade (G)"),
    "transport": N_("Transport and storage (H)"),
    "information": N_("Information and communication (J)"),
    "finance": N_("Finance and insurance (K)"),
    "science": N_("Professional, scientific and technical services (M)"),
    "education": N_("Education (P)"),
    "health": N_("Health and social work (Q)"),
    "culture": N_("Arts, sports and recreation (R)"),
    "other": N_("Another section (B, I, L, N, O, S to U)"),
    "none": N_("Not stated"),
}
ATTRIBUTES = {
    "young_firm": N_("Youth firm"),
    "start_up": N_("Start-up"),
    "local_firm": N_("Local firm"),
}
