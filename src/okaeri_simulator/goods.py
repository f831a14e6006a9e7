"""What 肌日和 sells. Prices are yen with tax, costs yen; one unit lasts `days_supply` days."""

from dataclasses import dataclass

from okaeri.intake.types import ProductIn

LOTION = "HB-LOTION"
SERUM = "HB-SERUM"
CREAM = "HB-CREAM"
CLEANSING = "HB-CLEANSE"
MASK = "HB-MASK"
SUNSCREEN = "HB-UV"
GIFT = "HB-GIFT"
TRIAL_MOIST = "HB-TRIAL-M"
TRIAL_CLEAR = "HB-TRIAL-C"
SUBSCRIPTION_SET = "HB-SET-TEIKI"
LOTION_REFILL = "HB-LOTION-R"


@dataclass(frozen=True, slots=True)
class Good:
    """One product of the made-up shop."""

    sku: str
    name: str
    category: str
    price: int
    cost: int
    days_supply: int
    is_trial: bool = False

    def as_product(self) -> ProductIn:
        """Give the form the product's intake takes."""
        return ProductIn(
            sku=self.sku,
            name=self.name,
            category=self.category,
            price_minor=self.price,
            cost_minor=self.cost,
            days_supply=self.days_supply,
            is_trial=self.is_trial,
        )


CATALOGUE: dict[str, Good] = {
    good.sku: good
    for good in (
        Good(LOTION, "肌日和 うるおい化粧水 150mL", "化粧水", 4_180, 1_050, 60),
        Good(LOTION_REFILL, "肌日和 うるおい化粧水 詰替 150mL", "化粧水", 3_740, 860, 60),
        Good(SERUM, "肌日和 美容液 30mL", "美容液", 6_600, 1_480, 60),
        Good(CREAM, "肌日和 夜のクリーム 40g", "クリーム", 5_280, 1_260, 75),
        Good(CLEANSING, "肌日和 クレンジングジェル 120g", "クレンジング", 2_970, 720, 45),
        Good(MASK, "肌日和 週末マスク 7枚", "マスク", 2_420, 610, 49),
        Good(SUNSCREEN, "肌日和 日焼け止めミルク 50mL", "日焼け止め", 2_640, 640, 60),
        Good(GIFT, "肌日和 ギフトセット", "セット", 9_900, 2_900, 60),
        Good(
            TRIAL_MOIST,
            "はじめてセット しっとり 14日分",
            "トライアル",
            1_980,
            890,
            14,
            is_trial=True,
        ),
        Good(
            TRIAL_CLEAR,
            "はじめてセット さっぱり 14日分",
            "トライアル",
            1_480,
            760,
            14,
            is_trial=True,
        ),
        Good(SUBSCRIPTION_SET, "【定期】化粧水・美容液セット", "定期", 7_480, 2_050, 30),
    )
}
