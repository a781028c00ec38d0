"""`python -m seq.scan`."""

from charlm.console.process import share_cores
from charlm.console.program import run
from seq.scan import app

if __name__ == "__main__":
    share_cores()
    run(app)
