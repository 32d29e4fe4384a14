"""Time commands one after the other, print the seconds of each: `commands.py TIMES '{name: [arguments, answer]}'`."""

import json
import subprocess
import sys
from time import perf_counter

times, commands = int(sys.argv[1]), json.loads(sys.argv[2])
seconds: dict[str, list[float]] = {name: [] for name in commands}
for _ in range(times):
    for name, (arguments, answer) in commands.items():
        start = perf_counter()
        # Nothing to close, so that Python can spawn rather than fork.
        result = subprocess.run(arguments, capture_output=True, close_fds=False, check=True)
        seconds[name].append(perf_counter() - start)
        if answer not in result.stdout.decode():
            sys.exit(f"{name}: a wrong answer: {result.stdout.decode()}")
print(json.dumps(seconds))
