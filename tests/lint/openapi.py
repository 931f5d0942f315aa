#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""The two OpenAPI documents beside the code: routes, roles, statuses, codes, words, members.

openapi.py --write puts the codes of each error response (`x-codes`) and the words of each list
(`x-codetabel`) in place; what else differs is for a person to mend.
"""
import json
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))

from schema import Document  # noqa: E402
from source import Fault, all_x_tables, read, string_value, without

DOCUMENTS = {"config/openapi-partner.json": ("PARTNER", "PUBLIC"), "config/openapi-lokaal.json": ("LOCAL",)}
LISTENERS = {"PARTNER": "partner", "LOCAL": "lokaal", "PUBLIC": "publiek"}
ROUTES = "gateway/routes.c"
ROW = re.compile(r'\{LISTENER_(\w+), +HTTP_(\w+), +"([^"]+)", +"[^"]*", +(.*?), +(\w+), +(?:true|false), +(\w+)\},')
# What the server or gateway/call.c may answer before or after any handler. 405 is no answer to
# what a document lists.
ALWAYS = {"HTTP_WRONG", "MALFORMED", "NOT_ACCEPTABLE", "TIMEOUT", "TOO_LARGE", "URI_TOO_LONG", "MEDIA_WRONG", "EXPECT",
          "HEADERS_TOO_LARGE", "TOO_MANY", "BUSY", "INTERNAL", "OUT_OF_MEMORY", "STORE_FULL", "STORE_FAILED"}
KNOWN_CALLERS = {"STRANGER", "NO_ROLE"}   # not on the public listener

# (file, outcome): why no request meets it.
UNREACHABLE = {
    ("gateway/receive.c", "NOT_FOUND"): "the table of routes sends it only paths of a kind of message",
}


def routes():
    """(listener, method, path with "{}", the roles as words, the handler)"""
    text = without(read(ROUTES), strings=False)
    macros = dict(re.findall(r"#define (\w+) +\((.*)\)", text))
    for listener, method, path, roles, _, handler in ROW.findall(text):
        for name, value in [*macros.items()] * 2:  # one may stand in another
            roles = re.sub(rf"\b{name}\b", value, roles)
        yield listener, method.lower(), path, sorted(set(re.findall(r"R\((\w+)\)", roles))), handler


def outcomes():
    """name -> (status, code)"""
    table = next(table for table in all_x_tables() if table.name == "OUTCOMES")
    return {row[0]: (int(row[2]), string_value(row[3])) for _, row in table.rows if row[0] != "OK"}


def words(name):
    table = next(table for table in all_x_tables() if table.name == name)
    column = next((i for i, title in enumerate(table.columns) if title in ("code", "word", "wire")), None)
    for _, row in table.rows:
        texts = [string_value(cell) for cell in row]
        found = texts[column] or (row[column] if texts[column] is None else "") if column is not None else \
            next(iter(texts[1:2]), None) if name not in ("WAVES", "CONTACT_MOMENTS", "NEXT_STEPS") else row[0]
        if found:
            yield found.strip()


def documents():
    return [(path, listeners, Document(path)) for path, listeners in DOCUMENTS.items()]


def line_with(path, text):
    lines = read(path).split("\n")
    return next((at for at, line in enumerate(lines, 1) if text in line), 1)


def openapi_has_every_route():
    """Both ways: a route without a description, a description without a route; its roles too."""
    rows = list(routes())
    if len(rows) < read(ROUTES).count("{LISTENER_"):
        yield Fault(ROUTES, 1, f"a row of the table is not in the form that {__name__} reads")
    for path, listeners, document in documents():
        said = {(op["x-luisteraar"], method, re.sub(r"\{\w+\}", "{}", where)): (where, op)
                for where, method, op in document.operations()}
        done = {(LISTENERS[listener], method, where): roles for listener, method, where, roles, _ in rows
                if listener in listeners}
        for key in sorted(set(done) - set(said)):
            yield Fault(path, 1, f"{key[1].upper()} {key[2]} ({key[0]}) of {ROUTES} is not described here")
        for key in sorted(set(said) - set(done)):
            yield Fault(path, line_with(path, f'"{said[key][0]}"'), f"{key[1].upper()} {said[key][0]} ({key[0]}) has no row in {ROUTES}")
        for key in sorted(set(said) & set(done)):
            roles = sorted(said[key][1].get("x-rollen", []))
            if roles != done[key]:
                yield Fault(path, line_with(path, f'"{said[key][0]}"'), f"{key[1].upper()} {key[2]}: x-rollen says {roles}, "
                            f"{ROUTES} says {done[key]}")


def defining_file(handler):
    for name in sorted(os.listdir("gateway")):
        path = f"gateway/{name}"
        if name.endswith(".c") and re.search(rf"^enum outcome {handler}\(", read(path), re.MULTILINE):
            return path
    return None


def openapi_names_every_status():
    """Each operation lists what any call may end in; and each refusal that a file of handlers
    can return is listed by one of the operations it serves, as is each 2xx."""
    known = outcomes()
    for path, listeners, document in documents():
        by_file = {}
        for where, method, op in document.operations():
            wanted = ALWAYS | (set() if op["x-luisteraar"] == "publiek" else KNOWN_CALLERS)
            lacks = {str(known[name][0]) for name in wanted} - set(op["responses"])
            if lacks:
                yield Fault(path, line_with(path, f'"{where}"'), f"{method.upper()} {where} does not list {sorted(lacks)}")
        for listener, method, where, _, handler in routes():
            op = next((op for name, verb, op in document.operations() if listener in listeners and verb == method and
                       re.sub(r"\{\w+\}", "{}", name) == where), None)
            if op:
                by_file.setdefault(defining_file(handler), set()).update(op["responses"])
                if "{}" in where and "404" not in op["responses"]:
                    yield Fault(path, line_with(path, f'"{where}'), f"{where} does not list 404")
        for file, listed in by_file.items():
            text = without(read(file))
            ends = set(re.findall(r"return OUTCOME_(\w+);", text)) & set(known)
            ends |= {name for pair in re.findall(r"return [^;]*\? OUTCOME_(\w+)\s*: OUTCOME_(\w+);", text) for name in pair} & set(known)
            for name in sorted(ends):
                if str(known[name][0]) not in listed and (file, name) not in UNREACHABLE:
                    yield Fault(file, 1, f"OUTCOME_{name} becomes {known[name][0]}, which no operation of {path} lists")
            for status in set(re.findall(r"(?:call_reply|reply_with)\(\s*[^;]*?, (2\d\d),", text)) - listed:
                yield Fault(file, 1, f"answers {status}, which no operation of {path} lists")


def mended_codes(document):
    """The responses and lists as the code has them."""
    known = outcomes()
    for name, response in document.value["components"]["responses"].items():
        status = next((status for _, _, op in document.operations() for status, one in op["responses"].items()
                       if one.get("$ref", "").endswith(f"/{name}")), "405")
        yield name, response, "x-codes", sorted(code for number, code in known.values() if number == int(status))
    for name, schema in schemas(document):
        if "x-codetabel" in schema:
            yield name, schema, "enum", list(words(schema["x-codetabel"]))


def schemas(document):
    """(path of names, schema) of each schema, however deep."""
    def within(name, schema):
        yield name, schema
        for member, inner in schema.get("properties", {}).items():
            yield from within(f"{name}.{member}", inner)
        for key in ("items", "additionalProperties"):
            if isinstance(schema.get(key), dict):
                yield from within(name, schema[key])
    for name, schema in document.value["components"]["schemas"].items():
        yield from within(name, schema)


def openapi_codes_are_those_of_the_code():
    for path, _, document in documents():
        for name, holder, member, wanted in mended_codes(document):
            if holder.get(member) != wanted:
                differ = sorted(set(wanted) ^ set(holder.get(member, []))) or "the order"
                yield Fault(path, line_with(path, f'"{name.split(".")[0]}": '), f"{name}: {member} differs in {differ}: run tests/lint/openapi.py --write")


def openapi_members_are_in_the_glossary():
    known = set(re.findall(r"[A-Za-z0-9]+", read("docs/glossary.md")))
    for path, _, document in documents():
        for name, schema in schemas(document):
            if name.split(".")[0] == "Openapi":
                continue   # words of another specification
            for member in schema.get("properties", {}):
                if member not in known:
                    yield Fault(path, line_with(path, f'"{member}"'), f"{name}.{member} is not in docs/glossary.md")


def openapi_examples_fit():
    """What a reader copies must be right."""
    for path, _, document in documents():
        for name, schema in schemas(document):
            if "example" in schema:
                for fault in document.faults(schema["example"], schema, name):
                    yield Fault(path, line_with(path, f'"{name.split(".")[0]}"'), f"example of {fault}")
        for where, method, op in document.operations():
            for status, response in op["responses"].items():
                for media, content in document.whole(response).get("content", {}).items():
                    if "example" in content:
                        for fault in document.faults(content["example"], content["schema"], f"{method} {where} {status} {media}"):
                            yield Fault(path, line_with(path, f'"{where}"'), f"example of {fault}")


def openapi_references_lead_somewhere():
    for path, _, document in documents():
        for reference in set(re.findall(r'"\$ref": "([^"]+)"', read(path))):
            try:
                document.at(reference)
            except KeyError:
                yield Fault(path, line_with(path, reference), f"{reference} leads nowhere")


def openapi_version_is_the_one_we_send():
    sent = re.search(r'"API-Version: ([^\\"]+)\\r', read("gateway/server_reply.c"))
    for path, _, document in documents():
        if not sent or document.value["info"]["version"] != sent[1]:
            yield Fault(path, line_with(path, '"version"'), "info.version is not the API-Version of gateway/server_reply.c")


CHECKS = [openapi_has_every_route, openapi_names_every_status, openapi_codes_are_those_of_the_code,
          openapi_members_are_in_the_glossary, openapi_examples_fit, openapi_references_lead_somewhere,
          openapi_version_is_the_one_we_send]


# --- writing ---

def printed(value, indent=0):
    """As the documents stand: what fits on a line stands on one."""
    flat = json.dumps(value, ensure_ascii=False)
    if len(flat) + indent <= 140 or not isinstance(value, (dict, list)) or not value:
        return flat
    pad, end = " " * (indent + 2), "\n" + " " * indent
    if isinstance(value, list):
        return "[\n" + ",\n".join(pad + printed(one, indent + 2) for one in value) + end + "]"
    return "{\n" + ",\n".join(f"{pad}{json.dumps(name)}: {printed(one, indent + 2)}"
                              for name, one in value.items()) + end + "}"


def main():
    for path, _, document in documents():
        for _, holder, member, wanted in mended_codes(document):
            holder[member] = wanted
        if "--write" in sys.argv:
            with open(path, "w", encoding="utf-8") as file:
                file.write(printed(document.value) + "\n")
    faults = [fault for check in CHECKS for fault in check()]
    for fault in faults:
        print(f"{fault.path}:{fault.line}: {fault.why}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
