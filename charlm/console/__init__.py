"""What a person sees of a command: options, lines, the live display, exit codes, interrupts."""
