"""What tells how the stack of template.yaml is doing: its logs, alarms and dashboard."""

import json
import re

import pytest

from lambda_app.contract.settings import TemplateSettings
from tests.e2e.stack import Json, Stack

TOPIC = "arn:aws:sns:us-east-1:123456789012:alarms"
WATCHED = {"Queue": "standard", "AlarmTopic": TOPIC}
MANAGED = {"ManagedSubnetIds": "subnet-0a1b2c3d", "ManagedSecurityGroupIds": "sg-0a1b2c3d"}
FUNCTION = {"Name": "FunctionName", "Value": {"Ref": "ProcessFunction"}}
QUEUE = {"Name": "QueueName", "Value": {"Fn::GetAtt": ["MessageQueue", "QueueName"]}}
DEAD_LETTERS = {"Name": "QueueName", "Value": {"Fn::GetAtt": ["DeadLetterQueue", "QueueName"]}}


@pytest.mark.parametrize("function", ["ProcessFunction", "ManagedFunction", "QueueFunction"])
def test_every_function_is_traced_and_logs_json_to_a_group_that_forgets(function: str, template: Json) -> None:
    stack = Stack(template, **MANAGED, Queue="standard", LogRetentionDays="7")
    assert stack[function]["TracingConfig"] == {"Mode": "Active"}
    logging = dict(stack[function]["LoggingConfig"])
    group = logging.pop("LogGroup")["Ref"]
    assert logging == {"LogFormat": "JSON", "ApplicationLogLevel": "INFO"}
    assert stack[group] == {"RetentionInDays": "7"}


def test_lambda_lets_through_the_levels_that_the_functions_log(template: Json) -> None:
    levels = template["Parameters"]["LogLevel"]["AllowedValues"]
    functions = [Stack(template, LogLevel=level)["ProcessFunction"] for level in levels]
    assert [
        TemplateSettings(log_level=function["Environment"]["Variables"]["LOG_LEVEL"]).log_level
        for function in functions
    ] == [level.lower() for level in levels]
    assert [function["LoggingConfig"]["ApplicationLogLevel"] for function in functions] == [
        "DEBUG",
        "INFO",
        "WARN",
        "ERROR",
        "FATAL",
    ]


def test_the_http_api_logs_each_request_with_the_id_that_the_function_logs(template: Json) -> None:
    stack = Stack(template, LogRetentionDays="7")
    settings = stack["HttpApiStage"]["AccessLogSettings"]
    assert settings["DestinationArn"] == {"Fn::GetAtt": ["HttpApiLogs", "Arn"]}
    assert stack["HttpApiLogs"] == {"RetentionInDays": "7"}
    assert "\n" not in settings["Format"]  # which API Gateway would refuse
    # "Customize HTTP API access logs": integration.requestId is the id of the Lambda invocation.
    assert json.loads(settings["Format"]) == {
        "requestId": "$context.integration.requestId",
        "apiRequestId": "$context.requestId",
        "time": "$context.requestTime",
        "sourceIp": "$context.identity.sourceIp",
        "method": "$context.httpMethod",
        "path": "$context.path",
        "route": "$context.routeKey",
        "status": "$context.status",
        "responseLength": "$context.responseLength",
        "duration": "$context.responseLatency",
        "error": "$context.error.message",
        "authorizerError": "$context.authorizer.error",
        "integrationError": "$context.integrationErrorMessage",
    }


def test_without_a_topic_there_is_no_alarm_and_unless_asked_for_no_dashboard(template: Json) -> None:
    stack = Stack(template, Queue="standard")
    assert stack.of_type("CloudWatch::Alarm") == stack.of_type("CloudWatch::Dashboard") == {}


def test_without_a_queue_its_alarms_are_left_out(template: Json) -> None:
    with_queue, without = (Stack(template, AlarmTopic=TOPIC, Queue=kind) for kind in ("fifo", "none"))
    alarms = with_queue.of_type("CloudWatch::Alarm").keys() - without.of_type("CloudWatch::Alarm").keys()
    assert alarms == {"QueueAgeAlarm", "DeadLetterAlarm"}


