"""The finding about a secret that left: what, whose, how it was written, where to, and what the law asks then."""

from __future__ import annotations

from hiyari.events import Finding, LocalText, Severity

from .search import Match

MANY_BY_LAW = 1_000
"""Persons above whose number a leak must be reported whatever the data."""


def triggers(kind: str, persons: int) -> list[str]:
    """Return the grounds on which a leak must be reported to the Personal Information Protection Commission.

    APPI (個人情報保護法) article 26 and its rules: special-care data, risk of property damage and malicious purpose
    from one person on, anything above 1 000 persons. First report within about 3 to 5 days, full report within 30 days,
    60 when malicious. Individual numbers have rules of their own (番号法). Whether property is at risk or the purpose
    malicious cannot be told from the data, so the latter is named as possible.
    """
    grounds = []
    if kind == "special_care":
        grounds.append("special-care data (要配慮個人情報), from one person")
    if kind == "my_number":
        grounds.append("individual number (個人番号), rules of the My Number Act")
    if kind != "token":
        grounds.append("possibly malicious purpose (不正の目的), from one person")
    if persons > MANY_BY_LAW:
        grounds.append(f"more than {MANY_BY_LAW} persons")
    return grounds


def leak_finding(
    match: Match, seq: int, channel: str, destination: str, severity: Severity, *, persons: int
) -> Finding:
    """Build the finding about one canary at one destination."""
    canary = match.canary
    way = " > ".join(match.chain) or "plain"
    ja = "外部へ送ろうとして遮断された" if severity == 1 else "外部へ送信された"
    en = "was about to leave and was blocked" if severity == 1 else "left"
    return Finding(
        rule="egress.canary",
        category="exfiltration",
        severity=severity,
        message=LocalText(
            ja=f"秘密の値 {canary.name} が {destination} ({channel}) へ{ja}。形式: {way}",
            en=f"The secret {canary.name} {en} to {destination} ({channel}), written as: {way}",
        ),
        evidence=(seq,),
        detail={
            "canary": canary.name,
            "data": canary.kind,
            "subject": canary.subject,
            "chain": list(match.chain),
            "channel": channel,
            "destination": destination,
            "blocked": severity == 1,
            "persons": persons,
            "report_grounds": triggers(canary.kind, persons) if severity > 1 else [],
        },
    )
