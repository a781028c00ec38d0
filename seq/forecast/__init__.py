"""Forecasts of numbers in time, with how sure they are, beside simple methods that need no net."""
