# One image for every door. The two targets at the end share every layer, and differ in the user that runs them.

# An argument, so that you can name a mirror of the official image: --build-arg BASE=…
ARG BASE=python:3.15-slim-trixie

# Poetry stays in this stage: the image needs what the lock file lists, not the program that reads it.
FROM $BASE AS requirements
# A folder of its own, whatever the base image's working directory is.
WORKDIR /build
# For a build behind a mirror of PyPI: --build-arg PIP_INDEX_URL=…
ARG PIP_INDEX_URL
# Pinned here, because the lock file cannot pin its own reader.
RUN pip install --no-cache-dir --root-user-action ignore poetry==2.5.1 poetry-plugin-export==1.10.1
# Only these two files name the dependencies, so no other change makes this run again.
COPY pyproject.toml poetry.lock ./
# Optional groups of pyproject.toml, with commas between them: --build-arg DEPENDENCY_GROUPS=secrets
ARG DEPENDENCY_GROUPS
# With hashes, so that what is installed is what was locked, whichever index or mirror it comes from.
RUN poetry export --only "main${DEPENDENCY_GROUPS:+,$DEPENDENCY_GROUPS}" --output requirements.txt

# A stage of its own too, so that only what pip installs gets into the image.
FROM $BASE AS dependencies
# As above.
WORKDIR /build
# An argument holds for one stage only.
ARG PIP_INDEX_URL
# A change in pyproject.toml that leaves this list the same also leaves the layers that follow.
COPY --from=requirements /build/requirements.txt ./
# Only wheels, because there is no compiler. The tests of packages go, because nothing here runs them. `pydantic.v1`
# goes, because FastAPI imports it in every cold start only to refuse its models. Take that line out where a library of
# yours needs it. The bytecode skips the source check, because the image's files never change.
RUN pip install --no-cache-dir --no-compile --require-hashes --only-binary :all: --prefix /dependencies \
        -r requirements.txt \
    && find /dependencies -type d -name tests -prune -exec rm -r {} + \
    && rm -r /dependencies/lib/python3*/site-packages/pydantic/v1 \
    && python -m compileall -q --invalidation-mode unchecked-hash /dependencies

# Prepared apart, so that source and bytecode arrive in one layer.
FROM $BASE AS code
# The package alone: tests, events and documentation stay outside.
COPY lambda_app /app/lambda_app
# Readable by every user, even from a checkout that only its owner can read. The bytecode is compared with its source by
# hash, so that another process.py can be mounted over this one, and so that equal code makes an equal layer.
RUN chmod -R a+rX /app && python -m compileall -q --invalidation-mode checked-hash /app

# The target for Lambda. It sets no user: Lambda chooses one itself, and SAM CLI needs root to add a layer of its own.
FROM $BASE AS lambda
# The official image has no bytecode of the standard library, and a read-only file system stores none. Without this,
# every cold start would compile all that it imports. Then take away what helps somebody who has broken in: programs that
# lend another user, folders to write to other than /tmp, and pip, which would bring more. The programs themselves stay,
# because Debian's packages call them when they are installed.
RUN python -m compileall -q --invalidation-mode unchecked-hash \
        -x '/(ensurepip|idlelib|site-packages|test|tkinter|turtledemo)/' \
        "$(python -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')" \
    && find / -xdev -type f -perm /6000 -exec chmod a-s {} + \
    && find / -xdev -type d -perm -0002 ! -path /tmp -exec chmod o-w {} + \
    && find / -xdev \( -path '*/site-packages/pip' -o -path '*/site-packages/pip-*' -o -path '/usr/local/bin/pip*' \
        -o -name '*.whl' \) -prune -exec rm -r {} +
# Before the code, which changes more often.
COPY --from=dependencies /dependencies /usr/local
# One layer of the application alone: all that a new version has to push and to pull.
COPY --from=code /app /app
# Where `python -m lambda_app` and the Lambda runtime client look for the code.
WORKDIR /app
# Do not search for pydantic's plug-ins at every start, and write no bytecode beside a file mounted from outside.
ENV PYDANTIC_DISABLE_PLUGINS=__all__ PYTHONDONTWRITEBYTECODE=1
# Debian keeps its time zones here. Unless told so, Python reads its whole build configuration to find them, at every start.
ENV PYTHONTZPATH=/usr/share/zoneinfo
# Bytes from which memory is returned to the system at once. Where they are not set, glibc raises them after every large
# allocation, and the process keeps most of what a flood took (mallopt(3): "dynamic mmap threshold").
ENV MALLOC_MMAP_THRESHOLD_=32768 MALLOC_TRIM_THRESHOLD_=65536
# The port of the REST door, unless PORT says otherwise.
EXPOSE 8000
# Again, because the first one holds for FROM alone.
ARG BASE
# SnapStart requires the first label of an image without a base image of AWS. The others describe the image.
LABEL com.amazonaws.lambda.feature.snapstart="Allow" \
      org.opencontainers.image.title="lambda_app" \
      org.opencontainers.image.description="One typed function behind three doors: AWS Lambda, REST and the terminal." \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.base.name="$BASE"
# The Lambda runtime client where Lambda or its emulator starts it, else the REST door. CMD and not ENTRYPOINT, so that
# another command can take its place: docker run --rm IMAGE python -m lambda_app hello
CMD ["python", "-m", "lambda_app.serve"]

# The default target, for everywhere else.
FROM lambda AS application
# Nobody, as a number: from a name, Kubernetes cannot tell that it is not root.
USER 65534:65534
# Only here, because nothing listens in Lambda. A bare socket, because importing http.client would double the time.
HEALTHCHECK --interval=5s --timeout=3s --start-period=10s CMD ["python", "-c", "\
import os, socket; \
door = socket.create_connection((os.environ.get('HOST') or '0.0.0.0', os.environ.get('PORT') or 8000), timeout=2); \
door.sendall(b'GET /health HTTP/1.0\\r\\n\\r\\n'); \
raise SystemExit(door.recv(64).split()[1:2] != [b'200'])"]
