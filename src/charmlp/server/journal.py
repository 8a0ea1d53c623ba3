"""The log: one JSON object a line, on standard error.

    {"time": "2026-01-01T12:00:00.000+00:00", "level": "info", "event": "request", "path": "/v1/predict", …}

Lines of requests are gathered and written a few times a second, since a write each would cost as much as an
answer. They hold no query, no header and nothing of a body.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from datetime import datetime, timezone
from typing import TextIO

DELAY = 0.2  # seconds that a line waits for others
LEVELS = {"info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


class Journal:
    """Writes lines of `level` and above; may be used by any thread."""

    def __init__(self, stream: TextIO, level: str = "info") -> None:
        self.stream = stream
        self.level = LEVELS[level]
        self.lines: list[str] = []
        self.lock = threading.Lock()
        self.written = threading.Event()
        threading.Thread(target=self._keep_flushing, daemon=True).start()

    def write(self, level: str, event: str, **facts: object) -> None:
        """One line: what happened, and facts that JSON has."""
        if LEVELS[level] < self.level:
            return
        now = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
        line = json.dumps({"time": now, "level": level, "event": event, **facts}) + "\n"
        with self.lock:
            self.lines.append(line)
        self.written.set()

    def flush(self) -> None:
        """Write what waits."""
        with self.lock:
            text, self.lines = "".join(self.lines), []
        self.stream.write(text)
        self.stream.flush()

    def _keep_flushing(self) -> None:
        while self.written.wait():
            time.sleep(DELAY)
            self.written.clear()
            self.flush()


class ToJournal(logging.Handler):
    """What libraries log, as lines of the journal."""

    def __init__(self, journal: Journal) -> None:
        super().__init__(logging.WARNING)
        self.journal = journal
        self.setFormatter(logging.Formatter("%(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        level = "error" if record.levelno >= logging.ERROR else "warning"
        self.journal.write(level, record.name, message=self.format(record))
