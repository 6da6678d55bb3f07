// Everything works without this file. With it, a link or form marked data-enhance swaps only the [data-region] that it names, or is in.
const root = document.documentElement;
root.classList.add("js");

// What takes longer than a second says so in words.
let slow;
const word = document.querySelector("[data-wait]");
const asked = () => {
  clearTimeout(slow);
  slow = setTimeout(() => { word.textContent = word.dataset.wait; }, 1000);
};
const answered = () => {
  clearTimeout(slow);
  word.textContent = "";
};
document.addEventListener("region", answered);

let last;

const regionOf = (element) => {
  const name = element.dataset.enhance || element.closest("[data-region]")?.dataset.region || document.querySelector("[data-region]")?.dataset.region;
  return name && document.querySelector(`[data-region="${CSS.escape(name)}"]`);
};

async function swap(address, region, push) {
  last?.abort();
  last = new AbortController();
  region.setAttribute("aria-busy", "true");
  asked();
  try {
    const answer = await fetch(address, { signal: last.signal, headers: { Accept: "text/html" }, credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector(`[data-region="${CSS.escape(region.dataset.region)}"]`);
    if (!answer.ok || answer.redirected || !fresh) {
      location.assign(address);
      return;
    }
    const focus = document.activeElement?.id;
    region.replaceWith(fresh);
    document.title = page.title;
    if (push) history.pushState({ region: fresh.dataset.region }, "", address);
    if (focus) document.getElementById(focus)?.focus({ preventScroll: true });
    document.dispatchEvent(new CustomEvent("region", { detail: fresh }));
  } catch (error) {
    if (error.name !== "AbortError") location.assign(address);
  }
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-enhance]");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || link.origin !== location.origin) return;
  const region = regionOf(link);
  if (!region) return;
  event.preventDefault();
  swap(link.href, region, true);
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("form[data-enhance]") && form.method === "get") {
    const region = regionOf(form);
    if (region) {
      event.preventDefault();
      const address = new URL(form.action);
      address.search = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== "")).toString();
      swap(address.href, region, true);
      return;
    }
  }
  asked();
  // Twice the same button is never meant.
  setTimeout(() => form.querySelectorAll("button:not([type=button])").forEach((button) => button.setAttribute("aria-busy", "true")));
});

// Choosing in a list that filters is asking for it; typing is, after a pause.
let pause;
document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (!form?.matches("form[data-enhance][data-live]")) return;
  clearTimeout(pause);
  pause = setTimeout(() => form.requestSubmit(), event.target.matches("select, [type=checkbox], [type=radio]") ? 0 : 250);
});

addEventListener("popstate", (event) => {
  const region = document.querySelector("[data-region]");
  if (region && event.state?.region) swap(location.href, region, false);
  else if (region) location.reload();
});

addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  answered();
  document.querySelectorAll("button[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
});
