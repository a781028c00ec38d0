"""Training, whatever the task: the loop, its events, the optimizer, devices, and sessions in run folders."""
