"""The `ModelOperations` port: versions in use, and how wrong answers may be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from analytics.errors import AnalyticsError
from assistant.answering.confidence import Calibration
from assistant.errors import AssistantError, ModelVersionNotFoundError
from assistant.model import Asker
from assistant.operating.runs import SqlChoices
from assistant.operations import ModelVersion, RiskDial, RiskPoint
from assistant.ports import Clock
from knowledge_base.errors import KnowledgeBaseError

RISK = "max_wrong_fraction"
LEAST_RISK = 0.001
MOST_RISK = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskChoice:
    """The risk that counts now: what an operator chose, else the setting."""

    choices: SqlChoices
    setting: float

    def __call__(self) -> float:
        """Return the share of given answers that may be wrong."""
        chosen = self.choices.value(RISK)
        return self.setting if chosen is None else float(chosen)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRoom:
    """What operators do with models."""

    list_versions: Callable[[], tuple[ModelVersion, ...]]
    bring_into_use: Mapping[str, Callable[[str], None]] = field(default_factory=dict)
    """Model → what brings a version of it into use."""
    calibration: Callable[[], Calibration]
    risk: RiskChoice
    clock: Clock

    def versions(self) -> tuple[ModelVersion, ...]:
        """Return every version of every model."""
        return self.list_versions()

    def use(self, name: str, version: str) -> None:
        """Bring a version into use."""
        known = [
            each
            for each in self.versions()
            if (each.name, each.version) == (name, version) and each.can_be_used
        ]
        if not known or name not in self.bring_into_use:
            raise ModelVersionNotFoundError(
                f"There is no version {version[:40]!r} of {name[:40]!r} to bring into use.",
                hint="Look in the list of models.",
            )
        try:
            self.bring_into_use[name](version)
        except (AssistantError, AnalyticsError, KnowledgeBaseError) as error:
            raise ModelVersionNotFoundError(
                f"{name} {version} cannot be brought into use: {error.message}", hint=error.hint
            ) from error

    def dial(self) -> RiskDial:
        """Return how wrong answers may be."""
        calibration, risk = self.calibration(), self.risk()
        return RiskDial(
            max_wrong_fraction=risk,
            setting=self.risk.setting,
            is_turned=self.risk.choices.value(RISK) is not None,
            threshold=calibration.threshold(risk),
            curve=tuple(
                RiskPoint(
                    threshold=point.threshold,
                    coverage=point.coverage,
                    risk=point.risk,
                    measured_risk=point.measured_risk,
                )
                for point in calibration.curve
            ),
            provenance=calibration.provenance,
        )

    def turn(self, max_wrong_fraction: float | None, *, asker: Asker) -> RiskDial:
        """Let answers be wrong so often; None goes back to the setting."""
        value = None if max_wrong_fraction is None else repr(max_wrong_fraction)
        self.risk.choices.choose(RISK, value, by=asker.user_id, at=self.clock.now())
        return self.dial()
