"""Kinds of analysis beyond plain numbers: recognised, given their slots, and carried out."""
