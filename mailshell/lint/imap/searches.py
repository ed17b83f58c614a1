"""The form in which found numbers come: SEARCH or ESEARCH (RFC 9051 sections 6.4.4 and 7.3.4, RFC 4731)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailshell.lint.checker import Checker, Now, Received
from mailshell.lint.finding import Fault
from mailshell.lint.imap.marks import fault_in
from mailshell.protocol.exchange import Exchange
from mailshell.protocol.imap.data import ExtendedSearch

_RETURN = re.compile(r"(?:UID )?(?:SEARCH|SORT) +RETURN *\(", re.IGNORECASE)
_EMPTY_RETURN = re.compile(r"(?:UID )?(?:SEARCH|SORT) +RETURN *\( *\)(?P<all> +ALL\Z)?", re.IGNORECASE)
_SEARCHES = frozenset({"SEARCH", "SORT", "UID SEARCH", "UID SORT"})


class SearchForms(Checker):
    """RETURN, and in rev2 each SEARCH, is answered with ESEARCH; ESEARCH says whether its numbers are UIDs."""

    concerns = frozenset({"SEARCH", "SORT", "ESEARCH"})

    def untagged(self, received: Received, now: Now) -> Iterator[Fault]:
        response = received.response
        if any(deviation.rule == "search-modseq" for deviation in received.deviations):
            yield fault_in("search-parentheses", response, rb"\(.*", expected="(MODSEQ n) at the end, or nothing")
        searches = [one for one in now.engine.outstanding if one.name in _SEARCHES]
        start, end = response.offset, response.offset + len(response.line)
        if response.name != "ESEARCH":
            rev2 = now.rev2 and response.name == "SEARCH"
            if searches and (rev2 or all(_RETURN.match(one.words) for one in searches)):
                yield Fault("search-for-esearch", start, end, expected=f'* ESEARCH (TAG "{searches[0].tag}") ...')
            return
        data = received.data
        if not isinstance(data, ExtendedSearch):
            return
        exchange = _answered(searches, data)
        if exchange is None:
            return
        if not data.uid and exchange.name.startswith("UID "):
            yield Fault("esearch-without-uid", start, end, expected="the word UID behind (TAG ...)")
        asked, view = _EMPTY_RETURN.match(exchange.words), now.imap.view
        if asked and "ALL" not in data.items and (data.items or (asked["all"] and view is not None and view.exists)):
            yield Fault("empty-return-not-all", start, end, expected="ALL and what was found")


def _answered(searches: list[Exchange], data: ExtendedSearch) -> Exchange | None:
    """The search that this answers, if that can be told."""
    if data.tag is not None:
        return next((one for one in searches if one.tag == data.tag), None)
    return searches[0] if len(searches) == 1 else None
