import { useState } from 'preact/hooks';
import type { PairObject } from '../answers.ts';
import { type Filters, filterQuery, filtersOf } from '../filters.ts';
import { countText } from '../format.ts';
import { useLoad } from '../load.ts';
import { type Cell, type Line, matrixOf } from '../matrix.ts';
import { FilterBar } from '../parts/filter-bar.tsx';
import { ProblemNote } from '../parts/problem.tsx';
import { query } from '../router.ts';

const most = 10_000;

/** Who scanned whom: scanners are rows, targets columns. */
export function MapView() {
  const given = filtersOf(query.value);
  const filters = { ...given, since: given.since ?? '30d' };
  const { data, error } = useLoad<{ pairs: readonly PairObject[]; complete: boolean }>(
    `/pairs${filterQuery(filters, { limit: String(most) })}`,
  );
  const [rows, toggleRow] = useOpen();
  const [columns, toggleColumn] = useOpen();
  const matrix = data && matrixOf(data.pairs, rows, columns);
  return (
    <>
      <h1>Who scans whom</h1>
      <FilterBar view="map" filters={given} standardTime="last 30 days" />
      <ProblemNote error={error} />
      {data && (
        <p class="hint" role="status">
          {data.pairs.length === 0
            ? 'No scan fits these filters.'
            : `${countText(new Set(data.pairs.map(({ source }) => source)).size, 'scanner')}, ${countText(new Set(data.pairs.map(({ target }) => target)).size, 'target')}. The stronger a field’s colour, the more scans. Open a network to see its hosts.`}
          {!data.complete && ` Only the ${most.toLocaleString('en')} pairs with the most scans are drawn.`}
          {matrix && matrix.hidden.rows > 0 && ` ${countText(matrix.hidden.rows, 'row')} found no room.`}
          {matrix && matrix.hidden.columns > 0 && ` ${countText(matrix.hidden.columns, 'column')} found no room.`}
        </p>
      )}
      {rows.size + columns.size > 0 && (
        <p class="actions">
          Shown in full:
          {[...rows].map((network) => (
            <Fold key={network} words={`scanners of ${network}`} fold={() => toggleRow(network)} />
          ))}
          {[...columns].map((network) => (
            <Fold key={network} words={`targets of ${network}`} fold={() => toggleColumn(network)} />
          ))}
        </p>
      )}
      {matrix && matrix.rows.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and a keyboard must be able to do that
        <section class="matrix-frame" tabIndex={0} aria-label="Table of scanners and targets">
          <table class="matrix">
            <caption class="unseen">Scanners are rows, targets are columns</caption>
            <thead>
              <tr>
                <td class="corner">
                  scanner <span aria-hidden="true">↓ → </span>target
                </td>
                {matrix.columns.map((line) => (
                  <th key={line.key} scope="col">
                    <Heading line={line} toggle={toggleColumn} />
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {matrix.rows.map((row) => (
                <tr key={row.key}>
                  <th scope="row">
                    <Heading line={row} toggle={toggleRow} />
                  </th>
                  {matrix.columns.map((column) => (
                    <Field
                      key={column.key}
                      cell={matrix.cells.get(`${row.key} ${column.key}`)}
                      row={row}
                      column={column}
                      filters={filters}
                    />
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </>
  );
}

function useOpen(): [ReadonlySet<string>, (network: string) => void] {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const toggle = (network: string) =>
    setOpen(
      (before) => new Set(before.has(network) ? [...before].filter((one) => one !== network) : [...before, network]),
    );
  return [open, toggle];
}

function Fold({ words, fold }: { readonly words: string; readonly fold: () => void }) {
  return (
    <button type="button" class="small" onClick={fold} aria-label={`Fold the ${words}`}>
      {words} ×
    </button>
  );
}

interface HeadingProps {
  readonly line: Line;
  readonly toggle: (network: string) => void;
}

function Heading({ line, toggle }: HeadingProps) {
  if (!line.isNetwork) return <a href={`/hunt/${encodeURIComponent(line.key)}`}>{line.key}</a>;
  const words = `${countText(line.hosts, 'host')}: show them`;
  return (
    <button type="button" class="line" onClick={() => toggle(line.key)} title={words}>
      {line.key}
      <small> {line.hosts}</small>
    </button>
  );
}

interface FieldProps {
  readonly cell: Cell | undefined;
  readonly row: Line;
  readonly column: Line;
  readonly filters: Filters;
}

function Field({ cell, row, column, filters }: FieldProps) {
  if (!cell) return <td />;
  const link = `/scans${filterQuery({ ...filters, source: row.key, target: column.key })}`;
  const words = `${row.key} to ${column.key}: ${countText(cell.scans, 'scan')}, ${cell.severity}`;
  // Each step stands for ten times as much.
  const step = Math.min(3, Math.floor(Math.log10(cell.scans)));
  return (
    <td>
      <a class={`field ${cell.severity} step${step}`} href={link} title={words} aria-label={words}>
        {cell.scans > 999 ? `${Math.floor(cell.scans / 1000)}k` : cell.scans}
      </a>
    </td>
  );
}
