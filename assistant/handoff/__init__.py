"""Handing a conversation to a human: what is handed over, and when it is done at once."""
