"""Translation of commands into actions: the SCAN data set (Lake and Baroni 2018)."""
