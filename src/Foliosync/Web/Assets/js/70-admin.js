// Rows of other tables are looked up while one types; whoever types an id needs none of this.
let lookedUp;
document.addEventListener("input", (event) => {
  const input = event.target;
  if (!input.matches("input[data-lookup]") || event.inputType === undefined) return;
  clearTimeout(lookedUp);
  lookedUp = setTimeout(async () => {
    const answer = await fetch(`${input.dataset.lookup}?${new URLSearchParams({ q: input.value })}`, { credentials: "same-origin" });
    if (!answer.ok) return;
    const found = (await answer.json()).items;
    input.list.replaceChildren(...found.map(({ key, name }) => Object.assign(document.createElement("option"), { value: key, label: name, textContent: name })));
  }, 200);
});

// One box for all boxes of the page.
document.addEventListener("change", (event) => {
  const all = event.target;
  if (!all.matches("[data-check-all]")) return;
  all.form.querySelectorAll(`input[name="${CSS.escape(all.dataset.checkAll)}"]`).forEach((box) => { box.checked = all.checked; });
});
