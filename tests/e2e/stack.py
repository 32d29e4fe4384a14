"""What CloudFormation creates from template.yaml for some values of its parameters."""

import json
import re
from typing import Any

from tests.e2e.tools import TOOLS, output

Json = Any
NOTHING = object()


def translated() -> Json:
    """Return the template that SAM has built, translated to CloudFormation."""
    return json.loads(output(str(TOOLS / "python"), "tests/e2e/translate.py", ".aws-sam/build/template.yaml"))


class Stack:
    """The resources that CloudFormation creates for some values of the parameters."""

    def __init__(self, template: Json, **values: str) -> None:
        unknown = values.keys() - template["Parameters"].keys()
        assert not unknown
        self.parameters = {name: values.get(name, of["Default"]) for name, of in template["Parameters"].items()}
        self.rules = template["Rules"]
        self.mappings = template["Mappings"]
        self.conditions = template["Conditions"]
        self.resources: dict[str, Json] = {
            name: self.resolve({key: value for key, value in of.items() if key in {"Type", "Properties"}})
            for name, of in template["Resources"].items()
            if "Condition" not in of or self.resolve(self.conditions[of["Condition"]])
        }

    def __getitem__(self, name: str) -> Json:
        return self.resources[name]["Properties"]

    def of_type(self, kind: str) -> dict[str, Json]:
        """Return the properties of the resources of a type, by their names."""
        return {name: self[name] for name, of in self.resources.items() if of["Type"] == f"AWS::{kind}"}

    def objections(self) -> list[str]:
        """Return why CloudFormation refuses the values: what each of the template's rules says that does not hold."""
        return [
            assertion["AssertDescription"]
            for rule in self.rules.values()
            if self.resolve(rule["RuleCondition"])
            for assertion in rule["Assertions"]
            if not self.resolve(assertion["Assert"])
        ]

    def resolve(self, value: Json) -> Json:  # noqa: PLR0911, PLR0912 (one for each of CloudFormation's functions)
        """Return a value with the parameters and conditions put in; references to resources stay as they are."""
        match value:
            case {"Ref": "AWS::NoValue"}:
                return NOTHING
            case {"Ref": name} if name in self.parameters:
                return str(self.parameters[name])
            case {"Fn::If": [condition, then, otherwise]}:
                return self.resolve(then if self.resolve(self.conditions[condition]) else otherwise)
            case {"Fn::Equals": [left, right]}:
                return self.resolve(left) == self.resolve(right)
            case {"Fn::Not": [condition]}:
                return not self.resolve(condition)
            case {"Condition": str(name)}:
                return self.resolve(self.conditions[name])
            case {"Fn::And": conditions}:
                return all(map(self.resolve, conditions))
            case {"Fn::Or": conditions}:
                return any(map(self.resolve, conditions))
            case {"Fn::Split": [separator, {"Ref": name}]}:
                return self.parameters[name].split(separator)
            case {"Fn::FindInMap": [name, key, second]}:
                return self.mappings[name][self.resolve(key)][second]
            case {"Fn::Select": [index, {"Fn::Split": [separator, text]}]}:
                return self.resolve(text).split(separator)[index]
            case {"Fn::Sub": [text, variables]}:
                return self.substituted(text, {name: self.resolve(item) for name, item in variables.items()})
            case {"Fn::Sub": text}:
                return self.substituted(text, {})
            case dict():
                resolved = {name: self.resolve(item) for name, item in value.items()}
                return {name: item for name, item in resolved.items() if item is not NOTHING}
            case list():
                return [item for item in map(self.resolve, value) if item is not NOTHING]
        return value

    def substituted(self, text: str, variables: dict[str, Json]) -> Json:
        """Return a text with the variables and parameters put in; it stays a substitution while it names resources."""

        def value_of(name: re.Match[str]) -> str:
            match variables.get(name[1]):
                case {"Ref": resource}:
                    return f"${{{resource}}}"
                case {"Fn::Sub": inner}:
                    return str(inner)
                case str(inner):
                    return inner
            return str(self.parameters.get(name[1], name[0]))

        whole = re.sub(r"\$\{([\w.:]+)\}", value_of, text)
        return {"Fn::Sub": whole} if "${" in whole else whole


def statements(role: Json) -> list[Json]:
    """Return all that a role may do."""
    assert role.keys() == {"AssumeRolePolicyDocument", "Policies"}  # no managed policy, which would grant more
    return [statement for policy in role["Policies"] for statement in policy["PolicyDocument"]["Statement"]]
