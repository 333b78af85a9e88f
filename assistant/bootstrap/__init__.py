"""The composition root: the only package that names concrete adapters."""

from assistant.bootstrap.insights import open_warehouse
from assistant.bootstrap.parts import CALIBRATION_NAME, Parts, build_assistant

__all__ = ["CALIBRATION_NAME", "Parts", "build_assistant", "open_warehouse"]
