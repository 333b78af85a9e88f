"""The conversation: from a question to its route, the skill that answers, and the stored turn."""

from assistant.dialogue.turns import MARKS, Dialogue, follow_up_route

__all__ = ["MARKS", "Dialogue", "follow_up_route"]
