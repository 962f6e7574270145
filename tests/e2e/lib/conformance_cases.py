"""What RFC 9110 and RFC 9112 want of a server that is sent this, and what the emulator answers.

A case is the bytes of one request or of a few; what follows them on the connection is the test's. The
table in docs/reliability.md is made of these.
"""

from dataclasses import dataclass

SEND_BODY = b'{"phone":"+84981234567","code":"482917"}'
KEY = b"sk_live_conformance"


@dataclass(frozen=True)
class Case:
    group: str
    name: str
    section: str     # of RFC 9112, unless another RFC stands before it
    wants: str       # the statuses that the RFC asks for or allows, the one it prefers first
    seen: str        # what the emulator answers: statuses, then whether it keeps the connection
    raw: bytes
    differs: str     # why `seen` is not what the RFC prefers; empty if it is

    @property
    def statuses(self):
        return [int(each) for each in self.seen.rpartition(", ")[0].split(", ")]

    @property
    def is_kept(self):
        return self.seen.endswith(", kept")


CASES = []
_group = ""


def _case(name, section, wants, seen, raw, differs=""):
    if isinstance(raw, str):
        raw = raw.encode("latin-1")
    CASES.append(Case(_group, name, section, wants, seen, raw, differs))


def _get(*headers, line=b"GET /api/v1/balance HTTP/1.1", host=b"Host: localhost"):
    """A request without a body, with a key."""
    lines = [line, *([host] if host else []), b"Authorization: Bearer " + KEY, *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n"


def _line(line):
    return _get(line=line)


def _host(*values):
    """As many Host headers."""
    return _get(*(b"Host: " + value for value in values), host=b"")


def _post(*headers, body=SEND_BODY, version=b"1.1"):
    """A send with these headers alone to say where the body ends."""
    return _get(*headers, line=b"POST /api/v1/send-otp HTTP/" + version) + body


def _length(*values, body=SEND_BODY):
    return _post(*(b"Content-Length: " + value for value in values), body=body)


CHUNKED = b"Transfer-Encoding: chunked"
WHOLE_CHUNK = b"%x\r\n%s\r\n" % (len(SEND_BODY), SEND_BODY)
LAST_CHUNK = b"0\r\n\r\n"
OWN_LENGTH = b"Content-Length: %d" % len(SEND_BODY)


def _coding(*values, body=WHOLE_CHUNK + LAST_CHUNK, version=b"1.1"):
    return _post(*(b"Transfer-Encoding: " + value for value in values), body=body, version=version)


def _chunks(raw):
    return _post(CHUNKED, body=raw)


def _sized(size, after=b"\r\n"):
    """The send in one chunk, its size written so."""
    return _chunks(size + b"\r\n" + SEND_BODY + after + LAST_CHUNK)


# What many clients send, and no proxy takes for something else.
BROWSERS = "the URL standard lets browsers send it in a query"
VENDOR = "as other wrong methods, see [fidelity.md](fidelity.md)"

_group = "Request line"
_case("as it should be", "3", "200", "200, kept", _get())
_case("an empty line before it", "2.2", "200", "200, kept", b"\r\n" + _get())
_case("no version", "3", "400", "400, closed", _line(b"GET /api/v1/balance"))
_case("version in lower case", "2.3", "400", "400, closed", _line(b"GET / http/1.1"))
_case("another protocol's name", "2.3", "400", "400, closed", _line(b"GET / FTP/1.1"))
_case("version of one digit", "2.3", "400", "400, closed", _line(b"GET / HTTP/1"))
_case("version 1.10", "2.3", "400", "400, closed", _line(b"GET / HTTP/1.10"))
_case("version 1.2", "9110, 2.5", "200", "505, closed", _line(b"GET /api/v1/balance HTTP/1.2"),
      "there is no such version")
_case("version 2.0", "9110, 15.6.6", "505", "505, closed", _line(b"GET /api/v1/balance HTTP/2.0"))
_case("preface of HTTP/2", "9110, 15.6.6", "505", "505, closed", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
_case("version 0.9", "9110, 15.6.6", "505", "505, closed", _line(b"GET /api/v1/balance HTTP/0.9"))
_case("a space at its end", "3", "400", "400, closed", _line(b"GET /api/v1/balance HTTP/1.1 "))
_case("a space at its beginning", "3", "400", "400, closed", _line(b" GET /api/v1/balance HTTP/1.1"))
_case("two spaces before the target", "3", "400", "400, closed", _line(b"GET  / HTTP/1.1"))
_case("two spaces before the version", "3", "400", "400, closed", _line(b"GET /  HTTP/1.1"))
_case("tabs for spaces", "3", "400", "400, closed", _line(b"GET\t/\tHTTP/1.1"))
_case("a bare LF at its end", "2.2", "200 or 400", "400, closed",
      b"GET /api/v1/balance HTTP/1.1\nHost: localhost\n\n")
_case("a bare CR in it", "2.2", "400", "400, closed", _line(b"GET /api\r/v1/balance HTTP/1.1"))
_case("a bare CR at its end", "2.2", "400", "400, closed",
      b"GET /api/v1/balance HTTP/1.1\rHost: localhost\r\n\r\n")
_case("a method with a parenthesis", "3.1", "400", "400, closed", _line(b"GE(T / HTTP/1.1"))
_case("a method that nobody knows", "9110, 9.1", "501", "405, kept",
      _line(b"BREW /api/v1/balance HTTP/1.1"), VENDOR)
_case("a method in lower case", "9110, 9.1", "501", "405, kept",
      _line(b"get /api/v1/balance HTTP/1.1"), VENDOR)
_case("a method of 20,000 letters", "3", "501", "501, closed", _line(b"A" * 20_000 + b" / HTTP/1.1"))

_group = "Target"
_case("absolute, as for a proxy", "3.2.2", "200", "200, kept",
      _line(b"GET http://nexoroute.dev/api/v1/balance HTTP/1.1"))
_case("absolute, its host against the Host header", "3.2.2", "403", "403, kept",
      _line(b"GET http://example.com/_mock/clock HTTP/1.1"))
_case("absolute, without a path", "3.2.2", "302", "302, kept",
      _line(b"GET http://localhost HTTP/1.1"))
_case("absolute, without a Host header", "3.2", "400", "400, closed",
      _get(line=b"GET http://localhost/api/v1/balance HTTP/1.1", host=b""))
_case("absolute, with a user", "9110, 4.2.4", "400", "400, closed",
      _line(b"GET http://user@localhost/api/v1/balance HTTP/1.1"))
_case("absolute, without a host", "9110, 4.2.1", "400", "400, closed",
      _line(b"GET http:///api/v1/balance HTTP/1.1"))
_case("absolute, of another scheme", "9110, 7.4", "400 or 421", "400, closed",
      _line(b"GET ftp://localhost/api/v1/balance HTTP/1.1"))
_case("a URL in the query", "3.2.1", "200", "200, kept",
      _line(b"GET /api/v1/balance?from=http://localhost/_mock/clock HTTP/1.1"))
_case("no slash at its beginning", "3.2.1", "400", "400, closed",
      _line(b"GET api/v1/balance HTTP/1.1"))
_case("no slash, but a URL in the query", "3.2.1", "400", "400, closed",
      _line(b"GET api?from=http://localhost/_mock/clock HTTP/1.1"))
_case("host and port, without CONNECT", "3.2.3", "400", "400, closed",
      _line(b"GET localhost:80 HTTP/1.1"))
_case("CONNECT", "9110, 9.1", "501", "501, closed", _line(b"CONNECT localhost:80 HTTP/1.1"))
_case("an asterisk, without OPTIONS", "3.2.4", "400", "400, closed", _line(b"GET * HTTP/1.1"))
_case("an asterisk, with OPTIONS", "3.2.4", "404", "404, kept", _line(b"OPTIONS * HTTP/1.1"))
_case("a byte above 0x7f", "3.2", "400", "400, closed", _line(b"GET /api/v1/balance?\xc4\x91 HTTP/1.1"))
_case("a control character", "3.2", "400", "400, closed", _line(b"GET /api/v1/\x01 HTTP/1.1"))
_case("a NUL", "3.2", "400", "400, closed", _line(b"GET /api/v1/\0 HTTP/1.1"))
_case("a DEL", "3.2", "400", "400, closed", _line(b"GET /api/v1/\x7f HTTP/1.1"))
_case("a fragment", "3.2.1", "400", "400, closed", _line(b"GET /api/v1/balance#x HTTP/1.1"))
_case("a pointed bracket", "3.2", "400", "400, closed", _line(b"GET /api/v1/balance?<x> HTTP/1.1"))
_case("a curly bracket", "3.2", "400", "200, kept", _line(b"GET /api/v1/balance?{x} HTTP/1.1"),
      BROWSERS)
_case("of 20,000 bytes", "3", "414", "414, closed", _line(b"GET /" + b"a" * 20_000 + b" HTTP/1.1"))

_group = "Host"
_case("missing", "3.2", "400", "400, closed", _host())
_case("missing, of HTTP/1.0", "9.3", "200", "200, closed",
      _get(line=b"GET /api/v1/balance HTTP/1.0", host=b""))
_case("twice, different", "3.2", "400", "400, closed", _host(b"localhost", b"example.com"))
_case("twice, equal", "3.2", "400", "400, closed", _host(b"localhost", b"localhost"))
_case("twice, of HTTP/1.0", "3.2", "400", "400, closed",
      _get(b"Host: localhost", line=b"GET / HTTP/1.0"))
_case("empty", "9110, 7.2", "200", "200, kept", _host(b""))
_case("with a port", "9110, 7.2", "200", "200, kept", _host(b"localhost:8484"))
_case("an address of IPv6", "9110, 7.2", "200", "200, kept", _host(b"[::1]:8484"))
_case("with a user", "3.2", "400", "400, closed", _host(b"user@localhost"))
_case("with a path", "3.2", "400", "400, closed", _host(b"localhost/x"))
_case("a list", "3.2", "400", "400, closed", _host(b"localhost, example.com"))
_case("two words", "3.2", "400", "400, closed", _host(b"localhost example.com"))
_case("a port of letters", "3.2", "400", "400, closed", _host(b"localhost:http"))
_case("a bracket that is not closed", "3.2", "400", "400, closed", _host(b"[::1"))
_case("a byte above 0x7f", "3.2", "400", "400, closed", _host(b"\xc4\x91.vn"))

_group = "Header fields"
_case("a value that is empty", "5", "200", "200, kept", _get(b"X-Empty:"))
_case("spaces and tabs around a value", "5.1", "200", "200, kept", _get(b"X-Wide: \t x \t "))
_case("bytes above 0x7f in a value", "9110, 5.5", "200", "200, kept", _get(b"X-Name: \xc4\x91"))
_case("no colon", "5", "400", "400, closed", _get(b"no colon"))
_case("a space before the colon", "5.1", "400", "400, closed", _get(b"X-Spaced : x"))
_case("no name", "5", "400", "400, closed", _get(b": x"))
_case("a space in a name", "5.1", "400", "400, closed", _get(b"X Spaced: x"))
_case("a parenthesis in a name", "9110, 5.1", "400", "400, closed", _get(b"X(y): x"))
_case("a byte above 0x7f in a name", "9110, 5.1", "400", "400, closed", _get(b"X-\xc4\x91: x"))
_case("a NUL in a name", "9110, 5.1", "400", "400, closed", _get(b"X-\0: x"))
_case("a NUL in a value", "9110, 5.5", "400", "400, closed", _get(b"X-Nul: a\0b"))
_case("a bare CR in a value", "9110, 5.5", "400", "400, closed", _get(b"X-Return: a\rb"))
_case("another control character in a value", "9110, 5.5", "400 or 200", "400, closed",
      _get(b"X-Bell: a\x07b"))
_case("a bare LF at the end of one", "2.2", "200 or 400", "400, closed",
      _get(b"X-Feed: a\nX-Next: b"))
_case("a line folded", "5.2", "400 or 200", "200, kept", _get(b"X-Folded: a\r\n b"))
_case("a space before the first name", "2.2", "400", "400, closed",
      b"GET /api/v1/balance HTTP/1.1\r\n Host: localhost\r\n\r\n")
_case("one of 20,000 bytes", "RFC 6585, 5", "431", "431, closed", _get(b"X-Long: " + b"x" * 20_000))
_case("10,000 of them", "RFC 6585, 5", "431", "431, closed",
      _get(*(b"X-%d: y" % i for i in range(10_000))))

_group = "Content-Length"
_case("as it should be", "6.2", "202", "202, kept", _length(b"%d" % len(SEND_BODY)))
_case("zeros before it", "9110, 8.6", "202", "202, kept", _length(b"000%d" % len(SEND_BODY)))
_case("missing, and no body", "6.3", "400 or 411", "400, kept", _post(body=b""))
_case("signed, plus", "6.3", "400", "400, closed", _length(b"+%d" % len(SEND_BODY)))
_case("signed, minus", "6.3", "400", "400, closed", _length(b"-1"))
_case("hexadecimal", "6.3", "400", "400, closed", _length(b"0x28"))
_case("empty", "6.3", "400", "400, closed", _length(b""))
_case("a word", "6.3", "400", "400, closed", _length(b"many"))
_case("two numbers", "6.3", "400", "400, closed", _length(b"40 40"))
_case("a fraction", "6.3", "400", "400, closed", _length(b"40.0"))
_case("2^64", "9110, 8.6", "400 or 413", "400, closed", _length(b"18446744073709551616"))
_case("2^64 − 1", "9110, 15.5.14", "413", "413, closed", _length(b"18446744073709551615"))
_case("a list of equal ones", "6.3", "400 or 202", "202, kept", _length(b"40, 40"))
_case("a list of different ones", "6.3", "400", "400, closed", _length(b"40, 41"))
_case("a list with an empty place", "6.3", "400 or 202", "400, closed", _length(b"40,"))
_case("twice, equal", "6.3", "400 or 202", "202, kept", _length(b"40", b"40"))
_case("twice, different", "6.3", "400", "400, closed", _length(b"40", b"0"))
_case("of a GET, whose body is a request", "9110, 9.3.1", "200 or 400", "200, kept",
      _get(b"Content-Length: %d" % len(_length(b"40"))) + _length(b"40"))

_group = "Transfer-Encoding"
_case("chunked", "7.1", "202", "202, kept", _coding(b"chunked"))
_case("Chunked", "7", "202", "202, kept", _coding(b"Chunked"))
_case("before Content-Length", "6.1", "400 or 202", "400, closed", _post(CHUNKED, OWN_LENGTH))
_case("after Content-Length", "6.1", "400 or 202", "400, closed", _post(OWN_LENGTH, CHUNKED))
_case("gzip, and Content-Length", "6.3", "400", "400, closed",
      _post(b"Transfer-Encoding: gzip", OWN_LENGTH))
_case("Content-Length, and gzip", "6.3", "400", "400, closed",
      _post(OWN_LENGTH, b"Transfer-Encoding: gzip"))
_case("gzip alone", "6.3", "400", "400, closed", _coding(b"gzip"))
_case("identity", "6.3", "400", "400, closed", _coding(b"identity"))
_case("a word like chunked", "6.3", "400", "400, closed", _coding(b"xchunked"))
_case("gzip, chunked", "6.1", "501", "501, closed", _coding(b"gzip, chunked"))
_case("gzip and chunked in two fields", "6.1", "501 or 400", "400, closed",
      _coding(b"gzip", b"chunked"))
_case("chunked, gzip", "6.3", "400", "400, closed", _coding(b"chunked, gzip"))
_case("chunked, chunked", "6.3", "400", "400, closed", _coding(b"chunked, chunked"))
_case("chunked in two fields", "6.3", "400", "400, closed", _coding(b"chunked", b"chunked"))
_case("chunked, identity in two fields", "6.3", "400", "400, closed",
      _coding(b"chunked", b"identity"))
_case("chunked with a parameter", "7", "400", "400, closed", _coding(b"chunked;q=1"))
_case("chunked in quotes", "7", "400", "400, closed", _coding(b'"chunked"'))
_case("a vertical tab before chunked", "9110, 5.5", "400", "400, closed", _coding(b"\x0bchunked"))
_case("empty", "6.3", "400", "400, closed", _coding(b""))
_case("folded", "5.2", "400 or 202", "202, kept", _coding(b"\r\n chunked"))
_case("a space before the colon", "5.1", "400", "400, closed",
      _post(b"Transfer-Encoding : chunked", OWN_LENGTH))
_case("of HTTP/1.0", "6.1", "400", "400, closed", _coding(b"chunked", version=b"1.0"))

_group = "Chunks"
_case("a size in upper case, with zeros", "7.1", "202", "202, kept", _chunks(
    b"00A\r\n" + SEND_BODY[:10] + b"\r\n01e\r\n" + SEND_BODY[10:] + b"\r\n000\r\n\r\n"))
_case("one for each byte", "7.1", "202", "202, kept",
      _chunks(b"".join(b"1\r\n%c\r\n" % each for each in SEND_BODY) + LAST_CHUNK))
_case("none but the last", "7.1", "200", "200, kept", _get(CHUNKED) + LAST_CHUNK)
_case("a signed size, plus", "7.1", "400", "400, closed", _sized(b"+28"))
_case("a signed size, minus", "7.1", "400", "400, closed", _sized(b"-28"))
_case("a size with 0x", "7.1", "400", "400, closed", _sized(b"0x28"))
_case("no size", "7.1", "400", "400, closed", _sized(b""))
_case("a word for a size", "7.1", "400", "400, closed", _sized(b"size"))
_case("a size above 2^64", "7.1", "400", "400, closed", _sized(b"10000000000000028"))
_case("a size of 2^63", "9110, 15.5.14", "413", "413, closed", _sized(b"8000000000000000"))
_case("a space before the size", "7.1", "400", "400, closed", _sized(b" 28"))
_case("a space behind the size", "7.1", "400", "400, closed", _sized(b"28 "))
_case("an extension", "7.1.1", "202", "202, kept", _sized(b"28;name"))
_case("an extension with a value", "7.1.1", "202", "202, kept", _sized(b"28 ; name = value"))
_case("an extension with a quoted value", "7.1.1", "202", "202, kept", _sized(b'28;name="a;\\"b"'))
_case("an extension without a name", "7.1.1", "400", "400, closed", _sized(b"28;"))
_case("an extension with a quote that is not closed", "7.1.1", "400", "400, closed",
      _sized(b'28;name="a'))
_case("a bare LF in a quoted value", "7.1.1", "400", "400, closed", _sized(b'28;name="a\nb"'))
_case("a NUL in a quoted value", "7.1.1", "400", "400, closed", _sized(b'28;name="a\0b"'))
_case("a bare LF behind the size", "7.1", "400", "400, closed",
      _chunks(b"28\n" + SEND_BODY + b"\r\n" + LAST_CHUNK))
_case("a bare CR behind the size", "7.1", "400", "400, closed",
      _chunks(b"28\r" + SEND_BODY + b"\r\n" + LAST_CHUNK))
_case("nothing between data and the next size", "7.1", "400", "400, closed", _sized(b"28", b""))
_case("a bare LF behind the data", "7.1", "400", "400, closed", _sized(b"28", b"\n"))
_case("data longer than the size", "7.1", "400", "400, closed", _sized(b"27"))
_case("trailers", "7.1.2", "202", "202, kept",
      _chunks(WHOLE_CHUNK + b"0\r\nX-Sum: 1\r\nHost: example.com\r\n\r\n"))
_case("a length among the trailers", "9110, 6.5.1", "202 or 400", "400, closed",
      _chunks(WHOLE_CHUNK + b"0\r\nContent-Length: 5\r\n\r\n"))
_case("a bare LF among the trailers", "2.2", "202 or 400", "400, closed",
      _chunks(WHOLE_CHUNK + b"0\r\nX-Sum: 1\n\n"))
_case("a space before the colon of a trailer", "5.1", "400", "400, closed",
      _chunks(WHOLE_CHUNK + b"0\r\nX-Sum : 1\r\n\r\n"))

_group = "Connection and Expect"
_case("close", "9.6", "200", "200, closed", _get(b"Connection: close"))
_case("CLOSE", "9.6", "200", "200, closed", _get(b"Connection: CLOSE"))
_case("close among others", "9.6", "200", "200, closed", _get(b"Connection: x, close ,y"))
_case("keep-alive, close", "9.3", "200", "200, closed", _get(b"Connection: keep-alive, close"))
_case("close in a second field", "9.3", "200", "200, closed",
      _get(b"Connection: keep-alive", b"Connection: close"))
_case("no list", "9110, 7.6.1", "200 or 400", "400, closed", _get(b"Connection: (close)"))
_case("HTTP/1.0", "9.3", "200", "200, closed", _line(b"GET /api/v1/balance HTTP/1.0"))
_case("HTTP/1.0 with keep-alive", "9.3", "200", "200, kept",
      _get(b"Connection: keep-alive", line=b"GET /api/v1/balance HTTP/1.0"))
_case("HTTP/1.0 with keep-alive, close", "9.3", "200", "200, closed",
      _get(b"Connection: keep-alive, close", line=b"GET /api/v1/balance HTTP/1.0"))
_case("an upgrade to HTTP/2", "9110, 7.8", "200", "200, kept",
      _get(b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABk"))
_case("Expect: 100-continue", "9110, 10.1.1", "202", "202, kept",
      _post(b"Expect: 100-continue", OWN_LENGTH))
_case("Expect: 100-continue of HTTP/1.0", "9110, 10.1.1", "202", "202, closed",
      _post(b"Expect: 100-continue", OWN_LENGTH, version=b"1.0"))
_case("an expectation that nobody knows", "9110, 10.1.1", "417 or 200", "200, kept",
      _get(b"Expect: miracles"))
_case("three in a row, the second bad", "9.3.2", "200, 400", "200, 400, closed",
      _get() + _get(b"no colon") + _get())
_case("three in a row, of all kinds", "9.3.2", "202, 202, 200", "202, 202, 200, kept",
      _length(b"40") + _coding(b"chunked") + _get())
