"""The handler of direct invocations, queues, streams and notifications: the Lambda events that need no HTTP."""

import logging
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

from pydantic_core import from_json

from lambda_app.aws_lambda import log
from lambda_app.aws_lambda.batches import failed_records
from lambda_app.aws_lambda.kinds import HTTP_ELSEWHERE, Kind, UnsupportedEvent, check_names, kind_of
from lambda_app.aws_lambda.payload import LAMBDA_LIMIT, check, check_error
from lambda_app.aws_lambda.snapshot import start_up
from lambda_app.aws_lambda.sources import read_records
from lambda_app.contract.deadline import Deadline, limited, time_left
from lambda_app.contract.endpoint import Endpoint
from lambda_app.contract.environment import SettingsError
from lambda_app.contract.life import Life, Run, at_once
from lambda_app.contract.problem import Problem, ProcessingFailed
from lambda_app.settings import get_settings

logger = logging.getLogger(__name__)

_FAILURE = '{"itemIdentifier": ""}, '


class EventHandler:
    """The Lambda handler of an endpoint, for everything but HTTP: the endpoint that ENDPOINT names, or the first.

    Answers a direct invocation, SNS and EventBridge with the response document, and a batch with the identifiers of
    its failed records. Raises UnsupportedEvent, InvalidInput, the function's own refusal, ProcessingFailed, or
    ResponseTooLarge.

    `run` runs a coroutine on an event loop, and its owner opens and closes `life`. Without `run` the handler does both
    itself. It makes an event loop only where the endpoint or the resources are asynchronous.

    Raises SettingsError where ENDPOINT names no endpoint, and TypeError where a document of the request model could be
    taken for an AWS event, or where a function takes resources and there are none.
    """

    def __init__(self, endpoints: Mapping[str, Endpoint], life: Life, run: Run | None = None) -> None:
        self.name = get_settings().endpoint or next(iter(endpoints), "")
        if self.name not in endpoints:
            raise SettingsError(f"ENDPOINT must be one of {', '.join(endpoints)}")
        self.endpoint = endpoints[self.name]
        life.check(endpoints.values())
        check_names(self.endpoint.request)
        self._life = life
        self._opened = ExitStack()
        self._run = run or self._own_run()
        if run is None:
            log.set_up()
            try:
                start_up(self._open)
            except BaseException:
                self.close()
                raise

    def __call__(self, event: object, context: object) -> object:
        """Answer an event."""
        return self.answer(kind_of(event), event, context)

    def answer(self, kind: Kind, event: Any, context: object) -> object:  # noqa: ANN401 (a JSON value of that kind)
        """Answer an event whose kind is known."""
        try:
            with Deadline.of(context), log.Invocation(kind.name.lower(), self.name):
                return self._answer(kind, event, context)
        except Problem as problem:
            check_error(str(problem))
            raise

    def close(self) -> None:
        """Close the resources and the event loop that the handler has opened."""
        self._opened.close()

    def _answer(self, kind: Kind, event: Any, context: object) -> object:  # noqa: ANN401 (as above)
        if kind is Kind.RECORDS:
            return self._answer_records(event["Records"], context)
        if kind is Kind.EVENT_BRIDGE:
            return self._answer_document(event["detail"])
        if kind is Kind.DIRECT:
            return self._answer_document(event)
        raise UnsupportedEvent("a bare HTTP body" if kind is Kind.BODY else HTTP_ELSEWHERE)

    def _own_run(self) -> Run:
        if not (self._life.is_async or self.endpoint.is_async):
            return at_once
        import asyncio  # noqa: PLC0415 (importing it takes half as long as the rest of a cold start)

        # With a loop factory, the runner does not change what `asyncio.get_event_loop()` returns to the function.
        return self._opened.enter_context(asyncio.Runner(loop_factory=asyncio.new_event_loop)).run

    def _open(self) -> None:
        self._run(self._life.open())
        self._opened.callback(lambda: self._run(self._life.close()))

    def _answer_records(self, records: object, context: object) -> object:
        source, read = read_records(records)
        if source.reports_failures:
            failed = failed_records(read, self._process, context)
            answer = {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in failed]}
            check(answer, sum(len(identifier.encode()) for identifier in failed) + len(failed) * len(_FAILURE))
            return answer
        answers = [self._answer_document(record.document) for record in read]
        if len(answers) == 1:
            return answers[0]
        check(answers, LAMBDA_LIMIT)  # each of them has been checked, and AWS never sends several
        return answers

    def _answer_document(self, document: object) -> object:
        try:
            response = self._process(document)
            answer = _decoded(response)
        except ProcessingFailed as failed:
            logger.error("processing failed", exc_info=failed.cause)  # noqa: TRY400 (the cause's trace, not this one's)
            raise
        check(answer, len(response))
        return answer

    def _process(self, document: object) -> bytes:
        answer = self._life.answer(self.endpoint, document)
        try:
            response: bytes = self._run(limited(answer, time_left())) if self.endpoint.is_async else at_once(answer)
        except Problem:
            raise
        except BaseException as error:  # noqa: BLE001 (whatever the function raises, the runtime goes on)
            raise ProcessingFailed(error) from None
        return response


def _decoded(response: bytes) -> object:
    try:
        return from_json(response)
    except ValueError as error:  # a model may write deeper nesting than the parser reads
        raise ProcessingFailed(error) from None