def alarm_on(metric: str, dimension: Json, statistic: str, *, seconds: int, threshold: Json) -> Json:
    """Return the alarm that tells the topic of the first value of a metric above a threshold."""
    namespace, _, name = metric.rpartition("/")
    return {
        "AlarmActions": [TOPIC],
        "Namespace": namespace,
        "MetricName": name,
        "Dimensions": [dimension],
        "Statistic": statistic,
        "Period": seconds,
        "EvaluationPeriods": 1,
        "Threshold": threshold,
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "notBreaching",
    }


def test_the_topic_is_told_of_errors_throttles_late_messages_and_dead_letters(template: Json) -> None:
    alarms = Stack(template, **WATCHED, QueueMaxAge="600").of_type("CloudWatch::Alarm")
    assert all(alarm.pop("AlarmDescription") for alarm in alarms.values())
    assert {name: alarm for name, alarm in alarms.items() if "Metrics" not in alarm} == {
        "ErrorsAlarm": alarm_on("AWS/Lambda/Errors", FUNCTION, "Sum", seconds=300, threshold=0),
        "ThrottlesAlarm": alarm_on("AWS/Lambda/Throttles", FUNCTION, "Sum", seconds=300, threshold=0),
        "QueueAgeAlarm": alarm_on(
            "AWS/SQS/ApproximateAgeOfOldestMessage", QUEUE, "Maximum", seconds=60, threshold="600"
        ),
        "DeadLetterAlarm": alarm_on(
            "AWS/SQS/ApproximateNumberOfMessagesVisible", DEAD_LETTERS, "Maximum", seconds=60, threshold=0
        ),
    }


def computed(alarm: Json) -> Json:
    """Return what an alarm computes, from which metrics, and the threshold."""
    (result, *sources) = alarm["Metrics"]
    metrics = {
        source["Id"]: (
            source["MetricStat"]["Metric"]["MetricName"],
            source["MetricStat"]["Metric"]["Dimensions"],
            source["MetricStat"]["Stat"],
        )
        for source in sources
    }
    assert not any(source["ReturnData"] for source in sources)
    return result["Expression"], metrics, alarm["Threshold"], alarm["AlarmActions"]


def test_an_answer_of_500_raises_an_alarm_through_either_url(template: Json) -> None:
    assert computed(Stack(template, **WATCHED)["ServerErrorsAlarm"]) == (
        "FILL(api, 0) + FILL(url, 0)",
        {
            "api": ("5xx", [{"Name": "ApiId", "Value": {"Ref": "HttpApi"}}], "Sum"),
            "url": ("Url5xxCount", [FUNCTION], "Sum"),
        },
        0,
        [TOPIC],
    )


def test_the_longest_invocation_is_measured_against_the_timeout(template: Json) -> None:
    assert computed(Stack(template, **WATCHED, Timeout="29")["DurationAlarm"]) == (
        "100 * duration / (1000 * 29)",
        {"duration": ("Duration", [FUNCTION], "Maximum")},
        80,
        [TOPIC],
    )


def test_with_managed_instances_the_alarms_watch_the_function_that_serves(template: Json) -> None:
    alarms = Stack(template, **MANAGED, AlarmTopic=TOPIC).of_type("CloudWatch::Alarm")
    assert len(alarms) == 4
    assert all("ManagedFunction" in json.dumps(alarm) for alarm in alarms.values())
    assert "ProcessFunction" not in json.dumps(alarms)


def titles(stack: Stack) -> list[str]:
    """Return the titles of the dashboard's widgets, whose resources keep their names in the template."""
    body = stack["MetricsDashboard"]["DashboardBody"]["Fn::Sub"]
    widgets = json.loads(re.sub(r"\$\{([\w.:]+)\}", r"\1", body))["widgets"]
    return [widget["properties"]["title"] for widget in widgets]


@pytest.mark.parametrize("values", [{}, MANAGED, {"Timeout": "900"}])
def test_the_dashboard_shows_the_queue_where_there_is_one(values: dict[str, str], template: Json) -> None:
    without = Stack(template, **values, Dashboard="true")
    assert titles(without) == ["Requests", "Invocations", "Milliseconds"]
    assert titles(Stack(template, **values, Dashboard="true", Queue="fifo")) == [*titles(without), "Queue"]
    function = "ManagedFunction" if values == MANAGED else "ProcessFunction"
    assert set(re.findall(r"\w+Function\b", json.dumps(without["MetricsDashboard"]))) == {function}
