"""Rows that another thing follows, and of each thing only its first or last row."""

from __future__ import annotations

from collections.abc import Sequence

import ibis

from analytics.catalogue import Measure
from analytics.catalogue.parts import Followed
from analytics.query.facts import fact_rows
from analytics.query.selection import PERIOD, Selection, kept
from analytics.query.windows import day_literal

_END = "kept_end"
_BEGUN = "begun_at"


def with_followed(
    rows: ibis.Table, measures: Sequence[Measure], selection: Selection
) -> ibis.Table:
    """Say of each row whether what its measure waits for came within so many days.

    Returns
    -------
    ibis.Table
        The same rows with a truth value per conversion; a row whose days are not over yet is
        not followed until it is.
    """
    for measure in measures:
        if measure.followed is not None:
            rows = _flagged(rows, measure, measure.followed, selection)
    return rows


def _flagged(
    rows: ibis.Table, measure: Measure, followed: Followed, selection: Selection
) -> ibis.Table:
    columns = {followed.there, followed.dated_by, *(column for column, _ in followed.where)}
    later = fact_rows(followed.fact, columns, selection.source)
    conditions = [later[column].isin(list(values)) for column, values in followed.where]
    at = later[followed.dated_by]
    conditions.append(at < day_literal(selection.source.as_of))
    later = kept(later, conditions).select(next_owner=followed.there, next_at=at.cast("timestamp"))
    rows = rows.mutate(**{_BEGUN: rows[measure.dated_by].cast("timestamp")})
    firsts = rows.select(first_owner=followed.by, first_at=_BEGUN).distinct()
    after = later.next_at > firsts.first_at
    on = [
        firsts.first_owner == later.next_owner,
        after if followed.strictly_after else later.next_at >= firsts.first_at,
        later.next_at < firsts.first_at + ibis.interval(days=followed.within_days),
    ]
    hits = firsts.inner_join(later, on).select("first_owner", "first_at").distinct()
    # One row at most for each owner and moment: the join cannot multiply rows.
    both = [rows[followed.by] == hits.first_owner, rows[_BEGUN] == hits.first_at]
    joined = rows.left_join(hits, both)
    flag = joined.first_owner.notnull()
    return joined.mutate(**{followed.column: flag}).drop("first_owner", "first_at", _BEGUN)


def kept_ends(rows: ibis.Table, measure: Measure, selection: Selection) -> ibis.Table:
    """Keep of each thing only the rows of its first or last moment, in a trend per period."""
    keep = measure.keep
    if keep is None:
        return rows
    by = [*([PERIOD] if selection.grain is not None else []), *keep.per]
    at = rows[measure.dated_by]
    end = at.max() if keep.take == "last" else at.min()
    table = rows.mutate(**{_END: end.over(ibis.window(group_by=by)) if by else end.over()})
    return table.filter(table[measure.dated_by] == table[_END]).drop(_END)
