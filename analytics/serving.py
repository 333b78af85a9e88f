"""Insights as a server gives them: today's data, and only what the asker may see."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import date
from typing import Final

from analytics.catalogue import Catalogue
from analytics.insights import CatalogueInsights
from analytics.model import Finding, InsightOutcome
from analytics.ports import Warehouse
from analytics.query.rights import EVERYONE, RestrictedWarehouse, Rights, RowRule, visible

MOST_VIEWS: Final = 16
"""Understandings kept at once; one holds the words of everything its askers may see."""

View = tuple[frozenset[str], frozenset[str], tuple[RowRule, ...]]


def rights_of_groups(groups: Sequence[str]) -> Rights:
    """Return the rights of members of some groups: definitions by group, all rows."""
    return Rights(groups=tuple(groups))


class ServedInsights:
    """Understands and answers for each kind of asker, and anew when data or rights change.

    Askers who may see the same share one understanding. The words of a question are looked up
    among permitted values only, so what somebody may not see is neither counted nor suggested.

    Parameters
    ----------
    warehouse, catalogue
        All the data and all definitions.
    make
        Builds insights over the part of both that an asker may see.
    rights_of
        What members of some groups may see.
    """

    def __init__(
        self,
        *,
        warehouse: Warehouse,
        catalogue: Catalogue,
        make: Callable[[Warehouse, Catalogue], CatalogueInsights],
        rights_of: Callable[[Sequence[str]], Rights] = rights_of_groups,
    ) -> None:
        self._warehouse, self._catalogue = warehouse, catalogue
        self._make, self._rights_of = make, rights_of
        self._lock = threading.Lock()
        self._views: OrderedDict[View, CatalogueInsights] = OrderedDict()
        self._version = ""

    def ask(
        self,
        text: str,
        *,
        turns: Sequence[str] = (),
        as_of: date | None = None,
        groups: Sequence[str] = (EVERYONE,),
    ) -> InsightOutcome:
        """Answer, ask back or refuse, from what members of `groups` may see."""
        return self._view(groups).ask(text, turns=turns, as_of=as_of)

    def next_questions(
        self, finding: Finding, *, groups: Sequence[str] = (EVERYONE,)
    ) -> tuple[str, ...]:
        """Return up to three questions that make sense next and that the asker may ask."""
        return self._view(groups).next_questions(finding)

    def suggest(self, prefix: str, *, groups: Sequence[str] = (EVERYONE,)) -> tuple[str, ...]:
        """Return up to eight questions that begin like a prefix and that the asker may ask."""
        return self._view(groups).suggest(prefix)

    def warm_up(self) -> None:
        """Read what everybody may see, and check the questions that typing leads to first."""
        self._view((EVERYONE,)).warm_up()

    def examples(self, *, groups: Sequence[str] = (EVERYONE,)) -> tuple[str, ...]:
        """Return questions that can be answered for members of `groups`."""
        return self._view(groups).examples()

    def _view(self, groups: Sequence[str]) -> CatalogueInsights:
        rights = self._rights_of(groups)
        catalogue = visible(self._catalogue, rights)
        key = (frozenset(catalogue.metrics), frozenset(catalogue.dimensions), rights.rows)
        version = self._warehouse.version()
        with self._lock:
            if version != self._version:
                self._views.clear()  # other data have other values to be named
                self._version = version
            if key not in self._views:
                warehouse = self._warehouse
                if rights.rows:
                    warehouse = RestrictedWarehouse(warehouse, self._catalogue, rights)
                self._views[key] = self._make(warehouse, catalogue)
                while len(self._views) > MOST_VIEWS:
                    self._views.popitem(last=False)
            self._views.move_to_end(key)
            return self._views[key]
