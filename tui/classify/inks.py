"""The colours of Classify: green speaks for a class, red against it. This module uses no screen.

A second sign stands beside each colour, so that nothing is lost without colours: what speaks for
the class is bold, what speaks against it is underlined.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Inks:
    """Styles for a dark or a light ground."""

    words: tuple[tuple[str, str, str], tuple[str, str, str]]
    """Styles of words that speak for and against, from weak to strong."""
    above: str
    """What speaks for the second class: letters, and the curve above the middle."""
    below: str
    """What speaks for the first class."""
    muted: str
    """What is said beside: axes, names, numbers."""
    mark: str
    """The place of the cursor, and warnings."""
    pro_bar: str
    """Bars of the second class; they need less contrast than letters."""
    contra_bar: str
    """Bars of the first class."""
    plain: str
    """Bars of classes where there are more than two."""

    def pick(self, level: int) -> str:
        """Return the style of a word of a level from -3 to 3; that of level 0 is empty."""
        return self.words[level < 0][abs(level) - 1] if level else ""


ON_DARK = Inks(
    (
        ("bold #dff5e5 on #1c3a25", "bold #e8fbee on #1f5631", "bold #ffffff on #1d7a3f"),
        (
            "underline #fbe3df on #43211e",
            "underline #ffece9 on #6d2a25",
            "underline #ffffff on #a3302a",
        ),
    ),
    above="#5fd38d",
    below="#ff8f80",
    muted="#a3a3a3",
    mark="bold #ffc757",
    pro_bar="#3fae6a",
    contra_bar="#d9695b",
    plain="#6fb3ea",
)
ON_LIGHT = Inks(
    (
        ("bold #10301a on #cfe8d5", "bold #0a2a14 on #a3dab2", "bold #04200d on #6cc587"),
        (
            "underline #3d0f0a on #f3d5d0",
            "underline #380a06 on #f0b1a8",
            "underline #2c0502 on #ec887b",
        ),
    ),
    above="#0a5a22",
    below="#9c1414",
    muted="#4a4a4a",
    mark="bold #6b3f00",
    pro_bar="#3a9d5d",
    contra_bar="#cf5449",
    plain="#00457c",
)


def pick_inks(*, dark: bool) -> Inks:
    """Return the styles for the ground of a theme."""
    return ON_DARK if dark else ON_LIGHT
