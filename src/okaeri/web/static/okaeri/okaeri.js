// Okaeri's tag. If it fails, the page goes on.
((w, d, n) => {
 const me = d.currentScript, stub = w.okaeri;
 if (!me || (stub && stub.live)) return;
 const url = new URL("/e/", me.src), domain = me.dataset.domain;
 const asks = me.dataset.consent === "required";
 const DEVICE = "okaeri_device", CONSENT = "okaeri_consent", KEPT = "okaeri_e_";
 const KINDS = /^((page|product)_view|search|cart_(add|remove)|checkout|identify)$/;
 const DETAILS = ["sku", "category", "query", "quantity", "value_minor"];
 const CLAIMS = ["email", "member_no", "token", "signature"];
 const queue = new Map(), gone = new Set();
 let on, busy, device, timer, pause = 1e3, most = 30;

 const safe = (f) => (...given) => { try { return f(...given); } catch (e) {} };
 const read = safe((key) => localStorage.getItem(key));
 const keep = safe((key, text) => { localStorage.setItem(key, text); return 1; });
 const drop = safe((key) => localStorage.removeItem(key));
 const kept = () => safe(() => Object.keys(localStorage).filter((k) => k.startsWith(KEPT)))() || [];
 const mark = () => Date.now().toString(36) + [...crypto.getRandomValues(new Uint32Array(4))]
  .map((x) => x.toString(36)).join("");
 const bake = (value, age) => {
  d.cookie = `${DEVICE}=${value};path=/;max-age=${age}` +
   (domain ? ";domain=" + domain : "") + (location.protocol === "https:" ? ";secure" : "");
 };
 const forget = ({ key }) => { queue.delete(key); drop(KEPT + key); };
 const later = (ms) => { timer = timer || setTimeout(safe(send), ms); };

 const add = (kind, given = {}) => {
  if (!on) return;
  const event = { key: mark(), kind, at: Date.now() };
  const who = kind === "identify", cut = (text) => `${text}`.slice(0, 500);
  if (!who) {
   event.url = cut(location.href.split("#")[0]);
   event.title = cut(d.title);
   event.referrer = cut(d.referrer);
  }
  for (const name of who ? CLAIMS : DETAILS) {
   const said = given[name];
   if (said != null) event[name] = /quan|value/.test(name) ? Math.round(said) : cut(said);
  }
  if (queue.size > 99) forget([...queue.values()][0]);
  queue.set(event.key, event);
  keep(KEPT + event.key, JSON.stringify(event));
  later(pause);
 };

 const send = (last) => {
  clearTimeout(timer);
  timer = 0;
  if (!on || (busy && !last)) return;
  const events = [...queue.values()].filter((e) => !(last && gone.has(e.key))).slice(0, most);
  if (!events[0]) return;
  const body = JSON.stringify({ device, sent_at: Date.now(), events });
  // Browsers refuse 64 KiB.
  if (most > 1 && new Blob([body]).size > 6e4) return send(last, most >>= 1);
  // Unanswered: they stay.
  if (last && n.sendBeacon && n.sendBeacon(url, body)) return events.forEach((e) => gone.add(e.key));
  busy = 1;
  fetch(url, { method: "POST", body, keepalive: 1 }).then((r) => {
   if (r.status === 429 || r.status > 499) throw r;
   pause = 1e3;
   // A bad event goes alone.
   most = r.status === 400 && events[1] ? 1 : 30;
   if (most < 2) return;
   events.forEach(forget);
  }).catch(() => { pause = Math.min(pause * 2, 6e4); }).then(() => {
   busy = 0;
   if (queue.size) later(pause);
  });
 };

 const begin = () => {
  if (on) return;
  on = 1;
  device = (d.cookie.match(/okaeri_device=([\w-]+)/) || [])[1] || read(DEVICE) || mark();
  if (!keep(DEVICE, device) || domain) bake(device, 3456e4);
  kept().forEach(safe((key) => {
   const event = JSON.parse(read(key));
   if (Date.now() - event.at < 5e8) queue.set(event.key, event);
   else drop(key);
  }));
  const here = location.href, landing = here.match(/[?&]okaeri_id=([\w-]+)/);
  if (landing) {
   add("identify", { token: landing[1] });
   history.replaceState(history.state, "", here.replace(
    /([?&])okaeri_id=[\w-]+(&?)/, (all, b, c) => c && b));
  }
  add("page_view");
  d.querySelectorAll("[data-okaeri]").forEach((el) => pressable(el) || noted(el));
 };

 const consent = (yes) => {
  if (yes) return n.globalPrivacyControl || (keep(CONSENT, 1), begin());
  on = 0;
  queue.clear();
  [...kept(), DEVICE, CONSENT].forEach(drop);
  bake("", 0);
  if (!asks) keep(CONSENT, 0);
 };

 const tell = (name, details) => {
  if (name === "consent") consent(details);
  if (KINDS.test(name)) add(name, details);
 };
 const pressable = (el) => el.matches("a,button,input");
 const noted = (el) => tell(el.dataset.okaeri, Object.fromEntries([...DETAILS, ...CLAIMS].map(
  (name) => [name, el.dataset[name.replace(/_(.)/, (all, c) => c.toUpperCase())]])));
 const start = safe(() => {
  const said = read(CONSENT);
  if (!n.globalPrivacyControl && (asks ? said === "1" : said !== "0")) begin();
  if (stub) (stub.q || []).forEach((given) => w.okaeri(...given));
 });

 w.okaeri = safe(tell);
 w.okaeri.live = 1;
 d.addEventListener("click", safe((e) => {
  const el = e.target.closest("[data-okaeri]");
  if (el && pressable(el)) noted(el);
 }), true);
 w.addEventListener("pagehide", safe(() => send(1)));
 d.addEventListener("visibilitychange", safe(() => {
  if (d.hidden) send(1); else if (queue.size) later(1e3);
 }));
 if (d.readyState === "loading") d.addEventListener("DOMContentLoaded", start); else start();
})(window, document, navigator);
