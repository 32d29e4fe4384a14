"""What the stack of template.yaml is, for the parameters it takes: asserted on what CloudFormation would create."""

import tomllib

import pytest
from processes import ROOT

from lambda_app.settings import Settings
from tests.e2e.stack import Json, Stack, statements
from tests.e2e.tools import output, run

ASSUMED_BY_LAMBDA = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
TRACE = {"Effect": "Allow", "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "Resource": "*"}
QUEUE = {
    "QueueFunction",
    "QueueFunctionMessages",
    "QueueLogs",
    "QueueRole",
    "MessageQueue",
    "MessageQueuePolicy",
    "DeadLetterQueue",
    "DeadLetterQueuePolicy",
}
MANAGED = {"ManagedSubnetIds": "subnet-0a1b2c3d,subnet-4e5f6a7b", "ManagedSecurityGroupIds": "sg-0a1b2c3d"}


def test_sam_and_cfn_lint_have_no_finding() -> None:
    assert run("sam", "validate", "--lint").returncode == 0
    assert output("cfn-lint", "template.yaml") == ""


def test_by_default_nothing_is_public_and_there_is_no_queue(template: Json) -> None:
    stack = Stack(template)
    assert {name for name in stack.resources if "Version" not in name} == {
        "ProcessFunction",
        "ProcessFunctionAliaslive",
        "ProcessFunctionUrl",
        "ProcessLogs",
        "ProcessRole",
        "HttpApi",
        "HttpApiStage",
        "HttpApiLogs",
        "HttpApiRoute",
        "HttpApiIntegration",
        "HttpApiPermission",
    }
    assert stack["ProcessFunctionUrl"]["AuthType"] == "AWS_IAM"
    assert stack["HttpApiRoute"]["AuthorizationType"] == "AWS_IAM"
    assert stack.of_type("Lambda::Permission") == {
        "HttpApiPermission": {
            "FunctionName": {"Ref": "ProcessFunctionAliaslive"},
            "Action": "lambda:InvokeFunction",
            "Principal": "apigateway.amazonaws.com",
            "SourceArn": {"Fn::Sub": "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${HttpApi}/*"},
        }
    }


def test_http_goes_to_the_live_alias_of_published_versions_that_start_from_a_snapshot(template: Json) -> None:
    stack = Stack(template)
    assert stack["ProcessFunction"]["SnapStart"] == {"ApplyOn": "PublishedVersions"}
    (version,) = stack.of_type("Lambda::Version")
    assert stack["ProcessFunctionAliaslive"] == {
        "Name": "live",
        "FunctionName": {"Ref": "ProcessFunction"},
        "FunctionVersion": {"Fn::GetAtt": [version, "Version"]},
    }
    assert stack["ProcessFunctionUrl"]["TargetFunctionArn"] == {"Ref": "ProcessFunctionAliaslive"}
    assert stack["HttpApiIntegration"]["IntegrationUri"] == {"Fn::Sub": "${ProcessFunction.Arn}:live"}
    assert stack["HttpApiRoute"]["RouteKey"] == "$default"


def test_managed_instances_serve_http_by_a_function_of_their_own_without_a_snapshot(template: Json) -> None:
    without, stack = Stack(template), Stack(template, **MANAGED, MaxConcurrency="32", Architecture="arm64")
    (version,) = (name for name in stack.of_type("Lambda::Version") if name.startswith("Managed"))
    assert stack.resources.keys() - without.resources.keys() == {
        "CapacityProvider",
        "CapacityProviderRole",
        "ManagedFunction",
        "ManagedFunctionAliaslive",
        "ManagedFunctionUrl",
        version,
    }
    shared = {
        "Code",
        "PackageType",
        "Role",
        "Timeout",
        "Environment",
        "TracingConfig",
        "Architectures",
        "LoggingConfig",
    }
    function, other = stack["ManagedFunction"], stack["ProcessFunction"]
    assert {name: value for name, value in function.items() if name not in shared} == {
        "Description": "Processes messages over HTTP and direct invocations, many at once",
        "MemorySize": "2048",
        "Tags": other["Tags"],
        "CapacityProviderConfig": {
            "LambdaManagedInstancesCapacityProviderConfig": {
                "CapacityProviderArn": {"Fn::GetAtt": ["CapacityProvider", "Arn"]},
                "PerExecutionEnvironmentMaxConcurrency": "32",
            }
        },
    }
    assert {name: function[name] for name in shared} == {name: other[name] for name in shared}
    assert stack["CapacityProvider"] == {
        "VpcConfig": {"SubnetIds": ["subnet-0a1b2c3d", "subnet-4e5f6a7b"], "SecurityGroupIds": ["sg-0a1b2c3d"]},
        "PermissionsConfig": {"CapacityProviderOperatorRoleArn": {"Fn::GetAtt": ["CapacityProviderRole", "Arn"]}},
        "InstanceRequirements": {"Architectures": ["arm64"]},
    }
    policy = {"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/AWSLambdaManagedEC2ResourceOperator"}
    role = {"AssumeRolePolicyDocument": ASSUMED_BY_LAMBDA, "ManagedPolicyArns": [policy]}
    assert stack["CapacityProviderRole"] == role


def test_with_managed_instances_http_goes_to_their_live_alias(template: Json) -> None:
    stack = Stack(template, **MANAGED, PublicAccess="true")
    assert stack["HttpApiIntegration"]["IntegrationUri"] == {"Fn::Sub": "${ManagedFunction.Arn}:live"}
    assert stack["ManagedFunctionUrl"]["TargetFunctionArn"] == {"Ref": "ManagedFunctionAliaslive"}
    permitted = [of["FunctionName"] for of in stack.of_type("Lambda::Permission").values()]
    assert permitted == [{"Ref": "ManagedFunctionAliaslive"}] * 3
    outputs = {name: stack.resolve(of["Value"]) for name, of in template["Outputs"].items()}
    assert outputs["FunctionName"] == {"Ref": "ManagedFunction"}
    assert outputs["FunctionUrl"] == {"Fn::GetAtt": ["ManagedFunctionUrl", "FunctionUrl"]}


def test_managed_instances_need_both_subnets_and_security_groups(template: Json) -> None:
    assert Stack(template).objections() == Stack(template, **MANAGED).objections() == []
    assert [Stack(template, **{name: value}).objections() for name, value in MANAGED.items()] == [
        ["ManagedSubnetIds needs ManagedSecurityGroupIds"],
        ["ManagedSecurityGroupIds needs ManagedSubnetIds"],
    ]


def test_the_function_takes_its_size_from_the_parameters(template: Json) -> None:
    values = {"MemorySize": "1024", "Timeout": "29", "Architecture": "arm64"}
    function = Stack(template, **values)["ProcessFunction"]
    assert (function["MemorySize"], function["Timeout"], function["Architectures"]) == ("1024", "29", ["arm64"])
    assert "ReservedConcurrentExecutions" not in function
    assert Stack(template, ReservedConcurrency="0")["ProcessFunction"]["ReservedConcurrentExecutions"] == "0"


def test_every_function_may_do_what_it_needs_and_no_more(template: Json) -> None:
    stack = Stack(template, Queue="standard", PublicAccess="true")
    assert {name: role["AssumeRolePolicyDocument"] for name, role in stack.of_type("IAM::Role").items()} == {
        "ProcessRole": ASSUMED_BY_LAMBDA,
        "QueueRole": ASSUMED_BY_LAMBDA,
    }
    assert statements(stack["ProcessRole"]) == [logs("ProcessLogs"), TRACE]
    assert statements(stack["QueueRole"]) == [
        logs("QueueLogs"),
        TRACE,
        {
            "Effect": "Allow",
            "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
            "Resource": {"Fn::GetAtt": ["MessageQueue", "Arn"]},
        },
    ]


def test_every_function_gets_its_settings_from_the_parameters(template: Json) -> None:
    default = {name: str(field.default) for name, field in Settings.model_fields.items()}
    stack = Stack(template, Queue="standard")
    for_all = {"MAX_BODY_BYTES": default["max_body_bytes"], "API_KEY_ARN": "", "LOG_LEVEL": "INFO"}
    for_http = {"PUBLIC_ACCESS": "false", "API_KEYS_ARN": ""}
    for_the_queue = {"ENDPOINT": default["endpoint"], "BATCH_MARGIN_MS": default["batch_margin_ms"]}
    assert stack["ProcessFunction"]["Environment"] == {"Variables": for_all | for_http}
    assert stack["QueueFunction"]["Environment"] == {"Variables": for_all | for_the_queue}
    stack = Stack(
        template, Queue="fifo", MaxBodyBytes="9", LogLevel="ERROR", QueueEndpoint="n", QueueBatchMargin="5000"
    )
    assert stack["QueueFunction"]["Environment"]["Variables"] == {
        "MAX_BODY_BYTES": "9",
        "API_KEY_ARN": "",
        "LOG_LEVEL": "ERROR",
        "ENDPOINT": "n",
        "BATCH_MARGIN_MS": "5000",
    }


@pytest.mark.parametrize("parameter", ["ApiKeyArn", "ApiKeysArn"])
def test_the_image_has_boto3_only_where_there_is_a_secret_to_read(parameter: str, sam_build: None) -> None:
    del sam_build
    assert not has_boto3()
    secret = f"{parameter}=arn:aws:ssm:eu-central-1:123456789012:parameter/lambda-app/keys"
    output("sam", "build", "--build-dir", "build/sam-with-secret", "--parameter-overrides", secret)
    with_secret = has_boto3()
    output("sam", "build")  # under the same name again, for the other tests
    assert with_secret
    assert not has_boto3()


def has_boto3() -> bool:
    """Return whether boto3 is in the image that SAM has built last."""
    code = "import importlib.util; print(importlib.util.find_spec('boto3') is not None)"
    return output("docker", "run", "--rm", "processfunction:lambda", "python", "-c", code) == "True\n"


def logs(group: str) -> Json:
    """Return the statement that lets a function write its log."""
    return {
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": {"Fn::GetAtt": [group, "Arn"]},
    }


@pytest.mark.parametrize("kind", ["standard", "fifo"])
def test_a_queue_is_encrypted_takes_tls_alone_and_keeps_what_fails(kind: str, template: Json) -> None:
    closed, stack = Stack(template), Stack(template, Queue=kind, QueueMaxReceiveCount="3")
    assert stack.resources.keys() - closed.resources.keys() == QUEUE
    fifo = {"FifoQueue": True} if kind == "fifo" else {}
    assert stack.of_type("SQS::Queue") == {
        "MessageQueue": {
            **fifo,
            "SqsManagedSseEnabled": True,
            "MessageRetentionPeriod": 7 * 86_400,
            "VisibilityTimeout": 180,
            "RedrivePolicy": {
                "deadLetterTargetArn": {"Fn::GetAtt": ["DeadLetterQueue", "Arn"]},
                "maxReceiveCount": "3",
            },
        },
        "DeadLetterQueue": {**fifo, "SqsManagedSseEnabled": True, "MessageRetentionPeriod": 14 * 86_400},
    }
    assert stack.of_type("SQS::QueuePolicy") == {
        f"{name}Policy": tls_only(name) for name in stack.of_type("SQS::Queue")
    }


def tls_only(queue: str) -> Json:
    """Return the queue policy that refuses whatever is sent in the clear."""
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:*",
        "Resource": {"Fn::GetAtt": [queue, "Arn"]},
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return {"Queues": [{"Ref": queue}], "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}}


def test_a_message_is_hidden_for_six_times_as_long_as_its_function_may_take(template: Json) -> None:
    for seconds in template["Parameters"]["QueueTimeout"]["AllowedValues"]:
        stack = Stack(template, Queue="standard", QueueTimeout=str(seconds))
        assert stack["QueueFunction"]["Timeout"] == str(seconds)
        assert stack["MessageQueue"]["VisibilityTimeout"] == 6 * seconds


def test_the_function_of_the_queue_is_the_same_image_without_http_and_reports_each_failure(template: Json) -> None:
    stack = Stack(template, Queue="standard", QueueReservedConcurrency="20", QueueMaximumConcurrency="20")
    function = stack["QueueFunction"]
    assert function["Code"] == stack["ProcessFunction"]["Code"]
    assert function["ImageConfig"] == {
        "Command": ["python", "-m", "lambda_app.serve", "lambda_app.aws_lambda.events.handler"]
    }
    assert function["ReservedConcurrentExecutions"] == "20"
    assert stack["QueueFunctionMessages"] == {
        "EventSourceArn": {"Fn::GetAtt": ["MessageQueue", "Arn"]},
        "FunctionName": {"Ref": "QueueFunction"},
        "BatchSize": "10",
        "MaximumBatchingWindowInSeconds": "0",
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "ScalingConfig": {"MaximumConcurrency": "20"},
    }


def test_a_fifo_queue_has_no_batch_window_which_aws_would_refuse(template: Json) -> None:
    assert "MaximumBatchingWindowInSeconds" not in Stack(template, Queue="fifo")["QueueFunctionMessages"]


def test_samconfig_sets_parameters_that_the_template_has(template: Json) -> None:
    config = tomllib.loads((ROOT / "samconfig.toml").read_text())
    for environment in ("default", "prod"):
        for override in config[environment]["deploy"]["parameters"].get("parameter_overrides", []):
            assert override.partition("=")[0] in template["Parameters"]
