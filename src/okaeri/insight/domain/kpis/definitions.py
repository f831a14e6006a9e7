"""What each figure of the KPI catalogue means; placeholders are filled as in `insight.domain.definitions`."""

from okaeri.foundation.text import Text

DEFINITIONS = {
    "kpi_f2_rate": Text(
        "F2転換率(n日): 初回購入からn日以内に2回目を買った人 ÷ 初回客です。"
        "この90日間に初回購入からn日目を迎えた人だけを数えます。",
        "F2 rate (n days): second purchase within n days of the first ÷ first-time buyers, of those who "
        "became n days old in the last 90 days.",
    ),
    "kpi_fn_rate": Text(
        "Fn→Fn+1転換率: その日までに n+1回買った人 ÷ n回買った人です(全員)。"
        "まだ買うかもしれない人も分母に入ります。",
        "Fn to Fn+1: people with n + 1 purchases by that day ÷ people with n, of everybody; who may still "
        "come counts below the line.",
    ),
    "kpi_repeat_rate": Text(
        "リピート率(n回目まで): その日までに n回買った人 ÷ 1回以上買った人です(全員)。",
        "Repeat rate (to the nth): people with n purchases by that day ÷ people with one, of everybody.",
    ),
    "kpi_repeater_share": Text(
        "リピーター率: {active}日間に買った人のうち、その日までの購入が2回以上の人の割合です。"
        "リピート率とは分母が違います。",
        "Repeater share: of those who bought in {active} days, the share with two purchases or more by "
        "that day; not the repeat rate, whose base is all buyers.",
    ),
    "kpi_repurchase_rate": Text(
        "再購入率({kpi_repurchase_window}日): ある月に買った人のうち、その月の購入から"
        "{kpi_repurchase_window}日以内にもう一度買った人の割合です。"
        "全員に{kpi_repurchase_window}日がたった月だけを出します。",
        "Repurchase rate ({kpi_repurchase_window} days): of those who bought in a month, the share that "
        "bought again within {kpi_repurchase_window} days of a purchase of it; only months of which "
        "everybody had so many days.",
    ),
    "kpi_retention_rate_new": Text(
        "顧客維持率(新規): {active}日間に初めて買った人のうち、同じ期間に2回目を買った人の割合です。",
        "Retention (new): of those who first bought in {active} days, the share with a second purchase in "
        "them.",
    ),
    "kpi_retention_rate_existing": Text(
        "顧客維持率(既存): その前の{active}日間に買った人のうち、この{active}日間にも買った人の割合です。",
        "Retention (existing): of those who bought in the {active} days before, the share that bought in "
        "these {active} days too.",
    ),
    "kpi_active_customers": Text(
        "稼働顧客数: その日までの {active}日間に買った人数です。",
        "Active customers: people who bought in the {active} days up to that day.",
    ),
    "kpi_lapsed_share": Text(
        "離脱客の割合(休眠率とも): 購入したことのある人のうち、{lapse}日以上買っていない人の割合です。",
        "Share lapsed: of all who ever bought, those silent for {lapse} days or more.",
    ),
    "kpi_lapse_rate": Text(
        "離脱率(30日): 30日前に現役だった人のうち、いまは離脱({lapse}日以上)の人の割合です。"
        "離脱までの日数が30日より短い設定では、その日数で数えます。",
        "Lapse rate (30 days): of those active 30 days before, the share lapsed now ({lapse} days or "
        "more). Where people lapse sooner than in 30 days, those days count.",
    ),
    "kpi_revive_rate": Text(
        "復活率(30日): 30日前に離脱していた人のうち、その後に買った人の割合です。",
        "Revival rate (30 days): of those lapsed 30 days before, the share that bought since.",
    ),
    "kpi_aov": Text(
        "平均注文単価・客単価(1注文): {active}日間の購入金額 ÷ 注文件数です。区間(95%)は、同じ人の注文は"
        "似ているとみて、人ごとのばらつきから出しています(年間購入回数・年間LTV・通販LTVも同じです)。"
        "人数が少ないと広くなります。",
        "Average order: net sales ÷ orders of {active} days. The 95% interval comes from how people "
        "differ, as orders of one person resemble each other (so too for purchases a year, LTV a year and "
        "mail-order LTV); of few people it is wide.",
    ),
    "kpi_orders_per_year": Text(
        "年間購入回数: {active}日間の購入回数 ÷ その間に買った人数です。",
        "Purchases a year: purchases ÷ people who bought, in {active} days.",
    ),
    "kpi_ltv_year": Text(
        "年間LTV: {active}日間の購入金額 ÷ 稼働顧客数です。",
        "LTV a year: net sales of {active} days ÷ active customers.",
    ),
    "kpi_sales_year": Text(
        "年商: 年間LTV × 稼働顧客数、つまり {active}日間の購入金額です(顧客がわかる注文)。",
        "Sales a year: LTV a year × active customers, which is net sales of {active} days.",
    ),
    "kpi_ltv_formula": Text(
        "通販LTV: 平均注文単価 × 年間購入回数 × 継続年数です。継続年数は、初回から最後の購入までの平均で、"
        "1年未満は1年とします。式による目安で、実測は LTV(n日) です。",
        "Mail-order LTV: average order × purchases a year × years they stay (mean time from the first to "
        "the last purchase, one year at least). A rule of thumb; LTV (n days) is measured.",
    ),
    "kpi_discount_order_share": Text(
        "値引き購入率: {active}日間の注文のうち、値引きかクーポンのある注文の割合です。"
        "定期のいつもの価格は値引きに数えません。",
        "Orders with a discount: of the orders of {active} days, those with a discount or coupon; what a "
        "subscription always lets off is its price.",
    ),
    "kpi_interval_median": Text(
        "購入間隔の中央値: その日までのすべての購入間隔の真ん中です。平均と、4人に1人・4人に3人・"
        "10人に9人が収まる日数を添えます。買い直した間隔だけなので、戻らなかった人は入りません。",
        "Median interval: the middle of all intervals between purchases by that day, with the mean and "
        "the days a quarter, three quarters and nine tenths keep within. Who never came back has none.",
    ),
    "kpi_uplift_to_full_rate": Text(
        "引き上げ率(90日): トライアルから始めた人のうち、90日以内に本品か定期を買った人の割合です。"
        "{active}日間に90日目を迎えた人を数えます。",
        "Uplift (90 days): of those who began with a trial, the share that bought a full product or a "
        "subscription within 90 days; who became 90 days old in {active} days.",
    ),
    "kpi_churn_rate": Text(
        "解約率(30日): 30日前に続いていた定期契約のうち、その後に終わった契約の割合です。"
        "解約日のわからない契約は最後のお届け日、{lapse}日お届けのない契約はその日に終わったとします。",
        "Churn (30 days): of the contracts running 30 days before, the share that ended since: on the day "
        "of cancelling, else of the last delivery; after {lapse} days without one it counts as ended.",
    ),
    "kpi_sub_survival": Text(
        "定期継続率(n回目): 1回目を届けた契約のうち、n回目まで届けた契約の割合です。回ごとに、"
        "結果のわかる契約だけで次へ進んだ割合を求めてかけ合わせるので、始まったばかりの契約が多くても下がりません。",
        "Subscription survival: of contracts with a first delivery, those that reached the nth: the shares "
        "that went on, each of contracts whose outcome is known, multiplied. New contracts do not lower it.",
    ),
    "kpi_sub_avg_deliveries": Text(
        "平均継続回数: これまでに届けた回数の合計 ÷ 契約数です。続いている契約は途中の回数で数えます。",
        "Deliveries a contract: deliveries so far ÷ contracts; running ones count as far as they are.",
    ),
    "kpi_churn_at_n": Text(
        "回数別解約: n回目まで届けて結果のわかる契約のうち、n回目で終わった契約の割合です。",
        "Ended at the nth: of contracts that reached delivery n and whose outcome is known, the share that "
        "ended there.",
    ),
    "kpi_cost": Text(
        "CPR・CPA・CPO・定期CPO・ROAS: 費用を入れた月と媒体の合計です。費用を、トライアルから始めた人(CPR)、"
        "初めて買った人(CPA)、トライアル以外から始めた人(CPO)、定期を始めた人(定期CPO)で割ります。",
        "CPR, CPA, CPO, CPO of subscriptions, ROAS: sums of months and sources with a cost: cost ÷ people "
        "who began with a trial, who first bought, who began with a full product, who took a subscription.",
    ),
    "kpi_csat": Text(
        "CSAT: 満足度(1〜5)の最新の回答が4か5の人の割合です。他のアンケートでは「{csat_questions}」"
        "({csat_scale}段階)の上位2段階を数えます。区間は95%(ウィルソン法)です。",
        "CSAT: of those who said how satisfied they are (1 to 5), the share whose newest answer is 4 or 5; of "
        "other surveys the top two of {csat_scale} steps of “{csat_questions}”. 95% Wilson interval.",
    ),
    "kpi_response_rate": Text(
        "レスポンス率: 送った販促の案内のうち、数日以内に購入のあった割合です。"
        "1件の購入は直前の案内1回だけに数え、お役立ちのお便りは入れません(チャネルは分けません)。区間は送った人数ぶんの確かさです。"
        "増えた分は、検証のページで対照群と比べます。",
        "Response rate: of offers that left, those with a purchase within some days; each purchase counts for "
        "the last offer before it alone, letters of help are left out. The interval is as sure as the people "
        "are many; what they added is told by the groups left out.",
    ),
}
