"""What people read about the catalogue: refusals, kinds, states, the columns of its sheet."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "facility_code_malformed": N_("A code has 1 to 30 Latin letters, digits and hyphens."),
    "facility_code_known": N_("Another facility has this code already."),
    "facility_code_twice": N_("This code stands in an earlier row of the file."),
    "facility_name_needed": N_("Please give the name in Korean and in English."),
    "facility_text_too_long": N_("This text is longer than {most} letters."),
    "facility_number_out_of_range": N_("This has to be a whole number from {least} to {most}."),
    "facility_hours_wrong": N_("Opening and closing are quarters of an hour such as 09:00 and 18:00, in this order."),
    "facility_fixed": N_("It has been booked already, or has a fee, so its kind and its grain stay as they are."),
    "facility_choice_unknown": N_("{value} is none of the values for this column: {known}."),
    "facility_day_unreadable": N_("{value} is no day such as 2026-12-31."),
    "facilities_heading_missing": N_("The first row of the file has no column for: {columns}."),
    "facilities_too_many_rows": N_("The file has more than {most} rows."),
    "facilities_have_faults": N_("{rows} rows cannot be read, so nothing was stored. Mend them in the file."),
    "facilities_none": N_("The file has no row below its headings."),
    "responsible_unknown": N_("Nobody with an account has this e-mail address."),
    "facility_file_words_needed": N_("Say in both languages what it shows or is, in at most {most} letters."),
    "facility_files_full": N_("A facility has at most {most} photos and manuals. Take one away first."),
    "accessory_wrong": N_("Write one accessory a line: name | English name | number. No name stands twice."),
}
FILE_KINDS = {"photo": N_("Photo (PNG or JPEG)"), "manual": N_("Manual (PDF)")}
INPUT = frozenset(
    {
        "facility_code_malformed", "facility_code_known", "facility_name_needed", "facility_text_too_long",
        "facility_number_out_of_range", "facility_hours_wrong", "facility_choice_unknown", "facility_day_unreadable",
        "facilities_heading_missing", "facilities_too_many_rows", "facilities_have_faults",
        "facilities_none", "responsible_unknown", "accessory_wrong", "facility_code_twice",
        "facility_file_words_needed",
    }
)  # fmt: skip

FACILITY_KINDS = {
    "equipment": N_("Demonstration equipment"),
    "simulator": N_("Simulator"),
    "room": N_("Room"),
    "seat": N_("Seat"),
}
FIELDS = {
    "mobility": N_("Mobility"),
    "energy": N_("Energy"),
    "healthcare": N_("Healthcare"),
    "other": N_("Other field"),
}
SAFETY = {
    "open": N_("Nothing special"),
    "instructed": N_("After an instruction"),
    "supervised": N_("Only with staff present"),
}
SLOT_GRAINS = {"quarter": N_("By the quarter of an hour"), "day": N_("By the day")}
STATES = {"in_use": N_("In service"), "repair": N_("In repair"), "retired": N_("Out of service")}
WEEKDAYS = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))

COLUMNS = {
    "code": N_("Code"),
    "name_ko": N_("Name in Korean"),
    "name_en": N_("Name in English"),
    "kind": N_("Class"),
    "field": N_("Field of use"),
    "maker": N_("Maker"),
    "model": N_("Model"),
    "specification_ko": N_("Specification in Korean"),
    "specification_en": N_("Specification in English"),
    "place_ko": N_("Place in Korean"),
    "place_en": N_("Place in English"),
    "safety": N_("Safety class"),
    "responsible": N_("E-mail of who is responsible"),
    "grain": N_("How it is booked"),
    "opens": N_("Opens at"),
    "closes": N_("Closes at"),
    "weekdays": N_("Open on (1 Monday to 7 Sunday)"),
    "before": N_("Kept free before (quarters or days)"),
    "after": N_("Kept free after (quarters or days)"),
    "notice_hours": N_("Notice (hours)"),
    "ahead_days": N_("Ahead at most (days)"),
    "longest": N_("Longest booking (quarters or days)"),
    "grace_minutes": N_("Released when nobody came after (minutes)"),
    "each_night": N_("One person a night at most (quarters or days)"),
    "needs_approval": N_("Needs approval"),
    "calibrated_until": N_("Calibrated until"),
    "accessories": N_("Accessories"),
    "product": N_("Charged as (code of the product)"),
}
