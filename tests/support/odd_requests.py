# SPDX-License-Identifier: EUPL-1.2
"""Requests that two readers of HTTP could take differently, as raw bytes, after the collections
of http-garden and h1spec, and the answer that each must get: exactly one, and the end.

    for name, data, statuses in FRAMING: ...
"""
HOST = b"Host: poort.example\r\n"
HIDDEN = b"GET /v1/status HTTP/1.1\r\n" + HOST + b"\r\n"


def get(*headers, line=b"GET /v1/status HTTP/1.1", host=HOST):
    return line + b"\r\n" + host + b"".join(one + b"\r\n" for one in headers) + b"\r\n"


def post(*headers, body=HIDDEN, line=b"POST /v1/status HTTP/1.1"):
    return get(*headers, line=line) + body


def length(text):
    return b"Content-Length: " + text


def coding(text):
    return b"Transfer-Encoding: " + text


N = b"%d" % len(HIDDEN)
CHUNKED = b"0\r\n\r\n" + HIDDEN

# H1: where does the body end?
FRAMING = [
    ("CL and TE", post(length(b"5"), coding(b"chunked"), body=CHUNKED)),
    ("TE and CL", post(coding(b"chunked"), length(b"5"), body=CHUNKED)),
    ("TE chunked", post(coding(b"chunked"), body=CHUNKED)),
    ("TE Chunked in capitals", post(coding(b"CHUNKED"), body=CHUNKED)),
    ("TE identity", post(coding(b"identity"), body=HIDDEN)),
    ("TE chunked, identity", post(coding(b"chunked, identity"), body=CHUNKED)),
    ("TE identity, chunked", post(coding(b"identity, chunked"), body=CHUNKED)),
    ("TE xchunked", post(coding(b"xchunked"), body=CHUNKED)),
    ("TE chunkedx", post(coding(b"chunkedx"), body=CHUNKED)),
    ("TE quoted", post(coding(b'"chunked"'), body=CHUNKED)),
    ("TE gzip", post(coding(b"gzip"), length(N))),
    ("TE empty", post(coding(b""), length(N))),
    ("TE with a tab", post(b"Transfer-Encoding:\tchunked", body=CHUNKED)),
    ("TE with a vertical tab", post(b"Transfer-Encoding: \x0bchunked", body=CHUNKED)),
    ("TE with a NUL", post(b"Transfer-Encoding: chunked\x00", body=CHUNKED)),
    ("TE in a name with a space", post(b"Transfer-Encoding : chunked", length(b"5"),
                                       body=CHUNKED)),
    ("TE twice", post(coding(b"chunked"), coding(b"chunked"), body=CHUNKED)),
    ("TE twice, one cow", post(coding(b"chunked"), coding(b"cow"), body=CHUNKED)),
    ("TE folded", post(b"Transfer-Encoding:\r\n chunked", body=CHUNKED)),
    ("TE with chunk extensions", post(coding(b"chunked"), body=b"0;a=b\r\n\r\n" + HIDDEN)),
    ("TE with trailers", post(coding(b"chunked"), body=b"0\r\nContent-Length: 3\r\n\r\n" + HIDDEN)),
    ("CL twice, different", post(length(b"0"), length(N))),
    ("CL twice, different, other order", post(length(N), length(b"0"))),
    ("CL twice, the same", post(length(N), length(N))),
    ("CL as a list", post(length(N + b", " + N))),
    ("CL as a list of two lengths", post(length(b"0, " + N))),
    ("CL with a leading zero", post(length(b"0" + N))),
    ("CL in octal", post(length(b"010"))),
    ("CL with a plus", post(length(b"+" + N))),
    ("CL below zero", post(length(b"-1"))),
    ("CL minus zero", post(length(b"-0"))),
    ("CL in hexadecimal", post(length(b"0x10"))),
    ("CL with an exponent", post(length(b"1e1"))),
    ("CL with a point", post(length(N + b".0"))),
    ("CL with an underscore", post(length(b"1_0"))),
    ("CL with a space within", post(length(b"1 0"))),
    ("CL empty", post(b"Content-Length:")),
    ("CL a word", post(length(b"ten"))),
    ("CL quoted", post(length(b'"10"'))),
    ("CL with a comma", post(length(N + b","))),
    ("CL with a semicolon", post(length(N + b";"))),
    ("CL with a NUL", post(length(N + b"\x00"))),
    ("CL in Arabic digits", post(length("٣".encode()))),
    ("CL in a name with a space", post(b"Content-Length : " + N)),
    ("CL in a name with a tab", post(b"Content-Length\t: " + N)),
    ("CL behind a space", post(b" Content-Length: " + N)),
    ("CL folded", post(b"Content-Length:\r\n " + N)),
    ("a folded line", get(b"X-A: 1\r\n 2")),
    ("a line folded with a tab", get(b"X-A: 1\r\n\t2")),
    ("the first header folded", get(host=b" " + HOST)),
    ("GET with a body", get(length(N)) + HIDDEN),
    ("HEAD with a body", get(length(N), line=b"HEAD /v1/status HTTP/1.1") + HIDDEN),
    ("OPTIONS with a body", get(length(N), line=b"OPTIONS /v1/status HTTP/1.1") + HIDDEN),
]

