"""What a program can be told of. Ids and words of ours only: who wants more asks the API with its key."""

from collections.abc import Mapping

from okaeri.foundation.text import Text

KINDS: Mapping[str, Text] = {
    "customer.created": Text("顧客が増えた", "A customer became known"),
    "customer.merged": Text("顧客が1人にまとまった", "Two customers became one"),
    "customer.merge_undone": Text("まとめた顧客を元に戻した", "A merge was taken back"),
    "customer.erased": Text("顧客の情報を消去した", "A customer was erased"),
    "consent.changed": Text("配信の同意が変わった", "Consent was given or withdrawn"),
    "order.changed": Text("注文が届いた・変わった", "An order came or changed"),
    "segment.entered": Text("セグメントに入った", "People entered a segment"),
    "segment.left": Text("セグメントから出た", "People left a segment"),
    "message.sent": Text("メッセージが送られた", "A message left"),
    "message.failed": Text("メッセージが断られた", "A message was refused"),
    "message.delivered": Text("メッセージが届いた", "A message arrived"),
    "message.opened": Text("メッセージが開かれた", "A message was opened"),
    "message.clicked": Text("リンクが押された", "A link was clicked"),
    "message.bounced": Text("不達の通知が届いた", "A bounce came back"),
    "message.complained": Text("迷惑メールの報告を受けた", "Somebody complained"),
    "message.unsubscribed": Text("配信停止が選ばれた", "Somebody unsubscribed"),
}
# Told on request only, to whoever asks for a test.
TEST = "webhook.test"
NAMES: Mapping[str, Text] = {**KINDS, TEST: Text("テスト", "A test")}
