"""Train: start, watch, stop and go on with trainings."""
