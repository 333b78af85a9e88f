"""Customers hit by incidents: people picked by an attribute are counted once each."""

from __future__ import annotations

from analytics.language.nouns import is_counted
from analytics.language.scene import Scene
from analytics.model import CustomerCondition, Filter


def settle_hit(scene: Scene, filters: list[Filter]) -> None:
    """`how many premium customers were hit`: customers, not the sum over incidents.

    The metric sums what every incident says of itself; an attribute of customers asks which of
    them were hit, so each counts once.
    """
    draft = scene.draft
    if draft.metrics != ["customers affected"] or draft.dimensions or draft.grain is not None:
        return
    catalogue = scene.catalogue
    counted = any(
        "customers" in t.metrics and is_counted(scene, i) for i, t in enumerate(scene.tags)
    )
    of_people = [f for f in filters if catalogue.dimension(f.dimension).entity == "customer"]
    if not (counted and of_people) or "customers" not in catalogue.metrics:
        return
    of_incidents = tuple(f for f in filters if f not in of_people)
    if not all(catalogue.has_dimension("incidents", f.dimension) for f in of_incidents):
        return
    draft.metrics = ["customers"]
    draft.conditions.append(
        CustomerCondition(metric="incidents", filters=of_incidents, period=draft.period)
    )
    draft.period = None
    filters[:] = of_people
