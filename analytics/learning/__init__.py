"""Learning with honest scores: splits, leak guard, calibration, and the model registry."""
