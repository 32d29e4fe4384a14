"""Give `python -m lambda_app --jsonl` so many lines, print its seconds and its peak megabytes: `lines.py LINES`."""

import json
import os
import resource
import subprocess
import sys
from time import perf_counter

lines = int(sys.argv[1])
command = [sys.executable, "-m", "lambda_app", "--jsonl"]
AT_ONCE = 1000
block = b'{"message": "hello"}\n' * AT_ONCE
read_end, write_end = os.pipe()
start = perf_counter()
with (
    open("/tmp/answers", "w+b") as answers,  # noqa: PTH123, S108 (the container's own)
    subprocess.Popen(command, stdin=read_end, stdout=answers, stderr=subprocess.DEVNULL) as process,
):
    os.close(read_end)
    with open(write_end, "wb") as source:  # noqa: PTH123 (a file descriptor)
        source.writelines(block for _ in range(lines // AT_ONCE))
    process.wait()
    seconds = perf_counter() - start
    answers.seek(0)
    answered = sum(line == b'{"message":"The received message is: \'hello\'"}\n' for line in answers)
if answered != lines:
    sys.exit(f"{answered} of {lines} lines were answered")
print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024]))
