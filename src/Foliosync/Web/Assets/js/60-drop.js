// Files: dropped on their field, and held from the preview to the import, for the server keeps none.
const fieldOf = (event) => event.target instanceof Element && event.target.closest("[data-drop]");

document.addEventListener("dragover", (event) => {
  const field = fieldOf(event);
  if (!field || !event.dataTransfer.types.includes("Files")) return;
  event.preventDefault();
  field.classList.add("over");
});

document.addEventListener("dragleave", (event) => {
  const field = fieldOf(event);
  if (field && !field.contains(event.relatedTarget)) field.classList.remove("over");
});

document.addEventListener("drop", (event) => {
  const field = fieldOf(event);
  if (!field || !event.dataTransfer.files.length) return;
  event.preventDefault();
  field.classList.remove("over");
  const one = new DataTransfer();
  one.items.add(event.dataTransfer.files[0]);
  const input = field.querySelector("input[type=file]");
  input.files = one.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
});

// What the server would turn down need not be sent.
document.addEventListener("change", (event) => {
  const input = event.target;
  if (!input.matches("input[type=file][data-max-bytes]")) return;
  input.setCustomValidity(input.files[0]?.size > Number(input.dataset.maxBytes) ? input.dataset.tooLarge : "");
  input.reportValidity();
});

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("form[data-upload]")) return;
  event.preventDefault();
  const held = form.querySelector("input[type=file]").files;
  let answer, page;
  try {
    answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { Accept: "text/html" }, credentials: "same-origin" });
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    form.submit();
    return;
  }
  const fresh = page.getElementById("main");
  document.getElementById("main").replaceWith(fresh);
  document.title = page.title;
  if (answer.redirected) {
    history.replaceState(null, "", answer.url);
  } else {
    const input = fresh.querySelector("form[data-upload] input[type=file]");
    if (input) {
      input.files = held;
      fresh.querySelector("[data-choose-again]")?.remove();
    }
  }
  (fresh.querySelector("[role=alert]") ?? fresh).scrollIntoView({ block: "nearest" });
  fresh.focus({ preventScroll: true });
  document.dispatchEvent(new CustomEvent("region", { detail: fresh }));
});
