/** The filters of scans. What is chosen stands in the address bar at once; what is typed, when it is sent. */

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { severities } from '../answers.ts';
import { changedFilters, type FilterName, type Filters, filterQuery } from '../filters.ts';
import { zoneText } from '../format.ts';
import { go } from '../router.ts';
import { beginning, fieldTime, filterTime, ranges } from './ranges.ts';

const zones = ['internal-internal', 'internal-external', 'external-internal', 'external-external'];

const texts: readonly { name: FilterName; label: string; placeholder: string }[] = [
  { name: 'source', label: 'Scanner', placeholder: '10.0.0.7 or 10.0.0.0/8' },
  { name: 'target', label: 'Target', placeholder: 'address or range' },
  { name: 'script', label: 'Script', placeholder: 'http-title' },
  { name: 'signature', label: 'Signature', placeholder: 'smtp-ehlo-scanme' },
];

interface FilterBarProps {
  readonly view: string;
  readonly filters: Filters;
  /** What is meant when no time is chosen. */
  readonly standardTime: string;
}

export function FilterBar({ view, filters, standardTime }: FilterBarProps) {
  const form = useRef<HTMLFormElement>(null);
  const change = (some: Filters) => go(`/${view}${filterQuery(changedFilters(filters, some))}`);
  const chosen = filters.severity?.split(',') ?? [];
  const custom = filters.since !== undefined && !ranges.some(({ value }) => value === filters.since);
  const [choosesTime, setChoosesTime] = useState(false);
  const timeIsChosen = custom || filters.until !== undefined || choosesTime;

  // Fields keep what was typed; another link must show its own.
  useEffect(() => {
    for (const { name } of texts) {
      const field = form.current?.elements.namedItem(name);
      if (field instanceof HTMLInputElement) field.value = filters[name] ?? '';
    }
  }, [filterQuery(filters)]);

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const data = new FormData(form.current!);
    change(Object.fromEntries(texts.map(({ name }) => [name, String(data.get(name) ?? '').trim()])));
  };
  return (
    <details class="filter-box" open={startsOpen}>
      <summary>Filters{Object.keys(filters).length > 0 && ` (${Object.keys(filters).length})`}</summary>
      <form class="filters" ref={form} onSubmit={submit} aria-label="Filters">
        <fieldset>
          <legend>Severity</legend>
          {severities.map((severity) => (
            <label key={severity} class="choice">
              <input
                type="checkbox"
                name="severity"
                checked={chosen.includes(severity)}
                onChange={({ currentTarget: { checked } }) => {
                  const now = severities.filter((one) => (one === severity ? checked : chosen.includes(one)));
                  change({ severity: now.join(',') });
                }}
              />
              {severity}
            </label>
          ))}
        </fieldset>
        <Choice
          label="Time"
          value={timeIsChosen ? 'custom' : (filters.since ?? '')}
          onChoose={(since) => {
            setChoosesTime(since === 'custom');
            if (since !== 'custom') change({ since, until: '' });
          }}
          options={[
            ['', standardTime],
            ...ranges.map(({ value, label }) => [value, label] as const),
            ['custom', 'from … until …'],
          ]}
        />
        {timeIsChosen && (
          <>
            <TimeField label="From" time={filters.since} onChoose={(since) => change({ since })} />
            <TimeField label="Until" time={filters.until} onChoose={(until) => change({ until })} />
          </>
        )}
        <Choice
          label="Direction"
          value={filters.zone ?? ''}
          onChoose={(zone) => change({ zone })}
          options={[['', 'any'], ...zones.map((zone) => [zone, zoneText(zone)] as const)]}
        />
        <Choice
          label="Looked at by"
          value={filters.acknowledged ?? ''}
          onChoose={(acknowledged) => change({ acknowledged })}
          options={[
            ['', 'anyone or no one'],
            ['false', 'nobody yet'],
            ['true', 'somebody'],
          ]}
        />
        {texts.map(({ name, label, placeholder }) => (
          <label key={name}>
            {label}
            <input
              name={name}
              defaultValue={filters[name] ?? ''}
              placeholder={placeholder}
              maxLength={128}
              autocomplete="off"
              spellcheck={false}
              onChange={() => form.current?.requestSubmit()}
            />
          </label>
        ))}
        <div class="actions">
          <button type="submit">Filter</button>
          {Object.keys(filters).length > 0 && <a href={`/${view}`}>Clear all</a>}
        </div>
      </form>
    </details>
  );
}

/** On a narrow screen the filters would push the list out of sight. */
const startsOpen = matchMedia('(min-width: 46.01rem)').matches;

interface TimeFieldProps {
  readonly label: string;
  /** As the filter has it; undefined: none was chosen. */
  readonly time: string | undefined;
  readonly onChoose: (time: string) => void;
}

/** What dragging over the bars does with a pointer. It holds when it is left, for each key changes it. */
function TimeField({ label, time, onChoose }: TimeFieldProps) {
  // Once for each filter: `24h` moves on, and a field that somebody types in must not.
  const shown = useMemo(() => (time === undefined ? '' : fieldTime(beginning(time, Date.now()))), [time]);
  return (
    <label>
      {label}
      <input
        type="datetime-local"
        step={1}
        key={shown}
        defaultValue={shown}
        onBlur={({ currentTarget: { value } }) => {
          if (value !== shown) onChoose(filterTime(value));
        }}
        onKeyDown={({ key, currentTarget }) => key === 'Enter' && currentTarget.blur()}
      />
    </label>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [value: string, label: string])[];
  readonly onChoose: (value: string) => void;
}

function Choice({ label, value, options, onChoose }: ChoiceProps) {
  return (
    <label>
      {label}
      <select value={value} onChange={({ currentTarget }) => onChoose(currentTarget.value)}>
        {options.map(([one, text]) => (
          <option key={one} value={one}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
