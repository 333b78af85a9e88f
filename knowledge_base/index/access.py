"""Who may see which rows of an open index, decided before anything is ranked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import numpy as np

from knowledge_base.index.content import Content
from knowledge_base.index.delta import OpenIndex
from knowledge_base.index.legs import Allowed
from knowledge_base.model import EVERYONE, Pool

_REMEMBERED = 64

_Scope = tuple[tuple[str, ...], tuple[str, ...]]
"""Groups and pools of a search."""


def may_read(acl: Collection[str], groups: Collection[str]) -> bool:
    """Return whether an asker of these groups may read what has this access list.

    An empty list admits nobody; `everyone` on it admits everybody.
    """
    return EVERYONE in acl or bool(set(acl) & set(groups))


@dataclass(slots=True)
class OpenContent:
    """A snapshot in use, with what is worth keeping between queries."""

    index: OpenIndex
    content: Content
    _allowed: dict[_Scope, Allowed] = field(default_factory=dict)
    _phrases: dict[_Scope, dict[str, bool]] = field(default_factory=dict)

    def allowed(self, groups: Collection[str], pools: Sequence[Pool]) -> Allowed:
        """Return the rows of these pools that the groups may read; removed ones are never among."""
        scope = _scope(groups, pools)
        held = self._allowed.get(scope)
        if held is None:
            content = self.content
            verdicts = [may_read(acl, groups) and pool in pools for acl, pool in content.kinds]
            flags = np.asarray(verdicts, dtype=bool)[content.kind_of] & content.live
            held = Allowed(documents=flags, passages=flags[content.passage_document])
            if len(self._allowed) >= _REMEMBERED:
                oldest = next(iter(self._allowed), scope)
                self._allowed.pop(oldest, None)
                self._phrases.pop(oldest, None)
            self._allowed[scope] = held
        return held

    def phrases(self, groups: Collection[str], pools: Sequence[Pool]) -> dict[str, bool]:
        """Return what is remembered of which phrases stand in those rows."""
        return self._phrases.setdefault(_scope(groups, pools), {})


def _scope(groups: Collection[str], pools: Sequence[Pool]) -> _Scope:
    return tuple(sorted(set(groups))), tuple(sorted(set(pools)))
