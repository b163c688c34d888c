"""The rows of the tables of access for what facilities ask of people and what happens at them, with A's things."""

from __future__ import annotations

import struct
import zlib
from datetime import date, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from factories import NOW, actor, make_facility

from madang.portal.awards.models import Award
from madang.portal.bookedjobs import actions as bookedjobs
from madang.portal.bookings import actions as bookings
from madang.portal.facilities import actions as facilities
from madang.portal.facilities.models import Facility
from madang.portal.facilities.rules import FacilityFileKind
from madang.portal.files.actions import store
from madang.portal.files.rules import EVERYTHING
from madang.portal.incidents import actions as incidents
from madang.portal.incidents.rules import IncidentKind, Severity
from madang.portal.jobs.rules import Shape
from madang.portal.qualifications import actions as qualifications
from madang.portal.resources.models import Pool
from madang.values import Period

PAGES = """
my-qualifications        Looooooooooo Looooooooooo
qualifications           Lnnnnnnooooo Lnnnnnnooooo
qualification            Lnnnnnnooooo Lnnnnnnooooo
qualification-new        Lnnnnnnnonon Lnnnnnnnonon
grant-new                Lnnnnnnnonon Lnnnnnnnrnrn
grant-revoke             Lnnnnnnnonon Lnnnnnnnrnrn
grant-file               Lnnonnnooooo Lnnonnnooooo
facility-needs           Lnnnnnnnonon Lnnnnnnnmnmn
sessions                 Looooooooooo Looooooooooo
facility-operators       Lnnnnnnnonon Lnnnnnnnmnmn
facility-fee             Lnnnnnnnonon Lnnnnnnnmnmn
incidents                Looooooooooo Looooooooooo
incident                 Lnoonnnooooo Lnoonnnooooo
incident-new             Looooooooooo Lrrrrrrrrrrr
incident-file            Lnoonnnooooo Lnoonnnooooo
incident-block           Lnnnnnnnonon Lnnnnnnnrnrn
facility-here            Lommoooomomo Lommoooomomo
facility-file            oooooooooooo oooooooooooo
facility-file-new        Lnnnnnnnonon Lnnnnnnnrnrn
facility-file-remove     Lnnnnnnnonon Lnnnnnnnmnmn
facility-door            Lnnnnnnnonon Lnnnnnnnonon
facility-door-drawing    Lnnnnnnnonon Lnnnnnnnonon
booking-job              Lnoonnnnnnnn Lnrrnnnnnnnn
booking-job-drop         Lnoonnnnnnnn Lnmmnnnnnnnn
"""

OPERATIONS = """
list_qualifications      oooooooooooo
add_qualification        annnnnnroror
list_facility_qualifications oooooooooooo
set_facility_qualifications annnnnnroror
list_qualification_grants aooooooooooo
grant_qualification      annnnnnroror
revoke_qualification     annnnnnroror
list_operator_sessions   aooooooooooo
set_facility_operators   annnnnnroror
get_facility_fee         oooooooooooo
set_facility_fee         annnnnnroror
price_booking            anoonnnooror
list_incidents           aooooooooooo
report_incident          aooorrrroror
get_incident             anoonnnooooo
move_incident            annnnnnroror
block_for_incident       annnnnnroror
list_facility_files      oooooooooooo
add_facility_file        annnnnnroror
remove_facility_file     annnnnnroror
get_facility_door        annnnnnroror
get_booked_job           anoonnnooooo
set_booked_job           anoonnnrrrrr
drop_booked_job          anoonnnrrrrr
"""
REPORT = {"kind": "damage", "severity": "slight", "what": "x", "words": "x"}


def photo() -> SimpleUploadedFile:
    """The smallest picture that is one."""
    ends = struct.pack(">I", 0) + b"IEND" + struct.pack(">I", zlib.crc32(b"IEND"))
    head = b"IHDR" + struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    data = struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))
    return SimpleUploadedFile("car.png", b"\x89PNG\r\n\x1a\n" + data + ends)


