/** The filters of scans, as the address bar has them: the same names as the API's. */

export const filterNames = [
  'severity',
  'zone',
  'source',
  'target',
  'script',
  'signature',
  'sensor',
  'since',
  'until',
  'state',
  'acknowledged',
] as const;

export type FilterName = (typeof filterNames)[number];
export type Filters = Readonly<Partial<Record<FilterName, string>>>;

export function filtersOf(query: URLSearchParams): Filters {
  return Object.fromEntries(
    filterNames.map((name) => [name, query.get(name) ?? '']).filter(([, value]) => value !== ''),
  );
}

/** `?severity=high&source=10.0.0.7`; empty without any. In the order of `filterNames`, so that equal filters are equal links. */
export function filterQuery(filters: Filters, more: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams();
  for (const name of filterNames) if (filters[name]) query.set(name, filters[name]);
  for (const [name, value] of Object.entries(more)) query.set(name, value);
  const text = query.toString().replaceAll('%2C', ',').replaceAll('%3A', ':').replaceAll('%2F', '/');
  return text === '' ? '' : `?${text}`;
}

/** Without empty ones. */
export function changedFilters(filters: Filters, change: Filters): Filters {
  return Object.fromEntries(Object.entries({ ...filters, ...change }).filter(([, value]) => value !== ''));
}
