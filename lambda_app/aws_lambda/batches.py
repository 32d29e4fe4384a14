"""Batches of records, and which of them failed, so that AWS delivers those again."""

import logging
from collections.abc import Callable, Sequence

from lambda_app.aws_lambda.sources import Record
from lambda_app.contract.printable import printable
from lambda_app.contract.problem import Problem, ProcessingFailed, error_code
from lambda_app.settings import get_settings

logger = logging.getLogger(__name__)


def failed_records(records: Sequence[Record], process: Callable[[object], object], context: object) -> list[str]:
    """Process the documents of records in order, and return the identifiers of the records that failed.

    After a failure the rest of a record's group fails unprocessed. `process` raises a Problem for a document that it
    cannot process.

    The batch stops when the time that is left falls to BATCH_MARGIN_MS, or to half of what was left at its start where
    that is less. Unprocessed records count as failed, so that AWS delivers them again. The margin has to cover one
    record.
    """
    time_left: Callable[[], int] | None = getattr(context, "get_remaining_time_in_millis", None)
    margin = min(get_settings().batch_margin_ms, time_left() / 2) if time_left else 0
    failed: list[str] = []
    failed_groups: set[str] = set()
    for position, record in enumerate(records):
        if time_left and time_left() <= margin:
            logger.warning("out of time: %d records were not processed", len(records) - position)
            return failed + [left.identifier for left in records[position:]]
        if record.group in failed_groups:
            failed.append(record.identifier)
            continue
        try:
            process(record.document)
        except Problem as problem:
            _log_failure(record.identifier, problem)
            failed.append(record.identifier)
            if record.group is not None:
                failed_groups.add(record.group)
    return failed


def _log_failure(identifier: str, problem: Problem) -> None:
    cause = problem.cause if isinstance(problem, ProcessingFailed) else None
    level = logging.WARNING if cause is None else logging.ERROR
    fields = {"recordId": identifier, "status": problem.status, "errorCode": error_code(problem)}
    shown = (printable(identifier), printable(problem.line))
    logger.log(level, "record %s failed: %s", *shown, exc_info=cause, extra=fields)
