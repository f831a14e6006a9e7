"""What people do: one habit per file, registered by one line here.

A new habit (reviews, surveys, referrals) is a file with a class that derives from `habit.Habit`; delete
the file and its line and the shop goes on without it.
"""

from okaeri_simulator.habits.answer_question import AnswerQuestion
from okaeri_simulator.habits.buy_again import BuyAgain
from okaeri_simulator.habits.habit import Habit
from okaeri_simulator.habits.order_because_of_letter import OrderBecauseOfLetter
from okaeri_simulator.habits.subscribe import Subscribe
from okaeri_simulator.habits.unsubscribe import Unsubscribe

HABITS: tuple[Habit, ...] = (
    BuyAgain(),
    Subscribe(),
    OrderBecauseOfLetter(),
    AnswerQuestion(),
    Unsubscribe(),
)
