"""Suggestions for support agents: what fixed the same thing before."""
