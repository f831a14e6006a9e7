// j and k go from pair to pair, m and n answer the one that is shown; typing in a field is left alone.
const questions = [...document.querySelectorAll("[data-question]")];
document.querySelector("[data-keys]")?.removeAttribute("hidden");

function place() {
  return questions.findIndex((question) => question.contains(document.activeElement));
}

function go(to) {
  const question = questions[Math.max(0, Math.min(to, questions.length - 1))];
  question?.focus({ preventScroll: true });
  question?.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select")) return;
  const here = place();
  if (event.key === "j") go(here + 1);
  if (event.key === "k") go(here - 1);
  if ((event.key === "m" || event.key === "n") && here >= 0) {
    const said = event.key === "m" ? "same" : "apart";
    questions[here].querySelector(`button[value="${said}"]`).click();
  }
});
