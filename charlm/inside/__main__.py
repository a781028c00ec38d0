"""`charlm inside`, also as `python -m charlm.inside`. A command is loaded when it is called."""

from __future__ import annotations

from charlm.console.command_lines import make_group
from charlm.console.process import share_cores
from charlm.console.program import run

app = make_group(
    "inside",
    "Look inside a recurrent network: cells, units, memory, gradients.",
    {
        "step": "Work one cell out by hand, number by number.",
        "recurrences": "Compare the three places where a recurrence may come from.",
        "shapes": "List the shape of every tensor, and count the parameters.",
        "gradients": "Show how gradients vanish or explode on their way back through time.",
        "trace": "Colour a text by what units of a model do.",
        "units": "Find the units that follow quotations, line places or a pattern of yours.",
        "stretch": "Find the units that are on in a stretch, and other stretches like it.",
        "memory": "Measure how far back a model remembers.",
        "silence": "Measure what is lost when units, layers or gates are silenced.",
        "agree": "Test whether a model remembers what a later word depends on.",
        "neighbours": "Show which symbols lie near each other in the embedding.",
        "compare": "Show where two models disagree about a text.",
    },
    package="charlm.commands.inside",
)

if __name__ == "__main__":
    share_cores()
    run(app)
