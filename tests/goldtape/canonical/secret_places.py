"""The places in which a secret can stand: a table of messages, each made for a given secret.

A place is a function from a secret to a `Message`. PLACES are those in which no secret may be left, DECLARED those in
which it is left, each with the rule that a project has for it.
"""

from __future__ import annotations

import base64
import csv
import gzip
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

Made = Callable[[str], Any]
CANARIES = {"random": "q7Zt3mX9vL2kR8wB", "words": "correct-horse-battery"}
"""A secret as a machine makes it, and one as a person does."""


def basic(secret: str) -> str:
    """User and password as they stand after `Basic`."""
    return base64.b64encode(f"ann:{secret}".encode()).decode()


def _field(name: str) -> Made:
    return lambda s: {"user": {name: s, "id": 1}}


def _shaped(prefix: str) -> Made:
    return lambda s: f"it is {prefix}{_plain(s) * 2}, see"


NAMES = (
    *("password", "passWord", "PASSWORD", "user_password", "new_password1", "password_confirmation", "passwordHash"),
    *(
        "hashed_password",
        "pwd",
        "db.pwd",
        "smtp_pass",
        "passphrase",
        "passcode",
        "secret",
        "client_secret",
        "secretKey",
    ),
    *("clientSecret", "api_secrets", "x-api-keys", "apikey", "apiKey", "API_KEY_2", "access_key", "awsSecretAccessKey"),
    *("private_key", "private_key_pem", "token", "accessToken", "refresh_token", "id_token", "authtoken", "tokens"),
    *("csrfToken", "x-csrf-token", "session_id", "PHPSESSID", "otp", "otp_code", "totp_secret", "mfa_code", "pin"),
    *(
        "card_pin",
        "cvv",
        "recovery_codes",
        "backup_codes",
        "verification_code",
        "refresh",
        "jwt",
        "bearer",
        "signature",
    ),
    *("X-Amz-Signature", "sig", "hmac", "connection_string", "account_key", "sas_token", "shared_access_signature"),
    *("security_answer", "seed_phrase", "mnemonic", "license_key", "webhook_secret", "signing_key", "device_code"),
    *("code_verifier", "cookie", "authorization", "proxy_authorization", "credentials", "SAMLResponse"),
)
JSON: dict[str, Made] = {
    **{f"field {name}": _field(name) for name in NAMES},
    "tainted object": lambda s: {"secret": {"value": s}},
    "tainted two deep": lambda s: {"credentials": {"db": {"pw_of_ann": s, "host": [s]}}},
    "tainted list": lambda s: {"tokens": [s, {"raw": s}]},
    "tainted by camel case": lambda s: {"apiKeys": {"live": s, "created_at": "2024-01-01"}},
    "name and value": lambda s: {"name": "DB_PASSWORD", "value": s},
    "key and value": lambda s: {"env": [{"key": "client-secret", "value": s}, {"key": "port", "value": "80"}]},
    "Name and Value": lambda s: [{"Name": "API_KEY", "Value": s}],
    "variable and val": lambda s: {"variable": "token", "val": s},
    "header and content": lambda s: {"header": "Authorization", "content": f"Bearer {s}"},
    "field and data": lambda s: {"field": "passphrase", "data": {"plain": s}},
    "value before name": lambda s: {"value": s, "name": "apiKey"},
    "columns and rows": lambda s: {"columns": ["id", "password"], "rows": [[1, s], [2, s]]},
    "columns and one row": lambda s: {"fields": ["token", "id"], "data": [[s, 1]]},
    "list of pairs": lambda s: {"headers": [["x-api-key", s], ["accept", "x"]]},
    "json in json": lambda s: {"raw": json.dumps({"password": s})},
    "json in json twice": lambda s: {"raw": json.dumps({"raw": json.dumps({"api_key": s})})},
    "json in json, tainted": lambda s: {"raw": json.dumps({"secret": {"x": s}})},
    "json after white space": lambda s: {"raw": "\n  " + json.dumps({"password": s})},
    "quoted header": lambda s: {"headers": {"Authorization": f"Bearer {s}"}},
    "quoted basic": lambda s: {"headers": {"authorization": f"Basic {basic(s)}"}},
    "key of an object, once known": lambda s: {"token": s, s: {"n": 1}},
    "key of an object, in a word": lambda s: {"token": s, f"by:{s}": {"n": 1}},
    "in a sentence, once known": lambda s: {"password": s, "error": f"no user has {s}, sorry"},
    "in base64, once known": lambda s: {"password": s, "note": base64.b64encode(s.encode()).decode()},
    "percent-encoded, once known": lambda s: {"password": f"{s}/+ 1", "note": quote(f"{s}/+ 1", safe="")},
}
URLS: dict[str, Made] = {
    "query access_token": lambda s: f"https://cb.test/x?a=1&access_token={s}&b=2",
    "query token": lambda s: f"https://cb.test/x?token={s}",
    "query key": lambda s: f"https://maps.test/x?key={s}",
    "query code": lambda s: f"https://cb.test/x?code={s}&state=7",
    "query sig": lambda s: f"https://blob.test/c?se=2030-01-01&sp=r&sig={s}",
    "query X-Amz-Signature": lambda s: f"https://s3.test/o?X-Amz-Date=1&X-Amz-Signature={s}",
    "query X-Amz-Credential": lambda s: f"https://s3.test/o?X-Amz-Credential={s}%2F20240101%2Fus&X-Amz-Expires=60",
    "query X-Amz-Security-Token": lambda s: f"https://s3.test/o?X-Amz-Security-Token={s}",
    "query Signature": lambda s: f"https://cdn.test/o?Expires=1&Signature={s}&Key-Pair-Id=K1",
    "query, escaped ampersand": lambda s: f"https://cb.test/x?a=1&amp;api_key={s}&amp;b=2",
    "query, escaped name": lambda s: f"https://cb.test/x?user%5Bpassword%5D={s}",
    "fragment": lambda s: f"https://cb.test/x#access_token={s}&token_type=Bearer",
    "user info": lambda s: f"https://ann:{s}@mirror.test/x",
    "user info without user": lambda s: f"redis://:{s}@cache.test/0",
    "dsn of a key": lambda s: f"https://{s}@errors.test/42",
    "jdbc": lambda s: f"jdbc:postgresql://db.test/x?user=ann&password={s}",
    "path parameter": lambda s: f"https://cb.test/x;jsessionid={s}",
    "chat hook": lambda s: f"https://hooks.slack.com/services/T0001/B0001/{s}",
}
TEXTS: dict[str, Made] = {
    **URLS,
    "url in a sentence": lambda s: f"go to <https://cb.test/x?token={s}>, please",
    "connection string": lambda s: f"Server=db.test;User Id=ann;Password={s};Encrypt=true",
    "connection string, Pwd": lambda s: f"Server=db.test;Uid=ann;Pwd={s}",
    "storage connection string": lambda s: f"AccountName=ann;AccountKey={s}==;EndpointSuffix=x.test",
    "libpq": lambda s: f"host=db.test user=ann password={s} dbname=x",
    "libpq, quoted": lambda s: f"host=db.test password='{s} {s}' dbname=x",
    "env file": lambda s: f"PORT=80\nDB_PASSWORD={s}\nHOST=x\n",
    "env file, quoted": lambda s: f'export API_KEY="{s} {s}"\n',
    "yaml": lambda s: f"db:\n  host: x\n  password: {s}\n",
    "yaml with spaces": lambda s: f"db:\n  passphrase: {s} or {s}\n  host: x\n",
    "yaml, quoted": lambda s: f"db:\n  password: '{s}'\n",
    "yaml block": lambda s: f"key: x\nprivate_key: |\n  {s}\n  {s}\nend: 1\n",
    "yaml list": lambda s: f"- token: {s}\n- port: 80\n",
    "ini": lambda s: f"[db]\nhost = x\npassword = {s}\n",
    "properties": lambda s: f"spring.datasource.password={s}\n",
    "toml": lambda s: f'[db]\nsecret_key = "{s}"\n',
    "csv": lambda s: f"id,password,email\n1,{s},a@x.test\n2,{s},b@x.test\n",
    "csv, quoted": lambda s: _csv([["id", "api key", "note"], ["1", f"{s}, {s}", 'say "x"']]),
    "csv with semicolons": lambda s: f"id;token\n1;{s}\n",
    "tsv": lambda s: f"id\tsecret\n1\t{s}\n",
    "log line": lambda s: f"2024-01-01 INFO login user=ann password={s} ok",
    "log line, colon": lambda s: f"2024-01-01 INFO auth token: {s}, user: ann",
    "log line, quoted": lambda s: f"login(user='ann', password='{s}')",
    "log line of a dict": lambda s: f"got {{'user': 'ann', 'api_key': '{s}'}}",
    "log line of json": lambda s: f"got {json.dumps({'api_key': s, 'n': 1})} there",
    "log line of json, escaped": lambda s: "got " + json.dumps(json.dumps({"api_key": s})) + " there",
    "log line of a hash": lambda s: f'got {{"password"=>"{s}"}}',
    "request line": lambda s: f'"GET /x?api_key={s} HTTP/1.1" 200',
    "curl -u": lambda s: f"curl -u ann:{s} https://x.test",
    "curl --user": lambda s: f"curl --user 'ann:{s}' https://x.test",
    "curl -H": lambda s: f"curl -H 'Authorization: Bearer {s}' https://x.test",
    "curl -H, key": lambda s: f'curl -H "X-Api-Key: {s}" https://x.test',
    "curl -H, basic": lambda s: f"curl -H 'Authorization: Basic {basic(s)}' https://x.test",
    "option": lambda s: f"mysql --password {s} -h x",
    "option with =": lambda s: f"mysql --password={s} -h x",
    "bearer in a sentence": lambda s: f"sent Bearer {s}1 to it",
    "http dump": lambda s: f"GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {s}\r\nCookie: a={s}; b=1\r\n\r\n",
    "xml element": lambda s: f"<a><password>{s}</password></a>",
    "xml with a namespace": lambda s: f'<w:Password w:Type="x">{s}</w:Password>',
    "xml attribute": lambda s: f'<user name="ann" password="{s}"/>',
    "xml attribute, single quotes": lambda s: f"<user token='{s}' name='ann'/>",
    "xml cdata": lambda s: f"<a><secret><![CDATA[{s}]]></secret></a>",
    "xml nested": lambda s: f"<credentials><user>ann</user><pw><x>{s}</x></pw></credentials>",
    "xml add key": lambda s: f'<add key="DbPassword" value="{s}"/>',
    "xml property": lambda s: f'<property name="api.secret">{s}</property>',
    "plist": lambda s: f"<dict><key>password</key><string>{s}</string></dict>",
    "html hidden input": lambda s: f'<form><input type="hidden" name="csrf_token" value="{s}"></form>',
    "html input, other order": lambda s: f'<input value="{s}" type="hidden" name="csrfmiddlewaretoken">',
    "html meta": lambda s: f'<meta name="csrf-token" content="{s}">',
    "html script": lambda s: f'<script>window.cfg = {{apiKey: "{s}", port: 80}};</script>',
    "ndjson": lambda s: f'{{"n": 1}}\n{{"password": "{s}"}}\n',
    "event stream": lambda s: f'data: {{"token": "{s}"}}\n\n',
    "graphql": lambda s: f'mutation {{ login(user: "ann", password: "{s}") {{ id }} }}',
    "sql": lambda s: f"ALTER USER ann SET password = '{s}'",
    "pem": lambda s: f"x -----BEGIN RSA PRIVATE KEY-----\n{s}\n{s}\n-----END RSA PRIVATE KEY----- y",
    "pem, cut off": lambda s: f"-----BEGIN PRIVATE KEY-----\n{s}\n{s}",
    "pem in one line": lambda s: f"-----BEGIN EC PRIVATE KEY-----\\n{s}\\n-----END EC PRIVATE KEY-----",
    "jwt": lambda s: f"use eyJhbGciOiJIUzI1NiJ9.{_plain(s)}.{_plain(s)} now",
    "form without a type": lambda s: f"user=ann&password={s}&x=1",
    "multipart without a type": lambda s: f'--b\r\nContent-Disposition: x; name="password"\r\n\r\n{s}\r\n--b--\r\n',
}
PREFIXES = (
    *("ghp_", "gho_", "ghs_", "github_pat_", "glpat-", "xoxb-", "xoxp-", "xoxa-", "sk_live_", "rk_live_", "sk-"),
    *("sk-proj-", "AIza", "npm_", "pypi-", "SG.", "hf_", "hvs.", "shpat_", "whsec_", "ya29.", "dckr_pat_"),
)
SHAPES = {prefix: _shaped(prefix) for prefix in PREFIXES}
HEADERS: dict[str, Made] = {
    "authorization, bearer": lambda s: ("authorization", f"Bearer {s}"),
    "authorization, basic": lambda s: ("authorization", f"Basic {basic(s)}"),
    "authorization, bare": lambda s: ("authorization", s),
    "authorization, parameters": lambda s: ("authorization", f'Digest username="ann", response="{s}"'),
    "x-api-key": lambda s: ("x-api-key", s),
    "x-api-keys": lambda s: ("x-api-keys", s),
    "x-csrf-token": lambda s: ("x-csrf-token", s),
    "x-hub-signature-256": lambda s: ("x-hub-signature-256", f"sha256={s}"),
    "private-token": lambda s: ("private-token", s),
    "cookie": lambda s: ("cookie", f"theme=dark; sid={s}"),
    "set-cookie": lambda s: ("set-cookie", f"sid={s}; Path=/; HttpOnly"),
    "location, query": lambda s: ("location", f"https://cb.test/x?access_token={s}"),
    "location, fragment": lambda s: ("location", f"https://cb.test/x#id_token={s}&state=1"),
    "location, code": lambda s: ("location", f"https://cb.test/x?code={s}&state=1"),
    "link": lambda s: ("link", f'<https://cb.test/x?page=2&token={s}>; rel="next"'),
    "referer": lambda s: ("referer", f"https://ann:{s}@cb.test/x"),
    "any header, pair": lambda s: ("x-note", f"user=ann, secret={s}"),
    "www-authenticate": lambda s: ("www-authenticate", f'Bearer realm="x", token="{s}"'),
}
URIS: dict[str, Made] = {
    "token": lambda s: f"/v1?a=1&token={s}",
    "api_key": lambda s: f"/v1?api_key={s}&b=2",
    "key": lambda s: f"/v1?key={s}",
    "code": lambda s: f"/v1?state=1&code={s}",
    "encoded name": lambda s: f"/v1?user%5Bpassword%5D={s}",
    "url in a parameter": lambda s: f"/v1?next={quote(f'https://cb.test/?token={s}', safe='')}",
    "json in a parameter": lambda s: f"/v1?q={quote(json.dumps({'password': s}))}",
    "path parameter": lambda s: f"/v1;jsessionid={s}/x",
}
FORM = "application/x-www-form-urlencoded"


