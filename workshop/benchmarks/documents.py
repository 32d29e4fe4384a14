"""The costliest document of 1 MiB: a search over shapes and models, each read in a process of its own.

`make documents` prints what reading costs in memory and CPU time, and how that compares with an honest document.
"""

import gc
import itertools
import multiprocessing
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field, create_model
from pydantic_core import from_json

from lambda_app.contract.document import Document, Reader
from lambda_app.contract.problem import Problem

SIZE = 1_048_576
CONTAINERS = 65_536 - 70  # less the ones around the repeated part
SHOWN = 12
SECONDS = 60


class Row(Document):
    """A row as an honest document has it, and one of two kinds."""

    kind: Literal["row"]
    name: str
    count: int = 0


class Cell(Document):
    """The other kind."""

    kind: Literal["cell"]
    value: float


class Tree(Document):
    """A document that contains itself."""

    items: list["Tree | str"] = Field(default_factory=list)


Kinds = Annotated[Row | Cell, Field(discriminator="kind")]
FIELDS: dict[str, Any] = {
    "str": str,
    "list[str]": list[str],
    "list[Row]": list[Row],
    "dict[str, int]": dict[str, int],
    "set[int]": set[int],
    "union": list[Row | Cell | int | bool | list[int] | dict[str, int]],
    "discriminated": list[Kinds],
}
THIRTY: dict[str, Any] = {f"field{number}": (int, ...) for number in range(30)}
MODELS: dict[str, type[Document]] = {
    **{name: create_model("Request", __base__=Document, items=(kind, ...)) for name, kind in FIELDS.items()},
    "recursive": Tree,
    "30 fields": create_model("Request", __base__=Document, **THIRTY),
}

TREE = '{"items":['
SCALARS = ["1", '""', '"ab"', "1e9", "12345678901234567890123", '"\\u00e9\\n"', "null"]
NESTS = {
    "flat": ("", ""),
    "[]": ("[", "]"),
    "{}": ('{"a":', "}"),
    "60 []": ("[" * 60, "]" * 60),
    "30 trees": (TREE * 30, "]}" * 30),
}
PLACES = {"known": '{{"items":[{}]}}', "unknown": '{{"a":[{}]}}', "names": '{{"items":{{{}}}}}', "top": "{{{}}}"}
WHOLE: dict[str, Callable[[], str]] = {
    "digits": lambda: '{"items":' + "9" * (SIZE - 10) + "}",
    "decimals": lambda: '{"items":0.' + "9" * (SIZE - 12) + "}",
    "escapes": lambda: '{"items":"' + "\\n" * (SIZE // 2 - 6) + '"}',
    "surrogate pairs": lambda: '{"items":"' + "\\ud83d\\ude00" * (SIZE // 12 - 1) + '"}',
    "quotes and brackets": lambda: '{"items":"' + '\\"[' * (SIZE // 3 - 4) + '"}',
    "strings of brackets": lambda: '{"items":[' + ",".join(['"["'] * (SIZE // 4 - 4)) + "]}",
    "long name": lambda: '{"' + "a" * (SIZE - 6) + '":1}',
    "words": lambda: '{"items":"' + "NaN " * (SIZE // 4 - 3) + '"}',
    "brackets": lambda: '{"items":' + "[" * 524_000 + "]" * 524_000 + "}",
}
ROW = '{"kind":"row","name":"a name of some length","count":1234567}'
HONEST = "an honest list of rows"


class Cost(NamedTuple):
    """What reading a document costs: MiB above what the process had before, and milliseconds of CPU time."""

    mebibytes: float
    milliseconds: float
    outcome: str


class Case(NamedTuple):
    """A document, by its shape, and the model that reads it."""

    model: str
    shape: str | tuple[str, str, str]

    def text(self) -> str:
        """Return the document."""
        if self.shape == HONEST:
            return '{"items":[' + ",".join([ROW] * 16_000) + "]}"
        if isinstance(self.shape, str):
            return WHOLE[self.shape]()
        place, nest, scalar = self.shape
        begin, end = NESTS[nest]
        return PLACES[place].format(",".join(repeated(f"{begin}{scalar}{end}", named=place in {"names", "top"})))


def cases() -> Iterator[Case]:
    """Yield every document with every model."""
    for model, *shape in itertools.product(MODELS, PLACES, NESTS, SCALARS):
        yield Case(model, (shape[0], shape[1], shape[2]))
    yield from (Case(model, shape) for model in ("str", "list[str]") for shape in WHOLE)


def repeated(part: str, *, named: bool) -> Iterator[str]:
    """Yield a part until 1 MiB is full, or until the document has as many arrays and objects as it may."""
    containers = part.count("[") + part.count("{")
    length = 12
    for number in range(CONTAINERS // containers if containers else SIZE):
        member = f'"{number:x}":{part}' if named else part
        length += len(member) + 1
        if length > SIZE:
            return
        yield member


def cost(case: Case) -> Cost:
    """Read a document, after a small one has warmed everything up."""
    if case.model == "from_json":
        return measured(from_json, case.text().encode())
    model = MODELS[case.model]
    reader = Reader(model.model_validate_json, lambda: model.__pydantic_core_schema__)
    for small in (b"{}", b'{"a":1}'.ljust(10_000)):
        measured(reader.read, small)
    return measured(reader.read, case.text().encode())


def measured(read: Callable[[bytes], object], data: bytes) -> Cost:
    """Call a reader in this process, whose highest memory is set back before."""
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")
    before, start = memory(), time.process_time()
    try:
        outcome = "answered" if read(data) else "empty"
    except Problem as problem:
        outcome = str(problem.status)
    return Cost(memory() - before, (time.process_time() - start) * 1000, outcome)


def memory() -> float:
    """Return the highest memory of this process, in MiB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def main() -> None:
    """Search, and print the costliest documents."""
    honest = [Case("from_json", HONEST), Case("list[Row]", HONEST)]
    found: list[tuple[Case, Cost]] = []
    every = list(cases())
    random.shuffle(every)  # so that each run looks at others, where there is no time for all of them
    end = time.monotonic() + SECONDS
    with multiprocessing.get_context("fork").Pool(1, maxtasksperchild=1) as pool:
        bare, baseline = pool.map(cost, honest, chunksize=1)
        for case in every:
            found.append((case, pool.apply(cost, [case])))
            if time.monotonic() > end:
                print(f"stopped after {SECONDS} seconds")
                break
    print(f"{len(found)} of {len(every)} documents of at most 1 MiB")
    for name, each in (("from_json, honest", bare), ("read, honest", baseline)):
        print(f"{name}: {each.mebibytes:.1f} MiB, {each.milliseconds:.0f} ms of CPU time")
    costliest("memory", baseline, sorted(found, key=lambda pair: pair[1].mebibytes, reverse=True))
    costliest("CPU time", baseline, sorted(found, key=lambda pair: pair[1].milliseconds, reverse=True))


def costliest(what: str, baseline: Cost, found: list[tuple[Case, Cost]]) -> None:
    """Print the first of some documents, with the honest document's reading as the unit."""
    print(f"\nThe costliest by {what}, and how many times the reading of the honest document that is:")
    for case, each in found[:SHOWN]:
        times = each.mebibytes / baseline.mebibytes, each.milliseconds / baseline.milliseconds
        figures = f"{each.mebibytes:6.1f} MiB {times[0]:5.1f}{each.milliseconds:7.0f} ms {times[1]:5.1f}"
        shape = case.shape if isinstance(case.shape, str) else ", ".join(case.shape)
        print(f"{figures}  {each.outcome:8}  {case.model:14}  {shape}")


if __name__ == "__main__":
    main()
