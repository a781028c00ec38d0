"""Translation of commands into actions: SCAN (Lake and Baroni 2018)."""
