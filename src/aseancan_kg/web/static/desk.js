// What the desk's forms do more with a script: they tell while one writes what is wrong, in the words of the shapes, ask
// before what is written is left behind, and read a file into the field for a table.

const PATIENCE = 800; // milliseconds without a change after which the form is looked at

for (const form of document.querySelectorAll("form.record")) {
  const ask = (leaving) => leaving.preventDefault();
  const guard = () => addEventListener("beforeunload", ask);
  form.addEventListener("input", guard);
  form.addEventListener("submit", () => removeEventListener("beforeunload", ask));
  if ("unsaved" in form.dataset) guard();
}

for (const form of document.querySelectorAll("form[data-check]")) {
  const status = form.querySelector("[role=status]");
  const alike = document.getElementById("alike");
  let timer;
  let asked = 0;

  form.addEventListener("input", later);
  form.addEventListener("change", later);

  function later() {
    clearTimeout(timer);
    timer = setTimeout(check, PATIENCE);
  }

  async function check() {
    const number = ++asked;
    status.textContent = "Looking at it …";
    let told;
    try {
      const response = await fetch(form.dataset.check, { method: "POST", body: new URLSearchParams(new FormData(form)) });
      if (!response.ok) throw new Error(response.statusText);
      told = await response.json();
    } catch {
      if (number === asked) status.textContent = "It could not be looked at; it will be when you save it.";
      return;
    }
    if (number === asked) show(told); // what was written meanwhile is being looked at
  }

  function show({ problems, alike: names }) {
    for (const place of form.querySelectorAll(".trouble")) {
      const column = place.id.replace("trouble-", "");
      const { name, dataset, value, defaultValue } = document.activeElement;
      const isBegun = "suggest" in dataset && value && value !== defaultValue; // half a name, for which there are suggestions
      if (name === `cell.${column}` && isBegun) continue;
      const words = problems[column] ?? [];
      place.textContent = words.join(" ");
      place.hidden = !words.length;
      for (const field of form.querySelectorAll(`[name="cell.${column}"]`)) {
        if (words.length) field.setAttribute("aria-invalid", "true");
        else field.removeAttribute("aria-invalid");
      }
    }
    const count = Object.values(problems).flat().length;
    const others = (problems[""] ?? []).join(" ");
    status.textContent = count ? `${count === 1 ? "One thing is" : `${count} things are`} wrong. ${others}` : "Nothing is wrong.";
    alike.replaceChildren(
      ...names.map((name) => {
        const line = document.createElement("p");
        line.className = "alike";
        line.textContent = `It may be the same as ${name}.`;
        return line;
      }),
    );
  }
}

for (const field of document.querySelectorAll("textarea[data-file]")) {
  const label = document.createElement("label");
  const file = document.createElement("input");
  file.type = "file";
  file.accept = ".csv,text/csv";
  label.append("or read them from a file ", file);
  field.after(label);
  file.addEventListener("change", async () => {
    if (file.files.length) field.value = await file.files[0].text();
  });
}
