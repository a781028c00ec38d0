"""`python -m seq.imdb`."""

from charlm.console.process import share_cores
from charlm.console.program import run
from seq.imdb import app

if __name__ == "__main__":
    share_cores()
    run(app)
