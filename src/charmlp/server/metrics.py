"""What Prometheus is told."""

from __future__ import annotations

import functools
import os

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
BATCHES = (1, 2, 4, 8, 16, 32, 64, 128)
FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # where processes that answer together keep their counts


class Metrics:
    """The counts of a server; of several worker processes the sums."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "charmlp_requests", "Requests answered.", ["path", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "charmlp_request_seconds",
            "From a request's head to its answer.",
            ["path"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self.images = Counter(
            "charmlp_images",
            "Images: read, unreadable; gone, late: not computed, since nobody waited or for too long.",
            ["outcome"],
            registry=self.registry,
        )
        self.batches = Histogram(
            "charmlp_batch_images", "Images read together.", buckets=BATCHES, registry=self.registry
        )
        self.waiting = Gauge(
            "charmlp_waiting_images",
            "Images admitted and not answered.",
            multiprocess_mode="livesum",
            registry=self.registry,
        )
        self.connections = Gauge(
            "charmlp_connections", "Open connections.", multiprocess_mode="livesum", registry=self.registry
        )
        if FOLDER not in os.environ:
            ProcessCollector(registry=self.registry)

        # What Prometheus' client looks up by its labels is looked up once.
        self.requests_of = functools.cache(self.requests.labels)
        self.seconds_of = functools.cache(self.seconds.labels)
        self.images_of = functools.cache(self.images.labels)

    def answered(self, path: str, status: int, seconds: float) -> None:
        self.requests_of(path, status).inc()
        self.seconds_of(path).observe(seconds)

    def note(self, what: str, images: int) -> None:
        """A `batch` that was read, or images by what became of them."""
        if what == "batch":
            self.batches.observe(images)
        elif images:
            self.images_of(what).inc(images)

    def text(self) -> bytes:
        """Prometheus' text format."""
        if FOLDER not in os.environ:
            return generate_latest(self.registry)
        together = CollectorRegistry()
        MultiProcessCollector(together)
        return generate_latest(together)
