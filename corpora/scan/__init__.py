"""SCAN (Lake and Baroni 2018): commands such as "jump twice" and their actions.

This module imports nothing, so a command loads only the modules that it uses.
"""
