# SPDX-License-Identifier: EUPL-1.2
"""Somebody at a page without a browser: reads what a browser would, fills in forms, presses
buttons. What a form holds already goes along, as a browser sends it.

    visitor = Visitor(town.corporatie, "MELDER")
    visitor.go("/melden")
    visitor.submit("/melden/bekijken", signaalcode="OVL.BURENRUZIE", postcode="1234 ab")
    "Verstuur naar" in visitor.text
"""
import html.parser
import http.client
import json
import ssl
import urllib.parse

VOID = {"input", "link", "meta", "br", "hr", "img"}


class Page(html.parser.HTMLParser):
    """The forms, the links and the words of one page; `faults` is what no browser should mend."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.forms, self.links, self.words, self.faults = [], [], [], []
        self.tags, self.select, self.fields = [], None, 0
        self.ids = set()
        self.feed(text)
        if self.tags:
            self.faults.append(f"not closed: {self.tags}")

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag not in VOID:
            self.tags.append(tag)
        if attrs.get("id"):
            if attrs["id"] in self.ids:
                self.faults.append(f"id twice: {attrs['id']}")
            self.ids.add(attrs["id"])
        if tag == "script" or any(name.startswith("on") for name in attrs) or "style" in attrs:
            self.faults.append(f"script or style within: {tag} {attrs}")
        if tag == "a":
            self.links.append(attrs.get("href", ""))
        if tag == "form":
            self.forms.append({"action": attrs.get("action"), "values": [], "fields": []})
        if tag == "input" and self.forms:
            self.add_input(attrs)
        if tag == "select":
            self.select = attrs.get("name")
            self.forms[-1]["fields"].append(self.select)
            self.first = None
        if tag == "option":
            if self.first is None or "selected" in attrs:
                self.set(self.select, attrs.get("value", ""))
            self.first = self.first or attrs.get("value", "")

    def add_input(self, attrs):
        form, kind = self.forms[-1], attrs.get("type", "text")
        if kind != "hidden" and attrs["name"] not in form["fields"]:
            form["fields"].append(attrs["name"])
        if kind in ("radio", "checkbox") and "checked" not in attrs:
            return
        form["values"].append((attrs["name"], attrs.get("value", "")))

    def set(self, name, value):
        values = self.forms[-1]["values"]
        values[:] = [pair for pair in values if pair[0] != name] + [(name, value)]

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if not self.tags or self.tags[-1] != tag:
            self.faults.append(f"</{tag}> within {self.tags[-3:]}")
        else:
            self.tags.pop()

    def handle_data(self, data):
        if not self.tags or self.tags[-1] not in ("style", "title"):
            self.words.append(data)


class Visitor:
    def __init__(self, partner, role, language="nl"):
        self.partner, self.language = partner, language
        profile = json.loads(partner.profile(role).read_text())
        base = partner.profile(role).parent
        self.context = ssl.create_default_context(cafile=base / profile["ca"])
        self.context.load_cert_chain(base / profile["certificaat"], base / profile["sleutel"])
        self.status, self.headers, self.html, self.path = 0, {}, "", ""

    def ask(self, method, path, body=None, headers=None):
        connection = http.client.HTTPSConnection("127.0.0.1", self.partner.local_port,
                                                 context=self.context, timeout=30)
        connection.request(method, path, body,
                           {"Accept": "text/html", "Accept-Language": self.language,
                            "Sec-Fetch-Site": "same-origin", **(headers or {})})
        answer = connection.getresponse()
        self.status, self.headers = answer.status, dict(answer.getheaders())
        self.html, self.path = answer.read().decode(), path
        connection.close()
        if self.status == 303:
            return self.ask("GET", self.headers["Location"])
        self.page = Page(self.html) if "text/html" in self.headers.get("Content-Type", "") else None
        return self.status

    def go(self, path):
        return self.ask("GET", path)

    @property
    def text(self):
        return " ".join(" ".join(self.page.words).split()) if self.page else ""

    def form(self, action):
        for form in self.page.forms:
            if form["action"] == action:
                return form
        raise KeyError((action, [form["action"] for form in self.page.forms]))

    def submit(self, action, **typed):
        """Presses the button; a list ticks several boxes, None leaves a field out."""
        values = [pair for pair in self.form(action)["values"] if pair[0] not in typed]
        for name, value in typed.items():
            values += [(name, one) for one in (value if isinstance(value, list) else [value])
                       if one is not None]
        return self.ask("POST", action, urllib.parse.urlencode(values),
                        {"Content-Type": "application/x-www-form-urlencoded"})
