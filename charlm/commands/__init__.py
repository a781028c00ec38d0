"""The commands of the console script: one in each module, which is loaded when it is called."""
