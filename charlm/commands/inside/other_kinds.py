"""Models of other kinds in the commands of `charlm inside`: classifiers, translators."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from charlm.commands.inside.output import pick_scale, print_records, save_outputs
from charlm.console.program import notice, stderr, stdout
from charlm.console.slow import counting

if TYPE_CHECKING:
    from charlm.inside.other_kinds import Look, TraceRequest, UnitsRequest


def show_other_kind(
    model: str,
    look: Look,
    request: TraceRequest | UnitsRequest,
    *,
    png: Path | None = None,
    html: Path | None = None,
    json: bool = False,
) -> bool:
    """Look into a model, if it is none of characters, show what is found, and return whether it is.

    Args:
        model: name of the model.
        look: how to look.
        request: what is asked.
        png: file for the picture.
        html: file for the page.
        json: print one JSON object instead.

    Raises:
        UserError: the model cannot be looked into like this.
    """
    from charlm.inside.other_kinds import find_looker

    looker = find_looker(model, look)
    if looker is None:
        return False
    total = getattr(request, "texts", None)
    with counting(stderr(), "reading …", total) as advance:
        found = looker(model, request, progress=advance, notice=notice)
    save_outputs(found, png, html)
    if json:
        print_records(found, {"model": model, **found.about()})
    else:
        console = stdout()
        drawn = found.draw(min(console.width, 120), pick_scale(console))
        console.print(drawn, soft_wrap=True)
    return True
