"""The regions of Korea as dated rows: seventeen until 30 June 2026, sixteen from 1 July 2026."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple


class RegionSeed(NamedTuple):
    """One region: its code, names, whether it belongs to the capital area, its days, and the code of its successor."""

    code: str
    name_ko: str
    short_ko: str
    name_en: str
    starts_on: date
    capital_area: bool = False
    ends_on: date | None = None
    successor: str | None = None


MERGED_ON = date(2026, 7, 1)
_MERGED = "jeonnam-gwangju"

# A region comes after its successor, so that the row it points to stands already. Regions older than the tables begin
# on the day that local self-government began (1 July 1995); later ones on the day of their present name.
SINCE = date(1995, 7, 1)
REGIONS = [
    RegionSeed(_MERGED, "전남광주통합특별시", "광주특별시", "Jeonnam-Gwangju Integrated Special City", MERGED_ON),
    RegionSeed("seoul", "서울특별시", "서울", "Seoul", SINCE, True),
    RegionSeed("busan", "부산광역시", "부산", "Busan", SINCE),
    RegionSeed("daegu", "대구광역시", "대구", "Daegu", SINCE),
    RegionSeed("incheon", "인천광역시", "인천", "Incheon", SINCE, True),
    RegionSeed("gwangju", "광주광역시", "광주", "Gwangju", SINCE, False, MERGED_ON, _MERGED),
    RegionSeed("daejeon", "대전광역시", "대전", "Daejeon", SINCE),
    RegionSeed("ulsan", "울산광역시", "울산", "Ulsan", date(1997, 7, 15)),
    RegionSeed("sejong", "세종특별자치시", "세종", "Sejong", date(2012, 7, 1)),
    RegionSeed("gyeonggi", "경기도", "경기", "Gyeonggi", SINCE, True),
    RegionSeed("gangwon", "강원특별자치도", "강원", "Gangwon", date(2023, 6, 11)),
    RegionSeed("chungbuk", "충청북도", "충북", "North Chungcheong", SINCE),
    RegionSeed("chungnam", "충청남도", "충남", "South Chungcheong", SINCE),
    RegionSeed("jeonbuk", "전북특별자치도", "전북", "Jeonbuk", date(2024, 1, 18)),
    RegionSeed("jeonnam", "전라남도", "전남", "South Jeolla", SINCE, False, MERGED_ON, _MERGED),
    RegionSeed("gyeongbuk", "경상북도", "경북", "North Gyeongsang", SINCE),
    RegionSeed("gyeongnam", "경상남도", "경남", "South Gyeongsang", SINCE),
    RegionSeed("jeju", "제주특별자치도", "제주", "Jeju", date(2006, 7, 1)),
]
