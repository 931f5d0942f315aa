# SPDX-License-Identifier: EUPL-1.2
"""Every refusing check of a C file, each taken away once: the list follows from the source.

A check is a row of a table of rules; the condition of an `if` that refuses, and each part of it;
the condition of a `return … ? OK : refusal`, and each part; each part of what a question (bool)
answers; a call that refuses, in a TRY, a return or an assignment; what a search asks of what it
finds; and what keeps an effect away: `if (…) continue` before a refusal, `if (…) return OUTCOME_OK`
before an effect. To take it away is to put true or false for it, or that it was good."""
import pathlib
import re
import sys
from collections import namedtuple

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lint"))
import source  # noqa: E402

Mutant = namedtuple("Mutant", "path line function old new start end")
Function = namedtuple("Function", "name type start end")

HEAD = re.compile(r"^(?:static )?((?:const )?(?:struct |enum |bool|char)\w* ?\*?)(\w+)"
                  r"\([^;{}]*\)\n\{", re.MULTILINE)
TABLE = re.compile(r"^static rule \*const \w+\[\] = \{", re.MULTILINE)
REFUSES = re.compile(r"\b(?:wire_wrong|wrong|fails|say_no)\(|"
                     r"\b(?:\w+_)?(?:REFUSAL_(?!(?:NONE|BYTES|COUNT)\b)|FORCE_(?!IN_FORCE))\w+|"
                     r"\brefusal\s*=(?!=)\s*[^=;]*_code\(")
GOOD = re.compile(r"^(OUTCOME_OK|(\w+_)?REFUSAL_NONE|FORCE_IN_FORCE|NULL)$")
DONE = re.compile(r"\{?(?:\s*\*\w+ = \w+;)*\s*return (?:OUTCOME_OK|change->outcome);\s*\}?")
FOUND = re.compile(r"\s*return (?!NULL|OUTCOME_|REFUSAL_)\w+;")
CHECKS = re.compile(r"^(json_(read|only|object|array|text|integer|optional)|wire_|read_|parse_|"
                    r"open_|check|may_|verify|follows|message_read|payload_read|sealed_open|"
                    r"dsse_(open|verify|from)|proof_(open|parse|read)|statement_(open|follows)|"
                    r"base64|signature_check|certificate_|key_document_(peek|read|may_count)|"
                    r"\w+_(item_parse|refusal)\(|access_received|"
                    r"new_covenant_(read|keeps_keys|check)|covenant_(parse|complete)|"
                    r"endorsed_|key_document_endorsed|key_chain_add|"
                    r"feedback_(check|parse)|find_key|standing_in_the_way|basis_for_row|add\()")
TOLD_BESIDE = re.compile(r"^(ended_by|withdrawal_(stopped|ended_it)|look_for_objection|make_token|"
                         r"find_basis)\(")   # what these find stands in an argument of theirs


def outcomes_of(kinds):
    table = next(t for t in source.x_tables("crypto/outcome.h") if t.name == "OUTCOMES")
    return {f"OUTCOME_{row[0]}" for _, row in table.rows if row[1] in kinds}


