"""Load a captioner by shipped name, run folder or file, and describe pictures with it."""
