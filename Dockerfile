# Two images: `serve` holds the emulators alone, and the last one, which is built by default, the checks too.
#   docker build --tag mockservers:local .
#   docker build --target serve --tag mockservers:serve .
# Each is made in two stages: one makes an environment from the repository, the other holds nothing but that and Python.
FROM python:3.13-slim AS source
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY mockservers mockservers
COPY fixtures fixtures
COPY contracts contracts
COPY scenarios scenarios
COPY tests/toy_vendor tests/toy_vendor
RUN python -m venv /opt/mockservers

FROM source AS build-serve
RUN /opt/mockservers/bin/pip install --requirement mockservers/serving.txt \
 && /opt/mockservers/bin/pip install --no-deps . \
 && /opt/mockservers/bin/pip uninstall --yes pip \
 && /opt/mockservers/bin/python -m compileall -q /opt/mockservers/lib

FROM source AS build-whole
RUN /opt/mockservers/bin/pip install '.[fast,codings,postgres]' \
 && /opt/mockservers/bin/pip uninstall --yes pip \
 && /opt/mockservers/bin/python -m compileall -q /opt/mockservers/lib

FROM python:3.13-slim AS base
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="mockservers" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"
RUN useradd --system --uid 10001 --home-dir /desk --create-home mockservers
ENV PATH=/opt/mockservers/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001
WORKDIR /desk
EXPOSE 8750
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=3s --start-period=20s \
  CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8750/_mock/v1/health', timeout=2)"]
ENTRYPOINT ["mockservers"]
# Who serves beyond loopback needs a token for the control API: MOCKSERVERS_CONTROL_TOKEN.
CMD ["serve", "--host", "0.0.0.0"]

FROM base AS serve
LABEL org.opencontainers.image.description="Emulators of ticketing systems"
COPY --from=build-serve /opt/mockservers /opt/mockservers

FROM base AS whole
LABEL org.opencontainers.image.description="Emulators of ticketing systems, and a harness that hunts for bugs in their clients"
COPY --from=build-whole /opt/mockservers /opt/mockservers
