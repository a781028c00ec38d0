"""Training, whatever the task: the loop, its events, the optimizer, devices, run sessions."""
