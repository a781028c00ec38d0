"""The commands of `charlm inside`: arguments in, figures out."""
