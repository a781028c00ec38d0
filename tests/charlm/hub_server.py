"""As much of the Hugging Face hub as a push and a pull ask for, on the loopback, in memory."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from loopback import Answering, Loopback

TOKEN = "hf_of_the_tests"


class Refused(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, code: str = "") -> None:
        super().__init__(status)
        self.status, self.code = status, code


class Hub(Loopback):
    """Repositories by name; each has commits, each of which maps names of files to their bytes."""

    def __init__(self) -> None:
        self.repos: dict[str, dict[str, dict[str, bytes]]] = {}
        self.heads: dict[str, str] = {}
        self.private: set[str] = set()
        self.stored: dict[str, bytes] = {}
        self.announce: Callable[[str, int], int] = lambda name, size: size
        """Size that is announced of a file."""
        self.send: Callable[[str, bytes], bytes] = lambda name, data: data
        """Bytes that are sent of a file, after their length was announced."""
        self.fail: Refused | None = None
        super().__init__(make_handler(self))

    def commit(self, repo: str, files: dict[str, bytes]) -> str:
        """Add a commit with the files of the last one and these."""
        before = self.repos.setdefault(repo, {}).get(self.heads.get(repo, ""), {})
        now = {**before, **files}
        oid = hashlib.sha1(repr(sorted(now.items())).encode()).hexdigest()
        self.repos[repo][oid] = now
        self.heads[repo] = oid
        return oid

    def find(self, repo: str, revision: str = "main") -> tuple[str, dict[str, bytes]]:
        """Return a commit and its files."""
        if repo not in self.repos:
            raise Refused(404, "RepoNotFound")
        oid = self.heads.get(repo, "") if revision == "main" else revision
        if oid not in self.repos[repo]:
            raise Refused(404, "RevisionNotFound")
        return oid, self.repos[repo][oid]

    def about(self, repo: str, revision: str) -> dict[str, Any]:
        oid, files = self.find(repo, revision)
        siblings = [
            {
                "rfilename": name,
                "size": self.announce(name, len(data)),
                "lfs": {"sha256": digest(data), "size": len(data), "pointerSize": 130}
                if name.endswith(".safetensors")
                else None,
            }
            for name, data in files.items()
        ]
        return {"id": repo, "modelId": repo, "sha": oid, "siblings": siblings, "tags": []}

    def create(self, body: dict[str, Any]) -> dict[str, Any]:
        repo = "/".join(filter(None, (body.get("organization"), body["name"])))
        if repo not in self.repos:
            self.commit(repo, {".gitattributes": b"*.safetensors filter=lfs\n"})
        if body.get("private") or body.get("visibility") == "private":
            self.private.add(repo)
        return {"url": f"{self.url}/{repo}", "name": repo}

    def write(self, repo: str, lines: list[dict[str, Any]]) -> dict[str, Any]:
        files = {}
        for line in lines:
            value = line["value"]
            if line["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif line["key"] == "lfsFile":
                files[value["path"]] = self.stored[value["oid"]]
        oid = self.commit(repo, files)
        return {"success": True, "commitUrl": f"{self.url}/{repo}/commit/{oid}", "commitOid": oid}


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def answer(hub: Hub, method: str, path: str, body: bytes, token: str | None) -> tuple[Any, str]:
    """Return what is sent (bytes, or an object of JSON), and the name of a file or nothing."""
    if hub.fail is not None:
        raise hub.fail
    if method in ("POST", "PUT") and path != "/api/validate-yaml" and token != TOKEN:
        raise Refused(401)
    if path == "/api/validate-yaml":
        return {"errors": [], "warnings": []}, ""
    if path == "/api/repos/create":
        return hub.create(json.loads(body)), ""
    if found := re.fullmatch(r"/api/models/([^/]+/[^/]+)(?:/revision/(.+))?", path):
        return hub.about(found[1], found[2] or "main"), ""
    if found := re.fullmatch(r"/api/models/([^/]+/[^/]+)/preupload/main", path):
        names = [file["path"] for file in json.loads(body)["files"]]
        how = {True: "lfs", False: "regular"}
        files = [
            {"path": n, "uploadMode": how[n.endswith(".safetensors")], "shouldIgnore": False}
            for n in names
        ]
        return {"files": files}, ""
    if found := re.fullmatch(r"/([^/]+/[^/]+)\.git/info/lfs/objects/batch", path):
        return {"transfer": "basic", "objects": [upload(hub, one) for one in batch(body)]}, ""
    if method == "PUT" and (found := re.fullmatch(r"/lfs/(\w+)", path)):
        hub.stored[found[1]] = body
        return b"", ""
    if found := re.fullmatch(r"/api/models/([^/]+/[^/]+)/commit/main", path):
        return hub.write(found[1], [json.loads(line) for line in body.splitlines()]), ""
    if found := re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path):
        _, files = hub.find(found[1], found[2])
        if found[3] not in files:
            raise Refused(404, "EntryNotFound")
        return files[found[3]], found[3]
    raise Refused(404)


def batch(body: bytes) -> list[dict[str, Any]]:
    objects: list[dict[str, Any]] = json.loads(body)["objects"]
    return objects


def upload(hub: Hub, wanted: dict[str, Any]) -> dict[str, Any]:
    action = {"href": f"{hub.url}/lfs/{wanted['oid']}", "header": {}}
    return {**wanted, "authenticated": True, "actions": {"upload": action}}


def make_handler(hub: Hub) -> type[Answering]:
    class Handler(Answering):
        def _answer(self) -> None:
            path = unquote(self.path.partition("?")[0])
            hub.requests.append(f"{self.command} {path}")
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            token = (self.headers.get("Authorization") or "").removeprefix("Bearer ") or None
            if path.startswith("/lfs/"):
                token = TOKEN  # the address is secret: the hub sends no token there
            try:
                sent, name = answer(hub, self.command, path, body, token)
            except Refused as refused:
                self.send(refused.status, b"{}", {"X-Error-Code": refused.code}, 2)
                return
            data = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
            headers = {"Content-Type": "application/octet-stream" if name else "application/json"}
            if name:
                headers |= {"ETag": f'"{digest(data)}"', "X-Repo-Commit": path.split("/")[4]}
            body = hub.send(name, data) if name and self.command != "HEAD" else data
            self.send(200, body, headers, len(data))

        do_GET = do_HEAD = do_POST = do_PUT = _answer  # noqa: N815

    return Handler
