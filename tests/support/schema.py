# SPDX-License-Identifier: EUPL-1.2
"""The part of JSON Schema 2020-12 that config/openapi-*.json use, and no more: an unknown
keyword is itself a fault, so that nothing in them goes unchecked.

    document = Document("config/openapi-lokaal.json")
    faults = document.faults(value, schema)     # ["postvak[0].doel: is not one of ..."]
"""
import datetime
import json
import re

CHECKED = {"$ref", "type", "enum", "const", "pattern", "format", "minimum", "maximum", "minItems", "maxItems",
           "items", "properties", "required", "additionalProperties", "oneOf"}
SAID = {"description", "example", "default", "x-codetabel"}
FORMATS = {
    "uuid": r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
    "date-time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z",   # what we send is UTC, with a Z
    "date": r"\d{4}-\d\d-\d\d",
}
TYPES = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool, "null": type(None)}


def is_of(value, name):
    if name == "integer" and isinstance(value, bool):
        return False
    return isinstance(value, TYPES[name])


def fits_format(text, name):
    if not re.fullmatch(FORMATS[name], text):
        return False
    try:
        if name.startswith("date"):
            datetime.datetime.fromisoformat(text[:10])
    except ValueError:
        return False
    return True


class Document:
    def __init__(self, path):
        self.path = path
        with open(path, encoding="utf-8") as file:
            self.value = json.load(file, object_pairs_hook=without_doubles)

    def at(self, reference):
        """What "#/components/…" stands for."""
        value = self.value
        for name in reference.removeprefix("#/").split("/"):
            value = value[name.replace("~1", "/").replace("~0", "~")]
        return value

    def whole(self, value):
        """A response, parameter or header: itself, or what its $ref leads to."""
        return self.at(value["$ref"]) if "$ref" in value else value

    def faults(self, value, schema, where=""):
        unknown = set(schema) - CHECKED - SAID
        if unknown:
            return [f"{where}: {sorted(unknown)} is a keyword nobody checks"]
        found = []
        if "$ref" in schema:
            found += self.faults(value, self.at(schema["$ref"]), where)
        types = schema.get("type", [])
        types = [types] if isinstance(types, str) else types
        if types and not any(is_of(value, name) for name in types):
            return [*found, f"{where}: is no {' or '.join(types)}"]
        if "oneOf" in schema:
            fits = [not self.faults(value, one, where) for one in schema["oneOf"]].count(True)
            found += [] if fits == 1 else [f"{where}: fits {fits} of the {len(schema['oneOf'])} schemas"]
        return [*found, *self.of_scalars(value, schema, where), *self.of_lists(value, schema, where),
                *self.of_objects(value, schema, where)]

    @staticmethod
    def of_scalars(value, schema, where):
        if "enum" in schema and value not in schema["enum"]:
            yield f"{where}: {value!r} is not one of {schema['enum']}"
        if "const" in schema and value is not schema["const"]:
            yield f"{where}: is not {schema['const']!r}"
        if isinstance(value, str):
            if "pattern" in schema and not re.search(schema["pattern"], value):
                yield f"{where}: does not fit {schema['pattern']}"
            if "format" in schema and not fits_format(value, schema["format"]):
                yield f"{where}: is no {schema['format']}"
        if is_of(value, "integer"):
            if value < schema.get("minimum", value) or value > schema.get("maximum", value):
                yield f"{where}: is out of range"

    def of_lists(self, value, schema, where):
        if not isinstance(value, list):
            return
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
            yield f"{where}: has {len(value)} items"
        for at, item in enumerate(value):
            yield from self.faults(item, schema.get("items", {}), f"{where}[{at}]")

    def of_objects(self, value, schema, where):
        if not isinstance(value, dict):
            return
        known, more = schema.get("properties", {}), schema.get("additionalProperties", True)
        for name in schema.get("required", []):
            if name not in value:
                yield f"{where}.{name}: is missing"
        for name, one in value.items():
            if name in known:
                yield from self.faults(one, known[name], f"{where}.{name}")
            elif more is False:
                yield f"{where}.{name}: is not in the schema"
            elif isinstance(more, dict):
                yield from self.faults(one, more, f"{where}.{name}")

    def operations(self):
        """(path, method, operation) of each."""
        for path, item in self.value["paths"].items():
            for method, operation in item.items():
                if method in ("get", "post", "put", "patch", "delete"):
                    yield path, method, operation

    def operation(self, method, path):
        """The one that a concrete path belongs to; None: there is none."""
        for pattern, name, operation in self.operations():
            if name == method.lower() and re.fullmatch(re.sub(r"\{\w+\}", "[^/]{1,64}", pattern), path):
                return operation
        return None

    def answer_faults(self, method, path, status, headers, body):
        """What is wrong with this answer, beside what the document says of it."""
        operation = self.operation(method, path)
        if operation is None:
            return [f"{method} {path} is not in {self.path}"]
        if str(status) not in operation["responses"]:
            return [f"{method} {path} answers {status}, which {self.path} does not say"]
        response = self.whole(operation["responses"][str(status)])
        headers = {name.lower(): value for name, value in headers.items()}
        found = [f"header {name} is missing" for name, header in response.get("headers", {}).items()
                 if self.whole(header).get("required") and name.lower() not in headers]
        for name, header in response.get("headers", {}).items():
            if name.lower() in headers:
                value = headers[name.lower()]
                schema = self.whole(header)["schema"]
                value = int(value) if schema["type"] == "integer" and value.isdigit() else value
                found += self.faults(value, schema, name)
        content = response.get("content")
        if content is None:
            return [*found, *(["has a body"] if body else [])]
        media = headers.get("content-type", "")
        if media not in content:
            return [*found, f"the media type is {media!r}, not one of {list(content)}"]
        return [*found, *self.body_faults(body, media, content[media]["schema"])]

    def body_faults(self, body, media, schema):
        if "json" not in media:
            return self.faults(body.decode(), schema, "body")
        try:
            return self.faults(json.loads(body, object_pairs_hook=without_doubles), schema, "body")
        except ValueError as error:
            return [f"body: {error}"]


def without_doubles(pairs):
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        raise ValueError(f"a name stands twice among {names}")
    return dict(pairs)
