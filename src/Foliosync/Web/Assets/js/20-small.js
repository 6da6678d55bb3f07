// Copy buttons, menus that close, files that are dropped.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) {
    await navigator.clipboard?.writeText(document.querySelector(button.dataset.copy).textContent.trim());
    const text = button.querySelector("span") ?? button;
    const before = text.textContent;
    text.textContent = button.dataset.done ?? before;
    setTimeout(() => { text.textContent = before; }, 2000);
  }
  document.querySelectorAll("details.menu[open], details.more[open]").forEach((menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  document.querySelectorAll("details.menu[open], details.more[open]").forEach((menu) => {
    menu.open = false;
    menu.querySelector("summary").focus();
  });
});
