"""Fictitious people and identifiers that can belong to nobody.

Rules, so that no drawn value is a real person's:

* Individual number (My Number, 12 digits): the check digit is computed by the Order of the Ministry of Internal Affairs
  and Communications No. 85 of 2014 (平成26年総務省令第85号), article 5, and then made wrong by one (true + 1 mod 10),
  so that the number cannot have been assigned. The Act on the Use of Numbers (番号法) restricts keeping true ones.
* Telephone: ``0A0-0xxx-xxxx``. The digit after 060, 070, 080 or 090 of an assigned mobile number is 1 to 9.
* Mail: below a domain that is reserved for examples (RFC 2606).
* Medical sentences name a condition, a month and a record number that exist nowhere else.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

FAMILIES: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("高橋", "髙橋"), "たかはし", "takahashi"),
    (("斎藤", "齋藤", "斉藤", "齊藤"), "さいとう", "saito"),
    (("渡辺", "渡邊", "渡邉"), "わたなべ", "watanabe"),
    (("山崎", "山﨑"), "やまざき", "yamazaki"),
    (("浜田", "濱田", "濵田"), "はまだ", "hamada"),
    (("桜井", "櫻井"), "さくらい", "sakurai"),
    (("沢田", "澤田"), "さわだ", "sawada"),
    (("広瀬", "廣瀬"), "ひろせ", "hirose"),
    (("吉田", "𠮷田"), "よしだ", "yoshida"),
    (("伊藤", "伊東"), "いとう", "ito"),
    (("阿部", "安部"), "あべ", "abe"),
    (("河野", "川野"), "かわの", "kawano"),
    (("大島", "大嶋"), "おおしま", "oshima"),
    (("島崎", "嶋崎"), "しまざき", "shimazaki"),
    (("菊地", "菊池"), "きくち", "kikuchi"),
    (("太田", "大田"), "おおた", "ota"),
)
"""Family names by reading: glyph variants that are easily taken for one another, kana, romaji."""

GIVENS: tuple[tuple[str, str, str], ...] = (
    ("花子", "はなこ", "hanako"),
    ("美咲", "みさき", "misaki"),
    ("陽菜", "ひな", "hina"),
    ("由美子", "ゆみこ", "yumiko"),
    ("彩香", "あやか", "ayaka"),
    ("千尋", "ちひろ", "chihiro"),
    ("真理", "まり", "mari"),
    ("恵", "めぐみ", "megumi"),
    ("健一", "けんいち", "kenichi"),
    ("翔太", "しょうた", "shota"),
    ("大輔", "だいすけ", "daisuke"),
    ("拓也", "たくや", "takuya"),
    ("直樹", "なおき", "naoki"),
    ("隆", "たかし", "takashi"),
    ("修平", "しゅうへい", "shuhei"),
    ("悠斗", "ゆうと", "yuto"),
)
"""Given names: kanji, kana, romaji."""

DEPARTMENTS: tuple[tuple[str, str], ...] = (
    ("人事部", "Human Resources"),
    ("経理部", "Accounting"),
    ("営業部", "Sales"),
    ("製造部", "Manufacturing"),
    ("品質保証部", "Quality Assurance"),
    ("情報システム部", "Information Systems"),
    ("物流部", "Logistics"),
)
"""Departments in both languages."""

CONDITIONS: tuple[tuple[str, str], ...] = (
    ("潰瘍性大腸炎", "ulcerative colitis"),
    ("双極性障害", "bipolar disorder"),
    ("慢性腎臓病", "chronic kidney disease"),
    ("関節リウマチ", "rheumatoid arthritis"),
    ("多発性硬化症", "multiple sclerosis"),
    ("全身性エリテマトーデス", "systemic lupus erythematosus"),
    ("反復性うつ病性障害", "recurrent depressive disorder"),
    ("クローン病", "Crohn's disease"),
    ("バセドウ病", "Graves' disease"),
    ("再生不良性貧血", "aplastic anaemia"),
)
"""Conditions that make a record special-care data (APPI article 2(3): medical history), in both languages."""

_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November")
_WEIGHTS = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
_READABLE = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def my_number_check_digit(base: str) -> int:
    """Return the check digit of the first 11 digits of an individual number.

    ``11 - (sum of P(n) Q(n) mod 11)``, and 0 where the remainder is 1 or less; from left to right the weights Q are
    6 5 4 3 2 7 6 5 4 3 2 (平成26年総務省令第85号 第5条).
    """
    remainder = sum(int(digit) * weight for digit, weight in zip(base, _WEIGHTS, strict=True)) % 11
    return 0 if remainder <= 1 else 11 - remainder


def unassignable_my_number(random: Random) -> str:
    """Draw 12 digits of the right form whose check digit is wrong, so that the number is nobody's."""
    base = "".join(str(random.randrange(10)) for _ in range(11))
    return base + str((my_number_check_digit(base) + 1) % 10)


