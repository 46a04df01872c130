"""The words of the file format's fixed choices, in both languages, for pages and the terminal."""

from __future__ import annotations

from collections.abc import Mapping

from unipact.agreement.engine.terms import Text

STANDINGS: Mapping[str, Text] = {
    "not_due": Text("not begun", "未开始"),
    "on_track": Text("on track", "进展正常"),
    "at_risk": Text("at risk", "存在风险"),
    "off_track": Text("off track", "偏离目标"),
    "undecided": Text("cannot be decided yet", "尚不能判定"),
    "no_data": Text("no data", "暂无数据"),
    "met": Text("met", "已达成"),
    "partly_met": Text("partly met", "部分达成"),
    "missed": Text("missed", "未达成"),
}
VERSION_STATES: Mapping[str, Text] = {
    "draft": Text("draft", "草案"),
    "offered": Text("offered", "已提出"),
    "countered": Text("countered", "已还价"),
    "agreed": Text("agreed", "已达成一致"),
    "in_force": Text("in force", "生效中"),
    "superseded": Text("superseded", "已被取代"),
    "expired": Text("expired", "已期满"),
    "ended": Text("ended", "已终止"),
    "withdrawn": Text("withdrawn", "已撤回"),
    "declined": Text("declined", "已拒绝"),
    "lapsed": Text("lapsed", "已失效"),
}
EFFORTS: Mapping[str, Text] = {
    "talent-cultivation": Text("Talent cultivation", "人才培养"),
    "scientific-research": Text("Scientific research", "科学研究"),
    "smart-campus": Text("Smart campus", "智慧校园"),
}
ROLES: Mapping[str, Text] = {
    "university": Text("university", "高校"),
    "enterprise": Text("enterprise", "企业"),
}
