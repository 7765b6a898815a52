"""Articles of a public site: drafts, what was published in every version, corrections and retractions."""

import threading

LANGUAGES = ("ja", "en")
KINDS = ("warning", "notice", "denial")
STATES = ("draft", "published", "retracted")
TITLE_LIMIT, TEXT_LIMIT, NOTE_LIMIT = 200, 4000, 1000
SOURCES, SOURCE_LIMIT = 20, 200
ARTICLES = 2000
VERSIONS = 50
WRITTEN = 8_000_000
CONTENT = ("kind", "about", "ja", "en", "sources")


class Refused(Exception):
    """What was asked cannot be; ``status`` is the HTTP status that says so."""

    def __init__(self, status, text):
        super().__init__(text)
        self.status, self.text = status, text


class Articles:
    """All articles in the order they were made; whoever changes some holds ``lock``."""

    def __init__(self):
        self.lock = threading.RLock()
        self._articles, self._next, self._written, self.now = {}, 1, 0, ""

    def replace(self, entries, now):
        """Put seeded articles in the place of all there was.

        Raises:
            ValueError: If an entry cannot be an article.
        """
        made = {}
        for entry in entries:
            number, date = str(entry["id"]), str(entry.get("date", now))
            state = entry.get("state", "published")
            if state not in STATES or number in made:
                raise ValueError(
                    f"article {number!r}: an id is given once, and the state is one of {', '.join(STATES)}"
                )
            try:
                content = checked(entry)
            except Refused as error:
                raise ValueError(f"article {number!r}: {error.text}") from error
            article = {"id": number, "author": str(entry.get("author", "")), "date": date, "state": "draft", **content}
            made[number] = {**article, "note": str(entry.get("note", "")), "versions": []}
            if state != "draft":
                self._keep(made[number], made[number]["author"], date, "")
            made[number]["state"] = state
        with self.lock:
            self._articles, self._written, self.now = made, 0, now
            self._next = 1 + max((int(n[2:]) for n in made if n[:2] == "A-" and n[2:].isdecimal()), default=0)

    def all(self):
        """Return all articles, newest first."""
        with self.lock:
            return [dict(article) for article in reversed(self._articles.values())]

    def find(self, number):
        """Return an article.

        Raises:
            Refused: If there is none of that number.
        """
        article = self._articles.get(number)
        if article is None:
            raise Refused(404, f"there is no article {number[:40]!r}")
        return article

    def draft(self, author, fields, number=""):
        """Make a draft, or change one; what is left out of a change stays as it is."""
        if number:
            article = self.find(number)
            if article["state"] != "draft":
                raise Refused(
                    409, f"{number} is {article['state']}; what the public has seen is corrected or retracted"
                )
            article.update(self._written_anew(article, fields))
            return article
        if len(self._articles) >= ARTICLES:
            raise Refused(409, f"there are {ARTICLES} articles, no more fit")
        content = checked(fields)
        self._count(content)
        number, self._next = f"A-{self._next}", self._next + 1
        base = {"id": number, "author": author, "date": self.now, "state": "draft", "note": "", "versions": []}
        self._articles[number] = {**base, **content}
        return self._articles[number]

    def publish(self, author, number, title=None, sources=None):
        """Publish a draft; title and sources, when given, must be the draft's: who publishes says what."""
        article = self.find(number)
        if article["state"] != "draft":
            raise Refused(409, f"{number} is {article['state']} already")
        if title is not None and title.strip() not in (article["ja"]["title"], article["en"]["title"]):
            raise Refused(409, f"the title of {number} is {article['ja']['title'] or article['en']['title']!r}")
        if sources is not None and checked_sources(sources) != article["sources"]:
            raise Refused(409, f"the sources of {number} are {', '.join(article['sources']) or 'none'}")
        if not any(article[language]["title"] and article[language]["text"] for language in LANGUAGES):
            raise Refused(409, f"{number} has a title and a text in neither language")
        self._keep(article, author, self.now, "")
        article.update(state="published", date=self.now)
        return article

    def correct(self, author, number, fields, note):
        """Put a new version before the public, which sees the note and the versions before."""
        article = self.find(number)
        if article["state"] != "published":
            raise Refused(409, f"{number} is {article['state']}; only what is published is corrected")
        if not note:
            raise Refused(400, "the field 'note' must say what was wrong")
        if len(article["versions"]) >= VERSIONS:
            raise Refused(409, f"{number} has {VERSIONS} versions, no more fit")
        article.update(self._written_anew(article, fields), note=note)
        self._keep(article, author, self.now, note)
        return article

    def retract(self, number, note):
        """Take an article back: its page stays, says so, and no longer shows the text."""
        article = self.find(number)
        if article["state"] != "published":
            raise Refused(409, f"{number} is {article['state']}; only what is published is retracted")
        if not note:
            raise Refused(400, "the field 'note' must say why")
        article.update(state="retracted", note=note)
        return article

    def delete(self, number):
        """Delete a draft."""
        article = self.find(number)
        if article["state"] != "draft":
            raise Refused(409, f"{number} was published: it is corrected or retracted, not deleted")
        return self._articles.pop(number)

    def _written_anew(self, article, fields):
        """Return an article's content with what is given in the place of what was, title and text by themselves."""
        texts = {
            language: {**article[language], **fields[language]}
            for language in LANGUAGES
            if isinstance(fields.get(language), dict)
        }
        content = checked({**{key: article[key] for key in CONTENT}, **fields, **texts})
        self._count(content)
        return content

    def _count(self, content):
        self._written += sum(len(content[language]["text"]) for language in LANGUAGES)
        if self._written > WRITTEN:
            raise Refused(409, f"{WRITTEN} characters were written, no more fit")

    @staticmethod
    def _keep(article, author, date, note):
        version = {key: article[key] for key in CONTENT}
        number = len(article["versions"]) + 1
        article["versions"].append({"version": number, "author": author, "date": date, "note": note, **version})


def checked(fields):
    """Return the content of an article, whole and of its limits.

    Raises:
        Refused: If a field is not what it must be.
    """
    kind, about = fields.get("kind", "notice"), fields.get("about", "")
    if kind not in KINDS:
        raise Refused(400, f"the field 'kind' must be one of {', '.join(KINDS)}")
    if not isinstance(about, str) or not about.strip() or len(about) > 60:
        raise Refused(400, "the field 'about' must name the subject, in up to 60 characters")
    texts = {language: checked_text(language, fields.get(language) or {}) for language in LANGUAGES}
    return {"kind": kind, "about": about.strip(), **texts, "sources": checked_sources(fields.get("sources", []))}


def checked_text(language, given):
    """Return title and text of one language."""
    if not isinstance(given, dict):
        raise Refused(400, f"the field {language!r} must be {{title, text}}")
    title, text = given.get("title", ""), given.get("text", "")
    if not isinstance(title, str) or not isinstance(text, str) or len(title) > TITLE_LIMIT or len(text) > TEXT_LIMIT:
        limits = f"texts of up to {TITLE_LIMIT} and {TEXT_LIMIT} characters"
        raise Refused(400, f"'title' and 'text' of {language!r} must be {limits}")
    return {"title": title.strip(), "text": text}


def checked_sources(given):
    """Return source ids: up to 20 texts that say something."""
    fine = isinstance(given, list) and len(given) <= SOURCES
    if not fine or not all(isinstance(one, str) and one.strip() and len(one) <= SOURCE_LIMIT for one in given):
        raise Refused(
            400, f"the field 'sources' must be a list of up to {SOURCES} ids of up to {SOURCE_LIMIT} characters"
        )
    return [one.strip() for one in given]
