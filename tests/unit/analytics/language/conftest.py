"""One understander for all tests of the language: the catalogue, and a few names."""

from __future__ import annotations

from datetime import date

import pytest

from analytics.catalogue import Catalogue, load_catalogue
from analytics.language.lexicon import Lexicon
from analytics.language.understand import Understander

AS_OF = date(2026, 6, 30)
NAMES = {
    "customer_country": ("Germany", "France"),
    "session_country": ("Germany", "France"),
    "city": ("Porto", "Málaga"),
    "product": ("Trail Phone", "Desk Lamp"),
    "service": ("Web shop", "Payment gateway"),
    "campaign": ("Spring Letters 2025",),
    "landing_page": ("/sale",),
    "assignee": ("Elif Demir",),
    "subcategory": ("wifi", "printing"),
}


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture(scope="session")
def understander(catalogue: Catalogue) -> Understander:
    return Understander(Lexicon(catalogue, NAMES))
