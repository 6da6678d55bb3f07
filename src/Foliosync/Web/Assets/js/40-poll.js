// A region that something is still under way in, like a sync, is looked at again until it is not.
async function look(region) {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" }, credentials: "same-origin" });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector(`[data-region="${CSS.escape(region.dataset.region)}"]`);
  if (!answer.ok || answer.redirected || !fresh || !region.isConnected) return;
  // Whoever is at a button or a menu in it is not disturbed, except by the end.
  if (region.contains(document.activeElement) && fresh.dataset.poll) return;
  region.replaceWith(fresh);
  document.dispatchEvent(new CustomEvent("region", { detail: fresh }));
}

async function watch() {
  const region = document.querySelector("[data-region][data-poll]");
  if (!region) return;
  // A server that is away is asked again, like one that is not done.
  if (!document.hidden) await look(region).catch(() => {});
  setTimeout(watch, region.dataset.poll * 1000);
}

setTimeout(watch, 1000);
