/** Light or dark: as the system says, unless the reader chose. */

import { signal } from '@preact/signals';

const key = 'trespass-theme';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

export const theme = signal<Theme>(themes.find((one) => one === localStorage.getItem(key)) ?? 'system');

const systemIsDark = matchMedia('(prefers-color-scheme: dark)');

/** From now on, also when the system changes its mind in the evening. */
export function followTheme(): void {
  applyTheme();
  systemIsDark.addEventListener('change', applyTheme);
}

export function chooseTheme(chosen: Theme): void {
  theme.value = chosen;
  if (chosen === 'system') localStorage.removeItem(key);
  else localStorage.setItem(key, chosen);
  applyTheme();
}

function applyTheme(): void {
  const { value } = theme;
  document.documentElement.dataset.theme = value === 'system' ? (systemIsDark.matches ? 'dark' : 'light') : value;
}
