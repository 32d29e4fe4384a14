# One stage, with bytecode of everything: standard library, packages and the function. What a peer can do at best.
ARG BASE
FROM $BASE
ARG PIP_INDEX_URL
WORKDIR /function
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
RUN python -m compileall -q /function \
    $(python -c 'import sysconfig; print(sysconfig.get_path("stdlib"), sysconfig.get_path("purelib"))')
CMD ["python", "-m", "awslambdaric", "app.handler"]
