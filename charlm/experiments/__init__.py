"""Trainings and measurements beside each other: comparisons, sweeps, novelty, speed."""
