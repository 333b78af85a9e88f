"""Evaluation: questions with known answers → figures, through the same code that serves."""
