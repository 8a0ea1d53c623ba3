"""The application: addresses, and what answers there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from charmlp.exporting.page import fault_of
from charmlp.server.currentmodel import CurrentModel, Loaded
from charmlp.server.guard import Guard, answer_of
from charmlp.server.journal import Journal
from charmlp.server.lanes import LoopLane, ThreadLane
from charmlp.server.limits import Limits
from charmlp.server.metrics import Metrics
from charmlp.server.openapi import document
from charmlp.server.page import BITS, FILES, POLICY, content, form_of, language_of, page_of
from charmlp.server.predicting import PATH, Predict
from charmlp.server.problems import Problem


@dataclass(frozen=True)
class Settings:
    """What a worker process is told.

    model     a file, or a run folder's
    token     without which nothing is read; None: it is not asked for
    language  of the page, where a browser has no wish
    log       the least level that is logged: info, warning
    """

    model: Path
    token: str | None = None
    language: str = "en"
    log: str = "info"
    limits: Limits = field(default_factory=Limits)


def make_app(settings: Settings, journal: Journal) -> Guard:
    """The application, its model loaded; raises `ModelFileError`."""
    metrics = Metrics()
    current = CurrentModel(settings.model, journal)
    light = LoopLane(current.read, settings.limits, metrics.note)
    heavy = ThreadLane(current.read, settings.limits, metrics.note)
    metrics.waiting.set_function(lambda: light.waiting + heavy.waiting)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        light.start()
        heavy.start()
        watching = asyncio.create_task(current.watch())
        yield
        watching.cancel()
        journal.flush()

    described = document(settings.limits, token=settings.token is not None)
    answers: dict[str, Callable[[Request], Response]] = {
        "/v1/model": lambda request: JSONResponse(current.loaded.facts()),
        "/healthz": lambda request: JSONResponse({"status": "ok"}),
        "/readyz": lambda request: JSONResponse({"status": "ok"}),
        "/metrics": lambda request: Response(metrics.text(), media_type=CONTENT_TYPE_LATEST),
        "/openapi.json": lambda request: JSONResponse(described),
        **{path: file_answer(name, kind) for path, (name, kind) in FILES.items()},
    }
    predict = Predict(light, heavy, settings.limits, metrics)
    routes = [Route(PATH.decode(), predict, methods=["POST"])]
    routes += [Route(path, as_endpoint(answer)) for path, answer in answers.items()]
    routes.append(Route("/", lambda request: show_page(request, settings, current.loaded)))
    app = Starlette(
        routes=routes,
        lifespan=lifespan,
        exception_handlers={Problem: on_problem, HTTPException: on_http_exception, Exception: on_bug},
    )
    app.router.redirect_slashes = False
    return Guard(
        app,
        token=settings.token,
        limits=settings.limits,
        paths=[route.path for route in routes],
        light=light,
        heavy=heavy,
        metrics=metrics,
        journal=journal,
    )


def as_endpoint(answer: Callable[[Request], Response]) -> Callable[[Request], object]:
    """A function that answers at once, as the event loop's own: Starlette has threads call plain ones."""

    async def endpoint(request: Request) -> Response:
        return answer(request)

    return endpoint


def file_answer(name: str, media_type: str) -> Callable[[Request], Response]:
    return lambda request: Response(content(name), media_type=media_type)


def show_page(request: Request, settings: Settings, loaded: Loaded) -> Response:
    """The page with the model in it; the form where the weights are not everybody's, or too many.

    Called by a thread of Starlette's: to make a model's page takes most of a second, and no request waits.
    """
    accepted = request.headers.get("accept-language", "")
    language = language_of(request.query_params.get("lang"), accepted, settings.language)
    headers = {"Content-Language": language, "Vary": "Accept-Language"}
    asks = settings.token is not None
    if asks or fault_of(loaded.recognizer.model, BITS) is not None:
        return Response(form_of(language, loaded.name, token=asks), headers=headers, media_type="text/html")
    headers["Content-Security-Policy"] = POLICY
    return Response(page_of(language, loaded), headers=headers, media_type="text/html")


async def on_problem(request: Request, problem: Exception) -> Response:
    """Handlers are coroutines: plain functions would be called by a thread each."""
    assert isinstance(problem, Problem)
    return answer_of(problem)


async def on_http_exception(request: Request, error: Exception) -> Response:
    """404 and 405, which Starlette raises."""
    assert isinstance(error, HTTPException)
    details = {404: "there is nothing at this address", 405: "this address does not answer that method"}
    return answer_of(Problem(error.status_code, details.get(error.status_code, error.detail), error.headers))


async def on_bug(request: Request, error: Exception) -> Response:
    """What should not be; Starlette raises it again, so that it is logged."""
    return answer_of(Problem(500, "something went wrong in the server; its log says what"))
