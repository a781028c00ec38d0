"""Models, folders and texts of somebody who writes escapes for terminals into every name.

As a program, it calls each of `COMMANDS` in the working folder, with a line before each.
"""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path

import numpy as np
from commands_of_scan import put
from commands_of_scan import shape as translator_shape
from reviews import reviews, write_csv
from reviews import shape as classifier_shape
from scene_helpers import captioner_flags
from scene_helpers import shape as captioner_shape
from series_helpers import forecaster_flags
from series_helpers import shape as forecaster_shape
from tiny_models import CONFIG, write_run
from training_helpers import options, short_text

NAME = "N\x1b[31mM\x1b]52;c;eA==\x07K\u202eJ\x9b31m\r[red]x[red][@click=app.quit]"
"""A name that would colour the line, write to the clipboard, ring, and turn the line around."""
SHOWN = "[red]x[red][@click=app.quit]"
"""The part of it that is printed as it is."""
WORD = NAME.replace(" ", "_")
MARK = "@@@ {}"

QUICK = ["--epochs=1", "--warmup-steps=1", "--device=cpu"]
GRID = ["--cells", "rnn", "--layers", "1", "--hidden", "6"]
SETTLED = ("--cell", "--hidden-size", "--num-layers", "--embedding-size")
TINY = [*QUICK, "--hidden-size=4", "--embedding-size=4", "--batch-size=8"]
SHARED = [*TINY, "--validation-share=0.2", "--window=8"]
SHORT = ["--length=50", "--temperatures", "1"]
TRAIN = options(epochs=1)
RECIPE = [o for i, o in enumerate(TRAIN) if not {o, TRAIN[i - 1]} & set(SETTLED)]
TRANSLATOR, CLASSIFIER = f"{NAME}-translator", f"{NAME}-classifier"
FORECASTER, CAPTIONER = f"{NAME}-forecaster", f"{NAME}-captioner"
GUESSES = [*forecaster_flags(epochs=1, fill=None)]
GUESSES = [one for one in GUESSES if not one.startswith(("--strategy", "--attention", "--cell"))]
SERIES = ["--target", NAME, "--inputs", f"{NAME}-other", "--out", f"{NAME}-e"]
TEXT = f"good film {NAME}"

