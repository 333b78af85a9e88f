"""Keeping a home directory sound: the self-check, backups, and putting them back."""
