/** What the page does by itself: it finds hosts, tasks and outcomes, and opens what is folded for the printer. Without it everything stands
 *  there all the same. */
export const script = `"use strict";
(() => {
  const find = document.getElementById("find");
  if (!find) return;
  find.hidden = false;
  const text = (element, selector) => [...element.querySelectorAll(selector)].map((each) => each.textContent).join(" ").toLowerCase();
  const items = [...document.querySelectorAll(".item")].map((element) => ({
    element,
    hosts: text(element, ".hosts"),
    tasks: element.classList.contains("any-task") ? null : text(element, ".task"),
    outcomes: " " + (element.dataset.o || "") + " ",
  }));
  const lists = [...document.querySelectorAll("[data-list]")].map((list) => ({
    none: list.querySelector(".none"),
    items: [...list.querySelectorAll(".item")],
  }));
  const columns = [...document.querySelectorAll("table.map")].flatMap((table) =>
    [...table.querySelectorAll("thead th[scope=col]")].map((head) => ({
      name: head.firstElementChild.title.toLowerCase(),
      cells: [...table.rows].map((row) => row.cells[head.cellIndex]),
    })),
  );
  const said = find.querySelector("output");
  const apply = () => {
    const [host, task, outcome] = ["host", "task", "outcome"].map((name) => find.elements[name].value.trim().toLowerCase());
    let shown = 0;
    for (const { element, hosts, tasks, outcomes } of items) {
      const fits =
        hosts.includes(host) &&
        (tasks === null || tasks.includes(task)) &&
        (outcome === "" || outcomes.includes(" " + outcome + " "));
      element.hidden = !fits;
      if (fits) shown += 1;
    }
    for (const { name, cells } of columns) for (const cell of cells) if (cell) cell.hidden = !name.includes(task);
    for (const list of lists) if (list.none) list.none.hidden = list.items.some((each) => !each.hidden);
    said.textContent = host + task + outcome === "" ? "" : shown + " of " + items.length + " entries shown";
  };
  find.addEventListener("input", apply);
  find.addEventListener("reset", () => setTimeout(apply));
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    for (const each of opened) each.open = true;
  });
  addEventListener("afterprint", () => {
    for (const each of opened) each.open = false;
  });
})();
`;