# H2: what is a line, a name, a host, a path?
LINES = [
    ("bare LF everywhere", b"GET /v1/status HTTP/1.1\nHost: a\n\n" + HIDDEN),
    ("bare LF after the request line", b"GET /v1/status HTTP/1.1\nHost: a\r\n\r\n" + HIDDEN),
    ("bare LF after a header", b"GET /v1/status HTTP/1.1\r\nHost: a\n\r\n" + HIDDEN),
    ("bare LF as the empty line", b"GET /v1/status HTTP/1.1\r\nHost: a\r\n\n" + HIDDEN),
    ("bare CR after the request line", b"GET /v1/status HTTP/1.1\rHost: a\r\n\r\n" + HIDDEN),
    ("bare CR in a value", get(b"X-A: 1\r2")),
    ("CR CR LF", b"GET /v1/status HTTP/1.1\r\r\nHost: a\r\n\r\n" + HIDDEN),
    ("an empty line first", b"\r\n" + HIDDEN),
    ("a bare LF first", b"\n" + HIDDEN),
    ("a NUL in a value", get(b"X-A: 1\x002")),
    ("a NUL in a name", get(b"X\x00A: 1")),
    ("a NUL in the path", get(line=b"GET /v1/\x00status HTTP/1.1")),
    ("a NUL first", b"\x00" + HIDDEN),
    ("ESC in a value", get(b"X-A: \x1b[31m")),
    ("DEL in a value", get(b"X-A: \x7f")),
    ("a high byte in a value", get(b"X-A: \xff")),
    ("UTF-8 in a value", get("X-A: é".encode())),
    ("a form feed in a value", get(b"X-A: \x0c")),
    ("space before the colon", get(b"X-A : 1")),
    ("tab before the colon", get(b"X-A\t: 1")),
    ("no colon", get(b"X-A")),
    ("no name", get(b": 1")),
    ("an odd name", get(b"X(A): 1")),
    ("a name in quotes", get(b'"X-A": 1')),
    ("no Host", get(host=b"")),
    ("two Hosts", get(host=b"Host: a\r\nHost: b\r\n")),
    ("two equal Hosts", get(host=HOST + HOST)),
    ("an empty Host", get(host=b"Host:\r\n")),
    ("a Host with a path", get(host=b"Host: a/b\r\n")),
    ("a Host with a user", get(host=b"Host: a@b\r\n")),
    ("a Host with a space", get(host=b"Host: a b\r\n")),
    ("a Host with a comma", get(host=b"Host: a, b\r\n")),
    ("an absolute URI", get(line=b"GET http://poort.example/v1/status HTTP/1.1")),
    ("an absolute URI of another", get(line=b"GET https://other.example/v1/status HTTP/1.1")),
    ("an authority", get(line=b"CONNECT poort.example:443 HTTP/1.1")),
    ("an asterisk", get(line=b"OPTIONS * HTTP/1.1")),
    ("a path without a slash", get(line=b"GET v1/status HTTP/1.1")),
    ("two slashes first", get(line=b"GET //v1/status HTTP/1.1")),
    ("two slashes within", get(line=b"GET /v1//status HTTP/1.1")),
    ("..", get(line=b"GET /v1/x/../status HTTP/1.1")),
    (".. at the end", get(line=b"GET /v1/status/.. HTTP/1.1")),
    (".", get(line=b"GET /v1/./status HTTP/1.1")),
    ("%00", get(line=b"GET /v1/status%00 HTTP/1.1")),
    ("%2e%2e", get(line=b"GET /v1/%2e%2e/v1/status HTTP/1.1")),
    ("%2f", get(line=b"GET /v1%2fstatus HTTP/1.1")),
    ("a letter escaped", get(line=b"GET /v1/%73tatus HTTP/1.1")),
    ("a broken escape in the query", get(line=b"GET /v1/status?a=%2 HTTP/1.1")),
    ("a backslash", get(line=b"GET /v1\\status HTTP/1.1")),
    ("a fragment", get(line=b"GET /v1/status#a HTTP/1.1")),
    ("a semicolon in the path", get(line=b"GET /v1/status;a=b HTTP/1.1")),
    ("UTF-8 in the path", get(line="GET /v1/státus HTTP/1.1".encode())),
    ("two spaces before the path", get(line=b"GET  /v1/status HTTP/1.1")),
    ("two spaces before the version", get(line=b"GET /v1/status  HTTP/1.1")),
    ("a tab for a space", get(line=b"GET\t/v1/status HTTP/1.1")),
    ("a space at the end", get(line=b"GET /v1/status HTTP/1.1 ")),
    ("a space first", get(line=b" GET /v1/status HTTP/1.1")),
    ("a space in the path", get(line=b"GET /v1/sta tus HTTP/1.1")),
    ("no version", get(line=b"GET /v1/status")),
    ("HTTP/0.9", b"GET /v1/status\r\n"),
    ("HTTP/1.0", get(line=b"GET /v1/status HTTP/1.0")),
    ("HTTP/1.2", get(line=b"GET /v1/status HTTP/1.2")),
    ("HTTP/2.0", get(line=b"GET /v1/status HTTP/2.0")),
    ("HTTP/01.1", get(line=b"GET /v1/status HTTP/01.1")),
    ("HTTP/1.1.", get(line=b"GET /v1/status HTTP/1.1.")),
    ("http/1.1", get(line=b"GET /v1/status http/1.1")),
    ("the preface of HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    ("an odd method", get(line=b"G(T /v1/status HTTP/1.1")),
    ("no method", get(line=b"/v1/status HTTP/1.1")),
    ("TLS in TLS", bytes.fromhex("16030100c8010000c40303") + bytes(64)),
    ("SSH", b"SSH-2.0-OpenSSH_9.2\r\n"),
    ("a PROXY line first", b"PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n" + HIDDEN),
]

# H4, H5 and H7: known, but more or otherwise than we take.
LIMITS = [
    ("H4", "a request line over 2 KiB", get(line=b"GET /" + b"a" * 2100 + b" HTTP/1.1"), 414),
    ("H4", "a query over 2 KiB", get(line=b"GET /v1/status?" + b"a" * 2100 + b" HTTP/1.1"), 414),
    ("H4", "a request line without end", b"GET /" + b"a" * 20000, 414),
    ("H4", "10 000 headers", get(*[b"X-%d: 1" % n for n in range(10000)]), 431),
    ("H4", "65 headers", get(*[b"X-%d: 1" % n for n in range(65)]), 431),
    ("H4", "one header of 1 MiB", get(b"X-A: " + b"a" * (1 << 20)), 431),
    ("H4", "a head of 17 KiB", get(*[b"X-%d: %s" % (n, b"a" * 600) for n in range(30)]), 431),
    ("H4", "a Host of 300 bytes", get(host=b"Host: " + b"a" * 300 + b"\r\n"), 400),
    ("H5", "a declared body of 1 GB", post(length(b"1000000000"), body=b""), 413),
    ("H5", "a length beyond any number", post(length(b"9" * 40), body=b""), 413),
    ("H5", "a length just over 64 bits", post(length(b"18446744073709551617"), body=b"a"), 413),
    ("H7", "an unknown method", get(line=b"BREW /v1/status HTTP/1.1"), 405),
    ("H7", "TRACE", get(line=b"TRACE /v1/status HTTP/1.1"), 405),
    ("H7", "Expect: 100-continue", post(b"Expect: 100-continue", length(N)), 417),
    ("H7", "Expect of something else", get(b"Expect: tea"), 417),
    ("H7", "a compressed body", post(b"Content-Encoding: gzip", length(N)), 415),
]
