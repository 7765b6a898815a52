"""A social feed: pages, and an API."""

import html

from .sites_answers import as_json, cookie, credentials, fields_of, page, query_of, redirect, text_of, wants_json

TEXT_LIMIT = 10_000


class Feed:
    """Posts, newest first."""

    def __init__(self, declared, place):
        self._declared, self._place = declared, place
        self._posts = [dict(post, replies=[dict(reply) for reply in post["replies"]]) for post in declared["posts"]]
        self._tokens = {each["token"]: each["name"] for each in declared["accounts"] if each.get("token")}

    def answer(self, request):
        """Show or take posts."""
        parts = request.path.strip("/").split("/")
        api = parts[0] == "api"
        parts = parts[1:] if api else parts
        if api and parts == ["accounts"]:
            return as_json([{"name": each["name"], "title": each["title"]} for each in self._declared["accounts"]])
        if parts == ["posts"] or (not api and parts == [""]):
            if request.method == "POST":
                return self._post(request, api, None)
            found = self._found(query_of(request))
            return as_json(found) if api else self._show(self._declared["title"], found, form=True)
        if not api and len(parts) == 1 and parts[0].startswith("@"):
            return self._show(parts[0], [post for post in self._posts[::-1] if post["author"] == parts[0][1:]])
        if parts[0] != "posts" or len(parts) not in (2, 3):
            return None
        post = next((each for each in self._posts if each["id"] == parts[1]), None)
        if post is None:
            return as_json({"error": "no such post"}, 404) if api else None
        if len(parts) == 2 and request.method in ("GET", "HEAD"):
            return as_json(post) if api else self._show(f"{post['author']}: {post['id']}", [post], replies=True)
        if request.method == "POST" and parts[2:] == ["replies"]:
            return self._post(request, api, post)
        if request.method == "POST" and parts[2:] == ["like"]:
            post["likes"] += 1
            self._place.note("like", id=post["id"], likes=post["likes"])
            return self._done(request, api, {"id": post["id"], "likes": post["likes"]}, f"liked post {post['id']}")
        return None

    def _found(self, query):
        wanted = query.get("q", "").lower()
        limit = int(query["limit"]) if query.get("limit", "").isdecimal() else 100
        found = [
            post
            for post in self._posts[::-1]
            if wanted in post["text"].lower() and query.get("author", post["author"]) == post["author"]
        ]
        return found[: min(limit, 500)]

    def _post(self, request, api, above):
        fields = fields_of(request)
        token = credentials(request)[1] or cookie(request, "session")
        author = self._tokens.get(token)
        if author is None and (not self._declared["open"] or token):
            return as_json({"error": "not signed in"}, 401)
        author = author or text_of(fields.get("author"), 100) or "guest"
        text = text_of(fields.get("text") or fields.get("content") or fields.get("status"), TEXT_LIMIT)
        if not text:
            return as_json({"error": "text is missing"}, 400)
        told = {"author": author, "text": text, "date": self._place.time(), "likes": 0}
        if above is not None:
            self._place.note("reply", to=above["id"], author=author, text=text)
            above["replies"].append(told)
            return self._done(request, api, told, f"replied to post {above['id']} as {author}", 201)
        told = {"id": self._place.identify("post"), **told, "replies": []}
        self._place.note("post", id=told["id"], author=author, text=text)
        self._posts.append(told)
        return self._done(request, api, told, f"posted {told['id']} as {author}", 201)

    def _done(self, request, api, told, did, status=200):
        if api or wants_json(request):
            return as_json(told, status, did)
        return redirect("/", 303, did)

    def _show(self, title, posts, form=False, replies=False):
        body = '<form method="post"><textarea name="text"></textarea><button>Post</button></form>\n' if form else ""
        for post in posts:
            body += article(post, f"/posts/{post['id']}")
            body += "".join(article(reply, "") for reply in post["replies"]) if replies else ""
        return page(title, body)


def article(post, link):
    """Return a post as HTML."""
    author, text = html.escape(post["author"]), html.escape(post["text"])
    when = f'<a href="{link}">{html.escape(post["date"])}</a>' if link else html.escape(post["date"])
    return f"<article><p><b>@{author}</b> {when}</p><p>{text}</p><p>{post['likes']} likes</p></article>\n"
