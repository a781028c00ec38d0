"""The commands of the console script, one a module; each is loaded when it is called."""
