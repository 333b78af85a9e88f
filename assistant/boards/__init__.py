"""Boards of managers: questions that somebody pinned, asked anew whenever they are looked at."""

from assistant.boards.model import BoardEntry
from assistant.boards.ports import AsksTurn, Boards, BoardStore
from assistant.boards.service import PinBoard

__all__ = ["AsksTurn", "BoardEntry", "BoardStore", "Boards", "PinBoard"]
