"""SCAN (Lake and Baroni 2018): commands such as "jump twice", and the actions that they ask for.

Nothing is imported here, so that a command pays only for the modules it uses.
"""
