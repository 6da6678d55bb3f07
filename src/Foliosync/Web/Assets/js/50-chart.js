// The crosshair of charts: mouse, touch and arrow keys. It reads days and values from the chart's table.
function crosshair(figure) {
  const plot = figure.querySelector(".chart-plot");
  const rows = [...figure.querySelectorAll(".chart-data tbody tr")];
  if (!plot || rows.length === 0 || plot.hasAttribute("tabindex")) return;
  const cross = plot.querySelector(".chart-cross");
  const [dot, beside] = cross.querySelectorAll("circle");
  const told = figure.querySelector(".chart-told");
  const names = [...figure.querySelectorAll(".chart-data thead th")].map((th) => th.textContent);
  let at = rows.length - 1;

  const place = (circle, x, y) => {
    circle.setAttribute("visibility", y ? "inherit" : "hidden");
    circle.setAttribute("cx", x);
    circle.setAttribute("cy", `${Number(y) / 10}%`);
  };

  const show = (index) => {
    at = Math.max(0, Math.min(rows.length - 1, index));
    const x = `${rows.length === 1 ? 50 : (100 * at) / (rows.length - 1)}%`;
    const [y, other] = rows[at].dataset.y.split("/");
    const cells = [...rows[at].cells].map((cell) => cell.textContent);
    const line = cross.querySelector("line");
    line.setAttribute("x1", x);
    line.setAttribute("x2", x);
    place(dot, x, y);
    place(beside, x, other);
    cross.setAttribute("visibility", "visible");
    told.replaceChildren(`${cells[0]}  `, Object.assign(document.createElement("b"), { textContent: cells[1] }), cells[2] ? `  ${names[2]} ${cells[2]}` : "");
    plot.setAttribute("aria-valuenow", at);
    plot.setAttribute("aria-valuetext", cells.map((cell, i) => (i ? `${names[i]} ${cell}` : cell)).join(", "));
  };

  const hide = () => {
    cross.setAttribute("visibility", "hidden");
    told.replaceChildren();
  };

  const follow = (event) => {
    const box = plot.getBoundingClientRect();
    show(Math.round(((event.clientX - box.left) / box.width) * (rows.length - 1)));
  };

  plot.removeAttribute("aria-hidden");
  plot.removeAttribute("focusable");
  for (const [name, value] of Object.entries({ tabindex: 0, role: "slider", "aria-label": figure.dataset.label, "aria-valuemin": 0, "aria-valuemax": rows.length - 1 })) plot.setAttribute(name, value);
  plot.setAttribute("aria-valuenow", at);
  plot.setAttribute("aria-valuetext", [...rows[at].cells].map((cell) => cell.textContent).join(", "));
  plot.addEventListener("pointermove", follow);
  plot.addEventListener("pointerdown", follow);
  plot.addEventListener("pointerleave", () => plot !== document.activeElement && hide());
  plot.addEventListener("focus", () => plot.matches(":focus-visible") && show(at));
  plot.addEventListener("blur", hide);
  plot.addEventListener("keydown", (event) => {
    const steps = { ArrowLeft: at - 1, ArrowDown: at - 1, ArrowRight: at + 1, ArrowUp: at + 1, PageDown: at - 10, PageUp: at + 10, Home: 0, End: rows.length - 1 };
    if (event.key === "Escape") hide();
    if (!(event.key in steps)) return;
    event.preventDefault();
    show(steps[event.key]);
  });
}

document.querySelectorAll("[data-chart]").forEach(crosshair);
document.addEventListener("region", (event) => event.detail.querySelectorAll("[data-chart]").forEach(crosshair));
