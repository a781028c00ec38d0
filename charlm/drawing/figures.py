"""The parts of matplotlib that pictures are made of. Where it is missing, one line says so.

Pictures are the only thing that needs it, and it is large: it is an extra. Every picture is drawn
from here, so that what is missing is said in one way.

Raises:
    UserError: at import, if matplotlib is not installed.
"""

from __future__ import annotations

from charlm.console.extras import NO_PICTURES
from corpora.errors import UserError

try:
    from matplotlib.axes import Axes as Axes
    from matplotlib.backends.backend_agg import FigureCanvasAgg as FigureCanvasAgg
    from matplotlib.figure import Figure as Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine as ConstrainedLayoutEngine
    from matplotlib.patches import Rectangle as Rectangle
    from matplotlib.ticker import MaxNLocator as MaxNLocator
except ModuleNotFoundError as error:
    raise UserError(NO_PICTURES) from error
