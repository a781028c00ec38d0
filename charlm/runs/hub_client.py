"""Calls to the Hugging Face hub, whose errors become one line."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from corpora.errors import UserError, os_error
from corpora.hub import quiet_hub, root_cause
from corpora.places import CACHE_ADVICE

LOG_IN = "log in with `hf auth login`, or set HF_TOKEN"


class Unreachable(UserError):
    """The hub does not answer, or not as a hub does."""


@contextmanager
def connect(what: str) -> Iterator[Any]:
    """Yield the client of the hub that HF_ENDPOINT names, by default huggingface.co.

    Args:
        what: the model that the calls are about, for messages.

    Raises:
        Unreachable: there is no network, or no hub at that address.
        UserError: the hub refuses; the message says why.
    """
    from huggingface_hub import HfApi

    with quiet_hub():
        try:
            yield HfApi(endpoint=os.environ.get("HF_ENDPOINT") or None)
        except UserError:
            raise
        # The library raises its own exceptions, those of the system, and those of its HTTP client,
        # which is another one in every other version.
        except Exception as error:
            raise _explain(error, what) from error


def _explain(error: Exception, what: str) -> UserError:
    """Return the line for an error of the library."""
    from huggingface_hub import errors

    status = getattr(getattr(error, "response", None), "status_code", None)
    if isinstance(error, errors.GatedRepoError):
        return UserError(f"{what} is open to those who ask on its page only; ask, and {LOG_IN}")
    if isinstance(error, errors.RevisionNotFoundError):
        return UserError(f"{what} has no such revision; name a branch, a tag or a commit of it")
    if isinstance(error, errors.RepositoryNotFoundError) or status == 404:
        return UserError(
            f"the hub has no {what}, or it is private: check the spelling, or {LOG_IN}"
        )
    if status in (401, 403):
        return UserError(f"the hub does not let you at {what} ({status}); {LOG_IN}")
    if isinstance(status, int) and status < 500:
        return UserError(f"the hub refuses {what}: {root_cause(error)}")
    if isinstance(error, OSError) and error.filename is not None:
        return os_error(error, error.filename, "write", CACHE_ADVICE)
    return Unreachable(f"the hub does not answer ({root_cause(error)})")


def has_token() -> bool:
    """Return whether there is a token of the hub: in the environment, or of its own login."""
    from huggingface_hub import get_token

    with quiet_hub():
        return get_token() is not None
