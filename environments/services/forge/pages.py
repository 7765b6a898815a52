"""The pages: what a browser sees of repositories, files, issues and pull requests."""

from api import commit_or_404, told_file
from flask import Response, g, render_template_string
from runs import log, result
from threads import diff_of, entry_of

LAYOUT = """<!doctype html><html lang="ja"><meta charset="utf-8"><title>{{ title }}</title>
<style>body{font-family:sans-serif;max-width:60em;margin:2em auto;padding:0 1em}pre{background:#f6f6f6;padding:1em;
overflow-x:auto;white-space:pre-wrap}nav a{margin-right:1em}td,th{padding:.2em 1em .2em 0;text-align:left}</style>
<nav><a href="/">Explore</a>{% if r %}<a href="/{{ r.full }}">{{ r.full }}</a>
<a href="/{{ r.full }}/issues">Issues</a><a href="/{{ r.full }}/pulls">Pull requests</a>
<a href="/{{ r.full }}/actions">CI</a>{% if r.private %}<b>private</b>{% endif %}{% endif %}</nav>
<h1>{{ title }}</h1>"""
EXPLORE = """<ul>{% for r in found %}<li><a href="/{{ r.full }}">{{ r.full }}</a>
{% if r.private %}(private){% endif %} {{ r.description }}</li>{% endfor %}</ul>"""
FOLDER = """<p>{{ r.description }}</p><p>Branches: {% for b in branches %}
<a href="/{{ r.full }}/src/{{ b }}/">{{ b }}</a> {% endfor %}</p><table>{% for e in entries %}<tr><td>
<a href="/{{ r.full }}/src/{{ ref }}/{{ path + '/' if path }}{{ e.name }}">{{ e.name }}</a></td>
<td>{{ e.kind }}</td><td>{{ e.size or '' }}</td></tr>{% endfor %}</table>
{% if log %}<h2>Commits</h2><ul>{% for c in log %}<li><code>{{ c.id[:10] }}</code> {{ c.message.split('\\n')[0] }}
({{ c.author }}, {{ c.date }})</li>{% endfor %}</ul>{% endif %}{% if readme %}<h2>README</h2><pre>{{ readme }}</pre>
{% endif %}"""
FILE = """<p><a href="/{{ r.full }}/raw/{{ ref }}/{{ path }}">Raw</a></p><pre>{{ text }}</pre>"""
LIST = """<ul>{% for e in entries %}<li><a href="/{{ r.full }}/{{ kind }}/{{ e.number }}">#{{ e.number }}</a>
[{{ e.state }}] {{ e.title }} ({{ e.author }})</li>{% endfor %}</ul>"""
THREAD = """<p>{{ e.author }} / {{ e.created }} / {{ e.state }} {{ e.labels | join(', ') }}
{% if e.head %}/ {{ e.head }} → {{ e.base }}{% endif %}</p><pre>{{ e.body }}</pre>
{% for c in e.comments %}<h2>{{ c.author }} {{ c.date }}</h2><pre>{{ c.text }}</pre>{% endfor %}
{% if diff %}<h2>Diff</h2><pre>{{ diff }}</pre>{% endif %}"""
RUNS = """{% for run, result, text in runs %}<h2>#{{ run.id }} {{ run.branch }} {{ result }}</h2>
<pre>{{ text }}</pre>{% endfor %}"""


def show(body, title, **values):
    """Return a page."""
    return render_template_string(LAYOUT + body, title=title, **{"r": None, **values})


def split(git, place):
    """Return branch, tag or commit, and path, of an address that holds both; names of branches may have slashes."""
    parts, branches = place.strip("/").split("/"), git.branches()
    cut = next((end for end in range(1, len(parts) + 1) if "/".join(parts[:end]) in branches), 1)
    return "/".join(parts[:cut]), "/".join(parts[cut:])


def add(app, forge, rights):
    """Add the pages to the application."""

    @app.get("/")
    def explore():
        found = rights.readable()
        names = [each["full"] for each in found][:100]
        detail = {"count": len(found), "repositories": names, "credential": g.account["credential"]}
        rights.control.request(g.account["name"], "repository.list", detail)
        return show(EXPLORE, "Explore", found=found)

    @app.get("/<owner>/<name>")
    def home(owner, name):
        repository = rights.find(f"{owner}/{name}", "read", "repository.read")
        git = repository["git"]
        commit = git.commit_of(repository["default"])
        rights.tell(repository, "repository.read")
        entries = git.entries(commit) if commit else []
        names = [each["name"] for each in entries if each["name"].lower().startswith("readme")]
        readme = git.file(commit, names[0]).decode("utf-8", "replace") if names else ""
        more = {"branches": git.branches(), "log": git.log(commit, most=20) if commit else []}
        known = {"r": repository, "ref": repository["default"], "path": "", "entries": entries, "readme": readme}
        return show(FOLDER, repository["full"], **known, **more)

    @app.get("/<owner>/<name>/src/<path:place>")
    def source(owner, name, place):
        repository = rights.find(f"{owner}/{name}", "read", "file.read", path=place[:500])
        ref, path = split(repository["git"], place)
        commit = commit_or_404(repository, ref)
        known = {"r": repository, "ref": ref, "path": path}
        entries = repository["git"].entries(commit, path)
        if entries is not None:
            rights.tell(repository, "file.list", path=path[:500], ref=ref[:200], count=len(entries))
            return show(FOLDER, path or ref, entries=entries, branches=repository["git"].branches(), **known)
        text = told_file(rights, repository, commit, path, ref).decode("utf-8", "replace")
        return show(FILE, path, text=text, **known)

    @app.get("/<owner>/<name>/raw/<path:place>")
    def raw_page(owner, name, place):
        repository = rights.find(f"{owner}/{name}", "read", "file.read", path=place[:500])
        ref, path = split(repository["git"], place)
        data = told_file(rights, repository, commit_or_404(repository, ref), path, ref)
        return Response(data, content_type="text/plain; charset=utf-8")

    @app.get("/<owner>/<name>/<any(issues, pulls):kind>")
    def list_page(owner, name, kind):
        repository = rights.find(f"{owner}/{name}", "issues", f"{kind[:-1]}.list")
        entries = list(repository[kind].values())
        rights.tell(repository, f"{kind[:-1]}.list", count=len(entries))
        return show(
            LIST, {"issues": "Issues", "pulls": "Pull requests"}[kind], r=repository, kind=kind, entries=entries
        )

    @app.get("/<owner>/<name>/<any(issues, pulls):kind>/<int:number>")
    def thread_page(owner, name, kind, number):
        repository = rights.find(f"{owner}/{name}", "issues", f"{kind[:-1]}.read", number=number)
        entry = entry_of(repository, kind, number)
        diff = diff_of(repository, entry) if kind == "pulls" else ""
        rights.tell(repository, f"{kind[:-1]}.read", number=number, comments=len(entry["comments"]))
        return show(THREAD, f"#{number} {entry['title']}", r=repository, e=entry, diff=diff)

    @app.get("/<owner>/<name>/actions")
    def runs_page(owner, name):
        repository = rights.find(f"{owner}/{name}", "read", "ci.log")
        rights.tell(repository, "ci.log", count=len(repository["runs"]))
        runs = [(run, result(run), log(run)) for run in reversed(repository["runs"])]
        return show(RUNS, "CI", r=repository, runs=runs)
