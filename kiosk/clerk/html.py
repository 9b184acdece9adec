"""The page as HTML. It works without scripts; the script only brings news without a reload."""

from datetime import datetime, tzinfo
from html import escape

from kiosk.queueing.board import AtWindow, Board, Line
from kiosk.text.catalogue import Catalogue

Words = Catalogue


def document(words: Words, body: str, *, hall: str, window: int | None = None, live: bool = False) -> str:
    """A whole page."""
    lang = words.language.replace("_", "-")
    script = '<script src="/clerk.js" defer></script>' if live else ""
    reload = '<noscript><meta http-equiv="refresh" content="10"></noscript>' if live else ""
    title = words.say("clerk.title") if window is None else words.say("clerk.window", window=window)
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(title)}</title>'
        f'<link rel="stylesheet" href="/clerk.css">{reload}{script}</head><body>'
        f"<header><h1>{escape(hall)}</h1><p>{escape(words.say('clerk.title'))}</p></header>"
        f"<main>{body}</main></body></html>"
    )


def login(words: Words, problem: str) -> str:
    """The question for the PIN. `problem` is a sentence, or nothing."""
    told = f'<p class="problem" role="alert">{escape(problem)}</p>' if problem else ""
    return (
        f'<form class="login" method="post" action="/login">{told}'
        f'<label for="pin">{escape(words.say("clerk.pin"))}</label>'
        '<input id="pin" name="pin" type="password" inputmode="numeric" autocomplete="off" required autofocus '
        f'maxlength="12"><button class="primary">{escape(words.say("clerk.enter"))}</button></form>'
    )


def choose(words: Words, board: Board) -> str:
    """Which window is yours?"""
    links = "".join(
        f'<a class="window" href="/window/{at.window}"><b>{escape(words.say("clerk.window", window=at.window))}</b>'
        f"<span>{escape(_serves(words, board, at))}</span></a>"
        for at in board.windows
    )
    return f'<h2>{escape(words.say("clerk.choose"))}</h2><nav class="windows">{links}</nav>'


def desk(words: Words, board: Board, window: int, *, form: str, said: str, zone: tzinfo) -> str:
    """A window's page: who is there, what can be done, who waits."""
    at = next(one for one in board.windows if one.window == window)
    told = f'<p class="problem" role="alert">{escape(said)}</p>' if said else ""
    others = [line for line in board.lines if line.letter != at.business]
    here = _there(words, board, at, zone) + _buttons(words, at, others, window, form)
    tabs = "".join(
        f'<a href="/window/{one.window}"{" aria-current=page" if one.window == window else ""}>{one.window}</a>'
        for one in board.windows
    )
    lines = "".join(_line(words, line, zone) for line in sorted(board.lines, key=lambda o: o.letter not in at.letters))
    return (
        f'<nav class="tabs" aria-label="{escape(words.say("clerk.choose"))}">{tabs}'
        f'<form method="post" action="/logout">{_hidden("form", form)}'
        f"<button>{escape(words.say('clerk.leave'))}</button></form></nav>"
        f'<div class="board">{told}<section class="here">{here}</section>'
        f'<section class="lines">{lines}{_skipped(words, board, window, form, zone)}</section></div>'
    )


def _there(words: Words, board: Board, at: AtWindow, zone: tzinfo) -> str:
    window = f"<h2>{escape(words.say('clerk.window', window=at.window))}</h2>"
    if not at.shown:
        return f'{window}<p class="number none">—</p><p>{escape(words.say("clerk.nobody", count=at.waiting))}</p>'
    name = next(_name(words, line) for line in board.lines if line.letter == at.business)
    lane = f' <em class="lane">{escape(words.say("clerk.priority"))}</em>' if at.priority else ""
    called = words.say("clerk.called", time=_time(at.called_ms, zone), times=at.times)
    return (
        f'{window}<p class="number">{escape(at.shown)}</p><p class="name">{escape(name)}{lane}</p>'
        f"<p>{escape(called)} · {escape(words.say('clerk.waiting', count=at.waiting))}</p>"
    )


def _buttons(words: Words, at: AtWindow, others: list[Line], window: int, form: str) -> str:
    next_key = "clerk.next_done" if at.shown else "clerk.next"
    buttons = _button(words.say(next_key), f"/window/{window}/next", form, at.shown, primary=True)
    if at.shown:
        for deed in ("recall", "no_show", "finish"):
            buttons += _button(words.say(f"clerk.{deed}"), f"/window/{window}/{deed}", form, at.shown)
        moves = "".join(
            _button(f"{line.letter} {_name(words, line)}", f"/window/{window}/transfer", form, at.shown, to=line.letter)
            for line in others
        )
        buttons += f"<details><summary>{escape(words.say('clerk.transfer'))}</summary><div>{moves}</div></details>"
    return f'<div class="deeds">{buttons}</div>'


def _line(words: Words, line: Line, zone: tzinfo) -> str:
    rows = "".join(
        f"<li><b>{escape(row.shown)}</b>"
        + "".join(
            f' <em class="{mark}">{escape(words.say(f"clerk.{mark}"))}</em>'
            for mark, marked in (
                ("priority", row.priority),
                ("transferred", row.transferred),
                ("back", row.back),
                ("no_slip", not row.slip),
            )
            if marked
        )
        + f"<time>{_time(row.given_ms, zone)}</time></li>"
        for row in line.waiting[:40]
    )
    more = len(line.waiting) - 40
    if more > 0:
        rows += f"<li>{escape(words.say('clerk.more', count=more))}</li>"
    closed = f"<p>{escape(words.say(f'clerk.closed_{line.closed}'))}</p>" if line.closed else ""
    return (
        f"<article><h3><b>{escape(line.letter)}</b> {escape(_name(words, line))}"
        f"<span>{escape(words.say('clerk.waiting', count=len(line.waiting)))}</span></h3>"
        f"{closed}<ol>{rows}</ol></article>"
    )


def _skipped(words: Words, board: Board, window: int, form: str, zone: tzinfo) -> str:
    if not board.skipped:
        return ""
    rows = "".join(
        f"<li><b>{escape(row.shown)}</b> "
        f"<span>{escape(words.say('clerk.until', time=_time(row.until_ms, zone)))}</span>"
        f"{_button(words.say('clerk.come_back'), f'/window/{window}/come_back', form, None, number=row.shown)}</li>"
        for row in board.skipped
    )
    return f'<article class="skipped"><h3>{escape(words.say("clerk.skipped"))}</h3><ul>{rows}</ul></article>'


def _button(text: str, action: str, form: str, seen: str | None, *, primary: bool = False, **more: str) -> str:
    fields = {"form": form, **({} if seen is None else {"seen": seen}), **more}
    look = ' class="primary"' if primary else ""
    hidden = "".join(_hidden(name, value) for name, value in fields.items())
    return f'<form method="post" action="{action}">{hidden}<button{look}>{escape(text)}</button></form>'


def _hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{name}" value="{escape(value)}">'


def _serves(words: Words, board: Board, at: AtWindow) -> str:
    return ", ".join(f"{line.letter} {_name(words, line)}" for line in board.lines if line.letter in at.letters)


def _name(words: Words, line: Line) -> str:
    return line.name if words.language == "zh_CN" else line.name_en


def _time(ms: int, zone: tzinfo) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, zone):%H:%M}"
