// Okaeri's form in a shop's page: in place, or as a pop-up. If it fails, the page goes on.
((d, w) => {
 const me = d.currentScript;
 if (!me || !me.dataset.form) return;
 const set = me.dataset, base = new URL("/f/" + encodeURIComponent(set.form) + "/", me.src);
 const KEY = "okaeri_form_" + set.form, DAY = 864e5, days = +(set.days || 7);
 const ja = !/^en/.test(d.documentElement.lang || "ja");
 const safe = (f) => { try { return f(); } catch (e) { return; } };
 // A note that it was closed is kept only where the shop needs no consent, or has it.
 const mayKeep = () => set.consent !== "required" ||
  safe(() => localStorage.getItem("okaeri_consent")) === "1";
 const asked = new URLSearchParams(location.search);
 base.searchParams.set("frame", "1");
 base.searchParams.set("media", set.media || asked.get("utm_source") || "");
 base.searchParams.set("page", location.origin + location.pathname);

 const frame = () => {
  const f = d.createElement("iframe");
  f.src = base.href;
  f.title = set.title || (ja ? "お申し込みフォーム" : "Form");
  f.style.cssText = "display:block;width:100%;height:480px;border:0";
  w.addEventListener("message", (e) => {
   if (e.source !== f.contentWindow || e.origin !== base.origin || !e.data) return;
   if (e.data.height > 0) f.style.height = Math.min(e.data.height, 5e3) + "px";
   if (e.data.close && f.onleave) f.onleave();
  });
  return f;
 };

 if (set.mode !== "popup") { me.after(frame()); return; }

 let shown = 0;
 const show = () => {
  const closed = +safe(() => localStorage.getItem(KEY)) || 0;
  if (shown || Date.now() - closed < days * DAY || !d.body) return;
  shown = 1;
  const box = d.createElement("dialog"), shut = d.createElement("button"), f = frame();
  if (!box.showModal) return;
  const back = d.activeElement;
  box.setAttribute("aria-modal", "true");
  box.setAttribute("aria-label", f.title);
  box.style.cssText = "width:min(520px,calc(100vw - 24px));max-height:calc(100vh - 24px);" +
   "padding:0;border:0;border-radius:8px;overflow:auto;background:#fff";
  shut.type = "button";
  shut.textContent = ja ? "閉じる" : "Close";
  shut.style.cssText = "display:block;margin-left:auto;min-width:64px;min-height:44px;border:0;" +
   "background:none;color:#333;font:inherit;cursor:pointer";
  shut.onclick = f.onleave = () => box.close();
  box.onclose = () => {
   if (mayKeep()) safe(() => localStorage.setItem(KEY, Date.now()));
   box.remove();
   if (back && back.focus) back.focus();
  };
  box.append(shut, f);
  d.body.append(box);
  box.showModal();
 };
 const deep = () => {
  const all = d.documentElement.scrollHeight - w.innerHeight;
  if (all > 0 && w.scrollY / all * 100 >= +set.scroll) show();
 };
 if (set.scroll) w.addEventListener("scroll", deep, { passive: true });
 if ("exit" in set) d.addEventListener("mouseout", (e) => {
  if (!e.relatedTarget && e.clientY <= 0) show();
 });
 if (set.delay || !(set.scroll || "exit" in set)) setTimeout(show, 1e3 * (set.delay || 5));
})(document, window);
