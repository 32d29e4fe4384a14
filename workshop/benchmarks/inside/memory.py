"""Print the memory of the container's other processes in megabytes, with shared pages counted once.

That is the sum of their proportional set sizes (proc_pid_smaps(5), `smaps_rollup`).
"""

import os
import re
from pathlib import Path

own = os.getpid()
kilobytes = 0
for rollup in Path("/proc").glob("[0-9]*/smaps_rollup"):
    if int(rollup.parent.name) != own:
        found = re.search(r"^Pss:\s+(\d+) kB", rollup.read_text(), re.MULTILINE)
        kilobytes += int(found[1]) if found else 0
print(kilobytes / 1024)
