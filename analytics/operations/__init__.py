"""Algorithms over incidents, tickets and service metrics."""
