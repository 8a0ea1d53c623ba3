"""A model that answers requests: `charmlp serve`.

    running.py       the socket, one process or several, their end
    connections.py   limits of a connection, below the application
    app.py           addresses, and what answers there; openapi.py describes them, page/ is for people
    guard.py         around every answer: token, security headers, counts (metrics.py), log (journal.py)
    predicting.py    from a request's bytes to its predictions
      bodies.py      bodies within their limits (limits.py)
      lanes.py       images that wait, read together by threads
      currentmodel.py  the model that reads them, loaded again when its file changes
    problems.py      errors, and the headers of every answer

It imports what the extra `serve` brings.
"""
