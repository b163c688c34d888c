"""The national round of spring 2026 as the press reported it, and what our drawing adds where it says nothing."""

from __future__ import annotations

GPUS_PER_SERVER = 8

# Reported on 3 March 2026 (Newsis, Asia Business Daily): demand, capacity given, and awards by kind of applicant.
APPLICATIONS = 514
SERVERS_ASKED = 1_714
SERVERS_GIVEN = 528
PROJECTS_AWARDED = 159
ACADEMIA_GPUS_ASKED = 8_600
GPUS_AWARDED = {"university": 2_624, "company": 1_288, "research_institute": 312}

# Reported in December 2025: the limits of one application in servers, and the first tranche that was bought.
LIMITS = {"h200": (2, 32), "b200": (2, 16)}
SERVERS_BOUGHT = {"h200": 287, "b200": 255}

# Reported prices, won for one eight-GPU server and month; academia and research pay nothing, young firms half.
SERVER_MONTH_WON = {"h200": 3_200_000, "b200": 6_400_000}
# SMEs were reported to pay 5 to 10 per cent of the market price: at 10 per cent the market asks ten times as much.
MARKET_SERVER_MONTH_WON = {"h200": 32_000_000, "b200": 64_000_000}

# Not reported, so drawn or divided by us, and marked as generated wherever it is shown:
# the applications by kind, the rest of the demand by kind (in the proportion of the awards), and the pools' split.
APPLICATIONS_BY_KIND = {"university": 322, "company": 158, "research_institute": 34}
SERVERS_ASKED_BY_KIND = {"university": 1_075, "company": 528, "research_institute": 111}
SERVERS_FUNDED = {"h200": 287, "b200": 241}

# Announced for 2024: kinds of demonstration equipment in mobility, energy and healthcare; no list was published.
EQUIPMENT = 77
