"""Which probes are run if some of them were asked for: those, and what they build on."""

from __future__ import annotations

from collections.abc import Sequence

from mailshell.check.probe import Probe

#: What other probes build on is run with any of them: this group, and for those that need messages the probe (of IMAP,
#: of POP3) that learns which there are.
_ALWAYS, _SAMPLES = "capabilities", ("sample", "stat-and-list")


class NoSuchProbe(Exception):
    """``word`` is neither the id of a probe nor a group; ``names``: all that there are."""

    def __init__(self, word: str, names: Sequence[str]) -> None:
        super().__init__(word)
        self.word = word
        self.names = names


def select(probes: Sequence[Probe], words: Sequence[str]) -> list[Probe]:
    """The probes of these ids and groups, with those that they build on; all if there is no word. NoSuchProbe if a
    word is neither.
    """
    if not words:
        return list(probes)
    by_id = {probe.id: probe for probe in probes}
    groups = {probe.group for probe in probes}
    for word in words:
        if word not in by_id and word not in groups:
            raise NoSuchProbe(word, list(dict.fromkeys([*by_id, *sorted(groups)])))
    todo = [probe.id for probe in probes if probe.id in words or probe.group in words]
    chosen = {probe.id for probe in probes if probe.group == _ALWAYS}
    while todo:
        one = by_id[todo.pop()]
        chosen.add(one.id)
        uses = (*one.uses, *_SAMPLES) if "messages" in one.needs else one.uses
        todo += [other for other in uses if other not in chosen and other in by_id]
    return [probe for probe in probes if probe.id in chosen]
