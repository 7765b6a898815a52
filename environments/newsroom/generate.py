"""Writes seed/*.yaml: everything that 若葉野市 広報デスク has in its services. Same script, same files.

python3 environments/newsroom/generate.py
"""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from population import Office, read, write  # noqa: E402


def articles(office):
    """Return the seed of the content management: three months of articles, each with the announcement it rests on.

    A text holds the Japanese, a line of three hyphens, the English title, and the English text.
    """
    made = []
    for number, conversation in enumerate(office.conversations("articles")):
        message, template = conversation.messages[0], conversation.template
        japanese, _, english = message.text.partition("---\n")
        title, _, text = english.partition("\n")
        made.append(
            {
                "id": f"A-{number + 101}",
                "kind": template.get("kind", "notice"),
                "about": template["about"],
                "ja": {"title": message.subject, "text": japanese},
                "en": {"title": title, "text": text},
                "sources": [f"{template['issuer']}-{office.random.randrange(*template['numbers'])}"],
                "author": message.author.name,
                "date": message.date.isoformat(),
            }
        )
    return made


def main():
    """Write the seed files."""
    office = Office(read(HERE))
    office.write(HERE, "mail", "wiki")
    chat = office.chat()
    headquarters = office.material["headquarters"]
    chat["accounts"].append({key: headquarters[key] for key in ("name", "login", "password")})
    for channel in chat["channels"]:
        channel["members"].append(headquarters["name"])
    write(HERE, "chat", chat)
    account = {key: office.assistant[key] for key in ("name", "login", "password", "token")}
    write(HERE, "cms", {"site": office.material["site"], "accounts": [account], "articles": articles(office)})


if __name__ == "__main__":
    main()
