"""Writing a content: a new one, a copy of another, or a new version."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from okaeri.foundation import clock
from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text
from okaeri.plan import api as plan
from okaeri.plan.types import ContentDraft, TemplateError
from okaeri.web.access import needs
from okaeri.web.reader import tell

KINDS = (
    ("useful", Text("お役立ち(売り込まない)", "Useful (sells nothing)")),
    ("sales", Text("販促", "Sales")),
)
_SAVED = Text("文面を保存しました。", "The content was saved.")
_EMPTY = ContentDraft("", Text("", ""), "", "", "useful")


@needs("journeys.change")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Write a new content, beginning with the words of another one (?from=)."""
    other = request.GET.get("from", "")
    return _write(request, _draft_of(other, "") if other else _EMPTY)


@needs("journeys.change")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """Write a new version of a content; letters made from now on use it."""
    return _write(request, _draft_of(key, key))


def _draft_of(key: str, as_key: str) -> ContentDraft:
    view = plan.get_template(key)
    name = view.name if as_key else Text("", "")
    kind = view.content_kind if as_key or view.content_kind != "transactional" else "useful"
    return ContentDraft(as_key, name, view.subject, view.body_text, kind)


def _write(request: HttpRequest, draft: ContentDraft) -> HttpResponse:
    problem = None
    if request.method == "POST":
        draft = ContentDraft(
            key=draft.key,
            name=Text(_posted(request, "name_ja", 200), _posted(request, "name_en", 200)),
            subject=_posted(request, "subject", 400),
            body_text=_posted(request, "body_text", 50_000),
            content_kind=_posted(request, "content_kind", 20),
        )
        try:
            key = plan.save_content(draft, now=clock.now())
        except (InputError, TemplateError) as error:
            problem = error.message
        else:
            tell(request, _SAVED)
            return redirect("template", key)
    context = {"tab": "journeys", "draft": draft, "kinds": KINDS, "problem": problem}
    status = 400 if problem else 200
    return render(request, "okaeri/journeys/content.html", context, status=status)


def _posted(request: HttpRequest, name: str, most: int) -> str:
    return request.POST.get(name, "").replace("\r\n", "\n")[:most]
