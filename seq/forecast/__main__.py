"""The program `charlm forecast`, also `python -m seq.forecast`."""

from __future__ import annotations

from charlm.console.command_lines import make_group
from charlm.console.process import share_cores
from charlm.console.program import run

COMMANDS = {
    "train": "Train a forecaster on a series.",
    "predict": "Forecast how a series goes on, and draw it.",
    "evaluate": "Report how well a forecaster forecasts, beside simple methods.",
    "compare": "Train several forecasters from several seeds, and print one table.",
    "info": "Show a series: its columns, gaps, season and parts.",
}

app = make_group("forecast", "Forecast numbers in time.", COMMANDS, package="seq.forecast.commands")

if __name__ == "__main__":
    share_cores()
    run(app)
