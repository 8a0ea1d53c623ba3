"""Where Optuna keeps a study: in a journal in the search's folder, or in a database that machines share."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from charmlp.errors import CharmlpError
from charmlp.text import first_line

if TYPE_CHECKING:
    import optuna

JOURNAL = "optuna.journal"
MOMENT = 1.0  # seconds


def journal(folder: Path) -> optuna.storages.BaseStorage:
    """The journal in a folder."""
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock

    path = folder / JOURNAL
    lock = JournalFileOpenLock(str(path))  # which works on Windows as well
    drop_torn_line(path, lock)
    return JournalStorage(JournalFileBackend(str(path), lock_obj=lock))


def drop_torn_line(path: Path, lock: Any) -> None:
    """Remove the end of a journal that was killed in the midst of a line; Optuna would read no further."""
    if not path.exists():
        return
    lock.acquire()
    try:
        with path.open("rb+") as file:
            content = file.read()
            file.truncate(content.rfind(b"\n") + 1)
    finally:
        lock.release()


def database(url: str) -> optuna.storages.BaseStorage:
    """The database at an address; raises `CharmlpError` where it does not answer."""
    from optuna.storages import RDBStorage
    from sqlalchemy.exc import DatabaseError
    from sqlalchemy.pool import NullPool

    # No connection is kept for later: a training lasts longer than servers like idle ones to.
    opened = partial(RDBStorage, url, engine_kwargs={"poolclass": NullPool})
    try:
        try:
            return opened()
        except DatabaseError:  # another machine makes the same tables just now
            time.sleep(MOMENT)
            return opened()
    except ModuleNotFoundError as error:
        raise CharmlpError(
            f"--storage needs {error.name}, which is not installed: for PostgreSQL, "
            'pip install "psycopg[binary]" and begin the address with postgresql+psycopg://'
        ) from None
    except Exception as error:  # of the database's driver, whichever it is
        raise CharmlpError(f"--storage: {first_line(error)}") from None


@contextmanager
def told() -> Iterator[None]:
    """What a database that no longer answers raises, as a `CharmlpError`."""
    from optuna.exceptions import StorageInternalError
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (StorageInternalError, SQLAlchemyError) as error:
        raise CharmlpError(f"--storage: {first_line(error)}; --resume goes on with the search") from None
