// n takes the next person, 1 to 7 choose a result; typing in a field is left alone.
document.querySelectorAll("[data-keys]").forEach((hint) => hint.removeAttribute("hidden"));

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest('textarea, select, input:not([type="radio"])')) return;
  if (event.key === "n") document.querySelector("[data-next]")?.click();
  const choices = document.querySelectorAll('input[name="result"]');
  const chosen = choices[Number(event.key) - 1];
  if (chosen) {
    chosen.checked = true;
    chosen.focus();
  }
});
