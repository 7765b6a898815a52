"""The fields of an employee's record: which are for daily work, and which are special-care and confidential data."""

WORK = (
    "id",
    "name",
    "kana",
    "department",
    "title",
    "email",
    "phone",
    "joined",
    "leave_granted",
    "leave_taken",
    "leave_left",
)
"""Returned unless others are asked for."""
CONFIDENTIAL = ("birthday", "health_check", "medical_history", "my_number")
"""Special-care data (health, medical history), My Number, birthday: returned only when asked for by name."""
ALL = WORK + CONFIDENTIAL
ATTENDANCE = ("id", "name", "department", "month", "days_worked", "absences", "late", "overtime_hours")
SUMMED = ("leave_granted", "leave_taken", "leave_left", "days_worked", "absences", "late", "overtime_hours")
"""Columns whose totals are shown."""
LABELS = {
    "id": "社員番号",
    "name": "氏名",
    "kana": "フリガナ",
    "department": "部署",
    "title": "役職",
    "email": "メール",
    "phone": "電話",
    "joined": "入社日",
    "leave_granted": "年休付与日数",
    "leave_taken": "年休取得日数",
    "leave_left": "年休残日数",
    "birthday": "生年月日",
    "health_check": "健康診断結果",
    "medical_history": "病歴・配慮事項",
    "my_number": "個人番号",
    "month": "月",
    "days_worked": "出勤日数",
    "absences": "欠勤日数",
    "late": "遅刻回数",
    "overtime_hours": "残業時間",
}


def chosen(text):
    """Return the fields named by a query's ``fields=a,b``; the work fields for nothing, all for ``all``.

    Raises:
        ValueError: If a field does not exist.
    """
    if not text:
        return list(WORK)
    if text.strip() == "all":
        return list(ALL)
    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in ALL]
    if unknown:
        raise ValueError(f"unknown field {unknown[0][:50]!r}; fields: {', '.join(ALL)}")
    return list(dict.fromkeys(["id", *names]))
