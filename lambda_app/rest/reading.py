"""Functions wrapped for FastAPI, so that the one reader reads their body parameters."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial, update_wrapper
from inspect import Parameter, Signature
from typing import Annotated, Any, get_args, get_origin

from fastapi import params
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import get_dependant, get_typed_return_annotation, get_typed_signature
from pydantic import Discriminator, TypeAdapter, WrapValidator
from pydantic_core import PydanticUndefined

from lambda_app.contract.document import Document, Reader, models_in
from lambda_app.rest.body import plain, reading_validator

Function = Callable[..., Any]

# What a body parameter says of itself. Its type, its constraints and its default are not among them: the reader needs
# the first two, and FastAPI wants the default outside the annotation.
_DESCRIBING = (
    *("embed", "media_type", "alias", "validation_alias", "serialization_alias", "title", "description", "examples"),
    *("openapi_examples", "deprecated", "include_in_schema", "json_schema_extra"),
    *("default_factory", "validate_default"),
)


class Reading(partial[Any]):
    """A function whose body parameters carry the reader as a validator, in the signature that FastAPI sees.

    It equals the function, so that FastAPI finds it in `dependency_overrides` and in its cache of dependencies.
    """

    __signature__: Signature
    # Not `func`: Python flattens a partial of a partial, and two guards made of one function would be the same.
    original: Function

    def __eq__(self, other: object) -> bool:
        return bool(self.original == (other.original if isinstance(other, Reading) else other))

    def __hash__(self) -> int:
        return hash(self.original)


def takes_documents(dependant: Dependant) -> bool:
    """Tell whether a function, or one that it depends on, has a JSON body parameter that is made of Documents."""
    fields = [field.field_info for each in _tree(dependant) for field in each.body_params]
    is_form = any(isinstance(field, params.Form) for field in fields)
    return not is_form and any(_is_document(field.annotation) for field in fields)


def reading(function: Function, dependant: Dependant | None = None) -> Function:
    """Return a function and its dependencies, each as Reading. One that takes no JSON body stays as it is."""
    dependant = dependant or dependant_of(function)
    if not any(each.body_params for each in _tree(dependant)):
        return function
    fields = {field.name: field.field_info for field in dependant.body_params}
    signature = get_typed_signature(function)
    parameters = [
        _read(parameter, fields[parameter.name]) if parameter.name in fields else _depending(parameter)
        for parameter in signature.parameters.values()
    ]
    # Keyword-only, because a parameter without a default may now follow one with a default. FastAPI calls by keyword.
    parameters = [parameter.replace(kind=Parameter.KEYWORD_ONLY) for parameter in parameters]
    read = Reading(function)
    read.original = function
    update_wrapper(read, function)
    # FastAPI makes the response model from the return annotation.
    returned = get_typed_return_annotation(function)
    read.__signature__ = signature.replace(parameters=parameters, return_annotation=returned)
    return read


def dependant_of(function: Function) -> Dependant:
    """Return what FastAPI makes of a function's parameters."""
    return get_dependant(path="", call=function)


def reading_dependency(depends: params.Depends) -> params.Depends:
    """Return a dependency whose function is Reading."""
    return replace(depends, dependency=reading(depends.dependency)) if depends.dependency else depends


def _is_document(annotation: Any) -> bool:  # noqa: ANN401 (any type there is)
    return any(issubclass(model, Document) for model in models_in(annotation))


def _tree(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for each in dependant.dependencies:
        yield from _tree(each)


def _read(parameter: Parameter, info: Any) -> Parameter:  # noqa: ANN401 (params.Body)
    kind = info.annotation
    constraints = [*info.metadata]
    if info.discriminator is not None:
        given = info.discriminator
        constraints.append(Discriminator(given) if isinstance(given, str) else given)
    validator = WrapValidator(plain)
    if _is_document(kind):
        adapter = TypeAdapter(Annotated[(kind, *constraints)] if constraints else kind)
        validator = reading_validator(Reader(adapter.validate_json, lambda: adapter.core_schema))
    given = {name: getattr(info, name) for name in _DESCRIBING}
    body = params.Body(**{name: value for name, value in given.items() if value is not None})
    default = Parameter.empty if info.default is PydanticUndefined else info.default
    return parameter.replace(annotation=Annotated[(kind, *constraints, body, validator)], default=default)


def _depending(parameter: Parameter) -> Parameter:
    if isinstance(parameter.default, params.Depends):
        found = parameter.default
        if found.dependency is None:
            found = replace(found, dependency=parameter.annotation)
        return parameter.replace(default=reading_dependency(found))
    if get_origin(parameter.annotation) is not Annotated:
        return parameter
    kind, *metadata = get_args(parameter.annotation)
    for found in metadata:
        if isinstance(found, params.Depends):
            read = reading_dependency(replace(found, dependency=found.dependency or kind))
            # As a default, because `typing` caches Annotated by equality, and a Reading equals its function.
            return parameter.replace(annotation=kind, default=read)
    return parameter
