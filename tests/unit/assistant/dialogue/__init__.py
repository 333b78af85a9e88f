"""The conversation, as pure functions."""
