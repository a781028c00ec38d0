"""Train: start, watch, stop and resume trainings."""