def make_places(world: Any) -> None:
    """A qualification that the dome asks for and the owner holds, with a paper; a report from A's booking."""
    manager, owner = actor(world.people["manager"]), actor(world.people["owner"])
    by = {"by": manager, "now": NOW}
    paper = store(now=NOW, name="proof.pdf", allowed=EVERYTHING, upload_chunks=[b"%PDF-1.7 proof"])
    kept = {"file": paper, "file_name": "proof.pdf"}
    qualifications.add(**by, code="laser", name_ko="레이저 안전교육", name_en="Laser safety")
    qualifications.require(**by, facility=Facility.objects.get(code="dome").pk, codes=["laser"])
    held = qualifications.grant(**by, code="laser", email=world.people["owner"].email, given_on=date(2026, 3, 1),
                                expires_on=date(2027, 3, 1), evidence="No. 7", **kept)  # fmt: skip
    told = incidents.report(
        by=owner, now=NOW - timedelta(hours=1), facility=Facility.objects.get(code="car").pk, what="Scratch",
        kind=IncidentKind.DAMAGE, severity=Severity.SLIGHT, words="On the door", booking=world.places["booking"]["pk"],
        **kept,
    )  # fmt: skip
    picture = store(now=NOW, name="car.png", allowed=EVERYTHING, upload_chunks=photo().chunks())
    shown = {
        "kind": FacilityFileKind.PHOTO,
        "file": picture,
        "file_name": "car.png",
        "words_ko": "차",
        "words_en": "Car",
    }
    car = Facility.objects.get(code="car")
    pictured = facilities.add_file(**by, facility=car.pk, **shown)
    for name in ("facility-file", "facility-file-remove"):
        world.places[name] = {"code": "car", "pk": pictured.pk}
    world.places["facility-file-new"] = {"code": "car"}
    _make_booked_job(world)
    for name in ("qualification", "grant-new"):
        world.places[name] = {"code": "laser"}
    for name in ("grant-revoke", "grant-file"):
        world.places[name] = {"pk": held.pk}
    for name in ("facility-needs", "facility-operators", "facility-fee", "incident-new", "facility-here",
                 "facility-door", "facility-door-drawing"):  # fmt: skip
        world.places[name] = {"code": "car"}
    for name in ("incident", "incident-file", "incident-block"):
        world.places[name] = {"pk": told.pk}


def _make_booked_job(world: Any) -> None:
    """A simulator that A has booked, with a job in A's running award."""
    award = Award.objects.get(number=world.places["award"]["number"])
    pool = award.lines.get().product.pool
    Pool.objects.filter(pk=pool.pk).update(runs_jobs=True)
    when = Period(NOW + timedelta(hours=2), NOW + timedelta(hours=4))
    by = {"by": actor(world.people["owner"]), "now": NOW}
    given = {"organisation": award.organisation_id, "facilities": [make_facility(code="sim", kind="simulator").pk]}
    booking = bookings.book(**by, **given, period=when, purpose="Drive")
    shape = Shape(1 if pool.unit == "gpu" else 0, 1, 512, 600)
    wanted = bookedjobs.Wanted(award, Pool.objects.get(pk=pool.pk), "drive", ["true"], shape)
    bookedjobs.choose(**by, booking=booking.pk, wanted=wanted)
    for name in ("booking-job", "booking-job-drop"):
        world.places[name] = {"pk": booking.pk}


def given_of_places(places: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What stands in the paths of these operations."""
    names = ("list_facility_qualifications", "set_facility_qualifications", "set_facility_operators", "report_incident",
             "get_facility_fee", "set_facility_fee",
             "get_facility_door", "list_facility_files", "add_facility_file")  # fmt: skip
    carried = {"booking": places["booking-job"]["pk"]}
    report = {"report": places["incident"]["pk"]}
    return {name: {"code": "car"} for name in names} | {
        "remove_facility_file": {"code": "car", "file": places["facility-file"]["pk"]},
        "grant_qualification": {"code": "laser"},
        "revoke_qualification": {"grant": places["grant-revoke"]["pk"]},
        **dict.fromkeys(("get_booked_job", "set_booked_job", "drop_booked_job"), carried),
        **dict.fromkeys(("get_incident", "move_incident", "block_for_incident"), report),
    }


def body_of_places(world: Any) -> dict[str, dict[str, Any]]:
    """What is sent to them."""
    days = {"given_on": "2026-03-01", "expires_on": "2027-03-01"}
    amounts = {"wall_seconds": 600, "gpus": 1 if Pool.objects.filter(runs_jobs=True, unit="gpu").exists() else 0}
    when = {"starts_at": "2026-05-03T01:00:00Z", "ends_at": "2026-05-03T02:00:00Z"}
    return {
        "add_qualification": {"code": "crane", "name_ko": "x", "name_en": "x"},
        "set_facility_qualifications": {"qualifications": ["laser"]},
        "grant_qualification": {"email": world.people["member"].email, "evidence": "x", **days},
        "revoke_qualification": {"why": "x"},
        "set_facility_fee": {"product": None},
        "set_facility_operators": {"emails": [world.people["officer"].email]},
        "move_incident": {"to": "seen", "version": 1},
        "block_for_incident": {"version": 1, **when},
        "set_booked_job": {"award": world.places["award"]["number"], "name": "x", "argv": ["true"], **amounts},
    }