BOUND = "multipart/form-data; boundary=bnd7"


def _multipart(*parts: tuple[str, bytes]) -> bytes:
    start = b"--bnd7\r\nContent-Disposition: form-data; "
    return b"".join(start + head.encode() + b"\r\n\r\n" + body + b"\r\n" for head, body in parts) + b"--bnd7--\r\n"


PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\xfe"
RAW: dict[str, Made] = {
    "form": lambda s: (FORM, f"a=1&password={s}".encode()),
    "form, other case": lambda s: ("Application/X-WWW-Form-Urlencoded; charset=UTF-8", f"a=1&pwd={s}".encode()),
    "form without a type": lambda s: ("", f"a=1&password={s}".encode()),
    "json, other case": lambda s: ("Application/JSON", json.dumps({"password": s}).encode()),
    "json without a type": lambda s: ("", json.dumps({"password": s, "secret": {"x": s}}).encode()),
    "json as octets": lambda s: ("application/octet-stream", json.dumps({"password": s}).encode()),
    "json, utf-8 with a mark": lambda s: ("application/json", b"\xef\xbb\xbf" + json.dumps({"password": s}).encode()),
    "json, latin-1": lambda s: ("application/json; charset=latin-1", _zoe(s).encode("latin-1")),
    "json, latin-1 undeclared": lambda s: ("application/json", _zoe(s).encode("latin-1")),
    "json, utf-16": lambda s: ("application/json", _zoe(s).encode("utf-16")),
    "json, utf-16-le": lambda s: ("application/json", _zoe(s).encode("utf-16-le")),
    "json, utf-16-be": lambda s: ("application/json; charset=utf-16-be", _zoe(s).encode("utf-16-be")),
    "json, utf-32": lambda s: ("application/json", _zoe(s).encode("utf-32")),
    "text, latin-1": lambda s: ("text/plain; charset=latin-1", f"fête password={s}\n".encode("latin-1")),
    "text, utf-16": lambda s: ("text/plain", f"fête password={s}\n".encode("utf-16")),
    "xml, latin-1": lambda s: ("text/xml", f"<a><b>é</b><password>{s}</password></a>".encode("latin-1")),
    "pem as octets": lambda s: ("application/octet-stream", _pem(s) + b"\n\xe9"),
    "gzip file": lambda s: ("application/gzip", gzip.compress(json.dumps({"password": s}).encode())),
    "gzip file of text": lambda s: ("application/octet-stream", gzip.compress(f"DB_PASSWORD={s}\n".encode())),
    "multipart": lambda s: (BOUND, _multipart(('name="password"', s.encode()), ('name="a"', b"1"))),
    "multipart, other case": lambda s: (
        "Multipart/Form-Data; Boundary=bnd7",
        _multipart(('name="password"', s.encode())),
    ),
    "multipart, two lines": lambda s: (BOUND, _multipart(('name="secret"', f"{s}\r\n{s}".encode()))),
    "multipart, json part": lambda s: (
        BOUND,
        _multipart(('name="meta"\r\nContent-Type: application/json', json.dumps({"password": s}).encode())),
    ),
    "multipart beside an image": lambda s: (
        BOUND,
        _multipart(('name="password"', s.encode()), ('name="pic"; filename="a.png"\r\nContent-Type: image/png', PNG)),
    ),
    "multipart, latin-1 beside an image": lambda s: (
        BOUND,
        _multipart(('name="note"', f"é token={s}".encode("latin-1")), ('name="pic"\r\nContent-Type: image/png', PNG)),
    ),
    "multipart, gzip part": lambda s: (
        BOUND,
        _multipart(('name="log"; filename="a.gz"', gzip.compress(f"api_key={s}".encode())), ('name="a"', b"1")),
    ),
    "multipart, file name": lambda s: (
        BOUND,
        _multipart((f'name="f"; filename="token={s}.txt"', b"x"), ('name="pic"\r\nContent-Type: image/png', PNG)),
    ),
    "image with a pair": lambda s: ("image/png", PNG + f" password={s} ".encode() + PNG),
    "image with a pem": lambda s: ("image/png", PNG + _pem(s)),
    "image with a pair beside its bytes": lambda s: ("image/png", PNG + f"password={s}".encode() + PNG),
    "image with a pair in utf-16-le": lambda s: ("image/png", PNG + f"password={s}".encode("utf-16-le") + PNG),
    "image with a pair in utf-16-be": lambda s: ("image/png", PNG + f"password={s}".encode("utf-16-be") + PNG),
    "image with a shape beside its bytes": lambda s: ("image/png", PNG + f"ghp_{_plain(s) * 2}".encode() + PNG),
}
UNNAMED: dict[str, Made] = {
    "no name, no shape": lambda s: {"note": s},
    "a path segment": lambda s: {"note": f"/reset/{s}"},
    "hexadecimal under no name": lambda s: {"note": s.encode().hex()},
    "a word of prose": lambda s: {"note": "password: must be " + s},
    "a public name": lambda s: {"next_token_url": s},
}


