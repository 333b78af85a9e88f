"""Units that a number is wanted in: its own say nothing new, another currency is refused."""

from __future__ import annotations

from analytics.language.scene import Scene

_CURRENCIES: dict[str, str] = {
    "euro": "EUR", "eur": "EUR", "usd": "USD", "dollar": "USD", "gbp": "GBP", "pound": "GBP",
    "sterling": "GBP", "chf": "CHF", "franc": "CHF", "yen": "JPY", "jpy": "JPY", "krona": "SEK",
    "sek": "SEK", "krone": "NOK", "nok": "NOK", "dkk": "DKK", "zloty": "PLN", "pln": "PLN",
    "rupee": "INR", "inr": "INR", "cad": "CAD", "aud": "AUD",
}  # fmt: skip
_OWN: dict[str, frozenset[str]] = {
    "money": frozenset({"money"}), "cash": frozenset({"money"}), "monetary": frozenset({"money"}),
    "point": frozenset({"score", "percent", "number", "fraction"}),
    "number": frozenset({"count", "number", "score"}),
    "figure": frozenset({"count", "money", "number", "score"}),
    "absolute": frozenset({"count", "money", "number", "score", "hours", "minutes", "seconds"}),
}  # fmt: skip


def read_unit_words(scene: Scene) -> None:
    """Use up a unit that is the metric's own; say so where it is not."""
    for index in scene.find(lambda t: t.cue == "in_unit"):
        words = scene.tags[index].text.split()
        units = {scene.catalogue.metric(m).unit for m in scene.draft.metrics}
        code = next((_CURRENCIES[w] for w in words if w in _CURRENCIES), None)
        if code is not None:
            _read_currency(scene, index, code)
            continue
        fitting = next((_OWN[w] for w in words if w in _OWN), frozenset())
        if units <= fitting:
            scene.use(index)


def _read_currency(scene: Scene, index: int, code: str) -> None:
    units = {scene.catalogue.metric(m).unit for m in scene.draft.metrics}
    own = scene.catalogue.currency
    if "money" not in units:
        return  # the word stays unexplained
    scene.use(index)
    if code != own:
        held = f"in {own}" if own else "in the currency of the tables"
        said = scene.tags[index].norm.removeprefix("in ")
        scene.problems.append(f"Money is kept {held} and is not converted to {said}.")
