"""`python -m seq.scan`."""

from charlm.environment import share_cores
from charlm.terminal import run
from seq.scan import app

if __name__ == "__main__":
    share_cores()
    run(app)
