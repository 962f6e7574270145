// Follows the system, until somebody chooses.
const dark = matchMedia("(prefers-color-scheme: dark)");

function chosen() {
  try {
    return localStorage.getItem("theme");
  } catch {
    return null;
  }
}

export function isDark() {
  return (chosen() ?? (dark.matches ? "dark" : "light")) === "dark";
}

function apply() {
  document.documentElement.dataset.theme = isDark() ? "dark" : "light";
}

export function toggleTheme() {
  const other = isDark() ? "light" : "dark";
  // Back to what the system says is back to following it.
  if ((other === "dark") === dark.matches) localStorage.removeItem("theme");
  else localStorage.setItem("theme", other);
  apply();
}

export function startTheme(changed) {
  apply();
  dark.addEventListener("change", () => {
    apply();
    changed();
  });
}
