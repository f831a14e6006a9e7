// Inside the frame: tells the shop's page how high the form is, and that Esc was pressed. Nothing typed.
(() => {
 const tell = (said) => parent.postMessage({ okaeriForm: location.pathname, ...said }, "*");
 const size = () => tell({ height: document.documentElement.offsetHeight });
 new ResizeObserver(size).observe(document.body);
 addEventListener("keydown", (e) => { if (e.key === "Escape") tell({ close: 1 }); });
 const wrong = document.querySelector("[aria-invalid]");
 if (wrong) wrong.focus();
 size();
})();
