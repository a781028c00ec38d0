"""`charlm scan rules`: the rules that are found in training pairs, in words."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

from charlm.console.options import SWITCH, Json
from charlm.console.program import format_name, notice, print_json, stderr, stdout
from corpora.errors import UserError
from corpora.scan.grammar import Words
from seq.scan.augment.ideas import Findings, Ideas

if TYPE_CHECKING:
    from corpora.scan.splits import Split


def rules(
    source: str = "simple",
    /,
    *,
    ideas: Ideas = "both",
    longest_made: int = 0,
    coverage: Annotated[bool, SWITCH] = False,
    shown: int = 3,
    json: Json = False,
) -> None:
    """Show what training pairs say of words that stand for each other, and of phrases.

    The rules come from the training pairs alone. They make the pairs that `charlm scan train
    --ideas` trains on as well.

    Parameters
    ----------
    source
        Split whose training pairs are read, or a file of your own: on each line a command, a tab
        and its actions, or a .jsonl file of objects with `command` and `actions`.
    ideas
        What to look for: words that can be exchanged (swaps), how phrases go together (phrases), or
        both.
    longest_made
        Most actions of a pair that is made; 0 for no limit.
    coverage
        Tell how many of the split's test commands were made. This looks at the test commands, for
        this report alone: no rule and no training depends on it.
    shown
        Number of made pairs to show; --json shows all.
    """
    from seq.scan.augment.ideas import explore
    from seq.scan.own_pairs import load_pairs

    if longest_made < 0 or shown < 0:
        raise UserError("--longest-made and --shown cannot be negative")
    split = load_pairs(source, notice)
    if coverage and not split.test:
        raise UserError(f"{source} has no test commands, so there is no coverage to tell")
    with stderr().status(f"looking for rules in {len(split.train):,} pairs …"):
        found = explore(split.train, ideas, longest_made)
    if json:
        print_json(_to_json(split, found, coverage))
        return
    for line in _write(split, found, shown):
        stdout().print(format_name(line), soft_wrap=True)
    if coverage:
        stdout().print(_tell_coverage(split, found), soft_wrap=True)


def _write(split: Split, found: Findings, shown: int) -> Iterable[str]:
    """Yield the lines of the report."""
    from seq.scan.augment.report import describe

    yield f"{split.name}: {found.commands:,} different training commands"
    said = describe(found)
    yield from (f"  {line}" for line in said or ["no rule was found"])
    for what, pairs in (("exchanges", found.swapped), ("phrases", found.recombined)):
        if pairs:
            yield f"{len(pairs):,} new pairs by {what}, such as"
            yield from (f"  {_format_pair(*pair)}" for pair in islice(pairs.items(), shown))
    if not found.made:
        yield "no pair is made"


def _format_pair(command: Words, actions: Words) -> str:
    return f"{' '.join(command)}: {' '.join(actions)}"


def _measure(split: Split, found: Findings) -> dict[str, int]:
    """Return how many different test commands there are, how many were made, and how many wrong."""
    made = {pair.command: pair.actions for pair in found.made}
    test = {pair.command: pair.actions for pair in split.test}
    both = made.keys() & test.keys()
    wrong = sum(made[command] != test[command] for command in both)
    return {"test": len(test), "made": len(both), "wrong": wrong}


def _tell_coverage(split: Split, found: Findings) -> str:
    counts = _measure(split, found)
    return (
        f"a look at the test commands, for this report alone: {counts['made']:,} of "
        f"{counts['test']:,} were made ({counts['made'] / counts['test']:.2%}), "
        f"{counts['wrong']:,} of these with wrong actions"
    )


def _to_json(split: Split, found: Findings, coverage: bool) -> dict[str, Any]:
    """Return the findings as an object for JSON."""
    from seq.scan.augment.report import describe

    listed = {
        "source": split.name,
        "commands": found.commands,
        "types": [{word: found.lexicon[word] for word in group} for group in found.types],
        "rules": [
            {
                "word": rule.word,
                "side": rule.side,
                "operation": rule.operation,
                "times": rule.times,
                "looser": sorted(rule.looser),
                "evidence": rule.evidence,
            }
            for rule in found.rules
        ],
        "said": describe(found),
        "swapped": [_format_pair(*pair) for pair in found.swapped.items()],
        "recombined": [_format_pair(*pair) for pair in found.recombined.items()],
    }
    return {**listed, "coverage": _measure(split, found)} if coverage else listed
