"""What countries are called beside their names: adjectives and short forms ("Dutch", "UK")."""

from __future__ import annotations

ALSO_CALLED: dict[str, str] = {
    "United Kingdom": "UK|Britain|Great Britain|British|GB", "Ireland": "Irish",
    "Germany": "German|Deutschland", "Netherlands": "Dutch|Holland|the Netherlands",
    "Belgium": "Belgian", "France": "French", "Spain": "Spanish", "Portugal": "Portuguese",
    "Italy": "Italian", "Austria": "Austrian", "Switzerland": "Swiss", "Denmark": "Danish",
    "Sweden": "Swedish", "Norway": "Norwegian", "Finland": "Finnish", "Poland": "Polish",
    "Czechia": "Czech|Czech Republic", "Czech Republic": "Czech|Czechia", "Hungary": "Hungarian",
    "Romania": "Romanian", "Bulgaria": "Bulgarian", "Greece": "Greek", "Croatia": "Croatian",
    "Luxembourg": "Luxembourgish", "Estonia": "Estonian", "Latvia": "Latvian",
    "Lithuania": "Lithuanian", "Slovakia": "Slovak|Slovakian", "Slovenia": "Slovenian",
    "Ukraine": "Ukrainian", "Turkey": "Turkish|Türkiye", "Russia": "Russian",
    "United States": "USA|United States of America|America|American",
    "USA": "United States|United States of America|America|American", "Canada": "Canadian",
    "Mexico": "Mexican", "Brazil": "Brazilian", "Argentina": "Argentinian|Argentine",
    "Chile": "Chilean", "Australia": "Australian", "New Zealand": "New Zealander",
    "Japan": "Japanese", "China": "Chinese", "India": "Indian", "South Korea": "Korean",
    "Singapore": "Singaporean", "Israel": "Israeli", "South Africa": "South African",
    "Nigeria": "Nigerian", "Egypt": "Egyptian", "Morocco": "Moroccan",
    "EIRE": "Ireland|Irish", "United Arab Emirates": "UAE|Emirati",
    "Saudi Arabia": "Saudi|Saudi Arabian", "Iceland": "Icelandic", "Malta": "Maltese",
    "Cyprus": "Cypriot",
}  # fmt: skip
"""By the name as tables have it; several words for one are parted by bars."""


def also_called(name: str) -> tuple[str, ...]:
    """Return the other words for a country; none for what is no country known here."""
    words = ALSO_CALLED.get(name)
    return tuple(words.split("|")) if words else ()
