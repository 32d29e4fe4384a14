"""moto's server, as SQS for 10,000 messages: run with the Python of `.tools/aws`."""

from functools import cache

from moto.server import main
from moto.sqs import models

# For each message that it takes or gives, moto gathers the attributes of its queue, several times over: it counts all
# messages in three ways, and spells every attribute's name anew. The tests do not ask for the counts.
for state in ("", "_delayed", "_not_visible"):
    setattr(models.Queue, f"approximate_number_of_messages{state}", None)
models.camelcase_to_underscores = cache(models.camelcase_to_underscores)  # type: ignore[attr-defined]

main()
