"""deploy/kubernetes.yaml: its objects fit each other, and the image serves as they say."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from processes import ROOT
from run import ENDPOINT, NAME
from sample import document

from lambda_app.settings import Settings
from tests.e2e.tools import IMAGE, SETTINGS, TOOLS, Container, inspect, output, run, wait_for

Json = Any
BODY = json.dumps(document(ENDPOINT.request, 1)).encode()
TO_JSON = "import json, sys, yaml; print(json.dumps(list(yaml.safe_load_all(sys.stdin))))"


@pytest.fixture(scope="module")
def objects() -> dict[str, Json]:
    """Return the objects of the file, by their kinds."""
    text = (ROOT / "deploy" / "kubernetes.yaml").read_bytes()
    return {each["kind"]: each for each in json.loads(run(str(TOOLS / "python"), "-c", TO_JSON, stdin=text).stdout)}


@pytest.fixture(scope="module")
def pod(objects: dict[str, Json]) -> Json:
    """Return what a pod is made of."""
    return objects["Deployment"]["spec"]["template"]["spec"]


@pytest.fixture(scope="module")
def environment(pod: Json) -> dict[str, str]:
    """Return the environment variables of the container."""
    return {variable["name"]: variable["value"] for variable in pod["containers"][0]["env"]}


@pytest.fixture
def served(pod: Json, environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Container]:
    """Return a container that Docker runs as Kubernetes would, with one key in the mounted secret."""
    keys = tmp_path_factory.mktemp("secret") / "api-keys"
    keys.write_text("somebody:a-key\n")
    keys.chmod(0o644)  # as Kubernetes mounts a secret
    security = pod["securityContext"] | pod["containers"][0]["securityContext"]
    options = (
        *("--user", f"{security['runAsUser']}:{security['runAsGroup']}"),
        *(("--read-only",) if security["readOnlyRootFilesystem"] else ()),
        *(() if security["allowPrivilegeEscalation"] else ("--security-opt", "no-new-privileges")),
        *(word for name in security["capabilities"]["drop"] for word in ("--cap-drop", name)),
        *(word for name, value in environment.items() for word in ("--env", f"{name}={value}")),
        *("--memory", pod["containers"][0]["resources"]["limits"]["memory"].removesuffix("i")),
        *("--volume", f"{keys}:{environment['API_KEYS_FILE']}:ro"),
    )
    (port,) = pod["containers"][0]["ports"]
    with Container(IMAGE, port=port["containerPort"], options=(*SETTINGS, *options)) as container:
        wait_for(f"{container.url}/health")
        yield container


def test_the_objects_are_about_the_same_pods(objects: dict[str, Json]) -> None:
    deployment = objects["Deployment"]
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    assert deployment["spec"]["selector"]["matchLabels"] == labels
    assert objects["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"] == labels
    assert objects["Service"]["spec"]["selector"] == labels
    (spread,) = deployment["spec"]["template"]["spec"]["topologySpreadConstraints"]
    assert spread["labelSelector"]["matchLabels"] == labels
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": deployment["metadata"]["name"]}
    assert objects["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"] == target
    assert "replicas" not in deployment["spec"]


def test_traffic_and_probes_go_to_the_port_that_the_application_listens_on(
    objects: dict[str, Json], pod: Json, environment: dict[str, str]
) -> None:
    (container,) = pod["containers"]
    (port,) = container["ports"]
    assert str(port["containerPort"]) == environment["PORT"]
    assert [each["targetPort"] for each in objects["Service"]["spec"]["ports"]] == [port["name"]]
    probes = {name: probe["httpGet"] for name, probe in container.items() if name.endswith("Probe")}
    assert probes == {
        "startupProbe": {"path": "/health", "port": port["name"]},
        "livenessProbe": {"path": "/health", "port": port["name"]},
        "readinessProbe": {"path": "/ready", "port": port["name"]},
    }


def test_a_pod_has_longer_to_end_than_it_drains_and_finishes(pod: Json, environment: dict[str, str]) -> None:
    needed = int(environment["DRAIN_SECONDS"]) + int(environment["SHUTDOWN_TIMEOUT"])
    assert pod["terminationGracePeriodSeconds"] > needed


def test_the_variables_are_settings(environment: dict[str, str]) -> None:
    assert {name.lower() for name in environment} <= Settings.model_fields.keys()


def test_the_keys_are_the_secrets_and_no_value_stands_in_the_file(
    objects: dict[str, Json], pod: Json, environment: dict[str, str]
) -> None:
    assert "Secret" not in objects
    (volume,) = pod["volumes"]
    (mount,) = pod["containers"][0]["volumeMounts"]
    assert volume == {"name": mount["name"], "secret": {"secretName": "lambda-app"}}
    assert environment["API_KEYS_FILE"] == f"{mount['mountPath']}/api-keys"


def test_a_pod_is_nobody_who_can_write_nothing_and_gain_nothing(pod: Json) -> None:
    user, _, group = inspect(IMAGE)["Config"]["User"].partition(":")
    assert pod["securityContext"] == {
        "runAsNonRoot": True,
        "runAsUser": int(user),
        "runAsGroup": int(group),
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    assert pod["containers"][0]["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def test_the_image_serves_as_the_pod_runs_it(pod: Json, served: Container) -> None:
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        path = pod["containers"][0][probe]["httpGet"]["path"]
        assert requests.get(f"{served.url}{path}", timeout=10).status_code == 200
    headers = {"content-type": "application/json"}
    assert requests.post(f"{served.url}/{NAME}", BODY, headers=headers, timeout=10).status_code == 401
    headers["authorization"] = "Bearer a-key"
    assert requests.post(f"{served.url}/{NAME}", BODY, headers=headers, timeout=10).status_code == 200


def test_a_pod_that_is_deleted_is_not_ready_and_still_answers_until_it_has_drained(
    pod: Json, environment: dict[str, str], served: Container
) -> None:
    start = time.monotonic()
    output("docker", "kill", "--signal", "SIGTERM", served.name)
    while requests.get(f"{served.url}/ready", timeout=10).status_code == 200:
        assert time.monotonic() < start + int(environment["DRAIN_SECONDS"])
    assert requests.get(f"{served.url}/health", timeout=10).status_code == 200
    assert output("docker", "wait", served.name) == "0\n"
    assert time.monotonic() - start < pod["terminationGracePeriodSeconds"]
