# Emblazon in one image: `emblazon serve` (edge and origin in one process) or `emblazon origin`.
#
#   make release && docker build -t emblazon .
#   docker run --rm --read-only --tmpfs /tmp -v emblazon:/var/lib/emblazon -p 8080:8080 \
#     -e EMBLAZON_SIGNING_KEYS=k1:… -e EMBLAZON_PURGE_TOKEN=… emblazon
#
# Nothing is fetched from this repository's network but wheels; where those lie in dist/ beside ours, and
# PIP_NO_INDEX=1 is given, nothing at all is. amd64 and arm64: every dependency has wheels for both.
ARG BASE=python:3.13-slim-bookworm

FROM ${BASE} AS build
ARG PIP_NO_INDEX=
ENV PIP_NO_INDEX=${PIP_NO_INDEX} PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY dist/ /dist/
RUN python3 -m venv /opt/emblazon \
 && /opt/emblazon/bin/pip install --quiet --find-links /dist "emblazon[origin] @ file://$(ls /dist/emblazon-*.whl)" \
 && find /opt/emblazon -name __pycache__ -prune -exec rm -rf {} + \
 && /opt/emblazon/bin/python -m compileall -q /opt/emblazon/lib

FROM ${BASE}
COPY --from=build /opt/emblazon /opt/emblazon
RUN mkdir -p /var/lib/emblazon /srv/emblazon && chown 65532:65532 /var/lib/emblazon
ENV PATH=/opt/emblazon/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONDONTWRITEBYTECODE=1 \
    EMBLAZON_HOST=0.0.0.0 \
    EMBLAZON_ORIGIN_HOST=0.0.0.0 \
    EMBLAZON_STATE_DIR=/var/lib/emblazon
# A project's own templates/, fonts/ and emblazon.toml are mounted here.
WORKDIR /srv/emblazon
USER 65532:65532
VOLUME /var/lib/emblazon
EXPOSE 8080 8788
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s CMD ["emblazon", "doctor", "--url", "http://127.0.0.1:8080", "--quick"]
ENTRYPOINT ["emblazon"]
CMD ["serve"]
