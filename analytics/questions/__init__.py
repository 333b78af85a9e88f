"""Questions that people keep: verified readings, saved questions, digests and alerts."""