@dataclass(frozen=True, slots=True)
class Message:
    """The part of a request or response that holds the secret; `path` is of requests only."""

    path: str = "/v1"
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def _json(made: Made) -> Callable[[str], Message]:
    return lambda s: Message(headers={"content-type": "application/json"}, body=json.dumps(made(s)).encode())


def _text(made: Made) -> Callable[[str], Message]:
    return lambda s: Message(headers={"content-type": "text/plain"}, body=made(s).encode())


def _raw(made: Made) -> Callable[[str], Message]:
    return lambda s: Message(headers={"content-type": made(s)[0]} if made(s)[0] else {}, body=made(s)[1])


def _string(made: Made) -> Callable[[str], Message]:
    return _json(lambda s: {"note": made(s)})


def _header(made: Made) -> Callable[[str], Message]:
    return lambda s: Message(headers=dict([made(s)]))


def _uri(made: Made) -> Callable[[str], Message]:
    return lambda s: Message(made(s))


IN_URI = {f"uri: {name}": _uri(made) for name, made in URIS.items()}
PLACES: dict[str, Callable[[str], Message]] = {
    **{f"json: {name}": _json(made) for name, made in JSON.items()},
    **{f"text: {name}": _text(made) for name, made in (TEXTS | SHAPES).items()},
    **{f"string: {name}": _string(made) for name, made in (TEXTS | SHAPES).items()},
    **{f"header: {name}": _header(made) for name, made in HEADERS.items()},
    **{f"bytes: {name}": _raw(made) for name, made in RAW.items()},
    **IN_URI,
}
DECLARED = {name: _json(made) for name, made in UNNAMED.items()}


def _zoe(secret: str) -> str:
    return f'{{"name": "Zoé", "password": "{secret}"}}'


def _pem(secret: str) -> bytes:
    return f"-----BEGIN PRIVATE KEY-----\n{secret}\n-----END PRIVATE KEY-----".encode()


def _plain(secret: str) -> str:
    return secret.replace("-", "")


def _csv(rows: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()
