"""Forms as a shop would make them, and people who fill them in."""

from datetime import date

from okaeri.foundation.settings import ShopProfile, save, specs_of
from okaeri.foundation.text import Text
from okaeri.intake import api as intake
from okaeri.intake.form_types import FormDefinition, FormFile, FormProof, FormView, Question

CONSENT = Text(
    "肌日和から、商品やセールの広告メールを受け取ることに同意します。いつでも止められます。",
    "I agree to receive advertising e-mails from 肌日和. I can stop them at any time.",
)
WORRY = Question("worry", Text("お肌の悩み", "Your skin"), "tags", ("乾燥", "シミ", "毛穴"))
PURPOSE = Question("purpose", Text("目的", "Purpose"), "choice", ("自分用", "贈り物"))
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def name_the_shop() -> None:
    """The consent names its sender, so the shop has to have a name."""
    save(
        {spec.key: spec for spec in specs_of(ShopProfile).values()},
        {
            "shop.name": "肌日和",
            "shop.sender_name": "肌日和",
            "shop.sender_email": "shop@example.com",
            "shop.postal_address": "東京都渋谷区1-2-3",
            "shop.contact": "03-0000-0000",
        },
    )


def definition(**changes: object) -> FormDefinition:
    """A sign-up with a name, a worry and double opt-in."""
    given: dict[str, object] = {
        "title": Text("お便りの登録", "Our letter"),
        "intro": Text("月に二度お届けします。", "Twice a month."),
        "consent": CONSENT,
        "thanks": Text("ご登録ありがとうございます。", "Thank you for joining."),
        "needs": {"name": "optional", "phone": "optional"},
        "questions": (WORRY, PURPOSE),
        "tags": ("newsletter",),
        "media_code": "web",
        "must_agree": True,
    }
    return FormDefinition(**{**given, **changes})  # type: ignore[arg-type]


def a_file() -> FormFile:
    return intake.keep_form_file("肌の教科書.pdf", [PDF])


def open_form(key: str = "letter", kind: str = "signup", **changes: object) -> FormView:
    """Make a form and open it."""
    intake.save_form(key, kind, definition(**changes))
    intake.switch_form(key, is_open=True)
    return intake.get_form(key)


def fill_in(
    key: str = "letter",
    email: str = "hana@example.com",
    *,
    agrees: bool = True,
    address: str = "203.0.113.7",
    **answers: str | list[str],
) -> "intake.Taken":
    """Fill in a form as a browser would post it."""
    posted: dict[str, list[str]] = {"email": [email]}
    posted |= {name: [v] if isinstance(v, str) else v for name, v in answers.items()}
    if agrees:
        posted["agree"] = ["yes"]
    filled = intake.read_answers(intake.get_form(key).definition, posted, date(2026, 4, 1), "ja")
    proof = FormProof("https://shop.example/", intake.mark_of_request(address), "Safari", "ja")
    return intake.record_form_entry(key, filled, proof)
