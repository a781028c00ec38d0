"""The command line: options, progress lines, the live display, exit codes and interrupts."""
