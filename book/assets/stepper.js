// The working picture of the first page. It shows what a real run recorded: data-states, made when the book is built.
const NEXT = { start: ["copy"], copy: ["edit"], edit: ["assign", "forget"], assign: [], forget: [] };

function makeStepper(stepper) {
  const states = JSON.parse(stepper.dataset.states);
  const buttons = [...stepper.querySelectorAll("button")];
  const fill = (name, before) => {
    for (const panel of ["v", "values", "gradient"]) {
      const table = stepper.querySelector(`.panel.${panel}`);
      const now = states[name][panel];
      table.classList.toggle("absent", now === null);
      table.querySelectorAll("td").forEach((cell, k) => {
        const entry = now === null ? "" : now.flat()[k];
        const old = before && states[before][panel];
        cell.textContent = String(entry).replace("-", "\u2212");
        cell.classList.toggle("changed", Boolean(old) && now !== null && old.flat()[k] !== entry);
      });
    }
    stepper.querySelector(".says").textContent = states[name].says;
  };
  const show = (name, before) => {
    fill(name, before);
    buttons.forEach((button) => {
      const press = button.dataset.press;
      const next = press === "start" ? name !== "start" : NEXT[name].includes(press);
      button.setAttribute("aria-disabled", String(!next)); // not "disabled": the keyboard keeps its place
      button.classList.toggle("next", next && press !== "start");
    });
    stepper.dataset.state = name;
  };
  buttons.forEach((button) =>
    button.addEventListener("click", () => {
      if (button.getAttribute("aria-disabled") === "true") return;
      const press = button.dataset.press;
      show(press, press === "start" ? null : stepper.dataset.state);
      if (press === "start") buttons[0].focus();
    }),
  );
  show("start");
}

document.querySelectorAll(".stepper").forEach(makeStepper);
