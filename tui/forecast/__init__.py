"""The pane Forecast: how a series goes on, by a forecaster and by simple methods beside it."""