class Source:
    def __init__(self, path):
        self.path, self.text = path, source.read(path)
        self.bare = source.without(self.text)   # same places, no comments and strings
        self.theirs = outcomes_of({"THEIRS", "REFUSED"})
        self.functions = [Function(m[2], m[1].strip(), m.end() - 1,
                                   source.closing(self.bare, m.end() - 1))
                          for m in HEAD.finditer(self.bare)]

    def function_at(self, place):
        return next((f for f in self.functions if f.start <= place <= f.end), None)

    def mutant(self, start, end, new):
        function = self.function_at(start)
        old = " ".join(self.text[start:end].split())
        return Mutant(self.path, source.line_of(self.text, start),
                      function.name if function else "", old,
                      new.replace("@", self.text[start:end]), start, end)

    def refuses(self, start, end):
        code = self.bare[start:end]
        return bool(REFUSES.search(code) or self.theirs & set(re.findall(r"OUTCOME_\w+", code)))

    # --- pieces ---

    def parts(self, start, end, operator):
        """Spans of the operands at the top of an expression."""
        depth, begin, place, found = 0, start, start, []
        while place < end:
            char = self.bare[place]
            depth += (char in "([{") - (char in ")]}")
            if depth == 0 and self.bare.startswith(operator, place):
                found.append((begin, place))
                begin = place = place + len(operator)
                continue
            place += 1
        return [*found, (begin, end)]

    def trimmed(self, span):
        start, end = span
        code = self.bare[start:end]
        return start + len(code) - len(code.lstrip()), end - len(code) + len(code.rstrip())

    def statement(self, place):
        """The end of the statement that begins at or after `place`."""
        while self.bare[place].isspace():
            place += 1
        if self.bare[place] == "{":
            return source.closing(self.bare, place) + 1
        if re.match(r"(if|for|while) \(", self.bare[place:]):
            opening = self.bare.index("(", place)
            return self.statement(source.closing(self.bare, opening) + 1)
        return self.bare.index(";", place) + 1

    def taken_away(self, start, end, operator, value):
        """Each operand of `operator`, or the whole when there is one; of `A && (B || C)` also
        B and C."""
        new = "(false && (@))" if value == "false" else "(true || (@))"
        spans = [self.trimmed(span) for span in self.parts(start, end, operator)]
        for span in spans:
            yield self.mutant(*span, new)
        for inner in self.parts(*spans[0], "&&") if len(spans) == 1 and operator == "||" else ():
            first, last = self.trimmed(inner)
            if (first, last) != spans[0] and self.bare[first] == "(" and \
                    source.closing(self.bare, first) == last - 1:
                yield from self.taken_away(first + 1, last - 1, "||", value)

    def kept_away(self, start, end):
        """What stands before an effect; that something is not there is no check."""
        for mutant in self.taken_away(start, end, "||", "false"):
            if not re.fullmatch(r"\w+ == OUTCOME_\w+", mutant.old):
                yield mutant

    # --- kinds of checks ---

    def rows(self):
        for table in TABLE.finditer(self.bare):
            end = source.closing(self.bare, table.end() - 1)
            for row in re.finditer(r"\w+,", self.bare[table.end():end]):
                yield self.mutant(table.end() + row.start(), table.end() + row.end(), "")

    def conditions(self):
        for found in re.finditer(r"\bif \(", self.bare):
            function = self.function_at(found.start())
            if not function:
                continue
            close = source.closing(self.bare, found.end() - 1)
            after = self.statement(close + 1)
            body = self.bare[close + 1:after]
            if re.fullmatch(r"\s*return (OUTCOME_OK|REFUSAL_NONE|FORCE_IN_FORCE);", body):
                if self.refuses(after, function.end):   # what is let through before a refusal
                    yield from self.taken_away(found.end(), close, "&&", "true")
                else:
                    yield from self.kept_away(found.end(), close)
            elif DONE.fullmatch(body.strip()):
                yield from self.kept_away(found.end(), close)
            elif body.strip() == "continue;" and self.refuses(function.start, function.end):
                yield from self.taken_away(found.end(), close, "||", "false")
            elif function.type.endswith("*") and FOUND.fullmatch(body):
                yield from self.taken_away(found.end(), close, "&&", "true")
            elif self.refuses(close + 1, after) or (
                    function.type == "bool" and re.search(r"\breturn (true|false);", body)):
                yield from self.taken_away(found.end(), close, "||", "false")

    def returns(self):
        for found in re.finditer(r"\breturn\s", self.bare):
            function = self.function_at(found.start())
            start, end = self.trimmed((found.end(), self.bare.index(";", found.start())))
            question = self.parts(start, end, "?")
            if not function:
                continue
            if len(question) == 2:
                yield from self.choice(question[0], *self.parts(*question[1], ":")[:2])
            elif CHECKS.match(self.bare[start:end]) and not REFUSES.match(self.bare[start:end]):
                if function.type != "bool" and self.call_ends(start) == end:
                    yield self.mutant(start, end, "((void)!(@), (__typeof__(@))0)")
            elif function.type == "bool" and len(question) == 1:
                operator, value = ("||", "false") if len(self.parts(start, end, "||")) > 1 else \
                                  ("&&", "true")
                if len(self.parts(start, end, operator)) > 1 or self.answers(function) > 1:
                    yield from self.taken_away(start, end, operator, value)

    def choice(self, condition, yes, no):
        texts = [self.bare[slice(*self.trimmed(span))] for span in (yes, no)]
        span = self.trimmed(condition)
        if GOOD.match(texts[0]) and (self.refuses(*no) or "_code(" in texts[1]):
            yield from self.taken_away(*span, "&&", "true")
        elif not GOOD.match(texts[0]) and self.refuses(*no):   # keys ? check(…) : OUTCOME_X
            yield from self.taken_away(*span, "&&", "true")
        elif GOOD.match(texts[1]) and self.refuses(*yes):
            yield from self.taken_away(*span, "||", "false")

    def tries(self):
        for found in re.finditer(r"\bTRY\(", self.bare):
            close = source.closing(self.bare, found.end() - 1)
            if CHECKS.match(self.bare[found.end():close]):
                inner = self.text[found.end():close]
                yield self.mutant(found.start(), close + 1, f"(void)!({inner})")
            elif TOLD_BESIDE.match(self.bare[found.end():close]):
                yield self.mutant(found.start(), close + 1, "(void)0")

    def answers(self, function):
        """How many answers of a question depend on something."""
        return len(re.findall(r"\breturn (?!true;|false;)", self.bare[function.start:function.end]))

    def call_ends(self, start):
        opening = self.bare.index("(", start)
        return source.closing(self.bare, opening) + 1

    def assignments(self):
        """What a check said, kept to be looked at later."""
        for found in re.finditer(r"\b(?:form|outcome|refusal) =\s+", self.bare):
            function = self.function_at(found.start())
            end = self.bare.index(";", found.start())
            question = self.parts(found.end(), end, "?")
            if function and len(question) == 2:
                yield from self.choice(question[0], *self.parts(*question[1], ":")[:2])
            elif function and CHECKS.match(self.bare[found.end():end]):
                yield self.mutant(found.end(), end, "((void)!(@), (__typeof__(@))0)")

    def mutants(self):
        kinds = (self.rows, self.conditions, self.returns, self.tries, self.assignments)
        found = {(m.start, m.end): m for kind in kinds for m in kind()}
        return [found[place] for place in sorted(found)]


def mutants_of(paths):
    return [mutant for path in paths for mutant in Source(path).mutants()]


def changed(mutant, text):
    return text[:mutant.start] + mutant.new + text[mutant.end:]
