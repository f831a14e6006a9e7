// Column choice of tables with data-columns, remembered in this browser; closes open menus on Escape;
// brings the present tab of a long row of tabs into view; lets the keyboard scroll a table that is too wide.
(() => {
  for (const wrap of document.querySelectorAll(".table-wrap:not([tabindex])")) {
    if (wrap.scrollWidth <= wrap.clientWidth) continue;
    wrap.tabIndex = 0;
    wrap.setAttribute("role", "region");
    const title = wrap.closest("section, main").querySelector("h2, h1");
    if (title) wrap.setAttribute("aria-label", title.textContent.trim());
  }
  for (const tab of document.querySelectorAll(".tabs [aria-current]")) {
    const row = tab.closest(".tabs");
    row.scrollLeft = tab.offsetLeft - row.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
  }
  for (const table of document.querySelectorAll("table[data-columns]")) {
    const key = `okaeri.columns.${table.dataset.columns}`;
    const place = document.querySelector(`[data-columns-of="${table.dataset.columns}"]`);
    if (!place) continue;
    const hidden = new Set(JSON.parse(localStorage.getItem(key) || "[]"));
    const show = () => {
      for (const row of table.rows) {
        [...row.cells].forEach((cell, i) => { cell.hidden = hidden.has(i); });
      }
    };
    [...table.tHead.rows[0].cells].forEach((cell, i) => {
      if (i === 0) return;
      const label = document.createElement("label");
      label.className = "check";
      const box = document.createElement("input");
      box.type = "checkbox";
      box.checked = !hidden.has(i);
      box.addEventListener("change", () => {
        box.checked ? hidden.delete(i) : hidden.add(i);
        localStorage.setItem(key, JSON.stringify([...hidden]));
        show();
      });
      label.append(box, cell.textContent.trim());
      place.append(label);
    });
    place.closest("details").hidden = false;
    show();
  }
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    document.querySelectorAll("details.account[open], details.phone-menu[open], details.columns[open]").forEach((d) => {
      d.open = false;
      d.querySelector("summary").focus();
    });
  });
  document.addEventListener("click", (event) => {
    document.querySelectorAll("details.account[open], details.phone-menu[open], details.columns[open]").forEach((d) => {
      if (!d.contains(event.target)) d.open = false;
    });
  });
})();