COMMANDS: dict[str, list[str]] = {
    "models": ["models", "--folder", NAME],
    "check": ["check", f"{NAME}/{NAME}"],
    "check what is damaged": ["check", f"{NAME}/damaged"],
    "info of a language model": ["info", f"{NAME}/{NAME}"],
    "info of a classifier": ["info", CLASSIFIER],
    "info of a translator": ["info", TRANSLATOR],
    "generate": ["generate", f"{NAME}/{NAME}", "--prompt", "abc\x1b[31m", "--length", "300"],
    "score": ["score", "--text", TEXT, "--model", f"{NAME}/{NAME}", "--unknown", "skip"],
    "evaluate": ["evaluate", f"{NAME}/{NAME}", f"{NAME}.txt", "--device=cpu", "--dynamic"],
    "novelty": ["novelty", f"{NAME}/{NAME}", f"{NAME}.txt", *SHORT],
    "export": ["export", f"{NAME}/{NAME}", f"{NAME}-exported"],
    "train": ["train", f"{NAME}.txt", "--out", f"{NAME}-run", *TRAIN],
    "train again": ["train", "--resume", f"{NAME}-run", "--epochs", "2"],
    "sweep": ["sweep", f"{NAME}.txt", "--out", f"{NAME}-sweep", *GRID, *RECIPE],
    "corpora get": ["corpora", "get", "sample", f"{NAME}-sample.txt"],
    "corpora clean": ["corpora", "clean"],
    "classify": ["imdb", "classify", "--model", CLASSIFIER, TEXT],
    "classify a file": ["imdb", "classify", "--model", CLASSIFIER, f"{NAME}.csv"],
    "classify and explain": ["imdb", "classify", "--model", CLASSIFIER, TEXT, "--explain"],
    "imdb evaluate": ["imdb", "evaluate", CLASSIFIER, f"{NAME}.csv", "--device=cpu"],
    "imdb train": ["imdb", "train", f"{NAME}.csv", "--out", f"{NAME}-a", "--preset=rnn50", *TINY],
    "imdb pretrain": ["imdb", "pretrain", f"{NAME}.csv", "--out", f"{NAME}-b", *SHARED],
    "imdb compare": [
        *("imdb", "compare", "rnn50", "--data", f"{NAME}.csv", "--test", f"{NAME}.csv"),
        *("--out", f"{NAME}-compare", *QUICK),
    ],
    "scan translate": ["scan", "translate", "jump twice", "--model", TRANSLATOR],
    "scan translate with a beam": [
        *("scan", "translate", "jump twice", "--model", TRANSLATOR),
        *("--beam=3", "--png", f"{NAME}.png"),
    ],
    "scan translate of several": ["scan", "translate", "--model", TRANSLATOR],
    "scan attention": ["scan", "attention", "walk left", "--model", TRANSLATOR],
    "scan evaluate": ["scan", "evaluate", TRANSLATOR, "--split", "simple", "--device=cpu"],
    "scan train": ["scan", "train", "--out", f"{NAME}-c", *TINY],
    "scan compare": ["scan", "compare", "simple", "--out", f"{NAME}-d", *TINY],
    "info of a forecaster": ["info", FORECASTER],
    "info of a captioner": ["info", CAPTIONER],
    "forecast train": [
        "forecast",
        "train",
        f"{NAME}-series.csv",
        *SERIES,
        *forecaster_flags(epochs=1),
    ],
    "forecast predict": [
        *("forecast", "predict", f"{NAME}-series.csv", "--model", FORECASTER),
        *("--png", f"{NAME}.png", "--csv", f"{NAME}-next.csv"),
    ],
    "forecast evaluate": [
        *("forecast", "evaluate", FORECASTER, "--data", f"{NAME}-series.csv", "--device=cpu"),
    ],
    "forecast compare": [
        *("forecast", "compare", f"{NAME}-series.csv", "--out", f"{NAME}-f", "--target", NAME),
        *("--strategies=direct", "--seeds=1", *GUESSES),
    ],
    "caption train": ["caption", "train", NAME, "--out", f"{NAME}-g", *captioner_flags(epochs=1)],
    "caption describe": [
        *("caption", "describe", f"{NAME}/{NAME}.png", "--model", CAPTIONER, "--beam=2"),
        *("--png", f"{NAME}-looks.png"),
    ],
    "caption evaluate": [
        *("caption", "evaluate", CAPTIONER, "--data", NAME, "--part", "training", "--device=cpu"),
    ],
    "caption draw": ["caption", "draw", "1", "--out", f"{NAME}-drawn"],
    # Errors.
    "a series that is missing": ["forecast", "train", f"nowhere {NAME}"],
    "a column that is missing": ["forecast", "train", f"{NAME}-series.csv", "--target", f"{NAME}x"],
    "a cell that is no number": [
        *("forecast", "train", f"{NAME}-series.csv", "--target", f"{NAME}-words"),
    ],
    "several columns": ["forecast", "train", f"{NAME}-series.csv"],
    "a forecaster of another kind": ["forecast", "predict", "--model", TRANSLATOR],
    "pictures that are missing": ["caption", "train", f"nowhere {NAME}"],
    "a picture that is missing": ["caption", "describe", f"nowhere {NAME}", "--model", CAPTIONER],
    "a picture that a table names": ["caption", "train", f"{NAME}/gone.csv"],
    "a table of captions that is none": ["caption", "train", f"{NAME}-series.csv"],
    "a model that is missing": ["generate", f"nowhere {NAME}"],
    "a model of another kind": ["imdb", "classify", "--model", TRANSLATOR, "good"],
    "a file that is missing": ["evaluate", f"{NAME}/{NAME}", f"nowhere {NAME}"],
    "texts that are missing": ["imdb", "train", f"nowhere {NAME}"],
    "vectors that are missing": [
        *("imdb", "train", f"{NAME}.csv", "--preset=rnn50", "--vectors", f"nowhere {NAME}"),
    ],
    "a split that is missing": ["scan", "evaluate", TRANSLATOR, "--split", NAME],
    "a run that is missing": ["stop", f"nowhere {NAME}"],
    "an option that is missing": ["models", f"--{NAME}"],
    "a word that is no command": ["scan", "translate", NAME],
    "a corpus that is missing": ["corpora", "get", NAME],
}
"""Commands by what they do. All but those below print the name."""
SILENT = {
    *(
        "generate",
        "score",
        "scan train",
        "check",
        "an option that is missing",
        "a word that is no command",
    ),
}


