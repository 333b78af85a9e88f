"""What is said about a value or a list of values: that it is denied."""

from __future__ import annotations

from analytics.language.scene import Scene


def negation(scene: Scene, index: int) -> int | None:
    """Return the "not", "excluding" or "without" that denies the value, None when none does."""
    steps = 0
    for i in range(index - 1, -1, -1):
        tag = scene.tags[i]
        if tag.cue in {"not", "without"}:
            return i
        if (
            tag.cue in {"by", "who", "and"}
            or tag.flags
            or (tag.members and not tag.dimensions)
            or tag.time
            or tag.text in {";", ":", "?"}
        ):
            return None
        steps += 0 if tag.filler else 1
        if steps > 2:
            return None
    return None
