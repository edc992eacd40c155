// Suggestions below a search field while one writes: a combobox as the ARIA practices describe it (list autocomplete,
// manual selection). What is chosen is gone to, or fills the field where it has `data-fill`. Without this script the field
// searches as any other.

const PATIENCE = 120; // milliseconds without a key after which suggestions are asked for

for (const field of document.querySelectorAll("input[data-suggest]")) {
  const list = document.createElement("ul");
  let timer;
  let asked = 0;
  let active = -1;

  list.id = `${field.id}-suggestions`;
  list.className = "suggestions";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  field.after(list);
  field.autocomplete = "off";
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", list.id]]) {
    field.setAttribute(name, value);
  }
  show([]);

  field.addEventListener("input", () => {
    activate(-1);
    clearTimeout(timer);
    timer = setTimeout(suggest, PATIENCE);
  });
  field.addEventListener("blur", () => show([]));
  field.addEventListener("keydown", (event) => {
    const options = list.children;
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      show([]);
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && options.length) {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      // One place more than there are options: the field itself.
      activate(((active + 1 + step + options.length + 1) % (options.length + 1)) - 1);
    } else if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      choose(options[active].dataset.address);
    }
  });

  async function suggest() {
    const number = ++asked;
    const text = field.value.trim();
    let found = [text, [], [], []];
    if (text) {
      try {
        const address = new URL(field.dataset.suggest, location);
        address.searchParams.set("q", text);
        const response = await fetch(address);
        if (response.ok) found = await response.json();
      } catch {
        // The search itself will say what is wrong.
      }
    }
    // What comes late must not take away what has been chosen meanwhile.
    if (number === asked && active < 0 && document.activeElement === field) {
      const [, labels, kinds, addresses] = found;
      show(labels.map((label, place) => ({ label, kind: kinds[place], address: addresses[place] })));
    }
  }

  function show(suggestions) {
    list.replaceChildren(
      ...suggestions.map(({ label, kind, address }, place) => {
        const option = document.createElement("li");
        const small = document.createElement("small");
        small.textContent = kind;
        option.id = `${list.id}-${place}`;
        option.setAttribute("role", "option");
        option.dataset.address = address;
        option.append(label, " ", small);
        // Before the field loses the focus, which takes the list away.
        option.addEventListener("pointerdown", (event) => event.preventDefault());
        option.addEventListener("click", () => choose(address));
        return option;
      }),
    );
    list.hidden = !suggestions.length;
    field.setAttribute("aria-expanded", String(!list.hidden));
    activate(-1);
  }

  function choose(address) {
    if (!("fill" in field.dataset)) {
      location.assign(address);
      return;
    }
    field.value = address;
    show([]);
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function activate(place) {
    active = place;
    for (const [number, option] of [...list.children].entries()) {
      option.setAttribute("aria-selected", String(number === place));
      if (number === place) option.scrollIntoView({ block: "nearest" });
    }
    if (place < 0) field.removeAttribute("aria-activedescendant");
    else field.setAttribute("aria-activedescendant", list.children[place].id);
  }
}