def make_models() -> None:
    """Write the models and texts into the working folder."""
    import torch

    from charlm.runs.files import MODEL
    from charlm.runs.model_file import ModelFile, write_model
    from charlm.runs.registry import CAPTIONER as CAPTIONER_KIND
    from charlm.runs.registry import CLASSIFIER as CLASSIFIER_KIND
    from charlm.runs.registry import FORECASTER as FORECASTER_KIND
    from charlm.runs.registry import TRANSLATOR as TRANSLATOR_KIND
    from charlm.runs.run_folder import RunFolder
    from charlm.training.task import copy_weights
    from corpora.labelled.words import WordTokenizer
    from corpora.scan.grammar import ACTIONS, WORDS
    from corpora.text.vocabulary import Vocabulary
    from seq.caption.model import Captioner
    from seq.caption.words import FIRST
    from seq.forecast.data import Columns
    from seq.forecast.model import Forecaster
    from seq.imdb.model import Classifier
    from seq.scan.model import Translator
    from seq.scan.vocabularies import Languages

    torch.manual_seed(1)
    text = short_text(Path(), 3000, f"{NAME}.txt").read_text(encoding="utf-8")
    characters = Vocabulary(tuple(sorted({*text, *NAME, *TEXT})))
    write_run(Path(NAME, NAME), config=CONFIG, vocabulary=characters)
    write_run(Path(NAME, "damaged"))
    Path(NAME, "damaged", "config.json").write_text(json.dumps({"kind": NAME, "format": 1}))
    labels = {"good": f"{NAME}-good", "bad": f"{NAME}-bad"}
    write_csv(Path(f"{NAME}.csv"), [(f"{t} {NAME}", labels[label]) for t, label in reviews(40)])

    def write(folder: str, kind: str, config: dict[str, object], vocabulary: str) -> None:
        run = RunFolder(Path(folder))
        run.create(kind, vocabulary, {"model": config})
        network = networks[folder]
        write_model(Path(folder, MODEL), ModelFile(kind, config, vocabulary, copy_weights(network)))

    words = WordTokenizer(("<pad>", "<unk>", WORD, "good", "film"))
    languages = Languages.from_symbols(WORDS, [f"{WORD}{action}" for action in ACTIONS])
    sizes = len(languages.source), len(languages.target)
    columns = Columns((NAME, f"{NAME}-other"), np.zeros(2), np.ones(2))
    said = Vocabulary((*FIRST, WORD, f"{WORD}-too"))
    networks: dict[str, torch.nn.Module] = {
        FORECASTER: Forecaster(forecaster_shape(), len(columns.names)),
        CAPTIONER: Captioner(captioner_shape(), len(said)),
        CLASSIFIER: Classifier(classifier_shape(), len(words), 2),
        TRANSLATOR: Translator(translator_shape(), *sizes),
    }
    classes = {"classes": sorted(labels.values())}
    write(CLASSIFIER, CLASSIFIER_KIND, {**classifier_shape().to_json(), **classes}, words.to_json())
    write(FORECASTER, FORECASTER_KIND, forecaster_shape().to_json(), columns.to_json())
    write(CAPTIONER, CAPTIONER_KIND, captioner_shape().to_json(), said.to_json())
    make_data()
    write(TRANSLATOR, TRANSLATOR_KIND, translator_shape().to_json(), languages.to_json())


def make_data() -> None:
    """Write a series, and a folder of pictures with captions."""
    import csv

    from PIL import Image

    rows: list[list[object]] = [[NAME, f"{NAME}-other", f"{NAME}-words"]]
    rows += [[n % 7, n % 5, NAME] for n in range(160)]
    captions = [["image", "caption"], *([f"{n}{NAME}.png", f"a {NAME} dog"] for n in range(40))]
    tables = {
        f"{NAME}-series.csv": rows,
        f"{NAME}/captions.csv": captions,
        f"{NAME}/gone.csv": [["image", "caption"], [f"gone{NAME}.png", "a dog"]],
    }
    for name, lines in tables.items():
        with Path(name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(lines)
    for n in ("", *map(str, range(40))):
        Image.new("RGB", (48, 48), (5 * len(n), 200, 30)).save(Path(NAME, f"{n}{NAME}.png"))


def main() -> None:
    """Call each command of the program's arguments, all in this process and terminal."""
    import pytest

    from charlm.__main__ import build_app
    from charlm.console.program import run

    np.seterr(all="ignore")
    with pytest.MonkeyPatch.context() as patch:
        put(patch, "simple")
        for name, arguments in COMMANDS.items():
            os.write(1, f"\n{MARK.format(name)}\n".encode())
            sys.argv = ["charlm", *arguments]
            sys.stdin = io.TextIOWrapper(io.BytesIO(b"jump left\nwalk twice\n"), "utf-8")
            try:
                run(build_app())
            except SystemExit:
                sys.stdout.flush()
    os.write(1, f"\n{MARK.format('end')}\n".encode())


if __name__ == "__main__":
    main()
