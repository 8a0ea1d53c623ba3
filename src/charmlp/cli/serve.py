"""`charmlp serve`: a model that answers requests."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from charmlp.cli.arguments import Parser, add_number
from charmlp.cli.model_flags import find_run
from charmlp.cli.notes import is_quiet
from charmlp.config import whole
from charmlp.errors import CharmlpError
from charmlp.language import spoken
from charmlp.system.extras import require_extra
from charmlp.system.files import open_regular
from charmlp.text import shown_path

MOST_WORKERS = 64
LEAST_TOKEN, MOST_TOKEN = 16, 1024  # characters
PORT = whole(0, 2**16 - 1, " from 0 to 65,535")
PACKAGES = ("starlette", "uvicorn", "httptools", "python_multipart", "prometheus_client")


def make_parser() -> Parser:
    parser = Parser(
        "serve",
        "Answer requests with a model: POST an image to /v1/predict. At / there is a page for people, at "
        "/openapi.json the description. A changed model file is loaded while requests are answered. The log, "
        "one JSON object a line, goes to standard error; with --quiet only what is wrong.",
        "charmlp serve runs/first\n"
        "curl --data-binary @letter.png 'http://127.0.0.1:8000/v1/predict?topk=3'\n"
        "charmlp serve runs/first --host 0.0.0.0 --workers 4 --token-file token.txt",
        takes="MODEL",
    )
    parser.add_argument("model", metavar="MODEL", help="a model file, or a run folder with one")
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        metavar="H",
        help="where to listen (default 127.0.0.1: this machine alone)",
    )
    words = "0: any that is free (default 8000)"
    parser.add_argument("--port", default="8000", metavar="P", help=words)
    add_number(
        parser, "--workers", MOST_WORKERS, default=1, metavar="N", help="processes that answer (default 1)"
    )
    words = "file with the token that each request must bring (Authorization: Bearer TOKEN)"
    parser.add_argument("--token_file", metavar="F", type=Path, help=words)
    words = "images that may wait in each process; more are refused with 429 (default 256)"
    add_number(parser, "--queue", 10**5, default=256, metavar="N", help=words)
    words = "megabytes that a request may have (default 32)"
    add_number(parser, "--max_body", 256, default=32, metavar="MB", help=words)
    words = "seconds that a request may wait; older ones are not computed (default 5)"
    add_number(parser, "--time_limit", 600, default=5, metavar="S", help=words)
    return parser


def command(arguments: Sequence[str]) -> int:
    args = make_parser().parse_args(arguments)
    port = PORT.read("--port", args.port)
    token = None if args.token_file is None else read_token(args.token_file)
    for package in PACKAGES:
        require_extra(package, "serve", "charmlp serve")
    from charmlp.modelfile import model_in
    from charmlp.server.app import Settings
    from charmlp.server.limits import Limits
    from charmlp.server.running import serve

    limits = Limits(body_bytes=args.max_body * 2**20, waiting=args.queue, wait_seconds=args.time_limit)
    log = "warning" if is_quiet() else "info"
    settings = Settings(model_in(find_run(args.model)), token, spoken(), log, limits)
    serve(settings, args.host, port, args.workers, announce)
    return 0


def announce(address: str) -> None:
    print(f"listening on {address}", flush=True)  # for programs too: the same in each language


def read_token(path: Path) -> str:
    """The token in a file; raises `CharmlpError` where it is none, never showing what is there."""
    with open_regular(path, "a token", CharmlpError) as file:
        content = file.read(MOST_TOKEN + 3)
    try:
        token = content.decode("ascii").strip()
    except UnicodeDecodeError:
        token = ""
    if not (LEAST_TOKEN <= len(token) <= MOST_TOKEN and token.isprintable() and " " not in token):
        raise CharmlpError(
            f"{shown_path(path)}: a token is expected: {LEAST_TOKEN} to {MOST_TOKEN:,} ASCII characters "
            "without spaces, alone in its file, as 'openssl rand -hex 32' writes one"
        )
    return token
