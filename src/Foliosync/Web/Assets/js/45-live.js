// A region that the server sends anew whenever something in it changes. Without script the page shows how it was.
const live = document.querySelector("[data-live-from]");
if (live) {
  const source = new EventSource(live.dataset.liveFrom);
  source.addEventListener("region", (event) => {
    if (document.hidden) return;
    const open = [...live.querySelectorAll("details")].map((d) => d.open);
    const focus = live.contains(document.activeElement) && document.activeElement.id;
    live.innerHTML = event.data;
    live.querySelectorAll("details").forEach((d, i) => { d.open = open[i] ?? d.open; });
    if (focus) document.getElementById(focus)?.focus({ preventScroll: true });
  });
  source.addEventListener("end", () => {
    source.close();
    // What can be done with it is another now.
    document.dispatchEvent(new CustomEvent("live-end"));
    if (live.dataset.liveThen) location.replace(live.dataset.liveThen);
  });
  addEventListener("pagehide", () => source.close());
}

// All boxes of a list at once.
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-check-all]")) return;
  event.target.form.querySelectorAll("input[type=checkbox][name=id]").forEach((box) => { box.checked = event.target.checked; });
});