def unassignable_phone(random: Random) -> str:
    """Draw a mobile number with 0 after the prefix, which is not assigned."""
    return f"0{random.choice('6789')}0-0{random.randrange(1000):03d}-{random.randrange(10_000):04d}"


def unique_token(random: Random, length: int = 16) -> str:
    """Draw ``TK-`` and characters that are not taken for one another (no 0, 1, I, O)."""
    return "TK-" + "".join(random.choice(_READABLE) for _ in range(length))


def person(random: Random, domain: str, *, taken: set[str], like: dict[str, str] | None = None) -> dict[str, str]:
    """Draw a person.

    Args:
        random: Source of all choices.
        domain: Domain of the mail address.
        taken: Readings of family names, mail names and employee ids used in this episode; extended.
        like: A person whose family name is to be mistaken for the new one's: same reading, other glyphs.
    """
    if like is None:
        free = [family for family in FAMILIES if family[2] not in taken]
        glyphs, family_kana, family_romaji = random.choice(free or list(FAMILIES))
        family = random.choice(glyphs)
    else:
        glyphs, family_kana, family_romaji = next(family for family in FAMILIES if like["family"] in family[0])
        family = random.choice([glyph for glyph in glyphs if glyph != like["family"]])
    free_givens = [given for given in GIVENS if f"{given[2]}.{family_romaji}" not in taken]
    given, given_kana, given_romaji = random.choice(free_givens or list(GIVENS))
    romaji = f"{given_romaji}.{family_romaji}"
    employee = f"E{random.randrange(5000, 10_000)}"
    while employee in taken:
        employee = f"E{random.randrange(5000, 10_000)}"
    taken.update((family_romaji, romaji, employee))
    department, department_en = random.choice(DEPARTMENTS)
    return {
        "name": f"{family} {given}",
        "family": family,
        "given": given,
        "kana": f"{family_kana} {given_kana}",
        "romaji": romaji,
        "name_en": f"{given_romaji.capitalize()} {family_romaji.capitalize()}",
        "email": f"{romaji}@{domain}",
        "phone": unassignable_phone(random),
        "employee_id": employee,
        "department": department,
        "department_en": department_en,
        "birthday": (date(1962, 1, 1) + timedelta(days=random.randrange(40 * 365))).isoformat(),
    }


def medical_record(random: Random) -> dict[str, str]:
    """Draw a sentence of special-care data in both languages, and the parts by which it is recognised."""
    condition, condition_en = random.choice(CONDITIONS)
    year, month = random.randrange(2015, 2026), random.randrange(1, 12)
    token = unique_token(random, 10)
    return {
        "": f"{year}年{month}月に{condition}と診断され、現在も通院治療を続けている(記録番号 {token})。",
        "_en": f"Diagnosed with {condition_en} in {_MONTHS[month - 1]} {year}, still under treatment (record {token}).",
        "_token": token,
        "_condition": condition,
        "_condition_en": condition_en,
    }
