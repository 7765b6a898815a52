"""The pages of a code forge."""

import html
from urllib.parse import quote

from .sites_answers import Answer, as_json, fields_of, page, query_of, redirect, text_of, wants_json
from .sites_forge_api import visible

ENTER = '<form method="post"><input name="name">{}<input name="password" type="password"><button>{}</button></form>'
SIGN_UP = ENTER.format('<input name="email">', "Sign up")
SIGN_IN = ENTER.format("", "Sign in")
OPEN = '<form method="post"><input name="title"><textarea name="body"></textarea><button>Open</button></form>\n'
COMMENT = '<form method="post"><textarea name="body"></textarea><button>Comment</button></form>'


async def answer(forge, request, parts):
    """Return the page that a request asks for, None for none."""
    who = forge.who(request) or ""
    if parts in ([""], ["explore"], ["search"]):
        wanted = query_of(request).get("q", "").lower()
        found = [
            each
            for each in visible(forge, who)
            if wanted in f"{each['owner']}/{each['name']} {each['description']}".lower()
        ]
        return page(forge.title, repositories(found))
    if parts in (["signup"], ["join"], ["login"]):
        return enter(forge, request, parts[0] == "login")
    if len(parts) == 1:
        found = [each for each in visible(forge, who) if each["owner"].lower() == parts[0].lower()]
        return page(parts[0], repositories(found)) if found or parts[0].lower() in forge.accounts else None
    repository = forge.find(parts[0], parts[1], who)
    if repository is None:
        return None
    match parts[2:]:
        case []:
            return await front(forge, repository)
        case ["raw", ref, *path] if path:
            return await raw(forge, request, parts[0], parts[1], ref, "/".join(path))
        case ["blob", ref, *path] if path:
            shown = await raw(forge, request, parts[0], parts[1], ref, "/".join(path))
            if shown is None:
                return None
            return page("/".join(path), f"<pre>{html.escape(shown.body.decode('utf-8', 'replace'))}</pre>")
        case ["issues" | "pulls" as kind]:
            if request.method == "POST":
                return opened(forge, request, repository, who)
            rows = "".join(
                f'<li><a href="{where(repository)}/{"pull" if kind == "pulls" else kind}/{each["number"]}">'
                f"#{each['number']} {html.escape(each['title'])}</a> ({each['state']})</li>\n"
                for each in repository["threads"].values()
                if each["kind"] == kind[:-1]
            )
            return page(
                f"{where(repository)[1:]}: {kind}", (OPEN if who and kind == "issues" else "") + f"<ul>\n{rows}</ul>"
            )
        case ["issues" | "pull", number] if number.isdecimal() and int(number) in repository["threads"]:
            return talk(forge, request, repository, repository["threads"][int(number)], who)
    return None


def where(repository):
    """Return the path of a repository's page."""
    return f"/{repository['owner']}/{repository['name']}"


def repositories(found):
    """Return a list of repositories as HTML."""
    rows = "".join(
        f'<li><a href="{where(each)}">{where(each)[1:]}</a> {html.escape(each["description"])} '
        f"({each['stars']} stars)</li>\n"
        for each in found
    )
    return f'<form action="/search"><input name="q"></form>\n<ul>\n{rows}</ul>'


async def front(forge, repository):
    """Return a repository's first page: its files and its README."""
    names = (await forge.git.show(repository["git"], "ls-tree", "-r", "--name-only", "-z", "main")).decode(
        "utf-8", "replace"
    )
    files = [name for name in names.split("\0") if name]
    base = where(repository)
    rows = "".join(
        f'<li><a href="{base}/blob/main/{quote(name)}">{html.escape(name)}</a></li>\n' for name in files[:1000]
    )
    readme = b""
    if "README.md" in files:
        readme = await forge.git.show(repository["git"], "cat-file", "blob", "main:README.md")
    fork = f"<p>forked from {html.escape(repository['parent'])}</p>\n" if repository["parent"] else ""
    return page(
        base[1:],
        f"{fork}<p>{html.escape(repository['description'])}</p>\n<p>{repository['stars']} stars</p>\n"
        f'<p><a href="{base}/issues">Issues</a> <a href="{base}/pulls">Pull requests</a></p>\n'
        f"<ul>\n{rows}</ul>\n<pre>{html.escape(readme.decode('utf-8', 'replace'))}</pre>",
    )


async def raw(forge, request, owner, name, ref, path):
    """Return a file of a repository as it is, None when there is none."""
    repository = forge.find(owner, name, forge.who(request) or "")
    if repository is None:
        return None
    try:
        data = await forge.git.show(repository["git"], "cat-file", "blob", f"{ref}:{path}")
    except ValueError:
        return None
    return Answer(200, (("Content-Type", "text/plain; charset=utf-8"),), data) if data else None


def enter(forge, request, known):
    """Sign in or up."""
    if request.method != "POST":
        return page("Sign in" if known else "Sign up", SIGN_IN if known else SIGN_UP)
    fields = {key: text_of(value, 200) for key, value in fields_of(request).items()}
    name, password = fields.get("name") or fields.get("login") or fields.get("username", ""), fields.get("password", "")
    if known:
        account = forge.accounts.get(name.lower())
        token = forge.session(account["name"]) if account and password and account["password"] == password else None
    else:
        token = forge.sign_up(name, password, fields.get("email", ""))
    if token is None:
        text = "Wrong name or password." if known else "This name cannot be used."
        return as_json({"message": text}, 422) if wants_json(request) else page("Sorry", f"<p>{text}</p>", 422)
    did, header = f"{'signed in as' if known else 'made account'} {name}", (("Set-Cookie", f"session={token}; Path=/"),)
    if wants_json(request):
        return as_json({"name": name, "token": token}, 201, did, header)
    return redirect(f"/{name}" if known else "/", 303, did, header)


def opened(forge, request, repository, who):
    """Open an issue from the page."""
    fields = {key: text_of(value) for key, value in fields_of(request).items()}
    if not who or not fields.get("title"):
        return redirect("/login", 303)
    made = forge.open_thread(repository, "issue", who, fields)
    return redirect(
        f"{where(repository)}/issues/{made['number']}", 303, f"opened issue {made['number']} in {where(repository)[1:]}"
    )


def talk(forge, request, repository, thread, who):
    """Show an issue or a pull request, or take a comment."""
    if request.method == "POST":
        text = text_of(fields_of(request).get("body"))
        if not who or not text:
            return redirect("/login", 303)
        forge.comment(repository, thread, who, text)
        return redirect(request.path, 303, f"commented on {thread['number']} in {where(repository)[1:]}")
    head = f"<p><b>{html.escape(thread['author'])}</b> {thread['created']} ({thread['state']})</p>\n"
    body = f"{head}<pre>{html.escape(thread['body'])}</pre>\n"
    if thread["kind"] == "pull":
        body += f"<p>{html.escape(thread['head'])} into {html.escape(thread['base'])}</p>\n"
    for each in thread["comments"]:
        body += f"<p><b>{html.escape(each['author'])}</b> {each['date']}</p>\n<pre>{html.escape(each['text'])}</pre>\n"
    return page(f"#{thread['number']} {thread['title']}", body + (COMMENT if who else ""))
