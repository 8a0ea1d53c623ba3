# charmlp serve, slim, not root, without PyTorch:
#     docker build -t charmlp .
#     docker run -p 8000:8000 -v /srv/letters:/model:ro -v /etc/charmlp/token:/token:ro charmlp
FROM python:3.12-slim
WORKDIR /srv
COPY pyproject.toml README.md LICENSE ./
COPY src src
COPY docs/derivations docs/derivations
RUN pip install --no-cache-dir --no-compile ".[serve]"
RUN useradd --create-home charmlp
USER charmlp
EXPOSE 8000
HEALTHCHECK CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz')"]
# Docker's bridge is no loopback: listen everywhere, and let in who has the token.
ENTRYPOINT ["charmlp", "serve"]
CMD ["/model", "--host", "0.0.0.0", "--token-file", "/token"]
