"""An experiment in a table: one row for each person, with the variant and what was measured."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from analytics.customers.experiments import (
    SRM_ALPHA,
    Arm,
    Effect,
    arm_of,
    compare,
    cuped,
    people_needed,
    sample_ratio_p,
    verdict_of,
)
from analytics.errors import InputError
from analytics.tables.reading import Floats, UserTable
from analytics.tables.report import Report

CONTROL_NAMES: Final = ("control", "a", "baseline", "original", "0", "false", "holdout")
_MIN_PEOPLE: Final = 2
_MOST_VARIANTS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentOptions:
    """Which columns hold what."""

    variant: str
    metric: str
    control: str | None = None
    """Name of the control; without it, the group that is called so."""
    covariate: str | None = None
    """Known before the experiment, of the same people."""
    split: Mapping[str, float] | None = None
    """Planned weight of each group; equal without it."""


def analyse_experiment(table: UserTable, options: ExperimentOptions) -> Report:
    """Read an experiment.

    Raises
    ------
    InputError
        When a column is missing or no number, there is no second group, a group has fewer than
        two people, or the control cannot be told.
    """
    groups, values, before, notes = _rows(table, options)
    names = sorted(set(groups))
    control_name = _control(names, options)
    counts = {name: int((groups == name).sum()) for name in names}
    _check(table, options, counts)
    srm_p = sample_ratio_p(counts, options.split)
    plain = {name: arm_of(name, values[groups == name]) for name in names}
    raw = _compared(plain, control_name)
    arms, effects, taken = plain, raw, None
    if before is not None:
        adjusted, taken = cuped(values, before)
        arms = {name: arm_of(name, adjusted[groups == name]) for name in names}
        effects = _compared(arms, control_name)
        notes += _covariate_notes(groups, before, control_name, options.covariate or "")
    first = min(effects, key=lambda each: (each.p_adjusted, each.variant))
    told = [_told(effect, srm_p) for effect in effects]
    values_out: dict[str, object] = {
        "n": len(values),
        "control": control_name,
        "variants": [
            {
                "name": name,
                "n": plain[name].n,
                "mean": plain[name].mean,
                "sd": math.sqrt(plain[name].variance),
            }
            for name in names
        ],
        "srm": {"p": srm_p, "mismatch": srm_p < SRM_ALPHA},
        "srm_p": srm_p,
        **next(each for each in told if each["variant"] == first.variant),
        "effects": told,
        "method": "Welch's t-test" + (" after CUPED" if before is not None else ""),
        "people_per_group_for_5_percent": people_needed(arms[control_name], 0.05),
        "notes": [*table.notes, *notes],
    }
    if taken is not None:
        values_out["variance_removed_fraction"] = taken
        values_out["unadjusted"] = [_told(effect, srm_p) for effect in raw]
    return Report(
        values=values_out,
        lines=_lines(options, plain, effects, srm_p, (*table.notes, *notes)),
    )


def _rows(
    table: UserTable, options: ExperimentOptions
) -> tuple[npt.NDArray[np.object_], Floats, Floats | None, tuple[str, ...]]:
    groups, values = table.texts(options.variant), table.numbers(options.metric)
    before = table.numbers(options.covariate) if options.covariate else None
    is_whole = np.array([name is not None for name in groups]) & ~np.isnan(values)
    n_left = int((~is_whole).sum())
    notes: tuple[str, ...] = ()
    if n_left:
        notes = (f"{n_left:,} rows without a variant or a {options.metric} were left out",)
    before = before[is_whole] if before is not None else None
    return groups[is_whole], values[is_whole], before, notes


def _control(names: list[str], options: ExperimentOptions) -> str:
    if len(names) < 2:
        raise InputError(
            f"Column {options.variant!r} has {len(names)} group; an experiment has at least two.",
            hint="Without a control group no effect can be told.",
        )
    if len(names) > _MOST_VARIANTS:
        raise InputError(
            f"Column {options.variant!r} has {len(names)} different values; at most "
            f"{_MOST_VARIANTS} variants are compared.",
            hint="Name the column that holds the variant.",
        )
    if options.control is not None:
        if options.control not in names:
            raise InputError(
                f"There is no group {options.control!r} in {options.variant!r}.",
                hint=f"Its groups are: {', '.join(names)}.",
            )
        return options.control
    for wanted in CONTROL_NAMES:
        for name in names:
            if name.strip().casefold() == wanted:
                return name
    raise InputError(
        f"Which group of {options.variant!r} is the control?",
        hint=f"Name it with --control; the groups are: {', '.join(names)}.",
    )


def _check(table: UserTable, options: ExperimentOptions, counts: Mapping[str, int]) -> None:
    small = sorted(name for name, n in counts.items() if n < _MIN_PEOPLE)
    if small:
        raise InputError(
            f"Group {small[0]!r} of {table.name} has {counts[small[0]]} row; "
            f"{_MIN_PEOPLE} are needed.",
            hint="Leave the group out of the file, or add its rows.",
        )
    if options.split is not None and set(options.split) != set(counts):
        raise InputError(
            f"The planned split names {', '.join(sorted(options.split))}; the file has "
            f"{', '.join(sorted(counts))}.",
            hint="Give a weight for each group of the file.",
        )
    if options.split is not None and min(options.split.values()) <= 0:
        raise InputError("A planned weight is not above 0.", hint="Give positive weights.")


def _compared(arms: Mapping[str, Arm], control: str) -> tuple[Effect, ...]:
    return compare(arms[control], [arm for name, arm in arms.items() if name != control])


def _covariate_notes(
    groups: npt.NDArray[np.object_], before: Floats, control: str, name: str
) -> tuple[str, ...]:
    known = ~np.isnan(before)
    arms = {each: before[(groups == each) & known] for each in sorted(set(groups))}
    if any(len(values) < _MIN_PEOPLE for values in arms.values()):
        return ()
    effects = _compared({each: arm_of(each, values) for each, values in arms.items()}, control)
    apart = [each.variant for each in effects if each.p_adjusted < SRM_ALPHA]
    if not apart:
        return ()
    return (
        f"{name} already differs between {control} and {', '.join(apart)}: it may not be from "
        "before the experiment, or people were not assigned at random",
    )


def _told(effect: Effect, srm_p: float) -> dict[str, Any]:
    return {
        "variant": effect.variant,
        "effect": effect.effect,
        "ci95": list(effect.ci95),
        "relative_effect": effect.relative,
        "relative_ci95": list(effect.relative_ci95),
        "p_value": effect.p_value,
        "p_value_adjusted": effect.p_adjusted,
        "always_valid_ci95": list(effect.always_valid_ci95),
        "power": effect.power,
        "mde": effect.mde,
        "verdict": verdict_of(effect, srm_p=srm_p),
    }


def _lines(
    options: ExperimentOptions,
    arms: Mapping[str, Arm],
    effects: tuple[Effect, ...],
    srm_p: float,
    notes: tuple[str, ...],
) -> tuple[str, ...]:
    lines = []
    if srm_p < SRM_ALPHA:
        sizes = ", ".join(f"{name} {arm.n:,}" for name, arm in arms.items())
        lines.append(
            f"The split is not as planned ({sizes}; p = {srm_p:.2g}): something went wrong with "
            "the assignment, and the effects below cannot be trusted."
        )
    for effect in effects:
        verdict = verdict_of(effect, srm_p=0.5)
        lines.append(
            f"{effect.variant}: {options.metric} {_signed(effect.effect)} "
            f"(95 % interval {_signed(effect.ci95[0])} to {_signed(effect.ci95[1])}, "
            f"p = {effect.p_adjusted:.3g}): {verdict}."
        )
        lines.append(
            f"  Effects from {effect.mde:.4g} on would be seen in 8 of 10 such experiments."
        )
    return (*lines, *(f"Note: {note}." for note in notes))


def _signed(value: float) -> str:
    return f"{value:+.4g}"
